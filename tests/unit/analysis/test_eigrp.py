"""EIGRP against values worked by hand from the metric formulas (RFC 7868, 5.5 and 5.6) and the vendor's defaults."""

from __future__ import annotations

import heapq
import os
import random

import pytest

from network.analysis import compute
from network.analysis.state import Element
from tests.unit.analysis.net import loopback, network, port, router, routes, state, vrf

CLASSIC = "router eigrp 10\n network 10.0.0.0\n!"
NAMED = "router eigrp CITY\n address-family ipv4 unicast autonomous-system 10\n  network 10.0.0.0\n!"


def line(process: str, *middle: str) -> list[str]:
    """Return r1 - r2 - r3 in a row, with loopbacks on both ends."""
    return [
        router("r1", loopback("10.0.0.1"), port(1, "10.1.12.1", 30, *middle), process),
        router("r2", port(1, "10.1.12.2", 30), port(2, "10.1.23.1", 30), process),
        router("r3", loopback("10.0.0.3"), port(1, "10.1.23.2", 30), process),
    ]


def test_classic_metric_of_a_loopback_over_one_and_two_gigabit_links():
    found = state(*line(CLASSIC))
    # 256 * (10**7 / 10**6 + (5000 + 10) / 10) and one more link of 10 microseconds
    assert routes(found, "r2")["10.0.0.3/32"] == ("eigrp", ("10.1.23.2",), 90, 130816)
    assert routes(found, "r1")["10.0.0.3/32"] == ("eigrp", ("10.1.12.2",), 90, 131072)
    assert routes(found, "r1")["10.1.23.0/30"] == ("eigrp", ("10.1.12.2",), 90, 3072)


def test_wide_metric_of_a_named_process():
    # (65536 * 10**7 / 10**6 + 65536 * (1250000 + 10**7) / 10**6) / 128
    assert routes(state(*line(NAMED)), "r2")["10.0.0.3/32"] == ("eigrp", ("10.1.23.2",), 90, 10880)


def test_bandwidth_and_delay_of_the_interface_count_on_the_way_in():
    # the lowest bandwidth is r1's own interface: 256 * (10**7 // 56 + (5000 + 10) / 10 + 2000)
    found = state(*line(CLASSIC, "bandwidth 56", "delay 2000"))
    assert routes(found, "r1")["10.0.0.3/32"][3] == 256 * (10**7 // 56 + 501 + 2000)


SQUARE = [
    router("r1", port(1, "10.1.12.1", 30), port(2, "10.1.13.1", 30), CLASSIC),
    router("r2", port(1, "10.1.12.2", 30), port(2, "10.1.24.1", 30), CLASSIC),
    router("r3", port(1, "10.1.13.2", 30), port(2, "10.1.34.1", 30), CLASSIC),
    router("r4", loopback("10.0.0.4"), port(1, "10.1.24.2", 30), port(2, "10.1.34.2", 30), CLASSIC),
]


def test_equal_paths_share_and_a_failure_leaves_the_other():
    snapshot = network(*SQUARE)
    found = compute(snapshot)
    assert routes(found, "r1")["10.0.0.4/32"][1] == ("10.1.12.2", "10.1.13.2")
    after = compute(snapshot, frozenset({Element("node", "r2")}), base=found)
    assert routes(after, "r1")["10.0.0.4/32"][1] == ("10.1.13.2",)
    assert routes(after, "r1") == routes(compute(snapshot, frozenset({Element("node", "r2")})), "r1")


def test_a_worse_path_is_taken_only_when_the_better_one_fails():
    slow = [text.replace("10.1.12.1 255.255.255.252", "10.1.12.1 255.255.255.252\n delay 100") for text in SQUARE]
    snapshot = network(*slow)
    found = compute(snapshot)
    assert routes(found, "r1")["10.0.0.4/32"][1] == ("10.1.13.2",)
    after = compute(snapshot, frozenset({Element("node", "r3")}), base=found)
    assert routes(after, "r1")["10.0.0.4/32"] == ("eigrp", ("10.1.12.2",), 90, 256 * (10 + 500 + 1 + 100))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("passive-interface GigabitEthernet0/1", "passive"),
        ("no network 10.0.0.0", "not covered"),
    ],
)
def test_no_neighbour_on_a_passive_or_uncovered_interface(change, text):
    texts = line(CLASSIC)
    texts[0] = texts[0].replace(" network 10.0.0.0\n", f" network 10.0.0.0\n {change}\n")
    found = state(*texts)
    assert "10.0.0.3/32" not in routes(found, "r1"), text
    # a passive subnet is still told to others
    assert ("10.0.0.1/32" in routes(found, "r2")) is False


def test_other_autonomous_system_and_other_vrf_are_no_neighbours():
    texts = line(CLASSIC)
    texts[2] = texts[2].replace("router eigrp 10", "router eigrp 20")
    assert "10.0.0.3/32" not in routes(state(*texts), "r2")
    process = "router eigrp 10\n address-family ipv4 vrf red autonomous-system 10\n  network 10.0.0.0\n!"
    red = [
        router("a", vrf("red"), loopback("10.0.0.1", vrf="red"), port(1, "10.1.12.1", 30, vrf="red"), process),
        router("b", vrf("red"), port(1, "10.1.12.2", 30, vrf="red"), process),
    ]
    assert routes(state(*red), "b", "red")["10.0.0.1/32"][3] == 130816


