"""What passes after that did not before, and the reverse: between all edges, zone or not, inside zones too.

Places are compared by their edges' subnet (or VLAN): for every ordered pair of places the exact packet sets before
and after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from network.analysis.forwarding import Exit, Forwarding, workshop
from network.analysis.packets import Packet, span_text
from network.analysis.reach import carry, guarded, needed, spread
from network.policy.witness import Hop, Tracer, packet_json

if TYPE_CHECKING:
    from network.analysis.forwarding import Node
    from network.analysis.packets import PacketSet
    from network.analysis.state import Port, State


@dataclass(frozen=True, slots=True)
class Difference:
    """One set of packets that only one of the two snapshots lets pass, with a witness in that snapshot."""

    change: str  # "added" | "removed"
    start: str
    end: str
    packets: str
    packet: Packet
    path: tuple[Hop, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the difference as a JSON object."""
        return {
            "change": self.change,
            "from": self.start,
            "to": self.end,
            "packets": self.packets,
            "packet": packet_json(self.packet),
            "path": [hop.as_json() for hop in self.path],
        }


def _places(state: State) -> dict[str, list[int]]:
    """Return segments with edges by a name that both snapshots share: VRF and subnets, or else the edges."""
    result: dict[str, list[int]] = {}
    for id_, segment in state.topology.segments.items():
        if not segment.edges:
            continue
        names = set()
        for port in segment.ports:
            interface = state.snapshot.devices[port.device].interfaces[port.interface]
            for address in interface.addresses:
                if address.family == 4:
                    low = address.value & (0xFFFFFFFF << 32 - address.length) & 0xFFFFFFFF
                    names.add(f"{interface.vrf or 'global'} {span_text(low, low + (1 << 32 - address.length) - 1)}")
        edge = segment.edges[0]
        name = ", ".join(sorted(names)) or f"{edge.device}:{edge.interface}" + (
            f" vlan {edge.vlan}" if edge.vlan else ""
        )
        result.setdefault(name, []).append(id_)
    return result


def _starts(forwarding: Forwarding, ids: list[int]) -> dict[Node, Port]:
    starts: dict[Node, Port] = {}
    for id_ in ids:
        for port in forwarding.state.topology.segments[id_].ports:
            node = forwarding.enter(port)
            if not isinstance(node, Exit):
                starts.setdefault(node, port)
    return starts


def _reach(forwarding: Forwarding, ids: list[int], ends: dict[int, str]) -> dict[str, PacketSet]:
    """Return, by name of the end, the packets that some host on the start's segments can get there."""
    starts = _starts(forwarding, ids)
    found = spread(forwarding, dict.fromkeys(starts, forwarding.atoms.all))
    goal = {number for number in found.exits if forwarding.at_exit(number).id in ends}
    need = needed(forwarding, found, goal)
    carried = carry(
        forwarding,
        dict.fromkeys((node for node in starts if node in need), forwarding.space.all),
        guarded(forwarding, found, need, goal),
    )
    result: dict[str, PacketSet] = {}
    for id_, packets in carried.exits.items():
        end = forwarding.at_exit(id_).id
        if end not in ids:
            result[ends[end]] = result.get(ends[end], forwarding.space.none) | packets
    return result


def differences(before: State, after: State) -> list[Difference]:
    """Return every difference in what passes between two places; empty means that both forward alike."""
    shop = workshop([before, after])
    old, new = Forwarding(before, shop), Forwarding(after, shop)
    places, later = _places(before), _places(after)
    ends = {id_: name for name, ids in places.items() for id_ in ids}
    ends_later = {id_: name for name, ids in later.items() for id_ in ids}
    result: list[Difference] = []
    none = shop.space.none
    for name in dict.fromkeys((*places, *later)):
        had = _reach(old, places.get(name, []), ends) if name in places else {}
        has = _reach(new, later.get(name, []), ends_later) if name in later else {}
        for end in dict.fromkeys((*had, *has)):
            one, other = had.get(end, none), has.get(end, none)
            for change, only, forwarding, here, targets in (
                ("added", other & ~one, new, later, later),
                ("removed", one & ~other, old, places, places),
            ):
                if only.satisfiable():
                    result.append(_difference(change, name, end, only, forwarding, here[name], targets[end]))
    return result


def _difference(
    change: str, start: str, end: str, only: PacketSet, forwarding: Forwarding, ids: list[int], goal: list[int]
) -> Difference:
    space = forwarding.space
    tracer = Tracer(forwarding)
    wish = space.ranges("src", [_subnet(forwarding, ids)] if ids else [(0, 0xFFFFFFFF)])
    packet = space.pick(only, (wish,))
    path: tuple[Hop, ...] = ()
    segments = forwarding.state.topology.segments
    for port in _starts(forwarding, ids).values():
        way = tracer.leak_path(
            port, packet, {forwarding.exit(segments[id_]).segment: space.all for id_ in goal if segments[id_].ports}
        )
        if way is not None:
            path = way.hops
            break
    return Difference(change, start, end, space.describe(only), packet, path)


def _subnet(forwarding: Forwarding, ids: list[int]) -> tuple[int, int]:
    for id_ in ids:
        for port in forwarding.state.topology.segments[id_].ports:
            for address in forwarding.devices[port.device].interfaces[port.interface].addresses:
                if address.family == 4:
                    low = address.value & (0xFFFFFFFF << 32 - address.length) & 0xFFFFFFFF
                    return low, low + (1 << 32 - address.length) - 1
    return 0, 0xFFFFFFFF
