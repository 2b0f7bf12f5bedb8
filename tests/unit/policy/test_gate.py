"""The gate proves every step of a rollout, names the first that breaks, and finds another order where there is one."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from net import CABLES, FLOW, GATE, JOINED, TODAY, ZONES, policy, snapshot

from network.config.model import Snapshot
from network.policy.gate import prove

SECOND = FLOW + (
    "  - {id: F2, from: naibu, to: kikan, src: 10.20.1.0/24, dst: 10.10.1.11/32, protocol: tcp, dport: [443],\n"
    "     basis: N15, owner: it, expires: 2029-03-31}\n"
)
OPEN = GATE.replace(
    " permit tcp 10.20.1.0 0.0.0.255 host 10.10.1.10 eq 443\n",
    " permit tcp 10.20.1.0 0.0.0.255 host 10.10.1.10 eq 443\n permit tcp 10.20.1.0 0.0.0.255 host 10.10.1.11 eq 443\n",
).replace(
    " permit tcp host 10.10.1.10 eq 443 10.20.1.0 0.0.0.255 established\n",
    " permit tcp host 10.10.1.10 eq 443 10.20.1.0 0.0.0.255 established\n"
    " permit tcp host 10.10.1.11 eq 443 10.20.1.0 0.0.0.255 established\n",
)


def net(core: str, gate: str) -> Snapshot:
    return snapshot(core, gate, cables=CABLES)


def test_a_change_that_adds_a_declared_flow_is_proved_at_every_step():
    proof = prove(net(JOINED, GATE), net(JOINED, OPEN), [["gate"]], policy(ZONES + SECOND), today=TODAY)
    assert proof.ok, proof.as_json()
    assert [step.devices for step in proof.steps] == [("gate",)]


def test_a_final_leak_is_refused():
    proof = prove(net(JOINED, GATE), net(JOINED, OPEN), [["gate"]], policy(), today=TODAY)
    assert not proof.ok
    assert proof.final.verdict == "violated"
    assert proof.first_bad is not None
    assert proof.first_bad.leaks


# The gate's filters move to the core: first add them there, then remove them from the gate. The other way round
# everything passes.
FILTERED = JOINED.replace(
    "10.10.250.2 255.255.255.252\n",
    "10.10.250.2 255.255.255.252\n ip access-group TO-GATE-K out\n ip access-group FROM-GATE in\n",
) + (
    "ip access-list extended TO-GATE-K\n permit tcp host 10.10.1.10 eq 443 10.20.1.0 0.0.0.255 established\n"
    "ip access-list extended FROM-GATE\n permit tcp 10.20.1.0 0.0.0.255 host 10.10.1.10 eq 443\n"
)
BARE = GATE.replace(" ip access-group FROM-KIKAN in\n", "").replace(" ip access-group FROM-NAIBU in\n", "")


def test_the_first_bad_step_is_named_and_a_better_order_is_suggested():
    before, after = net(JOINED, GATE), net(FILTERED, BARE)
    good = prove(before, after, [["core"], ["gate"]], policy(), today=TODAY)
    assert good.ok, good.as_json()
    bad = prove(before, after, [["gate"], ["core"]], policy(), today=TODAY)
    assert bad.final.verdict == "proved"
    assert bad.first_bad is not None
    assert bad.first_bad.number == 1
    assert {(one.from_zone, one.to_zone) for one in bad.first_bad.leaks} == {("naibu", "kikan"), ("kikan", "naibu")}
    assert bad.suggestion == [["core"], ["gate"]]


def test_an_outage_on_the_way_is_found():
    moved = JOINED.replace("10.10.1.0 255.255.255.0 10.20.250.1", "10.10.1.0 255.255.255.0 10.20.250.3").replace(
        "10.20.250.2", "10.20.250.4"
    )
    moved = moved.replace("255.255.255.252", "255.255.255.248")
    gate = (
        GATE.replace("10.20.250.1 ", "10.20.250.3 ")
        .replace("10.20.250.2\n", "10.20.250.4\n")
        .replace("255.255.255.252", "255.255.255.248")
    )
    proof = prove(net(JOINED, GATE), net(moved, gate), [["core"], ["gate"]], policy(), today=TODAY)
    assert proof.final.verdict == "proved", proof.final.as_json()
    assert proof.first_bad is not None
    assert proof.first_bad.stopped
    assert not proof.first_bad.leaks


def test_a_changed_device_that_the_order_forgets_is_judged_too():
    proof = prove(net(JOINED, GATE), net(FILTERED, BARE), [["core"]], policy(), today=TODAY)
    assert [step.devices for step in proof.steps] == [("core",), ("gate",)]


def test_a_batch_whose_mixtures_leak_is_taken_apart():
    before, after = net(JOINED, GATE), net(FILTERED, BARE)
    proof = prove(before, after, [["core", "gate"]], policy(), today=TODAY)
    assert proof.ok, proof.as_json()
    assert (proof.batches, proof.taken_apart) == ([["core"], ["gate"]], 1)
    wrong = prove(before, after, [["gate", "core"]], policy(), today=TODAY)
    assert not wrong.ok
    assert wrong.suggestion == [["core"], ["gate"]]


def test_changes_that_no_path_depends_on_stay_together():
    core, gate = JOINED.replace("hostname", "! moved\n!\nhostname", 1), GATE + "snmp-server location elsewhere\n"
    proof = prove(net(JOINED, GATE), net(core, gate), [["core", "gate"]], policy(), today=TODAY)
    assert proof.ok, proof.as_json()
    assert proof.batches == [["core", "gate"]]
    assert len(proof.steps) == 1


def test_the_search_for_another_order_ends_in_time_and_says_so():
    before, after = net(JOINED, GATE), net(FILTERED, BARE)
    proof = prove(before, after, [["gate"], ["core"]], policy(), today=TODAY, search_seconds=-1.0)
    assert (proof.suggestion, proof.search) == (None, "out of time")
    assert not proof.ok
