"""Applying, finishing and taking back plans: lock, journal, two-phase commit, completed record, reports of a run."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bunri.change import approval as approvals
from bunri.change import plan as plans
from bunri.change.files import write_atomic
from bunri.change.journal import Journal, Run, read, summarise
from bunri.change.lock import exclusive
from bunri.change.record import complete, store
from bunri.change.transaction import Result, Transaction
from bunri.messages import BunriError, Message, Where, error
from network.deploy import gate, view, windows
from network.deploy.planning import check_unaltered, fill_for
from network.deploy.platforms import DeviceSession, open_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from bunri.change.approval import Approval, Roster
    from bunri.change.plan import Plan, Step
    from network.deploy.control import Control


@contextlib.contextmanager
def at_work(control: Control, work: str, notices: list[Message], *, finishing: bool = False) -> Iterator[Journal]:
    """Hold the lock and the journal. Unless ``finishing``, an unfinished run is an error (CHG011)."""
    with exclusive(control.lock, work) as stale:
        journal = Journal(control.journal)
        try:
            notices += [notice for notice in (stale, journal.torn) if notice is not None]
            past = journal.unfinished()
            if past is not None and not finishing:
                raise error("CHG011", Where(file=str(control.journal), line=past.first), run=past.id, begun=past.begun)
            yield journal
        finally:
            journal.close()


def apply_plan(
    control: Control,
    path: Path,
    approval: Approval | None,
    roster: Roster,
    *,
    now: datetime,
    parallel: int = 32,
    report: Callable[[str, str], None] = lambda _name, _what: None,
    notices: list[Message] | None = None,
) -> Result:
    """Apply the plan file ``path``; write ``runs/<run>/{plan,record,result}.json``. ``approval`` may lack in a lab.

    Everything is checked before the first byte is sent: hash, approval, vault, and that what the gate proved is still
    what is planned; each device's present state and difference are checked when its turn comes.
    """
    plan = _allowed(control, path, approval, roster, now)
    with at_work(control, plan.title, notices if notices is not None else []) as journal:
        run = new_run(control, now)
        folder = control.runs / run
        plans.save(plan, folder / "plan.json")
        keep_before(control, path.parent, run, [step.target.name for step in plan.steps])
        about: dict[str, object] = {"file": f"{run}/plan.json", "title": plan.title, "devices": len(plan.steps)}
        if approval is not None:
            about["approval"] = approval.model_dump(mode="json")
        transaction = Transaction(plan, run, journal, connector(control), parallel, report)
        result = transaction.apply(about)
        _write_result(folder, plan, approval, result, now)
        return result


def check_plan(
    control: Control, path: Path, approval: Approval | None, roster: Roster, *, now: datetime, parallel: int = 32
) -> None:
    """Check all that ``apply_plan`` checks before it changes a device, on every device at once; change nothing."""
    plan = _allowed(control, path, approval, roster, now)
    connect = connector(control)

    def rehearse(step: Step) -> tuple[Message, ...]:
        session = None
        try:
            session = connect(step, {})
            try:
                session.prepare()
            finally:
                session.discard()
        except BunriError as problem:
            return problem.messages
        finally:
            if session is not None:
                session.close()
        return ()

    with at_work(control, plan.title, []), ThreadPoolExecutor(max_workers=parallel) as pool:
        found = [message for messages in pool.map(rehearse, plan.steps) for message in messages]
    if found:
        raise BunriError(*found)


def resume(
    control: Control,
    *,
    back: bool = False,
    parallel: int = 32,
    report: Callable[[str, str], None] = lambda _name, _what: None,
    notices: list[Message] | None = None,
) -> Result:
    """Finish the run that was cut off (see ``bunri.change.transaction``). Error: CHG016 if there is none."""
    with at_work(control, "resume", notices if notices is not None else [], finishing=True) as journal:
        past = journal.unfinished()
        if past is None:
            raise error("CHG016", Where(file=str(control.journal)))
        if not past.file:
            # Cut off before it had said what it was about: nothing was touched.
            journal.append(past.id, "end", result="reverted")
            return Result(past.id, "reverted", ())
        plan = plans.load(control.runs / past.file)
        check_unaltered(control, plan)
        transaction = Transaction(plan, past.id, journal, connector(control), parallel, report)
        result = transaction.resume(past, back=back)
        begun = datetime.fromisoformat(past.begun)
        _write_result(control.runs / past.id, plan, _approval_of(journal, past), result, begun)
        return result


def state_at(control: Control, number: int) -> dict[str, str]:
    """Return device → candidate text of the network's confirmed state when journal record ``number`` was written.

    A device that was first changed later gets what it held before that, its secrets masked. Error: CHG018.
    """
    records = read(control.journal)
    done = [run for run in summarise(records) if run.result in ("confirmed", "mixed") and run.file]
    if not 0 < number <= len(records) or not any(run.first <= number for run in done):
        raise error("CHG018", Where(file=str(control.journal)), number=number)
    state: dict[str, str] = {}
    later: list[Run] = []
    for run in done:
        if run.last <= number or run.first <= number < run.last:
            state |= {name: step.candidate for name, step in _confirmed(control, run).items()}
        else:
            later.append(run)
    for run in later:
        for name in _confirmed(control, run):
            if name not in state:
                file = control.runs / run.id / "before" / f"{name}.cfg"
                state[name] = file.read_text(encoding="utf-8")
    changed = {name for run in later for name in _confirmed(control, run)}
    return {name: text for name, text in state.items() if name in changed}


def connector(control: Control) -> Callable[[Step, Mapping[str, str]], DeviceSession]:
    """Return what opens a step's session: with secrets filled in, and those only the device knows still masked."""

    def connect(step: Step, _facts: Mapping[str, str]) -> DeviceSession:
        name = step.target.name
        session = open_session(
            control.endpoints[name],
            fill_for(control, name, step.candidate),
            control,
            before=step.before,
            diff=step.diff,
            timer_minutes=int(step.facts["timer_minutes"]),
        )
        if view.MASK in step.candidate:
            session.use(view.unmask(session.material.filled, session.running(), step.facts["platform"], name))
        return session

    return connect


