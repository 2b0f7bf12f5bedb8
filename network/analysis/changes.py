"""What one state does differently from another: by graph node, the destinations and the arcs that are new.

A failure takes a few prefixes off many tables and moves a few next hops. :class:`Ground` is the whole forwarding graph
of the base state, made once; :class:`Changes` compares a scenario with it, table by table and prefix by prefix, and
makes a node's choices again only where the segments that it sends to are others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from network.analysis.forwarding import Arrival, Choice, Exit, Forwarding, Spot
from network.analysis.state import LOOKUP, Port, changed_segments, changed_tables
from network.config.model import Prefix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.analysis.filters import Filter
    from network.analysis.forwarding import Node, Piece
    from network.analysis.state import NextHop, Route, Segment, Table

Hops = tuple["NextHop", ...]


@dataclass(slots=True)
class TableChange:
    """How a table differs from the base's: for the atoms ``where``, what their next hops are now."""

    before: dict[Prefix, Route] | None
    after: dict[Prefix, Route] | None
    where: int
    now: dict[Hops, int]
    parts: dict[int, object] = field(default_factory=dict)

    def part(self, interest: int) -> object | None:
        """Return, as something to compare, what the table does now with changed destinations in ``interest``."""
        if not self.where & interest:
            return None
        found = self.parts.get(interest)
        if found is None:
            found = frozenset((hops, mask & interest) for hops, mask in self.now.items() if mask & interest)
            found = (self.where & interest, found)
            self.parts[interest] = found
        return found


@dataclass(frozen=True, slots=True)
class Fresh:
    """Arcs that a node has now and had not: destinations, condition, and pieces."""

    node: Node
    mask: int
    select: Filter | None
    pieces: tuple[Piece, ...]


class Ground:
    """The forwarding graph of the base state: every node that a packet could get to from any interface."""

    def __init__(self, forwarding: Forwarding) -> None:
        self.forwarding = forwarding
        self.base = forwarding.state
        self.nodes: dict[Node, tuple[Choice, ...]] = {}
        self.of_table: dict[Table, list[Node]] = {}  # lookups that change with their table, prefix by prefix
        self.of_port: dict[Port, list[Node]] = {}  # nodes by the interfaces whose segments they were made from
        self.watching: dict[Table, list[Node]] = {}  # nodes made from a table in any other way
        self.tables: dict[tuple[Table, int, int], TableChange] = {}
        self._won: dict[Table, dict[Prefix, int]] = {}
        self._lengths: dict[Table, list[int]] = {}
        self._explore()

    def _explore(self) -> None:
        forwarding = self.forwarding
        devices = forwarding.devices
        waiting: list[Node] = []
        for name, device in devices.items():
            for interface in device.interfaces.values():
                if forwarding.segment(Port(name, interface.name)) is not None:
                    node = forwarding.enter(Port(name, interface.name))
                    if not isinstance(node, Exit):
                        waiting.append(node)
        while waiting:
            node = waiting.pop()
            if node in self.nodes:
                continue
            choices = self.nodes[node] = forwarding.choices(node)
            kept = forwarding.kept(node)
            for port, _ in kept.segments:
                self.of_port.setdefault(port, []).append(node)
            for table, _ in kept.others:
                self.watching.setdefault(table, []).append(node)
            if isinstance(node, Spot):
                own = (node.device, node.vrf)
                firewall = devices[node.device].firewall
                plain = not (firewall is not None and firewall.policy_routes)
                plain = plain and own not in self.base.unknown_routes
                (self.of_table if plain else self.watching).setdefault(own, []).append(node)
            for choice in choices:
                for hop in choice.hops:
                    waiting += [piece.target for piece in hop if not isinstance(piece.target, Exit)]

    def table(self, key: Table, after: dict[Prefix, Route] | None) -> TableChange:
        """Return how a table differs from the base's."""
        before = self.base.ribs.get(key)
        known = self.tables.get((key, id(before), id(after)))
        if known is None:
            if len(self.tables) > 60000:
                self.tables.clear()
            known = self._compare(key, before or {}, after or {})
            known.before, known.after = before, after
            self.tables[key, id(before), id(after)] = known
        return known

    def _compare(self, key: Table, before: dict[Prefix, Route], after: dict[Prefix, Route]) -> TableChange:
        atoms = self.forwarding.atoms
        won = self._won.get(key)
        if won is None:
            won = self._won[key] = self.forwarding.won(*key)
        where = 0
        now: dict[Hops, int] = {}
        other = after.get
        altered = [prefix for prefix, route in before.items() if other(prefix) is not route]
        gone = [prefix for prefix in altered if prefix not in after]
        for prefix in altered:
            route = other(prefix)
            if route is not None and route.next_hops != before[prefix].next_hops:
                mask = won.get(prefix, 0)
                where |= mask
                now[route.next_hops] = now.get(route.next_hops, 0) | mask
        if len(after) != len(before) - len(gone):
            # A new prefix takes atoms from several others: the whole table is put together again.
            where = 0
            now = {}
            old = {prefix: (route.next_hops, won.get(prefix, 0)) for prefix, route in before.items()}
            for prefix, mask in atoms.won(after).items():
                hops = after[prefix].next_hops
                same = 0
                for theirs, part in old.values():
                    if theirs == hops:
                        same |= part
                if mask & ~same:
                    where |= mask & ~same
                    now[hops] = now.get(hops, 0) | (mask & ~same)
            lost = 0
            for _, part in old.values():
                lost |= part
            for prefix in after:
                if prefix.family == 4:
                    lost &= ~atoms.prefix(prefix)
            return TableChange(None, None, where | lost, now)
        for prefix in gone:
            mask = won.get(prefix, 0)
            if mask:
                where |= mask
                heir = self._heir(key, prefix, after)
                if heir is not None:
                    now[heir.next_hops] = now.get(heir.next_hops, 0) | mask
        return TableChange(None, None, where, now)

    def _heir(self, key: Table, prefix: Prefix, after: dict[Prefix, Route]) -> Route | None:
        """Return the route that takes over the destinations of a prefix that went away; no prefix was added."""
        lengths = self._lengths.get(key)
        if lengths is None:
            found = {one.length for one in self.base.ribs.get(key, {}) if one.family == 4}
            lengths = self._lengths[key] = sorted(found, reverse=True)
        for length in lengths:
            if length < prefix.length:
                route = after.get(Prefix(prefix.value >> 32 - length << 32 - length, length))
                if route is not None:
                    return route
        return None


