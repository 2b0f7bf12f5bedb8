"""In which order devices change: one canary, then growing batches, far devices before near ones. Pure.

Far first keeps the way to what is still to be changed: a change that goes wrong near the control node would cut off all
that lies behind it. Distance is the number of cables between a device and the control node.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import networkx as nx

from bunri.messages import Where, error

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

Cable = tuple[str, str, str, str]
"""Device, interface, device, interface."""


def read_cables(file: Path) -> list[Cable]:
    """Return the cables of a ``layer1_topology.json`` (Batfish's form); an absent file means none. Error: DEP026."""
    if not file.exists():
        return []
    try:
        edges = json.loads(file.read_text(encoding="utf-8"))["edges"]
        return [
            (e["node1"]["hostname"], e["node1"]["interfaceName"], e["node2"]["hostname"], e["node2"]["interfaceName"])
            for e in edges
        ]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise error("DEP026", Where(file=str(file)), file=str(file)) from problem


def distances(cables: Iterable[Cable], starts: Iterable[str]) -> dict[str, int]:
    """Return device → number of cables from the nearest of ``starts``; what no cable reaches is left out."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from((first, second) for first, _, second, _ in cables)
    known = [name for name in starts if name in graph]
    found: dict[str, int] = {}
    for start in known:
        for name, hops in nx.single_source_shortest_path_length(graph, start).items():
            found[name] = min(hops, found.get(name, hops))
    return found


def batches(
    names: Collection[str], hops: Mapping[str, int], serial: Sequence[int | str] = (1, 5, "100%")
) -> list[list[str]]:
    """Return ``names`` in batches, farthest first. ``serial`` is Ansible's: sizes or percentages, the last one repeats.

    A device without a known distance counts as farthest: nothing is known to depend on it. Only devices of equal
    distance share a batch after the canary, so that far really comes before near.
    """
    order = sorted(names, key=lambda name: (-hops.get(name, 1 << 30), name))
    result: list[list[str]] = []
    sizes = [_size(item, len(order)) for item in serial] or [len(order) or 1]
    position = 0
    while position < len(order):
        size = sizes[min(len(result), len(sizes) - 1)]
        hop = hops.get(order[position], 1 << 30)
        batch = [name for name in order[position : position + size] if hops.get(name, 1 << 30) == hop]
        result.append(batch)
        position += len(batch)
    return result


def _size(item: int | str, total: int) -> int:
    if isinstance(item, str) and item.endswith("%"):
        return max(1, total * int(item[:-1]) // 100)
    return max(1, int(item))
