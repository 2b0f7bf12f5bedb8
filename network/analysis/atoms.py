"""Destination atoms: the address space cut where any table or segment tells two addresses apart, as bits of one
integer.

A set of destinations is then an integer with one bit an atom, and "which destinations does this table send there"
costs a few
machine instructions a word. The joint partition of destinations and filters is never formed: filters are packet sets on
the arcs of the forwarding graph.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from network.config.model import Prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from network.analysis.packets import PacketSet, Space
    from network.analysis.state import NextHop, Route

TOP = 1 << 32


class Atoms:
    """A fixed partition of the IPv4 addresses. ``cuts`` are the first addresses of the atoms, 0 among them."""

    def __init__(self, starts: Iterable[int]) -> None:
        self.cuts = sorted({0, *(start for start in starts if 0 <= start < TOP)})
        self.known = frozenset(self.cuts)
        self.all = (1 << len(self.cuts)) - 1
        self._ranges: dict[tuple[int, int], int] = {}
        self._sets: dict[int, PacketSet] = {}
        self._spans: dict[int, list[tuple[int, int]]] = {}

    def fits(self, low: int, high: int) -> bool:
        """Return whether the closed range is a union of atoms."""
        return low in self.known and (high + 1 in self.known or high + 1 == TOP)

    def mask(self, low: int, high: int) -> int:
        """Return the atoms that meet the closed range ``low``..``high``."""
        found = self._ranges.get((low, high))
        if found is None:
            first = bisect_left(self.cuts, low + 1) - 1
            last = bisect_left(self.cuts, high + 1)
            found = (1 << last) - (1 << first)
            self._ranges[low, high] = found
        return found

    def prefix(self, prefix: Prefix) -> int:
        """Return the atoms that meet a prefix."""
        return self.mask(prefix.value, prefix.value + (1 << 32 - prefix.length) - 1)

    def spans(self, mask: int) -> list[tuple[int, int]]:
        """Return the addresses of the atoms in ``mask`` as sorted closed ranges."""
        found = self._spans.get(mask)
        if found is None:
            found = []
            rest, base = mask, 0
            while rest:
                skip = (rest & -rest).bit_length() - 1
                rest >>= skip
                run = (~rest & rest + 1).bit_length() - 1
                rest >>= run
                first = base + skip
                base = first + run
                found.append((self.cuts[first], (self.cuts[base] if base < len(self.cuts) else TOP) - 1))
            self._spans[mask] = found
        return found

    def packets(self, space: Space, mask: int, field: str = "dst") -> PacketSet:
        """Return the packets whose ``field`` (an address) lies in the atoms of ``mask``."""
        if mask == self.all:
            return space.all
        if field != "dst":
            return space.ranges(field, self.spans(mask))
        found = self._sets.get(mask)
        if found is None:
            found = space.ranges("dst", self.spans(mask))
            self._sets[mask] = found
        return found

    def won(self, table: Iterable[Prefix]) -> dict[Prefix, int]:
        """Return, for the prefixes of a routing table, the atoms that each of them gets by the longest match."""
        result: dict[Prefix, int] = {}
        covered = 0
        for prefix in sorted((prefix for prefix in table if prefix.family == 4), key=lambda one: -one.length):
            mask = self.prefix(prefix)
            result[prefix] = mask & ~covered
            covered |= mask
        return result

    def grouped(self, table: Mapping[Prefix, Route]) -> dict[tuple[NextHop, ...], int]:
        """Return the atoms that each set of next hops of a routing table gets, lowest atoms first.

        The table's prefixes must be unions of atoms. One walk over the sorted prefixes: which are nested in which says
        who wins, so that no mask is made for a single prefix.
        """
        cuts, count = self.cuts, len(self.cuts)
        runs: dict[tuple[NextHop, ...], list[tuple[int, int]]] = {}

        def give(low: int, high: int, hops: tuple[NextHop, ...]) -> None:
            mine = runs.setdefault(hops, [])
            if mine and mine[-1][1] == low:
                mine[-1] = (mine[-1][0], high)
            else:
                mine.append((low, high))

        around: list[tuple[int, tuple[NextHop, ...]]] = []  # (end, next hops) of the prefixes that hold the place
        place = 0
        for prefix, route in sorted(
            ((prefix, route) for prefix, route in table.items() if prefix.family == 4), key=lambda one: one[0]
        ):
            first = bisect_left(cuts, prefix.value)
            while around and around[-1][0] <= first:
                end, hops = around.pop()
                if place < end:
                    give(place, end, hops)
                    place = end
            if around and place < first:
                give(place, first, around[-1][1])
            place = first
            top = prefix.value + (1 << 32 - prefix.length)
            around.append((bisect_left(cuts, top) if top < TOP else count, route.next_hops))
        while around:
            end, hops = around.pop()
            if place < end:
                give(place, end, hops)
                place = end
        result: dict[tuple[NextHop, ...], int] = {}
        for hops, mine in runs.items():
            mask = 0
            for low, high in mine:
                mask |= ((1 << high - low) - 1) << low
            result[hops] = mask
        return in_order(result)

    def inherit(self, won: dict[Prefix, int], gone: Iterable[Prefix], table: Mapping[Prefix, object]) -> None:
        """Give the atoms of prefixes that went away to the longest prefix of ``table`` that covers them (changes
        ``won``)."""
        lengths = sorted({prefix.length for prefix in table if prefix.family == 4}, reverse=True)
        for prefix in gone:
            mask = won.pop(prefix)
            if not mask:
                continue
            for length in lengths:
                if length >= prefix.length:
                    continue
                cover = Prefix(prefix.value >> 32 - length << 32 - length, length)
                if cover in table:
                    won[cover] = won.get(cover, 0) | mask
                    break


def in_order(groups: dict[tuple[NextHop, ...], int]) -> dict[tuple[NextHop, ...], int]:
    """Return groups of atoms sorted by their lowest atom, without empty ones: equal tables, equal groups."""
    return dict(sorted(((hops, mask) for hops, mask in groups.items() if mask), key=lambda one: one[1] & -one[1]))


def starts_of(prefixes: Iterable[Prefix]) -> set[int]:
    """Return the cuts that make every IPv4 prefix a union of atoms."""
    result: set[int] = set()
    for prefix in prefixes:
        if prefix.family == 4:
            result.add(prefix.value)
            result.add(prefix.value + (1 << 32 - prefix.length))
    return result
