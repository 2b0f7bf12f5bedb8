"""Failures: a scenario computed from another equals the same scenario computed from nothing.

A sweep judges every one.
"""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bunri.messages import BunriError
from network.analysis import failures
from network.analysis.engine import Engine
from network.analysis.state import Element, State, changed_segments, changed_tables
from network.config.model import Cable, Snapshot
from tests.unit.analysis.city import snapshot as city
from tests.unit.analysis.net import loopback, network, port, router

SCALE = float(os.environ.get("BUNRI_TEST_SCALE", "1"))


def content(state: State) -> tuple[object, ...]:
    """Everything that a reader of a state can see, without the numbers of segments."""
    segments = sorted(
        (s.ports, s.edges, s.virtuals, s.crossings, tuple(sorted(s.owners.items())), tuple(sorted(s.vlans.items())))
        for s in state.topology.segments.values()
    )
    return segments, state.ribs, state.down, state.dead, state.standby, bool(state.unproved)


@pytest.fixture(scope="module")
def small_city() -> tuple[Engine, State]:
    engine = Engine(city(3, hall_access=2))
    return engine, engine.compute(frozenset())


def test_every_single_failure_of_a_city_equals_computing_it_from_nothing(small_city: tuple[Engine, State]) -> None:
    engine, base = small_city
    for element in failures.universe(engine):
        failed = frozenset({element})
        assert content(engine.compute(failed, base)) == content(engine._from_nothing(failed)), element


