"""A whole drift check: read, keep, judge, weigh, report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bunri.change.files import write_atomic
from bunri.messages import BunriError, Message, Where
from network.deploy import forti_script, view
from network.deploy.planning import fill_for
from network.drift import effect, report, texts
from network.drift.collect import collect
from network.drift.compare import Finding, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from network.deploy.control import Control
    from network.drift.collect import Reading


def check(
    control: Control,
    names: Sequence[str],
    *,
    now: datetime,
    parallel: int = 48,
    progress: Callable[[str, str], None] = lambda _name, _what: None,
) -> list[Finding]:
    """Return the findings of all ``names``; write the texts and reports under ``runs/drift``."""
    readings = collect(control, names, parallel=parallel, report=progress)
    led = _followers(control)
    findings = [_judge(control, readings[name], led.get(name, "")) for name in names]
    stored = {
        name: texts.without_secrets(reading.text, control.endpoints[name].platform, control.fingerprints)
        for name, reading in readings.items()
        if reading.text
    }
    commit = texts.keep(control.runs / "drift" / "texts", stored, f"Drift check {now.isoformat(timespec='seconds')}")
    configs = {name: control.intended_text(name) for name in control.endpoints}
    for name, reading in readings.items():
        if reading.text:
            wanted = configs[name]
            filled = fill_for(control, name, wanted)
            configs[name] = view.marked(reading.text, wanted, filled, control.endpoints[name].platform)
    findings = effect.with_effect(findings, configs, control.intended, now.date())
    write_reports(control, findings, now, commit)
    return findings


def write_reports(control: Control, findings: Sequence[Finding], now: datetime, commit: str) -> None:
    """Write ``runs/drift/drift.{json,txt,prom,zabbix}``. Error: DRF005 if the disk does not take them."""
    folder = control.runs / "drift"
    try:
        data = report.as_json(findings, now, commit)
        write_atomic(folder / "drift.json", json.dumps(data, ensure_ascii=False, indent=1) + "\n")
        write_atomic(folder / "drift.txt", report.as_text(findings))
        write_atomic(folder / "drift.prom", report.as_prometheus(findings, now))
        write_atomic(folder / "drift.zabbix", report.as_zabbix(findings, now))
    except OSError as problem:
        raise BunriError(Message("DRF005", Where(file=str(folder)), {"why": str(problem)})) from problem


def _followers(control: Control) -> dict[str, str]:
    """Return unit → leader of every HA pair, by the intended configurations."""
    units = [name for name, endpoint in control.endpoints.items() if endpoint.platform == "fortios"]
    return forti_script.followers({name: control.intended_text(name) for name in units})


def _judge(control: Control, reading: Reading, leader: str) -> Finding:
    name = reading.device
    if not reading.text:
        return Finding(name, "unreachable", severity="unknown", messages=reading.messages)
    wanted = fill_for(control, name, control.intended_text(name))
    if leader:
        # HA writes the leader's configuration over the follower's: that is what it should hold, whatever it had.
        wanted = forti_script.as_follower(wanted, fill_for(control, leader, control.intended_text(leader)))
    return judge(name, wanted, reading.text, control.endpoints[name].platform)
