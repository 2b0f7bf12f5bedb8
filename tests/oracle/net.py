"""The oracle's own description of a small network: what is configured and what is cabled, nothing computed.

It exists so that the judge shares nothing with the judged: configuration text is *written* from it (``emit``) and
packets are *walked* over it (``simulate``), and neither reads the other's result. IPv4 only; addresses are integers.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Literal, NamedTuple


def ip(text: str) -> int:
    """Return a dotted address as an integer."""
    return int(ipaddress.IPv4Address(text))


def dotted(value: int) -> str:
    """Return an integer as a dotted address."""
    return str(ipaddress.IPv4Address(value))


def mask(length: int) -> int:
    """Return the netmask of a prefix length as an integer."""
    return (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF


class Net(NamedTuple):
    """A prefix: ``value`` without host bits, ``length`` 0..32."""

    value: int
    length: int

    def holds(self, address: int) -> bool:
        """Say whether ``address`` lies inside."""
        return address & mask(self.length) == self.value

    def __str__(self) -> str:
        return f"{dotted(self.value)}/{self.length}"


def net(text: str) -> Net:
    """Return ``a.b.c.d/n`` as a ``Net``."""
    prefix = ipaddress.IPv4Network(text)
    return Net(int(prefix.network_address), prefix.prefixlen)


class Packet(NamedTuple):
    """One packet: protocol number, addresses, and for TCP and UDP the ports; ``ack`` is TCP's ACK or RST bit."""

    protocol: int
    src: int
    dst: int
    sport: int = 0
    dport: int = 0
    ack: bool = False

    def reply(self) -> Packet:
        """Return the packet that answers this one."""
        return Packet(self.protocol, self.dst, self.src, self.dport, self.sport, self.protocol == 6)

    def __str__(self) -> str:
        name = {1: "icmp", 6: "tcp", 17: "udp"}.get(self.protocol, str(self.protocol))
        if self.protocol in (6, 17):
            return f"{name} {dotted(self.src)}:{self.sport} > {dotted(self.dst)}:{self.dport}"
        return f"{name} {dotted(self.src)} > {dotted(self.dst)}"


class Span(NamedTuple):
    """A port condition as IOS writes it: ``eq``, ``neq``, ``lt``, ``gt`` (``low`` only) or ``range`` (both ends in)."""

    op: Literal["eq", "neq", "lt", "gt", "range"]
    low: int
    high: int = 0

    def holds(self, port: int) -> bool:
        """Say whether ``port`` meets the condition."""
        match self.op:
            case "eq":
                return port == self.low
            case "neq":
                return port != self.low
            case "lt":
                return port < self.low
            case "gt":
                return port > self.low
        return self.low <= port <= self.high


@dataclass(frozen=True)
class Entry:
    """One line of an extended access list. ``src`` and ``dst`` are (address, wildcard mask): bits set are not
    compared.
    """

    permit: bool
    protocol: str  # ip, tcp, udp, icmp, or a number
    src: tuple[int, int] = (0, 0xFFFFFFFF)
    dst: tuple[int, int] = (0, 0xFFFFFFFF)
    sport: Span | None = None
    dport: Span | None = None
    established: bool = False


@dataclass
class Clause:
    """One route-map clause for policy routing; ``match`` names an access list (``None``: every packet)."""

    sequence: int
    permit: bool
    match: str | None = None
    set_vrf: str | None = None
    set_global: bool = False
    next_hop: int | None = None
    null: bool = False


Mode = Literal["routed", "sub", "svi", "loopback", "access", "trunk"]


@dataclass
class Interface:
    """A port or a logical interface of a router or switch."""

    name: str
    mode: Mode
    shutdown: bool = False
    vlan: int = 0  # access VLAN, SVI's VLAN, subinterface's tag
    allowed: frozenset[int] = frozenset()  # trunk
    native: int = 1  # trunk
    vrf: str = ""
    address: int | None = None
    length: int = 0
    secondary: list[tuple[int, int]] = field(default_factory=list)
    acl_in: str = ""
    acl_out: str = ""
    policy: str = ""  # route-map for policy routing
    hsrp: tuple[int, int, int] | None = None  # group, virtual address, priority
    cost: int = 1
    point_to_point: bool = False
    nat: Literal["", "inside", "outside"] = ""


@dataclass
class Static:
    """``ip route [vrf V] PREFIX [INTERFACE] [NEXT HOP] [DISTANCE] [global]``."""

    vrf: str
    prefix: Net
    next_hop: int | None = None
    interface: str = ""  # Null0 drops
    distance: int = 1
    in_global: bool = False


@dataclass
class Redistribution:
    """``redistribute SOURCE``: into OSPF with metric and type, into BGP without."""

    source: Literal["connected", "static", "ospf", "bgp"]
    metric: int = 20
    kind: Literal[1, 2] = 2
    prefixes: str = ""  # a prefix list that a route map of the same name matches; empty: all


@dataclass
class OspfProcess:
    """One OSPF process of one VRF. ``networks``: (prefix, area) as ``network`` statements select interfaces."""

    number: int
    vrf: str
    router_id: int
    networks: list[tuple[Net, int]] = field(default_factory=list)
    passive: set[str] = field(default_factory=set)
    redistribute: list[Redistribution] = field(default_factory=list)
    default: Literal["", "if-present", "always"] = ""
    stub_areas: dict[int, bool] = field(default_factory=dict)  # area -> no-summary


