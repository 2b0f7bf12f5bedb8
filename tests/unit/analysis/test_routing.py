"""Routes of small networks against answers worked out by hand from the RFCs and the vendor's documents."""

from __future__ import annotations

import pytest

from network.analysis import compute
from network.analysis.state import NextHop, Port
from network.config.model import Prefix
from tests.unit.analysis.net import loopback, network, port, router, routes, state, vrf

OSPF = "router ospf 1\n network 0.0.0.0 255.255.255.255 area 0\n{}!"


def ospf(*lines: str) -> str:
    return OSPF.format("".join(f" {line}\n" for line in lines))


def triangle(*extra: str) -> list[str]:
    """Routers a, b, c in a triangle with loopbacks 1.1.1.1, 2.2.2.2, 3.3.3.3; a–b costs 10, the others 1."""
    return [
        router("a", loopback("1.1.1.1"), port(0, "10.0.12.1", 30, "ip ospf cost 10"), port(1, "10.0.13.1", 30), ospf()),
        router("b", loopback("2.2.2.2"), port(0, "10.0.12.2", 30, "ip ospf cost 10"), port(1, "10.0.23.1", 30), ospf()),
        router("c", loopback("3.3.3.3"), port(0, "10.0.13.2", 30), port(1, "10.0.23.2", 30), ospf(), *extra),
    ]


def test_ospf_takes_the_cheaper_detour() -> None:
    found = routes(state(*triangle()), "a")
    assert found["2.2.2.2/32"] == ("ospf", ("10.0.13.2",), 110, 3)
    assert found["3.3.3.3/32"] == ("ospf", ("10.0.13.2",), 110, 2)
    assert found["10.0.23.0/30"] == ("ospf", ("10.0.13.2",), 110, 2)


def test_ospf_shares_equal_paths_and_honours_maximum_paths() -> None:
    texts = [text.replace(" ip ospf cost 10\n", " ip ospf cost 2\n") for text in triangle()]
    assert routes(state(*texts), "a")["2.2.2.2/32"] == ("ospf", ("10.0.12.2", "10.0.13.2"), 110, 3)
    texts[0] = texts[0].replace("router ospf 1\n", "router ospf 1\n maximum-paths 1\n")
    assert len(routes(state(*texts), "a")["2.2.2.2/32"][1]) == 1


@pytest.mark.parametrize(
    ("side_a", "side_b", "up"),
    [
        ("", "", True),
        ("ip ospf hello-interval 5", "", False),
        ("ip ospf hello-interval 5", "ip ospf hello-interval 5", True),
        ("ip ospf dead-interval 60", "", False),
        ("mtu 1400", "", False),
        ("ip mtu 1400", "", False),
        ("mtu 9000\nip mtu 1500", "", True),
        ("mtu 1400\nip ospf mtu-ignore", "ip ospf mtu-ignore", True),
        ("ip ospf network point-to-point", "", False),
        ("ip ospf network point-to-point", "ip ospf network point-to-point", True),
        ("ip ospf priority 0", "ip ospf priority 0", False),
        ("ip ospf priority 0", "", True),
        ("ip ospf authentication message-digest\nip ospf message-digest-key 1 md5 one", "", False),
        ("shutdown", "", False),
    ],
)
def test_ospf_adjacency_needs_equal_parameters(side_a: str, side_b: str, up: bool) -> None:
    texts = [
        router("a", loopback("1.1.1.1"), port(0, "10.0.0.1", 30, *filter(None, side_a.split("\n"))), ospf()),
        router("b", loopback("2.2.2.2"), port(0, "10.0.0.2", 30, *filter(None, side_b.split("\n"))), ospf()),
    ]
    assert ("2.2.2.2/32" in routes(state(*texts), "a")) is up


def test_ospf_passive_interface_announces_but_does_not_peer() -> None:
    a = router("a", port(0, "10.0.0.1", 30), port(1, "10.1.0.1", 24), ospf("passive-interface GigabitEthernet0/1"))
    b = router("b", port(0, "10.0.0.2", 30), ospf())
    c = router("c", loopback("3.3.3.3"), port(0, "10.1.0.2", 24), ospf())
    found = state(a, b, c)
    assert routes(found, "b") == {"10.1.0.0/24": ("ospf", ("10.0.0.1",), 110, 2)}
    assert routes(found, "c") == {}


