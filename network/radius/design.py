"""City → RadiusDesign: who asks, who may come in, and into which VLAN. Pure and in a stable order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.radius.model import Bypass, Class, Client, Identity, RadiusDesign, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bunri.intent import City


def design(city: City) -> dict[str, RadiusDesign]:
    """Return what every RADIUS server of the inventory must be, by server name; all answer alike."""
    clients = tuple(_clients(city))
    classes = tuple(_classes(city, clients))
    identities = tuple(_identities(city))
    bypasses = tuple(_bypasses(city))
    zones = {vlan: entry.zone for vlan, entry in city.vrf_separation.vlans.items() if entry.zone}
    return {
        entry.server: RadiusDesign(
            server=entry.server,
            address=str(city.servers.servers[entry.server].address),
            auth_port=entry.auth_port,
            acct_port=entry.acct_port,
            clients=clients,
            classes=classes,
            identities=identities,
            bypasses=bypasses,
            zone_of=zones,
            radsec=city.dot1x.radsec,
            test_user=city.dot1x.test_user,
        )
        for entry in city.dot1x.servers
    }


def identity_of(city: City, terminal: str) -> str:
    """Return the EAP identity of a terminal: its name in the management domain, as on its certificate."""
    return f"{terminal}.{city.management.domain}".lower()


def _clients(city: City) -> Iterator[Client]:
    asking = {port.device for port in city.access_ports if city.profile(port).mode in ("dot1x", "mab")}
    wanted = asking | {item.device for item in city.wlan.controllers}
    for name, device in city.devices.items():
        if name in wanted:
            yield Client(name, str(device.management))


def _classes(city: City, clients: tuple[Client, ...]) -> Iterator[Class]:
    for name, entry in city.dot1x.classes.items():
        if entry.method == "mab":
            continue
        special = [Reply(c.name, vlan) for c in clients if (vlan := city.class_vlan(name, c.name)) != entry.vlan]
        ssid = city.wlan.ssids[entry.wireless].ssid if entry.wireless else ""
        # The VLAN of a wireless class lives at the controller: on a wire it would be a VLAN that no switch has.
        replies = () if ssid else (*special, Reply("", entry.vlan))
        yield Class(name, entry.zone, entry.method, ssid, replies)


def _identities(city: City) -> Iterator[Identity]:
    for terminal in city.terminal_list:
        if city.dot1x.classes[terminal.terminal_class].method != "mab":
            yield Identity(identity_of(city, terminal.name), terminal.terminal_class)
    for user in city.dot1x.users:
        yield Identity(user.name, user.terminal_class)


def _bypasses(city: City) -> Iterator[Bypass]:
    for printer in city.printer_list:
        yield Bypass(_plain(printer.mac), printer.name, printer.device, printer.port, printer.vlan, voice=False)
    for phone in city.phone_list:
        yield Bypass(_plain(phone.mac), phone.name, phone.device, phone.port, phone.vlan, voice=True)
    for ap in city.access_point_list:
        yield Bypass(_plain(ap.mac), ap.name, ap.device, ap.port, city.wlan.ap_vlan, voice=False)


def _plain(mac: str) -> str:
    # The form that IOS sends as User-Name and User-Password: twelve hexadecimal digits, lower case.
    return mac.replace("-", "").replace(":", "").lower()
