"""Small changes to the sample city and to live placements, from which the cases are put together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunri.intent import City, load
from bunri.intent.servers import Copy, FilePair, Placement
from vdi.placement.model import Host, Position, View, declared

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[4]
DAY = date(2026, 11, 22)
_SITES = {"honcho": "building", "bosai": "building", "dc": "iaas", "backup": "iaas"}

Edit = "Callable[[City], City]"


def sample() -> City:
    """Return the sample city on the pinned day."""
    return load(ROOT / "inventory" / "yasu", today=DAY)


def chain(*edits: Callable[[City], City]) -> Callable[[City], City]:
    """Return one edit that makes all of them, in order."""

    def all_of(city: City) -> City:
        for edit in edits:
            city = edit(city)
        return city

    return all_of


def servers(**fields: Any) -> Callable[[City], City]:
    return lambda city: replace(city, servers=city.servers.model_copy(update=fields))


def server(name: str, **fields: Any) -> Callable[[City], City]:
    def edit(city: City) -> City:
        changed = city.servers.servers[name].model_copy(update=fields)
        return servers(servers={**city.servers.servers, name: changed})(city)

    return edit


def each(names: list[str], make: Callable[[str], Callable[[City], City]]) -> Callable[[City], City]:
    return chain(*(make(name) for name in names))


def without(*names: str) -> Callable[[City], City]:
    return lambda city: servers(servers={k: v for k, v in city.servers.servers.items() if k not in names})(city)


def moved(name: str, site: str, form: str = "", *, renumber: bool = True) -> Callable[[City], City]:
    """Put a server at another site for good, with an address of that site unless told not to."""

    def edit(city: City) -> City:
        found = city.servers.servers[name]
        cluster = f"{site}-{found.zone}"
        entry = {"from": date(2018, 9, 1), "site": site, "form": form or _SITES[site]}
        entry |= {"cluster": cluster} if cluster in city.servers.clusters and form != "daas" else {}
        fields: dict[str, Any] = {"placement": (Placement.model_validate(entry),)}
        segment = city.segment(site, found.vlan)
        if renumber and segment is not None:
            used = {item.address for item in city.servers.servers.values()}
            start = int(segment.prefix.broadcast_address) - 1
            fields["address"] = next(
                a for n in count() if (a := type(found.address)(start - n)) not in used
            )  # fmt: skip
        return server(name, **fields)(city)

    return edit


def copy(to: str, form: str, last: date = date(2026, 11, 21), restored: date = date(2026, 6, 15)) -> Copy:
    return Copy(to=to, rpo_hours=24, last=last, restored=restored, form=form)  # type: ignore[arg-type]


def copies(name: str, *items: Copy) -> Callable[[City], City]:
    return server(name, copies=items)


def copy_fields(name: str, number: int, **fields: Any) -> Callable[[City], City]:
    def edit(city: City) -> City:
        held = list(city.servers.servers[name].copies)
        held[number] = held[number].model_copy(update=fields)
        return server(name, copies=tuple(held))(city)

    return edit


def pair_fields(number: int, **fields: Any) -> Callable[[City], City]:
    def edit(city: City) -> City:
        pairs = list(city.servers.file_pairs)
        pairs[number] = pairs[number].model_copy(update=fields)
        return servers(file_pairs=tuple(pairs))(city)

    return edit


def pairs(*items: tuple[str, str]) -> Callable[[City], City]:
    made = tuple(FilePair(first=a, second=b, rpo_hours=24, last=date(2026, 11, 21)) for a, b in items)
    return servers(file_pairs=made)


def system(number: str, **fields: Any) -> Callable[[City], City]:
    def edit(city: City) -> City:
        changed = city.systems.systems[number].model_copy(update=fields)
        held = {**city.systems.systems, number: changed}
        return replace(city, systems=city.systems.model_copy(update={"systems": held}))

    return edit


def pool(name: str, **fields: Any) -> Callable[[City], City]:
    def edit(city: City) -> City:
        held = {**city.desktops.pools, name: city.desktops.pools[name].model_copy(update=fields)}
        return replace(city, desktops=city.desktops.model_copy(update={"pools": held}))

    return edit


def cluster(name: str, **fields: Any) -> Callable[[City], City]:
    def edit(city: City) -> City:
        held = {**city.servers.clusters, name: city.servers.clusters[name].model_copy(update=fields)}
        return servers(clusters=held)(city)

    return edit


def hosts(name: str, number: int, **fields: Any) -> Callable[[City], City]:
    """Keep ``number`` hosts of a cluster, each changed by ``fields``."""

    def edit(city: City) -> City:
        kept = tuple(host.model_copy(update=fields) for host in city.servers.clusters[name].hosts[:number])
        return cluster(name, hosts=kept)(city)

    return edit


def flow(id_: str, **fields: Any) -> Callable[[City], City]:
    def edit(city: City) -> City:
        held = tuple(i.model_copy(update=fields) if i.id == id_ else i for i in city.firewall.flows)
        return replace(city, firewall=city.firewall.model_copy(update={"flows": held}))

    return edit


def no_flow(id_: str) -> Callable[[City], City]:
    def edit(city: City) -> City:
        held = tuple(item for item in city.firewall.flows if item.id != id_)
        return replace(city, firewall=city.firewall.model_copy(update={"flows": held}))

    return edit


def operating_system(name: str, support_to: date) -> Callable[[City], City]:
    def edit(city: City) -> City:
        known = city.servers.operating_systems
        changed = known[name].model_copy(update={"support_to": support_to})
        return servers(operating_systems={**known, name: changed})(city)

    return edit


def duct(*sites: str) -> Callable[[City], City]:
    """Lay every line of these sites in one duct."""

    def edit(city: City) -> City:
        held = {
            name: item.model_copy(update={"duct": "duct-x"}) if set(item.sites) & set(sites) else item
            for name, item in city.circuits.items()
        }
        return replace(city, circuits=held)

    return edit


def one_router(outside: str) -> Callable[[City], City]:
    """Leave an outside network its first router only."""

    def edit(city: City) -> City:
        found = city.wan.outsides[outside]
        held = {**city.wan.outsides, outside: found.model_copy(update={"routers": found.routers[:1]})}
        return replace(city, wan=city.wan.model_copy(update={"outsides": held}))

    return edit


# ── live placements ──────────────────────────────────────────────────────────────────────────────────────────────────


def live(city: City) -> View:
    """Return a live placement that is as declared: machines on the hosts of their cluster in turn."""
    view = declared(city, DAY)
    turn: dict[str, int] = {}

    def stand(item: Position) -> Position:
        if not item.virtual:
            return item
        hosts = view.groups[item.cluster].hosts
        number = turn[item.cluster] = turn.get(item.cluster, -1) + 1
        return replace(item, host=hosts[number % len(hosts)].name)

    return replace(
        view,
        source="live",
        servers={name: stand(item) for name, item in view.servers.items()},
        desktops={name: stand(item) for name, item in view.desktops.items()},
    )


def machine(name: str, **fields: Any) -> Callable[[View], View]:
    def edit(view: View) -> View:
        kind = "servers" if name in view.servers else "desktops"
        held = {**getattr(view, kind), name: replace(getattr(view, kind)[name], **fields)}
        return replace(view, **{kind: held})

    return edit


def gone(name: str) -> Callable[[View], View]:
    def edit(view: View) -> View:
        kind = "servers" if name in view.servers else "desktops"
        return replace(view, **{kind: {k: v for k, v in getattr(view, kind).items() if k != name}})

    return edit


def host_state(group: str, name: str, **fields: Any) -> Callable[[View], View]:
    def edit(view: View) -> View:
        found = view.groups[group]
        held = tuple(replace(item, **fields) if item.name == name else item for item in found.hosts)
        return replace(view, groups={**view.groups, group: replace(found, hosts=held)})

    return edit


def stranger(name: str, where: str, **fields: Any) -> Callable[[View], View]:
    def edit(view: View) -> View:
        group = view.groups[where]
        made = Position(name, "", group.site, group.form, where, group.hosts[0].name, cpu=2, memory_gb=4, **fields)
        return replace(view, strangers=(*view.strangers, made))

    return edit


def plain_hosts(*sizes: tuple[str, int, float]) -> tuple[Host, ...]:
    return tuple(Host(name, cpu, memory) for name, cpu, memory in sizes)
