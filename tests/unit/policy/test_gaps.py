"""What is not modelled never ends in "proved": each construct, the line that it names; IPv6 ways between zones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from network.analysis import compute
from network.analysis.packets import Packet
from network.analysis.state import Element, Port
from network.config.model import Cable, Prefix
from network.policy.model import parse_policy
from network.policy.separation import Separation
from network.policy.witness import Tracer

sys.path.insert(0, str(Path(__file__).parent))
from net import CABLES, CORE, GATE, JOINED, ZONES, check, leaks, snapshot

NATTED = CORE.replace("10.10.1.1 255.255.255.0\n", "10.10.1.1 255.255.255.0\n ip nat outside\n").replace(
    "10.20.1.1 255.255.255.0\n", "10.20.1.1 255.255.255.0\n ip nat inside\n"
)
POOL = "ip nat pool P 10.20.1.90 10.20.1.99 prefix-length 24\naccess-list 10 permit any\n"
SIX = (
    CORE.replace(" address-family ipv4\n", " address-family ipv4\n address-family ipv6\n")
    .replace("ip routing\n", "ip routing\nipv6 unicast-routing\n")
    .replace("10.10.1.1 255.255.255.0\n", "10.10.1.1 255.255.255.0\n ipv6 address 2001:db8:1::1/64\n")
    .replace("10.20.1.1 255.255.255.0\n", "10.20.1.1 255.255.255.0\n ipv6 address 2001:db8:2::1/64\n")
)


def on_naibu(line: str) -> str:
    """Return the IPv6 core with one more line on the interface of naibu."""
    return SIX.replace("2001:db8:2::1/64\n", f"2001:db8:2::1/64\n {line}\n")


# name → (configuration, the line that must be named)
BLOCKED = {
    "translation of outside sources": (
        NATTED + "ip nat outside source static 10.10.1.10 10.20.1.99\n",
        "ip nat outside source static 10.10.1.10 10.20.1.99",
    ),
    "translation of outside sources from a pool": (
        NATTED + POOL + "ip nat outside source list 10 pool P\n",
        "ip nat outside source list 10 pool P",
    ),
    "translation of inside destinations": (
        NATTED + POOL + "ip nat inside destination list 10 pool P\n",
        "ip nat inside destination list 10 pool P",
    ),
    "NAT virtual interface": (
        NATTED + "ip nat source static 10.20.1.9 10.10.1.99\n",
        "ip nat source static 10.20.1.9 10.10.1.99",
    ),
    "vpnv4": (
        CORE + "router bgp 1\n neighbor 10.10.1.9 remote-as 1\n address-family vpnv4\n  neighbor 10.10.1.9 activate\n",
        "address-family vpnv4",
    ),
    "vpnv6": (
        CORE + "router bgp 1\n neighbor 10.10.1.9 remote-as 1\n address-family vpnv6\n  neighbor 10.10.1.9 activate\n",
        "address-family vpnv6",
    ),
    "EVPN": (CORE + "router bgp 1\n address-family l2vpn evpn\n", "address-family l2vpn evpn"),
    "label switching": (CORE + "interface GigabitEthernet0/1\n mpls ip\n", "mpls ip"),
    "VXLAN": (CORE + "interface nve1\n member vni 5000\n", "member vni 5000"),
    "DMVPN": (
        CORE + "interface Tunnel0\n vrf forwarding naibu\n ip address 10.20.99.1 255.255.255.0\n"
        " tunnel source GigabitEthernet0/1\n tunnel mode gre multipoint\n",
        "tunnel mode gre multipoint",
    ),
    "crypto map": (
        CORE + "crypto map M 10 ipsec-isakmp\n set peer 10.10.1.9\n match address 101\n"
        "interface GigabitEthernet0/2\n crypto map M\n",
        "crypto map M",
    ),
    "zone-based firewall": (
        CORE + "zone security A\ninterface GigabitEthernet0/1\n zone-member security A\n",
        "zone-member security A",
    ),
    "inspection": (CORE + "interface GigabitEthernet0/1\n ip inspect X in\n", "ip inspect X in"),
    "SD-WAN": (CORE + "sdwan\n interface GigabitEthernet0/1\n  tunnel-interface\n", "sdwan"),
    "LISP": (CORE + "router lisp\n", "router lisp"),
    "WCCP": (CORE + "interface GigabitEthernet0/1\n ip wccp 61 redirect in\n", "ip wccp 61 redirect in"),
    "Ethernet service instance": (
        CORE + "interface GigabitEthernet0/5\n service instance 10 ethernet\n",
        "service instance 10 ethernet",
    ),
    "bridge group": (CORE + "interface GigabitEthernet0/5\n bridge-group 1\n", "bridge-group 1"),
    "RIP": (CORE + "router rip\n network 10.0.0.0\n", "router rip"),
    "IS-IS": (CORE + "router isis\n net 49.0001.0000.0000.0001.00\n", "router isis"),
    "policy for the router's own packets": (
        CORE + "ip local policy route-map X\n",
        "ip local policy route-map X",
    ),
    "mirrored traffic": (
        CORE + "monitor session 1 destination interface Gi0/5\n",
        "monitor session 1 destination interface Gi0/5",
    ),
    "OSPFv3": (on_naibu("ipv6 ospf 1 area 0"), "ipv6 ospf 1 area 0"),
    "OSPFv3 address families": (SIX + "router ospfv3 1\n", "router ospfv3 1"),
    "RIPng": (on_naibu("ipv6 rip X enable"), "ipv6 rip X enable"),
    "EIGRP for IPv6": (on_naibu("ipv6 eigrp 1"), "ipv6 eigrp 1"),
    "IPv6 policy routing": (on_naibu("ipv6 policy route-map X"), "ipv6 policy route-map X"),
    "NAT64": (on_naibu("nat64 enable"), "nat64 enable"),
    "an IPv6 tunnel through IPv4": (
        SIX + "interface Tunnel1\n vrf forwarding naibu\n ipv6 address 2002::1/64\n tunnel source GigabitEthernet0/1\n"
        " tunnel mode ipv6ip\n tunnel destination 10.10.1.10\n",
        "tunnel mode ipv6ip",
    ),
    "IPv6 families of BGP": (
        SIX.replace("vrf definition kikan\n", "vrf definition kikan\n rd 1:1\n route-target export 1:1\n").replace(
            "vrf definition naibu\n", "vrf definition naibu\n rd 1:2\n route-target import 1:1\n"
        )
        + "router bgp 1\n address-family ipv6 vrf kikan\n  redistribute connected\n"
        " address-family ipv6 vrf naibu\n  redistribute connected\n",
        "address-family ipv6 vrf kikan",
    ),
}


@pytest.mark.parametrize("name", BLOCKED)
def test_what_is_not_modelled_blocks_and_is_named(name):
    config, line = BLOCKED[name]
    result = check(config, policy_text=ZONES)
    assert result.verdict != "proved"
    assert line in {one.source.text.strip() for _, one in result.unmodelled}


def test_two_tables_with_ipv6_and_no_way_between_are_proved():
    assert check(SIX, policy_text=ZONES).verdict == "proved"


WAYS = {
    "out of the other table's interface": "ipv6 route vrf naibu 2001:db8:1::/64 GigabitEthernet0/1\n",
    "with a link-local next hop": "ipv6 route vrf naibu ::/0 GigabitEthernet0/1 FE80::2\n",
    "next hop in the other table": "ipv6 route vrf naibu 2001:db8:1::/64 2001:db8:1::2 nexthop-vrf kikan\n",
}


@pytest.mark.parametrize("name", WAYS)
def test_ipv6_static_route_between_tables_is_a_leak_with_its_line(name):
    result = check(SIX + WAYS[name], policy_text=ZONES)
    assert leaks(result) == {("naibu", "kikan")}
    assert WAYS[name].strip() in {hop.text for hop in result.violations[0].path}


def test_ipv6_recursion_blocks():
    result = check(SIX + "ipv6 route vrf naibu 2001:db8:1::/64 2001:db8:99::9\n", policy_text=ZONES)
    assert result.verdict == "unproved"
    assert any("recursion" in reason for reason in result.reasons)


# Two routers with one zone each and a transit link that belongs to no zone: only routes join them.
LEFT = """hostname left
ipv6 unicast-routing
interface GigabitEthernet0/1
 ipv6 address 2001:db8:1::1/64