def test_ospf_reference_bandwidth_divides_by_bandwidth() -> None:
    a = router("a", port(0, "10.0.0.1", 30, "bandwidth 100000"), ospf("auto-cost reference-bandwidth 10000"))
    b = router("b", loopback("2.2.2.2"), port(0, "10.0.0.2", 30), ospf())
    assert routes(state(a, b), "a")["2.2.2.2/32"][3] == 10000 // 100 + 1


def areas(kind: str = "") -> list[str]:
    """r1 (area 1) – r2 (border) – r3 (area 0); r3 also redistributes a static route."""
    stub = f" area 1 {kind}\n" if kind else ""
    inner = stub.replace(" no-summary", "")
    return [
        router(
            "r1",
            loopback("1.1.1.1"),
            port(0, "10.0.12.1", 30),
            f"router ospf 1\n{inner} network 0.0.0.0 255.255.255.255 area 1\n!",
        ),
        router(
            "r2",
            port(0, "10.0.12.2", 30),
            port(1, "10.0.23.1", 30),
            f"router ospf 1\n{stub} network 10.0.12.0 0.0.0.3 area 1\n network 10.0.23.0 0.0.0.3 area 0\n!",
        ),
        router(
            "r3",
            loopback("3.3.3.3"),
            port(0, "10.0.23.2", 30),
            "ip route 172.16.0.0 255.255.0.0 Null0",
            ospf("redistribute static subnets"),
        ),
    ]


def test_ospf_inter_area_and_external() -> None:
    found = routes(state(*areas()), "r1")
    assert found["3.3.3.3/32"] == ("ospfIA", ("10.0.12.2",), 110, 3)
    assert found["172.16.0.0/16"] == ("ospfE2", ("10.0.12.2",), 110, 20)


def test_ospf_stub_area_gets_a_default_instead_of_externals() -> None:
    found = routes(state(*areas("stub")), "r1")
    assert "172.16.0.0/16" not in found
    assert found["0.0.0.0/0"] == ("ospfIA", ("10.0.12.2",), 110, 2)
    assert "3.3.3.3/32" in found


def test_ospf_totally_stubby_area_gets_only_the_default() -> None:
    assert routes(state(*areas("stub no-summary")), "r1") == {"0.0.0.0/0": ("ospfIA", ("10.0.12.2",), 110, 2)}


def test_ospf_nssa_lets_its_own_externals_out() -> None:
    texts = areas("nssa")
    texts[0] = (
        texts[0]
        .replace("router ospf 1\n", "router ospf 1\n redistribute static subnets\n")
        .replace("end\n", "ip route 172.31.0.0 255.255.0.0 Null0\nend\n")
    )
    found = state(*texts)
    assert routes(found, "r2")["172.31.0.0/16"] == ("ospfN2", ("10.0.12.1",), 110, 20)
    assert routes(found, "r3")["172.31.0.0/16"] == ("ospfE2", ("10.0.23.1",), 110, 20)
    assert "172.16.0.0/16" not in routes(found, "r1")


def test_ospf_area_range_hides_the_parts() -> None:
    texts = areas()
    texts[0] = texts[0].replace("1.1.1.1", "10.9.1.1")
    texts[1] = texts[1].replace("router ospf 1\n", "router ospf 1\n area 1 range 10.9.0.0 255.255.0.0\n")
    found = state(*texts)
    assert routes(found, "r3")["10.9.0.0/16"] == ("ospfIA", ("10.0.23.1",), 110, 3)
    assert "10.9.1.1/32" not in routes(found, "r3")
    assert routes(found, "r2")["10.9.0.0/16"][1] == ("Null0",)


