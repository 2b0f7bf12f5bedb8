"""City → what its simulated vCenters hold: hosts, clusters, port groups with VLANs, servers, desktops, gold images."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bunri.intent import City

USER, PASSWORD = "bunri@vsphere.example", "laboratory"
DESKTOP_CPU, DESKTOP_GB = 2, 4
GOLD_FOLDER = "gold"


def describe(
    city: City,
    vcenter: str,
    day: date,
    *,
    delays: dict[str, int] | None = None,
    images: Mapping[str, Mapping[str, str]] | None = None,
    at: str = "",
) -> dict[str, Any]:
    """Return what ``vcenter`` holds on ``day``: the servers in its clusters, the desktops, a gold image a pool.

    ``images``: image → baseline that its guests report. ``at``: ISO time of the desktops' first session reports; ""
    means that their agents have not reported yet.
    """
    clusters = {name: item for name, item in city.servers.clusters.items() if item.vcenter == vcenter}
    vlans = {vlan for vlan, item in city.vrf_separation.vlans.items() if item.zone}
    machines = [
        *_servers(city, clusters, day),
        *_desktops(city, clusters, images or {}, at),
        *_images(city, clusters, day),
    ]
    return {
        "name": vcenter,
        "user": USER,
        "password": PASSWORD,
        "folders": sorted({machine["folder"] for machine in machines}),
        "datastores": [f"{name}-ds" for name in clusters],
        "networks": [{"name": city.vrf_separation.vlans[vlan].name, "vlan": vlan} for vlan in sorted(vlans)],
        "clusters": [
            {
                "name": name,
                "hosts": [f"{host.name}.{city.management.domain}" for host in item.hosts],
                "cpu": item.hosts[0].cpu,
                "memory_gb": item.hosts[0].memory_gb,
            }
            for name, item in clusters.items()
        ],
        "machines": machines,
        "delays": delays or {},
        "idle_seconds": 0,
        "images": {image: dict(settings) for image, settings in (images or {}).items()},
    }


def _servers(city: City, clusters: dict[str, Any], day: date) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for name, server in city.servers.servers.items():
        placement = server.placed(day)
        if server.physical or placement is None or placement.cluster not in clusters:
            continue
        size = (server.cpu, server.memory_gb)
        machine = _machine(city, name, placement.cluster, len(made), server.zone, server.vlan, *size)
        guest = {"SET.guest.ipAddress": str(server.address), "SET.guest.toolsRunningStatus": "guestToolsRunning"}
        made.append(machine | {"extra": guest})
    return made


def _desktops(
    city: City, clusters: dict[str, Any], images: Mapping[str, Mapping[str, str]], at: str
) -> list[dict[str, Any]]:
    return [
        _machine(city, item.name, item.cluster, number, item.pool, item.vlan, DESKTOP_CPU, DESKTOP_GB)
        | {"extra": _guest(item.name, str(item.address), city.desktops.pools[item.pool].image, images, at)}
        for number, item in enumerate(city.desktop_list)
        if item.cluster in clusters
    ]


def _guest(name: str, address: str, image: str, images: Mapping[str, Mapping[str, str]], at: str) -> dict[str, str]:
    says = {
        "SET.guest.ipAddress": address,
        "SET.guest.hostName": name,
        "SET.guest.toolsRunningStatus": "guestToolsRunning",
        "guestinfo.bunri.image": image,
    }
    if at:
        baseline = dict(images.get(image, {}))
        report = {"at": at, "image": image, "broker": "registered", "draining": False, "sessions": []}
        says["guestinfo.bunri.report"] = json.dumps({**report, "baseline": baseline})
    return says


def _images(city: City, clusters: dict[str, Any], day: date) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for pool in city.desktops.pools.values():
        placed = [city.servers.servers[name].placed(day) for name in pool.session_hosts]
        homes = [*(share.cluster for share in pool.shares), *(item.cluster for item in placed if item and item.cluster)]
        for cluster in dict.fromkeys(homes):
            if cluster in clusters:
                name = f"gold-{pool.prefix}-{cluster}"
                image = _machine(city, name, cluster, 0, GOLD_FOLDER, pool.vlan, DESKTOP_CPU, DESKTOP_GB)
                made.append(image | {"on": False, "snapshots": [pool.image]})
    return made


def _machine(
    city: City, name: str, cluster: str, number: int, folder: str, vlan: int, cpu: int, memory_gb: int
) -> dict[str, Any]:
    hosts = city.servers.clusters[cluster].hosts
    return {
        "name": name,
        "cluster": cluster,
        "host": f"{hosts[number % len(hosts)].name}.{city.management.domain}",
        "folder": folder,
        "datastore": f"{cluster}-ds",
        "networks": [city.vrf_separation.vlans[vlan].name],
        "cpu": cpu,
        "memory_gb": memory_gb,
        "on": True,
        "template": False,
        "snapshots": [],
        "extra": {},
        "note": "",
    }
