"""Feature ``vrf_separation``: VRFs, VLANs, layer-3 interfaces, OSPF per VRF, anti-spoofing lists (plan N1, 1-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunri.intent import natural
from network.design.model import (
    Acl,
    AclEntry,
    Hsrp,
    Interface,
    OspfInterface,
    OspfProcess,
    Redistribution,
    SpanningTree,
    Vlan,
    Vrf,
)
from network.design.plan import Plan, vlan_list, wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bunri.intent import Device, Segment


def zones_of(plan: Plan, device: Device) -> tuple[str, ...]:
    """Return the zones that the device has a VRF for, in the inventory's order."""
    found = {plan.management_zone}
    found |= {segment.zone for segment in plan.segments_of[device.name]}
    found |= {transit.zone for uplink in plan.uplinks(device.name) for transit in uplink.transits}
    found |= {
        outside.zone for outside in plan.city.wan.outsides.values() for r in outside.routers if r.device == device.name
    }
    return tuple(name for name in plan.city.zones if name in found)


def vrfs(plan: Plan, device: Device) -> tuple[Vrf, ...]:
    """Return the device's VRFs; a route distinguisher only where BGP runs (RFC 4364, 4.2)."""
    entry = plan.city.wan.bgp.sites.get(device.site)
    speaks = any(uplink.external_bgp or uplink.internal_bgp for uplink in plan.uplinks(device.name))
    found = []
    spare = plan.city.hardware[device.model].management_port
    if spare:
        found.append(Vrf(spare_vrf(plan, device)))
    for name in zones_of(plan, device):
        zone = plan.city.zones[name]
        rd = f"{entry.asn}:{zone.ospf_process}" if speaks and entry else ""
        found.append(Vrf(zone.vrf, rd, zone.en, plan.origin("vrf_separation", "zones", name)))
    return tuple(sorted(found, key=lambda vrf: vrf.name))


def spare_vrf(plan: Plan, device: Device) -> str:
    """Return the VRF in which IOS-XE puts the unused out-of-band port; no other interface is in it."""
    return "Mgmt-intf" if plan.kind(device.name) == "router" else "Mgmt-vrf"


def vlans(plan: Plan, device: Device) -> tuple[Vlan, ...]:
    """Return the VLAN database: what the device's ports carry and nothing else."""
    city = plan.city
    if plan.kind(device.name) not in ("switch", "wlc"):
        return ()
    numbers = {segment.vlan for segment in plan.segments_of[device.name]} | set(plan.wired_vlans[device.name])
    numbers |= {city.hardening.native_vlan, city.hardening.parking_vlan}
    if not plan.routes(device.name):
        numbers.add(city.management.device_vlan)
    if has_authenticator(plan, device):
        numbers |= {city.dot1x.guest_vlan, city.dot1x.auth_fail_vlan, city.dot1x.critical_vlan}
    names = {
        number: (entry.name, plan.origin("vrf_separation", "vlans", number))
        for number, entry in city.vrf_separation.vlans.items()
    }
    for link, _, _ in city.links_of(device.name):
        if link.kind in ("local", "bundle", "firewall", "wlc"):
            numbers |= {number for number in plan.link_vlans(link) if number in names}
    for uplink in plan.uplinks(device.name):
        for transit in uplink.transits:
            numbers.add(transit.vlan)
            names[transit.vlan] = (f"transit-{transit.zone}-{uplink.link.index}", plan.link_origin(uplink.link))
    return tuple(Vlan(number, *names[number]) for number in sorted(numbers) if number in names)


def has_authenticator(plan: Plan, device: Device) -> bool:
    """Return whether a port of the device asks RADIUS."""
    profiles = plan.city.ports.profiles
    return any(profiles[port.profile].mode in ("dot1x", "mab") for port in plan.city.access_ports_of[device.name])


def spanning_tree(plan: Plan, device: Device) -> SpanningTree | None:
    """Return the root placement: the gateway of a VLAN is its root, the second gateway the next one."""
    if plan.kind(device.name) not in ("switch", "wlc"):
        return None
    local = [segment.vlan for segment in plan.segments_of[device.name]]
    if not local:
        return SpanningTree()
    tree = plan.city.hardening.spanning_tree
    first = plan.gateways[device.site][0] == device.name
    return SpanningTree(((vlan_list(local), tree.root_priority if first else tree.secondary_priority),))


