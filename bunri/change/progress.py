"""Progress of long work on stderr: done, failed, left, time. One updating line on a terminal, else four lines.

A log of a night run so tells how far it was and which targets failed, and does not fill with a line for every target.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

APPLY = ("prepare done", "commit done", "check done", "confirm done")
"""What a target goes through when a plan is carried out; done with the last."""
QUARTERS = 4


@contextmanager
def shown(
    title: str, total: int, phases: str | Sequence[str], say: Callable[[str], None] | None = None
) -> Iterator[Callable[[str, str], None]]:
    """Yield ``report(target, what)``, safe to call from several threads.

    ``total`` targets are expected; each goes through ``phases`` (one, or several in their order) and is done with the
    last. Every phase counts as the same share of the work. ``say`` takes the lines instead of stderr.
    """
    console = Console(file=sys.stderr)
    names = (phases,) if isinstance(phases, str) else tuple(phases)
    reached: dict[str, set[str]] = {name: set() for name in names}
    failed: set[str] = set()
    guard = Lock()
    begun = time.monotonic()
    told = 0
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("完了/done {task.fields[done]}  失敗/failed {task.fields[failed]}  残り/left {task.fields[left]}"),
        TimeElapsedColumn(),
    )
    lively = console.is_terminal and say is None
    with Progress(*columns, console=console, disable=not lively, transient=False) as bar:
        task = bar.add_task(title, total=max(1, total * len(names)), done=0, failed=0, left=total)

        def report(target: str, what: str) -> None:
            nonlocal told
            with guard:
                if what == "failed":
                    failed.add(target)
                elif what in reached:
                    reached[what].add(target)
                else:
                    return
                done = len(reached[names[-1]])
                left = max(0, total - len(reached[names[-1]] | failed))
                work = sum(map(len, reached.values()))
                bar.update(task, completed=work, done=done, failed=len(failed), left=left)
                if lively:
                    return
                quarter = QUARTERS * work // max(1, total * len(names))
                if what == "failed" or quarter > told:
                    told = max(told, quarter)
                    counts = "  ".join(f"{name.removesuffix(' done')} {len(reached[name])}" for name in names)
                    which = f"  {target}: failed" if what == "failed" else ""
                    seconds = time.monotonic() - begun
                    line = f"{title} {counts} / {total}  失敗/failed {len(failed)}  {seconds:.0f} s{which}"
                    say(line) if say is not None else print(line, file=sys.stderr)

        yield report
