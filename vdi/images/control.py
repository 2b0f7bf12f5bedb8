"""Pause, resume, cancel: a small file beside the journal that a running replacement looks at before each desktop."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING

from bunri.change.files import write_atomic

if TYPE_CHECKING:
    from pathlib import Path


class Wanted(StrEnum):
    """What the operator wants of the run."""

    GO = "go"
    PAUSE = "pause"
    CANCEL = "cancel"


def path_of(runs: Path, run: str) -> Path:
    """Return the control file of a run."""
    return runs / run / "control.json"


def wish(runs: Path, run: str, wanted: Wanted) -> None:
    """Ask a run to pause, to cancel (stop and roll back) or to go on."""
    write_atomic(path_of(runs, run), json.dumps({"wanted": str(wanted)}) + "\n")


def wanted(runs: Path, run: str) -> Wanted:
    """Return what is wanted of a run. A file that cannot be read means PAUSE: nothing more is begun on a doubt."""
    path = path_of(runs, run)
    if not path.exists():
        return Wanted.GO
    try:
        return Wanted(json.loads(path.read_text(encoding="utf-8"))["wanted"])
    except (OSError, ValueError, KeyError, TypeError):
        return Wanted.PAUSE
