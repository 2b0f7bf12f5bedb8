"""One construct a row: a piece of IOS configuration and what the model must say of it."""

# ruff: noqa: PLC3002, E501 - tables and texts read better on one line

import pytest

from network.config import canonical_interface, read_device
from network.config.cisco_ios.common import ip
from network.config.model import Address, Ports, Prefix, Wild


def read(text, clean=True):
    device = read_device("hostname r1\n" + text + "\n", "r1.cfg")
    if clean:
        assert not device.unmodelled, device.unmodelled
    return device


def prefix(text):
    address, _, length = text.partition("/")
    return Prefix(ip(address), int(length))


IF = "interface Vlan10\n"
G = "interface GigabitEthernet1/0/1\n"


def port(text):
    return read(G + text).interfaces["GigabitEthernet1/0/1"]


def svi(text):
    return read(IF + text).interfaces["Vlan10"]


ROWS = {
    # interfaces
    "address": (lambda: svi(" ip address 10.0.0.1 255.255.255.0").addresses, (Address(ip("10.0.0.1"), 24),)),
    "secondary": (
        lambda: svi(" ip address 10.0.0.1 255.255.255.0\n ip address 10.0.1.1 255.255.255.0 secondary").addresses,
        (Address(ip("10.0.0.1"), 24), Address(ip("10.0.1.1"), 24, True)),
    ),
    "a later primary replaces the earlier": (
        lambda: svi(" ip address 10.0.0.1 255.255.255.0\n ip address 10.0.9.1 255.255.255.0").addresses, (Address(ip("10.0.9.1"), 24),)),
    "no ip address": (lambda: svi(" ip address 10.0.0.1 255.255.255.0\n no ip address").addresses, ()),
    "vrf after address drops it": (
        lambda: svi(" ip address 10.0.0.1 255.255.255.0\n vrf forwarding A").addresses, ()),
    "same vrf again keeps it": (
        lambda: svi(" vrf forwarding A\n ip address 10.0.0.1 255.255.255.0\n vrf forwarding A").addresses, (Address(ip("10.0.0.1"), 24),)),
    "ip vrf forwarding": (lambda: svi(" ip vrf forwarding A\n ip address 10.0.0.1 255.255.255.0").vrf, "A"),
    "no vrf forwarding": (lambda: svi(" vrf forwarding A\n no vrf forwarding").vrf, ""),
    "shutdown": (lambda: svi(" shutdown").shutdown, True),
    "no shutdown later": (lambda: svi(" shutdown\n no shutdown").shutdown, False),
    "default interface": (lambda: read(IF + " shutdown\ndefault interface Vlan10").interfaces["Vlan10"].shutdown, False),
    "merged stanzas": (lambda: read(IF + " description a\n!\n" + IF + " shutdown").interfaces["Vlan10"].description, "a"),
    "subinterface": (
        lambda: (lambda i: (i.kind, i.vlan, i.parent, i.vlan_native))(
            read("interface GigabitEthernet0/0.10\n encapsulation dot1Q 10 native").interfaces["GigabitEthernet0/0.10"]),
        ("subinterface", 10, "GigabitEthernet0/0", True)),
    "q-in-q": (
        lambda: read("interface GigabitEthernet0/0.10\n encapsulation dot1Q 10 second-dot1q 20").interfaces["GigabitEthernet0/0.10"].inner_vlan, 20),
    "helper": (lambda: [h[:2] for h in svi(" ip helper-address vrf B 10.1.1.1\n ip helper-address 10.1.1.2").helpers],
               [(ip("10.1.1.1"), "B"), (ip("10.1.1.2"), None)]),
    "access-group": (lambda: (lambda i: (i.acl_in, i.acl_out))(svi(" ip access-group A in\n ip access-group B out")), ("A", "B")),
    "policy route-map": (lambda: svi(" ip policy route-map P").policy_route_map[0], "P"),
    "nat": (lambda: svi(" ip nat outside").nat, "outside"),
    "proxy arp": (lambda: svi(" no ip proxy-arp").proxy_arp, False),
    "urpf": (lambda: svi(" ip verify unicast source reachable-via rx").verify_source, "strict"),
    "vrf receive": (lambda: svi(" ip vrf select source\n ip vrf receive B").vrf_receive[0][0], "B"),
    "unnumbered": (lambda: read("interface Tunnel1\n ip unnumbered Loopback0").interfaces["Tunnel1"].unnumbered, "Loopback0"),
    "ospf on interface": (lambda: (lambda o: (o.process, o.area, o.cost))(svi(" ip ospf 1 area 0.0.0.1\n ip ospf cost 5").ospf), ("1", "1", 5)),
    "tunnel": (
        lambda: (lambda t: (t.source, t.destination, t.vrf))(
            read("interface Tunnel1\n tunnel source Gi0/0\n tunnel destination 192.0.2.1\n tunnel vrf W").interfaces["Tunnel1"].tunnel),
        ("GigabitEthernet0/0", "192.0.2.1", "W")),
    "range": (lambda: sorted(read("interface range Gi1/0/1 - 3 , Te1/1/1\n shutdown").interfaces),
              ["GigabitEthernet1/0/1", "GigabitEthernet1/0/2", "GigabitEthernet1/0/3", "TenGigabitEthernet1/1/1"]),
    "ipv6": (lambda: svi(" ipv6 address 2001:db8::1/64").addresses[0].family, 6),
    "hsrp": (
        lambda: (lambda h: (h.protocol, h.group, h.virtual, h.priority, h.preempt, h.track))(
            svi(" standby version 2\n standby 10 ip 10.0.0.254\n standby 10 priority 110\n standby 10 preempt delay minimum 60\n"
                " standby 10 track 5 decrement 20").first_hops[0]),
        ("hsrp", 10, (ip("10.0.0.254"),), 110, True, ((5, 20),))),
    "hsrp group 0": (lambda: svi(" standby ip 10.0.0.254").first_hops[0].group, 0),
    "vrrp 2": (lambda: svi(" vrrp 1 ip 10.0.0.254\n vrrp 1 priority 120").first_hops[0].priority, 120),
    "vrrp 3": (
        lambda: (lambda h: (h.protocol, h.virtual, h.preempt))(
            svi(" vrrp 1 address-family ipv4\n  address 10.0.0.254 primary\n  priority 120\n exit-vrrp").first_hops[0]),
        ("vrrp", (ip("10.0.0.254"),), True)),
    "hsrp tracks an interface (old form)": (
        lambda: [t.interface for t in read(IF + " standby 1 ip 10.0.0.254\n standby 1 track Serial0/0 30").tracks.values()], ["Serial0/0"]),
    # layer 2
    "access": (lambda: (lambda s: (s.mode, s.access))(port(" switchport access vlan 10\n switchport mode access").switchport), ("access", 10)),
    "no mode negotiates": (lambda: port(" switchport access vlan 10").switchport.mode, "dynamic"),
    "trunk": (
        lambda: (lambda s: (s.mode, s.native, sorted(s.allowed)))(
            port(" switchport mode trunk\n switchport trunk native vlan 9\n switchport trunk allowed vlan 1,3-5\n"
                 " switchport trunk allowed vlan add 7\n switchport trunk allowed vlan remove 4").switchport),
        ("trunk", 9, [1, 3, 5, 7])),
    "allowed none": (lambda: port(" switchport mode trunk\n switchport trunk allowed vlan none").switchport.allowed, frozenset()),
    "allowed except": (lambda: 5 in port(" switchport trunk allowed vlan except 5").switchport.allowed, False),
    "trunk default": (lambda: len(port(" switchport mode trunk").switchport.allowed), 4094),
    "voice": (lambda: port(" switchport voice vlan 24").switchport.voice, 24),
    "no switchport": (lambda: port(" no switchport\n ip address 10.0.0.1 255.255.255.0").switchport, None),
    "switch port without lines": (
        lambda: read(G + " switchport mode access\ninterface GigabitEthernet1/0/2").interfaces["GigabitEthernet1/0/2"].switchport.mode, "dynamic"),
    "router port without lines": (lambda: read("interface GigabitEthernet0/1\n no ip address").interfaces["GigabitEthernet0/1"].switchport, None),
    "private host": (lambda: port(" switchport mode private-vlan host\n switchport private-vlan host-association 100 101").switchport.private_host, (100, 101)),
    "translation": (lambda: port(" switchport vlan mapping 5 10").switchport.translations[0][:2], (5, 10)),
    "channel": (
        lambda: read(G + " switchport mode trunk\n channel-group 3 mode active\ninterface Port-channel3\n switchport mode trunk")
        .interfaces["Port-channel3"].members, ("GigabitEthernet1/0/1",)),
    "private vlans": (lambda: (lambda v: (v.private, v.associated))(read("vlan 100\n private-vlan primary\n private-vlan association 101-102").vlans[100]),
                      ("primary", (101, 102))),
    "vlan list": (lambda: sorted(read("vlan 10,20-22").vlans), [10, 20, 21, 22]),
    "stp": (lambda: (lambda d: (d.stp_mode, d.stp_priority))(read("spanning-tree mode rapid-pvst\nspanning-tree vlan 1-2 priority 4096")),
            ("rapid-pvst", {1: 4096, 2: 4096})),
    "vlan map": (
        lambda: (lambda m: (m.entries[0][:2], m.vlans))(
            read("vlan access-map M 10\n match ip address A\n action drop\nvlan filter M vlan-list 10,20").vlan_maps[0]),
        ((("A",), "drop"), frozenset({10, 20}))),
    # routes
    "static": (lambda: (lambda s: (s.vrf, s.prefix, s.next_hop, s.next_hop_vrf))(read("ip route vrf A 10.0.0.0 255.0.0.0 192.0.2.1 global").static_routes[0]),
               ("A", prefix("10.0.0.0/8"), ip("192.0.2.1"), "")),
    "static options": (
        lambda: (lambda s: (s.interface, s.distance, s.tag, s.track, s.permanent))(
            read("ip route 10.0.0.0 255.0.0.0 Gi0/1 192.0.2.1 250 tag 7 track 3 name x").static_routes[0]),
        ("GigabitEthernet0/1", 250, 7, 3, False)),
    "null": (lambda: read("ip route 10.0.0.0 255.0.0.0 Null0").static_routes[0].discard, True),
    "no ip route": (lambda: read("ip route 10.0.0.0 255.0.0.0 192.0.2.1\nno ip route 10.0.0.0 255.0.0.0 192.0.2.1").static_routes, []),
    "host bits": (lambda: read("ip route 10.1.2.3 255.0.0.0 192.0.2.1").static_routes[0].prefix, prefix("10.0.0.0/8")),
    "route targets": (
        lambda: [t for t, _ in read("vrf definition A\n rd 1:1\n address-family ipv4\n  route-target import 1:2\n  route-target export 1:1").vrfs["A"].import_targets],
        ["1:2"]),
    "ip vrf": (lambda: [t for t, _ in read("ip vrf A\n rd 1:1\n route-target both 1:1").vrfs["A"].export_targets], ["1:1"]),
    "replicate": (lambda: read("vrf definition A\n address-family ipv4\n  route-replicate from vrf B unicast connected route-map M").vrfs["A"].replicate[0][:3],
                  ("B", "connected", "M")),
    "ospf": (
        lambda: (lambda o: (o.vrf, o.router_id, o.networks[0][:2], o.passive_default, o.not_passive, o.areas["1"].kind))(
            read("router ospf 1 vrf A\n router-id 1.1.1.1\n network 10.0.0.0 0.255.255.255 area 0\n passive-interface default\n"
                 " no passive-interface Vlan10\n area 1 nssa no-summary\n capability vrf-lite").ospf[0]),
        ("A", ip("1.1.1.1"), (Wild(ip("10.0.0.0"), 0xFF000000), "0"), True, frozenset({"Vlan10"}), "totally-nssa")),
    "redistribute": (
        lambda: (lambda x: (x.protocol, x.process, x.route_map, x.metric, x.metric_type, x.tag))(
            read("router ospf 1\n redistribute bgp 65000 metric 10 metric-type 1 subnets tag 5 route-map M").ospf[0].redistribute[0]),
        ("bgp", "65000", "M", 10, 1, 5)),
    "default-information": (lambda: read("router ospf 1\n default-information originate always metric 5").ospf[0].default_originate[:4], (True, "", 5, None)),
    "ospf range": (lambda: read("router ospf 1\n area 1 range 10.0.0.0 255.0.0.0 not-advertise").ospf[0].areas["1"].ranges[0], (prefix("10.0.0.0/8"), False, None)),
    "eigrp": (
        lambda: (lambda e: (e.asn, e.vrf, e.networks[0][0], e.stub))(
            read("router eigrp 10\n network 10.0.0.0\n eigrp stub connected\n no auto-summary", clean=False).eigrp[0]),
        (10, "", Wild(ip("10.0.0.0"), 0xFF000000), ("connected",))),
    "eigrp named": (
        lambda: (lambda e: (e.asn, e.vrf, e.name, e.passive))(
            read("router eigrp CITY\n address-family ipv4 unicast vrf A autonomous-system 7\n  network 10.0.0.0 0.0.0.255\n  af-interface Vlan10\n"
                 "   passive-interface\n  exit-af-interface\n  topology base\n   redistribute static\n  exit-af-topology\n exit-address-family", clean=False).eigrp[0]),
        (7, "A", "CITY", frozenset({"Vlan10"}))),
    # BGP
    "bgp vrf": (
        lambda: (lambda f, n: (f.vrf, n.address, n.remote_as, n.route_map_in, n.next_hop_self, f.distance))(
            *(lambda f: (f, f.neighbors[0]))(
                read("router bgp 1\n address-family ipv4 vrf A\n  neighbor 10.0.0.2 remote-as 2\n  neighbor 10.0.0.2 activate\n"
                     "  neighbor 10.0.0.2 route-map M in\n  neighbor 10.0.0.2 next-hop-self\n  distance bgp 200 200 200\n exit-address-family").bgp.families[0])),
        ("A", ip("10.0.0.2"), 2, "M", True, (200, 200, 200))),
    "peer group": (
        lambda: (lambda n: (n.remote_as, n.update_source, n.prefix_list_out))(
            read("router bgp 1\n neighbor G peer-group\n neighbor G remote-as 2\n neighbor G update-source Loopback0\n neighbor G prefix-list P out\n"
                 " neighbor 10.0.0.2 peer-group G").bgp.families[0].neighbors[0]),
        (2, "Loopback0", "P")),
    "not activated": (
        lambda: read("router bgp 1\n no bgp default ipv4-unicast\n neighbor 10.0.0.2 remote-as 2\n address-family ipv4\n  network 10.0.0.0").bgp.families[0].neighbors, ()),
    "old indentation": (
        lambda: [(f.vrf, len(f.neighbors)) for f in
                 read("router bgp 1\n bgp router-id 1.1.1.1\n address-family ipv4 vrf A\n redistribute connected\n neighbor 10.0.0.2 remote-as 2\n"
                      " exit-address-family").bgp.families], [("A", 1)]),
    "aggregate": (lambda: read("router bgp 1\n aggregate-address 10.0.0.0 255.0.0.0 summary-only").bgp.families[0].aggregates[0][:2], (prefix("10.0.0.0/8"), True)),
    # filters
    "extended": (
        lambda: (lambda e: (e.action, e.match.protocols, e.match.src, e.match.dst, e.match.dport))(
            read("ip access-list extended A\n 10 permit tcp 10.0.0.0 0.0.0.255 host 10.1.1.1 range 80 81 log").acls["A"].entries[0]),
        ("permit", (6,), (Wild(ip("10.0.0.0"), 0xFFFFFF00),), (Wild(ip("10.1.1.1"), 0xFFFFFFFF),), (Ports(80, 81),))),
    "neq": (lambda: read("access-list 100 deny udp any any neq 53").acls["100"].entries[0].match.dport, (Ports(0, 52), Ports(54, 65535))),
    "several eq": (lambda: len(read("access-list 100 permit tcp any any eq www 443 8080").acls["100"].entries[0].match.dport), 3),
    "established": (lambda: read("access-list 100 permit tcp any any established").acls["100"].entries[0].match.established, True),
    "icmp": (lambda: read("access-list 100 permit icmp any any echo").acls["100"].entries[0].match.icmp, ((8, None),)),
    "icmp numbers": (lambda: read("access-list 100 permit icmp any any 3 4").acls["100"].entries[0].match.icmp, ((3, 4),)),
    "fragments": (lambda: read("access-list 100 deny ip any any fragments").acls["100"].entries[0].match.fragments, True),
    "time range": (lambda: read("time-range W\n periodic weekdays 8:00 to 17:00\naccess-list 100 permit ip any any time-range W").acls["100"].entries[0].match.sometimes, True),
    "dscp": (lambda: read("access-list 100 permit ip any any dscp ef").acls["100"].entries[0].match.inexact, True),
    "holes in a wildcard": (lambda: read("access-list 10 permit 10.0.0.1 0.0.255.0").acls["10"].entries[0].match.src, (Wild(ip("10.0.0.1"), 0xFFFF00FF),)),
    "sequence order": (
        lambda: [e.action for e in read("ip access-list extended A\n 20 deny ip any any\n 10 permit ip any any").acls["A"].entries], ["permit", "deny"]),
    "entry removed": (lambda: len(read("ip access-list extended A\n 10 permit ip any any\n 20 deny ip any any\n no 10").acls["A"].entries), 1),
    "list continued": (lambda: len(read("ip access-list extended A\n permit tcp any any\n!\nip access-list extended A\n permit udp any any").acls["A"].entries), 2),
    "object groups": (
        lambda: (lambda e: (e.match.src, e.match.protocols, e.match.dport))(
            read("object-group network N\n 10.0.0.0 255.255.255.0\n host 10.1.1.1\nobject-group service S\n tcp eq 443\n"
                 "ip access-list extended A\n permit object-group S object-group N any").acls["A"].entries[0]),
        ((Wild(ip("10.0.0.0"), 0xFFFFFF00), Wild(ip("10.1.1.1"), 0xFFFFFFFF)), (6,), (Ports(443, 443),))),
    "prefix list": (lambda: (lambda e: (e.action, e.prefix, e.ge, e.le))(read("ip prefix-list P seq 5 permit 10.0.0.0/8 ge 16 le 24").prefix_lists["P"].entries[0]),
                    ("permit", prefix("10.0.0.0/8"), 16, 24)),
    "prefix list ge only": (lambda: (lambda e: (e.ge, e.le))(read("ip prefix-list P permit 0.0.0.0/0 ge 8").prefix_lists["P"].entries[0]), (8, 32)),
    "route map": (
        lambda: (lambda c: (c.sequence, c.action, c.matches, c.sets))(
            read("route-map M deny 20\n match ip address prefix-list P Q\n match tag 5\n set metric 100\n set ip next-hop 10.0.0.1").route_maps["M"].clauses[0]),
        (20, "deny", (("ip address prefix-list", ("P", "Q")), ("tag", ("5",))), (("metric", ("100",)), ("ip next-hop", ("10.0.0.1",))))),
    "set vrf": (lambda: read("route-map M permit 10\n set vrf B").route_maps["M"].clauses[0].sets, (("vrf", ("B",)),)),
    "set global": (lambda: read("route-map M permit 10\n set global").route_maps["M"].clauses[0].sets, (("global", ()),)),
    # NAT, tracks
    "nat static": (
        lambda: (lambda n: (n.vrf, n.local, n.translated, n.protocol, n.local_port, n.match_in_vrf))(
            read("ip nat inside source static tcp 10.0.0.1 80 192.0.2.1 8080 vrf A match-in-vrf").nat[0]),
        ("A", prefix("10.0.0.1/32"), prefix("192.0.2.1/32"), 6, 80, True)),
    "nat overload": (
        lambda: (lambda n: (n.acl, n.interface, n.overload, n.vrf))(
            read("ip nat inside source list 10 interface GigabitEthernet0/0 vrf A overload").nat[0]),
        ("10", "GigabitEthernet0/0", True, "A")),
    "nat pool": (lambda: read("ip nat pool P 192.0.2.1 192.0.2.9 netmask 255.255.255.0\nip nat inside source list 10 pool P").nat[0].pool,
                 (ip("192.0.2.1"), ip("192.0.2.9"))),
    "track sla": (
        lambda: (lambda t: (t.kind, t.target, t.vrf))(
            read("track 1 ip sla 1 reachability\n delay down 5 up 5\nip sla 1\n icmp-echo 10.0.0.1 source-ip 10.0.0.2\n vrf A\n frequency 5").tracks[1]),
        ("sla", ip("10.0.0.1"), "A")),
}  # fmt: skip


