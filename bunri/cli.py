"""The ``bunri`` command: finds the rooms' commands through entry points and runs one.

A room registers ``name = "module:factory"`` in the entry-point group ``bunri.commands``. Only the room whose command
was typed is imported, so that ``bunri verify`` starts without Ansible or the inventory models.

Exit codes: 0 holds, 1 does not hold, 2 unusable input, 3 could not be proved, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, TextIO

from bunri.messages import BunriError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GROUP = "bunri.commands"


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its help (Japanese and English), how it fills a parser, and what runs it (returns the exit code).

    ``--json`` is added for every command; ``run`` finds it as ``args.json``. Results go to stdout, progress to stderr.
    """

    help_ja: str
    help_en: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    # Windows consoles default to cp932: text that it cannot show must not stop a check.
    for stream in (sys.stdout, sys.stderr):
        _tolerant(stream)
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    name = words[0] if words else ""
    if name in ("", "-h", "--help"):
        _overview(found)
        return 0 if name else 2
    if name not in found:
        print(f"bunri: 知らないコマンドです: {name} / unknown command: {name}", file=sys.stderr)
        print(f"  → {' | '.join(sorted(found))}", file=sys.stderr)
        return 2
    command = _load(found[name])
    parser = argparse.ArgumentParser(prog=f"bunri {name}", description=f"{command.help_ja} / {command.help_en}")
    parser.add_argument("--json", action="store_true", help="機械可読な結果 / machine-readable result")
    command.arguments(parser)
    args = parser.parse_args(words[1:])
    try:
        code = command.run(args)
        sys.stdout.flush()
    except BunriError as problem:
        if args.json:
            print(json.dumps({"errors": [m.as_json() for m in problem.messages]}, ensure_ascii=False))
        else:
            print(problem, file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        print("中断しました / interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (head, less) has gone: not an error of ours. Keep the interpreter from flushing into it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _load(entry: EntryPoint) -> Command:
    command = entry.load()()
    if not isinstance(command, Command):
        raise TypeError(f"{entry.value} did not return a Command")
    return command


def _overview(found: dict[str, EntryPoint]) -> None:
    print("bunri COMMAND [--help] [--json] …\n")
    for name in sorted(found):
        command = _load(found[name])
        print(f"  {name:<10} {command.help_ja}\n  {'':<10} {command.help_en}")


def _tolerant(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
