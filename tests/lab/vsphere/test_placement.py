"""Placement against two simulated vCenters over TLS: read, judge, drift, plan, apply, take back, resume."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from bunri.change import plan as plans
from bunri.change.approval import Approval, Roster
from bunri.change.journal import Journal
from bunri.cli import main
from bunri.messages import BunriError
from vdi.drift import report as drift_report
from vdi.drift.compare import compare
from vdi.lab.center import Center, Rule
from vdi.lab.describe import describe
from vdi.placement import changes
from vdi.placement.apply import Site, carry_out, rehearse, resume
from vdi.placement.centers import ENVIRONMENT, accesses, read_all
from vdi.placement.check import judge
from vdi.placement.hands import MARK, NEW
from vdi.placement.live import view
from vdi.placement.model import View, situation
from vdi.placement.planner import propose
from vdi.vsphere.connection import Access, Connection, Patience

from .town import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bunri.change.plan import Plan
    from bunri.intent import City
    from vdi.placement.rules import Finding
    from vdi.vsphere.inventory import Inventory, Machine

BUILDING, IAAS = "mgmt-vcenter1", "mgmt-vcenter2"
QUICK = Patience(attempts=6, first=0.02, factor=1.5, longest=0.2, outage=1)
SPOILT = {"kikan-db2", "naibu-av1", "naibu-file2", "naibu-print1", "naibu-wsus1"}
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SCALE = float(os.environ.get("BUNRI_TEST_SCALE", "1"))
METHODS = ["ReconfigVM_Task", "CloneVM_Task", "RelocateVM_Task", "PowerOnVM_Task"][: 2 if SCALE <= 1 else 4]
CALLS = [40, 90] if SCALE <= 1 else list(range(3, 120, 6))
"""After how many calls the vCenter goes away: over reading, preparing, changing and confirming."""
RECORDS = [14, 24] if SCALE <= 1 else list(range(1, 60))
"""After how many journal records the controller dies: before, in and after every kind of step."""


@dataclass(slots=True)
class Pair:
    """Both vCenters of a city without desktops, and where work on them is recorded."""

    city: City
    centers: dict[str, Center]
    access: dict[str, Access]
    file: Path
    runs: Path

    def read(self) -> dict[str, Inventory | None]:
        return read_all(self.access)[0]

    def view(self) -> View:
        return view(self.city, DAY, self.read())

    def found(self) -> list[Finding]:
        return list(judge(situation(self.city, self.view())).findings)

    def site(self) -> Site:
        return Site(self.runs, lambda name: Connection(self.access[name], QUICK), 2, 0.2)

    def plan(self) -> tuple[Path, Plan]:
        found = self.read()
        targets, problems = changes.wanted(self.city, DAY, found, {})
        assert problems == []
        live = view(self.city, DAY, found)
        plan = changes.make(self.city, live, found, targets, title="是正", created=NOW)
        path = self.runs / "plan.json"
        plans.save(plan, path)
        return path, plan

    def machines(self) -> dict[str, Machine]:
        held = [m for item in self.read().values() if item for m in item.machines]
        assert len({m.name for m in held}) == len(held), "a machine twice"
        return {m.name: m for m in held}


def approval(plan: Plan, now: datetime) -> tuple[Approval, Roster]:
    made = Approval(
        plan=plans.short_form(plan.sha256),
        work="サーバ配置の是正",
        planned_start=now,
        planned_minutes=30,
        requester="要求 花子",
        approver="承認 次郎",
        workers=("作業 太郎",),
        approved_at=now - timedelta(hours=1),
        expires_at=now + timedelta(days=1),
    )
    return made, Roster(staff=("要求 花子", "承認 次郎", "作業 太郎"))


def spoil(machines: list[dict[str, Any]]) -> None:
    """Make the building's machines differ from the inventory in every way that can be put right."""
    held = {item["name"]: item for item in machines}
    held["naibu-av1"] |= {"cpu": 2, "memory_gb": 8}
    held["naibu-print1"]["networks"] = ["naibu-server", "kikan-server"]
    held["kikan-db2"]["snapshots"] = ["before-patch"]
    held["naibu-file2"] |= {
        "cluster": "honcho-kikan",
        "host": held["kikan-db2"]["host"],
        "datastore": "honcho-kikan-ds",
    }
    template = {
        **held["naibu-wsus1"],
        "name": "template-win-2022",
        "on": False,
        "template": True,
        "folder": "gold",
        "extra": {},
    }
    machines.remove(held["naibu-wsus1"])
    machines.append(template)


