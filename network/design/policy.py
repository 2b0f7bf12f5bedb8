"""Policy file of the intended snapshot: zones, declared flows, known failures. The verifier reads it and nothing
of the design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bunri.intent import natural
from network.design.cabling import bundles

if TYPE_CHECKING:
    from bunri.intent import City, DeclaredFlow


def policy(city: City) -> dict[str, Any]:
    """Return the content of ``policy.yml`` as plain data, in the order in which it is written."""
    return {
        "guideline": city.city.guideline,
        "zones": _zones(city),
        "flows": [_flow(flow) for flow in city.flows],
        "waypoints": _waypoints(city),
        "exempt_failures": [
            {
                "match": _element(item.match),
                **({"places": list(item.places)} if item.places else {}),
                "reason": item.reason,
                "owner": item.owner,
                "expires": item.expires,
            }
            for item in city.firewall.exempt_failures
        ],
        "trusted_neighbours": [
            {"name": item.name, "reason": item.reason, "owner": item.owner, "expires": item.expires}
            for item in city.firewall.trusted_neighbours
        ],
        "carriers": bundles(city, "carrier"),
        "ducts": bundles(city, "duct"),
        "sites": _sites(city),
        "systems": _systems(city),
        "rules": _rules(city),
    }


def _element(match: str) -> str:
    """Return a failure as the verifier names it: ``duct duct-a`` for the inventory's ``duct:duct-a``."""
    kind, colon, name = match.partition(":")
    return f"{kind} {name}" if colon and kind in ("node", "link", "carrier", "duct", "site") else match


def _zones(city: City) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, zone in city.zones.items():
        members: list[dict[str, object]] = [{"vrf": zone.vrf}]
        members += [{"vlan": number} for number, vlan in sorted(city.vrf_separation.vlans.items()) if vlan.zone == name]
        members += [{"ssid": ssid.ssid} for _, ssid in sorted(city.wlan.ssids.items()) if ssid.zone == name]
        for _, boundary in sorted(city.firewall.boundaries.items()):
            if name in boundary.vlans:
                members += [
                    {"device": device, "interface": f"v{boundary.vlans[name]}-{name}"} for device in boundary.devices
                ]
            if zone.management:
                members += [{"device": device, "interface": boundary.management_port} for device in boundary.devices]
        found[name] = {"members": members}
    for _, outside in sorted(city.wan.outsides.items()):
        members = [{"device": router.device, "interface": router.port} for router in outside.routers]
        found.setdefault(outside.external, {"members": []})["members"] += members
    return found


def _flow(flow: DeclaredFlow) -> dict[str, object]:
    ports: list[object] = [low if low == high else f"{low}-{high}" for low, high in flow.ports]
    found: dict[str, object] = {
        "id": flow.id,
        "from": flow.origin,
        "to": flow.target,
        "src": [str(network) for network in flow.sources],
        "dst": [str(network) for network in flow.destinations],
        "protocol": flow.protocol,
    }
    if ports:
        found["dport"] = ports
    return found | {
        "basis": flow.basis,
        "owner": flow.owner,
        "expires": flow.expires,
        "description": flow.ja,
    }


def _waypoints(city: City) -> list[dict[str, object]]:
    """Return one waypoint a pair of zones: the hosts between which data must pass are an end of every flow of the
    pair."""
    via: dict[tuple[str, str], set[str]] = {}
    basis: dict[tuple[str, str], str] = {}
    for flow in city.flows:
        if flow.waypoint is not None and flow.waypoint in city.servers.servers:
            pair = (flow.origin, flow.target)
            partner = city.servers.servers[flow.waypoint].redundant_with
            hosts = [name for name in (flow.waypoint, partner) if name in city.servers.servers]
            via.setdefault(pair, set()).update(str(city.servers.servers[name].address) for name in hosts)
            basis.setdefault(pair, flow.basis)
    return [
        {"from": origin, "to": target, "via": sorted(via[origin, target]), "basis": basis[origin, target]}
        for origin, target in sorted(via)
    ]


def _sites(city: City) -> dict[str, list[str]]:
    """Return the sites whose loss others must survive (B2, B3), each with all that stands there: those with routing of
    their own towards the others."""
    found: dict[str, list[str]] = {}
    for site in sorted(city.wan.bgp.sites):
        here = {device.name for device in city.devices_at.get(site, ())}
        here |= {item.name for item in city.attached if item.end.device in here}
        found[site] = sorted(here, key=natural)
    return found


def _rules(city: City) -> dict[str, object]:
    """Return the parameters of the rules: what must be joined twice, and where a port may go without 802.1X."""
    return {
        "dot1x-edge": {
            "exceptions": [
                {"neighbour": item.neighbour, "reason": item.reason, "owner": item.owner, "expires": item.expires}
                for item in city.dot1x.unauthenticated
            ]
        },
        "two-paths": {
            "pairs": [{"id": item.id, "from": item.origin, "to": item.target} for item in city.wan.two_paths]
        },
    }


def _systems(city: City) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for key, system in city.systems.systems.items():
        servers = [city.servers.servers[name] for name in system.servers if name in city.servers.servers]
        if system.zone is None or not servers:
            continue
        found.append(
            {
                "id": key,
                "name": system.ja,
                "zone": system.zone,
                "addresses": sorted(str(server.address) for server in servers),
                "sites": [site for site in system.used_at if site in city.sites],
            }
        )
    return found
