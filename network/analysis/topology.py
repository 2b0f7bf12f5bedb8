"""Layer 2: which interfaces share a broadcast domain, and what a failure changes about it.

The wiring is a graph. A vertex is a VLAN on one bridge, a routed interface, or a node without configuration; a join
is a cable that carries frames from one vertex to another. Segments are its connected components. Spanning tree
needs no model for connectivity: it keeps every physically connected VLAN connected and never separates one (IEEE
802.1Q clause 13), so every physically possible link is taken as forwarding. What a configuration leaves open (a
dynamic port, a native-VLAN mismatch that a protocol might notice) is joined: for separation the union of the
possibilities is the safe side.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from network.analysis.state import Crossing, Edge, Element, Failures, Port, Segment, link_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from network.config.model import Device, Interface, Snapshot, Source

Vertex = tuple[
    str, str, int
]  # (device, "", vlan) a VLAN on a bridge; (device, interface, -1) routed; (node, "", -2) unmodelled
ANY_TAG = -1
UNTAGGED = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A physical cable, or, without cabling, a subnet that exactly two interfaces share."""

    name: str
    ends: tuple[tuple[str, str], tuple[str, str]]


@dataclass(slots=True)
class Join:
    """A way for frames between two vertices; ``link`` is the cable's index, -1 for a join inside one device."""

    a: int
    b: int
    link: int
    crossing: Crossing | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """A segment before first-hop elections: its vertices and everything that the wiring alone decides."""

    vertices: tuple[int, ...]
    ports: tuple[Port, ...]
    edges: tuple[Edge, ...]
    vlans: dict[str, tuple[int, ...]]
    crossings: tuple[Crossing, ...]


@dataclass(slots=True)
class Wired:
    """The wiring of one scenario."""

    cores: dict[int, Core]
    core_of: list[int]  # vertex → core id, -1 if its device is dead
    segment_of: dict[Port, int]
    up: frozenset[Port]
    dead: frozenset[str]
    cut: frozenset[int]
    standby: frozenset[str]


@dataclass(slots=True)
class Wiring:
    """Everything about layer 2 that no failure changes. Build it with :func:`wire`."""

    snapshot: Snapshot
    vertices: list[Vertex]
    index: dict[Vertex, int]
    joins: list[Join]
    joins_of: list[list[int]]
    links: list[Link]
    link_index: dict[str, int]
    links_of_node: dict[str, list[int]]
    neighbours: dict[str, set[str]]  # node → nodes at the other end of its cables
    ports_of: list[list[Port]]  # vertex → layer-3 interfaces there
    edges_of: list[list[tuple[Edge, int]]]  # vertex → (edge, link index or -1)
    # what keeps a layer-3 interface up: any of these supports; (-1) stands for one that cannot fail
    supports: dict[Port, tuple[int, ...]]
    physical: dict[Port, tuple[int, ...]]  # physical port → links (−1: a free socket that counts as up)
    ha_groups: dict[tuple[str, ...], list[str]]
    groups: dict[Element, frozenset[int]]
    unmodelled_nodes: frozenset[str]
    ports_on_link: list[list[Port]] = field(default_factory=list)
    vertices_of_end: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # cable end → vertices it serves
    tunnels: tuple[Port, ...] = ()
    sites: dict[Element, frozenset[str]] = field(default_factory=dict)  # a site's nodes, lost together


def vlan_exists(device: Device, vlan: int) -> bool:
    """Return whether a bridge forwards ``vlan``.

    A switch in VTP server or client mode keeps its VLANs outside the configuration (vendor guide): without any
    ``vlan`` line they are all taken as present, which is the safe side for separation.
    """
    if vlan == 1:
        return True
    entry = device.vlans.get(vlan)
    if entry is not None:
        return not entry.shutdown
    return not device.vlans and device.vtp_mode not in ("transparent", "off")


