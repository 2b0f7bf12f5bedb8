"""``bunri render``: the whole city's intended snapshot, written or compared."""

from __future__ import annotations

import difflib
import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.cli import Command
from bunri.messages import Message, Where, error
from network.render.intended import Intended, build, stored, write

if TYPE_CHECKING:
    import argparse

SHOWN_LINES = 60


def command() -> Command:
    """Return ``bunri render``."""
    return Command(
        help_ja="インベントリから全装置の設定を作ります(--check は保存済みの設定と比べます)",
        help_en="make every device's configuration from the inventory (--check compares with the stored ones)",
        arguments=_arguments,
        run=run,
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("inventory", nargs="?", default="inventory/yasu", type=Path, metavar="INVENTORY")
    parser.add_argument(
        "--check", action="store_true", help="書かずに比べ、違えば 1 を返す / compare, write nothing; 1 if different"
    )
    parser.add_argument("--out", type=Path, help="書き込み先(既定: INVENTORY/intended) / where to write")
    parser.add_argument(
        "--device", action="append", default=[], help="この装置だけ(複数可) / only this device; may be repeated"
    )
    parser.add_argument("--today", type=date.fromisoformat, help="期限を判定する日付 / date for expiry, YYYY-MM-DD")


def run(args: argparse.Namespace) -> int:
    """Run the command. 0 written or equal, 1 different (``--check``)."""
    # The inventory models pull in Ansible; only this command needs them.
    from bunri.intent import load  # noqa: PLC0415

    begun = time.perf_counter()
    city = load(args.inventory, today=args.today or date.today())
    loaded = time.perf_counter()
    whole = build(city)
    done = time.perf_counter()
    folder: Path = args.out or args.inventory / "intended"
    files = _selected(whole, args.device)
    before = stored(folder)
    if args.device:
        before = {name: text for name, text in before.items() if name in files}
    changed = sorted(name for name in {*files, *before} if files.get(name) != before.get(name))
    if args.check:
        return _check(args, files, before, changed, folder)
    write(files, folder, before=before, remove=not args.device)
    seconds = {"load": round(loaded - begun, 3), "design_and_render": round(done - loaded, 3)}
    if args.json:
        print(
            json.dumps(
                {"folder": str(folder), "devices": _rows(whole, args.device), "changed": changed, "seconds": seconds}
            )
        )
        return 0
    _table(whole, args.device, set(changed))
    lines = sum(text.count("\n") for name, text in files.items() if name.startswith("configs/"))
    print(f"\n{len(files)} files, {lines:,} configuration lines, {len(changed)} changed → {folder}")
    print(
        f"読み込み / load {seconds['load']:.2f} s · 設計・生成 / design and render {seconds['design_and_render']:.2f} s"
    )
    return 0


def _selected(whole: Intended, devices: list[str]) -> dict[str, str]:
    if not devices:
        return whole.files
    for name in devices:
        if name not in whole.designs:
            near = ", ".join(difflib.get_close_matches(name, whole.designs)) or "-"
            raise error("RND008", Where(device=name), name=name, near=near)
    wanted = {f"{folder}/{name}.cfg" for folder in ("configs", "bootstrap") for name in devices}
    return {name: text for name, text in whole.files.items() if name in wanted}


def _check(
    args: argparse.Namespace, files: dict[str, str], before: dict[str, str], changed: list[str], folder: Path
) -> int:
    if args.json:
        print(json.dumps({"folder": str(folder), "equal": not changed, "changed": changed}))
        return 1 if changed else 0
    if not changed:
        print(f"一致しています / equal: {len(files)} files in {folder}")
        return 0
    shown = 0
    for name in changed:
        old, new = before.get(name, ""), files.get(name, "")
        for line in difflib.unified_diff(
            old.splitlines(), new.splitlines(), f"stored/{name}", f"rendered/{name}", "", "", 1, ""
        ):
            if shown < SHOWN_LINES and len(line) < 400:
                print(line)
            shown += 1
    if shown > SHOWN_LINES:
        print(f"… {shown - SHOWN_LINES} more lines")
    print(Message("RND007", Where(str(folder)), {"count": len(changed)}), file=sys.stderr)
    return 1


def _rows(whole: Intended, devices: list[str]) -> list[dict[str, object]]:
    return [
        {
            "device": name,
            "site": item.identity.site,
            "role": item.identity.role,
            "hardware": item.identity.hardware,
            "platform": item.platform,
            "lines": whole.files[f"configs/{name}.cfg"].count("\n"),
        }
        for name, item in whole.designs.items()
        if not devices or name in devices
    ]


def _table(whole: Intended, devices: list[str], changed: set[str]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only for people
    from rich.table import Table  # noqa: PLC0415

    table = Table(title="intended configurations / 生成した設定")
    for title in ("機器 device", "拠点 site", "役割 role", "機種 hardware", "行 lines", "変更 changed"):
        number = title.startswith("行")
        table.add_column(title, justify="right" if number else "left", no_wrap=title.startswith("機器"))
    for row in _rows(whole, devices):
        mark = "✓" if f"configs/{row['device']}.cfg" in changed else ""
        table.add_row(*(str(row[key]) for key in ("device", "site", "role", "hardware", "lines")), mark)
    Console().print(table)
