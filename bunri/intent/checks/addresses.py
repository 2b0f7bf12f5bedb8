"""The address plan: prefixes inside their zone and apart from each other, addresses unique and inside their segment."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from bunri.intent.cabling import LAYER3
from bunri.intent.vrf_separation import site_network, transit_network
from bunri.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bunri.intent.base import Key
    from bunri.intent.city import City

_ALLOWED = tuple(
    IPv4Network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
)
"""RFC 1918 and RFC 5737."""


def check(city: City) -> Iterator[Message]:
    """Yield INV060–067 and INV078–079."""
    yield from _sites(city)
    yield from _prefixes(city)
    yield from _transit(city)
    yield from _addresses(city)


def _sites(city: City) -> Iterator[Message]:
    numbers: dict[int, str] = {}
    for name, site in city.sites.items():
        if site.number in numbers:
            params = {"number": site.number, "first": numbers[site.number], "second": name}
            yield Message("INV066", city.where("sites", name, "number"), params)
        numbers.setdefault(site.number, name)
        for zone_name, zone in city.zones.items():
            network = site_network(zone, site.number)
            if not network.subnet_of(zone.prefix):
                params = {"prefix": network, "zone": zone_name, "range": zone.prefix}
                yield Message("INV063", city.where("sites", name, "number"), params)


def _prefixes(city: City) -> Iterator[Message]:
    """Overlaps are found by sorting: a prefix can only overlap one that begins before its own end."""
    plan: list[tuple[IPv4Network, str, Key, str]] = []
    for item in city.segments:
        zone = city.zones.get(item.zone)
        if zone is None:
            continue
        if not item.prefix.subnet_of(zone.prefix):
            params = {"prefix": item.prefix, "zone": item.zone, "range": zone.prefix}
            yield Message("INV063", city.where(*item.key), params)
        plan.append((item.prefix, f"{item.site} VLAN {item.vlan}", item.key, item.zone))
        if item.gateway not in item.prefix or item.gateway == item.prefix.network_address:
            yield Message("INV064", city.where(*item.key), {"address": item.gateway})
    for name, zone in city.zones.items():
        key: Key = ("vrf_separation", "zones", name, "transit", "prefix")
        if not zone.transit.prefix.subnet_of(zone.prefix):
            params = {"prefix": zone.transit.prefix, "zone": name, "range": zone.prefix}
            yield Message("INV063", city.where(*key), params)
        plan.append((zone.transit.prefix, f"transit {name}", key, name))
    for name, external in city.vrf_separation.externals.items():
        plan += [
            (prefix, f"external {name}", ("vrf_separation", "externals", name, "prefixes", number), name)
            for number, prefix in enumerate(external.prefixes)
        ]
    key = ("vrf_separation", "loopbacks")
    plan.append((city.vrf_separation.loopbacks, "loopbacks", key, "mgmt"))
    yield from _overlaps(city, plan)
    zones = [
        (zone.prefix, name, ("vrf_separation", "zones", name, "prefix"), name) for name, zone in city.zones.items()
    ]
    yield from _overlaps(city, [(prefix, name, tuple(path), zone) for prefix, name, path, zone in zones])


def _overlaps(city: City, plan: list[tuple[IPv4Network, str, Key, str]]) -> Iterator[Message]:
    ordered = sorted(plan, key=lambda item: (int(item[0].network_address), item[0].prefixlen))
    widest = ordered[0] if ordered else None
    for item in ordered[1:]:
        assert widest is not None
        if item[0].overlaps(widest[0]):
            first, second = widest, item
            names = {"first": first[0], "second": second[0], "first_name": first[1], "second_name": second[1]}
            yield Message("INV062", city.where(*second[2]), names)
        if int(item[0].broadcast_address) > int(widest[0].broadcast_address):
            widest = item


def _transit(city: City) -> Iterator[Message]:
    used: dict[int, str] = {}
    for number, cable in enumerate(city.links):
        if cable.index is None:
            continue
        names = [name for name in (cable.zones or tuple(city.zones)) if name in city.zones]
        for name in names:
            zone = city.zones[name]
            vlan = zone.transit.vlan_base + cable.index
            where = city.where("links", number, "index")
            network = transit_network(zone, cable.index)
            if not network.subnet_of(zone.transit.prefix):
                params = {"index": cable.index, "zone": name, "prefix": zone.transit.prefix}
                yield Message("INV079", where, params)
            owner = f"{name} {cable.index}"
            if vlan > 4094 or vlan in city.vrf_separation.vlans or used.setdefault(vlan, owner) != owner:
                yield Message("INV078", where, {"vlan": vlan, "link": cable.id, "zone": name})


def _addresses(city: City) -> Iterator[Message]:
    owners: dict[IPv4Address, str] = {}
    for address, name, key, site, vlan in _hosts(city):
        if address in owners and owners[address] != name:
            params = {"address": address, "first": owners[address], "second": name}
            yield Message("INV060", city.where(*key), params)
        owners.setdefault(address, name)
        if vlan is None:
            continue
        found = city.segment(site, vlan)
        if found is None:
            yield Message("INV065", city.where(*key), {"name": f"{name} (VLAN {vlan})", "site": site})
        elif address not in found.prefix:
            yield Message("INV061", city.where(*key), {"address": address, "prefix": found.prefix})
        elif address in (found.prefix.network_address, found.prefix.broadcast_address):
            yield Message("INV064", city.where(*key), {"address": address})
    for address, key in _outside(city):
        if not any(address in network for network in _ALLOWED):
            yield Message("INV067", city.where(*key), {"address": address})


def _hosts(city: City) -> Iterator[tuple[IPv4Address, str, Key, str, int | None]]:
    """Yield ``(address, owner, key, site, VLAN)`` of everything with an address; gateways first, so that they win."""
    twins = {
        name: sum(1 for item in found if item.role in {"core", "edge"}) > 1 for name, found in city.devices_at.items()
    }
    for item in city.segments:
        yield item.gateway, f"gateway {item.site} VLAN {item.vlan}", item.key, item.site, None
        if twins.get(item.site):
            for number, router in enumerate(item.routers, 1):
                yield router, f"router {number} {item.site} VLAN {item.vlan}", item.key, item.site, None
    loopbacks = city.vrf_separation.loopbacks
    for name, device in city.devices.items():
        key: Key = ("hosts", name, "management_address")
        if device.role in LAYER3:
            yield device.management, name, key, device.site, None
            if device.management not in loopbacks:
                # Reported as an address outside its prefix, through a VLAN that cannot hold it.
                yield device.management, name, key, device.site, city.management.device_vlan
        else:
            yield device.management, name, key, device.site, city.management.device_vlan
    for name, server in city.servers.servers.items():
        place = server.placed(city.today) or server.placement[0]
        yield server.address, name, ("servers", "servers", name, "address"), place.site, server.vlan
    for printer in city.printer_list:
        yield printer.address, printer.name, printer.key, printer.site, printer.vlan
    for desktop in city.desktop_list:
        yield desktop.address, desktop.name, desktop.key, desktop.site, desktop.vlan
    for name, outside in city.wan.outsides.items():
        for number, router_ in enumerate(outside.routers):
            key = ("wan", "outsides", name, "routers", number)
            yield router_.address.ip, f"{router_.device} outside", (*key, "address"), "", None
            yield router_.peer, f"{router_.device} peer", (*key, "peer"), "", None


def _outside(city: City) -> Iterator[tuple[IPv4Address, Key]]:
    for name, outside in city.wan.outsides.items():
        for number, router in enumerate(outside.routers):
            yield router.address.ip, ("wan", "outsides", name, "routers", number, "address")
            yield router.peer, ("wan", "outsides", name, "routers", number, "peer")
    for name, zone in city.zones.items():
        yield zone.prefix.network_address, ("vrf_separation", "zones", name, "prefix")
    for name, external in city.vrf_separation.externals.items():
        for number, prefix in enumerate(external.prefixes):
            yield prefix.network_address, ("vrf_separation", "externals", name, "prefixes", number)
    for name, item in city.firewall.objects.items():
        for number, prefix in enumerate(item.prefixes):
            yield prefix.network_address, ("firewall", "objects", name, "prefixes", number)
