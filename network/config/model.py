"""The vendor-neutral device: what a configuration says, with the line each fact came from.

Readers (``cisco_ios``, ``fortios``) build it; ``network/analysis`` and ``network/policy`` read nothing else. Names are the
field's (IEEE 802.1Q, RFC 4271, RFC 2328, vendor guides). Addresses are integers, so that packet sets and prefix tables
need no conversion: an IPv4 address is 0..2**32-1, an IPv6 address 0..2**128-1; ports and VLAN ids are integers.

``vrf`` is ``""`` for the global table on IOS; on FortiOS it is the VDOM's name (``root`` where VDOMs are off).
"""

# ruff: noqa: E501 - tables, texts and comments stay on one line

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Action = Literal["permit", "deny"]
Family = Literal[4, 6]


class Source(NamedTuple):
    """A line of a configuration: file name as given, line from 1, text without the line end."""

    file: str
    line: int
    text: str


class Prefix(NamedTuple):
    """An IP prefix; ``value`` has no host bits set."""

    value: int
    length: int
    family: Family = 4


class Address(NamedTuple):
    """An interface address with its prefix length."""

    value: int
    length: int
    secondary: bool = False
    family: Family = 4


class Wild(NamedTuple):
    """IPv4 addresses ``a`` with ``a & care == value``; ``care`` is the inverse of an IOS wildcard mask, and need not be contiguous."""

    value: int
    care: int


class Ports(NamedTuple):
    """A closed range of TCP/UDP/SCTP ports (or ICMP types where the protocol is ICMP)."""

    low: int
    high: int


ANY = Wild(0, 0)
ALL_PORTS = Ports(0, 65535)


@dataclass(frozen=True, slots=True)
class Match:
    """Which packets an entry matches. An empty tuple or ``None`` means "any".

    ``sometimes`` marks a match that holds only part of the time (a time range, a schedule, a dynamic address): an
    analysis must take it both as matching and as not matching. ``inexact`` says that the reader could not express the
    condition; such an entry may match any subset of what the other fields say.
    """

    protocols: tuple[int, ...] = ()
    src: tuple[Wild, ...] = ()
    dst: tuple[Wild, ...] = ()
    sport: tuple[Ports, ...] = ()
    dport: tuple[Ports, ...] = ()
    icmp: tuple[tuple[int, int | None], ...] = ()  # (type, code); code None = any
    established: bool = False
    fragments: bool = False
    sometimes: bool = False
    inexact: bool = False
    negate_src: bool = False
    negate_dst: bool = False
    negate_service: bool = False
    vip_only: bool = (
        False  # FortiOS: the destination is only virtual addresses, so only what one of them rewrote matches
    )


@dataclass(frozen=True, slots=True)
class AclEntry:
    """One access-control entry in evaluation order."""

    action: Action
    match: Match
    source: Source


@dataclass(frozen=True, slots=True)
class Acl:
    """An access list; first match decides, no match denies. ``kind`` ``mac`` lists are kept for VLAN maps."""

    name: str
    kind: Literal["standard", "extended", "ipv6", "mac", "role"]
    entries: tuple[AclEntry, ...]
    source: Source


class PrefixEntry(NamedTuple):
    """One prefix-list entry: matches prefixes inside ``prefix`` whose length is in ``ge``..``le``."""

    action: Action
    prefix: Prefix
    ge: int
    le: int
    source: Source


@dataclass(frozen=True, slots=True)
class PrefixList:
    """First match decides, no match denies; an empty list permits all, as IOS does for an undefined one."""

    name: str
    entries: tuple[PrefixEntry, ...]


@dataclass(frozen=True, slots=True)
class RouteMapClause:
    """One ``route-map NAME permit|deny SEQ`` with its matches (all must hold; values of one match are alternatives) and sets.

    ``matches``: ``("ip address prefix-list", (names…))``, ``("ip address", (acl names…))``, ``("tag", (values…))``,
    ``("as-path", …)``, ``("community", …)``, ``("interface", …)``, ``("ip next-hop", …)``, ``("metric", …)``,
    ``("route-type", …)``, ``("source-protocol", …)``. ``sets``: ``("metric", (…))``, ``("tag", …)``, ``("local-preference", …)``,
    ``("as-path prepend", …)``, ``("community", …)``, ``("extcommunity rt", …)``, ``("vrf", …)``, ``("global", ())``,
    ``("ip next-hop", …)``, ``("ip default next-hop", …)``, ``("interface", …)``, ``("metric-type", …)``, ``("weight", …)`` …
    A clause with a match or set the reader does not know has ``inexact`` true.
    """

    sequence: int
    action: Action
    matches: tuple[tuple[str, tuple[str, ...]], ...]
    sets: tuple[tuple[str, tuple[str, ...]], ...]
    source: Source
    inexact: bool = False
    continue_to: int | None = None


