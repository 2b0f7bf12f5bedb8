"""The whole inventory as one value, and what follows from it by expansion alone: segments, ports, terminals, flows.

Expansion is total: an entry that refers to something unknown gives nothing here, because ``bunri.intent.checks`` has
already refused the inventory for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from bunri.intent.base import Key, expand
from bunri.intent.cabling import (
    AccessPort,
    Attached,
    Cable,
    Device,
    End,
    HardwareCatalogue,
    Links,
    PortProfile,
    Ports,
    natural,
)
from bunri.intent.firewall import AddressObject, DeclaredFlow, Firewall, port_pair
from bunri.intent.terminals import AccessPoint, Desktop, Desktops, Phone, Printer, Printers, Terminal, Terminals
from bunri.intent.vrf_separation import Segment, VrfSeparation, Zone, site_network, transit_network

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from pydantic import SecretStr

    from bunri.intent.circuits import Circuits
    from bunri.intent.dot1x import Dot1x
    from bunri.intent.hardening import Hardening
    from bunri.intent.lifecycle import Lifecycle
    from bunri.intent.management import Management
    from bunri.intent.origins import Origins
    from bunri.intent.place import Calendars, CityFacts, Consortium, Contractors, Sites
    from bunri.intent.servers import Servers
    from bunri.intent.systems import Systems
    from bunri.intent.wan import Wan
    from bunri.intent.wlan import Wlan
    from bunri.messages import Where


@dataclass(frozen=True)
class City:
    """One city. Every attribute up to ``management`` is the file of that name in ``group_vars/all``."""

    root: Path
    today: date
    city: CityFacts
    sites: Sites
    vrf_separation: VrfSeparation
    hardware: HardwareCatalogue
    links: Links
    ports: Ports
    circuits: Circuits
    wan: Wan
    firewall: Firewall
    dot1x: Dot1x
    wlan: Wlan
    terminals: Terminals
    printers: Printers
    desktops: Desktops
    servers: Servers
    systems: Systems
    lifecycle: Lifecycle
    management: Management
    hardening: Hardening
    consortium: Consortium
    contractors: Contractors
    calendar: Calendars
    devices: Mapping[str, Device]
    """By name, in natural order."""
    secrets: Mapping[str, SecretStr]
    """The vault, by name. ``get_secret_value()`` only where a day-0 text or a live session needs the value."""
    origins: Origins

    def where(self, *key: str | int) -> Where:
        """Return the file and line of an inventory value, e.g. ``where("links", 3, "index")``."""
        return self.origins.where(key)

    # ── zones and address plan ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def zones(self) -> Mapping[str, Zone]:
        """The zones by name."""
        return self.vrf_separation.zones

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Every VLAN that has a prefix at a site, by site number and VLAN id."""
        return tuple(_segments(self))

    @cached_property
    def segments_at(self) -> Mapping[str, tuple[Segment, ...]]:
        """Segments by site."""
        found: dict[str, list[Segment]] = {name: [] for name in self.sites}
        for item in self.segments:
            found[item.site].append(item)
        return {name: tuple(items) for name, items in found.items()}

    def segment(self, site: str, vlan: int) -> Segment | None:
        """Return the segment of ``vlan`` at ``site``, if the VLAN exists there."""
        return next((item for item in self.segments_at.get(site, ()) if item.vlan == vlan), None)

    def transit(self, link: Cable) -> tuple[tuple[str, int, IPv4Network], ...]:
        """Return ``(zone, VLAN id, /30)`` of a link, in the order of the zones; the ``a`` end has host 1."""
        if link.index is None:
            return ()
        names = link.zones or tuple(self.zones)
        return tuple(
            (name, self.zones[name].transit.vlan_base + link.index, transit_network(self.zones[name], link.index))
            for name in self.zones
            if name in names
        )

    def zone_of_vlan(self, vlan: int) -> str | None:
        """Return the zone of a VLAN; None for quarantine, native, parking and unknown ids."""
        found = self.vrf_separation.vlans.get(vlan)
        return found.zone if found else None

    # ── devices, ports and cables ────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def devices_at(self) -> Mapping[str, tuple[Device, ...]]:
        """Devices by site, in natural order."""
        found: dict[str, list[Device]] = {name: [] for name in self.sites}
        for device in self.devices.values():
            found.setdefault(device.site, []).append(device)
        return {name: tuple(items) for name, items in found.items()}

    @cached_property
    def _links_of(self) -> Mapping[str, tuple[tuple[Cable, End, End], ...]]:
        found: dict[str, list[tuple[Cable, End, End]]] = {}
        for cable in self.links:
            a, b = cable.ends()
            found.setdefault(a.device, []).append((cable, a, b))
            found.setdefault(b.device, []).append((cable, b, a))
        return {name: tuple(sorted(items, key=lambda item: natural(item[1].port))) for name, items in found.items()}

    def links_of(self, device: str) -> tuple[tuple[Cable, End, End], ...]:
        """Return ``(cable, own end, other end)`` of a device in the order of its ports."""
        return self._links_of.get(device, ())

    @cached_property
    def access_ports(self) -> tuple[AccessPort, ...]:
        """Every access port that has a profile."""
        return tuple(_access_ports(self))

    @cached_property
    def access_ports_of(self) -> Mapping[str, tuple[AccessPort, ...]]:
        """Access ports by device, in the order of the front panel."""
        found: dict[str, list[AccessPort]] = {name: [] for name in self.devices}
        for item in self.access_ports:
            found[item.device].append(item)
        return {name: tuple(sorted(items, key=lambda item: natural(item.port))) for name, items in found.items()}

    def profile(self, port: AccessPort) -> PortProfile:
        """Return the profile of an access port."""
        return self.ports.profiles[port.profile]

    def parked_ports(self, device: str) -> tuple[str, ...]:
        """Return the ports of ``device`` with neither cable nor profile: shut, in the parking VLAN."""
        hardware = self.hardware[self.devices[device].model]
        used = {end.port for _, end, _ in self.links_of(device)} | {item.port for item in self.access_ports_of[device]}
        return tuple(name for name in hardware.interfaces() if name not in used and name != hardware.management_port)

    @cached_property
    def attached(self) -> tuple[Attached, ...]:
        """Everything on access ports that is listed by name: access points, hypervisors, printers, telephones."""
        return tuple(_attached(self))

    # ── terminals and servers ────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def terminal_list(self) -> tuple[Terminal, ...]:
        """Every PC."""
        return tuple(_terminals(self))

    @cached_property
    def printer_list(self) -> tuple[Printer, ...]:
        """Every printer."""
        return tuple(_printers(self))

    @cached_property
    def phone_list(self) -> tuple[Phone, ...]:
        """Every IP telephone."""
        return tuple(_phones(self))

    @cached_property
    def access_point_list(self) -> tuple[AccessPoint, ...]:
        """Every access point."""
        return tuple(_access_points(self))

    @cached_property
    def desktop_list(self) -> tuple[Desktop, ...]:
        """Every virtual desktop."""
        return tuple(_desktops(self))

    def class_vlan(self, terminal_class: str, device: str) -> int:
        """Return the VLAN that RADIUS answers for a class behind a switch."""
        return self._choices.get((terminal_class, device), self.dot1x.classes[terminal_class].vlan)

    @cached_property
    def _choices(self) -> Mapping[tuple[str, str], int]:
        """``(class, device)`` → VLAN where it is not the class's own; the first choice that names a device holds."""
        found: dict[tuple[str, str], int] = {}
        for name, terminal_class in self.dot1x.classes.items():
            for choice in terminal_class.choices:
                for device in _devices(choice.devices, self.devices):
                    found.setdefault((name, device), choice.vlan)
        return found

    # ── flows ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def flows(self) -> tuple[DeclaredFlow, ...]:
        """The declared flows with their objects resolved to prefixes."""
        return tuple(_flows(self))

    def resolve(self, name: str) -> tuple[IPv4Network, ...]:
        """Return the prefixes of an address object, sorted, each once."""
        return tuple(sorted(set(_resolve(self, self.firewall.objects[name]))))