interface GigabitEthernet0/2
 ipv6 address 2001:db8:9::1/64
ipv6 route 2001:db8:2::/64 2001:db8:9::2
"""
RIGHT = """hostname right
ipv6 unicast-routing
interface GigabitEthernet0/1
 ipv6 address 2001:db8:2::1/64
interface GigabitEthernet0/2
 ipv6 address 2001:db8:9::2/64
"""
TWO = """
zones:
  one: {members: [{device: left, interface: GigabitEthernet0/1}]}
  two: {members: [{device: right, interface: GigabitEthernet0/1}]}
"""


def test_ipv6_way_over_two_routers_is_found_in_the_direction_that_has_routes():
    result = check(LEFT, RIGHT, policy_text=TWO)
    assert leaks(result) == {("one", "two")}
    assert [hop.device for hop in result.violations[0].path] == ["left", "left", "right", "right", "right"]


def test_without_the_route_nothing_passes():
    assert check(LEFT.rpartition("ipv6 route")[0], RIGHT, policy_text=TWO).verdict == "proved"


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        (" deny ipv6 any any\n", "proved"),
        (" permit ipv6 any any\n", "violated"),
        (" permit tcp any any eq 443\n", "unproved"),
    ],
)
def test_ipv6_lists_stop_all_or_nothing_or_block(entries, verdict):
    filtered = LEFT.replace("2001:db8:1::1/64\n", "2001:db8:1::1/64\n ipv6 traffic-filter L in\n")
    result = check(filtered + "ipv6 access-list L\n" + entries, RIGHT, policy_text=TWO)
    assert result.verdict == verdict, (result.reasons, result.unmodelled)


FORTI = """config system global
    set hostname "fw"