@dataclass(frozen=True, slots=True)
class RouteMap:
    """Clauses in sequence order; no match denies."""

    name: str
    clauses: tuple[RouteMapClause, ...]


@dataclass(frozen=True, slots=True)
class Vrf:
    """A VRF (RFC 4364) or a VDOM. Route targets are strings as written; ``replicate`` is ``route-replicate``."""

    name: str
    rd: str = ""
    import_targets: tuple[tuple[str, Source], ...] = ()
    export_targets: tuple[tuple[str, Source], ...] = ()
    import_map: tuple[str, Source] | None = None
    export_map: tuple[str, Source] | None = None
    # (source vrf or "" for global, protocol or "all", route-map or "", line)
    replicate: tuple[tuple[str, str, str, Source], ...] = ()
    # import ipv4 unicast map NAME (global → VRF) and export ipv4 unicast map NAME (VRF → global)
    import_global_map: tuple[str, Source] | None = None
    export_global_map: tuple[str, Source] | None = None
    ipv4: bool = True
    ipv6: bool = False
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Switchport:
    """Layer 2 side of a port (IEEE 802.1Q). ``allowed`` is a set of VLAN ids; ``access`` 1 and ``native`` 1 by default."""

    mode: Literal["access", "trunk", "dynamic", "dot1q-tunnel", "private-vlan"] = "access"
    access: int = 1
    native: int = 1
    allowed: frozenset[int] = frozenset(range(1, 4095))
    voice: int | None = None
    translations: tuple[tuple[int, int, Source], ...] = ()  # (on the wire, inside)
    private_host: tuple[int, int] | None = None  # (primary, secondary)
    private_mapping: tuple[int, tuple[int, ...]] | None = None
    protected: bool = False
    lines: dict[str, Source] = field(default_factory=dict)  # "mode", "access", "native", "allowed", "voice" → line


@dataclass(frozen=True, slots=True)
class PortAuth:
    """IEEE 802.1X and MAB on a port. VLAN fields are the VLANs that each outcome can assign."""

    control: Literal["auto", "force-authorized", "force-unauthorized", "none"] = "none"
    closed: bool = False  # access-session closed; False = open mode before authentication
    dot1x: bool = False
    mab: bool = False
    host_mode: str = ""
    order: tuple[str, ...] = ()
    guest_vlan: int | None = None
    auth_fail_vlan: int | None = None
    critical_vlan: int | None = None
    critical_voice: bool = False
    pre_auth_acl: str = ""
    # Every VLAN that an outcome written on the device can give: (outcome, VLAN name or number as written, line).
    # RADIUS may add any other; ``guest_vlan`` and the like are repeated here.
    assigned: tuple[tuple[str, str, Source], ...] = ()
    service_policy: str = ""  # IBNS 2.0 control policy
    lines: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class FirstHop:
    """An HSRP (RFC 2281) or VRRP (RFC 5798) group."""

    protocol: Literal["hsrp", "vrrp", "glbp"]
    group: int
    virtual: tuple[int, ...]
    priority: int
    preempt: bool
    track: tuple[tuple[int, int], ...]  # (track object, decrement; 0 = shutdown)
    source: Source
    family: Family = 4


