"""The lines shown beside a difference, typed into a virtual device, lead to the wanted configuration and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from device_samples import SWITCH, switch

from network.deploy import remediation, view
from network.lab.fixture import ThreadedCity

pytestmark = pytest.mark.lab

ACL = """ip access-list extended USERS
 10 permit udp any any eq bootps
 20 permit ip 10.10.1.0 0.0.0.255 any
 30 deny ip any any
"""
BASE = SWITCH.format(name="sw1", index=1).replace("ip ssh source", ACL + "ip ssh source")
DOT1X = " authentication host-mode multi-auth\n authentication port-control auto\n"


def changed(*pairs: tuple[str, str]) -> str:
    text = BASE
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


TEXTS = {
    "vrf": changed((" vrf forwarding kikan\n", " vrf forwarding mgmt\n")),
    "out of a vrf": changed((" vrf forwarding kikan\n", "")),
    "dot1x": changed((" description desk\n", " description desk\n" + DOT1X)),
    "dot1x forced": changed((" description desk\n", " description desk\n" + DOT1X.replace("auto", "force-authorized"))),
    "acl entry": changed(("20 permit ip 10.10.1.0 0.0.0.255 any", "20 permit ip 10.10.2.0 0.0.0.255 any")),
    "acl deny": changed(("20 permit ip 10.10.1.0", "15 deny ip any 10.20.0.0 0.0.255.255\n 20 permit ip 10.10.1.0")),
    "acl deny changed": changed(("30 deny ip any any", "30 deny tcp any any\n 40 deny udp any any")),
    "acl gone": changed((ACL, "")),
    "acl applied": changed((" description desk\n", " description desk\n ip access-group USERS in\n")),
    "trunk": changed(("allowed vlan 10,90", "allowed vlan 10"), ("description uplink", "description up")),
    "vlan": changed(("vlan 90\n", "vlan 20\n name naibu-user\nvlan 90\n"), ("access vlan 10", "access vlan 20")),
    "route and vrf": changed(("ip route vrf mgmt 10.90.0.0 255.255.0.0 10.90.1.254\n", "")),
}


@pytest.mark.parametrize("name", TEXTS)
def test_there_and_back(virtual_city: Callable[..., ThreadedCity], name: str) -> None:
    city = virtual_city([switch()])
    # The device's own form of both texts: it writes some lines in another order or leaves them out.
    forms = []
    for text in (TEXTS[name], BASE):
        city.do(lambda text=text: city.device("sw1").replace(text, trigger_error=False, user="test"))  # type: ignore[misc, attr-defined]
        forms.append(city.running("sw1"))
    assert view.compare(forms[0], forms[1], "cisco_ios"), "the fixture changes nothing"
    for wanted in forms:
        lines = remediation.lines(wanted, city.running("sw1"))
        said = city.tamper("sw1", *[line for line in lines if not line.startswith("!")])
        assert view.compare(wanted, city.running("sw1"), "cisco_ios") == [], (lines, said)
        assert remediation.lines(wanted, city.running("sw1")) == []


def test_addresses_follow_the_vrf() -> None:
    lines = remediation.lines(TEXTS["vrf"], BASE)
    assert lines == ["interface Vlan10", " vrf forwarding mgmt", " ip address 10.10.1.1 255.255.255.0"]


@pytest.mark.parametrize(
    ("wanted", "held"), [("dot1x forced", "dot1x"), ("trunk", ""), ("vlan", ""), ("acl applied", "")]
)
def test_nothing_stands_open_in_between(wanted: str, held: str) -> None:
    lines = remediation.lines(TEXTS[wanted], TEXTS[held] if held else BASE)
    assert lines
    assert not [line for line in lines if re.match(r"\s*no (authentication|access-session|switchport)", line)], lines


def test_access_session_is_known_too() -> None:
    old = "interface Gi1/0/1\n access-session port-control auto\n"
    lines = remediation.lines(old.replace("auto", "force-unauthorized"), old)
    assert lines == ["interface Gi1/0/1", " access-session port-control force-unauthorized"]


def test_lists_close_before_they_open() -> None:
    old = "ip access-list extended A\n 10 permit ip any any\n 20 deny tcp any any\n"
    new = "ip access-list extended A\n 15 deny udp any any\n 17 permit icmp any any\n"
    lines = [line.strip() for line in remediation.lines(new, old)[1:]]
    assert lines == ["no 10", "15 deny udp any any", "17 permit icmp any any", "no 20"]


def test_list_is_made_first_and_removed_last() -> None:
    used = BASE.replace(" description desk\n", " description desk\n ip access-group USERS in\n")
    bare = BASE.replace(ACL, "")
    assert remediation.lines(used, bare)[0] == "ip access-list extended USERS"
    assert remediation.lines(bare, used)[-1] == "no ip access-list extended USERS"
    for first, second in pairwise([used, bare, used]):
        assert remediation.lines(first, second)


def test_no_secret_is_shown() -> None:
    old = "radius server a\n key 7 0123456789\n"
    assert "0123456789" not in "\n".join(remediation.lines("radius server b\n key 7 0123456789\n", old))