end
config system interface
    edit "port1"
        set ip 10.1.0.1 255.255.255.0
        set type physical
        config ipv6
            set ip6-address 2001:db8:1::1/64
        end
    next
    edit "port2"
        set ip 10.2.0.1 255.255.255.0
        set type physical
        config ipv6
            set ip6-address 2001:db8:2::1/64
        end
    next
end
"""
FORTI_ZONES = """
zones:
  one: {members: [{device: fw, interface: port1}]}
  two: {members: [{device: fw, interface: port2}]}
"""
DUAL = """config firewall policy
    edit 1
        set name "six"
        set srcintf "port1"
        set dstintf "port2"
        set srcaddr6 "all"
        set dstaddr6 "all"
        set action accept
        set schedule "always"
        set service "ALL"
    next
end
"""


def test_ipv6_policy_of_a_firewall_opens_one_direction():
    assert check(FORTI, policy_text=FORTI_ZONES).verdict == "proved"
    result = check(FORTI + DUAL, policy_text=FORTI_ZONES)
    assert leaks(result) == {("one", "two")}


VIP = """config firewall vip
    edit "web"
        set extip 10.1.0.80
        set extintf "port1"
        set mappedip "10.2.0.80"
    next
end
config firewall policy
    edit 1
        set srcintf "port1"
        set dstintf "port2"
        set srcaddr "all"
        set dstaddr "web"
        set action accept
        set schedule "always"
        set service "ALL"
    next
end
"""


def test_virtual_address_policy_does_not_open_the_mapped_address_itself():
    # FortiOS: a policy whose destination is a virtual IP matches only what that virtual IP has rewritten.
    plain = FORTI.replace("2001:db8:2::1/64", "::/0").replace("2001:db8:1::1/64", "::/0")
    result = check(plain + VIP, policy_text=FORTI_ZONES)
    leak = next(one for one in result.violations if one.kind == "leak")
    assert leak.packet is not None
    assert leak.packet.dst == 0x0A010050
    assert "10.2.0.80" not in leak.packets


@pytest.mark.parametrize("line", ["lacp min-bundle 2", "port-channel min-links 2", "glbp 1 ip 10.10.1.254"])
def test_what_takes_a_bundle_or_a_gateway_down_early_blocks(line):
    result = check(CORE + f"interface Port-channel1\n {line}\n", policy_text=ZONES)
    assert result.verdict == "unproved"
    assert [one.source.text.strip() for _, one in result.unmodelled] == [line]


SWITCH = """hostname sw
vtp mode transparent
vlan 10
interface GigabitEthernet0/1
 switchport
 switchport mode access
 switchport access vlan 10
interface GigabitEthernet0/2
 switchport
 switchport mode access
 switchport access vlan 10
