"""OSPF version 2 (RFC 2328, RFC 3101).

Who is adjacent, shortest paths, and the route to one prefix at every router.

A node of the graph is one process in one area. Distances between all nodes of a domain come from Floyd and
Warshall's algorithm in numpy; a broadcast network needs no vertex of its own, because the cost from a network to
its routers is 0 (RFC 2328, 16.1).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from network.analysis.state import NextHop, Port
from network.config.model import Prefix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from network.config.model import Device, Interface, OspfProcess, Source

FAR = 1 << 40
Indices = np.ndarray[tuple[int], np.dtype[np.intp]]
Pairs = np.ndarray[tuple[int, int], np.dtype[np.bool_]]
Distances = np.ndarray[tuple[int], np.dtype[np.int64]]


class Speaker(NamedTuple):
    """One OSPF process. ``nodes`` is filled by the domain."""

    number: int
    device: str
    vrf: str
    process: OspfProcess
    router_id: int


class Attachment(NamedTuple):
    """An interface on which a process runs."""

    speaker: int
    port: Port
    area: str
    cost: int
    passive: bool
    kind: str  # "broadcast", "point-to-point", "loopback"
    parameters: tuple[object, ...]
    address: int
    length: int
    priority: int
    mtu: int | None
    prefixes: tuple[Prefix, ...]


class Edge(NamedTuple):
    """A directed adjacency: from node to node at a cost, leaving by ``hop``."""

    a: int
    b: int
    cost: int
    hop: NextHop
    out: Port
    into: Port


class External(NamedTuple):
    """An AS-external route as one process originates it."""

    speaker: int
    metric: int
    type: int
    tag: int
    nssa: bool
    source: Source | None
    forward: int | None = None


class Found(NamedTuple):
    """The best OSPF route of one process to one prefix."""

    kind: str
    metric: int
    hops: tuple[NextHop, ...]
    tag: int
    source: Source | None
    distance: int = 0  # to the advertising router, where the metric is external


def area_name(text: str) -> str:
    """Return an area's number as decimal text (``0.0.0.1`` is ``1``)."""
    if "." in text:
        value = 0
        for part in text.split("."):
            value = value * 256 + int(part)
        return str(value)
    return text