@pytest.mark.parametrize(("got", "wanted"), ROWS.values(), ids=ROWS)
def test_construct(got, wanted):
    assert got() == wanted


def test_keys_compare_across_types_and_are_never_kept():
    seven = svi(" ip ospf message-digest-key 1 md5 7 094F471A1A0A").ospf.key
    plain = svi(" ip ospf message-digest-key 1 md5 cisco").ospf.key
    other = svi(" ip ospf message-digest-key 1 md5 other").ospf.key
    assert seven == plain != other
    assert "cisco" not in plain


def test_key_chains_compare_by_their_keys():
    chain = "key chain {}\n key 1\n  key-string {}\n  cryptographic-algorithm hmac-sha-256\ninterface Vlan10\n ip ospf authentication key-chain {}\n"
    keys = [
        read(chain.format(n, k, n)).interfaces["Vlan10"].ospf.key
        for n, k in (("A", "cisco"), ("B", "7 094F471A1A0A"), ("A", "other"))
    ]
    assert keys[0] == keys[1] != keys[2]


def test_bgp_passwords_compare():
    text = "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 password {}"
    keys = [read(text.format(k)).bgp.families[0].neighbors[0].key for k in ("cisco", "7 094F471A1A0A", "other")]
    assert keys[0] == keys[1] != keys[2]


