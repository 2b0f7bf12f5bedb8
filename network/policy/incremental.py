"""The judge of one failure scenario by what it changes: the same findings as an examination from nothing, for less.

*Outages.* The answer of a pair of zones rests on what the nodes that it looked at do with the destinations of its
flows. If none of them does anything else in a scenario, the answer is the base's; if the same changes were met before,
it is the answer of then.

*Leaks.* Where the base leaks nothing, the packets that must never be at a node, because some way leads from there to
another zone undeclared, are known for every node (a least fixpoint backwards). Arcs that went away open nothing. A new
arc opens nothing if no packet that can take it is such a packet at its end; else the set of such packets grows, and
grows backwards. As long as it reaches no place where packets start, nothing leaks; if it does, the zone is examined
from nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from network.analysis.changes import Changes, Ground
from network.analysis.forwarding import Exit, Spot
from network.analysis.reach import origins

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.analysis.changes import Fresh
    from network.analysis.forwarding import Forwarding, Node, Rewrite, Target, Workshop
    from network.analysis.packets import PacketSet
    from network.analysis.state import State, Table
    from network.policy.separation import Asked, Pair, Separation
    from network.policy.verdict import Findings, Violation
    from network.policy.zoning import Zoning

    Guarded = tuple[PacketSet, Rewrite | None, Target]
    Answer = tuple[list[Violation], set[Pair]]

MOST = 20000  # answers and arcs kept before a fresh start
LOOKS = 100  # sets of nodes looked at, by which the answers of a pair of zones are kept


@dataclass(slots=True)
class _Pair:
    """The base's answer for a pair of zones, and what it rests on."""

    asked: Asked
    key: object
    answer: Answer
    nodes: frozenset[Node]
    tables: frozenset[Table]
    interest: int
    segments: frozenset[int]  # where its places are
    outside: frozenset[str]  # zones of which every place counts
    # answers of other scenarios, by the tables and nodes that were looked at and by what those did
    known: dict[tuple[frozenset[Table], frozenset[Node]], dict[object, Answer]]


