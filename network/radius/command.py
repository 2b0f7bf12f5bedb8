"""``bunri radius``: log in with every class of terminal on a laboratory server and show the table."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.certificates.command import FOLDER, ISSUING, NEW_KEY, secret
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
    print("端末分類 × 方式 × 結果 × VLAN × 系 / class × method × result × VLAN × zone\n")
    print(f"{'class':<15} {'method':<8} {'where':<36} {'result':<7} {'VLAN':>4}  {'zone':<6} ")
    for row in rows:
        mark = "○" if row.holds else f"× 期待 / expected: {row.expected}"
        result, vlan = row.result.split()[0], row.vlan or "-"
        print(f"{row.terminal_class:<15} {row.method:<8} {row.where:<36} {result:<7} {vlan:>4}  {row.zone:<6} {mark}")


def terminal() -> Command:
    """Return ``bunri terminal``."""
    return Command(
        "端末: 登録・移設・紛失・廃止(記録を残す)",
        "terminals: enrol, move, lose, retire; each leaves a record",
        _fill_terminal,
        _run_terminal,
    )


def _fill_terminal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", choices=("enrol", "move", "lose", "retire"))
    parser.add_argument("name", help="端末名 / name of the terminal")
    parser.add_argument("--request", required=True, help="申請番号 / number of the request")
    parser.add_argument("--worker", required=True, help="作業者 / who does it")
    parser.add_argument("--inventory", type=Path, default=Path("inventory/yasu"))
    parser.add_argument("--ca", type=Path, default=FOLDER, help="認証局のフォルダー / folder of the authority")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="記録の置き場所 / where records are kept")
    parser.add_argument("--switch", help="移設先のスイッチ / move: the switch it goes behind")
    parser.add_argument(
        "--csr", type=Path, help="端末で作った PKCS#10 / enrol: a PKCS #10 request made on the terminal"
    )
    parser.add_argument("--out", type=Path, default=Path(), help="登録: 証明書の書き出し先 / enrol: where to write")


def _run_terminal(args: argparse.Namespace) -> int:
    from bunri.certificates.authority import Authority  # noqa: PLC0415 - not for --help
    from bunri.change.files import write_atomic  # noqa: PLC0415
    from bunri.intent import load  # noqa: PLC0415
    from network.radius import terminal as life  # noqa: PLC0415

    now = datetime.now(UTC)
    city = load(args.inventory, today=now.astimezone().date())
    who = {"request": args.request, "worker": args.worker}
    if args.job == "move":
        record = life.move(city, args.name, args.switch or "", now, **who)
    else:
        authority = Authority.open(args.ca, secret(*ISSUING))
        if args.job == "enrol":
            csr = args.csr.read_bytes() if args.csr else None
            key = b"" if csr else secret(*NEW_KEY)
            issued, record = life.enrol(city, authority, args.name, now, **who, csr=csr, key=key)
            write_atomic(args.out / f"{args.name}.crt", issued.certificate + issued.chain)
            if issued.key:
                write_atomic(args.out / f"{args.name}.key", issued.key, mode=0o600)
        else:
            end = life.lose if args.job == "lose" else life.retire
            record = end(city, authority, args.name, now, **who)
    path = life.store(record, args.runs / "terminals")
    if args.json:
        print(record.model_dump_json())
    else:
        vlan = f" VLAN {record.vlan_before} → {record.vlan_after}" if record.vlan_after else ""
        print(f"{record.job} {record.terminal} ({record.terminal_class}, {record.zone}){vlan}: {path}")
        for step in record.next_steps:
            print(f"  → {step}")
    return 0
