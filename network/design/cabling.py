"""Cabling of the intended snapshot (Batfish's ``layer1_topology.json``), with the neighbours that no configuration
describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunri.intent import natural

if TYPE_CHECKING:
    from bunri.intent import City

Edge = tuple[tuple[str, str], tuple[str, str]]


def edges(city: City) -> tuple[Edge, ...]:
    """Return every cable as ((device, interface), (device, interface)), ends and cables in natural order.

    Access points, hypervisors, printers, telephones and carriers' ends are neighbours without configuration; each
    cable end at one has an interface of its own name (``eth0`` where nobody counts them).
    """
    found: set[Edge] = set()
    for link in city.links:
        a, b = link.ends()
        found.add(_edge((a.device, a.port or "eth0"), (b.device, b.port or "eth0")))
    nics = {
        (nic.device, nic.port): nic.nic
        for cluster in city.servers.clusters.values()
        for host in cluster.hosts
        for nic in host.nics
    }
    for item in city.attached:
        own = nics.get((item.end.device, item.end.port), "eth0")
        found.add(_edge((item.name, own), (item.end.device, item.end.port)))
    return tuple(sorted(found, key=lambda edge: tuple(natural(f"{device}:{port}") for device, port in edge)))


def _edge(one: tuple[str, str], two: tuple[str, str]) -> Edge:
    return (one, two) if one <= two else (two, one)


def link_name(edge: Edge) -> str:
    """Return a cable's name as failures are named: ``devA:ifA <-> devB:ifB``."""
    (a, port_a), (b, port_b) = edge
    return f"{a}:{port_a} <-> {b}:{port_b}"


def layer1(city: City) -> dict[str, list[dict[str, dict[str, str]]]]:
    """Return the content of ``layer1_topology.json``."""
    return {
        "edges": [
            {
                "node1": {"hostname": a, "interfaceName": port_a},
                "node2": {"hostname": b, "interfaceName": port_b},
            }
            for (a, port_a), (b, port_b) in edges(city)
        ]
    }


def bundles(city: City, kind: str) -> dict[str, list[str]]:
    """Return carrier or duct (``kind``) → names of the cables that share it and fail together."""
    found: dict[str, list[str]] = {}
    for link in city.links:
        circuit = city.circuits.get(link.circuit or "")
        if circuit is None or circuit.retired is not None:
            continue
        a, b = link.ends()
        edge = _edge((a.device, a.port or "eth0"), (b.device, b.port or "eth0"))
        found.setdefault(circuit.carrier if kind == "carrier" else circuit.duct, []).append(link_name(edge))
    return {name: sorted(found[name]) for name in sorted(found)}
