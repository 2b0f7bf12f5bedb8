"""Other people's files: every line in exactly one class, whatever the file looks like, and never a crash."""

# ruff: noqa: E501 - tables and texts read better on one line

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bunri.messages import BunriError
from network.config import load_snapshot, read_device
from network.config.text import decode, split_lines

SCALE = float(os.environ.get("BUNRI_TEST_SCALE", "1"))
ROOT = Path(__file__).parents[3]

IOS = """Building configuration...

Current configuration : 4242 bytes
!
! Last configuration change at 10:00:00 JST
!
version 15.2
service timestamps debug datetime msec
hostname core1
!
vrf definition kikan
 rd 64496:10
 !
 address-family ipv4
  route-target export 64496:10
 exit-address-family
!
aaa new-model
username admin privilege 15 secret 9 $9$abc
!
crypto pki certificate chain TP
 certificate self-signed 01
  30820330 30820218 A0030201 02020101 300D0609
  \tquit
!
interface Port-channel1
 switchport mode trunk
 switchport trunk allowed vlan 10,20
!
interface GigabitEthernet1/0/1
 description 総務課 #1
 switchport access vlan 10
 switchport mode access
 authentication port-control auto
 dot1x pae authenticator
 spanning-tree portfast
!
interface GigabitEthernet1/0/2
 switchport mode trunk
 channel-group 1 mode active
!
interface Vlan10
 vrf forwarding kikan
 ip address 10.10.1.1 255.255.255.0
 ip access-group IN in
 standby 10 ip 10.10.1.254
!
router ospf 10 vrf kikan
 router-id 10.10.1.1
 passive-interface default
 network 10.10.0.0 0.0.255.255 area 0
!
router bgp 64496
 bgp log-neighbor-changes
 !
 address-family ipv4 vrf kikan
  redistribute ospf 10 route-map OUT
  neighbor 192.0.2.1 remote-as 64500
  neighbor 192.0.2.1 activate
 exit-address-family
!
ip route vrf kikan 10.20.0.0 255.255.0.0 10.10.1.9
!
ip access-list extended IN
 10 permit tcp any host 10.1.1.1 eq 443
 20 deny ip any any log
!
ip prefix-list P seq 5 permit 10.0.0.0/8 le 24
!
route-map OUT permit 10
 match ip address prefix-list P
!
banner login ^C
Authorised use only
ip route 0.0.0.0 0.0.0.0 192.0.2.9
^C
!
line con 0
 exec-timeout 10 0
line vty 0 4
 transport input ssh
!
end
"""
FORTI = """#config-version=FGT60F-7.4.5:opmode=0:vdom=0:user=admin
config system global
    set hostname "fw1"
end
config system interface
    edit "port1"
        set vdom "root"
        set ip 10.0.0.1 255.255.255.0
        set description "二行の
説明"
    next
    edit "v10"
        set ip 10.1.0.1 255.255.255.0
        set interface "port1"
        set vlanid 10
    next
end
config firewall address
    edit "net"
        set subnet 10.0.0.0 255.255.255.0
    next
end
config firewall policy
    edit 1
        set srcintf "port1"
        set dstintf "v10"
        set action accept
        set srcaddr "net"
        set dstaddr "all"
        set schedule "always"
        set service "HTTPS"
    next
end
config router static
    edit 1
        set dst 10.9.0.0 255.255.0.0
        set gateway 10.1.0.9
        set device "v10"
    next
end
"""


def account(device, text):
    """Every line that is neither blank nor a comment stands in exactly one class."""
    numbers = [
        *device.modelled_lines,
        *(source.line for source, _ in device.irrelevant),
        *(item.source.line for item in device.unmodelled),
    ]
    assert len(numbers) == len(set(numbers)), "a line in two classes"
    assert len(numbers) == device.lines
    mark = "#" if device.platform == "fortios" else "!"
    inside = {source.line for source, why in device.irrelevant if why in {"banner text", "certificate"}}
    expected = {n for n, line in enumerate(split_lines(text), 1) if line.strip() and not line.strip().startswith(mark)}
    assert expected - set(numbers) == set(), "a line in no class"
    assert set(numbers) - expected <= inside | set(numbers) if device.platform == "fortios" else True


def attempt(text, name="x.cfg"):
    try:
        device = read_device(text, name)
    except BunriError as problem:
        return None if problem.messages[0].lines() else problem
    account(device, text)
    return device


def facts(device):
    return (
        {n: (i.vrf, i.addresses, i.shutdown, i.vlan) for n, i in device.interfaces.items()},
        [(r.vrf, r.prefix, r.next_hop) for r in device.static_routes],
        {n: [(e.action, e.match) for e in a.entries] for n, a in device.acls.items()},
        [(o.process, o.vrf, o.passive_default) for o in device.ospf],
        [(f.vrf, [n.address for n in f.neighbors]) for f in device.bgp.families] if device.bgp else None,
        sorted(u.source.text for u in device.unmodelled),
    )


