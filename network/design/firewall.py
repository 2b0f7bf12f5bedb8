"""Feature ``firewall``: the boundary pairs with exactly the declared flows, and the ways to them (plan N1, 3-2,
3-8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.design.model import (
    Firewall,
    FirewallAddress,
    FirewallGroup,
    FirewallInterface,
    FirewallPolicy,
    FirewallRoute,
    FirewallService,
    HighAvailability,
    Probe,
    Redistribution,
    StaticRoute,
)
from network.design.numbers import stable_numbers
from network.design.wan import has_boundary

if TYPE_CHECKING:
    from bunri.intent import DeclaredFlow, Device, Segment
    from bunri.intent.firewall import Boundary
    from network.design.plan import Plan


def boundary_of(plan: Plan, device: Device) -> tuple[str, Boundary] | None:
    """Return the boundary that a firewall is a member of."""
    return next(((n, b) for n, b in plan.city.firewall.boundaries.items() if device.name in b.devices), None)


def _boundaries_at(plan: Plan, device: Device) -> list[tuple[str, Boundary]]:
    if not has_boundary(plan, device):
        return []
    return [(name, item) for name, item in plan.city.firewall.boundaries.items() if item.site == device.site]


def _segment(plan: Plan, boundary: Boundary, zone: str) -> Segment:
    found = plan.city.segment(boundary.site, boundary.vlans[zone])
    if found is None:  # bunri.intent.checks refuses such an inventory
        raise LookupError(f"no segment for VLAN {boundary.vlans[zone]} at {boundary.site}")
    return found


def probes(plan: Plan, device: Device) -> tuple[Probe, ...]:
    """Return one probe a zone: the firewall must answer, or the routes over it are withdrawn."""
    found = []
    position = plan.gateways[device.site].index(device.name) if device.name in plan.gateways.get(device.site, ()) else 0
    for name, boundary in _boundaries_at(plan, device):
        for zone, vlan in sorted(boundary.vlans.items(), key=lambda item: item[1]):
            segment = _segment(plan, boundary, zone)
            own = segment.routers[position] if len(plan.gateways[device.site]) > 1 else segment.gateway
            where = plan.origin("firewall", "boundaries", name)
            if plan.boundary_prefixes[zone]:
                vrf = plan.city.zones[zone].vrf
                found.append(Probe(vlan, str(segment.prefix[1]), str(own), vrf, origin=where))
    return tuple(found)


def static_routes(plan: Plan, device: Device) -> list[StaticRoute]:
    """Return the routes over the boundary, in each zone only to what its declared flows name."""
    found = []
    for name, boundary in _boundaries_at(plan, device):
        for zone, vlan in boundary.vlans.items():
            segment = _segment(plan, boundary, zone)
            found += [
                StaticRoute(
                    plan.city.zones[zone].vrf,
                    str(prefix.network_address),
                    str(prefix.netmask),
                    str(segment.prefix[1]),
                    "BOUNDARY",
                    "firewall",
                    boundary.distance,
                    vlan,
                    plan.origin("firewall", "boundaries", name),
                )
                for prefix in plan.boundary_prefixes[zone]
            ]
    return found


def redistribution(plan: Plan, device: Device) -> dict[str, tuple[Redistribution, ...]]:
    """Return, by zone, OSPF's share of the routes over the boundary."""
    if plan.bgp_only(device.site):
        return {}
    return {
        zone: (Redistribution("static", f"BOUNDARY-TO-OSPF-{zone}", plan.origin("firewall", "boundaries", name)),)
        for name, boundary in _boundaries_at(plan, device)
        for zone in boundary.vlans
        if plan.boundary_prefixes[zone]
    }


def crossing(plan: Plan) -> list[DeclaredFlow]:
    """Return the declared flows that cross the boundary firewalls."""
    return [flow for flow in plan.city.flows if plan.path_zone(flow.origin) != plan.path_zone(flow.target)]


def _service(flow: DeclaredFlow) -> str:
    ports = "_".join(str(low) if low == high else f"{low}-{high}" for low, high in flow.ports)
    return f"{flow.protocol}-{ports}" if ports else "icmp-echo"


