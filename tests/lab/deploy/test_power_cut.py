"""The control node dies (SIGKILL) at many points of a deployment; a second run ends with all devices old or all new.

CI size: a few points of a four-device deployment. ``BUNRI_TEST_SCALE=10`` gives ten devices and more than 60 points.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bunri.change import plan as plans
from bunri.change.journal import Journal, summarise
from bunri.change.lock import holder
from bunri.change.plan import Proof
from network.deploy import gate, planning
from tests.lab.deploy.town import PASSWORD, SECRETS, USER, Town, running_town

pytestmark = pytest.mark.lab
FULL = float(os.environ.get("BUNRI_TEST_SCALE", "1")) > 1
DEVICES = 10 if FULL else 3
POINTS = 64 if FULL else 4
CONTROLLER = Path(__file__).with_name("controller.py")


def assume_proved(before: Path, after: Path, order: object, policy: Path) -> Proof:
    """The gate has its own tests; here it says yes about exactly what it was asked."""
    return Proof(verdict="proved", reference=gate.reference(before, after, policy))


def plan_for(town: Town, description: str) -> Path:
    town.want_all(description)
    control = town.control()
    folder = control.runs / "plans" / description
    wish = planning.Wish(description, {name: control.intended_text(name) for name in town.names}, (1, "100%"))
    plans.save(planning.make_plan(control, wish, folder), folder / "plan.json")
    return folder / "plan.json"


def controller(town: Town, work: str, runs: Path, plan: Path, *more: str) -> subprocess.CompletedProcess[str]:
    runs.mkdir(parents=True, exist_ok=True)
    about: dict[str, Any] = {
        "runs": str(runs),
        "intended": str(town.intended),
        "plan": str(plan),
        "key": str(town.control().runs),
        "hosts": {spec.hostname: spec.address for spec in town.specs},
        "port": town.port,
        "user": USER,
        "password": PASSWORD,
        "known_hosts": str(town.keys),
        "scale": town.scale,
        "secrets": SECRETS,
    }
    (runs / "town.json").write_text(json.dumps(about))
    return subprocess.run(
        [sys.executable, str(CONTROLLER), work, str(runs / "town.json"), *more],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=Path(__file__).parents[3],
    )


def settled(town: Town) -> set[str]:
    """Return the descriptions that the devices hold, after checking that nothing is pending or unsaved."""
    for name in town.names:
        summary = town.summary(name)
        assert summary["pending"] is None, name
        assert not summary["unsaved"], name
    return {town.description(name) for name in town.names}


@pytest.mark.timeout(3000)
def test_killed_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "prove", assume_proved)
    with running_town(tmp_path, DEVICES, scale=0.5) as town:
        there = plan_for(town, "new")
        town.want_all("new")
        done = controller(town, "apply", tmp_path / "rehearsal", there)
        assert json.loads(done.stdout)["result"] == "confirmed", done
        events = json.loads(done.stdout)["events"]
        back = plan_for(town, "old")
        plan, now, goal = back, "new", "old"
        chosen = random.Random(20261122)
        step = events / POINTS
        points = sorted(int(step * i + chosen.uniform(1, step)) for i in range(POINTS))
        ends: dict[str, int] = {"confirmed": 0, "reverted": 0, "before it began": 0, "complete": 0}
        for number, point in enumerate(points):
            town.want_all(goal)
            runs = tmp_path / f"cut-{number}"
            killed = controller(town, "apply", runs, plan, str(point))
            if killed.returncode == -signal.SIGKILL:
                first = summarise(Journal(runs / "journal.jsonl").records)
                second = controller(town, "resume", runs, plan)
                answer = json.loads(second.stdout)
                if "errors" in answer:
                    # Killed before it had begun, or after it had ended: nothing is left to do.
                    assert answer["errors"] == ["CHG016"], (point, answer)
                    result = "confirmed" if first and first[-1].result == "confirmed" else "before it began"
                else:
                    result = answer["result"]
                    decided = first[-1].decisions.get(0)
                    assert result == ("confirmed" if decided == "confirm" else "reverted"), (point, decided, answer)
            else:
                # Threads make the number of events vary a little: this run was over before its last hour came.
                assert json.loads(killed.stdout)["result"] == "confirmed", killed
                result = "complete"
            ends[result] += 1
            held = settled(town)
            assert len(held) == 1, (point, held)
            assert held == ({goal} if result in ("confirmed", "complete") else {now}), (point, result, held)
            journal = Journal(runs / "journal.jsonl")
            assert journal.unfinished() is None, point
            journal.close()
            assert holder(runs / "lock") is None
            if held == {goal}:
                plan, now, goal = (there, "old", "new") if goal == "old" else (back, "new", "old")
        print(events, ends)
        assert ends["reverted"]
        assert sum(ends.values()) == POINTS


@pytest.mark.timeout(300)
def test_timers_fire_while_nobody_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the decision, found again only when the devices' own timers have taken everything back."""
    monkeypatch.setattr(gate, "prove", assume_proved)
    with running_town(tmp_path, 2, scale=0.5) as town:
        plan = plan_for(town, "new")
        town.want_all("new")
        rehearsal = controller(town, "apply", tmp_path / "rehearsal", plan)
        assert json.loads(rehearsal.stdout)["result"] == "confirmed", rehearsal
        plan = plan_for(town, "old")
        # Threads make the number of events before the decision vary a little.
        decided = json.loads(rehearsal.stdout)["decided"]
        for point in (decided + offset for offset in (2, 4, 6, 3, 8, 10, 12, 1, 14, 16, 18, 20)):
            runs = tmp_path / f"cut-{point}"
            killed = controller(town, "apply", runs, plan, str(point))
            if killed.returncode != -signal.SIGKILL:
                plan = plan_for(town, "new" if town.description("sw01") == "old" else "old")
                continue
            run = summarise(Journal(runs / "journal.jsonl").records)[-1]
            pending = [name for name in town.names if town.summary(name)["pending"]]
            if run.decisions.get(0) == "confirm" and pending and run.open:
                break
            controller(town, "resume", runs, plan)
            plan = plan_for(town, "new" if town.description("sw01") == "old" else "old")
        else:
            pytest.fail("no point between decision and confirmation was hit")
        goal = plans.load(plan).title
        for name in pending:
            # What the timer calls when it fires; its own clock has a test of its own (test_napalm.py), and waiting for
            # it here would make the test depend on how busy the machine is.
            town.on(name, lambda device: device.revert("timer"))
        assert {town.description(name) for name in pending} == {"new" if goal == "old" else "old"}
        answer = json.loads(controller(town, "resume", runs, plan).stdout)
        assert answer.get("result") == "confirmed", answer
        assert settled(town) == {goal}
