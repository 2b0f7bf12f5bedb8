"""Packet sets against z3 and against counting packets one by one."""

from __future__ import annotations

import os
import random

import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from network.analysis.filters import Filters
from network.analysis.packets import FIELDS, Packet, Space, joined
from network.config.model import Acl, AclEntry, Match, Ports, Source, Wild

SCALE = int(os.environ.get("BUNRI_TEST_SCALE", "1"))
SPACE = Space(1 << 20, 1 << 16)
FILTERS = Filters(SPACE)
LINE = Source("x.cfg", 1, "entry")

addresses = st.sampled_from([0x0A000000 + i for i in range(8)] + [0x0A0A0100, 0x0A0A01FF, 0xC0000201])
wilds = st.builds(
    lambda v, c: Wild(v & c, c),
    addresses,
    st.sampled_from([0xFFFFFFFF, 0xFFFFFF00, 0xFFFFFFFE, 0xFFFF00FF, 0xFFFFFFFA, 0]),
)
spans = st.builds(
    lambda a, n: Ports(a, min(65535, a + n)),
    st.sampled_from([0, 22, 80, 443, 1024, 65530]),
    st.sampled_from([0, 1, 100, 65535]),
)
matches = st.builds(
    Match,
    protocols=st.sampled_from([(), (6,), (17,), (1,), (6, 17)]),
    src=st.lists(wilds, max_size=2).map(tuple),
    dst=st.lists(wilds, max_size=2).map(tuple),
    sport=st.lists(spans, max_size=1).map(tuple),
    dport=st.lists(spans, max_size=2).map(tuple),
    icmp=st.sampled_from([(), (), ((8, None),), ((3, 4), (0, 0))]),
    established=st.booleans(),
    sometimes=st.booleans(),
)
entries = st.builds(AclEntry, st.sampled_from(["permit", "deny"]), matches, st.just(LINE))
acls = st.builds(lambda e: Acl("A", "extended", tuple(e), LINE), st.lists(entries, min_size=1, max_size=6))
packets = st.builds(
    Packet,
    st.sampled_from([1, 6, 17, 47]),
    addresses,
    addresses,
    st.sampled_from([0, 22, 80, 443, 1024, 65535]),
    st.sampled_from([0, 22, 80, 443, 1024, 65535]),
    st.sampled_from([0, 3, 8]),
    st.sampled_from([0, 4]),
    st.integers(0, 1),
    st.integers(0, 1),
)


def matched(match: Match, permits: bool, p: Packet) -> bool:
    """What an entry matches, written plainly."""

    def side(wanted: tuple[Wild, ...], value: int) -> bool:
        return not wanted or any(value & w.care == w.value for w in wanted)

    if match.protocols and p.protocol not in match.protocols:
        return False
    if not (side(match.src, p.src) and side(match.dst, p.dst)):
        return False
    layer4 = bool(match.sport or match.dport or match.icmp or match.established)
    if layer4 and p.fragment:
        return permits
    if (match.sport or match.dport) and p.protocol not in (6, 17, 132, 33):
        return False
    if match.sport and not any(r.low <= p.sport <= r.high for r in match.sport):
        return False
    if match.dport and not any(r.low <= p.dport <= r.high for r in match.dport):
        return False
    if match.icmp and not (
        p.protocol == 1 and any(p.icmp_type == t and c in (None, p.icmp_code) for t, c in match.icmp)
    ):
        return False
    return not (match.established and not (p.protocol == 6 and p.established))


def passes(acl: Acl, p: Packet, holds: tuple[bool, ...]) -> bool:
    for index, entry in enumerate(acl.entries):
        if entry.match.sometimes and not holds[index]:
            continue
        if matched(entry.match, entry.action == "permit", p):
            return entry.action == "permit"
    return False


@settings(max_examples=150 * SCALE, deadline=None)
@given(acls, st.lists(packets, min_size=10, max_size=10))
def test_list_against_every_reading_of_its_conditions(acl: Acl, some: list[Packet]):
    found = FILTERS.acl(acl)
    count = len(acl.entries)
    for packet in some:
        verdicts = {passes(acl, packet, tuple(bool(bits >> i & 1) for i in range(count))) for bits in range(1 << count)}
        assert SPACE.holds(found.may, packet) == (True in verdicts)
        assert SPACE.holds(found.must, packet) == (False not in verdicts)


VARIABLES = {name: z3.BitVec(name, 32) for name in FIELDS}