SECRETS = [
    "enable secret level 15 5 SECRETX", "key config-key password-encrypt SECRETX", "crypto keyring K\n pre-shared-key address 10.0.0.1 key SECRETX",
    "snmp-server user u g v3 encrypted auth md5 SECRETX priv des56 SECRETX", "interface Dialer1\n ppp chap password 0 SECRETX",
    "enable secret 9 $9$SECRETX", "username a privilege 15 secret 9 SECRETX", "username a password 7 SECRETX",
    "snmp-server community SECRETX RO 10", "snmp-server host 10.1.1.1 version 2c SECRETX", "ntp authentication-key 1 md5 SECRETX 7",
    "radius server R\n key 7 SECRETX", "router bgp 1\n neighbor 10.0.0.1 password 7 SECRETX", "key chain K\n key 1\n  key-string 7 SECRETX",
    "aaa server radius dynamic-author\n client 10.1.1.1 server-key SECRETX", "wlan w 1 w\n security wpa psk set-key ascii 0 SECRETX",
    "interface Vlan10\n standby 1 authentication SECRETX", "interface Vlan10\n standby 1 authentication md5 key-string 7 SECRETX",
    "interface Vlan10\n ip ospf authentication-key SECRETX", "interface Vlan10\n ip ospf message-digest-key 1 md5 7 SECRETX",
    "crypto isakmp key SECRETX address 10.0.0.1", "tacacs server T\n key 7 SECRETX", "line vty 0 4\n password 7 SECRETX",
    "radius-server host 10.1.1.1 auth-port 1812 acct-port 1813 key 7 SECRETX", "vtp password SECRETX", "enable password SECRETX",
    "tacacs-server key SECRETX", "snmp-server user u g v3 auth sha SECRETX priv aes 128 SECRETX",
]  # fmt: skip


