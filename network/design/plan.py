"""What the features share: the city's devices seen as routers and switches, and the numbers that every feature needs.

Everything is a pure function of the city; nothing depends on the order of a set or on the hash seed. Numbers come
from the
inventory (site number, link index, loopback address), never from a position in a list, so that an addition moves
nothing (N2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bunri.intent import LAYER3, Cable, City, Device, End, Segment, natural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from ipaddress import IPv4Address, IPv4Network

PAIR_ROLES = frozenset({"core", "site", "edge"})


@dataclass(frozen=True, slots=True)
class Transit:
    """One VRF's share of a link, seen from one end."""

    zone: str
    vlan: int
    network: IPv4Network
    own: IPv4Address
    peer: IPv4Address


@dataclass(frozen=True, slots=True)
class Uplink:
    """A link with transport VLANs, seen from one end. ``interface`` is the port or the port-channel that carries it."""

    link: Cable
    interface: str
    peer: str
    transits: tuple[Transit, ...]
    external_bgp: bool
    internal_bgp: bool


def vlan_list(vlans: Iterable[int]) -> str:
    """Return VLAN ids as IOS shows them: sorted, runs of three or more as ranges.

    >>> vlan_list([10, 11, 12, 20, 22])
    '10-12,20,22'
    """
    numbers = sorted(set(vlans))
    parts: list[str] = []
    start = 0
    for index, number in enumerate(numbers):
        if index + 1 < len(numbers) and numbers[index + 1] == number + 1:
            continue
        first = numbers[start]
        if index - start >= 2:
            parts.append(f"{first}-{number}")
        else:
            parts += [str(item) for item in numbers[start : index + 1]]
        start = index + 1
    return ",".join(parts)


def wildcard(network: IPv4Network) -> str:
    """Return ``address wildcard`` of an ACL, or ``host address`` for a /32."""
    return (
        f"host {network.network_address}"
        if network.prefixlen == 32
        else f"{network.network_address} {network.hostmask}"
    )