def new_run(control: Control, now: datetime) -> str:
    """Return the id of a new run: its local time, and a letter if there was one in the same second."""
    stem = now.strftime("%Y%m%dT%H%M%S")
    for suffix in ["", *"bcdefghijklmnopqrstuvwxyz"]:
        folder = control.runs / (stem + suffix)
        if not folder.exists():
            folder.mkdir(parents=True)
            return str(folder.name)
    raise error("CHG010", Where(file=str(control.runs)), user="?", host="?", pid=0, since=stem, work="?")


def keep_before(control: Control, plan_folder: Path, run: str, names: list[str]) -> None:
    """Keep, masked, what the devices of a run held before it."""
    for name in names:
        source = plan_folder / "before" / "configs" / f"{name}.cfg"
        if source.exists():
            write_atomic(control.runs / run / "before" / f"{name}.cfg", source.read_bytes())


def _allowed(control: Control, path: Path, approval: Approval | None, roster: Roster, now: datetime) -> Plan:
    plan = plans.load(path)
    if not plan.steps:
        raise error("CHG019", Where(file=str(path)))
    if approval is not None:
        approvals.check(approval, plan, roster, now)
        _time_allows(control, plan, approval, now)
    check_unaltered(control, plan)
    _proof_holds(control, plan, path)
    return plan


def _time_allows(control: Control, plan: Plan, approval: Approval, now: datetime) -> None:
    """Hold the planned time and the time of the work itself against the calendar: DEP034, DEP040."""
    planned = (approval.planned_start, approval.planned_start + timedelta(minutes=approval.planned_minutes))
    actual = (now, now + timedelta(seconds=plan.expected_seconds))
    sites = {step.target.site for step in plan.steps}
    windows.check(control.rules, sites, (planned, actual), approval.exception)


def _proof_holds(control: Control, plan: Plan, path: Path) -> None:
    if plan.proof.verdict != "proved":
        raise error("DEP019", Where(file=str(path)), step="plan", what=plan.proof.verdict)
    before, after = path.parent / "before", path.parent / "after"
    policy = control.intended / "policy.yml"
    if not before.is_dir() or not after.is_dir() or gate.reference(before, after, policy) != plan.proof.reference:
        raise error("DEP019", Where(file=str(path)), step="plan", what="proof.reference")


def _confirmed(control: Control, run: Run) -> dict[str, Step]:
    plan = plans.load(control.runs / run.file)
    return {step.target.name: step for step in plan.steps if run.outcomes.get(step.target.name) == "new"}


def _approval_of(journal: Journal, run: Run) -> Approval | None:
    data = next((r.data.get("approval") for r in journal.records if r.run == run.id and r.event == "begin"), None)
    return approvals.Approval.model_validate(data) if data else None


def _write_result(folder: Path, plan: Plan, approval: Approval | None, result: Result, begun: datetime) -> None:
    record = complete(plan, approval, result, begun, datetime.now(UTC))
    try:
        store(record, folder / "record.json")
        write_atomic(folder / "result.json", json.dumps(as_json(result), ensure_ascii=False, indent=1) + "\n")
    except OSError as problem:
        raise BunriError(
            *result.messages, Message("CHG013", Where(file=str(folder)), {"why": str(problem)})
        ) from problem


def as_json(result: Result) -> dict[str, object]:
    """Return a result for machines: ``{"run", "result", "devices": [{"device", "state", "seconds", "messages"}]}``."""
    return {
        "run": result.run,
        "result": result.result,
        "devices": [
            {
                "device": o.target,
                "state": str(o.state),
                "seconds": round(o.seconds, 2),
                "messages": [m.as_json() for m in o.messages],
            }
            for o in result.outcomes
        ],
        "messages": [m.as_json() for m in result.messages],
    }
