"""Progress of long work on stderr: done, failed, left, time. Quiet where nobody watches (no terminal)."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def shown(title: str, total: int, last: str) -> Iterator[Callable[[str, str], None]]:
    """Yield ``report(target, what)``. ``total`` targets are expected; one is done at ``last`` (``"confirm done"``).

    Without a terminal one line a target is printed as it ends, so that a log of a night run tells the same.
    """
    console = Console(file=sys.stderr)
    done: set[str] = set()
    failed: set[str] = set()
    guard = Lock()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("完了/done {task.completed:.0f}  失敗/failed {task.fields[failed]}  残り/left {task.fields[left]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=False) as bar:
        task = bar.add_task(title, total=total, failed=0, left=total)

        def report(target: str, what: str) -> None:
            with guard:
                if what == "failed":
                    failed.add(target)
                elif what == last:
                    done.add(target)
                else:
                    return
                left = max(0, total - len(done | failed))
                bar.update(task, completed=len(done), failed=len(failed), left=left)
                if not console.is_terminal:
                    print(f"{title} {target}: {what} ({len(done)}+{len(failed)}/{total})", file=sys.stderr)

        yield report
