"""Routing tables by the book: connected, static, OSPF (RFC 2328), BGP (RFC 4271), leaks between VRFs. Slow and obvious.

Everything is recomputed from nothing, round after round, until no table changes. A network that does not settle raises
``NotSettledError``: such a network has no one answer to compare.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from tests.oracle.layer2 import Wiring
from tests.oracle.net import (
    BgpTable,
    Firewall,
    Net,
    Network,
    OspfProcess,
    Peer,
    PrefixRule,
    Redistribution,
    Router,
    mask,
)

ROUNDS = 50
LATE = 10


class NotSettledError(Exception):
    """The routing protocols of the network go round and round."""


class Hop(NamedTuple):
    """One next hop: outgoing interface (``Null0`` drops) and neighbour (``None``: the destination itself)."""

    interface: str
    address: int | None


@dataclass(frozen=True)
class Route:
    """One installed route."""

    prefix: Net
    protocol: str  # connected, local, static, ospf, ospf-ia, ospf-e1, ospf-e2, bgp, ibgp
    distance: int
    metric: int
    hops: frozenset[Hop]
    leaked: bool = False


Table = dict[Net, Route]
Key = tuple[str, str]  # device, VRF
Process = tuple[str, int]  # device, OSPF process number


def longest(table: Table, address: int) -> Route | None:
    """Return the longest match."""
    best: Route | None = None
    for prefix, route in table.items():
        if prefix.holds(address) and (best is None or prefix.length > best.prefix.length):
            best = route
    return best


def listed(rules: list[PrefixRule], prefix: Net) -> bool:
    """Say whether a prefix list permits a prefix."""
    for rule in rules:
        if rule.prefix.holds(prefix.value) and rule.ge <= prefix.length <= rule.le:
            return rule.permit
    return False


@dataclass(frozen=True)
class _Path:
    """One BGP path as a speaker holds it."""

    prefix: Net
    as_path: tuple[int, ...]
    local_preference: int
    weight: int
    origin: int
    med: int
    kind: str  # local, ebgp, ibgp
    next_hop: int | None  # None: local
    peer_as: int = 0
    peer_id: int = 0
    peer_address: int = 0
    imported_from: str | None = None
    hops: frozenset[Hop] = field(default_factory=frozenset)


class Routing:
    """Computes ``tables`` of every IOS device and VRF."""

    def __init__(self, network: Network, wiring: Wiring) -> None:
        self.network = network
        self.wiring = wiring
        self.tables: dict[Key, Table] = {}
        self._bgp: dict[Key, dict[Net, _Path]] = {}
        self._late = ""
        for router in network.routers():
            for vrf in ["", *router.vrfs]:
                self.tables[router.name, vrf] = self._connected(router, vrf)
        start = self.tables
        self._settle("")
        both = any(router.bgp for router in network.routers()) and any(router.ospf for router in network.routers())
        if both:
            # Mutual redistribution can settle in more than one way; then which protocol came up first decides.
            settled, chosen = self.tables, self._bgp
            for late in ("ospf", "bgp"):
                self.tables, self._bgp = start, {}
                self._settle(late)
                if self.tables != settled:
                    raise NotSettledError
            self.tables, self._bgp = settled, chosen

    def _settle(self, late: str) -> None:
        """Go round until nothing changes; the protocol ``late`` starts only after some rounds."""
        for number in range(ROUNDS):
            before, bgp_before = self.tables, self._bgp
            self._late = late if number < LATE else ""
            self.tables = self._round()
            if number >= LATE and self.tables == before and self._bgp == bgp_before:
                return
            if not late and self.tables == before and self._bgp == bgp_before:
                return
        raise NotSettledError

    # -- one round ---------------------------------------------------------------------------------------------

    def _round(self) -> dict[Key, Table]:
        offers: dict[Key, list[Route]] = {key: list(self._connected_of(key).values()) for key in self.tables}
        for key in self.tables:
            offers[key] += self._statics(key)
        if self._late != "ospf":
            for key, routes in Ospf(self).routes().items():
                offers[key] += routes
        if self._late != "bgp":
            for key, routes in self._bgp_round().items():
                offers[key] += routes
        for router in self.network.routers():
            for into, source, what in router.replicate:
                for route in self.tables[router.name, source].values():
                    wanted = what in ("all", route.protocol)
                    if wanted and not route.leaked and route.protocol != "local":
                        offers[router.name, into].append(replace(route, leaked=True))
        return {key: _best(routes) for key, routes in offers.items()}

    # -- connected and static ----------------------------------------------------------------------------------

    def _connected_of(self, key: Key) -> Table:
        box = self.network.devices[key[0]]
        assert isinstance(box, Router)
        return self._connected(box, key[1])

    def _connected(self, router: Router, vrf: str) -> Table:
        table: Table = {}
        for name, own in router.interfaces.items():
            if own.vrf != vrf or own.address is None or not self.wiring.up(router.name, name):
                continue
            for address, length in [(own.address, own.length), *own.secondary]:
                prefix = Net(address & mask(length), length)
                hop = frozenset([Hop(name, None)])
                table[prefix] = Route(prefix, "connected", 0, 0, hop)
                if length < 32:
                    table[Net(address, 32)] = Route(Net(address, 32), "local", 0, 0, hop)
        return table

    def _statics(self, key: Key) -> list[Route]:
        device, vrf = key
        box = self.network.devices[device]
        assert isinstance(box, Router)
        found: list[Route] = []
        for static in box.statics:
            if static.vrf != vrf:
                continue
            if static.interface:
                if static.interface != "Null0" and not self.wiring.up(device, static.interface):
                    continue
                hops = frozenset([Hop(static.interface, static.next_hop)])
            else:
                assert static.next_hop is not None
                target = "" if static.in_global else vrf
                hops = self._resolve((device, target), static.next_hop, static.prefix)
                if not hops:
                    continue
            found.append(Route(static.prefix, "static", static.distance, 0, hops))
        return found

    def _resolve(self, key: Key, address: int, itself: Net | None = None, depth: int = 0) -> frozenset[Hop]:
        """Return the interfaces and neighbours through which ``address`` is reached; nothing when it is not."""
        route = longest(self.tables[key], address)
        if route is None or depth > 8 or (itself is not None and route.prefix == itself and route.protocol == "static"):
            return frozenset()
        if route.protocol == "local":
            return frozenset()
        hops: set[Hop] = set()
        for hop in route.hops:
            if hop.interface == "Null0":
                continue
            hops.add(hop if hop.address is not None else Hop(hop.interface, address))
        return frozenset(hops)

    # -- BGP ---------------------------------------------------------------------------------------------------

    def _bgp_round(self) -> dict[Key, list[Route]]:
        speakers = [
            (router, vrf, table)
            for router in self.network.routers()
            if router.bgp and self.wiring.alive(router.name)
            for vrf, table in router.bgp.tables.items()
        ]
        candidates: dict[Key, list[_Path]] = {}
        for router, vrf, table in speakers:
            candidates[router.name, vrf] = self._local_paths(router, vrf, table)
        for router, vrf, table in speakers:
            for peer in table.peers:
                self._hear(router, vrf, peer, candidates)
        own = {key: self._choose(key, paths) for key, paths in candidates.items()}
        # Import by route target: the exporter's best paths that are its own, never what it imported itself.
        for router, vrf, _ in speakers:
            mine = router.vrfs.get(vrf)
            if mine is None:
                continue
            for other, there, _ in speakers:
                if other is not router or there == vrf or there not in router.vrfs:
                    continue
                if router.vrfs[there].exports & mine.imports:
                    for path in own[router.name, there].values():
                        hops = path.hops
                        imported = replace(path, imported_from=there, hops=hops)
                        candidates[router.name, vrf].append(imported)
        chosen = {key: self._choose(key, paths) for key, paths in candidates.items()}
        self._bgp = chosen
        routes: dict[Key, list[Route]] = {}
        for key, paths in chosen.items():
            routes[key] = []
            for path in paths.values():
                if path.kind == "local" and path.imported_from is None:
                    continue
                inside = path.kind == "ibgp"
                name = "ibgp" if inside else "bgp"
                distance = 200 if inside else 20
                routes[key].append(
                    Route(path.prefix, name, distance, path.med, path.hops, leaked=path.imported_from is not None)
                )
        return routes

    def _local_paths(self, router: Router, vrf: str, table: BgpTable) -> list[_Path]:
        rib = self.tables[router.name, vrf]
        paths: list[_Path] = []
        for prefix in table.networks:
            route = rib.get(prefix)
            if route is not None and route.protocol not in ("bgp", "ibgp") and not route.leaked:
                paths.append(_Path(prefix, (), 100, 32768, 0, route.metric, "local", None, hops=route.hops))
        for item in table.redistribute:
            paths += [
                _Path(route.prefix, (), 100, 32768, 2, route.metric, "local", None, hops=route.hops)
                for route in rib.values()
                if redistributed(router, item, route) and route.prefix.length
            ]
        return paths

    def _hear(self, router: Router, vrf: str, peer: Peer, candidates: dict[Key, list[_Path]]) -> None:
        """Add what a neighbour tells ``router``, from the neighbour's choice of the round before."""
        found = self._session(router, vrf, peer)
        if found is None:
            return
        other, there, theirs, my_address = found
        assert router.bgp
        assert other.bgp
        for path in self._bgp.get((other.name, there), {}).values():
            outside = other.bgp.asn != router.bgp.asn
            if path.kind == "ibgp" and not outside:
                continue
            if path.peer_address == my_address and path.kind == "ebgp" and path.imported_from is None and outside:
                continue  # split horizon; the loop check would refuse it as well
            if theirs.filter_out and not listed(other.prefix_lists[theirs.filter_out], path.prefix):
                continue
            as_path = path.as_path
            if outside:
                as_path = (other.bgp.asn,) * (1 + theirs.prepend) + as_path
            elif theirs.prepend:
                as_path = (other.bgp.asn,) * theirs.prepend + as_path
            if router.bgp.asn in as_path:
                continue
            if peer.filter_in and not listed(router.prefix_lists[peer.filter_in], path.prefix):
                continue
            next_hop = path.next_hop
            if outside or theirs.next_hop_self or next_hop is None or path.kind == "local":
                next_hop = peer.address
            preference = 100 if outside else path.local_preference
            if peer.local_preference is not None:
                preference = peer.local_preference
            med = path.med if not outside or path.kind == "local" else 0
            kind = "ebgp" if outside else "ibgp"
            candidates[router.name, vrf].append(
                _Path(
                    path.prefix,
                    as_path,
                    preference,
                    0,
                    path.origin,
                    med,
                    kind,
                    next_hop,
                    other.bgp.asn,
                    other.bgp.router_id,
                    peer.address,
                )
            )

    def _session(self, router: Router, vrf: str, peer: Peer) -> tuple[Router, str, Peer, int] | None:
        """Return the far end of a session that comes up: directly connected, addresses and AS numbers agreeing."""
        assert router.bgp
        for name, own in router.interfaces.items():
            if (
                own.vrf != vrf
                or own.address is None
                or not Net(own.address & mask(own.length), own.length).holds(peer.address)
            ):
                continue
            for device, interface in self.wiring.heard(router.name, name)[0]:
                box = self.network.devices[device]
                if not isinstance(box, Router) or box is router or box.bgp is None:
                    continue
                far = box.interfaces[interface]
                if far.address != peer.address or box.bgp.asn != peer.remote_as or far.vrf not in box.bgp.tables:
                    continue
                for theirs in box.bgp.tables[far.vrf].peers:
                    if theirs.address == own.address and theirs.remote_as == router.bgp.asn:
                        return box, far.vrf, theirs, own.address
        return None

    def _choose(self, key: Key, paths: list[_Path]) -> dict[Net, _Path]:
        """Return the best path of each prefix (Cisco's order; the age of a path is not looked at)."""
        usable: dict[Net, list[_Path]] = {}
        for path in paths:
            ready = path
            if path.next_hop is not None and path.imported_from is None:
                hops = self._resolve(key, path.next_hop)
                if not hops:
                    continue
                ready = replace(path, hops=hops)
            usable.setdefault(path.prefix, []).append(ready)
        best: dict[Net, _Path] = {}
        for prefix, rivals in usable.items():
            rivals.sort(
                key=lambda p: (
                    -p.weight,
                    -p.local_preference,
                    p.kind != "local",
                    len(p.as_path),
                    p.origin,
                    p.med,
                    p.kind == "ibgp",
                    p.peer_id,
                    p.peer_address,
                    p.imported_from or "",
                )
            )
            best[prefix] = rivals[0]
        return best


