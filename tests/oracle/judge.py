"""What the oracle asks of a simulated network: random packets, and which of them cross between zones undeclared."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.oracle.layer2 import Edge
from tests.oracle.net import Firewall, Flow, Net, Network, Packet, Router, mask
from tests.oracle.simulate import NUMBERS, Fate, Sessions, Simulator

PORTS = (0, 21, 22, 23, 25, 53, 80, 443, 444, 1023, 1024, 3389, 3400, 7005, 8080, 8085, 40000, 65535)


@dataclass(frozen=True)
class Crossing:
    """A packet that starts at an edge of one zone and ends at an edge of another without being declared."""

    source: str
    target: str
    device: str
    interface: str
    packet: Packet
    fate: Fate


def addresses(network: Network, random: Random) -> list[int]:
    """Return addresses worth trying: hosts of every connected network, what filters and NAT name, and a few others."""
    found: set[int] = set()
    for box in network.devices.values():
        if isinstance(box, Firewall):
            found |= {vip.outside for vip in box.vips.values()} | {vip.mapped for vip in box.vips.values()}
            for value in box.addresses.values():
                found |= {value.value, value.value + 5} if isinstance(value, Net) else set(value)
            continue
        for own in box.interfaces.values():
            if own.address is not None:
                base = own.address & mask(own.length)
                last = base | ~mask(own.length) & 0xFFFFFFFF
                found |= {base + 5, base + 9, last - 1, base + random.randrange(1, 200)}
                found |= {own.address} if random.random() < 0.3 else set()
        for static in box.statics:
            found |= {static.prefix.value + 1, static.prefix.value + 5}
        found |= {rule.local for rule in box.nat} | {rule.outside for rule in box.nat}
        for entries in box.acls.values():
            for entry in entries:
                found |= {value[0] for value in (entry.src, entry.dst) if value[1] != 0xFFFFFFFF}
    return sorted(found | {0x08080808})


def starts(simulator: Simulator) -> dict[tuple[str, str], set[Edge]]:
    """Return the layer-3 interfaces that a stranger can send to, with the edges where he stands."""
    found: dict[tuple[str, str], set[Edge]] = {}
    for edge, hearers in simulator.edges().items():
        for hearer in hearers:
            found.setdefault(hearer, set()).add(edge)
    return found


def packet(random: Random, pool: list[int], source: Net | None) -> Packet:
    """Return a random packet; the source is mostly a host of the network that it starts on."""
    src = random.choice(pool)
    if source is not None and random.random() < 0.8:
        near = [a for a in pool if source.holds(a)]
        src = random.choice(near) if near else source.value + 5
    dst = random.choice(pool)
    protocol = random.choice((1, 6, 6, 6, 17, 17, 47))
    if protocol in (6, 17):
        return Packet(protocol, src, dst, random.choice(PORTS), random.choice(PORTS))
    return Packet(protocol, src, dst)


def samples(simulator: Simulator, random: Random, count: int) -> list[tuple[str, str, Packet]]:
    """Return ``count`` packets with the interface that each arrives at."""
    network = simulator.network
    pool = addresses(network, random)
    places = [(d, i) for (d, i) in sorted(starts(simulator)) if d in network.devices]
    if not places:
        return []
    chosen = []
    for _ in range(count):
        device, interface = random.choice(places)
        box = network.devices[device]
        prefix = None
        own = box.interfaces[interface]
        if own.address is not None:
            prefix = Net(own.address & mask(own.length), own.length)
        chosen.append((device, interface, packet(random, pool, prefix)))
    return chosen


def declared(flows: list[Flow], source: str, target: str, packet: Packet) -> bool:
    """Say whether a declared flow covers a packet, or the packet as the reply of one."""
    back = packet.reply()
    return any(
        ((flow.source, flow.target) == (source, target) and covers(flow, packet))
        or ((flow.source, flow.target) == (target, source) and covers(flow, back))
        for flow in flows
    )


def covers(flow: Flow, packet: Packet) -> bool:
    """Say whether a flow's fields cover a packet."""
    if not flow.src.holds(packet.src) or not flow.dst.holds(packet.dst):
        return False
    if flow.protocol != "ip" and NUMBERS[flow.protocol] != packet.protocol:
        return False
    return flow.dport is None or flow.dport[0] <= packet.dport <= flow.dport[1]