def tags(device: Device, port: Interface) -> list[tuple[int, int]]:
    """Return the (tag on the wire, VLAN inside) pairs of a switch port; ``UNTAGGED`` is 0 and ``ANY_TAG`` -1."""
    switch = port.switchport
    if switch is None:
        return []
    pairs: list[tuple[int, int]] = []
    if switch.mode in ("trunk", "dynamic"):
        translated = {wire: inside for wire, inside, _ in switch.translations}
        allowed = switch.allowed
        known: Iterable[int]
        if device.vlans or device.vtp_mode in ("transparent", "off"):
            known = [v for v in (1, *device.vlans) if v in allowed or v in translated.values()]
        else:
            known = sorted(allowed)
        inside_of_wire = {v: v for v in known if v in allowed and v not in translated}
        inside_of_wire |= {wire: inside for wire, inside in translated.items() if wire in allowed or inside in allowed}
        pairs += [(wire, inside) for wire, inside in inside_of_wire.items() if vlan_exists(device, inside)]
        if switch.native in allowed and vlan_exists(device, switch.native):
            pairs.append((UNTAGGED, switch.native))
    if switch.mode in ("access", "dynamic", "private-vlan"):
        access = {switch.access}
        if switch.mode == "private-vlan":
            access = set(switch.private_host or ())
            if switch.private_mapping is not None:
                access |= {switch.private_mapping[0], *switch.private_mapping[1]}
        pairs += [(UNTAGGED, v) for v in access if vlan_exists(device, v)]
        if switch.voice is not None and vlan_exists(device, switch.voice):
            pairs.append((switch.voice, switch.voice))
    if switch.mode == "dot1q-tunnel" and vlan_exists(device, switch.access):
        pairs.append((ANY_TAG, switch.access))
    return sorted(set(pairs))


def bundle_of(device: Device) -> dict[str, str]:
    """Return physical port → bundle (port-channel, aggregate, redundant or hardware-switch interface) of one device."""
    found: dict[str, str] = {}
    for interface in device.interfaces.values():
        for member in interface.members:
            found[member] = interface.name
    for interface in device.interfaces.values():
        if interface.channel_group is not None and interface.kind == "physical":
            found[interface.name] = f"Port-channel{interface.channel_group}"
    return found


def is_down(device: Device, interface: Interface) -> bool:
    """Return whether the configuration itself keeps an interface down (its own or its parent's ``shutdown``)."""
    parent = device.interfaces.get(interface.parent) if interface.parent else None
    return interface.shutdown or (parent is not None and parent.shutdown)


def wire(
    snapshot: Snapshot,
    *,
    groups: Mapping[Element, Iterable[str]] | None = None,
    trusted: frozenset[str] = frozenset(),
) -> Wiring:
    """Return the wiring of a snapshot.

    ``groups`` maps a carrier or duct to the names of the links inside, a site to its nodes; a name that no cable has is
    ignored here (``network.analysis.failures`` reports it). ``trusted`` names unmodelled nodes that are taken not to
    bridge between their ports.
    """
    builder = _Builder(snapshot, trusted)
    wiring = builder.build()
    for element, names in (groups or {}).items():
        if element.kind == "site":
            wiring.sites[element] = frozenset(names)
            continue
        wiring.groups[element] = frozenset(wiring.link_index[n] for n in names if n in wiring.link_index)
    return wiring


