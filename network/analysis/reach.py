"""Reachability over the forwarding graph: what may get where (leaks), and what certainly arrives (outages).

``spread`` is the cheap first pass over destination atoms alone; ``carry`` follows packet sets along the arcs that
matter; ``origins`` goes
backwards from a set of exits; ``Delivery`` is the greatest set that every equal-cost path and every uncertain condition
delivers. Translations are followed forwards and backwards exactly, field by field.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from network.analysis.forwarding import Arrival, Exit, Forwarding, Node, Rewrite, Spot, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from network.analysis.forwarding import Choice, Piece
    from network.analysis.packets import PacketSet

Arc = tuple[int, "Choice", "Piece"]  # (destinations, the choice, the piece)


@dataclass(slots=True)
class Spread:
    """Which destinations may be at each node and exit, filters left aside; ``arcs`` are the pieces by node, met on
    the way."""

    nodes: dict[Node, int]
    exits: dict[int, int]
    arcs: dict[Node, list[Arc]]
    translated: bool = False


def spread(forwarding: Forwarding, starts: Mapping[Node, int]) -> Spread:
    """Follow destination atoms from ``starts`` (node → destinations) along every arc, whatever filters say."""
    result = Spread(dict(starts), {}, {})
    waiting: deque[tuple[Node, int]] = deque(starts.items())
    nodes, exits, arcs = result.nodes, result.exits, result.arcs
    while waiting:
        node, fresh = waiting.popleft()
        first = node not in arcs
        if first:
            arcs[node] = [
                (mask, choice, piece)
                for choice in forwarding.choices(node)
                for hop in choice.hops
                for piece in hop
                if (mask := choice.mask & piece.mask)
                and not (isinstance(piece.target, Exit) and piece.target.segment < 0)
            ]
        for mask, _, piece in arcs[node]:
            moved = mask & fresh
            if not moved:
                continue
            if piece.rewrite is not None:
                result.translated = True
                moved = forwarding.masked_after(moved, piece.rewrite)
            target = piece.target
            if isinstance(target, Exit):
                exits[target.segment] = exits.get(target.segment, 0) | moved
            else:
                known = nodes.get(target, 0)
                new = moved & ~known
                if new:
                    nodes[target] = known | new
                    waiting.append((target, new))
    return result


def needed(forwarding: Forwarding, found: Spread, wanted: Iterable[int]) -> dict[Node, int]:
    """Return, by node, the destinations that may still reach a wanted exit (segment ids)."""
    goal = set(wanted)
    into: dict[Node, list[tuple[Node, int, Rewrite | None]]] = {}
    need: dict[Node, int] = {}
    waiting: deque[Node] = deque()
    for node, arcs in found.arcs.items():
        here = found.nodes[node]
        for mask, _, piece in arcs:
            if not mask & here:
                continue
            if isinstance(piece.target, Exit):
                if piece.target.segment in goal:
                    need[node] = need.get(node, 0) | (mask & here)
            else:
                into.setdefault(piece.target, []).append((node, mask & here, piece.rewrite))
    waiting.extend(need)
    while waiting:
        target = waiting.popleft()
        wish = need[target]
        for node, mask, rewrite in into.get(target, ()):
            part = mask & wish if rewrite is None else (mask if forwarding.masked_after(mask, rewrite) & wish else 0)
            old = need.get(node, 0)
            if part & ~old:
                need[node] = old | part
                waiting.append(node)
    return need


@dataclass(slots=True)
class Carried:
    """Packet sets at every node and exit; ``translations`` are (node, before, after, rewrite) of every translation
    that happened."""

    nodes: dict[Node, PacketSet]
    exits: dict[int, PacketSet]
    translations: list[tuple[Spot | Arrival, PacketSet, PacketSet, Rewrite]] = field(default_factory=list)


def carry(
    forwarding: Forwarding,
    starts: Mapping[Node, PacketSet],
    arcs: Callable[[Node], Iterable[tuple[PacketSet, Rewrite | None, Target]]],
) -> Carried:
    """Follow packet sets from ``starts`` until nothing new arrives anywhere."""
    space = forwarding.space
    result = Carried({}, {})
    pending: dict[Node, PacketSet] = {}
    order: deque[Node] = deque()
    for node, packets in starts.items():
        pending[node] = packets
        order.append(node)
    kept: dict[Node, list[tuple[PacketSet, Rewrite | None, Target]]] = {}
    while order:
        node = order.popleft()
        fresh = pending.pop(node)
        known = result.nodes.get(node, space.none)
        fresh = fresh & ~known
        if not fresh.satisfiable():
            continue
        result.nodes[node] = known | fresh
        if node not in kept:
            kept[node] = list(arcs(node))
        for guard, rewrite, target in kept[node]:
            moved = fresh & guard
            if not moved.satisfiable():
                continue
            if rewrite is not None:
                after = forwarding.after(moved, rewrite)
                result.translations.append((node, moved, after, rewrite))
                moved = after
            if isinstance(target, Exit):
                if target.segment >= 0:
                    old = result.exits.get(target.segment)
                    result.exits[target.segment] = moved if old is None else old | moved
            elif target in pending:
                pending[target] = pending[target] | moved
            else:
                pending[target] = moved
                order.append(target)
    return result


def guarded(
    forwarding: Forwarding, found: Spread, need: Mapping[Node, int], goal: set[int]
) -> Callable[[Node], list[tuple[PacketSet, Rewrite | None, Target]]]:
    """Return the arcs of a spread that may lead to a wanted exit, each with the packets that may take it."""
    space, atoms = forwarding.space, forwarding.atoms

    def arcs(node: Node) -> list[tuple[PacketSet, Rewrite | None, Target]]:
        result: list[tuple[PacketSet, Rewrite | None, Target]] = []
        merged: dict[tuple[int, int, Target], tuple[int, Choice, Piece]] = {}
        for mask, choice, piece in found.arcs.get(node, ()):
            part = mask & found.nodes[node]
            if isinstance(piece.target, Exit):
                if piece.target.segment not in goal:
                    continue
            elif piece.rewrite is None:
                part &= need.get(piece.target, 0)
            elif not forwarding.masked_after(part, piece.rewrite) & need.get(piece.target, 0):
                continue
            if not part:
                continue
            if choice.select is None and piece.gate is None and piece.rewrite is None:
                key = (0, 0, piece.target)
                old = merged.get(key)
                merged[key] = (part | (old[0] if old else 0), choice, piece)
                continue
            guard = atoms.packets(space, part)
            if choice.select is not None:
                guard = guard & choice.select.may
            if piece.gate is not None:
                guard = guard & piece.gate.may
            if guard.satisfiable():
                result.append((guard, piece.rewrite, piece.target))
        for part, _, piece in merged.values():
            result.append((atoms.packets(space, part), None, piece.target))
        return result

    return arcs


def origins(
    forwarding: Forwarding,
    nodes: Iterable[Node],
    arcs: Callable[[Node], Iterable[tuple[PacketSet, Rewrite | None, Target]]],
    goals: Mapping[int, PacketSet],
) -> dict[Node, PacketSet]:
    """Return, by node, the packets that may reach an exit (segment id) as one of the packets wanted there."""
    space = forwarding.space
    into: dict[Node, list[tuple[Node, PacketSet, Rewrite | None]]] = {}
    result: dict[Node, PacketSet] = {}
    for node in nodes:
        for guard, rewrite, target in arcs(node):
            if isinstance(target, Exit):
                goal = goals.get(target.segment)
                if goal is not None:
                    found = guard & forwarding.before(goal, rewrite.fields if rewrite else (), certain=False)
                    if found.satisfiable():
                        result[node] = result.get(node, space.none) | found
            else:
                into.setdefault(target, []).append((node, guard, rewrite))
    waiting = deque(result)
    while waiting:
        target = waiting.popleft()
        for node, guard, rewrite in into.get(target, ()):
            found = guard & forwarding.before(result[target], rewrite.fields if rewrite else (), certain=False)
            old = result.get(node, space.none)
            if (found & ~old).satisfiable():
                result[node] = old | found
                waiting.append(node)
    return result


@dataclass(slots=True)
class Session:
    """What a stateful device remembers of the forward direction: packets before and after, and where they were looked
    up."""

    before: PacketSet
    after: PacketSet
    spot: Spot


class Delivery:
    """What certainly arrives: every equal-cost path, every reading of an uncertain condition.

    ``goals`` gives the destinations that count as delivered on a segment. ``sessions`` (by stateful device) lets
    replies back in.
    """

    def __init__(
        self,
        forwarding: Forwarding,
        goals: Mapping[int, int],
        interest: int,
        sessions: Mapping[str, list[Session]] | None = None,
    ) -> None:
        self.forwarding = forwarding
        self.goals = goals
        self.interest = interest
        self.sessions = sessions or {}
        self.result: dict[Node, PacketSet] = {}
        self._order: list[Node] = []
        self._here: dict[Node, tuple[int, tuple[Node, ...], tuple[int, ...]]] = {}
        self._after: dict[Node, tuple[Node, ...]] = {}
        self._replies = {
            device: [(forwarding.space.reply(one.before), forwarding.space.reply(one.after), one.spot) for one in kept]
            for device, kept in self.sessions.items()
        }

    def at(self, starts: Iterable[Node]) -> dict[Node, PacketSet]:
        """Return the delivered packets by node, for ``starts`` and everything behind them."""
        for start in starts:
            self._discover(start)
        none = self.forwarding.space.none
        clock = 0
        changed: dict[Node, int] = {}
        looked: dict[Node, int] = {}
        again = True
        while again:  # the least fixpoint: a loop delivers nothing
            again = False
            for node in self._order:
                last = looked.get(node)
                if last is not None:
                    for target in self._after[node]:
                        if changed.get(target, 0) > last:
                            break
                    else:
                        continue
                clock += 1
                looked[node] = clock
                value = self._value(node)
                if value != self.result.get(node, none):
                    self.result[node] = value
                    clock += 1  # later than this look: a node that leads to itself is looked at again
                    changed[node] = clock
                    again = True
                self.result.setdefault(node, value)
        return self.result

    def _discover(self, start: Node) -> None:
        if start in self.result:
            return
        none = self.forwarding.space.none
        stack: list[tuple[Node, list[Node]]] = [(start, self._next(start))]
        self.result[start] = none
        while stack:
            node, following = stack[-1]
            while following:
                other = following.pop()
                if other not in self.result:
                    self.result[other] = none
                    stack.append((other, self._next(other)))
                    break
            else:
                self._order.append(node)
                stack.pop()

    def _next(self, node: Node) -> list[Node]:
        following = list(self._around(node)[1])
        for _, _, spot in self._replies.get(node.device, ()):
            if isinstance(node, Arrival):
                following.append(spot)
        self._after[node] = tuple(following)
        return following

    def _around(self, node: Node) -> tuple[int, tuple[Node, ...], tuple[int, ...]]:
        """Return a number for what a node does, and the nodes and exits that its choices lead to."""
        known = self._here.get(node)
        if known is not None:
            return known
        store = self.forwarding.shop.around
        key = self.forwarding.restricted(node, self.interest)
        found = store.get(key)
        if found is None:
            nodes: dict[Node, None] = {}
            exits: dict[int, None] = {}
            for choice in self.forwarding.choices(node):
                mask = choice.mask & self.interest
                if choice.extra or not mask:
                    continue
                for hop in choice.hops:
                    for piece in hop:
                        if not piece.mask & mask:
                            continue
                        if isinstance(piece.target, Exit):
                            exits[piece.target.segment] = None
                        else:
                            nodes[piece.target] = None
            found = (tuple(nodes), tuple(exits))
            store[key] = found
        known = self._here[node] = (key, *found)
        return known

    def _value(self, node: Node) -> PacketSet:
        forwarding = self.forwarding
        replies = self._replies.get(node.device)
        if replies:
            return self._with_replies(node, replies)
        number, nodes, exits = self._around(node)
        none = forwarding.space.none
        store = forwarding.shop.delivered
        key = (
            number,
            tuple([self.result.get(target, none) for target in nodes]),
            tuple([self.goals.get(number, 0) for number in exits]),
        )
        found = store.get(key)
        if found is None:
            if len(store) > 100000:
                store.clear()
            found = self._through(node, None)
            store[key] = found
        return found

    def _with_replies(self, node: Node, replies: list[tuple[PacketSet, PacketSet, Spot]]) -> PacketSet:
        forwarding = self.forwarding
        space, atoms = forwarding.space, forwarding.atoms
        device = forwarding.devices[node.device]
        allowed: PacketSet | None = None
        if device.firewall is not None and isinstance(node, Spot):
            allowed = space.union(after for _, after, _ in replies)
        value = self._through(node, allowed)
        for before, after, spot in replies:
            if before == after:
                continue
            # A reply to a translated packet is translated back, and has to arrive as the reply to the original one.
            if device.firewall is not None and isinstance(node, Spot):
                behind = self._through(node, space.all)
            elif isinstance(node, Arrival):
                behind = self.result.get(spot, space.none)
            else:
                continue
            lost = before & ~behind & atoms.packets(space, self.interest)
            if not lost.satisfiable():
                value = value | after
        return value

    def _through(self, node: Node, allowed: PacketSet | None) -> PacketSet:
        forwarding = self.forwarding
        space, atoms = forwarding.space, forwarding.atoms
        certain = space.none
        doubtful: list[tuple[PacketSet, PacketSet]] = []
        for choice in forwarding.choices(node):
            mask = choice.mask & self.interest
            if choice.extra or not mask:
                continue
            good = space.all
            for hop in choice.hops:
                good = good & self._hop(hop, mask, allowed)
                if not good.satisfiable():
                    break
            where = atoms.packets(space, mask)
            if choice.select is None:
                certain = certain | (where & good)
            else:
                doubtful.append((where & choice.select.may, good))
        if not doubtful:
            return certain
        # What a select does not mention stays closed; where two choices may both apply, both must deliver.
        cover = space.union(may for may, _ in doubtful)
        every = cover
        for may, good in doubtful:
            every = every & (~may | good)
        return certain | every

    def _hop(self, hop: tuple[Piece, ...], mask: int, allowed: PacketSet | None) -> PacketSet:
        forwarding = self.forwarding
        space, atoms = forwarding.space, forwarding.atoms
        good = space.none
        proxies: dict[int, PacketSet] = {}
        for piece in hop:
            part = piece.mask & mask
            if not part:
                continue
            if isinstance(piece.target, Exit):
                goal = self.goals.get(piece.target.segment, 0)
                if piece.rewrite is None:
                    part &= goal
                    if not part:
                        continue
                    reached = space.all
                else:
                    reached = atoms.packets(space, goal)
            else:
                reached = self.result.get(piece.target, space.none)
                if not reached.satisfiable():
                    if piece.proxy:
                        proxies[piece.mask] = proxies.get(piece.mask, space.all) & space.none
                    continue
            if piece.rewrite is not None:
                reached = forwarding.before(reached, piece.rewrite.fields, certain=True)
            if piece.gate is not None:
                reached = reached & (piece.gate.must if allowed is None else piece.gate.must | allowed)
            if piece.proxy and isinstance(piece.target, Exit):
                continue
            if piece.proxy:
                proxies[part] = proxies.get(part, space.all) & reached
                continue
            good = good | (atoms.packets(space, part) & reached)
        for part, reached in proxies.items():
            good = good | (atoms.packets(space, part & mask) & reached)
        return good
