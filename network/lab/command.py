"""``bunri lab``: starts, shows, disturbs and stops the virtual city."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from rich.console import Console
from rich.table import Table

from bunri.cli import Command
from bunri.messages import Where, error
from network.lab import daemon
from network.lab.city import PORT
from network.lab.control import LabControl
from network.lab.faults import NAMES
from network.lab.spec import DEFAULT_ACCOUNTS, from_snapshot

if TYPE_CHECKING:
    from network.lab.spec import DeviceSpec


def lab() -> Command:
    """Return ``bunri lab``."""
    return Command(
        help_ja="仮想都市（模擬機器）の起動・状態・改変・障害・停止",
        help_en="the virtual city (simulated devices): up, status, tamper, fault, down",
        arguments=_arguments,
        run=_run,
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="action", required=True)
    up = parts.add_parser("up", help="起動 / start")
    up.add_argument("inventory", nargs="?", type=Path, default=Path("inventory/yasu"))
    up.add_argument(
        "--configs", type=Path, help="スナップショットのフォルダー / a snapshot folder instead of an inventory"
    )
    up.add_argument("--bootstrap", action="store_true", help="初期設定から起動 / start from intended/bootstrap")
    up.add_argument("--port", type=int, default=PORT)
    up.add_argument("--scale", type=float, default=1.0, help="時間の倍率 / multiplies every duration")
    up.add_argument("--routes", default="", help="bunri routes --json の結果 / its result, for dynamic routes")
    up.add_argument("--fresh", action="store_true", help="保存された状態を消す / forget stored flash and startup")
    for name, text in (("down", "停止 / stop"), ("status", "状態 / state")):
        parts.add_parser(name, help=text)
    tamper = parts.add_parser("tamper", help="手作業の変更 / change a device by hand")
    tamper.add_argument("device")
    tamper.add_argument("lines", nargs="*", help="無ければ標準入力から / from stdin if none")
    fault = parts.add_parser("fault", help=f"障害 / {', '.join(NAMES)}")
    fault.add_argument("device")
    fault.add_argument("name")
    fault.add_argument("values", nargs="*")
    for name, text in (
        ("heal", "障害を解除 / end all faults"),
        ("journal", "受けたコマンド / commands received"),
        ("running", "現在の設定 / running configuration"),
    ):
        parts.add_parser(name, help=text).add_argument("device")
    parts.add_parser("known-hosts", help="ホスト鍵 / host keys in known_hosts form")
    for part in parts.choices.values():  # "--json" may stand before or behind the action
        part.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="機械可読 / machine-readable")


def _run(args: argparse.Namespace) -> int:
    folder = daemon.state_folder()
    control = LabControl(folder)
    if args.action == "up":
        return _up(args, folder)
    if args.action == "down":
        pid = daemon.down(folder)
        _print(args, {"stopped": pid}, f"停止しました / stopped ({pid})" if pid else "動いていません / not running")
        return 0
    if args.action == "status":
        return _status(args, folder, control)
    if args.action == "tamper":
        lines = args.lines or sys.stdin.read().splitlines()
        said = control.tamper(args.device, lines)
        _print(args, {"refused": said}, "\n".join(said) if said else f"{args.device}: {len(lines)} 行 / lines")
        return 1 if any("%" in line or "fail" in line for line in said) else 0
    if args.action == "fault":
        summary = control.fault(args.device, args.name, *args.values)
        _print(args, summary, f"{args.device}: {args.name} {' '.join(args.values)}".rstrip())
        return 0
    if args.action == "heal":
        _print(args, control.heal(args.device), f"{args.device}: 正常 / healthy")
        return 0
    if args.action == "journal":
        found = control.journal(args.device)
        _print(args, found, "\n".join(found))
        return 0
    text = control.running(args.device) if args.action == "running" else control.known_hosts()
    _print(args, text, text.rstrip("\n"))
    return 0


def _up(args: argparse.Namespace, folder: Path) -> int:
    specs = devices(args.inventory, args.configs, bootstrap=args.bootstrap)
    if args.fresh and not daemon.running_process(folder):
        shutil.rmtree(folder / "devices", ignore_errors=True)
    begin = time.monotonic()
    pid = daemon.up(folder, specs, args.port, args.scale, str(Path(args.routes).resolve()) if args.routes else "")
    took = time.monotonic() - begin
    _print(
        args,
        {"pid": pid, "devices": len(specs), "port": args.port, "seconds": round(took, 2)},
        f"{len(specs)} 台 / devices, 127.x.y.z:{args.port}, {took:.1f} s (pid {pid})\n"
        f"利用者 / users: {', '.join(account.name for account in DEFAULT_ACCOUNTS)}",
    )
    return 0


def devices(inventory: Path, configs: Path | None = None, *, bootstrap: bool = False) -> list[DeviceSpec]:
    """Return the devices of an inventory's intended snapshot, or of any snapshot folder."""
    if configs is not None:
        if not configs.is_dir():
            raise error("BNR001", path=str(configs))
        return from_snapshot(configs)
    snapshot = inventory / "intended"
    if not (snapshot / "configs").is_dir():
        raise error("LAB015", Where(file=str(snapshot)))
    return from_snapshot(
        snapshot, hardware=hardware(inventory / "hosts.yml"), startup=snapshot / "bootstrap" if bootstrap else None
    )


def hardware(path: Path) -> dict[str, tuple[str, str]]:
    """Return (model, serial number) by hostname from an inventory's ``hosts.yml`` (no vault, no templates)."""
    if not path.is_file():
        return {}
    found: dict[str, tuple[str, str]] = {}

    def walk(node: object) -> None:
        if not isinstance(node, dict):
            return
        for key, value in node.items():
            if key == "hosts" and isinstance(value, dict):
                for name, variables in value.items():
                    if isinstance(variables, dict):
                        found[str(name)] = (str(variables.get("model", "")), str(variables.get("serial_number", "")))
            walk(value)

    try:
        walk(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as problem:
        raise error("LAB019", Where(file=str(path)), problem=str(problem)) from problem
    return found


def _status(args: argparse.Namespace, folder: Path, control: LabControl) -> int:
    if not daemon.running_process(folder):
        raise error("LAB009")
    found = control.status()
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    table = Table(
        "機器 / device", "種別 / platform", "アドレス / address", "状態 / state", "接続 / sessions", "備考 / notes"
    )
    for item in found:
        notes = [f"{name}={value}" for name, value in item["faults"].items()]
        if item.get("pending"):
            notes.append(f"確定待ち / pending {item['pending']}")
        if item.get("unsaved"):
            notes.append("未保存 / unsaved")
        if item.get("boot_errors"):
            notes.append(f"起動時拒否 / refused at boot {item['boot_errors']}")
        state = "up" if item["up"] else "down"
        table.add_row(
            item["hostname"], item["platform"], item["address"], state, str(item["sessions"]), ", ".join(notes)
        )
    Console().print(table)
    return 0


def _print(args: argparse.Namespace, data: object, text: str) -> None:
    print(json.dumps(data, ensure_ascii=False) if args.json else text)
