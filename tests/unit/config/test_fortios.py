"""One construct a row: a piece of FortiOS configuration and what the model must say of it."""

# ruff: noqa: PLC3002, E501 - tables and texts read better on one line

import pytest

from network.config import read_device
from network.config.cisco_ios.common import ip
from network.config.model import Address, Match, Ports, Prefix, Wild

HEAD = '#config-version=FGT60F-7.4.5:opmode=0:vdom=0:user=admin\nconfig system global\n set hostname "fw"\nend\n'


def read(text, clean=True):
    device = read_device(HEAD + text, "fw.conf")
    if clean:
        assert not device.unmodelled, device.unmodelled
    return device


def interface(text, name="a"):
    return read(f'config system interface\nedit "{name}"\n{text}\nnext\nend\n').interfaces[name]


BASE = (
    'config firewall address\nedit "n10"\nset subnet 10.0.0.0 255.255.255.0\nnext\nedit "n20"\nset subnet 10.0.2.0 255.255.255.0\nnext\n'
    'edit "r"\nset type iprange\nset start-ip 10.0.0.5\nset end-ip 10.0.0.6\nnext\nedit "f"\nset type fqdn\nset fqdn "x.example"\nnext\n'
    'edit "g"\nset type geography\nset country "JP"\nnext\nedit "w"\nset type wildcard\nset wildcard 10.0.0.1 255.0.255.255\nnext\nend\n'
    'config firewall addrgrp\nedit "grp"\nset member "n10" "inner"\nnext\nedit "inner"\nset member "n20"\nnext\nend\n'
    'config firewall service custom\nedit "s"\nset tcp-portrange 443 8443-8444\nset udp-portrange 53\nnext\n'
    'edit "ic"\nset protocol ICMP\nset icmptype 8\nnext\nedit "p"\nset protocol IP\nset protocol-number 47\nnext\nend\n'
    'config firewall service group\nedit "sg"\nset member "SSH" "s"\nnext\nend\n'
    'config firewall schedule recurring\nedit "office"\nset day monday\nset start 08:00\nset end 17:00\nnext\nend\n'
)


def policy(src="all", dst="all", service="ALL", extra="", clean=True, before=""):
    text = (
        f'{before}config firewall policy\nedit 7\nset srcintf "a"\nset dstintf "b"\nset action accept\nset srcaddr "{src}"\nset dstaddr "{dst}"\n'
        f'set schedule "always"\nset service "{service}"\n{extra}\nnext\nend\n'
    )
    return read(BASE + text, clean).firewall.policies[0]


