"""The rolling replacement: canaries, then batch after batch, inside the limits of the policy, until all stand or none.

Nothing old is removed before the decision. While every desktop is new or waits for its user, the old machines stand
parked beside them; one journal record then decides ``confirm`` (the parked ones are removed) or ``abort`` (everything
goes back). A run that was cut off is resumed from what the vCenters hold: without a decision it goes on, with one it is
carried out.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bunri.messages import BunriError, Message, Where
from vdi.images.control import Wanted
from vdi.images.hands import Hands, Occupied, Phase
from vdi.images.health import gates
from vdi.images.planning import desired_of, policy_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from bunri.change.journal import Journal, Run
    from bunri.change.plan import Plan, Step
    from vdi.images.desired import Desired
    from vdi.images.windows import Verdict
    from vdi.sessions.broker import Broker
    from vdi.vsphere.inventory import Inventory
    from vdi.vsphere.machines import Machines

LIGHT_WORKERS = 12
"""Workers beyond the clones that go on at once: they configure, rename and judge while others clone."""


class End(StrEnum):
    """How a desktop ended."""

    NEW = "new"
    OLD = "old"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A desktop's end. ``waited`` is the time it waited for its user, ``booted`` from start to healthy (seconds)."""

    target: str
    state: End
    messages: tuple[Message, ...] = ()
    waited: float = 0.0
    booted: float = 0.0
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: ``confirmed``, ``mixed`` (some wait for their users), ``reverted`` or ``incomplete``."""

    run: str
    result: str
    outcomes: tuple[Outcome, ...]
    messages: tuple[Message, ...] = ()


@dataclass(slots=True)
class Rolling:
    """A plan being carried out.

    ``centers``: vCenter → operations; ``inventory(vCenter)`` reads it now; ``allowed(desired, moment)`` judges the
    window; ``wanted()`` is the operator's wish; ``report(desktop, what)`` hears of progress.
    """

    plan: Plan
    run: str
    journal: Journal
    centers: Mapping[str, Machines]
    inventory: Callable[[str], Inventory]
    broker: Broker
    clock: Callable[[], datetime]
    allowed: Callable[[Desired, datetime], Verdict]
    wanted: Callable[[], Wanted] = lambda: Wanted.GO
    report: Callable[[str, str], None] = lambda _target, _what: None
    _hands: dict[str, Hands] = field(default_factory=dict)
    _phase: dict[str, Phase] = field(default_factory=dict)
    _failed: dict[str, tuple[Message, ...]] = field(default_factory=dict)
    _waiting: dict[str, float] = field(default_factory=dict)
    _waited: dict[str, float] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _slow: set[str] = field(default_factory=set)
    _touched: set[str] = field(default_factory=set)
    _messages: list[Message] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _places: threading.BoundedSemaphore = field(default_factory=threading.BoundedSemaphore)
    _going_back: bool = False

    @property
    def mark(self) -> str:
        """What marks this run's machines: the first eight characters of its id."""
        return self.run[:8]

    def apply(self, about: Mapping[str, object]) -> Result:
        """Carry the plan out; ``about`` goes into the journal's first record."""
        self.journal.append(self.run, "begin", "", **{**about, "plan": self.plan.sha256})
        return self._guarded_go()

    def resume(self, past: Run, *, back: bool = False) -> Result:
        """Go on with a run that was cut off or paused; ``back``: take everything back instead."""
        self._touched = set(past.touched)
        self.journal.append(self.run, "resume", back=back)
        for machines in self.centers.values():
            machines.tasks.settle()
        decision = past.decisions.get(0)
        if decision == "abort" or (back and decision is None):
            self._look()
            return self._abort(Message("IMG020"))
        if decision == "confirm":
            self._look()
            return self._confirm()
        return self._guarded_go()

    # ── forward ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _guarded_go(self) -> Result:
        try:
            return self._go()
        except KeyboardInterrupt:
            self._stop.set()
            return self._leave(Message("IMG021"))

    def _go(self) -> Result:
        self._look()
        policy = policy_of(self.plan)
        self._places = threading.BoundedSemaphore(policy.unavailable(len(self.plan.steps) + len(self.plan.unchanged)))
        for number, batch in enumerate(self.plan.batches):
            todo = [step for step in batch if self._phase[step.target.name] in (Phase.OLD, Phase.MAKING, Phase.LOST)]
            if todo:
                self._roll(todo)
            if number == 0 and not self._stopped():
                # The canaries must have spoken before anybody else is touched.
                self._attend(policy.logoff.wait_seconds)
            ended = self._judge(canary=number == 0)
            if ended is not None:
                return ended
            last = number == len(self.plan.batches) - 1
            if todo and not last and self._sleep(policy.pause_seconds):
                return self._ended_early()
        self._attend(policy.logoff.wait_seconds)
        ended = self._judge(canary=False)
        if ended is not None:
            return ended
        return self._confirm()

    def _judge(self, *, canary: bool) -> Result | None:
        """Return the run's end if it must end here: a breach, a pause, canaries that nobody could try."""
        policy = policy_of(self.plan)
        total = len(self.plan.steps)
        if self._stopped():
            return self._ended_early()
        self._soak()
        allowed = 0 if canary else total * policy.maximum_unhealthy_percent // 100
        if len(self._failed) > allowed:
            return self._abort(Message("IMG022", params={"failed": len(self._failed), "allowed": allowed}))
        if canary and not any(phase in (Phase.LANDED, Phase.NEW) for phase in self._phase.values()):
            return self._leave(Message("IMG023"))
        return None

    def _ended_early(self) -> Result:
        if self.wanted() is Wanted.CANCEL:
            return self._abort(Message("IMG024"))
        if self._failed:
            policy = policy_of(self.plan)
            allowed = len(self.plan.steps) * policy.maximum_unhealthy_percent // 100
            return self._abort(Message("IMG022", params={"failed": len(self._failed), "allowed": allowed}))
        return self._leave(Message("IMG025"))

    def _roll(self, steps: Sequence[Step]) -> None:
        """Bring ``steps`` to LANDED side by side; those whose users are there go to the waiting list."""
        policy = policy_of(self.plan)
        queue = list(steps)
        with ThreadPoolExecutor(max_workers=policy.parallel + LIGHT_WORKERS, thread_name_prefix="desktop") as pool:
            running: set[Future[None]] = set()
            try:
                while queue or running:
                    while queue and len(running) < policy.parallel + LIGHT_WORKERS and self._may_begin(queue[0]):
                        running.add(pool.submit(self._one, queue.pop(0)))
                    if not running:
                        return
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        future.result()
            except KeyboardInterrupt:
                self._stop.set()
                raise

    def _may_begin(self, step: Step) -> bool:
        if self._stopped():
            return False
        verdict = self.allowed(desired_of(step), self.clock())
        if not verdict.allowed:
            self._messages.append(
                Message("IMG026", Where(device=step.target.name), {"why": f"{verdict.ja} / {verdict.en}"})
            )
            self._stop.set()
        return verdict.allowed

    def _stopped(self) -> bool:
        return self._stop.is_set() or self.wanted() is not Wanted.GO

    def _one(self, step: Step) -> None:
        name = step.target.name
        hands = self._hands[name]
        self._touched.add(name)
        try:
            hands.roll()
        except Occupied as people:
            self._waiting.setdefault(name, time.monotonic())
            self.report(name, f"waiting {people.sessions or people.why}")
            self._record("wait", name, sessions=people.sessions, unknown=people.why)
        except Exception as problem:
            self._fail(name, problem)
        else:
            self._phase[name] = Phase.LANDED
            self._record("step", name, step="landed", phase="done", booted=round(hands.booted, 2))
            self.report(name, "landed")

    def _fail(self, name: str, problem: Exception) -> None:
        found = problem.messages if isinstance(problem, BunriError) else (_unforeseen(name, problem),)
        self._failed[name] = found
        self._phase[name] = Phase.MAKING
        self._waiting.pop(name, None)
        self.report(name, "failed")
        self._record("step", name, step="roll", phase="failed", messages=[message.id for message in found])
        policy = policy_of(self.plan)
        if len(self._failed) > len(self.plan.steps) * policy.maximum_unhealthy_percent // 100:
            # Enough is known: nobody else is begun. Those at work finish their step and are taken back with the rest.
            self._stop.set()

    def _attend(self, seconds: float) -> None:
        """Come back to those who wait for their users until they are free, or ``seconds`` have passed."""
        policy = policy_of(self.plan)
        end = time.monotonic() + seconds
        while self._waiting and not self._stopped():
            over = time.monotonic() >= end
            for name in list(self._waiting):
                self._persuade(name, over=over)
            names = [step for step in self.plan.steps if step.target.name in self._waiting]
            self._roll(names)
            for name in [name for name in self._waiting if self._phase[name] is Phase.LANDED]:
                self._waited[name] = time.monotonic() - self._waiting.pop(name)
            if over or not self._waiting:
                return
            if self._sleep(policy.poll_seconds):
                return

    def _persuade(self, name: str, *, over: bool) -> None:
        logoff = policy_of(self.plan).logoff
        hands = self._hands[name]
        if hands.old is None or not hands.drained:
            return
        place = hands.place(hands.old)
        try:
            found = self.broker.sessions(place)
            if found.free or found.unknown:
                return
            if over and logoff.then != "defer":
                self.broker.logoff(place, found.sessions, force=logoff.then == "force")
                self._record("step", name, step=logoff.then, phase="start", sessions=len(found.sessions))
            elif name not in self._told and time.monotonic() - self._waiting[name] >= logoff.message_after_seconds:
                self.broker.notify(place, found.sessions, logoff.message)
                self._told.add(name)
        except BunriError as problem:
            self._fail(name, problem)

    def _soak(self) -> None:
        """Judge again everything that has landed, on what the vCenters say now."""
        landed = [name for name, phase in self._phase.items() if phase is Phase.LANDED and name not in self._failed]
        if not landed:
            return
        inventories = {center: self.inventory(center) for center in self.centers}
        for name in landed:
            hands = self._hands[name]
            inventory = inventories[hands.desired.vcenter]
            now = next((m for m in inventory.machines if hands.new is not None and m.moid == hands.new.moid), None)
            if now is None:
                self._fail(name, BunriError(Message("IMG011", Where(device=name))))
                continue
            failed = gates(hands.desired, now, inventory.networks, broker_ready=True)
            if failed:
                self._fail(name, BunriError(*(gate.message(name) for gate in failed)))

    # ── the decision ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _confirm(self) -> Result:
        self._record("decision", "", unit=0, decision="confirm", strict=True)
        self._stop.clear()
        for name in list(self._waiting):
            self._attempt(name, self._hands[name].release)
            self._waited[name] = time.monotonic() - self._waiting[name]
        for name in list(self._failed):
            # Few enough to go on without them: each goes back alone.
            self._attempt(name, self._hands[name].back, keep=True)
        self._each([name for name, phase in self._phase.items() if phase is Phase.LANDED], self._settle_new)
        return self._end()

    def _settle_new(self, name: str) -> None:
        self._hands[name].confirm()
        self._phase[name] = Phase.NEW
        self.report(name, "confirmed")

    def _abort(self, why: Message) -> Result:
        self._going_back = True
        self._messages.append(why)
        self._stop.clear()
        self._record("decision", "", unit=0, decision="abort", why=why.id)
        for machines in self.centers.values():
            machines.connection.stop.clear()
        names = [step.target.name for step in reversed(self.plan.steps) if step.target.name in self._touched]
        self._each(names, self._settle_old)
        self._waiting.clear()
        return self._end()

    def _changed(self, name: str) -> bool:
        hands = self._hands[name]
        old, before = hands.old, hands.desired.old
        return hands.drained or (old is not None and before is not None and (old.on != before.on or old.name != name))

    def _settle_old(self, name: str) -> None:
        self._hands[name].back()
        self._phase[name] = Phase.OLD
        self.report(name, "back")

    def _leave(self, why: Message) -> Result:
        """Stop here and leave the run open: it is resumed or cancelled later."""
        self._messages.append(why)
        return self._end(open_=True)

    def _each(self, names: Sequence[str], act: Callable[[str], None]) -> None:
        parallel = policy_of(self.plan).parallel
        with ThreadPoolExecutor(max_workers=parallel, thread_name_prefix="settle") as pool:
            list(pool.map(lambda name: self._attempt(name, lambda: act(name)), names))

    def _attempt(self, name: str, act: Callable[[], None], *, keep: bool = False) -> None:
        try:
            act()
        except Exception as problem:
            found = problem.messages if isinstance(problem, BunriError) else (_unforeseen(name, problem),)
            self._failed[name] = (*self._failed.get(name, ()), *found)
            self._phase[name] = Phase.LOST
            self.report(name, "failed")
        else:
            if keep:
                self._phase[name] = Phase.OLD

    # ── what is seen and written ─────────────────────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        policy = policy_of(self.plan)
        inventories = {center: self.inventory(center) for center in self.centers}
        for step in self.plan.steps:
            desired = desired_of(step)
            name = desired.name
            inventory = inventories[desired.vcenter]
            vlans = dict(inventory.networks)
            vlans |= {moid: inventory.networks[network] for network, moid in inventory.ids["network"].items()}
            hands = Hands(
                desired,
                self.mark,
                policy,
                self.centers[desired.vcenter],
                self.broker,
                vlans,
                self._out_of_service,
                lambda what, name=name: self._noted(name, what),  # type: ignore[misc]
            )
            self._hands[name] = hands
            self._phase[name] = hands.look(inventory)
            if self._phase[name] is not Phase.OLD or self._changed(name):
                self._touched.add(name)
            elif name in self._touched and hands.old is not None:
                hands.drained = "guestinfo.bunri.command" in hands.old.settings

    @contextmanager
    def _out_of_service(self) -> Iterator[None]:
        with self._places:
            yield

    def _noted(self, name: str, what: str) -> None:
        if what == "slow":
            if name not in self._slow:
                self._slow.add(name)
                self.report(name, "slow")
            return
        self._record("step", name, step=what, phase="start")
        self.report(name, what)

    def _sleep(self, seconds: float) -> bool:
        """Wait; return whether the run was told to stop meanwhile."""
        end = time.monotonic() + seconds
        while not self._stopped():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._stop.wait(min(left, 1.0))
        return True

    def _end(self, *, open_: bool = False) -> Result:
        outcomes = tuple(self._outcome(step.target.name) for step in self.plan.steps)
        held = {outcome.state for outcome in outcomes}
        if open_ or Phase.LOST in self._phase.values():
            result = "incomplete"
        elif held <= {End.NEW}:
            result = "confirmed"
        elif End.NEW in held:
            result = "mixed"
        else:
            result = "reverted"
        if not open_:
            for outcome in outcomes:
                self._record("outcome", outcome.target, state=str(outcome.state), waited=round(outcome.waited, 1))
        self._record("end", "", result=result)
        return Result(self.run, result, outcomes, tuple(self._messages))

    def _outcome(self, name: str) -> Outcome:
        phase = self._phase[name]
        messages = self._failed.get(name, ())
        if phase in (Phase.NEW, Phase.LANDED):
            state = End.NEW
        elif name in self._waiting:
            state = End.WAITING
        elif messages and phase is not Phase.OLD:
            state = End.FAILED
        else:
            state = End.OLD
        hands = self._hands[name]
        waited = self._waited.get(name, 0.0)
        if name in self._waiting:
            waited = time.monotonic() - self._waiting[name]
        return Outcome(name, state, messages, waited, hands.booted, name in self._slow)

    def _record(self, event: str, target: str, *, strict: bool = False, **data: object) -> None:
        try:
            self.journal.append(self.run, event, target, **data)
        except BunriError as problem:
            # Going back must work even where nothing can be written; going on must not.
            if strict or not (self._going_back or event in ("outcome", "end")):
                raise
            self._messages.extend(problem.messages)


def _unforeseen(name: str, problem: Exception) -> Message:
    # Only the kind is told: the text of an exception that nobody foresaw might quote a secret.
    return Message("IMG027", Where(device=name), {"kind": type(problem).__name__})
