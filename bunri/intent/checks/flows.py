"""特定通信: a flow between two zones is narrow in address and port, never ``any``, and stays clear of management."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunri.intent.firewall import port_pair
from bunri.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Network

    from bunri.intent.base import Key
    from bunri.intent.city import City
    from bunri.intent.firewall import Flow

WIDEST = 16
"""A literal prefix of a flow is longer than this: a whole zone is no end point."""
MAXIMUM_PORTS = 1024
_ANY = frozenset({"any", "all"})


def check(city: City) -> Iterator[Message]:
    """Yield INV051 and INV140–149."""
    seen: dict[str, int] = {}
    for number, flow in enumerate(city.firewall.flows):
        if flow.id in seen:
            where = city.where("firewall", "flows", number, "id")
            other = city.where("firewall", "flows", seen[flow.id])
            yield Message("INV051", where, {"what": "flow", "name": flow.id, "other": f"{other.file}:{other.line}"})
        seen.setdefault(flow.id, number)
        yield from _flow(city, number, flow)
    for name, item in city.firewall.objects.items():
        if not (item.prefixes or item.servers or item.vlans):
            yield Message("INV148", city.where("firewall", "objects", name), {"name": name})
        for position, prefix in enumerate(item.prefixes):
            if prefix.prefixlen <= WIDEST:
                where = city.where("firewall", "objects", name, "prefixes", position)
                params = {"flow": ", ".join(_users(city, name)) or "-", "name": name, "prefix": prefix}
                yield Message("INV144", where, {**params, "limit": WIDEST})
            ranges = _ranges(city, item.zone)
            if ranges and not any(prefix.subnet_of(outer) for outer in ranges):
                where = city.where("firewall", "objects", name, "prefixes", position)
                text = " ".join(str(outer) for outer in ranges)
                yield Message("INV063", where, {"prefix": prefix, "zone": item.zone, "range": text})


def _flow(city: City, number: int, flow: Flow) -> Iterator[Message]:
    key: Key = ("firewall", "flows", number)
    for field, names in (("source", flow.source), ("destination", flow.destination)):
        for position, name in enumerate(names):
            if name in _ANY:
                yield Message("INV140", city.where(*key, field, position), {"flow": flow.id, "field": field})
    if flow.origin == flow.target:
        yield Message("INV141", city.where(*key, "to"), {"flow": flow.id, "zone": flow.origin})
    for field, zone in (("from", flow.origin), ("to", flow.target)):
        if zone in city.zones and city.zones[zone].management:
            yield Message("INV145", city.where(*key, field), {"flow": flow.id})
    if flow.protocol == "icmp" and flow.ports:
        yield Message("INV143", city.where(*key, "ports"), {"flow": flow.id})
    if flow.protocol != "icmp" and not flow.ports:
        yield Message("INV142", city.where(*key), {"flow": flow.id})
    total = 0
    for position, port in enumerate(flow.ports):
        try:
            first, last = port_pair(port)
        except ValueError:
            yield Message("INV146", city.where(*key, "ports", position), {"flow": flow.id, "port": port})
            continue
        total += last - first + 1
    if total > MAXIMUM_PORTS:
        text = ", ".join(str(port) for port in flow.ports)
        yield Message("INV149", city.where(*key, "ports"), {"flow": flow.id, "ports": text})
    if _needs_sanitiser(city, flow):
        server = city.servers.servers.get(flow.waypoint or "")
        if server is None or "sanitiser" not in server.services:
            yield Message("INV147", city.where(*key, "waypoint"), {"flow": flow.id})


def _needs_sanitiser(city: City, flow: Flow) -> bool:
    """From where the internet is reachable into a zone that is not: only through a sanitising host."""
    origin, target = city.zones.get(flow.origin), city.zones.get(flow.target)
    return origin is not None and target is not None and origin.default_route and not target.default_route


def _ranges(city: City, zone: str) -> tuple[IPv4Network, ...]:
    if zone in city.zones:
        return (city.zones[zone].prefix,)
    external = city.vrf_separation.externals.get(zone)
    return external.prefixes if external else ()


def _users(city: City, name: str) -> list[str]:
    return [flow.id for flow in city.firewall.flows if name in (*flow.source, *flow.destination)]