class Changes:
    """What one scenario does differently from the base."""

    def __init__(self, ground: Ground, forwarding: Forwarding) -> None:
        self.ground = ground
        self.forwarding = forwarding
        forwarding.changes = None  # until all is known
        base, state = ground.base, forwarding.state
        self.gone, self.new = changed_segments(base, state)
        self.dead = state.dead
        self.tables: dict[Table, TableChange] = {}
        remade: dict[Node, None] = {}
        for port in self._ports((*self.gone, *self.new)):
            remade.update(dict.fromkeys(ground.of_port.get(port, ())))
        self._moved = frozenset(port for segment in self.new for port in segment.ports)
        for key in changed_tables(base, state):
            if key[0] in state.dead:
                continue
            change = ground.table(key, state.ribs.get(key))
            remade.update(dict.fromkeys(ground.watching.get(key, ())))
            if change.where:
                self.tables[key] = change
        for key, change in self.tables.items():
            if any(self._elsewhere(key, hop) for hops in change.now for hop in hops):
                remade.update(dict.fromkeys(ground.of_table.get(key, ())))
        # nodes made again, with what they do and the destinations that notice
        self.remade: dict[Node, tuple[tuple[Choice, ...], int]] = {}
        for node in remade:
            if node.device in state.dead:
                continue
            now = forwarding.choices(node)
            then = ground.nodes[node]
            if now is not then:
                where = _differs(then, now)
                if where:
                    self.remade[node] = (now, where)
        forwarding.changes = self

    @staticmethod
    def _ports(segments: Iterable[Segment]) -> set[Port]:
        return {port for segment in segments for port in segment.ports}

    def _elsewhere(self, key: Table, hop: NextHop) -> bool:
        return hop.interface != LOOKUP and Port(key[0], hop.interface) in self._moved

    def same(self, node: Node, interest: int) -> tuple[Choice, ...] | None:
        """Return a node's choices in the base if it does the same now with destinations in ``interest``."""
        choices = self.ground.nodes.get(node)
        return choices if choices is not None and not self.where(node) & interest else None

    def choices(self, node: Node) -> tuple[Choice, ...] | None:
        """Return a node's choices where they are the base's or follow from its table's change."""
        then = self.ground.nodes.get(node)
        if then is None or node in self.remade:
            return None
        if isinstance(node, Arrival):
            return then
        change = self.tables.get((node.device, node.vrf))
        if change is None:
            return then
        where = change.where
        result: dict[tuple[int, ...], Choice] = {}
        for choice in then:
            mask = choice.mask & ~where
            if mask:
                result[tuple(map(id, choice.hops))] = choice._replace(mask=mask)
        for hops, mask in change.now.items():
            pieces = tuple(self.forwarding.pieces(node, hop, mask) for hop in hops)
            key = tuple(map(id, pieces))
            known = result.get(key)
            result[key] = Choice(mask | (known.mask if known is not None else 0), None, pieces)
        return tuple(result.values())

    def where(self, node: Node) -> int:
        """Return the destinations that a node of the ground treats differently now."""
        found = self.remade.get(node)
        if found is not None:
            return found[1]
        if isinstance(node, Arrival):
            return 0
        change = self.tables.get((node.device, node.vrf))
        return change.where if change is not None else 0

    def fresh(self) -> Iterable[Fresh]:
        """Yield every arc that was not there before."""
        ground, forwarding = self.ground, self.forwarding
        for node, (now, _) in self.remade.items():
            yield from _more(node, ground.nodes[node], now)
        for key, change in self.tables.items():
            for node in ground.of_table.get(key, ()):
                if node in self.remade or not isinstance(node, Spot):
                    continue
                for hops, mask in change.now.items():
                    for hop in hops:
                        yield Fresh(node, mask, None, forwarding.pieces(node, hop, mask))


