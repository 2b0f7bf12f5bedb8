"""When work is allowed, where the control node stands and who may work: from the sample inventory, clock pinned."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bunri.change import plan as plans
from bunri.change.approval import Approval
from bunri.change.files import sha256
from bunri.change.plan import Plan, Proof, Step, Target
from bunri.intent.city import City
from bunri.intent.load import load
from bunri.messages import BunriError
from network.deploy import apply, control, windows

JST = ZoneInfo("Asia/Tokyo")


@pytest.fixture(scope="module")
def city() -> City:
    return load(Path(__file__).parents[3] / "inventory" / "yasu", today=date(2026, 11, 22))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


@pytest.mark.parametrize(
    ("sites", "begin", "minutes", "expected"),
    [
        ("honcho", "2026-11-24T19:00", 60, []),  # Tuesday evening
        ("honcho", "2026-11-24T17:15", 60, []),  # closes at that minute
        ("honcho", "2026-11-24T17:14", 60, ["DEP040"]),
        ("honcho", "2026-11-24T08:00", 30, []),
        ("honcho", "2026-11-24T08:00", 31, ["DEP040"]),
        ("honcho", "2026-11-23T10:00", 60, []),  # a holiday
        ("honcho", "2026-11-22T10:00", 60, []),  # Sunday
        ("honcho", "2026-11-23T20:00", 60 * 12, []),  # through the night …
        ("honcho", "2026-11-23T20:00", 60 * 13, ["DEP040"]),  # … but not into Tuesday morning
        ("library", "2026-11-22T10:00", 60, ["DEP040"]),  # the library is open on Sundays
        ("library", "2026-11-24T10:00", 60, []),  # … and closed on Tuesdays
        ("dc", "2026-11-24T10:00", 60, []),  # never closes: no better hour
        ("honcho", "2027-02-20T10:00", 60, ["DEP034"]),  # tax, a Saturday
        ("honcho", "2027-03-15T23:30", 20, ["DEP034"]),  # the last day is included
        ("honcho", "2027-03-16T19:00", 20, []),
        ("honcho", "2027-02-15T23:50", 20, ["DEP034"]),  # runs into the first day
        ("es-gio", "2027-02-20T10:00", 60, []),  # no 基幹系 at a school
        ("es-gio", "2027-03-20T10:00", 60, ["DEP034"]),  # end of the fiscal year: the whole city
        ("honcho", "2027-03-23T10:00", 60, ["DEP034", "DEP040"]),
    ],
)
def test_when_work_is_refused(city: City, sites: str, begin: str, minutes: int, expected: list[str]) -> None:
    rules = windows.rules_of(city)
    start = at(begin)
    found = windows.refusals(rules, [sites], start, start + timedelta(minutes=minutes))
    assert [message.id for message in found] == expected
    for message in found:
        assert sites in str(message.params["sites"])
        assert message.where.file.endswith("calendar.yml")
        assert message.where.line


def test_utc_clock_is_read_as_local_time(city: City) -> None:
    begin = datetime.fromisoformat("2026-11-24T01:00+00:00")  # ten in the morning in Japan
    assert [m.id for m in windows.refusals(windows.rules_of(city), ["honcho"], begin, begin)] == []
    found = windows.refusals(windows.rules_of(city), ["honcho"], begin, begin + timedelta(minutes=1))
    assert [m.id for m in found] == ["DEP040"]
    assert found[0].params["when"] == "2026-11-24 10:00"


def test_plan_mentions_what_comes(city: City) -> None:
    rules = windows.rules_of(city)
    assert list(windows.notes(rules, ["honcho"], at("2027-01-16T10:00"))) == []
    assert "TAX-R8" in next(windows.notes(rules, ["honcho"], at("2027-01-17T10:00")))
    assert "TAX-R8" in next(windows.notes(rules, ["honcho"], at("2027-03-15T10:00")))
    assert not [note for note in windows.notes(rules, ["es-gio"], at("2027-02-20T10:00")) if "TAX" in note]


def saved(folder: Path) -> tuple[Path, str]:
    step = Step(target=Target(name="honcho-acc01", kind="device", site="honcho"), method="m", batch=0,
                candidate="hostname x\n", candidate_sha256=sha256("hostname x\n"), before="b", filled="f", diff="+x",
                seconds=1)  # fmt: skip
    plan = Plan(id="p", title="t", created=at("2026-11-22T10:00"), atomic="plan", steps=(step,),
                proof=Proof(verdict="proved", reference="r"), expected_seconds=600)  # fmt: skip
    return folder / "plan.json", plans.save(plan, folder / "plan.json")


@pytest.mark.parametrize(
    ("start", "now", "exception", "expected"),
    [
        ("2027-02-20T19:00", "2027-02-20T19:05", "", {"DEP034"}),
        ("2026-11-24T16:50", "2026-11-24T17:20", "", {"DEP040"}),  # planned too early, begun in time
        ("2026-11-24T17:16", "2026-11-24T17:14", "", {"DEP040"}),  # begun too early
        ("2026-11-24T17:30", "2026-11-24T17:20", "", {"DEP024"}),  # allowed: the next check speaks
        ("2027-02-20T19:00", "2027-02-20T19:05", "確定申告の障害を直すため", {"DEP024"}),
    ],
)
def test_apply_asks_for_an_approved_reason(
    city: City, tmp_path: Path, start: str, now: str, exception: str, expected: set[str]
) -> None:
    found = control.from_city(city, tmp_path / "runs")
    path, number = saved(tmp_path)
    approval = Approval(
        plan=number,
        work="w",
        planned_start=at(start),
        planned_minutes=40,
        requester="甲",
        approver="乙",
        workers=("例示 職一",),
        approved_at=at("2026-11-22T10:00"),
        expires_at=at("2027-12-01T00:00"),
        exception=exception,
    )
    with pytest.raises(BunriError) as problem:
        apply.apply_plan(found, path, approval, found.roster, now=at(now))
    assert {message.id for message in problem.value.messages} == expected
    assert not found.journal.exists()


def test_far_is_measured_from_the_control_nodes_hypervisors(city: City, tmp_path: Path) -> None:
    found = control.from_city(city, tmp_path)
    assert found.starts == ("esx-honcho-mgmt1", "esx-honcho-mgmt2")
    hops = found.hops()
    assert (hops["honcho-acc13"], hops["honcho-acc14"]) == (1, 1)
    assert hops["honcho-core1"] == 2
    assert hops["dc-ce1"] > hops["honcho-core1"]
    assert hops["backup-ce1"] > hops["dc-ce1"]


def test_who_may_work_comes_from_the_inventory(city: City) -> None:
    roster = control.roster_of(city)
    assert "例示 職一" in roster.staff
    taro = next(person for person in roster.contractors if person.worker == "例示 太郎")
    assert (taro.company, taro.responsible) == ("例示ネットワーク株式会社", "例示 太郎")
    assert (taro.sworn, taro.until) == (date(2021, 5, 1), date(2029, 4, 30))