N10, N20 = Wild(ip("10.0.0.0"), 0xFFFFFF00), Wild(ip("10.0.2.0"), 0xFFFFFF00)
ROWS = {
    "address": (lambda: interface("set ip 10.0.0.1 255.255.255.0").addresses, (Address(ip("10.0.0.1"), 24),)),
    "no address": (lambda: interface("set ip 0.0.0.0 0.0.0.0").addresses, ()),
    "secondary": (
        lambda: interface("set ip 10.0.0.1 255.255.255.0\nset secondary-IP enable\nconfig secondaryip\nedit 1\nset ip 10.0.1.1 255.255.255.0\nnext\nend").addresses,
        (Address(ip("10.0.0.1"), 24), Address(ip("10.0.1.1"), 24, True))),
    "vlan": (lambda: (lambda i: (i.kind, i.parent, i.vlan))(interface('set interface "port1"\nset vlanid 401')), ("subinterface", "port1", 401)),
    "down": (lambda: interface("set status down").shutdown, True),
    "aggregate": (lambda: interface('set type aggregate\nset member "p1" "p2"').members, ("p1", "p2")),
    "vdom of an interface": (lambda: interface('set vdom "x"').vrf, "x"),
    "dhcp": (lambda: interface("set mode dhcp").dhcp_client, True),
    "ipv6": (lambda: interface("config ipv6\nset ip6-address 2001:db8::1/64\nend").addresses[0].family, 6),
    "reserved for management": (
        lambda: read('config system interface\nedit "m"\nset ip 10.9.0.1 255.255.255.0\nnext\nend\nconfig system ha\nset mode a-p\nset ha-mgmt-status enable\n'
                     'config ha-mgmt-interfaces\nedit 1\nset interface "m"\nnext\nend\nend\n').interfaces["m"].vrf, "vsys_hamgmt"),
    "ha": (lambda: (lambda h: (h.group, h.mode, h.priority, h.override, h.monitor, h.heartbeat))(
        read('config system ha\nset group-name "g"\nset mode a-p\nset priority 200\nset override enable\nset monitor "p1"\nset hbdev "p3" 50\nend\n').ha),
        ("g", "a-p", 200, True, ("p1",), ("p3",))),
    "zone expands": (
        lambda: read('config system zone\nedit "a"\nset interface "x" "y"\nnext\nend\n' + BASE +
                     'config firewall policy\nedit 1\nset srcintf "a"\nset dstintf "b"\nset srcaddr "all"\nset dstaddr "all"\nset service "ALL"\nset schedule "always"\n'
                     'set action accept\nnext\nend\n').firewall.policies[0].from_interfaces, ("x", "y")),
    "intrazone": (lambda: read('config system zone\nedit "a"\nset intrazone allow\nset interface "x"\nnext\nend\n').firewall.intrazone_permit, frozenset({"a"})),
    "any any": (lambda: policy().matches, (Match(),)),
    "group": (lambda: policy("grp").matches[0].src, (N10, N20)),
    "range": (lambda: policy("r").matches[0].src, (Wild(ip("10.0.0.5"), 0xFFFFFFFF), Wild(ip("10.0.0.6"), 0xFFFFFFFF))),
    "wildcard": (lambda: policy("w").matches[0].src, (Wild(ip("10.0.0.1"), 0xFF00FFFF),)),
    "fqdn": (lambda: (lambda m: (m.src, m.inexact))(policy("f").matches[0]), ((), True)),
    "geography": (lambda: policy("g").matches[0].inexact, True),
    "none": (lambda: policy("none").matches, ()),
    "service": (lambda: [(m.protocols, m.dport) for m in policy(service="s").matches],
                [((6,), (Ports(443, 443), Ports(8443, 8444))), ((17,), (Ports(53, 53),))]),
    "icmp": (lambda: policy(service="ic").matches[0].icmp, ((8, None),)),
    "ip protocol": (lambda: policy(service="p").matches[0].protocols, (47,)),
    "predefined": (lambda: policy(service="HTTPS").matches[0].dport, (Ports(443, 443),)),
    "service group": (lambda: len(policy(service="sg").matches), 3),
    "negated source": (lambda: policy("n10", extra="set srcaddr-negate enable").matches[0].negate_src, True),
    "negated but unknown": (lambda: policy("f", extra="set srcaddr-negate enable").matches[0].negate_src, False),
    "negated service": (lambda: policy(service="s", extra="set service-negate enable").matches[0].negate_service, True),
    "disabled": (lambda: policy(extra="set status disable").enabled, False),
    "deny is the default": (lambda: policy(extra="unset action").action, "deny"),
    "schedule": (lambda: policy(extra='set schedule "office"').matches[0].sometimes, True),
    "schedule none": (lambda: policy(extra='set schedule "none"').enabled, False),
    "users": (lambda: policy(extra='set groups "staff"').matches[0].inexact, True),
    "nat": (lambda: policy(extra="set nat enable").nat, True),
    "pool": (lambda: policy(extra='set nat enable\nset ippool enable\nset poolname "P"',
                            before='config firewall ippool\nedit "P"\nset startip 192.0.2.1\nset endip 192.0.2.9\nnext\nend\n').pool,
             ((ip("192.0.2.1"), ip("192.0.2.9")),)),
    "vip": (lambda: (lambda p: (p.vips, p.matches[0].dst))(
        policy(dst="V", before='config firewall vip\nedit "V"\nset extip 192.0.2.1\nset extintf "a"\nset mappedip "10.0.0.9"\nset portforward enable\n'
               'set extport 8080\nset mappedport 80\nnext\nend\n')), (("V",), (Wild(ip("10.0.0.9"), 0xFFFFFFFF),))),
    "vip group": (lambda: policy(dst="VG", before='config firewall vip\nedit "V"\nset extip 192.0.2.1\nset mappedip "10.0.0.9"\nnext\nend\n'
                                 'config firewall vipgrp\nedit "VG"\nset member "V"\nnext\nend\n').vips, ("V",)),
    "static": (lambda: (lambda s: (s.vrf, s.prefix, s.next_hop, s.interface, s.distance, s.priority))(
        read('config router static\nedit 1\nset dst 10.0.0.0 255.0.0.0\nset gateway 192.0.2.1\nset device "a"\nset priority 5\nnext\nend\n').static_routes[0]),
        ("root", Prefix(ip("10.0.0.0"), 8), ip("192.0.2.1"), "a", 10, 5)),
    "default route": (lambda: read('config router static\nedit 1\nset gateway 192.0.2.1\nset device "a"\nnext\nend\n').static_routes[0].prefix, Prefix(0, 0)),
    "blackhole": (lambda: read("config router static\nedit 1\nset dst 10.0.0.0 255.0.0.0\nset blackhole enable\nnext\nend\n").static_routes[0].discard, True),
    "route by name": (lambda: read(BASE + 'config router static\nedit 1\nset dstaddr "n10"\nset gateway 192.0.2.1\nset device "a"\nnext\nend\n').static_routes[0].prefix,
                      Prefix(ip("10.0.0.0"), 24)),
    "route disabled": (lambda: read('config router static\nedit 1\nset status disable\nset device "a"\nnext\nend\n').static_routes, []),
    "policy route": (
        lambda: (lambda p: (p.input_interfaces, p.match.src, p.match.dport, p.output_interface, p.gateway))(
            read('config router policy\nedit 1\nset input-device "a"\nset src "10.0.0.0/255.255.255.0"\nset protocol 6\nset start-port 80\nset end-port 81\n'
                 'set gateway 192.0.2.1\nset output-device "b"\nnext\nend\n').firewall.policy_routes[0]),
        (("a",), (N10,), (Ports(80, 81),), "b", ip("192.0.2.1"))),
    "vdom link": (lambda: read('config system vdom-link\nedit "v"\nnext\nend\n').firewall.vdom_links[0][:2], ("v0", "v1")),
    "asymmetric": (lambda: read("config system settings\nset asymroute enable\nend\n").firewall.allow_asymmetric, True),
    "central nat": (lambda: read("config system settings\nset central-nat enable\nend\n").firewall.central_nat, True),
    "ipv6 policy": (
        lambda: [p.family for p in read(BASE + 'config firewall policy\nedit 1\nset srcintf "a"\nset dstintf "b"\nset srcaddr "all"\nset dstaddr "all"\n'
                                        'set srcaddr6 "all"\nset dstaddr6 "all"\nset service "ALL"\nset schedule "always"\nset action accept\nnext\nend\n').firewall.policies],
        [4, 6]),
    "vdoms": (
        lambda: (lambda d: (sorted(d.vrfs), [p.vdom for p in d.firewall.policies], d.static_routes[0].vrf))(
            read('config vdom\nedit root\nnext\nedit x\nnext\nend\nconfig global\nconfig system interface\nedit "a"\nset vdom "x"\nnext\nend\nend\n'
                 'config vdom\nedit x\nconfig firewall policy\nedit 1\nset srcintf "a"\nset dstintf "a"\nset srcaddr "all"\nset dstaddr "all"\nset service "ALL"\n'
                 'set schedule "always"\nset action accept\nnext\nend\nconfig router static\nedit 1\nset device "a"\nset gateway 10.0.0.1\nnext\nend\nend\n')),
        (["root", "x"], ["x"], "x")),
    "an empty routing process": (lambda: read('config router ospf\nconfig redistribute "connected"\nend\nend\n').unmodelled, []),
    "later set wins": (lambda: interface("set status down\nset status up").shutdown, False),
    "append": (lambda: policy(extra='append srcaddr "n10"').from_interfaces, ("a",)),
    "string over lines": (lambda: interface('set description "one\ntwo"').description, "one\ntwo"),
    "escaped quote": (lambda: interface('set alias "a \\"b\\""').description, 'a "b"'),
}  # fmt: skip


