"""Which links of the virtual city carry: ports that are enabled at both ends of a cable that is in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.lab import ios_values

if TYPE_CHECKING:
    from network.lab.device import Device
    from network.lab.ios_device import IosDevice


def port_enabled(device: Device, port: str) -> bool:
    """Whether a device's own end of a cable is switched on."""
    if not device.up or port in device.cut:
        return False
    running = getattr(device, "running", None)
    if running is None:
        return True
    section = running.interfaces().get(port)
    return section is not None and not section.has("shutdown")


def neighbours(device: Device) -> list[tuple[str, Device, str]]:
    """(own port, neighbour, its port) of every cable that is up and whose other end is a virtual device."""
    found = []
    for cable in device.spec.neighbours:
        peer = device.neighbour(cable.device)
        if peer is None or not port_enabled(device, cable.port) or not port_enabled(peer, cable.remote_port):
            continue
        found.append((cable.port, peer, cable.remote_port))
    return sorted(found, key=lambda item: ios_values.interface_order(item[0]))


def link_up(device: IosDevice, name: str) -> bool:
    """Whether an interface has a link. A cable to something outside the lab counts as up."""
    kind, _ = ios_values.split_interface(name)
    section = device.running.interfaces().get(name)
    if section is None or section.has("shutdown"):
        return False
    if kind in ("Loopback", "Tunnel"):
        return True
    if kind == "Vlan":
        return True
    if kind == "Port-channel":
        number = name.removeprefix("Port-channel")
        return any(
            child.value("channel-group").split(" ")[0] == number and link_up(device, member)
            for member, child in device.running.interfaces().items()
            if child.find("channel-group")
        )
    port = name.partition(".")[0]
    if "." in name and not port_enabled(device, port):
        return False
    for cable in device.spec.neighbours:
        if cable.port == port:
            peer = device.neighbour(cable.device)
            return port_enabled(device, port) and (peer is None or port_enabled(peer, cable.remote_port))
    return False


def protocol_up(device: IosDevice, name: str) -> bool:
    """Whether an interface's line protocol is up: a VLAN interface needs a port with a link in its VLAN."""
    if not link_up(device, name):
        return False
    if not name.startswith("Vlan"):
        return True
    vlan = int(name.removeprefix("Vlan"))
    if vlan not in device.running.vlans():
        return False
    for port, section in device.running.interfaces().items():
        if port.startswith(("Vlan", "Loopback", "Tunnel")) or section.off("switchport"):
            continue
        if section.value("switchport", "mode") == "trunk":
            word = section.value("switchport", "trunk", "allowed", "vlan")
            inside = not word or (word != "none" and vlan in ios_values.vlan_ids(word))
        else:
            inside = vlan in (
                int(section.value("switchport", "access", "vlan") or 1),
                int(section.value("switchport", "voice", "vlan") or 0)
                if section.value("switchport", "voice", "vlan").isdigit()
                else 0,
            )
        if inside and link_up(device, port):
            return True
    return False
