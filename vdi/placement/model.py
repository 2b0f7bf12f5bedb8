"""The placement as one value, whether it was declared or read from the vCenters. Pure.

Sizes: processors in virtual processors, memory in GiB. A host's ``cpu`` are its cores; ``CPU_RATIO`` virtual
processors share one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from ipaddress import IPv4Address

    from bunri.intent import City
    from bunri.intent.servers import Server
    from bunri.intent.terminals import DesktopPool

Form = Literal["building", "iaas", "daas"]
CPU_RATIO = 4
"""Virtual processors a core carries. Office servers and desktops idle most of the time; memory is never shared."""
DESKTOP_CPU, DESKTOP_MEMORY_GB = 2, 4
"""A virtual desktop's size where nobody has read it: the inventory counts desktops and does not size them."""


@dataclass(frozen=True, slots=True)
class Host:
    """A hypervisor. ``available`` is false in maintenance mode or while it is disconnected."""

    name: str
    cpu: int
    memory_gb: float
    available: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """A cluster: hosts of one zone at one site."""

    name: str
    site: str
    zone: str
    form: Form
    vcenter: str
    hosts: tuple[Host, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """Where one machine stands and what it is. What nobody knows is empty or ``None``, never a guess.

    ``host`` is unknown in a declared placement. ``vlans`` are those of its network cards, ``None`` for a card whose
    VLAN could not be read. ``address`` is the declared one, or what the guest reports.
    """

    name: str
    zone: str
    site: str
    form: Form
    cluster: str = ""
    host: str = ""
    vlans: tuple[int | None, ...] = ()
    address: IPv4Address | None = None
    cpu: int = 0
    memory_gb: float = 0.0
    pool: str = ""
    running: bool = True

    @property
    def virtual(self) -> bool:
        """Whether it takes room in a cluster that we can see."""
        return bool(self.cluster)


@dataclass(frozen=True)
class View:
    """One placement: ``source`` says whether it is what the inventory declares or what the vCenters hold."""

    source: Literal["declared", "live"]
    day: date
    servers: Mapping[str, Position]
    desktops: Mapping[str, Position]
    groups: Mapping[str, Group]
    strangers: tuple[Position, ...] = ()
    """Machines in our clusters that the inventory does not know."""
    unread: tuple[str, ...] = ()
    """vCenters that could not be read: nothing is known of what they hold."""
    twice: tuple[str, ...] = ()
    """Names that more than one machine has."""
    unknown_clusters: tuple[str, ...] = ()
    """Clusters with machines that the inventory does not know."""

    def standing(self, name: str) -> Position | None:
        """Return where a server stands and runs; ``None`` if it does not."""
        found = self.servers.get(name)
        return found if found is not None and found.running else None

    def machines(self) -> Iterator[Position]:
        """Yield everything that takes room in a cluster."""
        for found in (*self.servers.values(), *self.desktops.values(), *self.strangers):
            if found.virtual:
                yield found

    @cached_property
    def by_cluster(self) -> Mapping[str, tuple[Position, ...]]:
        """Return the machines by cluster; every known cluster is there."""
        found: dict[str, list[Position]] = {name: [] for name in self.groups}
        for item in self.machines():
            found.setdefault(item.cluster, []).append(item)
        return {name: tuple(items) for name, items in found.items()}

    def without(self, site: str) -> View:
        """Return the placement with a whole site lost: nothing fails over by itself from one site to another."""
        return View(
            self.source,
            self.day,
            {name: item for name, item in self.servers.items() if item.site != site},
            {name: item for name, item in self.desktops.items() if item.site != site},
            {name: item for name, item in self.groups.items() if item.site != site},
            tuple(item for item in self.strangers if item.site != site),
            self.unread,
            self.twice,
            self.unknown_clusters,
        )


def groups_of(city: City) -> dict[str, Group]:
    """Return the clusters as they are declared."""
    return {
        name: Group(
            name,
            item.site,
            item.zone,
            item.form,
            item.vcenter,
            tuple(Host(host.name, host.cpu, host.memory_gb) for host in item.hosts),
        )
        for name, item in city.servers.clusters.items()
    }


def declared(city: City, day: date) -> View:
    """Return the placement that the inventory declares for ``day``."""
    servers = {
        name: found
        for name, server in city.servers.servers.items()
        if (found := position(name, server, day)) is not None
    }
    return View("declared", day, servers, dict(_desktops(city, day)), groups_of(city))


def position(name: str, server: Server, day: date) -> Position | None:
    """Return where a server is declared to stand on ``day``."""
    placed = server.placed(day)
    if placed is None:
        return None
    cluster = "" if server.physical or placed.form == "daas" else placed.cluster or ""
    return Position(
        name, server.zone, placed.site, placed.form, cluster, "", (server.vlan,), server.address, server.cpu,
        server.memory_gb,
    )  # fmt: skip


def pool_form(pool: DesktopPool, day: date) -> Literal["building", "daas"] | None:
    """Return where a pool stands on ``day`` (N16)."""
    return next((item.form for item in pool.placement if item.holds(day)), None)


def _desktops(city: City, day: date) -> Iterator[tuple[str, Position]]:
    for item in city.desktop_list:
        if pool_form(city.desktops.pools[item.pool], day) == "building":
            yield item.name, Position(
                item.name, item.zone, item.site, "building", item.cluster, "", (item.vlan,), item.address,
                DESKTOP_CPU, DESKTOP_MEMORY_GB, item.pool,
            )  # fmt: skip


def turning_days(city: City, day: date) -> tuple[date, ...]:
    """Return ``day`` and every later day on which a declared placement changes, in order."""
    days = {day}
    for server in city.servers.servers.values():
        days |= {item.begin for item in server.placement if item.begin > day}
    for pool in city.desktops.pools.values():
        days |= {item.begin for item in pool.placement if item.begin > day}
    return tuple(sorted(days))


def partnerships(city: City) -> dict[str, frozenset[str]]:
    """Return by server the whole group of partners that it belongs to, itself included (``redundant_with``, N8)."""
    found: dict[str, set[str]] = {name: {name} for name in city.servers.servers}
    for name, server in city.servers.servers.items():
        other = server.redundant_with
        if other in found and found[name] is not found[other]:
            joined = found[name] | found[other]
            for member in joined:
                found[member] = joined
    return {name: frozenset(members) for name, members in found.items()}


@dataclass(frozen=True)
class Situation:
    """What rules look at: the city, one placement, and whether it is today's (only then ages are judged)."""

    city: City
    view: View
    today: bool = True
    partners: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The day of the placement."""
        return self.view.day


def situation(city: City, view: View, *, today: bool = True) -> Situation:
    """Return a situation with the partners worked out."""
    return Situation(city, view, today, partnerships(city))
