"""Carrying an approved plan of server changes out: lock, journal, all or nothing a batch, completion record."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bunri.change import approval as approvals
from bunri.change import plan as plans
from bunri.change.files import canonical, sha256, write_atomic
from bunri.change.journal import Journal
from bunri.change.lock import exclusive
from bunri.change.record import complete, store
from bunri.change.transaction import Result, Transaction
from bunri.messages import BunriError, Message, Where, error
from vdi.placement.hands import SHUTDOWN_SECONDS, connector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bunri.change.approval import Approval, Roster
    from bunri.change.plan import Plan
    from vdi.vsphere.connection import Connection


@dataclass(frozen=True, slots=True)
class Site:
    """Where the work is done: the folder of runs, and what opens a connection to a vCenter by its name."""

    runs: Path
    connect: Callable[[str], Connection]
    parallel: int = 4
    shutdown_seconds: float = SHUTDOWN_SECONDS
    report: Callable[[str, str], None] = lambda _name, _what: None

    @property
    def journal(self) -> Path:
        """The journal: one for devices, desktops and servers."""
        return self.runs / "journal.jsonl"


def rehearse(site: Site, path: Path, approval: Approval | None, roster: Roster, *, now: datetime) -> Plan:
    """Check all that ``carry_out`` checks before it changes a machine; change nothing. Errors: CHG…, PLC015."""
    plan = _allowed(path, approval, roster, now)
    connect = connector(site.connect, site.shutdown_seconds)
    found: list[Message] = []
    for step in plan.steps:
        session = None
        try:
            session = connect(step, {})
            session.prepare()
        except BunriError as problem:
            found += problem.messages
        finally:
            if session is not None:
                session.close()
    if found:
        raise BunriError(*found)
    return plan


def carry_out(site: Site, path: Path, approval: Approval | None, roster: Roster, *, now: datetime) -> Result:
    """Apply the plan at ``path``. ``approval`` is ``None`` in a laboratory only; the command sees to that."""
    plan = _allowed(path, approval, roster, now)
    with _at_work(site, plan.title) as journal:
        run = _new_run(site, now)
        folder = site.runs / run
        plans.save(plan, folder / "plan.json")
        about: dict[str, object] = {"file": f"{run}/plan.json", "title": plan.title, "servers": len(plan.steps)}
        if approval is not None:
            about["approval"] = approval.model_dump(mode="json")
        connect = connector(site.connect, site.shutdown_seconds)
        result = Transaction(plan, run, journal, connect, site.parallel, site.report).apply(about)
        _write(folder, plan, approval, result, now)
        return result


def resume(site: Site, *, back: bool = False) -> Result:
    """Finish the run that was cut off. Error: CHG016 if there is none."""
    with _at_work(site, "resume", finishing=True) as journal:
        past = journal.unfinished()
        if past is None:
            raise error("CHG016", Where(file=str(site.journal)))
        if not past.file:
            # Cut off before it had said what it was about: nothing was touched.
            journal.append(past.id, "end", result="reverted")
            return Result(past.id, "reverted", ())
        plan = plans.load(site.runs / past.file)
        if any(step.target.kind != "server" for step in plan.steps):
            raise error("PLC020", Where(file=str(site.journal), line=past.first), run=past.id)
        data = next((r.data.get("approval") for r in journal.records if r.run == past.id and r.event == "begin"), None)
        approval = approvals.Approval.model_validate(data) if data else None
        connect = connector(site.connect, site.shutdown_seconds)
        result = Transaction(plan, past.id, journal, connect, site.parallel, site.report).resume(past, back=back)
        _write(site.runs / past.id, plan, approval, result, datetime.fromisoformat(past.begun))
        return result


def as_json(result: Result) -> dict[str, object]:
    """Return a result for machines."""
    return {
        "run": result.run,
        "result": result.result,
        "servers": [
            {
                "server": item.target,
                "state": str(item.state),
                "seconds": round(item.seconds, 2),
                "messages": [message.as_json() for message in item.messages],
            }
            for item in result.outcomes
        ],
        "messages": [message.as_json() for message in result.messages],
    }


def _allowed(path: Path, approval: Approval | None, roster: Roster, now: datetime) -> Plan:
    plan = plans.load(path)
    where = Where(file=str(path))
    if not plan.steps:
        raise error("CHG019", where)
    if any(step.target.kind != "server" for step in plan.steps):
        raise error("PLC020", where, run=plan.id)
    if approval is not None:
        approvals.check(approval, plan, roster, now)
    stated = sha256(canonical([step.candidate for step in plan.steps]))
    if plan.proof.verdict != "proved" or plan.proof.reference != stated:
        raise error("PLC021", where, verdict=plan.proof.verdict)
    return plan


@contextlib.contextmanager
def _at_work(site: Site, work: str, *, finishing: bool = False) -> Iterator[Journal]:
    """Hold the lock and the journal. Unless ``finishing``, an unfinished run is an error (CHG011)."""
    with exclusive(site.runs / "lock", work):
        journal = Journal(site.journal)
        try:
            past = journal.unfinished()
            if past is not None and not finishing:
                raise error("CHG011", Where(file=str(site.journal), line=past.first), run=past.id, begun=past.begun)
            yield journal
        finally:
            journal.close()


def _new_run(site: Site, now: datetime) -> str:
    stem = now.strftime("%Y%m%dT%H%M%S")
    for suffix in ["", *"bcdefghijklmnopqrstuvwxyz"]:
        folder = site.runs / (stem + suffix)
        if not folder.exists():
            folder.mkdir(parents=True)
            return str(folder.name)
    raise error("CHG010", Where(file=str(site.runs)), user="?", host="?", pid=0, since=stem, work="?")


def _write(folder: Path, plan: Plan, approval: Approval | None, result: Result, begun: datetime) -> None:
    try:
        store(complete(plan, approval, result, begun, datetime.now(UTC)), folder / "record.json")
        write_atomic(folder / "result.json", json.dumps(as_json(result), ensure_ascii=False, indent=1) + "\n")
    except OSError as problem:
        why = {"why": str(problem)}
        raise BunriError(*result.messages, Message("CHG013", Where(file=str(folder)), why)) from problem