@dataclass(frozen=True)
class Plan:
    """The city with what several features derive from it."""

    city: City

    @cached_property
    def management_zone(self) -> str:
        """The management zone's name."""
        return self.city.vrf_separation.management_zone()

    @cached_property
    def management_vrf(self) -> str:
        """The management VRF."""
        return self.city.zones[self.management_zone].vrf

    def origin(self, *key: str | int) -> str:
        """Return where a value of the inventory stands: ``links.yml:12``."""
        known = self._origins.get(key)
        if known is None:
            where = self.city.where(*key)
            file = where.file.replace("\\", "/").rsplit("/", 1)[-1]
            known = self._origins[key] = f"{file}:{where.line}" if file else where.key
        return known

    @cached_property
    def _origins(self) -> dict[tuple[str | int, ...], str]:
        return {}

    def kind(self, device: str) -> str:
        """Return the kind of hardware: switch, router, firewall, wlc."""
        return self.city.hardware[self.city.devices[device].model].kind

    def routes(self, device: str) -> bool:
        """Return whether the device is a layer-3 device of the city."""
        return self.city.devices[device].role in LAYER3

    @cached_property
    def gateways(self) -> Mapping[str, tuple[str, ...]]:
        """Site → its one or two devices with the site's SVIs, the preferred one first."""
        roots = self.city.hardening.spanning_tree.roots
        found: dict[str, tuple[str, ...]] = {}
        for site, devices in self.city.devices_at.items():
            names = [item.name for item in devices if item.role in PAIR_ROLES]
            wanted = roots.get(site, ())
            found[site] = tuple(
                sorted(names, key=lambda name: (wanted.index(name) if name in wanted else 99, natural(name)))
            )
        return found

    def bgp_only(self, site: str) -> bool:
        """Return whether the site routes by BGP alone: it announces segments of its own (data centre, backup
        centre)."""
        entry = self.city.wan.bgp.sites.get(site)
        return entry is not None and bool(entry.originates)

    @cached_property
    def link_key(self) -> Mapping[str, int]:
        """Cable id → its position in ``links.yml``."""
        return {cable.id: position for position, cable in enumerate(self.city.links)}

    def link_origin(self, link: Cable) -> str:
        """Return where a cable is written."""
        return self.origin("links", self.link_key[link.id])

    @cached_property
    def _uplinks(self) -> Mapping[str, tuple[Uplink, ...]]:
        return {name: tuple(self._uplinks_of(device)) for name, device in self.city.devices.items()}

    def uplinks(self, device: str) -> tuple[Uplink, ...]:
        """Return the links with transport VLANs of a device, one entry a port-channel, in the order of its ports."""
        return self._uplinks[device]

    def _uplinks_of(self, device: Device) -> Iterable[Uplink]:
        seen: set[int] = set()
        for link, own, other in self.city.links_of(device.name):
            transits = self.city.transit(link)
            if not transits or link.index in seen or other.device not in self.city.devices:
                continue
            seen.add(link.index or 0)
            first = link.ends()[0] == own
            shares = tuple(
                Transit(zone, vlan, network, network[1 if first else 2], network[2 if first else 1])
                for zone, vlan, network in transits
            )
            there = self.city.devices[other.device].site
            bgp = self.city.wan.bgp.sites
            only = self.bgp_only(device.site) or self.bgp_only(there)
            known = device.site in bgp and there in bgp
            same = known and bgp[device.site].asn == bgp[there].asn
            name = f"Port-channel{link.channel}" if link.channel else own.port
            yield Uplink(link, name, other.device, shares, only and known and not same, only and same)

    @cached_property
    def segments_of(self) -> Mapping[str, tuple[Segment, ...]]:
        """Device → the segments that it is a gateway of."""
        found: dict[str, tuple[Segment, ...]] = dict.fromkeys(self.city.devices, ())
        for site, names in self.gateways.items():
            for name in names:
                found[name] = self.city.segments_at[site]
        return found

    def loopback_index(self, device: Device) -> int:
        """Return the host number of the device's loopback; it also makes the router ids."""
        return int(device.management) - int(self.city.vrf_separation.loopbacks.network_address)

    def router_id(self, device: Device, zone: str) -> str:
        """Return an OSPF/BGP router id that is unique over VRFs and devices: the loopback's number in the zone's
        range."""
        offset = int(self.city.vrf_separation.loopbacks.network_address) - int(
            self.city.zones[self.management_zone].prefix[0]
        )
        return str(self.city.zones[zone].prefix[offset + self.loopback_index(device)])

    @cached_property
    def wired_vlans(self) -> Mapping[str, frozenset[int]]:
        """Device → VLANs that its ports carry: profiles, voice, and every VLAN that RADIUS may answer there."""
        found: dict[str, frozenset[int]] = {}
        classes = [name for name, item in self.city.dot1x.classes.items() if item.wireless is None]
        for name, device in self.city.devices.items():
            here = {segment.vlan for segment in self.city.segments_at[device.site]}
            vlans: set[int] = set()
            ports = self.city.access_ports_of.get(name, ())
            for profile in dict.fromkeys(port.profile for port in ports):
                entry = self.city.ports.profiles[profile]
                vlans |= {entry.vlan, *entry.vlans} | ({entry.voice} if entry.voice else set())
                if entry.mode == "dot1x":
                    zone = self.city.zone_of_vlan(entry.vlan)
                    vlans |= {
                        self.city.class_vlan(item, name)
                        for item in classes
                        if self.city.dot1x.classes[item].zone == zone
                    }
            found[name] = frozenset(vlans & here)
        return found

    def link_vlans(self, link: Cable) -> tuple[int, ...]:
        """Return the VLANs that a trunk carries, the same at both ends."""
        transits = tuple(vlan for _, vlan, _ in self.city.transit(link))
        a, b = link.ends()
        if link.kind == "transit":
            return transits
        if link.kind in ("firewall", "wlc"):
            return link.vlans
        site = self.city.devices[a.device].site if a.device in self.city.devices else ""
        if link.kind == "bundle":
            local = {segment.vlan for segment in self.city.segments_at.get(site, ())}
            return tuple(sorted({*local, *transits, *link.vlans}))
        vlans = {self.city.management.device_vlan, *link.vlans}
        for end in (a, b):
            if end.device in self.city.devices and self.city.devices[end.device].role == "access":
                vlans |= self.wired_vlans[end.device]
        return tuple(sorted(vlans | set(transits)))

    def other_end(self, end: End) -> str:
        """Return an end as text for a description."""
        return f"{end.device} {end.port}".strip()

    @cached_property
    def server_address(self) -> Mapping[str, IPv4Address]:
        """Server → address."""
        return {name: server.address for name, server in self.city.servers.servers.items()}

    def path_zone(self, name: str) -> str:
        """Return the zone whose VRF leads to a zone or an external network."""
        external = self.city.vrf_separation.externals.get(name)
        return external.via if external else name

    def prefixes(self, name: str) -> tuple[IPv4Network, ...]:
        """Return the prefixes of a zone or an external network."""
        external = self.city.vrf_separation.externals.get(name)
        return external.prefixes if external else (self.city.zones[name].prefix,)

    @cached_property
    def boundary_prefixes(self) -> Mapping[str, tuple[IPv4Network, ...]]:
        """Zone → foreign prefixes that its declared flows need a way to over the zone boundary."""
        found: dict[str, set[IPv4Network]] = {name: set() for name in self.city.zones}
        for flow in self.city.flows:
            here, there = self.path_zone(flow.origin), self.path_zone(flow.target)
            if here != there:
                found[here] |= set(self.prefixes(flow.target))
                found[there] |= set(self.prefixes(flow.origin))
        return {name: tuple(sorted(items)) for name, items in found.items()}
