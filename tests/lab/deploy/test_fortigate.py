"""FortiGates over real SSH: guard, change, re-read, save or return; the pair; a control node that dies on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bunri.change import plan as plans
from bunri.change.approval import Roster
from bunri.change.journal import Journal, summarise
from bunri.change.transaction import Result
from bunri.messages import BunriError
from network.deploy import apply, gate, planning
from network.deploy.fortios import FortiosSession
from network.lab.spec import Account
from tests.lab.deploy.test_power_cut import assume_proved
from tests.lab.deploy.town import PASSWORD, USER, Town
from tests.lab.devices.device_samples import firewalls

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]
POLICY = """config firewall policy
    edit 10
        set name "N15-1"
        set srcintf "v402"
        set dstintf "v401"
        set srcaddr "all"
        set dstaddr "broker"
        set action accept
        set schedule "always"
        set service "HTTPS"
    next
end
"""


class Pair(Town):
    """The units ``fw1`` (leads) and ``fw2``."""

    def __init__(self, folder: Path) -> None:
        specs = firewalls()
        for spec in specs:
            object.__setattr__(spec, "accounts", (Account(USER, PASSWORD),))
        super().__init__(folder, 0, scale=0.02, specs=specs)
        self.names = ["fw1", "fw2"]

    def wish(self, *, broker: str = "10.10.1.20", policy: str = POLICY) -> Path:
        for spec in self.specs:
            text = spec.startup.replace("10.10.1.20 255.255.255.255", f"{broker} 255.255.255.255") + policy
            self.want({spec.hostname: text})
        control = self.control()
        folder = control.runs / "plans" / f"{broker}-{time.monotonic_ns()}"
        wish = planning.Wish("firewall", {name: control.intended_text(name) for name in self.names})
        plans.save(planning.make_plan(control, wish, folder), folder / "plan.json")
        return folder / "plan.json"

    def held(self) -> list[bool]:
        """Whether each unit holds the policy."""
        return ['set name "N15-1"' in self.running(name) for name in self.names]

    def settled(self) -> list[bool]:
        """Return ``held`` after waiting for restarts, and checking that nothing is pending or unsaved."""
        deadline = time.monotonic() + 30
        while not all(self.summary(name)["up"] for name in self.names) and time.monotonic() < deadline:
            time.sleep(0.2)
        for name in self.names:
            summary = self.summary(name)
            assert summary["pending"] is None, name
            assert not summary["unsaved"], name
        return self.held()


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setattr(gate, "prove", assume_proved)
    town = Pair(tmp_path)
    town.start()
    try:
        yield town
    finally:
        town.stop()


def run(pair: Pair, path: Path) -> Result:
    return apply.apply_plan(pair.control(), path, None, Roster(), now=datetime.now(UTC))


def test_leader_is_changed_and_the_other_unit_follows(pair: Pair) -> None:
    path = pair.wish()
    plan = plans.load(path)
    assert [step.target.name for step in plan.steps] == ["fw1"]
    assert "cfg-save revert" in plan.steps[0].method
    assert any("fw2: HA" in note for note in plan.notes)
    assert 'set name "N15-1"' in plan.steps[0].diff
    result = run(pair, path)
    assert result.result == "confirmed", result
    assert pair.settled() == [True, True]
    for name, unit in (("fw1", 1), ("fw2", 2)):
        text = pair.running(name)
        assert f'set hostname "{name}"' in text
        assert f"set priority {200 // unit}" in text
        assert "set cfg-save revert" not in text
    assert run_again(pair) == []


def run_again(pair: Pair) -> list[str]:
    """Return the devices that a second plan would still change."""
    return [step.target.name for step in plans.load(pair.wish()).steps]


def test_check_changes_nothing(pair: Pair) -> None:
    path = pair.wish()
    apply.check_plan(pair.control(), path, None, Roster(), now=datetime.now(UTC))
    assert pair.settled() == [False, False]


def test_refused_line_takes_the_pair_back(pair: Pair) -> None:
    path = pair.wish(broker="10.10.1.77")
    pair.on("fw1", lambda device: device.faults.set("refuse", ["set service"]))
    result = run(pair, path)
    assert result.result == "reverted", result
    assert "DEP011" in {message.id for outcome in result.outcomes for message in outcome.messages}
    assert pair.settled() == [False, False]
    assert all("10.10.1.77" not in pair.running(name) for name in pair.names)


def test_hand_made_change_after_the_plan(pair: Pair) -> None:
    path = pair.wish()
    lines = ["config firewall address", 'edit "by-hand"', "set subnet 10.10.9.9 255.255.255.255", "next", "end"]
    pair.on("fw1", lambda device: device.tamper(lines))
    result = run(pair, path)
    assert "DEP014" in {message.id for outcome in result.outcomes for message in outcome.messages}
    assert pair.settled() == [False, False]
    assert "by-hand" in pair.running("fw1")


class DiedError(BaseException):
    """What stands for the death of the control node: nothing handles it."""


@pytest.mark.parametrize(
    ("step", "after", "expected"),
    [("prepare", True, "reverted"), ("commit", False, "reverted"), ("commit", True, "reverted"),
     ("check", True, "reverted"), ("confirm", False, "confirmed"), ("confirm", True, "confirmed")],
)  # fmt: skip
def test_resumed_after_death(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, step: str, after: bool, expected: str
) -> None:
    path = pair.wish()
    plain = getattr(FortiosSession, step)

    def dies(session: FortiosSession) -> None:
        if after:
            plain(session)
        raise DiedError

    with monkeypatch.context() as patch:
        patch.setattr(FortiosSession, step, dies)
        with pytest.raises(DiedError):
            run(pair, path)
    control = pair.control()
    with pytest.raises(BunriError) as problem:
        run(pair, path)
    assert problem.value.messages[0].id == "CHG011"
    result = apply.resume(control)
    assert result.result == expected, result
    assert pair.settled() == [expected == "confirmed"] * 2
    assert summarise(Journal(control.journal).records)[-1].result == expected


def test_the_unit_returns_by_itself_when_nobody_comes_back(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pair.wish()

    def dies(_session: FortiosSession) -> None:
        raise DiedError

    with monkeypatch.context() as patch:
        patch.setattr(FortiosSession, "check", dies)
        with pytest.raises(DiedError):
            run(pair, path)
    assert pair.held()[0]
    assert pair.summary("fw1")["pending"]
    deadline = time.monotonic() + 60
    while (pair.summary("fw1")["pending"] or not pair.summary("fw1")["up"]) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not pair.held()[0]
    assert apply.resume(pair.control()).result == "reverted"
    assert pair.settled() == [False, False]