def test_the_samples_are_wholly_understood():
    for text in (IOS, FORTI):
        device = attempt(text)
        assert not device.unmodelled
    assert read_device(IOS, "x").static_routes[0].vrf == "kikan"
    assert len(read_device(IOS, "x").static_routes) == 1, "a route inside the banner is text"


FORMS = {
    "crlf": lambda t: t.replace("\n", "\r\n"),
    "cr cr lf": lambda t: t.replace("\n", "\r\r\n"),
    "mixed ends": lambda t: "".join(line + ("\r\n" if n % 2 else "\n") for n, line in enumerate(t.split("\n"))),
    "bom": lambda t: "\ufeff" + t,
    "no last newline": lambda t: t.rstrip("\n"),
    "trailing blanks": lambda t: t.replace("\n", "  \n"),
    "paging": lambda t: t.replace("interface Vlan10", " --More-- \x08\x08\x08\x08\x08\x08\x08\x08\x08         \x08\x08\x08\x08\x08\x08\x08\x08\x08interface Vlan10"),
    "prompt": lambda t: "core1#show running-config\n" + t + "\ncore1#\n",
    "flat": lambda t: "\n".join(line.strip() for line in t.split("\n")),
    "tabs": lambda t: t.replace("\n  ", "\n\t\t").replace("\n ", "\n\t"),
    "deeper": lambda t: "\n".join(" " * 2 * (len(line) - len(line.lstrip())) + line.lstrip() for line in t.split("\n")),
    "no bangs": lambda t: "\n".join(line for line in t.split("\n") if line.strip() != "!"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms_of_one_file_mean_the_same(form):
    assert facts(attempt(form(IOS))) == facts(read_device(IOS, "x.cfg"))


def test_abbreviated_lines():
    text = "host r1\nint gi1/0/1\n sw mo acc\n sw acc vl 10\n no shut\nint vl10\n ip addr 10.0.0.1 255.255.255.0\n"
    device = read_device("hostname r1\n" + text.split("\n", 1)[1], "x")
    assert not device.unmodelled
    assert device.interfaces["GigabitEthernet1/0/1"].switchport.access == 10
    assert device.interfaces["Vlan10"].addresses


@pytest.mark.parametrize("line", ["s", "ip", "interface", "ip a 10.0.0.1 255.0.0.0", "switchport"])
def test_ambiguous_lines_block(line):
    device = read_device(f"hostname r1\ninterface Vlan10\n {line} x\n", "x")
    assert device.unmodelled


def test_cp932_in_a_description_and_stray_bytes():
    raw = IOS.encode("cp932")
    assert "総務課" in read_device(decode(raw), "x").interfaces["GigabitEthernet1/0/1"].description
    assert attempt(decode(IOS.encode() + b"\xff\xfe\x80")) is not None
    assert decode(IOS.encode("utf-16")) == IOS


def test_an_unclosed_banner_hides_nothing():
    device = read_device("hostname a\nbanner motd #\nhello\nip route 10.0.0.0 255.0.0.0 192.0.2.1\n", "x")
    assert device.static_routes
    assert [u.source.text for u in device.unmodelled] == ["hello"]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "! nothing\n", "hello world\nthis is a letter\n", "\x00\x01\x02", "<html></html>"]
)
def test_what_is_no_configuration_is_said_so(text):
    with pytest.raises(BunriError) as problem:
        read_device(text, "letter.txt")
    assert problem.value.messages[0].id in {"CFG002", "CFG003"}
    assert problem.value.messages[0].where.file == "letter.txt"


@pytest.mark.parametrize("text", [IOS, FORTI], ids=["ios", "fortios"])
def test_truncated_anywhere(text):
    step = max(1, int(len(text) / (400 * SCALE)))
    for end in range(0, len(text), step):
        attempt(text[:end])


@pytest.mark.parametrize("text", [IOS, FORTI], ids=["ios", "fortios"])
def test_fuzzed(text):
    chance = random.Random(7)
    lines = text.split("\n")
    for _ in range(int(1500 * SCALE)):
        copy = list(lines)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(copy))
            kind = chance.randrange(6)
            if kind == 0:
                copy[at] = copy[at][: chance.randrange(len(copy[at]) + 1)]
            elif kind == 1:
                copy.insert(at, copy[chance.randrange(len(copy))])
            elif kind == 2:
                del copy[at]
            elif kind == 3:
                words = copy[at].split(" ")
                chance.shuffle(words)
                copy[at] = " ".join(words)
            elif kind == 4:
                copy[at] = copy[at].replace(
                    chance.choice('0123456789 "'), chance.choice(["", "99999", "-1", '"', "\u3000", "x"]), 1
                )
            else:
                copy[at] = " " * chance.randrange(4) + copy[at].strip()
        attempt("\n".join(copy))