@pytest.mark.parametrize(
    ("first", "second", "chosen"),
    [
        ("metric 10 metric-type 1", "metric 5 metric-type 2", "10.0.12.2"),  # type 1 before type 2
        ("metric 10 metric-type 2", "metric 20 metric-type 2", "10.0.12.2"),  # lower metric
        ("metric 20 metric-type 2", "metric 20 metric-type 2", "10.0.13.2"),  # equal: the nearer router
        ("metric 20 metric-type 1", "metric 20 metric-type 1", "10.0.13.2"),
        ("metric 11 metric-type 1", "metric 20 metric-type 1", "10.0.12.2"),  # 10 + 11 against 2 + 20
    ],
)
def test_ospf_external_comparison(first: str, second: str, chosen: str) -> None:
    texts = triangle("ip route 172.16.0.0 255.255.0.0 Null0")
    texts = [
        router("a", port(0, "10.0.12.1", 30, "ip ospf cost 10"), port(1, "10.0.13.1", 30, "ip ospf cost 2"), ospf()),
        router(
            "b",
            port(0, "10.0.12.2", 30),
            "ip route 172.16.0.0 255.255.0.0 Null0",
            ospf(f"redistribute static {first} subnets"),
        ),
        router(
            "c",
            port(0, "10.0.13.2", 30),
            "ip route 172.16.0.0 255.255.0.0 Null0",
            ospf(f"redistribute static {second} subnets"),
        ),
    ]
    assert routes(state(*texts), "a")["172.16.0.0/16"][1] == (chosen,)


def test_ospf_default_information_needs_a_default_unless_always() -> None:
    a = router("a", port(0, "10.0.0.1", 30), ospf("default-information originate"))
    b = router("b", port(0, "10.0.0.2", 30), ospf())
    assert "0.0.0.0/0" not in routes(state(a, b), "b")
    with_default = a.replace("end\n", "ip route 0.0.0.0 0.0.0.0 Null0\nend\n")
    assert routes(state(with_default, b), "b")["0.0.0.0/0"] == ("ospfE2", ("10.0.0.1",), 110, 1)
    always = a.replace("default-information originate", "default-information originate always metric 7 metric-type 1")
    assert routes(state(always, b), "b")["0.0.0.0/0"] == ("ospfE1", ("10.0.0.1",), 110, 8)


def test_redistributed_static_default_stays_home() -> None:
    a = router("a", port(0, "10.0.0.1", 30), "ip route 0.0.0.0 0.0.0.0 Null0", ospf("redistribute static subnets"))
    b = router("b", port(0, "10.0.0.2", 30), ospf())
    assert "0.0.0.0/0" not in routes(state(a, b), "b")


def test_redistribution_by_route_map_sets_and_filters() -> None:
    a = router(
        "a",
        port(0, "10.0.0.1", 30),
        "ip route 172.16.1.0 255.255.255.0 Null0 tag 7",
        "ip route 172.16.2.0 255.255.255.0 Null0",
        ospf("redistribute static subnets route-map M"),
        "route-map M deny 10\n match tag 7\n"
        "route-map M permit 20\n set metric 33\n set metric-type type-1\n set tag 9\n!",
    )
    b = router("b", port(0, "10.0.0.2", 30), ospf())
    found = state(a, b)
    assert routes(found, "b") == {"172.16.2.0/24": ("ospfE1", ("10.0.0.1",), 110, 34)}
    assert found.ribs["b", ""][Prefix(0xAC100200, 24)].tag == 9


def test_mutual_redistribution_with_tags_does_not_feed_back() -> None:
    middle = (
        "router ospf 1\n network 10.0.12.0 0.0.0.3 area 0\n redistribute ospf 2 subnets route-map T\n!\n"
        "router ospf 2\n network 10.0.23.0 0.0.0.3 area 0\n redistribute ospf 1 subnets route-map T\n!\n"
        "route-map T deny 5\n match tag 99\nroute-map T permit 10\n set tag 99\n!"
    )
    found = state(
        router("r1", loopback("1.1.1.1"), port(0, "10.0.12.1", 30), ospf()),
        router("r2", port(0, "10.0.12.2", 30), port(1, "10.0.23.1", 30), middle),
        router("r3", loopback("3.3.3.3"), port(0, "10.0.23.2", 30), ospf()),
    )
    assert found.unproved == ()
    assert routes(found, "r1")["3.3.3.3/32"][0] == "ospfE2"
    assert routes(found, "r3")["1.1.1.1/32"][0] == "ospfE2"