@pytest.fixture
def make(city: City, trust: Any, tmp_path: Path) -> Iterator[Callable[..., Pair]]:
    from .town import small

    with ExitStack() as stack:

        def start(*, spoilt: bool = False) -> Pair:
            its = small(city, 0)
            centers = {}
            for name in (BUILDING, IAAS):
                described = describe(its, name, DAY)
                if spoilt and name == BUILDING:
                    spoil(described["machines"])
                    described["folders"] = sorted({item["folder"] for item in described["machines"]})
                made = Center(described, certificate=trust.certificate, key=trust.key)
                centers[name] = stack.enter_context(made)
            access = {
                name: Access(name, c.host, c.description["user"], c.description["password"], c.port, trust.root, 10)
                for name, c in centers.items()
            }
            user = access[BUILDING].user
            rows = {n: {"host": a.host, "port": a.port, "user": user, "ca": str(trust.root)} for n, a in access.items()}
            file = tmp_path / "centers.yml"
            file.write_text(yaml.safe_dump({"centers": rows}), encoding="utf-8")
            return Pair(its, centers, access, file, tmp_path / "runs")

        yield start


def test_what_is_as_declared_holds(make: Callable[..., Pair]) -> None:
    pair = make()
    assert {f.id for f in pair.found() if f.severity != "warning"} == set()
    drift = compare(pair.city, DAY, pair.read(), {})
    assert {f.status for f in drift} == {"same"}
    assert changes.wanted(pair.city, DAY, pair.read(), {}) == ([], [])
    assert propose(pair.city, pair.view()).moves == ()


def test_what_differs_is_found_planned_and_put_right(make: Callable[..., Pair]) -> None:
    pair = make(spoilt=True)
    found = {(f.id, f.subject) for f in pair.found() if f.severity == "error"}
    assert {("PLC180", "naibu-print1"), ("PLC182", "naibu-print1"), ("PLC181", "naibu-file2"),
            ("PLC224", "naibu-file2"), ("PLC220", "naibu-wsus1")} <= found  # fmt: skip
    drift = {f.device: f for f in compare(pair.city, DAY, pair.read(), {}) if f.status != "same"}
    assert set(drift) == SPOILT
    assert drift["naibu-print1"].severity == "critical"
    assert "kikan" in drift["naibu-print1"].path[0]
    assert drift["kikan-db2"].differences == ("+ snapshot: before-patch",)
    assert drift["naibu-av1"].differences == ("- cpu: 4", "+ cpu: 2", "- memory: 16 GiB", "+ memory: 8 GiB")
    assert drift_report.exit_code(list(drift.values())) == 1

    path, plan = pair.plan()
    assert {step.target.name: step.method for step in plan.steps} == {
        "kikan-db2": "snapshots", "naibu-av1": "restart", "naibu-file2": "move",
        "naibu-print1": "network", "naibu-wsus1": "create",
    }  # fmt: skip
    before = pair.machines()
    rehearse(pair.site(), path, *approval(plan, NOW), now=NOW)
    assert pair.machines() == before, "a dry run changed something"
    result = carry_out(pair.site(), path, *approval(plan, NOW), now=NOW)
    assert result.result == "confirmed", [str(m) for o in result.outcomes for m in o.messages]
    after = pair.machines()
    assert not [m for m in after.values() if m.settings.get(MARK)]
    assert not [name for name in after if name.startswith(NEW)]
    left = {f.device: f.differences for f in compare(pair.city, DAY, pair.read(), {}) if f.differences}
    # The simulator gives a clone no guest: that its tools do not answer is told.
    assert set(left) <= {"naibu-wsus1"}
    assert all("tools" in line for line in left.get("naibu-wsus1", ()))
    untouched = set(after) - SPOILT
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
    assert changes.wanted(pair.city, DAY, pair.read(), {})[0] == []
    record = json.loads((pair.runs / result.run / "record.json").read_text(encoding="utf-8"))
    assert record["approver"] == "承認 次郎"


