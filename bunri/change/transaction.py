"""All old or all new: the two-phase commit that carries a plan onto its targets.

Phase one brings every target of a unit to its new state under a guard of the target's own (a revert timer, a snapshot),
batch after batch, and checks it. Then one journal record, the decision, says ``confirm`` or ``abort``; phase two makes
every target follow it. A unit is the whole plan, or a batch where the plan says so.

A run that was cut off is finished by ``resume``. No decision on disk means nothing was confirmed, so everything goes
back (presumed abort); a decision is carried out on what each target really holds, which the target is asked, not the
journal. So every step is safe to repeat, and an ``abort`` possible even where the disk is too full to write it down.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bunri.messages import BunriError, Message, Where, error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bunri.change.journal import Journal, Run
    from bunri.change.plan import Plan, Step


class State(StrEnum):
    """What a target holds. ``pending``: new under guard; ``partial``: under guard, but neither old nor new."""

    OLD = "old"
    NEW = "new"
    PENDING = "pending"
    PARTIAL = "partial"
    OTHER = "other"
    UNREACHABLE = "unreachable"


class Session(Protocol):
    """One target's hands. Each method is safe to repeat and raises ``BunriError`` with what is wrong."""

    def state(self) -> State:
        """Say what the target holds now, by asking it."""

    def prepare(self) -> Mapping[str, str]:
        """Check, back up, load and compare; return facts to journal. The target still behaves as before."""

    def commit(self) -> None:
        """Bring the new content into force under guard."""

    def check(self) -> None:
        """Prove by re-reading that the target holds exactly the new content and still does its work."""

    def confirm(self) -> None:
        """Take the guard away and keep the new content, also across a restart of the target."""

    def revert(self) -> None:
        """Bring the old content back into force and keep it, whatever the target holds."""

    def close(self) -> None:
        """Let go of the target; never raises."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a target ended, with the messages that explain it and how long it took (seconds)."""

    target: str
    state: State
    messages: tuple[Message, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended. ``result``: ``confirmed``, ``reverted``, ``mixed`` (whole batches each) or ``incomplete``."""

    run: str
    result: str
    outcomes: tuple[Outcome, ...]
    messages: tuple[Message, ...] = ()


@dataclass(slots=True)
class Transaction:
    """A plan being carried out. ``connect`` opens a step's session; ``report(target, what)`` hears of progress."""

    plan: Plan
    run: str
    journal: Journal
    connect: Callable[[Step, Mapping[str, str]], Session]
    parallel: int = 16
    report: Callable[[str, str], None] = lambda _target, _what: None
    _sessions: dict[str, Session] = field(default_factory=dict)
    _facts: dict[str, dict[str, str]] = field(default_factory=dict)
    _states: dict[str, State] = field(default_factory=dict)
    _touched: dict[str, set[str]] = field(default_factory=dict)
    _landed: set[str] = field(default_factory=set)
    _messages: dict[str, list[Message]] = field(default_factory=dict)
    _spent: dict[str, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def apply(self, about: Mapping[str, object]) -> Result:
        """Carry the plan out; ``about`` goes into the first record. Leaves no unit half confirmed by itself."""
        self.journal.append(self.run, "begin", "", **{**about, "plan": self.plan.sha256})
        try:
            for number, batches in enumerate(self._units()):
                landed = self._phase_one(batches)
                if self._settle(number, batches, "confirm" if landed else "abort") == "abort":
                    break
            return self._end()
        finally:
            self._close()

    def resume(self, past: Run, *, back: bool = False) -> Result:
        """Finish a run that was cut off, by its decisions; ``back`` takes back even what was to be confirmed."""
        self._facts = {target: dict(facts) for target, facts in past.facts.items()}
        self._touched = {target: set(steps) for target, steps in past.touched.items()}
        self.journal.append(self.run, "resume", back=back)
        try:
            for number, batches in enumerate(self._units()):
                decision = "abort" if back else past.decisions.get(number, "abort")
                if self._settle(number, batches, decision) == "abort" and not back:
                    break
            return self._end()
        finally:
            self._close()

    def _units(self) -> list[list[list[Step]]]:
        batches = self.plan.batches
        return [batches] if self.plan.atomic == "plan" else [[batch] for batch in batches]

    def _phase_one(self, batches: Sequence[Sequence[Step]]) -> bool:
        try:
            return all(self._each(batch, self._land, stop_at_failure=True) for batch in batches)
        except KeyboardInterrupt:
            self._stop.set()
            self._messages.setdefault("", []).append(Message("CHG020"))
            return False

    def _settle(self, unit: int, batches: Sequence[Sequence[Step]], decision: str) -> str:
        """Record the decision and make every target follow it; return the decision that was in fact carried out."""
        self._stop.clear()
        try:
            self.journal.append(self.run, "decision", unit=unit, decision=decision)
        except BunriError as problem:
            # A confirmation that is not on the disk was not decided; going back needs no record (presumed abort).
            self._messages.setdefault("", []).extend(problem.messages)
            decision = "abort"
        if decision == "confirm":
            self._each([step for batch in batches for step in batch], self._make_new, stop_at_failure=False)
            return decision
        # Backwards, so that the states in between are the ones that were proved on the way there.
        for batch in reversed(batches):
            touched = [step for step in reversed(batch) if step.target.name in self._touched]
            self._each(touched, self._make_old, stop_at_failure=False)
        return decision

    def _land(self, step: Step) -> None:
        session = self._session(step)
        self._step(step, "prepare", session.prepare)
        self._step(step, "commit", session.commit)
        self._step(step, "check", session.check)
        self._landed.add(step.target.name)

    def _make_new(self, step: Step) -> None:
        name = step.target.name
        if name in self._landed:
            self._landed.discard(name)
            try:
                self._step(step, "confirm", self._session(step).confirm)
            except BunriError:
                # The guard may have fired, or the line broken: ask the target what it holds and go on from there.
                self._drop(name)
            else:
                self._states[name] = State.NEW
                return
        self._states[name] = State.UNREACHABLE
        session = self._session(step)
        self._states[name] = now = session.state()
        if now is State.PARTIAL:
            self._step(step, "revert", session.revert)
            self._states[name] = now = session.state()
        if now is State.OLD:
            self._land(step)
            self._landed.discard(name)
            self._states[name] = now = State.PENDING
        if now not in (State.PENDING, State.NEW):
            raise error("CHG022", Where(device=name))
        self._step(step, "confirm", session.confirm)
        self._states[name] = State.NEW

    def _make_old(self, step: Step) -> None:
        name = step.target.name
        # What was only prepared was never changed: a target that cannot be asked any more does not keep the run open.
        self._states[name] = State.UNREACHABLE if "commit" in self._touched[name] else State.OLD
        session = self._session(step)
        self._states[name] = now = session.state()
        if now is State.OTHER and "commit" not in self._touched[name]:
            raise error("CHG022", Where(device=name))
        self._step(step, "revert", session.revert)
        self._states[name] = session.state()

    def _each(self, steps: Iterable[Step], act: Callable[[Step], None], *, stop_at_failure: bool) -> bool:
        """Run ``act`` on every step, at most ``parallel`` at once; return whether all succeeded."""
        good = True
        waiting = list(steps)
        with ThreadPoolExecutor(max_workers=max(1, self.parallel)) as pool:
            running: set[Future[bool]] = set()
            try:
                while waiting or running:
                    while waiting and len(running) < self.parallel and not self._stop.is_set():
                        running.add(pool.submit(self._guarded, waiting.pop(0), act))
                    if not running:
                        return False
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    if not all(future.result() for future in done):
                        good = False
                        if stop_at_failure:
                            self._stop.set()
            except KeyboardInterrupt:
                self._stop.set()
                raise
        return good

    def _guarded(self, step: Step, act: Callable[[Step], None]) -> bool:
        name = step.target.name
        begun = time.monotonic()
        try:
            act(step)
        except Exception as problem:  # a defect in one target's hands must not strand the others
            found = problem.messages if isinstance(problem, BunriError) else (_unforeseen(name, problem),)
            self._messages.setdefault(name, []).extend(found)
            self.report(name, "failed")
            self._drop(name)
            return False
        finally:
            self._spent[name] = self._spent.get(name, 0.0) + time.monotonic() - begun
        return True

    def _step(self, step: Step, what: str, call: Callable[[], Mapping[str, str] | None]) -> None:
        name = step.target.name
        if self._stop.is_set():
            raise error("CHG021", Where(device=name))
        self._touched.setdefault(name, set()).add(what)
        self._record(name, what, "start")
        self.report(name, what)
        try:
            facts = dict(call() or {})
        except BunriError as problem:
            self._record(name, what, "failed", messages=[message.id for message in problem.messages])
            raise
        self._facts.setdefault(name, {}).update(facts)
        self._record(name, what, "done", facts=facts)
        self.report(name, f"{what} done")
        if self.journal.low_on_space and what in ("prepare", "commit", "check"):
            raise error("CHG013", Where(file=str(self.journal.path)), why="ENOSPC")

    def _record(self, name: str, what: str, phase: str, **data: object) -> None:
        try:
            self.journal.append(self.run, "step", name, step=what, phase=phase, **data)
        except BunriError as problem:
            # Going back must work even where nothing can be written; going on must not.
            if what != "revert":
                raise
            self._messages.setdefault(name, []).extend(problem.messages)

    def _session(self, step: Step) -> Session:
        name = step.target.name
        if name not in self._sessions:
            self._sessions[name] = self.connect(step, self._facts.get(name, {}))
        return self._sessions[name]

    def _drop(self, name: str) -> None:
        session = self._sessions.pop(name, None)
        if session is not None:
            session.close()

    def _close(self) -> None:
        for name in list(self._sessions):
            self._drop(name)

    def _end(self) -> Result:
        names = [step.target.name for step in self.plan.steps]
        states = {name: self._states.get(name, State.OLD) for name in names}
        settled = {
            name: State.OLD if state is State.OTHER and "commit" not in self._touched.get(name, set()) else state
            for name, state in states.items()
        }
        held = set(settled.values())
        if held <= {State.NEW}:
            result = "confirmed"
        elif held <= {State.OLD}:
            result = "reverted"
        elif held <= {State.OLD, State.NEW} and self.plan.atomic == "batch":
            result = "mixed"
        else:
            result = "incomplete"
        outcomes = tuple(
            Outcome(name, state, tuple(self._messages.get(name, ())), self._spent.get(name, 0.0))
            for name, state in states.items()
        )
        for outcome in outcomes:
            self._finish("outcome", outcome.target, state=str(outcome.state), seconds=round(outcome.seconds, 2))
        self._finish("end", "", result=result)
        return Result(self.run, result, outcomes, tuple(self._messages.get("", ())))

    def _finish(self, event: str, target: str, **data: object) -> None:
        try:
            self.journal.append(self.run, event, target, **data)
        except BunriError as problem:
            # The run stays open in the journal; the next one finds every target settled and closes it.
            self._messages.setdefault("", []).extend(problem.messages)


def _unforeseen(name: str, problem: Exception) -> Message:
    # Only the kind is told: the text of an exception that nobody foresaw might quote a secret.
    return Message("CHG024", Where(device=name), {"kind": type(problem).__name__})