class _Builder:
    """Collects vertices, joins and edges of one snapshot."""

    def __init__(self, snapshot: Snapshot, trusted: frozenset[str]) -> None:
        self.snapshot = snapshot
        self.trusted = trusted
        self.devices = snapshot.devices
        self.vertices: list[Vertex] = []
        self.index: dict[Vertex, int] = {}
        self.joins: list[Join] = []
        self.links: list[Link] = []
        self.link_index: dict[str, int] = {}
        self.ports_at: dict[int, list[Port]] = defaultdict(list)
        self.edges_at: dict[int, list[tuple[Edge, int]]] = defaultdict(list)
        self.bundles = {name: bundle_of(device) for name, device in self.devices.items()}
        self.subinterfaces: dict[tuple[str, str], list[Interface]] = defaultdict(list)
        self.tag_cache: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        self.physical: dict[Port, list[int]] = defaultdict(list)
        for name, device in self.devices.items():
            for interface in device.interfaces.values():
                if interface.kind == "subinterface" and interface.parent:
                    self.subinterfaces[name, interface.parent].append(interface)

    def vertex(self, key: Vertex) -> int:
        """Return the number of a vertex, made if new."""
        number = self.index.get(key)
        if number is None:
            number = self.index[key] = len(self.vertices)
            self.vertices.append(key)
        return number

    def logical(self, node: str, name: str) -> Interface | None:
        """Return the interface that handles a physical port's frames (its bundle, or itself)."""
        device = self.devices[node]
        return device.interfaces.get(self.bundles[node].get(name, name)) or device.interfaces.get(name)

    def attach(self, node: str, name: str) -> list[tuple[int, int, int]]:
        """Return (tag, VLAN or 0, vertex) triples of a physical port."""
        cached = self.tag_cache.get((node, name))
        if cached is not None:
            return cached
        device = self.devices[node]
        port = self.logical(node, name)
        found: list[tuple[int, int, int]] = []
        if port is not None and not port.shutdown:
            if port.switchport is not None:
                for tag, vlan in tags(device, port):
                    found.append((tag, vlan, self.vertex((node, "", vlan))))
            else:
                found.append((UNTAGGED, 0, self.vertex((node, port.name, -1))))
            for sub in self.subinterfaces.get((node, port.name), ()):
                if not sub.shutdown:
                    tag = UNTAGGED if sub.vlan is None or sub.vlan_native else sub.vlan
                    found.append((tag, sub.vlan or 0, self.vertex((node, sub.name, -1))))
        self.tag_cache[node, name] = found
        return found

    def usable(self, node: str, name: str) -> bool:
        """Return whether a physical port exists and neither it nor its bundle is shut down."""
        device = self.devices[node]
        port = device.interfaces.get(name)
        bundle = self.logical(node, name)
        return port is not None and not port.shutdown and bundle is not None and not bundle.shutdown

    def build(self) -> Wiring:
        """Return the finished wiring."""
        for name, device in self.devices.items():
            self._layer3(name, device)
        if self.snapshot.cables is None:
            self._by_subnet()
        else:
            self._by_cable()
        self._inside()
        self._tunnels()
        return self._finish()

    def _layer3(self, name: str, device: Device) -> None:
        for interface in device.interfaces.values():
            if is_down(device, interface) or interface.kind == "loopback":
                continue
            if interface.kind == "svi":
                if interface.vlan is not None and vlan_exists(device, interface.vlan):
                    self.ports_at[self.vertex((name, "", interface.vlan))].append(Port(name, interface.name))
            elif interface.switchport is None and interface.name not in self.bundles[name]:
                number = self.vertex((name, interface.name, -1))
                if interface.addresses or interface.unnumbered or interface.ipv6_enabled or interface.dhcp_client:
                    self.ports_at[number].append(Port(name, interface.name))
        for wlan in device.wlans:
            if not wlan.shutdown and wlan.vlan_id is not None:
                number = self.vertex((name, "", wlan.vlan_id))
                self.edges_at[number].append((Edge(name, wlan.profile, wlan.vlan_id, "wlan"), -1))

    def _link(self, first: tuple[str, str], second: tuple[str, str]) -> int:
        name = link_name(*first, *second)
        number = self.link_index.get(name)
        if number is None:
            number = self.link_index[name] = len(self.links)
            self.links.append(Link(name, (first, second)))
        return number

    def _by_cable(self) -> None:
        cabled: set[tuple[str, str]] = set()
        for cable in self.snapshot.cables or ():
            ends = (cable.node1, cable.interface1), (cable.node2, cable.interface2)
            cabled.update(ends)
            if link_name(*ends[0], *ends[1]) in self.link_index:
                continue
            number = self._link(*ends)
            known = [end for end in ends if end[0] in self.devices]
            if any(not self.usable(*end) for end in known):
                continue
            for end in known:
                self.physical[Port(*end)].append(number)
            if len(known) == 2:
                self._cable(number, *ends)
            elif known:
                other = ends[1] if known[0] == ends[0] else ends[0]
                self._to_unmodelled(number, known[0], other)
        for name, device in self.devices.items():
            for interface in device.interfaces.values():
                if (
                    interface.kind == "physical"
                    and (name, interface.name) not in cabled
                    and self.usable(name, interface.name)
                ):
                    self._free(name, interface)

    def _cable(self, number: int, first: tuple[str, str], second: tuple[str, str]) -> None:
        left, right = self.attach(*first), self.attach(*second)
        by_tag: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for tag, vlan, vertex in right:
            by_tag[tag].append((vlan, vertex))
        done: set[tuple[int, int]] = set()
        for tag, vlan, vertex in left:
            if tag == ANY_TAG:
                candidates = [(v, x) for _, v, x in right]
            else:
                candidates = [*by_tag.get(tag, ()), *by_tag.get(ANY_TAG, ())]
            for other_vlan, other in candidates:
                if (vertex, other) in done:
                    continue
                done.add((vertex, other))
                crossing = None
                if vlan != other_vlan and vlan and other_vlan:
                    crossing = self._crossing(first, vlan, second, other_vlan)
                self.joins.append(Join(vertex, other, number, crossing))

    def _crossing(self, first: tuple[str, str], vlan: int, second: tuple[str, str], other: int) -> Crossing:
        modes = []
        sources: list[Source] = []
        for node, name in (first, second):
            port = self.logical(node, name)
            switch = port.switchport if port is not None else None
            modes.append(switch.mode if switch is not None else "")
            if port is not None and switch is not None:
                wanted = ("native",) if switch.mode == "trunk" else ("access", "mode")
                sources += [switch.lines[key] for key in wanted if key in switch.lines] or [port.source]
                sources += [source for _, _, source in switch.translations]
        translated = any(
            p is not None and p.switchport is not None and p.switchport.translations
            for p in (self.logical(*first), self.logical(*second))
        )
        kind = "translation" if translated else "native-mismatch" if "trunk" in modes else "cross-patch"
        return Crossing(kind, (*first, vlan), (*second, other), tuple(sources))  # type: ignore[arg-type]

    def _to_unmodelled(self, number: int, end: tuple[str, str], other: tuple[str, str]) -> None:
        node, name = end
        bridge = -1 if other[0] in self.trusted else self.vertex((other[0], "", -2))
        for _tag, vlan, vertex in self.attach(node, name):
            edge = Edge(node, name, vlan or None, "unmodelled", other[0])
            self.edges_at[vertex].append((edge, number))
            if bridge >= 0:
                port = self.logical(node, name)
                source = (port.source,) if port is not None else ()
                crossing = Crossing("unmodelled-node", (node, name, vlan), (other[0], other[1], 0), source, other[0])
                self.joins.append(Join(vertex, bridge, number, crossing))

    def _free(self, name: str, interface: Interface) -> None:
        device = self.devices[name]
        self.physical[Port(name, interface.name)].append(-1)
        for tag, vlan, vertex in self.attach(name, interface.name):
            port = self.logical(name, interface.name)
            switch = port.switchport if port is not None else None
            kind = "routed" if switch is None else "voice" if switch.voice == vlan and tag == vlan else "access"
            if switch is not None and switch.mode in ("trunk", "dynamic") and tag != UNTAGGED:
                kind = "trunk"
            self.edges_at[vertex].append((Edge(name, interface.name, vlan or None, kind), -1))  # type: ignore[arg-type]
        if interface.auth is not None and interface.switchport is not None:
            auth = interface.auth
            templates = {int(text) for _, text, _ in auth.assigned if text.isdigit()}
            for assigned in ({auth.guest_vlan, auth.auth_fail_vlan, auth.critical_vlan} | templates) - {None}:
                if assigned is not None and vlan_exists(device, assigned):
                    vertex = self.vertex((name, "", assigned))
                    self.edges_at[vertex].append((Edge(name, interface.name, assigned, "access"), -1))

    def _by_subnet(self) -> None:
        for name, device in self.devices.items():
            for interface in device.interfaces.values():
                if interface.kind == "physical" and self.usable(name, interface.name):
                    self._free(name, interface)
        members: dict[tuple[int, int, int], list[tuple[int, int, Port, int | None]]] = defaultdict(list)
        for vertex, ports in list(self.ports_at.items()):
            for port in ports:
                interface = self.devices[port.device].interfaces[port.interface]
                if interface.kind == "tunnel":
                    continue
                routed = Edge(port.device, port.interface, interface.vlan, "routed")
                if not any(edge == routed for edge, _ in self.edges_at[vertex]):
                    self.edges_at[vertex].append((routed, -1))
                for address in interface.addresses:
                    width = 32 if address.family == 4 else 128
                    if address.length < width:
                        network = address.value >> (width - address.length)
                        key = (address.family, address.length, network)
                        members[key].append((vertex, address.value, port, interface.vlan))
        lengths = sorted({(family, length) for family, length, _ in members})
        for (family, length, network), found in list(members.items()):
            width = 32 if family == 4 else 128
            # an interface with a longer mask sees its neighbour only if that one's address is inside its own prefix
            for vertex, value, port, vlan in found:
                for other_family, other in lengths:
                    if other_family == family and other < length:
                        wider = members.get((family, other, value >> (width - other)), ())
                        for vertex2, value2, port2, vlan2 in wider:
                            if value2 >> (width - length) == network:
                                self._adjacent((vertex, port, vlan), (vertex2, port2, vlan2), -1)
            live = {vertex for vertex, *_ in found}
            for position, (vertex, _value, port, vlan) in enumerate(found):
                for vertex2, _value2, port2, vlan2 in found[position + 1 :]:
                    pair = len(live) == 2 and port.device != port2.device
                    number = self._link(tuple(port), tuple(port2)) if pair else -1  # type: ignore[arg-type]
                    self._adjacent((vertex, port, vlan), (vertex2, port2, vlan2), number)

    def _adjacent(self, one: tuple[int, Port, int | None], two: tuple[int, Port, int | None], number: int) -> None:
        if one[0] == two[0] or (one[2] is not None and two[2] is not None and one[2] != two[2]):
            return
        crossing = None
        self.joins.append(Join(one[0], two[0], number, crossing))

    def _inside(self) -> None:
        for name, device in self.devices.items():
            for vlan in device.vlans.values():
                for other in vlan.associated:
                    self.joins.append(Join(self.vertex((name, "", vlan.id)), self.vertex((name, "", other)), -1))
            if device.firewall is not None:
                for one, two, _source in device.firewall.vdom_links:
                    self.joins.append(Join(self.vertex((name, one, -1)), self.vertex((name, two, -1)), -1))
            for interface in device.interfaces.values():
                if interface.xconnect is not None:
                    vertex = self.vertex((name, interface.name, -1))
                    self.edges_at[vertex].append((Edge(name, interface.name, None, "unmodelled", "xconnect"), -1))

    def _tunnels(self) -> None:
        owners: dict[tuple[int, str], list[str]] = defaultdict(list)
        for name, device in self.devices.items():
            for interface in device.interfaces.values():
                for address in interface.addresses:
                    if address.family == 4 and not is_down(device, interface):
                        owners[address.value, interface.vrf].append(name)
        ends = []
        for name, device in self.devices.items():
            for interface in device.interfaces.values():
                if interface.tunnel is not None and not is_down(device, interface):
                    target = dotted(interface.tunnel.destination)
                    ends += [(name, interface, tunnel_source(device, interface), target)]
        for name, interface, source, target in ends:
            vertex = self.vertex((name, interface.name, -1))
            peers = [
                self.vertex((other, peer.name, -1))
                for other, peer, other_source, other_target in ends
                if other_source is not None
                and other_source == target
                and source is not None
                and other_target == source
                and (other, peer.name) != (name, interface.name)
            ]
            for peer in peers:
                if vertex < peer:
                    self.joins.append(Join(vertex, peer, -1))
            if not peers:
                edge = Edge(
                    name, interface.name, None, "unmodelled", interface.tunnel.destination if interface.tunnel else ""
                )
                self.edges_at[vertex].append((edge, -1))

    def _finish(self) -> Wiring:
        count = len(self.vertices)
        joins_of: list[list[int]] = [[] for _ in range(count)]
        for number, join in enumerate(self.joins):
            joins_of[join.a].append(number)
            joins_of[join.b].append(number)
        links_of_node: dict[str, list[int]] = defaultdict(list)
        neighbours: dict[str, set[str]] = defaultdict(set)
        for number, link in enumerate(self.links):
            (node1, _), (node2, _) = link.ends
            links_of_node[node1].append(number)
            links_of_node[node2].append(number)
            neighbours[node1].add(node2)
            neighbours[node2].add(node1)
        supports = self._supports()
        on_link: list[list[Port]] = [[] for _ in self.links]
        for port, needed in supports.items():
            for number in needed:
                if number >= 0:
                    on_link[number].append(port)
        for physical, carried in self.physical.items():
            for number in carried:
                if number >= 0:
                    on_link[number].append(physical)
        groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for name, device in sorted(self.devices.items()):
            if device.ha is not None and device.ha.mode not in ("", "standalone"):
                groups[device.ha.group, device.ha.mode].append(name)
        modelled = frozenset(self.devices)
        nodes = {node for link in self.links for node, _ in link.ends}
        return Wiring(
            snapshot=self.snapshot,
            vertices=self.vertices,
            index=self.index,
            joins=self.joins,
            joins_of=joins_of,
            links=self.links,
            link_index=self.link_index,
            links_of_node=links_of_node,
            neighbours=neighbours,
            ports_of=[self.ports_at.get(n, []) for n in range(count)],
            edges_of=[self.edges_at.get(n, []) for n in range(count)],
            supports=supports,
            physical={port: tuple(found) for port, found in self.physical.items()},
            ha_groups={key: members for key, members in groups.items() if len(members) > 1},
            groups={},
            unmodelled_nodes=frozenset(nodes - modelled),
            ports_on_link=on_link,
            vertices_of_end=self._ends(),
            tunnels=tuple(
                port
                for ports in self.ports_at.values()
                for port in ports
                if self.devices[port.device].interfaces[port.interface].tunnel is not None
            ),
        )

    def _ends(self) -> dict[tuple[str, str], list[int]]:
        found: dict[tuple[str, str], set[int]] = defaultdict(set)
        for join in self.joins:
            if join.link >= 0:
                for end in self.links[join.link].ends:
                    found[end].update((join.a, join.b))
        for vertex, edges in self.edges_at.items():
            for _, link in edges:
                if link >= 0:
                    for end in self.links[link].ends:
                        found[end].add(vertex)
        return {end: sorted(vertices) for end, vertices in found.items()}

    def _supports(self) -> dict[Port, tuple[int, ...]]:
        """Return what keeps each layer-3 interface up: the links (or -1) of the physical ports that carry it."""
        found: dict[Port, set[int]] = defaultdict(set)
        carried: dict[tuple[str, int], set[int]] = defaultdict(set)
        by_interface: dict[Port, set[int]] = defaultdict(set)
        for physical, needed in self.physical.items():
            logical = self.logical(*physical)
            if logical is None:
                continue
            by_interface[Port(physical.device, logical.name)].update(needed)
            for _, vlan, vertex in self.attach(*physical):
                if self.vertices[vertex][1] == "":
                    carried[physical.device, vlan].update(needed)
        free = self.snapshot.cables is None
        inferred: dict[Port, set[int]] = defaultdict(set)
        for number, link in enumerate(self.links):
            for end in link.ends:
                inferred[Port(*end)].add(number)
        for ports in self.ports_at.values():
            for port in ports:
                interface = self.devices[port.device].interfaces[port.interface]
                if free:
                    # without cabling an inferred link is the interface's own; any other cannot lose its carrier
                    found[port] = set(inferred.get(port, ())) or {-1}
                elif interface.kind == "svi" and interface.vlan is not None:
                    found[port] = carried.get((port.device, interface.vlan), set())
                elif interface.kind in ("tunnel", "other") and Port(*port) not in by_interface:
                    found[port] = {-1}
                elif interface.kind == "subinterface" and interface.parent:
                    parent = interface.parent
                    found[port] = set(by_interface.get(Port(port.device, parent), ()))
                    if not found[port] and self._virtual(port.device, parent):
                        found[port] = {-1}
                else:
                    found[port] = set(by_interface.get(port, ()))
                    if not found[port] and self._virtual(port.device, port.interface):
                        found[port] = {-1}
        for device in self.devices.values():
            for wlan in device.wlans:
                for interface in device.interfaces.values():
                    if interface.kind == "svi" and interface.vlan == wlan.vlan_id and not wlan.shutdown:
                        found[Port(device.hostname, interface.name)].add(-1)
            if device.firewall is not None:
                for one, two, _ in device.firewall.vdom_links:
                    found[Port(device.hostname, one)].add(-1)
                    found[Port(device.hostname, two)].add(-1)
        return {port: tuple(sorted(needed)) for port, needed in found.items()}

    def _virtual(self, node: str, name: str) -> bool:
        """Return whether an interface exists without any physical port (a VDOM link, an unknown kind)."""
        interface = self.devices[node].interfaces.get(name)
        return interface is not None and interface.kind == "other" and not interface.members