def test_distribute_list_in_keeps_a_route_out_of_one_table_only() -> None:
    texts = triangle()
    texts[0] = (
        texts[0]
        .replace("router ospf 1\n", "router ospf 1\n distribute-list prefix NO in\n")
        .replace(
            "end\n", "ip prefix-list NO seq 5 deny 2.2.2.2/32\nip prefix-list NO seq 10 permit 0.0.0.0/0 le 32\nend\n"
        )
    )
    found = state(*texts)
    assert "2.2.2.2/32" not in routes(found, "a")
    assert "2.2.2.2/32" in routes(found, "c")


# ---- static ---------------------------------------------------------------------------------------------------------


def test_static_prefers_distance_and_floats() -> None:
    a = router(
        "a",
        port(0, "10.0.0.1", 30),
        port(1, "10.0.1.1", 30),
        "ip route 172.16.0.0 255.255.0.0 10.0.0.2",
        "ip route 172.16.0.0 255.255.0.0 10.0.1.2 200",
    )
    assert routes(state(a), "a")["172.16.0.0/16"] == ("static", ("10.0.0.2",), 1, 0)
    down = a.replace(" ip address 10.0.0.1 255.255.255.252\n", " ip address 10.0.0.1 255.255.255.252\n shutdown\n")
    assert routes(state(down), "a")["172.16.0.0/16"] == ("static", ("10.0.1.2",), 200, 0)


def test_static_recursion_and_self_reference() -> None:
    a = router(
        "a",
        port(0, "10.0.0.1", 30),
        "ip route 172.16.0.0 255.255.0.0 192.0.2.1",
        "ip route 192.0.2.0 255.255.255.0 10.0.0.2",
        "ip route 198.51.100.0 255.255.255.0 198.51.100.1",
    )
    found = routes(state(a), "a")
    assert found["172.16.0.0/16"][1] == ("10.0.0.2",)
    assert "198.51.100.0/24" not in found


def test_static_leaks_between_vrfs() -> None:
    a = router(
        "a",
        vrf("kikan", "naibu"),
        port(0, "10.10.0.1", 24, vrf="kikan"),
        port(1, "10.20.0.1", 24, vrf="naibu"),
        port(2, "10.99.0.1", 24),
        "ip route vrf naibu 10.99.0.0 255.255.255.0 10.99.0.2 global",
        "ip route vrf naibu 10.10.0.0 255.255.255.0 GigabitEthernet0/0 10.10.0.9",
    )
    ribs = state(a).ribs
    assert ribs["a", "naibu"][Prefix(0x0A630000, 24)].next_hops == (NextHop("GigabitEthernet0/2", 0x0A630002, ""),)
    assert ribs["a", "naibu"][Prefix(0x0A0A0000, 24)].next_hops == (NextHop("GigabitEthernet0/0", 0x0A0A0009, "kikan"),)


def test_static_follows_its_track() -> None:
    a = router(
        "a",
        port(0, "10.0.0.1", 30),
        port(1, "10.0.1.1", 30),
        "track 1 interface GigabitEthernet0/1 line-protocol",
        "ip route 172.16.0.0 255.255.0.0 10.0.0.2 track 1",
    )
    assert "172.16.0.0/16" in routes(state(a), "a")
    down = a.replace(" ip address 10.0.1.1 255.255.255.252\n", " ip address 10.0.1.1 255.255.255.252\n shutdown\n")
    assert "172.16.0.0/16" not in routes(state(down), "a")


# ---- BGP ------------------------------------------------------------------------------------------------------------


def bgp(asn: int, *lines: str) -> str:
    return "\n".join([f"router bgp {asn}", *(f" {line}" for line in lines), "!"])


