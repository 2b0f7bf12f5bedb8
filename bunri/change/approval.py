"""The approved record that must exist before work starts (plan ids G4, G7, G12).

The approver works on paper; the operator copies the paper into a YAML or JSON file. What is judged here is that copy.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bunri.change.plan import Plan, short_form, typed_matches
from bunri.messages import BunriError, Message, Where, error

if TYPE_CHECKING:
    from pathlib import Path

Record = TypeVar("Record", bound=BaseModel)
EARLY = timedelta(minutes=15)
"""How long before the planned start the work may begin."""


class Contractor(BaseModel):
    """A contractor's person on the list (G7): 責任者氏名・作業者氏名・作業場所・守秘義務の宣誓, and until when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    company: str = Field(min_length=1)
    responsible: str = Field(min_length=1)
    worker: str = Field(min_length=1)
    place: str = Field(min_length=1)
    sworn: date
    until: date


class Roster(BaseModel):
    """Who may work: the city's staff, and contractors' people who have sworn secrecy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    staff: tuple[str, ...] = ()
    contractors: tuple[Contractor, ...] = ()


class Approval(BaseModel):
    """The paper: the work and its time (G4), who asked, who approved, who works (G12), until when it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: str
    work: str = Field(min_length=1)
    planned_start: datetime
    planned_minutes: int = Field(gt=0)
    requester: str = Field(min_length=1)
    approver: str = Field(min_length=1)
    workers: tuple[str, ...] = Field(min_length=1)
    approved_at: datetime
    expires_at: datetime
    exception: str = ""
    """Why the work may happen in a busy period or in opening hours; what the approver accepted by signing."""

    @field_validator("planned_start", "approved_at", "expires_at")
    @classmethod
    def _has_zone(cls, value: datetime) -> datetime:
        # A paper says local time; without a zone two machines would read it differently.
        return value if value.tzinfo else value.astimezone()

    @field_validator("requester", "approver", "work")
    @classmethod
    def _not_blank(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("blank")
        return value.strip()


def load_approval(path: Path) -> Approval:
    """Read an approval record (YAML or JSON). Error: CHG009 with the field that is missing or wrong."""
    return _load(path, Approval)


def load_roster(path: Path) -> Roster:
    """Read the roster of staff and contractors (YAML or JSON). Error: CHG009."""
    return _load(path, Roster)


def check(approval: Approval, plan: Plan, roster: Roster, now: datetime, file: str = "") -> None:
    """Raise with every reason why ``approval`` does not allow ``plan`` to be applied at ``now`` (zone-aware).

    CHG004 another plan, CHG005 one person in two roles (G12), CHG006 expired, CHG007 before its time, CHG008 a worker
    who is not on the list or whose listing has ended (G7).
    """
    where = Where(file=file)
    found: list[Message] = []
    if not typed_matches(approval.plan, plan.sha256):
        found.append(Message("CHG004", where, {"approved": approval.plan, "found": short_form(plan.sha256)}))
    found += [Message("CHG005", where, {"person": person, "roles": roles}) for person, roles in _doubled(approval)]
    if now > approval.expires_at:
        found.append(Message("CHG006", where, {"expired": approval.expires_at.isoformat(timespec="minutes")}))
    start = max(approval.planned_start - EARLY, approval.approved_at)
    if now < start:
        found.append(Message("CHG007", where, {"start": start.isoformat(timespec="minutes")}))
    listed = {entry.worker: entry for entry in roster.contractors}
    for worker in approval.workers:
        if _name(worker) in {_name(person) for person in roster.staff}:
            continue
        entry = next((entry for name, entry in listed.items() if _name(name) == _name(worker)), None)
        if entry is None or not entry.sworn <= now.date() <= entry.until:
            found.append(Message("CHG008", where, {"worker": worker}))
    if found:
        raise BunriError(*found)


def _doubled(approval: Approval) -> list[tuple[str, str]]:
    roles = [("requester", approval.requester), ("approver", approval.approver)]
    roles += [("worker", worker) for worker in approval.workers]
    people: dict[str, list[str]] = {}
    shown: dict[str, str] = {}
    for role, person in roles:
        people.setdefault(_name(person), []).append(role)
        shown.setdefault(_name(person), person)
    return [(shown[key], " = ".join(held)) for key, held in people.items() if len(set(held)) > 1]


def _name(person: str) -> str:
    # 「山田 太郎」 and 「山田　太郎」 are one person: blanks and case do not tell people apart.
    return "".join(person.split()).casefold()


def _load(path: Path, kind: type[Record]) -> Record:
    try:
        return kind.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise error("CHG009", Where(file=str(path), key=key), why=first["msg"]) from problem
    except (OSError, ValueError, yaml.YAMLError) as problem:
        raise error("CHG009", Where(file=str(path)), why=str(problem).splitlines()[0]) from problem