@dataclass(frozen=True, slots=True)
class OspfInterface:
    """Interface-level OSPF settings (RFC 2328); ``None`` means "take the default"."""

    process: str | None = None
    area: str | None = None  # dotted or decimal as a decimal string
    cost: int | None = None
    network: str | None = None  # point-to-point, broadcast, …
    passive: bool | None = None
    priority: int | None = None
    hello: int | None = None
    dead: int | None = None
    authentication: str = ""  # "", "null", "text", "message-digest", "key-chain" (a mismatch keeps neighbours down)
    key: str = ""  # a digest of the key text, never the key
    shutdown: bool = False
    mtu_ignore: bool = False


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A tunnel: the outer packets live in ``vrf`` (``tunnel vrf``), the inner ones in the interface's VRF."""

    source: str  # interface name or dotted address
    destination: str
    vrf: str = ""
    mode: str = "gre ip"
    key: str = ""


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface. ``name`` is canonical and long (``GigabitEthernet1/0/1``), as the vendor prints it in a configuration."""

    name: str
    kind: Literal["physical", "subinterface", "svi", "loopback", "tunnel", "port-channel", "other"]
    source: Source
    description: str = ""
    shutdown: bool = False
    vrf: str = ""
    vrf_source: Source | None = None
    addresses: tuple[Address, ...] = ()
    address_sources: tuple[Source, ...] = ()
    unnumbered: str = ""
    ipv6_enabled: bool = False
    dhcp_client: bool = False
    switchport: Switchport | None = None
    vlan: int | None = None  # 802.1Q tag of a subinterface or the VLAN of an SVI
    vlan_native: bool = False
    inner_vlan: int | None = None  # second-dot1q
    parent: str = ""  # of a subinterface or a FortiOS VLAN interface
    members: tuple[str, ...] = ()  # FortiOS aggregate, redundant, hardware switch; a port-channel's on IOS
    channel_group: int | None = None
    channel_mode: str = ""
    acl_in: str = ""
    acl_out: str = ""
    acl6_in: str = ""
    acl6_out: str = ""
    acl_sources: dict[str, Source] = field(default_factory=dict)  # "acl_in", "acl_out", … → line
    helpers: tuple[tuple[int, str | None, Source], ...] = ()  # (address, vrf or None for the interface's own)
    policy_route_map: tuple[str, Source] | None = None
    vrf_receive: tuple[tuple[str, Source], ...] = ()
    vrf_select_source: bool = False
    nat: Literal["", "inside", "outside"] = ""
    first_hops: tuple[FirstHop, ...] = ()
    ospf: OspfInterface = OspfInterface()
    tunnel: Tunnel | None = None
    auth: PortAuth | None = None
    proxy_arp: bool = True
    verify_source: Literal["", "strict", "loose"] = ""
    xconnect: tuple[str, Source] | None = None
    bandwidth: int | None = None  # kbit/s, for OSPF cost
    speed: int | None = None  # Mbit/s implied by the name
    mtu: int | None = None
    bpduguard: bool | None = None
    bpdufilter: bool | None = None
    portfast: bool = False
    stp_costs: tuple[tuple[int, int], ...] = ()  # (vlan or 0 for all, cost)
    stp_port_priority: tuple[tuple[int, int], ...] = ()  # (vlan or 0 for all, priority)
    root_guard: bool = False
    delay: int | None = None  # tens of microseconds, for EIGRP
    eigrp_authentication: str = ""  # a digest per process; a mismatch keeps neighbours down
    vdom: str = ""  # FortiOS
    role: str = ""


@dataclass(frozen=True, slots=True)
class Vlan:
    """A VLAN of the database. ``private`` is primary, isolated or community."""

    id: int
    name: str = ""
    shutdown: bool = False
    private: str = ""
    associated: tuple[int, ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """A static route. ``next_hop_vrf`` differs from ``vrf`` for ``global`` (``""``) or a leaking static route."""

    vrf: str
    prefix: Prefix
    next_hop: int | None
    interface: str
    next_hop_vrf: str
    distance: int
    source: Source
    tag: int | None = None
    track: int | None = None
    permanent: bool = False
    discard: bool = False  # Null0 or blackhole
    priority: int = 0  # FortiOS: among routes of one prefix and distance the lowest is used


@dataclass(frozen=True, slots=True)
class Redistribution:
    """``redistribute`` in a process: where from (protocol, its process and VRF), through which route-map."""

    protocol: str  # connected, static, ospf, bgp, eigrp, rip
    process: str
    vrf: str | None  # the source VRF if written; None = the process's own
    route_map: str
    metric: int | None
    metric_type: int | None
    tag: int | None
    source: Source
    match: tuple[str, ...] = ()  # internal, external 1, external 2, nssa-external …


@dataclass(frozen=True, slots=True)
class OspfArea:
    """An OSPF area's kind and its ranges (prefix, advertise)."""

    id: str
    kind: Literal["normal", "stub", "totally-stub", "nssa", "totally-nssa"] = "normal"
    ranges: tuple[tuple[Prefix, bool, int | None], ...] = ()  # (prefix, advertise, cost)
    default_cost: int = 1
    nssa_default: bool = False
    authentication: str = ""
    filters: tuple[tuple[str, str, Source], ...] = ()  # (prefix-list, "in" | "out")


