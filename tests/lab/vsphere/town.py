"""A small pool on a simulated vCenter, and everything a replacement needs: what the tests of this folder play with."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from bunri.change.journal import Journal
from bunri.change.plan import Plan
from vdi.images.baseline import baseline
from vdi.images.control import Wanted
from vdi.images.planning import plan
from vdi.images.policy import Policy
from vdi.images.rolling import Result, Rolling
from vdi.images.windows import Verdict
from vdi.lab.center import Center
from vdi.lab.describe import describe
from vdi.sessions.guestinfo import Guestinfo
from vdi.vsphere.connection import Access, Connection, Patience
from vdi.vsphere.inventory import Inventory, Machine, read
from vdi.vsphere.machines import Machines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bunri.intent import City

DAY = date(2026, 11, 22)
VCENTER, POOL, OLD_IMAGE, NEW_IMAGE = "mgmt-vcenter1", "kikan-vdi", "kikan-win11-2026.10", "kikan-win11-2026.11"
IMAGE_KEY = "guestinfo.bunri.image"
QUICK = Patience(attempts=8, first=0.02, factor=1.5, longest=0.3, outage=20)
POLICY = Policy(
    batch=4,
    canary_percent=10,
    pause_seconds=0,
    healthy_within_seconds=1.0,
    slow_after_seconds=0.5,
    shutdown_seconds=2,
    poll_seconds=0.05,
    parallel=6,
    windows=False,
    logoff={"wait_seconds": 0.5},
)


def small(city: City, count: int) -> City:
    """Return ``city`` with ``count`` desktops in its VDI pool, two thirds of them in the hall."""
    pool = city.desktops.pools[POOL]
    second = count // 3
    shares = [
        share.model_copy(update={"count": number})
        for share, number in zip(pool.shares, (count - second, second), strict=True)
        if number
    ]
    changed = pool.model_copy(update={"shares": tuple(shares), "sessions": count})
    desktops = city.desktops.model_copy(update={"pools": {**city.desktops.pools, POOL: changed}})
    return replace(city, desktops=desktops)


def description(city: City, **more: Any) -> dict[str, Any]:
    """Return the vCenter of ``city`` with its desktops and gold images only; a new image stands beside the old."""
    settings = {item.id: item.value for item in baseline(city.desktops.pools[POOL])}
    images = {OLD_IMAGE: settings, NEW_IMAGE: settings}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    made = describe(city, VCENTER, DAY, images=images, at=now, **more)
    made["machines"] = [item for item in made["machines"] if item["folder"] in (POOL, "gold")]
    for item in made["machines"]:
        if item["name"].startswith("gold-vd-"):
            item["snapshots"] = [OLD_IMAGE, NEW_IMAGE]
    return made


@dataclass(slots=True)
class Town:
    """A vCenter with a small pool. ``runs`` holds the journal. Each ``controller`` is a new program, as it were."""

    city: City
    center: Center
    access: Access
    runs: Path
    policy: Policy = POLICY
    wanted: Wanted = Wanted.GO
    moment: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 13, 0, tzinfo=UTC))
    heard: list[tuple[str, str]] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)

    def connect(self, **more: Any) -> Connection:
        """Open a session."""
        return Connection(self.access, QUICK, report=self.waits.append, **more)

    def plan(self, image: str = NEW_IMAGE) -> Plan:
        """Plan the replacement of the whole pool."""
        with self.connect() as connection:
            return plan(self.city, POOL, image, {VCENTER: read(connection)}, self.policy, self.moment)

    @contextmanager
    def controller(self, made: Plan, **more: Any) -> Iterator[Rolling]:
        """Yield a controller for ``made`` that is just starting."""
        connection = self.connect()
        machines = Machines(connection)
        journal = Journal(self.runs / "journal.jsonl")
        settings: dict[str, Any] = {
            "plan": made,
            "run": "r0000001",
            "journal": journal,
            "centers": {VCENTER: machines},
            "inventory": lambda _center: read(connection),
            "broker": Guestinfo(lambda _place: machines),
            "clock": lambda: self.moment,
            "allowed": lambda _desired, _moment: Verdict(allowed=True),
            "wanted": lambda: self.wanted,
            "report": lambda target, what: self.heard.append((target, what)),
        }
        try:
            yield Rolling(**{**settings, **more})
        finally:
            connection.close()
            journal.close()

    def apply(self, made: Plan, **more: Any) -> Result:
        """Carry ``made`` out."""
        with self.controller(made, **more) as rolling:
            return rolling.apply({"file": "plan.json"})

    def resume(self, made: Plan, *, back: bool = False, **more: Any) -> Result:
        """Go on with the run that is open; a journal that holds no beginning yet is begun."""
        with self.controller(made, **more) as rolling:
            past = rolling.journal.unfinished()
            if past is None:
                return rolling.apply({"file": "plan.json"})
            return rolling.resume(past, back=back)

    def inventory(self) -> Inventory:
        """Read what the vCenter holds."""
        with self.connect() as connection:
            return read(connection)

    def desktops(self) -> dict[str, Machine]:
        """Return every machine of the pool's folder, by name; two of one name are an error."""
        found = [item for item in self.inventory().machines if item.folder == POOL]
        assert len({item.name for item in found}) == len(found)
        return {item.name: item for item in found}

    def tell(self, name: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change what the agent of desktop ``name`` reports."""
        with self.connect() as connection:
            machine = read(connection).machine(name)
            report = json.loads(machine.settings["guestinfo.bunri.report"])
            change(report)
            Machines(connection).configure(machine.moid, {"guestinfo.bunri.report": json.dumps(report)})

    def log_in(self, *names: str) -> None:
        """Let somebody be logged in at these desktops."""
        session = {"id": "1", "user": "someone", "since": "2026-11-22T08:40:00+09:00", "state": "connected"}
        for name in names:
            self.tell(name, lambda report: report.update(sessions=[session]))


def identity(machines: dict[str, Machine]) -> dict[str, tuple[str, str, bool, str]]:
    """Return what must be the same again after going back: name → id, UUID, power, settings that are ours."""
    return {
        name: (item.moid, item.uuid, item.on, json.dumps(stable(item), sort_keys=True))
        for name, item in machines.items()
    }


def stable(machine: Machine) -> dict[str, str]:
    """Return a machine's settings without the time of its last report."""
    settings = dict(machine.settings)
    report = json.loads(settings.get("guestinfo.bunri.report", "{}"))
    report.pop("at", None)
    return {**settings, "guestinfo.bunri.report": json.dumps(report, sort_keys=True)}