@settings(max_examples=int(200 * SCALE), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.sampled_from(
            [
                *IOS.split("\n"),
                *FORTI.split("\n"),
                "frob",
                "exit",
                "end",
                " exit",
                "no",
                "no no",
                "config",
                "edit",
                "set",
            ]
        ),
        max_size=60,
    )
)
def test_any_order_of_lines(lines):
    attempt("\n".join(lines))


@settings(max_examples=int(200 * SCALE), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=400))
def test_any_text(text):
    attempt(text)


@pytest.mark.parametrize("text", [IOS, FORTI], ids=["ios", "fortios"])
def test_each_line_replaced_by_an_unknown_one_is_named(text):
    lines = text.split("\n")
    inside = {source.line for source, why in read_device(text, "x").irrelevant if why in {"banner text", "certificate"}}
    for at, line in enumerate(lines):
        if (
            not line.strip()
            or line.strip()[0] in "!#"
            or at + 1 in inside
            or "banner" in line
            or "certificate" in line
            or "説明" in line
            or "二行" in line
        ):
            continue
        copy = list(lines)
        copy[at] = line[: len(line) - len(line.lstrip())] + "frobnicate the network"
        device = attempt("\n".join(copy))
        assert any(item.source.line == at + 1 for item in device.unmodelled), line


def test_a_megabyte():
    text = "hostname big\n" + "".join(
        f"access-list 100 permit tcp host 10.{n >> 8 & 255}.{n & 255}.1 any eq 443\n" for n in range(20_000)
    )
    assert len(text) > 1_000_000
    assert len(attempt(text).acls["100"].entries) == 20_000


def test_snapshot_folder(tmp_path):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "a.cfg").write_text(IOS, encoding="utf-8")
    (tmp_path / "configs" / "b.conf").write_text(FORTI, encoding="utf-8")
    (tmp_path / "policy.yml").write_text("zones: {}\n", encoding="utf-8")
    edge = {
        "node1": {"hostname": "CORE1", "interfaceName": "gi1/0/2"},
        "node2": {"hostname": "fw1", "interfaceName": "port1"},
    }
    back = {"node1": edge["node2"], "node2": edge["node1"]}
    (tmp_path / "layer1_topology.json").write_text(json.dumps({"edges": [edge, back]}), encoding="utf-8")
    snapshot = load_snapshot(tmp_path)
    assert set(snapshot.devices) == {"core1", "fw1"}
    assert [(c.node1, c.interface1, c.node2, c.interface2) for c in snapshot.cables] == [
        ("core1", "GigabitEthernet1/0/2", "fw1", "port1")
    ]
    assert snapshot.policy_file
    assert facts(load_snapshot(tmp_path, jobs=2).devices["core1"]) == facts(snapshot.devices["core1"])


@pytest.mark.parametrize(
    ("files", "id_"),
    [
        ({}, "CFG001"),
        ({"configs/.keep": ""}, "CFG004"),
        ({"configs/a.cfg": ""}, "CFG002"),
        ({"configs/a.cfg": "hostname a\n", "configs/b.cfg": "hostname a\n"}, "CFG005"),
        ({"configs/a.cfg": "hostname a\n", "layer1_topology.json": "{"}, "CFG010"),
        ({"configs/a.cfg": "hostname a\n", "layer1_topology.json": "[]"}, "CFG011"),
        ({"configs/a.cfg": "hostname a\n", "layer1_topology.json": '{"edges": [{"node1": {}}]}'}, "CFG012"),
        ({"configs/f.cfg": FORTI, "layer1_topology.json": json.dumps({"edges": [
            {"node1": {"hostname": "fw1", "interfaceName": "nope"}, "node2": {"hostname": "x", "interfaceName": "y"}}]})}, "CFG013"),
        ({"configs/f.cfg": 'config system global\nend\nconfig firewall addrgrp\nedit "a"\nset member "b"\nnext\nedit "b"\nset member "a"\nnext\nend\n'
          'config firewall policy\nedit 1\nset srcaddr "a"\nset dstaddr "all"\nset service "ALL"\nnext\nend\n'}, "CFG006"),
    ],
)  # fmt: skip
def test_unusable_folders_say_why(tmp_path, files, id_):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BunriError) as problem:
        load_snapshot(tmp_path)
    assert [m.id for m in problem.value.messages] == [id_]
    assert "→" in str(problem.value)


def test_missing_folder(tmp_path):
    with pytest.raises(BunriError, match="BNR001"):
        load_snapshot(tmp_path / "nowhere")


def test_the_citys_configurations_are_wholly_understood():
    snapshot = load_snapshot(ROOT / "inventory" / "yasu" / "intended")
    assert len(snapshot.devices) > 90
    for device in snapshot.devices.values():
        assert not device.unmodelled, device.unmodelled[0]
        numbers = [*device.modelled_lines, *(s.line for s, _ in device.irrelevant)]
        assert len(numbers) == len(set(numbers)) == device.lines