@pytest.mark.parametrize("line", SECRETS)
def test_secrets_are_not_in_the_model(line):
    assert "SECRETX" not in repr(read(line, clean=False))


@pytest.mark.parametrize(
    "line", ["enable secret 9 <vault:enable:type9>", "radius server R\n key 7 <vault:radius:type7>"]
)
def test_placeholders_stay(line):
    assert "<vault:" in repr(read(line))


BLOCK = [
    "ip frobnicate", "frob", "interface Vlan10\n frob", "interface Vlan10\n ip inspect FW in", "interface Vlan10\n crypto map M",
    "interface Vlan10\n zone-member security Z", "interface Vlan10\n ip nat enable", "interface Vlan10\n bridge-group 1",
    "interface GigabitEthernet1/0/1\n service instance 1 ethernet", "mpls ip", "interface Vlan10\n mpls ip", "monitor session 1 source vlan 10",
    "router rip", "router isis", "ip route 10.0.0.0 255.0.0.0", "ip route 10.0.0.0 255.0.0.0 dhcp",
    "router ospf 1\n frob", "router ospf 1\n area 1 virtual-link 1.1.1.1", "router bgp 1\n bgp listen range 10.0.0.0/8 peer-group G",
    "vrf definition A\n frob", "route-map M permit 10\n match frob", "route-map M permit 10\n set frob", "ip access-list extended A\n permit frob",
    "event manager applet X\n action 1 cli command \"conf t\"", "policy-map Q\n class c\n  drop", "ip access-list role-based R",
    "ip local policy route-map M", "ip wccp web-cache", "interface Vlan10\n ip wccp web-cache redirect in", "line vty 0 4\n frob",
    "archive\n frob", "crypto pki trustpoint T\n frob", "ip nat create flow-entries", "interface GigabitEthernet1/0/1\n switchport mode frob",
    "interface GigabitEthernet1/0/1\n switchport trunk allowed vlan 5000", "l2vpn vfi context X", "bridge irb", "ip multicast-routing",
    "interface Vlan10\n ip address 10.0.0.1 255.0.255.0", "wlan w 1 w\n frob", "wireless profile policy p\n frob",
]  # fmt: skip


