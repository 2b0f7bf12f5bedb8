"""The control node's working set: who can be reached how, the vault's values (in memory), and where runs are kept.

``runs/`` holds, per run, the plan, the state before (secrets masked), the completed record and the reports; beside them
the journal, the lock and the key of the fingerprints. The laboratory replaces addresses by its own loopback ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from bunri.change.approval import Contractor, Roster
from bunri.change.files import Fingerprints, write_atomic
from bunri.messages import Where, error
from network.deploy import order, windows
from network.deploy.endpoint import Endpoint

if TYPE_CHECKING:
    from pathlib import Path

    from bunri.intent.city import City


@dataclass(frozen=True, slots=True)
class Identity:
    """What the inventory says a device is; ``port_map``: old interface → new one, for another model."""

    model: str
    serial: str
    software: str = ""
    port_map: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Control:
    """Everything that planning and applying need to know. ``groups``: Ansible group → host names.

    ``starts`` are the machines (names of the cabling) on which the control node runs or may run.
    """

    runs: Path
    intended: Path
    endpoints: dict[str, Endpoint]
    fingerprints: Fingerprints
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    starts: tuple[str, ...] = ()
    identities: dict[str, Identity] = field(default_factory=dict)
    rules: windows.Rules = field(default_factory=windows.Rules)
    roster: Roster = field(default_factory=Roster)

    @property
    def journal(self) -> Path:
        """The journal file."""
        return self.runs / "journal.jsonl"

    @property
    def lock(self) -> Path:
        """The lock file: one operator at a time."""
        return self.runs / "lock"

    @property
    def cables(self) -> list[order.Cable]:
        """The cabling beside the intended configurations."""
        return order.read_cables(self.intended / "layer1_topology.json")

    def hops(self) -> dict[str, int]:
        """Device → cables from the control node, or from the first core if the inventory does not place it."""
        found = order.distances(self.cables, self.starts)
        if found:
            return found
        return order.distances(self.cables, sorted(n for n, e in self.endpoints.items() if e.role == "core")[:1])

    def limited(self, limit: str) -> list[str]:
        """Return the device names that ``limit`` selects, as Ansible does: names, groups, ``*``, ``!x``, ``,``.

        Error: DEP025 if nothing matches.
        """
        names = list(self.endpoints)
        if limit:
            chosen: set[str] = set()
            excluded: set[str] = set()
            for part in (word.strip() for word in limit.replace(":", ",").split(",")):
                bucket = excluded if part.startswith("!") else chosen
                pattern = part.lstrip("!")
                bucket |= {name for name in names if fnmatchcase(name, pattern)} | self.groups.get(pattern, frozenset())
            if not chosen and excluded:
                chosen = set(names)
            names = [name for name in names if name in chosen - excluded]
        if not names:
            raise error("DEP025", limit=limit or "*")
        return names

    def intended_text(self, name: str) -> str:
        """Return the intended configuration of a device, secrets as markers. Error: DEP026."""
        path = self.intended / "configs" / f"{name}.cfg"
        if not path.exists():
            found = sorted((self.intended / "configs").glob(f"{name}.*"))
            if not found:
                raise error("DEP026", Where(device=name), file=str(path))
            path = found[0]
        return path.read_text(encoding="utf-8")


def from_city(city: City, runs: Path, *, account: str = "", known_hosts: Path | None = None) -> Control:
    """Return the working set of an inventory. ``account`` is a local account of the devices; see ``account_for``.

    Host keys are kept in ``<inventory>/known_hosts``. Devices that are only planned are left out. Errors: DEP032.
    """
    name = account or account_for(city, write=True)
    if name not in city.management.accounts:
        raise error("DEP032", city.where("management", "accounts"), name=name, what="management.accounts")
    secrets = {key: value.get_secret_value() for key, value in city.secrets.items()}
    password = secrets[city.management.accounts[name].secret]
    keys = known_hosts or city.root / "known_hosts"
    endpoints = {
        device.name: Endpoint(
            name=device.name,
            host=str(device.management),
            port=22,
            platform=device.platform,
            username=name,
            password=password,
            known_hosts=keys,
            enable=secrets.get(city.management.enable_secret, ""),
            site=device.site,
            role=str(device.role),
        )
        for device in city.devices.values()
        if not device.planned
    }
    groups: dict[str, set[str]] = {}
    for device in endpoints.values():
        for group in (f"site_{device.site}", f"role_{device.role}", f"platform_{device.platform}", "all"):
            groups.setdefault(group.replace("-", "_"), set()).add(device.name)
    return Control(
        runs=runs,
        intended=city.root / "intended",
        endpoints=endpoints,
        fingerprints=Fingerprints(runs),
        secrets=secrets,
        groups={key: frozenset(names) for key, names in groups.items()},
        starts=control_node(city),
        rules=windows.rules_of(city),
        roster=roster_of(city),
        identities={
            device.name: Identity(
                device.model, device.serial_number, city.hardware[device.model].software, dict(device.port_map)
            )
            for device in city.devices.values()
        },
    )


def control_node(city: City) -> tuple[str, ...]:
    """Return where the control node is cabled: the hypervisors its virtual machine may run on, or the server itself."""
    found: list[str] = []
    for name, server in city.servers.servers.items():
        place = server.placed(city.today)
        if "control" not in server.services or place is None:
            continue
        cluster = city.servers.clusters.get(place.cluster or "")
        found += [name] if server.physical or cluster is None else [host.name for host in cluster.hosts]
    return tuple(found)


def roster_of(city: City) -> Roster:
    """Return who may work (G7): the city's staff, and the people of contracts that have begun.

    Before the oath and after the end of the contract nobody is let in; see ``bunri.change.approval.check``.
    """
    people = []
    for contractor in city.contractors.values():
        leads = [worker.ja for worker in contractor.workers if worker.role == "lead"]
        people += [
            Contractor(
                company=contractor.ja,
                responsible=leads[0] if leads else contractor.ja,
                worker=worker.ja,
                place=contractor.workplace,
                sworn=max(worker.oath, contractor.contract_from),
                until=contractor.contract_to,
            )
            for worker in contractor.workers
        ]
    return Roster(staff=city.city.staff, contractors=tuple(people))


def account_for(city: City, *, write: bool) -> str:
    """Return the account to work with: full privilege to change devices, the least that there is to read them."""
    ranked = sorted(city.management.accounts, key=lambda name: (city.management.accounts[name].privilege, name))
    return ranked[-1] if write else ranked[0]


def in_laboratory(control: Control, *, write: bool) -> Control:
    """Return the working set moved to the running virtual city (``bunri lab up``): its addresses, keys and accounts."""
    from network.lab import daemon  # noqa: PLC0415  (only for a laboratory)
    from network.lab.control import LabControl  # noqa: PLC0415
    from network.lab.spec import DEFAULT_ACCOUNTS  # noqa: PLC0415

    folder = daemon.state_folder()
    keys = control.runs / "lab_known_hosts"
    write_atomic(keys, LabControl(folder).known_hosts())
    specs, port, scale, _ = daemon.read_specs(folder)
    account = next(account for account in DEFAULT_ACCOUNTS if account.read_only is not write)
    moved = {
        spec.hostname: replace(
            control.endpoints[spec.hostname],
            host=spec.address,
            port=port,
            known_hosts=keys,
            time_scale=scale,
            username=account.name,
            password=account.password,
            enable=spec.enable_password,
        )
        for spec in specs
        if spec.hostname in control.endpoints
    }
    return replace(control, endpoints=moved)
