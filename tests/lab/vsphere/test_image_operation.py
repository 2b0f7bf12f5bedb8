"""The work around a replacement: approval, lock, history, record, pause by file, resume and cancel as operators do."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bunri.change import plan as plans
from bunri.change.approval import Approval, Roster
from bunri.messages import BunriError
from vdi.images import control, operate
from vdi.images.history import Stage, load

from .town import NEW_IMAGE, POOL, VCENTER, Town, identity

if TYPE_CHECKING:
    from pathlib import Path

    from bunri.change.plan import Plan

ROSTER = Roster(staff=("鈴木 一郎", "佐藤 花子", "田中 次郎"))


def paper(town: Town, made: Plan, **changed: object) -> Approval:
    """Return an approval of ``made`` by three different people."""
    words: dict[str, object] = {
        "plan": plans.short_form(made.sha256),
        "work": made.title,
        "planned_start": town.moment,
        "planned_minutes": 60,
        "requester": "佐藤 花子",
        "approver": "田中 次郎",
        "workers": ["鈴木 一郎"],
        "approved_at": town.moment - timedelta(days=1),
        "expires_at": town.moment + timedelta(days=1),
    }
    return Approval.model_validate({**words, **changed})


def site(town: Town, **more: object) -> operate.Site:
    """Return the site of ``town``; its clock goes with the guests' (they report the real time)."""
    return operate.Site(town.city, {VCENTER: town.access}, town.runs, "suzuki", **more)  # type: ignore[arg-type]


@pytest.fixture
def planned(town: Town) -> tuple[Town, Plan, Path]:
    """A town with a plan on file, approved for now."""
    from datetime import UTC, datetime

    town.moment = datetime.now(UTC)
    made = town.plan()
    path = town.runs / "plan.json"
    plans.save(made, path)
    return town, made, path


def test_an_approved_plan_is_carried_out_and_recorded(planned: tuple[Town, Plan, Path]) -> None:
    town, made, path = planned
    result = operate.apply(site(town), path, paper(town, made), ROSTER)
    assert result.result == "confirmed"
    history = load(town.runs, POOL)
    assert history.promoted() == NEW_IMAGE
    assert [move.stage for move in history.moves] == [Stage.CANDIDATE, Stage.CANARY, Stage.PROMOTED]
    record = json.loads((town.runs / result.run / "record.json").read_text(encoding="utf-8"))
    assert record["result"] == "confirmed"
    assert len(record["items"]) == 9
    everything = "".join(item.read_text(encoding="utf-8") for item in town.runs.rglob("*.json*") if item.is_file())
    assert town.access.password not in everything


def test_a_bad_image_is_rejected_in_the_history(planned: tuple[Town, Plan, Path]) -> None:
    town, made, path = planned
    before = identity(town.desktops())
    town.center.guests({made.steps[0].target.name: {"broker": "no"}})
    assert operate.apply(site(town), path, paper(town, made), ROSTER).result == "reverted"
    assert load(town.runs, POOL).stage(NEW_IMAGE) is Stage.REJECTED
    assert identity(town.desktops()) == before


@pytest.mark.parametrize(
    ("changed", "id_"),
    [({"approver": "佐藤 花子"}, "CHG005"), ({"workers": ["誰か"]}, "CHG008"), ({"plan": "0" * 64}, "CHG004")],
)
def test_without_a_valid_approval_nothing_happens(
    planned: tuple[Town, Plan, Path], changed: dict[str, object], id_: str
) -> None:
    town, made, path = planned
    with pytest.raises(BunriError) as caught:
        operate.apply(site(town), path, paper(town, made, **changed), ROSTER)
    assert id_ in {message.id for message in caught.value.messages}
    assert "CloneVM_Task" not in town.center.calls()


def test_pause_by_file_then_another_apply_is_refused_then_cancel(planned: tuple[Town, Plan, Path]) -> None:
    town, made, path = planned
    before = identity(town.desktops())

    def heard(_target: str, what: str) -> None:
        if what == "landed":
            run = json.loads((town.runs / "journal.jsonl").read_text(encoding="utf-8").splitlines()[0])["run"]
            control.wish(town.runs, run, control.Wanted.PAUSE)

    assert operate.apply(site(town, report=heard), path, paper(town, made), ROSTER).result == "incomplete"
    with pytest.raises(BunriError) as caught:
        operate.apply(site(town), path, paper(town, made), ROSTER)
    assert caught.value.messages[0].id == "CHG011"
    assert operate.resume(site(town), back=True).result == "reverted"
    assert identity(town.desktops()) == before
    with pytest.raises(BunriError) as again:
        operate.resume(site(town))
    assert again.value.messages[0].id == "CHG016"
