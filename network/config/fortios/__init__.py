"""Reader for FortiOS."""
from __future__ import annotations
from network.config.model import Device
def read(lines: list[str], file: str) -> Device:
    """Read."""
    return Device("", "fortios", file)
