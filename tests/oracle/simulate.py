"""Walks one packet through a network, device by device, and says where it ends.

Order of work on an IOS interface: Cisco "NAT Order of Operation" (document 6209): input list, NAT outside to inside,
policy routing, routing, NAT inside to outside, output list. FortiOS: "Life of a packet" (handbook): reverse-path check,
destination NAT, route, policy, source NAT; an existing session skips the policy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tests.oracle.layer2 import Edge, Wiring
from tests.oracle.net import Entry, Firewall, FirewallPolicy, Net, Network, Packet, Router, mask
from tests.oracle.routing import Hop, Routing, Table, firewall_table, longest

NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17}
MOST_HOPS = 24


class Fate(NamedTuple):
    """How a packet ended. ``delivered``: put on the segment of ``interface`` where a stranger may stand; ``local``:
    taken by the device itself; ``dropped`` with the reason; ``loop``."""

    kind: Literal["delivered", "local", "dropped", "loop"]
    device: str
    interface: str
    reason: str
    packet: Packet


Session = tuple[str, Packet]  # firewall, packet that may come back


@dataclass
class Sessions:
    """What the firewalls remember: a returning packet and what it becomes."""

    known: dict[Session, Packet] = field(default_factory=dict)


def matches(entry: Entry, packet: Packet) -> bool:
    """Say whether an access-list line matches a packet."""
    if entry.protocol != "ip":
        number = NUMBERS.get(entry.protocol)
        if packet.protocol != (int(entry.protocol) if number is None else number):
            return False
    for (address, wildcard), actual in ((entry.src, packet.src), (entry.dst, packet.dst)):
        for bit in range(32):
            care = not wildcard >> bit & 1
            if care and (address >> bit & 1) != (actual >> bit & 1):
                return False
    if entry.sport is not None and not entry.sport.holds(packet.sport):
        return False
    if entry.dport is not None and not entry.dport.holds(packet.dport):
        return False
    return not entry.established or packet.ack


def permitted(entries: list[Entry] | None, packet: Packet) -> bool:
    """Return what an access list says: first match, else deny. A list that is named but not defined permits all."""
    if entries is None:
        return True
    for entry in entries:
        if matches(entry, packet):
            return entry.permit
    return False


class Simulator:
    """One network in one state of failure."""

    def __init__(self, network: Network, failed: frozenset[object] = frozenset()) -> None:
        self.network = network
        self.wiring = Wiring(network, failed)
        self.routing = Routing(network, self.wiring)
        self.firewalls: dict[str, Table] = {
            name: firewall_table(box, self.wiring)
            for name, box in network.devices.items()
            if isinstance(box, Firewall) and self.wiring.alive(name)
        }

    # -- where packets start and end ----------------------------------------------------------------------------

    def zone_of(self, device: str, interface: str) -> str:
        """Return the VRF of an IOS interface; a firewall's interfaces have no zone of their own."""
        box = self.network.devices[device]
        return box.interfaces[interface].vrf if isinstance(box, Router) else ""

    def zones_at(self, device: str, interface: str) -> set[str]:
        """Return the zones of everything that shares an interface's broadcast domain."""
        return {self.zone_of(*port) for port in self.wiring.heard(device, interface)[0]}

    def edges(self) -> dict[Edge, frozenset[tuple[str, str]]]:
        """Return every place where a stranger may stand, and the layer-3 interfaces that hear it there."""
        found: dict[Edge, frozenset[tuple[str, str]]] = {}
        for name, box in self.network.devices.items():
            if not self.wiring.alive(name):
                continue
            if isinstance(box, Firewall):
                ports = {(i.port, i.vlan or None) for i in box.interfaces.values()}
            else:
                ports = set()
                for own in box.interfaces.values():
                    if own.mode == "trunk":
                        ports |= {(own.name, None if v == own.native else v) for v in own.allowed}
                    elif own.mode == "access":
                        ports.add((own.name, None))
                    elif own.mode in ("routed", "sub"):
                        ports.add((own.name.split(".")[0], own.vlan or None))
            for port, tag in ports:
                far = self.wiring.far.get((name, port))
                if far is not None and far[0] in self.network.devices:
                    continue
                if not self.wiring.port_up(name, port):
                    continue
                vlan = tag or 0
                if isinstance(box, Router) and tag is None:
                    vlan = {"access": box.interfaces[port].vlan, "trunk": box.interfaces[port].native}.get(
                        box.interfaces[port].mode, 0
                    )
                found[Edge(name, port, vlan)] = self.wiring.heard_from_edge(name, port, tag)[0]
        return found

    # -- one packet ---------------------------------------------------------------------------------------------

    def fates(self, device: str, interface: str, packet: Packet, sessions: Sessions | None = None) -> set[Fate]:
        """Return every way a packet that arrives at an interface can end (equal-cost paths differ)."""
        ends: set[Fate] = set()
        self._arrive(device, interface, packet, sessions or Sessions(), ends, ())
        return ends

    def _arrive(
        self, device: str, interface: str, packet: Packet, sessions: Sessions, ends: set[Fate], seen: tuple[object, ...]
    ) -> None:
        here = (device, interface, packet)
        if here in seen or len(seen) > MOST_HOPS:
            ends.add(Fate("loop", device, interface, "loop", packet))
            return
        if not self.wiring.up(device, interface):
            ends.add(Fate("dropped", device, interface, "interface down", packet))
            return
        box = self.network.devices[device]
        if isinstance(box, Router):
            self._router(box, interface, packet, sessions, ends, (*seen, here))
        else:
            self._firewall(box, interface, packet, sessions, ends, (*seen, here))

    def _router(
        self, box: Router, name: str, packet: Packet, sessions: Sessions, ends: set[Fate], seen: tuple[object, ...]
    ) -> None:
        own = box.interfaces[name]
        if own.address is None:
            ends.add(Fate("dropped", box.name, name, "no address", packet))
            return
        if own.acl_in and not permitted(box.acls.get(own.acl_in), packet):
            ends.add(Fate("dropped", box.name, name, f"acl {own.acl_in} in", packet))
            return
        vrf = own.vrf
        if own.nat == "outside":
            for rule in box.nat:
                if rule.outside == packet.dst and vrf == (rule.vrf if rule.alone else ""):
                    packet, vrf = packet._replace(dst=rule.local), rule.vrf
                    break
        if self._mine(box, vrf, packet.dst):
            ends.add(Fate("local", box.name, name, "", packet))
            return
        hops: list[Hop] | None = None
        if own.policy:
            for clause in sorted(box.route_maps.get(own.policy, []), key=lambda c: c.sequence):
                if clause.match is not None and not permitted(box.acls.get(clause.match), packet):
                    continue
                if not clause.permit:
                    break
                if clause.null:
                    hops = [Hop("Null0", None)]
                elif clause.next_hop is not None:
                    hops = self._adjacent(box, vrf, clause.next_hop)
                elif clause.set_vrf is not None:
                    vrf = clause.set_vrf
                elif clause.set_global:
                    vrf = ""
                break
        if hops is None:
            route = longest(self.routing.tables[box.name, vrf], packet.dst)
            if route is None:
                ends.add(Fate("dropped", box.name, name, f"no route in {vrf or 'global'}", packet))
                return
            if route.protocol == "local":
                ends.add(Fate("local", box.name, name, "", packet))
                return
            hops = sorted(route.hops, key=str)
        for hop in hops:
            if hop.interface == "Null0":
                ends.add(Fate("dropped", box.name, name, "null", packet))
                continue
            leaving = packet
            out = box.interfaces[hop.interface]
            if own.nat == "inside" and out.nat == "outside":
                for rule in box.nat:
                    if rule.local == packet.src and rule.vrf == own.vrf and out.vrf == (own.vrf if rule.alone else ""):
                        leaving = packet._replace(src=rule.outside)
                        break
            if out.acl_out and not permitted(box.acls.get(out.acl_out), leaving):
                ends.add(Fate("dropped", box.name, hop.interface, f"acl {out.acl_out} out", leaving))
                continue
            self._send(box.name, hop, leaving, sessions, ends, seen)

    def _adjacent(self, box: Router, vrf: str, address: int) -> list[Hop] | None:
        """Return the way to a policy's next hop when it stands on a connected network of the VRF."""
        for name, own in box.interfaces.items():
            if own.vrf != vrf or own.address is None or not self.wiring.up(box.name, name):
                continue
            if Net(own.address & mask(own.length), own.length).holds(address):
                return [Hop(name, address)]
        return None

    def _mine(self, box: Router, vrf: str, address: int) -> bool:
        for name, own in box.interfaces.items():
            if own.vrf != vrf or not self.wiring.up(box.name, name):
                continue
            if address == own.address or any(address == second for second, _ in own.secondary):
                return True
            if own.hsrp is not None and own.hsrp[1] == address and self.active(box.name, name):
                return True
        return False

    def active(self, device: str, interface: str) -> bool:
        """Say whether an interface is its HSRP group's active one: highest priority, then highest address (RFC
        2281).
        """
        box = self.network.devices[device]
        assert isinstance(box, Router)
        own = box.interfaces[interface]
        assert own.hsrp is not None
        assert own.address is not None
        mine = (own.hsrp[2], own.address)
        for other, name in self.wiring.heard(device, interface)[0]:
            rival = self.network.devices[other]
            if (other, name) == (device, interface) or not isinstance(rival, Router):
                continue
            group = rival.interfaces[name].hsrp
            if group is not None and group[0] == own.hsrp[0] and (group[2], rival.interfaces[name].address or 0) > mine:
                return False
        return True

    def _send(
        self, device: str, hop: Hop, packet: Packet, sessions: Sessions, ends: set[Fate], seen: tuple[object, ...]
    ) -> None:
        target = packet.dst if hop.address is None else hop.address
        interfaces, edges = self.wiring.heard(device, hop.interface)
        taken = False
        for other, name in sorted(interfaces):
            if (other, name) != (device, hop.interface) and self._answers(other, name, target):
                taken = True
                self._arrive(other, name, packet, sessions, ends, seen)
        if taken:
            return
        if self._answers(device, hop.interface, target):
            box = self.network.devices[device]
            shared = isinstance(box, Router) and target != box.interfaces[hop.interface].address
            ends.add(Fate("local" if shared else "dropped", device, hop.interface, "its own address", packet))
        elif edges:
            ends.add(Fate("delivered", device, hop.interface, "", packet))
        else:
            ends.add(Fate("dropped", device, hop.interface, "nobody answers", packet))

    def _answers(self, device: str, interface: str, address: int) -> bool:
        """Say whether an interface answers ARP for an address."""
        box = self.network.devices[device]
        if isinstance(box, Firewall):
            own = box.interfaces[interface]
            return address == own.address or any(
                vip.outside == address and vip.interface in ("any", interface) for vip in box.vips.values()
            )
        there = box.interfaces[interface]
        if there.address is None:
            return False
        if address == there.address or any(address == second for second, _ in there.secondary):
            return True
        if there.nat == "outside" and any(
            rule.outside == address and there.vrf == (rule.vrf if rule.alone else "") for rule in box.nat
        ):
            return True
        return there.hsrp is not None and there.hsrp[1] == address and self.active(device, interface)

    # -- FortiOS ------------------------------------------------------------------------------------------------

    def _firewall(
        self, box: Firewall, name: str, packet: Packet, sessions: Sessions, ends: set[Fate], seen: tuple[object, ...]
    ) -> None:
        table = self.firewalls[box.name]
        known = sessions.known.get((box.name, packet))
        original = packet
        if known is None:
            if not self._feasible(table, name, packet.src):
                ends.add(Fate("dropped", box.name, name, "reverse path", packet))
                return
            if any(packet.dst == own.address for own in box.interfaces.values()):
                ends.add(Fate("local", box.name, name, "", packet))
                return
            vip = None
            for candidate in box.vips.values():
                used = any(candidate.name in p.dst and not p.disabled for p in box.policies)
                if used and candidate.outside == packet.dst and candidate.interface in ("any", name):
                    vip = candidate.name
                    packet = packet._replace(dst=candidate.mapped)
                    break
        else:
            packet = known
            vip = None
        route = longest(table, packet.dst)
        if route is None:
            ends.add(Fate("dropped", box.name, name, "no route", packet))
            return
        for hop in sorted(route.hops, key=str):
            if hop.interface == "Null0":
                ends.add(Fate("dropped", box.name, name, "null", packet))
                continue
            leaving = packet
            if known is None:
                policy = self._policy(box, name, hop.interface, packet, vip)
                if policy is None or not policy.accept:
                    why = "implicit deny" if policy is None else f"policy {policy.number}"
                    ends.add(Fate("dropped", box.name, name, why, packet))
                    continue
                if policy.nat:
                    leaving = packet._replace(src=box.interfaces[hop.interface].address)
                sessions.known[box.name, leaving.reply()] = original.reply()
            self._send(box.name, hop, leaving, sessions, ends, seen)

    def _feasible(self, table: Table, interface: str, source: int) -> bool:
        """FortiOS's loose check: some active route to the source goes out of the interface that the packet came in
        by.
        """
        return any(
            prefix.holds(source) and any(hop.interface == interface for hop in route.hops)
            for prefix, route in table.items()
        )

    def _policy(self, box: Firewall, into: str, out: str, packet: Packet, vip: str | None) -> FirewallPolicy | None:
        for policy in box.policies:
            if policy.disabled:
                continue
            if not _through(box, policy.src_interfaces, into) or not _through(box, policy.dst_interfaces, out):
                continue
            if _addressed(box, policy.src, packet.src) == policy.negate_src:
                continue
            if vip is not None:
                if vip not in policy.dst:
                    continue
            elif _addressed(box, policy.dst, packet.dst) == policy.negate_dst:
                continue
            if _served(box, policy.services, packet) == policy.negate_service:
                continue
            return policy
        return None


def _through(box: Firewall, names: list[str], interface: str) -> bool:
    return any(n in ("any", interface) or interface in box.zones.get(n, []) for n in names)


def _addressed(box: Firewall, names: list[str], address: int) -> bool:
    for name in names:
        if name == "all":
            return True
        if name in box.groups:
            if _addressed(box, box.groups[name], address):
                return True
            continue
        known = box.addresses.get(name)
        if isinstance(known, Net):
            if known.holds(address):
                return True
        elif known is not None and known[0] <= address <= known[1]:
            return True
    return False


def _served(box: Firewall, names: list[str], packet: Packet) -> bool:
    for name in names:
        if name == "ALL":
            return True
        service = box.services[name]
        if service.protocol is not None:
            if service.protocol in (0, packet.protocol):
                return True
            continue
        ranges = {6: service.tcp, 17: service.udp}.get(packet.protocol, [])
        low, high = service.source or (0, 65535)
        if low <= packet.sport <= high and any(first <= packet.dport <= last for first, last in ranges):
            return True
    return False