def joined(simulator: Simulator, *, quiet: bool = False) -> set[frozenset[str]]:
    """Return pairs of zones that share a broadcast domain where a stranger can stand (``quiet``: or cannot)."""
    found: set[frozenset[str]] = set()
    network = simulator.network
    domains = [set(hearers) for hearers in simulator.edges().values()]
    for box in network.routers() if quiet else ():
        domains += [set(simulator.wiring.heard(box.name, own.name)[0]) for own in box.interfaces.values()]
    for hearers in domains:
        zones = {simulator.zone_of(*hearer) for hearer in hearers} & set(network.zones)
        found |= {frozenset((a, b)) for a in zones for b in zones if a < b}
    return found


def one_way(simulator: Simulator) -> bool:
    """Say whether some frames pass one way only, as two different native VLANs on a trunk can make them.

    The engine takes a broadcast domain for the same both ways, which is wider; single packets cannot be compared then.
    """
    return any(
        edge not in simulator.wiring.heard(*hearer)[1]
        for edge, hearers in simulator.edges().items()
        for hearer in hearers
    )


def crossings(simulator: Simulator, packets: list[tuple[str, str, Packet]]) -> list[Crossing]:
    """Return the packets of a list that cross between zones and are not declared."""
    found = []
    zones = set(simulator.network.zones)
    for device, interface, sent in packets:
        source = simulator.zone_of(device, interface)
        if source not in zones:
            continue
        for fate in simulator.fates(device, interface, sent):
            if fate.kind != "delivered":
                continue
            target = simulator.zone_of(fate.device, fate.interface)
            allowed = any(declared(simulator.network.flows, source, target, p) for p in (sent, fate.packet))
            if target in zones and target != source and not allowed:
                found.append(Crossing(source, target, device, interface, sent, fate))
    return found


def arrives(simulator: Simulator, device: str, interface: str, sent: Packet, target: str) -> bool:
    """Say whether a packet is delivered in a zone by every path, and its reply comes back to the sender's zone."""
    sessions = Sessions()
    ends = simulator.fates(device, interface, sent, sessions)
    if not ends or any(
        end.kind != "delivered" or simulator.zone_of(end.device, end.interface) != target for end in ends
    ):
        return False
    source = simulator.zone_of(device, interface)
    for end in ends:
        back = simulator.fates(end.device, end.interface, end.packet.reply(), sessions)
        if not back or any(b.kind != "delivered" or simulator.zone_of(b.device, b.interface) != source for b in back):
            return False
    return True


def hosts(simulator: Simulator, zone: str, prefix: Net) -> list[tuple[str, str, int]]:
    """Return (device, interface, address) of hosts of a zone inside a prefix: one or two on each edge network."""
    found = []
    for device, interface in sorted(starts(simulator)):
        box = simulator.network.devices[device]
        if not isinstance(box, Router) or box.interfaces[interface].vrf != zone:
            continue
        own = box.interfaces[interface]
        if own.address is None or (own.hsrp is not None and not simulator.active(device, interface)):
            continue  # hosts use the virtual address
        home = Net(own.address & mask(own.length), own.length)
        both = home if home.length >= prefix.length else prefix
        if (home.holds(both.value) and prefix.holds(both.value)) is False:
            continue
        mine = {i.address for b in simulator.network.routers() for i in b.interfaces.values()}
        room = 1 << (32 - both.length)
        tries = [both.value] if room == 1 else [both.value + 5, both.value + room - 2, both.value + 1]
        found += [(device, interface, a) for a in tries if home.holds(a) and prefix.holds(a) and a not in mine][:2]
    return found
