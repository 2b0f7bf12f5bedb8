"""The routes of one component in one scenario.

A fixpoint per prefix, redone only for prefixes whose inputs changed.

Each prefix is solved alone: connected and static candidates, OSPF from the domain's distances, BGP by letting
speakers choose in turn, redistribution from whatever is installed, until nothing changes. What a prefix takes from
others (next-hop resolution, tracked routes, summaries, session reachability) is a *dependency* with a recorded
value; after a round every dependency is evaluated again and the prefixes whose values changed are solved again. A
prefix or a component that does not settle is reported, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from network.analysis.routing import eigrp, ospf, ospf_routes
from network.analysis.routing.bgp import (
    LOCAL_WEIGHT,
    BgpSpeaker,
    Path,
    as_offer,
    choose,
    inbound,
    same_rank,
    with_offer,
)
from network.analysis.routing.filters import Doubt, Offer, filtered, route_map
from network.analysis.state import RECEIVE, NextHop, Port, Route, Table
from network.config.model import Prefix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.analysis.routing.plan import Component, Plan, Point
    from network.analysis.topology import Wired
    from network.config.model import Device, Interface, Redistribution, StaticRoute

ITERATIONS = 60
ROUNDS = 40
DEFAULT = Prefix(0, 0)
RANK = {"connected": 0, "local": 0, "static": 1, "ospf": 2, "bgp": 3, "ibgp": 4, "aggregate": 4}
Key = tuple[object, ...]


class Candidate(NamedTuple):
    """A route that a protocol offers to one table."""

    route: Route
    process: str = ""
    replicated: bool = False


@dataclass(slots=True)
class Facts:
    """What one table has by itself: connected and local routes, and static routes whose own interface is up."""

    routes: dict[Prefix, Route]
    statics: dict[Prefix, tuple[StaticRoute, ...]]


@dataclass(slots=True)
class Solution:
    """What solving one prefix left for later scenarios."""

    externals: tuple[tuple[int, tuple[ospf.External, ...]], ...] = ()
    raw: tuple[tuple[int, int], ...] = ()  # (OSPF speaker, metric) before summarisation
    holders: frozenset[int] = frozenset()  # BGP speakers with a path
    keys: tuple[Key, ...] = ()


@dataclass(slots=True)
class Solved:
    """All tables of a component in one scenario."""

    ribs: dict[Table, dict[Prefix, Route]]
    facts: dict[Table, Facts]
    areas: dict[int, ospf_routes.Area]
    solutions: dict[Prefix, Solution]
    values: dict[Key, object]
    unproved: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    lengths: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Bgp:
    """Best paths of one prefix while it is being solved."""

    best: dict[int, Path] = field(default_factory=dict)
    equal: dict[int, tuple[Path, ...]] = field(default_factory=dict)


def covers(prefix: Prefix, address: int) -> bool:
    """Return whether an IPv4 prefix holds an address."""
    return prefix.family == 4 and (address ^ prefix.value) >> (32 - prefix.length) == 0


class Solver:
    """Computes one component in one scenario, from nothing or from an earlier scenario."""

    def __init__(
        self,
        plan: Plan,
        component: Component,
        wired: Wired,
        previous: Solved | None,
        hint: Solved | None = None,
        redraw: frozenset[int] = frozenset(),
    ) -> None:
        self.plan = plan
        self.component = component
        self.wired = wired
        self.previous = previous
        self.hint = hint
        self.redraw = redraw  # OSPF domains whose adjacencies or costs are not the previous ones
        self.moved: set[Port] | None = None  # ports whose state may differ from the previous scenario
        self.devices = plan.snapshot.devices
        self.doubt = Doubt()
        self.notes: list[str] = []
        self.problems: list[str] = []
        self.owned: set[Table] = set()
        self.ribs: dict[Table, dict[Prefix, Route]] = {}
        self.facts: dict[Table, Facts] = {}
        self.areas: dict[int, ospf_routes.Area] = {}
        self.solutions: dict[Prefix, Solution] = {}
        self.values: dict[Key, object] = {}
        self.local_tables: dict[Prefix, list[Table]] = {}
        self.lengths: list[int] = []
        self.used_keys: set[Key] = set()
        self.eigrp_pairs: list[tuple[eigrp.Attachment, eigrp.Attachment]] | None = None
        self.current = DEFAULT

    # ---- facts -------------------------------------------------------------------------------------------------------

    def up(self, port: Port) -> bool:
        """Return whether an interface is up in this scenario; a loopback is while its device lives."""
        if port in self.plan.loopbacks:
            return port.device not in self.wired.dead and port.device not in self.wired.standby
        return port in self.wired.up

    def make_facts(self, table: Table) -> Facts:
        """Return a table's own routes; tables with the same live interfaces share one object."""
        stopped = table[0] in self.wired.dead or table[0] in self.wired.standby
        ports = self.plan.own_ports[table]
        key = (table, stopped or tuple(self.up(port) for port in ports))
        found = self.plan.facts.get(key)
        if not isinstance(found, Facts):
            found = self.plan.facts[key] = self._facts(table)
        return found

    def _facts(self, table: Table) -> Facts:
        device = self.devices[table[0]]
        vrf = table[1]
        routes: dict[Prefix, Route] = {}
        if table[0] in self.wired.dead or table[0] in self.wired.standby:
            return Facts({}, {})
        ports = [(port, vrf) for port in self.plan.tables[table]]
        for interface in device.interfaces.values():
            if any(name == vrf for name, _ in interface.vrf_receive):
                ports += [(Port(table[0], interface.name), interface.vrf)]
        for port, home in ports:
            if not self.up(port):
                continue
            interface = device.interfaces[port.interface]
            for position, address in enumerate(interface.addresses):
                width = 32 if address.family == 4 else 128
                lines = interface.address_sources
                source = lines[position] if position < len(lines) else interface.source
                shift = width - address.length
                network = Prefix(address.value >> shift << shift, address.length, address.family)
                hop = NextHop(port.interface, None, home)
                known = routes.get(network)
                if known is not None and known.protocol == "connected":
                    hops = tuple(sorted({*known.next_hops, hop}, key=ospf.hop_key))
                    routes[network] = known._replace(next_hops=hops)
                elif address.length < width:
                    routes[network] = Route(table[0], vrf, network, "connected", (hop,), 0, 0, source)
                host = Prefix(address.value, width, address.family)
                if address.length == width:
                    # a host address is its own connected route; packets to it are received
                    routes[host] = Route(
                        table[0], vrf, host, "connected", (NextHop(RECEIVE, None, home),), 0, 0, source
                    )
                else:
                    routes[host] = Route(table[0], vrf, host, "local", (NextHop(RECEIVE, None, home),), 0, 0, source)
        statics: dict[Prefix, list[StaticRoute]] = {}
        for static in self.plan.statics.get(table, ()):
            named = Port(table[0], static.interface)
            if (
                static.discard
                or not static.interface
                or static.permanent
                or (static.interface in device.interfaces and self.up(named))
            ):
                statics.setdefault(static.prefix, []).append(static)
        return Facts(routes, {prefix: tuple(found) for prefix, found in statics.items()})

    # ---- OSPF graph --------------------------------------------------------------------------------------------------

    def make_area(self, number: int) -> ospf_routes.Area:
        """Return one OSPF domain as it is in this scenario."""
        plan, wired = self.plan, self.wired
        domain = plan.domains[number]
        home = wired.segment_of
        live_edges: list[bool] = []
        for one, two in plan.pairs[number]:
            segment = home.get(one)
            # only live ports stand in a segment
            joined = segment is not None and segment == home.get(two)
            live_edges += (joined, joined)
        speakers = plan.speakers
        stopped = wired.dead | wired.standby
        if stopped:
            alive = frozenset(n for n, (who, _) in enumerate(domain.nodes) if speakers[who].device not in stopped)
        else:
            alive = frozenset(range(len(domain.nodes)))
        before = self.previous.areas.get(number) if self.previous is not None else None
        same_graph = before is not None and before.graph.alive == alive and before.graph.live.tolist() == live_edges
        same_graph = same_graph and number not in self.redraw
        graph = before.graph if before is not None and same_graph else ospf.graph(plan.edges[number], live_edges, alive)
        if before is not None and self.moved is not None and self.moved.isdisjoint(plan.domain_ports[number]):
            if same_graph:
                return before
            return ospf_routes.Area(domain, graph, before.stubs, self.devices, before.live)
        live = frozenset(port for port in plan.domain_ports[number] if self.up(port))
        stubs: dict[Prefix, list[tuple[int, int]]] = {}
        for attached in domain.attachments:
            if attached.port in live:
                node = domain.node_of[attached.speaker, attached.area]
                for prefix in attached.prefixes:
                    stubs.setdefault(prefix, []).append((node, attached.cost))
        fixed = {prefix: tuple(sorted(set(found))) for prefix, found in stubs.items()}
        return ospf_routes.Area(domain, graph, fixed, self.devices, live)

    # ---- lookups -----------------------------------------------------------------------------------------------------

    def longest(self, table: Table, address: int, without: Prefix | None = None) -> Route | None:
        """Return the most specific route of a table to an IPv4 address, leaving out one prefix."""
        rib = self.ribs.get(table)
        if not rib:
            return None
        for length in self.lengths:
            shift = 32 - length
            prefix = Prefix(address >> shift << shift, length, 4)
            route = rib.get(prefix)
            if route is not None and prefix != without:
                return route
        return None

    def ask(self, key: Key) -> object:
        """Return the value of a dependency and record that the current prefix rests on it."""
        self.used_keys.add(key)
        if key not in self.values:
            self.values[key] = self.evaluate(key)
        return self.values[key]

    def evaluate(self, key: Key) -> object:
        """Return a dependency's value from the tables as they are now."""
        kind = key[0]
        if kind == "resolve":
            _, table, address, without = key
            return self._resolve(table, address, without)  # type: ignore[arg-type]
        if kind == "session":
            return self._session(key[1])  # type: ignore[arg-type]
        if kind == "track":
            return self._track(key[1], key[2])  # type: ignore[arg-type]
        if kind == "summary":
            _, speaker, prefix = key
            metrics = [
                metric
                for other, solution in self.solutions.items()
                if ospf_routes.inside(other, prefix) and other != prefix  # type: ignore[arg-type]
                for number, metric in solution.raw
                if number == speaker
            ]
            return min(metrics, default=None)
        if kind == "exact":
            return (self.ribs.get(key[1]) or {}).get(key[2])  # type: ignore[call-overload]
        _, speaker, prefix = key
        return any(
            speaker in solution.holders
            for other, solution in self.solutions.items()
            if other.length > prefix.length and ospf_routes.inside(other, prefix)  # type: ignore[attr-defined,arg-type]
        )

    def _resolve(self, table: Table, address: int, without: Prefix | None) -> tuple[tuple[NextHop, ...], int] | None:
        route = self.longest(table, address, without)
        if route is None:
            return None
        hops = []
        for hop in route.next_hops:
            if hop.interface == RECEIVE:
                return None
            hops.append(NextHop(hop.interface, address, hop.vrf) if hop.address is None and hop.interface else hop)
        return tuple(hops), route.metric if route.protocol != "connected" else 0

    def resolve(
        self, table: Table, address: int, asking: Table | None = None
    ) -> tuple[tuple[NextHop, ...], int] | None:
        """Return (next hops, cost) to an address through a table.

        The prefix being solved never resolves itself, unless it is connected there or stands in another table than the
        ``asking`` one: neither rests on what is being solved.
        """
        facts = self.facts.get(table)
        rests = (asking is None or asking == table) and (facts is None or self.current not in facts.routes)
        without = self.current if rests and covers(self.current, address) else None
        return self.ask(("resolve", table, address, without))  # type: ignore[return-value]

    def _session(self, number: int) -> bool:
        session = self.plan.sessions[number]
        own, other = self.plan.session_ports[number]
        if not self.up(own) or not self.up(other):
            return False
        segment = self.wired.segment_of.get(own)
        if segment is not None and segment == self.wired.segment_of.get(other):
            return True
        if session.external and (session.mine.ebgp_multihop <= 1 or session.theirs.ebgp_multihop <= 1):
            return False
        speaker, peer = self.plan.bgp[session.speaker], self.plan.bgp[session.peer]
        forth = self._reachable(speaker.table, session.mine.address)
        back = self._reachable(peer.table, session.address)
        return forth and back

    def _reachable(self, table: Table, address: int) -> bool:
        """Return whether packets from a table reach an address of a modelled device, hop by hop through the tables."""
        for _ in range(64):
            route = self.longest(table, address)
            if route is None or not route.next_hops:
                return False
            hop = route.next_hops[0]
            if hop.interface == RECEIVE:
                return True
            if not hop.interface:
                return False
            port = Port(table[0], hop.interface)
            wanted = address if hop.address is None else hop.address
            owner = self._owner(port, wanted)
            if owner is None:
                return False
            vrf = self.devices[owner.device].interfaces[owner.interface].vrf
            table = (owner.device, vrf)
            if wanted == address:
                return True
            if table not in self.ribs:
                self.problems.append(
                    f"reachability of {_dotted(address)} leaves the routing component at {table[0]} vrf '{table[1]}'"
                )
                return False
        return False

    def _owner(self, port: Port, address: int) -> Port | None:
        segment = self.wired.segment_of.get(port)
        if segment is None:
            return None
        virtual = None
        for other in self.wired.cores[segment].ports:
            interface = self.devices[other.device].interfaces[other.interface]
            if any(a.value == address for a in interface.addresses):
                return other
            if virtual is None and any(address in group.virtual for group in interface.first_hops):
                virtual = other
        return virtual

    def _track(self, name: str, number: int) -> bool:
        device = self.devices[name]
        track = device.tracks.get(number)
        if track is None:
            return False
        if track.kind == "interface":
            port = Port(name, track.interface)
            if port in self.plan.vertex_of or port in self.plan.loopbacks:
                return self.up(port)
            links = self.plan.wiring.physical.get(port, ())
            return any(link < 0 or link not in self.wired.cut for link in links)
        if track.kind == "route" and track.prefix is not None:
            return track.prefix in self.ribs.get((name, track.vrf), {})
        if track.kind == "sla" and track.target is not None:
            return self._probe((name, track.vrf), track.target)
        self.problems.append(f"{name}: track {number} ({track.kind}) is not modelled")
        return True

    def _probe(self, table: Table, address: int) -> bool:
        """Return whether a probe's target answers.

        A modelled address that is reachable, or an edge that its route leads to.
        """
        for _ in range(64):
            route = self.longest(table, address)
            if route is None or not route.next_hops or not route.next_hops[0].interface:
                return False
            hop = route.next_hops[0]
            if hop.interface == RECEIVE:
                return True
            port = Port(table[0], hop.interface)
            wanted = address if hop.address is None else hop.address
            owner = self._owner(port, wanted)
            if owner is None:
                segment = self.wired.segment_of.get(port)
                return segment is not None and bool(self.wired.cores[segment].edges)
            if wanted == address:
                return True
            table = (owner.device, self.devices[owner.device].interfaces[owner.interface].vrf)
            if table not in self.ribs:
                self.problems.append(f"a probe of {_dotted(address)} leaves the routing component at {table[0]}")
                return True
        return False

    # ---- the run -----------------------------------------------------------------------------------------------------

    def run(self, changed: Iterable[Table] | None = None) -> Solved:
        """Return the component's tables; ``changed`` names those whose interfaces differ from the earlier scenario.

        Return the component's tables; ``changed`` names the tables whose interfaces differ from the previous
        scenario.
        """
        if self.component.eigrp:
            self.previous = self.hint = None  # what a change touches is not known for EIGRP: all of it is solved again
        component, previous = self.component, self.previous
        tables = component.tables
        dirty: set[Prefix] = set()
        partial: dict[Prefix, set[int]] = {}
        if previous is None:
            self.facts = {table: self.make_facts(table) for table in tables}
            self.ribs = {table: {} for table in tables}
            self.owned = set(tables)
            self.areas = {number: self.make_area(number) for number in component.domains}
            for facts in self.facts.values():
                dirty.update(facts.routes, facts.statics)
            for area in self.areas.values():
                dirty.update(area.stubs)
            dirty |= self._configured()
        else:
            self.facts = dict(previous.facts)
            self.ribs = dict(previous.ribs)
            self.solutions = dict(previous.solutions)
            self.values = dict(previous.values)
            self.moved = set()
            for table in tables if changed is None else changed:
                facts = self.make_facts(table)
                self.moved.update(self.plan.own_ports[table])
                if facts is not previous.facts[table]:
                    dirty |= _difference(previous.facts[table], facts)
                    self.facts[table] = facts
            for table in tables:
                if (table[0] in self.wired.dead or table[0] in self.wired.standby) and self.ribs[table]:
                    self.ribs[table] = {}
                    self.owned.add(table)
            for number in component.domains:
                before = previous.areas[number]
                after = self.areas[number] = self.make_area(number)
                if after is not before:
                    self._affected(number, before, after, dirty, partial)
        if previous is None:
            # connected routes first, so that the first round resolves next hops
            for table, facts in self.facts.items():
                self.ribs[table].update(facts.routes)
            lengths = {p.length for p in dirty if p.family == 4}
        else:
            lengths = {*previous.lengths, *(p.length for p in dirty if p.family == 4)}
        self.lengths = sorted(lengths, reverse=True)
        for prefix, speakers in partial.items():
            if prefix not in dirty:
                self._patch(prefix, speakers)
        settled = False
        for _ in range(ROUNDS):
            for prefix in sorted(dirty, key=_order):
                self.solve(prefix)
            dirty = set()
            for key, old in list(self.values.items()):
                new = self.evaluate(key)
                if new != old:
                    self.values[key] = new
                    dirty |= component.watchers[key]
            if not dirty:
                settled = True
                break
        if not settled:
            some = ", ".join(_text(p) for p in sorted(dirty)[:5])
            self.problems.append(f"routing does not converge for {some}")
        unproved = (*self.doubt.reasons, *dict.fromkeys(self.problems))
        if previous is not None:
            unproved = tuple(dict.fromkeys((*previous.unproved, *unproved)))
        return Solved(
            self.ribs, self.facts, self.areas, self.solutions, self.values, unproved, tuple(self.notes), self.lengths
        )

    def _configured(self) -> set[Prefix]:
        """Return prefixes that a configuration names although no interface or static route has them."""
        found: set[Prefix] = set()
        for number in self.component.domains:
            for speaker in self.plan.domains[number].speakers:
                found.update(prefix for prefix, _, _ in speaker.process.summaries)
                for area in speaker.process.areas.values():
                    found.update(prefix for prefix, _, _ in area.ranges)
                    if area.kind != "normal":
                        found.add(DEFAULT)
                if speaker.process.default_originate is not None:
                    found.add(DEFAULT)
        for number in self.component.bgp:
            family = self.plan.bgp[number].family
            found.update(prefix for prefix, *_ in family.aggregates)
            if any(n.default_originate for n in family.neighbors):
                found.add(DEFAULT)
        return found

    def _affected(
        self,
        number: int,
        before: ospf_routes.Area,
        after: ospf_routes.Area,
        dirty: set[Prefix],
        partial: dict[Prefix, set[int]],
    ) -> None:
        """Add prefixes that a change of one OSPF domain touches.

        Wholly, or only for routers that nothing else depends on.

        With a ``hint`` (another scenario that shares most of this one's failures) a route whose inputs are the same
        there is taken from it: the solution of a prefix is a function of its own facts, of its dependencies and of
        the distances and next hops to the routers that originate it.
        """
        domain = after.domain
        if before.stubs is not after.stubs:
            for prefix in before.stubs.keys() | after.stubs.keys():
                if before.stubs.get(prefix) != after.stubs.get(prefix):
                    dirty.add(prefix)
        if before.graph is after.graph:
            return
        if not domain.simple:
            dirty.update(self.solutions)
            return
        pairs = ospf.changed_pairs(before.graph, after.graph)
        critical = self.plan.critical_of[number]
        hint = self.hint
        other = hint.areas.get(number) if hint is not None and len(self.component.domains) == 1 else None
        against = ospf.changed_pairs(other.graph, after.graph) if other is not None else None
        differing = self._facts_differ() if other is not None else set()
        nodes_of = domain.nodes_of
        everyone = frozenset(s.number for s in domain.speakers)
        stopped = self.wired.dead | self.wired.standby
        gone = {s.number for s in domain.speakers if s.device in stopped}
        changed = self._columns(domain, pairs, gone)
        unlike = self._columns(domain, against, gone) if against is not None else {}
        nobody: frozenset[int] = frozenset()

        before_dirty = frozenset(dirty)
        for prefix, solution in self.solutions.items():
            stub = after.stubs.get(prefix, ())
            targets = tuple(node for node, _ in stub)
            renewed = prefix in before_dirty
            there = hint.solutions.get(prefix) if hint is not None and against is not None else None
            external = there if renewed and there is not None else solution
            if external.externals:
                forwarded = False
                for domain_number, externals in external.externals:
                    if domain_number == number:
                        for one in externals:
                            targets += tuple(nodes_of[one.speaker])
                            forwarded = forwarded or one.forward is not None
                if forwarded:
                    dirty.add(prefix)
                    continue
            speakers = wrong = nobody
            for target in targets:
                if target in changed:
                    speakers = speakers | changed[target] if speakers else changed[target]
            if not renewed and not speakers:
                continue
            for target in targets:
                if target in unlike:
                    wrong = wrong | unlike[target] if wrong else unlike[target]
            usable = (
                there is not None
                and other is not None
                and prefix not in differing
                and (other.stubs is after.stubs or other.stubs.get(prefix, ()) == stub)
                and (renewed or there.externals == solution.externals)
                and self._same_values(there)
            )
            if renewed or speakers & critical:
                if usable and there is not None and wrong.isdisjoint(critical):
                    chosen = everyone - gone if renewed else speakers | (critical - gone)
                    self._adopt(prefix, there, chosen - wrong)
                    dirty.discard(prefix)
                    partial[prefix] = set(chosen & wrong)
                else:
                    dirty.add(prefix)
            elif usable:
                self._adopt(prefix, None, speakers - wrong)
                if not speakers.isdisjoint(wrong):
                    partial[prefix] = set(speakers & wrong)
            else:
                partial[prefix] = set(speakers)

    @staticmethod
    def _columns(domain: ospf.Domain, pairs: ospf.Pairs, gone: set[int]) -> dict[int, frozenset[int]]:
        """Return target → live speakers whose way there is marked."""
        found: dict[int, list[int]] = {}
        nodes = domain.nodes
        targets, sources = pairs.T.nonzero()
        for target, source in zip(targets.tolist(), sources.tolist(), strict=True):
            speaker = nodes[source][0]
            if speaker not in gone:
                found.setdefault(target, []).append(speaker)
        return {target: frozenset(speakers) for target, speakers in found.items()}

    def _facts_differ(self) -> set[Prefix]:
        """Return prefixes whose connected or static routes are not the same in the hint."""
        found: set[Prefix] = set()
        if self.hint is not None:
            for table, facts in self.facts.items():
                there = self.hint.facts[table]
                if there is not facts:
                    found |= _difference(there, facts)
        return found

    def _same_values(self, there: Solution) -> bool:
        if self.hint is None:
            return False
        missing = object()
        mine, theirs = self.values, self.hint.values
        return all(mine.get(key, missing) == theirs.get(key, missing) for key in there.keys)

    def _adopt(self, prefix: Prefix, there: Solution | None, speakers: Iterable[int]) -> None:
        """Take routes of a prefix from the hint.

        At the given OSPF routers, with ``there`` also at all tables without OSPF.
        """
        if self.hint is None:
            return
        table_of = self.plan.table_of
        ribs, theirs = self.ribs, self.hint.ribs
        for number in speakers:
            table = table_of[number]
            route = theirs[table].get(prefix)
            if ribs[table].get(prefix) is not route:
                self._write(table, prefix, route)
        if there is None:
            return
        self.solutions[prefix] = there
        stopped = self.wired.dead | self.wired.standby
        for table in self.plan.other_tables[self.component.number]:
            route = None if table[0] in stopped else theirs[table].get(prefix)
            if ribs[table].get(prefix) is not route:
                self._write(table, prefix, route)

    def _patch(self, prefix: Prefix, speakers: set[int]) -> None:
        """Renew the route of a prefix at OSPF routers on which nothing else depends."""
        solution = self.solutions[prefix]
        self.current = prefix
        self.used_keys = set(solution.keys)
        by_domain: dict[int, set[int]] = {}
        for speaker in speakers:
            by_domain.setdefault(self.plan.domain_of[speaker], set()).add(speaker)
        externals = dict(solution.externals)
        for number, wanted in by_domain.items():
            found = ospf_routes.routes(self.areas[number], prefix, externals.get(number, ()), wanted)
            for speaker in wanted:
                process = self.plan.speakers[speaker]
                table = (process.device, process.vrf)
                candidate = self.local(table, prefix)
                route = found.get(speaker)
                if route is not None and route.hops:
                    offered = self.ospf_candidate(process, prefix, route)
                    if offered is not None:
                        candidate = _better(candidate, offered)
                self.install(table, prefix, candidate)
        self._remember(prefix, solution)

    # ---- one prefix --------------------------------------------------------------------------------------------------

    def local(self, table: Table, prefix: Prefix) -> Candidate | None:
        """Return the connected or best valid static route of one table."""
        facts = self.facts[table]
        own = facts.routes.get(prefix)
        if own is not None:
            return Candidate(own)
        best: Candidate | None = None
        priority = 0  # FortiOS: of routes with one distance those of the lowest priority forward, the rest stand by
        for static in facts.statics.get(prefix, ()):
            found = self.static(table, static)
            if found is None:
                continue
            if best is None or (found.distance, static.priority) < (best.route.distance, priority):
                best, priority = Candidate(found), static.priority
            elif (found.distance, static.priority) == (best.route.distance, priority):
                hops = tuple(sorted({*best.route.next_hops, *found.next_hops}, key=ospf.hop_key))
                best = Candidate(best.route._replace(next_hops=hops))
        return best

    def static(self, table: Table, static: StaticRoute) -> Route | None:
        """Return a static route if it is valid now."""
        if static.track is not None and not self.ask(("track", table[0], static.track)):
            return None
        device = self.devices[table[0]]
        hops: tuple[NextHop, ...]
        if static.discard:
            hops = (NextHop("", None, static.vrf),)
        elif static.interface:
            interface = device.interfaces.get(static.interface)
            if interface is None:
                return None
            hops = (NextHop(static.interface, static.next_hop, interface.vrf),)
        elif static.next_hop is not None:
            if static.prefix.family == 6:
                found6 = self._connected6((table[0], static.next_hop_vrf), static.next_hop)
                if found6 is None:
                    return None
                hops = (found6,)
            else:
                found = self.resolve((table[0], static.next_hop_vrf), static.next_hop, table)
                if found is None:
                    return None
                hops = found[0]
        else:
            return None
        return Route(
            table[0], table[1], static.prefix, "static", hops, static.distance, 0, static.source, static.tag or 0
        )

    def _connected6(self, table: Table, address: int) -> NextHop | None:
        facts = self.facts.get(table)
        best: tuple[int, NextHop] | None = None
        for prefix, route in (facts.routes if facts is not None else {}).items():
            if (
                prefix.family == 6
                and (address ^ prefix.value) >> (128 - prefix.length) == 0
                and (route.protocol == "connected" and (best is None or prefix.length > best[0]))
            ):
                best = (prefix.length, route.next_hops[0]._replace(address=address))
        return best[1] if best is not None else None

    def ospf_candidate(self, speaker: ospf.Speaker, prefix: Prefix, found: ospf.Found) -> Candidate | None:
        """Return an OSPF route as the table sees it, after ``distribute-list in``; ``None`` if that withholds it."""
        process = speaker.process
        kind = found.kind
        distance = process.distance[0 if kind == "ospf" else 1 if kind == "ospf-ia" else 2]
        hops = found.hops
        if process.distribute_in:
            offer = Offer(prefix, "ospf", kind, found.tag, found.metric, next_hop=hops[0].address)
            device = self.devices[speaker.device]
            if not all(filtered(device, how, name, offer, self.doubt) for how, name, _ in process.distribute_in):
                return None
        if len(hops) > process.max_paths:
            hops = hops[: process.max_paths]
            self.notes.append(f"{speaker.device}: more equal paths than maximum-paths {process.max_paths}")
        route = Route(
            speaker.device,
            speaker.vrf,
            prefix,
            kind,
            hops,
            distance,
            found.metric,
            found.source or process.source,
            found.tag,
        )
        return Candidate(route, process.process)

    def _holders(self, prefix: Prefix) -> list[Table]:
        """Return the tables that have a connected or static route to a prefix."""
        if not self.local_tables:
            for table, facts in self.facts.items():
                for known in facts.routes.keys() | facts.statics.keys():
                    self.local_tables.setdefault(known, []).append(table)
        return self.local_tables.get(prefix, [])

    def solve(self, prefix: Prefix) -> None:
        """Find every table's route to one prefix and install it."""
        self.current = prefix
        self.used_keys = set()
        self.plan.solves += 1
        component = self.component
        base: dict[Table, Candidate] = {}
        for table in self._holders(prefix):
            own = self.local(table, prefix)
            if own is not None:
                base[table] = own
        if prefix.family == 6:
            self._finish(prefix, base, {}, [], _Bgp())
            return
        winners = dict(base)
        externals: dict[int, tuple[ospf.External, ...]] = {}
        raw: list[tuple[int, int]] = []
        bgp = _Bgp()
        igp: dict[Table, Candidate] = {}
        first = True
        seen: set[object] = set()
        for turn in range(ITERATIONS):
            now, raw = self._externals(prefix, winners)
            if first or now != externals:
                externals = now
                igp = self._ospf(prefix, externals, base)
            before = dict(bgp.best)
            if component.bgp:
                self._bgp(prefix, winners, bgp)
            found = dict(base)
            for table, candidate in igp.items():
                found[table] = _better(found.get(table), candidate)  # type: ignore[assignment]
            for table, candidate in self._eigrp(prefix, winners).items():
                found[table] = _better(found.get(table), candidate)  # type: ignore[assignment]
            for number in component.bgp:
                route = self._bgp_route(prefix, number, bgp)
                if route is not None:
                    table = self.plan.bgp[number].table
                    found[table] = _better(found.get(table), route)  # type: ignore[assignment]
            for into, source, protocol, map_ in component.replicates:
                copy = self._replicate(prefix, winners.get(source), into, protocol, map_)
                if copy is not None:
                    found[into] = _better(found.get(into), copy)  # type: ignore[assignment]
            if not first and found == winners and before == bgp.best:
                break
            winners = found
            if turn > ITERATIONS // 2:
                state = (tuple(sorted((t, c.route) for t, c in winners.items())), tuple(sorted(bgp.best.items())))
                if state in seen:
                    self.problems.append(f"routing does not converge for {_text(prefix)} (it oscillates)")
                    break
                seen.add(state)
            first = False
        else:
            self.problems.append(f"routing does not converge for {_text(prefix)}")
        self._finish(prefix, winners, externals, raw, bgp)

    def _finish(
        self,
        prefix: Prefix,
        winners: dict[Table, Candidate],
        externals: dict[int, tuple[ospf.External, ...]],
        raw: list[tuple[int, int]],
        bgp: _Bgp,
    ) -> None:
        for table in self.component.tables:
            candidate = winners.get(table)
            if candidate is not None or prefix in self.ribs[table]:
                self.install(table, prefix, candidate)
        self._remember(prefix, Solution(tuple(sorted(externals.items())), tuple(raw), frozenset(bgp.best)))

    def _remember(self, prefix: Prefix, solution: Solution) -> None:
        for key in self.used_keys:
            self.component.watchers[key].add(prefix)
        solution.keys = tuple(self.used_keys)
        self.solutions[prefix] = solution
        if prefix.family == 4 and prefix.length not in self.lengths:
            self.lengths = sorted({*self.lengths, prefix.length}, reverse=True)

    def install(self, table: Table, prefix: Prefix, candidate: Candidate | None) -> None:
        """Put a route into a table, or take it out; a table shared with another scenario is copied first."""
        rib = self.ribs[table]
        old = rib.get(prefix)
        new = candidate.route if candidate is not None else None
        if old != new:
            self._write(table, prefix, new)

    def _write(self, table: Table, prefix: Prefix, new: Route | None) -> None:
        rib = self.ribs[table]
        if table not in self.owned:
            rib = self.ribs[table] = dict(rib)
            self.owned.add(table)
        if new is None:
            rib.pop(prefix, None)
        else:
            rib[prefix] = new

    # ---- EIGRP ---

    def _eigrp(self, prefix: Prefix, winners: dict[Table, Candidate]) -> dict[Table, Candidate]:
        """Return the EIGRP routes to a prefix; who has a better route from elsewhere does not tell what it learns."""
        if not self.component.eigrp:
            return {}
        members = [self.plan.eigrp[number] for number in self.component.eigrp]
        home = self.wired.segment_of
        if self.eigrp_pairs is None:
            numbers = set(self.component.eigrp)
            self.eigrp_pairs = [
                (one, two)
                for one, two in self.plan.eigrp_pairs
                if one.speaker in numbers
                and home.get(one.port) is not None
                and home.get(one.port) == home.get(two.port)
            ]
            self.notes.append(f"{members[0].device}: EIGRP bandwidth and delay are those of the kind of interface")
        origins: dict[int, eigrp.Vector] = {}
        silent: set[int] = set()
        for speaker in members:
            held = winners.get(speaker.table)
            if held is not None and not held.route.protocol.startswith("eigrp"):
                silent.add(speaker.number)
            if held is None or held.route.protocol != "connected" or held.replicated:
                continue
            vectors = [
                eigrp.Vector(False, one.bandwidth, one.delay)
                for one in speaker.attachments
                if prefix in one.prefixes and self.up(one.port)
            ]
            if not vectors and any(rule.protocol == "connected" for rule in speaker.process.redistribute):
                device = self.devices[speaker.device]
                for hop in held.route.next_hops:
                    interface = device.interfaces.get(hop.interface) or self._holder(device, speaker.vrf, prefix)
                    if interface is not None:
                        kbit, delay = eigrp.weights(device, interface)
                        own = eigrp.picoseconds(speaker.process, interface, kbit, delay)
                        vectors.append(eigrp.Vector(True, kbit, own))
            if vectors:
                origins[speaker.number] = min(vectors, key=speaker.metric)
        result: dict[Table, Candidate] = {}
        answer = eigrp.routes(members, self.eigrp_pairs, origins, silent)
        if answer is None:
            self.problems.append(f"EIGRP does not converge for {_text(prefix)}")
            return result
        for number, found in answer.items():
            if not found.hops:
                continue
            speaker = self.plan.eigrp[number]
            external = found.vector.external
            route = Route(
                speaker.device,
                speaker.vrf,
                prefix,
                "eigrp-ex" if external else "eigrp",
                found.hops,
                speaker.process.distance[1 if external else 0],
                speaker.shown(found.vector),
                speaker.process.source,
                found.vector.tag,
            )
            candidate = Candidate(route, str(speaker.process.asn))
            result[speaker.table] = _better(result.get(speaker.table), candidate) or candidate
        return result

    @staticmethod
    def _holder(device: Device, vrf: str, prefix: Prefix) -> Interface | None:
        """Return the interface with a host address (its connected route names none)."""
        for interface in device.interfaces.values():
            if interface.vrf == vrf and any(a.family == 4 and a.value == prefix.value for a in interface.addresses):
                return interface
        return None

    # ---- redistribution ----------------------------------------------------------------------------------------------

    def _offer(self, point: Point, candidate: Candidate | None, prefix: Prefix) -> Offer | None:
        """Return an installed route as a redistribution offers it, ``None`` if the rule does not take it."""
        if candidate is None or candidate.route.protocol == "local" or candidate.replicated:
            # replicated routes are redistributed from their own VRF only (``redistribute vrf``)
            return None
        rule, route = point.rule, candidate.route
        if not self._selected(point, rule, candidate, prefix):
            return None
        hop = route.next_hops[0] if route.next_hops else NextHop("", None, "")
        metric = route.metric if rule.metric is None else rule.metric
        tag = rule.tag if rule.tag is not None else route.tag
        offer = Offer(
            prefix,
            _family(route.protocol),
            route.protocol,
            tag,
            metric,
            rule.metric_type or 2,
            hop.interface,
            hop.address,
        )
        if rule.route_map:
            return route_map(self.devices[point.source[0]], rule.route_map, offer, self.doubt)
        return offer

    def _selected(self, point: Point, rule: Redistribution, candidate: Candidate, prefix: Prefix) -> bool:
        route = candidate.route
        protocol = route.protocol
        if prefix.length == 0:
            if point.into == "ospf":
                return False
            if not self.plan.bgp[point.target].family.default_information:
                return False
        if rule.protocol == "connected":
            return protocol == "connected"
        if rule.protocol == "static":
            return protocol == "static"
        if rule.protocol == "eigrp":
            if protocol == "connected":
                return any(
                    prefix in one.prefixes
                    for speaker in (self.plan.eigrp[number] for number in self.component.eigrp)
                    if speaker.table == point.source and str(speaker.process.asn) == rule.process
                    for one in speaker.attachments
                )
            return protocol.startswith("eigrp") and candidate.process == rule.process
        if rule.protocol == "ospf":
            if protocol == "connected":
                covered = self.plan.covered.get((point.source[0], rule.process), frozenset())
                return any(hop.interface in covered for hop in route.next_hops) or self._loopback_in(
                    point.source, prefix, covered
                )
            if not protocol.startswith("ospf") or (rule.process and candidate.process != rule.process):
                return False
            if point.into == "ospf" and self.plan.speakers[point.target].process.process == candidate.process:
                return False
            return _wanted(rule.match, protocol, into_bgp=point.into == "bgp")
        if rule.protocol == "bgp":
            return protocol in ("bgp", "aggregate") or (protocol == "ibgp" and point.source[1] != "")
        return False

    def _loopback_in(self, table: Table, prefix: Prefix, covered: frozenset[str]) -> bool:
        device = self.devices[table[0]]
        return prefix.length == 32 and any(
            a.value == prefix.value for name in covered for a in device.interfaces[name].addresses
        )

    def _externals(
        self, prefix: Prefix, winners: dict[Table, Candidate]
    ) -> tuple[dict[int, tuple[ospf.External, ...]], list[tuple[int, int]]]:
        """Return the external routes that processes originate now, by domain.

        And what they were before summarisation.
        """
        plan = self.plan
        found: dict[int, dict[int, ospf.External]] = {}
        raw: list[tuple[int, int]] = []
        for point in self.component.points:
            if point.into != "ospf":
                continue
            candidate = winners.get(point.source)
            if candidate is None:
                continue
            offer = self._offer(point, candidate, prefix)
            if offer is None:
                continue
            speaker = plan.speakers[point.target]
            domain = plan.domain_of[point.target]
            area = self.areas[domain]
            if any(area.domain.nodes[n][0] == point.target for n, _ in area.stubs.get(prefix, ())):
                continue
            if offer.metric_set or point.rule.metric is not None:
                metric = offer.metric
            elif speaker.process.default_metric is not None:
                metric = speaker.process.default_metric
            elif point.rule.protocol == "bgp":
                metric = 1
            else:
                metric = offer.metric if point.rule.protocol == "ospf" and candidate.route.metric else 20
            denied = any(
                (not origin or origin.split()[0] == point.rule.protocol)
                and not filtered(self.devices[speaker.device], how, name, offer, self.doubt)
                for how, name, origin, _ in speaker.process.distribute_out
            )
            if denied:
                continue
            raw.append((point.target, metric))
            summary = self._summary_of(speaker, prefix)
            if summary is not None:
                continue
            if point.rule.protocol == "bgp" and speaker.vrf and not speaker.process.vrf_lite:
                self._down_bit(point.target)
            self._add_external(found, point.target, metric, offer, point.rule.source, candidate, speaker)
        for number in self.component.domains:
            for speaker in plan.domains[number].speakers:
                self._summaries(prefix, speaker, found)
                if prefix == DEFAULT and speaker.process.default_originate is not None:
                    self._default(speaker, winners, found)
        return {number: tuple(by.values()) for number, by in found.items()}, raw

    def _add_external(
        self,
        found: dict[int, dict[int, ospf.External]],
        target: int,
        metric: int,
        offer: Offer,
        source: object,
        candidate: Candidate | None,
        speaker: ospf.Speaker,
    ) -> None:
        domain = self.plan.domains[self.plan.domain_of[target]]
        kinds = {domain.kind(speaker, domain.nodes[n][1]) for n in domain.nodes_of.get(target, ())}
        nssa = bool(kinds) and kinds <= {"nssa", "totally-nssa"}
        if kinds and kinds <= {"stub", "totally-stub"}:
            return
        forward = self._forward(speaker, candidate) if candidate is not None else None
        external = ospf.External(target, metric, offer.metric_type, offer.tag, nssa, source, forward)  # type: ignore[arg-type]
        known = found.setdefault(self.plan.domain_of[target], {}).get(target)
        if known is None or (external.type, external.metric) < (known.type, known.metric):
            found[self.plan.domain_of[target]][target] = external

    def _forward(self, speaker: ospf.Speaker, candidate: Candidate) -> int | None:
        """Return the forwarding address: the next hop.

        If its interface is an active OSPF interface on a broadcast network.
        """
        if candidate.route.protocol == "connected" or not candidate.route.next_hops:
            return None
        hop = candidate.route.next_hops[0]
        if hop.address is None or not hop.interface:
            return None
        for attached in self.plan.attachments_of.get(Port(speaker.device, hop.interface), ()):
            direct = attached.kind.startswith("point-to-") or attached.kind == "loopback"
            if attached.speaker == speaker.number and not attached.passive and not direct:
                return hop.address
        return None

    def _down_bit(self, target: int) -> None:
        """Doubt: a VRF process that learns from BGP marks its routes (RFC 4576).

        Another VRF process without vrf-lite ignores them.
        """
        plan = self.plan
        for other in plan.domains[plan.domain_of[target]].speakers:
            if other.number != target and other.vrf and not other.process.vrf_lite:
                self.doubt.add(
                    f"{other.device}: ospf {other.process.process} in a VRF without 'capability vrf-lite' "
                    "may ignore routes from BGP",
                    other.process.source,
                )

    def _summary_of(self, speaker: ospf.Speaker, prefix: Prefix) -> Prefix | None:
        covering = [s for s, _, _ in speaker.process.summaries if s != prefix and ospf_routes.inside(prefix, s)]
        return max(covering, key=lambda s: s.length) if covering else None

    def _summaries(self, prefix: Prefix, speaker: ospf.Speaker, found: dict[int, dict[int, ospf.External]]) -> None:
        for summary, advertise, tag in speaker.process.summaries:
            if summary == prefix:
                metric = self.ask(("summary", speaker.number, summary))
                if metric is not None and advertise:
                    offer = Offer(prefix, "ospf", tag=tag or 0)
                    source = speaker.process.source
                    self._add_external(found, speaker.number, int(metric), offer, source, None, speaker)  # type: ignore[call-overload]

    def _default(
        self, speaker: ospf.Speaker, winners: dict[Table, Candidate], found: dict[int, dict[int, ospf.External]]
    ) -> None:
        if speaker.device in self.wired.dead or speaker.process.default_originate is None:
            return
        always, map_, metric, kind, source = speaker.process.default_originate
        held = winners.get((speaker.device, speaker.vrf))
        own = held is not None and not (
            held.route.protocol.startswith("ospf") and held.process == speaker.process.process
        )
        if not always and not own:
            return
        tag = held.route.tag if held is not None and own else 0
        offer = Offer(DEFAULT, "static", metric_type=kind or 2, metric=1 if metric is None else metric, tag=tag)
        if map_:
            changed = route_map(self.devices[speaker.device], map_, offer, self.doubt)
            if changed is None:
                return
            offer = changed
        self._add_external(found, speaker.number, offer.metric, offer, source, None, speaker)

    # ---- OSPF --------------------------------------------------------------------------------------------------------

    def _ospf(
        self, prefix: Prefix, externals: dict[int, tuple[ospf.External, ...]], base: dict[Table, Candidate]
    ) -> dict[Table, Candidate]:
        found: dict[Table, Candidate] = {}
        speakers = self.plan.speakers
        for number in self.component.domains:
            area = self.areas[number]
            mine = externals.get(number, ())
            if prefix not in area.stubs and not mine and area.domain.simple:
                continue
            for speaker, route in ospf_routes.routes(
                area, prefix, mine, [s.number for s in area.domain.speakers]
            ).items():
                if not route.hops:
                    continue
                process = speakers[speaker]
                table = (process.device, process.vrf)
                offered = self.ospf_candidate(process, prefix, route)
                if offered is not None:
                    found[table] = _better(found.get(table), offered)  # type: ignore[assignment]
            self._discards(prefix, area, found)
        return found

    def _discards(self, prefix: Prefix, area: ospf_routes.Area, found: dict[Table, Candidate]) -> None:
        """Add the Null0 routes of routers that summarise (they keep a summary from looping)."""
        for speaker in area.domain.speakers:
            process = speaker.process
            if not process.summaries and not process.areas:
                continue
            live = [n for n in area.domain.nodes_of.get(speaker.number, ()) if n in area.graph.alive]
            distance = 0
            for summary, _, _ in process.summaries:
                if summary == prefix and live and self.ask(("summary", speaker.number, summary)) is not None:
                    distance = 254
            for name, configured in process.areas.items():
                node = area.domain.node_of.get((speaker.number, ospf.area_name(name)))
                for outer, _, _ in configured.ranges:
                    if outer == prefix and node in live and speaker.number in area.domain.border:
                        row = area.graph.rows[node]
                        if any(
                            row[t] < ospf.FAR and area.domain.nodes[t][1] == ospf.area_name(name)
                            for other, targets in area.stubs.items()
                            if ospf_routes.inside(other, outer)
                            for t, _ in targets
                        ):
                            distance = 110
            if distance:
                route = Route(
                    speaker.device,
                    speaker.vrf,
                    prefix,
                    "ospf-summary",
                    (NextHop("", None, speaker.vrf),),
                    distance,
                    0,
                    process.source,
                )
                table = (speaker.device, speaker.vrf)
                found[table] = _better(found.get(table), Candidate(route, process.process))  # type: ignore[assignment]

    # ---- BGP ---------------------------------------------------------------------------------------------------------

    def _bgp(self, prefix: Prefix, winners: dict[Table, Candidate], bgp: _Bgp) -> None:
        """Let every speaker choose again, in turn, until no choice changes or the turns run out."""
        plan = self.plan
        local = {number: self._originated(prefix, plan.bgp[number], winners) for number in self.component.bgp}
        for _ in range(ITERATIONS):
            changed = False
            for number in self.component.bgp:
                speaker = plan.bgp[number]
                if speaker.device.hostname in self.wired.dead:
                    bgp.best.pop(number, None)
                    continue
                paths = list(local[number])
                for session_number in speaker.sessions:
                    session = plan.sessions[session_number]
                    peer = plan.bgp[session.peer]
                    held = bgp.best.get(session.peer)
                    default = prefix == DEFAULT and session.theirs.default_originate is not None
                    if held is None and not default:
                        continue
                    if not self.ask(("session", session_number)):
                        continue
                    if default:
                        held = self._default_path(session.theirs, peer, held)
                    elif held is not None and (
                        _back(plan, held, session.speaker) or self._suppressed(peer, prefix, held)
                    ):
                        continue
                    if held is None:
                        continue
                    got = inbound(speaker, session, peer, held, prefix, self.doubt)
                    if got is not None:
                        paths.append(got)
                paths += self._imported(prefix, speaker, bgp)
                usable = []
                for path in paths:
                    cost = 0
                    if path.kind == "peer":
                        way = self.resolve(speaker.table, path.next_hop)
                        if way is None:
                            continue
                        cost = way[1]
                    usable.append((path, cost))
                old = bgp.best.get(number)
                if not usable:
                    if old is not None:
                        del bgp.best[number]
                        bgp.equal.pop(number, None)
                        changed = True
                    continue
                ordered = choose(usable)
                best = ordered[0]
                limit = speaker.family.max_paths if best.external else speaker.family.max_paths_ibgp
                equal = [best]
                if limit > 1 and best.kind == "peer":
                    costs = {id(path): cost for path, cost in usable}
                    equal += [p for p in ordered[1:] if same_rank(best, costs[id(best)], p, costs[id(p)])][: limit - 1]
                bgp.equal[number] = tuple(equal)
                if best != old:
                    bgp.best[number] = best
                    changed = True
            if not changed:
                return
        self.problems.append(f"BGP does not converge for {_text(prefix)}")

    def _default_path(self, theirs: object, peer: BgpSpeaker, held: Path | None) -> Path | None:
        map_, source = theirs.default_originate  # type: ignore[attr-defined]
        if map_:
            self.doubt.add(f"{peer.device.hostname}: default-originate with a route-map", source)
        return Path(origin=0, kind="default", source=source, router_id=peer.router_id)

    def _suppressed(self, peer: BgpSpeaker, prefix: Prefix, path: Path) -> bool:
        return any(
            only and outer != prefix and prefix.length > outer.length and ospf_routes.inside(prefix, outer)
            for outer, only, _, _ in peer.family.aggregates
        )

    def _originated(self, prefix: Prefix, speaker: BgpSpeaker, winners: dict[Table, Candidate]) -> list[Path]:
        """Return paths that a speaker originates: network statements, redistribution, aggregates."""
        family = speaker.family
        held = winners.get(speaker.table)
        paths: list[Path] = []
        device = speaker.device
        if device.hostname in self.wired.dead or device.hostname in self.wired.standby:
            return []
        if held is not None and held.route.protocol not in ("local", "bgp", "ibgp", "aggregate"):
            for network, map_, source in family.networks:
                if network == prefix:
                    path = _own(held.route, 0, speaker, source)
                    if map_:
                        offer = route_map(device, map_, as_offer(path, prefix), self.doubt)
                        if offer is None:
                            continue
                        path = with_offer(path, offer)
                    paths.append(path)
        for point in self.component.points:
            if point.into != "bgp" or point.target != speaker.number:
                continue
            candidate = winners.get(point.source)
            if candidate is None or candidate.route.protocol in ("bgp", "ibgp", "aggregate"):
                continue
            offer = self._offer(point, candidate, prefix)
            if offer is not None:
                path = _own(candidate.route, 2, speaker, point.rule.source)
                med = offer.metric
                if point.rule.metric is None and not offer.metric_set and family.default_metric is not None:
                    med = family.default_metric
                paths.append(
                    path._replace(
                        med=med,
                        communities=offer.communities,
                        weight=offer.weight or LOCAL_WEIGHT,
                        local_preference=offer.local_preference,
                        path=offer.path,
                        origin=offer.bgp_origin,
                        tag=offer.tag,
                        targets=offer.targets,
                    )
                )
        for outer, _, map_, source in family.aggregates:
            if outer == prefix and self.ask(("aggregate", speaker.number, prefix)):
                if map_:
                    self.doubt.add(f"{device.hostname}: aggregate-address with a map", source)
                paths.append(
                    Path(origin=0, weight=LOCAL_WEIGHT, kind="aggregate", router_id=speaker.router_id, source=source)
                )
        return paths

    def _imported(self, prefix: Prefix, into: BgpSpeaker, bgp: _Bgp) -> list[Path]:
        """Return paths that a VRF imports from other VRFs of its device by route target or by import/export map."""
        vrf = into.device.vrfs.get(into.table[1])
        paths: list[Path] = []
        for number in self.component.bgp:
            source = self.plan.bgp[number]
            if source.device is not into.device or number == into.number:
                continue
            path = bgp.best.get(number)
            if path is None or path.kind == "import":
                continue
            giver = source.device.vrfs.get(source.table[1])
            offer = as_offer(path, prefix)
            if vrf is not None and giver is not None:
                targets = frozenset(target for target, _ in giver.export_targets) | path.targets
                if giver.export_map is not None:
                    changed = route_map(into.device, giver.export_map[0], offer, self.doubt)
                    if changed is not None:
                        targets |= changed.targets
                        offer = changed
                if not targets & {target for target, _ in vrf.import_targets}:
                    continue
                if vrf.import_map is not None:
                    permitted = route_map(into.device, vrf.import_map[0], offer, self.doubt)
                    if permitted is None:
                        continue
                    offer = permitted
            elif vrf is not None and source.table[1] == "" and vrf.import_global_map is not None:
                permitted = route_map(into.device, vrf.import_global_map[0], offer, self.doubt)
                if permitted is None:
                    continue
                offer = permitted
            elif giver is not None and into.table[1] == "" and giver.export_global_map is not None:
                permitted = route_map(into.device, giver.export_global_map[0], offer, self.doubt)
                if permitted is None:
                    continue
                offer = permitted
            else:
                continue
            hops = self._hops(source, path, prefix)
            if hops:
                changed_path = with_offer(path, offer._replace(weight=path.weight))
                paths.append(
                    changed_path._replace(
                        kind="import", session=-2, hops=hops, origin_table=source.table, targets=frozenset()
                    )
                )
        return paths

    def _hops(self, speaker: BgpSpeaker, path: Path, prefix: Prefix) -> tuple[NextHop, ...]:
        """Return where a speaker's own table sends packets for a path."""
        if path.kind == "peer":
            way = self.resolve(speaker.table, path.next_hop)
            return way[0] if way is not None else ()
        if path.kind == "import":
            return path.hops
        if path.kind == "aggregate":
            return (NextHop("", None, speaker.table[1]),)
        return path.hops

    def _bgp_route(self, prefix: Prefix, number: int, bgp: _Bgp) -> Candidate | None:
        path = bgp.best.get(number)
        if path is None or path.kind == "local":
            return None
        speaker = self.plan.bgp[number]
        distances = speaker.family.distance
        hops: list[NextHop] = []
        for equal in bgp.equal.get(number, (path,)):
            hops += [hop for hop in self._hops(speaker, equal, prefix) if hop not in hops]
        if path.kind == "aggregate":
            protocol, distance = "aggregate", distances[2]
        elif path.kind == "import":
            local = path.path == () and path.peer == 0
            protocol = "bgp" if path.external or local else "ibgp"
            distance = distances[0] if path.external or local else distances[1]
        elif path.external:
            protocol, distance = "bgp", distances[0]
        else:
            protocol, distance = "ibgp", distances[1]
        if not hops:
            return None
        tag = path.path[0] if path.path else 0
        route = Route(
            speaker.table[0],
            speaker.table[1],
            prefix,
            protocol,
            tuple(sorted(hops, key=ospf.hop_key)),
            distance,
            path.med,
            path.source,
            tag,
        )
        return Candidate(route)

    def _replicate(
        self, prefix: Prefix, held: Candidate | None, into: Table, protocol: str, map_: str
    ) -> Candidate | None:
        if held is None or held.replicated or held.route.protocol == "local":
            return None
        family = _family(held.route.protocol)
        word, _, process = protocol.partition(" ")
        if word not in ("all", "", family) or (process and family == "ospf" and held.process != process):
            return None
        if map_:
            hop = held.route.next_hops[0]
            offer = Offer(
                prefix,
                family,
                held.route.protocol,
                held.route.tag,
                held.route.metric,
                interface=hop.interface,
                next_hop=hop.address,
            )
            if route_map(self.devices[into[0]], map_, offer, self.doubt) is None:
                return None
        return Candidate(held.route._replace(vrf=into[1]), held.process, replicated=True)


