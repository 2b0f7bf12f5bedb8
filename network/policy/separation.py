"""Separation, exactly and both ways: what passes between two zones is what the policy declares, no more and no fewer.

A packet *leaks* if it can start at an edge of one zone (with any source address that nothing stops) and end at an
edge of another
without being declared; the reverse 5-tuple of a declared flow is its reply. A declared flow is *out* if some of its
packets, or their
replies, do not certainly arrive. Answers are kept with the graph nodes they were read from, so that a state in which
those nodes did not change costs a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from network.analysis.forwarding import Arrival, Exit, Forwarding, Spot, cuts_fit, fits, refresh, workshop
from network.analysis.packets import PORT_PROTOCOLS, Packet
from network.analysis.reach import Delivery, Session, carry, guarded, needed, origins, spread
from network.analysis.reuse import changed_devices
from network.policy.ipv6 import Six, present
from network.policy.verdict import Findings, Violation
from network.policy.witness import Hop, Origins, Tracer
from network.policy.zoning import Place, Zoner, Zoning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from network.analysis.forwarding import Choice, Node, Rewrite, Target, Workshop
    from network.analysis.packets import PacketSet, Range
    from network.analysis.state import Edge, Port, State
    from network.config.model import Device, Snapshot
    from network.policy.incremental import Incremental
    from network.policy.model import Flow, Policy

Pair = tuple[str, str]
Ends: TypeAlias = "list[tuple[str, int, list[Node], list[Port]]]"  # (name, source addresses, nodes, ports)


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the base state that obligations name: its edges and its subnets."""

    place: Place
    edges: tuple[Edge, ...]
    prefixes: tuple[Range, ...]
    owned: tuple[int, ...]  # router-owned addresses on it

    @property
    def name(self) -> str:
        """Return a name for people: the first port, or the first edge."""
        ports = self.place.segment.ports
        return (
            f"{ports[0].device}:{ports[0].interface}" if ports else f"{self.edges[0].device}:{self.edges[0].interface}"
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What the flows of one pair of zones ask of one state.

    ``goals`` are the destinations that count as delivered, by exit; ``interest`` all that must be delivered; ``back_…``
    the same for replies. ``sources`` and ``targets`` hold by flow where packets and replies begin.
    """

    flows: list[Flow]
    goals: dict[int, int]
    interest: int
    back_goals: dict[int, int]
    back_interest: int
    sources: dict[str, Ends]
    targets: dict[str, Ends]

    def key(self) -> object:
        """Return all of it as something to compare and to hash."""
        ends = tuple(
            tuple(
                (id_, tuple((name, mask, tuple(nodes)) for name, mask, nodes, _ in found)) for id_, found in one.items()
            )
            for one in (self.sources, self.targets)
        )
        return (
            frozenset(self.goals.items()),
            self.interest,
            frozenset(self.back_goals.items()),
            self.back_interest,
            ends,
        )


@dataclass(slots=True)
class _Kept:
    """An answer with everything it was read from."""

    key: object
    nodes: tuple[tuple[Node, tuple[Choice, ...]], ...]
    answer: Any


class Separation:
    """The judge of separation for one policy. ``prepare`` fixes the obligations from the base state."""

    def __init__(self, policy: Policy, *, witnesses: bool = True) -> None:
        self.policy = policy
        self.witnesses = witnesses
        self._shop: Workshop | None = None
        self._base: State | None = None
        self._fits_base: Workshop | None = None  # the workshop that the base state is known to fit
        self._scenarios: Incremental | None = None
        self.pairs: tuple[Pair, ...] = tuple(dict.fromkeys((flow.from_zone, flow.to_zone) for flow in policy.flows))
        self._with_ipv6: tuple[object, bool] | None = None
        self._homes: tuple[Forwarding, dict[tuple[str, str, int | None], int]] | None = None

    def __getstate__(self) -> dict[str, object]:
        return {"policy": self.policy, "witnesses": self.witnesses}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__init__(state["policy"], witnesses=bool(state["witnesses"]))  # type: ignore[misc]

    def __call__(self, base: State, state: State) -> Findings:
        """Judge one scenario; the form that ``network.analysis.failures.sweep`` calls."""
        if self._base is not base:
            self.prepare(base)
        from network.policy.incremental import Incremental  # noqa: PLC0415 - only sweeps need it

        forwarding = self.forwarding(state)  # makes new atoms if these do not fit
        if self._scenarios is None or not self._scenarios.fits(base, self._shop):
            self._scenarios = Incremental(self, base)
            forwarding = self.forwarding(state)
        return self._scenarios.examine(forwarding)

    # -- preparation -------------------------------------------------------------------------------------------------

    def prepare(self, base: State) -> None:
        """Take the obligations (which places must reach which) and the atoms from ``base``."""
        self._base = base
        self.zoner = Zoner(self.policy)
        self._origins = Origins(base.snapshot.root)
        self._tables([base])
        self._oblige(base)

    def follow(self, base: State) -> None:
        """Prepare for another snapshot's state, with all answers kept that its changed devices do not touch.

        ``base`` should come from ``compute(…, base=earlier state)``, so that the two share what did not change.
        """
        if self._base is None:
            self.prepare(base)
            return
        self._base = base
        self._origins = Origins(base.snapshot.root)
        self.renew(base)
        self._end_masks.clear()
        self._oblige(base)

    def _oblige(self, base: State) -> None:
        zoning = self.zoner.zoning(base)
        self.sites: dict[str, list[Site]] = {}
        for zone in self.policy.zones:
            self.sites[zone] = [
                Site(place, place.segment.edges, place.prefixes, tuple(place.segment.owners))
                for place in zoning.by_zone.get(zone, ())
                if place.segment.edges and place.prefixes
            ]
        self.empty_zones = [zone for zone in self.policy.zones if not zoning.by_zone.get(zone)]
        every = sorted({span for sites in self.sites.values() for site in sites for span in site.prefixes})
        self._edge_spans = every

    def _tables(self, states: Sequence[State]) -> None:
        spans = [span for flow in self.policy.flows for span in (*flow.src, *flow.dst)]
        self._shop = workshop(states, spans, self._shop.space if self._shop else None)
        self._allowed: dict[Pair, PacketSet] = {}
        self._leaks: dict[str, list[_Kept]] = {}
        self._moved: dict[int, tuple[object, dict[object, int]]] = {}
        self._outages: dict[Pair, list[_Kept]] = {}
        self._flows: dict[str, PacketSet] = {}
        self._end_masks: dict[tuple[str, tuple[Range, ...]], tuple[list[tuple[Site, int]], int]] = {}
        self._snapshot: Snapshot = states[-1].snapshot

    def renew(self, state: State) -> None:
        """Go on with another snapshot's state and the same obligations.

        What was kept of devices that changed is dropped, and answers that name lines (a line may have moved).
        """
        if self._shop is None:
            self._tables([state])
            return
        before, after = self._snapshot, state.snapshot
        if before is after:
            return
        self._snapshot = after
        changed = changed_devices(before, after)
        if not cuts_fit(self._shop, state, changed):
            self.zoner = Zoner(self.policy)
            self._tables([self._base, state] if self._base is not None else [state])
            return
        refresh(self._shop, changed)
        self.zoner.forget(changed)
        self._scenarios = None
        self._fits_base = None
        for zone, answers in self._leaks.items():
            self._leaks[zone] = [kept for kept in answers if not kept.answer[0]]
        translating = any(
            _translation(before.devices.get(name)) != _translation(after.devices.get(name)) for name in changed
        )
        for pair, kept_outages in self._outages.items():
            self._outages[pair] = [] if translating else [kept for kept in kept_outages if not kept.answer[0]]

    def forwarding(self, state: State) -> Forwarding:
        """Return the forwarding graph of ``state``, made of what earlier states left."""
        if self._shop is not None and state.snapshot is not self._snapshot:
            self.renew(state)
        known = self._base if self._fits_base is self._shop else None
        if self._shop is None or not fits(self._shop, state, known):
            self._tables([self._base, state] if self._base is not None else [state])
        assert self._shop is not None
        if state is self._base:
            self._fits_base = self._shop
        return Forwarding(state, self._shop)

    def flow_packets(self, flow: Flow) -> PacketSet:
        """Return the packets a flow declares; of non-initial fragments those with its addresses and protocol."""
        assert self._shop is not None
        found = self._flows.get(flow.id)
        if found is None:
            space = self._shop.space
            ends = space.ranges("src", flow.src) & space.ranges("dst", flow.dst) & space.protocols(flow.protocols)
            ported = space.all
            for name, ranges in (("sport", flow.sport), ("dport", flow.dport)):
                if ranges:
                    ported = ported & space.ranges(name, ranges) & space.protocols(PORT_PROTOCOLS)
            found = ends & (ported | ~space.whole)
            self._flows[flow.id] = found
        return found

    def allowed(self, pair: Pair) -> PacketSet:
        """Return what may pass from one zone to another: its flows, and the replies to the flows of the other
        direction."""
        assert self._shop is not None
        found = self._allowed.get(pair)
        if found is None:
            space = self._shop.space
            found = space.none
            for flow in self.policy.flows:
                if (flow.from_zone, flow.to_zone) == pair:
                    found = found | self.flow_packets(flow)
                if (flow.to_zone, flow.from_zone) == pair:
                    found = found | space.reply(self.flow_packets(flow))
            self._allowed[pair] = found
        return found

    # -- one state ---------------------------------------------------------------------------------------------------

    def examine(self, state: State) -> Findings:
        """Return every violation in one state."""
        forwarding = self.forwarding(state)
        zoning = self.zoner.zoning(state)
        return self.findings(
            forwarding,
            zoning,
            partial(self.leaks_from, forwarding, zoning),
            partial(self._outages_of, forwarding, zoning),
        )

    def findings(
        self,
        forwarding: Forwarding,
        zoning: Zoning,
        leaks: Callable[[str], Sequence[Violation]],
        outages: Callable[[Pair], tuple[Sequence[Violation], set[Pair]]],
    ) -> Findings:
        """Put together what one state shows, from the leaks of a zone and the outages of a pair of zones."""
        state = forwarding.state
        violations = self._joins(forwarding, zoning)
        found6, open6 = self._ipv6(forwarding, zoning)
        violations += found6
        for zone in self.policy.zones:
            violations += leaks(zone)
        stopped: set[tuple[str, str]] = set()
        for pair in self.pairs:
            found, out = outages(pair)
            violations += found
            stopped |= out
        failures = tuple(sorted(str(element) for element in state.failures))
        if failures:
            violations = [_with_failures(violation, failures) for violation in violations]
        return Findings(tuple(violations), frozenset(stopped), (*state.unproved, *open6))

    def _valid(self, forwarding: Forwarding, kept: _Kept, key: object) -> bool:
        return kept.key == key and all(forwarding.choices(node) is choices for node, choices in kept.nodes)

    def _keep(
        self, store: list[_Kept], forwarding: Forwarding, key: object, nodes: Iterable[Node], answer: object
    ) -> None:
        if len(store) >= 24:
            del store[1:8]  # the first one is the base state's: almost every scenario shares it
        store.append(_Kept(key, tuple((node, forwarding.choices(node)) for node in nodes), answer))

    # -- leaks -------------------------------------------------------------------------------------------------------

    def _joins(self, forwarding: Forwarding, zoning: Zoning) -> list[Violation]:
        """Return the segments that belong to two zones: frames pass without any router."""
        result = []
        tracer = Tracer(forwarding, self._origins)
        done: set[Pair] = set()
        for place in zoning.places.values():
            if len(place.zones) < 2 or not (place.segment.edges or place.segment.crossings):
                continue
            names = sorted(place.zones)
            for one in names:
                for other in names:
                    if one == other or (one, other) in done:
                        continue
                    done.add((one, other))
                    hops: list[Hop] = []
                    for zone, action in ((one, "enter"), (other, "delivered")):
                        claim = next(claim for claim in place.claims if claim.zone == zone)
                        hop = tracer.hop(
                            claim.device, claim.interface, claim.vrf, f"{action} ({claim.why} = {zone})", claim.source
                        )
                        if action == "delivered":
                            for crossing in place.segment.crossings:
                                for source, end in zip(crossing.sources, (crossing.a, crossing.b), strict=False):
                                    hops.append(tracer.hop(end[0], end[1], "", crossing.kind, source))
                        hops.append(hop)
                    packet = self._inside(zoning, place, one, other)
                    result.append(
                        Violation(
                            "leak",
                            one,
                            other,
                            "",
                            packet,
                            tuple(hops),
                            reason="layer-2",
                            packets="every frame on the segment",
                        )
                    )
        return result

    def _inside(self, zoning: Zoning, place: Place, one: str, other: str) -> Packet:
        """Return a packet between two zones that share a segment, with addresses of the two zones where they are
        known."""

        def address(zone: str, offset: int) -> int:
            low: int
            high: int
            for candidate in (place, *zoning.by_zone.get(zone, ())):
                if candidate.prefixes and (candidate is place or zone in candidate.zones):
                    low, high = candidate.prefixes[0]
                    return min(high, low + offset)
            return offset

        return Packet(6, address(one, 10), address(other, 11), 50000, 443)

    def starts(self, forwarding: Forwarding, places: Iterable[Place]) -> dict[Node, list[Port]]:
        """Return the nodes where packets of hosts on these places begin: a host may hand its packet to any router
        there."""
        starts: dict[Node, list[Port]] = {}
        for place in places:
            if not place.segment.edges:
                continue
            for port in place.segment.ports:
                node = forwarding.enter(port)
                if not isinstance(node, Exit):
                    starts.setdefault(node, []).append(port)
        return starts

    def leaks_from(self, forwarding: Forwarding, zoning: Zoning, zone: str) -> list[Violation]:
        """Return the leaks of packets that start in ``zone``, one for each zone that they get to."""
        starts = self.starts(forwarding, zoning.by_zone.get(zone, ()))
        store = self._leaks.setdefault(zone, [])
        key: object = frozenset(starts)
        for kept in store:
            if self._valid(forwarding, kept, key):
                earlier, zones_then = kept.answer
                if all(self.end_zones(forwarding, zoning, number) == zones for number, zones in zones_then.items()):
                    return list(earlier)
        if store and self._less(forwarding, zoning, store[0], starts):
            return []
        found = spread(forwarding, dict.fromkeys(starts, forwarding.atoms.all))
        ends = {number: self.end_zones(forwarding, zoning, number) for number in found.exits}
        goal = {number for number, zones in ends.items() if zones and zone not in zones}
        violations: list[Violation] = []
        if goal:
            need = needed(forwarding, found, goal)
            arcs = guarded(forwarding, found, need, goal)
            space = forwarding.space
            carried = carry(forwarding, {node: space.all for node in starts if node in need}, arcs)
            for other in self.policy.zones:
                if other == zone:
                    continue
                allowed = self.allowed((zone, other))
                bad: dict[int, PacketSet] = {}
                for id_, packets in carried.exits.items():
                    if other in ends[id_]:
                        rest = packets & ~allowed
                        if rest.satisfiable():
                            bad[id_] = rest
                if bad:
                    violations += self._leak(forwarding, zoning, (zone, other), bad, starts, carried.nodes, arcs)
        self._keep(store, forwarding, key, found.arcs, (tuple(violations), ends))
        return violations

    def _less(self, forwarding: Forwarding, zoning: Zoning, first: _Kept, starts: Mapping[Node, list[Port]]) -> bool:
        """Return whether nothing moves that did not move in the first state, where nothing leaked."""
        earlier, ends = first.answer
        if earlier or not starts.keys() <= first.key:  # type: ignore[operator]
            return False
        for number, zones in ends.items():
            if forwarding.has_exit(number) and not self.end_zones(forwarding, zoning, number) <= zones:
                return False
        for node, choices in first.nodes:
            if node.device in forwarding.state.dead:
                continue
            now = forwarding.choices(node)
            if now is choices:
                continue
            before = self._moves(choices)
            for key, mask in self._moves(now).items():
                if mask & ~before.get(key, 0):
                    return False
        return True

    def _moves(self, choices: tuple[Choice, ...]) -> dict[object, int]:
        """Return what a node's choices move, by target and conditions: the destinations."""
        kept = self._moved.get(id(choices))
        if kept is not None:
            return kept[1]
        result: dict[object, int] = {}
        for choice in choices:
            for hop in choice.hops:
                for piece in hop:
                    if isinstance(piece.target, Exit) and piece.target.segment < 0:
                        continue
                    key = (piece.target, piece.gate, choice.select, piece.rewrite)
                    result[key] = result.get(key, 0) | (choice.mask & piece.mask)
        if len(self._moved) > 20000:
            self._moved.clear()
        self._moved[id(choices)] = (choices, result)
        return result

    def end_zones(self, forwarding: Forwarding, zoning: Zoning, number: int) -> frozenset[str]:
        """Return the zones of whoever is at an exit; nobody has none."""
        segment = forwarding.at_exit(number)
        return zoning.places[segment.id].zones if segment.edges else frozenset()

    def _leak(
        self,
        forwarding: Forwarding,
        zoning: Zoning,
        pair: Pair,
        bad: dict[int, PacketSet],
        starts: Mapping[Node, list[Port]],
        nodes: Iterable[Node],
        arcs: Callable[[Node], Iterable[tuple[PacketSet, Rewrite | None, Target]]],
    ) -> list[Violation]:
        space = forwarding.space
        back = origins(forwarding, nodes, arcs, bad)
        allowed = self.allowed(pair)
        whole = space.none
        best: tuple[int, Node, PacketSet] | None = None
        prefer: tuple[PacketSet, ...] = ()
        own = space.union(space.ranges("src", site.prefixes) for site in self.sites.get(pair[0], ()))
        theirs = space.union(space.ranges("dst", site.prefixes) for site in self.sites.get(pair[1], ()))
        for node in starts:
            packets = back.get(node)
            if packets is None:
                continue
            packets = packets & ~allowed
            if not packets.satisfiable():
                continue
            whole = whole | packets
            # The clearest witness: a host of this place, under its own address, talking to a host of the other zone.
            near = space.union(space.ranges("src", self._prefixes(forwarding, port)) for port in starts[node])
            wishes = (near & theirs & space.whole, own & theirs & space.whole, own)
            score = len(wishes) - next((i for i, wish in enumerate(wishes) if (packets & wish).satisfiable()), 3)
            if best is None or score > best[0]:
                best, prefer = (score, node, packets), (near & theirs, near, own & theirs, own)
        if best is None:
            return []  # only translations of declared packets
        path: tuple[Hop, ...] = ()
        packet = space.pick(best[2], prefer)
        if self.witnesses:
            tracer = Tracer(forwarding, self._origins)
            at_home = {
                port: any(low <= packet.src <= high for low, high in self._prefixes(forwarding, port))
                for port in starts[best[1]]
            }
            for port in sorted(at_home, key=lambda port: not at_home[port]):
                way = tracer.leak_path(port, packet, bad)
                if way is not None:
                    path = way.hops
                    break
        return [Violation("leak", *pair, "", packet, path, packets=space.describe(whole), reason="layer-3")]

    def _prefixes(self, forwarding: Forwarding, port: Port) -> list[Range]:
        """Return the connected IPv4 prefixes of a layer-3 port as closed ranges."""
        interface = forwarding.state.snapshot.devices[port.device].interfaces[port.interface]
        spans = ((a.value, 32 - a.length) for a in interface.addresses if a.family == 4)
        return [(value >> free << free, (value >> free << free) + (1 << free) - 1) for value, free in spans]

    def _ipv6(self, forwarding: Forwarding, zoning: Zoning) -> tuple[list[Violation], list[str]]:
        """Return zone pairs with an IPv6 way between them, and what about IPv6 is not known."""
        kept = self._with_ipv6
        if kept is None or kept[0] is not forwarding.state.snapshot:
            kept = self._with_ipv6 = (forwarding.state.snapshot, present(forwarding.state.snapshot))
        if not kept[1]:
            return [], []
        return Six(forwarding, zoning, Tracer(forwarding, self._origins)).judge()

    # -- outages -----------------------------------------------------------------------------------------------------

    def _home(self, forwarding: Forwarding, site: Site) -> tuple[set[int], bool]:
        """Return the segments where a site's surviving edges are now, and whether all of them are on one (False if
        none survives)."""
        state = forwarding.state
        segment = site.place.segment
        if state.topology.segments.get(segment.id) is segment:
            return {segment.id}, True
        # An edge is in no segment only when its device is dead or its own cable is cut: whoever is behind it is off
        # the network, or on it by another cable, which is another edge.
        homes = self._edge_homes(forwarding)
        found = (homes.get((edge.device, edge.interface, edge.vlan)) for edge in site.edges)
        known = {id_ for id_ in found if id_ is not None}
        return known, len(known) <= 1

    def _edge_homes(self, forwarding: Forwarding) -> dict[tuple[str, str, int | None], int]:
        kept = self._homes
        if kept is None or kept[0] is not forwarding:
            found = {
                (edge.device, edge.interface, edge.vlan): segment.id
                # an edge whose segment changed is on a changed segment
                for segment in (
                    forwarding.changes.new
                    if forwarding.changes is not None
                    else forwarding.state.topology.segments.values()
                )
                for edge in segment.edges
            }
            kept = (forwarding, found)
            self._homes = kept
        return kept[1]

    def _gateways(self, forwarding: Forwarding, segments: Iterable[int], prefix: Range | None) -> list[Port]:
        """Return the routers that a host of ``prefix`` hands its packets to: the virtual address's owner, else any
        router of the subnet."""
        result: list[Port] = []
        for id_ in segments:
            segment = forwarding.state.topology.segments[id_]
            virtual = [
                one
                for one in segment.virtuals
                if one.family == 4 and (prefix is None or prefix[0] <= one.address <= prefix[1])
            ]
            if virtual:
                result += [one.active for one in virtual if one.active is not None]
                continue
            owners = [
                owner
                for address, owner in segment.owners.items()
                if prefix is None or prefix[0] <= address <= prefix[1]
            ]
            result += list(dict.fromkeys(owners))
        return result

    def ends(self, forwarding: Forwarding, zone: str, spans: Sequence[Range]) -> tuple[list[tuple[Site, int]], int]:
        """Return the sites of ``zone`` that the address ranges of a flow name (with the atoms there), and what lies
        outside every edge."""
        key = (zone, tuple(spans))
        kept = self._end_masks.get(key)
        if kept is not None:
            return kept
        atoms = forwarding.atoms
        named: list[tuple[Site, int]] = []
        whole = 0
        for low, high in spans:
            if not any(a <= high and low <= b for a, b in self._edge_spans):
                whole |= atoms.mask(low, high)
        wanted = 0
        for low, high in spans:
            wanted |= atoms.mask(low, high)
        for site in self.sites.get(zone, ()):
            mask = 0
            for low, high in site.prefixes:
                mask |= atoms.mask(low, high)
            mask &= wanted
            for address in site.owned:
                mask &= ~atoms.mask(address, address)
            if mask:
                named.append((site, mask))
        self._end_masks[key] = (named, whole)
        return named, whole

    def _goals(
        self, forwarding: Forwarding, zoning: Zoning, zone: str, spans: Iterable[Range]
    ) -> tuple[dict[int, int], int, int]:
        """Return (destinations that count as delivered, by segment; all that must be; those outside every edge)."""
        goals: dict[int, int] = {}
        named, outside = self.ends(forwarding, zone, list(spans))
        interest = outside
        for site, mask in named:
            homes, single = self._home(forwarding, site)
            if not homes and single:
                continue  # nobody is left there
            interest |= mask
            if single:
                for id_ in homes:
                    segment = forwarding.state.topology.segments[id_]
                    if segment.ports:
                        number = forwarding.exit(segment).segment
                        goals[number] = goals.get(number, 0) | mask
        if outside:
            for place in zoning.by_zone.get(zone, ()):
                if place.segment.edges and place.segment.ports:
                    number = forwarding.exit(place.segment).segment
                    goals[number] = goals.get(number, 0) | outside
        return goals, interest, outside

    def _sources(self, forwarding: Forwarding, zoning: Zoning, zone: str, spans: Iterable[Range]) -> Ends:
        """Return (name, source addresses, nodes, ports) of every place where a flow's packets begin."""
        named, outside = self.ends(forwarding, zone, list(spans))
        result: Ends = []
        atoms = forwarding.atoms
        for site, mask in named:
            homes, _ = self._home(forwarding, site)
            if not homes:
                continue
            for prefix in site.prefixes:
                part = mask & atoms.mask(*prefix)
                if part:
                    # Hosts on a piece that was cut off have no router: each piece must have one.
                    for home in sorted(homes):
                        ports = self._gateways(forwarding, [home], prefix)
                        result.append((site.name, part, _entries(forwarding, ports), ports))
        if outside:
            homes = {place.segment.id for place in zoning.by_zone.get(zone, ()) if place.segment.edges}
            ports = self._gateways(forwarding, sorted(homes), None)
            result.append((f"outside {zone}", outside, _entries(forwarding, ports), ports))
        return result

    def asked(self, forwarding: Forwarding, zoning: Zoning, pair: Pair) -> Asked:
        """Return what the flows of a pair of zones ask of a state."""
        flows = [flow for flow in self.policy.flows if (flow.from_zone, flow.to_zone) == pair]
        goals, interest, _ = self._goals(forwarding, zoning, pair[1], [span for flow in flows for span in flow.dst])
        back_goals, back_interest, _ = self._goals(
            forwarding, zoning, pair[0], [span for flow in flows for span in flow.src]
        )
        known: dict[tuple[str, tuple[Range, ...]], Ends] = {}

        def ends(zone: str, spans: Iterable[Range]) -> Ends:
            key = (zone, tuple(spans))
            if key not in known:
                known[key] = self._sources(forwarding, zoning, *key)
            return known[key]

        sources = {flow.id: ends(pair[0], flow.src) for flow in flows}
        targets = {flow.id: ends(pair[1], flow.dst) for flow in flows}
        return Asked(flows, goals, interest, back_goals, back_interest, sources, targets)

    def _outages_of(self, forwarding: Forwarding, zoning: Zoning, pair: Pair) -> tuple[list[Violation], set[Pair]]:
        asked = self.asked(forwarding, zoning, pair)
        key = asked.key()
        store = self._outages.setdefault(pair, [])
        for kept in store:
            if self._valid(forwarding, kept, key):
                return kept.answer  # type: ignore[no-any-return]
        answer, nodes = self.answered(forwarding, asked)
        self._keep(store, forwarding, key, nodes, answer)
        return answer

    def answered(self, forwarding: Forwarding, asked: Asked) -> tuple[tuple[list[Violation], set[Pair]], set[Node]]:
        """Return the outages of a pair's flows with the (flow, place) pairs that stop, and the nodes looked at."""
        flows, sources, targets = asked.flows, asked.sources, asked.targets
        goals, interest = asked.goals, asked.interest
        back_goals, back_interest = asked.back_goals, asked.back_interest
        space, atoms = forwarding.space, forwarding.atoms
        rewritten = self.translated(forwarding)
        delivery = Delivery(forwarding, goals, interest | rewritten)
        ahead = delivery.at(
            dict.fromkeys(node for found in sources.values() for _, _, nodes, _ in found for node in nodes)
        )
        violations: list[Violation] = []
        stopped: set[tuple[str, str]] = set()
        arrived: dict[str, PacketSet] = {}
        where = atoms.packets(space, interest)
        for flow in flows:
            obliged = self.flow_packets(flow) & where & space.whole
            arrived[flow.id] = space.none
            for name, mask, nodes, ports in sources[flow.id]:
                must = obliged & atoms.packets(space, mask, "src")
                good = space.union(ahead.get(node, space.none) for node in nodes)
                lost = must & ~good
                arrived[flow.id] = arrived[flow.id] | (must & good)
                if lost.satisfiable():
                    stopped.add((flow.id, name))
                    if not any(one.flow == flow.id and not one.reply for one in violations):
                        violations.append(self._outage(forwarding, flow, lost, ports, goals, name))
        sessions, visited = self._sessions(forwarding, flows, sources, arrived, interest | rewritten)
        backward = Delivery(forwarding, back_goals, back_interest | rewritten, sessions)
        behind = backward.at(
            dict.fromkeys(node for found in targets.values() for _, _, nodes, _ in found for node in nodes)
        )
        answered = space.equal("established", 1) | ~space.equal("protocol", 6)
        for flow in flows:
            reply = (
                space.forget(space.reply(arrived[flow.id]), "established")
                & answered
                & atoms.packets(space, back_interest)
            )
            for name, mask, nodes, ports in targets[flow.id]:
                must = reply & atoms.packets(space, mask, "src")
                lost = must & ~space.union(behind.get(node, space.none) for node in nodes)
                if lost.satisfiable():
                    stopped.add((flow.id, name))
                    if not any(one.flow == flow.id for one in violations):
                        violations.append(self._outage(forwarding, flow, lost, ports, back_goals, name, reply=True))
        return (violations, stopped), {*ahead, *behind, *visited}

    def translated(self, forwarding: Forwarding) -> int:
        """Return every destination that some translation or relay writes."""
        mask = 0
        for device in forwarding.devices.values():
            for rule in device.nat:
                if rule.local is not None:
                    mask |= forwarding.atoms.prefix(rule.local)
            if device.firewall is not None:
                for vip in device.firewall.vips.values():
                    mask |= forwarding.atoms.mask(*vip.mapped)
        return mask

    def _sessions(
        self,
        forwarding: Forwarding,
        flows: Sequence[Flow],
        sources: Mapping[str, Ends],
        arrived: Mapping[str, PacketSet],
        interest: int,
    ) -> tuple[dict[str, list[Session]], set[Node]]:
        """Return what stateful devices remember of the flows that arrive, and the nodes that were looked at."""
        space, atoms = forwarding.space, forwarding.atoms
        kept: dict[str, list[Session]] = {}
        visited: set[Node] = set()

        def arcs(node: Node, without: str = "") -> list[tuple[PacketSet, Rewrite | None, Target]]:
            number = forwarding.restricted(node, interest)
            result = forwarding.shop.guards.get(number)
            if result is None:
                result = []
                for choice in forwarding.choices(node):
                    if choice.extra or not choice.mask & interest:
                        continue
                    for hop in choice.hops:
                        for piece in hop:
                            mask = piece.mask & choice.mask & interest
                            if not mask or (isinstance(piece.target, Exit) and piece.target.segment < 0):
                                continue
                            guard = atoms.packets(space, mask)
                            if choice.select is not None:
                                guard = guard & choice.select.may
                            if piece.gate is not None:
                                guard = guard & piece.gate.may
                            result.append((guard, piece.rewrite, piece.target))
                forwarding.shop.guards[number] = result
            if without:
                return [arc for arc in result if isinstance(arc[2], Exit) or arc[2].device != without]
            return result

        starts: dict[Node, PacketSet] = {}
        for flow in flows:
            for _, mask, nodes, _ in sources[flow.id]:
                packets = arrived[flow.id] & atoms.packets(space, mask, "src")
                if packets.satisfiable():
                    for node in nodes:
                        starts[node] = starts.get(node, space.none) | packets
        carried = carry(forwarding, starts, arcs)
        visited |= set(carried.nodes)
        through: dict[str, list[tuple[PacketSet, Spot]]] = {}
        for node, packets in carried.nodes.items():
            device = forwarding.devices[node.device]
            if isinstance(node, Spot) and device.firewall is not None and device.firewall.stateful:
                through.setdefault(node.device, []).append((packets, node))
        for name, sets in through.items():
            around = carry(
                forwarding,
                {node: packets for node, packets in starts.items() if node.device != name},
                partial(arcs, without=name),
            )
            bypass = space.union(around.exits.values())
            for packets, spot in sets:
                certain = packets & ~bypass
                kept.setdefault(name, []).append(Session(certain, certain, spot))
        for node, before, after, _ in carried.translations:
            if isinstance(node, Spot):
                kept.setdefault(node.device, []).append(Session(before, after, node))
            else:
                device = forwarding.devices[node.device]
                behind = forwarding.choices(node)[0].hops[0][0].target
                if device.firewall is not None and isinstance(behind, Spot):
                    kept.setdefault(node.device, []).append(Session(before, after, behind))
        return kept, visited

    def _outage(
        self,
        forwarding: Forwarding,
        flow: Flow,
        lost: PacketSet,
        ports: Sequence[Port],
        goals: Mapping[int, int],
        name: str,
        *,
        reply: bool = False,
    ) -> Violation:
        """Return the violation with one lost packet and the first path on which it does not arrive."""
        space = forwarding.space
        packet = space.pick(lost)
        path: tuple[Hop, ...] = ()
        reason = "reply" if reply else "forward"
        if not ports:
            reason = "no gateway"
        elif self.witnesses:
            tracer = Tracer(forwarding, self._origins)
            ways = [way for port in dict.fromkeys(ports) for way in tracer.paths(port, packet)]
            failing = [
                way
                for way in ways
                if way.end != "delivered"
                or not goals.get(way.exit, 0)
                & forwarding.atoms.mask(
                    way.packet.dst if way.packet else packet.dst, way.packet.dst if way.packet else packet.dst
                )
            ]
            chosen = failing[0] if failing else (ways[0] if ways else None)
            if chosen is not None:
                path = chosen.hops
        ends = (flow.to_zone, flow.from_zone) if reply else (flow.from_zone, flow.to_zone)
        return Violation(
            "outage",
            *ends,
            flow.id,
            packet,
            path,
            reason=f"{reason} at {name}",
            packets=space.describe(lost),
            reply=reply,
        )


def _translation(device: Device | None) -> object:
    """Return what an outage's answer reads of a device beside the graph: translations, and whether it keeps state."""
    if device is None:
        return None
    firewall = device.firewall
    return (device.nat, None if firewall is None else (firewall.vips, firewall.stateful))


def _entries(forwarding: Forwarding, ports: Iterable[Port]) -> list[Node]:
    nodes: list[Node] = []
    for port in ports:
        node = forwarding.enter(port)
        if not isinstance(node, Exit) and node not in nodes:
            nodes.append(node)
    return nodes


def _with_failures(violation: Violation, failures: tuple[str, ...]) -> Violation:
    from dataclasses import replace  # noqa: PLC0415

    return replace(violation, failures=failures)


__all__ = ["Arrival", "Separation", "Site"]
