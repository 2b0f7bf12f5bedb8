"""Each rule fails on its own bad example, passes on its good one, and its page is current."""

# ruff: noqa: E501 - tables and texts read better on one line

import datetime
import importlib.util
from pathlib import Path

import pytest

from bunri.messages import catalogue
from network.config import read_device
from network.config.model import Cable, Snapshot
from network.policy.model import parse_policy
from network.policy.rules import Rule, all_rules, run

TODAY = datetime.date(2026, 11, 22)
ZONES = """
zones:
  kikan: {members: [{vrf: kikan}, {vlan: 10}]}
  naibu: {members: [{vrf: naibu}, {vlan: 20}, {vlan: 26}, {ssid: office}]}
  inet: {members: [{vrf: inet}, {vlan: 30}]}
  mgmt: {members: [{vrf: mgmt}, {vlan: 90}]}
flows: []
"""


def check(text, rule=None, extra="", cables=None, more=()):
    devices = {}
    for index, config in enumerate((text, *more)):
        device = read_device(config if "hostname" in config else f"hostname d{index}\n{config}\n", f"d{index}.cfg")
        assert not device.unmodelled, device.unmodelled
        devices[device.hostname] = device
    findings = run(Snapshot(devices, cables), None, parse_policy(ZONES + extra), TODAY)
    return [f for f in findings if rule is None or f.rule == rule]


@pytest.mark.parametrize("rule", [rule for rule in all_rules() if rule.bad], ids=lambda rule: rule.id)
def test_the_rules_own_examples(rule: Rule):
    bad, good = check(rule.bad, rule.id), check(rule.good, rule.id)
    assert bad, "the bad example passes"
    assert not good, [f.what() for f in good]
    for finding in bad:
        assert finding.what("ja")
        assert finding.what("en")
        assert finding.remedy("ja")


PORT = "interface GigabitEthernet1/0/1\n switchport mode access\n switchport access vlan 10\n"
DOT1X = PORT + " authentication port-control auto\n dot1x pae authenticator\n"
LEAK = "vrf definition kikan\n rd 1:1\n address-family ipv4\n  route-target import 1:2\nvrf definition naibu\n rd 1:2\n address-family ipv4\n  route-target export 1:2"
IBNS = """service-template CRITICAL
 vlan 20
class-map type control subscriber match-all DEAD
 match result-type aaa-timeout
policy-map type control subscriber P
 event session-started match-all
  10 class always do-until-failure
   10 authenticate using dot1x priority 10
 event authentication-failure match-first
  10 class DEAD do-until-failure
   10 activate service-template CRITICAL
interface GigabitEthernet1/0/1
 switchport mode access
 switchport access vlan 10
 access-session port-control auto
 access-session closed
 service-policy type control subscriber P
"""
WLAN = "wireless profile policy p\n vlan {vlan}\n no shutdown\nwireless tag policy t\n wlan office policy p\nwlan office 1 office\n{extra} no shutdown\n"