def test_ebgp_announces_networks() -> None:
    a = router(
        "a",
        port(0, "10.0.0.1", 30),
        port(1, "172.16.0.1", 24),
        bgp(65001, "neighbor 10.0.0.2 remote-as 65002", "network 172.16.0.0 mask 255.255.255.0"),
    )
    b = router("b", port(0, "10.0.0.2", 30), bgp(65002, "neighbor 10.0.0.1 remote-as 65001"))
    assert routes(state(a, b), "b") == {"172.16.0.0/24": ("bgp", ("10.0.0.1",), 20, 0)}
    wrong = b.replace("remote-as 65001", "remote-as 65009")
    assert routes(state(a, wrong), "b") == {}


def chain(*middle: str) -> list[str]:
    """a (65001) – b – c (65002 both, iBGP) ; a announces 172.16.0.0/24."""
    return [
        router(
            "a",
            port(0, "10.0.0.1", 30),
            port(1, "172.16.0.1", 24),
            bgp(65001, "neighbor 10.0.0.2 remote-as 65002", "network 172.16.0.0 mask 255.255.255.0"),
        ),
        router(
            "b",
            port(0, "10.0.0.2", 30),
            port(1, "10.0.1.1", 30),
            bgp(65002, "neighbor 10.0.0.1 remote-as 65001", "neighbor 10.0.1.2 remote-as 65002", *middle),
        ),
        router(
            "c",
            port(0, "10.0.1.2", 30),
            port(1, "10.0.2.1", 30),
            bgp(65002, "neighbor 10.0.1.1 remote-as 65002", "neighbor 10.0.2.2 remote-as 65002"),
        ),
        router("d", port(0, "10.0.2.2", 30), bgp(65002, "neighbor 10.0.2.1 remote-as 65002")),
    ]


def test_ibgp_needs_a_reachable_next_hop() -> None:
    assert "172.16.0.0/24" not in routes(state(*chain()), "c")
    found = routes(state(*chain("neighbor 10.0.1.2 next-hop-self")), "c")
    assert found["172.16.0.0/24"] == ("ibgp", ("10.0.1.1",), 200, 0)


def test_ibgp_is_passed_on_only_by_a_route_reflector() -> None:
    texts = chain("neighbor 10.0.1.2 next-hop-self")
    texts[3] = texts[3].replace("end\n", "ip route 10.0.1.0 255.255.255.252 10.0.2.1\nend\n")
    assert "172.16.0.0/24" not in routes(state(*texts), "d")
    texts[2] = texts[2].replace("!\nend", " neighbor 10.0.2.2 route-reflector-client\n!\nend")
    assert routes(state(*texts), "d")["172.16.0.0/24"] == ("ibgp", ("10.0.2.1",), 200, 0)


def diamond(
    b_lines: tuple[str, ...] = (), c_lines: tuple[str, ...] = (), d_lines: tuple[str, ...] = ()
) -> dict[str, tuple[str | None, ...]]:
    """d (65004) hears 172.16.0.0/24 of a (65001) through b (65002) and c (65003); return d's next hops."""
    found = state(
        router(
            "a",
            port(0, "10.0.1.1", 30),
            port(1, "10.0.2.1", 30),
            port(2, "172.16.0.1", 24),
            bgp(
                65001,
                "neighbor 10.0.1.2 remote-as 65002",
                "neighbor 10.0.2.2 remote-as 65003",
                "network 172.16.0.0 mask 255.255.255.0",
            ),
        ),
        router(
            "b",
            loopback("2.2.2.2"),
            port(0, "10.0.1.2", 30),
            port(1, "10.0.3.1", 30),
            bgp(65002, "neighbor 10.0.1.1 remote-as 65001", "neighbor 10.0.3.2 remote-as 65004", *b_lines),
            "route-map PRE permit 10\n set as-path prepend 65002 65002\n!",
            "route-map COMM permit 10\n set community 65002:7\n!",
            "route-map MED permit 10\n set metric 50\n!",
        ),
        router(
            "c",
            loopback("3.3.3.3"),
            port(0, "10.0.2.2", 30),
            port(1, "10.0.4.1", 30),
            bgp(65003, "neighbor 10.0.2.1 remote-as 65001", "neighbor 10.0.4.2 remote-as 65004", *c_lines),
        ),
        router(
            "d",
            port(0, "10.0.3.2", 30),
            port(1, "10.0.4.2", 30),
            bgp(65004, "neighbor 10.0.3.1 remote-as 65002", "neighbor 10.0.4.1 remote-as 65003", *d_lines),
            "route-map LP permit 10\n set local-preference 200\n!",
            "ip community-list standard C permit 65002:7",
            "ip as-path access-list 1 deny _65002_",
            "ip as-path access-list 1 permit .*",
            "route-map NOC deny 10\n match community C\nroute-map NOC permit 20\n!",
        ),
    )
    return {prefix: hops for prefix, (_, hops, _, _) in routes(found, "d").items()}