def test_a_machine_that_changed_since_is_refused(make: Callable[..., Pair]) -> None:
    pair = make(spoilt=True)
    path, plan = pair.plan()
    other = next(step for step in plan.steps if step.target.name == "naibu-av1")
    machine = pair.machines()["naibu-av1"]
    with Connection(pair.access[BUILDING], QUICK) as connection:
        from pyVmomi import vim

        from vdi.vsphere.machines import Machines

        Machines(connection).reconfigure(machine.moid, vim.vm.ConfigSpec(numCPUs=3), "somebody")
    with pytest.raises(BunriError) as caught:
        rehearse(pair.site(), path, *approval(plan, NOW), now=NOW)
    assert {m.id for m in caught.value.messages} == {"PLC015"}
    result = carry_out(pair.site(), path, *approval(plan, NOW), now=NOW)
    states = {o.target: str(o.state) for o in result.outcomes}
    assert result.result in ("reverted", "mixed"), result
    assert pair.machines()["naibu-av1"].cpu == 3, f"{other} was not ours to change: {states}"


def test_an_approval_of_another_plan_is_refused(make: Callable[..., Pair]) -> None:
    pair = make(spoilt=True)
    path, plan = pair.plan()
    wrong, roster = approval(plan.model_copy(update={"title": "another"}), NOW)
    before = pair.machines()
    with pytest.raises(BunriError) as caught:
        carry_out(pair.site(), path, wrong, roster, now=NOW)
    assert [m.id for m in caught.value.messages] == ["CHG004"]
    assert pair.machines() == before


@pytest.mark.parametrize("method", METHODS)
def test_no_permission_takes_everything_back(make: Callable[..., Pair], method: str) -> None:
    pair = make(spoilt=True)
    path, plan = pair.plan()
    before = pair.machines()
    pair.centers[BUILDING].faults([Rule(method=method, fault="no-permission", count=1)])
    result = carry_out(pair.site(), path, *approval(plan, NOW), now=NOW)
    assert result.result in ("reverted", "mixed", "incomplete"), result
    pair.centers[BUILDING].faults([])
    if result.result == "incomplete":
        # The fault hit the way back itself: the run stays open, and finishing it ends in one of the two states.
        result = resume(pair.site(), back=True)
    assert result.result in ("reverted", "mixed"), result
    assert whole(pair, plan, before)


@pytest.mark.parametrize("calls", CALLS)
def test_a_vcenter_that_goes_away_leaves_old_or_new(make: Callable[..., Pair], calls: int) -> None:
    pair = make(spoilt=True)
    path, plan = pair.plan()
    before = pair.machines()
    pair.centers[BUILDING].down(after_calls=calls)
    result = carry_out(pair.site(), path, *approval(plan, NOW), now=NOW)
    pair.centers[BUILDING].up()
    for _ in range(3):
        if result.result != "incomplete":
            break
        result = resume(pair.site())
    assert result.result in ("reverted", "confirmed", "mixed"), result
    assert whole(pair, plan, before)


class PowerCutError(BaseException):
    """The controller dies: nobody catches this."""


@pytest.mark.parametrize("records", RECORDS)
def test_a_controller_that_dies_is_resumed(
    make: Callable[..., Pair], monkeypatch: pytest.MonkeyPatch, records: int
) -> None:
    pair = make(spoilt=True)
    path, plan = pair.plan()
    before = pair.machines()
    written = 0
    append = Journal.append

    def until_the_cut(journal: Journal, *args: object, **data: object) -> object:
        nonlocal written
        written += 1
        if written > records:
            raise PowerCutError
        return append(journal, *args, **data)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "append", until_the_cut)
    with suppress(PowerCutError):
        carry_out(pair.site(), path, *approval(plan, NOW), now=NOW)
    monkeypatch.setattr(Journal, "append", append)
    if Journal(pair.site().journal).unfinished() is not None:
        with pytest.raises(BunriError) as caught:
            carry_out(pair.site(), path, *approval(plan, NOW), now=NOW)
        assert [m.id for m in caught.value.messages] == ["CHG011"], "a new run beside an unfinished one"
        result = resume(pair.site())
        assert result.result in ("reverted", "confirmed", "mixed"), result
    assert whole(pair, plan, before)