@pytest.mark.parametrize("text", BLOCK)
def test_what_is_not_modelled_blocks(text):
    device = read(text, clean=False)
    assert [u.source.text for u in device.unmodelled] == [text.splitlines()[-1].strip()]


def test_a_broken_entry_keeps_its_place():
    device = read("ip access-list extended A\n permit frob any any\n deny ip any any", clean=False)
    first, second = device.acls["A"].entries
    assert first.match.inexact
    assert second.action == "deny"


def test_lines_below_an_unknown_line_belong_to_it():
    device = read("frobnicate 1\n vlan 10\n ip address 10.0.0.1 255.0.0.0", clean=False)
    assert len(device.unmodelled) == 3
    assert not device.vlans


@pytest.mark.parametrize(
    ("short", "long"),
    [("Gi1/0/1", "GigabitEthernet1/0/1"), ("gi 1/0/1", "GigabitEthernet1/0/1"), ("Te1/1/1", "TenGigabitEthernet1/1/1"), ("Po3", "Port-channel3"),
     ("Vl10", "Vlan10"), ("vlan 10", "Vlan10"), ("Twe1/0/1", "TwentyFiveGigE1/0/1"), ("Hu1/0/49", "HundredGigE1/0/49"), ("Fo1/1/1", "FortyGigabitEthernet1/1/1"),
     ("Lo0", "Loopback0"), ("tun5", "Tunnel5"), ("fa0/1.10", "FastEthernet0/1.10"), ("e0/0", "Ethernet0/0"), ("Se0/0/0:0", "Serial0/0/0:0"),
     ("port1", "port1"), ("wan1", "wan1"), ("x", "x")],
)  # fmt: skip
def test_canonical_interface(short, long):
    assert canonical_interface(short) == long


