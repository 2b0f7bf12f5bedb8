"""What a changed snapshot keeps of an earlier one's state: segments, routing tables, and inputs that did not change.

A component of routing is taken over whole if nothing that it rests on changed; it is computed on from its earlier
routes if only interfaces, addresses, static routes or OSPF costs and adjacencies changed; else it is computed from
nothing. Whatever comes out equal is the same object as before, so that a reader finds what changed by identity.
A line that only moved (its number changed) changes no route: the routes' sources are rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from network.analysis.routing.solve import Facts, Solution, Solved, Solver
from network.config.model import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.analysis.engine import Engine
    from network.analysis.routing import ospf_routes
    from network.analysis.routing.plan import Component, Plan
    from network.analysis.state import Route, Segment, Table
    from network.analysis.topology import Core, Wired
    from network.config.model import Device, Prefix, Snapshot

Moved = dict[Source, Source]

# What neither wiring nor routing reads. Every other field of a device counts, a future one too.
NEUTRAL = frozenset(
    {
        "version",
        "acls",
        "nat",
        "vlan_maps",
        "firewall",
        "radius",
        "radius_groups",
        "default_gateway",
        "dot1x_system",
        "stp_mode",
        "stp_priority",
        "bpduguard_default",
        "ipv6_routing",
        "statements",
        "irrelevant",
        "lines",
        "modelled_lines",
    }
)
# Of a firewall only these concern wiring and routing.
FIREWALL = ("vdom_links", "policy_routes")
# Parts of a device that a component reads by table, process or interface: they are compared there.
BY_TABLE = frozenset(
    {"vrfs", "interfaces", "vlans", "vtp_mode", "static_routes", "ospf", "bgp", "wlans", "ha", "tag_native"}
) | {"unmodelled"}
# Parts of an OSPF process that are seen in its attachments.
ATTACHED = frozenset({"networks", "passive_default", "passive", "not_passive", "reference_bandwidth"})


def alike(one: object, two: object, moved: Moved, leave: frozenset[str] = frozenset()) -> bool:
    """Return whether two parts of a model say the same.

    A line may stand elsewhere in its file; where it moved to is noted in ``moved``. ``leave`` names fields of the
    outermost object that do not count.
    """
    if one is two:
        return True
    if type(one) is not type(two):
        return False
    if isinstance(one, Source) and isinstance(two, Source):
        if one == two:
            return True
        return moved.setdefault(one, two) == two
    if isinstance(one, (tuple, list)):
        return len(one) == len(two) and all(  # type: ignore[arg-type]
            alike(a, b, moved)
            for a, b in zip(one, two, strict=True)  # type: ignore[call-overload]
        )
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(alike(value, two[key], moved) for key, value in one.items())
    if is_dataclass(one):
        return all(
            alike(getattr(one, part.name), getattr(two, part.name), moved)
            for part in fields(one)
            if part.name not in leave
        )
    return one == two


def changed_devices(before: Snapshot, after: Snapshot) -> frozenset[str]:
    """Return the devices that two snapshots do not share, by object or content."""
    return frozenset(
        name
        for name in before.devices.keys() | after.devices.keys()
        if before.devices.get(name) is not after.devices.get(name)
    )


def _routing_lists(device: Device) -> set[str]:
    """Return the access lists that routing reads: in route-maps and in distribute lists."""
    names = {
        value
        for map_ in device.route_maps.values()
        for clause in map_.clauses
        for kind, values in clause.matches
        if kind.startswith("ip ")
        for value in values
    }
    for process in device.ospf:
        names.update(name for _, name, _ in process.distribute_in)
        names.update(name for _, name, _, _ in process.distribute_out)
    for eigrp in device.eigrp:
        names.update(entry[1] for entry in (*eigrp.distribute_in, *eigrp.distribute_out))
    for family in device.bgp.families if device.bgp is not None else ():
        for neighbor in family.neighbors:
            names.update((neighbor.distribute_in, neighbor.distribute_out))
    return names


def _same_lists(one: Device, two: Device, moved: Moved) -> bool:
    names = _routing_lists(one)
    return names == _routing_lists(two) and all(
        alike(one.acls.get(name), two.acls.get(name), moved) for name in sorted(names)
    )


def _same_firewall(one: Device, two: Device, moved: Moved) -> bool:
    if one.firewall is None or two.firewall is None:
        return one.firewall is two.firewall
    return all(alike(getattr(one.firewall, name), getattr(two.firewall, name), moved) for name in FIREWALL)


def neutral(before: Snapshot, after: Snapshot, changed: Iterable[str]) -> bool:
    """Return whether the changes concern neither wiring nor routing, not even by the number of a line."""
    if before.cables != after.cables:
        return False
    for name in changed:
        one, two = before.devices.get(name), after.devices.get(name)
        if one is None or two is None:
            return False
        moved: Moved = {}
        if any(getattr(one, part.name) != getattr(two, part.name) for part in fields(one) if part.name not in NEUTRAL):
            return False
        if not (_same_lists(one, two, moved) and _same_firewall(one, two, moved)) or moved:
            return False
    return True


def renumber(wired: Wired, earlier: Wired) -> None:
    """Give segments that were there before their earlier numbers (in place); the order stays."""

    def key(core: Core) -> tuple[object, ...]:
        return (core.ports, core.edges, tuple(sorted(core.vlans.items())), core.crossings)

    known: dict[tuple[object, ...], list[int]] = {}
    for number, core in reversed(earlier.cores.items()):
        known.setdefault(key(core), []).append(number)
    fresh = max(max(earlier.cores, default=-1), max(wired.cores, default=-1)) + 1
    names: dict[int, int] = {}
    for number, core in wired.cores.items():
        waiting = known.get(key(core))
        if waiting:
            names[number] = waiting.pop()
        else:
            names[number] = fresh
            fresh += 1
    wired.cores = {names[number]: core for number, core in wired.cores.items()}
    wired.core_of = [names.get(number, -1) for number in wired.core_of]
    wired.segment_of = {port: names[number] for port, number in wired.segment_of.items()}


def same_segment(one: Segment, two: Segment) -> bool:
    """Return whether two segments are equal in every part."""
    return (
        one.id == two.id
        and one.ports == two.ports
        and one.edges == two.edges
        and one.vlans == two.vlans
        and one.crossings == two.crossings
        and one.virtuals == two.virtuals
        and one.owners == two.owners
    )


@dataclass(slots=True)
class Start:
    """How to begin a component: ``whole`` is its answer; else ``previous`` with the tables to look at, or nothing."""

    whole: Solved | None = None
    previous: Solved | None = None
    tables: set[Table] = field(default_factory=set)
    redraw: frozenset[int] = frozenset()  # OSPF domains whose adjacencies or costs are others


class Inheritance:
    """Finds, for each component of a new engine, what it may keep of an earlier engine's solution."""

    def __init__(self, earlier: Engine, solved: tuple[Solved, ...], engine: Engine) -> None:
        self.earlier = earlier
        self.solved = solved
        self.engine = engine
        self.changed = changed_devices(earlier.snapshot, engine.snapshot)
        old, new = earlier.plan, engine.plan
        self.by_tables = {component.tables: component for component in old.components}
        self.same_ospf = [(s.device, s.vrf, s.process.process) for s in old.speakers] == [
            (s.device, s.vrf, s.process.process) for s in new.speakers
        ]
        self.same_bgp = [s.table for s in old.bgp] == [s.table for s in new.bgp]
        self.flipped = earlier.first.up ^ engine.first.up
        self.flipped_devices = {port.device for port in self.flipped}
        self.stopped = earlier.first.standby ^ engine.first.standby
        self.probe = Solver(new, new.components[0], engine.first, None) if new.components else None

    def start(self, component: Component) -> Start:
        """Return where a component of the new engine may begin."""
        old = self.by_tables.get(component.tables)
        if old is None:
            return Start()
        solved = self.solved[old.number]
        moved: Moved = {}
        maps = self._structure(old, component, moved)
        if maps is None:
            return Start()
        domains, sessions = maps
        tables = {
            table
            for table in component.tables
            if table[0] in self.changed or table[0] in self.stopped or self._flipped(table)
        }
        if not self._same_redistribution(component, domains):
            return Start()
        same = self._same_facts(tables, solved, moved)
        redraw = frozenset(
            after
            for before, after in domains.items()
            if self.earlier.plan.edges[before].edges != self.engine.plan.edges[after].edges
            or self.earlier.plan.domains[before].attachments != self.engine.plan.domains[after].attachments
        )
        around = not self._same_surroundings(component)
        translated = self._translate(solved, same, domains, sessions, moved, redraw)
        self._watch(old, component, sessions)
        if same == tables and not redraw and not around:
            return Start(whole=translated)
        if solved.unproved or solved.notes:
            return Start()  # what was said then may not hold now
        return Start(None, translated, tables, redraw)

    def _flipped(self, table: Table) -> bool:
        if table[0] not in self.flipped_devices:
            return False
        return any(port in self.flipped for port in self.engine.plan.own_ports[table])

    def _structure(self, old: Component, new: Component, moved: Moved) -> tuple[dict[int, int], dict[int, int]] | None:
        """Return (old → new OSPF domain, old → new session) if both components are built alike, else ``None``."""
        before, after = self.earlier.plan, self.engine.plan
        if old.eigrp or new.eigrp:
            return None  # its neighbours are not compared here: solved from nothing
        if (old.domains or new.domains) and not self.same_ospf:
            return None
        if (old.bgp or new.bgp or old.points or new.points) and not (self.same_bgp and self.same_ospf):
            return None
        mine = sorted({table[0] for table in new.tables} & self.changed)
        if any(not self._same_device(name, new, moved) for name in mine):
            return None
        domains: dict[int, int] = {}
        known = {tuple(s.number for s in before.domains[n].speakers): n for n in old.domains}
        for number in new.domains:
            domain = after.domains[number]
            twin = known.pop(tuple(s.number for s in domain.speakers), None)
            if twin is None:
                return None
            other = before.domains[twin]
            if (domain.nodes, domain.simple, domain.border) != (other.nodes, other.simple, other.border):
                return None
            for one, two in zip(other.speakers, domain.speakers, strict=True):
                if one.router_id != two.router_id or not alike(one.process, two.process, moved, ATTACHED):
                    return None
            domains[twin] = number
        if known or old.bgp != new.bgp or old.replicates != new.replicates or old.critical != new.critical:
            return None
        if not alike(tuple(old.points), tuple(new.points), moved):
            return None
        sessions: dict[int, int] = {}
        for number in new.bgp:
            speaker, twin_speaker = after.bgp[number], before.bgp[number]
            if (speaker.asn, speaker.router_id) != (twin_speaker.asn, twin_speaker.router_id):
                return None
            if not alike(twin_speaker.family, speaker.family, moved):
                return None
            if len(speaker.sessions) != len(twin_speaker.sessions):
                return None
            for one_number, two_number in zip(twin_speaker.sessions, speaker.sessions, strict=True):
                one_session, two_session = before.sessions[one_number], after.sessions[two_number]
                if not alike(one_session, two_session, moved, frozenset({"number"})):
                    return None
                if before.session_ports[one_number] != after.session_ports[two_number]:
                    return None
                sessions[one_number] = two_number
        return domains, sessions

    def _same_device(self, name: str, component: Component, moved: Moved) -> bool:
        one, two = self.earlier.snapshot.devices.get(name), self.engine.snapshot.devices.get(name)
        if one is None or two is None or one.eigrp or two.eigrp:
            return False
        for part in fields(one):
            if part.name in NEUTRAL or part.name in BY_TABLE:
                continue
            if not alike(getattr(one, part.name), getattr(two, part.name), moved):
                return False
        for device, vrf in component.tables:
            if device == name and not alike(one.vrfs.get(vrf), two.vrfs.get(vrf), moved):
                return False
        for static in (*one.static_routes, *two.static_routes):
            out, way = one.interfaces.get(static.interface), two.interfaces.get(static.interface)
            if (out is None) != (way is None) or (out is not None and way is not None and out.vrf != way.vrf):
                return False
        return _same_lists(one, two, moved) and _same_firewall(one, two, moved)

    def _same_redistribution(self, component: Component, domains: dict[int, int]) -> bool:
        """Return whether redistribution sees the same OSPF interfaces (what is covered, what may be a next hop)."""
        before, after = self.earlier.plan, self.engine.plan
        if not component.points:
            return True
        for old, new in domains.items():
            one, two = (
                [attached._replace(cost=0) for attached in plan.domains[number].attachments]
                for plan, number in ((before, old), (after, new))
            )
            if one != two:
                return False
        return True

    def _same_facts(self, tables: set[Table], solved: Solved, moved: Moved) -> set[Table]:
        """Return the tables whose own routes are as before."""
        found: set[Table] = set()
        if self.probe is None:
            return found
        for table in tables:
            facts, earlier = self.probe.make_facts(table), solved.facts[table]
            same = facts.routes.keys() == earlier.routes.keys() and facts.statics.keys() == earlier.statics.keys()
            for new, old in ((facts.routes, earlier.routes), (facts.statics, earlier.statics)):
                for prefix, route in new.items():
                    if prefix in old and not alike(old[prefix], route, moved):
                        same = False
            if same:
                found.add(table)
        return found

    def _same_surroundings(self, component: Component) -> bool:
        """Return whether the segments of all its interfaces are as before, and no changed device stands there."""
        before, after = self.earlier.first, self.engine.first
        for port in component.ports:
            number = after.segment_of.get(port)
            if number != before.segment_of.get(port):
                return False
            if number is not None and self.changed and any(p.device in self.changed for p in after.cores[number].ports):
                return False
        return not any(key[0] == "track" for key in self.by_tables[component.tables].watchers)

    def _translate(
        self,
        solved: Solved,
        same: set[Table],
        domains: dict[int, int],
        sessions: dict[int, int],
        moved: Moved,
        redraw: frozenset[int],
    ) -> Solved:
        plan = self.engine.plan
        facts = dict(solved.facts)
        for table, own in solved.facts.items():
            if table in same and self.probe is not None:
                facts[table] = self.probe.make_facts(table)
            elif table[0] in self.changed and moved:
                facts[table] = _moved_facts(own, moved)
        ribs, solutions = solved.ribs, solved.solutions
        renamed = any(before != after for before, after in domains.items())
        numbered = any(before != after for before, after in sessions.items())
        if moved:
            files = {source.file for source in moved}
            ribs = {table: _moved_table(rib, moved, files) for table, rib in ribs.items()}
        if moved or renamed or numbered:
            solutions = {p: _moved_solution(one, domains, sessions, moved) for p, one in solutions.items()}
        areas: dict[int, ospf_routes.Area] = {}
        for before, after in domains.items():
            area = solved.areas[before]
            graph = area.graph if after in redraw else replace(area.graph, all=plan.edges[after])
            areas[after] = replace(area, domain=plan.domains[after], devices=self.engine.snapshot.devices, graph=graph)
        values = {_key(key, sessions): value for key, value in solved.values.items()} if numbered else solved.values
        return Solved(ribs, facts, areas, solutions, values, solved.unproved, solved.notes, solved.lengths)

    def _watch(self, old: Component, new: Component, sessions: dict[int, int]) -> None:
        for key, prefixes in old.watchers.items():
            new.watchers[_key(key, sessions)].update(prefixes)