def whole(pair: Pair, plan: Plan, before: dict[str, Machine]) -> bool:
    """Return whether every machine is wholly old or wholly new, none is lost, twice, half made or still marked."""
    now = pair.machines()
    for step in plan.steps:
        name = step.target.name
        wanted = changes.Wanted.read(step.candidate)
        machine = now.get(name)
        if machine is None:
            assert name not in before, f"{name} is lost"
            continue
        assert not machine.settings.get(MARK), f"{name} is still marked"
        old = before.get(name)
        same_as_old = old is not None and changes.as_it_is(old, wanted.vcenter) == changes.as_it_is(
            machine, wanted.vcenter
        )
        assert same_as_old or (wanted.matches(machine) and not machine.snapshots), f"{name}: {machine}"
        assert machine.on, f"{name} is off"
    rest = set(before) - {step.target.name for step in plan.steps}
    assert {name: now.get(name) for name in rest} == {name: before[name] for name in rest}
    return not [name for name in now if name.startswith(NEW)]


def test_a_vcenter_that_is_down_is_unknown_not_good(make: Callable[..., Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vdi.placement.centers.READING", QUICK)
    pair = make()
    pair.centers[IAAS].stop()
    found, messages = read_all(pair.access | {IAAS: Access(IAAS, "127.0.0.1", "x", "x", 9, None, 1)})
    assert found[IAAS] is None
    assert messages
    result = judge(situation(pair.city, view(pair.city, DAY, found))).findings
    assert ("PLC225", "unknown") in {(f.id, f.severity) for f in result}
    drift = compare(pair.city, DAY, found, {IAAS: tuple(messages)})
    lost = [f for f in drift if f.device == "kikan-app1"]
    assert [(f.status, f.severity) for f in lost] == [("unreachable", "unknown")]
    _, problems = changes.wanted(pair.city, DAY, found, {})
    assert {m.id for m in problems} == {"PLC013"}


def test_the_command_reads_both_vcenters(
    make: Callable[..., Pair], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = make(spoilt=True)
    monkeypatch.setenv(ENVIRONMENT, pair.access[BUILDING].password)
    options = ["--inventory", str(pair.city.root), "--runs", str(pair.runs), "--centers", str(pair.file), "--json"]
    assert main(["placement", "check", "--live", "--day", str(DAY), *options]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["verdict"] == "violated"
    assert [item["source"] for item in answer["placements"]][-1] == "live"
    assert main(["placement", "drift", "--day", str(DAY), *options]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"at", "commit", "counts", "devices"}
    assert {
        d["device"] for d in answer["devices"] if d["status"] == "drifted" and not d["device"].startswith("vd-")
    } == SPOILT
    assert main(["placement", "plan", "--live", "--day", str(DAY), "--out", str(pair.runs / "p"), *options]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {step["server"] for step in answer["steps"]} == SPOILT
    plan_file = answer["plan"]
    assert main(["placement", "apply", plan_file, *options]) == 0, "the default is a dry run"
    assert json.loads(capsys.readouterr().out)["result"] == "checked"
    assert main(["placement", "apply", plan_file, "--confirm", *options]) == 2
    assert json.loads(capsys.readouterr().out)["errors"][0]["id"] == "CHG023"
    assert pair.machines()["naibu-av1"].cpu == 2


def test_a_password_never_stands_in_the_file(make: Callable[..., Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    pair = make()
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    with pytest.raises(BunriError) as caught:
        accesses(pair.city, pair.file)
    assert caught.value.messages[0].id == "PLC003"
    pair.file.write_text("centers: {mgmt-vcenter1: {password: x}}", encoding="utf-8")
    with pytest.raises(BunriError) as caught:
        accesses(pair.city, pair.file)
    assert caught.value.messages[0].id == "PLC002"
