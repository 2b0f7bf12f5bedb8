"""Compares one network: what the simulator says against what the product says. Every difference is a bug of one of
them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from network.analysis.state import Port
from tests.oracle import judge
from tests.oracle.net import Firewall, Flow, Net, Network, Packet, dotted
from tests.oracle.product import Product, Row
from tests.oracle.simulate import Fate, Sessions, Simulator


@dataclass
class Tally:
    """What was compared and what differed."""

    networks: int = 0
    routes: int = 0
    packets: int = 0
    delivered: int = 0
    leaks: int = 0
    outages: int = 0
    proved: int = 0
    violated: int = 0
    differences: list[str] = field(default_factory=list)


def compare(network: Network, simulator: Simulator, seed: int, packets: int, tally: Tally) -> None:
    """Compare routes, the fate of random packets, and the verdict with its witnesses."""
    product = Product(network)
    before = len(tally.differences)
    compare_routes(simulator, product.routes(), tally)
    sent = judge.samples(simulator, Random(seed), packets)
    if not judge.one_way(simulator):
        _fates(simulator, product, sent, tally)
    _verdict(simulator, product, sent, tally)
    tally.networks += 1
    tally.differences[before:] = [f"seed {seed}: {text}" for text in tally.differences[before:]]


def compare_routes(simulator: Simulator, theirs: dict[tuple[str, str], dict[Net, Row]], tally: Tally) -> None:
    """Compare every table of living devices: prefix, distance, OSPF type and metric, next hops."""
    for key, table in simulator.routing.tables.items():
        if not simulator.wiring.alive(key[0]):
            continue
        mine = {
            prefix: Row(r.protocol, r.distance, r.metric, frozenset((h.interface, h.address) for h in r.hops))
            for prefix, r in table.items()
            if r.protocol != "local"
        }
        other = theirs.get(key, {})
        for prefix in sorted(mine.keys() | other.keys()):
            tally.routes += 1
            one, two = mine.get(prefix), other.get(prefix)
            if one is None or two is None or not _same(one, two):
                tally.differences.append(f"route {key} {prefix}: simulator {_row(one)}, product {_row(two)}")


def _same(one: Row, two: Row) -> bool:
    if one.hops != two.hops or one.distance != two.distance:
        return False
    return not one.protocol.startswith("ospf") or (one.metric == two.metric and one.protocol == two.protocol)


def _row(row: Row | None) -> str:
    if row is None:
        return "nothing"
    hops = " ".join(
        f"{name}{'' if address is None else '@' + dotted(address)}" for name, address in sorted(row.hops, key=str)
    )
    return f"{row.protocol} [{row.distance}/{row.metric}] {hops}"


def _fates(simulator: Simulator, product: Product, sent: list[tuple[str, str, Packet]], tally: Tally) -> None:
    segments = product.state.topology.segment_of
    mapped = {vip.mapped for box in _firewalls(product.network) for vip in box.vips.values()}
    for device, interface, packet in sent:
        if packet.dst in mapped:
            continue  # the engine lets a policy for a virtual address also match its real one: wider, on the safe side
        fates = simulator.fates(device, interface, packet)
        tally.packets += 1
        tally.delivered += any(fate.kind == "delivered" for fate in fates)
        mine = {_end(fate, segments) for fate in fates}
        ways = product.trace(device, interface, packet)
        at = product.tracer.forwarding.at_exit
        theirs = {(way.end, at(way.exit).id if way.end == "delivered" else way.hops[-1].device) for way in ways}
        # A loop ends at whichever device the count of hops runs out; only that it loops can be compared.
        mine = {("loop", "") if kind == "loop" else (kind, place) for kind, place in mine}
        theirs = {("loop", "") if kind == "loop" else (kind, place) for kind, place in theirs}
        if mine != theirs:
            path = [[(hop.device, hop.interface, hop.action) for hop in way.hops] for way in ways]
            tally.differences.append(
                f"packet at {device}:{interface} {packet}: simulator {fates}, product {theirs} {path}"
            )


def _firewalls(network: Network) -> list[Firewall]:
    return [box for box in network.devices.values() if isinstance(box, Firewall)]


def _end(fate: Fate, segments: dict[Port, int]) -> tuple[str, object]:
    if fate.kind == "delivered":
        return fate.kind, segments.get(Port(fate.device, fate.interface), -1)
    return fate.kind, fate.device


def _verdict(simulator: Simulator, product: Product, sent: list[tuple[str, str, Packet]], tally: Tally) -> None:
    result = product.verify()
    tally.proved += result.verdict == "proved"
    tally.violated += result.verdict == "violated"
    say = tally.differences.append
    for device, line in result.unmodelled:
        say(f"unmodelled line in {device}: {line.source.text}")
    for reason in result.reasons:
        say(f"not proved: {reason}")
    pairs = {(one, other): verdict for one, other, verdict in result.pairs}
    for crossing in judge.crossings(simulator, sent):
        if pairs[crossing.source, crossing.target] != "violated":
            say(f"missed leak {crossing}")
    joined = judge.joined(simulator)
    for pair in joined:
        one, other = sorted(pair)
        if "violated" not in (pairs[one, other], pairs[other, one]):
            say(f"missed join of {one} and {other}")
    for violation in result.violations:
        first = violation.path[0] if violation.path else None
        flow = next((f for f in product.network.flows if f.id == violation.flow), None)
        if violation.kind == "outage" and first is None and flow is not None:
            ends = judge.hosts(simulator, flow.source, flow.src), judge.hosts(simulator, flow.target, flow.dst)
            if all(ends):
                say(f"outage of {flow} without a packet: {violation.reason}")
            continue
        if violation.packet is None or first is None:
            say(f"{violation.kind} without a witness: {violation.reason}")
            continue
        header = violation.packet
        packet = Packet(header.protocol, header.src, header.dst, header.sport, header.dport, bool(header.established))
        text = f"{violation.kind} {violation.from_zone} → {violation.to_zone} {violation.flow} {packet}"
        path = [(hop.device, hop.interface, hop.action, hop.text) for hop in violation.path]
        if violation.kind == "leak":
            tally.leaks += 1
            if violation.reason == "layer-2":
                if frozenset((violation.from_zone, violation.to_zone)) not in judge.joined(simulator, quiet=True):
                    say(f"false {text}: the zones share no broadcast domain {path}")
                continue
            fates = simulator.fates(first.device, first.interface, packet)
            if any(packet.dst in {vip.mapped for vip in box.vips.values()} for box in _firewalls(product.network)):
                continue
            if not any(
                f.kind == "delivered" and violation.to_zone in simulator.zones_at(f.device, f.interface) for f in fates
            ):
                say(f"false {text}: simulator {fates} {path}")
            if judge.declared(network_flows(product), violation.from_zone, violation.to_zone, packet):
                say(f"false {text}: it is declared")
        else:
            tally.outages += 1
            if violation.reply:
                continue
            if judge.arrives(simulator, first.device, first.interface, packet, violation.to_zone):
                say(f"false {text}: it arrives and is answered {path}")
    _outages(simulator, product, {v.flow for v in result.violations if v.kind == "outage"}, tally)


def network_flows(product: Product) -> list[Flow]:
    """Return the declared flows of the compared network."""
    return product.network.flows


def _outages(simulator: Simulator, product: Product, stopped: set[str], tally: Tally) -> None:
    """Every declared flow that the simulator finds cut must be among those that the product names."""
    for flow in product.network.flows:
        if flow.id in stopped:
            continue
        targets = judge.hosts(simulator, flow.target, flow.dst)
        for device, interface, source in judge.hosts(simulator, flow.source, flow.src):
            for _, _, target in targets:
                number = {"tcp": 6, "udp": 17, "icmp": 1, "ip": 6}[flow.protocol]
                for port in sorted(set(flow.dport or (80, 81))):
                    packet = Packet(number, source, target, 50000, port)
                    tally.packets += 1
                    if not judge.arrives(simulator, device, interface, packet, flow.target):
                        fates = simulator.fates(device, interface, packet, Sessions())
                        tally.differences.append(f"missed outage of {flow} at {device}:{interface} {packet}: {fates}")
                        return
