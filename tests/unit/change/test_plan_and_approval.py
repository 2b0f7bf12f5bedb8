"""The number on the paper, and who may do what is written there."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunri.change import plan as plans
from bunri.change.approval import Approval, Contractor, Roster, check, load_approval
from bunri.change.files import Fingerprints, sha256, write_atomic
from bunri.change.plan import Plan, Proof, Step, Target
from bunri.change.record import complete, give_reason, large_difference, store
from bunri.change.transaction import Outcome, Result, State
from bunri.messages import BunriError

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def sample(candidate: str = "hostname a\n") -> Plan:
    step = Step(
        target=Target(name="a", kind="device"),
        method="m",
        batch=0,
        candidate=candidate,
        candidate_sha256=sha256(candidate),
        before="b",
        filled="f",
        diff="+x",
        seconds=1,
    )
    return Plan(
        id="p",
        title="作業",
        created=NOW,
        atomic="plan",
        steps=(step,),
        proof=Proof(verdict="proved", reference="r"),
        expected_seconds=60,
    )


def ids(problem: BunriError) -> list[str]:
    return [message.id for message in problem.messages]


def test_save_and_load(tmp_path: Path) -> None:
    number = plans.save(sample(), tmp_path / "plan.json")
    assert plans.load(tmp_path / "plan.json") == sample()
    assert number == sample().sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hostname a", "hostname b"),
        ('"proved"', '"violated"'),
        ('"batch": 0', '"batch": 1'),
        ("+x", "+y"),
        ('"expected_seconds": 60', '"expected_seconds": 61'),
        ("作業", "作業2"),
    ],
)
def test_an_altered_plan_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "plan.json"
    plans.save(sample(), path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BunriError) as problem:
        plans.load(path)
    assert ids(problem.value) == ["CHG002"]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"plan": {}, "sha256": ""}', "\x00"])
def test_rubbish_is_no_plan(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(BunriError) as problem:
        plans.load(tmp_path / "plan.json")
    assert ids(problem.value) == ["CHG001"]


def test_a_candidate_swapped_with_its_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    plans.save(sample(), path)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["plan"]["steps"][0]["candidate"] = "hostname evil\n"
    document["sha256"] = Plan.model_validate(document["plan"]).sha256
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(BunriError) as problem:
        plans.load(path)
    assert ids(problem.value) == ["CHG002"]


numbers = st.text(alphabet="0123456789abcdef", min_size=64, max_size=64)


@given(numbers)
def test_the_short_form_is_the_number(number: str) -> None:
    short = plans.short_form(number)
    assert plans.typed_matches(short, number)
    assert plans.typed_matches(short.lower().replace("-", " ").replace("0", "o").replace("1", "l"), number)
    assert plans.typed_matches(number, number)


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_slip_of_the_hand_never_matches(number: str, place: int, char: str) -> None:
    letters = plans.short_form(number).replace("-", "")
    typed = letters[:place] + char + letters[place + 1 :]
    if typed == letters:
        return
    with contextlib.suppress(BunriError):
        assert not plans.typed_matches(typed, number)


@given(numbers, st.integers(0, 14))
def test_swapped_neighbours_are_caught_by_the_check_digits(number: str, place: int) -> None:
    letters = plans.short_form(number).replace("-", "")
    if letters[place] == letters[place + 1]:
        return
    typed = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
    with pytest.raises(BunriError) as problem:
        plans.typed_matches(typed, number)
    assert ids(problem.value) == ["CHG003"]


def approval(**changes: object) -> Approval:
    values: dict[str, object] = {
        "plan": plans.short_form(sample().sha256),
        "work": "VLAN の追加",
        "planned_start": NOW,
        "planned_minutes": 30,
        "requester": "佐藤 一",
        "approver": "鈴木 二",
        "workers": ["高橋 三"],
        "approved_at": NOW - timedelta(days=1),
        "expires_at": NOW + timedelta(days=1),
        **changes,
    }
    return Approval.model_validate(values)


ROSTER = Roster(
    staff=("高橋 三", "佐藤 一"),
    contractors=(
        Contractor(
            company="株式会社例",
            responsible="田中",
            worker="渡辺 四",
            place="本庁舎",
            sworn=date(2026, 4, 1),
            until=date(2027, 3, 31),
        ),
        Contractor(
            company="株式会社例",
            responsible="田中",
            worker="伊藤 五",
            place="本庁舎",
            sworn=date(2025, 4, 1),
            until=date(2026, 3, 31),
        ),
    ),
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"workers": ["渡辺　四"]}, []),
        ({"plan": "0" * 64}, ["CHG004"]),
        ({"approver": "佐藤　一"}, ["CHG005"]),
        ({"workers": ["佐藤一"]}, ["CHG005"]),
        ({"approver": "高橋三"}, ["CHG005"]),
        ({"expires_at": NOW - timedelta(minutes=1)}, ["CHG006"]),
        ({"planned_start": NOW + timedelta(hours=1)}, ["CHG007"]),
        ({"approved_at": NOW + timedelta(minutes=1)}, ["CHG007"]),
        ({"workers": ["山本 六"]}, ["CHG008"]),
        ({"workers": ["高橋 三", "伊藤 五"]}, ["CHG008"]),
        ({"workers": ["山本 六"], "expires_at": NOW - timedelta(1)}, ["CHG006", "CHG008"]),
    ],
)
def test_approval(changes: dict[str, object], expected: list[str]) -> None:
    try:
        check(approval(**changes), sample(), ROSTER, NOW)
        found = []
    except BunriError as problem:
        found = ids(problem)
    assert found == expected


@pytest.mark.parametrize(
    "missing", ["work", "planned_minutes", "planned_start", "requester", "approver", "workers", "expires_at", "plan"]
)
def test_an_incomplete_record_names_the_field(tmp_path: Path, missing: str) -> None:
    values = approval().model_dump(mode="json")
    del values[missing]
    (tmp_path / "a.yml").write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(BunriError) as problem:
        load_approval(tmp_path / "a.yml")
    assert ids(problem.value) == ["CHG009"]
    assert problem.value.messages[0].where.key == missing


@pytest.mark.parametrize(
    ("planned", "actual", "large"),
    [
        (30, 39, False),
        (30, 41, True),
        (30, 21, False),
        (30, 19, True),
        (100, 129, False),
        (100, 131, True),
        (1, 10, False),
    ],
)
def test_large_difference(planned: float, actual: float, large: bool) -> None:
    assert large_difference(planned, actual) is large


def test_record_asks_for_a_reason_and_takes_it_once_given(tmp_path: Path) -> None:
    result = Result("r", "confirmed", (Outcome("a", State.NEW, (), 1.0),))
    record = complete(sample(), approval(), result, NOW, NOW + timedelta(hours=3))
    assert record.reason_needed
    store(record, tmp_path / "record.json")
    with pytest.raises(BunriError) as problem:
        give_reason(tmp_path / "record.json", "  ")
    assert ids(problem.value) == ["CHG015"]
    done = give_reason(tmp_path / "record.json", "停電のため")
    assert not done.reason_needed
    assert done.difference_reason == "停電のため"


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_atomic(path, "old")

    def broken(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_fingerprints_depend_on_a_private_key(tmp_path: Path) -> None:
    first, second = Fingerprints(tmp_path / "a"), Fingerprints(tmp_path / "b")
    assert first.of("x") == Fingerprints(tmp_path / "a").of("x") != second.of("x")
    assert (tmp_path / "a" / "fingerprint.key").stat().st_mode & 0o777 == 0o600