def _key(key: tuple[object, ...], sessions: dict[int, int]) -> tuple[object, ...]:
    if key[0] == "session":
        return ("session", sessions.get(key[1], key[1]))  # type: ignore[call-overload]
    return key


def _moved_table(rib: dict[Prefix, Route], moved: Moved, files: set[str]) -> dict[Prefix, Route]:
    found = {
        prefix: route._replace(source=moved[route.source])
        for prefix, route in rib.items()
        if route.source is not None and route.source.file in files and route.source in moved
    }
    return {**rib, **found} if found else rib


def _moved_facts(facts: Facts, moved: Moved) -> Facts:
    routes = {
        prefix: route._replace(source=moved[route.source]) if route.source in moved else route
        for prefix, route in facts.routes.items()
    }
    statics = {
        prefix: tuple(replace(one, source=moved.get(one.source, one.source)) for one in found)
        for prefix, found in facts.statics.items()
    }
    return Facts(routes, statics)


def _moved_solution(one: Solution, domains: dict[int, int], sessions: dict[int, int], moved: Moved) -> Solution:
    if not one.externals and not any(key[0] == "session" for key in one.keys):
        return one
    externals = tuple(
        (
            domains.get(number, number),
            tuple(e._replace(source=moved[e.source]) if e.source in moved else e for e in found),
        )
        for number, found in one.externals
    )
    return replace(one, externals=externals, keys=tuple(_key(key, sessions) for key in one.keys))


def lightly(engine: Engine, snapshot: Snapshot, changed: frozenset[str]) -> Any:
    """Return ``engine`` for a snapshot that differs from its own in nothing that wiring or routing reads."""
    from copy import copy  # noqa: PLC0415 - only here

    result = copy(engine)
    result.snapshot = snapshot
    result.wiring = replace(engine.wiring, snapshot=snapshot)
    speakers = [
        replace(speaker, device=snapshot.devices[speaker.table[0]]) if speaker.table[0] in changed else speaker
        for speaker in engine.plan.bgp
    ]
    plan: Plan = replace(engine.plan, snapshot=snapshot, wiring=result.wiring, bgp=speakers)
    result.plan = plan
    return result
