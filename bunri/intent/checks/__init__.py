"""Cross-checks: what no single entry can know. Each module is one subject; each function returns every fault it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunri.messages import Message

if TYPE_CHECKING:
    from bunri.intent.city import City


def run(city: City) -> list[Message]:
    """Return every fault of the city, in the order of file and line."""
    return []
