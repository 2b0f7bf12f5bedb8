"""What no failure changes about routing: tables, processes, sessions, and which of them can influence each other.

Tables that share a routing protocol, a leak or a redistribution form a component; components are computed apart, so
that a failure costs only the components that it touches.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from network.analysis.routing import eigrp, ospf
from network.analysis.routing.bgp import BgpSpeaker, Session
from network.analysis.state import NextHop, Port, Table, UnknownRoutes
from network.config.model import Prefix, Unmodelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.analysis.routing.eigrp import Attachment as EigrpAttachment
    from network.analysis.routing.eigrp import Speaker as EigrpSpeaker
    from network.analysis.topology import Wired, Wiring
    from network.config.model import BgpNeighbor, Device, Redistribution, Snapshot, StaticRoute

EVERYTHING = ((Prefix(0, 0), 0, 32),)


class Point(NamedTuple):
    """A redistribution: routes of ``source`` with ``rule``'s protocol go into OSPF or BGP speaker ``target``."""

    into: str
    target: int
    source: Table
    rule: Redistribution


@dataclass(slots=True)
class Component:
    """Tables that can influence each other, with everything that runs on them."""

    number: int
    tables: tuple[Table, ...]
    ports: tuple[Port, ...] = ()
    domains: list[int] = field(default_factory=list)
    bgp: list[int] = field(default_factory=list)
    eigrp: list[int] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    replicates: list[tuple[Table, Table, str, str]] = field(default_factory=list)  # (into, from, protocol, route-map)
    critical: frozenset[Table] = frozenset()  # tables whose routes others depend on
    watchers: dict[tuple[object, ...], set[Prefix]] = field(default_factory=lambda: defaultdict(set))


@dataclass(slots=True)
class Plan:
    """All of it for one snapshot."""

    snapshot: Snapshot
    wiring: Wiring
    tables: dict[Table, list[Port]]
    statics: dict[Table, list[StaticRoute]]
    speakers: list[ospf.Speaker]
    domains: list[ospf.Domain]
    domain_of: dict[int, int]
    pairs: list[list[tuple[Port, Port]]]  # domain → neighbours; pair n has edges 2n and 2n + 1
    edges: list[ospf.Edges]
    bgp: list[BgpSpeaker]
    sessions: list[Session]
    session_ports: list[tuple[Port, Port]]
    components: list[Component]
    component_of: dict[Table, int]
    vertex_of: dict[Port, int]
    loopbacks: dict[Port, Table]
    unknown: list[UnknownRoutes]
    unmodelled: list[Unmodelled]
    component_of_port: dict[Port, int] = field(default_factory=dict)
    attachments_of: dict[Port, list[ospf.Attachment]] = field(default_factory=dict)
    processes: dict[Table, list[int]] = field(default_factory=dict)
    bgp_of: dict[Table, int] = field(default_factory=dict)
    solves: int = 0  # prefixes solved so far: what a scenario costs
    domain_ports: list[frozenset[Port]] = field(default_factory=list)
    facts: dict[tuple[object, ...], object] = field(default_factory=dict)  # a table's own routes by its live interfaces
    critical_of: list[frozenset[int]] = field(default_factory=list)  # domain → speakers whose routes others depend on
    own_ports: dict[Table, tuple[Port, ...]] = field(default_factory=dict)  # all whose state a table's own routes need
    table_of: list[Table] = field(default_factory=list)  # OSPF speaker → its table
    other_tables: list[tuple[Table, ...]] = field(default_factory=list)  # component → tables without OSPF
    covered: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)  # (device, process) → its interfaces
    eigrp: list[EigrpSpeaker] = field(default_factory=list)
    eigrp_pairs: list[tuple[EigrpAttachment, EigrpAttachment]] = field(default_factory=list)