def dotted(text: str) -> int | None:
    """Return a dotted IPv4 address as an integer, ``None`` if the text is not one."""
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isdigit() and int(part) < 256 for part in parts):
        return None
    return (int(parts[0]) << 24) | (int(parts[1]) << 16) | (int(parts[2]) << 8) | int(parts[3])


def tunnel_source(device: Device, interface: Interface) -> int | None:
    """Return the outer source address of a tunnel, ``None`` if it has none."""
    if interface.tunnel is None:
        return None
    named = device.interfaces.get(interface.tunnel.source)
    if named is None:
        return dotted(interface.tunnel.source)
    return next((a.value for a in named.addresses if a.family == 4 and not a.secondary), None)


def effects(wiring: Wiring, failures: Failures) -> tuple[frozenset[str], frozenset[int]]:
    """Return (dead nodes, cut link numbers) of a set of failures; a dead node's cables are cut."""
    dead: set[str] = set()
    cut: set[int] = set()
    for element in failures:
        if element.kind == "node":
            dead.add(element.name)
            cut.update(wiring.links_of_node.get(element.name, ()))
        elif element.kind == "link":
            if element.name in wiring.link_index:
                cut.add(wiring.link_index[element.name])
        elif element.kind == "site":
            for node in wiring.sites.get(element, ()):
                dead.add(node)
                cut.update(wiring.links_of_node.get(node, ()))
        else:
            cut.update(wiring.groups.get(element, ()))
    return frozenset(dead), frozenset(cut)


