"""What the action plugins of drift and replacement do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunri.change import plan as plans
from bunri.change.files import write_atomic
from bunri.change.progress import shown
from network.deploy import planning, playbook
from network.deploy.command import describe
from network.drift import replace, report
from network.drift.check import check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from network.deploy.control import Control
    from network.drift.compare import Finding

Answer = dict[str, Any]


def check_hosts(options: Mapping[str, Any], say: Callable[[str], None]) -> Answer:
    """Check the play's hosts for drift; ``code`` is the exit code that ``bunri drift`` would give."""
    control = playbook.open_control(options, write=False)
    now = datetime.now(UTC)
    names = playbook.hosts(control, options)
    with shown("drift", len(names), "read", say) as progress:
        findings = check(control, names, now=now, progress=progress)
    if options.get("prometheus"):
        write_atomic(Path(options["prometheus"]), report.as_prometheus(findings, now))
    if options.get("zabbix"):
        write_atomic(Path(options["zabbix"]), report.as_zabbix(findings, now))
    lines = report.as_text(findings).splitlines()
    answer = {**report.as_json(findings, now, ""), "code": report.exit_code(findings), "plan": ""}
    if options.get("remediate") and any(finding.status == "drifted" for finding in findings):
        path, more = remedy(playbook.open_control(options, write=True), findings)
        answer["plan"] = str(path)
        lines += more
    return {**answer, "lines": lines}


def remedy(control: Control, findings: list[Finding]) -> tuple[Path, list[str]]:
    """Plan what takes the drifted devices back to their intended configuration; return the file and its description."""
    names = [finding.device for finding in findings if finding.status == "drifted"]
    folder = control.runs / "plans" / datetime.now().astimezone().strftime("%Y%m%dT%H%M%S")
    wish = planning.Wish("差異の是正 / remedy of drift", {name: control.intended_text(name) for name in names})
    plan = planning.make_plan(control, wish, folder)
    plans.save(plan, folder / "plan.json")
    return folder / "plan.json", describe(plan, folder / "plan.json")


def replace_step(options: Mapping[str, Any], progress: Callable[[str, str], None]) -> Answer:
    """Do one step of a replacement: ``bootstrap``, ``wait`` or ``retire``."""
    control = playbook.open_control(options)
    name = str(options.get("device") or "")
    control.limited(name)
    step = options.get("step") or "bootstrap"
    if step == "bootstrap":
        return {"lines": replace.bootstrap(control, name).splitlines()}
    if step == "wait":
        made = replace.welcome(
            control, name, str(options.get("serial") or ""), str(options.get("fingerprint") or ""), report=progress
        )
        return {"lines": made.lines, "plan": str(made.plan)}
    people = {"worker": str(options.get("worker") or ""), "witness": str(options.get("witness") or "")}
    serial = str(options.get("serial") or "")
    return {"lines": replace.retire(control, name, now=datetime.now(UTC), serial=serial, **people)}