def redistributed(router: Router, item: Redistribution, route: Route) -> bool:
    """Say whether a ``redistribute`` statement takes a route of the table."""
    if route.leaked and item.source != "bgp":
        return False
    kinds = {
        "connected": ("connected",),
        "static": ("static",),
        "ospf": ("ospf", "ospf-ia", "ospf-e1", "ospf-e2"),
        "bgp": ("bgp",),
    }[item.source]
    if route.protocol not in kinds:
        return False
    return not item.prefixes or listed(router.prefix_lists[item.prefixes], route.prefix)


def _best(offers: list[Route]) -> Table:
    rank = {
        "connected": 0,
        "local": 0,
        "static": 1,
        "ospf": 2,
        "ospf-ia": 3,
        "ospf-e1": 4,
        "ospf-e2": 5,
        "bgp": 6,
        "ibgp": 7,
    }
    grouped: dict[Net, list[Route]] = {}
    for route in offers:
        grouped.setdefault(route.prefix, []).append(route)
    table: Table = {}
    for prefix, rivals in grouped.items():
        # A replicated route gives way to the table's own of the same distance (EVN guide).
        top = min((r.distance, r.leaked, rank[r.protocol], r.metric) for r in rivals)
        winners = [r for r in rivals if (r.distance, r.leaked, rank[r.protocol], r.metric) == top]
        hops = frozenset(hop for r in winners for hop in r.hops)
        table[prefix] = replace(winners[0], hops=hops, leaked=all(r.leaked for r in winners))
    return table


