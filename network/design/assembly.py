"""City → DeviceDesign: asks each feature for its share of each device and puts the shares in configuration order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bunri.intent import natural
from bunri.messages import BunriError, error
from network.design import firewall, hardening, management, servers, terminals, vrf_separation, wan, wlan
from network.design.model import (
    Acl,
    Bootstrap,
    DeviceDesign,
    Identity,
    Interface,
    Management,
    OspfProcess,
    PrefixList,
    Redistribution,
    RouteMap,
    StaticRoute,
)
from network.design.plan import Plan, vlan_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bunri.intent import Attached, City, Device

_RANK = {"loopback": 0, "port-channel": 1, "physical": 2, "subinterface": 2, "svi": 3}


def design(city: City) -> dict[str, DeviceDesign]:
    """Return the design of every device by name, in natural order.

    :raises BunriError: DSG… when the inventory asks for something that no design satisfies; all findings at once.
    """
    plan = Plan(city)
    _refuse_shared_transits(plan)
    common = management.shared(plan)
    attached = {(item.end.device, item.end.port): item for item in city.attached}
    return {name: _device(plan, city.devices[name], common, attached) for name in sorted(city.devices, key=natural)}


def _refuse_shared_transits(plan: Plan) -> None:
    owner: dict[int, str] = {}
    problems = []
    for link in plan.city.links:
        for _, vlan, _ in plan.city.transit(link):
            first = owner.setdefault(vlan, link.id)
            if first != link.id and not (link.channel and _same_bundle(plan, first, link.id)):
                where = plan.city.where("links", plan.link_key[link.id], "index")
                problems.append(error("DSG003", where, vlan=vlan, first=first, second=link.id).messages[0])
    if problems:
        raise BunriError(*problems)


def _same_bundle(plan: Plan, first: str, second: str) -> bool:
    one, two = plan.city.links[plan.link_key[first]], plan.city.links[plan.link_key[second]]
    return one.channel == two.channel and {e.device for e in one.ends()} == {e.device for e in two.ends()}


def _device(
    plan: Plan, device: Device, common: Management, attached: Mapping[tuple[str, str], Attached]
) -> DeviceDesign:
    kind = plan.kind(device.name)
    city = plan.city
    site = city.sites[device.site]
    hardware = city.hardware[device.model]
    if kind == "ap":
        raise error("DSG005", city.where("hosts", device.name), name=device.name, kind=kind, role=device.role)
    identity = Identity(
        hostname=device.name,
        domain=city.management.domain,
        site=device.site,
        site_name=site.en,
        role=device.role,
        hardware=device.model,
        version=_release(device.platform, device.model, hardware.software),
        location=f"{city.management.snmp.location}, {site.en}, {device.rack}",
        mtu=city.wan.mtu if kind == "switch" else 0,
        provision=device.model.lower() if kind == "switch" else "",
    )
    own = replace(common, source=management.source(plan, device))
    if kind == "firewall":
        return DeviceDesign(identity, "fortios", own, Bootstrap((), ()), firewall=firewall.firewall(plan, device))
    interfaces = tuple(_interfaces(plan, device, attached))
    redistribute: dict[str, tuple[Redistribution, ...]] = {}
    for share in (wan.redistribution(plan, device), firewall.redistribution(plan, device)):
        for zone, items in share.items():
            redistribute[zone] = (*redistribute.get(zone, ()), *items)
    routes = plan.routes(device.name)
    ospf = vrf_separation.ospf(plan, device, redistribute, wan.default_routes(plan, device)) if routes else ()
    prefix_lists: list[PrefixList] = []
    route_maps: list[RouteMap] = []
    if routes:
        prefix_lists, route_maps = wan.filters(plan, device)
    acls: list[Acl] = [*management.access_lists(plan), *wan.outside_lists(plan, device)]
    acls += vrf_separation.antispoofing(plan, device)
    statics: list[StaticRoute] = [
        *management.static_routes(plan, device),
        *wan.static_routes(plan, device),
        *firewall.static_routes(plan, device),
    ]
    vlans = vrf_separation.vlans(plan, device)
    bgp = wan.bgp(plan, device) if routes else None
    result = DeviceDesign(
        identity,
        "cisco_ios",
        own,
        Bootstrap((), ()),
        routing=kind in ("switch", "wlc"),
        vrfs=vrf_separation.vrfs(plan, device),
        vlans=vlans,
        spanning_tree=vrf_separation.spanning_tree(plan, device),
        access=terminals.access(plan, device),
        interfaces=interfaces,
        ospf=ospf,
        bgp=bgp,
        static_routes=tuple(
            sorted(statics, key=lambda r: (r.vrf, tuple(int(part) for part in r.network.split(".")), r.mask))
        ),
        probes=firewall.probes(plan, device),
        acls=tuple(sorted(acls, key=lambda acl: (acl.kind == "extended", natural(acl.name)))),
        as_path_lists=wan.as_paths(route_maps),
        prefix_lists=tuple(prefix_lists),
        route_maps=tuple(route_maps),
        wireless=wlan.wireless(plan, device),
    )
    return replace(result, bootstrap=_bootstrap(plan, device, result))


def _release(platform: str, model: str, software: str) -> str:
    """Return the software version as the first line of a configuration shows it."""
    if platform == "fortios":
        return f"{model.replace('-', '')}-{software}-FW"
    return ".".join(software.split(".")[:2])


def _interfaces(plan: Plan, device: Device, attached: Mapping[tuple[str, str], Attached]) -> list[Interface]:
    kind = plan.kind(device.name)
    router = kind == "router"
    found: list[Interface] = []
    if plan.routes(device.name):
        found.append(vrf_separation.loopback(plan, device))
    outside = {router_entry.port: (name, o, router_entry) for name, o, router_entry in wan.outside_of(plan, device)}
    bundles: dict[int, list[Interface]] = {}
    for link, own, other in plan.city.links_of(device.name):
        if own.port in outside:
            found.append(wan.outside_interface(plan, *outside[own.port]))
        elif router:
            if not any(item.name == own.port for item in found):
                found.append(wan.parent(plan, link, own, other))
        elif link.kind == "access":
            found.append(servers.appliance(plan, device, link, own, other))
        else:
            port = wlan.trunk(plan, link, own, other) if kind == "wlc" else wan.trunk(plan, device, link, own, other)
            found.append(port)
            if port.channel_group:
                bundles.setdefault(port.channel_group, []).append(port)
    for number, members in sorted(bundles.items()):
        allowed = _union(members)
        found = [replace(i, allowed_vlans=allowed) if i in members else i for i in found]
        words = members[0].description.split()
        found.append(
            replace(
                members[0],
                name=f"Port-channel{number}",
                kind="port-channel",
                description=f"to {words[1]} bundle",
                allowed_vlans=allowed,
            )
        )
    for item in plan.city.access_ports_of[device.name]:
        there = attached.get((device.name, item.port))
        if plan.city.segment(device.site, item.vlan) is None:
            raise error("DSG004", plan.city.where(*item.key), vlan=item.vlan, site=device.site)
        if plan.city.profile(item).mode in ("dot1x", "mab"):
            found.append(terminals.port(plan, item, there))
        elif there is None:
            # A server port without a server is an open door: shut until something is cabled.
            found.append(hardening.shut(plan, item.port, plan.origin(*item.key)))
        else:
            found.append(servers.port(plan, item, there))
    found += hardening.parked(plan, device)
    if plan.routes(device.name):
        found += [vrf_separation.gateway(plan, device, segment) for segment in plan.segments_of[device.name]]
        found += vrf_separation.transit_interfaces(plan, device)
    else:
        found.append(management.interface(plan, device))
    hardware = plan.city.hardware[device.model]
    # IOS-XE shows the out-of-band port before the others.
    ports = sorted(hardware.interfaces(), key=lambda name: name != hardware.management_port)
    order = {name: position for position, name in enumerate(ports)}
    return sorted(found, key=lambda i: (_RANK[i.kind], order.get(i.name.partition(".")[0], 0), natural(i.name)))


def _union(members: list[Interface]) -> str:
    numbers: set[int] = set()
    for member in members:
        for part in member.allowed_vlans.split(","):
            low, _, high = part.partition("-")
            numbers |= set(range(int(low), int(high or low) + 1))
    return vlan_list(numbers)


def _bootstrap(plan: Plan, device: Device, whole: DeviceDesign) -> Bootstrap:
    """Return the least that lets the device be reached over SSH in the management VRF."""
    vrf = plan.management_vrf
    device_vlan = plan.city.management.device_vlan
    carried = {device_vlan}
    zone = plan.management_zone
    carried |= {t.vlan for u in plan.uplinks(device.name) for t in u.transits if t.zone == zone}
    keep: list[Interface] = []
    for item in whole.interfaces:
        if item.shutdown or item.edge_port or item.auth:
            continue
        if item.mode == "trunk":
            wanted = [number for number in _numbers(item.allowed_vlans) if number in carried]
            if wanted:
                keep.append(replace(item, allowed_vlans=vlan_list(wanted), channel_group=item.channel_group))
        elif item.vrf == vrf and item.kind in ("svi", "loopback", "subinterface"):
            if item.kind != "svi" or int(item.name[4:]) in carried or item.name == whole.management.source:
                keep.append(replace(item, acl_in="", acl_out="", helpers=()))
        elif item.routed and not item.vrf:
            keep.append(item)
    names = {item.name for item in keep}
    ospf: list[OspfProcess] = []
    for process in whole.ospf:
        if process.vrf == vrf:
            active = tuple(name for name in process.active if name in names)
            ospf.append(replace(process, active=active, redistribute=(), default_metric=None))
    family = tuple(
        replace(
            f,
            redistribute=(Redistribution("connected", ""),),
            neighbors=tuple(replace(n, route_map_in="", route_map_out="") for n in f.neighbors),
        )
        for f in (whole.bgp.families if whole.bgp else ())
        if f.vrf == vrf
    )
    return Bootstrap(
        tuple(v for v in whole.vlans if v.id in carried or v.id == plan.city.hardening.native_vlan),
        tuple(keep),
        tuple(ospf),
        tuple(route for route in whole.static_routes if route.feature == "management"),
        replace(whole.bgp, families=family) if whole.bgp and family else None,
    )


def _numbers(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        low, _, high = part.partition("-")
        found += range(int(low), int(high or low) + 1)
    return found
