"""Feature ``wan``: trunks between sites, BGP per VRF, lines to LGWAN and the security cloud (plan N3, N5, N9,
B2–B4, 1-2)."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from network.design.model import (
    Acl,
    AclEntry,
    Bgp,
    BgpFamily,
    BgpNeighbor,
    Interface,
    PrefixList,
    Redistribution,
    RouteMap,
    RouteMapClause,
    StaticRoute,
)
from network.design.numbers import stable_numbers
from network.design.plan import Plan, vlan_list, wildcard
from network.design.port_names import port_name
from network.design.vrf_separation import zones_of

if TYPE_CHECKING:
    from bunri.intent import Cable, DeclaredFlow, Device, End
    from bunri.intent.wan import Outside, OutsideRouter

# Announced to other AS: segments, not point-to-point networks, firewall segments, loopbacks or the boundary's /16.
SEGMENTS = "ge 17 le 28"
# A device prefers its own routes (weight 32768, IOS) over what it learns. Where the boundary of another site is
# preferred to the device's own, what is learned must weigh more, or the own route would never give way once in use.
LEARNED_WEIGHT = 40_000
# Sequence numbers of a list to the outside: a block a flow, and the closing deny.
BLOCK = 100_000
LAST = 2_000_000_000


def trunk(plan: Plan, device: Device, link: Cable, own: End, other: End) -> Interface:
    """Return the layer 2 side of a cable between two of the city's devices."""
    peer = plan.city.devices.get(other.device)
    inside = link.kind in ("local", "bundle", "firewall", "wlc")
    downlink = peer is not None and peer.role == "access" and device.role != "access"
    return Interface(
        own.port,
        "physical",
        describe(plan, link, other),
        plan.link_origin(link),
        mode="trunk",
        native_vlan=plan.city.hardening.native_vlan,
        allowed_vlans=vlan_list(plan.link_vlans(link)),
        channel_group=link.channel or 0,
        trusted=inside,
        root_guard=downlink or link.kind in ("firewall", "wlc"),
    )


def describe(plan: Plan, link: Cable, other: End) -> str:
    """Return a port description: the other end, and the circuit or the cable number."""
    return f"to {plan.other_end(other)} {link.circuit or link.id}"


def parent(plan: Plan, link: Cable, own: End, other: End) -> Interface:
    """Return a router's port whose subinterfaces carry the VRFs; its MTU is that of the switch (RFC 2328, 10.6)."""
    return Interface(
        own.port,
        "physical",
        describe(plan, link, other),
        plan.link_origin(link),
        routed=True,
        mtu=plan.city.wan.mtu,
        negotiation=True,
    )


def outside_of(plan: Plan, device: Device) -> list[tuple[str, Outside, OutsideRouter]]:
    """Return the outside networks that the device is a router to: (name, network, this router's entry)."""
    return [
        (name, outside, router)
        for name, outside in sorted(plan.city.wan.outsides.items())
        for router in outside.routers
        if router.device == device.name
    ]


def outside_interface(plan: Plan, name: str, outside: Outside, router: OutsideRouter) -> Interface:
    """Return the routed port to a carrier, with a list each way that holds the declared flows and nothing else."""
    link = next(cable for cable, own, _ in plan.city.links_of(router.device) if own.port == router.port)
    return Interface(
        router.port,
        "physical",
        f"to {outside.external} {link.circuit or link.id}",
        plan.link_origin(link),
        routed=True,
        negotiation=True,
        vrf=plan.city.zones[outside.zone].vrf,
        address=str(router.address.ip),
        mask=str(router.address.netmask),
        acl_in=f"FROM-{outside.external.upper()}",
        acl_out=f"TO-{outside.external.upper()}",
    )


def _ports(flow: DeclaredFlow) -> list[str]:
    def name(port: int) -> str:
        return port_name(flow.protocol, port)

    found = [f" eq {name(low)}" if low == high else f" range {name(low)} {name(high)}" for low, high in flow.ports]
    return found or [""]


def _entries(plan: Plan, flow: DeclaredFlow, number: int, *, reply: bool) -> list[AclEntry]:
    where = plan.origin("firewall", "flows", plan.city.firewall.flows.index(flow.declared))
    texts: list[str] = []
    for source in flow.sources:
        for destination in flow.destinations:
            here, there = wildcard(source), wildcard(destination)
            if flow.protocol == "icmp":
                texts.append(f"permit icmp {there} {here} echo-reply" if reply else f"permit icmp {here} {there} echo")
                continue
            for port in _ports(flow):
                if reply:
                    flag = " established" if flow.protocol == "tcp" else ""
                    texts.append(f"permit {flow.protocol} {there}{port} {here}{flag}")
                else:
                    texts.append(f"permit {flow.protocol} {here} {there}{port}")
    # A block of sequence numbers a flow: a new prefix or flow does not renumber the others.
    first = number * BLOCK
    remark = AclEntry(first, "", f"{flow.id}{' replies' if reply else ''}", where)
    return [remark, *(AclEntry(first + position + 1, text, origin=where) for position, text in enumerate(texts))]


