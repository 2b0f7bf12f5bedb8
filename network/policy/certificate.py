"""The proof as a file: the forwarding tables, and for every zone a set of packets by node that contains every start,
is closed
under every arc, and reaches no foreign exit but with declared packets.

``tools/check_certificate.py`` checks it with the standard library alone. The tables (arcs with their destinations and
filters,
exits with their zones, where each zone starts, what is declared) are covered by a SHA-256; the sets need no trust,
because the
checker derives every step again. Packet sets are written as shared decision-diagram nodes ``[variable, low, high]``;
0 is the empty set,
1 is all packets.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from network.analysis.forwarding import Exit, Spot
from network.analysis.packets import BITS, FIELDS
from network.analysis.reach import guarded, needed, origins, spread

if TYPE_CHECKING:
    from network.analysis.forwarding import Node, Target
    from network.analysis.packets import PacketSet
    from network.analysis.state import State
    from network.policy.separation import Separation
    from network.policy.verdict import Result

FORMAT = "bunri-certificate-1"


class _Writer:
    """Numbers decision-diagram nodes and graph nodes."""

    def __init__(self) -> None:
        self.rows: list[list[int]] = [[BITS, 0, 0], [BITS, 1, 1]]
        self._numbers: dict[PacketSet, int] = {}
        self.names: dict[Target, int] = {}

    def set(self, packets: PacketSet) -> int:
        """Return the number of a packet set."""
        found = self._numbers.get(packets)
        if found is not None:
            return found
        if not packets.satisfiable():
            return 0
        if packets.valid():
            return 1
        variable, low, high = packets.node_var(), packets.cofactor_false(), packets.cofactor_true()
        assert variable is not None
        assert low is not None
        assert high is not None
        row = [variable, self.set(low), self.set(high)]
        self.rows.append(row)
        self._numbers[packets] = len(self.rows) - 1
        return len(self.rows) - 1

    def name(self, target: Target) -> int:
        """Return the number of a graph node or exit."""
        return self.names.setdefault(target, len(self.names))


def certificate(judge: Separation, state: State, result: Result) -> dict[str, Any]:
    """Return the certificate of a state; it can be checked only if separation holds there."""
    forwarding = judge.forwarding(state)
    zoning = judge.zoner.zoning(state)
    atoms, space = forwarding.atoms, forwarding.space
    writer = _Writer()
    zones = list(judge.policy.zones)
    proofs: dict[str, dict[str, list[Any]]] = {}
    starts: dict[str, list[int]] = {}
    arcs: dict[Node, list[Any]] = {}
    exits: dict[int, list[str]] = {}
    for zone in zones:
        begin = judge.starts(forwarding, zoning.by_zone.get(zone, ()))
        found = spread(forwarding, dict.fromkeys(begin, atoms.all))
        starts[zone] = [writer.name(node) for node in begin]
        ends = {number: judge.end_zones(forwarding, zoning, number) for number in found.exits}
        goal = {number for number, names in ends.items() if names and zone not in names}
        need = needed(forwarding, found, goal)
        step = guarded(forwarding, found, need, goal)
        bad: dict[Node, PacketSet] = {}
        for other in zones:
            goals = {number: ~judge.allowed((zone, other)) for number in goal if other in ends[number]}
            for node, packets in origins(
                forwarding, [node for node in need if node in found.arcs], step, goals
            ).items():
                bad[node] = bad.get(node, space.none) | packets
        proofs[zone] = {
            str(writer.name(node)): [[list(span) for span in atoms.spans(mask)], writer.set(bad.get(node, space.none))]
            for node, mask in found.nodes.items()
        }
        for node in found.arcs:
            if node not in arcs:
                arcs[node] = _arcs(judge, state, node, writer)
        for number, names in ends.items():
            exits[writer.name(Exit(number))] = sorted(names)
    tables = {
        "zones": zones,
        "starts": starts,
        "exits": {str(key): value for key, value in exits.items()},
        "segments": [
            sorted(place.zones) for place in zoning.places.values() if place.segment.edges or place.segment.crossings
        ],
        "arcs": {str(writer.name(node)): value for node, value in arcs.items()},
        "allowed": {f"{a}>{b}": writer.set(judge.allowed((a, b))) for a in zones for b in zones if a != b},
        "fields": {name: list(place) for name, place in FIELDS.items()},
        "names": {str(number): _label(judge, target) for target, number in writer.names.items()},
        "sets": writer.rows,
    }
    return {
        "format": FORMAT,
        "verdict": result.verdict,
        "policy": _digest_file(Path(judge.policy.file)),
        "configurations": {
            device.file: _digest_file(Path(state.snapshot.root) / device.file)
            for device in state.snapshot.devices.values()
        },
        "sha256": hashlib.sha256(canonical(tables)).hexdigest(),
        "tables": tables,
        "proof": proofs,
    }


def _arcs(judge: Separation, state: State, node: Node, writer: _Writer) -> list[Any]:
    forwarding = judge.forwarding(state)
    space, atoms = forwarding.space, forwarding.atoms
    merged: dict[tuple[int, int, str], list[Any]] = {}
    masks: dict[tuple[int, int, str], int] = {}
    for choice in forwarding.choices(node):
        for hop in choice.hops:
            for piece in hop:
                mask = choice.mask & piece.mask
                if not mask or (isinstance(piece.target, Exit) and piece.target.segment < 0):
                    continue
                guard = space.all if choice.select is None else choice.select.may
                if piece.gate is not None:
                    guard = guard & piece.gate.may
                number = writer.set(guard)
                if not number:
                    continue
                rewrite = (
                    [[name, [list(span) for span in spans]] for name, spans in piece.rewrite.fields]
                    if piece.rewrite
                    else []
                )
                key = (writer.name(piece.target), number, json.dumps(rewrite))
                masks[key] = masks.get(key, 0) | mask
                merged[key] = [key[0], [], number, rewrite]
    for key, arc in merged.items():
        arc[1] = [list(span) for span in atoms.spans(masks[key])]
    return list(merged.values())


def _label(judge: Separation, target: Target) -> str:
    if isinstance(target, Exit):
        return f"exit {target.segment}"
    if isinstance(target, Spot):
        return f"{target.device} vrf {target.vrf or 'global'}" + (f" from {target.came}" if target.came else "")
    return f"{target.device} {target.interface}"


def canonical(tables: object) -> bytes:
    """Return the bytes that the digest covers."""
    return json.dumps(tables, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _digest_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def write_certificate(path: Path, judge: Separation, state: State, result: Result) -> None:
    """Write the certificate atomically."""
    text = json.dumps(certificate(judge, state, result), ensure_ascii=False, separators=(",", ":"))
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


__all__ = ["canonical", "certificate", "write_certificate"]
