"""City + what the vCenters hold + image → plan: every desktop of a pool, canaries first, in batches.

A plan is that of ``bunri.change``: its hash goes on the approval. The policy travels in the plan's notes, so that what
was approved is also how it is done.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bunri.change.files import canonical, sha256
from bunri.change.plan import Plan, Proof, Step, Target
from bunri.messages import BunriError, Message, Where, error
from vdi.images.baseline import baseline
from vdi.images.desired import Desired, Old
from vdi.images.hands import IMAGE
from vdi.images.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from ipaddress import IPv4Address

    from bunri.intent import City
    from vdi.vsphere.inventory import Inventory, Machine

NOTE = "policy "
SECONDS = 180.0
"""What one desktop is planned to take: clone, start, gates."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A member of a pool: a desktop, or a session host of an SBC pool."""

    name: str
    site: str
    cluster: str
    vlan: int
    zone: str
    address: IPv4Address


def seats(city: City, pool: str, day: date) -> tuple[Seat, ...]:
    """Return the members of ``pool`` on ``day``. Error: IMG003 (no such pool)."""
    if pool not in city.desktops.pools:
        raise error("IMG003", pool=pool, known=", ".join(city.desktops.pools))
    found = [
        Seat(item.name, item.site, item.cluster, item.vlan, item.zone, item.address)
        for item in city.desktop_list
        if item.pool == pool
    ]
    for name in city.desktops.pools[pool].session_hosts:
        server = city.servers.servers[name]
        placement = server.placed(day)
        if placement is not None and placement.cluster is not None:
            found.append(Seat(name, placement.site, placement.cluster, server.vlan, server.zone, server.address))
    return tuple(found)