def expand_devices(patterns: Iterable[str], devices: Iterable[str]) -> tuple[str, ...]:
    """Return the device names that ``patterns`` (ranges, ``*``) match, in the order of the patterns, each once."""
    found: dict[str, None] = {}
    for pattern in patterns:
        for name in expand(pattern):
            if any(char in name for char in "*?["):
                found.update(dict.fromkeys(item for item in devices if fnmatchcase(item, name)))
            elif name in devices:
                found[name] = None
    return tuple(found)


def _names(text: str) -> tuple[str, ...]:
    """Return the names of a range; nothing for a range that the checks refuse (INV107)."""
    try:
        return tuple(expand(text))
    except ValueError:
        return ()


def _devices(patterns: Iterable[str], devices: Iterable[str]) -> tuple[str, ...]:
    try:
        return expand_devices(patterns, devices)
    except ValueError:
        return ()


def count_mac(first: str, offset: int) -> str:
    """Return the MAC address ``offset`` after ``first``."""
    text = f"{int(first.replace('-', ''), 16) + offset:012X}"
    return "-".join(text[index : index + 2] for index in range(0, 12, 2))


def _segments(city: City) -> Iterator[Segment]:
    separation = city.vrf_separation
    plans = ((name, plan) for name, plan in separation.site_plans.items() if name in city.sites)
    for site, plan in sorted(plans, key=lambda item: city.sites[item[0]].number):
        number = city.sites[site].number
        found: dict[int, tuple[IPv4Network, Key]] = {}
        for pattern in plan.patterns:
            for vlan, part in separation.patterns.get(pattern, {}).items():
                known = separation.vlans.get(vlan)
                if known is None or known.zone not in separation.zones:
                    continue
                base = int(site_network(separation.zones[known.zone], number).network_address)
                network = IPv4Network((base + part.offset, part.length), strict=False)
                found[vlan] = (network, ("vrf_separation", "patterns", pattern, vlan))
        for vlan, network in plan.prefixes.items():
            found[vlan] = (network, ("vrf_separation", "site_plans", site, "prefixes", vlan))
        for vlan in sorted(found):
            entry = separation.vlans.get(vlan)
            if entry is None or entry.zone is None:
                continue
            network, key = found[vlan]
            host = plan.gateways.get(vlan, 1)
            gateway = network.network_address + host
            routers = (gateway + 1, gateway + 2)
            yield Segment(site, vlan, entry.name, entry.zone, entry.use, network, gateway, routers, entry.dhcp, key)


