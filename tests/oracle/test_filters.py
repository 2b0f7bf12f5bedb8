"""Packet sets of filters against z3: the sets must be *equal*, not only agree on samples.

z3 gets its own encoding of each rule (bit vectors, first match as nested if-then-else); the packet set is handed over
node by node as a decision diagram. Any header in the difference is printed.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import z3

from network.analysis.filters import Filters
from network.analysis.packets import FIELDS, Space
from network.config import read_device
from tests.oracle import emit
from tests.oracle.generate import generate
from tests.oracle.net import Entry, Firewall, FirewallPolicy, Net, Router, Span, dotted, ip
from tests.oracle.scale import scaled
from tests.oracle.simulate import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTHS = {"protocol": 8, "dst": 32, "src": 32, "dport": 16, "sport": 16, "established": 1, "fragment": 1}
H = {name: z3.BitVec(name, bits) for name, bits in WIDTHS.items()}
PORTED = z3.Or(*[H["protocol"] == number for number in (6, 17, 132, 33)])


@pytest.fixture(scope="module")
def space() -> Space:
    return Space(1 << 20, 1 << 16)


# -- z3's side ---------------------------------------------------------------------------------------------------


def side(field: str, value: tuple[int, int]) -> z3.BoolRef:
    address, wildcard = value
    care = ~wildcard & 0xFFFFFFFF
    return (H[field] & care) == (address & care)


def span(field: str, condition: Span | None) -> z3.BoolRef:
    if condition is None:
        return z3.BoolVal(True)
    port, low = H[field], condition.low
    return {
        "eq": port == low,
        "neq": port != low,
        "lt": z3.ULT(port, low),
        "gt": z3.UGT(port, low),
        "range": z3.And(z3.UGE(port, low), z3.ULE(port, condition.high)),
    }[condition.op]


def line(entry: Entry) -> z3.BoolRef:
    """Fragments as in Cisco document 8014: a permit with ports lets them by their addresses, a deny does not see
    them.
    """
    layer3 = [side("src", entry.src), side("dst", entry.dst)]
    if entry.protocol != "ip":
        layer3.append(H["protocol"] == NUMBERS[entry.protocol])
    layer4 = [span("sport", entry.sport), span("dport", entry.dport)]
    layer4 += [H["established"] == 1] if entry.established else []
    whole = z3.And(*layer3, *layer4)
    if entry.sport is None and entry.dport is None and not entry.established:
        return whole
    return z3.If(H["fragment"] == 0, whole, z3.And(*layer3) if entry.permit else z3.BoolVal(False))


def first_match(rules: Iterable[tuple[z3.BoolRef, bool]]) -> z3.BoolRef:
    answer = z3.BoolVal(False)
    for condition, permit in reversed(list(rules)):
        answer = z3.If(condition, z3.BoolVal(permit), answer)
    return answer


def addressed(box: Firewall, names: list[str], field: str) -> z3.BoolRef:
    choices = []
    for name in names:
        if name == "all":
            return z3.BoolVal(True)
        if name in box.groups:
            choices.append(addressed(box, box.groups[name], field))
            continue
        value = box.addresses[name]
        if isinstance(value, Net):
            low, high = value.value, value.value + (1 << (32 - value.length)) - 1
        else:
            low, high = value
        choices.append(z3.And(z3.UGE(H[field], low), z3.ULE(H[field], high)))
    return z3.Or(*choices)


def served(box: Firewall, names: list[str]) -> z3.BoolRef:
    choices = []
    for name in names:
        if name == "ALL":
            return z3.BoolVal(True)
        service = box.services[name]
        if service.protocol is not None:
            choices.append(z3.Or(z3.BoolVal(service.protocol == 0), H["protocol"] == service.protocol))
        for number, ranges in ((6, service.tcp), (17, service.udp)):
            for low, high in ranges:
                inside = [H["protocol"] == number, z3.UGE(H["dport"], low), z3.ULE(H["dport"], high)]
                if service.source is not None:
                    inside += [z3.UGE(H["sport"], service.source[0]), z3.ULE(H["sport"], service.source[1])]
                choices.append(z3.And(*inside))
    return z3.Or(*choices)


def policy(box: Firewall, rule: FirewallPolicy) -> z3.BoolRef:
    return z3.And(
        z3.Xor(addressed(box, rule.src, "src"), z3.BoolVal(rule.negate_src)),
        z3.Xor(addressed(box, rule.dst, "dst"), z3.BoolVal(rule.negate_dst)),
        z3.Xor(served(box, rule.services), z3.BoolVal(rule.negate_service)),
    )


# -- the decision diagram, node by node ------------------------------------------------------------------------------


def diagram(space: Space, packets: Any) -> z3.BoolRef:
    """Return a packet set as a z3 formula over the same header."""
    names = {first + bit: (field, bits - 1 - bit) for field, (first, bits) in FIELDS.items() for bit in range(bits)}
    known: dict[Any, z3.BoolRef] = {}

    def turn(node: Any) -> z3.BoolRef:
        if node == space.all:
            return z3.BoolVal(True)
        if node == space.none:
            return z3.BoolVal(False)
        if node not in known:
            field, bit = names[node.node_level()]
            high, low = node.cofactors()
            variable = H.get(field)
            assert variable is not None, f"the set looks at {field}, which no rule mentions"
            known[node] = z3.If(z3.Extract(bit, bit, variable) == 1, turn(high), turn(low))
        return known[node]

    return turn(packets)


def difference(formula: z3.BoolRef, other: z3.BoolRef, *given: z3.BoolRef) -> str:
    """Return a header on which two formulas differ, or nothing."""
    solver = z3.Solver()
    solver.add(formula != other, *given)
    # The session bit is TCP's; ports exist only where a protocol has them.
    solver.add(z3.Or(H["established"] == 0, H["protocol"] == 6))
    solver.add(z3.Or(PORTED, z3.And(H["sport"] == 0, H["dport"] == 0)))
    answer = solver.check()
    assert answer != z3.unknown
    if answer == z3.unsat:
        return ""
    model = solver.model()
    values = {name: model.eval(variable, model_completion=True).as_long() for name, variable in H.items()}
    return " ".join(f"{n}={dotted(v) if n in ('src', 'dst') else v}" for n, v in values.items())


# -- the tests -----------------------------------------------------------------------------------------------------


def place(random: Random) -> tuple[int, int]:
    base = ip("10.20.0.0") + random.randrange(1 << 16)
    wild = random.choice(
        (0, 0, 0xFF, 0x3F, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFE, 0x0000FF00, 0x00010001, random.getrandbits(12))
    )
    return (base & ~wild & 0xFFFFFFFF, wild) if random.random() < 0.5 else (base, wild)


def entries(random: Random) -> list[Entry]:
    found = []
    for _ in range(random.randrange(1, 25)):
        protocol = random.choice(("ip", "tcp", "tcp", "udp", "icmp"))
        ports = protocol in ("tcp", "udp")

        def port(chance: float, ports: bool = ports) -> Span | None:
            if not ports or random.random() > chance:
                return None
            low = random.choice((0, 1, 22, 443, 1023, 1024, 65534))
            op = random.choice(("eq", "neq", "lt", "gt", "range"))
            if op == "lt":
                low = max(low, 1)
            return Span(op, low, min(65535, low + random.randrange(0, 3000)) if op == "range" else 0)

        found.append(
            Entry(
                random.random() < 0.5,
                protocol,
                place(random),
                place(random),
                port(0.3),
                port(0.6),
                protocol == "tcp" and random.random() < 0.2,
            )
        )
    return found


def test_access_lists_equal_z3(space: Space) -> None:
    for seed in range(scaled(60)):
        random = Random(seed)
        box = Router("r1")
        box.acls["A"] = entries(random)
        device = read_device(emit.router(box), "r1.cfg")
        found = Filters(space).acl(device.acls["A"])
        assert found.may == found.must
        wanted = first_match([(line(entry), entry.permit) for entry in box.acls["A"]])
        text = "\n".join(emit.entry(entry) for entry in box.acls["A"])
        assert not (header := difference(wanted, diagram(space, found.may))), f"seed {seed}: {header}\n{text}"


def test_firewall_policies_equal_z3(space: Space) -> None:
    seen = 0
    for seed in range(scaled(150)):
        network = generate(seed)
        box = network.devices.get("fw1")
        if not isinstance(box, Firewall) or not box.policies:
            continue
        box.policies = [p for p in box.policies if not any(name in box.vips for name in p.dst)]
        random = Random(seed)
        for p in box.policies:  # more negation and more services than the generator dares
            p.negate_service = p.services != ["ALL"] and random.random() < 0.3
            p.negate_dst = p.dst != ["all"] and random.random() < 0.3
            p.negate_src = p.src != ["all"] and random.random() < 0.3
        device = read_device(emit.firewall(box), "fw1.cfg")
        assert device.firewall is not None
        for into in box.interfaces:
            for out in box.interfaces:
                if into == out:
                    continue
                rules = [
                    (policy(box, p), p.accept)
                    for p in box.policies
                    if not p.disabled
                    and any(n in ("any", into) or into in box.zones.get(n, []) for n in p.src_interfaces)
                    and any(n in ("any", out) or out in box.zones.get(n, []) for n in p.dst_interfaces)
                ]
                found = Filters(space).firewall(device.firewall, "root", into, out)
                header = difference(first_match(rules), diagram(space, found.may), H["fragment"] == 0)
                assert not header, f"seed {seed}: {into} → {out}: {header}\n{emit.firewall(box)}"
                seen += bool(rules)
    assert seen


def test_the_comparison_catches_a_liar(space: Space) -> None:
    """A set that is wrong in one header of 2^104 is found."""
    box = Router("r1")
    box.acls["A"] = [Entry(True, "tcp", dport=Span("eq", 443))]
    device = read_device(emit.router(box), "r1.cfg")
    wrong = Filters(space).acl(device.acls["A"]).may ^ (
        space.equal("protocol", 6)
        & space.equal("src", 1)
        & space.equal("dst", 2)
        & space.equal("sport", 3)
        & space.equal("dport", 4)
        & space.equal("established", 0)
        & space.equal("fragment", 0)
    )
    header = difference(line(box.acls["A"][0]), diagram(space, wrong))
    assert "src=0.0.0.1 dst=0.0.0.2 dport=4 sport=3" in header.replace("protocol=6 ", "").replace(
        "dst=0.0.0.2 src=0.0.0.1", "src=0.0.0.1 dst=0.0.0.2"
    )
