"""What each device must be: everything a template prints and nothing that it would have to work out.

One :class:`DeviceDesign` a device. Addresses and masks are dotted text, VLAN lists are already in the device's spelling
("10-13,20"), names are unique and ordered as the device orders them. ``origin`` of an element is the inventory entry it
follows from (``links.honcho-acc01-a``), so that each rendered line can be traced back; an empty one means the feature.

No element holds a secret: templates write markers (``<vault:radius_key>``), see :mod:`network.render.secrets`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Platform = Literal["cisco_ios", "fortios"]
Role = Literal["core", "site", "access", "edge", "lgwan", "internet", "firewall", "wlc"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the device is: names, place and software (``version`` as the configuration's first line shows it)."""

    hostname: str
    domain: str
    site: str
    site_name: str
    role: Role
    hardware: str
    version: str
    location: str
    asset: str = ""
    mtu: int = 0  # octets, of a switch's ports; 0 = the device's default
    provision: str = ""  # "switch 1 provision X" of a Catalyst stack member


@dataclass(frozen=True, slots=True)
class Vrf:
    """A VRF (RFC 4364 section 3 without the MPLS part); ``rd`` only where BGP carries the VRF."""

    name: str
    rd: str = ""
    description: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Vlan:
    """A VLAN of the database (IEEE 802.1Q)."""

    id: int
    name: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class SpanningTree:
    """Rapid PVST+: priority groups, each a VLAN list and its bridge priority (a multiple of 4096)."""

    priorities: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hsrp:
    """One HSRP version 2 group (RFC 2281); times in seconds."""

    group: int
    virtual: str
    priority: int
    preempt_delay: int = 60


