"""The path of one packet, hop by hop, with the line of a configuration that let it pass or stopped it.

The path follows the same forwarding graph as the proof; the lines are found by evaluating the packet against the
configuration's entries one by one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from network.analysis.forwarding import DROPPED, LOCAL, Arrival, Exit, Spot
from network.analysis.packets import PORT_PROTOCOLS, Packet, dotted, protocol_name
from network.policy.zoning import vrf_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from network.analysis.forwarding import Choice, Forwarding, Node, Piece, Rewrite, Target
    from network.analysis.packets import PacketSet
    from network.analysis.state import Port, Route
    from network.config.model import Device, Source

MOST_HOPS = 64


@dataclass(frozen=True, slots=True)
class Hop:
    """One step: where, what happened (``action``), and the line that says so. ``origin`` names template and inventory
    entry."""

    device: str
    interface: str
    vrf: str
    action: str
    file: str = ""
    line: int = 0
    text: str = ""
    origin: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the hop as DESIGN's contract writes it; ``origin`` only where it is known."""
        result: dict[str, Any] = {
            "device": self.device,
            "interface": self.interface,
            "vrf": self.vrf,
            "action": self.action,
            "file": self.file,
            "line": self.line,
            "text": self.text,
        }
        if self.origin:
            result["origin"] = self.origin
        return result


@dataclass(frozen=True, slots=True)
class Way:
    """One way that a packet goes: its hops and how it ends (``delivered``, ``local``, ``dropped``, ``loop``)."""

    hops: tuple[Hop, ...]
    end: str
    exit: int = -1
    packet: Packet | None = None


