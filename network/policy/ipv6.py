"""IPv6 between zones: no IPv6 flow can be declared, so every way from one zone's edge to another's is a leak.

Destinations are followed one by one: every IPv6 prefix of the tables cuts the address space, and one address of each
part stands for all of it. Filters are read in three ways: a list without any ``permit`` stops everything, no list or
``permit ipv6 any any`` first stops nothing, and what lies between may let packets pass: a way through it blocks the
proof instead of being shown as a leak. A firewall policy that permits IPv6 between two interfaces counts as open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from network.analysis.state import DROP, LOOKUP, RECEIVE, Port
from network.policy.verdict import Violation
from network.policy.zoning import vrf_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network.analysis.forwarding import Forwarding
    from network.analysis.state import NextHop, Route, State
    from network.config.model import Device, Interface, Snapshot, Source, StaticRoute
    from network.policy.witness import Hop, Tracer
    from network.policy.zoning import Zoning

MOST_HOPS = 32


class _Step(NamedTuple):
    """A packet inside a router: it came in by ``port`` and is looked up in ``vrf``."""

    port: Port
    vrf: str


@dataclass(frozen=True, slots=True)
class _Way:
    """A finished way: its steps (with the route and the interface out), the segment at its end, and whether a list may
    stop it."""

    steps: tuple[tuple[_Step, Route, str], ...]
    segment: int
    filtered: bool


def routes(device: Device) -> bool:
    """Return whether a device forwards IPv6 (on IOS only after ``ipv6 unicast-routing``)."""
    return device.ipv6_routing or device.platform == "fortios"


def speaks(interface: Interface) -> bool:
    """Return whether an interface has IPv6."""
    return interface.ipv6_enabled or any(address.family == 6 for address in interface.addresses)


def present(snapshot: Snapshot) -> bool:
    """Return whether any router of a snapshot forwards IPv6 between interfaces that have it."""
    return any(
        routes(device) and any(speaks(interface) for interface in device.interfaces.values())
        for device in snapshot.devices.values()
    )


class Six:
    """The IPv6 forwarding of one state."""

    def __init__(self, forwarding: Forwarding, zoning: Zoning, tracer: Tracer) -> None:
        self.forwarding = forwarding
        self.state: State = forwarding.state
        self.devices = self.state.snapshot.devices
        self.zoning = zoning
        self.tracer = tracer
        # by table: the lengths in use, the longest first, and the routes by (length, network bits)
        self.tables: dict[tuple[str, str], tuple[tuple[int, ...], dict[tuple[int, int], Route]]] = {}
        cuts = {0}
        for key, table in self.state.ribs.items():
            found = {prefix: route for prefix, route in table.items() if prefix.family == 6}
            if found:
                lengths = tuple(sorted({prefix.length for prefix in found}, reverse=True))
                self.tables[key] = (
                    lengths,
                    {(prefix.length, prefix.value >> (128 - prefix.length)): route for prefix, route in found.items()},
                )
                for prefix in found:
                    end = prefix.value + (1 << 128 - prefix.length)
                    cuts |= {prefix.value, end} if end < 1 << 128 else {prefix.value}
        self.cuts = sorted(cuts)

    def judge(self) -> tuple[list[Violation], list[str]]:
        """Return the zone pairs with an IPv6 way, and the reasons why the rest is not proved."""
        violations: list[Violation] = []
        reasons: list[str] = []
        open_: dict[tuple[str, str], _Way] = {}
        doubtful: dict[tuple[str, str], _Way] = {}
        mixed = self._mixed()
        for zone, places in self.zoning.by_zone.items():
            ports = [port for place in places if place.segment.edges for port in place.segment.ports]
            seen: set[tuple[str, ...]] = set()
            for port in ports:
                device = self.devices[port.device]
                if port.device in self.state.dead or not routes(device) or not speaks(self._interface(port)):
                    continue
                interface = self._interface(port)
                # on a router only the table and the list on the way in tell two ways in apart
                alike: tuple[str, ...] = (port.device, vrf_of(device, interface), interface.acl6_in)
                if device.firewall is not None:
                    alike = (*alike, port.interface)
                if alike in seen or alike[:2] not in mixed:
                    continue
                seen.add(alike)
                for address in self.cuts:
                    for way in self._ways(port, address):
                        others = self.zoning.places[way.segment].zones
                        if not self.state.topology.segments[way.segment].edges or zone in others:
                            continue
                        for other in others:
                            (doubtful if way.filtered else open_).setdefault((zone, other), way)
        for pair, way in open_.items():
            violations.append(Violation("leak", *pair, "", None, self._hops(way), reason="ipv6", packets="IPv6"))
        for pair, way in doubtful.items():
            if pair not in open_:
                step = way.steps[0][0]
                reasons.append(
                    f"IPv6 {pair[0]} → {pair[1]} (from {step.port.device}:{step.port.interface}): only IPv6 access "
                    "lists stand between; what they permit is not compared"
                )
        return violations, [*reasons, *self._open_questions()]

    def _mixed(self) -> set[tuple[str, ...]]:
        """Return the tables from which another zone might be reached at all: whatever links and routes join counts."""
        parent: dict[object, object] = {}

        def find(one: object) -> object:
            parent.setdefault(one, one)
            while parent[one] != one:
                parent[one] = one = parent[parent[one]]
            return one

        tables: set[tuple[str, str]] = set()
        for id_, segment in self.state.topology.segments.items():
            for port in segment.ports:
                device = self.devices[port.device]
                interface = self._interface(port)
                if routes(device) and speaks(interface):
                    tables.add((port.device, vrf_of(device, interface)))
                    parent[find((port.device, vrf_of(device, interface)))] = find(id_)
        for table, (_, held) in self.tables.items():
            for hop in {hop for route in held.values() for hop in route.next_hops}:
                segment_ = self.forwarding.segment(Port(table[0], hop.interface))
                tables.add(table)
                if hop.interface == LOOKUP:
                    parent[find(table)] = find((table[0], hop.vrf))
                elif segment_ is not None:
                    parent[find(table)] = find(segment_.id)
        zones: dict[object, set[str]] = {}
        for id_, place in self.zoning.places.items():
            if place.segment.edges:
                zones.setdefault(find(id_), set()).update(place.zones)
        return {table for table in tables if len(zones.get(find(table), ())) > 1}

    def _interface(self, port: Port) -> Interface:
        return self.devices[port.device].interfaces[port.interface]

    def _ways(self, port: Port, address: int) -> Iterator[_Way]:
        """Yield where a packet for ``address`` that comes in by ``port`` may end."""
        start = _Step(port, vrf_of(self.devices[port.device], self._interface(port)))
        stack: list[tuple[_Step, bool, tuple[tuple[_Step, Route, str], ...]]] = [(start, False, ())]
        seen: set[tuple[_Step, bool]] = set()
        while stack:
            step, filtered, steps = stack.pop()
            if (step, filtered) in seen or len(steps) > MOST_HOPS:
                continue
            seen.add((step, filtered))
            device = self.devices[step.port.device]
            entry = _list(device, self._interface(step.port).acl6_in)
            if entry == "closed":
                continue
            route = self._lookup((step.port.device, step.vrf), address)
            if route is None:
                continue
            for hop in route.next_hops:
                if hop.interface in {DROP, RECEIVE}:
                    continue
                if hop.interface == LOOKUP:
                    stack.append((_Step(step.port, hop.vrf), filtered or entry == "some", steps))
                    continue
                gate = self._gate(device, step, hop)
                if gate == "closed":
                    continue
                unsure = filtered or "some" in (entry, gate)
                path = (*steps, (step, route, hop.interface))
                segment = self.forwarding.segment(Port(step.port.device, hop.interface))
                if segment is None:
                    continue
                owner = segment.owners.get(hop.address) if hop.address is not None else None
                if hop.address is None or owner is None:
                    yield _Way(path, segment.id, unsure)
                # a link-local next hop may be any other router of the segment
                candidates = [owner] if owner is not None else segment.ports if hop.address is not None else ()
                for port_ in candidates:
                    there = self.devices[port_.device]
                    if port_.device != step.port.device and routes(there) and speaks(self._interface(port_)):
                        stack.append((_Step(port_, vrf_of(there, self._interface(port_))), unsure, path))

    def _lookup(self, table: tuple[str, str], address: int) -> Route | None:
        lengths, found = self.tables.get(table, ((), {}))
        for length in lengths:
            route = found.get((length, address >> (128 - length)))
            if route is not None:
                return route
        return None

    def _gate(self, device: Device, step: _Step, hop: NextHop) -> str:
        """Return what stands at the way out: ``open``, ``some`` or ``closed``."""
        firewall = device.firewall
        if firewall is not None:
            same = any(
                step.port.interface in members and hop.interface in members
                for zone, members in firewall.zones.items()
                if zone in firewall.intrazone_permit
            )
            if not same and not any(
                policy.family == 6
                and policy.enabled
                and policy.action == "permit"
                and policy.vdom == step.vrf
                and ({step.port.interface, "any"} & {*policy.from_interfaces})
                and ({hop.interface, "any"} & {*policy.to_interfaces})
                for policy in firewall.policies
            ):
                return "closed"
        return _list(device, device.interfaces[hop.interface].acl6_out)

    def _hops(self, way: _Way) -> tuple[Hop, ...]:
        hops: list[Hop] = []
        for step, route, out in way.steps:
            device, name = step.port
            hops.append(self.tracer.hop(device, name, step.vrf, "enter ipv6", self._line(step.port)))
            line_out = route.source or self._line(Port(device, out))
            hops.append(self.tracer.hop(device, out, step.vrf, f"route {route.protocol} ipv6", line_out))
        segment = self.state.topology.segments[way.segment]
        edge = segment.edges[0]
        physical = self.devices[edge.device].interfaces.get(edge.interface)
        hops.append(
            self.tracer.hop(edge.device, edge.interface, "", "delivered ipv6", physical.source if physical else None)
        )
        return tuple(hops)

    def _line(self, port: Port) -> Source:
        interface = self._interface(port)
        for address, line in zip(interface.addresses, interface.address_sources, strict=False):
            if address.family == 6:
                return line
        return interface.source

    def _open_questions(self) -> list[str]:
        """Return the IPv6 routing that is read but not computed."""
        reasons = []
        for name, device in self.devices.items():
            if not routes(device) or not any(speaks(interface) for interface in device.interfaces.values()):
                continue
            reasons += [
                f"{static.source.file}:{static.source.line}: the next hop of this IPv6 static route is not on a "
                "connected subnet; IPv6 recursion is not modelled"
                for static in device.static_routes
                if static.prefix.family == 6 and not _resolves(device, static)
            ]
            for vrf in device.vrfs.values():
                for origin, _, _, source in vrf.replicate:
                    if any(speaks(one) and vrf_of(device, one) == origin for one in device.interfaces.values()):
                        reasons.append(
                            f"{source.file}:{source.line}: route-replicate from a table with IPv6 ({name}) is computed "
                            "for IPv4 only"
                        )
        return reasons


def _resolves(device: Device, static: StaticRoute) -> bool:
    if static.discard or static.interface:
        return device.ip_routing or device.platform == "fortios"
    if static.next_hop is None or not (device.ip_routing or device.platform == "fortios"):
        return False
    return any(
        address.family == 6 and (address.value ^ static.next_hop) >> (128 - address.length) == 0
        for interface in device.interfaces.values()
        if vrf_of(device, interface) == static.next_hop_vrf
        for address in interface.addresses
    )


def _list(device: Device, name: str) -> str:
    """Return what an IPv6 access list lets pass: ``open`` (all), ``some`` or ``closed`` (nothing)."""
    acl = device.acls.get(name) if name else None
    if acl is None or not acl.entries:
        return "open"
    if all(entry.action == "deny" for entry in acl.entries):
        return "closed"  # the end of a list denies what its entries leave
    words = acl.entries[0].source.text.split()
    return "open" if words[-4:] == ["permit", "ipv6", "any", "any"] else "some"