def _access_ports(city: City) -> Iterator[AccessPort]:
    for position, block in enumerate(city.ports.blocks):
        profile = city.ports.profiles.get(block.profile)
        if profile is None:
            continue
        zone = city.zone_of_vlan(profile.vlan) or ""
        names = _names(block.ports)
        key: Key = ("ports", "blocks", position)
        for device in _devices(block.devices, city.devices):
            for port in names:
                yield AccessPort(device, port, block.profile, zone, profile.vlan, profile.voice, key)


def _attached(city: City) -> Iterator[Attached]:
    ap_zone = city.zone_of_vlan(city.wlan.ap_vlan) or ""
    for ap in city.access_point_list:
        yield Attached(ap.name, "ap", End(ap.device, ap.port), ap.mac, ap_zone, ap.key)
    for printer in city.printer_list:
        end = End(printer.device, printer.port)
        yield Attached(printer.name, "printer", end, printer.mac, printer.zone, printer.key)
    for phone in city.phone_list:
        yield Attached(phone.name, "phone", End(phone.device, phone.port), phone.mac, phone.zone, phone.key)
    for name, cluster in city.servers.clusters.items():
        for number, host in enumerate(cluster.hosts):
            for position, nic in enumerate(host.nics):
                key: Key = ("servers", "clusters", name, "hosts", number, "nics", position)
                yield Attached(host.name, "hypervisor", End(nic.device, nic.port), None, cluster.zone, key)