def _differs(before: tuple[Choice, ...], after: tuple[Choice, ...]) -> int:
    """Return the destinations that two sets of choices treat differently (or more)."""
    left: dict[object, tuple[Choice, int]] = {}
    for choice in before:
        key = (id(choice.select), choice.extra, *map(id, choice.hops))
        left[key] = (choice, choice.mask | (left[key][1] if key in left else 0))
    where = 0
    rest: list[Choice] = []
    for choice in after:  # most are made of the same objects
        key = (id(choice.select), choice.extra, *map(id, choice.hops))
        had = left.get(key)
        new = choice.mask
        if had is not None:
            left[key] = (had[0], had[1] & ~choice.mask)
            new &= ~had[1]
        if new:
            rest.append(choice._replace(mask=new))
    masks: tuple[dict[object, int], dict[object, int]] = ({}, {})
    for choices, found in zip(([one._replace(mask=mask) for one, mask in left.values()], rest), masks, strict=True):
        for choice in choices:
            name: object = (choice.select, choice.hops, choice.extra)
            if choice.mask:
                found[name] = found.get(name, 0) | choice.mask
    for name in masks[0].keys() | masks[1].keys():
        where |= masks[0].get(name, 0) ^ masks[1].get(name, 0)
    return where


def _more(node: Node, before: tuple[Choice, ...], after: tuple[Choice, ...]) -> Iterable[Fresh]:
    """Yield the arcs of ``after`` that ``before`` has not."""
    had: dict[object, int] = {}
    for choice in before:
        for hop in choice.hops:
            for piece in hop:
                key = (piece.target, piece.gate, choice.select, piece.rewrite)
                had[key] = had.get(key, 0) | (choice.mask & piece.mask)
    for choice in after:
        for hop in choice.hops:
            for piece in hop:
                key = (piece.target, piece.gate, choice.select, piece.rewrite)
                mask = choice.mask & piece.mask & ~had.get(key, 0)
                if mask:
                    yield Fresh(node, mask, choice.select, (piece,))


__all__ = ["Changes", "Fresh", "Ground", "TableChange"]
