"""Room for everything when each host fails in turn, and the spare that is kept (N8, 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vdi.placement.model import CPU_RATIO
from vdi.placement.packing import failures, settled
from vdi.placement.rules.base import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vdi.placement.model import Group, Position, Situation
    from vdi.placement.packing import Failure


def apart(at: Situation) -> dict[str, frozenset[str]]:
    """Return by server those it must not share a host with: its direct partners."""
    found: dict[str, set[str]] = {}
    for name, server in at.city.servers.servers.items():
        if server.redundant_with:
            found.setdefault(name, set()).add(server.redundant_with)
            found.setdefault(server.redundant_with, set()).add(name)
    return {name: frozenset(others) for name, others in found.items()}


class HostFailure(Rule):
    """Each host in turn."""

    id = "host-failure"
    plan = ("N8",)
    title_ja = "どのホストが故障しても、その仮想マシンを残りのホストで再起動できる"
    title_en = "whichever host fails, its machines restart on the others"
    why_ja = (
        "空きの合計では足りていても、大きな仮想マシンが入る一つの空きがないことがあります。実際に置き直して確かめます。"
    )
    why_en = (
        "Free room in all may be enough and no host have room for the largest machine: so they are really placed again."
    )
    bad = "two hosts with 256 GiB each, and three servers of 128 GiB"
    good = "three hosts with 256 GiB each, and three servers of 128 GiB"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC190–191 and PLC193–196."""
        keep = apart(at)
        for name, group in at.view.groups.items():
            machines = [item for item in at.view.by_cluster[name] if item.running]
            if not machines:
                continue
            key = ("servers", "clusters", name)
            room, left = settled(group, machines, keep)
            over = [host for host in room.hosts if room.cpu[host.name] < 0 or room.memory[host.name] < 0]
            if left or over:
                cpu, memory = _missing(room.cpu, room.memory, left)
                names = ", ".join(sorted(item.name for item in left)) or ", ".join(host.name for host in over)
                yield self.finding(at, "PLC193", name, key, machines=names, cpu=cpu, memory=memory)
                continue
            for failure in failures(group, machines, keep):
                yield from self._told(at, group, failure, key)

    def _told(self, at: Situation, group: Group, failure: Failure, key: tuple[str | int, ...]) -> Iterator[Finding]:
        params: dict[str, object] = {"host": failure.host, "machines": _some(failure.stranded)}
        if failure.verdict == "needs-moves":
            yield self.finding(at, "PLC191", group.name, key, "warning", host=failure.host, count=len(failure.moved))
        elif failure.verdict == "together":
            yield self.finding(at, "PLC196", group.name, key, "warning", **params)
        elif failure.verdict == "undecided":
            yield self.finding(at, "PLC195", group.name, key, "unknown", **params)
        elif failure.verdict == "no-room":
            if all(self._covered(at, group.name, name) for name in failure.stranded):
                yield self.finding(at, "PLC194", group.name, key, "warning", **params)
            else:
                more = {"cpu": round(failure.cpu_missing, 1), "memory": round(failure.memory_missing, 1)}
                yield self.finding(at, "PLC190", group.name, key, **params, **more)

    @staticmethod
    def _covered(at: Situation, cluster: str, name: str) -> bool:
        """Return whether the work of ``name`` goes on elsewhere: a partner, or a store whose copies others hold too."""
        server = at.city.servers.servers.get(name)
        if server is None:
            return False
        partners = [at.view.standing(other) for other in at.partners[name] if other != name]
        if any(item is not None and item.cluster != cluster for item in partners):
            return True
        users = [
            item.copies for item in at.city.servers.servers.values() if any(copy.to == name for copy in item.copies)
        ]
        return "backup" in server.services and all(
            len({copy.to for copy in copies}) > 1 or _store(at, copies) for copies in users
        )


def _store(at: Situation, copies: Sequence[object]) -> bool:
    """Return whether these copies are those of another store: the first copy is what they are taken from."""
    known = at.city.servers.servers
    return any("backup" in item.services for item in known.values() if tuple(item.copies) == tuple(copies))


class Spare(Rule):
    """The spare that the inventory asks for."""

    id = "spare"
    plan = ("N8",)
    severity = "warning"
    title_ja = "クラスタに決められた余力を残す"
    title_en = "a cluster keeps the declared spare"
    why_ja = "余力がなくなってからの増設は、予算と調達で1年かかります。"
    why_en = "Once the spare is used up, a budget and a tender take a year."
    bad = "spare_percent: 20 and 90 % of the memory in use"
    good = "spare_percent: 20 and 70 % of the memory in use"

    def check(self, at: Situation) -> Iterator[Finding]:
        """Yield PLC192."""
        usable = 100 - at.city.servers.spare_percent
        for name, group in at.view.groups.items():
            machines = [item for item in at.view.by_cluster[name] if item.running]
            cpu = sum(host.cpu for host in group.hosts if host.available) * CPU_RATIO
            memory = sum(host.memory_gb for host in group.hosts if host.available)
            used = {
                "CPU": 100 * sum(item.cpu for item in machines) / cpu if cpu else 0,
                "memory": 100 * sum(item.memory_gb for item in machines) / memory if memory else 0,
            }
            for what, percent in used.items():
                if percent > usable:
                    params = {"what": what, "percent": round(percent), "usable": usable}
                    yield self.finding(at, "PLC192", name, ("servers", "clusters", name), **params)


def _missing(cpu: dict[str, float], memory: dict[str, float], left: Sequence[Position]) -> tuple[float, float]:
    """Return the processors and memory that are missing, in virtual processors and GiB."""
    short_cpu = sum(item.cpu for item in left) - sum(min(value, 0.0) for value in cpu.values())
    short_memory = sum(item.memory_gb for item in left) - sum(min(value, 0.0) for value in memory.values())
    return round(short_cpu, 1), round(short_memory, 1)


def _some(names: Sequence[str], limit: int = 5) -> str:
    more = f" +{len(names) - limit}" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
