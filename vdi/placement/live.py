"""What the vCenters hold, as a placement. Reading is ``centers``; here it is only put into the same words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vdi.placement.model import Group, Host, Position, View, declared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from bunri.intent import City
    from vdi.vsphere.inventory import Inventory, Machine

GOLD_FOLDER = "gold"
"""Folder of the golden images: switched off, no machine of anybody."""
MIB = 1024


def view(city: City, day: date, inventories: Mapping[str, Inventory | None]) -> View:
    """Return the live placement. ``inventories``: by vCenter what it holds, ``None`` where it could not be read.

    Physical servers and what a service provider runs stand in no vCenter: they stay where they are declared.
    """
    wanted = declared(city, day)
    servers = {name: item for name, item in wanted.servers.items() if not item.virtual}
    desktops: dict[str, Position] = {}
    strangers: list[Position] = []
    twice: list[str] = []
    names = {item.name: item.pool for item in city.desktop_list}
    for machine, inventory in machines(inventories):
        found = position(city, machine, inventory.networks)
        if machine.name in city.servers.servers:
            if machine.name in servers:
                twice.append(machine.name)
                strangers.append(found)
            else:
                servers[machine.name] = found
        elif machine.name in names:
            if machine.name in desktops:
                twice.append(machine.name)
                strangers.append(found)
            else:
                desktops[machine.name] = found
        else:
            strangers.append(found)
    unread = tuple(sorted(name for name, item in inventories.items() if item is None))
    needed = {item.vcenter for item in wanted.groups.values()}
    unread = tuple(sorted({*unread, *(needed - set(inventories))}))
    unknown = {item.cluster for item, _ in machines(inventories)} - set(city.servers.clusters)
    return View(
        "live", day, servers, desktops, dict(_groups(city, inventories)), tuple(strangers), unread,
        tuple(sorted(twice)), tuple(sorted(unknown)),
    )  # fmt: skip


def machines(inventories: Mapping[str, Inventory | None]) -> Iterator[tuple[Machine, Inventory]]:
    """Yield every machine that does work, with the inventory that it is in: no templates, no golden images."""
    for inventory in inventories.values():
        if inventory is None:
            continue
        for machine in inventory.machines:
            if not machine.template and machine.folder != GOLD_FOLDER:
                yield machine, inventory


def position(city: City, machine: Machine, networks: Mapping[str, int | None]) -> Position:
    """Return where a machine stands; its declared zone and pool if the inventory knows its name."""
    server = city.servers.servers.get(machine.name)
    pool = next((item.pool for item in city.desktop_list if item.name == machine.name), "") if server is None else ""
    zone = server.zone if server else city.desktops.pools[pool].zone if pool else ""
    cluster = city.servers.clusters.get(machine.cluster)
    return Position(
        name=machine.name,
        zone=zone,
        site=cluster.site if cluster else "",
        form=cluster.form if cluster else "building",
        cluster=machine.cluster,
        host=machine.host,
        vlans=tuple(networks.get(name) for name in machine.networks),
        address=machine.address,
        cpu=machine.cpu,
        memory_gb=machine.memory_mib / MIB,
        pool=pool,
        running=machine.on,
    )


def _groups(city: City, inventories: Mapping[str, Inventory | None]) -> Iterator[tuple[str, Group]]:
    for name, item in city.servers.clusters.items():
        inventory = inventories.get(item.vcenter)
        if inventory is None:
            continue
        hosts = tuple(
            Host(host.name, host.cores, host.memory_mib / MIB, host.connected and not host.maintenance)
            for host in inventory.hosts
            if host.cluster == name
        )
        yield name, Group(name, item.site, item.zone, item.form, item.vcenter, hosts)