# -- OSPF --------------------------------------------------------------------------------------------------------


class _Link(NamedTuple):
    process: Process
    interface: str
    area: int
    prefix: Net
    address: int
    cost: int
    passive: bool
    host: bool  # a loopback: advertised as a host route
    straight: bool  # point-to-point: the masks of the two ends are not compared (RFC 2328, 10.5)


Vertex = tuple[str, Process] | tuple[str, frozenset[_Link]]


class Ospf:
    """One calculation of RFC 2328, chapter 16, for every router, over the adjacencies that would form."""

    def __init__(self, routing: Routing) -> None:
        self.routing = routing
        self.links: dict[Process, list[_Link]] = {}
        self.of: dict[Process, tuple[Router, OspfProcess]] = {}
        for router in routing.network.routers():
            if not routing.wiring.alive(router.name):
                continue
            for process in router.ospf:
                key = (router.name, process.number)
                self.of[key] = (router, process)
                self.links[key] = self._links(router, process)
        self.transit: dict[tuple[int, _Link], frozenset[_Link]] = {}
        for links in self.links.values():
            for link in links:
                group = self._group(link)
                if len(group) > 1:
                    self.transit[link.area, link] = group

    def _links(self, router: Router, process: OspfProcess) -> list[_Link]:
        found = []
        for name, own in router.interfaces.items():
            if own.vrf != process.vrf or own.address is None or not self.routing.wiring.up(router.name, name):
                continue
            areas = [(prefix.length, area) for prefix, area in process.networks if prefix.holds(own.address)]
            if not areas:
                continue
            area = max(areas)[1]
            host = own.mode == "loopback"
            prefix = Net(own.address, 32) if host else Net(own.address & mask(own.length), own.length)
            passive = name in process.passive or host
            me = (router.name, process.number)
            found.append(_Link(me, name, area, prefix, own.address, own.cost, passive, host, own.point_to_point))
        return found

    def _group(self, link: _Link) -> frozenset[_Link]:
        """Return the links that become neighbours over a segment: same area, same prefix, neither passive."""
        if link.passive:
            return frozenset([link])
        heard = self.routing.wiring.heard(link.process[0], link.interface)[0]
        return frozenset(
            other
            for process, links in self.links.items()
            for other in links
            if (process[0], other.interface) in heard
            and other.area == link.area
            and (other.prefix == link.prefix or (other.straight and link.straight))
            and other.straight == link.straight
            and not other.passive
            and self._stub(process, link.area) == self._stub(link.process, link.area)
        )

    def _stub(self, process: Process, area: int) -> bool:
        return area in self.of[process][1].stub_areas

    # shortest paths inside one area: distance and first hops of every router, and distance of every prefix
    def _spf(
        self, root: Process, area: int
    ) -> tuple[dict[Process, tuple[int, frozenset[Hop]]], dict[Net, tuple[int, frozenset[Hop]]]]:
        distance: dict[Vertex, int] = {("router", root): 0}
        hops: dict[Vertex, frozenset[Hop]] = {("router", root): frozenset()}
        # Networks before routers at equal distance, or equal paths through a network would come too late (16.1, step
        # 3).
        queue: list[tuple[int, int, int, Vertex]] = [(0, 1, 0, ("router", root))]
        done: set[Vertex] = set()
        count = 0
        while queue:
            here, _, _, vertex = heapq.heappop(queue)
            if vertex in done:
                continue
            done.add(vertex)
            for neighbour, cost, via in self._steps(vertex, hops[vertex], root, area):
                new = here + cost
                if neighbour not in distance or new < distance[neighbour]:
                    distance[neighbour] = new
                    hops[neighbour] = via
                    count += 1
                    heapq.heappush(queue, (new, neighbour[0] == "router", count, neighbour))
                elif new == distance[neighbour]:
                    hops[neighbour] |= via
        routers: dict[Process, tuple[int, frozenset[Hop]]] = {}
        prefixes: dict[Net, tuple[int, frozenset[Hop]]] = {}

        def offer(prefix: Net, cost: int, via: frozenset[Hop]) -> None:
            known = prefixes.get(prefix)
            if known is None or cost < known[0]:
                prefixes[prefix] = (cost, via)
            elif cost == known[0]:
                prefixes[prefix] = (cost, known[1] | via)

        for vertex, cost in distance.items():
            if vertex[0] == "router":
                process = vertex[1]
                assert isinstance(process, tuple)
                routers[process] = (cost, hops[vertex])
                for link in self.links[process]:
                    if link.area == area and (link.straight or (area, link) not in self.transit):
                        own = frozenset([Hop(link.interface, None)]) if process == root else hops[vertex]
                        offer(link.prefix, cost + (0 if link.host and process == root else link.cost), own)
            else:
                group = vertex[1]
                assert isinstance(group, frozenset)
                if not next(iter(group)).straight:
                    offer(next(iter(group)).prefix, cost, hops[vertex])
        return routers, prefixes

    def _steps(
        self, vertex: Vertex, via: frozenset[Hop], root: Process, area: int
    ) -> list[tuple[Vertex, int, frozenset[Hop]]]:
        """Return the neighbours of a vertex with the cost of the step and the first hops from the root to them."""
        steps: list[tuple[Vertex, int, frozenset[Hop]]] = []
        if vertex[0] == "router":
            for link in self.links[vertex[1]]:  # type: ignore[index]
                if link.area == area and (area, link) in self.transit:
                    first = frozenset([Hop(link.interface, None)]) if vertex[1] == root else via
                    steps.append((("net", self.transit[area, link]), link.cost, first))
            return steps
        for link in vertex[1]:  # type: ignore[union-attr]
            assert isinstance(link, _Link)
            if link.process != root:
                # Straight from a network the root stands on: the first hop is the neighbour's own address.
                first = frozenset(hop if hop.address is not None else Hop(hop.interface, link.address) for hop in via)
                steps.append((("router", link.process), 0, first))
        return steps

    def areas(self, process: Process) -> set[int]:
        return {link.area for link in self.links[process]}

    def border(self, process: Process) -> bool:
        areas = self.areas(process)
        return 0 in areas and len(areas) > 1

    def routes(self) -> dict[Key, list[Route]]:
        spf = {(p, a): self._spf(p, a) for p in self.links for a in self.areas(p)}
        # Intra-area table of every process: prefix -> cost, hops, areas it was found in
        intra: dict[Process, dict[Net, tuple[int, frozenset[Hop], frozenset[int]]]] = {}
        for process in self.links:
            table: dict[Net, tuple[int, frozenset[Hop], frozenset[int]]] = {}
            for area in sorted(self.areas(process)):
                for prefix, (cost, via) in spf[process, area][1].items():
                    known = table.get(prefix)
                    if known is None or cost < known[0]:
                        table[prefix] = (cost, via, frozenset([area]))
                    elif cost == known[0]:
                        table[prefix] = (cost, known[1] | via, known[2] | {area})
            intra[process] = table
        # Summaries into the backbone, then what backbone routers make of them, then summaries out of it.
        into: dict[int, dict[Process, dict[Net, int]]] = {0: {}}
        borders = [p for p in self.links if self.border(p)]
        for process in borders:
            into[0][process] = {prefix: cost for prefix, (cost, _, found) in intra[process].items() if 0 not in found}
        inter: dict[Process, dict[Net, tuple[int, frozenset[Hop]]]] = {p: {} for p in self.links}
        for process in self.links:
            if 0 in self.areas(process):
                self._summaries(process, 0, into, spf, intra, inter)
        for process in borders:
            for area in self.areas(process) - {0}:
                told = {prefix: cost for prefix, (cost, _, found) in intra[process].items() if area not in found}
                for prefix, (cost, via) in inter[process].items():
                    if prefix not in intra[process] and via:
                        told.setdefault(prefix, cost)
                stub = self.of[process][1].stub_areas
                if area in stub:
                    told = {} if stub[area] else told
                    told[Net(0, 0)] = 1
                into.setdefault(area, {})[process] = told
        for process in self.links:
            if not self.border(process):
                for area in self.areas(process) - {0}:
                    self._summaries(process, area, into, spf, intra, inter)
        found: dict[Key, list[Route]] = {}
        for process, (router, settings) in self.of.items():
            routes = []
            for prefix, (cost, via, _) in intra[process].items():
                routes.append(Route(prefix, "ospf", 110, cost, via))
            for prefix, (cost, via) in inter[process].items():
                if prefix not in intra[process]:
                    routes.append(Route(prefix, "ospf-ia", 110, cost, via))
            known = {route.prefix for route in routes}
            routes += [r for r in self._external(process, spf, intra, inter) if r.prefix not in known]
            found[router.name, settings.vrf] = found.get((router.name, settings.vrf), []) + [
                route for route in routes if route.hops and all(hop.address is not None for hop in route.hops)
            ]
        return found

    def _summaries(
        self,
        process: Process,
        area: int,
        into: dict[int, dict[Process, dict[Net, int]]],
        spf: dict[
            tuple[Process, int], tuple[dict[Process, tuple[int, frozenset[Hop]]], dict[Net, tuple[int, frozenset[Hop]]]]
        ],
        intra: dict[Process, dict[Net, tuple[int, frozenset[Hop], frozenset[int]]]],
        inter: dict[Process, dict[Net, tuple[int, frozenset[Hop]]]],
    ) -> None:
        reach = spf[process, area][0]
        for border, told in into.get(area, {}).items():
            if border == process or border not in reach:
                continue
            away, via = reach[border]
            for prefix, cost in told.items():
                if prefix in intra[process]:
                    continue
                known = inter[process].get(prefix)
                total = away + cost
                if known is None or total < known[0]:
                    inter[process][prefix] = (total, via)
                elif total == known[0]:
                    inter[process][prefix] = (total, known[1] | via)

    def _external(
        self,
        process: Process,
        spf: dict[
            tuple[Process, int], tuple[dict[Process, tuple[int, frozenset[Hop]]], dict[Net, tuple[int, frozenset[Hop]]]]
        ],
        intra: dict[Process, dict[Net, tuple[int, frozenset[Hop], frozenset[int]]]],
        inter: dict[Process, dict[Net, tuple[int, frozenset[Hop]]]],
    ) -> list[Route]:
        open_areas = {area for area in self.areas(process) if not self._stub(process, area)}
        if not open_areas:
            return []
        reach = self._boundary_routers(process, spf)
        best: dict[Net, tuple[tuple[int, int, int], frozenset[Hop]]] = {}
        for other in self.of:
            if other == process or other not in reach:
                continue
            away, via = reach[other]
            for prefix, kind, metric, forward in self._originated(other):
                cost, first = away, via
                if forward is not None:
                    to = self._toward(process, forward, intra, inter)
                    if to is None:
                        continue
                    cost, first = to
                rank = (1, cost + metric, 0) if kind == 1 else (2, metric, cost)
                known = best.get(prefix)
                if known is None or rank < known[0]:
                    best[prefix] = (rank, first)
                elif rank == known[0]:
                    best[prefix] = (rank, known[1] | first)
        return [Route(prefix, f"ospf-e{rank[0]}", 110, rank[1], via) for prefix, (rank, via) in best.items()]

    def _toward(
        self,
        process: Process,
        address: int,
        intra: dict[Process, dict[Net, tuple[int, frozenset[Hop], frozenset[int]]]],
        inter: dict[Process, dict[Net, tuple[int, frozenset[Hop]]]],
    ) -> tuple[int, frozenset[Hop]] | None:
        """Return cost and first hops toward a forwarding address, which OSPF itself must know from inside."""
        table: dict[Net, tuple[int, frozenset[Hop]]] = dict(inter[process])
        table.update({prefix: (cost, via) for prefix, (cost, via, _) in intra[process].items()})
        fitting = [prefix for prefix in table if prefix.holds(address)]
        if not fitting:
            return None
        cost, via = table[max(fitting, key=lambda prefix: prefix.length)]
        return cost, frozenset(hop if hop.address is not None else Hop(hop.interface, address) for hop in via)

    def _boundary_routers(
        self,
        process: Process,
        spf: dict[
            tuple[Process, int], tuple[dict[Process, tuple[int, frozenset[Hop]]], dict[Net, tuple[int, frozenset[Hop]]]]
        ],
    ) -> dict[Process, tuple[int, frozenset[Hop]]]:
        """Return cost and first hops to every other process: inside an area first, then over the borders (type 4)."""

        def inside(of: Process) -> dict[Process, tuple[int, frozenset[Hop]]]:
            reach: dict[Process, tuple[int, frozenset[Hop]]] = {}
            for area in self.areas(of):
                if self._stub(of, area):
                    continue
                for target, (cost, via) in spf[of, area][0].items():
                    known = reach.get(target)
                    if known is None or cost < known[0]:
                        reach[target] = (cost, via)
                    elif cost == known[0]:
                        reach[target] = (cost, known[1] | via)
            return reach

        def over(
            of: Process, area: int, told: dict[Process, dict[Process, int]]
        ) -> dict[Process, tuple[int, frozenset[Hop]]]:
            found: dict[Process, tuple[int, frozenset[Hop]]] = {}
            near = spf[of, area][0]
            for border, targets in told.items():
                if border == of or border not in near:
                    continue
                away, via = near[border]
                for target, cost in targets.items():
                    known = found.get(target)
                    if known is None or away + cost < known[0]:
                        found[target] = (away + cost, via)
                    elif away + cost == known[0]:
                        found[target] = (away + cost, known[1] | via)
            return found

        borders = [p for p in self.links if self.border(p)]
        up = {b: {t: c for t, (c, _) in inside(b).items() if t not in spf[b, 0][0]} for b in borders}
        reach = inside(process)
        if 0 in self.areas(process):
            for target, value in over(process, 0, up).items():
                reach.setdefault(target, value)
        if not self.border(process):
            for area in self.areas(process) - {0}:
                if self._stub(process, area):
                    continue
                down: dict[Process, dict[Process, int]] = {}
                for border in borders:
                    if area not in self.areas(border):
                        continue
                    known = {t: c for t, (c, _) in inside(border).items()}
                    for target, (cost, _) in over(border, 0, up).items():
                        known.setdefault(target, cost)
                    down[border] = {t: c for t, c in known.items() if t not in spf[border, area][0]}
                for target, value in over(process, area, down).items():
                    reach.setdefault(target, value)
        return reach

    def _originated(self, process: Process) -> list[tuple[Net, int, int, int | None]]:
        """Return the external routes that a process tells: prefix, type, metric, forwarding address."""
        router, settings = self.of[process]
        rib = self.routing.tables[router.name, settings.vrf]
        own = {link.interface for link in self.links[process]}
        told: list[tuple[Net, int, int, int | None]] = []
        for item in settings.redistribute:
            for route in rib.values():
                if not redistributed(router, item, route) or not route.prefix.length:
                    continue
                if item.source == "connected" and any(hop.interface in own for hop in route.hops):
                    continue
                told.append((route.prefix, item.kind, item.metric, self._forwarding(process, route)))
        if settings.default == "always":
            told.append((Net(0, 0), 2, 10, None))
        elif settings.default:
            route = rib.get(Net(0, 0))
            if route is not None and not route.protocol.startswith("ospf"):
                told.append((Net(0, 0), 2, 10, self._forwarding(process, route)))
        return told

    def _forwarding(self, process: Process, route: Route) -> int | None:
        """Cisco sets the forwarding address when the next hop stands on a non-passive broadcast interface of the
        process.
        """
        if route.protocol == "connected" or len(route.hops) != 1:
            return None
        hop = next(iter(route.hops))
        router, _ = self.of[process]
        for link in self.links[process]:
            if link.interface == hop.interface and not link.passive and hop.address is not None:
                broadcast = not router.interfaces[link.interface].point_to_point
                return hop.address if broadcast and link.prefix.holds(hop.address) else None
        return None


def firewall_table(box: Firewall, wiring: Wiring) -> Table:
    """Return a FortiGate's routing table: connected, then static by distance."""
    offers: list[Route] = []
    for name, own in box.interfaces.items():
        if wiring.up(box.name, name):
            prefix = Net(own.address & mask(own.length), own.length)
            offers.append(Route(prefix, "connected", 0, 0, frozenset([Hop(name, None)])))
    for prefix, gateway, interface, distance in box.statics:
        if not interface:
            offers.append(Route(prefix, "static", distance, 0, frozenset([Hop("Null0", None)])))
        elif wiring.up(box.name, interface):
            offers.append(Route(prefix, "static", distance, 0, frozenset([Hop(interface, gateway)])))
    return _best(offers)