@dataclass(frozen=True, slots=True)
class OspfProcess:
    """``router ospf N [vrf V]`` (RFC 2328)."""

    process: str
    vrf: str
    source: Source
    router_id: int | None = None
    networks: tuple[tuple[Wild, str, Source], ...] = ()
    passive_default: bool = False
    passive: frozenset[str] = frozenset()
    not_passive: frozenset[str] = frozenset()
    redistribute: tuple[Redistribution, ...] = ()
    default_originate: tuple[bool, str, int | None, int | None, Source] | None = None  # always, route-map, metric, type
    areas: dict[str, OspfArea] = field(default_factory=dict)
    summaries: tuple[tuple[Prefix, bool, int | None], ...] = ()  # summary-address (prefix, advertise, tag)
    distance: tuple[int, int, int] = (110, 110, 110)  # intra, inter, external
    default_metric: int | None = None
    reference_bandwidth: int = 100  # Mbit/s
    max_paths: int = 4
    vrf_lite: bool = False
    distribute_in: tuple[tuple[str, str, Source], ...] = ()  # (kind: "prefix"|"acl"|"route-map", name)
    distribute_out: tuple[tuple[str, str, str, Source], ...] = ()  # (kind, name, protocol)
    shutdown: bool = False


@dataclass(frozen=True, slots=True)
class EigrpProcess:
    """``router eigrp AS`` or one address family of ``router eigrp NAME`` (RFC 7868)."""

    asn: int
    vrf: str
    source: Source
    name: str = ""  # of named mode
    router_id: int | None = None
    networks: tuple[tuple[Wild, Source], ...] = ()
    passive_default: bool = False
    passive: frozenset[str] = frozenset()
    not_passive: frozenset[str] = frozenset()
    redistribute: tuple[Redistribution, ...] = ()
    distance: tuple[int, int] = (90, 170)  # internal, external
    auto_summary: bool = False
    stub: tuple[str, ...] | None = None  # keywords of "eigrp stub"; None = not a stub
    summaries: tuple[tuple[str, Prefix, int, Source], ...] = ()  # (interface, prefix, distance)
    default_metric: tuple[int, ...] | None = None  # bandwidth, delay, reliability, load, MTU
    max_paths: int = 4
    variance: int = 1
    distribute_in: tuple[
        tuple[str, str, str, Source], ...
    ] = ()  # (kind: "prefix"|"acl"|"route-map", name, interface or "")
    distribute_out: tuple[tuple[str, str, str, Source], ...] = ()  # the same; the last may be a protocol
    shutdown: bool = False
    family: Family = 4


@dataclass(frozen=True, slots=True)
class BgpNeighbor:
    """A BGP peer within one VRF and address family (RFC 4271)."""

    address: int
    family: Family
    remote_as: int
    source: Source
    local_as: int | None = None
    update_source: str = ""
    activated: bool = True
    shutdown: bool = False
    description: str = ""
    route_map_in: str = ""
    route_map_out: str = ""
    prefix_list_in: str = ""
    prefix_list_out: str = ""
    distribute_in: str = ""
    distribute_out: str = ""
    filter_list_in: str = ""
    filter_list_out: str = ""
    default_originate: tuple[str, Source] | None = None  # route-map or ""
    next_hop_self: bool = False
    route_reflector_client: bool = False
    allowas_in: int = 0
    as_override: bool = False
    remove_private_as: bool = False
    send_community: bool = False
    send_extended: bool = False
    ebgp_multihop: int = 1
    weight: int = 0
    maximum_prefix: int | None = None
    password: bool = False
    key: str = ""  # a digest of the password (RFC 2385); a mismatch keeps the session down


