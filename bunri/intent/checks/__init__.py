"""Cross-checks: what no single entry can know. Each module is one subject; each function yields every fault it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunri.intent.checks import addresses, cabling, flows, periods, placement, references, secrets, zones

if TYPE_CHECKING:
    from bunri.intent.city import City
    from bunri.messages import Message

MODULES = (references, zones, addresses, cabling, flows, periods, placement, secrets)


def run(city: City) -> list[Message]:
    """Return every fault of the city, each once, in the order of file and line."""
    found: dict[tuple[str, str, str], Message] = {}
    for module in MODULES:
        for message in module.check(city):
            found.setdefault((message.id, str(message.where), str(sorted(message.params.items()))), message)
    return sorted(found.values(), key=lambda item: (item.where.file, item.where.line, item.id, item.where.key))
