"""The simulator against cases worked by hand from the RFCs and vendor documents: an oracle must be right first."""

from __future__ import annotations

import pytest

from tests.oracle.layer2 import Edge
from tests.oracle.net import (
    Entry,
    Firewall,
    FirewallInterface,
    FirewallPolicy,
    Interface,
    Network,
    OspfProcess,
    Packet,
    Redistribution,
    Router,
    Service,
    Span,
    Static,
    Vrf,
    ip,
    net,
)
from tests.oracle.simulate import Sessions, Simulator, matches


def router(network: Network, name: str, *interfaces: tuple[str, str, int]) -> Router:
    """Add a router with routed ports: (name, address/length, OSPF cost)."""
    box = Router(name)
    for port, address, cost in interfaces:
        value, length = address.split("/")
        box.add(Interface(port, "routed", address=ip(value), length=int(length), cost=cost))
    network.devices[name] = box
    return box


def ospf(box: Router, number: int, areas: dict[str, int] | None = None) -> OspfProcess:
    process = OspfProcess(1, "", number)
    for name, own in box.interfaces.items():
        assert own.address is not None
        process.networks.append((net(f"{_dotted(own.address)}/32"), (areas or {}).get(name, 0)))
    box.ospf.append(process)
    return process


def _dotted(value: int) -> str:
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def diamond() -> Network:
    """a – b – d and a – c – d, the LAN 10.9.0.0/24 behind d."""
    network = Network()
    ospf(router(network, "a", ("p1", "10.0.1.1/30", 10), ("p2", "10.0.2.1/30", 10)), 1)
    ospf(router(network, "b", ("p1", "10.0.1.2/30", 10), ("p2", "10.0.3.1/30", 10)), 2)
    ospf(router(network, "c", ("p1", "10.0.2.2/30", 10), ("p2", "10.0.4.1/30", 10)), 3)
    ospf(router(network, "d", ("p1", "10.0.3.2/30", 10), ("p2", "10.0.4.2/30", 10), ("lan", "10.9.0.1/24", 5)), 4)
    network.cables = [
        (("a", "p1"), ("b", "p1")),
        (("a", "p2"), ("c", "p1")),
        (("b", "p2"), ("d", "p1")),
        (("c", "p2"), ("d", "p2")),
    ]
    return network


def test_equal_paths_are_all_used_and_costs_add_up() -> None:
    route = Simulator(diamond()).routing.tables["a", ""][net("10.9.0.0/24")]
    assert (route.protocol, route.metric) == ("ospf", 25)
    assert {(hop.interface, hop.address) for hop in route.hops} == {("p1", ip("10.0.1.2")), ("p2", ip("10.0.2.2"))}


def test_a_cut_cable_leaves_the_other_path() -> None:
    network = diamond()
    route = Simulator(network, frozenset([network.cables[0]])).routing.tables["a", ""][net("10.9.0.0/24")]
    assert [hop.interface for hop in route.hops] == ["p2"]


def test_intra_area_beats_cheaper_inter_area() -> None:
    """RFC 2328, 16.2: d is in area 1 with a over c (cost 30); the way over the backbone costs less and is not used."""
    network = diamond()
    for name, areas in {"a": {"p2": 1}, "b": {}, "c": {"p1": 1, "p2": 1}, "d": {"p2": 1, "lan": 1}}.items():
        box = network.devices[name]
        assert isinstance(box, Router)
        box.ospf.clear()
        ospf(box, ord(name), areas)
    box = network.devices["c"]
    assert isinstance(box, Router)
    box.interfaces["p2"].cost = 15
    route = Simulator(network).routing.tables["a", ""][net("10.9.0.0/24")]
    assert (route.protocol, route.metric, [hop.interface for hop in route.hops]) == ("ospf", 30, ["p2"])


