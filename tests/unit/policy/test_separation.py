"""Small networks, one for each way that separation leaks or a declared flow is cut."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from network.config.model import Cable

sys.path.insert(0, str(Path(__file__).parent))
from net import CABLES, CORE, GATE, JOINED, VRFS, ZONES, check, leaks, outages

BOTH = {("kikan", "naibu"), ("naibu", "kikan")}
ONE = {("naibu", "kikan")}
OTHER = {("kikan", "naibu")}


def test_declared_flow_alone_is_proved():
    result = check(JOINED, GATE, cables=CABLES)
    assert result.verdict == "proved", [one.as_json() for one in result.violations]
    assert {(a, b): v for a, b, v in result.pairs} == {("kikan", "naibu"): "proved", ("naibu", "kikan"): "proved"}


def test_two_vrfs_without_any_path_are_proved():
    assert check(CORE, policy_text=ZONES).verdict == "proved"


def test_undeclared_path_is_a_leak_with_the_list_entry_as_witness():
    result = check(JOINED, GATE, cables=CABLES, policy_text=ZONES)
    assert leaks(result) == BOTH
    forward = next(one for one in result.violations if one.from_zone == "naibu")
    assert forward.packet is not None
    assert (forward.packet.dst, forward.packet.dport, forward.packet.protocol) == (0x0A0A010A, 443, 6)
    assert any(hop.text == "permit tcp 10.20.1.0 0.0.0.255 host 10.10.1.10 eq 443" and hop.line for hop in forward.path)
    assert forward.path[0].device == "core"
    assert forward.path[-1].action.startswith("delivered")


LEAKS = {
    "static route through another VRF's interface": (
        CORE + "ip route vrf naibu 10.10.1.0 255.255.255.0 GigabitEthernet0/1 10.10.1.10\n",
        ONE,
    ),
    "interface in the wrong VRF": (
        CORE + "interface GigabitEthernet0/5\n vrf forwarding kikan\n ip address 10.20.9.1 255.255.255.0\n",
        set(),
    ),
    "policy routing into another VRF": (
        CORE.replace("10.20.1.1 255.255.255.0\n", "10.20.1.1 255.255.255.0\n ip policy route-map P\n")
        + "route-map P permit 10\n set vrf kikan\n",
        ONE,
    ),
    "policy routing of some packets": (
        CORE.replace("10.20.1.1 255.255.255.0\n", "10.20.1.1 255.255.255.0\n ip policy route-map P\n")
        + "ip access-list extended A\n permit udp any any eq 53\n"
        "route-map P permit 10\n match ip address A\n set vrf kikan\n",
        ONE,
    ),
    "relay across VRFs": (
        CORE.replace("10.20.1.1 255.255.255.0\n", "10.20.1.1 255.255.255.0\n ip helper-address vrf kikan 10.10.1.20\n"),
        ONE,
    ),
    "route target import": (
        CORE.replace(
            "vrf definition naibu\n", "vrf definition naibu\n rd 64496:2\n route-target import 64496:1\n"
        ).replace("vrf definition kikan\n", "vrf definition kikan\n rd 64496:1\n route-target export 64496:1\n")
        + "router bgp 64496\n address-family ipv4 vrf kikan\n  redistribute connected\n"
        " address-family ipv4 vrf naibu\n",
        ONE,
    ),
}


@pytest.mark.parametrize("name", LEAKS)
def test_leak_is_found_with_a_path(name: str):
    config, expected = LEAKS[name]
    result = check(config, policy_text=ZONES)
    assert leaks(result) == expected, [one.as_json() for one in result.violations]
    for violation in result.violations:
        assert violation.path, name
        assert violation.packet is not None
        assert violation.path[-1].action.startswith("delivered"), violation.path


def test_global_table_leak():
    config = (
        CORE
        + """interface GigabitEthernet0/7
 ip address 10.99.0.1 255.255.255.0
ip route vrf naibu 10.99.0.0 255.255.255.0 10.99.0.2 global
"""
    )
    zones = ZONES + "  other: {members: [{vrf: global}]}\n"
    result = check(config, policy_text=zones)
    assert leaks(result) == {("naibu", "other")}
    assert any("global" in hop.text for hop in result.violations[0].path)


def test_static_nat_across_vrfs_leaks():
    config = f"""hostname core
{VRFS}
interface GigabitEthernet0/1
 vrf forwarding kikan
 ip address 10.10.1.1 255.255.255.0
 ip nat inside
interface GigabitEthernet0/2
 ip address 192.0.2.1 255.255.255.0
 ip nat outside