IBNS = """vlan 99
 name quarantine
service-template DEAD
 vlan quarantine
policy-map type control subscriber P
 event session-started match-all
  10 class always do-until-failure
   10 authenticate using dot1x priority 10
 event authentication-failure match-first
  10 class always do-until-failure
   10 activate service-template DEAD
   20 authorize
interface GigabitEthernet1/0/1
 switchport access vlan 10
 switchport mode access
 access-session port-control auto
 access-session closed
 mab
 service-policy type control subscriber P
"""


def test_every_vlan_of_a_control_policy_is_collected():
    auth = read(IBNS).interfaces["GigabitEthernet1/0/1"].auth
    assert (auth.control, auth.closed, auth.dot1x, auth.mab) == ("auto", True, True, True)
    assert [item[:2] for item in auth.assigned] == [("template DEAD", "99"), ("authorize", "port")]


def test_an_interface_template_stands_below_the_interface():
    device = read("template T\n switchport mode access\n switchport access vlan 20\n mab\n access-session port-control auto\n"
                  "interface GigabitEthernet1/0/1\n switchport access vlan 10\n source template T")  # fmt: skip
    port = device.interfaces["GigabitEthernet1/0/1"]
    assert (port.switchport.mode, port.switchport.access, port.auth.mab, port.auth.control) == (
        "access",
        10,
        True,
        "auto",
    )


def test_a_missing_interface_template_blocks():
    device = read("interface GigabitEthernet1/0/1\n switchport access vlan 10\n source template T", clean=False)
    assert [u.source.text for u in device.unmodelled] == ["source template T"]