def firewall(plan: Plan, device: Device) -> Firewall | None:
    """Return a unit of a boundary pair. Both units have the same rules; they differ in name, priority and
    management address."""
    found = boundary_of(plan, device)
    if found is None:
        return None
    name, boundary = found
    city = plan.city
    flows = crossing(plan)
    where = plan.origin("firewall", "boundaries", name)
    names = {zone: f"v{vlan}-{zone}" for zone, vlan in boundary.vlans.items()}
    used = sorted({n for flow in flows for n in (*flow.declared.source, *flow.declared.destination)})
    addresses: dict[str, FirewallAddress] = {}
    groups = []
    for item in used:
        prefixes = city.resolve(item)
        origin = plan.origin("firewall", "objects", item)
        if len(prefixes) == 1:
            only = prefixes[0]
            addresses[item] = FirewallAddress(
                item, str(only.network_address), str(only.netmask), city.firewall.objects[item].zone, origin
            )
            continue
        members = []
        for prefix in prefixes:
            label = f"net-{prefix.network_address}_{prefix.prefixlen}"
            members.append(label)
            addresses[label] = FirewallAddress(
                label, str(prefix.network_address), str(prefix.netmask), city.firewall.objects[item].zone, origin
            )
        groups.append(FirewallGroup(item, tuple(members), city.firewall.objects[item].zone, origin))
    services = {}
    for flow in flows:
        text = " ".join(str(low) if low == high else f"{low}-{high}" for low, high in flow.ports)
        services[_service(flow)] = FirewallService(
            _service(flow),
            tcp=text if flow.protocol == "tcp" else "",
            udp=text if flow.protocol == "udp" else "",
            icmp_type=8 if flow.protocol == "icmp" else None,
            origin=where,
        )
    ids = stable_numbers(flow.id for flow in flows)
    policies = tuple(
        FirewallPolicy(
            ids[flow.id],
            flow.id,
            plan.path_zone(flow.origin),
            plan.path_zone(flow.target),
            flow.declared.source,
            flow.declared.destination,
            (_service(flow),),
            f"{flow.request} until {flow.expires.isoformat()}",
            origin=plan.origin("firewall", "flows", city.firewall.flows.index(flow.declared)),
        )
        for flow in flows
    )
    return Firewall(
        _ha(plan, device, name, boundary),
        tuple(
            (str(item.prefix.network_address), str(item.prefix.netmask))
            for item in (_segment(plan, boundary, zone) for zone in boundary.vlans)
        ),
        _interfaces(plan, device, boundary, names, where),
        tuple((zone, (names[zone],)) for zone in sorted(names)),
        tuple(addresses[key] for key in sorted(addresses)),
        tuple(groups),
        tuple(services[key] for key in sorted(services)),
        policies,
        _routes(plan, boundary, names, where),
    )


def _ha(plan: Plan, device: Device, name: str, boundary: Boundary) -> HighAvailability:
    gateway = plan.city.segment(device.site, plan.city.management.device_vlan)
    return HighAvailability(
        boundary.group_id,
        name,
        200 if boundary.devices[0] == device.name else 100,
        boundary.ha_ports,
        (boundary.trunk_port,),
        boundary.management_port,
        str(gateway.gateway) if gateway else "",
        boundary.ha_secret,
    )


def _interfaces(
    plan: Plan, device: Device, boundary: Boundary, names: dict[str, str], where: str
) -> tuple[FirewallInterface, ...]:
    city = plan.city
    links = {own.port: (link, other) for link, own, other in city.links_of(device.name)}
    found = []
    segment = city.segment(device.site, city.management.device_vlan)
    hardware = city.hardware[device.model].interfaces()
    ports = [boundary.management_port, *(port for port in hardware if port != boundary.management_port)]
    for number, port in enumerate(ports):
        cabled = links.get(port)
        origin = plan.link_origin(cabled[0]) if cabled else where
        text = f"to {plan.other_end(cabled[1])}" if cabled else "unused"
        if port == boundary.management_port and segment:
            address, mask = str(device.management), str(segment.prefix.netmask)
            found.append(
                FirewallInterface(
                    port,
                    "management",
                    text,
                    address,
                    mask,
                    allow="ping https ssh snmp",
                    dedicated=True,
                    snmp_index=number + 1,
                    origin=origin,
                )
            )
        else:
            found.append(
                FirewallInterface(
                    port, "", text, status="up" if cabled else "down", snmp_index=number + 1, origin=origin
                )
            )
    for zone, vlan in sorted(boundary.vlans.items(), key=lambda item: item[1]):
        item = _segment(plan, boundary, zone)
        found.append(
            FirewallInterface(
                names[zone],
                zone,
                f"{zone} side of the boundary",
                str(item.prefix[1]),
                str(item.prefix.netmask),
                boundary.trunk_port,
                vlan,
                "ping",
                snmp_index=100 + vlan,
                origin=plan.origin(*item.key),
            )
        )
    return tuple(found)


def _routes(plan: Plan, boundary: Boundary, names: dict[str, str], where: str) -> tuple[FirewallRoute, ...]:
    wanted: dict[str, set[str]] = {zone: set() for zone in boundary.vlans}
    for flow in crossing(plan):
        for side in (flow.origin, flow.target):
            wanted[plan.path_zone(side)].add(side)
    found = []
    numbers = stable_numbers(plan.city.vrf_separation.externals)
    numbers |= {name: 10 * zone.ospf_process for name, zone in plan.city.zones.items()}
    for zone in boundary.vlans:
        gateway = _segment(plan, boundary, zone).gateway
        for name in sorted(wanted[zone]):
            for position, prefix in enumerate(plan.prefixes(name)):
                number = numbers[name] + position
                found.append(
                    FirewallRoute(
                        number, str(prefix.network_address), str(prefix.netmask), str(gateway), names[zone], name, where
                    )
                )
    return tuple(sorted(found, key=lambda route: route.sequence))
