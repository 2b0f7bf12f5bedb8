"""A failure judged by what it changes shows exactly what an examination from nothing shows."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from network.analysis import compute, failures
from network.analysis.engine import Engine
from network.analysis.state import Element
from network.config import load_snapshot
from network.config.model import Cable
from network.policy.model import load_policy
from network.policy.separation import Separation
from network.policy.sweep import policy_groups
from network.policy.verify import trusted_names
from tests.unit.analysis.city import snapshot as city
from tests.unit.policy import net

if TYPE_CHECKING:
    from network.analysis.state import State
    from network.policy.model import Policy
    from network.policy.verdict import Findings

SCALE = float(os.environ.get("BUNRI_TEST_SCALE", "1"))
SAMPLE = Path(__file__).resolve().parents[3] / "inventory" / "yasu" / "intended"

CITY_ZONES = """
zones:
  kikan: {members: [{vrf: kikan}]}
  naibu: {members: [{vrf: naibu}]}
  inet: {members: [{vrf: inet}]}
  mgmt: {members: [{vrf: mgmt}]}
flows:
  - {id: F1, from: naibu, to: naibu, src: 10.20.0.0/16, dst: 10.20.0.0/16, protocol: tcp, dport: [443],
     basis: N15, owner: it, expires: 2029-03-31}
  - {id: F2, from: kikan, to: kikan, src: 10.10.0.0/16, dst: 10.10.0.0/16, protocol: udp, dport: [53],
     basis: N15, owner: it, expires: 2029-03-31}
  - {id: F3, from: naibu, to: kikan, src: 10.20.0.0/16, dst: 10.10.0.0/16, protocol: tcp, dport: [443],
     basis: N15, owner: it, expires: 2029-03-31}
"""


def shown(findings: Findings) -> tuple[object, ...]:
    """Return all that findings say, but for the packet and the path that were picked as an example."""
    said = sorted(
        (one.kind, one.from_zone, one.to_zone, one.flow, one.reason, one.packets, one.reply, one.failures)
        for one in findings.violations
    )
    return said, findings.stopped, findings.unproved


def from_nothing(policy: Policy, base: State, state: State) -> Findings:
    judge = Separation(policy)
    judge.prepare(base)
    return judge.examine(state)


def test_every_failure_of_a_small_city() -> None:
    policy = net.policy(CITY_ZONES)
    engine = Engine(city(3, hall_access=2))
    base = engine.compute(frozenset())
    judge = Separation(policy)
    assert judge(base, base) == from_nothing(policy, base, base)
    stopping = 0
    for element in failures.universe(engine):
        state = engine.compute(frozenset({element}), base)
        expected = from_nothing(policy, base, state)
        stopping += bool(expected.stopped - judge(base, base).stopped)
        assert shown(judge(base, state)) == shown(expected), element
    assert stopping  # else the comparison says nothing about outages


BYPASS = """hostname bypass
ip routing
interface GigabitEthernet0/1
 ip address 10.10.251.1 255.255.255.252
interface GigabitEthernet0/2
 ip address 10.20.251.1 255.255.255.252
ip route 10.10.1.0 255.255.255.0 10.10.251.2
ip route 10.20.1.0 255.255.255.0 10.20.251.2
"""
BACKUP = (
    net.JOINED
    + """interface GigabitEthernet0/5
 vrf forwarding kikan
 ip address 10.10.251.2 255.255.255.252
interface GigabitEthernet0/6
 vrf forwarding naibu
 ip address 10.20.251.2 255.255.255.252
ip route vrf kikan 10.20.1.0 255.255.255.0 10.10.251.1 200
ip route vrf naibu 10.10.1.0 255.255.255.0 10.20.251.1 200
"""
)
BYPASS_CABLES = [
    *net.CABLES,
    Cable("core", "GigabitEthernet0/5", "bypass", "GigabitEthernet0/1"),
    Cable("core", "GigabitEthernet0/6", "bypass", "GigabitEthernet0/2"),
]


@pytest.mark.parametrize(
    ("failed", "leaks"),
    [
        (Element("node", "gate"), {("naibu", "kikan"), ("kikan", "naibu")}),
        (Element("link", "core:GigabitEthernet0/4 <-> gate:GigabitEthernet0/2"), {("naibu", "kikan")}),
        (Element("node", "bypass"), set()),
    ],
)
def test_a_way_around_the_filter_that_only_a_failure_opens(failed: Element, leaks: set[tuple[str, str]]) -> None:
    policy = net.policy()
    base = compute(net.snapshot(BACKUP, net.GATE, BYPASS, cables=BYPASS_CABLES))
    judge = Separation(policy)
    assert not [one for one in judge(base, base).violations if one.kind == "leak" and one.reason == "layer-3"]
    state = compute(base.snapshot, frozenset({failed}), base=base)
    found = judge(base, state)
    assert shown(found) == shown(from_nothing(policy, base, state))
    assert {(one.from_zone, one.to_zone) for one in found.violations if one.kind == "leak"} >= leaks
    assert leaks or not [one for one in found.violations if one.kind == "leak"]


def test_seeded_failures_of_the_sample_city() -> None:
    if not (SAMPLE / "policy.yml").is_file():
        pytest.skip("the sample city is not rendered here")
    snapshot = load_snapshot(SAMPLE)
    policy = load_policy(SAMPLE / "policy.yml")
    base = compute(snapshot, groups=policy_groups(snapshot, policy), trusted=trusted_names(policy, snapshot))
    assert base.engine is not None
    causes, _ = failures.classes(base.engine)
    chooser = random.Random(2026)
    elements = [element for element, _, _ in causes]
    heavy = [element for element, dead, _ in causes if dead & snapshot.devices.keys()]
    chosen = [frozenset({element}) for element in chooser.sample(elements, int(12 * SCALE))]
    chosen += [frozenset({element}) for element in chooser.sample(heavy, int(6 * SCALE))]
    chosen += [frozenset(chooser.sample(elements, 2)) for _ in range(int(6 * SCALE))]
    chosen += [frozenset(chooser.sample(heavy, 2)) for _ in range(int(4 * SCALE))]
    judge = Separation(policy, witnesses=False)
    for failed in chosen:
        state = base.engine.compute(failed, base)
        fresh = Separation(policy, witnesses=False)
        fresh.prepare(base)
        assert shown(judge(base, state)) == shown(fresh.examine(state)), failed