def standby_units(wiring: Wiring, dead: frozenset[str], cut: frozenset[int]) -> frozenset[str]:
    """Return the live units of HA pairs that do not forward.

    The unit with most monitored interfaces up is active, then the highest priority, then the first name (vendor
    guide, with override; a unit that has stayed active after a failure is not a different network, because both
    carry the same configuration).
    """
    waiting: set[str] = set()
    for members in wiring.ha_groups.values():
        live = [name for name in members if name not in dead]
        ranked = []
        for name in live:
            ha = wiring.snapshot.devices[name].ha
            if ha is not None:
                up = sum(1 for port in ha.monitor if _physical_up(wiring, Port(name, port), cut))
                ranked.append((-up, -ha.priority, name))
        waiting.update(name for _, _, name in sorted(ranked)[1:])
    return frozenset(waiting)


def _physical_up(wiring: Wiring, port: Port, cut: frozenset[int]) -> bool:
    device = wiring.snapshot.devices[port.device]
    interface = device.interfaces.get(port.interface)
    if interface is None or interface.shutdown:
        return False
    if wiring.snapshot.cables is None:
        return True
    names = interface.members or (port.interface,)
    return any(
        number < 0 or number not in cut for name in names for number in wiring.physical.get(Port(port.device, name), ())
    )


