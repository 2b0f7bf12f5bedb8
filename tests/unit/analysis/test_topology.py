"""Broadcast domains: what shares a wire, where VLANs cross, what stays up."""

from __future__ import annotations

import pytest

from network.analysis import compute
from network.analysis.state import Element, Port, Segment, State
from network.config.model import HighAvailability, Interface, Source
from tests.unit.analysis.net import network, port, router, state

CABLE = ("a", "GigabitEthernet1/0/1", "b", "GigabitEthernet1/0/1")
LINK = Element("link", "a:GigabitEthernet1/0/1 <-> b:GigabitEthernet1/0/1")


def switch(name: str, mode: str, *more: str, vlans: str = "10,20,30", svis: tuple[int, ...] = (10, 20)) -> str:
    """A switch with port 1 in ``mode`` and SVIs 10.<vlan>.0.<1 for a, else 2>."""
    host = 1 if name == "a" else 2
    lines = [
        "vtp mode transparent",
        f"vlan {vlans}",
        "!",
        "interface GigabitEthernet1/0/1",
        *(f" {m}" for m in mode.split("\n")),
        "!",
    ]
    for vlan in svis:
        lines += [f"interface Vlan{vlan}", f" ip address 10.{vlan}.0.{host} 255.255.255.0", "!"]
    return router(name, *lines, *more)


def segment(found: State, device: str, interface: str) -> Segment:
    return found.topology.segments[found.topology.segment_of[Port(device, interface)]]


def together(found: State, one: tuple[str, str], two: tuple[str, str]) -> bool:
    home = found.topology.segment_of
    return Port(*one) in home and home.get(Port(*one)) == home.get(Port(*two))


TRUNK = "switchport mode trunk"


@pytest.mark.parametrize(
    ("a", "b", "vlan_a", "vlan_b", "joined", "crossing"),
    [
        (TRUNK, TRUNK, 10, 10, True, None),
        (TRUNK, TRUNK, 10, 20, False, None),
        (TRUNK + "\nswitchport trunk allowed vlan 20", TRUNK, 10, 10, False, None),
        (
            TRUNK + "\nswitchport trunk native vlan 10",
            TRUNK + "\nswitchport trunk native vlan 20",
            10,
            20,
            True,
            "native-mismatch",
        ),
        (
            "switchport mode access\nswitchport access vlan 10",
            "switchport mode access\nswitchport access vlan 20",
            10,
            20,
            True,
            "cross-patch",
        ),
        (
            "switchport mode access\nswitchport access vlan 10",
            TRUNK + "\nswitchport trunk native vlan 20",
            10,
            20,
            True,
            "native-mismatch",
        ),
        ("switchport mode access\nswitchport access vlan 10", TRUNK, 10, 10, False, "native-mismatch"),
        (
            "switchport mode access\nswitchport access vlan 10\nswitchport voice vlan 20",
            TRUNK,
            20,
            20,
            True,
            "native-mismatch",
        ),
        (TRUNK + "\nswitchport vlan mapping 10 20", TRUNK, 20, 10, True, "translation"),
        (
            "switchport mode dynamic desirable\nswitchport access vlan 10",
            TRUNK + "\nswitchport trunk native vlan 20",
            10,
            20,
            True,
            "native-mismatch",
        ),
        (TRUNK + "\nshutdown", TRUNK, 10, 10, False, None),
    ],
)
def test_what_a_cable_joins(a: str, b: str, vlan_a: int, vlan_b: int, joined: bool, crossing: str | None) -> None:
    extra = "interface GigabitEthernet1/0/9\n switchport mode access\n switchport access vlan {}\n!"
    texts = [switch(n, m, extra.format(10), extra.format(20).replace("0/9", "0/8")) for n, m in (("a", a), ("b", b))]
    found = state(*texts, cables=[CABLE])
    assert together(found, ("a", f"Vlan{vlan_a}"), ("b", f"Vlan{vlan_b}")) is joined
    kinds = {c.kind for s in found.topology.segments.values() for c in s.crossings}
    assert kinds == ({crossing} if crossing else set())


def test_a_vlan_that_does_not_exist_is_not_forwarded() -> None:
    texts = [switch("a", TRUNK), switch("b", TRUNK, vlans="20", svis=(20,))]
    found = state(*texts, cables=[CABLE])
    assert {p.device for p in segment(found, "a", "Vlan10").ports} == {"a"}


def test_an_svi_is_up_only_while_a_port_carries_its_vlan() -> None:
    snapshot = network(switch("a", TRUNK), switch("b", TRUNK), cables=[CABLE])
    base = compute(snapshot)
    assert Port("a", "Vlan10") in base.topology.segment_of
    cut = compute(snapshot, frozenset({LINK}), base=base)
    assert Port("a", "Vlan10") not in cut.topology.segment_of
    assert Port("a", "Vlan10") in cut.down
    assert ("a", "") in cut.ribs
    assert cut.ribs["a", ""] == {}


def test_a_port_channel_stays_up_with_one_member() -> None:
    def box(name: str, host: int) -> str:
        member = "interface GigabitEthernet1/0/{}\n switchport mode trunk\n channel-group 1 mode active\n!"
        return router(
            name,
            "vtp mode transparent",
            "vlan 10\n!",
            member.format(1),
            member.format(2),
            "interface Port-channel1\n switchport mode trunk\n!",
            f"interface Vlan10\n ip address 10.1.0.{host} 255.255.255.0\n!",
        )

    cables = [("a", f"GigabitEthernet1/0/{n}", "b", f"GigabitEthernet1/0/{n}") for n in (1, 2)]
    snapshot = network(box("a", 1), box("b", 2), cables=cables)
    base = compute(snapshot)
    links = [Element("link", f"a:GigabitEthernet1/0/{n} <-> b:GigabitEthernet1/0/{n}") for n in (1, 2)]
    one = compute(snapshot, frozenset(links[:1]), base=base)
    assert together(one, ("a", "Vlan10"), ("b", "Vlan10"))
    both = compute(snapshot, frozenset(links), base=one)
    assert Port("a", "Vlan10") in both.down


