"""Servers, copies, wireless and desktops: what the plan asks of the declared state (N6, N8, N10, N12, 3-5, 3-7, G7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunri.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bunri.intent.base import Key
    from bunri.intent.city import City

EAP_TLS_ONLY = frozenset({"kikan", "naibu"})
"""Zones whose wireless terminals need client certificates (guideline, edition R7.3)."""


def check(city: City) -> Iterator[Message]:
    """Yield INV160–162, INV164–168, INV172–174."""
    yield from _servers(city)
    yield from _copies(city)
    yield from _wireless(city)
    yield from _users(city)
    yield from _desktops(city)
    for name, contractor in city.contractors.items():
        if not any(worker.role == "lead" for worker in contractor.workers):
            yield Message("INV173", city.where("contractors", name), {"name": name})


def _site(city: City, name: str) -> str:
    server = city.servers.servers[name]
    return (server.placed(city.today) or server.placement[0]).site


def _servers(city: City) -> Iterator[Message]:
    for name, server in city.servers.servers.items():
        key: Key = ("servers", "servers", name)
        if server.redundant_with == name:
            yield Message("INV160", city.where(*key, "redundant_with"), {"name": name})
        if server.important and server.redundant_with is None and server.unable_redundant is None:
            yield Message("INV161", city.where(*key), {"name": name})


def _copies(city: City) -> Iterator[Message]:
    """Where copies stand. Their age is no fault of the inventory: it is judged by the placement rules (N10, N12)."""
    known = city.servers.servers
    targets = {name: [copy.to for copy in server.copies if copy.to in known] for name, server in known.items()}
    for name, server in known.items():
        for number, copy in enumerate(server.copies):
            key: Key = ("servers", "servers", name, "copies", number)
            if copy.to in known and copy.form == "remote" and _site(city, copy.to) == _site(city, name):
                params = {"name": name, "other": copy.to, "site": _site(city, name)}
                yield Message("INV162", city.where(*key, "to"), params)
        chain = _circle(name, targets)
        if chain and chain[0] == min(chain):
            where = city.where("servers", "servers", name, "copies")
            yield Message("INV164", where, {"chain": " → ".join((*chain, chain[0]))})
    for number, pair in enumerate(city.servers.file_pairs):
        key = ("servers", "file_pairs", number)
        if pair.first in known and pair.second in known and _site(city, pair.first) == _site(city, pair.second):
            params = {"name": pair.first, "other": pair.second, "site": _site(city, pair.first)}
            yield Message("INV162", city.where(*key, "second"), params)


def _circle(start: str, targets: dict[str, list[str]]) -> tuple[str, ...]:
    """Return the way from ``start`` back to itself over copies, or nothing."""
    stack: list[tuple[str, tuple[str, ...]]] = [(start, (start,))]
    visited: set[str] = set()
    while stack:
        here, path = stack.pop()
        for target in targets[here]:
            if target == start:
                return path
            if target not in visited:
                visited.add(target)
                stack.append((target, (*path, target)))
    return ()


def _wireless(city: City) -> Iterator[Message]:
    if len(city.dot1x.servers) < 2:
        yield Message("INV166", city.where("dot1x", "servers"), {"count": len(city.dot1x.servers)})
    for name, ssid in city.wlan.ssids.items():
        for position, method in enumerate(ssid.methods):
            if ssid.zone in EAP_TLS_ONLY and method != "eap-tls":
                params = {"ssid": name, "method": method, "zone": ssid.zone}
                yield Message("INV165", city.where("wlan", "ssids", name, "methods", position), params)
    for name, item in city.dot1x.classes.items():
        if item.zone in EAP_TLS_ONLY and item.method == "peap":
            params = {"ssid": name, "method": item.method, "zone": item.zone}
            yield Message("INV165", city.where("dot1x", "classes", name, "method"), params)


def _users(city: City) -> Iterator[Message]:
    names: dict[str, int] = {}
    for number, user in enumerate(city.dot1x.users):
        key: Key = ("dot1x", "users", number)
        if user.name in names:
            other = city.where("dot1x", "users", names[user.name])
            params = {"what": "user", "name": user.name, "other": f"{other.file}:{other.line}"}
            yield Message("INV051", city.where(*key, "name"), params)
        names.setdefault(user.name, number)
        found = city.dot1x.classes.get(user.terminal_class)
        if found is not None and found.method != "peap":
            params = {"name": user.name, "class": user.terminal_class, "method": found.method}
            yield Message("INV174", city.where(*key, "class"), params)


def _desktops(city: City) -> Iterator[Message]:
    for name, pool in city.desktops.pools.items():
        key: Key = ("desktops", "pools", name)
        if pool.zone == "kikan":
            if not pool.two_factor:
                yield Message("INV168", city.where(*key, "two_factor"), {"pool": name})
            for number, protocol in enumerate(pool.protocols):
                for field in ("clipboard", "drives", "printers", "screen_capture"):
                    if getattr(protocol, field):
                        where = city.where(*key, "protocols", number, field)
                        yield Message("INV167", where, {"pool": name, "name": field})
        for number, share in enumerate(pool.shares):
            segment = city.segment(share.site, pool.vlan)
            if segment is None:
                continue
            room = int(segment.prefix.broadcast_address) - int(share.first_address)
            if share.count > room >= 0:
                params = {"pool": name, "count": share.count, "site": share.site, "room": room}
                yield Message("INV172", city.where(*key, "shares", number, "count"), params)
