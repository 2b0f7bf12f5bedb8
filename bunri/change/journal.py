"""The journal: what was begun, decided and done, in an append-only file that a power cut shortens by one line at worst.

One JSON object a line; each carries its number ``n`` (from 1), the digest of the line before (``prev``) and its own
(``hash``), so that a record cannot be changed or taken out unseen. Every record is on the disk (``fsync``) before the
work it announces goes on. A last line that a power cut tore is cut off, kept beside the journal and mentioned by the
next record; damage anywhere else stops all work.

A spare file is kept beside it: when the disk is full its room is given back, so that a run can still record its end.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from bunri.change.files import canonical, sha256, sync_folder
from bunri.messages import Message, Where, error

if TYPE_CHECKING:
    from pathlib import Path

SPARE_BYTES = 1 << 20
_GENESIS = "0" * 64


class Record(NamedTuple):
    """One line of the journal. ``at`` is an ISO 8601 time in UTC; ``run`` is the run's id; ``target`` may be empty."""

    n: int
    at: str
    run: str
    event: str
    target: str
    data: dict[str, object]


@dataclass(slots=True)
class Run:
    """What the journal says of one run. ``decisions`` maps a unit (see ``transaction``) to ``confirm`` or ``abort``."""

    id: str
    first: int
    plan: str = ""
    file: str = ""
    begun: str = ""
    ended: str = ""
    result: str = ""
    last: int = 0
    decisions: dict[int, str] = field(default_factory=dict)
    touched: dict[str, set[str]] = field(default_factory=dict)
    facts: dict[str, dict[str, str]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether the run has begun and not ended: it must be resumed or rolled back before anything else."""
        return not self.ended


class Journal:
    """The journal file, open for appending. Safe to use from several threads of one process."""

    def __init__(self, path: Path) -> None:
        """Open and verify ``path``, creating it if needed. Errors: CHG012 (damaged), CHG013 (cannot be written)."""
        self.path = path
        self.torn: Message | None = None
        self.low_on_space = False
        self._guard = threading.Lock()
        self._sync_guard = threading.Lock()
        self._synced = 0
        self._spare = path.with_suffix(".spare")
        path.parent.mkdir(parents=True, exist_ok=True)
        self.records, good, self._last = _read(path)
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            self._cut_torn(good)
            if not self._spare.exists() or self._spare.stat().st_size < SPARE_BYTES:
                self._spare.write_bytes(b"\0" * SPARE_BYTES)
            sync_folder(path.parent)
        except OSError as problem:
            raise error("CHG013", Where(file=str(path)), why=str(problem)) from problem

    def append(self, run: str, event: str, target: str = "", **data: object) -> Record:
        """Write one record and return when it is on the disk. Error: CHG013 if it could not be written at all."""
        with self._guard:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            record = Record(len(self.records) + 1, at, run, event, target, data)
            body: dict[str, object] = {**record._asdict(), "prev": self._last}
            digest = sha256(canonical(body))
            line = canonical({**body, "hash": digest}) + b"\n"
            self._write(line, sync=event == "decision")
            self.records.append(record)
            self._last = digest
        self._sync(record.n)
        return record

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def runs(self) -> list[Run]:
        """Return every run in the order in which they began."""
        return summarise(self.records)

    def unfinished(self) -> Run | None:
        """Return the run that began and did not end, if there is one (there is never more than one)."""
        return next((run for run in reversed(self.runs()) if run.open), None)

    def _sync(self, number: int) -> None:
        """Wait until record ``number`` is on the disk; threads that wait at the same time share one ``fsync``."""
        with self._sync_guard:
            if self._synced >= number:
                return
            reached = len(self.records)
            try:
                os.fsync(self._handle)
            except OSError as problem:
                raise error("CHG013", Where(file=str(self.path)), why=str(problem)) from problem
            self._synced = reached

    def _write(self, line: bytes, *, sync: bool) -> None:
        size = os.fstat(self._handle).st_size
        for last_try in (False, True):
            try:
                written = os.write(self._handle, line)
                if written != len(line):
                    raise OSError(28, f"{written} of {len(line)} bytes written")  # noqa: TRY301
                if sync:
                    # A decision that may or may not be on the disk must not stay in the file: it is undone below.
                    os.fsync(self._handle)
            except OSError as problem:
                # Half a record would read as a tear in the middle once more follows.
                os.ftruncate(self._handle, size)
                if last_try or not self._spare.exists():
                    raise error("CHG013", Where(file=str(self.path)), why=str(problem)) from problem
                self._spare.unlink()
                self.low_on_space = True
            else:
                return

    def _cut_torn(self, good: int) -> None:
        size = os.fstat(self._handle).st_size
        if size == good:
            return
        tail = os.pread(self._handle, size - good, good)
        name = self.path.with_suffix(f".torn-{len(self.records) + 1}")
        name.write_bytes(tail)
        os.ftruncate(self._handle, good)
        os.fsync(self._handle)
        self.torn = Message("CHG014", Where(file=str(self.path)), {"bytes": len(tail), "kept": str(name)})


def read(path: Path) -> list[Record]:
    """Return the records of a journal without opening it for writing. Error: CHG012."""
    return _read(path)[0]


def summarise(records: list[Record]) -> list[Run]:
    """Fold records into runs; pure."""
    runs: dict[str, Run] = {}
    for record in records:
        run = runs.setdefault(record.run, Run(record.run, record.n))
        run.last = record.n
        data = record.data
        if record.event == "begin":
            run.plan, run.file, run.begun = str(data.get("plan", "")), str(data.get("file", "")), record.at
        elif record.event == "decision":
            run.decisions[int(str(data["unit"]))] = str(data["decision"])
        elif record.event == "step":
            if data.get("phase") == "start":
                run.touched.setdefault(record.target, set()).add(str(data["step"]))
            facts = data.get("facts")
            if isinstance(facts, dict):
                run.facts.setdefault(record.target, {}).update({str(key): str(value) for key, value in facts.items()})
        elif record.event == "outcome":
            run.outcomes[record.target] = str(data["state"])
        elif record.event == "end":
            run.result = str(data["result"])
            run.ended = record.at if run.result != "incomplete" else ""
    return list(runs.values())


def _read(path: Path) -> tuple[list[Record], int, str]:
    """Return the records, how many bytes of the file are good, and the last hash."""
    if not path.exists():
        return [], 0, _GENESIS
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise error("CHG013", Where(file=str(path)), why=str(problem)) from problem
    records: list[Record] = []
    good, previous = 0, _GENESIS
    lines = content.split(b"\n")
    for number, line in enumerate(lines[:-1], 1):
        record, digest = _check(line, previous)
        if record is None or record.n != number:
            # A power cut can leave a block of zeros or a mixed-up last line, never a bad line with good ones after it.
            if number == len(lines) - 1 and not lines[-1]:
                break
            raise error("CHG012", Where(file=str(path), line=number))
        records.append(record)
        good += len(line) + 1
        previous = digest
    return records, good, previous


def _check(line: bytes, previous: str) -> tuple[Record | None, str]:
    try:
        body = json.loads(line)
        digest = body.pop("hash")
        if body["prev"] != previous or sha256(canonical(body)) != digest:
            return None, ""
        del body["prev"]
        return Record(**body), digest
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, ""