def test_subinterfaces_meet_the_vlan_of_their_tag() -> None:
    r = router(
        "b",
        "interface GigabitEthernet1/0/1\n no shutdown\n!",
        "interface GigabitEthernet1/0/1.10\n encapsulation dot1Q 10\n ip address 10.10.0.2 255.255.255.0\n!",
        "interface GigabitEthernet1/0/1.20\n encapsulation dot1Q 20\n ip address 10.20.0.2 255.255.255.0\n!",
    )
    found = state(switch("a", TRUNK), r, cables=[CABLE])
    assert together(found, ("a", "Vlan10"), ("b", "GigabitEthernet1/0/1.10"))
    assert not together(found, ("a", "Vlan10"), ("b", "GigabitEthernet1/0/1.20"))


def test_edges_are_free_sockets_and_unmodelled_nodes() -> None:
    more = (
        "interface GigabitEthernet1/0/5\n switchport mode access\n switchport access vlan 10\n!\n"
        "interface GigabitEthernet1/0/6\n switchport mode access\n switchport access vlan 10\n shutdown\n!\n"
        "interface GigabitEthernet1/0/7\n switchport mode access\n switchport access vlan 10\n!"
    )
    found = state(
        switch("a", TRUNK, more), switch("b", TRUNK), cables=[CABLE, ("a", "GigabitEthernet1/0/7", "pc", "eth0")]
    )
    edges = {(e.interface, e.kind, e.neighbour) for e in segment(found, "a", "Vlan10").edges}
    assert edges == {("GigabitEthernet1/0/5", "access", ""), ("GigabitEthernet1/0/7", "unmodelled", "pc")}


def test_an_unmodelled_node_joins_its_ports_unless_it_is_trusted() -> None:
    more = "\n".join(
        f"interface GigabitEthernet1/0/{n}\n switchport mode access\n switchport access vlan {vlan}\n!"
        for n, vlan in ((5, 10), (6, 20))
    )
    cables = [("a", "GigabitEthernet1/0/5", "host", "eth0"), ("a", "GigabitEthernet1/0/6", "host", "eth1")]
    snapshot = network(switch("a", TRUNK, more), cables=cables)
    found = compute(snapshot)
    assert together(found, ("a", "Vlan10"), ("a", "Vlan20"))
    assert {c.kind for c in segment(found, "a", "Vlan10").crossings} == {"unmodelled-node"}
    trusting = compute(snapshot, trusted=frozenset({"host"}))
    assert not together(trusting, ("a", "Vlan10"), ("a", "Vlan20"))


def test_without_cabling_a_shared_subnet_is_a_wire() -> None:
    found = state(
        router("a", port(0, "10.0.0.1", 24)), router("b", port(0, "10.0.0.2", 24)), router("c", port(0, "10.0.1.2", 24))
    )
    assert together(found, ("a", "GigabitEthernet0/0"), ("b", "GigabitEthernet0/0"))
    assert not together(found, ("a", "GigabitEthernet0/0"), ("c", "GigabitEthernet0/0"))


def test_a_firewall_pair_has_one_active_unit() -> None:
    texts = [
        router("fw1", port(0, "10.0.0.1", 24)),
        router("fw2", port(0, "10.0.0.1", 24)),
        switch(
            "sw",
            "switchport mode access\nswitchport access vlan 10",
            "interface GigabitEthernet1/0/2\n switchport mode access\n switchport access vlan 10\n!",
            svis=(),
        ),
    ]
    cables = [
        ("fw1", "GigabitEthernet0/0", "sw", "GigabitEthernet1/0/1"),
        ("fw2", "GigabitEthernet0/0", "sw", "GigabitEthernet1/0/2"),
    ]
    snapshot = network(*texts, cables=cables)
    for name, priority in (("fw1", 200), ("fw2", 100)):
        ha = HighAvailability("hall", "a-p", priority, True, ("GigabitEthernet0/0",), Source("x", 1, ""))
        snapshot.devices[name].ha = ha
    base = compute(snapshot)
    assert base.standby == {"fw2"}
    assert base.ribs["fw2", ""] == {}
    for failed in (Element("node", "fw1"), Element("link", "fw1:GigabitEthernet0/0 <-> sw:GigabitEthernet1/0/1")):
        after = compute(snapshot, frozenset({failed}), base=base)
        assert segment(after, "fw2", "GigabitEthernet0/0").owners[0x0A000001].device == "fw2"
        assert after.ribs["fw2", ""] != {}


def test_a_vdom_link_joins_two_interfaces_of_one_device() -> None:
    snapshot = network(router("fw", port(0, "10.0.0.1", 24), port(1, "10.0.0.2", 24)), cables=[])
    device = snapshot.devices["fw"]
    from network.config.model import Firewall

    device.interfaces = {
        name: Interface(name, "other", interface.source, addresses=interface.addresses, vrf=f"v{name[-1]}")
        for name, interface in device.interfaces.items()
    }
    device.firewall = Firewall(vdom_links=(("GigabitEthernet0/0", "GigabitEthernet0/1", Source("x", 1, "")),))
    found = compute(snapshot)
    assert together(found, ("fw", "GigabitEthernet0/0"), ("fw", "GigabitEthernet0/1"))