@pytest.mark.parametrize(
    ("b", "c", "d", "hop"),
    [
        ((), (), (), ("10.0.3.1",)),  # all equal: the lower router id (b)
        (("neighbor 10.0.3.2 route-map PRE out",), (), (), ("10.0.4.1",)),  # shorter AS path
        ((), (), ("neighbor 10.0.4.1 route-map LP in",), ("10.0.4.1",)),  # local preference
        (("neighbor 10.0.3.2 route-map PRE out",), (), ("neighbor 10.0.3.1 weight 5",), ("10.0.3.1",)),  # weight
        ((), (), ("neighbor 10.0.3.1 filter-list 1 in",), ("10.0.4.1",)),  # AS-path list
        (
            ("neighbor 10.0.3.2 route-map COMM out", "neighbor 10.0.3.2 send-community"),
            (),
            ("neighbor 10.0.3.1 route-map NOC in",),
            ("10.0.4.1",),
        ),
        (
            ("neighbor 10.0.3.2 route-map COMM out",),
            (),
            ("neighbor 10.0.3.1 route-map NOC in",),
            ("10.0.3.1",),
        ),  # not sent
        (
            ("neighbor 10.0.3.2 route-map MED out",),
            (),
            (),
            ("10.0.3.1",),
        ),  # MED of different neighbouring ASes: not compared
    ],
)
def test_bgp_choice(b: tuple[str, ...], c: tuple[str, ...], d: tuple[str, ...], hop: tuple[str, ...]) -> None:
    assert diamond(b, c, d)["172.16.0.0/24"] == hop


def test_bgp_loop_check_and_its_exceptions() -> None:
    def far(*lines: str, middle: tuple[str, ...] = ()) -> bool:
        found = state(
            router(
                "a",
                port(0, "10.0.0.1", 30),
                port(1, "172.16.0.1", 24),
                bgp(65001, "neighbor 10.0.0.2 remote-as 65002", "network 172.16.0.0 mask 255.255.255.0"),
            ),
            router(
                "b",
                port(0, "10.0.0.2", 30),
                port(1, "10.0.1.1", 30),
                bgp(65002, "neighbor 10.0.0.1 remote-as 65001", "neighbor 10.0.1.2 remote-as 65001", *middle),
            ),
            router("c", port(0, "10.0.1.2", 30), bgp(65001, "neighbor 10.0.1.1 remote-as 65002", *lines)),
        )
        return "172.16.0.0/24" in routes(found, "c")

    assert not far()
    assert far("neighbor 10.0.1.1 allowas-in 1")
    assert far(middle=("neighbor 10.0.1.2 as-override",))


def test_bgp_aggregate_summary_only() -> None:
    def seen(summary: str) -> set[str]:
        found = state(
            router(
                "a",
                port(0, "10.0.0.1", 30),
                port(1, "172.16.0.1", 24),
                port(2, "172.16.1.1", 24),
                bgp(
                    65001,
                    "neighbor 10.0.0.2 remote-as 65002",
                    "redistribute connected",
                    f"aggregate-address 172.16.0.0 255.255.0.0{summary}",
                ),
            ),
            router("b", port(0, "10.0.0.2", 30), bgp(65002, "neighbor 10.0.0.1 remote-as 65001")),
        )
        assert routes(found, "a")["172.16.0.0/16"] == ("aggregate", ("Null0",), 200, 0)
        return set(routes(found, "b"))

    assert seen("") == {"172.16.0.0/16", "172.16.0.0/24", "172.16.1.0/24"}
    assert seen(" summary-only") == {"172.16.0.0/16"}


