"""Who hears a frame: floods one frame from a port through switches, trunks and cables, as IEEE 802.1Q bridges do.

Spanning tree is left out on purpose: it removes loops, never a destination. A frame that meets a native-VLAN
mismatch or
a cross-patch simply changes its VLAN, which is what the wire does.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracle.net import Firewall, Interface, Network, Router

Port = tuple[str, str]  # device, layer-3 interface


@dataclass(frozen=True)
class Edge:
    """Where something that is not a described device may stand: a port without a cable, or cabled to a stranger."""

    device: str
    port: str
    vlan: int  # 0 on a routed port


def parent(name: str) -> str:
    """Return the physical port of a subinterface's name (or the name itself)."""
    return name.split(".", maxsplit=1)[0]


class Wiring:
    """Cables and port states of one network, and the floods over them. ``failed`` holds failed devices and cables."""

    def __init__(self, network: Network, failed: frozenset[object] = frozenset()) -> None:
        self.network = network
        self.failed = failed
        self.far: dict[Port, Port] = {}
        self.cut: set[Port] = set()
        for cable in network.cables:
            one, other = cable
            self.far[one], self.far[other] = other, one
            if cable in failed or one[0] in failed or other[0] in failed:
                self.cut |= {one, other}
        self._heard: dict[Port, tuple[frozenset[Port], frozenset[Edge]]] = {}

    def alive(self, device: str) -> bool:
        """Say whether a device is described and has not failed."""
        return device in self.network.devices and device not in self.failed

    def port_up(self, device: str, port: str) -> bool:
        """Say whether a physical port has link: not shut at this end, nor at the other, nor cut."""
        if not self.alive(device) or self._shut(device, port) or (device, port) in self.cut:
            return False
        far = self.far.get((device, port))
        return far is None or far[0] not in self.network.devices or not self._shut(*far)

    def _shut(self, device: str, port: str) -> bool:
        box = self.network.devices[device]
        if isinstance(box, Firewall):
            return any(i.down for i in box.interfaces.values() if i.port == port and not i.vlan)
        interface = box.interfaces.get(port)
        return interface is None or interface.shutdown

    def up(self, device: str, name: str) -> bool:
        """Say whether a layer-3 interface is up; an SVI needs a port of its VLAN that has link (autostate)."""
        if not self.alive(device):
            return False
        box = self.network.devices[device]
        if isinstance(box, Firewall):
            interface = box.interfaces[name]
            return not interface.down and self.port_up(device, interface.port)
        own = box.interfaces[name]
        if own.shutdown:
            return False
        if own.mode == "loopback":
            return True
        if own.mode in ("routed", "sub"):
            return self.port_up(device, parent(name))
        return own.vlan in box.vlans and any(
            carries(port, own.vlan) and self.port_up(device, port.name) for port in box.interfaces.values()
        )

    def heard(self, device: str, name: str) -> tuple[frozenset[Port], frozenset[Edge]]:
        """Return the layer-3 interfaces (itself too) and the edges that a broadcast from an interface reaches."""
        key = (device, name)
        if key not in self._heard:
            flood = _Flood(self)
            flood.start(device, name)
            self._heard[key] = (frozenset(flood.interfaces), frozenset(flood.edges))
        return self._heard[key]

    def heard_from_edge(self, device: str, port: str, tag: int | None) -> tuple[frozenset[Port], frozenset[Edge]]:
        """Return what hears a frame that a stranger sends into an edge port, untagged or with a VLAN tag."""
        flood = _Flood(self)
        if self.port_up(device, port):
            flood.arrive(device, port, tag)
        return frozenset(flood.interfaces), frozenset(flood.edges)


def carries(port: Interface, vlan: int) -> bool:
    """Say whether a switch port is a member of a VLAN."""
    if port.mode == "access":
        return port.vlan == vlan
    return port.mode == "trunk" and vlan in port.allowed


class _Flood:
    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.interfaces: set[Port] = set()
        self.edges: set[Edge] = set()
        self.bridged: set[tuple[str, int]] = set()

    def start(self, device: str, name: str) -> None:
        box = self.wiring.network.devices[device]
        if not self.wiring.up(device, name):
            return
        self.interfaces.add((device, name))
        if isinstance(box, Firewall):
            interface = box.interfaces[name]
            self.leave(device, interface.port, interface.vlan or None)
            return
        own = box.interfaces[name]
        if own.mode == "svi":
            self.bridge(device, own.vlan)
        elif own.mode in ("routed", "sub"):
            self.leave(device, parent(name), own.vlan or None)

    def leave(self, device: str, port: str, tag: int | None) -> None:
        if not self.wiring.port_up(device, port):
            return
        far = self.wiring.far.get((device, port))
        if far is not None and far[0] in self.wiring.network.devices:
            self.arrive(*far, tag)
        else:
            box = self.wiring.network.devices[device]
            vlan = tag or 0
            if isinstance(box, Router) and box.interfaces[port].mode in ("access", "trunk"):
                vlan = tag or (box.interfaces[port].vlan or box.interfaces[port].native)
            self.edges.add(Edge(device, port, vlan))

    def arrive(self, device: str, port: str, tag: int | None) -> None:
        box = self.wiring.network.devices[device]
        if isinstance(box, Firewall):
            for name, interface in box.interfaces.items():
                if interface.port == port and (interface.vlan or None) == tag and self.wiring.up(device, name):
                    self.interfaces.add((device, name))
            return
        here = box.interfaces[port]
        if here.mode == "routed":
            for name, own in box.interfaces.items():
                same = own.mode in ("routed", "sub") and parent(name) == port and (own.vlan or None) == tag
                if same and self.wiring.up(device, name):
                    self.interfaces.add((device, name))
        elif here.mode == "access":
            if tag is None:
                self.bridge(device, here.vlan)
        elif here.mode == "trunk":
            vlan = here.native if tag is None else tag
            if vlan in here.allowed:
                self.bridge(device, vlan)
        return

    def bridge(self, device: str, vlan: int) -> None:
        box = self.wiring.network.devices[device]
        assert isinstance(box, Router)
        if vlan not in box.vlans or (device, vlan) in self.bridged:
            return
        self.bridged.add((device, vlan))
        for name, own in box.interfaces.items():
            if own.mode == "svi" and own.vlan == vlan and self.wiring.up(device, name):
                self.interfaces.add((device, name))
        for name, own in box.interfaces.items():
            if carries(own, vlan) and self.wiring.port_up(device, name):
                untagged = own.mode == "access" or own.native == vlan
                self.leave(device, name, None if untagged else vlan)