@pytest.mark.parametrize(("kinds", "winner"), [((2, 2), "p2"), ((1, 2), "p1"), ((2, 1), "p2")])
def test_external_routes_prefer_type_1_then_metric(kinds: tuple[int, int], winner: str) -> None:
    """b tells metric 20, c metric 10: of two type 2 the smaller metric wins; type 1 wins always (RFC 2328, 16.4)."""
    network = diamond()
    for name, kind, metric in (("b", kinds[0], 20), ("c", kinds[1], 10)):
        box = network.devices[name]
        assert isinstance(box, Router)
        box.statics.append(Static("", net("172.16.0.0/16"), interface="Null0"))
        box.ospf[0].redistribute.append(Redistribution("static", metric, kind))  # type: ignore[arg-type]
    route = Simulator(network).routing.tables["a", ""][net("172.16.0.0/16")]
    assert [hop.interface for hop in route.hops] == [winner]


def test_different_masks_make_no_neighbours_unless_point_to_point() -> None:
    network = Network()
    a = router(network, "a", ("p", "10.0.1.1/30", 10))
    b = router(network, "b", ("p", "10.0.1.2/29", 10), ("lan", "10.9.0.1/24", 1))
    network.cables = [(("a", "p"), ("b", "p"))]
    ospf(a, 1)
    ospf(b, 2)
    assert net("10.9.0.0/24") not in Simulator(network).routing.tables["a", ""]
    a.interfaces["p"].point_to_point = b.interfaces["p"].point_to_point = True
    assert net("10.9.0.0/24") in Simulator(network).routing.tables["a", ""]


def test_a_floating_static_route_waits() -> None:
    network = Network()
    box = router(network, "a", ("p1", "10.0.1.1/30", 1), ("p2", "10.0.2.1/30", 1))
    box.statics += [
        Static("", net("10.9.0.0/16"), next_hop=ip("10.0.1.2")),
        Static("", net("10.9.0.0/16"), next_hop=ip("10.0.2.2"), distance=200),
    ]
    assert [h.interface for h in Simulator(network).routing.tables["a", ""][net("10.9.0.0/16")].hops] == ["p1"]
    box.interfaces["p1"].shutdown = True
    assert [h.interface for h in Simulator(network).routing.tables["a", ""][net("10.9.0.0/16")].hops] == ["p2"]


@pytest.mark.parametrize(
    ("entry", "packet", "matched"),
    [
        (Entry(True, "ip"), Packet(47, 1, 2), True),
        (Entry(True, "tcp", dport=Span("eq", 443)), Packet(6, 1, 2, 5, 443), True),
        (Entry(True, "tcp", dport=Span("gt", 443)), Packet(6, 1, 2, 5, 443), False),
        (Entry(True, "tcp", dport=Span("range", 440, 443)), Packet(6, 1, 2, 5, 443), True),
        (Entry(True, "tcp", established=True), Packet(6, 1, 2, 5, 443), False),
        (Entry(True, "tcp", established=True), Packet(6, 1, 2, 5, 443, True), True),
        (Entry(True, "udp"), Packet(6, 1, 2), False),
        (Entry(True, "ip", (ip("10.0.0.1"), 0xFE)), Packet(1, ip("10.0.0.77"), 2), True),
        (Entry(True, "ip", (ip("10.0.0.1"), 0xFE)), Packet(1, ip("10.0.0.78"), 2), False),
    ],
)
def test_access_list_lines(entry: Entry, packet: Packet, matched: bool) -> None:
    assert matches(entry, packet) is matched


def switch(network: Network, name: str, *ports: Interface) -> Router:
    box = Router(name, vlans={10, 20, 99})
    for port in ports:
        box.add(port)
    network.devices[name] = box
    return box