@dataclass(frozen=True, slots=True)
class BgpFamily:
    """One ``address-family ipv4|ipv6 [unicast] [vrf V]`` or ``vpnv4``."""

    vrf: str
    family: Family
    kind: Literal["unicast", "vpn"]
    neighbors: tuple[BgpNeighbor, ...] = ()
    networks: tuple[tuple[Prefix, str, Source], ...] = ()  # (prefix, route-map)
    aggregates: tuple[tuple[Prefix, bool, str, Source], ...] = ()  # (prefix, summary-only, attribute/suppress map)
    redistribute: tuple[Redistribution, ...] = ()
    default_information: bool = False
    distance: tuple[int, int, int] = (20, 200, 200)  # external, internal, local
    max_paths: int = 1
    max_paths_ibgp: int = 1
    default_metric: int | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Bgp:
    """``router bgp AS``."""

    asn: int
    source: Source
    router_id: int | None = None
    families: tuple[BgpFamily, ...] = ()


@dataclass(frozen=True, slots=True)
class NatRule:
    """A translation. Static: ``inside_local`` ↔ ``inside_global``; dynamic: what ``acl`` matches gets a pool or the interface's address."""

    kind: Literal["static", "dynamic"]
    direction: Literal["inside-source", "outside-source", "inside-destination"]
    vrf: str
    source: Source
    local: Prefix | None = None
    translated: Prefix | None = None
    protocol: int | None = None
    local_port: int | None = None
    global_port: int | None = None
    acl: str = ""
    route_map: str = ""
    pool: tuple[int, int] | None = None
    interface: str = ""
    overload: bool = False
    match_in_vrf: bool = False


@dataclass(frozen=True, slots=True)
class VlanMap:
    """``vlan access-map`` applied to VLANs; entries in order: (acl names, action, line); no match drops for a matched family."""

    name: str
    entries: tuple[tuple[tuple[str, ...], Literal["forward", "drop"], Source], ...]
    vlans: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Track:
    """A tracked object: an interface's line protocol, a route's reachability, or an SLA probe (``target``)."""

    number: int
    kind: Literal["interface", "route", "sla", "list"]
    interface: str = ""
    prefix: Prefix | None = None
    vrf: str = ""
    target: int | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class FirewallPolicy:
    """A FortiOS policy with every name resolved: first match decides, the rest is denied."""

    id: str
    name: str
    vdom: str
    from_interfaces: tuple[str, ...]  # interfaces (zones are expanded); ("any",) = all
    to_interfaces: tuple[str, ...]
    matches: tuple[Match, ...]  # alternatives
    action: Action
    enabled: bool
    source: Source
    nat: bool = False
    pool: tuple[tuple[int, int], ...] = ()
    vips: tuple[str, ...] = ()
    schedule: str = "always"
    lines: tuple[Source, ...] = ()
    family: Family = 4
    match_vip: bool = False


@dataclass(frozen=True, slots=True)
class Vip:
    """A destination translation (FortiOS ``firewall vip``)."""

    name: str
    interface: str
    external: tuple[int, int]
    mapped: tuple[int, int]
    source: Source
    protocol: int | None = None
    external_ports: Ports | None = None
    mapped_ports: Ports | None = None


@dataclass(frozen=True, slots=True)
class PolicyRoute:
    """A FortiOS policy route, evaluated before the routing table."""

    vdom: str
    input_interfaces: tuple[str, ...]
    match: Match
    action: Literal["permit", "deny"]
    output_interface: str
    gateway: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Firewall:
    """What only a firewall has."""

    policies: tuple[FirewallPolicy, ...] = ()
    vips: dict[str, Vip] = field(default_factory=dict)
    policy_routes: tuple[PolicyRoute, ...] = ()
    zones: dict[str, tuple[str, ...]] = field(default_factory=dict)
    intrazone_permit: frozenset[str] = frozenset()
    vdom_links: tuple[tuple[str, str, Source], ...] = ()  # the two ends' interface names
    central_nat: bool = False
    central_snat: tuple[Source, ...] = ()
    stateful: bool = True
    allow_asymmetric: bool = False


