"""What the network does in one scenario: segments, routes and what could not be modelled.

Everything here is data. ``network.analysis.engine`` computes it; ``network/analysis/forwarding`` and
``network/policy`` read it. Objects that a failure does not touch are shared between the state before and after **by
identity**, so that a reader finds what changed with ``is`` (see :func:`changed_tables` and
:func:`changed_segments`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from network.analysis.engine import Engine
    from network.analysis.routing.solve import Solved
    from network.analysis.topology import Wired
    from network.config.model import Prefix, Snapshot, Source, Unmodelled

ElementKind = Literal["node", "link", "carrier", "duct", "site"]
Table = tuple[str, str]  # (device, vrf): the key of a routing table


class Element(NamedTuple):
    """Something that can fail. A link is named ``devA:ifA <-> devB:ifB`` with the ends in sorted order.

    A site is a group of nodes that are lost together (fire, flood, power).
    """

    kind: ElementKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


Failures = frozenset[Element]


class Port(NamedTuple):
    """A layer-3 interface of a modelled device."""

    device: str
    interface: str


class Edge(NamedTuple):
    """Where something that is not a modelled device attaches to a segment.

    ``interface`` is the physical port (for ``wlan`` the WLAN's profile name, for ``routed`` the layer-3 interface
    itself). ``vlan`` is the VLAN id on the wire side's device, ``None`` on a routed port. ``neighbour`` names the
    unmodelled node where a cable leads to one, else ``""`` (a free socket, or a snapshot without cabling).
    """

    device: str
    interface: str
    vlan: int | None
    kind: Literal["access", "voice", "trunk", "routed", "wlan", "unmodelled"]
    neighbour: str = ""


class Crossing(NamedTuple):
    """A place where frames pass between different VLAN ids, or through a node that is not modelled."""

    kind: Literal["native-mismatch", "cross-patch", "translation", "unmodelled-node", "xconnect"]
    a: tuple[str, str, int]  # (device, port, VLAN id); VLAN id 0 on a routed port
    b: tuple[str, str, int]
    sources: tuple[Source, ...] = ()
    neighbour: str = ""


class Virtual(NamedTuple):
    """A first-hop address (HSRP, VRRP) and who answers for it; ``active`` is ``None`` while no member is up."""

    address: int
    protocol: str
    group: int
    active: Port | None
    members: tuple[Port, ...]
    family: int = 4


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One broadcast domain: every frame of one port can reach every other (private VLANs: see ``isolated``).

    ``ports`` are the live layer-3 interfaces of modelled devices; a standby firewall's are left out. ``vlans``
    holds the VLAN ids by device. ``isolated`` pairs are ports or edges that private VLANs keep apart although they
    share the segment.
    """

    id: int
    ports: tuple[Port, ...]
    edges: tuple[Edge, ...]
    vlans: Mapping[str, tuple[int, ...]]
    crossings: tuple[Crossing, ...] = ()
    virtuals: tuple[Virtual, ...] = ()
    # what each address on the segment belongs to: interface addresses and active virtual ones
    owners: Mapping[int, Port] = field(default_factory=dict)


@dataclass(slots=True)
class Topology:
    """All segments of a scenario."""

    segments: dict[int, Segment]
    segment_of: dict[Port, int]


class NextHop(NamedTuple):
    """Where a route sends packets.

    ``interface`` ``""`` drops. ``address`` ``None`` means that the destination itself is resolved on the segment.
    ``vrf`` is the VRF of the interface: it differs from the table's own where a route leaks; with ``interface``
    ``LOOKUP`` the packet is looked up again in ``vrf``.
    """

    interface: str
    address: int | None
    vrf: str


DROP = ""
LOOKUP = "*"
RECEIVE = "-"


class Route(NamedTuple):
    """An installed route. ``metric`` is what the routing table shows (for E2 the external metric).

    ``protocol`` is one of connected, local, static, ospf (intra-area), ospf-ia, ospf-n1, ospf-n2, ospf-e1, ospf-e2,
    ospf-summary (a discard route), eigrp, eigrp-ex (external), bgp (external), ibgp, aggregate.
    """

    device: str
    vrf: str
    prefix: Prefix
    protocol: str
    next_hops: tuple[NextHop, ...]
    distance: int
    metric: int
    source: Source | None = None
    tag: int = 0


class UnknownRoutes(NamedTuple):
    """What an unmodelled routing neighbour may inject.

    Any prefix inside ``ranges`` (prefix, ge, le), with any attribute.

    It may appear in every table of the same routing component, so that packets for those destinations may end at
    ``port``.
    """

    device: str
    vrf: str
    protocol: str
    neighbour: str
    ranges: tuple[tuple[Prefix, int, int], ...]
    port: Port | None
    source: Source


@dataclass(slots=True)
class State:
    """The network in one scenario. ``ribs`` and its tables are shared with other states: never change them."""

    snapshot: Snapshot
    failures: Failures
    topology: Topology
    ribs: dict[Table, dict[Prefix, Route]]
    unmodelled: tuple[Unmodelled, ...] = ()
    unknown_routes: dict[Table, tuple[UnknownRoutes, ...]] = field(default_factory=dict)
    down: frozenset[Port] = frozenset()  # interfaces of live devices that are down (any layer)
    dead: frozenset[str] = frozenset()  # devices that failed
    standby: frozenset[str] = frozenset()  # live HA units that do not forward
    notes: tuple[str, ...] = ()  # choices that a configuration does not settle (for example a tie by MAC address)
    unproved: tuple[str, ...] = ()  # why routing has no single answer here (no convergence); not empty = never "proved"
    engine: Engine | None = None  # precomputed facts that later scenarios reuse
    wired: Wired | None = None
    solved: tuple[Solved, ...] = ()


def changed_tables(base: State, state: State) -> list[Table]:
    """Return the tables whose object differs between two states, including those that only one of them has."""
    before, after = base.ribs, state.ribs
    return [key for key in before.keys() | after.keys() if before.get(key) is not after.get(key)]


def changed_segments(base: State, state: State) -> tuple[list[Segment], list[Segment]]:
    """Return (segments only in ``base``, segments only in ``state``).

    An untouched segment is the same object in both.
    """
    before, after = base.topology.segments, state.topology.segments
    gone = [segment for id_, segment in before.items() if after.get(id_) is not segment]
    new = [segment for id_, segment in after.items() if before.get(id_) is not segment]
    return gone, new


def link_name(node1: str, interface1: str, node2: str, interface2: str) -> str:
    """Return the name of a link: both ends in sorted order."""
    first, second = sorted(((node1, interface1), (node2, interface2)))
    return f"{first[0]}:{first[1]} <-> {second[0]}:{second[1]}"
