"""The command ``journal``: what was done, by number, and whether anything is unfinished."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.change.journal import read, summarise
from bunri.change.lock import holder
from bunri.change.plan import short_form
from bunri.cli import Command

if TYPE_CHECKING:
    import argparse


def journal() -> Command:
    """``bunri journal``: list the runs; the exit code is 1 while one is unfinished."""
    return Command(
        "作業記録(ジャーナル)の一覧。途中の作業があれば終了コード 1",
        "list the journal's runs; exit code 1 while one is unfinished",
        _arguments,
        _run,
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="作業記録の置き場所 / where runs are kept")


def _run(args: argparse.Namespace) -> int:
    runs = summarise(read(args.runs / "journal.jsonl"))
    owner = holder(args.runs / "lock")
    if args.json:
        rows = [
            {
                "number": run.last,
                "run": run.id,
                "plan": run.plan,
                "begun": run.begun,
                "ended": run.ended,
                "result": run.result or "unfinished",
                "outcomes": run.outcomes,
            }
            for run in runs
        ]
        print(json.dumps({"runs": rows, "lock": owner._asdict() if owner else None}, ensure_ascii=False))
    else:
        for run in runs:
            new = sum(state == "new" for state in run.outcomes.values())
            result = run.result if not run.open else "途中 / unfinished"
            print(f"{run.last:>7}  {run.id}  {result:<12}  {new}/{len(run.outcomes)}  {short_form(run.plan)}")
        if owner:
            print(f"作業中 / at work: {owner.user}@{owner.host} pid {owner.pid} ({owner.since}) {owner.work}")
    return 1 if any(run.open for run in runs) and owner is None else 0
