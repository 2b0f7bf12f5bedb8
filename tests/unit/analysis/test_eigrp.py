"""EIGRP against values worked by hand from the metric formulas (RFC 7868, 5.5 and 5.6) and the vendor's defaults."""

from __future__ import annotations

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