@dataclass
class Peer:
    """One BGP neighbour inside one VRF; filters are prefix-list names."""

    address: int
    remote_as: int
    filter_in: str = ""
    filter_out: str = ""
    next_hop_self: bool = False
    local_preference: int | None = None  # set by an inbound route map
    prepend: int = 0  # own AS number prepended so many times by an outbound route map


@dataclass
class BgpTable:
    """BGP inside one VRF (an address family)."""

    networks: list[Net] = field(default_factory=list)
    redistribute: list[Redistribution] = field(default_factory=list)
    peers: list[Peer] = field(default_factory=list)


@dataclass
class Bgp:
    """The BGP process of a device."""

    asn: int
    router_id: int
    tables: dict[str, BgpTable] = field(default_factory=dict)


@dataclass
class Vrf:
    """A VRF with its route targets, e.g. ``64512:1``."""

    name: str
    rd: str
    imports: set[str] = field(default_factory=set)
    exports: set[str] = field(default_factory=set)


@dataclass
class StaticNat:
    """``ip nat inside source static LOCAL GLOBAL [vrf V [match-in-vrf]]``: one address.

    With ``alone`` (``match-in-vrf``) the outside interface stands in the VRF too; without, in the global table.
    """

    local: int
    outside: int
    vrf: str = ""
    alone: bool = False


class PrefixRule(NamedTuple):
    """One prefix-list line: prefixes inside ``prefix`` with a length in ``ge``..``le``."""

    permit: bool
    prefix: Net
    ge: int
    le: int


@dataclass
class Router:
    """An IOS device: router, layer-3 switch or layer-2 switch."""

    name: str
    vrfs: dict[str, Vrf] = field(default_factory=dict)
    vlans: set[int] = field(default_factory=set)
    interfaces: dict[str, Interface] = field(default_factory=dict)
    acls: dict[str, list[Entry]] = field(default_factory=dict)
    prefix_lists: dict[str, list[PrefixRule]] = field(default_factory=dict)
    route_maps: dict[str, list[Clause]] = field(default_factory=dict)
    statics: list[Static] = field(default_factory=list)
    ospf: list[OspfProcess] = field(default_factory=list)
    bgp: Bgp | None = None
    nat: list[StaticNat] = field(default_factory=list)
    replicate: list[tuple[str, str, Literal["connected", "static", "all"]]] = field(
        default_factory=list
    )  # (into, from)

    def add(self, interface: Interface) -> Interface:
        """Add an interface and return it."""
        self.interfaces[interface.name] = interface
        return interface


@dataclass
class Service:
    """A FortiOS service: TCP and UDP destination ports (and optional source ports), or a protocol number."""

    name: str
    tcp: list[tuple[int, int]] = field(default_factory=list)
    udp: list[tuple[int, int]] = field(default_factory=list)
    source: tuple[int, int] | None = None
    protocol: int | None = None  # IP protocol; 0 = any


@dataclass
class Vip:
    """A FortiOS virtual address: packets to ``outside`` that enter by ``interface`` go to ``mapped``."""

    name: str
    outside: int
    mapped: int
    interface: str = "any"


@dataclass
class FirewallPolicy:
    """A FortiOS policy; names refer to interfaces, address objects, VIPs and services; ``all`` and ``ALL`` are built
    in.
    """

    number: int
    src_interfaces: list[str]
    dst_interfaces: list[str]
    src: list[str]
    dst: list[str]
    services: list[str]
    accept: bool = True
    nat: bool = False
    disabled: bool = False
    negate_src: bool = False
    negate_dst: bool = False
    negate_service: bool = False


@dataclass
class FirewallInterface:
    """A FortiOS VLAN interface on a physical port, or the port itself (``vlan`` 0)."""

    name: str
    port: str
    vlan: int
    address: int
    length: int
    down: bool = False


@dataclass
class Firewall:
    """A FortiGate without VDOMs."""

    name: str
    interfaces: dict[str, FirewallInterface] = field(default_factory=dict)
    addresses: dict[str, Net | tuple[int, int]] = field(default_factory=dict)  # a subnet, or a range
    groups: dict[str, list[str]] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    vips: dict[str, Vip] = field(default_factory=dict)
    zones: dict[str, list[str]] = field(default_factory=dict)
    policies: list[FirewallPolicy] = field(default_factory=list)
    statics: list[tuple[Net, int | None, str, int]] = field(
        default_factory=list
    )  # prefix, gateway, interface, distance


Device = Router | Firewall
End = tuple[str, str]  # device, port


@dataclass(frozen=True)
class Flow:
    """A declared flow."""

    id: str
    source: str
    target: str
    src: Net
    dst: Net
    protocol: str
    dport: tuple[int, int] | None = None


@dataclass
class Network:
    """The whole: devices, cables between ports, zones by VRF name, declared flows."""

    devices: dict[str, Device] = field(default_factory=dict)
    cables: list[tuple[End, End]] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)

    def routers(self) -> list[Router]:
        """Return the IOS devices."""
        return [device for device in self.devices.values() if isinstance(device, Router)]