class Tracer:
    """Follows single packets. ``sessions`` names firewalls that would let the packet pass as a reply."""

    def __init__(self, forwarding: Forwarding, origins: Origins | None = None) -> None:
        self.forwarding = forwarding
        self.space = forwarding.space
        self.devices = forwarding.devices
        self.origins = origins

    def hop(self, device: str, interface: str, vrf: str, action: str, source: Source | None = None) -> Hop:
        """Return a hop with its line and, where known, what the line was rendered from."""
        if source is None:
            return Hop(device, interface, vrf, action)
        origin = self.origins.get(device, source.line) if self.origins is not None else ""
        return Hop(device, interface, vrf, action, source.file, source.line, source.text.strip(), origin)

    def start(self, port: Port) -> tuple[Node, Hop]:
        """Return the node where a packet that comes in by ``port`` begins, and the first hop."""
        interface = self.devices[port.device].interfaces[port.interface]
        node = self.forwarding.enter(port)
        assert not isinstance(node, Exit)
        vrf = vrf_of(self.devices[port.device], interface)
        return node, self.hop(port.device, port.interface, vrf, "enter", interface.vrf_source or interface.source)

    def paths(self, port: Port, packet: Packet, *, most: int = 64) -> list[Way]:
        """Return every way of one packet that comes in by ``port`` (all equal-cost branches, both readings of what is
        uncertain)."""
        node, first = self.start(port)
        result: list[Way] = []
        for path in self._follow(node, packet, (first,), frozenset()):
            result.append(path)
            if len(result) >= most:
                break
        return result

    def _follow(
        self, node: Target, packet: Packet, hops: tuple[Hop, ...], seen: frozenset[tuple[Target, Packet]]
    ) -> Iterator[Way]:
        if isinstance(node, Exit):
            yield self._end(node, packet, hops)
            return
        if (node, packet) in seen or len(hops) > MOST_HOPS * 4:
            yield Way((*hops, self.hop(node.device, "", "", "loop")), "loop", packet=packet)
            return
        seen = seen | {(node, packet)}
        found = False
        for choice in self.forwarding.choices(node):
            bit = self.forwarding.atoms.mask(packet.dst, packet.dst)
            if not choice.mask & bit or (choice.select is not None and not self.space.holds(choice.select.may, packet)):
                continue
            found = True
            for hop in choice.hops:
                blocked: list[tuple[Piece, tuple[Hop, ...]]] = []
                passed = False
                for piece in hop:
                    if not piece.mask & bit:
                        continue
                    steps = self._steps(node, choice, piece, packet)
                    if piece.gate is not None and not self.space.holds(piece.gate.may, packet):
                        blocked.append((piece, steps))
                        continue
                    passed = True
                    yield from self._follow(
                        piece.target, self._translated(packet, piece.rewrite), (*hops, *steps), seen
                    )
                if not passed:
                    why: tuple[Hop, ...] = (self.hop(node.device, "", getattr(node, "vrf", ""), "nobody answers"),)
                    if blocked:
                        why = blocked[-1][1] or self._stopped(node, packet)
                    yield Way((*hops, *why), "dropped", packet=packet)
        if not found:
            yield Way((*hops, *self._stopped(node, packet)), "dropped", packet=packet)

    def _end(self, node: Exit, packet: Packet, hops: tuple[Hop, ...]) -> Way:
        last = hops[-1]
        if node == LOCAL:
            return Way((*hops, replace(last, action="receive")), "local", packet=packet)
        if node == DROPPED:
            return Way((*hops, replace(last, action="drop")), "dropped", packet=packet)
        segment = self.forwarding.at_exit(node.segment)
        edges = segment.edges
        where = next((edge for edge in edges if edge.neighbour), edges[0] if edges else None)
        if where is not None:
            device = self.devices[where.device]
            interface = device.interfaces.get(where.interface)
            action = f"delivered to {where.neighbour}" if where.neighbour else "delivered"
            hops = (*hops, self.hop(where.device, where.interface, "", action, interface.source if interface else None))
        return Way(hops, "delivered", node.segment, packet)

    def _translated(self, packet: Packet, rewrite: Rewrite | None) -> Packet:
        if rewrite is None:
            return packet
        for name, ranges in rewrite.fields:
            value = getattr(packet, name)
            if not any(low <= value <= high for low, high in ranges):
                packet = packet._replace(**{name: ranges[0][0]})
        return packet

    def _steps(self, node: Node, choice: Choice, piece: Piece, packet: Packet) -> tuple[Hop, ...]:
        """Return what happens to the packet at one node, in words with lines."""
        device = self.devices[node.device]
        steps: list[Hop] = []
        if isinstance(node, Arrival):
            steps += self._ingress_steps(node, device, packet)
            interface = device.interfaces[node.interface]
            vrf = vrf_of(device, interface)
            if choice.kind != "route" and choice.source is not None:
                steps.append(self.hop(node.device, node.interface, vrf, choice.kind, choice.source))
                for line in self._next_hop_lines(device, choice):
                    steps.append(self.hop(node.device, piece.out or node.interface, vrf, choice.kind, line))
        else:
            vrf = node.vrf
            if choice.kind != "route":
                steps.append(self.hop(node.device, piece.out, vrf, choice.kind, choice.source))
            else:
                steps.append(self._route_step(node, piece, packet))
        if piece.out:
            steps += self._egress_steps(node, device, piece, packet)
        if piece.rewrite is not None and choice.kind not in {"translation", "relay"}:
            steps.append(self.hop(node.device, piece.out, vrf, "translate", piece.rewrite.source))
        return tuple(steps)

    def _next_hop_lines(self, device: Device, choice: Choice) -> Iterator[Source]:
        for route_map in device.route_maps.values():
            for clause in route_map.clauses:
                if clause.source == choice.source:
                    yield from getattr(clause, "lines", ())

    def _route_step(self, node: Spot, piece: Piece, packet: Packet) -> Hop:
        route = self.route(node.device, node.vrf, packet.dst)
        if route is None:
            return self.hop(node.device, piece.out, node.vrf, "no route")
        source = route.source
        if source is None and piece.out:
            source = self.devices[node.device].interfaces[piece.out].source
        via = f" via {dotted(piece.next_hop)}" if piece.next_hop is not None else ""
        where = f"{dotted(route.prefix.value)}/{route.prefix.length}"
        leak = (
            f" in vrf {route.next_hops[0].vrf or 'global'}"
            if route.next_hops and route.next_hops[0].vrf != node.vrf
            else ""
        )
        return self.hop(node.device, piece.out, node.vrf, f"route {route.protocol} {where}{via}{leak}", source)

    def route(self, device: str, vrf: str, address: int) -> Route | None:
        """Return the longest match in one table."""
        best: Route | None = None
        for prefix, route in self.forwarding.state.ribs.get((device, vrf), {}).items():
            if (
                prefix.family == 4
                and address >> 32 - prefix.length == prefix.value >> 32 - prefix.length
                and (best is None or prefix.length > best.prefix.length)
            ):
                best = route
        return best

    def _ingress_steps(self, node: Arrival, device: Device, packet: Packet) -> list[Hop]:
        interface = device.interfaces[node.interface]
        vrf = vrf_of(device, interface)
        return self._acl_steps(device, node.interface, vrf, interface.acl_in, "in", packet)

    def _acl_steps(self, device: Device, interface: str, vrf: str, name: str, way: str, packet: Packet) -> list[Hop]:
        acl = device.acls.get(name) if name else None
        if acl is None:
            return []
        entry = self.forwarding.filters.first_entry(acl, packet)
        if entry is None:
            if not acl.entries:
                return []
            return [self.hop(device.hostname, interface, vrf, f"deny {way}: end of {name}", acl.source)]
        return [self.hop(device.hostname, interface, vrf, f"{entry.action} {way}", entry.source)]

    def _egress_steps(self, node: Node, device: Device, piece: Piece, packet: Packet) -> list[Hop]:
        vrf = node.vrf if isinstance(node, Spot) else vrf_of(device, device.interfaces[node.interface])
        steps: list[Hop] = []
        if device.firewall is not None and isinstance(node, Spot) and node.came:
            policy = self.forwarding.filters.first_policy(
                device.firewall, node.vrf, node.came, piece.out, packet, node.vip
            )
            if policy is None:
                steps.append(
                    self.hop(node.device, piece.out, vrf, "deny: no policy", device.interfaces[piece.out].source)
                )
            else:
                steps.append(
                    self.hop(node.device, piece.out, vrf, f"{policy.action} by policy {policy.id}", policy.source)
                )
        steps += self._acl_steps(device, piece.out, vrf, device.interfaces[piece.out].acl_out, "out", packet)
        return steps

    def _stopped(self, node: Node, packet: Packet) -> tuple[Hop, ...]:
        """Return why no choice took the packet: a list on the way in, or no route."""
        device = self.devices[node.device]
        if isinstance(node, Arrival):
            steps = self._ingress_steps(node, device, packet)
            vrf = vrf_of(device, device.interfaces[node.interface])
            return tuple(steps) or (
                self.hop(node.device, node.interface, vrf, "drop", device.interfaces[node.interface].source),
            )
        return (self.hop(node.device, "", node.vrf, "no route"),)

    def leak_path(self, port: Port, packet: Packet, goals: Mapping[int, PacketSet]) -> Way | None:
        """Return a path of the packet that ends on one of the wanted segments."""
        for path in self.paths(port, packet, most=256):
            if path.end == "delivered" and path.exit in goals:
                return path
        return None


