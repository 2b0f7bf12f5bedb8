"""Zone safety by search: every reply that the rendered files can give, for every class, client and port.

The files are read back with a small reader of their own (users-file syntax of ``rlm_files``), not taken from the
design: a mistake of a template shows here. First match decides, as FreeRADIUS does without ``Fall-Through``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bunri.messages import Message, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from network.radius.model import RadiusDesign

_ITEM = re.compile(r'([A-Za-z-]+)\s*(==|:=|=)\s*("[^"]*"|[^,\s]+)')


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: key, what must match, what is set for the server, what is replied."""

    key: str
    matches: dict[str, str]
    sets: dict[str, str]
    reply: dict[str, str]
    line: int


def entries(text: str) -> Iterator[Entry]:
    """Read a users file. A line that is neither entry, reply nor comment is a ``ValueError``: nothing is skipped."""
    current: Entry | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            if current is None:
                raise ValueError(f"line {number}: reply without an entry")
            current.reply.update({name: value.strip('"') for name, _, value in _items(line, number)})
            continue
        if current is not None:
            yield current
        key, _, rest = line.partition("\t")
        found = _items(rest, number) if rest.strip() else []
        matches = {name: value.strip('"') for name, operator, value in found if operator == "=="}
        sets = {name: value.strip('"') for name, operator, value in found if operator != "=="}
        current = Entry(key.strip('"'), matches, sets, {}, number)
    if current is not None:
        yield current


def unsafe(design: RadiusDesign, files: Mapping[str, str]) -> list[Message]:
    """Return every way in which a class of terminal, or a bypass, is answered a VLAN outside its zone (RAD003)."""
    zone_of_class = {item.name: item.zone for item in design.classes}
    found: list[Message] = []
    replies = list(entries(files["mods-config/replies"]))
    for name, zone in zone_of_class.items():
        for client in design.clients:
            request = {"Bunri-Client": client.name, "NAS-Port-Type": "Ethernet"}
            entry = _first(replies, name, request)
            if entry is not None:
                found += _judge(design, name, zone, client.name, entry, "mods-config/replies")
    allowed = {bypass.mac: design.zone_of.get(bypass.vlan, "") for bypass in design.bypasses}
    for entry in entries(files["mods-config/bypasses"]):
        zone = allowed.get(entry.key, "")
        found += _judge(design, entry.key, zone, entry.matches.get("Bunri-Client", "*"), entry, "mods-config/bypasses")
    for entry in entries(files["mods-config/identities"]):
        if entry.sets.get("Bunri-Class") not in zone_of_class:
            found += _judge(design, entry.key, "?", "*", entry, "mods-config/identities")
    return found


def _first(replies: Iterable[Entry], key: str, request: Mapping[str, str]) -> Entry | None:
    for entry in replies:
        if entry.key in (key, "DEFAULT") and all(request.get(name) == value for name, value in entry.matches.items()):
            return entry
    return None


def _judge(design: RadiusDesign, name: str, zone: str, client: str, entry: Entry, file: str) -> Iterator[Message]:
    vlan = entry.reply.get("Tunnel-Private-Group-Id", "")
    got = design.zone_of.get(int(vlan), "-") if vlan.isdigit() else "-"
    if got != zone:
        params: dict[str, object] = {"name": name, "client": client, "vlan": vlan or "-", "found": got, "zone": zone}
        yield Message("RAD003", Where(file=file, line=entry.line), params)


def _items(text: str, number: int) -> list[tuple[str, str, str]]:
    found = _ITEM.findall(text)
    if not found or _ITEM.sub("", text).strip(" \t,"):
        raise ValueError(f"line {number}: not understood: {text.strip()}")
    return [(name, operator, value) for name, operator, value in found]
