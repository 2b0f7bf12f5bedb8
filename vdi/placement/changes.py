"""What has to change so that the live machines are as declared, and a plan of it for people to approve. Pure.

One step a machine: size, network, place, making it where it is missing, snapshots left over. A machine stays inside
its vCenter: moving between building and IaaS is a renewal with new addresses, not a correction.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from bunri.change.files import canonical, sha256
from bunri.change.plan import Plan, Proof, Step, Target
from bunri.messages import BunriError, Message, Where
from vdi.placement.check import judge
from vdi.placement.live import MIB, machines
from vdi.placement.model import declared, situation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from bunri.intent import City
    from vdi.placement.model import Position, View
    from vdi.vsphere.inventory import Inventory, Machine

SECONDS = {"create": 300.0, "restart": 180.0, "network": 20.0, "move": 120.0, "snapshots": 60.0}
"""How long each kind of change should take, for the paper; the record shows what it really took."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a machine shall be. ``host`` empty: any host of the cluster. ``template``: from what a missing one is made.

    ``snapshots``: names that stay. ``folder`` is where a new machine is put.
    """

    name: str
    vcenter: str
    cluster: str
    host: str
    cpu: int
    memory_mib: int
    networks: tuple[str, ...]
    folder: str = ""
    template: str = ""
    snapshots: tuple[str, ...] = ()

    def text(self) -> str:
        """Return it as the plan's candidate."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Wanted:
        """Return what ``text`` of a plan says."""
        data = json.loads(text)
        return cls(**{**data, "networks": tuple(data["networks"]), "snapshots": tuple(data["snapshots"])})

    def matches(self, machine: Machine) -> bool:
        """Return whether ``machine`` is so, snapshots aside."""
        return (
            machine.cluster == self.cluster
            and self.host in ("", machine.host)
            and machine.cpu == self.cpu
            and machine.memory_mib == self.memory_mib
            and sorted(machine.networks) == sorted(self.networks)
        )


def as_it_is(machine: Machine, vcenter: str) -> Wanted:
    """Return what a machine is now, in the same words; the way back leads there."""
    names = tuple(item.name for item in machine.snapshots)
    return Wanted(
        machine.name, vcenter, machine.cluster, machine.host, machine.cpu, machine.memory_mib,
        tuple(sorted(machine.networks)), machine.folder, "", names,
    )  # fmt: skip


def fingerprint(now: Wanted | None) -> str:
    """Return the digest of a machine's present state; of one that does not exist, the digest of nothing."""
    return sha256(canonical(asdict(now)) if now else b"")


def template_name(operating_system: str) -> str:
    """Return the name of the template that servers with this system are made from."""
    return f"template-{operating_system}"


def wanted(
    city: City, day: date, inventories: Mapping[str, Inventory | None], moves: Mapping[str, tuple[str, str]]
) -> tuple[list[Wanted], list[Message]]:
    """Return every server that must change, and why some of them cannot be changed from here.

    ``moves`` are a planner's proposals: server → (cluster, host). Messages: PLC010 no network, PLC011 no template,
    PLC012 another vCenter, PLC013 the vCenter could not be read.
    """
    found: list[Wanted] = []
    problems: list[Message] = []
    plan = declared(city, day)
    live: dict[str, tuple[Machine, str]] = {}
    for machine, holder in machines(inventories):
        live.setdefault(machine.name, (machine, holder.center))
    for name, item in plan.servers.items():
        if not item.virtual:
            continue
        cluster, host = moves.get(name, ("", ""))
        vcenter = plan.groups[item.cluster].vcenter
        inventory = inventories.get(vcenter)
        if inventory is None:
            problems.append(Message("PLC013", Where(device=name), {"name": name, "vcenter": vcenter}))
            continue
        networks = [label for label, vlan in inventory.networks.items() if vlan == item.vlans[0]]
        if not networks:
            problems.append(Message("PLC010", Where(device=name), {"name": name, "vlan": item.vlans[0]}))
            continue
        now = live.get(name)
        if now is not None and now[1] != vcenter:
            problems.append(Message("PLC012", Where(device=name), {"name": name, "found": now[1], "wanted": vcenter}))
            continue
        template = template_name(city.servers.servers[name].os)
        target = Wanted(
            name, vcenter, cluster or item.cluster, host or _host(item, now, inventory), item.cpu,
            round(item.memory_gb * MIB), (min(networks),), item.zone, "" if now else template,
        )  # fmt: skip
        if now is None and not any(machine.name == template for machine in inventory.machines):
            problems.append(Message("PLC011", Where(device=name), {"name": name, "template": template}))
        elif now is None or not target.matches(now[0]) or now[0].snapshots:
            found.append(target)
    return found, problems


def _host(item: Position, now: tuple[Machine, str] | None, inventory: Inventory) -> str:
    """Return the host to be on: the present one if it is in the right cluster, else the one with most memory left."""
    if now is not None and now[0].cluster == item.cluster:
        return now[0].host
    left = {
        host.name: host.memory_mib for host in inventory.hosts
        if host.cluster == item.cluster and host.connected and not host.maintenance
    }  # fmt: skip
    for machine in inventory.machines:
        if machine.host in left and machine.on:
            left[machine.host] -= machine.memory_mib
    return max(sorted(left), key=lambda name: left[name]) if left else ""


