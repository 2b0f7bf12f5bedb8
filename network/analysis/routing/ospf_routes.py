"""The OSPF route to one prefix at every process.

Intra-area, inter-area through border routers, external (RFC 2328, 16).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from network.analysis.routing.filters import prefix_list
from network.analysis.routing.ospf import FAR, Domain, External, Found, Graph, hop_key
from network.analysis.state import NextHop, Port
from network.config.model import Prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from network.config.model import Device

Targets = tuple[tuple[int, int], ...]  # (node, cost) of everything that originates a prefix


@dataclass(slots=True)
class Area:
    """A domain in one scenario with all that its routes are computed from."""

    domain: Domain
    graph: Graph
    stubs: dict[Prefix, Targets]
    devices: Mapping[str, Device]
    live: frozenset[Port] = frozenset()
    reach_cache: dict[int, dict[int, Found]] = field(default_factory=dict)
    fa_cache: dict[int, dict[int, Found]] = field(default_factory=dict)
    attached_cache: frozenset[int] | None = None

    @property
    def attached(self) -> frozenset[int]:
        """The nodes whose process has an interface up in the area: "actively attached" (RFC 3509, 2.1; Cisco's rule).

        A border router that loses its last interface in the backbone is none any more.
        """
        if self.attached_cache is None:
            node_of = self.domain.node_of
            found = {node_of[a.speaker, a.area] for a in self.domain.attachments if a.port in self.live}
            self.attached_cache = frozenset(found)
        return self.attached_cache


def inside(prefix: Prefix, outer: Prefix) -> bool:
    """Return whether ``prefix`` equals ``outer`` or lies in it."""
    if prefix.family != outer.family or prefix.length < outer.length:
        return False
    shift = (32 if prefix.family == 4 else 128) - outer.length
    return prefix.value >> shift == outer.value >> shift


def _intra(area: Area, speaker: int, targets: Targets) -> tuple[int, tuple[NextHop, ...]] | None:
    """Return (cost, hops) inside the speaker's own areas; hops are empty if the speaker originates the best itself."""
    best = FAR
    nodes = area.domain.nodes_of.get(speaker, ())
    rows = area.graph.rows
    winners: list[tuple[int, int]] = []
    for node in nodes:
        row = rows[node]
        for target, cost in targets:
            total = row[target] + cost
            if total < best:
                best, winners = total, [(node, target)]
            elif total == best and best < FAR:
                winners.append((node, target))
    if best >= FAR:
        return None
    if len(winners) == 1:
        return best, area.graph.hops(*winners[0])
    if any(node == target for node, target in winners):
        return best, ()
    hops = {hop for node, target in winners for hop in area.graph.hops(node, target)}
    return best, tuple(sorted(hops, key=hop_key))


def spread(
    area: Area,
    targets: Targets,
    wanted: Iterable[int],
    prefix: Prefix | None = None,
) -> dict[int, Found]:
    """Return the internal route of each wanted speaker to a set of originators.

    With ``prefix`` the border routers' ranges, filters and stub areas apply; without, the target is a router (type
    4 summaries).
    """
    domain, graph = area.domain, area.graph
    result: dict[int, Found] = {}
    if domain.simple:
        for speaker in wanted:
            found = _intra(area, speaker, targets)
            if found is not None:
                result[speaker] = Found("ospf", found[0], found[1], 0, None)
        return result
    by_number = {s.number: s for s in domain.speakers}
    areas = {name for _, name in domain.nodes}
    node_area = [name for _, name in domain.nodes]
    split: dict[str, Targets] = {name: tuple(t for t in targets if node_area[t[0]] == name) for name in areas}
    attached = area.attached
    live = [
        b
        for b in domain.border
        if domain.node_of[b, "0"] in attached and len(attached.intersection(domain.nodes_of[b])) > 1
    ]

    def from_area(b: int, name: str) -> int:
        """Return a border router's cost to the prefix inside one of its areas, after ranges.

        FAR if none or withheld.
        """
        node = domain.node_of.get((b, name))
        if node is None:
            return FAR
        row = graph.rows[node]
        cost = min((row[t] + c for t, c in split[name]), default=FAR)
        if prefix is None:
            return cost
        configured = by_number[b].process.areas.get(name)
        ranges = configured.ranges if configured is not None else ()
        covering = [(r, advertise, fixed) for r, advertise, fixed in ranges if inside(prefix, r)]
        if covering:
            outer, advertise, fixed = max(covering, key=lambda item: item[0].length)
            if not advertise or prefix != outer:
                return FAR
            parts = [
                row[t] + c
                for other, where in area.stubs.items()
                if inside(other, outer)
                for t, c in where
                if node_area[t] == name
            ]
            cost = min(parts, default=FAR)
            if cost < FAR and fixed is not None:
                cost = fixed
        return cost

    def withheld(b: int, name: str, direction: str) -> bool:
        configured = by_number[b].process.areas.get(name)
        if prefix is None or configured is None:
            return False
        device = area.devices[by_number[b].device]
        return any(way == direction and not prefix_list(device, list_, prefix) for list_, way, _ in configured.filters)

    to_backbone: list[tuple[int, int, int]] = []
    for b in live:
        cost = min(
            (
                from_area(b, name)
                for name in areas
                if name != "0" and (b, name) in domain.node_of and not withheld(b, name, "out")
            ),
            default=FAR,
        )
        if cost < FAR and not withheld(b, "0", "in"):
            to_backbone.append((b, domain.node_of[b, "0"], cost))
    into: dict[str, list[tuple[int, int, int]]] = {}
    for b in live:
        zero = domain.node_of[b, "0"]
        core = from_area(b, "0")
        beyond = min((graph.rows[zero][n] + c for other, n, c in to_backbone if other != b), default=FAR)
        for name in areas - {"0"}:
            node = domain.node_of.get((b, name))
            if node is None or withheld(b, name, "in") or withheld(b, "0", "out"):
                continue
            others = [from_area(b, x) for x in areas - {"0", name} if (b, x) in domain.node_of]
            cost = min([core, *others])
            if cost >= FAR:
                cost = beyond
            kind = domain.kind(by_number[b], name)
            configured = by_number[b].process.areas.get(name)
            if prefix is not None and prefix.length == 0 and configured is not None:
                if kind in ("stub", "totally-stub", "totally-nssa") or (kind == "nssa" and configured.nssa_default):
                    cost = configured.default_cost
            elif prefix is not None and kind in ("totally-stub", "totally-nssa"):
                continue
            if cost < FAR:
                into.setdefault(name, []).append((b, node, cost))
    for speaker in wanted:
        direct = _intra(area, speaker, targets)
        if direct is not None:
            result[speaker] = Found("ospf", direct[0], direct[1], 0, None)
            continue
        best, hops = FAR, set[NextHop]()
        own_zero = domain.node_of.get((speaker, "0"))
        if own_zero is not None and own_zero in attached:
            offers = [(own_zero, n, c) for b, n, c in to_backbone if b != speaker]
        else:
            offers = [
                (domain.node_of[speaker, node_area[n]], n, c)
                for name in areas
                if (speaker, name) in domain.node_of
                for b, n, c in into.get(name, ())
                if b != speaker
            ]
        for node, target, cost in offers:
            total = graph.rows[node][target] + cost
            if total < best:
                best, hops = total, set(graph.hops(node, target))
            elif total == best and best < FAR:
                hops |= set(graph.hops(node, target))
        if best < FAR and hops:
            result[speaker] = Found("ospf-ia", best, tuple(sorted(hops, key=hop_key)), 0, None)
    return result


def reach(area: Area, asbr: int) -> dict[int, Found]:
    """Return every process's route to another process as an AS boundary router."""
    found = area.reach_cache.get(asbr)
    if found is None:
        targets = tuple((node, 0) for node in area.domain.nodes_of.get(asbr, ()) if node in area.graph.alive)
        found = spread(area, targets, [s.number for s in area.domain.speakers]) if targets else {}
        area.reach_cache[asbr] = found
    return found


def reach_address(area: Area, address: int) -> dict[int, Found]:
    """Return every process's internal route to a forwarding address (RFC 2328, 16.4 step 3)."""
    found = area.fa_cache.get(address)
    if found is not None:
        return found
    found = {}
    host = Prefix(address, 32)
    covering = [prefix for prefix in area.stubs if inside(host, prefix)]
    if covering:
        prefix = max(covering, key=lambda p: p.length)
        found = spread(area, area.stubs[prefix], [s.number for s in area.domain.speakers], prefix)
        for attached in area.domain.attachments:
            node = area.domain.node_of[attached.speaker, attached.area]
            if prefix in attached.prefixes and any(n == node for n, _ in area.stubs[prefix]):
                who = next(s for s in area.domain.speakers if s.number == attached.speaker)
                hop = NextHop(attached.port.interface, address, who.vrf)
                found[attached.speaker] = Found("ospf", attached.cost, (hop,), 0, None)
    area.fa_cache[address] = found
    return found


def external_allowed(domain: Domain, speaker: int) -> bool:
    """Return whether a process takes AS-external routes: some area of it is neither stub nor NSSA."""
    who = next(s for s in domain.speakers if s.number == speaker)
    return any(domain.kind(who, domain.nodes[n][1]) == "normal" for n in domain.nodes_of.get(speaker, ()))


def routes(area: Area, prefix: Prefix, externals: tuple[External, ...], wanted: Iterable[int]) -> dict[int, Found]:
    """Return the best OSPF route to a prefix at each wanted process.

    (none where the process itself originates the best).
    """
    wanted = list(wanted)
    targets = area.stubs.get(prefix, ())
    found: dict[int, Found] = {}
    if targets or not area.domain.simple:
        found = spread(area, targets, wanted, prefix)
    if not externals:
        return found
    simple = area.domain.simple
    areas_of = area.domain.nodes_of
    names = area.domain.nodes
    for speaker in wanted:
        if speaker in found:
            continue
        best: tuple[int, int, int] | None = None
        hops: set[NextHop] = set()
        chosen: External | None = None
        own = {names[n][1] for n in areas_of.get(speaker, ())}
        normal = simple and not any(e.nssa for e in externals)
        normal = normal or external_allowed(area.domain, speaker)
        kind = "e"
        for external in externals:
            if external.speaker == speaker:
                # a process does not install what it originates; its own route stands in the table already
                continue
            local_nssa = False
            if external.nssa:
                origin = {names[n][1] for n in areas_of.get(external.speaker, ())}
                local_nssa = bool(own & origin)
            if not normal and not local_nssa:
                continue
            if external.forward is not None:
                way = reach_address(area, external.forward).get(speaker)
            else:
                way = reach(area, external.speaker).get(speaker)
            if way is None or not way.hops:
                continue
            key = (1, way.metric + external.metric, 0) if external.type == 1 else (2, external.metric, way.metric)
            if best is None or key < best:
                best, hops, chosen = key, set(way.hops), external
                kind = "n" if local_nssa else "e"
            elif key == best:
                hops |= set(way.hops)
        if best is not None and chosen is not None:
            ordered = tuple(sorted(hops, key=hop_key))
            found[speaker] = Found(f"ospf-{kind}{best[0]}", best[1], ordered, chosen.tag, chosen.source, best[2])
    return found
