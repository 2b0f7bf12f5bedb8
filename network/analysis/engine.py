"""From a snapshot and a set of failures to the state of the network: the one entry point of ``network.analysis``.

An :class:`Engine` holds what no failure changes (wiring, processes, sessions, components). A scenario is computed
from another one with fewer failures: only segments and components that the difference touches are computed again,
and everything else is shared.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from network.analysis import reuse, topology
from network.analysis.routing.plan import Component, Plan, plan
from network.analysis.routing.solve import Solved, Solver
from network.analysis.state import (
    RECEIVE,
    Element,
    Failures,
    Port,
    Segment,
    State,
    Table,
    Topology,
    UnknownRoutes,
    Virtual,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from network.analysis.state import Route
    from network.config.model import FirstHop, Prefix, Snapshot

MEMO = 4096
TUNNEL_ROUNDS = 10


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector from walking a growing heap again and again where nothing makes cycles."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


class Engine:
    """What all scenarios of one snapshot share."""

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        groups: Mapping[Element, Iterable[str]] | None = None,
        trusted: frozenset[str] = frozenset(),
        earlier: topology.Wired | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.groups = {element: tuple(names) for element, names in (groups or {}).items()}
        self.trusted = trusted
        self.wiring = topology.wire(snapshot, groups=self.groups, trusted=trusted)
        self.first = topology.settle(self.wiring, frozenset())
        if earlier is not None:
            reuse.renumber(self.first, earlier)
        self.plan: Plan = plan(self.wiring, self.first)
        self.memo: dict[tuple[object, ...], Solved] = {}
        self.tables_on: dict[str, list[Table]] = defaultdict(list)
        for table in self.plan.component_of:
            self.tables_on[table[0]].append(table)
        self.unknown: dict[Table, tuple[UnknownRoutes, ...]] = self._unknown()
        self.groups_at: dict[Port, tuple[FirstHop, ...]] = {
            port: snapshot.devices[port.device].interfaces[port.interface].first_hops
            for ports in self.wiring.ports_of
            for port in ports
            if snapshot.devices[port.device].interfaces[port.interface].first_hops
        }
        # every address that a configuration sends packets to by name
        self.gateways: frozenset[int] = (
            frozenset(
                static.next_hop
                for device in snapshot.devices.values()
                for static in device.static_routes
                if static.next_hop is not None
            )
            | frozenset(
                neighbor.address
                for device in snapshot.devices.values()
                if device.bgp is not None
                for family in device.bgp.families
                for neighbor in family.neighbors
            )
            | frozenset(
                found
                for device in snapshot.devices.values()
                for map_ in device.route_maps.values()
                for clause in map_.clauses
                for kind, values in clause.sets
                if kind.startswith("ip ")
                for found in map(topology.dotted, values)
                if found is not None
            )
            | frozenset(
                route.gateway
                for device in snapshot.devices.values()
                if device.firewall is not None
                for route in device.firewall.policy_routes
                if route.gateway is not None
            )
        )
        self.tracked: frozenset[Port] = frozenset(
            port for port, found in self.groups_at.items() if any(group.track for group in found)
        )

        self.tracked_cores: tuple[int, ...] = tuple(
            number for number, core in self.first.cores.items() if any(port in self.tracked for port in core.ports)
        )

    def _unknown(self) -> dict[Table, tuple[UnknownRoutes, ...]]:
        by_component: dict[int, list[UnknownRoutes]] = defaultdict(list)
        for unknown in self.plan.unknown:
            by_component[self.plan.component_of[unknown.device, unknown.vrf]].append(unknown)
        return {
            table: tuple(by_component[number])
            for table, number in self.plan.component_of.items()
            if number in by_component
        }

    def compute(self, failures: Failures, base: State | None = None, hint: State | None = None) -> State:
        """Return the state under ``failures``; ``base`` is a state of this engine with a subset of them.

        ``hint`` is another such state: where its routes rest on the same inputs they are taken from it.
        """
        if base is None or base.wired is None or not base.failures <= failures or self.wiring.tunnels:
            return self._from_nothing(failures)
        before = base.wired
        wired = topology.settle(self.wiring, failures, before)
        touched = self._touched(before, wired)
        ribs = base.ribs
        solved = base.solved
        unproved = base.unproved
        if touched:
            results = list(solved)
            for number, tables in touched.items():
                there = hint.solved[number] if hint is not None else None
                keep = not base.failures
                results[number] = self._solve(number, wired, base.solved[number], tables, there, keep=keep)
            changed = [n for n in touched if results[n] is not base.solved[n]]
            if changed:
                ribs = dict(ribs)
                for number in changed:
                    ribs.update(results[number].ribs)
                solved = tuple(results)
                unproved = tuple(dict.fromkeys(text for one in solved for text in one.unproved))
        return self._state(failures, wired, ribs, solved, unproved, base)

    def _from_nothing(self, failures: Failures) -> State:
        with _no_collection():
            return self._all(failures)

    def inherit(self, base: State) -> State:
        """Return the state without failures, from another snapshot's: what did not change is shared by identity."""
        earlier = base.engine
        if earlier is None or base.failures or self.wiring.tunnels or earlier.wiring.tunnels:
            state = self._from_nothing(frozenset())
        else:
            found = reuse.Inheritance(earlier, base.solved, self)
            solved = []
            for component in self.plan.components:
                start = found.start(component)
                if start.whole is not None:
                    solved.append(start.whole)
                    continue
                solver = Solver(self.plan, component, self.first, start.previous, redraw=start.redraw)
                solved.append(solver.run(start.tables if start.previous is not None else None))
            ribs = {table: rib for one in solved for table, rib in one.ribs.items()}
            unproved = tuple(dict.fromkeys(text for one in solved for text in one.unproved))
            state = self._state(frozenset(), self.first, ribs, tuple(solved), unproved, None)
        for one in state.solved:
            for table, rib in one.ribs.items():
                old = base.ribs.get(table)
                if old is not None and old is not rib and old == rib:
                    one.ribs[table] = state.ribs[table] = old
        segments, before = state.topology.segments, base.topology.segments
        for number, segment in segments.items():
            twin = before.get(number)
            if twin is not None and reuse.same_segment(twin, segment):
                segments[number] = twin
        return state

    def _all(self, failures: Failures) -> State:
        forced: frozenset[Port] = frozenset()
        seen = {forced}
        problem: tuple[str, ...] = ()
        while True:
            wired = self.first if not failures and not forced else topology.settle(self.wiring, failures, None, forced)
            solved = tuple(Solver(self.plan, component, wired, None).run() for component in self.plan.components)
            ribs = {table: rib for one in solved for table, rib in one.ribs.items()}
            if not self.wiring.tunnels:
                break
            lost = frozenset(
                port for port in self.wiring.tunnels if port in wired.up and not self._tunnel_works(port, wired, ribs)
            )
            if not lost:
                break
            forced |= lost
            if forced in seen or len(seen) > TUNNEL_ROUNDS:
                problem = ("tunnels and the routes that carry them do not settle",)
                break
            seen.add(forced)
        unproved = tuple(dict.fromkeys(text for one in solved for text in one.unproved)) + problem
        return self._state(failures, wired, ribs, solved, unproved, None)

    def _tunnel_works(self, port: Port, wired: topology.Wired, ribs: dict[Table, dict[Prefix, Route]]) -> bool:
        device = self.snapshot.devices[port.device]
        tunnel = device.interfaces[port.interface].tunnel
        if tunnel is None:
            return True
        named = device.interfaces.get(tunnel.source)
        if named is not None:
            up = Port(device.hostname, named.name)
            if up not in wired.up and not (up in self.plan.loopbacks and device.hostname not in wired.dead):
                return False
        target = topology.dotted(tunnel.destination)
        if target is None:
            return True
        probe = self._probe(wired, ribs)
        route = probe.longest((port.device, tunnel.vrf), target)
        if route is None or any(hop.interface == port.interface for hop in route.next_hops):
            return False
        return all(hop.interface for hop in route.next_hops)

    def _touched(self, before: topology.Wired, after: topology.Wired) -> dict[int, set[Table]]:
        """Return components that a scenario may change, each with its tables whose own interfaces changed."""
        component_of, component_of_port = self.plan.component_of, self.plan.component_of_port
        found: dict[int, set[Table]] = {}
        devices = (before.dead ^ after.dead) | (before.standby ^ after.standby)
        for device in devices:
            for table in self.tables_on.get(device, ()):
                found.setdefault(component_of[table], set()).add(table)
        for port in before.up ^ after.up:
            number = component_of_port.get(port)
            if number is None:
                continue
            interface = self.snapshot.devices[port.device].interfaces[port.interface]
            found.setdefault(number, set()).add((port.device, interface.vrf))
            for vrf, _ in interface.vrf_receive:
                table = (port.device, vrf)
                found.setdefault(component_of[table], set()).add(table)
        for core_number, core in before.cores.items():
            if after.cores.get(core_number) is not core and len(core.ports) > 1:
                self._split(core, after, found)
        for number, component in enumerate(self.plan.components):
            # tracked interfaces need not have an address: their tables are looked at whenever a cable changed
            if number not in found and any(key[0] == "track" for key in component.watchers):
                found[number] = set()
        return found

    def _split(self, core: topology.Core, after: topology.Wired, found: dict[int, set[Table]]) -> None:
        homes = {after.segment_of.get(port) for port in core.ports if port in after.up}
        if len(homes) > 1:
            for port in core.ports:
                number = self.plan.component_of_port.get(port)
                if number is not None and (
                    self.plan.components[number].domains
                    or self.plan.components[number].eigrp
                    or self.plan.components[number].bgp
                ):
                    found.setdefault(number, set())

    def _solve(
        self,
        number: int,
        wired: topology.Wired,
        previous: Solved,
        tables: set[Table],
        hint: Solved | None,
        *,
        keep: bool,
    ) -> Solved:
        component = self.plan.components[number]
        signature = self._signature(number, wired)
        found = self.memo.get(signature)
        if found is None:
            found = Solver(self.plan, component, wired, previous, hint).run(tables)
            # only first failures are kept: a table costs some kilobytes, and there are many pairs
            if keep and len(self.memo) < MEMO:
                self.memo[signature] = found
        return found

    def _signature(self, number: int, wired: topology.Wired) -> tuple[object, ...]:
        """Return all that a component's routes depend on in a scenario.

        Interfaces down, segments split, tracked links.
        """
        component = self.plan.components[number]
        ports = component.ports
        down = tuple(port for port in ports if port not in wired.up and port not in self.plan.loopbacks)
        gone = tuple(table[0] for table in component.tables if table[0] in wired.dead or table[0] in wired.standby)
        shared: dict[int, list[Port]] = defaultdict(list)
        for port in ports:
            core = wired.segment_of.get(port, -1)
            if core >= 0 and wired.cores[core] is not self.first.cores.get(core):
                shared[core].append(port)
        tracks: tuple[object, ...] = ()
        if any(key[0] == "track" for key in component.watchers):
            tracks = (tuple(sorted(wired.cut)), tuple(sorted(wired.dead)))
        return (number, down, gone, tuple(sorted(map(tuple, shared.values()))), tracks)

    def _probe(self, wired: topology.Wired, ribs: dict[Table, dict[Prefix, Route]]) -> Solver:
        """Return a solver that only answers lookups, over all tables."""
        solver = Solver(self.plan, Component(-1, ()), wired, None)
        solver.ribs = ribs
        solver.lengths = list(range(32, -1, -1))
        return solver

    def _state(
        self,
        failures: Failures,
        wired: topology.Wired,
        ribs: dict[Table, dict[Prefix, Route]],
        solved: tuple[Solved, ...],
        unproved: tuple[str, ...],
        base: State | None,
    ) -> State:
        probe: Solver | None = None
        notes: list[str] = []
        old = base.topology.segments if base is not None else {}
        before = base.wired.cores if base is not None and base.wired is not None else {}
        segments = {number: found for number, found in old.items() if before[number] is wired.cores.get(number)}
        pending = [number for number in wired.cores if number not in segments] + [
            number for number in self.tracked_cores if number in segments
        ]
        for number in pending:
            core = wired.cores[number]
            kept = segments.get(number)
            if probe is None:
                probe = self._probe(wired, ribs)
            virtuals = self._elect(core, probe, notes)
            if kept is not None and kept.virtuals == virtuals:
                continue
            owners: dict[int, Port] = {}
            for port in core.ports:
                for address in self.snapshot.devices[port.device].interfaces[port.interface].addresses:
                    owners.setdefault(address.value, port)
            for virtual in virtuals:
                if virtual.active is not None:
                    owners[virtual.address] = virtual.active
            segments[number] = Segment(number, core.ports, core.edges, core.vlans, core.crossings, virtuals, owners)
        if probe is not None and probe.problems:
            unproved = tuple(dict.fromkeys((*unproved, *probe.problems)))
        if base is None:
            down = frozenset(
                port
                for port in self.wiring.supports
                if port not in wired.up and port.device not in wired.dead and port.device not in wired.standby
            )
            notes = [*dict.fromkeys(text for one in solved for text in one.notes), *notes]
        else:
            earlier = base.wired.up if base.wired is not None else frozenset()
            down = base.down
            if wired.up is not earlier or wired.dead != base.dead or wired.standby != base.standby:
                stopped = wired.dead | wired.standby
                candidates = base.down | (earlier - wired.up)
                if base.standby - wired.standby:
                    candidates = frozenset(self.wiring.supports) - wired.up
                down = frozenset(p for p in candidates if p not in wired.up and p.device not in stopped)
            notes = [*base.notes, *notes]
        return State(
            self.snapshot,
            failures,
            Topology(segments, wired.segment_of),
            ribs,
            tuple(self.plan.unmodelled),
            self.unknown,
            down,
            wired.dead,
            wired.standby,
            tuple(dict.fromkeys(notes)),
            unproved,
            self,
            wired,
            solved,
        )

    def _elect(self, core: topology.Core, probe: Solver, notes: list[str]) -> tuple[Virtual, ...]:
        """Return the first-hop addresses of a segment with their active routers (RFC 2281, RFC 5798)."""
        groups: dict[tuple[str, int, int], list[tuple[int, int, Port, FirstHop]]] = defaultdict(list)
        for port in core.ports:
            for group in self.groups_at.get(port, ()):
                interface = self.snapshot.devices[port.device].interfaces[port.interface]
                own = next((a.value for a in interface.addresses if a.family == group.family and not a.secondary), 0)
                priority = 255 if group.protocol == "vrrp" and own in group.virtual else group.priority
                stopped = False
                for number, decrement in group.track:
                    if not probe.evaluate(("track", port.device, number)):
                        stopped = stopped or decrement == 0
                        priority -= decrement
                if not stopped:
                    groups[group.protocol, group.group, group.family].append((priority, own, port, group))
        found = []
        for (protocol, group_number, family), members in groups.items():
            members.sort(key=lambda member: member[:2])
            active = members[-1]
            if protocol == "glbp":
                notes.append(
                    f"{active[2].device}: GLBP group {group_number} is taken as its highest priority router only"
                )
            for address in sorted({a for _, _, _, group in members for a in group.virtual}):
                ports = tuple(sorted(port for _, _, port, _ in members))
                found.append(Virtual(address, protocol, group_number, active[2], ports, family))
        return tuple(sorted(found))