def plan(
    city: City,
    pool: str,
    image: str,
    inventories: Mapping[str, Inventory],
    policy: Policy,
    now: datetime,
    *,
    wsus: str = "",
) -> Plan:
    """Return the plan that brings every member of ``pool`` to ``image``.

    ``inventories``: what each vCenter holds now. Members that have the image are listed as unchanged. Errors, all at
    once: IMG003 no such pool, IMG004 no gold machine with that snapshot in a cluster, IMG005 a member's name stands
    twice, IMG006 a left-over of an earlier run, VSP016 a place that a vCenter does not have.
    """
    problems: list[Message] = []
    wanted: list[Desired] = []
    unchanged: list[str] = []
    settings = (
        {item.id: item.value for item in baseline(city.desktops.pools[pool], wsus=wsus)}
        if (pool in city.desktops.pools)
        else {}
    )
    spread: dict[str, int] = {}
    for seat in seats(city, pool, city.today):
        center = city.servers.clusters[seat.cluster].vcenter
        try:
            inventory = inventories[center]
            member = _member(seat, inventory)
            if member is not None and member.settings.get(IMAGE) == image:
                unchanged.append(seat.name)
                continue
            wanted.append(_desired(city, pool, image, seat, member, inventory, settings, spread))
        except BunriError as problem:
            problems += [message for message in problem.messages if message not in problems]
    if problems:
        raise BunriError(*problems)
    steps = tuple(_steps(_canaries_first(wanted, policy)))
    ja = city.desktops.pools[pool].ja
    rounds = -(-len(steps) // policy.parallel)
    return Plan(
        id=f"{now:%Y%m%d-%H%M%S}-{pool}",
        title=f"{ja}: {image}",
        created=now,
        atomic="plan",
        steps=steps,
        unchanged=tuple(unchanged),
        proof=Proof(verdict="not-applicable", reference=sha256(canonical(settings))),
        expected_seconds=rounds * SECONDS + policy.pause_seconds * len({step.batch for step in steps}),
        notes=(NOTE + policy.model_dump_json(), f"pool {pool}", f"image {image}"),
    )


def policy_of(made: Plan) -> Policy:
    """Return the policy that ``made`` was approved with."""
    text = next(note for note in made.notes if note.startswith(NOTE))
    return Policy.model_validate_json(text.removeprefix(NOTE))


def noted(made: Plan, name: str) -> str:
    """Return what a plan's notes say of ``pool`` or ``image``. Error: IMG007 (a plan of something else)."""
    found = next((note.removeprefix(f"{name} ") for note in made.notes if note.startswith(f"{name} ")), "")
    if not found:
        raise error("IMG007", plan=made.id)
    return found


def desired_of(step: Step) -> Desired:
    """Return what a step wants."""
    return Desired.model_validate_json(step.candidate)


def _member(seat: Seat, inventory: Inventory) -> Machine | None:
    found = inventory.named(seat.name)
    if len(found) > 1:
        raise error("IMG005", Where(device=seat.name), center=inventory.center, count=len(found))
    left = [item.name for item in inventory.machines if item.name.startswith(f"{seat.name}~")]
    if left:
        raise error("IMG006", Where(device=seat.name), left=", ".join(left))
    return found[0] if found else None


def _desired(
    city: City,
    pool: str,
    image: str,
    seat: Seat,
    member: Machine | None,
    inventory: Inventory,
    settings: dict[str, str],
    spread: dict[str, int],
) -> Desired:
    prefix = city.desktops.pools[pool].prefix
    gold = inventory.named(f"gold-{prefix}-{seat.cluster}")
    snapshot = next((item.moid for item in gold[0].snapshots if item.name == image), "") if gold else ""
    segment = city.segment(seat.site, seat.vlan)
    network = city.vrf_separation.vlans[seat.vlan].name
    if not snapshot:
        raise error("IMG004", Where(device=f"gold-{prefix}-{seat.cluster}"), image=image, center=inventory.center)
    if segment is None:
        raise error("IMG008", Where(device=seat.name), vlan=seat.vlan, site=seat.site)
    inventory.moid("network", network)
    return Desired(
        name=seat.name,
        pool=pool,
        zone=seat.zone,
        site=seat.site,
        vcenter=inventory.center,
        cluster=seat.cluster,
        host=inventory.moid("host", member.host if member else _emptiest(inventory, seat.cluster, spread)),
        folder=inventory.moid("folder", member.folder if member else pool),
        resource_pool=inventory.moid("pool", seat.cluster),
        network=network,
        vlan=seat.vlan,
        prefix=segment.prefix,
        address=seat.address,
        image=image,
        gold=gold[0].moid,
        snapshot=snapshot,
        baseline=settings,
        old=Old(moid=member.moid, uuid=member.uuid, on=member.on, image=member.settings.get(IMAGE, ""))
        if member
        else None,
    )


def _emptiest(inventory: Inventory, cluster: str, spread: dict[str, int]) -> str:
    """Return the host of ``cluster`` that has the fewest machines, counting those that this plan adds."""
    hosts = [
        host.name for host in inventory.hosts if host.cluster == cluster and host.connected and not host.maintenance
    ]
    if not hosts:
        raise error("VSP016", what=f"host in {cluster}")
    load = {name: spread.get(name, 0) + sum(item.host == name for item in inventory.machines) for name in hosts}
    chosen = min(hosts, key=lambda name: (load[name], name))
    spread[chosen] = spread.get(chosen, 0) + 1
    return chosen


def _canaries_first(wanted: list[Desired], policy: Policy) -> list[list[Desired]]:
    """Split into canaries (some of every site: each has its own gold machine, hosts and VLAN) and the batches."""
    if not wanted:
        return []
    number = policy.canaries(len(wanted))
    sites: dict[str, list[Desired]] = {}
    for item in wanted:
        sites.setdefault(item.cluster, []).append(item)
    canaries: list[Desired] = []
    while len(canaries) < max(number, len(sites)):
        for items in sites.values():
            if items and len(canaries) < max(number, len(sites)):
                canaries.append(items.pop(0))
    chosen = {item.name for item in canaries}
    rest = [item for item in wanted if item.name not in chosen]
    return [canaries, *(rest[at : at + policy.batch] for at in range(0, len(rest), policy.batch))]


def _steps(batches: list[list[Desired]]) -> list[Step]:

    made: list[Step] = []
    for number, batch in enumerate(batches):
        for item in batch:
            text = json.dumps(item.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
            old = item.old
            made.append(
                Step(
                    target=Target(name=item.name, kind="desktop", site=item.site),
                    method="linked-clone" if item.linked else "clone",
                    batch=number,
                    candidate=text,
                    candidate_sha256=sha256(text),
                    before=sha256(canonical(old.model_dump(mode="json"))) if old else "",
                    filled=sha256(text),
                    diff=f"- image {old.image if old else '—'}\n+ image {item.image}\n",
                    seconds=SECONDS,
                    facts={"vcenter": item.vcenter, "batch": "canary" if number == 0 else str(number)},
                )
            )
    return made