@dataclass(frozen=True, slots=True)
class HighAvailability:
    """An active-passive pair: units with one ``group`` and name act as one node; the highest live priority forwards."""

    group: str
    mode: str
    priority: int
    override: bool
    monitor: tuple[str, ...]
    source: Source
    heartbeat: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RadiusServer:
    """A RADIUS server as a device knows it; ``vrf`` is where its packets leave."""

    name: str
    address: int
    auth_port: int
    acct_port: int
    vrf: str
    source: Source


@dataclass(frozen=True, slots=True)
class Wlan:
    """A WLAN of a C9800 with the policy profile its tag joins it to."""

    profile: str
    id: int
    ssid: str
    shutdown: bool
    security: tuple[str, ...]  # wpa2, wpa3, dot1x, psk, sae, open, owe, pmf-required …
    policy_profile: str
    vlan: str  # VLAN name or number as written; resolved in ``vlan_id`` if possible
    vlan_id: int | None
    central_switching: bool
    authentication_list: str
    source: Source
    policy_source: Source | None = None
    aaa_override: bool = False
    lines: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """A line that could matter and is not modelled: it blocks the proof. ``scope`` says what it may touch ("" = anything)."""

    source: Source
    scope: str = ""
    context: tuple[str, ...] = ()  # the parent lines


@dataclass(slots=True)
class Device:
    """One device as its configuration describes it. Containers are filled by a reader and not changed afterwards."""

    hostname: str
    platform: Literal["cisco_ios", "fortios"]
    file: str
    version: str = ""
    vrfs: dict[str, Vrf] = field(default_factory=dict)
    interfaces: dict[str, Interface] = field(default_factory=dict)
    vlans: dict[int, Vlan] = field(default_factory=dict)
    vtp_mode: str = ""
    static_routes: list[StaticRoute] = field(default_factory=list)
    ospf: list[OspfProcess] = field(default_factory=list)
    bgp: Bgp | None = None
    acls: dict[str, Acl] = field(default_factory=dict)
    prefix_lists: dict[str, PrefixList] = field(default_factory=dict)
    route_maps: dict[str, RouteMap] = field(default_factory=dict)
    as_path_lists: dict[str, tuple[tuple[Action, str], ...]] = field(default_factory=dict)
    community_lists: dict[str, tuple[tuple[Action, tuple[str, ...]], ...]] = field(default_factory=dict)
    nat: list[NatRule] = field(default_factory=list)
    vlan_maps: list[VlanMap] = field(default_factory=list)
    tracks: dict[int, Track] = field(default_factory=dict)
    firewall: Firewall | None = None
    ha: HighAvailability | None = None
    radius: dict[str, RadiusServer] = field(default_factory=dict)
    radius_groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    wlans: list[Wlan] = field(default_factory=list)
    ip_routing: bool = True
    ipv6_routing: bool = False
    default_gateway: int | None = None
    dot1x_system: bool = False  # dot1x system-auth-control
    stp_mode: str = ""
    stp_priority: dict[int, int] = field(default_factory=dict)  # VLAN → bridge priority
    bpduguard_default: bool = False
    tag_native: bool = False  # vlan dot1q tag native: trunks tag their native VLAN too and drop untagged frames
    # Every other top-level or nested line that rules look for (hardening), normalised: "no ip http server",
    # ("line vty 0 15", "transport input ssh") …
    statements: dict[tuple[str, ...], Source] = field(default_factory=dict)
    irrelevant: list[tuple[Source, str]] = field(default_factory=list)  # (line, reason)
    unmodelled: list[Unmodelled] = field(default_factory=list)
    lines: int = 0  # configuration lines read, without blanks and comments
    modelled_lines: list[int] = field(default_factory=list)  # with irrelevant and unmodelled: each line exactly once
    eigrp: list[EigrpProcess] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cable:
    """One physical link of ``layer1_topology.json``; interface names are canonical."""

    node1: str
    interface1: str
    node2: str
    interface2: str


@dataclass(slots=True)
class Snapshot:
    """All devices of a folder with their cabling. ``cables`` is ``None`` where the folder has no cabling file."""

    devices: dict[str, Device]
    cables: list[Cable] | None
    policy_file: str | None = None
    root: str = ""