def outside_lists(plan: Plan, device: Device) -> list[Acl]:
    """Return the two lists of each outside port: exactly the declared flows, and the replies to them."""
    found = []
    for name, outside, _ in outside_of(plan, device):
        flows = [flow for flow in plan.city.flows if outside.external in (flow.target, flow.origin)]
        numbers = stable_numbers((flow.id for flow in flows), 1, 9999)
        last = AclEntry(LAST, "deny ip any any", origin=plan.origin("wan", "outsides", name))
        inward, outward = [last], [last]
        for flow in flows:
            leaving = flow.target == outside.external
            inward += _entries(plan, flow, numbers[flow.id], reply=leaving)
            outward += _entries(plan, flow, numbers[flow.id], reply=not leaving)
        for direction, entries in (("FROM", inward), ("TO", outward)):
            ordered = tuple(sorted(entries, key=lambda entry: entry.sequence))
            found.append(Acl(f"{direction}-{outside.external.upper()}", "extended", ordered))
    return found


def static_routes(plan: Plan, device: Device) -> list[StaticRoute]:
    """Return the routes to outside networks; the default route only where the zone may have one (1-2)."""
    found = []
    for name, outside, router in outside_of(plan, device):
        external = plan.city.vrf_separation.externals[outside.external]
        networks = ["0.0.0.0/0"] if outside.default_route else [str(prefix) for prefix in external.prefixes]
        for text in networks:
            network = text.partition("/")[0]
            mask = str(IPv4Network(text).netmask)
            vrf = plan.city.zones[outside.zone].vrf
            where = plan.origin("wan", "outsides", name)
            found.append(StaticRoute(vrf, network, mask, str(router.peer), outside.external, "wan", origin=where))
    return found


def default_routes(plan: Plan, device: Device) -> dict[str, int]:
    """Return zone → metric of the default route that the device announces."""
    return {o.zone: r.metric for _, o, r in outside_of(plan, device) if o.default_route}


def speaks_bgp(plan: Plan, device: Device) -> bool:
    """Return whether the device has a BGP session."""
    return any(uplink.external_bgp or uplink.internal_bgp for uplink in plan.uplinks(device.name))


def _owned(plan: Plan, sites: tuple[str, ...], zone: str) -> list[IPv4Network]:
    found = [
        s.prefix
        for site in sites
        for s in plan.city.segments_at.get(site, ())
        if s.zone == zone and s.use != "firewall"
    ]
    if zone == plan.management_zone:
        found += [
            IPv4Network(item.management)
            for site in sites
            for item in plan.city.devices_at.get(site, ())
            if plan.routes(item.name)
        ]
    return sorted(found)


def redistribution(plan: Plan, device: Device) -> dict[str, tuple[Redistribution, ...]]:
    """Return, by zone, what OSPF takes from BGP and from the static routes to outside networks."""
    found: dict[str, tuple[Redistribution, ...]] = {}
    if speaks_bgp(plan, device) and not plan.bgp_only(device.site):
        entry = plan.city.wan.bgp.sites[device.site]
        for name in _bgp_zones(plan, device):
            where = plan.origin("wan", "bgp", "sites", device.site)
            found[name] = (Redistribution(f"bgp {entry.asn}", f"BGP-TO-OSPF-{name}", where),)
    for _, outside, _ in outside_of(plan, device):
        if not outside.default_route:
            where = plan.origin("wan", "outsides")
            found[outside.zone] = (
                *found.get(outside.zone, ()),
                Redistribution("static", f"STATIC-TO-OSPF-{outside.zone}", where),
            )
    return found


def _bgp_zones(plan: Plan, device: Device) -> tuple[str, ...]:
    found = {t.zone for u in plan.uplinks(device.name) if u.external_bgp or u.internal_bgp for t in u.transits}
    return tuple(sorted(name for name in zones_of(plan, device) if name in found))


