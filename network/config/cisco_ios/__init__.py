"""Reader for Cisco IOS and IOS-XE: routers, Catalyst switches and C9800 controllers.

``read(text, file)`` gives a :class:`~network.config.model.Device`. One module a subject; each has ``TABLES``: mode → first
word → handler. Line accounting, modes and dispatch are ``reader``'s.
"""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

from network.config.cisco_ios import authentication, bgp, filters, interfaces, ospf, routing, services, wireless
from network.config.cisco_ios.finish import finish
from network.config.cisco_ios.reader import UNKNOWN, Handler, Reader
from network.config.model import Device


def _tables() -> dict[str, dict[str, Handler]]:
    merged: dict[str, dict[str, Handler]] = {UNKNOWN: {}}
    for module in (routing, interfaces, filters, ospf, bgp, authentication, wireless, services):
        for mode, table in module.TABLES.items():
            present = merged.setdefault(mode, {})
            twice = present.keys() & table.keys()
            if twice:
                raise ValueError(f"two handlers for {sorted(twice)} in mode {mode}")
            present.update(table)
    return merged


_HANDLERS = _tables()


def read(lines: list[str], file: str) -> Device:
    """Read the lines of one configuration. Lines that are not understood are in ``unmodelled``; nothing is raised."""
    reader = Reader(Device("", "cisco_ios", file), _HANDLERS)
    reader.run(lines)
    finish(reader)
    return reader.device