BAD = {
    "half-default": ("default-route", "ip route vrf kikan 128.0.0.0 128.0.0.0 10.10.1.1"),
    "default-originate": ("default-route", "router ospf 1 vrf naibu\n default-information originate always"),
    "bgp-default-originate": (
        "default-route",
        "router bgp 1\n address-family ipv4 vrf mgmt\n  neighbor 10.0.0.1 remote-as 2\n  neighbor 10.0.0.1 default-originate",
    ),
    "global-table": ("default-route", "ip route 0.0.0.0 0.0.0.0 192.0.2.1"),
    "fortios-default": (
        "default-route",
        'config system global\n set hostname "d0"\nend\nconfig router static\n edit 1\n set gateway 10.0.0.1\n set device "p"\n next\nend',
    ),
    "leak-by-interface": (
        "static-leak",
        "interface Vlan20\n vrf forwarding naibu\n ip address 10.20.1.1 255.255.255.0\nip route vrf kikan 10.20.0.0 255.255.0.0 Vlan20 10.20.1.2",
    ),
    "route-target": ("vrf-leak", LEAK),
    "vrf-receive": ("vrf-leak", "interface Vlan20\n ip vrf select source\n ip vrf receive kikan"),
    "import-map": ("vrf-leak", "vrf definition kikan\n address-family ipv4\n  import ipv4 unicast map M"),
    "helper-of-other-zone": (
        "dhcp-relay",
        "interface Vlan10\n vrf forwarding kikan\n ip address 10.10.1.1 255.255.255.0\n ip helper-address 10.20.1.5\n"
        "interface Vlan20\n vrf forwarding naibu\n ip address 10.20.1.1 255.255.255.0",
    ),
    "undefined-route-map": ("undefined-name", "router ospf 1\n redistribute static route-map NONE"),
    "undefined-prefix-list": (
        "undefined-name", "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 prefix-list NONE in"),
    "no-auth": ("dot1x-edge", PORT),
    "force-authorized": ("dot1x-edge", PORT + " authentication port-control force-authorized\n dot1x pae authenticator"),
    "critical-other-zone": ("dot1x-outcome", DOT1X + " authentication event server dead action authorize vlan 20"),
    "guest-other-zone": ("dot1x-outcome", DOT1X + " authentication event no-response action authorize vlan 30"),
    "guest-own-zone": ("dot1x-outcome", DOT1X + " authentication event no-response action authorize vlan 10"),
    "old-guest": ("dot1x-outcome", PORT + " dot1x port-control auto\n dot1x guest-vlan 20"),
    "ibns": ("dot1x-outcome", IBNS),
    "voice-other-zone": ("dot1x-outcome", DOT1X + " switchport voice vlan 20"),
    "ibns-open": ("dot1x-open", PORT + " access-session port-control auto\n dot1x pae authenticator"),
    "pre-auth-wide": (
        "dot1x-open", "ip access-list extended P\n permit udp any any eq 67\n permit ip any any\n" + DOT1X
        + " authentication open\n ip access-group P in"),
    "wlan-open": ("wlan-enterprise", "wlan office 1 office\n no security wpa\n no shutdown"),
    "wlan-sae": ("wlan-enterprise", "wlan office 1 office\n no security wpa akm dot1x\n security wpa akm sae\n no shutdown"),
    "wlan-other-zone": ("wlan-zone", WLAN.format(vlan=30, extra="")),
    "wlan-no-zone": ("wlan-zone", WLAN.format(vlan=77, extra="")),
    "wlan-one-server": (
        "radius-redundant", "radius server R\n address ipv4 10.90.1.1 auth-port 1812 acct-port 1813\naaa group server radius G\n"
        " server name R\nwlan office 1 office\n no shutdown"),
    "native-default": ("native-vlan", "interface Vlan1\n vrf forwarding naibu\n ip address 10.20.9.1 255.255.255.0\n"
                       "interface GigabitEthernet1/0/1\n switchport mode trunk\n switchport trunk allowed vlan 1,10"),
    "dynamic": ("port-mode", "interface GigabitEthernet1/0/1\n switchport mode dynamic desirable"),
    "bpdufilter": ("stp-guard", PORT + " spanning-tree bpduguard enable\n spanning-tree bpdufilter enable"),
    "telnet": ("management-isolation", "line vty 5 15\n transport input telnet"),
    "undefined-access-class": ("management-isolation", "line vty 0 4\n access-class X in\n transport input ssh"),
    "fortios-https": (
        "management-isolation",
        'config system global\n set hostname "d0"\nend\nconfig system interface\n edit "p"\n set ip 10.0.0.1 255.255.255.0\n'
        " set allowaccess ping https ssh\n next\nend",
    ),
    "snmp-v2": ("hardening", "snmp-server community secret RO"),
    "retired-route": ("retired-circuit", "ip route vrf kikan 10.1.0.0 255.255.0.0 10.10.1.9 name Bフレッツ"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), BAD.values(), ids=BAD)
def test_variants_that_break_a_rule(rule, text):
    found = check(text, rule)
    assert found
    assert any(f.where.line for f in found) or rule == "hardening"


GOOD = {
    "default-in-inet": ("default-route", "ip route vrf inet 0.0.0.0 0.0.0.0 10.30.1.1"),
    "null-route": ("default-route", "ip route vrf kikan 0.0.0.0 0.0.0.0 Null0"),
    "own-route-target": (
        "vrf-leak", "vrf definition kikan\n rd 1:1\n address-family ipv4\n  route-target import 1:1\n  route-target export 1:1"),
    "port-down": ("dot1x-edge", PORT + " shutdown"),
    "quarantine-port": ("dot1x-edge", "interface GigabitEthernet1/0/1\n switchport mode access\n switchport access vlan 99"),
    "mab": ("dot1x-edge", PORT + " authentication port-control auto\n mab"),
    "quarantine": ("dot1x-outcome", DOT1X + " authentication event fail action authorize vlan 99"),
    "pre-auth-dhcp": ("dot1x-open", "ip access-list extended P\n permit udp any any eq 67\n deny ip any any\n" + DOT1X
                      + " authentication open\n ip access-group P in"),
    "wlan-down": ("wlan-enterprise", "wlan office 1 office\n no security wpa\n shutdown"),
    "wlan-right": ("wlan-zone", WLAN.format(vlan=26, extra="")),
    "global-guard": ("stp-guard", "spanning-tree portfast bpduguard default\n" + PORT + " spanning-tree portfast"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), GOOD.values(), ids=GOOD)