def test_route_targets_leak_between_vrfs() -> None:
    def leaks(target: str) -> tuple[NextHop, ...] | None:
        definitions = (
            "vrf definition kikan\n rd 1:1\n address-family ipv4\n  route-target export 1:1\n exit-address-family\n!\n"
            f"vrf definition naibu\n rd 1:2\n address-family ipv4\n  route-target import {target}\n"
            " exit-address-family\n!"
        )
        a = router(
            "a",
            definitions,
            port(0, "10.10.0.1", 24, vrf="kikan"),
            port(1, "10.20.0.1", 24, vrf="naibu"),
            "router bgp 65001\n address-family ipv4 vrf kikan\n  redistribute connected\n exit-address-family\n"
            " address-family ipv4 vrf naibu\n exit-address-family\n!",
        )
        route = state(a).ribs["a", "naibu"].get(Prefix(0x0A0A0000, 24))
        return route.next_hops if route is not None else None

    assert leaks("1:1") == (NextHop("GigabitEthernet0/0", None, "kikan"),)
    assert leaks("1:9") is None


def test_redistribution_between_bgp_and_ospf() -> None:
    a = router(
        "a",
        port(0, "10.0.0.1", 30),
        port(1, "172.16.0.1", 24),
        bgp(65001, "neighbor 10.0.0.2 remote-as 65002", "network 172.16.0.0 mask 255.255.255.0"),
    )
    b = router(
        "b",
        port(0, "10.0.0.2", 30),
        port(1, "10.0.1.1", 30),
        "router ospf 1\n network 10.0.1.0 0.0.0.3 area 0\n redistribute bgp 65002 subnets\n!",
        bgp(65002, "neighbor 10.0.0.1 remote-as 65001", "redistribute ospf 1"),
    )
    c = router("c", loopback("3.3.3.3"), port(0, "10.0.1.2", 30), ospf())
    found = state(a, b, c)
    assert routes(found, "c")["172.16.0.0/24"] == ("ospfE2", ("10.0.1.1",), 110, 1)
    assert routes(found, "a")["3.3.3.3/32"] == ("bgp", ("10.0.0.2",), 20, 2)
    assert found.ribs["c", ""][Prefix(0xAC100000, 24)].tag == 65001


def test_an_unmodelled_peer_may_announce_what_its_filter_lets_in() -> None:
    a = router(
        "a",
        port(0, "10.0.0.1", 30),
        bgp(65001, "neighbor 10.0.0.2 remote-as 65002", "neighbor 10.0.0.2 prefix-list P in"),
        "ip prefix-list P seq 5 permit 198.51.100.0/24 le 26",
    )
    (unknown,) = state(a).unknown_routes["a", ""]
    assert (unknown.neighbour, unknown.ranges) == ("10.0.0.2", ((Prefix(0xC6336400, 24), 24, 26),))


def test_routing_without_an_answer_is_said_not_guessed() -> None:
    """Two border routers that each prefer the other's redistribution.

    Which one wins is a race (RFC 4277 calls it wedged).
    """

    def border(name: str, own: str, peer: str, inside: str) -> str:
        return router(
            name,
            port(0, own, 30),
            port(1, inside, 24),
            "router ospf 1\n network 10.9.0.0 0.0.0.255 area 0\n redistribute bgp 65002 subnets\n!",
            bgp(65002, f"neighbor {peer} remote-as 65001", "distance bgp 200 200 200"),
        )

    outside = router(
        "x",
        port(0, "10.0.1.1", 30),
        port(1, "10.0.2.1", 30),
        port(2, "172.16.0.1", 24),
        bgp(
            65001,
            "neighbor 10.0.1.2 remote-as 65002",
            "neighbor 10.0.2.2 remote-as 65002",
            "network 172.16.0.0 mask 255.255.255.0",
        ),
    )
    found = state(
        outside, border("p", "10.0.1.2", "10.0.1.1", "10.9.0.1"), border("q", "10.0.2.2", "10.0.2.1", "10.9.0.2")
    )
    assert any("172.16.0.0/24" in reason for reason in found.unproved)