def formula(acl: Acl) -> z3.BoolRef:
    """The list's meaning for whole packets, in z3."""
    v = VARIABLES

    def side(name: str, wanted: tuple[Wild, ...]) -> z3.BoolRef:
        return z3.Or([v[name] & w.care == w.value for w in wanted]) if wanted else z3.BoolVal(True)

    def within(name: str, wanted: tuple[Ports, ...]) -> z3.BoolRef:
        if not wanted:
            return z3.BoolVal(True)
        ported = z3.Or([v["protocol"] == n for n in (6, 17, 132, 33)])
        return z3.And(ported, z3.Or([z3.And(z3.UGE(v[name], r.low), z3.ULE(v[name], r.high)) for r in wanted]))

    result = z3.BoolVal(False)
    for entry in reversed(acl.entries):
        m = entry.match
        hit = [side("src", m.src), side("dst", m.dst), within("sport", m.sport), within("dport", m.dport)]
        if m.protocols:
            hit.append(z3.Or([v["protocol"] == n for n in m.protocols]))
        if m.icmp:
            kinds = [
                z3.And(v["icmp_type"] == t, z3.BoolVal(True) if c is None else v["icmp_code"] == c) for t, c in m.icmp
            ]
            hit += [v["protocol"] == 1, z3.Or(kinds)]
        if m.established:
            hit += [v["protocol"] == 6, v["established"] == 1]
        result = z3.If(z3.And(hit), z3.BoolVal(entry.action == "permit"), result)
    return result


@settings(max_examples=30 * SCALE, deadline=None)
@given(acls)
def test_list_against_z3(acl: Acl):
    certain = Acl(
        "A",
        "extended",
        tuple(
            AclEntry(
                e.action,
                Match(
                    **{
                        f: getattr(e.match, f)
                        for f in ("protocols", "src", "dst", "sport", "dport", "icmp", "established")
                    }
                ),
                e.source,
            )
            for e in acl.entries
        ),
        LINE,
    )

    found = FILTERS.acl(certain)
    assert found.may == found.must
    limits = [z3.ULT(VARIABLES[name], 1 << bits) for name, (_, bits) in FIELDS.items() if bits < 32]
    for packets_, wanted in ((found.may & SPACE.whole, True), (~found.may & SPACE.whole, False)):
        # A witness of ours must agree with z3, and z3 must not find one outside our set's hull.
        if packets_.satisfiable():
            packet = SPACE.pick(packets_)
            solver = z3.Solver()
            solver.add([VARIABLES[name] == getattr(packet, name) for name in FIELDS])
            solver.add(formula(certain) if wanted else z3.Not(formula(certain)))
            assert solver.check() == z3.sat, packet
    solver = z3.Solver()
    solver.add(*limits, VARIABLES["fragment"] == 0, formula(certain))
    for _ in range(4):
        if solver.check() != z3.sat:
            assert not (found.may & SPACE.whole).satisfiable() or _ > 0
            break
        model = solver.model()
        packet = Packet(**{name: model.eval(VARIABLES[name], model_completion=True).as_long() for name in FIELDS})
        assert SPACE.holds(found.may, packet), packet
        solver.add(z3.Or([VARIABLES[name] != getattr(packet, name) for name in FIELDS]))


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)).map(lambda t: (min(t), max(t))), max_size=6))
def test_ranges_are_exactly_their_values(ranges: list[tuple[int, int]]):
    found = SPACE.ranges("protocol", ranges)
    inside = {value for low, high in ranges for value in range(low, high + 1)}
    assert {value for value in range(256) if SPACE.holds(found, Packet(value, 0, 0))} == inside
    assert SPACE.addresses(found, "protocol", 300) == joined(ranges)


def test_reply_exchanges_both_ends():
    packet = Packet(6, 1, 2, 3, 4)
    assert SPACE.reply(SPACE.single(packet)) == SPACE.single(Packet(6, 2, 1, 4, 3))


def test_pick_is_inside_and_prefers():
    generator = random.Random(4)
    for _ in range(50):
        low = generator.getrandbits(32)
        packets_ = SPACE.ranges("dst", [(low, min(low + generator.getrandbits(20), 0xFFFFFFFF))]) & SPACE.equal(
            "protocol", 17
        )
        wish = SPACE.equal("dport", 53)
        packet = SPACE.pick(packets_, (wish,))
        assert SPACE.holds(packets_ & wish & SPACE.whole, packet)