ip nat inside source static 10.10.1.5 192.0.2.5 vrf kikan
"""
    result = check(config, policy_text=ZONES + "  outside: {members: [{vrf: global}]}\n")
    assert ("outside", "kikan") in leaks(result)
    packet = next(one.packet for one in result.violations if one.from_zone == "outside")
    assert packet is not None
    assert packet.dst == 0xC0000205


def test_list_wider_than_the_flow_leaks_only_the_difference():
    wide = GATE.replace("host 10.10.1.10 eq 443\n", "host 10.10.1.10 range 443 444\n")
    result = check(JOINED, wide, cables=CABLES)
    assert leaks(result) == ONE
    assert outages(result) == set()
    assert result.violations[0].packet is not None
    assert result.violations[0].packet.dport == 444
    assert ":444" in result.violations[0].packets


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("eq 443\nip access", "eq 444\nip access", {("F1", False)}),
        ("permit tcp host 10.10.1.10 eq 443", "permit tcp host 10.10.1.11 eq 443", {("F1", True)}),
        (
            "permit tcp 10.20.1.0 0.0.0.255",
            "deny tcp host 10.20.1.7 any\n permit tcp 10.20.1.0 0.0.0.255",
            {("F1", False)},
        ),
        ("ip route 10.10.1.0 255.255.255.0 10.10.250.2\n", "", {("F1", False)}),
        ("ip route 10.20.1.0 255.255.255.0 10.20.250.2\n", "", {("F1", True)}),
    ],
)
def test_cut_flow_is_an_outage(old: str, new: str, expected: set[tuple[str, bool]]):
    assert old in GATE
    result = check(JOINED, GATE.replace(old, new), cables=CABLES)
    assert outages(result) == expected, [one.as_json() for one in result.violations]
    assert all(one.path for one in result.violations if one.kind == "outage")


def test_patch_between_access_ports_of_two_zones():
    switch = """hostname sw
vlan 10
vlan 20
interface GigabitEthernet0/1
 switchport mode access
 switchport access vlan 10
interface GigabitEthernet0/2
 switchport mode access
 switchport access vlan 20
interface GigabitEthernet0/3
 switchport mode access
 switchport access vlan 10
interface GigabitEthernet0/4
 switchport mode access
 switchport access vlan 20
"""
    zones = "zones:\n  kikan: {members: [{vlan: 10}]}\n  naibu: {members: [{vlan: 20}]}\n"
    assert check(switch, policy_text=zones, cables=[]).verdict == "proved"
    patched = check(switch, policy_text=zones, cables=[Cable("sw", "GigabitEthernet0/3", "sw", "GigabitEthernet0/4")])
    assert leaks(patched) == BOTH
    assert all(one.path for one in patched.violations)


def test_vlan_whose_interface_is_in_the_other_vrf():
    switch = f"""hostname sw
{VRFS}
vlan 10
interface GigabitEthernet0/1
 switchport mode access
 switchport access vlan 10
interface Vlan10
 vrf forwarding naibu
 ip address 10.10.1.1 255.255.255.0
"""
    zones = "zones:\n  kikan: {members: [{vrf: kikan}, {vlan: 10}]}\n  naibu: {members: [{vrf: naibu}]}\n"
    result = check(switch, policy_text=zones, cables=[])
    assert leaks(result) == BOTH
    assert any(hop.text == "vrf forwarding naibu" for one in result.violations for hop in one.path)


def test_dual_homed_neighbour_joins_zones_unless_trusted():
    cables = [
        Cable("core", "GigabitEthernet0/1", "printer", "eth0"),
        Cable("core", "GigabitEthernet0/2", "printer", "eth1"),
    ]
    assert leaks(check(CORE, policy_text=ZONES, cables=cables)) == BOTH
    trusted = ZONES + "trusted_neighbours: [{name: printer, reason: tested, expires: 2027-03-31}]\n"
    assert check(CORE, policy_text=trusted, cables=cables).verdict == "proved"
    expired = ZONES + "trusted_neighbours: [{name: printer, reason: tested, expires: 2026-03-31}]\n"
    assert leaks(check(CORE, policy_text=expired, cables=cables)) == BOTH


def test_time_range_is_taken_both_ways():
    ranged = "time-range OFFICE\n periodic weekdays 8:00 to 18:00\n"
    sometimes = GATE.replace("host 10.10.1.10 eq 443\n", "host 10.10.1.10 eq 443 time-range OFFICE\n", 1) + ranged
    assert outages(check(JOINED, sometimes, cables=CABLES)) == {("F1", False)}
    assert ("naibu", "kikan") in leaks(check(JOINED, sometimes, cables=CABLES, policy_text=ZONES))


def test_unknown_line_blocks_the_proof():
    result = check(CORE + "frobnicate packets between vrfs\n", policy_text=ZONES)
    assert result.verdict == "unproved"
    assert result.unmodelled[0][1].source.text == "frobnicate packets between vrfs"
    assert result.exit_code == 3


def test_ipv6_between_zones_is_found():
    config = (
        CORE.replace(" address-family ipv4\n", " address-family ipv4\n address-family ipv6\n")
        + "ipv6 unicast-routing\n"
    )
    assert check(config, policy_text=ZONES).verdict != "violated"
    joined = (
        config + "interface GigabitEthernet0/8\n ip address 10.99.0.1 255.255.255.0\n ipv6 address 2001:db8:1::1/64\n"
    )
    joined += "interface GigabitEthernet0/9\n ip address 10.98.0.1 255.255.255.0\n ipv6 address 2001:db8:2::1/64\n"
    zones = (
        "zones:\n  one: {members: [{device: core, interface: GigabitEthernet0/8}]}\n"
        "  two: {members: [{device: core, interface: GigabitEthernet0/9}]}\n"
    )
    result = check(joined, policy_text=zones)
    assert any(one.reason == "ipv6" for one in result.violations)
