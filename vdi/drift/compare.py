"""One machine, declared against live: CPU, memory, networks, image version, tools, snapshots left over. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from vdi.placement.live import MIB, machines
from vdi.placement.model import declared, pool_form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from bunri.intent import City
    from bunri.messages import Message
    from vdi.placement.model import Position
    from vdi.vsphere.inventory import Inventory, Machine

Status = Literal["same", "drifted", "not-checkable", "unreachable"]
Severity = Literal["none", "warning", "critical", "unknown"]
IMAGE = "guestinfo.bunri.image"
RUNNING = "guestToolsRunning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One machine's result, in the words of the drift of devices (docs/drift.md): the same JSON comes of it.

    ``differences`` are lines: ``-`` what is declared, ``+`` what is there. ``path`` says, where a card stands in
    another zone, which one: the way that is open.
    """

    device: str
    status: Status
    differences: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    who: str = ""
    when: str = ""
    severity: Severity = "none"
    path: tuple[str, ...] = ()
    messages: tuple[Message, ...] = field(default=())


def compare(
    city: City, day: date, inventories: Mapping[str, Inventory | None], messages: Mapping[str, tuple[Message, ...]]
) -> list[Finding]:
    """Return a finding for every declared machine that stands in a vCenter, and for machines that nobody declared.

    ``messages``: by vCenter why it could not be read; its machines are ``unreachable`` then, never the same.
    """
    wanted = declared(city, day)
    live: dict[str, tuple[Machine, Inventory]] = {}
    for machine, inventory in machines(inventories):
        live.setdefault(machine.name, (machine, inventory))
    known = {name: item for name, item in (*wanted.servers.items(), *wanted.desktops.items()) if item.virtual}
    found: list[Finding] = []
    for name, item in sorted(known.items()):
        vcenter = wanted.groups[item.cluster].vcenter if item.cluster in wanted.groups else ""
        if name in live:
            found.append(judge(city, item, *live[name]))
        elif inventories.get(vcenter) is None:
            found.append(Finding(name, "unreachable", severity="unknown", messages=messages.get(vcenter, ())))
        else:
            found.append(Finding(name, "drifted", (f"- {item.cluster}/{name}",), severity="warning"))
    pools = {item.name for item in city.desktop_list if pool_form(city.desktops.pools[item.pool], day) == "building"}
    for name, (machine, _inventory) in sorted(live.items()):
        if name not in known and name not in pools:
            found.append(Finding(name, "drifted", (f"+ {machine.cluster}/{name}",), severity="warning"))
    return found


def judge(city: City, wanted: Position, machine: Machine, inventory: Inventory) -> Finding:
    """Compare one machine with its declaration."""
    differences: list[str] = []
    unchecked: list[str] = []
    if not wanted.pool:
        # A desktop's size is its image's; the inventory gives that of servers only.
        _pair(differences, "cpu", wanted.cpu, machine.cpu)
        _pair(differences, "memory", f"{wanted.memory_gb:g} GiB", f"{machine.memory_mib / MIB:g} GiB")
    _pair(differences, "cluster", wanted.cluster, machine.cluster)
    path = tuple(_networks(city, wanted, machine, inventory, differences, unchecked))
    if wanted.pool:
        image = machine.settings.get(IMAGE, "")
        if image:
            _pair(differences, "image", city.desktops.pools[wanted.pool].image, image)
        else:
            unchecked.append("image")
    if not machine.on:
        differences += ["- power: on", "+ power: off"]
    elif not machine.tools:
        unchecked.append("tools")
    else:
        _pair(differences, "tools", RUNNING, machine.tools)
    differences += [f"+ snapshot: {'/'.join((*item.path, item.name))}" for item in machine.snapshots]
    severity: Severity = "critical" if path else "warning" if differences else "none"
    status: Status = "drifted" if differences else "not-checkable" if unchecked else "same"
    return Finding(machine.name, status, tuple(differences), tuple(unchecked), severity=severity, path=path)


def _pair(differences: list[str], what: str, wanted: object, found: object) -> None:
    if wanted != found:
        differences += [f"- {what}: {wanted}", f"+ {what}: {found or '?'}"]


def _networks(
    city: City, wanted: Position, machine: Machine, inventory: Inventory, differences: list[str], unchecked: list[str]
) -> Iterator[str]:
    vlan = wanted.vlans[0] if wanted.vlans else None
    seen = set()
    for name in machine.networks:
        number = inventory.networks.get(name)
        if number is None:
            unchecked.append(f"network {name}")
            continue
        seen.add(number)
        zone = city.zone_of_vlan(number)
        if number != vlan:
            differences.append(f"+ network: {name} (VLAN {number})")
        if zone != wanted.zone:
            yield f"{machine.name}: {name} (VLAN {number}, {zone or '?'}) ≠ {wanted.zone}"
    if vlan not in seen:
        differences.append(f"- network: VLAN {vlan}")