class Incremental:
    """Judges scenarios of one base state."""

    def __init__(self, judge: Separation, base: State) -> None:
        self.judge = judge
        self.base = base
        forwarding = self.forwarding = judge.forwarding(base)
        self.zoning = judge.zoner.zoning(base)
        intact = judge.examine(base)
        leaking = {one.from_zone for one in intact.violations if one.kind == "leak" and one.reason == "layer-3"}
        self.ground = Ground(forwarding)
        self.shop: Workshop = forwarding.shop
        self.clean = tuple(zone for zone in judge.policy.zones if zone not in leaking)
        self.exits = self._exits(forwarding, self.zoning)
        self._arcs: dict[Node, list[Guarded]] = {}
        self._into: dict[Target, list[tuple[Node, PacketSet, Rewrite | None]]] = {}
        self._guard()
        self._goal: dict[tuple[str, frozenset[str]], PacketSet] = {}
        self.forbidden = {zone: self._forbidden(zone) for zone in self.clean}
        self._harmless: dict[object, tuple[object, frozenset[str]]] = {}
        self.pairs = {pair: self._pair(pair) for pair in judge.pairs}

    def fits(self, base: State, shop: Workshop | None) -> bool:
        """Return whether this was made for a base state and a workshop."""
        return self.base is base and self.shop is shop

    # -- the base ----------------------------------------------------------------------------------------------------

    def _exits(self, forwarding: Forwarding, zoning: Zoning) -> dict[int, frozenset[str]]:
        return {
            forwarding.exit(segment).segment: zoning.places[segment.id].zones if segment.edges else frozenset()
            for segment in forwarding.state.topology.segments.values()
            if segment.ports
        }

    def _guard(self) -> None:
        """Make every arc of the ground with the packets that may take it."""
        space, atoms = self.forwarding.space, self.forwarding.atoms
        for node, choices in self.ground.nodes.items():
            merged: dict[tuple[object, object, object, Target], int] = {}
            for choice in choices:
                for hop in choice.hops:
                    for piece in hop:
                        mask = choice.mask & piece.mask
                        if mask and not (isinstance(piece.target, Exit) and piece.target.segment < 0):
                            key = (choice.select, piece.gate, piece.rewrite, piece.target)
                            merged[key] = merged.get(key, 0) | mask
            arcs = self._arcs[node] = []
            for (select, gate, rewrite, target), mask in merged.items():
                guard = atoms.packets(space, mask)
                for filter_ in (select, gate):
                    if filter_ is not None:
                        guard = guard & filter_.may  # type: ignore[attr-defined]
                if guard.satisfiable():
                    arcs.append((guard, rewrite, target))  # type: ignore[arg-type]
                    if not isinstance(target, Exit):
                        self._into.setdefault(target, []).append((node, guard, rewrite))  # type: ignore[arg-type]

    def _undeclared(self, zone: str, zones: frozenset[str]) -> PacketSet:
        """Return the packets from ``zone`` that must not arrive where hosts of ``zones`` are."""
        key = (zone, zones)
        found = self._goal.get(key)
        if found is None:
            found = self.forwarding.space.none
            if zone not in zones:
                for other in zones:
                    found = found | ~self.judge.allowed((zone, other))
            self._goal[key] = found
        return found

    def _forbidden(self, zone: str) -> dict[Node, PacketSet]:
        """Return, by node, the packets from which some way leads to another zone undeclared."""
        goals = {number: self._undeclared(zone, zones) for number, zones in self.exits.items()}
        goals = {number: packets for number, packets in goals.items() if packets.satisfiable()}
        return origins(self.forwarding, self.ground.nodes, lambda node: self._arcs[node], goals)

    def _pair(self, pair: Pair) -> _Pair:
        judge, forwarding = self.judge, self.forwarding
        asked = judge.asked(forwarding, self.zoning, pair)
        answer, nodes = judge.answered(forwarding, asked)
        interest = asked.interest | asked.back_interest | judge.translated(forwarding)
        segments: set[int] = set()
        outside: set[str] = set()
        for zone, lists in (
            (pair[0], [flow.src for flow in asked.flows]),
            (pair[1], [flow.dst for flow in asked.flows]),
        ):
            for spans in (*lists, [span for one in lists for span in one]):
                named, beyond = judge.ends(forwarding, zone, spans)
                segments |= {site.place.segment.id for site, _ in named}
                if beyond:
                    outside.add(zone)
        return _Pair(
            asked,
            asked.key(),
            answer,
            frozenset(nodes),
            _tables(nodes),
            interest,
            frozenset(segments),
            frozenset(outside),
            {},
        )

    # -- a scenario --------------------------------------------------------------------------------------------------

    def examine(self, forwarding: Forwarding) -> Findings:
        """Return every violation in one scenario."""
        judge = self.judge
        state = forwarding.state
        changes = Changes(self.ground, forwarding)
        zoning = judge.zoner.moved(state, self.zoning, changes.gone, changes.new)
        suspects = self._suspects(forwarding, zoning, changes)

        def leaks(zone: str) -> list[Violation]:
            return judge.leaks_from(forwarding, zoning, zone) if zone in suspects else []

        def outages(pair: Pair) -> Answer:
            return self._outages(forwarding, zoning, changes, self.pairs[pair])

        return judge.findings(forwarding, zoning, leaks, outages)

    # -- leaks -------------------------------------------------------------------------------------------------------

    def _suspects(self, forwarding: Forwarding, zoning: Zoning, changes: Changes) -> set[str]:
        """Return the zones from which something may leak that did not in the base."""
        suspects = set(self.judge.policy.zones) - set(self.clean)
        for segment in changes.new:
            if segment.ports and segment.edges:
                before = self.exits.get(forwarding.exit(segment).segment)
                if before is not None and not zoning.places[segment.id].zones <= before:
                    return set(self.judge.policy.zones)
        fresh = list(changes.fresh())
        grown: dict[str, dict[Node, PacketSet]] = {}
        for one in fresh:
            if one.node not in self.ground.nodes:
                return set(self.judge.policy.zones)
            harmed = self._harmed(forwarding, zoning, one)
            if harmed is None:
                return set(self.judge.policy.zones)
            for zone in harmed:
                if zone not in suspects:
                    packets = self._taken(forwarding, zoning, zone, one, self.forbidden[zone])
                    known = grown.setdefault(zone, {})
                    old = known.get(one.node)
                    known[one.node] = packets if old is None else old | packets
        for zone in self.clean:
            starts = self.judge.starts(forwarding, zoning.by_zone.get(zone, ())) if self._moved(zone, changes) else ()
            if any(node not in self.ground.nodes or node in self.forbidden[zone] for node in starts):
                suspects.add(zone)
        for zone, seeds in grown.items():
            if zone not in suspects and self._reaches_start(forwarding, zoning, zone, seeds, fresh):
                suspects.add(zone)
        return suspects

    def _moved(self, zone: str, changes: Changes) -> bool:
        return bool(changes.new) and zone in self.forbidden

    def _harmed(self, forwarding: Forwarding, zoning: Zoning, fresh: Fresh) -> frozenset[str] | None:
        """Return the zones whose forbidden packets a new arc may take, ``None`` if it leads to an unknown node."""
        ends = tuple(
            self._zones_at(forwarding, zoning, piece.target.segment)
            for piece in fresh.pieces
            if isinstance(piece.target, Exit) and piece.target.segment >= 0
        )
        key = (id(fresh.pieces), fresh.mask, id(fresh.select), ends)
        known = self._harmless.get(key)
        if known is not None:
            return known[1]
        for piece in fresh.pieces:
            if not isinstance(piece.target, Exit) and piece.mask & fresh.mask and piece.target not in self.ground.nodes:
                return None
        found = frozenset(
            zone
            for zone in self.clean
            if self._taken(forwarding, zoning, zone, fresh, self.forbidden[zone]).satisfiable()
        )
        if len(self._harmless) > MOST:
            self._harmless.clear()
        self._harmless[key] = ((fresh.pieces, fresh.select), found)  # what the key names by identity stays alive
        return found

    def _zones_at(self, forwarding: Forwarding, zoning: Zoning, number: int) -> frozenset[str]:
        return self.judge.end_zones(forwarding, zoning, number)

    def _taken(
        self, forwarding: Forwarding, zoning: Zoning, zone: str, fresh: Fresh, forbidden: dict[Node, PacketSet]
    ) -> PacketSet:
        """Return the packets that take a new arc and are forbidden at its end."""
        space, atoms = forwarding.space, forwarding.atoms
        result = space.none
        for piece in fresh.pieces:
            mask = fresh.mask & piece.mask
            if not mask:
                continue
            if isinstance(piece.target, Exit):
                if piece.target.segment < 0:
                    continue
                bad = self._undeclared(zone, self._zones_at(forwarding, zoning, piece.target.segment))
            else:
                bad = forbidden.get(piece.target, space.none)
            if not bad.satisfiable():
                continue
            if piece.rewrite is not None:
                bad = forwarding.before(bad, piece.rewrite.fields, certain=False)
            bad = bad & atoms.packets(space, mask)
            for filter_ in (fresh.select, piece.gate):
                if filter_ is not None:
                    bad = bad & filter_.may
            result = result | bad
        return result

    def _reaches_start(
        self, forwarding: Forwarding, zoning: Zoning, zone: str, seeds: dict[Node, PacketSet], fresh: Iterable[Fresh]
    ) -> bool:
        """Let the forbidden packets grow backwards from ``seeds``; return whether they come to where packets start."""
        space = forwarding.space
        starts = self.judge.starts(forwarding, zoning.by_zone.get(zone, ()))
        base = self.forbidden[zone]
        forbidden = dict(base)
        towards: dict[Target, list[Fresh]] = {}
        for one in fresh:
            for piece in one.pieces:
                if not isinstance(piece.target, Exit):
                    towards.setdefault(piece.target, []).append(one)
        waiting: deque[Node] = deque()

        def add(node: Node, packets: PacketSet) -> bool:
            old = forbidden.get(node, space.none)
            if not (packets & ~old).satisfiable():
                return False
            if node in starts:
                return True
            forbidden[node] = old | packets
            waiting.append(node)
            return False

        for node, packets in seeds.items():
            if add(node, packets):
                return True
        while waiting:
            target = waiting.popleft()
            here = forbidden[target]
            for node, guard, rewrite in self._into.get(target, ()):
                packets = forwarding.before(here, rewrite.fields, certain=False) if rewrite is not None else here
                if add(node, packets & guard):
                    return True
            for one in towards.get(target, ()):
                if add(one.node, self._taken(forwarding, zoning, zone, one, forbidden)):
                    return True
        return False

    # -- outages -----------------------------------------------------------------------------------------------------

    def _outages(self, forwarding: Forwarding, zoning: Zoning, changes: Changes, pair: _Pair) -> Answer:
        judge = self.judge
        asked = pair.asked
        key = pair.key
        if self._asks_anew(zoning, changes, pair):
            names = (asked.flows[0].from_zone, asked.flows[0].to_zone)
            asked = judge.asked(forwarding, zoning, names)
            key = asked.key()
        if key == pair.key and not self._touched(changes, pair):
            return pair.answer
        interest = asked.interest | asked.back_interest | judge.translated(forwarding)
        tables = {name: part for name, change in changes.tables.items() if (part := change.part(interest)) is not None}
        nodes = {
            node: forwarding.restricted(node, interest)
            for node, (_, where) in changes.remade.items()
            if where & interest
        }

        def signature(of_tables: frozenset[Table], of_nodes: frozenset[Node]) -> object:
            return (
                key,
                frozenset(item for item in tables.items() if item[0] in of_tables),
                frozenset(item for item in nodes.items() if item[0] in of_nodes),
            )

        for looked, answers in pair.known.items():
            found = answers.get(signature(*looked))
            if found is not None:
                return found
        found, visited = judge.answered(forwarding, asked)
        if visited <= self.ground.nodes.keys():  # else something was read that a signature does not speak of
            if len(pair.known) > LOOKS or sum(map(len, pair.known.values())) > MOST:
                pair.known.clear()
            looked = (_tables(visited), frozenset(visited))
            pair.known.setdefault(looked, {})[signature(*looked)] = found
        return found

    def _asks_anew(self, zoning: Zoning, changes: Changes, pair: _Pair) -> bool:
        """Return whether the places of a pair's flows may be others in a scenario."""
        if any(segment.id in pair.segments for segment in changes.gone):
            return True
        if not pair.outside:
            return False
        return any(
            segment.edges and not pair.outside.isdisjoint(places[segment.id].zones)
            for places, segments in ((self.zoning.places, changes.gone), (zoning.places, changes.new))
            for segment in segments
        )

    @staticmethod
    def _touched(changes: Changes, pair: _Pair) -> bool:
        interest = pair.interest
        for name, change in changes.tables.items():
            if change.where & interest and name in pair.tables:
                return True
        return any(where & interest and node in pair.nodes for node, (_, where) in changes.remade.items())


def _tables(nodes: Iterable[Node]) -> frozenset[Table]:
    return frozenset((node.device, node.vrf) for node in nodes if isinstance(node, Spot))


__all__ = ["Incremental"]
