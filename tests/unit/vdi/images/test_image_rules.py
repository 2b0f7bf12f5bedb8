"""History, maintenance windows, baseline, session reports: the pure rules of image updates, case by case."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bunri.intent import City, load
from bunri.messages import BunriError
from vdi.images.baseline import baseline, compliance
from vdi.images.history import History, Stage, store
from vdi.images.history import load as load_history
from vdi.images.windows import next_window, verdict
from vdi.sessions.guestinfo import seen

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture(scope="module")
def city() -> City:
    return load(Path(__file__).parents[4] / "inventory" / "yasu", today=date(2026, 11, 22))


@pytest.mark.parametrize(
    ("site", "zone", "moment", "allowed"),
    [
        ("honcho", "kikan", "2026-11-24T10:00", False),  # a working day
        ("honcho", "kikan", "2026-11-24T17:14", False),
        ("honcho", "kikan", "2026-11-24T17:15", True),
        ("honcho", "kikan", "2026-11-24T08:29", True),
        ("honcho", "kikan", "2026-11-24T08:30", False),
        ("honcho", "kikan", "2026-11-22T10:00", True),  # Sunday
        ("honcho", "kikan", "2026-11-23T10:00", True),  # a holiday
        ("honcho", "kikan", "2027-02-20T23:00", False),  # tax returns: 基幹系 rests
        ("honcho", "inet", "2027-02-20T23:00", True),
        ("honcho", "inet", "2027-04-01T23:00", False),  # end of the fiscal year: everything rests
        ("honcho", "naibu", "2027-04-15T23:00", False),  # election
        ("honcho", "inet", "2027-04-15T23:00", True),
    ],
)
def test_windows(city: City, site: str, zone: str, moment: str, allowed: bool) -> None:
    found = verdict(city, site, zone, datetime.fromisoformat(moment).replace(tzinfo=TOKYO))
    assert found.allowed is allowed
    assert allowed or (found.ja and found.en)


def test_windows_are_judged_in_the_citys_time(city: City) -> None:
    # 23:30 UTC on the 23rd is 08:30 on the 24th in Yasu.
    assert not verdict(city, "honcho", "kikan", datetime(2026, 11, 23, 23, 30, tzinfo=UTC)).allowed


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-24T10:00", "2026-11-24T17:15"),
        ("2027-02-20T10:00", "2027-03-16T00:00"),
        ("2027-03-20T00:00", "2027-04-28T00:00"),
        ("2026-11-22T10:00", "2026-11-22T10:00"),
    ],
)
def test_the_next_window(city: City, moment: str, opens: str) -> None:
    found = next_window(city, "honcho", "kikan", datetime.fromisoformat(moment).replace(tzinfo=TOKYO))
    assert found == datetime.fromisoformat(opens).replace(tzinfo=TOKYO)


def test_an_image_goes_its_way_and_the_one_before_retires(tmp_path: Path) -> None:
    found = History(pool="p")
    for image in ("a", "b"):
        for stage in (Stage.CANDIDATE, Stage.CANARY, Stage.PROMOTED):
            found = found.to(image, stage, "suzuki", NOW)
    assert found.promoted() == "b"
    assert found.stage("a") is Stage.RETIRED
    store(found, tmp_path)
    assert load_history(tmp_path, "p") == found


@pytest.mark.parametrize("stage", [Stage.CANARY, Stage.PROMOTED, Stage.RETIRED, Stage.REMOVED])
def test_an_unknown_image_is_a_candidate_first(stage: Stage) -> None:
    with pytest.raises(BunriError) as caught:
        History(pool="p").to("a", stage, "suzuki", NOW)
    assert caught.value.messages[0].id == "IMG001"


@pytest.mark.parametrize("wrong", [Stage.PROMOTED, Stage.RETIRED, Stage.REMOVED])
def test_a_candidate_does_not_jump(wrong: Stage) -> None:
    found = History(pool="p").to("a", Stage.CANDIDATE, "suzuki", NOW)
    with pytest.raises(BunriError):
        found.to("a", wrong, "suzuki", NOW)


def test_what_may_be_removed() -> None:
    found = History(pool="p")
    for image in "abcd":
        for stage in (Stage.CANDIDATE, Stage.CANARY, Stage.PROMOTED):
            found = found.to(image, stage, "suzuki", NOW)
    found = found.to("x", Stage.CANDIDATE, "suzuki", NOW).to("x", Stage.REJECTED, "suzuki", NOW)
    assert found.removable(keep=2) == ("a", "b", "x")
    assert found.removable(keep=9) == ("x",)


def test_the_core_desktops_baseline_bars_every_redirection(city: City) -> None:
    wanted = baseline(city.desktops.pools["kikan-vdi"])
    rules = {setting.rule for setting in wanted}
    assert rules == {"3-4", "3-5", "3-6", "3-7"}
    names = {setting.name for setting in wanted if setting.rule == "3-5"}
    assert {"fDisableClip", "fDisableCdm", "fDisableCpm", "ClipboardState", "ScreenCaptureProtection"} == names
    idle = next(setting for setting in wanted if setting.name == "MaxIdleTime")
    assert idle.value == str(15 * 60 * 1000)
    good = {setting.id: setting.value for setting in wanted}
    assert not compliance(wanted, good)
    for setting in wanted:
        assert [item.setting for item in compliance(wanted, {**good, setting.id: "?"})] == [setting]
        assert [item.setting for item in compliance(wanted, {k: v for k, v in good.items() if k != setting.id})] == [
            setting
        ]


def report(**changed: object) -> dict[str, str]:
    found = {
        "at": NOW.isoformat(),
        "image": "i",
        "broker": "registered",
        "draining": False,
        "sessions": [],
        "baseline": {},
    }
    return {"guestinfo.bunri.report": json.dumps({**found, **changed})}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"guestinfo.bunri.report": ""},
        {"guestinfo.bunri.report": "{"},
        {"guestinfo.bunri.report": "[]"},
        {"guestinfo.bunri.report": '{"sessions": []}'},
        report(at="2026-11-22T12:00:00"),
        report(at=(NOW - timedelta(minutes=6)).isoformat()),
        report(at=(NOW + timedelta(minutes=3)).isoformat()),
        report(sessions=None),
        report(sessions=[{"user": "no id"}]),
    ],
)
def test_what_is_not_known_is_not_empty(settings: dict[str, str]) -> None:
    found = seen(settings, NOW)
    assert found.unknown
    assert not found.free


def test_a_fresh_report_is_believed() -> None:
    assert seen(report(), NOW).free
    assert not seen(report(sessions=[{"id": "1"}]), NOW).free
