"""Reader for FortiOS: ``show full-configuration`` and backups, with or without VDOMs.

``tree`` reads the text, ``tables`` says what each table is for, ``device`` makes the model of it.
"""

from __future__ import annotations

from network.config.fortios.device import Builder
from network.config.fortios.tree import read as read_tree
from network.config.model import Device


def read(lines: list[str], file: str) -> Device:
    """Read the lines of one configuration. What is not understood is in ``unmodelled``.

    Raises:
        BunriError: CFG006 where an address or service group contains itself.
    """
    tree = read_tree(lines, file)
    device = Device("", "fortios", file, version=tree.version, lines=tree.lines)
    Builder(device).build(tree.root)
    return device
