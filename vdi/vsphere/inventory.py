"""What a vCenter holds, read in pages: machines, hosts, port groups, folders, clusters, datastores."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl

from bunri.messages import error
from vdi.vsphere.faults import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from vdi.vsphere.connection import Connection, Content

PAGE = 500
"""Objects in one answer: large enough that the round trips do not count, small enough for a vCenter's limits."""
OURS = "guestinfo.bunri."
"""Prefix of the settings by which controller and guest agent talk; others of ``extraConfig`` are left alone."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot: its managed object id, name, and the names above it, from the root."""

    moid: str
    name: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """A virtual machine as the vCenter tells it. ``uuid`` is the instance UUID, unique in a vCenter; sizes in MiB."""

    moid: str
    name: str
    uuid: str
    on: bool
    template: bool
    host: str
    cluster: str
    folder: str
    cpu: int
    memory_mib: int
    networks: tuple[str, ...]
    datastores: tuple[str, ...] = ()
    address: IPv4Address | None = None
    hostname: str = ""
    tools: str = ""
    heartbeat: str = ""
    note: str = ""
    snapshots: tuple[Snapshot, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Host:
    """A hypervisor: cores, memory in MiB, whether it is connected and not in maintenance."""

    moid: str
    name: str
    cluster: str
    cores: int
    memory_mib: int
    connected: bool
    maintenance: bool


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything of one vCenter. ``networks``: name → VLAN (``None`` where it is not a single one)."""

    center: str
    machines: tuple[Machine, ...]
    hosts: tuple[Host, ...]
    networks: Mapping[str, int | None]
    ids: Mapping[str, Mapping[str, str]]
    """Kind (``folder``, ``network``, ``cluster``, ``pool``, ``datastore``, ``host``) → name → managed object id."""

    def named(self, name: str) -> tuple[Machine, ...]:
        """Return every machine of that name (names are unique only inside a folder)."""
        return tuple(machine for machine in self.machines if machine.name == name)

    def machine(self, name: str) -> Machine:
        """Return the one machine of that name. Errors: VSP016 none, VSP017 several."""
        found = self.named(name)
        if len(found) != 1:
            raise error("VSP017", name=name, count=len(found)) if found else error("VSP016", what=name)
        return found[0]

    def moid(self, kind: str, name: str) -> str:
        """Return the managed object id of a folder, network, cluster, pool, datastore or host. Error: VSP016."""
        try:
            return self.ids[kind][name]
        except KeyError:
            raise error("VSP016", what=f"{kind} {name}") from None


_MACHINE = (
    "name", "config.instanceUuid", "config.template", "config.annotation", "config.hardware.numCPU",
    "config.hardware.memoryMB", "config.extraConfig", "runtime.powerState", "runtime.host", "parent", "network",
    "datastore", "guest.ipAddress", "guest.hostName", "guest.toolsRunningStatus", "guestHeartbeatStatus", "snapshot",
)  # fmt: skip
_PLACES: dict[type[vim.ManagedEntity], tuple[str, ...]] = {
    vim.HostSystem: (
        "name", "parent", "summary.hardware.numCpuCores", "summary.hardware.memorySize", "runtime.connectionState",
        "runtime.inMaintenanceMode",
    ),
    vim.ClusterComputeResource: ("name", "resourcePool"),
    vim.Folder: ("name",),
    vim.Network: ("name",),
    vim.dvs.DistributedVirtualPortgroup: ("name", "config.defaultPortConfig"),
    vim.Datastore: ("name",),
}  # fmt: skip


def read(connection: Connection, *, page: int = PAGE) -> Inventory:
    """Return what the vCenter holds now. Errors: ``VsphereError``."""
    places = collect(connection, _PLACES, page=page)
    names = {moid: str(values.get("name", "")) for _kind, moid, values in places}
    parents = {moid: _moid(values.get("parent")) for _kind, moid, values in places}
    hosts: list[Host] = []
    networks: dict[str, int | None] = {}
    ids: dict[str, dict[str, str]] = {
        kind: {} for kind in ("folder", "network", "cluster", "pool", "datastore", "host")
    }
    for kind, moid, values in places:
        name = names[moid]
        if issubclass(kind, vim.HostSystem):
            ids["host"][name] = moid
            hosts.append(_host(moid, values, names.get(parents[moid], "")))
        elif issubclass(kind, vim.ClusterComputeResource):
            ids["cluster"][name] = moid
            ids["pool"][name] = _moid(values.get("resourcePool"))
        elif issubclass(kind, vim.Folder):
            ids["folder"][name] = moid
        elif issubclass(kind, vim.Network):
            ids["network"][name] = moid
            networks[name] = _vlan(values.get("config.defaultPortConfig"))
        else:
            ids["datastore"][name] = moid
    clusters = {host.moid: host.cluster for host in hosts}
    found = collect(connection, {vim.VirtualMachine: _MACHINE}, page=page)
    machines = tuple(_machine(moid, values, names, clusters) for _kind, moid, values in found)
    return Inventory(connection.access.name, machines, tuple(hosts), networks, ids)


def machines_by_id(connection: Connection, moids: Iterable[str]) -> dict[str, Machine]:
    """Return these machines, by id; those that do not exist are missing. Hosts and networks are given by their ids."""
    wanted = [connection.reference(vim.VirtualMachine, moid) for moid in moids]
    found: dict[str, Machine] = {}
    for item in _objects(connection, wanted, _MACHINE):
        found[item[0]] = _machine(item[0], item[1], {}, {})
    return found


def collect(
    connection: Connection, wanted: Mapping[type[vim.ManagedEntity], Sequence[str]], *, page: int = PAGE
) -> list[tuple[type[vim.ManagedEntity], str, dict[str, Any]]]:
    """Return (kind, id, properties) of every object of the ``wanted`` kinds, ``page`` objects an answer.

    A property that is not set is missing. A session that ends between two pages begins the reading anew: its page
    token and its view have gone with it.
    """

    def run(content: Content) -> list[tuple[type[vim.ManagedEntity], str, dict[str, Any]]]:
        view = content.viewManager.CreateContainerView(content.rootFolder, list(wanted), True)
        try:
            collector = vmodl.query.PropertyCollector
            through = collector.TraversalSpec(name="view", path="view", skip=False, type=vim.view.ContainerView)
            spec = collector.FilterSpec(
                objectSet=[collector.ObjectSpec(obj=view, skip=True, selectSet=[through])],
                propSet=[
                    collector.PropertySpec(type=kind, pathSet=list(paths), all=False) for kind, paths in wanted.items()
                ],
            )
            return list(_pages(content, spec, page))
        finally:
            view.DestroyView()

    return connection.call("inventory", run)


def _objects(
    connection: Connection, objects: Sequence[vim.ManagedEntity], paths: Sequence[str]
) -> list[tuple[str, dict[str, Any]]]:
    if not objects:
        return []
    collector = vmodl.query.PropertyCollector

    def run(content: Content, some: Sequence[vim.ManagedEntity]) -> list[tuple[str, dict[str, Any]]]:
        spec = collector.FilterSpec(
            objectSet=[collector.ObjectSpec(obj=item) for item in some],
            propSet=[collector.PropertySpec(type=vim.VirtualMachine, pathSet=list(paths), all=False)],
            reportMissingObjectsInResults=True,
        )
        return [(moid, values) for _kind, moid, values in _pages(content, spec, PAGE)]

    try:
        return connection.call("properties", lambda content: run(content, objects))
    except Exception as problem:
        if kind_of(problem) is not Kind.GONE:
            raise
        if len(objects) == 1:
            return []
    # One that is gone fails the call for all: halve until it stands alone.
    middle = len(objects) // 2
    return _objects(connection, objects[:middle], paths) + _objects(connection, objects[middle:], paths)


def _pages(
    content: Content, spec: vmodl.query.PropertyCollector.FilterSpec, page: int
) -> Iterator[tuple[type[vim.ManagedEntity], str, dict[str, Any]]]:
    collector = content.propertyCollector
    answer = collector.RetrievePropertiesEx([spec], vmodl.query.PropertyCollector.RetrieveOptions(maxObjects=page))
    while answer is not None:
        for item in answer.objects:
            yield type(item.obj), item.obj._moId, {pair.name: pair.val for pair in item.propSet}
        if not answer.token:
            return
        answer = collector.ContinueRetrievePropertiesEx(answer.token)


def _machine(moid: str, values: Mapping[str, Any], names: Mapping[str, str], clusters: Mapping[str, str]) -> Machine:
    host = _moid(values.get("runtime.host"))
    address = str(values.get("guest.ipAddress") or "")
    tree = values.get("snapshot")
    folder = _moid(values.get("parent"))
    return Machine(
        moid=moid,
        name=str(values.get("name", "")),
        uuid=str(values.get("config.instanceUuid", "")),
        on=values.get("runtime.powerState") == "poweredOn",
        template=bool(values.get("config.template")),
        host=names.get(host, host),
        cluster=clusters.get(host, ""),
        folder=names.get(folder, folder),
        cpu=int(values.get("config.hardware.numCPU") or 0),
        memory_mib=int(values.get("config.hardware.memoryMB") or 0),
        networks=tuple(names.get(_moid(item), _moid(item)) for item in values.get("network") or ()),
        datastores=tuple(names.get(_moid(item), _moid(item)) for item in values.get("datastore") or ()),
        address=_address(address),
        hostname=str(values.get("guest.hostName") or ""),
        tools=str(values.get("guest.toolsRunningStatus") or ""),
        heartbeat=str(values.get("guestHeartbeatStatus") or ""),
        note=str(values.get("config.annotation") or ""),
        snapshots=tuple(_snapshots(tree.rootSnapshotList, ())) if tree else (),
        settings={
            str(item.key): str(item.value)
            for item in values.get("config.extraConfig") or ()
            if str(item.key).startswith(OURS)
        },
    )


def _host(moid: str, values: Mapping[str, Any], cluster: str) -> Host:
    return Host(
        moid=moid,
        name=str(values.get("name", "")),
        cluster=cluster,
        cores=int(values.get("summary.hardware.numCpuCores") or 0),
        memory_mib=int(values.get("summary.hardware.memorySize") or 0) >> 20,
        connected=values.get("runtime.connectionState") == "connected",
        maintenance=bool(values.get("runtime.inMaintenanceMode")),
    )


def _vlan(setting: object) -> int | None:
    number = getattr(getattr(setting, "vlan", None), "vlanId", None)
    return number if isinstance(number, int) else None


def _snapshots(trees: Iterable[Any], above: tuple[str, ...]) -> Iterator[Snapshot]:
    for tree in trees:
        yield Snapshot(_moid(tree.snapshot), str(tree.name), above)
        yield from _snapshots(tree.childSnapshotList or (), (*above, str(tree.name)))


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None


def _moid(reference: object) -> str:
    return str(getattr(reference, "_moId", "") or "")