@pytest.mark.parametrize(("got", "wanted"), ROWS.values(), ids=ROWS)
def test_construct(got, wanted):
    assert got() == wanted


BLOCK = {
    "unknown table": ("config frob\nedit 1\nset a b\nnext\nend\n", "config frob"),
    "unknown key": ('config system interface\nedit "a"\nset frob enable\nnext\nend\n', "set frob enable"),
    "vrf inside a vdom": ('config system interface\nedit "a"\nset vrf 5\nnext\nend\n', "set vrf 5"),
    "pppoe": ('config system interface\nedit "a"\nset mode pppoe\nnext\nend\n', "set mode pppoe"),
    "transparent": ("config system settings\nset opmode transparent\nend\n", "set opmode transparent"),
    "policy-based": ("config system settings\nset ngfw-mode policy-based\nend\n", "set ngfw-mode policy-based"),
    "ospf": ("config router ospf\nconfig network\nedit 1\nset prefix 10.0.0.0 255.0.0.0\nnext\nend\nend\n", "config router ospf"),
    "sdwan": ('config system sdwan\nset status enable\nconfig members\nedit 1\nset interface "a"\nnext\nend\nend\n', "config system sdwan"),
    "ipsec policy": ("config firewall policy\nedit 1\nset action ipsec\nset srcaddr all\nset dstaddr all\nset service ALL\nnext\nend\n", "set action ipsec"),
    "undefined address": (
        "config firewall policy\nedit 1\nset action accept\nset srcaddr nobody\nset dstaddr all\nset service ALL\nnext\nend\n", "set srcaddr nobody"),
    "undefined service": (
        "config firewall policy\nedit 1\nset action accept\nset srcaddr all\nset dstaddr all\nset service frob\nnext\nend\n", "set service frob"),
    "undefined schedule": (
        "config firewall policy\nedit 1\nset action accept\nset srcaddr all\nset dstaddr all\nset service ALL\nset schedule frob\nnext\nend\n", "set schedule frob"),
    "active-active": ("config system ha\nset mode a-a\nend\n", "set mode a-a"),
    "vxlan": ('config system vxlan\nedit "v"\nset vni 5\nnext\nend\n', "config system vxlan"),
    "proxy policy": ("config firewall proxy-policy\nedit 1\nset proxy transparent-web\nnext\nend\n", "config firewall proxy-policy"),
    "security policy": ("config firewall security-policy\nedit 1\nnext\nend\n", "config firewall security-policy"),
    "bundle of at least two": (
        'config system interface\nedit "a"\nset type aggregate\nset member "b" "c"\nset min-links 2\nnext\nend\n', "set min-links 2"),
    "stray words": ("config system interface\nfrob\nend\n", "frob"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), BLOCK.values(), ids=BLOCK)
def test_what_is_not_modelled_blocks(text, line):
    assert line in [u.source.text for u in read(text, clean=False).unmodelled]


@pytest.mark.parametrize(
    "text",
    ['config system admin\nedit "a"\nset password ENC SECRETX\nnext\nend\n', "config system ha\nset password SECRETX\nend\n",
     'config vpn ipsec phase1-interface\nedit "v"\nset psksecret ENC SECRETX\nnext\nend\n',
     'config system snmp user\nedit "u"\nset auth-pwd SECRETX\nset priv-pwd SECRETX\nnext\nend\n',
     'config vpn certificate local\nedit "c"\nset private-key "-----BEGIN\nSECRETX\n-----END"\nnext\nend\n'],
)  # fmt: skip
def test_secrets_are_not_in_the_model(text):
    assert "SECRETX" not in repr(read(text, clean=False))


def test_an_undefined_address_may_be_any():
    text = "config firewall policy\nedit 1\nset action accept\nset srcaddr nobody\nset dstaddr all\nset service ALL\nnext\nend\n"
    assert read(text, clean=False).firewall.policies[0].matches[0].inexact
