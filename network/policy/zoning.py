"""Which zone every edge of the network belongs to, and where two answers contradict each other.

A member that names a device and interface decides alone; otherwise VRF, VLAN, prefix and SSID must agree. A segment
where
they do not (a VLAN of one zone whose SVI is in another zone's VRF, a patch between VLANs of two zones) joins the zones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from network.analysis.state import Edge, Port, Segment, State
    from network.config.model import Device, Interface, Source
    from network.policy.model import Member, Policy


class Claim(NamedTuple):
    """Why something on a segment belongs to a zone: the place and the line that says so."""

    zone: str
    device: str
    interface: str
    vrf: str
    why: str
    source: Source | None
    edge: Edge | None = None


@dataclass(slots=True)
class Place:
    """A segment's zones. ``zones`` has more than one name where claims contradict each other; none where nobody
    claims it."""

    segment: Segment
    zones: frozenset[str]
    claims: tuple[Claim, ...]
    prefixes: tuple[tuple[int, int], ...]  # the IPv4 subnets on the segment as closed ranges
    named: bool = False  # by device and interface


@dataclass(slots=True)
class Zoning:
    """The zones of every segment of one state."""

    places: dict[int, Place]
    by_zone: dict[str, list[Place]] = field(default_factory=dict)


class Zoner:
    """Assigns zones; an answer is kept as long as the segment is the same object."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._kept: dict[int, tuple[Segment, Place]] = {}
        self._interfaces: dict[tuple[str, str], list[str]] = {}
        self._others: list[tuple[str, Member]] = []
        for zone in policy.zones.values():
            for member in zone.members:
                if member.device and member.interface:
                    self._interfaces.setdefault((member.device, member.interface.lower()), []).append(zone.name)
                else:
                    self._others.append((zone.name, member))

    def forget(self, changed: frozenset[str]) -> None:
        """Drop the answers for segments that one of these devices has a part in."""
        self._kept = {
            key: kept
            for key, kept in self._kept.items()
            if changed.isdisjoint(kept[0].vlans)
            and not any(port.device in changed for port in kept[0].ports)
            and not any(edge.device in changed for edge in kept[0].edges)
        }

    def zoning(self, state: State) -> Zoning:
        """Return the zones of every segment of ``state``."""
        places = {}
        by_zone: dict[str, list[Place]] = {}
        for id_, segment in state.topology.segments.items():
            kept = self._kept.get(id(segment))
            if kept is None:
                kept = (segment, self._place(state.snapshot.devices, segment))
                self._kept[id(segment)] = kept
            places[id_] = kept[1]
            for zone in kept[1].zones:
                by_zone.setdefault(zone, []).append(kept[1])
        return Zoning(places, by_zone)

    def moved(self, state: State, before: Zoning, gone: list[Segment], new: list[Segment]) -> Zoning:
        """Return the zones of ``state``, of which only ``gone`` and ``new`` segments differ from an earlier one."""
        places = dict(before.places)
        by_zone = dict(before.by_zone)
        lost = [places.pop(segment.id) for segment in gone]
        found = []
        for segment in new:
            kept = self._kept.get(id(segment))
            if kept is None:
                kept = (segment, self._place(state.snapshot.devices, segment))
                if len(self._kept) < 50000:  # a bound: the segments of many pairs
                    self._kept[id(segment)] = kept
            places[segment.id] = kept[1]
            found.append(kept[1])
        for zone in {zone for place in (*lost, *found) for zone in place.zones}:
            away = {id(place) for place in lost}
            rest = [place for place in by_zone.get(zone, ()) if id(place) not in away]
            by_zone[zone] = rest + [place for place in found if zone in place.zones]
        return Zoning(places, by_zone)

    def _place(self, devices: dict[str, Device], segment: Segment) -> Place:
        interfaces = [(port, devices[port.device].interfaces[port.interface]) for port in segment.ports]
        prefixes: list[tuple[int, int]] = []
        for _, interface in interfaces:
            for address in interface.addresses:
                if address.family == 4 and address.length < 32:
                    low = address.value & (0xFFFFFFFF << 32 - address.length) & 0xFFFFFFFF
                    prefixes.append((low, low + (1 << 32 - address.length) - 1))
        named = self._named(devices, segment, interfaces)
        claims = named or self._claims(devices, segment, interfaces)
        zones = frozenset(claim.zone for claim in claims)
        return Place(segment, zones, tuple(claims), tuple(sorted(set(prefixes))), bool(named))

    def _named(
        self, devices: dict[str, Device], segment: Segment, interfaces: list[tuple[Port, Interface]]
    ) -> list[Claim]:
        if not self._interfaces:
            return []
        claims = [
            Claim(zone, port.device, port.interface, interface.vrf, "interface", interface.source)
            for port, interface in interfaces
            for zone in self._interfaces.get((port.device, port.interface.lower()), ())
        ]
        for edge in segment.edges:
            for zone in self._interfaces.get((edge.device, edge.interface.lower()), ()):
                owner = devices[edge.device].interfaces.get(edge.interface)
                claims.append(
                    Claim(zone, edge.device, edge.interface, "", "interface", owner.source if owner else None, edge)
                )
        return claims

    def _claims(
        self, devices: dict[str, Device], segment: Segment, interfaces: list[tuple[Port, Interface]]
    ) -> list[Claim]:
        claims: list[Claim] = []
        for zone, member in self._others:
            if member.vrf is not None:
                for port, interface in interfaces:
                    if vrf_of(devices[port.device], interface) == member.vrf and member.device in {"", port.device}:
                        source = interface.vrf_source or interface.source
                        claims.append(
                            Claim(zone, port.device, port.interface, interface.vrf, f"vrf {member.vrf}", source)
                        )
            elif member.vlan is not None:
                claims += self._vlan(devices, segment, zone, member)
            elif member.prefix is not None:
                for port, interface in interfaces:
                    for address, source in zip(interface.addresses, interface.address_sources, strict=False):
                        if address.family == 4 and member.prefix[0] <= address.value <= member.prefix[1]:
                            claims.append(Claim(zone, port.device, port.interface, interface.vrf, "prefix", source))
            elif member.ssid:
                for edge in segment.edges:
                    for wlan in devices[edge.device].wlans if edge.kind == "wlan" else ():
                        if member.ssid in {wlan.ssid, wlan.profile} and edge.interface in {wlan.profile, wlan.ssid}:
                            claims.append(
                                Claim(
                                    zone,
                                    edge.device,
                                    edge.interface,
                                    "",
                                    f"ssid {wlan.ssid}",
                                    wlan.policy_source or wlan.source,
                                    edge,
                                )
                            )
        return claims

    def _vlan(self, devices: dict[str, Device], segment: Segment, zone: str, member: Member) -> list[Claim]:
        claims = []
        for edge in segment.edges:
            if edge.vlan == member.vlan and member.device in {"", edge.device}:
                physical = devices[edge.device].interfaces.get(edge.interface)
                source = None
                if physical is not None:
                    source = physical.source
                    if physical.switchport is not None:
                        source = (
                            physical.switchport.lines.get("access" if edge.kind == "access" else edge.kind)
                            or physical.source
                        )
                claims.append(Claim(zone, edge.device, edge.interface, "", f"vlan {member.vlan}", source, edge))
        for port in segment.ports:
            interface = devices[port.device].interfaces[port.interface]
            if interface.kind == "svi" and interface.vlan == member.vlan and member.device in {"", port.device}:
                claims.append(
                    Claim(zone, port.device, port.interface, interface.vrf, f"vlan {member.vlan}", interface.source)
                )
        if not claims:
            for name, vlans in segment.vlans.items():
                if member.vlan in vlans and member.device in {"", name}:
                    vlan = devices[name].vlans.get(member.vlan)
                    claims.append(Claim(zone, name, "", "", f"vlan {member.vlan}", vlan.source if vlan else None))
                    break
        return claims


def vrf_of(device: Device, interface: Interface) -> str:
    """Return the VRF of an interface; on FortiOS the VDOM."""
    return interface.vrf or (interface.vdom or "root" if device.platform == "fortios" else "")