def port_up(wiring: Wiring, port: Port, dead: frozenset[str], cut: frozenset[int], standby: frozenset[str]) -> bool:
    """Return whether a layer-3 interface is up: device alive and forwarding, and something that carries it is up."""
    if port.device in dead or port.device in standby:
        return False
    supports = wiring.supports[port]
    if wiring.snapshot.cables is None:
        return all(number < 0 or number not in cut for number in supports)
    return any(number < 0 or number not in cut for number in supports)


def settle(
    wiring: Wiring, failures: Failures, base: Wired | None = None, forced: frozenset[Port] = frozenset()
) -> Wired:
    """Return the segments of one scenario.

    With ``base`` (the scenario without failures) only touched segments are rebuilt.

    ``forced`` names interfaces that are down for another reason (a tunnel without a way to its far end); it needs
    ``base`` ``None``.
    """
    dead, cut = effects(wiring, failures)
    standby = standby_units(wiring, dead, cut)
    if base is None:
        up = frozenset(
            port
            for ports in wiring.ports_of
            for port in ports
            if port not in forced and port_up(wiring, port, dead, cut, standby)
        )
        wired = Wired({}, [-1] * len(wiring.vertices), {}, up, dead, cut, standby)
        _components(wiring, wired, range(len(wiring.vertices)), 0)
        return wired
    changed_devices = (dead ^ base.dead) | (standby ^ base.standby)
    touched: set[int] = set()
    ports: set[Port] = set()
    for number in cut - base.cut:
        ports.update(wiring.ports_on_link[number])
    touched_vertices: set[int] = set()
    for number in cut - base.cut:
        for end in wiring.links[number].ends:
            touched_vertices.update(wiring.vertices_of_end.get(end, ()))
    if changed_devices:
        for vertex, key in enumerate(wiring.vertices):
            if key[0] in changed_devices:
                touched_vertices.add(vertex)
                ports.update(wiring.ports_of[vertex])
    gone = {port for port in ports if port in base.up and not port_up(wiring, port, dead, cut, standby)}
    come = {
        port
        for port in ports
        if port not in base.up and port in wiring.supports and port_up(wiring, port, dead, cut, standby)
    }
    touched.update(base.core_of[v] for v in touched_vertices)
    touched.update(base.segment_of[p] for p in gone if p in base.segment_of)
    touched.discard(-1)
    up = (base.up - gone) | come if gone or come else base.up
    wired = Wired(dict(base.cores), list(base.core_of), dict(base.segment_of), up, dead, cut, standby)
    vertices: list[int] = []
    for core in touched:
        vertices.extend(base.cores[core].vertices)
        for port in base.cores[core].ports:
            wired.segment_of.pop(port, None)
        del wired.cores[core]
    for vertex in vertices:
        wired.core_of[vertex] = -1
    _components(wiring, wired, vertices, max(base.cores, default=-1) + 1)
    return wired