def cost_of(interface: Interface, reference: int) -> int:
    """Return the cost of an interface.

    Explicit, or reference bandwidth over bandwidth (RFC 2328, vendor guide), 1 to 65535.
    """
    if interface.ospf.cost is not None:
        return interface.ospf.cost
    if interface.kind == "loopback":
        return 1
    if interface.bandwidth:
        kbit = interface.bandwidth
    elif interface.kind == "tunnel":
        kbit = 100
    elif interface.speed:
        kbit = interface.speed * 1000
    else:
        kbit = 1_000_000
    return max(1, min(65535, reference * 1000 // kbit))


def router_id(device: Device, process: OspfProcess) -> int:
    """Return the router id: configured, else the highest loopback address of the VRF, else the highest address."""
    if process.router_id is not None:
        return process.router_id
    loopbacks, others = [0], [0]
    for interface in device.interfaces.values():
        if interface.vrf == process.vrf and not interface.shutdown:
            for address in interface.addresses:
                if address.family == 4:
                    (loopbacks if interface.kind == "loopback" else others).append(address.value)
    return max(loopbacks) or max(others)


def attachments(speaker: Speaker, device: Device) -> list[Attachment]:
    """Return the interfaces of a process: by ``network`` statement (most specific first) or by interface command."""
    process = speaker.process
    if process.shutdown:
        return []
    found = []
    networks = sorted(process.networks, key=lambda item: -item[0].care.bit_count())
    for interface in device.interfaces.values():
        if interface.vrf != process.vrf or interface.ospf.shutdown:
            continue
        addresses = [a for a in interface.addresses if a.family == 4]
        lender = device.interfaces.get(interface.unnumbered) if interface.unnumbered else None
        if not addresses and lender is not None:
            addresses = [a for a in lender.addresses if a.family == 4]
        if not addresses:
            continue
        primary = next((a for a in addresses if not a.secondary), addresses[0])
        area = None
        if interface.ospf.process is not None:
            if interface.ospf.process != process.process or interface.ospf.area is None:
                continue
            area = interface.ospf.area
        else:
            area = next((name for wild, name, _ in networks if primary.value & wild.care == wild.value), None)
        if area is None:
            continue
        area = area_name(area)
        configured = process.areas.get(area)
        passive = interface.ospf.passive
        if passive is None:
            if process.passive_default:
                passive = interface.name not in process.not_passive
            else:
                passive = interface.name in process.passive
        network = interface.ospf.network or ""
        if interface.kind == "loopback":
            kind = "point-to-point" if network == "point-to-point" else "loopback"
        elif network:
            kind = network
        else:
            kind = "point-to-point" if interface.kind == "tunnel" or interface.unnumbered else "broadcast"
        slow = kind.startswith(("non-broadcast", "point-to-multipoint"))
        hello = interface.ospf.hello or (30 if slow else 10)
        dead = interface.ospf.dead or 4 * hello
        stub = configured.kind if configured is not None else "normal"
        flags = {"totally-stub": "stub", "totally-nssa": "nssa"}.get(stub, stub)
        auth = interface.ospf.authentication or (configured.authentication if configured is not None else "")
        if auth == "null":
            auth = ""
        parameters = (flags, auth, interface.ospf.key if auth else "", hello, dead)
        prefixes = []
        for address in addresses if not interface.unnumbered else ():
            length = 32 if kind == "loopback" else address.length
            covered = not address.secondary or interface.ospf.process is not None
            covered = covered or any(
                address.value & wild.care == wild.value and area_name(name) == area for wild, name, _ in networks
            )
            if covered:
                prefixes.append(Prefix(address.value >> (32 - length) << (32 - length) if length else 0, length))
        found.append(
            Attachment(
                speaker.number,
                Port(device.hostname, interface.name),
                area,
                cost_of(interface, process.reference_bandwidth),
                passive or interface.kind == "loopback",
                kind,
                parameters,
                primary.value,
                32 if interface.unnumbered else primary.length,
                1 if interface.ospf.priority is None else interface.ospf.priority,
                None if interface.ospf.mtu_ignore else interface.mtu or 1500,
                tuple(prefixes),
            )
        )
    return found


def adjacent(one: Attachment, two: Attachment) -> bool:
    """Return whether two interfaces on one segment become neighbours and use each other (RFC 2328, 10.5 and 16.1)."""
    if one.passive or two.passive or one.area != two.area or one.parameters != two.parameters:
        return False
    if one.mtu is not None and two.mtu is not None and one.mtu != two.mtu:
        return False
    direct = one.kind.startswith("point-to-point"), two.kind.startswith("point-to-point")
    if direct[0] != direct[1]:
        return False
    if not direct[0]:
        if one.length != two.length or (one.address ^ two.address) >> (32 - one.length):
            return False
        if one.priority == 0 and two.priority == 0:
            return False
    return True


@dataclass(slots=True)
class Edges:
    """Every adjacency that a domain could ever have, as rows of arrays."""

    edges: list[Edge]
    a: Indices
    b: Indices
    cost: Distances
    from_node: np.ndarray[tuple[int, int], np.dtype[np.float32]]  # node × edge, 1 where the edge leaves the node
    out: list[list[int]]


@dataclass(slots=True)
class Graph:
    """Adjacencies and distances of one domain in one scenario."""

    all: Edges
    live: np.ndarray[tuple[int], np.dtype[np.bool_]]  # which edges are up
    alive: frozenset[int]
    distance: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    use: np.ndarray[tuple[int, int], np.dtype[np.bool_]]  # edge × target: the edge is on a shortest path
    rows: list[list[int]] = field(default_factory=list)
    hop_cache: dict[tuple[int, int], tuple[NextHop, ...]] = field(default_factory=dict)

    def hops(self, source: int, target: int) -> tuple[NextHop, ...]:
        """Return the next hops of all shortest paths from one node to another."""
        key = (source, target)
        found = self.hop_cache.get(key)
        if found is None:
            use, edges = self.use, self.all.edges
            taken = [edges[e].hop for e in self.all.out[source] if use[e, target]]
            found = tuple(sorted(set(taken), key=hop_key)) if len(taken) > 1 else tuple(taken)
            self.hop_cache[key] = found
        return found


def hop_key(hop: NextHop) -> tuple[int, str]:
    """Order next hops by address, then interface."""
    return (hop.address or 0, hop.interface)


def edge_table(size: int, edges: list[Edge]) -> Edges:
    """Return the table of a domain's possible adjacencies."""
    count = len(edges)
    a = np.fromiter((e.a for e in edges), dtype=np.intp, count=count)
    b = np.fromiter((e.b for e in edges), dtype=np.intp, count=count)
    cost = np.fromiter((e.cost for e in edges), dtype=np.int64, count=count)
    leaves = np.zeros((size, count), dtype=np.float32)
    leaves[a, np.arange(count)] = 1
    out: list[list[int]] = [[] for _ in range(size)]
    for number, edge in enumerate(edges):
        out[edge.a].append(number)
    return Edges(edges, a, b, cost, leaves, out)


def graph(table: Edges, live: list[bool], alive: frozenset[int]) -> Graph:
    """Return all distances of a domain: ``alive`` holds its live nodes, ``live`` marks its live adjacencies.

    Return all distances of a domain whose live nodes are ``alive`` and whose live adjacencies are marked in
    ``live``.
    """
    size = len(table.out)
    mask = np.array(live, dtype=np.bool_)
    distance = np.full((size, size), FAR, dtype=np.int64)
    nodes = list(alive)
    distance[nodes, nodes] = 0
    np.minimum.at(distance, (table.a[mask], table.b[mask]), table.cost[mask])
    for middle in nodes:
        np.minimum(distance, distance[:, middle, None] + distance[None, middle, :], out=distance)
    use = table.cost[:, None] + distance[table.b, :] == distance[table.a, :]
    use &= distance[table.a, :] < FAR
    use &= mask[:, None]
    use[np.arange(len(table.edges)), table.a] = False
    return Graph(table, mask, alive, distance, use, distance.tolist())


def changed_pairs(before: Graph, after: Graph) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Return (source, target) pairs whose distance or next hops differ between two graphs of one domain."""
    differ: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = np.not_equal(before.distance, after.distance)
    if before.all is not after.all:
        return np.logical_or(differ, _other_hops(before, after))
    hops = before.all.from_node @ np.not_equal(before.use, after.use).astype(np.float32)
    return np.logical_or(differ, hops > 0)


def _other_hops(before: Graph, after: Graph) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Return the pairs whose next hops differ, where the two graphs do not have the same possible adjacencies."""
    rows: dict[tuple[int, NextHop], int] = {}
    for graph_ in (before, after):
        for edge in graph_.all.edges:
            rows.setdefault((edge.a, edge.hop), len(rows))
    size = len(after.distance)
    used = np.zeros((2, len(rows), size), dtype=np.bool_)
    for side, graph_ in enumerate((before, after)):
        for number, edge in enumerate(graph_.all.edges):
            used[side, rows[edge.a, edge.hop]] |= graph_.use[number]
    found = np.zeros((size, size), dtype=np.bool_)
    for (node, _), row in rows.items():
        found[node] |= np.not_equal(used[0, row], used[1, row])
    return found


@dataclass(slots=True)
class Domain:
    """All processes that could ever exchange routes, with what no failure changes."""

    speakers: list[Speaker]
    nodes: list[tuple[int, str]]  # node → (speaker position in the engine, area)
    node_of: dict[tuple[int, str], int]
    nodes_of: dict[int, list[int]]
    attachments: list[Attachment]
    simple: bool = True  # one area everywhere
    border: tuple[int, ...] = ()  # speakers in the backbone and another area

    def kind(self, speaker: Speaker, area: str) -> str:
        """Return an area's kind as one process has it configured."""
        configured = speaker.process.areas.get(area)
        return configured.kind if configured is not None else "normal"


def domain(speakers: Iterable[Speaker], attached: Iterable[Attachment]) -> Domain:
    """Return the domain of a set of processes."""
    members = list(speakers)
    found = list(attached)
    keys = sorted({(a.speaker, a.area) for a in found})
    node_of = {key: number for number, key in enumerate(keys)}
    nodes_of: dict[int, list[int]] = defaultdict(list)
    for key, number in node_of.items():
        nodes_of[key[0]].append(number)
    border = tuple(s.number for s in members if len(nodes_of[s.number]) > 1 and (s.number, "0") in node_of)
    simple = all(area == keys[0][1] for _, area in keys) if keys else True
    return Domain(members, list(keys), node_of, dict(nodes_of), found, simple, border)
