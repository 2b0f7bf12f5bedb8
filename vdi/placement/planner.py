"""Proposing a placement: every rule about places kept, as few moves as possible; what cannot be is explained.

One integer program a zone (PuLP with CBC), because no machine may leave its zone. What cannot be kept is not an
answer "infeasible": each rule has a slack variable, so the answer says which server, which rule, and how much
processor and memory is missing. What the linear model leaves out (pieces of free room that are too small) is checked
by really re-placing the machines, and the program is tightened until that holds too.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from vdi.placement.model import CPU_RATIO, declared, pool_form, situation
from vdi.placement.packing import failures
from vdi.placement.rules.capacity import apart
from vdi.placement.rules.sites import MANAGEMENT, is_business, is_network

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bunri.intent import City
    from vdi.placement.model import Group, Host, Position, Situation, View

SECONDS = 30
ROUNDS = 4
HOST, CLUSTER, SITE = 1.0, 5.0, 40.0
"""Cost of a move: to another host (vMotion), to another cluster, to another site (a new address: a renewal)."""
UNPLACED, BENT, SHORT = 100_000.0, 5_000.0, 50.0
"""Cost of a server that stands nowhere, of a rule that is not kept, of a GiB that is missing when a host fails."""


@dataclass(frozen=True, slots=True)
class Move:
    """One server to be moved. ``kind``: ``host``, ``cluster`` or ``site``; ``start`` where it stands nowhere yet."""

    name: str
    kind: str
    before: tuple[str, str]
    after: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a server cannot stand in a cluster: the rule, and what is missing there (virtual processors, GiB)."""

    cluster: str
    rule: str
    cpu_missing: float = 0.0
    memory_missing: float = 0.0


@dataclass(frozen=True, slots=True)
class Unfit:
    """A server for which no place is left, with the reason of each cluster of its zone."""

    name: str
    cpu: int
    memory_gb: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Bent:
    """A rule that cannot be kept: about whom, and by how much (GiB where it is room, else a count)."""

    rule: str
    subject: str
    amount: float


@dataclass(frozen=True)
class Proposal:
    """A whole proposal. ``places``: server → (cluster, host). ``proved``: the solver says there is none better."""

    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    moves: tuple[Move, ...] = ()
    unfit: tuple[Unfit, ...] = ()
    bent: tuple[Bent, ...] = ()
    undecided: tuple[str, ...] = ()
    proved: bool = True


def propose(city: City, view: View, *, seconds: int = SECONDS) -> Proposal:
    """Return a placement of every declared virtual server of the day, starting from ``view``."""
    at = situation(city, view)
    proposal = Proposal()
    for zone in city.zones:
        groups = [group for group in view.groups.values() if group.zone == zone]
        servers = list(_servers(city, view, zone))
        if not groups or not servers:
            continue
        found = _Zone(at, zone, groups, servers).solve(seconds)
        proposal = Proposal(
            {**proposal.places, **found.places},
            (*proposal.moves, *found.moves),
            (*proposal.unfit, *found.unfit),
            (*proposal.bent, *found.bent),
            (*proposal.undecided, *found.undecided),
            proposal.proved and found.proved,
        )
    return proposal


def _servers(city: City, view: View, zone: str) -> Iterator[Position]:
    for name, item in declared(city, view.day).servers.items():
        if item.zone == zone and item.virtual:
            yield view.servers.get(name, item) if view.source == "live" else item


