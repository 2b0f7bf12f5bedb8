"""EIGRP: who is a neighbour of whom, and the routes to one prefix (RFC 7868; K1 = K3 = 1, all other weights 0).

A route is carried as (lowest bandwidth, sum of delays): classic processes make 256 * (10**7 / kbit + tens of
microseconds) of it, named ones the wide metric, shown in the table divided by 128. Every link makes a metric worse, so
advertising each router's best route until nothing changes ends in one answer, and every route of it is feasible: its
neighbour is nearer. What a process does beyond that (stub, summaries, filters, variance) the reader leaves as blocking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from network.analysis.routing import ospf
from network.analysis.state import NextHop, Port
from network.config.model import Prefix

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from network.config.model import Device, EigrpProcess, Interface, Snapshot

PICOSECONDS = 10_000_000  # in ten microseconds, the unit of "delay"
# kbit/s and tens of microseconds by kind of interface (vendor guide, "show interfaces")
LOOPBACK = (8_000_000, 500)
TUNNEL = (100, 5000)
GIGABIT = (1_000_000, 1)
BY_NAME = {"FastEthernet": (100_000, 10), "Ethernet": (10_000, 100), "Serial": (1544, 2000)}
INFINITY = 0xFFFFFFFF
MOST_STEPS = 200


class Vector(NamedTuple):
    """What a router says of a prefix: external or not, lowest kbit/s and summed picoseconds on the way, tag."""

    external: bool
    bandwidth: int
    delay: int
    tag: int = 0


class Attachment(NamedTuple):
    """An interface of a process."""

    speaker: int
    port: Port
    passive: bool
    address: int
    length: int
    bandwidth: int
    delay: int  # picoseconds
    key: str
    prefixes: tuple[Prefix, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Speaker:
    """One process in one table."""

    number: int
    device: str
    vrf: str
    process: EigrpProcess
    attachments: tuple[Attachment, ...]

    @property
    def table(self) -> tuple[str, str]:
        """Return the routing table that it fills."""
        return (self.device, self.vrf)

    def metric(self, vector: Vector) -> int:
        """Return the composite metric as the process compares it."""
        if self.process.name:
            return 65536 * 10**7 // vector.bandwidth + vector.delay * 65536 // 10**6
        return 256 * (10**7 // vector.bandwidth + vector.delay // PICOSECONDS)

    def shown(self, vector: Vector) -> int:
        """Return the metric as the routing table shows it."""
        metric = self.metric(vector)
        return min(INFINITY, metric // 128 if self.process.name else metric)


class Found(NamedTuple):
    """A router's route to a prefix; no hops where the prefix is its own."""

    vector: Vector
    hops: tuple[NextHop, ...]
    ports: frozenset[Port] = frozenset()  # where it was learned: it is not told there again


def weights(device: Device, interface: Interface) -> tuple[int, int]:
    """Return an interface's bandwidth (kbit/s) and delay (tens of microseconds): configured, else by its kind."""
    kbit, delay = GIGABIT
    if interface.kind == "loopback":
        kbit, delay = LOOPBACK
    elif interface.kind == "tunnel":
        kbit, delay = TUNNEL
    else:
        for name, usual in BY_NAME.items():
            if interface.name.startswith(name):
                kbit, delay = usual
        if interface.kind == "port-channel":
            speeds = [device.interfaces[m].speed or 1000 for m in interface.members if m in device.interfaces]
            kbit = sum(speeds) * 1000 or kbit
        elif interface.kind != "svi" and interface.speed:
            kbit = interface.speed * 1000
    return interface.bandwidth or kbit, interface.delay or delay


def picoseconds(process: EigrpProcess, interface: Interface, kbit: int, delay: int) -> int:
    """Return an interface's delay; a named process derives it from the bandwidth above 1 Gbit/s (vendor guide)."""
    if process.name and interface.delay is None and kbit > GIGABIT[0]:
        return 10**13 // kbit
    return delay * PICOSECONDS


def speakers(snapshot: Snapshot) -> list[Speaker]:
    """Return every IPv4 process with its interfaces."""
    found: list[Speaker] = []
    for name, device in sorted(snapshot.devices.items()):
        for process in device.eigrp if device.ip_routing else ():
            if process.family == 4 and not process.shutdown:
                number = len(found)
                attached = tuple(_attachments(number, device, process))
                found.append(Speaker(number, name, process.vrf, process, attached))
    return found


