"""Whatever an entry names exists: sites, devices, servers, circuits, VLANs, classes, calendars, contractors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunri.intent.city import expand_devices
from bunri.messages import Message

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from bunri.intent.base import Key, Line, Name
    from bunri.intent.city import City


def check(city: City) -> Iterator[Message]:
    """Yield INV050 for a name that nothing defines, INV104 for a pattern that matches no device."""
    for key, what, name, known, file in _uses(city):
        if name not in known:
            yield Message("INV050", city.where(*key), {"what": what, "name": name, "where": file})
    for key, patterns in _patterns(city):
        for pattern in patterns:
            try:
                matched = expand_devices([pattern], city.devices)
            except ValueError:
                yield Message("INV107", city.where(*key), {"text": pattern})
                continue
            if not matched:
                yield Message("INV104", city.where(*key), {"pattern": pattern})


def _uses(city: City) -> Iterator[tuple[Key, str, object, Container[object], str]]:
    yield from _place(city)
    yield from _network(city)
    yield from _terminals(city)
    yield from _servers(city)
    yield from _management(city)


def _each(
    key: Key, what: str, names: Iterable[object], known: Container[object], file: str
) -> Iterator[tuple[Key, str, object, Container[object], str]]:
    for position, name in enumerate(names):
        yield (*key, position), what, name, known, file


def _place(city: City) -> Iterator[tuple[Key, str, object, Container[object], str]]:
    for name, site in city.sites.items():
        yield ("sites", name, "closed"), "calendar", site.closed, city.calendar.kinds, "calendar.yml"
    for name, device in city.devices.items():
        yield ("hosts", name, "site"), "site", device.site, city.sites, "sites.yml"
        yield ("hosts", name, "model"), "model", device.model, city.hardware, "hardware.yml"
        if device.replaced_by:
            yield ("hosts", name, "replaced_by"), "model", device.replaced_by, city.hardware, "hardware.yml"
    for name, busy in city.calendar.busy.items():
        yield from _each(("calendar", "busy", name, "zones"), "zone", busy.zones, city.zones, "vrf_separation.yml")
    for name, life in city.lifecycle.models.items():
        yield ("lifecycle", "models", name), "model", name, city.hardware, "hardware.yml"
        if life.successor:
            yield ("lifecycle", "models", name, "successor"), "model", life.successor, city.hardware, "hardware.yml"
    for name, work in city.lifecycle.maintenance.items():
        key: Key = ("lifecycle", "maintenance", name, "contractor")
        yield key, "contractor", work.contractor, city.contractors, "contractors.yml"
    for name, circuit in city.circuits.items():
        yield from _each(("circuits", name, "sites"), "site", circuit.sites, city.sites, "sites.yml")


def _network(city: City) -> Iterator[tuple[Key, str, object, Container[object], str]]:
    separation, servers = city.vrf_separation, city.servers.servers
    for name, zone in city.zones.items():
        key: Key = ("vrf_separation", "zones", name, "dhcp_servers")
        yield from _each(key, "server", zone.dhcp_servers, servers, "servers.yml")
    for name, external in separation.externals.items():
        yield ("vrf_separation", "externals", name, "via"), "zone", external.via, city.zones, "vrf_separation.yml"
    for vlan, entry in separation.vlans.items():
        if entry.zone is not None:
            yield ("vrf_separation", "vlans", vlan, "zone"), "zone", entry.zone, city.zones, "vrf_separation.yml"
    for name, pattern in separation.patterns.items():
        for vlan in pattern:
            yield ("vrf_separation", "patterns", name, vlan), "VLAN", vlan, separation.vlans, "vrf_separation.yml"
    for name, plan in separation.site_plans.items():
        top: Key = ("vrf_separation", "site_plans", name)
        yield top, "site", name, city.sites, "sites.yml"
        yield from _each((*top, "patterns"), "pattern", plan.patterns, separation.patterns, "vrf_separation.yml")
        for vlan in (*plan.prefixes, *plan.gateways):
            field = "prefixes" if vlan in plan.prefixes else "gateways"
            yield (*top, field, vlan), "VLAN", vlan, separation.vlans, "vrf_separation.yml"
    for number, cable in enumerate(city.links):
        top = ("links", number)
        for field, end in zip(("a", "b"), cable.ends(), strict=True):
            # The far end of a line that leaves the city is nobody's device.
            if not (cable.kind == "outside" and not end.port):
                yield (*top, field), "device", end.device, city.devices, "hosts.yml"
        yield from _each((*top, "zones"), "zone", cable.zones, city.zones, "vrf_separation.yml")
        yield from _each((*top, "vlans"), "VLAN", cable.vlans, separation.vlans, "vrf_separation.yml")
        if cable.circuit is not None:
            yield (*top, "circuit"), "circuit", cable.circuit, city.circuits, "circuits.yml"
    for name, profile in city.ports.profiles.items():
        top = ("ports", "profiles", name)
        yield (*top, "vlan"), "VLAN", profile.vlan, separation.vlans, "vrf_separation.yml"
        if profile.voice is not None:
            yield (*top, "voice"), "VLAN", profile.voice, separation.vlans, "vrf_separation.yml"
        yield from _each((*top, "vlans"), "VLAN", profile.vlans, separation.vlans, "vrf_separation.yml")
    for number, block in enumerate(city.ports.blocks):
        yield ("ports", "blocks", number, "profile"), "profile", block.profile, city.ports.profiles, "ports.yml"
    ends = {str(end) for cable in city.links for end in cable.ends()}
    for name, outside in city.wan.outsides.items():
        top = ("wan", "outsides", name)
        yield (*top, "external"), "external", outside.external, separation.externals, "vrf_separation.yml"
        yield (*top, "zone"), "zone", outside.zone, city.zones, "vrf_separation.yml"
        for number, router in enumerate(outside.routers):
            yield (*top, "routers", number, "device"), "device", router.device, city.devices, "hosts.yml"
            yield (*top, "routers", number, "port"), "cable at", f"{router.device}:{router.port}", ends, "links.yml"
    for name, bgp in city.wan.bgp.sites.items():
        yield ("wan", "bgp", "sites", name), "site", name, city.sites, "sites.yml"
        key = ("wan", "bgp", "sites", name, "originates")
        yield from _each(key, "site", bgp.originates, city.sites, "sites.yml")
    yield from _firewall(city)


def _firewall(city: City) -> Iterator[tuple[Key, str, object, Container[object], str]]:
    separation = city.vrf_separation
    ends = {**city.zones, **separation.externals}
    for name, boundary in city.firewall.boundaries.items():
        top: Key = ("firewall", "boundaries", name)
        yield (*top, "site"), "site", boundary.site, city.sites, "sites.yml"
        yield from _each((*top, "devices"), "device", boundary.devices, city.devices, "hosts.yml")
        for zone, vlan in boundary.vlans.items():
            yield (*top, "vlans", zone), "zone", zone, city.zones, "vrf_separation.yml"
            yield (*top, "vlans", zone), "VLAN", vlan, separation.vlans, "vrf_separation.yml"
    for name, item in city.firewall.objects.items():
        top = ("firewall", "objects", name)
        yield (*top, "zone"), "zone", item.zone, ends, "vrf_separation.yml"
        yield from _each((*top, "servers"), "server", item.servers, city.servers.servers, "servers.yml")
        yield from _each((*top, "vlans"), "VLAN", item.vlans, separation.vlans, "vrf_separation.yml")
        yield from _each((*top, "sites"), "site", item.sites, city.sites, "sites.yml")
    for number, flow in enumerate(city.firewall.flows):
        top = ("firewall", "flows", number)
        yield (*top, "from"), "zone", flow.origin, ends, "vrf_separation.yml"
        yield (*top, "to"), "zone", flow.target, ends, "vrf_separation.yml"
        for field, names in (("source", flow.source), ("destination", flow.destination)):
            for position, name in enumerate(names):
                if name not in {"any", "all"}:
                    yield (*top, field, position), "object", name, city.firewall.objects, "firewall.yml"
        if flow.waypoint is not None:
            yield (*top, "waypoint"), "server", flow.waypoint, city.servers.servers, "servers.yml"


def _terminals(city: City) -> Iterator[tuple[Key, str, object, Container[object], str]]:
    vlans, classes = city.vrf_separation.vlans, city.dot1x.classes
    for name, found in classes.items():
        top: Key = ("dot1x", "classes", name)
        yield (*top, "zone"), "zone", found.zone, city.zones, "vrf_separation.yml"
        yield (*top, "vlan"), "VLAN", found.vlan, vlans, "vrf_separation.yml"
        for number, choice in enumerate(found.choices):
            yield (*top, "choices", number, "vlan"), "VLAN", choice.vlan, vlans, "vrf_separation.yml"
        if found.wireless is not None:
            yield (*top, "wireless"), "SSID", found.wireless, city.wlan.ssids, "wlan.yml"
    for field in ("guest_vlan", "auth_fail_vlan", "critical_vlan"):
        yield ("dot1x", field), "VLAN", getattr(city.dot1x, field), vlans, "vrf_separation.yml"
    for number, server in enumerate(city.dot1x.servers):
        yield ("dot1x", "servers", number, "server"), "server", server.server, city.servers.servers, "servers.yml"
    for number, user in enumerate(city.dot1x.users):
        yield ("dot1x", "users", number, "class"), "class", user.terminal_class, classes, "dot1x.yml"
    for number, block in enumerate(city.terminals.blocks):
        top = ("terminals", "blocks", number)
        yield (*top, "site"), "site", block.site, city.sites, "sites.yml"
        yield (*top, "class"), "class", block.terminal_class, classes, "dot1x.yml"
        yield (*top, "model"), "model", block.model, city.terminals.models, "terminals.yml"
    places: list[tuple[Key, str, int, dict[Name, Line]]] = [
        (("terminals", "phones", number), item.site, item.vlan, item.ports)
        for number, item in enumerate(city.terminals.phones)
    ]
    places += [
        (("printers", "blocks", number), item.site, item.vlan, item.ports)
        for number, item in enumerate(city.printers.blocks)
    ]
    for top, site, vlan, ports in places:
        yield (*top, "site"), "site", site, city.sites, "sites.yml"
        yield (*top, "vlan"), "VLAN", vlan, vlans, "vrf_separation.yml"
        for device in ports:
            yield (*top, "ports", device), "device", device, city.devices, "hosts.yml"
    for name, ssid in city.wlan.ssids.items():
        top = ("wlan", "ssids", name)
        yield (*top, "zone"), "zone", ssid.zone, city.zones, "vrf_separation.yml"
        yield (*top, "vlan"), "VLAN", ssid.vlan, vlans, "vrf_separation.yml"
        yield from _each((*top, "sites"), "site", ssid.sites, city.sites, "sites.yml")
    yield ("wlan", "ap_vlan"), "VLAN", city.wlan.ap_vlan, vlans, "vrf_separation.yml"
    yield ("wlan", "ap_profile"), "profile", city.wlan.ap_profile, city.ports.profiles, "ports.yml"
    for number, controller in enumerate(city.wlan.controllers):
        yield ("wlan", "controllers", number, "device"), "device", controller.device, city.devices, "hosts.yml"
    for number, points in enumerate(city.wlan.access_points):
        top = ("wlan", "access_points", number)
        yield (*top, "site"), "site", points.site, city.sites, "sites.yml"
        yield (*top, "model"), "model", points.model, city.hardware, "hardware.yml"
        for device in points.ports:
            yield (*top, "ports", device), "device", device, city.devices, "hosts.yml"


def _servers(city: City) -> Iterator[tuple[Key, str, object, Container[object], str]]:
    known, clusters = city.servers.servers, city.servers.clusters
    for name, cluster in clusters.items():
        top: Key = ("servers", "clusters", name)
        yield (*top, "site"), "site", cluster.site, city.sites, "sites.yml"
        yield (*top, "zone"), "zone", cluster.zone, city.zones, "vrf_separation.yml"
        yield (*top, "vcenter"), "server", cluster.vcenter, known, "servers.yml"
        for number, host in enumerate(cluster.hosts):
            for position, nic in enumerate(host.nics):
                yield (*top, "hosts", number, "nics", position), "device", nic.device, city.devices, "hosts.yml"
    for name, server in known.items():
        top = ("servers", "servers", name)
        yield (*top, "zone"), "zone", server.zone, city.zones, "vrf_separation.yml"
        yield (*top, "vlan"), "VLAN", server.vlan, city.vrf_separation.vlans, "vrf_separation.yml"
        yield (*top, "os"), "os", server.os, city.servers.operating_systems, "servers.yml"
        if server.redundant_with is not None:
            yield (*top, "redundant_with"), "server", server.redundant_with, known, "servers.yml"
        for number, place in enumerate(server.placement):
            yield (*top, "placement", number, "site"), "site", place.site, city.sites, "sites.yml"
            if place.cluster is not None:
                yield (*top, "placement", number, "cluster"), "cluster", place.cluster, clusters, "servers.yml"
        for number, copy in enumerate(server.copies):
            yield (*top, "copies", number, "to"), "server", copy.to, known, "servers.yml"
    for number, pair in enumerate(city.servers.file_pairs):
        for field in ("first", "second"):
            yield ("servers", "file_pairs", number, field), "server", getattr(pair, field), known, "servers.yml"
    for name, pool in city.desktops.pools.items():
        top = ("desktops", "pools", name)
        yield (*top, "zone"), "zone", pool.zone, city.zones, "vrf_separation.yml"
        yield (*top, "vlan"), "VLAN", pool.vlan, city.vrf_separation.vlans, "vrf_separation.yml"
        yield from _each((*top, "brokers"), "server", pool.brokers, known, "servers.yml")
        yield from _each((*top, "session_hosts"), "server", pool.session_hosts, known, "servers.yml")
        for number, share in enumerate(pool.shares):
            yield (*top, "shares", number, "site"), "site", share.site, city.sites, "sites.yml"
            yield (*top, "shares", number, "cluster"), "cluster", share.cluster, clusters, "servers.yml"
    key: Key = ("desktops", "hybrid_classes")
    yield from _each(key, "class", city.desktops.hybrid_classes, city.dot1x.classes, "dot1x.yml")
    for name, system in city.systems.systems.items():
        top = ("systems", "systems", name)
        if system.zone is not None:
            yield (*top, "zone"), "zone", system.zone, city.zones, "vrf_separation.yml"
        if system.kept_at is not None:
            yield (*top, "kept_at"), "site", system.kept_at, city.sites, "sites.yml"
        if system.schedule is not None:
            yield (*top, "schedule"), "schedule", system.schedule, city.systems.schedules, "systems.yml"
        yield from _each((*top, "used_at"), "site", system.used_at, city.sites, "sites.yml")
        yield from _each((*top, "servers"), "server", system.servers, known, "servers.yml")


def _management(city: City) -> Iterator[tuple[Key, str, object, Container[object], str]]:
    known, management = city.servers.servers, city.management
    for field in ("ntp_servers", "syslog_servers"):
        yield from _each(("management", field), "server", getattr(management, field), known, "servers.yml")
    yield from _each(("management", "snmp", "hosts"), "server", management.snmp.hosts, known, "servers.yml")
    vlans = city.vrf_separation.vlans
    yield ("management", "device_vlan"), "VLAN", management.device_vlan, vlans, "vrf_separation.yml"
    for field in ("native_vlan", "parking_vlan", "quarantine_vlan"):
        yield ("hardening", field), "VLAN", getattr(city.hardening, field), vlans, "vrf_separation.yml"
    for site, names in city.hardening.spanning_tree.roots.items():
        key: Key = ("hardening", "spanning_tree", "roots", site)
        yield key, "site", site, city.sites, "sites.yml"
        yield from _each(key, "device", names, city.devices, "hosts.yml")


def _patterns(city: City) -> Iterator[tuple[Key, tuple[str, ...]]]:
    for number, block in enumerate(city.ports.blocks):
        yield ("ports", "blocks", number, "devices"), block.devices
    for name, item in city.dot1x.classes.items():
        for number, choice in enumerate(item.choices):
            yield ("dot1x", "classes", name, "choices", number, "devices"), choice.devices
    for name, work in city.lifecycle.maintenance.items():
        yield ("lifecycle", "maintenance", name, "devices"), work.devices
