"""The commands ``plan``, ``apply`` and ``rollback``."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.change import plan as plans
from bunri.change.approval import load_approval, load_roster
from bunri.change.journal import read, summarise
from bunri.change.progress import APPLY, shown
from bunri.change.record import Record, give_reason
from bunri.cli import Command
from bunri.messages import Message, Where, error
from network.deploy import apply, control, diffs, planning

if TYPE_CHECKING:
    import argparse

    from bunri.change.plan import Plan, Step
    from bunri.change.transaction import Result
    from network.deploy.control import Control


def site_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the city and its runs are."""
    parser.add_argument(
        "--inventory", type=Path, default=Path("inventory/yasu"), help="インベントリ / inventory folder"
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="作業記録の置き場所 / where runs are kept")
    parser.add_argument("--lab", action="store_true", help="仮想都市に対して行う / use the virtual city")
    parser.add_argument("--limit", default="", help="対象の機器・グループ / devices or groups, as Ansible's --limit")
    parser.add_argument("--parallel", type=int, default=32, help="同時に扱う機器数 / devices at once")
    parser.add_argument("--account", default="", help="機器のアカウント / account on the devices")


def open_control(args: argparse.Namespace, *, write: bool = True) -> Control:
    """Return the working set that the options describe."""
    from bunri.intent.load import load  # noqa: PLC0415  (Ansible starts slowly)

    city = load(args.inventory, today=date.today())
    account = args.account or control.account_for(city, write=write)
    found = control.from_city(city, args.runs, account=account)
    return control.in_laboratory(found, write=write) if args.lab else found


def plan_command() -> Command:
    """``bunri plan``: ask the devices for their differences, prove the change, write the plan."""
    return Command(
        "機器ごとの差分を取り、検証して、変更計画を作る",
        "ask devices for their differences, prove the change, write the plan",
        _plan_arguments,
        _plan,
    )


def apply_command() -> Command:
    """``bunri apply``: carry out an approved plan, or finish a run that was cut off."""
    return Command(
        "承認された計画を適用する(--resume: 途中の作業を完了または切戻し)",
        "carry out an approved plan (--resume: finish or take back a run that was cut off)",
        _apply_arguments,
        _apply,
    )


def rollback_command() -> Command:
    """``bunri rollback``: plan the way back to an earlier confirmed state."""
    return Command(
        "作業記録の番号が示す確定状態へ戻す計画を作る",
        "plan the way back to the confirmed state at a journal number",
        _rollback_arguments,
        _rollback,
    )


def _plan_arguments(parser: argparse.ArgumentParser) -> None:
    site_arguments(parser)
    parser.add_argument("--title", default="設定の適用", help="作業名 / title of the work")
    parser.add_argument(
        "--serial", default="1,5,100%", help="バッチの大きさ / sizes of the batches, the last one repeats"
    )
    parser.add_argument(
        "--atomic", choices=("plan", "batch"), default="plan", help="失敗時に一緒に戻す単位 / what falls back together"
    )
    parser.add_argument("--out", type=Path, default=None, help="計画ファイルの置き場所 / folder of the plan")


def _plan(args: argparse.Namespace) -> int:
    found = open_control(args)
    names = found.limited(args.limit)
    candidates = {name: found.intended_text(name) for name in names}
    return _make(args, found, planning.Wish(args.title, candidates, serial(args.serial), args.atomic, args.parallel))


def _rollback_arguments(parser: argparse.ArgumentParser) -> None:
    _plan_arguments(parser)
    parser.add_argument("number", type=int, help="作業記録の番号 / journal number (bunri journal)")


def _rollback(args: argparse.Namespace) -> int:
    found = open_control(args)
    state = apply.state_at(found, args.number)
    candidates = {name: state[name] for name in found.limited(args.limit) if name in state}
    if not candidates:
        raise error("CHG019", Where(file=str(found.journal)))
    title = f"番号 {args.number} の状態へ戻す / back to number {args.number}"
    return _make(args, found, planning.Wish(title, candidates, serial(args.serial), args.atomic, args.parallel))


def _make(args: argparse.Namespace, found: Control, wish: planning.Wish) -> int:
    folder = args.out or found.runs / "plans" / datetime.now().astimezone().strftime("%Y%m%dT%H%M%S")
    with shown("plan", len(wish.candidates), "survey done") as report:
        plan = planning.make_plan(found, wish, folder, report)
    plans.save(plan, folder / "plan.json")
    if args.json:
        print(json.dumps(_plan_json(plan, folder), ensure_ascii=False))
    else:
        print("\n".join(describe(plan, folder / "plan.json")))
    return 0


def describe(plan: Plan, path: Path) -> list[str]:
    """Return the plan as people read it: number, order, proof, differences grouped where they are equal."""
    lines = [f"計画 / plan: {plan.title}", f"  {path}", f"  番号 / number: {plans.short_form(plan.sha256)}"]
    lines.append(f"  SHA-256: {plan.sha256}")
    lines.append(f"  変更 / changes: {len(plan.steps)}  変更なし / unchanged: {len(plan.unchanged)}")
    lines.append(
        f"  見込み / expected: {plan.expected_seconds / 60:.1f} 分 min  一括単位 / falls back together: {plan.atomic}"
    )
    lines.append(f"  検証 / proof: {plan.proof.verdict}")
    lines += [f"    {line}" for line in plan.proof.summary]
    lines += [f"  {note}" for note in plan.notes]
    for number, batch in enumerate(plan.batches, 1):
        lines.append(f"  {number}. {', '.join(step.target.name for step in batch)}")
    for method in sorted({step.method for step in plan.steps}):
        lines.append(f"  方法 / method: {method}")
    for names, diff in diffs.grouped({step.target.name: _shown(step) for step in plan.steps}):
        lines.append("")
        lines.append(f"── {', '.join(names)}")
        lines += [f"   {line}" for line in diff.splitlines()]
    return lines