def _own(route: Route, origin: int, speaker: BgpSpeaker, source: object) -> Path:
    hop = route.next_hops[0] if route.next_hops else NextHop("", None, "")
    return Path(
        med=route.metric,
        origin=origin,
        weight=LOCAL_WEIGHT,
        next_hop=hop.address or 0,
        router_id=speaker.router_id,
        hops=route.next_hops,
        tag=route.tag,
        source=source,  # type: ignore[arg-type]
    )


def _back(plan: Plan, path: Path, speaker: int) -> bool:
    """Return whether a path was learned from the very speaker it would be sent to."""
    return path.session >= 0 and plan.sessions[path.session].peer == speaker


def _better(one: Candidate | None, two: Candidate | None) -> Candidate | None:
    if one is None or two is None:
        return one or two
    return two if _rank(two) < _rank(one) else one


def _rank(candidate: Candidate) -> tuple[int, int, int, str]:
    route = candidate.route
    return (route.distance, 1 if candidate.replicated else 0, RANK.get(_family(route.protocol), 2), candidate.process)


def _family(protocol: str) -> str:
    if protocol.startswith("ospf"):
        return "ospf"
    if protocol.startswith("eigrp"):
        return "eigrp"
    return {"ibgp": "bgp", "aggregate": "bgp", "local": "connected"}.get(protocol, protocol)


