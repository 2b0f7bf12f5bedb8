"""Waiting for tasks: one poller a vCenter reads the state of all outstanding tasks in one call.

The pause between polls follows the age of the youngest task (a twenty-fifth of it), so that short work is noticed
quickly and long work is not asked after all the time.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl

from vdi.vsphere.faults import Kind, VsphereError, kind_of, reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from vdi.vsphere.connection import Connection, Content

SHORTEST, LONGEST, SHARE = 0.05, 1.0, 0.04


@dataclass(slots=True)
class _Waiting:
    task: vim.Task
    what: str
    begun: float
    limit: float
    progress: Callable[[int], None] | None
    result: bool
    done: Future[Any] = field(default_factory=Future)
    percent: int = -1


@dataclass(slots=True)
class Tasks:
    """The tasks that this program waits for at one vCenter."""

    connection: Connection
    _waiting: dict[str, _Waiting] = field(default_factory=dict)
    _guard: threading.Condition = field(default_factory=threading.Condition)
    _poller: threading.Thread | None = None

    def wait(
        self,
        task: vim.Task,
        what: str,
        *,
        limit: float = 3600.0,
        progress: Callable[[int], None] | None = None,
        result: bool = False,
    ) -> Any:
        """Wait until ``task`` ends; return its result if ``result`` is wanted (it costs a call), else ``None``.

        Errors: ``VsphereError`` with the fault's kind; ``TIMEOUT`` after ``limit`` seconds; ``CANCELLED`` when the
        connection's ``stop`` is set (the task is cancelled then); ``UNSURE`` when the vCenter no longer knows the task.
        """
        entry = _Waiting(task, what, time.monotonic(), limit, progress, result)
        with self._guard:
            self._waiting[task._moId] = entry
            if self._poller is None:
                self._poller = threading.Thread(target=self._poll, name="tasks", daemon=True)
                self._poller.start()
            self._guard.notify()
        return entry.done.result()

    def cancel(self, task: vim.Task) -> None:
        """Ask the vCenter to cancel; a task that has ended or cannot be cancelled goes its way."""
        try:
            self.connection.call("cancel", lambda _content: task.CancelTask(), safe=False)
        except VsphereError as problem:
            if problem.kind not in (Kind.STATE, Kind.GONE, Kind.INVALID, Kind.UNSURE):
                raise

    def settle(self, seconds: float = 600.0) -> None:
        """Wait until the vCenter has no task of its recent ones at work: what a cut-off run had asked for has ended.

        Error: ``VsphereError`` TIMEOUT.
        """
        end = time.monotonic() + seconds
        while True:
            recent = self.connection.call("tasks", lambda content: list(content.taskManager.recentTask))
            states = _read(self.connection, recent, ("info.state",)) if recent else {}
            running = [moid for moid, found in states.items() if found.get("info.state") in ("running", "queued")]
            if not running:
                return
            if time.monotonic() > end:
                why = ", ".join(running[:5])
                raise VsphereError(Kind.TIMEOUT, self.connection.where, "tasks that were running", why)
            time.sleep(0.2)

    def _poll(self) -> None:
        while True:
            with self._guard:
                if not self._waiting:
                    # A thread that nobody needs goes away; the next wait starts a new one.
                    self._poller = None
                    return
                entries = list(self._waiting.values())
            try:
                self._look(entries)
            except Exception as problem:
                for entry in entries:
                    self._finish(entry, problem=problem)
            now = time.monotonic()
            youngest = min((now - entry.begun for entry in entries), default=0.0)
            time.sleep(min(LONGEST, max(SHORTEST, youngest * SHARE)))

    def _look(self, entries: list[_Waiting]) -> None:
        states = _read(self.connection, [entry.task for entry in entries], ("info.state", "info.progress"))
        ended: list[_Waiting] = []
        stopping = self.connection.stop.is_set()
        for entry in entries:
            found = states.get(entry.task._moId)
            if found is None:
                gone = VsphereError(Kind.UNSURE, self.connection.where, entry.what, "the task is not known any more")
                self._finish(entry, problem=gone)
            elif found.get("info.state") == "success" and not entry.result:
                self._finish(entry)
            elif found.get("info.state") in ("success", "error"):
                ended.append(entry)
            elif stopping or time.monotonic() - entry.begun > entry.limit:
                self.cancel(entry.task)
                kind = Kind.CANCELLED if stopping else Kind.TIMEOUT
                why = "stopped" if stopping else f"{entry.limit:.0f} s"
                self._finish(entry, problem=VsphereError(kind, self.connection.where, entry.what, why))
            else:
                percent = int(found.get("info.progress") or 0)
                if entry.progress and percent != entry.percent:
                    entry.percent = percent
                    entry.progress(percent)
        if not ended:
            return
        results = _read(self.connection, [entry.task for entry in ended], ("info.state", "info.result", "info.error"))
        for entry in ended:
            found = results.get(entry.task._moId, {})
            fault = found.get("info.error")
            if states[entry.task._moId]["info.state"] == "success":
                self._finish(entry, result=found.get("info.result"))
            else:
                told = kind_of(fault) if fault is not None else None
                why = reason(fault) if fault is not None else "?"
                wrong = VsphereError(told or Kind.OTHER, self.connection.where, entry.what, why)
                self._finish(entry, problem=wrong)

    def _finish(self, entry: _Waiting, *, result: object = None, problem: Exception | None = None) -> None:
        with self._guard:
            self._waiting.pop(entry.task._moId, None)
        if problem is not None:
            entry.done.set_exception(problem)
        else:
            entry.done.set_result(result)


def _read(connection: Connection, tasks: list[vim.Task], paths: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    try:
        return connection.call("tasks", lambda content: _retrieve(content, tasks, paths))
    except VsphereError as problem:
        if problem.kind is not Kind.GONE:
            raise
    # One task that is gone fails the call for all: ask for each alone.
    found: dict[str, dict[str, Any]] = {}
    for task in tasks:
        try:
            found |= connection.call("tasks", lambda content, one=task: _retrieve(content, [one], paths))  # type: ignore[misc]
        except VsphereError as problem:
            if problem.kind is not Kind.GONE:
                raise
    return found


def _retrieve(content: Content, tasks: list[vim.Task], paths: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    collector = vmodl.query.PropertyCollector
    spec = collector.FilterSpec(
        objectSet=[collector.ObjectSpec(obj=task) for task in tasks],
        propSet=[collector.PropertySpec(type=vim.Task, pathSet=list(paths), all=False)],
    )
    answer = content.propertyCollector.RetrievePropertiesEx([spec], collector.RetrieveOptions())
    found: dict[str, dict[str, Any]] = {}
    while answer is not None:
        for item in answer.objects:
            found[item.obj._moId] = {pair.name: pair.val for pair in item.propSet}
        if not answer.token:
            break
        answer = content.propertyCollector.ContinueRetrievePropertiesEx(answer.token)
    return found