def _terminals(city: City) -> Iterator[Terminal]:
    for position, block in enumerate(city.terminals.blocks):
        known = city.dot1x.classes.get(block.terminal_class)
        if known is None:
            continue
        for number in range(1, block.count + 1):
            yield Terminal(
                f"{block.prefix}-{number:03d}",
                block.site,
                known.zone,
                known.vlan,
                block.terminal_class,
                block.model,
                block.installed,
                block.department,
                ("terminals", "blocks", position),
            )


def _ends(ports: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for device, text in ports.items():
        for port in _names(text):
            yield device, port


def _printers(city: City) -> Iterator[Printer]:
    for position, block in enumerate(city.printers.blocks):
        zone = city.zone_of_vlan(block.vlan) or ""
        for number, (device, port) in enumerate(_ends(block.ports)):
            yield Printer(
                f"{block.prefix}-{number + 1:02d}",
                block.site,
                zone,
                block.vlan,
                block.first_address + number,
                count_mac(block.first_mac, number),
                device,
                port,
                block.model,
                block.owner,
                block.lease_to,
                ("printers", "blocks", position),
            )


def _phones(city: City) -> Iterator[Phone]:
    for position, block in enumerate(city.terminals.phones):
        zone = city.zone_of_vlan(block.vlan) or ""
        key: Key = ("terminals", "phones", position)
        for number, (device, port) in enumerate(_ends(block.ports)):
            name, mac = f"{block.prefix}-{number + 1:02d}", count_mac(block.first_mac, number)
            yield Phone(name, block.site, zone, block.vlan, mac, device, port, block.model, key)


def _access_points(city: City) -> Iterator[AccessPoint]:
    for position, block in enumerate(city.wlan.access_points):
        key: Key = ("wlan", "access_points", position)
        for number, (device, port) in enumerate(_ends(block.ports)):
            name, mac = f"{block.site}-ap{number + 1:02d}", count_mac(block.first_mac, number)
            yield AccessPoint(name, block.site, mac, device, port, block.model, key)


def _desktops(city: City) -> Iterator[Desktop]:
    for name, pool in city.desktops.pools.items():
        total = 0
        for position, share in enumerate(pool.shares):
            key: Key = ("desktops", "pools", name, "shares", position)
            for number in range(share.count):
                total += 1
                address: IPv4Address = share.first_address + number
                desktop = f"{pool.prefix}-{total:03d}"
                yield Desktop(desktop, name, share.site, share.cluster, pool.zone, pool.vlan, address, key)


def _resolve(city: City, found: AddressObject) -> Iterator[IPv4Network]:
    yield from found.prefixes
    for server in found.servers:
        if server in city.servers.servers:
            yield IPv4Network(city.servers.servers[server].address)
    if found.vlans:
        for item in city.segments:
            if item.vlan in found.vlans and (not found.sites or item.site in found.sites):
                yield item.prefix


def _flows(city: City) -> Iterator[DeclaredFlow]:
    for flow in city.firewall.flows:
        names = (*flow.source, *flow.destination)
        if any(name not in city.firewall.objects for name in names):
            continue
        try:
            ports = tuple(port_pair(port) for port in flow.ports)
        except ValueError:
            continue
        sources = {network for name in flow.source for network in city.resolve(name)}
        destinations = {network for name in flow.destination for network in city.resolve(name)}
        yield DeclaredFlow(
            flow.id,
            flow.ja,
            flow.origin,
            flow.target,
            tuple(sorted(sources)),
            tuple(sorted(destinations)),
            flow.protocol,
            ports,
            flow.basis,
            flow.owner,
            flow.expires,
            flow.request,
            flow.waypoint,
            flow.log,
            flow,
        )
