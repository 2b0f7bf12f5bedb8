"""Cables and ports: both ends exist on that hardware, no port is taken twice, circuits fit, MACs are unique."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from bunri.intent.base import expand
from bunri.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bunri.intent.base import Key
    from bunri.intent.city import City

_NEEDS_INDEX = frozenset({"transit"})
_MAY_INDEX = frozenset({"transit", "bundle"})
_WITH_VLANS = frozenset({"firewall", "wlc", "access"})
_INSIDE = frozenset({"local", "bundle", "firewall", "ha", "wlc", "access"})


def check(city: City) -> Iterator[Message]:
    """Yield INV051 and INV090–107."""
    yield from _models(city)
    yield from _ranges(city)
    yield from _cables(city)
    yield from _bundles(city)
    yield from _circuits(city)
    yield from _taken(city)
    yield from _attached(city)
    yield from _macs(city)


def _models(city: City) -> Iterator[Message]:
    cabled = {end.device for cable in city.links for end in cable.ends()}
    serials: dict[str, str] = {}
    for name, device in city.devices.items():
        hardware = city.hardware.get(device.model)
        if hardware is not None and hardware.platform != device.platform:
            params = {"model": device.model, "expected": hardware.platform, "name": name, "actual": device.platform}
            yield Message("INV102", city.where("hosts", name, "platform"), params)
        if name not in cabled:
            yield Message("INV101", city.where("hosts", name), {"device": name})
        if device.serial_number in serials:
            params = {"what": "serial_number", "name": device.serial_number, "other": serials[device.serial_number]}
            yield Message("INV051", city.where("hosts", name, "serial_number"), params)
        serials.setdefault(device.serial_number, name)


def _ranges(city: City) -> Iterator[Message]:
    texts: list[tuple[Key, str]] = [(("ports", "blocks", n, "ports"), b.ports) for n, b in enumerate(city.ports.blocks)]
    texts += [(("hardware", name, "ports"), text) for name, item in city.hardware.items() for text in item.ports]
    for subject, field, blocks in _port_blocks(city):
        texts += [
            ((subject, field, n, "ports", name), text) for n, ports in enumerate(blocks) for name, text in ports.items()
        ]
    for key, text in texts:
        try:
            for _ in expand(text):
                pass
        except ValueError:
            yield Message("INV107", city.where(*key), {"text": text})


def _port_blocks(city: City) -> list[tuple[str, str, list[dict[str, str]]]]:
    return [
        ("wlan", "access_points", [item.ports for item in city.wlan.access_points]),
        ("terminals", "phones", [item.ports for item in city.terminals.phones]),
        ("printers", "blocks", [item.ports for item in city.printers.blocks]),
    ]


def _cables(city: City) -> Iterator[Message]:
    ids: dict[str, int] = {}
    indices: dict[int, str] = {}
    for number, cable in enumerate(city.links):
        key: Key = ("links", number)
        if cable.id in ids:
            params = {"what": "cable", "name": cable.id, "other": str(city.where("links", ids[cable.id]))}
            yield Message("INV051", city.where(*key, "id"), params)
        ids.setdefault(cable.id, number)
        if cable.kind in _NEEDS_INDEX and cable.index is None:
            yield Message("INV092", city.where(*key), {})
        for name, given, kinds in (
            ("index", cable.index is not None, _MAY_INDEX),
            ("zones", bool(cable.zones), _MAY_INDEX),
            ("vlans", bool(cable.vlans), _WITH_VLANS),
            ("channel", cable.channel is not None, {"bundle"}),
        ):
            if given and cable.kind not in kinds:
                yield Message("INV094", city.where(*key, name), {"kind": cable.kind, "name": name})
        if cable.kind in _WITH_VLANS and not cable.vlans:
            yield Message("INV031", city.where(*key), {"name": "vlans"})
        if cable.index is not None:
            owner = f"channel {cable.channel} {cable.ends()[0].device}" if cable.kind == "bundle" else cable.id
            if indices.setdefault(cable.index, owner) != owner:
                taken = {"index": cable.index, "first": indices[cable.index], "second": cable.id}
                yield Message("INV093", city.where(*key, "index"), taken)
        a, b = cable.ends()
        if a.device == b.device:
            yield Message("INV100", city.where(*key, "b"), {"device": a.device})
        first, second = city.devices.get(a.device), city.devices.get(b.device)
        if first is None or second is None or first.site == second.site:
            continue
        if cable.kind in _INSIDE:
            yield Message("INV096", city.where(*key), {"first": first.site, "second": second.site})
        elif cable.circuit is None:
            yield Message("INV097", city.where(*key), {"first": first.site, "second": second.site})


def _bundles(city: City) -> Iterator[Message]:
    pairs: dict[tuple[str, int], set[str]] = {}
    for number, cable in enumerate(city.links):
        if cable.kind != "bundle":
            continue
        a, b = cable.ends()
        ends = {a.device, b.device}
        if cable.channel is None:
            yield Message("INV095", city.where("links", number), {})
            continue
        for device in ends:
            if pairs.setdefault((device, cable.channel), ends) != ends:
                yield Message("INV095", city.where("links", number, "channel"), {})


def _circuits(city: City) -> Iterator[Message]:
    used: dict[str, list[int]] = defaultdict(list)
    for number, cable in enumerate(city.links):
        circuit = city.circuits.get(cable.circuit or "")
        if circuit is None or cable.circuit is None:
            continue
        used[cable.circuit].append(number)
        where = city.where("links", number, "circuit")
        if circuit.retired is not None:
            yield Message("INV099", where, {"circuit": cable.circuit, "day": circuit.retired})
        sites = {city.devices[end.device].site for end in cable.ends() if end.device in city.devices}
        if sites != set(circuit.sites) and len(sites) == len(set(circuit.sites)):
            params = {"circuit": cable.circuit, "sites": " – ".join(circuit.sites), "ends": " – ".join(sorted(sites))}
            yield Message("INV098", where, params)
    for name, numbers in used.items():
        strands = city.circuits[name].strands
        if len(numbers) > strands:
            counts = {"circuit": name, "strands": strands, "count": len(numbers)}
            yield Message("INV103", city.where("links", numbers[-1], "circuit"), counts)


def _taken(city: City) -> Iterator[Message]:
    """Every port exists on its hardware and has one use."""
    ports = {name: frozenset(item.interfaces()) for name, item in city.hardware.items()}
    owners: dict[tuple[str, str], str] = {}
    uses: list[tuple[str, str, str, Key]] = [
        (end.device, end.port, f"cable {cable.id}", ("links", number, field))
        for number, cable in enumerate(city.links)
        for field, end in zip(("a", "b"), cable.ends(), strict=True)
        if end.device in city.devices
    ]
    uses += [(port.device, port.port, f"profile {port.profile}", port.key) for port in city.access_ports]
    missing: set[tuple[Key, str]] = set()
    for device, port, owner, key in uses:
        model = city.devices[device].model
        if model in ports and port not in ports[model]:
            if (key, model) not in missing:
                missing.add((key, model))
                yield Message("INV090", city.where(*key), {"port": port or "-", "model": model})
            continue
        before = owners.setdefault((device, port), owner)
        if before != owner or (owner.startswith("cable") and owners[device, port] is not owner):
            params = {"port": f"{device}:{port}", "first": before, "second": owner}
            yield Message("INV091", city.where(*key), params)


def _attached(city: City) -> Iterator[Message]:
    """What hangs on a port fits the port's use; a port has one thing of a kind."""
    profiles = {(port.device, port.port): port for port in city.access_ports}
    seen: dict[tuple[str, str, str], str] = {}
    vlans = {printer.name: printer.vlan for printer in city.printer_list}
    for item in city.attached:
        port = profiles.get((item.end.device, item.end.port))
        if item.end.device not in city.devices:
            continue
        if port is None:
            params = {"port": str(item.end), "thing": item.name, "profile": item.kind}
            yield Message("INV105", city.where(*item.key), params)
            continue
        profile = city.ports.profiles[port.profile]
        fits = {
            "ap": port.profile == city.wlan.ap_profile,
            "printer": profile.mode == "mab" and profile.vlan == vlans.get(item.name),
            "phone": profile.voice is not None,
            "hypervisor": profile.mode in {"static", "trunk"},
        }[item.kind]
        if not fits:
            params = {"port": str(item.end), "thing": item.name, "profile": item.kind}
            yield Message("INV105", city.where(*item.key), params)
        place = (item.end.device, item.end.port, item.kind)
        if seen.setdefault(place, item.name) != item.name:
            params = {"port": str(item.end), "first": seen[place], "second": item.name}
            yield Message("INV091", city.where(*item.key), params)


def _macs(city: City) -> Iterator[Message]:
    owners: dict[str, str] = {}
    for item in city.attached:
        if item.mac is None:
            continue
        if owners.setdefault(item.mac, item.name) != item.name:
            params = {"mac": item.mac, "first": owners[item.mac], "second": item.name}
            yield Message("INV106", city.where(*item.key), params)