def test_variants_that_keep_a_rule(rule, text):
    text = "dot1x system-auth-control\n" + text
    assert check(text, rule) == []


def test_a_learnt_default_route_is_seen():
    class Prefix:
        length = 0

    class State:
        ribs = {  # noqa: RUF012
            ("d0", "kikan"): [Prefix()],
            ("d0", "inet"): [Prefix()],
        }

    device = read_device("hostname d0\n", "d0.cfg")
    found = run(Snapshot({"d0": device}, None), State(), parse_policy(ZONES), TODAY)
    assert [(f.id, f.params["vrf"]) for f in found if f.rule == "default-route"] == [("RUL012", "kikan")]


def test_native_mismatch_over_a_cable():
    trunk = "hostname {}\ninterface GigabitEthernet1/0/1\n switchport mode trunk\n switchport trunk allowed vlan 10\n switchport trunk native vlan {}\n"
    cables = [Cable("a", "GigabitEthernet1/0/1", "b", "GigabitEthernet1/0/1")]
    found = check(trunk.format("a", 997), "native-vlan", cables=cables, more=[trunk.format("b", 998)])
    assert [f.id for f in found] == ["RUL211"]
    assert check(trunk.format("a", 997), "native-vlan", cables=cables, more=[trunk.format("b", 997)]) == []


def test_two_paths():
    text = "hostname {}\n"
    pairs = "rules: {two-paths: {pairs: [{id: N9, from: hall*, to: dc*}]}}\n"
    duct = "ducts: {one: ['dc1:Gi1 <-> hall1:Gi1', 'dc2:Gi1 <-> hall2:Gi1']}\n"
    more = [text.format(name) for name in ("hall2", "dc1", "dc2")]
    cables = [Cable("hall1", "Gi1", "dc1", "Gi1"), Cable("hall2", "Gi1", "dc2", "Gi1")]
    assert check(text.format("hall1"), "two-paths", pairs, cables, more) == []
    assert {f.params["lost"] for f in check(text.format("hall1"), "two-paths", pairs + duct, cables, more)} == {
        "duct one"
    }
    assert {f.id for f in check(text.format("hall1"), "two-paths", pairs, cables[:1], more)} == {"RUL340"}


def test_firewall_pair_of_equal_priority():
    unit = 'config system global\n set hostname "{}"\nend\nconfig system ha\n set group-name "g"\n set mode a-p\n set monitor "p"\n set priority {}\nend\n'
    assert [f.id for f in check(unit.format("a", 200), "firewall-pair", more=[unit.format("b", 200)])] == ["RUL332"]
    assert check(unit.format("a", 200), "firewall-pair", more=[unit.format("b", 100)]) == []


def test_exceptions_need_a_reason_and_an_expiry():
    rule = "rules: {dot1x-edge: {exceptions: [%s]}}\n"
    assert [f.id for f in check(PORT, "dot1x-edge")] == ["RUL100"]
    assert check(PORT, "dot1x-edge", rule % "{device: d0, reason: x, expires: 2027-03-31}") == []
    assert {f.id for f in check(PORT, "dot1x-edge", rule % "{device: d0, reason: x}")} == {"RUL001", "RUL100"}
    assert {f.id for f in check(PORT, "dot1x-edge", rule % "{device: d0, reason: x, expires: 2020-03-31}")} == {
        "RUL002",
        "RUL100",
    }


def test_a_mistyped_rule_or_parameter_is_found():
    assert [f.id for f in check("hostname x", "dot1x-egde", "rules: {dot1x-egde: {enabled: false}}\n")] == ["RUL003"]
    assert [f.id for f in check("hostname x", "dot1x-edge", "rules: {dot1x-edge: {fixed: [1]}}\n")] == ["RUL004"]


def test_a_rule_can_be_switched_off():
    assert check(PORT, "dot1x-edge", "rules: {dot1x-edge: {enabled: false}}\n") == []


def test_ids_are_unique_and_messages_exist():
    ids = [rule.id for rule in all_rules()]
    assert len(ids) == len(set(ids))
    assert all(rule.plan and rule.why_ja and rule.why_en and rule.advice_ja and rule.advice_en for rule in all_rules())
    assert {id_ for id_ in catalogue() if id_.startswith("RUL")}


def test_pages_are_current():
    root = Path(__file__).parents[3]
    spec = importlib.util.spec_from_file_location("rule_pages", root / "tools" / "rule_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, text in module.pages().items():
        assert (root / "docs" / "rules" / name).read_text(encoding="utf-8") == text, f"run tools/rule_pages.py: {name}"