class _Union:
    """Disjoint sets of tables."""

    def __init__(self) -> None:
        self.parent: dict[Table, Table] = {}

    def find(self, table: Table) -> Table:
        """Return the representative."""
        parent = self.parent.setdefault(table, table)
        while parent != self.parent[parent]:
            self.parent[parent] = parent = self.parent[self.parent[parent]]
        return parent

    def join(self, one: Table, two: Table) -> None:
        """Put two tables into one set."""
        first, second = self.find(one), self.find(two)
        if first != second:
            self.parent[max(first, second)] = min(first, second)


def plan(wiring: Wiring, wired: Wired) -> Plan:
    """Return the plan of a snapshot; ``wired`` is the scenario without failures."""
    snapshot = wiring.snapshot
    tables: dict[Table, list[Port]] = defaultdict(list)
    statics: dict[Table, list[StaticRoute]] = defaultdict(list)
    loopbacks: dict[Port, Table] = {}
    owners: dict[tuple[int, int], list[Port]] = defaultdict(list)
    unmodelled: list[Unmodelled] = []
    vertex_of: dict[Port, int] = {}
    for vertex, ports in enumerate(wiring.ports_of):
        for port in ports:
            vertex_of[port] = vertex
    for name, device in sorted(snapshot.devices.items()):
        unmodelled.extend(device.unmodelled)
        for vrf in device.vrfs:
            tables[name, vrf] = tables[name, vrf]
        for interface in device.interfaces.values():
            port = Port(name, interface.name)
            if interface.addresses or interface.unnumbered:
                tables[name, interface.vrf].append(port)
                if interface.kind == "loopback" and not interface.shutdown:
                    loopbacks[port] = (name, interface.vrf)
            if not interface.shutdown:
                for address in interface.addresses:
                    owners[address.family, address.value].append(port)
            for vrf, _ in interface.vrf_receive:
                tables[name, vrf] = tables[name, vrf]
        if device.ip_routing:
            for static in device.static_routes:
                statics[name, static.vrf].append(static)
                tables[name, static.vrf] = tables[name, static.vrf]
    union = _Union()
    for table in tables:
        union.find(table)
    speakers: list[ospf.Speaker] = []
    attached: list[ospf.Attachment] = []
    for name, device in sorted(snapshot.devices.items()):
        for process in device.ospf if device.ip_routing else ():
            speaker = ospf.Speaker(len(speakers), name, process.vrf, process, ospf.router_id(device, process))
            speakers.append(speaker)
            attached.extend(ospf.attachments(speaker, device))
            tables[name, process.vrf] = tables[name, process.vrf]
    by_core: dict[int, list[ospf.Attachment]] = defaultdict(list)
    attachments_of: dict[Port, list[ospf.Attachment]] = defaultdict(list)
    for attachment in attached:
        attachments_of[attachment.port].append(attachment)
        home = vertex_of.get(attachment.port)
        if home is not None and not attachment.passive:
            by_core[wired.core_of[home]].append(attachment)
    all_pairs: list[tuple[ospf.Attachment, ospf.Attachment]] = []
    group = list(range(len(speakers)))

    def root(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    for core in by_core.values():
        for position, one in enumerate(core):
            for two in core[position + 1 :]:
                same = speakers[one.speaker].router_id == speakers[two.speaker].router_id
                if one.speaker != two.speaker and not same and ospf.adjacent(one, two):
                    all_pairs.append((one, two))
                    low, high = sorted((root(one.speaker), root(two.speaker)))
                    group[high] = low
                    union.join(_table(speakers[one.speaker]), _table(speakers[two.speaker]))
    domains: list[ospf.Domain] = []
    domain_of: dict[int, int] = {}
    pairs: list[list[tuple[Port, Port]]] = []
    edges: list[ospf.Edges] = []
    by_root: dict[int, list[ospf.Speaker]] = defaultdict(list)
    for speaker in speakers:
        by_root[root(speaker.number)].append(speaker)
    for members in by_root.values():
        numbers = {s.number for s in members}
        domain_of.update(dict.fromkeys(numbers, len(domains)))
        domain = ospf.domain(members, [a for a in attached if a.speaker in numbers])
        domains.append(domain)
        mine = [pair for pair in all_pairs if pair[0].speaker in numbers]
        pairs.append([(one.port, two.port) for one, two in mine])
        both = [edge for one, two in mine for edge in _edges(domain, speakers, one, two)]
        edges.append(ospf.edge_table(len(domain.nodes), both))
    bgp, sessions, session_ports, unknown = _bgp(snapshot, tables, owners, union)
    eigrp_speakers = eigrp.speakers(snapshot)
    eigrp_pairs = _eigrp(eigrp_speakers, wired, vertex_of, union)
    for member in eigrp_speakers:
        tables[member.table] = tables[member.table]
        union.find(member.table)
    unknown += _eigrp_unknown(eigrp_speakers, wired, vertex_of)
    points = _points(snapshot, speakers, bgp, union)
    replicates: list[tuple[Table, Table, str, str]] = []
    for name, device in snapshot.devices.items():
        for definition in device.vrfs.values():
            for source, protocol, map_, _ in definition.replicate:
                replicates.append(((name, definition.name), (name, source), protocol, map_))
                union.join((name, definition.name), (name, source))
            if definition.import_global_map or definition.export_global_map:
                union.join((name, definition.name), (name, ""))
        families = [s for s in bgp if s.device is device]
        for into in families:
            for giver in families:
                if into is not giver and imports(into, giver):
                    union.join(into.table, giver.table)
        for static in device.static_routes:
            if static.next_hop_vrf != static.vrf:
                union.join((name, static.vrf), (name, static.next_hop_vrf))
            if static.track is not None:
                track = device.tracks.get(static.track)
                if track is not None and track.kind in ("route", "sla"):
                    union.join((name, static.vrf), (name, track.vrf))
    unmodelled += [Unmodelled(one.source, "router bgp") for one in unknown if one.port is None]
    unknown += _ospf_unknown(wired, vertex_of, attached, speakers)
    members_of: dict[Table, list[Table]] = defaultdict(list)
    for table in sorted(tables):
        members_of[union.find(table)].append(table)
    components: list[Component] = []
    component_of: dict[Table, int] = {}
    for found in members_of.values():
        component = Component(len(components), tuple(found))
        component.ports = tuple(port for table in found for port in tables[table])
        for table in found:
            component_of[table] = component.number
        components.append(component)
    for number, domain in enumerate(domains):
        components[component_of[_table(domain.speakers[0])]].domains.append(number)
    for speaker_bgp in bgp:
        components[component_of[speaker_bgp.table]].bgp.append(speaker_bgp.number)
    for member in eigrp_speakers:
        components[component_of[member.table]].eigrp.append(member.number)
    for point in points:
        components[component_of[point.source]].points.append(point)
    for replicate in replicates:
        components[component_of[replicate[0]]].replicates.append(replicate)
    processes: dict[Table, list[int]] = defaultdict(list)
    for speaker in speakers:
        processes[_table(speaker)].append(speaker.number)
    for component in components:
        critical = {point.source for point in component.points} | {bgp[n].table for n in component.bgp}
        critical |= {into for into, *_ in component.replicates} | {source for _, source, *_ in component.replicates}
        critical |= {table for table in component.tables if len(processes.get(table, ())) > 1}
        critical |= {_table(s) for n in component.domains for s in domains[n].speakers if s.process.default_originate}
        component.critical = frozenset(critical)
    result = Plan(
        snapshot,
        wiring,
        dict(tables),
        dict(statics),
        speakers,
        domains,
        domain_of,
        pairs,
        edges,
        bgp,
        sessions,
        session_ports,
        components,
        component_of,
        vertex_of,
        loopbacks,
        unknown,
        unmodelled,
    )
    result.component_of_port = {port: c.number for c in components for port in c.ports}
    result.attachments_of = dict(attachments_of)
    result.domain_ports = [frozenset(a.port for a in domain.attachments) for domain in domains]
    result.critical_of = [
        frozenset(
            s.number
            for s in domain.speakers
            if _table(s) in components[component_of[_table(domain.speakers[0])]].critical
        )
        for domain in domains
    ]
    result.table_of = [_table(s) for s in speakers]
    with_ospf = set(result.table_of)
    for table, ports in result.tables.items():
        device = snapshot.devices[table[0]]
        more = [
            Port(table[0], interface.name)
            for interface in device.interfaces.values()
            if any(name == table[1] for name, _ in interface.vrf_receive)
        ]
        more += [Port(table[0], static.interface) for static in statics.get(table, ()) if static.interface]
        result.own_ports[table] = tuple(dict.fromkeys([*ports, *more]))
    result.other_tables = [tuple(t for t in c.tables if t not in with_ospf) for c in components]
    result.processes = dict(processes)
    result.bgp_of = {s.table: s.number for s in bgp}
    result.eigrp, result.eigrp_pairs = eigrp_speakers, eigrp_pairs
    for speaker in speakers:
        names = frozenset(a.port.interface for a in attached if a.speaker == speaker.number)
        result.covered[speaker.device, speaker.process.process] = names
    return result


def _edges(
    domain: ospf.Domain, speakers: list[ospf.Speaker], one: ospf.Attachment, two: ospf.Attachment
) -> tuple[ospf.Edge, ospf.Edge]:
    """Return the adjacency of two neighbours in both directions."""
    a, b = domain.node_of[one.speaker, one.area], domain.node_of[two.speaker, two.area]
    hop_to = NextHop(one.port.interface, two.address, speakers[one.speaker].vrf)
    hop_from = NextHop(two.port.interface, one.address, speakers[two.speaker].vrf)
    forth = ospf.Edge(a, b, one.cost, hop_to, one.port, two.port)
    return forth, ospf.Edge(b, a, two.cost, hop_from, two.port, one.port)


def _table(speaker: ospf.Speaker) -> Table:
    return (speaker.device, speaker.vrf)


def imports(into: BgpSpeaker, source: BgpSpeaker) -> bool:
    """Return whether one VRF of a device may import what another exports.

    A route target in common, or an export map.
    """
    taker, giver = into.device.vrfs.get(into.table[1]), source.device.vrfs.get(source.table[1])
    if taker is None or giver is None:
        return False
    wanted = {target for target, _ in taker.import_targets}
    return bool(wanted & {target for target, _ in giver.export_targets}) or bool(wanted and giver.export_map)


def _bgp_router_id(device: Device) -> int:
    if device.bgp is not None and device.bgp.router_id is not None:
        return device.bgp.router_id
    loopbacks, others = [0], [0]
    for interface in device.interfaces.values():
        for address in interface.addresses:
            if address.family == 4 and not interface.shutdown:
                (loopbacks if interface.kind == "loopback" else others).append(address.value)
    return max(loopbacks) or max(others)


def _source_address(device: Device, vrf: str, neighbor: BgpNeighbor) -> int | None:
    """Return the address that a session leaves from; ``None`` where routing decides."""
    if neighbor.update_source:
        interface = device.interfaces.get(neighbor.update_source)
        return next((a.value for a in interface.addresses if a.family == 4), None) if interface is not None else None
    for interface in device.interfaces.values():
        if interface.vrf == vrf:
            for address in interface.addresses:
                if address.family == 4 and (address.value ^ neighbor.address) >> (32 - address.length) == 0:
                    return address.value
    return None


def _bgp(
    snapshot: Snapshot, tables: dict[Table, list[Port]], owners: dict[tuple[int, int], list[Port]], union: _Union
) -> tuple[list[BgpSpeaker], list[Session], list[tuple[Port, Port]], list[UnknownRoutes]]:
    speakers: list[BgpSpeaker] = []
    for name, device in sorted(snapshot.devices.items()):
        if device.bgp is None or not device.ip_routing:
            continue
        for family in device.bgp.families:
            if family.kind == "unicast" and family.family == 4:
                table = (name, family.vrf)
                tables[table] = tables[table]
                speakers.append(
                    BgpSpeaker(len(speakers), device, table, device.bgp.asn, _bgp_router_id(device), family)
                )
    by_table = {s.table: s for s in speakers}
    sessions: list[Session] = []
    ports: list[tuple[Port, Port]] = []
    unknown: list[UnknownRoutes] = []
    for speaker in speakers:
        name, vrf = speaker.table
        for mine in speaker.family.neighbors:
            if mine.shutdown or not mine.activated or mine.family != 4:
                continue
            holders = owners.get((4, mine.address), [])
            if not holders:
                # Without a connected subnet the way to the peer is a question of routes: the line itself then blocks.
                port = _towards(speaker.device, vrf, mine.address)
                unknown.append(
                    UnknownRoutes(
                        name, vrf, "bgp", _dotted(mine.address), _ranges(speaker.device, mine), port, mine.source
                    )
                )
            for holder in holders:
                vrf2 = snapshot.devices[holder.device].interfaces[holder.interface].vrf
                peer = by_table.get((holder.device, vrf2))
                if peer is None or peer is speaker:
                    continue
                theirs = _answer(speaker, mine, peer, owners)
                if theirs is not None:
                    own = next(p for p in owners[4, theirs.address] if p.device == name and _vrf(snapshot, p) == vrf)
                    external = mine.remote_as != (mine.local_as or speaker.asn)
                    session = Session(
                        len(sessions), speaker.number, peer.number, mine, theirs, theirs.address, external
                    )
                    sessions.append(session)
                    ports.append((own, holder))
                    speaker.sessions.append(session.number)
                    union.join(speaker.table, peer.table)
                    break
    return speakers, sessions, ports, unknown


def _towards(device: Device, vrf: str, address: int) -> Port | None:
    """Return the live interface of a table whose subnet holds an address."""
    for interface in device.interfaces.values():
        if interface.vrf == vrf and not interface.shutdown:
            for own in interface.addresses:
                if own.family == 4 and (own.value ^ address) >> (32 - own.length) == 0:
                    return Port(device.hostname, interface.name)
    return None


def _vrf(snapshot: Snapshot, port: Port) -> str:
    return snapshot.devices[port.device].interfaces[port.interface].vrf


def _answer(
    speaker: BgpSpeaker, mine: BgpNeighbor, peer: BgpSpeaker, owners: dict[tuple[int, int], list[Port]]
) -> BgpNeighbor | None:
    """Return the peer's neighbour statement that answers ``mine``, ``None`` if the session cannot come up."""
    name, vrf = speaker.table
    source = _source_address(speaker.device, vrf, mine)
    for theirs in peer.family.neighbors:
        if theirs.shutdown or not theirs.activated or theirs.family != 4:
            continue
        owned = any(
            p.device == name and speaker.device.interfaces[p.interface].vrf == vrf
            for p in owners.get((4, theirs.address), ())
        )
        if not owned or (source is not None and theirs.address != source):
            continue
        back = _source_address(peer.device, peer.table[1], theirs)
        if back is not None and back != mine.address:
            continue
        if mine.remote_as != (theirs.local_as or peer.asn) or theirs.remote_as != (mine.local_as or speaker.asn):
            continue
        if mine.password == theirs.password:
            return theirs
    return None


def _ranges(device: Device, neighbor: BgpNeighbor) -> tuple[tuple[Prefix, int, int], ...]:
    """Return every prefix range that inbound filters could let in (denials ignored: the safe side)."""
    if neighbor.prefix_list_in:
        return _list_ranges(device, (neighbor.prefix_list_in,))
    found = device.route_maps.get(neighbor.route_map_in) if neighbor.route_map_in else None
    if found is None:
        return EVERYTHING
    ranges: list[tuple[Prefix, int, int]] = []
    for clause in found.clauses:
        if clause.action != "permit":
            continue
        lists = [values for kind, values in clause.matches if kind == "ip address prefix-list"]
        if not lists:
            return EVERYTHING
        ranges.extend(_list_ranges(device, lists[0]))
    return tuple(ranges)


def _list_ranges(device: Device, names: Iterable[str]) -> tuple[tuple[Prefix, int, int], ...]:
    ranges = []
    for name in names:
        found = device.prefix_lists.get(name)
        if found is None or not found.entries:
            return EVERYTHING
        ranges += [(e.prefix, e.ge, e.le) for e in found.entries if e.action == "permit"]
    return tuple(ranges)


def _ospf_unknown(
    wired: Wired, vertex_of: dict[Port, int], attached: list[ospf.Attachment], speakers: list[ospf.Speaker]
) -> list[UnknownRoutes]:
    """Return what unmodelled nodes may inject by OSPF: anything, on each active interface whose segment reaches one."""
    found = []
    for attachment in attached:
        vertex = vertex_of.get(attachment.port)
        if attachment.passive or vertex is None or wired.core_of[vertex] < 0:
            continue
        names = {e.neighbour for e in wired.cores[wired.core_of[vertex]].edges if e.kind == "unmodelled"}
        speaker = speakers[attachment.speaker]
        found += [
            UnknownRoutes(
                speaker.device, speaker.vrf, "ospf", name, EVERYTHING, attachment.port, speaker.process.source
            )
            for name in sorted(names)
        ]
    return found


def _eigrp(
    speakers: list[eigrp.Speaker], wired: Wired, vertex_of: dict[Port, int], union: _Union
) -> list[tuple[eigrp.Attachment, eigrp.Attachment]]:
    """Return the pairs of interfaces that are neighbours while they share a segment."""
    by_core: dict[int, list[eigrp.Attachment]] = defaultdict(list)
    for speaker in speakers:
        for attachment in speaker.attachments:
            home = vertex_of.get(attachment.port)
            if home is not None and wired.core_of[home] >= 0:
                by_core[wired.core_of[home]].append(attachment)
    pairs = []
    for core in by_core.values():
        for position, one in enumerate(core):
            for two in core[position + 1 :]:
                first, second = speakers[one.speaker], speakers[two.speaker]
                if first.process.asn == second.process.asn and eigrp.adjacent(one, two):
                    pairs.append((one, two))
                    union.join(first.table, second.table)
    return pairs


def _eigrp_unknown(speakers: list[eigrp.Speaker], wired: Wired, vertex_of: dict[Port, int]) -> list[UnknownRoutes]:
    """Return what unmodelled nodes may inject by EIGRP: anything, on each active interface whose segment has one."""
    found = []
    for speaker in speakers:
        for attachment in speaker.attachments:
            vertex = vertex_of.get(attachment.port)
            if attachment.passive or vertex is None or wired.core_of[vertex] < 0:
                continue
            edges = wired.cores[wired.core_of[vertex]].edges
            found += [
                UnknownRoutes(
                    speaker.device, speaker.vrf, "eigrp", name, EVERYTHING, attachment.port, speaker.process.source
                )
                for name in sorted({edge.neighbour for edge in edges if edge.kind == "unmodelled"})
            ]
    return found


def _points(snapshot: Snapshot, speakers: list[ospf.Speaker], bgp: list[BgpSpeaker], union: _Union) -> list[Point]:
    points = []
    by_process = {(s.device, s.process.process): s for s in speakers}

    def origin(device: str, own: str, rule: Redistribution) -> Table:
        if rule.vrf is not None:
            return (device, rule.vrf)
        if rule.protocol == "ospf" and (device, rule.process) in by_process:
            return (device, by_process[device, rule.process].vrf)
        return (device, own)

    for speaker in speakers:
        for rule in speaker.process.redistribute:
            table = origin(speaker.device, speaker.vrf, rule)
            points.append(Point("ospf", speaker.number, table, rule))
            union.join(table, (speaker.device, speaker.vrf))
    for target in bgp:
        for rule in target.family.redistribute:
            table = origin(target.table[0], target.table[1], rule)
            points.append(Point("bgp", target.number, table, rule))
            union.join(table, target.table)
    return points


def _dotted(value: int) -> str:
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