# ---- first hop, replication, receive --------------------------------------------------------------------------------


def test_hsrp_active_is_the_highest_priority_that_is_up_and_tracked() -> None:
    def member(name: str, address: str, priority: int, uplink: str) -> str:
        return router(
            name,
            "track 1 interface GigabitEthernet0/1 line-protocol",
            port(
                0,
                address,
                24,
                "standby 1 ip 10.1.0.1",
                f"standby 1 priority {priority}",
                "standby 1 preempt",
                "standby 1 track 1 decrement 20",
            ),
            port(1, uplink, 30),
        )

    def active(*texts: str) -> Port | None:
        found = state(*texts)
        segment = found.topology.segments[found.topology.segment_of[Port("b", "GigabitEthernet0/0")]]
        (virtual,) = segment.virtuals
        assert segment.owners[0x0A010001] == virtual.active
        return virtual.active

    a, b = member("a", "10.1.0.2", 110, "10.2.0.1"), member("b", "10.1.0.3", 100, "10.3.0.1")
    assert active(a, b) == Port("a", "GigabitEthernet0/0")
    down = a.replace(" ip address 10.2.0.1 255.255.255.252\n", " ip address 10.2.0.1 255.255.255.252\n shutdown\n")
    assert active(down, b) == Port("b", "GigabitEthernet0/0")


def test_route_replicate_copies_between_vrfs() -> None:
    a = router(
        "a",
        "vrf definition kikan\n address-family ipv4\n exit-address-family\n!",
        "vrf definition naibu\n address-family ipv4\n  route-replicate from vrf kikan unicast connected\n"
        " exit-address-family\n!",
        port(0, "10.10.0.1", 24, vrf="kikan"),
        port(1, "10.20.0.1", 24, vrf="naibu"),
    )
    rib = state(a).ribs["a", "naibu"]
    assert rib[Prefix(0x0A0A0000, 24)].next_hops == (NextHop("GigabitEthernet0/0", None, "kikan"),)


def test_ipv6_connected_and_static_routes_are_there() -> None:
    a = router(
        "a",
        "ipv6 unicast-routing",
        "interface GigabitEthernet0/0\n ipv6 address 2001:db8:1::1/64\n!",
        "ipv6 route 2001:db8:2::/64 2001:db8:1::2",
    )
    rib = state(a).ribs["a", ""]
    kinds = {(p.length, r.protocol) for p, r in rib.items() if p.family == 6}
    assert (64, "connected") in kinds
    assert (64, "static") in kinds


def test_nothing_to_compute_is_an_empty_state() -> None:
    assert compute(network(router("a"))).ribs.get(("a", ""), {}) == {}


def test_bgp_takes_a_static_default_only_with_default_information() -> None:
    def default(extra: str) -> bool:
        a = router(
            "a",
            port(0, "10.0.0.1", 30),
            "ip route 0.0.0.0 0.0.0.0 Null0",
            bgp(65001, "neighbor 10.0.0.2 remote-as 65002", "redistribute static", *filter(None, [extra])),
        )
        b = router("b", port(0, "10.0.0.2", 30), bgp(65002, "neighbor 10.0.0.1 remote-as 65001"))
        return "0.0.0.0/0" in routes(state(a, b), "b")

    assert not default("")
    assert default("default-information originate")


def test_replicated_routes_are_not_redistributed_as_the_vrfs_own() -> None:
    a = router(
        "a",
        "vrf definition kikan\n address-family ipv4\n exit-address-family\n!",
        "vrf definition naibu\n address-family ipv4\n  route-replicate from vrf kikan unicast connected\n"
        " exit-address-family\n!",
        port(0, "10.10.0.1", 24, vrf="kikan"),
        port(1, "10.20.0.1", 30, vrf="naibu"),
        "router ospf 1 vrf naibu\n capability vrf-lite\n network 10.20.0.0 0.0.0.3 area 0\n"
        " redistribute connected subnets\n!",
    )
    b = router("b", port(0, "10.20.0.2", 30), ospf())
    assert "10.10.0.0/24" not in routes(state(a, b), "b")
