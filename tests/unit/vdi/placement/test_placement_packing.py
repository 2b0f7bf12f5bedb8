"""Re-placing machines: against every possible placement of small clusters, and cases worked by hand."""

from __future__ import annotations

import itertools

from edits import plain_hosts
from hypothesis import given, settings
from hypothesis import strategies as st

from vdi.placement import packing
from vdi.placement.model import CPU_RATIO, Group, Position
from vdi.placement.packing import assign, failures, settled


def group(*sizes: tuple[str, int, float]) -> Group:
    return Group("c", "honcho", "kikan", "building", "v", plain_hosts(*sizes))


def machine(name: str, memory: float, host: str = "", cpu: int = 1) -> Position:
    return Position(name, "kikan", "honcho", "building", "c", host, cpu=cpu, memory_gb=memory)


def possible(hosts: tuple, machines: list[Position], apart: dict[str, frozenset[str]]) -> bool:
    """Return by trying every placement whether there is one: the oracle."""
    for places in itertools.product(hosts, repeat=len(machines)):
        at = dict(zip((m.name for m in machines), places, strict=True))
        fits = all(
            sum(m.memory_gb for m in machines if at[m.name] is host) <= host.memory_gb
            and sum(m.cpu for m in machines if at[m.name] is host) <= host.cpu * CPU_RATIO
            for host in hosts
        )
        if fits and not any(at[a] is at[b] for a, others in apart.items() for b in others if a in at and b in at):
            return True
    return False


sizes = st.lists(st.integers(1, 10), min_size=1, max_size=5)


@settings(max_examples=25, deadline=None)
@given(sizes, st.integers(4, 14), st.integers(2, 3), st.booleans())
def test_the_exact_answer_is_exact(memories: list[int], room: int, count: int, partners: bool) -> None:
    hosts = plain_hosts(*((f"h{n}", 2, room) for n in range(count)))
    machines = [machine(f"m{n}", size, cpu=2) for n, size in enumerate(memories)]
    apart = {"m0": frozenset({"m1"}), "m1": frozenset({"m0"})} if partners and len(machines) > 1 else {}
    found = assign(hosts, machines, apart)
    assert (found is not None) == possible(hosts, machines, apart)
    if found:
        for host in hosts:
            assert sum(m.memory_gb for m in machines if found[m.name] == host.name) <= host.memory_gb
            assert sum(m.cpu for m in machines if found[m.name] == host.name) <= host.cpu * CPU_RATIO
        assert all(found[a] != found[b] for a, others in apart.items() for b in others)


@settings(max_examples=25, deadline=None)
@given(sizes, st.integers(4, 14))
def test_a_host_failure_is_told_as_it_is(memories: list[int], room: int) -> None:
    known = group(("h0", 9, room), ("h1", 9, room), ("h2", 9, room))
    machines = [machine(f"m{n}", size) for n, size in enumerate(memories)]
    start, left = settled(known, machines, {})
    if left:
        return
    placed = [machine(m.name, m.memory_gb, start.at[m.name]) for m in machines]
    for failure in failures(known, placed, {}):
        rest = tuple(host for host in known.hosts if host.name != failure.host)
        assert (failure.verdict == "no-room") == (not possible(rest, placed, {}))
        if failure.verdict == "restarts":
            after = {m.name: m.host for m in placed} | dict(failure.moved)
            assert set(dict(failure.moved)) == {m.name for m in placed if m.host == failure.host}
            assert all(sum(m.memory_gb for m in placed if after[m.name] == h.name) <= h.memory_gb for h in rest)


def test_room_in_pieces_needs_moves() -> None:
    known = group(("h0", 9, 10), ("h1", 9, 10), ("h2", 9, 10))
    placed = [machine("a", 6, "h0"), machine("b", 4, "h1"), machine("c", 4, "h2"), machine("d", 5, "h1")]
    verdicts = {f.host: f.verdict for f in failures(known, placed, {})}
    # h2 has 6 left for a; h1's b (4) and d (5) need a place each: b beside a, d beside c.
    assert verdicts == {"h0": "restarts", "h1": "restarts", "h2": "restarts"}
    tight = [machine("a", 6, "h0"), machine("b", 3, "h1"), machine("c", 5, "h2"), machine("d", 5, "h1")]
    verdicts = {f.host: f for f in failures(known, tight, {})}
    assert verdicts["h0"].verdict == "needs-moves"
    assert {name for name, _ in verdicts["h0"].moved} >= {"a"}


def test_too_little_memory_says_how_much() -> None:
    known = group(("h0", 9, 10), ("h1", 9, 10))
    failure = failures(known, [machine("a", 8, "h0"), machine("b", 8, "h1")], {})[0]
    assert (failure.verdict, failure.stranded, failure.memory_missing) == ("no-room", ("a",), 6.0)


def test_too_few_processors_say_how_many() -> None:
    known = group(("h0", 1, 99), ("h1", 1, 99))
    failure = failures(known, [machine("a", 1, "h0", cpu=3), machine("b", 1, "h1", cpu=3)], {})[0]
    assert (failure.verdict, failure.cpu_missing) == ("no-room", 2.0)


def test_partners_restart_together_rather_than_not_at_all() -> None:
    known = group(("h0", 9, 10), ("h1", 9, 10))
    apart = {"a": frozenset({"b"}), "b": frozenset({"a"})}
    verdicts = {f.verdict for f in failures(known, [machine("a", 2, "h0"), machine("b", 2, "h1")], apart)}
    assert verdicts == {"together"}


def test_a_host_in_maintenance_takes_nothing() -> None:
    from dataclasses import replace

    known = group(("h0", 9, 10), ("h1", 9, 10), ("h2", 9, 10))
    known = replace(known, hosts=(*known.hosts[:2], replace(known.hosts[2], available=False)))
    rows = failures(known, [machine("a", 8, "h0"), machine("b", 8, "h1")], {})
    assert [(f.host, f.verdict) for f in rows] == [("h0", "no-room"), ("h1", "no-room")]


def test_out_of_time_is_said_to_be_undecided(monkeypatch) -> None:
    def tired(*_args: object) -> None:
        raise packing.UndecidedError("time")

    monkeypatch.setattr(packing, "assign", tired)
    known = group(("h0", 9, 10), ("h1", 9, 10))
    failure = failures(known, [machine("a", 8, "h0"), machine("b", 8, "h1")], {})[0]
    assert (failure.verdict, failure.stranded) == ("undecided", ("a",))
