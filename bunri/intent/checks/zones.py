"""1-1: every VLAN, port, SSID, server and terminal is in exactly one zone; a default route only in one (1-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunri.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bunri.intent.base import Key
    from bunri.intent.city import City

ZONELESS = frozenset({"quarantine", "native", "parking"})


def check(city: City) -> Iterator[Message]:
    """Yield INV070–077 and INV165 for things of two zones, of none, or of the wrong one."""
    yield from _zones(city)
    yield from _vlans(city)
    yield from _ports(city)
    for key, thing, zone, vlan in _members(city):
        second = city.zone_of_vlan(vlan)
        if second is not None and second != zone:
            params = {"thing": thing, "zone": zone, "other": f"VLAN {vlan}", "second": second}
            yield Message("INV075", city.where(*key), params)
    for key, thing, zone, other, second in _pairs(city):
        if second != zone:
            yield Message("INV075", city.where(*key), {"thing": thing, "zone": zone, "other": other, "second": second})


def _zones(city: City) -> Iterator[Message]:
    defaults = [name for name, zone in city.zones.items() if zone.default_route]
    for name in defaults:
        if len(defaults) > 1 or city.zones[name].management:
            where = city.where("vrf_separation", "zones", name, "default_route")
            yield Message("INV073", where, {"zones": ", ".join(defaults)})
    managing = [name for name, zone in city.zones.items() if zone.management]
    if len(managing) != 1:
        yield Message("INV074", city.where("vrf_separation", "zones"), {"zones": ", ".join(managing) or "-"})
    for name, outside in city.wan.outsides.items():
        if outside.default_route and outside.zone not in defaults:
            where = city.where("wan", "outsides", name, "default_route")
            yield Message("INV073", where, {"zones": ", ".join([*defaults, outside.zone])})
        external = city.vrf_separation.externals.get(outside.external)
        if external is not None and external.via != outside.zone:
            params = {"thing": name, "zone": outside.zone, "other": outside.external, "second": external.via}
            yield Message("INV075", city.where("wan", "outsides", name, "zone"), params)
    seen: dict[str, str] = {}
    for name, zone in city.zones.items():
        if zone.vrf in seen:
            params = {"vrf": zone.vrf, "first": seen[zone.vrf], "second": name}
            yield Message("INV077", city.where("vrf_separation", "zones", name, "vrf"), params)
        seen.setdefault(zone.vrf, name)


def _vlans(city: City) -> Iterator[Message]:
    names: dict[str, int] = {}
    for vlan, entry in city.vrf_separation.vlans.items():
        key: Key = ("vrf_separation", "vlans", vlan)
        if entry.use in ZONELESS and entry.zone is not None:
            yield Message("INV072", city.where(*key, "zone"), {"vlan": vlan, "use": entry.use})
        if entry.use not in ZONELESS and entry.zone is None:
            yield Message("INV071", city.where(*key), {"vlan": vlan, "use": entry.use})
        if entry.name in names:
            params = {"what": "VLAN", "name": entry.name, "other": f"VLAN {names[entry.name]}"}
            yield Message("INV051", city.where(*key, "name"), params)
        names.setdefault(entry.name, vlan)
    for field in ("guest_vlan", "auth_fail_vlan", "critical_vlan"):
        vlan = getattr(city.dot1x, field)
        zone = city.zone_of_vlan(vlan)
        if zone is not None:
            yield Message("INV076", city.where("dot1x", field), {"name": field, "vlan": vlan, "zone": zone})
    for field in ("native_vlan", "parking_vlan", "quarantine_vlan"):
        vlan = getattr(city.hardening, field)
        zone = city.zone_of_vlan(vlan)
        if zone is not None:
            yield Message("INV076", city.where("hardening", field), {"name": field, "vlan": vlan, "zone": zone})


def _ports(city: City) -> Iterator[Message]:
    for name, profile in city.ports.profiles.items():
        zone = city.zone_of_vlan(profile.vlan)
        if zone is None and profile.vlan in city.vrf_separation.vlans:
            use = city.vrf_separation.vlans[profile.vlan].use
            where = city.where("ports", "profiles", name, "vlan")
            yield Message("INV071", where, {"vlan": profile.vlan, "use": use})
        others = [("voice", profile.voice)] if profile.voice is not None else []
        for field, vlan in [*others, *(("vlans", vlan) for vlan in profile.vlans)]:
            second = city.zone_of_vlan(vlan)
            if second != zone and vlan in city.vrf_separation.vlans:
                params = {"thing": f"profile {name}", "first": zone or "-", "second": second or "-"}
                yield Message("INV070", city.where("ports", "profiles", name, field), params)
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for port in city.access_ports:
        before = seen.setdefault((port.device, port.port), (port.profile, port.zone))
        if before[1] != port.zone:
            params = {"thing": f"{port.device}:{port.port}", "first": before[1], "second": port.zone}
            yield Message("INV070", city.where(*port.key), params)


def _members(city: City) -> Iterator[tuple[Key, str, str, int]]:
    """Yield ``(key, thing, its zone, its VLAN)``: the VLAN must be of the zone."""
    for name, server in city.servers.servers.items():
        yield ("servers", "servers", name, "vlan"), name, server.zone, server.vlan
    for name, ssid in city.wlan.ssids.items():
        yield ("wlan", "ssids", name, "vlan"), f"SSID {name}", ssid.zone, ssid.vlan
    for name, item in city.dot1x.classes.items():
        yield ("dot1x", "classes", name, "vlan"), f"class {name}", item.zone, item.vlan
        for number, choice in enumerate(item.choices):
            yield ("dot1x", "classes", name, "choices", number, "vlan"), f"class {name}", item.zone, choice.vlan
    for name, pool in city.desktops.pools.items():
        yield ("desktops", "pools", name, "vlan"), f"pool {name}", pool.zone, pool.vlan
    for name, boundary in city.firewall.boundaries.items():
        for zone, vlan in boundary.vlans.items():
            yield ("firewall", "boundaries", name, "vlans", zone), f"boundary {name}", zone, vlan
    if any(zone.management for zone in city.zones.values()):
        management = city.vrf_separation.management_zone()
        yield ("management", "device_vlan"), "management.device_vlan", management, city.management.device_vlan
        yield ("wlan", "ap_vlan"), "wlan.ap_vlan", management, city.wlan.ap_vlan


def _pairs(city: City) -> Iterator[tuple[Key, str, str, str, str]]:
    """Yield ``(key, thing, its zone, another thing, that one's zone)``: both zones must be equal."""
    servers, clusters = city.servers.servers, city.servers.clusters
    for name, server in servers.items():
        top: Key = ("servers", "servers", name)
        for number, place in enumerate(server.placement):
            if place.cluster in clusters:
                cluster = clusters[place.cluster]
                yield (*top, "placement", number, "cluster"), name, server.zone, place.cluster, cluster.zone
        for number, copy in enumerate(server.copies):
            if copy.to in servers:
                yield (*top, "copies", number, "to"), name, server.zone, copy.to, servers[copy.to].zone
        if server.redundant_with in servers:
            other = server.redundant_with
            yield (*top, "redundant_with"), name, server.zone, other, servers[other].zone
    for name, cluster in clusters.items():
        for number, host in enumerate(cluster.hosts):
            for position, nic in enumerate(host.nics):
                key: Key = ("servers", "clusters", name, "hosts", number, "nics", position)
                for port in city.access_ports_of.get(nic.device, ()):
                    if port.port == nic.port:
                        yield key, host.name, cluster.zone, f"{nic.device}:{nic.port}", port.zone
    for name, zone in city.zones.items():
        for number, server_name in enumerate(zone.dhcp_servers):
            if server_name in servers:
                key = ("vrf_separation", "zones", name, "dhcp_servers", number)
                yield key, f"DHCP {name}", name, server_name, servers[server_name].zone
    for name, pool in city.desktops.pools.items():
        for field, names in (("brokers", pool.brokers), ("session_hosts", pool.session_hosts)):
            for number, server_name in enumerate(names):
                if server_name in servers:
                    key = ("desktops", "pools", name, field, number)
                    yield key, f"pool {name}", pool.zone, server_name, servers[server_name].zone
        for number, share in enumerate(pool.shares):
            if share.cluster in clusters:
                key = ("desktops", "pools", name, "shares", number, "cluster")
                yield key, f"pool {name}", pool.zone, share.cluster, clusters[share.cluster].zone
    for name, item in city.firewall.objects.items():
        for number, server_name in enumerate(item.servers):
            if server_name in servers:
                key = ("firewall", "objects", name, "servers", number)
                yield key, f"object {name}", item.zone, server_name, servers[server_name].zone
        for number, vlan in enumerate(item.vlans):
            second = city.zone_of_vlan(vlan)
            if second is not None:
                yield (
                    ("firewall", "objects", name, "vlans", number),
                    f"object {name}",
                    item.zone,
                    f"VLAN {vlan}",
                    second,
                )
    for number, flow in enumerate(city.firewall.flows):
        for field, names, zone_name in (
            ("source", flow.source, flow.origin),
            ("destination", flow.destination, flow.target),
        ):
            for position, object_name in enumerate(names):
                if object_name in city.firewall.objects:
                    key = ("firewall", "flows", number, field, position)
                    yield key, f"flow {flow.id}", zone_name, object_name, city.firewall.objects[object_name].zone
    for name, system in city.systems.systems.items():
        for number, server_name in enumerate(system.servers):
            if server_name in servers and system.zone is not None:
                key = ("systems", "systems", name, "servers", number)
                yield key, f"system {name}", system.zone, server_name, servers[server_name].zone
    for name, terminal_class in city.dot1x.classes.items():
        if terminal_class.wireless in city.wlan.ssids:
            ssid = city.wlan.ssids[terminal_class.wireless]
            yield (
                ("dot1x", "classes", name, "wireless"),
                f"class {name}",
                terminal_class.zone,
                f"SSID {ssid.ssid}",
                ssid.zone,
            )
