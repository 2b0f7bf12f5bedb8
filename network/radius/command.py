"""``bunri radius``: check the servers' configuration, write it out, or log in with every class on a laboratory server."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.cli import Command

if TYPE_CHECKING:
    import argparse

    from network.radius.trial import Row


def radius() -> Command:
    """Return ``bunri radius``."""
    return Command(
        "RADIUS: 全応答の系を確かめ、全端末分類で実際に認証してみる(ラボ)",
        "RADIUS: search every reply's zone, and really log in with every class of terminal (laboratory)",
        _fill,
        _run,
    )


def _fill(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("inventory", type=Path, nargs="?", default=Path("inventory/yasu"))
    parser.add_argument("--server", help="サーバー名(既定は最初) / which server (default: the first)")
    parser.add_argument("--out", type=Path, help="結果を JSON で書く / write the table as JSON")


def _run(args: argparse.Namespace) -> int:
    from bunri.change.files import write_atomic  # noqa: PLC0415 - not for --help
    from bunri.intent import load  # noqa: PLC0415
    from network.radius.trial import run  # noqa: PLC0415

    now = datetime.now(UTC)
    city = load(args.inventory, today=now.astimezone().date())
    server = args.server or city.dot1x.servers[0].server
    rows = run(city, server, now, lambda what: print(f"{server}: {what}", file=sys.stderr))
    data = {"server": server, "rows": [row.as_json() for row in rows], "holds": all(row.holds for row in rows)}
    if args.out:
        write_atomic(args.out, json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    if args.json:
        print(json.dumps(data, ensure_ascii=False))
    else:
        _table(rows)
    return 0 if data["holds"] else 1


def _table(rows: list[Row]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(title="802.1X: 端末分類 × 方式 × 結果 × VLAN × 系 / class × method × result × VLAN × zone")
    for head in ("分類 class", "方式 method", "場所 where", "結果 result", "VLAN", "系 zone", ""):
        table.add_column(head, no_wrap=True)
    for row in rows:
        mark = "○" if row.holds else f"× {row.expected}"
        result = row.result.split()[0]
        table.add_row(row.terminal_class, row.method, row.where, result, str(row.vlan or "-"), row.zone, mark)
    Console().print(table)