def bgp(plan: Plan, device: Device) -> Bgp | None:
    """Return BGP-4 (RFC 4271) with one address family a VRF."""
    if not speaks_bgp(plan, device):
        return None
    city = plan.city
    entry = city.wan.bgp.sites[device.site]
    where = plan.origin("wan", "bgp", "sites", device.site)
    families = []
    for name in _bgp_zones(plan, device):
        zone = city.zones[name]
        neighbors = []
        for uplink in plan.uplinks(device.name):
            if not uplink.external_bgp and not uplink.internal_bgp:
                continue
            remote = city.wan.bgp.sites[city.devices[uplink.peer].site]
            for transit in uplink.transits:
                if transit.zone == name:
                    inward = f"FROM-INTERNAL-{name}" if uplink.internal_bgp else f"FROM-AS{remote.asn}-{name}"
                    outward = f"TO-INTERNAL-{name}" if uplink.internal_bgp else f"TO-AS{remote.asn}-{name}"
                    neighbors.append(
                        BgpNeighbor(
                            str(transit.peer),
                            remote.asn,
                            uplink.peer,
                            inward,
                            outward,
                            uplink.internal_bgp,
                            plan.link_origin(uplink.link),
                        )
                    )
        sources = [Redistribution("connected", f"SEGMENTS-{name}", where)]
        if plan.boundary_prefixes[name] and has_boundary(plan, device):
            sources.append(Redistribution("static", f"BOUNDARY-TO-BGP-{name}", where))
        if not plan.bgp_only(device.site):
            sources.append(
                Redistribution(
                    f"ospf {zone.ospf_process} match internal external 1 external 2", f"SEGMENTS-{name}", where
                )
            )
        distance = (entry.distance, 200, 200) if entry.distance != 20 else None
        neighbors.sort(key=lambda n: tuple(int(part) for part in n.address.split(".")))
        families.append(BgpFamily(zone.vrf, plan.router_id(device, name), tuple(neighbors), tuple(sources), distance))
    return Bgp(entry.asn, plan.router_id(device, plan.management_zone), tuple(families))


def has_boundary(plan: Plan, device: Device) -> bool:
    """Return whether the device is a gateway of the firewall segments of a boundary."""
    return device.name in plan.gateways.get(device.site, ()) and any(
        item.site == device.site for item in plan.city.firewall.boundaries.values()
    )


def _list(name: str, networks: list[str]) -> PrefixList:
    return PrefixList(name, tuple((5 * (i + 1), f"permit {text}") for i, text in enumerate(networks)))


