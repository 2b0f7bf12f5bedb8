"""The rolling replacement end to end against a vCenter: all new, or everything as it was; never a desktop lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bunri.messages import BunriError
from vdi.images.control import Wanted
from vdi.images.rolling import End
from vdi.images.windows import Verdict
from vdi.lab.center import Rule
from vdi.vsphere.machines import Machines

from .town import NEW_IMAGE, OLD_IMAGE, POLICY, Town, identity

if TYPE_CHECKING:
    from collections.abc import Callable

RUN, IMAGE = "guestinfo.bunri.run", "guestinfo.bunri.image"


def all_new(town: Town, before: dict[str, object]) -> None:
    """Assert that every desktop, and nothing else, is there with the new image, switched on and with people let in."""
    now = town.desktops()
    assert set(now) == set(before)
    assert {item.settings[IMAGE] for item in now.values()} == {NEW_IMAGE}
    assert all(item.on for item in now.values())
    assert not any("guestinfo.bunri.command" in item.settings for item in now.values())


def as_before(town: Town, before: dict[str, object]) -> None:
    """Assert that the pool is exactly as it was, without orphans."""
    assert identity(town.desktops()) == before


def test_every_desktop_is_replaced(town: Town) -> None:
    before = identity(town.desktops())
    made = town.plan()
    assert {step.batch for step in made.steps} == {0, 1, 2}
    result = town.apply(made)
    assert result.result == "confirmed", result
    assert {outcome.state for outcome in result.outcomes} == {End.NEW}
    all_new(town, before)
    assert not {item.moid for item in town.desktops().values()} & {entry[0] for entry in before.values()}
    assert town.plan().steps == ()
    assert len(town.plan().unchanged) == 9


@pytest.mark.parametrize(
    ("quirk", "gate"),
    [
        ({"tools": "guestToolsNotRunning"}, "tools"),
        ({"heartbeat": "red"}, "heartbeat"),
        ({"hostname": "win-7hqx"}, "hostname"),
        ({"address": "10.20.101.11"}, "address"),
        ({"address": "169.254.3.4"}, "address"),
        ({"broker": "unregistered"}, "broker"),
        (
            {"baseline": {r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\fDisableClip": "0"}},
            "baseline",
        ),
    ],
)
def test_a_canary_that_fails_leaves_all_others_alone(town: Town, quirk: dict[str, object], gate: str) -> None:
    before = identity(town.desktops())
    made = town.plan()
    canary = made.batches[0][0].target.name
    town.center.guests({canary: quirk})
    result = town.apply(made)
    assert result.result == "reverted", result
    failed = next(outcome for outcome in result.outcomes if outcome.target == canary)
    assert gate in {message.params["gate"] for message in failed.messages}
    as_before(town, before)
    canaries = {step.target.name for step in made.batches[0]}
    assert {name for name, _what in town.heard} <= canaries
    assert town.center.calls()["CloneVM_Task"] <= len(canaries)


def test_a_later_desktop_that_fails_takes_everything_back(town: Town) -> None:
    before = identity(town.desktops())
    made = town.plan()
    town.center.guests({made.batches[1][2].target.name: {"heartbeat": "red"}})
    result = town.apply(made)
    assert result.result == "reverted", result
    as_before(town, before)
    assert any(what == "landed" for _name, what in town.heard)


def test_few_enough_failures_are_left_behind_alone(town: Town) -> None:
    before = identity(town.desktops())
    town.policy = POLICY.model_copy(update={"maximum_unhealthy_percent": 25})
    made = town.plan()
    bad = made.batches[1][0].target.name
    town.center.guests({bad: {"heartbeat": "red"}})
    result = town.apply(made)
    assert result.result == "mixed", result
    now = town.desktops()
    assert set(now) == set(before)
    assert identity({bad: now[bad]})[bad] == before[bad]
    assert {item.settings[IMAGE] for name, item in now.items() if name != bad} == {NEW_IMAGE}


def test_people_who_stay_all_night_are_waited_for_and_left_alone(town: Town) -> None:
    before = identity(town.desktops())
    made = town.plan()
    stay = [made.batches[1][0].target.name, made.batches[2][0].target.name]
    town.log_in(*stay)
    before = identity(town.desktops())
    result = town.apply(made)
    assert result.result == "mixed", result
    states = {outcome.target: outcome.state for outcome in result.outcomes}
    assert {name for name, state in states.items() if state is End.WAITING} == set(stay)
    now = town.desktops()
    assert set(now) == set(before)
    for name in stay:
        assert identity(now)[name] == before[name]
    assert all(outcome.waited > 0.4 for outcome in result.outcomes if outcome.target in stay)
    assert not any(outcome.slow for outcome in result.outcomes)
    second = town.plan()
    assert {step.target.name for step in second.steps} == set(stay)


@pytest.mark.parametrize(("then", "state"), [("logoff", End.WAITING), ("force", End.NEW)])
def test_after_the_time_people_are_logged_off_if_the_policy_says_so(town: Town, then: str, state: End) -> None:
    logoff = POLICY.logoff.model_copy(update={"then": then, "wait_seconds": 0.2})
    town.policy = POLICY.model_copy(update={"logoff": logoff})
    made = town.plan()
    name = made.batches[1][0].target.name
    town.log_in(name)
    town.center.guests({name: {"stays": True}})
    result = town.apply(made)
    assert {outcome.target: outcome.state for outcome in result.outcomes}[name] is state


@pytest.mark.parametrize("at", ["2026-11-21T00:00:00+00:00", "2030-01-01T00:00:00+00:00", ""])
def test_an_old_or_missing_report_is_not_an_empty_desktop(town: Town, at: str) -> None:
    made = town.plan()
    name = made.batches[1][0].target.name
    town.tell(name, lambda report: report.update(at=at))
    before = identity(town.desktops())
    result = town.apply(made)
    states = {outcome.target: outcome.state for outcome in result.outcomes}
    assert states[name] is End.WAITING
    now = town.desktops()[name]
    assert now.settings[IMAGE] == OLD_IMAGE
    assert now.moid == before[name][0]


def test_canaries_in_use_stop_the_run_before_anything_else(town: Town) -> None:
    made = town.plan()
    town.log_in(*(step.target.name for step in made.batches[0]))
    result = town.apply(made)
    assert result.result == "incomplete"
    assert [message.id for message in result.messages] == ["IMG023"]
    assert town.resume(made, back=True).result == "reverted"
    assert set(town.desktops()) == {step.target.name for step in made.steps}


def test_a_session_that_ends_everywhere_is_renewed(town: Town) -> None:
    before = identity(town.desktops())
    made = town.plan()

    def heard(_target: str, what: str) -> None:
        if what in ("start", "landed"):
            town.center.expire()

    result = town.apply(made, report=heard)
    assert result.result == "confirmed", [*result.messages, *(o for o in result.outcomes if o.messages)]
    all_new(town, before)
    assert town.center.calls()["Login"] > 4


def test_a_vcenter_that_restarts_in_the_middle_is_waited_for(town: Town) -> None:
    import threading

    before = identity(town.desktops())
    made = town.plan()
    fell = threading.Event()

    def heard(_target: str, what: str) -> None:
        if what == "landed" and not fell.is_set():
            fell.set()
            town.center.down()
            threading.Timer(1.0, town.center.up).start()

    result = town.apply(made, report=heard)
    assert result.result == "confirmed", [*result.messages, *(o for o in result.outcomes if o.messages)]
    assert fell.is_set()
    assert town.waits
    all_new(town, before)


def test_no_permission_is_said_at_once_and_taken_back(town: Town) -> None:
    before = identity(town.desktops())
    made = town.plan()
    town.center.faults([Rule(method="CloneVM_Task", fault="no-permission")])
    result = town.apply(made)
    assert result.result == "reverted", result
    assert "VSP006" in {message.id for outcome in result.outcomes for message in outcome.messages}
    assert town.center.calls()["CloneVM_Task"] <= len(made.batches[0])
    as_before(town, before)


def test_three_faults_in_ten_calls_do_not_matter(make_town: Callable[..., Town]) -> None:
    town = make_town(12)
    before = identity(town.desktops())
    made = town.plan()
    methods = [
        "CloneVM_Task", "ReconfigVM_Task", "PowerOnVM_Task", "Rename_Task", "Destroy_Task", "PowerOffVM_Task",
        "RetrievePropertiesEx",
    ]  # fmt: skip
    town.center.faults([Rule(method=name, probability=0.3) for name in methods])
    result = town.apply(made)
    town.center.faults([])
    assert result.result == "confirmed", result
    all_new(town, before)


def test_a_name_that_exists_twice_is_refused_before_anything_is_done(town: Town) -> None:
    with town.connect() as connection:
        machines = Machines(connection)
        inventory = town.inventory()
        other = inventory.machine("gold-vd-honcho-kikan")
        machines.rename(other.moid, "vd-001")
    with pytest.raises(BunriError) as caught:
        town.plan()
    assert "IMG005" in {message.id for message in caught.value.messages}


def test_what_is_left_of_an_earlier_run_is_refused(town: Town) -> None:
    with town.connect() as connection:
        Machines(connection).rename(town.inventory().machine("gold-vd-honcho-kikan").moid, "vd-001~new-xyz")
    with pytest.raises(BunriError) as caught:
        town.plan()
    assert "IMG006" in {message.id for message in caught.value.messages}


def test_a_base_snapshot_that_is_deleted_after_the_plan_stops_the_run(town: Town) -> None:
    before = identity(town.desktops())
    made = town.plan()
    with town.connect() as connection:
        machines = Machines(connection)
        for name in ("gold-vd-honcho-kikan", "gold-vd-bosai-kikan"):
            found = town.inventory().machine(name).snapshots
            machines.remove_snapshot(next(item.moid for item in found if item.name == NEW_IMAGE))
    result = town.apply(made)
    assert result.result == "reverted", result
    assert {"VSP010"} <= {message.id for outcome in result.outcomes for message in outcome.messages}
    as_before(town, before)


def test_pause_then_resume(town: Town) -> None:
    before = identity(town.desktops())
    made = town.plan()

    def heard(_target: str, what: str) -> None:
        if what == "landed":
            town.wanted = Wanted.PAUSE

    result = town.apply(made, report=heard)
    assert result.result == "incomplete"
    assert [message.id for message in result.messages] == ["IMG025"]
    now = town.desktops()
    assert set(before) <= set(now)
    town.wanted = Wanted.GO
    assert town.resume(made).result == "confirmed"
    all_new(town, before)


def test_cancel_takes_everything_back(town: Town) -> None:
    before = identity(town.desktops())
    made = town.plan()

    def heard(_target: str, what: str) -> None:
        if what == "landed":
            town.wanted = Wanted.CANCEL

    result = town.apply(made, report=heard)
    assert result.result == "reverted", result
    assert "IMG024" in {message.id for message in result.messages}
    as_before(town, before)


def test_the_window_closes_in_the_middle(town: Town) -> None:
    before = identity(town.desktops())
    made = town.plan()
    asked: list[str] = []

    def allowed(desired: object, _moment: object) -> Verdict:
        asked.append(str(desired))
        return Verdict(len(asked) <= 4, "開庁時間", "office hours")

    result = town.apply(made, allowed=allowed)
    assert result.result == "incomplete"
    assert "IMG026" in {message.id for message in result.messages}
    assert town.resume(made).result == "confirmed"
    all_new(town, before)


def test_never_more_out_of_service_than_the_policy_allows(make_town: Callable[..., Town]) -> None:
    town = make_town(12, delays={"PowerOnVM_Task": 60, "powerOn": 60})
    town.policy = POLICY.model_copy(update={"maximum_unavailable_percent": 25, "batch": 12, "parallel": 12})
    made = town.plan()
    out: set[str] = set()
    worst: list[int] = []

    def heard(target: str, what: str) -> None:
        if what == "shutdown":
            out.add(target)
        elif what == "landed":
            out.discard(target)
        worst.append(len(out))

    result = town.apply(made, report=heard)
    assert result.result == "confirmed", [*result.messages, *(o for o in result.outcomes if o.messages)]
    assert 1 < max(worst) <= 4


def test_the_thirty_seventh_of_one_hundred_and_eighty(make_town: Callable[..., Town]) -> None:
    town = make_town(180)
    town.policy = POLICY.model_copy(update={"batch": 60, "parallel": 4, "canary_percent": 5})
    before = identity(town.desktops())
    made = town.plan()
    assert len(made.steps) == 180
    bad = made.steps[36].target.name
    town.center.guests(
        {bad: {"baseline": {r"HKLM\SOFTWARE\Policies\Microsoft\Windows\Installer\DisableUserInstalls": "0"}}}
    )
    result = town.apply(made)
    assert result.result == "reverted", result
    assert [outcome.target for outcome in result.outcomes if outcome.messages] == [bad]
    landed = {name for name, what in town.heard if what == "landed"}
    assert 9 <= len(landed) <= 60
    # Who came after the ones at work was never touched.
    never = {step.target.name for step in made.steps[69:]}
    assert not never & {name for name, _what in town.heard}
    as_before(town, before)
