"""Re-placing machines when a host fails: first fit decreasing, then an exact answer where that finds no room. Pure.

First fit decreasing (D. S. Johnson, 1973) is right almost always and fast; where it finds no room the question is put
to an integer program (PuLP with CBC), so that "does not fit" is never the guess of a heuristic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from vdi.placement.model import CPU_RATIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vdi.placement.model import Group, Host, Position

Verdict = Literal["restarts", "together", "needs-moves", "no-room", "undecided"]
SECONDS = 20
"""How long the integer program may search for one host failure."""


class UndecidedError(Exception):
    """The integer program ran out of time: neither a placement nor the proof that there is none."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What follows when ``host`` fails.

    ``restarts``: its machines fit beside the others. ``needs-moves``: only if others move too. ``together``: only
    beside a partner, which keeps them running and no longer apart. ``no-room``: ``stranded`` cannot start anywhere, and
    so much processor and memory is missing. ``undecided``: the exact search ran out of time.
    """

    cluster: str
    host: str
    verdict: Verdict
    moved: tuple[tuple[str, str], ...] = ()
    stranded: tuple[str, ...] = ()
    cpu_missing: float = 0.0
    memory_missing: float = 0.0


class Room:
    """What is left on each host of a cluster while machines are put on them."""

    def __init__(self, hosts: Sequence[Host], apart: Mapping[str, frozenset[str]]) -> None:
        """``apart`` names by machine those that must not share its host."""
        self.hosts = hosts
        self.apart = apart
        self.cpu = {host.name: float(host.cpu * CPU_RATIO) for host in hosts}
        self.memory = {host.name: float(host.memory_gb) for host in hosts}
        self.at: dict[str, str] = {}
        self._on: dict[str, set[str]] = {host.name: set() for host in hosts}

    def copy(self, without: str) -> Room:
        """Return the same without one host."""
        other = Room.__new__(Room)
        other.hosts = [host for host in self.hosts if host.name != without]
        other.apart = self.apart
        other.cpu, other.memory, other.at = dict(self.cpu), dict(self.memory), dict(self.at)
        other._on = {host.name: set(self._on[host.name]) for host in other.hosts}
        return other

    def allowed(self, machine: Position, host: str) -> bool:
        """Return whether ``machine`` has room on ``host`` and no partner is there."""
        if self.cpu[host] < machine.cpu or self.memory[host] < machine.memory_gb:
            return False
        apart = self.apart.get(machine.name)
        return not apart or self._on[host].isdisjoint(apart)

    def put(self, machine: Position, host: str) -> None:
        """Put ``machine`` on ``host``."""
        self.cpu[host] -= machine.cpu
        self.memory[host] -= machine.memory_gb
        self._on[host].add(machine.name)
        self.at[machine.name] = host

    def fit(self, machines: Iterable[Position]) -> list[Position]:
        """Put ``machines`` on hosts, largest first, each where most memory is left; return those without room."""
        left: list[Position] = []
        for machine in sorted(machines, key=lambda item: (-item.memory_gb, -item.cpu, item.name)):
            choices = [host.name for host in self.hosts if self.allowed(machine, host.name)]
            if choices:
                self.put(machine, max(choices, key=lambda name: (self.memory[name], self.cpu[name])))
            else:
                left.append(machine)
        return left


def settled(
    group: Group, machines: Sequence[Position], apart: Mapping[str, frozenset[str]]
) -> tuple[Room, list[Position]]:
    """Return the cluster with its machines where they stand, and those that have no room at all.

    Where a machine's host is unknown (declared placement) or gone, first fit decreasing chooses one.
    """
    hosts = [host for host in group.hosts if host.available]
    room = Room(hosts, apart)
    names = {host.name for host in hosts}
    loose = [machine for machine in machines if machine.host not in names]
    for machine in machines:
        if machine.host in names:
            room.put(machine, machine.host)
    left = room.fit(loose)
    if left and not any(machine.host for machine in machines):
        try:
            exact = assign(hosts, machines, apart)
        except UndecidedError:
            exact = None
        if exact is not None:
            room = Room(hosts, apart)
            for machine in machines:
                room.put(machine, exact[machine.name])
            left = []
    return room, left


def failures(group: Group, machines: Sequence[Position], apart: Mapping[str, frozenset[str]]) -> list[Failure]:
    """Return what follows from the failure of each host of the cluster in turn."""
    room, _ = settled(group, machines, apart)
    here: dict[str, list[Position]] = {host.name: [] for host in room.hosts}
    for machine in machines:
        if machine.name in room.at:
            here[room.at[machine.name]].append(machine)
    return [_fail(group, room, host, here[host.name], machines) for host in room.hosts]


def _fail(group: Group, room: Room, host: Host, fallen: list[Position], machines: Sequence[Position]) -> Failure:
    rest = room.copy(host.name)
    left = rest.fit(fallen)
    if not left:
        return Failure(group.name, host.name, "restarts", tuple((item.name, rest.at[item.name]) for item in fallen))
    placed = [machine for machine in machines if machine.name in room.at]
    stranded = tuple(sorted(item.name for item in left))
    try:
        exact = assign(rest.hosts, placed, room.apart)
    except UndecidedError:
        return Failure(group.name, host.name, "undecided", (), stranded)
    if exact is not None:
        moved = tuple((item.name, exact[item.name]) for item in placed if exact[item.name] != room.at[item.name])
        return Failure(group.name, host.name, "needs-moves", moved)
    # Keeping partners apart is a wish; that everything runs again comes first, as hypervisors see it too.
    beside = rest.copy("")
    beside.apart = {}
    if not beside.fit(left):
        places = tuple((item.name, beside.at[item.name]) for item in fallen)
        return Failure(group.name, host.name, "together", places, stranded)
    need_cpu, need_memory = sum(item.cpu for item in placed), sum(item.memory_gb for item in placed)
    cpu = need_cpu - sum(item.cpu * CPU_RATIO for item in rest.hosts)
    memory = need_memory - sum(item.memory_gb for item in rest.hosts)
    if cpu <= 0 and memory <= 0:
        # Enough in all, but in pieces that are too small: what is short is the room of those left over.
        cpu, memory = sum(item.cpu for item in left), sum(item.memory_gb for item in left)
    moved = tuple((item.name, rest.at[item.name]) for item in fallen if item not in left)
    return Failure(group.name, host.name, "no-room", moved, stranded, max(cpu, 0.0), max(memory, 0.0))


def assign(
    hosts: Sequence[Host], machines: Sequence[Position], apart: Mapping[str, frozenset[str]]
) -> dict[str, str] | None:
    """Return a host for every machine, or ``None`` if there is proved to be none. Exact, by PuLP and CBC.

    Equal machines without a partner to avoid are counted, not named: 180 desktops are one integer a host.
    Raises ``UndecidedError`` when the time is up.
    """
    if not hosts or sum(item.memory_gb for item in machines) > sum(host.memory_gb for host in hosts):
        return {} if not machines else None
    if sum(item.cpu for item in machines) > sum(host.cpu for host in hosts) * CPU_RATIO:
        return None
    import pulp  # noqa: PLC0415  (a tenth of a second that most checks never need)

    names = {item.name for item in machines}
    kinds: dict[tuple[float, float, str], list[Position]] = {}
    for item in machines:
        single = item.name if apart.get(item.name, frozenset()) & names - {item.name} else ""
        kinds.setdefault((item.cpu, item.memory_gb, single), []).append(item)
    problem = pulp.LpProblem("host-failure")
    count = {
        (kind, host.name): pulp.LpVariable(f"n_{k}_{h}", 0, len(items), pulp.LpInteger)
        for k, (kind, items) in enumerate(kinds.items())
        for h, host in enumerate(hosts)
    }
    problem += 0
    for kind, items in kinds.items():
        problem += pulp.lpSum(count[kind, host.name] for host in hosts) == len(items)
    for host in hosts:
        problem += pulp.lpSum(kind[0] * count[kind, host.name] for kind in kinds) <= host.cpu * CPU_RATIO
        problem += pulp.lpSum(kind[1] * count[kind, host.name] for kind in kinds) <= host.memory_gb
        for kind in kinds:
            for other in kinds:
                if kind[2] < other[2] and other[2] in apart.get(kind[2], frozenset()):
                    problem += count[kind, host.name] + count[other, host.name] <= 1
    problem.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=SECONDS, threads=1))
    status = pulp.LpStatus[problem.status]
    if status == "Infeasible":
        return None
    if status != "Optimal":
        raise UndecidedError(status)
    found: dict[str, str] = {}
    for kind, items in kinds.items():
        places = [host.name for host in hosts for _ in range(round(count[kind, host.name].value() or 0))]
        found.update({item.name: place for item, place in zip(items, places, strict=True)})
    return found
