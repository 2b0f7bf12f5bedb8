"""Each fault a device can play: what the operator sees, and what the devices hold afterwards (all old, or all new)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bunri.change import plan as plans
from bunri.change.approval import Roster
from bunri.change.journal import Journal, summarise
from bunri.change.lock import exclusive
from bunri.change.transaction import Result
from bunri.messages import BunriError
from network.deploy import apply, gate, planning
from network.lab.control import apply_fault
from tests.lab.deploy.test_power_cut import FULL, assume_proved, plan_for, settled
from tests.lab.deploy.town import SECRETS, Town, running_town, text

pytestmark = [pytest.mark.lab, pytest.mark.timeout(180)]
VICTIM = "sw02"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr(gate, "prove", assume_proved)
    with running_town(tmp_path, 2, scale=0.05) as running:
        yield running


def run(town: Town, path: Path) -> Result:
    return apply.apply_plan(town.control(), path, None, Roster(), now=datetime.now(UTC))


def seen(result: Result) -> set[str]:
    return {m.id for o in result.outcomes for m in o.messages} | {m.id for m in result.messages}


def finish(town: Town, result: Result) -> Result:
    """Resume until the device that was away is back; its own timer or restart needs a moment."""
    for _ in range(20):
        if result.result != "incomplete":
            break
        time.sleep(1)
        result = apply.resume(town.control())
    return result


LOST = {"DEP001"}
FAULTS = [
    ("refuse", ["description new"], {"DEP011", "DEP012"}),
    ("replace-abort", [], {"DEP011", "DEP012"}),
    ("scp-off", [], {"DEP009", "DEP001"}),
    ("flash-full", [], {"DEP010", "DEP011", "DEP001"}),
    ("reload-in-commit", [], LOST),
    ("password-expired", [], {"DEP002", "DEP001"}),
    ("garbage", ["show running-config$"], {"DEP035"}),
    ("flood", ["^show run"], {"DEP016"}),
    *(("drop", [number], LOST) for number in (map(str, range(2, 34, 2)) if FULL else ("12", "28"))),
]


@pytest.mark.parametrize(("fault", "values", "expected"), FAULTS, ids=[f"{f}-{'-'.join(v)[:6]}" for f, v, _ in FAULTS])
def test_fault_during_apply(town: Town, fault: str, values: list[str], expected: set[str]) -> None:
    path = plan_for(town, "new")
    town.on(VICTIM, lambda device: device.faults.set(fault, values))
    result = run(town, path)
    town.on(VICTIM, lambda device: device.faults.clear())
    first, result = result, finish(town, result)
    if fault == "drop" and first.result == "confirmed":
        # The line broke after the decision: the target was asked again and the confirmation repeated.
        assert int(values[0]) > 12, first
    else:
        assert seen(first) & expected, (seen(first), first)
        assert result.result == "reverted", result
    assert settled(town) == {"new" if result.result == "confirmed" else "old"}
    assert summarise(Journal(town.control().journal).records)[-1].result == result.result


def test_slow_device_is_waited_for(town: Town) -> None:
    path = plan_for(town, "new")
    town.on(VICTIM, lambda device: device.faults.set("slow", ["2"]))
    assert run(town, path).result == "confirmed"
    assert settled(town) == {"new"}


def test_changed_host_key_refuses_before_anything_is_sent(town: Town) -> None:
    path = plan_for(town, "new")
    town.do(town.city.new_host_key(VICTIM))
    before = town.summary(VICTIM)["commands"]
    result = run(town, path)
    assert "DEP004" in seen(result)
    assert result.result == "reverted"
    assert town.summary(VICTIM)["commands"] == before
    assert town.description("sw01") == "old"
    assert town.description(VICTIM) == "old"


def test_unknown_host_key_is_not_accepted(town: Town) -> None:
    town.keys.write_text("")
    with pytest.raises(BunriError) as problem:
        plan_for(town, "new")
    assert {message.id for message in problem.value.messages} == {"DEP003"}
    assert len(problem.value.messages) == 2


def test_another_operators_pending_timer_is_left_to_him(town: Town) -> None:
    path = plan_for(town, "new")
    town.do(apply_fault(town.city, VICTIM, "pending", ["yamada", "60"]))
    result = run(town, path)
    assert "DEP006" in seen(result)
    assert result.result == "reverted"
    assert "yamada" in str([m.params for o in result.outcomes for m in o.messages])
    assert town.summary(VICTIM)["pending"]
    assert {town.description(name) for name in town.names} == {"old"}
    assert town.summary("sw01")["pending"] is None


def test_hand_made_change_after_the_plan(town: Town) -> None:
    path = plan_for(town, "new")
    town.on(VICTIM, lambda device: device.tamper(["interface GigabitEthernet1/0/1", " description by hand"]))
    result = run(town, path)
    assert "DEP014" in seen(result)
    assert "description by hand" in town.running(VICTIM)
    assert town.description("sw01") == "old"
    assert result.result == "reverted"


def test_changed_vault_after_the_plan(town: Town) -> None:
    path = plan_for(town, "new")
    control = town.control()
    control.secrets["radius_key"] = "Marked-Secret-Other-9"
    with pytest.raises(BunriError) as problem:
        apply.apply_plan(control, path, None, Roster(), now=datetime.now(UTC))
    assert {message.id for message in problem.value.messages} == {"DEP024"}
    assert settled(town) == {"old"}


def test_proof_of_another_snapshot_does_not_count(town: Town) -> None:
    path = plan_for(town, "new")
    (path.parent / "after" / "configs" / "sw01.cfg").write_text("hostname sw01\n")
    with pytest.raises(BunriError) as problem:
        run(town, path)
    assert problem.value.messages[0].id == "DEP019"
    assert settled(town) == {"old"}


def test_without_verifier_there_is_no_plan(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "network.policy.gate", None)
    with pytest.raises(BunriError) as problem:
        plan_for(town, "new")
    assert problem.value.messages[0].id == "DEP017"
    assert settled(town) == {"old"}


def test_two_operators(town: Town) -> None:
    path = plan_for(town, "new")
    with exclusive(town.control().lock, "夜間作業"), pytest.raises(BunriError) as problem:
        run(town, path)
    assert problem.value.messages[0].id == "CHG010"
    assert settled(town) == {"old"}
    assert run(town, path).result == "confirmed"


def test_check_changes_nothing(town: Town) -> None:
    path = plan_for(town, "new")
    before = {name: town.running(name) for name in town.names}
    apply.check_plan(town.control(), path, None, Roster(), now=datetime.now(UTC))
    assert {name: town.running(name) for name in town.names} == before
    assert settled(town) == {"old"}


def test_rollback_to_a_journal_number(town: Town) -> None:
    control = town.control()
    assert run(town, plan_for(town, "first")).result == "confirmed"
    number = summarise(Journal(control.journal).records)[-1].last
    assert run(town, plan_for(town, "second")).result == "confirmed"
    state = apply.state_at(control, number)
    assert set(state) == set(town.names)
    folder = control.runs / "plans" / "back"
    plans.save(planning.make_plan(control, planning.Wish("back", state), folder), folder / "plan.json")
    assert run(town, folder / "plan.json").result == "confirmed"
    assert settled(town) == {"first"}


def test_way_back_to_before_the_first_plan_uses_what_the_device_still_knows(town: Town) -> None:
    control = town.control()
    town.want({"sw01": text("sw01", 1, "first")})
    candidates = {"sw01": control.intended_text("sw01")}
    for title in ("first", "second"):
        town.want({"sw01": text("sw01", 1, title)})
        candidates = {"sw01": control.intended_text("sw01")}
        folder = control.runs / "plans" / title
        plans.save(planning.make_plan(control, planning.Wish(title, candidates), folder), folder / "plan.json")
        assert run(town, folder / "plan.json").result == "confirmed"
    town.want({"sw02": text("sw02", 2, "later")})
    number = summarise(Journal(control.journal).records)[-1].last
    folder = control.runs / "plans" / "later"
    candidates = {"sw02": control.intended_text("sw02")}
    plans.save(planning.make_plan(control, planning.Wish("later", candidates), folder), folder / "plan.json")
    assert run(town, folder / "plan.json").result == "confirmed"
    state = apply.state_at(control, number)
    assert set(state) == {"sw02"}
    assert SECRETS["radius_key"] not in state["sw02"]
    folder = control.runs / "plans" / "back"
    plans.save(planning.make_plan(control, planning.Wish("back", state), folder), folder / "plan.json")
    assert run(town, folder / "plan.json").result == "confirmed"
    assert town.description("sw02") == "old"
    assert SECRETS["radius_key"] in town.running("sw02")


def test_no_secret_is_written_anywhere(town: Town) -> None:
    assert run(town, plan_for(town, "new")).result == "confirmed"
    marks = [b"Marked-Secret"]
    for path in (town.folder / "runs").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(mark in data for mark in marks), path