@settings(max_examples=int(60 * SCALE), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pairs_and_triples_of_a_city_equal_computing_them_from_nothing(
    small_city: tuple[Engine, State], data: st.DataObject
) -> None:
    engine, base = small_city
    elements = failures.universe(engine)
    chosen = data.draw(st.lists(st.sampled_from(elements), min_size=2, max_size=3, unique=True))
    first = engine.compute(frozenset(chosen[:1]), base)
    hint = engine.compute(frozenset(chosen[1:2]), base)
    both = engine.compute(frozenset(chosen[:2]), first, hint)
    assert content(both) == content(engine._from_nothing(frozenset(chosen[:2])))
    if len(chosen) == 3:
        assert content(engine.compute(frozenset(chosen), both)) == content(engine._from_nothing(frozenset(chosen)))


def random_network(seed: int) -> Snapshot:
    """A random graph of routers in up to three OSPF areas with statics, redistribution and an eBGP neighbour."""
    rng = random.Random(seed)
    count = rng.randint(3, 7)
    parts: dict[int, list[str]] = {n: [loopback(f"10.255.0.{n + 1}")] for n in range(count)}
    ports = dict.fromkeys(range(count), 0)
    cables = []
    networks: dict[int, list[str]] = {n: [f"network 10.255.0.{n + 1} 0.0.0.0 area 0"] for n in range(count)}
    pairs = [(n, rng.randrange(n)) for n in range(1, count)]
    pairs += [tuple(rng.sample(range(count), 2)) for _ in range(rng.randint(1, 4))]  # type: ignore[misc]
    several = rng.random() < 0.3
    for number, (one, two) in enumerate(pairs):
        area = rng.choice([0, 0, 1]) if several else 0
        names = []
        for end, node in ((1, one), (2, two)):
            more = [f"ip ospf cost {rng.choice([1, 1, 2, 5])}"]
            parts[node].append(port(ports[node], f"10.0.{number}.{end}", 30, *more))
            networks[node].append(f"network 10.0.{number}.{end} 0.0.0.0 area {area}")
            names.append(f"GigabitEthernet0/{ports[node]}")
            ports[node] += 1
        cables.append((f"r{one}", names[0], f"r{two}", names[1]))
    for node in range(count):
        lines = list(networks[node])
        if rng.random() < 0.4:
            metric = rng.choice(["", " metric 50", " metric-type 1"])
            lines.append(f"redistribute static{metric} subnets")
            target = rng.choice([f"10.0.{rng.randrange(len(pairs))}.{rng.choice([1, 2])}", "Null0"])
            parts[node].append(
                f"ip route 172.16.{rng.choice([1, 2])}.0 255.255.255.0 {target} {rng.choice(['', '250'])}"
            )
        if rng.random() < 0.3:
            parts[node].append("ip route 0.0.0.0 0.0.0.0 Null0")
            lines.append("default-information originate")
        parts[node].append("router ospf 1\n" + "\n".join(f" {line}" for line in lines) + "\n!")
    number = len(pairs)
    one, two = rng.sample(range(count), 2)
    for end, node, peer in ((1, one, 2), (2, two, 1)):
        parts[node].append(port(ports[node], f"10.0.{number}.{end}", 30))
        parts[node].append(
            f"router bgp {65000 + node}\n"
            f" neighbor 10.0.{number}.{peer} remote-as {65000 + (two if node == one else one)}\n"
            + (" redistribute ospf 1\n" if rng.random() < 0.5 else " redistribute static\n")
            + "!"
        )
        ports[node] += 1
    cables.append((f"r{one}", f"GigabitEthernet0/{ports[one] - 1}", f"r{two}", f"GigabitEthernet0/{ports[two] - 1}"))
    return network(*(router(f"r{n}", *parts[n]) for n in range(count)), cables=cables)


@settings(max_examples=int(400 * SCALE), deadline=None)
@given(seed=st.integers(0, 10**9), pick=st.integers(0, 10**6))
def test_random_networks_in_random_failures_equal_computing_from_nothing(seed: int, pick: int) -> None:
    engine = Engine(random_network(seed))
    base = engine.compute(frozenset())
    rng = random.Random(pick)
    chosen = rng.sample(failures.universe(engine), 2)
    first = engine.compute(frozenset(chosen[:1]), base)
    nothing = engine._from_nothing(frozenset(chosen[:1]))
    if not (first.unproved or nothing.unproved or base.unproved):
        assert content(first) == content(nothing)
        both = engine.compute(frozenset(chosen), first, engine.compute(frozenset(chosen[1:]), base))
        apart = engine._from_nothing(frozenset(chosen))
        if not (both.unproved or apart.unproved):
            assert content(both) == content(apart)


def test_what_a_failure_does_not_touch_is_the_same_object(small_city: tuple[Engine, State]) -> None:
    engine, base = small_city
    after = engine.compute(frozenset({Element("node", "coreacc1")}), base)
    assert {device for device, _ in changed_tables(base, after)} == {"coreacc1"}
    gone, new = changed_segments(base, after)
    assert gone
    # what hangs on that switch, and nothing of another site
    assert not any(node.startswith(("site", "bosai")) for s in (*gone, *new) for node in s.vlans)


class Counter:
    """A judge that reports what changed; picklable, as a sweep needs."""

    def __init__(self) -> None:
        self.prepared = False

    def prepare(self, base: State) -> None:
        self.prepared = not base.failures

    def __call__(self, base: State, state: State) -> tuple[bool, tuple[tuple[str, str], ...]]:
        assert self.prepared
        return bool(state.unproved), tuple(sorted(changed_tables(base, state)))


def test_a_sweep_of_singles_and_pairs_judges_all_and_derives_only_what_follows() -> None:
    engine = Engine(city(2, hall_access=1))
    base = engine.compute(frozenset())
    found = failures.sweep(base, 2, Counter(), jobs=1)
    elements = failures.universe(engine)
    classes = [e for e in elements if e not in found.same_as]
    singles = [o for o in found.outcomes if len(o.failures) == 1]
    pairs = [o for o in found.outcomes if len(o.failures) == 2]
    assert {e for o in singles for e in o.failures} == set(classes)
    assert len(pairs) + found.derived == len(classes) * (len(classes) - 1) // 2
    judged = {o.failures for o in pairs}
    rng = random.Random(5)
    for outcome in rng.sample(singles, 12):
        apart = engine._from_nothing(outcome.failures).ribs
        differ = tuple(sorted(k for k in base.ribs if base.ribs[k] != apart.get(k)))
        assert outcome.result == (False, differ)
    # a derived pair does exactly what its elements do alone
    alone = {next(iter(o.failures)): o.result[1] for o in singles}
    left = [
        frozenset((a, b)) for i, a in enumerate(classes) for b in classes[i + 1 :] if frozenset((a, b)) not in judged
    ]
    for pair in rng.sample(left, 25):
        one, two = sorted(pair)
        state = engine._from_nothing(pair)
        assert {k for k in base.ribs if base.ribs[k] != state.ribs.get(k)} == {*alone[one], *alone[two]}


def test_processes_and_a_dask_cluster_give_the_same_sweep() -> None:
    distributed = pytest.importorskip("distributed")
    base = Engine(city(2, hall_access=1)).compute(frozenset())
    alone = failures.sweep(base, 2, Counter(), jobs=1)
    several = failures.sweep(base, 2, Counter(), jobs=2)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        spread = failures.sweep(base, 2, Counter(), dask=cluster.scheduler_address)
    assert alone.outcomes == several.outcomes == spread.outcomes
    assert alone.same_as == several.same_as == spread.same_as


def test_a_duct_is_its_links_and_an_unknown_link_is_an_error() -> None:
    snapshot = city(2, hall_access=1)
    links = [
        link.name
        for link in Engine(snapshot).wiring.links
        if ":" in link.name and "site3:" in link.name and "core" in link.name
    ]
    assert len(links) == 2
    groups = failures.groups_of(snapshot, {}, {"duct 3": links})
    engine = Engine(snapshot, groups=groups)
    base = engine.compute(frozenset())
    duct = engine.compute(frozenset({Element("duct", "duct 3")}), base)
    pair = engine.compute(frozenset(Element("link", name) for name in links), base)
    assert content(duct) == content(pair)
    with pytest.raises(BunriError, match="ANA001"):
        failures.groups_of(snapshot, {"x": ["a:1 <-> b:2"]}, {})


def test_elements_that_cut_the_same_cables_are_one() -> None:
    a = router("a", port(0, "10.0.0.1", 30), port(1, "10.0.1.1", 30))
    snapshot = network(a, cables=[("a", "GigabitEthernet0/0", "pe", "eth0")])
    assert snapshot.cables == [Cable("a", "GigabitEthernet0/0", "pe", "eth0")]
    base = Engine(snapshot).compute(frozenset())
    found = failures.sweep(base, 1, Counter(), jobs=1)
    assert found.same_as == {Element("link", "a:GigabitEthernet0/0 <-> pe:eth0"): Element("node", "pe")}


def test_more_than_two_at_once_is_refused() -> None:
    base = Engine(network(router("a", port(0, "10.0.0.1", 30)))).compute(frozenset())
    with pytest.raises(BunriError, match="ANA002"):
        failures.sweep(base, 3, Counter(), jobs=1)