def compute(
    snapshot: Snapshot,
    failures: Failures = frozenset(),
    *,
    base: State | None = None,
    groups: Mapping[Element, Iterable[str]] | None = None,
    trusted: frozenset[str] | None = None,
) -> State:
    """Return the state of a network under failures.

    ``groups`` maps carriers and ducts to the names of their links; ``trusted`` names unmodelled nodes that do not
    bridge. With a ``base`` both are taken from it where they are not given. A ``base`` of the same snapshot: only what
    the failures touch is computed. A ``base`` of another snapshot, without failures: only what its changed devices
    (``Device`` objects that the two do not share) and cables influence is computed; the rest is the same object.
    """
    engine: Engine
    if base is not None and base.engine is not None:
        known = base.engine
        same = (groups is None or known.groups == _tuples(groups)) and trusted in (None, known.trusted)
        if base.snapshot is snapshot and same:
            return known.compute(failures, base)
        if not base.failures and same and base.snapshot is not snapshot:
            changed = reuse.changed_devices(base.snapshot, snapshot)
            if reuse.neutral(base.snapshot, snapshot, changed):
                engine = reuse.lightly(known, snapshot, changed)
                state = replace(base, snapshot=snapshot, engine=engine)
                return engine.compute(failures, state) if failures else state
        groups = known.groups if groups is None else groups
        trusted = known.trusted if trusted is None else trusted
        if not base.failures and base.wired is not None:
            with _no_collection():
                engine = Engine(snapshot, groups=groups, trusted=trusted, earlier=base.wired)
                state = engine.inherit(base)
            return engine.compute(failures, state) if failures else state
    with _no_collection():
        engine = Engine(snapshot, groups=groups, trusted=trusted or frozenset())
    if not failures:
        return engine.compute(failures)
    return engine.compute(failures, engine.compute(frozenset()))


def _tuples(groups: Mapping[Element, Iterable[str]]) -> dict[Element, tuple[str, ...]]:
    return {element: tuple(names) for element, names in groups.items()}


__all__ = ["RECEIVE", "Engine", "compute"]
