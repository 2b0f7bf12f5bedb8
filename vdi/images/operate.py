"""Doing it: lock, approval, journal, connections, history and record around a rolling replacement."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bunri.change import approval as approvals
from bunri.change import plan as plans
from bunri.change import transaction
from bunri.change.files import write_atomic
from bunri.change.journal import Journal
from bunri.change.lock import exclusive
from bunri.change.record import complete
from bunri.change.record import store as store_record
from bunri.messages import Message, Where, error
from vdi.images import control, history
from vdi.images.planning import noted, policy_of
from vdi.images.rolling import End, Result, Rolling
from vdi.images.windows import Verdict, verdict
from vdi.sessions.guestinfo import Guestinfo
from vdi.vsphere.connection import Access, Connection
from vdi.vsphere.inventory import read
from vdi.vsphere.limits import Limits
from vdi.vsphere.machines import Machines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from bunri.change.approval import Approval, Roster
    from bunri.change.plan import Plan
    from bunri.intent import City
    from vdi.images.desired import Desired
    from vdi.sessions.broker import Broker

_STATES = {
    End.NEW: transaction.State.NEW,
    End.OLD: transaction.State.OLD,
    End.WAITING: transaction.State.OLD,
    End.FAILED: transaction.State.OTHER,
}


@dataclass(slots=True)
class Site:
    """Where the work happens: the city, how its vCenters are reached, where runs are kept, who works."""

    city: City
    accesses: Mapping[str, Access]
    runs: Path
    who: str
    broker: Broker | None = None
    report: Callable[[str, str], None] = lambda _target, _what: None
    notices: list[Message] = field(default_factory=list)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


def apply(site: Site, path: Path, approval: Approval, roster: Roster) -> Result:
    """Carry out the plan file ``path`` under ``approval``. Errors: CHG001–CHG011, IMG007."""
    made = plans.load(path)
    image, pool = noted(made, "image"), noted(made, "pool")
    now = site.clock()
    approvals.check(approval, made, roster, now, str(path))
    with _at_work(site, made.title, finishing=False) as journal:
        run = f"{now:%m%d%H%M}-{pool}"
        plans.save(made, site.runs / run / "plan.json")
        about = {"file": f"{run}/plan.json", "title": made.title, "approval": approval.model_dump(mode="json")}
        _stage(site, pool, image, history.Stage.CANARY, run)
        with _rolling(site, made, run, journal) as rolling:
            result = rolling.apply(about)
        _finish(site, made, approval, result, now)
        return result


def resume(site: Site, *, back: bool = False) -> Result:
    """Go on with the run that is open, or take it back. Errors: CHG016 (none is open), IMG007 (of another kind)."""
    with _at_work(site, "image resume", finishing=True) as journal:
        past = journal.unfinished()
        if past is None:
            raise error("CHG016", Where(file=str(site.runs / "journal.jsonl")))
        made = plans.load(site.runs / past.file)
        noted(made, "image")
        control.wish(site.runs, past.id, control.Wanted.GO)
        begin = next(record for record in journal.records if record.run == past.id and record.event == "begin")
        approval = approvals.Approval.model_validate(begin.data["approval"])
        with _rolling(site, made, past.id, journal) as rolling:
            result = rolling.resume(past, back=back)
        _finish(site, made, approval, result, datetime.fromisoformat(past.begun))
        return result


@contextmanager
def _at_work(site: Site, work: str, *, finishing: bool) -> Iterator[Journal]:
    with exclusive(site.runs / "lock", work) as stale:
        journal = Journal(site.runs / "journal.jsonl")
        try:
            site.notices += [notice for notice in (stale, journal.torn) if notice is not None]
            past = journal.unfinished()
            if past is not None and not finishing:
                raise error("CHG011", Where(file=str(journal.path), line=past.first), run=past.id, begun=past.begun)
            yield journal
        finally:
            journal.close()


@contextmanager
def _rolling(site: Site, made: Plan, run: str, journal: Journal) -> Iterator[Rolling]:
    policy = policy_of(made)
    needed = {step.facts["vcenter"] for step in made.steps}
    with ExitStack() as stack:
        connections = {
            name: stack.enter_context(Connection(site.accesses[name], report=lambda why: site.report("", why)))
            for name in sorted(needed)
        }
        centers = {
            name: Machines(connection, Limits(per_center=policy.parallel)) for name, connection in connections.items()
        }
        homes = {step.target.name: step.facts["vcenter"] for step in made.steps}
        broker = site.broker or Guestinfo(lambda place: centers[homes[place.name]], site.clock)

        def allowed(desired: Desired, moment: datetime) -> Verdict:
            return verdict(site.city, desired.site, desired.zone, moment) if policy.windows else Verdict(allowed=True)

        yield Rolling(
            plan=made,
            run=run,
            journal=journal,
            centers=centers,
            inventory=lambda name: read(connections[name]),
            broker=broker,
            clock=site.clock,
            allowed=allowed,
            wanted=lambda: control.wanted(site.runs, run),
            report=site.report,
        )


def _finish(site: Site, made: Plan, approval: Approval, result: Result, started: datetime) -> None:
    folder = site.runs / result.run
    write_atomic(folder / "result.json", json.dumps(as_json(result), ensure_ascii=False, indent=1) + "\n")
    if result.result == "incomplete":
        return
    stage = history.Stage.REJECTED if result.result == "reverted" else history.Stage.PROMOTED
    _stage(site, noted(made, "pool"), noted(made, "image"), stage, result.run)
    outcomes = tuple(
        transaction.Outcome(item.target, _STATES[item.state], item.messages, item.booted) for item in result.outcomes
    )
    same = transaction.Result(result.run, result.result, outcomes, result.messages)
    store_record(complete(made, approval, same, started, site.clock()), folder / "record.json")


def _stage(site: Site, pool: str, image: str, stage: history.Stage, why: str) -> None:
    past = history.load(site.runs, pool)
    now = site.clock()
    if past.stage(image) is None:
        past = past.to(image, history.Stage.CANDIDATE, site.who, now)
    # A second night for those who waited finds the image promoted already: that is no step back to canary.
    if past.stage(image) is history.Stage.PROMOTED:
        return
    history.store(past.to(image, stage, site.who, now, why), site.runs)


def as_json(result: Result) -> dict[str, object]:
    """Return a result as a JSON object; people who are waited for and machines that are slow are told apart."""
    return {
        "run": result.run,
        "result": result.result,
        "messages": [message.as_json() for message in result.messages],
        "waiting_for_people": [item.target for item in result.outcomes if item.state is End.WAITING],
        "slow": [item.target for item in result.outcomes if item.slow],
        "outcomes": [
            {
                "target": item.target,
                "state": str(item.state),
                "waited": round(item.waited, 1),
                "booted": round(item.booted, 1),
                "messages": [message.as_json() for message in item.messages],
            }
            for item in result.outcomes
        ],
    }