def _shown(step: Step) -> str:
    commands = step.facts.get("remediation", "")
    head = "(参考: 同じことをする行。適用には使わない / to read: lines to the same end; not what is applied)"
    return f"{step.diff.strip()}\n{head}\n{commands}" if commands else step.diff


def _plan_json(plan: Plan, folder: Path) -> dict[str, object]:
    return {
        "plan": str(folder / "plan.json"),
        "sha256": plan.sha256,
        "short": plans.short_form(plan.sha256),
        "devices": len(plan.steps),
        "unchanged": list(plan.unchanged),
        "batches": [[step.target.name for step in batch] for batch in plan.batches],
        "expected_seconds": plan.expected_seconds,
        "proof": plan.proof.model_dump(mode="json"),
        "diffs": [
            {"devices": names, "diff": diff}
            for names, diff in diffs.grouped({step.target.name: step.diff for step in plan.steps})
        ],
    }


def _apply_arguments(parser: argparse.ArgumentParser) -> None:
    site_arguments(parser)
    parser.add_argument("plan", type=Path, nargs="?", help="計画ファイル / plan file")
    parser.add_argument("--approval", type=Path, help="承認記録 / approval record (YAML or JSON)")
    parser.add_argument("--roster", type=Path, help="職員・委託先作業者の名簿 / list of staff and contractors")
    parser.add_argument("--resume", action="store_true", help="途中の作業を続ける / finish the run that was cut off")
    parser.add_argument(
        "--back", action="store_true", help="--resume で必ず切り戻す / with --resume: take everything back"
    )
    parser.add_argument(
        "--check", action="store_true", help="何も変えずに確認だけする / check everything, change nothing"
    )
    parser.add_argument(
        "--unapproved-lab", action="store_true", help="仮想機器に限り承認なし / without approval, virtual devices only"
    )
    parser.add_argument("--reason", default="", help="作業時間の差の理由 / reason for the difference in time")
    parser.add_argument("--record", type=Path, help="--reason を書き込む作業記録 / record that --reason completes")


def _apply(args: argparse.Namespace) -> int:
    if args.record:
        _show_record(give_reason(args.record, args.reason), args.record)
        return 0
    found = open_control(args)
    notices: list[Message] = []
    if args.resume:
        with shown("resume", len(found.endpoints), "confirm done") as report:
            result = apply.resume(found, back=args.back, parallel=args.parallel, report=report, notices=notices)
        return _show(args, found, result, notices)
    if args.plan is None:
        raise error("CHG001", why="no plan file")
    plan = plans.load(args.plan)
    approval = None
    if args.approval:
        approval = load_approval(args.approval)
    elif not (args.lab and args.unapproved_lab):
        raise error("CHG023", Where(file=str(args.plan)))
    roster = load_roster(args.roster) if args.roster else found.roster
    now = datetime.now(UTC)
    if args.check:
        apply.check_plan(found, args.plan, approval, roster, now=now, parallel=args.parallel)
        print(
            json.dumps({"check": "ok"})
            if args.json
            else "確認しました。何も変更していません / checked; nothing was changed"
        )
        return 0
    with shown("apply", len(plan.steps), APPLY) as report:
        result = apply.apply_plan(
            found, args.plan, approval, roster, now=now, parallel=args.parallel, report=report, notices=notices
        )
    return _show(args, found, result, notices)


def _show(args: argparse.Namespace, found: Control, result: Result, notices: list[Message]) -> int:
    for notice in notices:
        print(notice, file=sys.stderr)
    path = found.runs / result.run / "record.json"
    number = next((run.last for run in summarise(read(found.journal)) if run.id == result.run), 0)
    if args.json:
        print(json.dumps({**apply.as_json(result), "number": number, "record": str(path)}, ensure_ascii=False))
    else:
        print(f"{result.run}: {result.result}  (journal {number})")
        for outcome in result.outcomes:
            print(f"  {outcome.target:<24} {outcome.state:<12} {outcome.seconds:6.1f} s")
            for message in outcome.messages:
                print("    " + "\n    ".join(message.lines()))
        for message in result.messages:
            print(message)
        if path.exists():
            _show_record(Record.model_validate_json(path.read_text(encoding="utf-8")), path)
    return 0 if result.result == "confirmed" else 1


def _show_record(record: Record, path: Path) -> None:
    print(f"  予定 / planned {record.planned_minutes:.1f} 分 min, 実績 / actual {record.actual_minutes:.1f} 分 min")
    if record.reason_needed:
        message = Message(
            "CHG015", Where(file=str(path)), {"planned": record.planned_minutes, "actual": record.actual_minutes}
        )
        print(message, file=sys.stderr)


def serial(text: str) -> tuple[int | str, ...]:
    """Return batch sizes from text: ``1,5,100%``."""
    return tuple(word if word.endswith("%") else int(word) for word in text.split(","))