class _Zone:
    """The program of one zone."""

    def __init__(self, at: Situation, zone: str, groups: list[Group], servers: list[Position]) -> None:
        self.at, self.zone, self.groups, self.servers = at, zone, groups, servers
        self.known = at.city.servers.servers
        self.hosts: list[tuple[Group, Host]] = [(g, h) for g in groups for h in g.hosts if h.available]
        self.where = {host.name: group for group, host in self.hosts}
        self.pools = self._pool_forms()
        self.margin: dict[str, float] = {}

    def solve(self, seconds: int) -> Proposal:
        """Solve, look whether each host failure is survived, tighten, solve again."""
        proposal = self._once(seconds)
        for _ in range(ROUNDS):
            broken = self._broken(proposal) if not proposal.undecided else []
            if not broken:
                break
            for name, size in broken:
                self.margin[name] = self.margin.get(name, 0.0) + size
            proposal = self._once(seconds)
        return proposal

    def _once(self, seconds: int) -> Proposal:
        import pulp  # noqa: PLC0415  (slow to import, and only this needs it)

        problem = pulp.LpProblem(f"placement-{self.zone}")
        self.slack: list[tuple[Any, str, str]] = []
        cost: list[Any] = []
        x: dict[tuple[str, str], Any] = {}
        unplaced: dict[str, Any] = {}
        for n, server in enumerate(self.servers):
            choices = []
            for h, (group, host) in enumerate(self.hosts):
                if self._barred(server, group):
                    continue
                x[server.name, host.name] = pulp.LpVariable(f"x_{n}_{h}", cat=pulp.LpBinary)
                choices.append(x[server.name, host.name])
                cost.append(self._cost(server, group, host) * x[server.name, host.name])
            unplaced[server.name] = pulp.LpVariable(f"u_{n}", cat=pulp.LpBinary)
            cost.append(UNPLACED * (1 + server.memory_gb / 1000) * unplaced[server.name])
            problem += pulp.lpSum(choices) + unplaced[server.name] == 1
        load = self._desktops(pulp, problem, cost)
        self._room(pulp, problem, cost, x, load)
        self._rules(pulp, problem, cost, x)
        problem.setObjective(pulp.lpSum(cost))
        problem.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds, threads=1, gapRel=0.0))
        if pulp.LpStatus[problem.status] != "Optimal":
            return Proposal(undecided=(self.zone,), proved=False)
        places = {name: (self.where[host].name, host) for (name, host), item in x.items() if (item.value() or 0) > 0.5}
        bent = tuple(
            Bent(rule, subject, round(item.value(), 2))
            for item, rule, subject in self.slack
            if (item.value() or 0) > 1e-4
        )
        unfit = tuple(self._explained(server, places) for server in self.servers if server.name not in places)
        # CBC calls a solution that it found before the time was up "Optimal" too; the second status tells.
        return Proposal(
            places, tuple(self._moves(places)), unfit, bent, (), problem.sol_status == pulp.LpSolutionOptimal
        )

    def _cost(self, server: Position, group: Group, host: Host) -> float:
        if not server.cluster or server.host == host.name:
            return 0.0
        if server.cluster == group.name:
            # A declared server has no host yet; a live one on a host that is down must move anyway.
            return HOST if server.host else 0.0
        return CLUSTER if server.site == group.site else SITE

    def _pool_forms(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for pool in self.at.city.desktops.pools.values():
            form = pool_form(pool, self.at.day)
            if form:
                found |= dict.fromkeys((*pool.brokers, *pool.session_hosts), form)
        return found

    def _barred(self, server: Position, group: Group) -> str:
        """Return the rule that keeps a server out of a cluster whatever the others do, or ""."""
        form = self.pools.get(server.name)
        if form and group.form != form:
            return "desktop-periods"
        declared_here = self.known[server.name].placed(self.at.day)
        if "backup" in self.known[server.name].services and declared_here and group.site != declared_here.site:
            return "backup"
        host = max((host.memory_gb for host in group.hosts if host.available), default=0.0)
        return "host-failure" if server.memory_gb > host else ""

    def _desktops(self, pulp: Any, problem: Any, cost: list[Any]) -> dict[str, list[tuple[Any, float, float]]]:
        """Let desktops be re-arranged inside their cluster; return by host (count, processors, GiB of one)."""
        kinds: dict[tuple[str, str, int, float], dict[str, int]] = {}
        for item in self.at.view.desktops.values():
            if item.zone == self.zone and item.running and item.cluster in self.at.view.groups:
                on = kinds.setdefault((item.pool, item.cluster, item.cpu, item.memory_gb), {})
                on[item.host] = on.get(item.host, 0) + 1
        load: dict[str, list[tuple[Any, float, float]]] = {}
        for k, ((pool, cluster, cpu, memory), on) in enumerate(kinds.items()):
            places = []
            for h, (group, host) in enumerate(self.hosts):
                if group.name != cluster:
                    continue
                count = pulp.LpVariable(f"d_{k}_{h}", 0, None, pulp.LpInteger)
                places.append(count)
                load.setdefault(host.name, []).append((count, cpu, memory))
                if on.get(host.name):
                    gone = pulp.LpVariable(f"g_{k}_{h}", 0)
                    problem += gone >= on[host.name] - count
                    cost.append(HOST / 10 * gone)
            missing = self._slack(pulp, cost, "desktops", f"{pool}@{cluster}", UNPLACED / 100)
            problem += pulp.lpSum(places) + missing == sum(on.values())
        return load

    def _room(
        self, pulp: Any, problem: Any, cost: list[Any], x: dict[tuple[str, str], Any], load: dict[str, Any]
    ) -> None:
        used: dict[str, tuple[Any, Any]] = {}
        size = {server.name: (server.cpu, server.memory_gb) for server in self.servers}
        strangers = [item for item in self.at.view.strangers if item.running]
        for _group, host in self.hosts:
            here = [(name, item) for (name, where), item in x.items() if where == host.name]
            others = load.get(host.name, [])
            fixed = [item for item in strangers if item.host == host.name]
            cpu = pulp.lpSum(size[n][0] * v for n, v in here) + pulp.lpSum(c * v for v, c, _ in others)
            memory = pulp.lpSum(size[n][1] * v for n, v in here) + pulp.lpSum(m * v for v, _, m in others)
            used[host.name] = cpu + sum(item.cpu for item in fixed), memory + sum(item.memory_gb for item in fixed)
            problem += used[host.name][0] <= host.cpu * CPU_RATIO
            problem += used[host.name][1] <= host.memory_gb
        for group in self.groups:
            hosts = [host for host in group.hosts if host.available]
            if len(hosts) < 2:
                continue  # nothing to restart on: the check says so
            cpu = pulp.lpSum(used[host.name][0] for host in hosts)
            memory = pulp.lpSum(used[host.name][1] for host in hosts)
            left_cpu = sum(host.cpu for host in hosts) - max(host.cpu for host in hosts)
            left_memory = sum(host.memory_gb for host in hosts) - max(host.memory_gb for host in hosts)
            short = self._slack(pulp, cost, "host-failure", group.name, SHORT)
            short_cpu = self._slack(pulp, cost, "host-failure (CPU)", group.name, SHORT)
            problem += memory <= left_memory - self.margin.get(group.name, 0.0) + short
            problem += cpu <= left_cpu * CPU_RATIO + short_cpu

    def _rules(self, pulp: Any, problem: Any, cost: list[Any], x: dict[tuple[str, str], Any]) -> None:
        names = {server.name for server in self.servers}

        def total(who: Iterable[str], **wanted: str) -> Any:
            members = set(who)
            return pulp.lpSum(
                item for (name, host), item in x.items()
                if name in members and all(getattr(self.where[host], key) == value for key, value in wanted.items())
            )  # fmt: skip

        def outside(who: Iterable[str], **wanted: str) -> int:
            """Count members that stand in no cluster of ours (physical servers): they do not move."""
            stands = [self.at.view.standing(name) for name in who if name not in names]
            return sum(s is not None and all(getattr(s, k) == v for k, v in wanted.items()) for s in stands)

        def at_least_one(rule: str, who: frozenset[str], **wanted: str) -> None:
            if who & names and not outside(who, **wanted):
                problem.addConstraint(total(who, **wanted) + self._slack(pulp, cost, rule, min(who), BENT) >= 1)

        sites = {group.site for group in self.groups}
        pairs = {frozenset((n, s.redundant_with)) for n, s in self.known.items() if s.redundant_with}
        pairs |= {frozenset((pair.first, pair.second)) for pair in self.at.city.servers.file_pairs}
        for pair in sorted(pairs, key=sorted):
            if not pair <= names:
                continue
            slack = self._slack(pulp, cost, "partners-apart", " + ".join(sorted(pair)), BENT)
            for site in sites:
                problem += total(pair, site=site) <= 1 + slack
            for _group, host in self.hosts:
                problem += pulp.lpSum(x[name, host.name] for name in pair if (name, host.name) in x) <= 1
        for group in sorted(set(self.at.partners.values()), key=sorted):
            if not group & names:
                continue
            important = [name for name in group if self.known[name].important]
            business = any(is_business(self.known[name]) for name in important)
            redundant = len(group) > 1 and (business or any(is_network(self.known[name]) for name in important))
            if business or redundant:
                at_least_one("important-on-iaas", group, form="iaas")
            if redundant or any(self.known[name].network_service for name in group):
                at_least_one("network-services-in-building", group, form="building")
            elif any(not MANAGEMENT.isdisjoint(self.known[name].services) for name in group):
                at_least_one("management-in-building", group, form="building")
        for number, system in self.at.city.systems.systems.items():
            if system.kept_at and system.servers and system.zone == self.zone:
                who = frozenset(system.servers)
                if who & names and not outside(who, site=system.kept_at):
                    slack = self._slack(pulp, cost, "kept-apart", number, BENT)
                    problem += total(who, site=system.kept_at) + slack >= 1

    def _slack(self, pulp: Any, cost: list[Any], rule: str, subject: str, price: float) -> Any:
        item = pulp.LpVariable(f"s_{len(self.slack)}", 0)
        self.slack.append((item, rule, subject))
        cost.append(price * item)
        return item

    def _moves(self, places: dict[str, tuple[str, str]]) -> Iterator[Move]:
        for server in self.servers:
            after = places.get(server.name)
            if after is None or ((server.host or after[1]) == after[1] and server.cluster == after[0]):
                continue
            before = self.at.view.groups.get(server.cluster)
            new = self.where[after[1]]
            kind = "start" if before is None else "site" if before.site != new.site else "cluster"
            kind = "host" if before is not None and before.name == new.name else kind
            yield Move(server.name, kind, (server.cluster, server.host), after)

    def _load(self, places: dict[str, tuple[str, str]], group: Group) -> list[Position]:
        """Return what stands in a cluster under a proposal, servers at their new hosts."""
        inside = [
            replace(server, cluster=group.name, host=places[server.name][1])
            for server in self.servers
            if places.get(server.name, ("",))[0] == group.name
        ]
        return inside + [
            replace(item, host="")
            for item in (*self.at.view.desktops.values(), *self.at.view.strangers)
            if item.cluster == group.name and item.running
        ]

    def _broken(self, proposal: Proposal) -> list[tuple[str, float]]:
        """Return clusters whose machines do not all restart although the sums fit, with the size that was left over."""
        keep = apart(self.at)
        short = {item.subject for item in proposal.bent if item.rule.startswith("host-failure")}
        found: list[tuple[str, float]] = []
        for group in self.groups:
            hosts = sum(host.available for host in group.hosts)
            machines = self._load(proposal.places, group)
            if hosts < 2 or group.name in short or not machines:
                continue
            worst = max(
                (f.memory_missing for f in failures(group, machines, keep) if f.verdict == "no-room"), default=0.0
            )
            if worst > 0:
                found.append((group.name, worst))
        return found

    def _explained(self, server: Position, places: dict[str, tuple[str, str]]) -> Unfit:
        """Return for each cluster of the zone why the server is not in it."""
        bars: list[Bar] = []
        partner = self.known[server.name].redundant_with or ""
        there = self.where[places[partner][1]].site if partner in places else ""
        for group in self.groups:
            barred = self._barred(server, group)
            hosts = [host for host in group.hosts if host.available]
            load = self._load(places, group)
            cpu = sum(h.cpu for h in hosts) * CPU_RATIO - sum(i.cpu for i in load)
            memory = sum(h.memory_gb for h in hosts) - sum(i.memory_gb for i in load)
            missing = (max(server.cpu - cpu, 0.0), max(server.memory_gb - memory, 0.0))
            if not hosts:
                bars.append(Bar(group.name, "host-failure", server.cpu, server.memory_gb))
            elif barred:
                largest = max(host.memory_gb for host in hosts)
                short = max(server.memory_gb - largest, 0.0) if barred == "host-failure" else 0.0
                bars.append(Bar(group.name, barred, 0.0, short))
            elif group.site == there:
                bars.append(Bar(group.name, "partners-apart", *missing))
            else:
                bars.append(Bar(group.name, "host-failure", *missing))
        return Unfit(server.name, server.cpu, server.memory_gb, tuple(bars))
