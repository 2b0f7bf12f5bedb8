"""The record that is completed after the work (G4): what was done, how long it really took, and why if that differs.

``runs/<id>/record.json`` is what the report room prints as 作業報告書 and drafts 習得事項 (G8) from.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from bunri.change.files import write_atomic
from bunri.messages import Where, error

if TYPE_CHECKING:
    from pathlib import Path

    from bunri.change.approval import Approval
    from bunri.change.plan import Plan
    from bunri.change.transaction import Result

TOLERANCE = 0.3
"""A difference of more than this part of the planned time, and of more than ``MINUTES``, needs a reason."""
MINUTES = 10.0


class Item(BaseModel):
    """One target's end: what it holds, seconds spent, and the ids of the messages that explain it."""

    model_config = ConfigDict(frozen=True)

    target: str
    state: str
    seconds: float
    messages: tuple[str, ...]


class Record(BaseModel):
    """The completed change record: planned and actual content and time, people, outcome."""

    model_config = ConfigDict(frozen=True)

    run: str
    plan: str
    title: str
    work: str
    requester: str
    approver: str
    workers: tuple[str, ...]
    planned_start: datetime | None
    planned_minutes: float
    started: datetime
    ended: datetime
    actual_minutes: float
    result: str
    items: tuple[Item, ...]
    difference_reason: str = ""
    reason_needed: bool


def large_difference(planned_minutes: float, actual_minutes: float) -> bool:
    """Say whether the actual time differs from the planned one so much that the record needs a reason."""
    return abs(actual_minutes - planned_minutes) > max(MINUTES, planned_minutes * TOLERANCE)


def complete(
    plan: Plan, approval: Approval | None, result: Result, started: datetime, ended: datetime, reason: str = ""
) -> Record:
    """Return the record of a finished run; pure. ``approval`` is ``None`` only for a run in a laboratory."""
    actual = (ended - started).total_seconds() / 60
    planned = float(approval.planned_minutes) if approval else plan.expected_seconds / 60
    return Record(
        run=result.run,
        plan=plan.sha256,
        title=plan.title,
        work=approval.work if approval else plan.title,
        requester=approval.requester if approval else "",
        approver=approval.approver if approval else "",
        workers=approval.workers if approval else (),
        planned_start=approval.planned_start if approval else None,
        planned_minutes=planned,
        started=started,
        ended=ended,
        actual_minutes=round(actual, 2),
        result=result.result,
        items=tuple(
            Item(
                target=o.target,
                state=str(o.state),
                seconds=round(o.seconds, 2),
                messages=tuple(m.id for m in o.messages),
            )
            for o in result.outcomes
        ),
        difference_reason=reason.strip(),
        reason_needed=large_difference(planned, actual) and not reason.strip(),
    )


def give_reason(path: Path, reason: str) -> Record:
    """Add the missing reason to a stored record. Error: CHG015 if the reason is blank, CHG009 if there is no record."""
    try:
        record = Record.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise error("CHG009", Where(file=str(path)), why=str(problem).splitlines()[0]) from problem
    if not reason.strip():
        raise error("CHG015", Where(file=str(path)), planned=record.planned_minutes, actual=record.actual_minutes)
    done = record.model_copy(update={"difference_reason": reason.strip(), "reason_needed": False})
    store(done, path)
    return done


def store(record: Record, path: Path) -> None:
    """Write the record."""
    write_atomic(path, record.model_dump_json(indent=1) + "\n")