def filters(plan: Plan, device: Device) -> tuple[list[PrefixList], list[RouteMap]]:
    """Return the prefix lists and route maps of the device.

    Routes carry a tag from where they came in: the BGP tag never goes back to BGP, so no loop forms between the two
    protocols; boundary routes carry the boundary's.
    """
    city, wan = plan.city, plan.city.wan
    lists: list[PrefixList] = []
    maps: list[RouteMap] = []
    boundary = has_boundary(plan, device)
    speaker = speaks_bgp(plan, device)
    only = plan.bgp_only(device.site)
    outsides = [(o, r) for _, o, r in outside_of(plan, device) if not o.default_route]
    for name in zones_of(plan, device):
        over = [str(prefix) for prefix in plan.boundary_prefixes[name]]
        peers = {
            city.devices[u.peer].site: u
            for u in plan.uplinks(device.name)
            if u.external_bgp and any(t.zone == name for t in u.transits)
        }
        if over and (boundary or speaker):
            lists.append(_list(f"BOUNDARY-{name}", over))
        if boundary and over and not only:
            sets = (f"metric {wan.boundary_metric}", "metric-type type-2", f"tag {wan.boundary_tag}")
            clause = RouteMapClause("permit", 10, (f"ip address prefix-list BOUNDARY-{name}",), sets)
            maps.append(RouteMap(f"BOUNDARY-TO-OSPF-{name}", (clause,)))
        for outside, router in outsides:
            if outside.zone == name:
                prefixes = city.vrf_separation.externals[outside.external].prefixes
                lists.append(_list(f"OUTSIDE-{name}", [str(prefix) for prefix in prefixes]))
                sets = (f"metric {router.metric}", "metric-type type-2", f"tag {outside.tag}")
                clause = RouteMapClause("permit", 10, (f"ip address prefix-list OUTSIDE-{name}",), sets)
                maps.append(RouteMap(f"STATIC-TO-OSPF-{name}", (clause,)))
        if not speaker or name not in _bgp_zones(plan, device):
            continue
        entry = wan.bgp.sites[device.site]
        lists.append(_own_list(plan, name))
        outside_prefixes = _outside_prefixes(plan, name)
        announced = [f"ip address prefix-list CITY-{name}"]
        if over and not only:
            announced[0] += f" BOUNDARY-{name}"
        if outside_prefixes and not only:
            lists.append(_list(f"OUTSIDE-{name}", outside_prefixes))
            announced[0] += f" OUTSIDE-{name}"
        maps.append(
            RouteMap(
                f"SEGMENTS-{name}",
                (
                    *(() if only else (RouteMapClause("deny", 10, (f"tag {wan.bgp.tag}",)),)),
                    RouteMapClause("permit", 20, tuple(announced)),
                ),
            )
        )
        if boundary and over:
            clause = RouteMapClause("permit", 10, (f"ip address prefix-list BOUNDARY-{name}",))
            maps.append(RouteMap(f"BOUNDARY-TO-BGP-{name}", (clause,)))
        if not only:
            metric = wan.bgp.ospf_metric * (1 if entry.preference == "primary" else 2)
            sets = (f"metric {metric}", "metric-type type-2", f"tag {wan.bgp.tag}")
            maps.append(RouteMap(f"BGP-TO-OSPF-{name}", (RouteMapClause("permit", 10, (), sets),)))
        heavier: tuple[RouteMapClause, ...] = ()
        if boundary and over and only:
            weight = (f"weight {LEARNED_WEIGHT}",)
            heavier = (RouteMapClause("permit", 5, (f"ip address prefix-list BOUNDARY-{name}",), weight),)
        if any(u.internal_bgp for u in plan.uplinks(device.name)):
            clauses = [RouteMapClause("permit", 20)]
            if boundary and over:
                # What this device originates itself over the boundary stays here: the other one has its own way
                # over it.
                own = RouteMapClause("deny", 10, (f"ip address prefix-list BOUNDARY-{name}", "as-path 1"))
                clauses.insert(0, own)
            maps.append(RouteMap(f"TO-INTERNAL-{name}", tuple(clauses)))
            maps.append(RouteMap(f"FROM-INTERNAL-{name}", (*heavier, RouteMapClause("permit", 20))))
        for site in peers:
            remote = wan.bgp.sites[site]
            # A site that the other AS announces hangs behind it and learns the whole city from it.
            behind = device.site in remote.originates
            owned = [] if behind else [str(network) for network in _owned(plan, remote.originates, name)]
            inward = []
            if owned:
                lists.append(_list(f"AS{remote.asn}-{name}", owned))
                inward.append(f"AS{remote.asn}-{name}")
            else:
                lists.append(_peer_city_list(plan, remote.asn, name))
                inward.append(f"AS{remote.asn}-{name}")
            stub = bool(remote.originates) and not any(
                item.site in remote.originates for item in city.firewall.boundaries.values()
            )
            if over and not stub:
                inward.append(f"BOUNDARY-{name}")
            if not owned and outside_prefixes:
                lists.append(_list(f"OUTSIDE-{name}", outside_prefixes))
                inward.append(f"OUTSIDE-{name}")
            clause = RouteMapClause("permit", 10, ("ip address prefix-list " + " ".join(inward),))
            first = heavier if not stub else ()
            maps.append(RouteMap(f"FROM-AS{remote.asn}-{name}", (*first, clause)))
            prepend = (f"as-path prepend {' '.join([str(entry.asn)] * entry.prepend)}",) if entry.prepend else ()
            maps.append(RouteMap(f"TO-AS{remote.asn}-{name}", (RouteMapClause("permit", 10, (), prepend),)))
    unique = {item.name: item for item in lists}
    named = {item.name: item for item in maps}
    return [unique[key] for key in sorted(unique)], [named[key] for key in sorted(named)]


def as_paths(maps: list[RouteMap]) -> tuple[tuple[int, str], ...]:
    """Return the AS path lists that the route maps use: 1 is what this AS originates itself (RFC 4271, 5.1.2)."""
    used = any("as-path 1" in clause.matches for item in maps for clause in item.clauses)
    return ((1, "^$"),) if used else ()


def _own_list(plan: Plan, zone: str) -> PrefixList:
    return _peer_list(plan, f"CITY-{zone}", zone)


def _peer_city_list(plan: Plan, asn: int, zone: str) -> PrefixList:
    return _peer_list(plan, f"AS{asn}-{zone}", zone)


def _peer_list(plan: Plan, name: str, zone: str) -> PrefixList:
    networks = [f"{plan.city.zones[zone].prefix} {SEGMENTS}"]
    if zone == plan.management_zone:
        networks.append(f"{plan.city.vrf_separation.loopbacks} ge 32")
    return _list(name, networks)


def _outside_prefixes(plan: Plan, zone: str) -> list[str]:
    """Return outside networks that are reached in the zone's own VRF by a route other than the default."""
    found = {
        prefix
        for outside in plan.city.wan.outsides.values()
        if outside.zone == zone and not outside.default_route
        for prefix in plan.city.vrf_separation.externals[outside.external].prefixes
    }
    return [str(prefix) for prefix in sorted(found)]
