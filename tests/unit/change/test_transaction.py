"""The two-phase commit, cut off at every single point: all old or all new, and the journal says which."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bunri.change.files import sha256
from bunri.change.journal import Journal, read
from bunri.change.plan import Plan, Proof, Step, Target
from bunri.change.transaction import State, Transaction
from bunri.messages import error


class PowerCut(BaseException):
    """Stands for SIGKILL: no handler of the code under test may swallow it."""


class World:
    """Targets with a guard that takes an unconfirmed change back, as a revert timer does."""

    def __init__(self, names: list[str]) -> None:
        self.content = dict.fromkeys(names, "old")
        self.saved = dict.fromkeys(names, "old")
        self.guard = dict.fromkeys(names, False)
        self.fails: set[tuple[str, str]] = set()
        self.cut_at = -1
        self.events = 0
        self.log: list[tuple[str, str]] = []

    def tick(self) -> None:
        self.events += 1
        if self.events == self.cut_at:
            raise PowerCut

    def timers_fire(self) -> None:
        for name, armed in self.guard.items():
            if armed:
                self.content[name], self.guard[name] = "old", False

    def settled(self) -> bool:
        return not any(self.guard.values()) and self.content == self.saved


class Hands:
    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name

    def _do(self, what: str) -> None:
        self.world.log.append((self.name, what))
        self.world.tick()
        if (self.name, what) in self.world.fails:
            raise error("CHG022")

    def state(self) -> State:
        world = self.world
        if world.guard[self.name]:
            return State.PENDING if world.content[self.name] == "new" else State.PARTIAL
        return State(world.content[self.name])

    def prepare(self) -> dict[str, str]:
        self._do("prepare")
        return {"before": "old"}

    def commit(self) -> None:
        self.world.guard[self.name] = True
        self.world.tick()
        self.world.content[self.name] = "half"
        self._do("commit")
        self.world.content[self.name] = "new"
        self.world.tick()

    def check(self) -> None:
        self._do("check")

    def confirm(self) -> None:
        self._do("confirm")
        if not self.world.guard[self.name] and self.world.content[self.name] != "new":
            raise error("CHG022")
        self.world.guard[self.name] = False
        self.world.tick()
        self.world.saved[self.name] = "new"

    def revert(self) -> None:
        self._do("revert")
        self.world.content[self.name] = "old"
        self.world.guard[self.name] = False
        self.world.tick()
        self.world.saved[self.name] = "old"

    def close(self) -> None:
        pass


def plan_of(names: list[str], atomic: str = "plan", per_batch: int = 2) -> Plan:
    steps = tuple(
        Step(
            target=Target(name=name, kind="thing"),
            method="guard",
            batch=(i + per_batch - 1) // per_batch,
            candidate="new",
            candidate_sha256=sha256("new"),
            before="old",
            filled="f",
            diff="-old\n+new",
            seconds=1,
        )
        for i, name in enumerate(names)
    )
    return Plan(
        id="p",
        title="t",
        created=datetime(2026, 11, 22, tzinfo=UTC),
        atomic=atomic,
        steps=steps,
        proof=Proof(verdict="not-applicable", reference="-"),
        expected_seconds=len(names),
    )


def engine(world: World, folder: Path, plan: Plan, run: str = "r1") -> Transaction:
    journal = CuttingJournal(folder / "journal.jsonl", world)
    return Transaction(plan, run, journal, lambda step, _facts: Hands(world, step.target.name), parallel=1)


class CuttingJournal(Journal):
    def __init__(self, path: Path, world: World) -> None:
        super().__init__(path)
        self.world = world

    def append(self, run: str, event: str, target: str = "", **data: object):  # type: ignore[no-untyped-def]
        self.world.tick()
        record = super().append(run, event, target, **data)
        self.world.tick()
        return record


NAMES = ["a", "b", "c", "d", "e"]


def test_all_confirmed(tmp_path: Path) -> None:
    world = World(NAMES)
    result = engine(world, tmp_path, plan_of(NAMES)).apply({"file": "x"})
    assert result.result == "confirmed"
    assert set(world.content.values()) == {"new"}
    assert world.settled()
    assert not Journal(tmp_path / "journal.jsonl").unfinished()


def test_canary_is_alone_and_first_and_nothing_is_confirmed_before_all_are_checked(tmp_path: Path) -> None:
    world = World(NAMES)
    engine(world, tmp_path, plan_of(NAMES)).apply({})
    whats = [what for _, what in world.log]
    assert world.log[:3] == [("a", "prepare"), ("a", "commit"), ("a", "check")]
    assert whats.index("confirm") > max(i for i, what in enumerate(whats) if what == "check")


@pytest.mark.parametrize("stage", ["prepare", "commit", "check"])
@pytest.mark.parametrize("victim", NAMES)
def test_a_failure_takes_everything_back(tmp_path: Path, victim: str, stage: str) -> None:
    world = World(NAMES)
    world.fails = {(victim, stage)}
    result = engine(world, tmp_path, plan_of(NAMES)).apply({})
    assert result.result == "reverted"
    assert set(world.content.values()) == {"old"}
    assert world.settled()
    later = NAMES[NAMES.index(victim) + 1 :] if victim in "ac" or victim == "e" else []
    assert not [name for name, _ in world.log if name in later]


def test_a_failing_batch_leaves_earlier_batches_new(tmp_path: Path) -> None:
    world = World(NAMES)
    world.fails = {("d", "check")}
    result = engine(world, tmp_path, plan_of(NAMES, "batch")).apply({})
    assert result.result == "mixed"
    assert world.content == {"a": "new", "b": "new", "c": "new", "d": "old", "e": "old"}


def test_reverts_run_backwards(tmp_path: Path) -> None:
    world = World(NAMES)
    world.fails = {("e", "check")}
    engine(world, tmp_path, plan_of(NAMES)).apply({})
    assert [name for name, what in world.log if what == "revert"] == ["e", "d", "c", "b", "a"]


def test_guard_that_fired_before_confirmation_is_done_again(tmp_path: Path) -> None:
    world = World(NAMES)
    transaction = engine(world, tmp_path, plan_of(NAMES))
    fired = []

    def report(target: str, what: str) -> None:
        if what == "confirm" and not fired:
            fired.append(target)
            world.timers_fire()

    transaction.report = report
    assert transaction.apply({}).result == "confirmed"
    assert set(world.content.values()) == {"new"}
    assert world.settled()


@pytest.mark.parametrize("fire", [False, True])
@pytest.mark.parametrize("fails", [None, ("d", "check")])
def test_power_cut_at_every_point(tmp_path: Path, fails: tuple[str, str] | None, fire: bool) -> None:
    rehearsal = World(NAMES)
    rehearsal.fails = {fails} if fails else set()
    engine(rehearsal, tmp_path / "rehearsal", plan_of(NAMES)).apply({})
    assert rehearsal.events > 60
    ends = set()
    for cut in range(1, rehearsal.events + 1):
        world = World(NAMES)
        world.fails = {fails} if fails else set()
        world.cut_at = cut
        folder = tmp_path / str(cut)
        with pytest.raises(PowerCut):
            engine(world, folder, plan_of(NAMES)).apply({})
        if fire:
            world.timers_fire()
        world.cut_at = -1
        journal = Journal(folder / "journal.jsonl")
        past = journal.unfinished()
        if past is not None:
            transaction = engine(world, folder, plan_of(NAMES))
            result = transaction.resume(past)
            assert result.result in ("confirmed", "reverted"), (cut, result)
            ends.add(result.result)
            assert (result.result == "confirmed") == (past.decisions.get(0) == "confirm"), cut
        assert len(set(world.content.values())) == 1, (cut, world.content)
        assert not any(world.guard.values()), cut
        assert world.settled(), (cut, world.content, world.saved)
        assert Journal(folder / "journal.jsonl").unfinished() is None
    assert ends == ({"reverted"} if fails else {"confirmed", "reverted"})


def test_power_cut_during_the_resume_itself(tmp_path: Path) -> None:
    for first in range(5, 60, 9):
        for second in range(1, 40, 5):
            world = World(NAMES)
            folder = tmp_path / f"{first}-{second}"
            world.cut_at = first
            with pytest.raises(PowerCut):
                engine(world, folder, plan_of(NAMES)).apply({})
            for cut in (world.events + second, -1):
                past = Journal(folder / "journal.jsonl").unfinished()
                if past is None:
                    break
                world.cut_at = cut
                try:
                    engine(world, folder, plan_of(NAMES)).resume(past)
                except PowerCut:
                    continue
            assert len(set(world.content.values())) == 1
            assert world.settled()
            assert Journal(folder / "journal.jsonl").unfinished() is None


def test_a_target_that_somebody_else_changed_is_left_alone(tmp_path: Path) -> None:
    world = World(NAMES)
    world.fails = {("b", "prepare")}

    class Strange(Hands):
        def state(self) -> State:
            return State.OTHER if self.name == "b" else super().state()

    transaction = engine(world, tmp_path, plan_of(NAMES))
    transaction.connect = lambda step, _facts: Strange(world, step.target.name)
    result = transaction.apply({})
    assert result.result == "reverted"
    assert ("b", "revert") not in world.log
    assert "CHG022" in [m.id for o in result.outcomes if o.target == "b" for m in o.messages]


def test_unreachable_at_confirmation_keeps_the_run_open(tmp_path: Path) -> None:
    world = World(NAMES)
    world.fails = {("c", "confirm")}
    transaction = engine(world, tmp_path, plan_of(NAMES))
    result = transaction.apply({})
    assert result.result == "incomplete"
    past = Journal(tmp_path / "journal.jsonl").unfinished()
    assert past is not None
    world.fails = set()
    assert engine(world, tmp_path, plan_of(NAMES)).resume(past).result == "confirmed"
    assert world.settled()


def test_full_disk_takes_everything_back_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(NAMES)
    transaction = engine(world, tmp_path, plan_of(NAMES))
    path = tmp_path / "journal.jsonl"
    real = os.write

    def write(handle: int, data: bytes) -> int:
        if path.with_suffix(".spare").exists() and path.stat().st_size > 1500 and b'"hash"' in data:
            real(handle, data[:10])
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, data)

    monkeypatch.setattr(os, "write", write)
    result = transaction.apply({})
    assert result.result == "reverted"
    assert set(world.content.values()) == {"old"}
    assert world.settled()
    assert "CHG013" in {message.id for outcome in result.outcomes for message in outcome.messages}
    assert [record.event for record in read(path)][-1] == "end"


def test_disk_so_full_that_nothing_can_be_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(NAMES)
    transaction = engine(world, tmp_path, plan_of(NAMES))
    path = tmp_path / "journal.jsonl"
    real = os.write

    def write(handle: int, data: bytes) -> int:
        if path.stat().st_size > 1500 and b'"hash"' in data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, data)

    monkeypatch.setattr(os, "write", write)
    result = transaction.apply({})
    assert set(world.content.values()) == {"old"}
    assert "CHG013" in {message.id for message in result.messages}
    monkeypatch.undo()
    past = Journal(path).unfinished()
    assert past is not None
    assert engine(world, tmp_path, plan_of(NAMES)).resume(past).result == "reverted"
    assert world.settled()