def make(
    city: City, view: View, inventories: Mapping[str, Inventory | None], targets: Sequence[Wanted], *, title: str,
    created: datetime,
) -> Plan:  # fmt: skip
    """Return the plan of ``targets``, judged before it exists. Error: PLC014 where it would break a rule anew."""
    live = {machine.name: machine for machine, _ in machines(inventories)}
    steps = [_step(city, target, live.get(target.name)) for target in sorted(targets, key=lambda item: item.name)]
    before = {_sign(item) for item in judge(situation(city, view)).findings if item.severity != "warning"}
    after = judge(situation(city, _afterwards(city, view, targets))).findings
    worse = [item for item in after if item.severity != "warning" and _sign(item) not in before]
    if worse:
        first = Message("PLC014", Where(), {"count": len(worse)})
        raise BunriError(first, *worse)
    left = sum(item.severity != "warning" for item in after)
    proof = Proof(
        verdict="proved",
        reference=sha256(canonical([step.candidate for step in steps])),
        summary=(f"新しい違反なし / breaks no rule anew; 残る違反 / left: {left}, 解消 / cured: {len(before) - left}",),
    )
    known = {name for name, item in declared(city, view.day).servers.items() if item.virtual}
    return Plan(
        id=f"placement-{created:%Y%m%dT%H%M%S}",
        title=title,
        created=created,
        atomic="batch",
        steps=tuple(steps),
        unchanged=tuple(sorted(known - {item.name for item in targets})),
        proof=proof,
        expected_seconds=sum(step.seconds for step in steps),
    )


def _sign(finding: Message) -> tuple[str, str]:
    # A host failure that strands other machines than before is the same trouble of the same cluster.
    return finding.id, finding.where.device or str(finding.params.get("name", ""))


def _step(city: City, target: Wanted, now: Machine | None) -> Step:
    old = as_it_is(now, target.vcenter) if now else None
    kinds = list(_kinds(target, now))
    cluster = city.servers.clusters.get(target.cluster)
    # Partners are never changed at the same time: whoever has one goes into the batch of its place in the pair.
    server = city.servers.servers[target.name]
    batch = int(server.redundant_with is not None and target.name > server.redundant_with)
    return Step(
        target=Target(name=target.name, kind="server", site=cluster.site if cluster else ""),
        method="+".join(kinds),
        batch=batch,
        candidate=target.text(),
        candidate_sha256=sha256(target.text()),
        before=fingerprint(old),
        filled=sha256(target.text()),
        diff="\n".join(_diff(target, now)),
        seconds=sum(SECONDS[kind] for kind in kinds),
        facts={"vcenter": target.vcenter, "zone": server.zone},
    )


def _kinds(target: Wanted, now: Machine | None) -> list[str]:
    if now is None:
        return ["create"]
    kinds = []
    if (now.cpu, now.memory_mib) != (target.cpu, target.memory_mib):
        kinds.append("restart")
    if sorted(now.networks) != sorted(target.networks):
        kinds.append("network")
    if now.cluster != target.cluster or target.host not in ("", now.host):
        kinds.append("move")
    if {item.name for item in now.snapshots} - set(target.snapshots):
        kinds.append("snapshots")
    return kinds


def _diff(target: Wanted, now: Machine | None) -> list[str]:
    if now is None:
        size = f"{target.cpu} CPU {target.memory_mib} MiB {', '.join(target.networks)}"
        return [f"+ {target.name}: {target.cluster}/{target.host or '*'} {size} ({target.template})"]
    pairs = [
        ("cpu", now.cpu, target.cpu),
        ("memory_mib", now.memory_mib, target.memory_mib),
        ("networks", ", ".join(sorted(now.networks)), ", ".join(sorted(target.networks))),
        ("cluster", now.cluster, target.cluster),
        ("host", now.host, target.host or now.host),
    ]
    lines = [line for what, old, new in pairs if old != new for line in (f"- {what}: {old}", f"+ {what}: {new}")]
    gone = [item.name for item in now.snapshots if item.name not in target.snapshots]
    return lines + [f"- snapshot: {name}" for name in gone]


def _afterwards(city: City, view: View, targets: Sequence[Wanted]) -> View:
    """Return the live placement as it will be when the plan has been carried out."""
    servers = dict(view.servers)
    plan = declared(city, view.day)
    for target in targets:
        old = servers.get(target.name) or plan.servers[target.name]
        cluster = city.servers.clusters[target.cluster]
        servers[target.name] = replace(
            old,
            site=cluster.site,
            form=cluster.form,
            cluster=target.cluster,
            host=target.host,
            vlans=plan.servers[target.name].vlans,
            cpu=target.cpu,
            memory_gb=target.memory_mib / MIB,
            running=True,
        )
    return replace(view, servers=servers)
