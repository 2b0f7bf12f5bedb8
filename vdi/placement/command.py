"""The command ``placement``: check where servers stand, plan corrections, carry an approved plan out, tell drift."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.change import plan as plans
from bunri.change.approval import Roster, load_approval, load_roster
from bunri.change.files import write_atomic
from bunri.change.progress import shown
from bunri.cli import Command
from bunri.messages import Message, Where, error
from vdi.placement.check import as_json, as_text, check, exit_code

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from bunri.intent import City
    from vdi.placement.apply import Site
    from vdi.placement.model import View
    from vdi.placement.planner import Proposal
    from vdi.vsphere.inventory import Inventory


def placement() -> Command:
    """``bunri placement check|plan|apply|drift``: reading is the default, nothing changes without an approved plan."""
    return Command(
        "サーバの配置を計画の規則で確かめ、是正を計画し、承認された計画を適用する",
        "check where servers stand by the plan's rules, plan corrections, carry an approved plan out",
        _arguments,
        _run,
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("check", "plan", "apply", "drift"), help="すること / what to do")
    parser.add_argument("plan", type=Path, nargs="?", help="apply: 計画ファイル / plan file")
    parser.add_argument(
        "--inventory", type=Path, default=Path("inventory/yasu"), help="インベントリ / inventory folder"
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="作業記録の置き場所 / where runs are kept")
    parser.add_argument("--day", type=date.fromisoformat, default=None, help="この日の配置 / the placement of this day")
    parser.add_argument("--lost", action="append", default=[], metavar="SITE", help="失う建物 / site that is lost")
    parser.add_argument("--live", action="store_true", help="両vCenterを読む / read both vCenters")
    parser.add_argument("--centers", type=Path, help="vCenterの接続先 / how the vCenters are reached (YAML)")
    parser.add_argument(
        "--propose", action="store_true", help="plan: 最小移動の提案を含める / with the planner's moves"
    )
    parser.add_argument("--seconds", type=int, default=30, help="plan: 系ごとの探索時間 / search time a zone")
    parser.add_argument("--title", default="サーバ配置の是正", help="plan: 作業名 / title of the work")
    parser.add_argument("--out", type=Path, help="plan: 計画ファイルの置き場所 / folder of the plan")
    parser.add_argument("--approval", type=Path, help="apply: 承認記録 / approval record (YAML or JSON)")
    parser.add_argument("--roster", type=Path, help="apply: 職員・委託先作業者の名簿 / list of staff and contractors")
    parser.add_argument("--confirm", action="store_true", help="apply: 実際に変更する / really change (else: dry run)")
    parser.add_argument(
        "--resume", action="store_true", help="apply: 途中の作業を続ける / finish a run that was cut off"
    )
    parser.add_argument("--back", action="store_true", help="--resume で切り戻す / with --resume: take everything back")


def _run(args: argparse.Namespace) -> int:
    action = {"check": _check, "plan": _plan, "apply": _apply, "drift": _drift}[args.action]
    return action(args)


def _city(args: argparse.Namespace) -> tuple[City, date]:
    from bunri.intent.load import load  # noqa: PLC0415  (Ansible starts slowly)

    today = date.today()
    city = load(args.inventory, today=today)
    unknown = [site for site in args.lost if site not in city.sites]
    if unknown:
        raise error("PLC001", name=unknown[0], known=", ".join(city.sites))
    return city, args.day or today


def _read(args: argparse.Namespace, city: City) -> tuple[dict[str, Inventory | None], list[Message]]:
    from vdi.placement.centers import accesses, read_all  # noqa: PLC0415  (pyVmomi starts slowly)

    found, messages = read_all(accesses(city, args.centers), lambda why: print(why, file=sys.stderr))
    for message in messages:
        print(message, file=sys.stderr)
    return found, messages


def _live(city: City, day: date, found: Mapping[str, Inventory | None]) -> View:
    from vdi.placement.live import view  # noqa: PLC0415

    return view(city, day, found)


def _check(args: argparse.Namespace) -> int:
    city, day = _city(args)
    live = _live(city, day, _read(args, city)[0]) if args.live else None
    judgements = check(city, day, live=live, lost=args.lost)
    result = as_json(city, judgements, day)
    write_atomic(args.runs / "placement" / "check.json", json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    print(json.dumps(result, ensure_ascii=False) if args.json else as_text(judgements), end="\n" if args.json else "")
    return exit_code([item for judgement in judgements for item in judgement.findings])


def _drift(args: argparse.Namespace) -> int:
    from vdi.drift import report  # noqa: PLC0415
    from vdi.drift.compare import compare  # noqa: PLC0415

    city, day = _city(args)
    found, messages = _read(args, city)
    why = {name: tuple(m for m in messages if m.where.device == name) for name in found}
    findings = compare(city, day, found, why)
    result = report.as_json(findings, datetime.now(UTC))
    write_atomic(args.runs / "drift" / "vdi.json", json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    print(json.dumps(result, ensure_ascii=False) if args.json else report.as_text(findings), end="")
    return report.exit_code(findings)


def _plan(args: argparse.Namespace) -> int:
    from vdi.placement.model import declared  # noqa: PLC0415
    from vdi.placement.planner import propose  # noqa: PLC0415

    city, day = _city(args)
    if not args.live:
        proposal = propose(city, declared(city, day), seconds=args.seconds)
        return _show_proposal(args, proposal)
    from vdi.placement import changes  # noqa: PLC0415

    found, _ = _read(args, city)
    live = _live(city, day, found)
    wish = propose(city, live, seconds=args.seconds) if args.propose else None
    moves = {move.name: move.after for move in wish.moves if move.kind == "host"} if wish else {}
    targets, problems = changes.wanted(city, day, found, moves)
    now = datetime.now().astimezone()
    plan = changes.make(city, live, found, targets, title=args.title, created=now)
    folder = args.out or args.runs / "plans" / now.strftime("%Y%m%dT%H%M%S")
    number = plans.save(plan, folder / "plan.json")
    for message in problems:
        print(message, file=sys.stderr)
    if args.json:
        steps = [{"server": s.target.name, "method": s.method, "batch": s.batch, "diff": s.diff} for s in plan.steps]
        answer = {
            "plan": str(folder / "plan.json"),
            "sha256": number,
            "short": plans.short_form(number),
            "servers": len(plan.steps),
            "steps": steps,
            "not_planned": [message.as_json() for message in problems],
            "proposal": _proposal_json(wish) if wish else None,
        }
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print("\n".join(describe(plan, folder / "plan.json")))
        if wish:
            print("\n".join(_proposal_lines(wish)))
    return 1 if problems or (wish and (wish.unfit or wish.bent)) else 0


def describe(plan: plans.Plan, path: Path) -> list[str]:
    """Return the plan as people read it: number, proof, batches, and what changes on each server."""
    lines = [f"計画 / plan: {plan.title}", f"  {path}", f"  番号 / number: {plans.short_form(plan.sha256)}"]
    lines.append(f"  SHA-256: {plan.sha256}")
    lines.append(f"  変更 / changes: {len(plan.steps)}  変更なし / unchanged: {len(plan.unchanged)}")
    lines.append(f"  見込み / expected: {plan.expected_seconds / 60:.1f} 分 min")
    lines.append(f"  検証 / proof: {plan.proof.verdict}  {' '.join(plan.proof.summary)}")
    for number, batch in enumerate(plan.batches, 1):
        lines.append(f"  {number}. {', '.join(step.target.name for step in batch)}")
    for step in plan.steps:
        lines += ["", f"── {step.target.name} ({step.target.site}) {step.method}"]
        lines += [f"   {line}" for line in step.diff.splitlines()]
    return lines


def _proposal_json(proposal: Proposal) -> dict[str, object]:
    return {
        "proved": proposal.proved,
        "moves": [asdict(item) for item in proposal.moves],
        "unfit": [asdict(item) for item in proposal.unfit],
        "bent": [asdict(item) for item in proposal.bent],
        "undecided": list(proposal.undecided),
    }


def _proposal_lines(proposal: Proposal) -> list[str]:
    lines = [f"提案 / proposal: 移動 / moves {len(proposal.moves)}, 収まらない / unfit {len(proposal.unfit)}"]
    lines += [f"  {m.kind}: {m.name}  {'/'.join(m.before)} → {'/'.join(m.after)}" for m in proposal.moves]
    for item in proposal.unfit:
        lines.append(f"  収まらない / does not fit: {item.name} ({item.cpu} CPU, {item.memory_gb:g} GiB)")
        for bar in item.bars:
            missing = f"CPU {bar.cpu_missing:g}, {bar.memory_missing:g} GiB"
            lines.append(f"    {bar.cluster}: {bar.rule}  不足 / missing {missing}")
    lines += [f"  守れない規則 / rule not kept: {b.rule} {b.subject} ({b.amount:g})" for b in proposal.bent]
    lines += [str(Message("PLC018", Where(), {"zone": zone})) for zone in proposal.undecided]
    return lines


def _show_proposal(args: argparse.Namespace, proposal: Proposal) -> int:
    if args.json:
        print(json.dumps(_proposal_json(proposal), ensure_ascii=False))
    else:
        print("\n".join(_proposal_lines(proposal)))
    return 3 if proposal.undecided else 1 if proposal.unfit or proposal.bent else 0


def _apply(args: argparse.Namespace) -> int:
    from vdi.placement.apply import as_json as result_json  # noqa: PLC0415
    from vdi.placement.apply import carry_out, rehearse, resume  # noqa: PLC0415

    if args.plan is None and not args.resume:
        raise error("PLC019", action="apply", option="PLAN")
    if args.resume:
        with shown("resume", 0, "confirm done") as report:
            result = resume(_site(args, report), back=args.back)
        return _ended(args, result_json(result))
    approval = load_approval(args.approval) if args.approval else None
    roster = load_roster(args.roster) if args.roster else Roster()
    now = datetime.now(UTC)
    if not args.confirm:
        plan = rehearse(_site(args, lambda _name, _what: None), args.plan, approval, roster, now=now)
        answer: dict[str, object] = {"run": "", "result": "checked", "servers": [], "sha256": plan.sha256}
        return _ended(args, answer)
    if approval is None:
        raise error("CHG023", Where(file=str(args.plan)))
    with shown("apply", len(plans.load(args.plan).steps), "confirm done") as report:
        result = carry_out(_site(args, report), args.plan, approval, roster, now=now)
    return _ended(args, result_json(result))


def _ended(args: argparse.Namespace, answer: dict[str, object]) -> int:
    if args.json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(f"{answer['run'] or '-'}: {answer['result']}")
        servers = answer["servers"]
        for item in servers if isinstance(servers, list) else ():
            print(f"  {item['server']}: {item['state']} ({item['seconds']} s)")
            for message in item["messages"]:
                print(f"    {message['id']} {message['ja']} / {message['en']}")
    return 0 if answer["result"] in ("confirmed", "checked") else 1


def _site(args: argparse.Namespace, report: Callable[[str, str], None]) -> Site:
    from vdi.placement.apply import Site  # noqa: PLC0415
    from vdi.placement.centers import accesses  # noqa: PLC0415
    from vdi.placement.hands import SHUTDOWN_SECONDS  # noqa: PLC0415
    from vdi.vsphere.connection import Connection  # noqa: PLC0415

    city, _ = _city(args)
    found = accesses(city, args.centers)
    wait = float(os.environ.get("BUNRI_SHUTDOWN_SECONDS", SHUTDOWN_SECONDS))
    return Site(args.runs, lambda name: Connection(found[name]), shutdown_seconds=wait, report=report)
