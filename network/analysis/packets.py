"""Packet sets: sets of IPv4 headers as binary decision diagrams, with the few operations the verifier needs.

A header is protocol, destination, source, destination port, source port, ICMP type and code, one bit "belongs to an
established TCP session" (ACK or RST set, what ``established`` looks at) and one bit "non-initial fragment" (it
carries no
ports). VRF, VLAN and interface are no header fields: they are states of the forwarding graph. The variable order is the
one that keeps first-match filters small: protocol, destination, source, destination port, source port, the rest.

The library is oxidd (one abi3 wheel on every platform); a conjunction of two small sets costs well under a
microsecond, and
equality of two sets is equality of two pointers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from oxidd.bdd import BDDFunction, BDDManager

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PacketSet: TypeAlias = BDDFunction

TCP: Final = 6
UDP: Final = 17
ICMP: Final = 1
PORT_PROTOCOLS: Final = (6, 17, 132, 33)
PROTOCOL_NAMES: Final[Mapping[int, str]] = {
    1: "icmp",
    2: "igmp",
    4: "ipip",
    6: "tcp",
    17: "udp",
    41: "ipv6",
    47: "gre",
    50: "esp",
    51: "ah",
    58: "icmpv6",
    88: "eigrp",
    89: "ospf",
    103: "pim",
    112: "vrrp",
    132: "sctp",
}
PROTOCOL_NUMBERS: Final[Mapping[str, int]] = {name: number for number, name in PROTOCOL_NAMES.items()}


class Packet(NamedTuple):
    """One concrete header. Ports are 0 where the protocol has none; addresses are integers."""

    protocol: int
    src: int
    dst: int
    sport: int = 0
    dport: int = 0
    icmp_type: int = 0
    icmp_code: int = 0
    established: int = 0
    fragment: int = 0


# Field name → (first variable, bits), in variable order.
FIELDS: Final[Mapping[str, tuple[int, int]]] = {
    "protocol": (0, 8),
    "dst": (8, 32),
    "src": (40, 32),
    "dport": (72, 16),
    "sport": (88, 16),
    "icmp_type": (104, 8),
    "icmp_code": (112, 8),
    "established": (120, 1),
    "fragment": (121, 1),
}
BITS: Final = 122
Range: TypeAlias = tuple[int, int]


def dotted(address: int) -> str:
    """Return an IPv4 address (an integer) in dotted form."""
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


def protocol_name(number: int) -> str:
    """Return the usual name of an IP protocol, or its number as text."""
    return PROTOCOL_NAMES.get(number, str(number))


class Space:
    """The manager of one family of packet sets. Sets of two spaces must not be mixed.

    ``nodes`` and ``cache`` are capacities (a node is 16 bytes); running out raises ``oxidd.util.DDMemoryError``.
    """

    def __init__(self, nodes: int = 1 << 23, cache: int = 1 << 19) -> None:
        self.manager = BDDManager(nodes, cache, 1)
        self.manager.add_vars(BITS)
        self._on = [self.manager.var(index) for index in range(BITS)]
        self._off = [self.manager.not_var(index) for index in range(BITS)]
        self.all: PacketSet = self.manager.true()
        self.none: PacketSet = self.manager.false()
        self._masked: dict[tuple[str, int, int], PacketSet] = {}
        self._ranges: dict[tuple[str, tuple[Range, ...]], PacketSet] = {}
        self._vars: dict[str, PacketSet] = {}
        self._swap = self.none.make_substitution(
            [
                (a + i, self._on[b + i])
                for x, y in (("src", "dst"), ("dst", "src"), ("sport", "dport"), ("dport", "sport"))
                for a, b in ((FIELDS[x][0], FIELDS[y][0]),)
                for i in range(FIELDS[x][1])
            ]
        )
        self.whole = self.equal("fragment", 0)  # not a non-initial fragment

    def masked(self, field: str, value: int, care: int) -> PacketSet:
        """Return the headers whose ``field`` agrees with ``value`` in the bits set in ``care`` (need not be
        contiguous)."""
        key = (field, value & care, care)
        found = self._masked.get(key)
        if found is None:
            first, bits = FIELDS[field]
            found = self.all
            for position in range(bits):  # from the last variable upwards: every step adds one node on top
                if care >> position & 1:
                    index = first + bits - 1 - position
                    found = (self._on if value >> position & 1 else self._off)[index] & found
            self._masked[key] = found
        return found

    def equal(self, field: str, value: int) -> PacketSet:
        """Return the headers whose ``field`` is exactly ``value``."""
        return self.masked(field, value, (1 << FIELDS[field][1]) - 1)

    def ranges(self, field: str, ranges: Sequence[Range]) -> PacketSet:
        """Return the headers whose ``field`` lies in one of the closed ranges (sorted and joined here)."""
        key = (field, tuple(ranges))
        found = self._ranges.get(key)
        if found is None:
            found = self._cubes(field, joined(ranges))
            self._ranges[key] = found
        return found

    def _cubes(self, field: str, ranges: Sequence[Range]) -> PacketSet:
        """Return the union of sorted disjoint ranges, each as its prefixes, joined in pairs so that no big set is
        built often."""
        bits = FIELDS[field][1]
        full = (1 << bits) - 1
        parts: list[PacketSet] = []
        for low, high in ranges:
            while low <= high:
                size = low & -low or 1 << bits
                while size > high - low + 1:
                    size >>= 1
                parts.append(self.masked(field, low, full & ~(size - 1)))
                low += size  # noqa: PLW2901 - walks through the range
        while len(parts) > 1:
            parts = [one | other for one, other in zip(parts[::2], parts[1::2], strict=False)] + parts[
                len(parts) & ~1 :
            ]
        return parts[0] if parts else self.none

    def union(self, sets: Iterable[PacketSet]) -> PacketSet:
        """Return the union of ``sets``."""
        result = self.none
        for one in sets:
            result = result | one
        return result

    def protocols(self, numbers: Sequence[int]) -> PacketSet:
        """Return the headers of these IP protocols; an empty sequence means all."""
        return self.union(self.equal("protocol", number) for number in numbers) if numbers else self.all

    def reply(self, packets: PacketSet) -> PacketSet:
        """Return ``packets`` with source and destination, address and port, exchanged."""
        return packets.substitute(self._swap)

    def assign(self, packets: PacketSet, field: str, ranges: Sequence[Range]) -> PacketSet:
        """Return ``packets`` after ``field`` was overwritten by any value of ``ranges``."""
        return self.forget(packets, field) & self.ranges(field, ranges)

    def forget(self, packets: PacketSet, field: str) -> PacketSet:
        """Return ``packets`` without any condition on ``field``."""
        variables = self._vars.get(field)
        if variables is None:
            variables = self.masked(field, -1, (1 << FIELDS[field][1]) - 1)
            self._vars[field] = variables
        return packets.exists(variables)

    def holds(self, packets: PacketSet, packet: Packet) -> bool:
        """Return whether ``packet`` is in the set."""
        arguments = []
        for field, (first, bits) in FIELDS.items():
            value = getattr(packet, field)
            arguments += [(first + i, bool(value >> bits - 1 - i & 1)) for i in range(bits)]
        return bool(packets.eval(arguments))

    def single(self, packet: Packet) -> PacketSet:
        """Return the set of exactly this packet."""
        result = self.all
        for field in FIELDS:
            result = result & self.equal(field, getattr(packet, field))
        return result

    def pick(self, packets: PacketSet, prefer: Sequence[PacketSet] = ()) -> Packet:
        """Return one packet of a set that is not empty, inside as many of ``prefer`` as possible (in their order).

        A readable witness is preferred: no fragment, TCP or UDP or ICMP, a port above 1023 as source.
        """
        usual = (
            self.whole,
            *prefer,
            self.protocols((TCP, UDP, ICMP)),
            self.equal("protocol", TCP),
            self.ranges("sport", [(49152, 65535)]),
            self.equal("established", 0),
            self.ranges("dport", [(1, 1023)]),
            self.ranges("src", [(0x01000000, 0xDFFFFFFF)]),
        )
        for wish in usual:
            narrowed = packets & wish
            if narrowed.satisfiable():
                packets = narrowed
        cube = packets.pick_cube()
        if cube is None:
            raise ValueError("an empty packet set has no packet")
        values = {}
        for field, (first, bits) in FIELDS.items():
            value = 0
            for bit in cube[first : first + bits]:
                value = value << 1 | bool(bit)
            values[field] = value
        packet = Packet(**values)
        if packet.protocol not in PORT_PROTOCOLS and self.holds(packets, packet._replace(sport=0, dport=0)):
            packet = packet._replace(sport=0, dport=0)
        return self._hosts(packets, packet)

    def _hosts(self, packets: PacketSet, packet: Packet) -> Packet:
        """Return the packet between addresses that look like hosts: 10.1.0.0 is in the set, but nobody's address."""
        for field in ("src", "dst"):
            value = getattr(packet, field)
            nearby = (packet._replace(**{field: value + offset}) for offset in (10, 5, 2, 1))
            if value & 0xFF == 0:
                packet = next((other for other in nearby if self.holds(packets, other)), packet)
        return packet

    def addresses(self, packets: PacketSet, field: str, most: int = 64) -> list[Range]:
        """Return the values that ``field`` takes in the set as sorted closed ranges, at most ``most`` of them.

        The last range is widened to the greatest value where there would be more.
        """
        first, bits = FIELDS[field]
        only = packets
        for other in FIELDS:
            if other != field:
                only = self.forget(only, other)
        found: list[Range] = []
        stack: list[tuple[PacketSet, int, int]] = [(only, 0, 0)]
        while stack:
            node, depth, base = stack.pop()
            if not node.satisfiable():
                continue
            if node.valid():
                last = base + (1 << bits - depth) - 1
                if found and found[-1][1] + 1 == base:
                    found[-1] = (found[-1][0], last)
                else:
                    found.append((base, last))
                if len(found) > most:
                    found[-1] = (found[-1][0], (1 << bits) - 1)
                    return found
                continue
            half = 1 << bits - depth - 1
            if node.node_var() == first + depth:
                zero, one = node.cofactor_false() or self.none, node.cofactor_true() or self.none
            else:
                zero = one = node
            stack.append((one, depth + 1, base + half))
            stack.append((zero, depth + 1, base))
        return found

    def describe(self, packets: PacketSet, most: int = 6) -> str:
        """Return a readable hull of the set, field by field (a superset of it where fields depend on each other)."""
        parts: list[str] = []
        protocols = self.addresses(packets, "protocol", most)
        parts.append(
            "ip"
            if protocols == [(0, 255)]
            else ",".join("-".join(dict.fromkeys((protocol_name(a), protocol_name(b)))) for a, b in protocols)
        )
        for field, port in (("src", "sport"), ("dst", "dport")):
            found = self.addresses(packets, field, most)
            more = ",…" if len(found) > most else ""
            parts.append(",".join(span_text(a, b) for a, b in found[:most]) + more)
            ports = self.addresses(packets, port, most)
            if ports != [(0, 65535)]:
                parts[-1] += ":" + ",".join(str(a) if a == b else f"{a}-{b}" for a, b in ports)
        return f"{parts[0]} {parts[1]} > {parts[2]}"


def joined(ranges: Iterable[Range]) -> list[Range]:
    """Return closed ranges sorted, with overlapping and adjacent ones joined."""
    result: list[Range] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], high))
        else:
            result.append((low, high))
    return result


def span_text(low: int, high: int) -> str:
    """Return an address range as ``any``, an address, a prefix or ``low-high``."""
    if low == high:
        return dotted(low)
    size = high - low + 1
    if size == 1 << 32:
        return "any"
    if size & size - 1 == 0 and low % size == 0:
        return f"{dotted(low)}/{32 - size.bit_length() + 1}"
    return f"{dotted(low)}-{dotted(high)}"