"""
SWITCHED = [*CABLES, Cable("core", "GigabitEthernet0/2", "sw", "GigabitEthernet0/1")]


def test_without_isolation_a_switch_in_between_is_proved():
    assert check(JOINED, GATE, SWITCH, cables=SWITCHED).verdict == "proved"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace("access vlan 10\n", "access vlan 10\n switchport protected\n"), "protected port"),
        (
            lambda text: (
                text + "ip access-list extended A\n permit tcp any any\n"
                "vlan access-map M 10\n match ip address A\n action drop\n"
                "vlan access-map M 20\n action forward\nvlan filter M vlan-list 10\n"
            ),
            "VLAN map M on sw",
        ),
        (
            lambda text: text.replace(
                "vlan 10\n",
                "vlan 10\n private-vlan primary\n private-vlan association 11\nvlan 11\n private-vlan isolated\n",
                1,
            ).replace(
                " switchport mode access\n switchport access vlan 10\n",
                " switchport mode private-vlan host\n switchport private-vlan host-association 10 11\n",
                1,
            ),
            "isolated or community",
        ),
        (
            lambda text: text.replace(
                "vlan 10\n",
                "vlan 10\n private-vlan primary\n private-vlan association 11,12\nvlan 11\n private-vlan isolated\n"
                "vlan 12\n private-vlan community\n",
                1,
            ).replace(
                " switchport mode access\n switchport access vlan 10\n",
                " switchport mode private-vlan promiscuous\n switchport private-vlan mapping 10 11\n",
                1,
            ),
            "leaves out VLAN 12",
        ),
    ],
)
def test_isolation_between_hosts_and_their_router_blocks_an_outage_proof(change, says):
    result = check(JOINED, GATE, change(SWITCH), cables=SWITCHED)
    assert result.verdict in {"unproved", "violated"}
    assert any(says in reason for reason in result.reasons), (result.reasons, result.unmodelled)


def test_split_brain_is_a_named_assumption():
    unit = FORTI.replace(
        "end\n",
        "end\nconfig system ha\n    set group-name g\n    set mode a-p\n    set hbdev port8 50\n"
        "    set priority 100\nend\n",
        1,
    )
    result = check(unit, unit.replace('"fw"', '"fw2"'), policy_text=FORTI_ZONES)
    assert any("port8" in text and "split brain" in text for text in result.assumptions), result.assumptions


PEERED = """hostname r
ip routing
interface GigabitEthernet0/1
 ip address 10.1.0.1 255.255.255.0
interface GigabitEthernet0/2
 ip address 10.2.0.1 255.255.255.0
 ip access-group OUT out
 ip access-group IN in
ip access-list extended OUT
 deny ip any 10.2.0.0 0.0.0.255
 permit ip any any
ip access-list extended IN
 deny ip any any
"""
PEERS = """
zones:
  one: {members: [{device: r, interface: GigabitEthernet0/1}]}
  two: {members: [{device: r, interface: GigabitEthernet0/2}]}
"""
BGP = "router bgp 1\n neighbor 10.2.0.2 remote-as 2\n"


def test_a_bgp_neighbour_without_configuration_may_announce_a_way_to_itself():
    assert check(PEERED, policy_text=PEERS).verdict == "proved"
    result = check(PEERED + BGP, policy_text=PEERS)
    assert leaks(result) == {("one", "two")}
    packet = result.violations[0].packet
    assert packet is not None
    assert packet.dst >> 8 != 0x0A0200
    # what goes out meets the list at the way out
    closed = PEERED.replace(" permit ip any any\n", "", 1)
    assert check(closed + BGP, policy_text=PEERS).verdict == "proved"
    # an inbound filter that lets nothing in leaves nothing to announce
    silent = BGP + " neighbor 10.2.0.2 prefix-list NONE in\nip prefix-list NONE deny 0.0.0.0/0 le 32\n"
    assert check(PEERED + silent, policy_text=PEERS).verdict == "proved"


def test_a_bgp_neighbour_that_is_not_connected_blocks():
    result = check(PEERED + BGP.replace("10.2.0.2", "192.0.2.9"), policy_text=PEERS)
    assert result.verdict == "unproved"
    assert "neighbor 192.0.2.9 remote-as 2" in {one.source.text.strip() for _, one in result.unmodelled}


BRIDGE = """hostname sw
vtp mode transparent
vlan 10
vlan 11
vlan 20
interface GigabitEthernet0/1
 switchport
 switchport mode access
 switchport access vlan 10
 switchport voice vlan 11
