"""What the action plugins share: options from a task's arguments, results and errors as Ansible shows them.

A plugin runs once a play and does all hosts itself, in threads: one process that holds the journal, not one a device.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunri.change import plan as plans
from bunri.change.approval import load_approval, load_roster
from bunri.change.progress import APPLY, shown
from bunri.messages import BunriError, Where, error
from network.deploy import apply, control, planning
from network.deploy.command import describe, serial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bunri.change.transaction import Result
    from network.deploy.control import Control

Answer = dict[str, Any]


def open_control(options: Mapping[str, Any], *, write: bool = True) -> Control:
    """Return the working set: ``inventory``, ``runs``, ``lab`` (true for the virtual city), ``account``."""
    from bunri.intent.load import load  # noqa: PLC0415  (only plays that touch devices need the models)

    city = load(Path(options.get("inventory") or "inventory/yasu"), today=datetime.now().astimezone().date())
    account = str(options.get("account") or "") or control.account_for(city, write=write)
    found = control.from_city(city, Path(options.get("runs") or "runs"), account=account)
    return control.in_laboratory(found, write=write) if options.get("lab") else found


def hosts(found: Control, options: Mapping[str, Any]) -> list[str]:
    """Return the devices of the play that are ours: ``hosts`` is the list of the play's host names."""
    names = [str(name) for name in options.get("hosts") or found.endpoints]
    return found.limited(",".join(name for name in names if name in found.endpoints) or "-")


def answered(work: Callable[[], Answer]) -> Answer:
    """Run ``work``; a ``BunriError`` becomes a failed result with its messages in both languages."""
    try:
        return {"changed": False, "failed": False, **work()}
    except BunriError as problem:
        return {
            "changed": False,
            "failed": True,
            "msg": str(problem),
            "errors": [message.as_json() for message in problem.messages],
        }


def plan(options: Mapping[str, Any], say: Callable[[str], None]) -> Answer:
    """Make a plan for the play's hosts, or for journal number ``number``."""
    found = open_control(options)
    names = hosts(found, options)
    if options.get("number"):
        state = apply.state_at(found, int(options["number"]))
        candidates = {name: state[name] for name in names if name in state}
    else:
        candidates = {name: found.intended_text(name) for name in names}
    sizes = serial(str(options.get("serial") or "1,5,100%"))
    atomic = "batch" if options.get("atomic") == "batch" else "plan"
    wish = planning.Wish(str(options.get("title") or "設定の適用"), candidates, sizes, atomic)  # type: ignore[arg-type]
    folder = Path(options.get("out") or found.runs / "plans" / datetime.now().astimezone().strftime("%Y%m%dT%H%M%S"))
    with shown("plan", len(candidates), "survey done", say) as report:
        made = planning.make_plan(found, wish, folder, report)
    number = plans.save(made, folder / "plan.json")
    return {
        "plan": str(folder / "plan.json"),
        "sha256": number,
        "number": plans.short_form(number),
        "devices": len(made.steps),
        "unchanged": len(made.unchanged),
        "lines": describe(made, folder / "plan.json"),
    }


def carry_out(options: Mapping[str, Any], say: Callable[[str], None], *, check: bool) -> Answer:
    """Apply a plan file, or finish the run that was cut off (``resume``). In check mode nothing is changed."""
    found = open_control(options)
    if options.get("resume"):
        with shown("resume", len(found.endpoints), "confirm done", say) as report:
            return _ended(apply.resume(found, back=bool(options.get("back")), report=report))
    path = Path(str(options.get("plan") or ""))
    approval = load_approval(Path(options["approval"])) if options.get("approval") else None
    if approval is None and not (options.get("lab") and options.get("unapproved_lab")):
        raise error("CHG023", Where(file=str(path)))
    roster = load_roster(Path(options["roster"])) if options.get("roster") else found.roster
    now = datetime.now(UTC)
    steps = plans.load(path).steps
    if not steps:
        return {"result": "unchanged", "run": "", "devices": []}
    if check:
        apply.check_plan(found, path, approval, roster, now=now)
        return {"result": "checked", "run": "", "devices": []}
    with shown("apply", len(steps), APPLY, say) as report:
        return _ended(apply.apply_plan(found, path, approval, roster, now=now, report=report))


def _ended(result: Result) -> Answer:
    good = result.result == "confirmed"
    answer = apply.as_json(result)
    if not good:
        lines = [str(message) for outcome in result.outcomes for message in outcome.messages]
        answer["msg"] = "\n".join([f"{result.run}: {result.result}", *lines, *map(str, result.messages)])
    return {**answer, "changed": result.result in ("confirmed", "mixed"), "failed": not good}