def gateway(plan: Plan, device: Device, segment: Segment) -> Interface:
    """Return the gateway SVI of a segment; two gateways share a virtual address (HSRP version 2)."""
    pair = plan.gateways[device.site]
    position = pair.index(device.name)
    zone = plan.city.zones[segment.zone]
    shared = len(pair) > 1
    address = segment.routers[position] if shared else segment.gateway
    relay = tuple(str(plan.server_address[server]) for server in zone.dhcp_servers) if segment.dhcp else ()
    return Interface(
        f"Vlan{segment.vlan}",
        "svi",
        f"{segment.name} {segment.prefix}",
        plan.origin(*segment.key),
        vrf=zone.vrf,
        address=str(address),
        mask=str(segment.prefix.netmask),
        hsrp=Hsrp(segment.vlan, str(segment.gateway), 110 if position == 0 else 100) if shared else None,
        ospf=None if plan.bgp_only(device.site) else OspfInterface(zone.ospf_process),
        helpers=relay,
        acl_in="" if segment.use == "firewall" else antispoof_name(segment),
    )


def antispoof_name(segment: Segment) -> str:
    """Return the name of the list that lets only the segment's own sources in."""
    return f"FROM-VLAN{segment.vlan}"


def antispoofing(plan: Plan, device: Device) -> tuple[Acl, ...]:
    """Return one list a segment: its own sources and DHCP clients only (BCP 38); no host can pose as another zone's."""
    found = []
    for segment in plan.segments_of[device.name]:
        if segment.use == "firewall":
            continue
        texts = [f"permit ip {wildcard(segment.prefix)} any", "deny ip any any"]
        if segment.dhcp:
            texts.insert(0, "permit udp host 0.0.0.0 eq bootpc host 255.255.255.255 eq bootps")
        found.append(Acl(antispoof_name(segment), "extended", numbered(texts, plan.origin(*segment.key))))
    return tuple(found)


def numbered(texts: Iterable[str], origin: str) -> tuple[AclEntry, ...]:
    """Return entries with the sequence numbers that the device itself would give: 10, 20, 30 …"""
    return tuple(AclEntry(10 * (position + 1), text, origin=origin) for position, text in enumerate(texts))


def transit_interfaces(plan: Plan, device: Device) -> list[Interface]:
    """Return the transport interfaces of every link: SVIs on a switch, 802.1Q subinterfaces on a router."""
    found = []
    router = plan.kind(device.name) == "router"
    for uplink in plan.uplinks(device.name):
        runs_ospf = not uplink.external_bgp and not uplink.internal_bgp
        for transit in uplink.transits:
            zone = plan.city.zones[transit.zone]
            found.append(
                Interface(
                    f"{uplink.interface}.{transit.vlan}" if router else f"Vlan{transit.vlan}",
                    "subinterface" if router else "svi",
                    f"to {uplink.peer} {zone.vrf} {uplink.link.circuit or uplink.link.id}",
                    plan.link_origin(uplink.link),
                    tag=transit.vlan if router else 0,
                    vrf=zone.vrf,
                    address=str(transit.own),
                    mask=str(transit.network.netmask),
                    ospf=OspfInterface(zone.ospf_process, active=True, cost=uplink.link.cost) if runs_ospf else None,
                )
            )
    return found


def loopback(plan: Plan, device: Device) -> Interface:
    """Return Loopback0 in the management VRF."""
    zone = plan.city.zones[plan.management_zone]
    return Interface(
        "Loopback0",
        "loopback",
        "management",
        plan.origin("hosts", device.name, "management"),
        vrf=zone.vrf,
        address=str(device.management),
        mask="255.255.255.255",
        ospf=None if plan.bgp_only(device.site) else OspfInterface(zone.ospf_process),
    )


def ospf(
    plan: Plan, device: Device, redistribute: dict[str, tuple[Redistribution, ...]], defaults: dict[str, int]
) -> tuple[OspfProcess, ...]:
    """Return one process a VRF. ``redistribute`` and ``defaults`` are by zone, from ``wan`` and ``firewall``."""
    if plan.bgp_only(device.site):
        return ()
    active: dict[str, list[str]] = {}
    router = plan.kind(device.name) == "router"
    for uplink in plan.uplinks(device.name):
        if not uplink.external_bgp and not uplink.internal_bgp:
            for transit in uplink.transits:
                name = f"{uplink.interface}.{transit.vlan}" if router else f"Vlan{transit.vlan}"
                active.setdefault(transit.zone, []).append(name)
    return tuple(
        OspfProcess(
            plan.city.zones[name].ospf_process,
            plan.city.zones[name].vrf,
            plan.router_id(device, name),
            tuple(sorted(active.get(name, ()), key=natural)),
            redistribute.get(name, ()),
            defaults.get(name),
            plan.origin("vrf_separation", "zones", name),
        )
        for name in sorted(zones_of(plan, device), key=lambda zone: plan.city.zones[zone].ospf_process)
    )