@dataclass(frozen=True, slots=True)
class OspfInterface:
    """OSPF on an interface (RFC 2328); ``active`` interfaces form adjacencies and are authenticated."""

    process: int
    active: bool = False
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class PortAuth:
    """IEEE 802.1X port access control in closed mode. The VLANs take what is not accepted; they belong to no zone."""

    method: Literal["dot1x", "mab"]
    host_mode: Literal["single-host", "multi-domain"]
    guest_vlan: int
    fail_vlan: int
    critical_vlan: int
    tx_period: int  # seconds
    reauth: int  # seconds


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface in configuration order. Fields that do not apply are empty."""

    name: str
    kind: Literal["physical", "port-channel", "subinterface", "svi", "loopback"]
    description: str = ""
    origin: str = ""
    shutdown: bool = False
    # Layer 2
    mode: Literal["", "access", "trunk"] = ""
    access_vlan: int = 0
    voice_vlan: int = 0
    native_vlan: int = 0
    allowed_vlans: str = ""
    channel_group: int = 0
    auth: PortAuth | None = None
    edge_port: bool = False  # a terminal hangs here: portfast, BPDU guard, storm control, snooping limit
    trusted: bool = False  # DHCP snooping and ARP inspection trust
    root_guard: bool = False
    # Layer 3
    routed: bool = False  # a physical port with layer 3 (or a router's parent of subinterfaces)
    no_switchport: bool = False  # said on a Catalyst, where ports are layer 2 by default
    mtu: int = 0  # octets; 0 = the device's default
    negotiation: bool = False  # shown by routers' copper ports
    tag: int = 0  # 802.1Q tag of a subinterface
    vrf: str = ""
    address: str = ""
    mask: str = ""
    hsrp: Hsrp | None = None
    ospf: OspfInterface | None = None
    helpers: tuple[str, ...] = ()
    acl_in: str = ""
    acl_out: str = ""


@dataclass(frozen=True, slots=True)
class Redistribution:
    """``redistribute`` with its route map; ``source`` as the device spells it ("static", "bgp 64496")."""

    source: str
    route_map: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class OspfProcess:
    """``router ospf N vrf V``: one process a VRF (RFC 2328, VRF-lite)."""

    process: int
    vrf: str
    router_id: str
    active: tuple[str, ...]  # interfaces that are not passive
    redistribute: tuple[Redistribution, ...] = ()
    default_metric: int | None = None  # default-information originate, E2; None = no default route here
    origin: str = ""


@dataclass(frozen=True, slots=True)
class BgpNeighbor:
    """A peer inside one VRF address family (RFC 4271)."""

    address: str
    remote_as: int
    description: str
    route_map_in: str = ""
    route_map_out: str = ""
    internal: bool = False  # iBGP: next-hop-self
    origin: str = ""


@dataclass(frozen=True, slots=True)
class BgpFamily:
    """``address-family ipv4 vrf V``. ``distance`` is (external, internal, local) where it differs from 20 200 200."""

    vrf: str
    router_id: str
    neighbors: tuple[BgpNeighbor, ...]
    redistribute: tuple[Redistribution, ...] = ()
    distance: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Bgp:
    """``router bgp N``."""

    asn: int
    router_id: str
    families: tuple[BgpFamily, ...]


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """``ip route vrf V …``; ``feature`` names the partial that prints it."""

    vrf: str
    network: str
    mask: str
    next_hop: str
    name: str
    feature: Literal["wan", "firewall", "management"]
    distance: int = 1
    track: int = 0
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """An IP SLA echo and the track object on it: the next hop behind a static route must answer. Times in seconds."""

    number: int
    target: str
    source: str
    vrf: str
    frequency: int = 10
    down_delay: int = 10
    up_delay: int = 30
    origin: str = ""


@dataclass(frozen=True, slots=True)
class AclEntry:
    """One entry as the device spells it: ``permit tcp host … host … eq 443``."""

    sequence: int
    text: str
    remark: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Acl:
    """A named access list."""

    name: str
    kind: Literal["standard", "extended"]
    entries: tuple[AclEntry, ...]


@dataclass(frozen=True, slots=True)
class PrefixList:
    """``ip prefix-list``: (sequence, text) pairs such as (5, "permit 10.10.0.0/16 le 32")."""

    name: str
    entries: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class RouteMapClause:
    """One clause; matches and sets as the device spells them."""

    action: Literal["permit", "deny"]
    sequence: int
    matches: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteMap:
    """A route map with its clauses in order."""

    name: str
    clauses: tuple[RouteMapClause, ...]


@dataclass(frozen=True, slots=True)
class RadiusServer:
    """A RADIUS server (RFC 2865)."""

    name: str
    address: str
    auth_port: int = 1812
    acct_port: int = 1813
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """What 802.1X, DHCP snooping and ARP inspection need once a device. Rates in packets a second, storm in per
    cent."""

    dot1x: bool
    snooping_vlans: str  # "" = no layer 2 edge here
    inspection_vlans: str
    storm_percent: int
    snooping_rate: int
    inspection_rate: int
    errdisable_seconds: int
    tx_period: int


@dataclass(frozen=True, slots=True)
class Account:
    """A local account; ``secret`` is the name of the vault entry."""

    name: str
    privilege: int
    secret: str


@dataclass(frozen=True, slots=True)
class Radius:
    """The RADIUS servers and how long one may stay silent. ``secret`` and the like are names of vault entries."""

    servers: tuple[RadiusServer, ...]
    secret: str
    dead_seconds: int
    dead_minutes: int
    test_user: str


@dataclass(frozen=True, slots=True)
class Snmp:
    """SNMPv3 with authentication and privacy. IOS keeps users out of the running configuration; day 0 sets them."""

    user: str
    group: str
    view: str
    auth: str
    auth_secret: str
    privacy: str  # as IOS spells it: "aes 128"
    privacy_secret: str
    hosts: tuple[str, ...]
    contact: str


@dataclass(frozen=True, slots=True)
class Management:
    """How the device is managed: in VRF ``vrf`` only. ``source`` is the interface all management traffic leaves
    from."""

    vrf: str
    source: str
    radius: Radius
    accounts: tuple[Account, ...]
    enable_secret: str
    ntp: tuple[str, ...]
    ntp_key: int
    ntp_secret: str
    syslog: tuple[str, ...]
    snmp: Snmp
    sources: tuple[tuple[str, str], ...]  # networks that may log in or poll: (network, mask)
    ospf_secret: str
    ospf_key: int
    ospf_hello: int
    ospf_dead: int
    ospf_reference: int
    bgp_secret: str
    bgp_hold: int
    exec_minutes: int
    ssh_timeout: int
    ssh_retries: int
    ssh_modulus: int
    archive_maximum: int
    scp: bool
    time_zone: str
    utc_offset: int
    banner: tuple[str, ...]
    first_vty: str = "0 4"
    other_vty: str = "5 15"


@dataclass(frozen=True, slots=True)
class Wlan:
    """A WLAN of a C9800 with its policy profile (IEEE 802.11, RSN; WPA3-Enterprise by default)."""

    profile: str
    id: int
    ssid: str
    vlan: int
    security: Literal["wpa3", "wpa2-wpa3"]
    broadcast: bool
    description: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class PolicyTag:
    """Which WLANs an access point radiates: (WLAN profile, policy profile) pairs."""

    name: str
    wlans: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """An access point's static tag mapping, by Ethernet MAC in the device's spelling (0000.5e00.5301)."""

    mac: str
    name: str
    policy_tag: str
    site_tag: str
    rf_tag: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Wireless:
    """A wireless LAN controller: its WLANs, tags, access points, and its partner (N+1, mobility)."""

    management_vlan: int
    country: str
    wlans: tuple[Wlan, ...]
    policy_tags: tuple[PolicyTag, ...]
    site_tags: tuple[tuple[str, str], ...]  # (tag, description)
    rf_tag: str
    join_profile: str
    idle_seconds: int
    primary: tuple[str, str]  # (name, address)
    secondary: tuple[str, str]
    access_points: tuple[AccessPoint, ...]


@dataclass(frozen=True, slots=True)
class FirewallInterface:
    """A FortiGate interface; ``parent`` and ``vlan`` for an 802.1Q subinterface."""

    name: str
    alias: str
    description: str
    address: str = ""
    mask: str = ""
    parent: str = ""
    vlan: int = 0
    allow: str = ""  # allowaccess
    role: str = "lan"
    status: Literal["up", "down"] = "up"
    dedicated: bool = False
    snmp_index: int = 0
    origin: str = ""


@dataclass(frozen=True, slots=True)
class FirewallAddress:
    """``firewall address``: a subnet with its zone interface."""

    name: str
    network: str
    mask: str
    comment: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class FirewallGroup:
    """``firewall addrgrp``: the prefixes of one address object of the inventory."""

    name: str
    members: tuple[str, ...]
    comment: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class FirewallService:
    """``firewall service custom``: port ranges as FortiOS spells them, separated by blanks."""

    name: str
    tcp: str = ""
    udp: str = ""
    icmp_type: int | None = None
    comment: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class FirewallPolicy:
    """One policy for one declared flow."""

    id: int
    name: str
    from_zone: str
    to_zone: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: tuple[str, ...]
    comment: str
    nat: bool = False
    origin: str = ""


@dataclass(frozen=True, slots=True)
class FirewallRoute:
    """A static route of the firewall."""

    sequence: int
    network: str
    mask: str
    gateway: str
    interface: str
    comment: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class HighAvailability:
    """FGCP active-passive. ``management`` is the interface each unit keeps for itself."""

    group_id: int
    group_name: str
    priority: int
    heartbeat: tuple[str, ...]
    monitor: tuple[str, ...]
    management: str
    management_gateway: str
    secret: str


@dataclass(frozen=True, slots=True)
class Firewall:
    """A unit of a FortiGate pair at the zone boundary."""

    ha: HighAvailability
    # Networks whose hosts may ping. FortiOS answers pings from trusted hosts of administrators only, once all have
    # some.
    probed_from: tuple[tuple[str, str], ...]
    interfaces: tuple[FirewallInterface, ...]
    zones: tuple[tuple[str, tuple[str, ...]], ...]
    addresses: tuple[FirewallAddress, ...]
    groups: tuple[FirewallGroup, ...]
    services: tuple[FirewallService, ...]
    policies: tuple[FirewallPolicy, ...]
    routes: tuple[FirewallRoute, ...]


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Day 0: the interfaces by which the device is first reached over SSH in the management VRF, and nothing else.

    ``interfaces`` are a subset of the device's own (their uplinks, management addresses), ``ospf`` the management
    process.
    """

    vlans: tuple[Vlan, ...]
    interfaces: tuple[Interface, ...]
    ospf: tuple[OspfProcess, ...] = ()
    static_routes: tuple[StaticRoute, ...] = ()
    bgp: Bgp | None = None


@dataclass(frozen=True, slots=True)
class DeviceDesign:
    """One device, whole."""

    identity: Identity
    platform: Platform
    management: Management
    bootstrap: Bootstrap
    routing: bool = False  # ip routing
    vrfs: tuple[Vrf, ...] = ()
    vlans: tuple[Vlan, ...] = ()
    spanning_tree: SpanningTree | None = None
    access: Access | None = None
    interfaces: tuple[Interface, ...] = ()
    ospf: tuple[OspfProcess, ...] = ()
    bgp: Bgp | None = None
    static_routes: tuple[StaticRoute, ...] = ()
    probes: tuple[Probe, ...] = ()
    acls: tuple[Acl, ...] = ()
    as_path_lists: tuple[tuple[int, str], ...] = ()  # (number, regular expression that is permitted)
    prefix_lists: tuple[PrefixList, ...] = ()
    route_maps: tuple[RouteMap, ...] = ()
    wireless: Wireless | None = None
    firewall: Firewall | None = None

    @property
    def name(self) -> str:
        """Return the host name, which is also the inventory's and the file's."""
        return self.identity.hostname
