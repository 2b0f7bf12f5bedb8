"""How much may go on at once: operation units per host, operations per vCenter.

Limits of vCenter (maximums guide): 16 units a host; a full clone costs 4, a linked clone or a power operation 1. More
would only queue inside vCenter, where nobody sees it. Horizon provisions 20 machines at a time.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL_CLONE, LINKED_CLONE, LIGHT = 4, 1, 1


@dataclass(slots=True)
class Limits:
    """The bounds of one vCenter. ``operation`` blocks until there is room; first come first served at each host."""

    per_host: int = 16
    per_center: int = 20
    _room: threading.Condition = field(default_factory=threading.Condition)
    _hosts: dict[str, int] = field(default_factory=dict)
    _running: int = 0
    _queue: list[tuple[object, str]] = field(default_factory=list)

    @contextmanager
    def operation(self, host: str, units: int) -> Iterator[None]:
        """Hold ``units`` of ``host`` and one operation of the vCenter. More units than a host has: ``ValueError``."""
        if units > self.per_host:
            raise ValueError(f"{units} units never fit {self.per_host}")
        ticket = object()
        with self._room:
            self._queue.append((ticket, host))
            self._room.wait_for(lambda: self._may(ticket, host, units))
            self._queue.remove((ticket, host))
            self._hosts[host] = self._hosts.get(host, 0) + units
            self._running += 1
            self._room.notify_all()
        try:
            yield
        finally:
            with self._room:
                self._hosts[host] -= units
                self._running -= 1
                self._room.notify_all()

    def _may(self, ticket: object, host: str, units: int) -> bool:
        if self._running >= self.per_center or self._hosts.get(host, 0) + units > self.per_host:
            return False
        # One that waits for a full host does not hold up those behind it that go to another host.
        return next(waiting for waiting, its in self._queue if its == host) is ticket
