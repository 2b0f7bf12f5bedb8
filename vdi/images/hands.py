"""One desktop's hands: bring it to its new image or back, from whatever state it is found in.

Names tell the states, so that a run that was cut off can go on from what the vCenter holds and not from what a journal
hoped. ``R`` is the run's mark::

    vd-001                                  untouched (old)
    vd-001, vd-001~new-R                    being made; the old one serves
    vd-001~old-R, vd-001~new-R              between the two renames
    vd-001 (new), vd-001~old-R (parked)     landed
    vd-001 (new)                            confirmed

The old machine is known by its id and instance UUID, the new one by its name and the run's mark in its settings. The
old one is removed only by ``confirm``, and only while a new one stands in its place.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bunri.messages import BunriError, Where, error
from vdi.images.health import gates
from vdi.sessions.broker import Place
from vdi.sessions.guestinfo import COMMAND
from vdi.vsphere.machines import Clone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from vdi.images.desired import Desired
    from vdi.images.policy import Policy
    from vdi.sessions.broker import Broker
    from vdi.vsphere.inventory import Inventory, Machine
    from vdi.vsphere.machines import Machines

WISH, RUN, IMAGE = "guestinfo.bunri.wish", "guestinfo.bunri.run", "guestinfo.bunri.image"


class Phase(StrEnum):
    """Where a desktop stands in its replacement."""

    OLD = "old"
    MAKING = "making"
    LANDED = "landed"
    NEW = "new"
    LOST = "lost"


class Occupied(Exception):  # noqa: N818 - not an error: the desktop waits
    """Somebody is logged in, or it is not known: the desktop waits. ``why`` is "" for people, else what is unknown."""

    def __init__(self, sessions: int, why: str) -> None:
        super().__init__(why)
        self.sessions, self.why = sessions, why


@dataclass(slots=True)
class Hands:
    """The hands of one desktop. ``swap`` is entered while the desktop is out of service; ``note(what)`` hears steps."""

    desired: Desired
    mark: str
    policy: Policy
    machines: Machines
    broker: Broker
    networks: Mapping[str, int | None]
    swap: Callable[[], AbstractContextManager[None]]
    note: Callable[[str], None] = lambda _what: None
    old: Machine | None = None
    new: Machine | None = None
    drained: bool = False
    booted: float = 0.0
    """Seconds the new desktop took from power-on to healthy."""

    @property
    def new_name(self) -> str:
        """The new machine's name until it takes the desktop's own."""
        return f"{self.desired.name}~new-{self.mark}"

    @property
    def old_name(self) -> str:
        """The old machine's name once it is parked."""
        return f"{self.desired.name}~old-{self.mark}"

    def look(self, inventory: Inventory) -> Phase:
        """Find old and new machine in ``inventory``, which has been read just now, and return the phase."""
        wanted = self.desired
        folder = [item for item in inventory.machines if inventory.ids["folder"].get(item.folder) == wanted.folder]
        before = wanted.old
        self.old = next((m for m in folder if before and m.moid == before.moid and m.uuid == before.uuid), None)
        ours = [m for m in folder if m.name == self.new_name or self._is_new(m)]
        self.new = ours[0] if ours else None
        if self.new is None:
            return Phase.LOST if self.old is None and before is not None else Phase.OLD
        if self.new.name != wanted.name:
            return Phase.MAKING
        return Phase.LANDED if self.old is not None else Phase.NEW

    def _is_new(self, machine: Machine) -> bool:
        return machine.name == self.desired.name and machine.settings.get(RUN) == self.mark

    def roll(self) -> None:
        """Bring the desktop to LANDED. Raises ``Occupied`` before anything of the old one has changed."""
        wanted, machines = self.desired, self.machines
        if self.old is None and wanted.old is not None and self.new is None:
            raise error("IMG011", Where(device=wanted.name))
        if self.new is None:
            self.note("clone")
            made = machines.clone(self._clone())
            self.new = machines.get(made)
        new = self._present(self.new)
        if new.settings.get(RUN) != self.mark:
            self.note("configure")
            machines.configure(new.moid, self._settings(), note=f"{wanted.image} {self.mark}")
        if self.old is not None and self.old.on:
            self._free(self.old)
        with self.swap():
            if self.old is not None and self.old.on:
                self.note("shutdown")
                machines.shut_down(self.old.moid, self.policy.shutdown_seconds)
                self.old = replace(self.old, on=False)
            if not new.on:
                self.note("start")
                machines.power_on(new.moid, wanted.host)
            self._healthy(new.moid)
            self.note("rename")
            if self.old is not None and self.old.name != self.old_name:
                machines.rename(self.old.moid, self.old_name)
                self.old = replace(self.old, name=self.old_name)
            if new.name != wanted.name:
                machines.rename(new.moid, wanted.name)
            self.new = replace(new, name=wanted.name, on=True)

    def check(self) -> None:
        """Raise with the gates that the new desktop does not pass now."""
        new = self._present(self.new)
        self._healthy(new.moid)

    def confirm(self) -> None:
        """Remove the parked old machine; only where the new one stands in its place."""
        new = self.machines.get(self._present(self.new).moid)
        if new is None or new.name != self.desired.name:
            raise error("IMG011", Where(device=self.desired.name))
        if self.old is not None:
            self.note("remove")
            self.machines.destroy(self.old.moid)
            self.old = None

    def back(self) -> None:
        """Bring the old desktop back under its name, as it was, and remove the new one."""
        wanted, machines, before = self.desired, self.machines, self.desired.old
        self._refresh()
        if before is not None and self.old is None:
            # Without the old one the new one is all there is: it stays.
            raise error("IMG012", Where(device=wanted.name))
        if self.new is not None and self.new.name != self.new_name:
            machines.rename(self.new.moid, self.new_name)
            self.new = replace(self.new, name=self.new_name)
        if self.new is not None and self.new.on:
            machines.power_off(self.new.moid)
        if self.old is not None and before is not None:
            if self.old.name != wanted.name:
                machines.rename(self.old.moid, wanted.name)
            if before.on:
                machines.power_on(self.old.moid, wanted.host)
            if self.drained or COMMAND in self.old.settings:
                self.broker.drain(self.place(self.old), on=False)
                self.drained = False
            self.old = replace(self.old, name=wanted.name, on=before.on)
        if self.new is not None:
            machines.destroy(self.new.moid)
            self.new = None

    def release(self) -> None:
        """Let people in again at an old desktop that was drained and left for another night."""
        self._refresh()
        if self.old is not None and (self.drained or COMMAND in self.old.settings):
            self.broker.drain(self.place(self.old), on=False)
            self.drained = False
        if self.new is not None:
            if self.new.on:
                self.machines.power_off(self.new.moid)
            self.machines.destroy(self.new.moid)
            self.new = None

    def _refresh(self) -> None:
        """Read both machines now: a step that failed half-way has left them in a state that nobody noted."""
        if self.old is not None:
            self.old = self.machines.get(self.old.moid)
        if self.new is not None:
            self.new = self.machines.get(self.new.moid)
        else:
            # The answer to a clone may have been lost; its name is ours alone.
            made = self.machines.find(self.desired.folder, self.new_name)
            self.new = self.machines.get(made) if made else None

    def place(self, machine: Machine) -> Place:
        """Return the desktop as brokers know it."""
        return Place(self.desired.name, machine.moid, self.desired.name)

    def _free(self, old: Machine) -> None:
        """Drain, then make sure that nobody is inside. The drain comes first: nobody can come in after the look."""
        place = self.place(old)
        if not self.drained:
            first = self.broker.sessions(place)
            if first.unknown:
                # A desktop that does not answer is left exactly as it is.
                raise Occupied(0, first.unknown)
            self.broker.drain(place, on=True)
            self.drained = True
        found = self.broker.sessions(place)
        if not found.free:
            raise Occupied(len(found.sessions), found.unknown)

    def _healthy(self, moid: str) -> None:
        begun = time.monotonic()
        while True:
            now = self._present(self.machines.get(moid))
            ready = self.broker.ready(replace(self.place(now), settings=now.settings))
            failed = gates(self.desired, now, self.networks, broker_ready=ready)
            self.booted = time.monotonic() - begun
            if not failed:
                return
            late = self.booted > self.policy.healthy_within_seconds
            if late or any(gate.final for gate in failed):
                raise BunriError(*(gate.message(self.desired.name) for gate in failed))
            if self.booted > self.policy.slow_after_seconds:
                self.note("slow")
            if self.machines.connection.stop.wait(self.policy.poll_seconds):
                raise error("IMG013", Where(device=self.desired.name))

    def _clone(self) -> Clone:
        wanted = self.desired
        snapshot = wanted.snapshot if wanted.linked else ""
        return Clone(
            wanted.gold, self.new_name, wanted.folder, wanted.resource_pool, wanted.host, "", snapshot, exclusive=True
        )

    def _settings(self) -> dict[str, str]:
        wanted = self.desired
        wish = {"hostname": wanted.name, "address": str(wanted.address), "image": wanted.image}
        return {WISH: json.dumps(wish), RUN: self.mark, IMAGE: wanted.image}

    def _present(self, machine: Machine | None) -> Machine:
        if machine is None:
            raise error("IMG011", Where(device=self.desired.name))
        return machine
