"""The commands ``drift`` and ``replace``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.change.files import write_atomic
from bunri.change.progress import shown
from bunri.cli import Command
from network.deploy.command import open_control, site_arguments
from network.drift import report
from network.drift.check import check
from network.drift.playbook import remedy, replace_step

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
        path, lines = remedy(open_control(args, write=True), findings)
        made = str(path)
    if args.json:
        print(json.dumps({**report.as_json(findings, now, ""), "plan": made}, ensure_ascii=False))
    else:
        print(report.as_text(findings), end="")
        print("\n".join(lines))
    return report.exit_code(findings)


def replace_command() -> Command:
    """``bunri replace``: one step of replacing a device."""
    return Command(
        "機器を交換する(bootstrap → wait → bunri apply → retire)",
        "replace a device (bootstrap, wait, bunri apply, retire)",
        _replace_arguments,
        _replace,
    )


def _replace_arguments(parser: argparse.ArgumentParser) -> None:
    site_arguments(parser)
    parser.add_argument("step", choices=("bootstrap", "wait", "retire"), help="どの段階か / which step")
    parser.add_argument("device", help="機器名 / device")
    parser.add_argument("--serial", default="", help="新しい機器の製造番号 / serial number of the new device")
    parser.add_argument("--fingerprint", default="", help="コンソールで読んだ指紋 / fingerprint read at the console")
    parser.add_argument("--worker", default="", help="消去した人 / who wiped the old one")
    parser.add_argument("--witness", default="", help="立会人 / who witnessed it")


def _replace(args: argparse.Namespace) -> int:
    options = {"device": args.device, "step": args.step, "serial": args.serial, "fingerprint": args.fingerprint,
               "worker": args.worker, "witness": args.witness, "inventory": args.inventory, "runs": args.runs,
               "lab": args.lab, "account": args.account}  # fmt: skip
    with shown("replace", 1, "cables done") as progress:
        answer = replace_step(options, progress)
    print(json.dumps(answer, ensure_ascii=False) if args.json else "\n".join(answer["lines"]))
    return 0