def test_redistributed_connected_routes_are_external_and_lose_to_internal_ones():
    texts = line(CLASSIC)
    texts[2] = texts[2].replace("router eigrp 10\n", "router eigrp 10\n redistribute connected\n")
    texts[2] = texts[2].replace("end\n", port(9, "192.168.9.1", 24) + "\nend\n")
    found = state(*texts)
    assert routes(found, "r2")["192.168.9.0/24"] == ("eigrp-ex", ("10.1.23.2",), 170, 3072)
    assert routes(found, "r2")["10.0.0.3/32"][0] == "eigrp"


def test_a_static_route_wins_and_is_not_told_on():
    texts = line(CLASSIC)
    texts[1] = texts[1].replace("end\n", "ip route 10.0.0.3 255.255.255.255 10.1.23.2\nend\n")
    found = state(*texts)
    assert routes(found, "r2")["10.0.0.3/32"][0] == "static"
    assert "10.0.0.3/32" not in routes(found, "r1")


def test_eigrp_goes_into_ospf():
    texts = [
        router("r1", loopback("10.0.0.1"), port(1, "10.1.12.1", 30), CLASSIC),
        router(
            "r2",
            port(1, "10.1.12.2", 30),
            port(2, "172.16.23.1", 30),
            CLASSIC,
            "router ospf 1\n redistribute eigrp 10 subnets\n network 172.16.0.0 0.0.255.255 area 0\n!",
        ),
        router("r3", port(1, "172.16.23.2", 30), "router ospf 1\n network 172.16.0.0 0.0.255.255 area 0\n!"),
    ]
    found = routes(state(*texts), "r3")
    assert found["10.0.0.1/32"] == ("ospfE2", ("172.16.23.1",), 110, 20)
    assert found["10.1.12.0/30"] == ("ospfE2", ("172.16.23.1",), 110, 20)


@pytest.mark.parametrize(
    "more",
    [
        "eigrp stub",
        "variance 2",
        "auto-summary",
        "redistribute static",
        "redistribute ospf 1 metric 1 1 1 1 1",
        "distribute-list 1 in",
        "metric weights 0 1 1 1 0 0",
    ],
)
def test_what_is_not_computed_blocks(more):
    device = network(router("r1", port(1, "10.1.12.1", 30), f"router eigrp 10\n network 10.0.0.0\n {more}\n!")).devices
    assert device["r1"].unmodelled
    plain = network(router("r1", port(1, "10.1.12.1", 30), CLASSIC)).devices
    assert not plain["r1"].unmodelled


SEEDS = range(6 * int(os.environ.get("BUNRI_TEST_SCALE", "1")))


def nearest(
    routers: int, links: list[tuple[int, int]], delay: dict[tuple[int, int], int], target: int
) -> dict[int, int]:
    """Return each router's least sum of outgoing delays to ``target`` (Dijkstra, against the links' direction)."""
    found = {target: 0}
    queue = [(0, target)]
    while queue:
        so_far, here = heapq.heappop(queue)
        if so_far > found[here]:
            continue
        for number, ends in enumerate(links):
            if here in ends:
                other = ends[0] if ends[1] == here else ends[1]
                length = so_far + delay.get((other, number), 10**9)
                if other < routers and length < found.get(other, 10**9):
                    found[other] = length
                    heapq.heappush(queue, (length, other))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_random_networks_agree_with_shortest_paths_in_every_node_failure(seed):
    rnd = random.Random(seed)
    size = rnd.randint(4, 6)
    links = [(one, rnd.randrange(one)) for one in range(1, size)]
    for _ in range(rnd.randint(1, 4)):
        one, two = rnd.sample(range(size), 2)
        if (one, two) not in links and (two, one) not in links:
            links.append((one, two))
    parts = {number: [loopback(f"10.0.0.{number + 1}")] for number in range(size)}
    delay: dict[tuple[int, int], int] = {}
    for number, ends in enumerate(links):
        for host, who in enumerate(ends, 1):
            delay[who, number] = rnd.choice([1, 10, 100])
            parts[who].append(port(len(parts[who]), f"10.1.{number}.{host}", 30, f"delay {delay[who, number]}"))
    named = rnd.random() < 0.4
    process = NAMED if named else CLASSIC
    snapshot = network(*(router(f"r{number}", *parts[number], process) for number in range(size)))
    base = compute(snapshot)
    for dead in (None, *range(size)):
        failures = frozenset() if dead is None else frozenset({Element("node", f"r{dead}")})
        after = compute(snapshot, failures, base=base)
        assert after.ribs == compute(snapshot, failures).ribs
        live = {key: value for key, value in delay.items() if dead not in links[key[1]]}
        for target in range(size):
            if target == dead:
                continue
            ways = nearest(size, links, live, target)
            for here in set(range(size)) - {target, dead}:
                held = routes(after, f"r{here}").get(f"10.0.0.{target + 1}/32")
                if ways.get(here, 10**9) >= 10**9:
                    assert held is None
                    continue
                wide = (655360 + (ways[here] * 10**7 + 1250000) * 65536 // 10**6) // 128
                assert held is not None
                assert held[3] == (wide if named else 256 * (10 + 500 + ways[here]))


def test_an_eigrp_neighbour_without_configuration_may_announce_anything():
    alone = network(
        router("r1", port(1, "10.1.12.1", 30), port(2, "10.1.13.1", 30), CLASSIC),
        cables=[("r1", "GigabitEthernet0/1", "carrier", "eth0"), ("r1", "GigabitEthernet0/2", "host", "eth0")],
    )
    unknown = compute(alone).unknown_routes["r1", ""]
    assert {(one.protocol, one.neighbour) for one in unknown} == {("eigrp", "carrier"), ("eigrp", "host")}