def _wanted(match: tuple[str, ...], protocol: str, *, into_bgp: bool) -> bool:
    """Return whether ``redistribute ospf … match`` takes a kind of route.

    Without ``match`` BGP takes internal ones only.
    """
    if not match:
        return protocol in ("ospf", "ospf-ia") or not into_bgp
    for word in match:
        if word == "internal" and protocol in ("ospf", "ospf-ia"):
            return True
        number = word.split()[-1]
        if word.startswith("external") and protocol in (
            ("ospf-e1", "ospf-e2") if number not in "12" else (f"ospf-e{number}",)
        ):
            return True
        if word.startswith("nssa-external") and protocol in (
            ("ospf-n1", "ospf-n2") if number not in "12" else (f"ospf-n{number}",)
        ):
            return True
    return False


def _difference(before: Facts, after: Facts) -> set[Prefix]:
    found = set()
    for old, new in ((before.routes, after.routes), (before.statics, after.statics)):
        for prefix in old.keys() | new.keys():
            if old.get(prefix) != new.get(prefix):
                found.add(prefix)
    return found


def _order(prefix: Prefix) -> tuple[int, int, int]:
    return (prefix.family, -prefix.length, prefix.value)


def _dotted(value: int) -> str:
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def _text(prefix: Prefix) -> str:
    return f"{_dotted(prefix.value)}/{prefix.length}"