def test_native_vlan_mismatch_joins_two_vlans() -> None:
    network = Network()
    both = frozenset({10, 20})
    switch(network, "s1", Interface("t", "trunk", allowed=both, native=10), Interface("a", "access", vlan=10))
    switch(network, "s2", Interface("t", "trunk", allowed=both, native=20), Interface("b", "access", vlan=20))
    network.cables = [(("s1", "t"), ("s2", "t"))]
    _, edges = Simulator(network).wiring.heard_from_edge("s1", "a", None)
    assert Edge("s2", "b", 20) in edges
    s2 = network.devices["s2"]
    assert isinstance(s2, Router)
    s2.interfaces["t"].allowed = frozenset({10})
    _, edges = Simulator(network).wiring.heard_from_edge("s1", "a", None)
    assert Edge("s2", "b", 20) not in edges


def test_an_access_port_drops_tagged_frames_and_an_svi_needs_a_live_port() -> None:
    network = Network()
    box = switch(
        network,
        "s1",
        Interface("a", "access", vlan=10),
        Interface("Vlan10", "svi", vlan=10, address=ip("10.0.0.1"), length=24),
    )
    simulator = Simulator(network)
    assert simulator.wiring.heard_from_edge("s1", "a", 10) == (frozenset(), frozenset())
    assert simulator.wiring.up("s1", "Vlan10")
    box.interfaces["a"].shutdown = True
    assert not Simulator(network).wiring.up("s1", "Vlan10")


def test_the_virtual_address_moves_when_the_active_router_dies() -> None:
    network = Network()
    for name, priority in (("s1", 110), ("s2", 100)):
        hsrp = (1, ip("10.0.0.1"), priority)
        last = 2 if name == "s1" else 3
        switch(
            network,
            name,
            Interface("t", "trunk", allowed=frozenset({10})),
            Interface("a", "access", vlan=10),
            Interface("Vlan10", "svi", vlan=10, address=ip(f"10.0.0.{last}"), length=24, hsrp=hsrp),
        )
    network.cables = [(("s1", "t"), ("s2", "t"))]
    assert Simulator(network).active("s1", "Vlan10")
    assert not Simulator(network).active("s2", "Vlan10")
    assert Simulator(network, frozenset(["s1"])).active("s2", "Vlan10")


def test_a_static_route_leaks_between_vrfs() -> None:
    network = Network(zones=["red", "blue"])
    box = router(network, "r", ("red", "10.1.0.1/24", 1), ("blue", "10.2.0.1/24", 1))
    box.vrfs = {name: Vrf(name, "") for name in ("red", "blue")}
    for name in ("red", "blue"):
        box.interfaces[name].vrf = name
    packet = Packet(6, ip("10.1.0.9"), ip("10.2.0.9"), 1024, 80)
    assert {fate.kind for fate in Simulator(network).fates("r", "red", packet)} == {"dropped"}
    box.statics.append(Static("red", net("10.2.0.0/24"), next_hop=ip("10.2.0.9"), interface="blue"))
    fates = Simulator(network).fates("r", "red", packet)
    assert {(fate.kind, fate.interface) for fate in fates} == {("delivered", "blue")}


def test_a_firewall_lets_replies_back_and_nothing_else() -> None:
    network = Network()
    box = Firewall("f")
    for number, name in ((1, "in"), (2, "out")):
        box.interfaces[name] = FirewallInterface(name, name, 0, ip(f"10.{number}.0.1"), 24)
    box.services["web"] = Service("web", tcp=[(80, 80)])
    box.policies.append(FirewallPolicy(1, ["in"], ["out"], ["all"], ["all"], ["web"]))
    network.devices["f"] = box
    simulator = Simulator(network)
    sessions = Sessions()
    there = Packet(6, ip("10.1.0.9"), ip("10.2.0.9"), 1024, 80)

    def kinds(interface: str, packet: Packet) -> set[str]:
        return {fate.kind for fate in simulator.fates("f", interface, packet, sessions)}

    assert kinds("out", there.reply()) == {"dropped"}
    assert kinds("in", there) == {"delivered"}
    assert kinds("out", there.reply()) == {"delivered"}
    assert kinds("in", there._replace(dport=81)) == {"dropped"}
    assert kinds("in", there._replace(src=ip("10.2.0.77"))) == {"dropped"}  # reverse path