class Origins:
    """What each line was rendered from, read from ``origins.json`` beside the configurations when a witness first asks.

    The file has ``templates`` (names), ``table`` (rows: template, line in it, inventory entry) and ``lines`` (device
    → row by line).
    A folder without that file, or with a broken one, has no origins: a witness without them is still a witness.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._data: dict[str, Any] | None = None

    def get(self, device: str, line: int) -> str:
        """Return ``template:line, inventory entry`` of a device's line (from 1), or an empty text."""
        if self._data is None:
            self._data = self._load()
        rows = self._data.get("lines", {}).get(device, ())
        if not 1 <= line <= len(rows):
            return ""
        template, number, entry = self._data["table"][rows[line - 1]]
        return ", ".join(part for part in (f"templates/{self._data['templates'][template]}:{number}", entry) if part)

    def _load(self) -> dict[str, Any]:
        path = Path(self._root) / "origins.json"
        try:
            data = json.loads(path.read_text(encoding="utf-8")) if self._root and path.is_file() else {}
        except (OSError, ValueError):
            data = {}
        return data if isinstance(data, dict) else {}


def packet_text(packet: Packet) -> str:
    """Return ``tcp 10.20.1.5:50000 > 10.10.1.10:443``."""
    if packet.protocol in PORT_PROTOCOLS:
        ends = f"{dotted(packet.src)}:{packet.sport} > {dotted(packet.dst)}:{packet.dport}"
        return f"{protocol_name(packet.protocol)} {ends}"
    return f"{protocol_name(packet.protocol)} {dotted(packet.src)} > {dotted(packet.dst)}"


def packet_json(packet: Packet) -> dict[str, Any]:
    """Return a packet as DESIGN's contract writes it."""
    result: dict[str, Any] = {
        "protocol": protocol_name(packet.protocol),
        "src": dotted(packet.src),
        "dst": dotted(packet.dst),
        "sport": packet.sport,
        "dport": packet.dport,
    }
    if packet.protocol == 1:
        result |= {"icmp_type": packet.icmp_type, "icmp_code": packet.icmp_code}
    if packet.established:
        result["established"] = True
    if packet.fragment:
        result["fragment"] = True
    return result
