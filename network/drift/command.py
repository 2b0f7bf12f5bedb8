"""The commands ``drift`` and ``replace``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.change import plan as plans
from bunri.change.files import write_atomic
from bunri.change.progress import shown
from bunri.cli import Command
from network.deploy import planning
from network.deploy.command import describe, open_control, site_arguments
from network.drift import report
from network.drift.check import check

if TYPE_CHECKING:
    import argparse


def drift_command() -> Command:
    """``bunri drift``: compare every device with its intended configuration."""
    return Command(
        "全機器の設定を意図した設定と照合する",
        "compare every device with its intended configuration",
        _arguments,
        _run,
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    site_arguments(parser)
    parser.add_argument(
        "--remediate", action="store_true", help="元に戻す計画を作る(適用はしない) / make a plan that mends it"
    )
    parser.add_argument("--prometheus", type=Path, help="Prometheus 用ファイル / text file for node_exporter")
    parser.add_argument("--zabbix", type=Path, help="zabbix_sender 用ファイル / input file for zabbix_sender")


def _run(args: argparse.Namespace) -> int:
    control = open_control(args, write=False)
    names = control.limited(args.limit)
    now = datetime.now(UTC)
    with shown("drift", len(names), "read") as progress:
        findings = check(control, names, now=now, parallel=args.parallel, progress=progress)
    if args.prometheus:
        write_atomic(args.prometheus, report.as_prometheus(findings, now))
    if args.zabbix:
        write_atomic(args.zabbix, report.as_zabbix(findings, now))
    drifted = [finding.device for finding in findings if finding.status == "drifted"]
    lines: list[str] = []
    made = ""
    if args.remediate and drifted:
        # A remedy is a change like any other: planned, proved and approved, never slipped in.
        writer = open_control(args, write=True)
        folder = args.runs / "plans" / datetime.now().astimezone().strftime("%Y%m%dT%H%M%S")
        wish = planning.Wish("差異の是正 / remedy of drift", {name: writer.intended_text(name) for name in drifted})
        plan = planning.make_plan(writer, wish, folder)
        plans.save(plan, folder / "plan.json")
        made = str(folder / "plan.json")
        lines = describe(plan, folder / "plan.json")
    if args.json:
        print(json.dumps({**report.as_json(findings, now, ""), "plan": made}, ensure_ascii=False))
    else:
        print(report.as_text(findings), end="")
        print("\n".join(lines))
    return report.exit_code(findings)
