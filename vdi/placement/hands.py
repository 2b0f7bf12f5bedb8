"""Carrying out one machine's change at its vCenter: the hands that ``bunri.change.transaction`` moves.

There is no revert timer on a hypervisor. What guards a change is a mark on the machine (``guestinfo.bunri.change``)
that is set before anything else and taken away when the change is confirmed, and the old state, which stands in the
journal before the mark is set. A machine with the mark is ours to take back; one without it is never touched by a
way back. Snapshots are removed only after the decision: nothing brings them back.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl

from bunri.change.transaction import State
from bunri.messages import Where, error
from vdi.placement.changes import Wanted, as_it_is, fingerprint
from vdi.vsphere.inventory import read
from vdi.vsphere.machines import Clone, Machines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bunri.change.plan import Step
    from vdi.vsphere.connection import Connection
    from vdi.vsphere.inventory import Inventory, Machine

MARK = "guestinfo.bunri.change"
NEW = "bunri-new-"
"""Prefix of a machine that is being made: until it is whole it does not bear its own name."""
SHUTDOWN_SECONDS = 180.0


@dataclass(slots=True)
class MachineSession:
    """One machine under change. ``facts`` come from the journal when a run is resumed; ``old`` is among them."""

    step: Step
    connection: Connection
    facts: Mapping[str, str]
    shutdown_seconds: float = SHUTDOWN_SECONDS

    @property
    def wanted(self) -> Wanted:
        """What the plan wants."""
        return Wanted.read(self.step.candidate)

    @property
    def machines(self) -> Machines:
        """The operations at the vCenter."""
        return Machines(self.connection)

    def state(self) -> State:
        """Say what the vCenter holds: the mark tells a change under way from a finished one."""
        now, half, _ = self._read()
        if half is not None:
            return State.PARTIAL
        if now is None:
            return State.OLD if self.step.before == fingerprint(None) else State.OTHER
        new = self.wanted.matches(now)
        if now.settings.get(MARK):
            return State.PENDING if new else State.PARTIAL
        if new and not self._spare(now) and now.on:
            return State.NEW
        return State.OLD if self._is_old(now) else State.OTHER

    def prepare(self) -> Mapping[str, str]:
        """Check that the machine is as it was when the plan was made; put its state into the journal."""
        now, _, _ = self._read()
        present = as_it_is(now, self.wanted.vcenter) if now else None
        if fingerprint(present) != self.step.before:
            raise error("PLC015", self._where, name=self.wanted.name)
        old = json.dumps(asdict(present), ensure_ascii=False) if present else ""
        self.facts = {**self.facts, "old": old, "on": str(bool(now and now.on))}
        return self.facts

    def commit(self) -> None:
        """Bring the machine to what is wanted; under the mark."""
        now, half, inventory = self._read()
        if now is None:
            self._make(inventory, half)
        else:
            self.machines.configure(now.moid, {MARK: self.step.candidate_sha256[:16]})
            self._bring(now, self.wanted, inventory)

    def check(self) -> None:
        """Read it again: it is what is wanted, and it runs."""
        now, _, _ = self._read()
        if now is None or not self.wanted.matches(now) or not now.on:
            raise error("PLC016", self._where, name=self.wanted.name)

    def confirm(self) -> None:
        """Remove what the plan says is left over, then the mark."""
        now, _, _ = self._read()
        if now is None:
            raise error("PLC016", self._where, name=self.wanted.name)
        # The deepest first: the simulator, and some versions of vCenter, do not take a parent away from its child.
        for item in sorted(self._spare(now), key=lambda name: -name[0]):
            self.machines.remove_snapshot(item[1])
        self.machines.configure(now.moid, {MARK: ""})

    def revert(self) -> None:
        """Bring the old state back, of marked machines only."""
        now, half, inventory = self._read()
        if half is not None:
            self._destroy(half)
        if now is None or not now.settings.get(MARK):
            return
        if self.step.before == fingerprint(None):
            self._destroy(now)
            return
        old = self.facts.get("old", "")
        if not old:
            raise error("PLC017", self._where, name=self.wanted.name)
        self._bring(now, Wanted.read(old), inventory, on=self.facts.get("on") != "False")
        self.machines.configure(now.moid, {MARK: ""})

    def close(self) -> None:
        """Log out."""
        self.connection.close()

    @property
    def _where(self) -> Where:
        return Where(device=self.wanted.name)

    def _read(self) -> tuple[Machine | None, Machine | None, Inventory]:
        """Return the machine, the half-made one, and everything of the vCenter. Error: VSP017 a name twice."""
        inventory = read(self.connection)
        name = self.wanted.name
        now = inventory.machine(name) if inventory.named(name) else None
        half = inventory.machine(NEW + name) if inventory.named(NEW + name) else None
        return now, half, inventory

    def _is_old(self, now: Machine) -> bool:
        return fingerprint(as_it_is(now, self.wanted.vcenter)) == self.step.before

    def _spare(self, now: Machine) -> list[tuple[int, str]]:
        return [(len(item.path), item.moid) for item in now.snapshots if item.name not in self.wanted.snapshots]

    def _make(self, inventory: Inventory, half: Machine | None) -> None:
        if half is not None:
            self._destroy(half)
        wanted = self.wanted
        host = wanted.host or next(host.name for host in inventory.hosts if host.cluster == wanted.cluster)
        clone = Clone(
            source=inventory.machine(wanted.template).moid,
            name=NEW + wanted.name,
            folder=inventory.moid("folder", wanted.folder),
            pool=inventory.moid("pool", wanted.cluster),
            host=inventory.moid("host", host),
        )
        moid = self.machines.clone(clone)
        self.machines.configure(moid, {MARK: self.step.candidate_sha256[:16]})
        inventory = read(self.connection)
        made = inventory.machine(NEW + wanted.name)
        self._bring(made, replace(wanted, host=host), inventory, on=False)
        self.machines.rename(moid, wanted.name)
        self.machines.power_on(moid, inventory.moid("host", host))

    def _bring(self, now: Machine, target: Wanted, inventory: Inventory, *, on: bool = True) -> None:
        """Change what differs: the place, then the size (with a restart), then the network."""
        if now.cluster != target.cluster or target.host not in ("", now.host):
            host = target.host or next(item.name for item in inventory.hosts if item.cluster == target.cluster)
            pool = inventory.moid("pool", target.cluster) if now.cluster != target.cluster else ""
            self.machines.migrate(now.moid, inventory.moid("host", host), pool)
            now = replace(now, host=host, cluster=target.cluster)
        running = now.on
        if (now.cpu, now.memory_mib) != (target.cpu, target.memory_mib):
            if running:
                # Memory is never taken away, and processors rarely, from a machine that runs.
                self.machines.shut_down(now.moid, self.shutdown_seconds)
                running = False
            spec = vim.vm.ConfigSpec(numCPUs=target.cpu, memoryMB=target.memory_mib)
            self.machines.reconfigure(now.moid, spec, f"size of {target.name}")
        if sorted(now.networks) != sorted(target.networks):
            self._connect(now.moid, target, inventory)
        if on and not running:
            self.machines.power_on(now.moid, inventory.moid("host", now.host))
        elif running and not on:
            self.machines.power_off(now.moid)

    def _connect(self, moid: str, target: Wanted, inventory: Inventory) -> None:
        """Give the machine one card for each wanted network, and no other."""
        kind = vim.vm.device.VirtualEthernetCard
        devices = self._property(self.connection.reference(vim.VirtualMachine, moid), "config.hardware.device")
        held = [item for item in devices if isinstance(item, kind)]
        backings = [self._backing(inventory.moid("network", name)) for name in target.networks]
        specs = []
        operation = vim.vm.device.VirtualDeviceSpec.Operation
        for number, backing in enumerate(backings):
            card = held[number] if number < len(held) else vim.vm.device.VirtualVmxnet3(key=-1 - number)
            card.backing = backing
            how = operation.edit if number < len(held) else operation.add
            specs.append(vim.vm.device.VirtualDeviceSpec(operation=how, device=card))
        specs += [
            vim.vm.device.VirtualDeviceSpec(operation=operation.remove, device=card) for card in held[len(backings) :]
        ]
        self.machines.reconfigure(moid, vim.vm.ConfigSpec(deviceChange=specs), f"network of {target.name}")

    def _backing(self, network: str) -> vim.vm.device.VirtualEthernetCard.DistributedVirtualPortBackingInfo:
        group = self.connection.reference(vim.dvs.DistributedVirtualPortgroup, network)

        key = self._property(group, "key")
        switch = self._property(self._property(group, "config.distributedVirtualSwitch"), "uuid")
        port = vim.dvs.PortConnection(portgroupKey=key, switchUuid=switch)
        return vim.vm.device.VirtualEthernetCard.DistributedVirtualPortBackingInfo(port=port)

    def _property(self, item: vim.ManagedEntity, path: str) -> Any:
        """Return one property of one object: reading it as an attribute fetches more than a simulator answers."""
        collector = vmodl.query.PropertyCollector
        spec = collector.FilterSpec(
            objectSet=[collector.ObjectSpec(obj=item)],
            propSet=[collector.PropertySpec(type=type(item), pathSet=[path], all=False)],
        )

        def look(content: vim.ServiceInstanceContent) -> Any:
            answer = content.propertyCollector.RetrievePropertiesEx([spec], collector.RetrieveOptions())
            return next((pair.val for found in answer.objects for pair in found.propSet), None) if answer else None

        value = self.connection.call(path, look)
        if value is None:
            raise error("PLC022", self._where, name=self.wanted.name, what=path)
        return value

    def _destroy(self, machine: Machine) -> None:
        self.machines.power_off(machine.moid)
        self.machines.destroy(machine.moid)


def connector(
    open_connection: Callable[[str], Connection], shutdown_seconds: float = SHUTDOWN_SECONDS
) -> Callable[[Step, Mapping[str, str]], MachineSession]:
    """Return what opens a step's session; ``open_connection`` gives a new connection to a vCenter by name."""

    def connect(step: Step, facts: Mapping[str, str]) -> MachineSession:
        return MachineSession(step, open_connection(step.facts["vcenter"]), facts, shutdown_seconds)

    return connect
