"""Cross-checks: what no single entry can know. Each module is one subject and yields every fault it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunri.intent.checks import addresses, cabling, flows, periods, placement, references, secrets, zones
from bunri.messages import Message

if TYPE_CHECKING:
    from bunri.intent.city import City

MODULES = (references, zones, addresses, cabling, flows, periods, placement, secrets)


def run(city: City) -> list[Message]:
    """Return every fault of the city, causes first, then by file and line; many of a kind at a place are counted."""
    found: dict[tuple[str, str], list[Message]] = {}
    for module in MODULES:
        for message in module.check(city):
            found.setdefault((message.id, str(message.where)), []).append(message)
    faults: list[Message] = []
    for messages in found.values():
        distinct = {str(sorted(message.params.items())) for message in messages}
        faults.append(messages[0])
        if len(distinct) > 1:
            faults.append(Message("INV052", messages[0].where, {"count": len(distinct) - 1}))
    # A name that nothing defines is the cause of what follows. Stable: a count stays behind its fault.
    return sorted(faults, key=lambda item: (item.id != "INV050", item.where.file, item.where.line))
