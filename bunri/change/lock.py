"""One operator at a time. The kernel's lock on the file decides; what is written in it only explains who holds it.

``flock(2)`` goes with the process, so a killed run never leaves a lock behind. If the file still names an owner when
the lock is free, that owner died in mid-work: the next one is told so and pointed to the journal.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from bunri.messages import Message, Where, error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Owner(NamedTuple):
    """Who holds, or held, the lock."""

    user: str
    host: str
    pid: int
    since: str
    work: str


@contextmanager
def exclusive(path: Path, work: str) -> Iterator[Message | None]:
    """Hold the lock ``path`` for ``work``; yield a notice (CHG017) if the last owner died, else ``None``.

    Raises CHG010 with the present owner if another run holds it. Never waits.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            owner = _read(handle)
            raise error("CHG010", Where(file=str(path)), **_shown(owner)) from problem
        stale = _read(handle)
        _write(handle, Owner(getpass.getuser(), socket.gethostname(), os.getpid(), _now(), work))
        yield Message("CHG017", Where(file=str(path)), _shown(stale)) if stale else None
        _write(handle, None)
    finally:
        os.close(handle)


def holder(path: Path) -> Owner | None:
    """Return who holds the lock now, or ``None`` if it is free."""
    if not path.exists():
        return None
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(handle)
    finally:
        os.close(handle)
    return None


def _shown(owner: Owner | None) -> dict[str, object]:
    return dict(owner._asdict()) if owner else dict.fromkeys(Owner._fields, "?")


def _read(handle: int) -> Owner | None:
    data = os.pread(handle, 4096, 0)
    if not data.strip():
        return None
    try:
        fields = json.loads(data)
        return Owner(*(fields[name] for name in Owner._fields))
    except (ValueError, KeyError, TypeError):
        # The owner was cut off while writing its name: somebody was here, more is not known.
        return Owner("?", "?", 0, "?", "?")


def _write(handle: int, owner: Owner | None) -> None:
    os.ftruncate(handle, 0)
    if owner:
        os.pwrite(handle, json.dumps(owner._asdict(), ensure_ascii=False).encode(), 0)
    os.fsync(handle)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
