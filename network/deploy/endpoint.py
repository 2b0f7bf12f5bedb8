"""How one device is reached: address, account, host keys, patience. Passwords live in memory only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A device as the control node sees it.

    ``hop`` is its cabling distance from the control node (far devices change first). ``time_scale`` shortens the waits
    for virtual devices, whose revert timers run faster; 1.0 for real ones.
    """

    name: str
    host: str
    port: int
    platform: str
    username: str
    password: str = field(repr=False)
    known_hosts: Path
    enable: str = field(default="", repr=False)
    site: str = ""
    role: str = ""
    timeout: float = 30.0
    time_scale: float = 1.0
