"""What is done to machines: clone, settings, power, name, removal. Each is safe to repeat, and repeats what passes.

A request whose answer was lost may have been carried out. So after every failure the present state is read, and the
operation is done when the state is the wanted one, whoever brought it about.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from vdi.vsphere.faults import Kind, VsphereError
from vdi.vsphere.inventory import Machine, machines_by_id
from vdi.vsphere.limits import FULL_CLONE, LIGHT, LINKED_CLONE, Limits
from vdi.vsphere.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vdi.vsphere.connection import Connection, Content


@dataclass(frozen=True, slots=True)
class Clone:
    """A wanted copy, by managed object ids. ``snapshot``: a linked clone from it; "" for a full one.

    ``exclusive``: nobody else ever uses this name, so a machine that has it is the result of our own request.
    """

    source: str
    name: str
    folder: str
    pool: str
    host: str
    datastore: str = ""
    snapshot: str = ""
    exclusive: bool = False


@dataclass(slots=True)
class Machines:
    """The operations at one vCenter. ``limits`` bounds how many go on at once."""

    connection: Connection
    limits: Limits = field(default_factory=Limits)
    tasks: Tasks = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.tasks is None:
            self.tasks = Tasks(self.connection)

    def get(self, moid: str) -> Machine | None:
        """Return the machine now, ``None`` if there is none."""
        return machines_by_id(self.connection, [moid]).get(moid)

    def find(self, folder: str, name: str) -> str:
        """Return the id of the machine ``name`` in the folder with id ``folder``, "" if there is none."""

        def search(content: Content) -> str:
            place = self.connection.reference(vim.Folder, folder)
            found = content.searchIndex.FindChild(place, name)
            return str(found._moId) if isinstance(found, vim.VirtualMachine) else ""

        return self.connection.call(f"find {name}", search)

    def clone(self, wanted: Clone, *, progress: Callable[[int], None] | None = None) -> str:
        """Make the copy, switched off, and return its id.

        A machine that had this name **before** is an error (DUPLICATE), unless the name is ``exclusive``.
        """
        spec = vim.vm.CloneSpec(
            location=vim.vm.RelocateSpec(
                pool=self.connection.reference(vim.ResourcePool, wanted.pool),
                host=self.connection.reference(vim.HostSystem, wanted.host),
            ),
            powerOn=False,
            template=False,
        )
        if wanted.datastore:
            spec.location.datastore = self.connection.reference(vim.Datastore, wanted.datastore)
        if wanted.snapshot:
            spec.location.diskMoveType = "createNewChildDiskBacking"
            spec.snapshot = self.connection.reference(vim.vm.Snapshot, wanted.snapshot)
        source = self.connection.reference(vim.VirtualMachine, wanted.source)
        folder = self.connection.reference(vim.Folder, wanted.folder)
        units = LINKED_CLONE if wanted.snapshot else FULL_CLONE
        sent: list[bool] = []

        def start(_content: Content) -> Any:
            sent.append(True)
            return source.CloneVM_Task(folder=folder, name=wanted.name, spec=spec)

        with self.limits.operation(wanted.host, units):
            made = self.run(
                f"clone {wanted.name}",
                start,
                # Before the second request the name was free or the first request would have said so.
                done=lambda: self.find(wanted.folder, wanted.name),
                passing=lambda kind: kind is Kind.DUPLICATE and (wanted.exclusive or len(sent) > 1),
                progress=progress,
                result=True,
            )
        return str(getattr(made, "_moId", made))

    def configure(self, moid: str, settings: Mapping[str, str], *, note: str | None = None) -> None:
        """Set ``extraConfig`` keys ("" removes one) and the note."""
        spec = vim.vm.ConfigSpec(extraConfig=[vim.option.OptionValue(key=k, value=v) for k, v in settings.items()])
        if note is not None:
            spec.annotation = note
        self.reconfigure(moid, spec, f"configure {moid}")

    def reconfigure(self, moid: str, spec: vim.vm.ConfigSpec, what: str) -> None:
        """Apply a whole configuration change (CPU, memory, networks); it names its result, so repeating is safe."""
        machine = self.connection.reference(vim.VirtualMachine, moid)
        self.run(what, lambda _content: machine.ReconfigVM_Task(spec=spec))

    def power_on(self, moid: str, host: str) -> None:
        """Switch on; a machine that is on is left alone."""
        machine = self.connection.reference(vim.VirtualMachine, moid)
        with self.limits.operation(host, LIGHT):
            self.run(
                f"power on {moid}", lambda _content: machine.PowerOnVM_Task(), done=lambda: self._is(moid, on=True)
            )

    def power_off(self, moid: str) -> None:
        """Switch off hard; a machine that is off or gone is left alone."""
        machine = self.connection.reference(vim.VirtualMachine, moid)
        self.run(f"power off {moid}", lambda _content: machine.PowerOffVM_Task(), done=lambda: self._is(moid, on=False))

    def shut_down(self, moid: str, seconds: float) -> None:
        """Ask the guest to shut down; switch it off if it has not after ``seconds`` or has no tools."""
        machine = self.connection.reference(vim.VirtualMachine, moid)
        try:
            self.connection.call(f"shut down {moid}", lambda _content: machine.ShutdownGuest(), safe=False)
        except VsphereError as problem:
            if problem.kind in (Kind.PERMISSION, Kind.CANCELLED):
                raise
        else:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                if self._is(moid, on=False):
                    return
                if self.connection.stop.wait(min(1.0, seconds / 20)):
                    break
        self.power_off(moid)

    def rename(self, moid: str, name: str) -> None:
        """Give the machine ``name``."""
        machine = self.connection.reference(vim.VirtualMachine, moid)
        self.run(
            f"rename {moid} to {name}",
            lambda _content: machine.Rename_Task(newName=name),
            done=lambda: self._named(moid, name),
        )

    def move(self, moids: Sequence[str], folder: str) -> None:
        """Move machines into the folder with id ``folder``."""
        place = self.connection.reference(vim.Folder, folder)
        items = [self.connection.reference(vim.VirtualMachine, moid) for moid in moids]
        self.run(f"move to {folder}", lambda _content: place.MoveIntoFolder_Task(list=items))

    def migrate(self, moid: str, host: str, pool: str = "") -> None:
        """Move a machine to the host with id ``host`` (vMotion while it runs)."""
        spec = vim.vm.RelocateSpec(host=self.connection.reference(vim.HostSystem, host))
        if pool:
            spec.pool = self.connection.reference(vim.ResourcePool, pool)
        machine = self.connection.reference(vim.VirtualMachine, moid)
        with self.limits.operation(host, LIGHT):
            self.run(f"migrate {moid}", lambda _content: machine.RelocateVM_Task(spec=spec))

    def destroy(self, moid: str) -> None:
        """Remove a machine that is switched off, with its disks; one that is gone is left alone."""
        machine = self.connection.reference(vim.VirtualMachine, moid)
        self.run(f"destroy {moid}", lambda _content: machine.Destroy_Task(), done=lambda: self.get(moid) is None)

    def snapshot(self, moid: str, name: str, note: str) -> str:
        """Take a snapshot without memory and return its id; one of this name that exists is returned."""
        machine = self.connection.reference(vim.VirtualMachine, moid)

        def existing() -> str:
            now = self.get(moid)
            return next((item.moid for item in now.snapshots if item.name == name), "") if now else ""

        found = existing()
        if found:
            return found

        def start(_content: Content) -> Any:
            return machine.CreateSnapshot_Task(name=name, description=note, memory=False, quiesce=False)

        made = self.run(f"snapshot {name}", start, done=existing, result=True)
        return str(getattr(made, "_moId", made))

    def remove_snapshot(self, snapshot: str) -> None:
        """Remove one snapshot and keep those below it."""
        item = self.connection.reference(vim.vm.Snapshot, snapshot)
        start = lambda _content: item.RemoveSnapshot_Task(removeChildren=False)  # noqa: E731
        try:
            self.run(f"remove snapshot {snapshot}", start)
        except VsphereError as problem:
            if problem.kind is not Kind.GONE:
                raise

    def run(
        self,
        what: str,
        start: Callable[[Content], vim.Task],
        *,
        done: Callable[[], Any] = lambda: None,
        passing: Callable[[Kind], bool] = lambda _kind: False,
        progress: Callable[[int], None] | None = None,
        result: bool = False,
    ) -> Any:
        """Run a task until it succeeds, or until ``done`` says that its end is reached (and return what it says).

        ``result``: return the task's own result. Of the other operations of this room use this one for new kinds of
        change: it repeats what passes and never takes a stranger's machine for its own.
        """
        patience = self.connection.patience
        attempt = 0
        while True:
            try:
                task = self.connection.call(what, start, safe=False)
                return self.tasks.wait(task, what, progress=progress, result=result)
            except VsphereError as problem:
                if problem.kind is Kind.CANCELLED:
                    raise
                # A fresh DUPLICATE is somebody else's machine; it must not be taken for the result of our request.
                if not (problem.kind is Kind.DUPLICATE and not passing(problem.kind)):
                    reached = done()
                    if reached:
                        return reached
                if not (problem.repeatable or passing(problem.kind)) or attempt + 1 >= patience.attempts:
                    raise
                self.connection.report(f"{self.connection.access.name}: {what}: {problem.kind}")
                if self.connection.stop.wait(patience.pause(attempt)):
                    raise
                attempt += 1

    def _is(self, moid: str, *, on: bool) -> bool:
        now = self.get(moid)
        return (now is None and not on) or (now is not None and now.on is on)

    def _named(self, moid: str, name: str) -> bool:
        now = self.get(moid)
        return now is not None and now.name == name