interface GigabitEthernet0/2
 switchport
 switchport mode trunk
 switchport trunk allowed vlan {}
"""
VLANS = """
zones:
  one: {members: [{vlan: 10}, {vlan: 11}]}
  two: {members: [{vlan: 20}]}
"""
HOSTS = [Cable("sw", "GigabitEthernet0/1", "phone", "p"), Cable("sw", "GigabitEthernet0/2", "esxi", "v")]


def test_a_node_between_vlans_of_one_zone_is_no_finding_and_between_two_zones_is_a_leak():
    assert check(BRIDGE.format("10,11"), policy_text=VLANS, cables=HOSTS).verdict == "proved"
    result = check(BRIDGE.format("10,20"), policy_text=VLANS, cables=HOSTS)
    assert leaks(result) == {("one", "two"), ("two", "one")}
    assert any(hop.action == "unmodelled-node" for hop in result.violations[0].path)


STANDING_BY = """config system interface
    edit "port3"
        set ip 10.3.0.1 255.255.255.0
        set type physical
    next
end
config router static
    edit 1
        set dst 10.9.0.0 255.255.0.0
        set gateway 10.2.0.9
        set device "port2"
        set priority 5
    next
    edit 2
        set dst 10.9.0.0 255.255.0.0
        set gateway 10.3.0.9
        set device "port3"
        set priority 20
    next
end
config firewall policy
    edit 1
        set srcintf "port3"
        set dstintf "port1"
        set srcaddr "far"
        set dstaddr "all"
        set action accept
        set schedule "always"
        set service "ALL"
    next
end
config firewall address
    edit "far"
        set subnet 10.9.0.0 255.255.0.0
    next
end
"""


def test_a_stand_by_static_route_forwards_only_after_the_other_failed():
    cables = [Cable("fw", f"port{n}", f"peer{n}", "eth0") for n in (1, 2, 3)]
    network = snapshot(FORTI + STANDING_BY, cables=cables)
    assert not network.devices["fw"].unmodelled
    base = compute(network)
    prefix = Prefix(0x0A090000, 16)
    assert [hop.interface for hop in base.ribs["fw", "root"][prefix].next_hops] == ["port2"]
    cut = frozenset({Element("link", "fw:port2 <-> peer2:eth0")})
    for after in (compute(network, cut, base=base), compute(network, cut)):
        assert [hop.interface for hop in after.ribs["fw", "root"][prefix].next_hops] == ["port3"]


def test_a_stand_by_route_lets_its_own_side_in():
    # The stand-by route is in the table too: the reverse-path check accepts packets from 10.9.0.0/16 on port3.
    zones = """
zones:
  one: {members: [{device: fw, interface: port1}]}
  three: {members: [{device: fw, interface: port3}]}
"""
    result = check(FORTI + STANDING_BY, policy_text=zones)
    assert leaks(result) == {("three", "one")}
    packet = result.violations[0].packet
    assert packet is not None
    assert packet.src >> 16 == 0x0A09


GATEWAY = """hostname a
ip routing
interface GigabitEthernet0/1
 ip address 10.1.0.2 255.255.255.0
 standby 1 ip 10.1.0.1
 standby 1 priority 110
interface GigabitEthernet0/2
 ip address 10.2.0.2 255.255.255.0
"""


@pytest.mark.parametrize(("device", "name"), [("a", "0/1"), ("a", "0/2"), ("b", "0/1"), ("b", "0/2")])
def test_the_active_router_answers_for_the_virtual_address(device, name):
    other = GATEWAY.replace("hostname a", "hostname b").replace(".0.2 ", ".0.3 ").replace("110", "100")
    state = compute(snapshot(GATEWAY, other))
    judge = Separation(parse_policy("zones:\n  one: {members: [{prefix: 10.1.0.0/24}]}\n"))
    judge.prepare(state)
    ways = Tracer(judge.forwarding(state)).paths(
        Port(device, f"GigabitEthernet{name}"), Packet(1, 0x0A020005, 0x0A010001, 0, 0)
    )
    assert {(way.end, way.hops[-1].device) for way in ways} == {("local", "a")}