def _components(wiring: Wiring, wired: Wired, vertices: Iterable[int], number: int) -> None:
    """Group live vertices into segments and add them to ``wired``, numbered from ``number``."""
    dead, cut = wired.dead, wired.cut
    joins, joins_of, keys = wiring.joins, wiring.joins_of, wiring.vertices
    seen: set[int] = set()
    for start in vertices:
        if start in seen or keys[start][0] in dead:
            continue
        seen.add(start)
        stack = [start]
        group = []
        crossings = []
        while stack:
            vertex = stack.pop()
            group.append(vertex)
            for join_number in joins_of[vertex]:
                join = joins[join_number]
                if join.link >= 0 and join.link in cut:
                    continue
                other = join.b if join.a == vertex else join.a
                if keys[other][0] in dead:
                    continue
                if join.crossing is not None and join.a == vertex:
                    crossings.append(join.crossing)
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        group.sort()
        core = _core(wiring, wired, group, crossings)
        wired.cores[number] = core
        for vertex in group:
            wired.core_of[vertex] = number
        for port in core.ports:
            wired.segment_of[port] = number
        number += 1


def _core(wiring: Wiring, wired: Wired, group: list[int], crossings: list[Crossing]) -> Core:
    ports: list[Port] = []
    edges: list[Edge] = []
    vlans: dict[str, list[int]] = defaultdict(list)
    for vertex in group:
        node, _, vlan = wiring.vertices[vertex]
        if vlan > 0:
            vlans[node].append(vlan)
        ports.extend(port for port in wiring.ports_of[vertex] if port in wired.up)
        edges.extend(edge for edge, link in wiring.edges_of[vertex] if link < 0 or link not in wired.cut)
    return Core(
        tuple(group),
        tuple(sorted(ports)),
        tuple(sorted(set(edges), key=lambda e: (e.device, e.interface, e.vlan or 0, e.kind))),
        {node: tuple(sorted(found)) for node, found in vlans.items()},
        tuple(_real_crossings(crossings)),
    )


def _real_crossings(crossings: list[Crossing]) -> list[Crossing]:
    """Drop an unmodelled node's crossings unless it joins at least two different VLANs or routed ports."""
    by_node: dict[str, list[Crossing]] = defaultdict(list)
    kept = []
    for crossing in crossings:
        if crossing.kind == "unmodelled-node":
            by_node[crossing.neighbour].append(crossing)
        else:
            kept.append(crossing)
    for found in by_node.values():
        if len({(c.a[2] or c.a[:2]) for c in found}) > 1:
            kept.extend(found)
    return sorted(kept, key=lambda c: (c.kind, c.a, c.b))


def segment(number: int, core: Core, owners: Mapping[int, Port], virtuals: tuple = ()) -> Segment:  # type: ignore[type-arg]
    """Return the public segment of a core with its first-hop elections."""
    return Segment(number, core.ports, core.edges, core.vlans, core.crossings, virtuals, owners)
