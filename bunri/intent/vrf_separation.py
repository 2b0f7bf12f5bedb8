"""Feature ``vrf_separation``: zones, their VRFs, the VLANs, and the address plan that gives each site its segments."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from pydantic import Field

from bunri.intent.base import Bool, Int, Key, Line, Model, Name, Prefix, VlanId

VlanUse = Literal[
    "user", "server", "printer", "vdi", "voice", "wlan", "device", "ap", "firewall", "quarantine", "native", "parking"
]


class Transit(Model):
    """How the transport VLANs of a zone are numbered: link ``index`` i has VLAN ``vlan_base + i`` and the i-th /30."""

    vlan_base: VlanId
    prefix: Prefix


class Zone(Model):
    """One of the three separated networks, or management. A zone is one VRF on every layer-3 device."""

    ja: Line
    en: Line
    national: Line
    """The national model's name (マイナンバー利用事務系 …)."""
    vrf: Name
    prefix: Prefix
    """All addresses of the zone; site S has the S-th /24 of it."""
    transit: Transit
    ospf_process: Int = Field(ge=1, le=65535)
    management: Bool = False
    default_route: Bool = False
    """1-2: true in the internet zone only."""
    dhcp_servers: tuple[Name, ...] = ()
    """Servers (names of ``servers.yml``) that the relay of this zone points to."""


class External(Model):
    """A network outside the city that flows may name; it is entered from ``via`` only."""

    ja: Line
    en: Line
    via: Name
    prefixes: tuple[Prefix, ...]


class Vlan(Model):
    """A VLAN: its id means the same in the whole city. Without ``zone``: quarantine, native, parking."""

    name: Name
    ja: Line
    use: VlanUse
    zone: Name | None = None
    dhcp: Bool = False
    """The gateway relays DHCP to the zone's servers."""


class Slice(Model):
    """A part of the site's /24: ``offset`` addresses in, ``length`` bits of mask."""

    offset: Int = Field(ge=0, le=255)
    length: Int = Field(ge=24, le=30)


class SitePlan(Model):
    """The segments of one site: patterns by name, and prefixes of its own (which win over a pattern)."""

    patterns: tuple[Name, ...] = ()
    prefixes: dict[VlanId, Prefix] = Field(default_factory=dict)
    gateways: dict[VlanId, Int] = Field(default_factory=dict)
    """Host number of the gateway where it is not 1 (firewall segments: 2, the firewall has 1)."""


class VrfSeparation(Model):
    """``vrf_separation.yml``."""

    zones: dict[Name, Zone]
    externals: dict[Name, External] = Field(default_factory=dict)
    loopbacks: Prefix
    """Loopback0 of the layer-3 devices, in the management zone."""
    vlans: dict[VlanId, Vlan]
    patterns: dict[Name, dict[VlanId, Slice]] = Field(default_factory=dict)
    site_plans: dict[Name, SitePlan]

    def management_zone(self) -> str:
        """Return the name of the management zone."""
        return next(name for name, zone in self.zones.items() if zone.management)


@dataclass(frozen=True, slots=True)
class Segment:
    """A VLAN at a site with its prefix: what a layer-3 device has an SVI for.

    ``gateway`` is what hosts use. With one router it is the router's own address; with two it is the virtual address
    (HSRP, RFC 2281) and ``routers`` are the addresses that follow it.
    """

    site: str
    vlan: int
    name: str
    zone: str
    use: VlanUse
    prefix: IPv4Network
    gateway: IPv4Address
    routers: tuple[IPv4Address, IPv4Address]
    dhcp: bool
    key: Key


def site_network(zone: Zone, number: int) -> IPv4Network:
    """Return the /24 of site ``number`` (S) in ``zone``; beyond 255 it runs on into the next /16 of the zone."""
    return IPv4Network((int(zone.prefix.network_address) + number * 256, 24))


def transit_network(zone: Zone, index: int) -> IPv4Network:
    """Return the /30 of the link with ``index`` in ``zone``."""
    return IPv4Network((int(zone.transit.prefix.network_address) + index * 4, 30))
