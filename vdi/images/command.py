"""The command ``image``: plan, apply, status, pause, resume, cancel, history."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.change import plan as plans
from bunri.change.approval import load_approval, load_roster
from bunri.change.journal import read as read_journal
from bunri.change.journal import summarise
from bunri.change.progress import shown
from bunri.cli import Command
from bunri.messages import BunriError, Where, error

if TYPE_CHECKING:
    import argparse

    from bunri.change.plan import Plan
    from bunri.intent import City
    from vdi.images.operate import Site
    from vdi.images.policy import Policy
    from vdi.images.rolling import Result

ACTIONS = ("plan", "apply", "status", "pause", "resume", "cancel", "history")


def image() -> Command:
    """``bunri image``: only ``apply --confirm``, ``resume`` and ``cancel`` change anything."""
    return Command(
        "ゴールデンイメージの更新: 計画・適用・状況・一時停止・再開・取消・履歴",
        "golden images: plan, apply, status, pause, resume, cancel, history",
        _arguments,
        _run,
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS, help="すること / what to do")
    parser.add_argument("subject", nargs="?", default="", help="プール名、または計画ファイル / a pool, or a plan file")
    parser.add_argument("image", nargs="?", default="", help="plan: イメージ（スナップショット名） / image (snapshot)")
    parser.add_argument(
        "--inventory", type=Path, default=Path("inventory/yasu"), help="インベントリ / inventory folder"
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="作業記録の置き場所 / where runs are kept")
    parser.add_argument("--centers", type=Path, help="vCenterの接続先 / how the vCenters are reached (YAML)")
    parser.add_argument("--policy", type=Path, help="plan: 方針（YAML） / policy of the replacement (YAML)")
    parser.add_argument("--out", type=Path, help="plan: 計画ファイル / plan file")
    parser.add_argument("--approval", type=Path, help="apply: 承認記録 / approval record")
    parser.add_argument("--roster", type=Path, help="apply: 名簿 / roster of people who may work")
    parser.add_argument("--confirm", action="store_true", help="apply: 実際に変更する / really change (else: dry run)")


def _run(args: argparse.Namespace) -> int:
    match args.action:
        case "plan":
            return _plan(args)
        case "apply":
            return _apply(args)
        case "status":
            return _status(args)
        case "pause":
            return _wish(args)
        case "resume":
            return _resume(args, back=False)
        case "cancel":
            return _cancel(args)
        case _:
            return _history(args)


def _plan(args: argparse.Namespace) -> int:
    from vdi.images.planning import plan  # noqa: PLC0415 - pyvmomi starts slowly
    from vdi.placement.centers import accesses, read_all  # noqa: PLC0415

    city = _city(args)
    pool = city.desktops.pools.get(args.subject)
    if pool is None or not args.image:
        raise error("IMG003", pool=args.subject or "?", known=", ".join(city.desktops.pools))
    inventories, problems = read_all(accesses(city, args.centers), _say)
    if problems:
        raise BunriError(*problems)
    now = datetime.now(UTC)
    live = {name: found for name, found in inventories.items() if found is not None}
    made = plan(city, args.subject, args.image, live, _policy(args, city), now)
    path = args.out or args.runs / "plans" / f"{made.id}.json"
    plans.save(made, path)
    _show_plan(made, path, as_json=args.json)
    return 0


def _policy(args: argparse.Namespace, city: City) -> Policy:
    import yaml  # noqa: PLC0415
    from pydantic import ValidationError  # noqa: PLC0415

    from vdi.images.policy import Policy as Model  # noqa: PLC0415

    pool = city.desktops.pools[args.subject]
    given: dict[str, object] = {
        "canary_percent": city.desktops.canary_percent,
        "maximum_unavailable_percent": pool.maximum_unavailable_percent,
    }
    try:
        if args.policy:
            given |= yaml.safe_load(args.policy.read_text(encoding="utf-8")) or {}
        return Model.model_validate(given)
    except (OSError, ValueError, TypeError, yaml.YAMLError, ValidationError) as problem:
        raise error("IMG009", Where(file=str(args.policy)), why=str(problem).splitlines()[0]) from problem


def _apply(args: argparse.Namespace) -> int:
    from vdi.images import operate  # noqa: PLC0415

    path = Path(args.subject)
    made = plans.load(path)
    if not args.confirm:
        _show_plan(made, path, as_json=args.json)
        print("何も変更していません（--confirm で適用） / nothing was changed (--confirm applies)", file=sys.stderr)
        return 0
    if not args.approval or not args.roster:
        raise error("CHG009", Where(key="--approval, --roster"), why="missing")
    approval, roster = load_approval(args.approval), load_roster(args.roster)
    with shown("image", len(made.steps), "confirmed") as report:
        result = operate.apply(_site(args, report), path, approval, roster)
    return _told(result, as_json=args.json)


def _resume(args: argparse.Namespace, *, back: bool) -> int:
    from vdi.images import operate  # noqa: PLC0415

    with shown("image", 0, "confirmed") as report:
        result = operate.resume(_site(args, report), back=back)
    return _told(result, as_json=args.json)


def _cancel(args: argparse.Namespace) -> int:
    from bunri.change.lock import holder  # noqa: PLC0415

    # A run that is at work takes itself back; one that nobody carries out is taken back here.
    return _wish(args) if holder(args.runs / "lock") else _resume(args, back=True)


def _wish(args: argparse.Namespace) -> int:
    from vdi.images.control import Wanted, wish  # noqa: PLC0415

    run = next((item for item in summarise(read_journal(args.runs / "journal.jsonl")) if item.open), None)
    if run is None:
        raise error("CHG016", Where(file=str(args.runs / "journal.jsonl")))
    wish(args.runs, run.id, Wanted(args.action))
    print(json.dumps({"run": run.id, "wanted": args.action}) if args.json else f"{run.id}: {args.action}")
    return 0


def _status(args: argparse.Namespace) -> int:
    records = read_journal(args.runs / "journal.jsonl")
    run = next((item for item in reversed(summarise(records)) if item.open), None)
    if run is None:
        print(json.dumps({"run": None}) if args.json else "進行中の更新はありません / no update is under way")
        return 0
    states: dict[str, str] = {}
    for record in records:
        if record.run == run.id and record.target:
            waiting = "waiting for a session" if record.event == "wait" else ""
            failed = "failed" if record.data.get("phase") == "failed" else ""
            states[record.target] = waiting or failed or str(record.data.get("step", record.event))
    if args.json:
        print(json.dumps({"run": run.id, "begun": run.begun, "desktops": states}, ensure_ascii=False))
    else:
        print(f"{run.id}  {run.begun}")
        for state in sorted(set(states.values())):
            names = sorted(name for name, found in states.items() if found == state)
            print(f"  {state}: {len(names)}  {', '.join(names[:10])}{' …' if len(names) > 10 else ''}")
    return 1


def _history(args: argparse.Namespace) -> int:
    from vdi.images.history import load  # noqa: PLC0415

    found = load(args.runs, args.subject)
    if args.json:
        print(found.model_dump_json())
        return 0
    for move in found.moves:
        print(f"{move.when:%Y-%m-%d %H:%M}  {move.stage:<10} {move.image}  {move.who}  {move.why}".rstrip())
    return 0


def _site(args: argparse.Namespace, report: object) -> Site:
    from vdi.images.operate import Site  # noqa: PLC0415
    from vdi.placement.centers import accesses  # noqa: PLC0415

    city = _city(args)
    return Site(city, accesses(city, args.centers), args.runs, getpass.getuser(), report=report)  # type: ignore[arg-type]


def _city(args: argparse.Namespace) -> City:
    from bunri.intent.load import load  # noqa: PLC0415 - Ansible starts slowly

    return load(args.inventory, today=date.today())


def _show_plan(made: Plan, path: Path, *, as_json: bool) -> None:
    batches = [[step.target.name for step in batch] for batch in made.batches]
    if as_json:
        short = plans.short_form(made.sha256)
        found = {"plan": str(path), "sha256": made.sha256, "short": short, "batches": batches}
        print(json.dumps({**found, "unchanged": list(made.unchanged)}, ensure_ascii=False))
        return
    print(f"{made.title}\n  {path}\n  番号 / number: {plans.short_form(made.sha256)}")
    print(f"  変更 / changes: {len(made.steps)}  変更なし / unchanged: {len(made.unchanged)}")
    for number, names in enumerate(batches):
        head = "先行確認 / canaries" if number == 0 else f"{number}"
        print(f"  {head}: {len(names)}  {names[0]} … {names[-1]}")


def _told(result: Result, *, as_json: bool) -> int:
    from vdi.images.operate import as_json as form  # noqa: PLC0415

    if as_json:
        print(json.dumps(form(result), ensure_ascii=False))
    else:
        print(f"{result.run}: {result.result}")
        counts: dict[str, int] = {}
        for item in result.outcomes:
            counts[str(item.state)] = counts.get(str(item.state), 0) + 1
        print("  " + "  ".join(f"{state} {count}" for state, count in sorted(counts.items())))
        for item in result.outcomes:
            for message in item.messages:
                print("\n".join(f"  {line}" for line in message.lines()))
        for message in result.messages:
            print(message)
    return 0 if result.result in ("confirmed", "mixed") else 1


def _say(line: str) -> None:
    print(line, file=sys.stderr)