def _attachments(number: int, device: Device, process: EigrpProcess) -> Iterable[Attachment]:
    for interface in device.interfaces.values():
        if interface.vrf != process.vrf or interface.shutdown:
            continue
        own = [address for address in interface.addresses if address.family == 4]
        covered = [a for a in own if any(a.value & wild.care == wild.value for wild, _ in process.networks)]
        if not covered:
            continue
        primary = next((a for a in covered if not a.secondary), covered[0])
        if process.passive_default:
            passive = interface.name not in process.not_passive
        else:
            passive = interface.name in process.passive
        kbit, delay = weights(device, interface)
        prefixes = tuple(
            Prefix(a.value >> (32 - a.length) << (32 - a.length) if a.length else 0, a.length) for a in covered
        )
        yield Attachment(
            number,
            Port(device.hostname, interface.name),
            passive or interface.kind == "loopback",
            primary.value,
            primary.length,
            kbit,
            picoseconds(process, interface, kbit, delay),
            interface.eigrp_authentication,
            prefixes,
        )


def adjacent(one: Attachment, two: Attachment) -> bool:
    """Return whether two interfaces on one segment become neighbours: both active, one subnet, the same key."""
    length = min(one.length, two.length)
    return (
        one.speaker != two.speaker
        and not (one.passive or two.passive)
        and one.key == two.key
        and (one.address ^ two.address) >> (32 - length) == 0
    )


def routes(
    members: Iterable[Speaker],
    pairs: Iterable[tuple[Attachment, Attachment]],
    origins: Mapping[int, Vector],
    silent: Collection[int],
) -> dict[int, Found] | None:
    """Return each speaker's route to one prefix, ``None`` if they do not settle.

    ``origins`` are the prefixes of a speaker's own; ``silent`` speakers have a better route from elsewhere: they do not
    tell what they learn by EIGRP.
    """
    known = {speaker.number: speaker for speaker in members}
    reach: dict[int, list[tuple[Attachment, Attachment]]] = {}
    for one, two in pairs:
        reach.setdefault(one.speaker, []).append((one, two))
        reach.setdefault(two.speaker, []).append((two, one))
    best = {number: Found(vector, ()) for number, vector in origins.items() if number in known}
    waiting = {mine.speaker for number in best for _, mine in reach.get(number, ())}
    steps = 0
    while waiting:
        steps += 1
        if steps > MOST_STEPS * (len(known) + 1):
            return None
        number = min(waiting)
        waiting.discard(number)
        if number in origins:
            continue
        new = _best(known[number], reach[number], best, silent, origins)
        if new != best.get(number):
            if new is None:
                del best[number]
            else:
                best[number] = new
            waiting |= {theirs.speaker for _, theirs in reach[number]}
    return best


def _best(
    speaker: Speaker,
    ways: Iterable[tuple[Attachment, Attachment]],
    best: Mapping[int, Found],
    silent: Collection[int],
    origins: Mapping[int, Vector],
) -> Found | None:
    offers: list[tuple[bool, int, Vector, Attachment, Attachment]] = []
    for mine, theirs in ways:
        told = best.get(theirs.speaker)
        if told is None or theirs.port in told.ports or (theirs.speaker in silent and theirs.speaker not in origins):
            continue
        vector = told.vector._replace(
            bandwidth=min(told.vector.bandwidth, mine.bandwidth), delay=told.vector.delay + mine.delay
        )
        offers.append((vector.external, speaker.metric(vector), vector, mine, theirs))
    if not offers:
        return None
    first = min(offer[:2] for offer in offers)
    chosen = sorted(
        (offer for offer in offers if offer[:2] == first),
        key=lambda offer: ospf.hop_key(NextHop(offer[3].port.interface, offer[4].address, speaker.vrf)),
    )[: speaker.process.max_paths]
    hops = tuple(NextHop(mine.port.interface, theirs.address, speaker.vrf) for _, _, _, mine, theirs in chosen)
    vector = min(offer[2] for offer in chosen)
    return Found(vector, hops, frozenset(offer[3].port for offer in chosen))
