"""What an IOS-XE device does with single lines. Answers come from Cisco's documents, not from the simulator.

Sources: Catalyst 9300 command reference 17.9 (interface, VLAN, system management), IP addressing and IP routing command
references, "Configuring VRF-lite", "Access control lists" (sequence numbers), "Configuration fundamentals".
"""

# ruff: noqa: E501 - one case is one row of a table

from __future__ import annotations

import pytest
from device_samples import SWITCH

from network.lab.ios_config import Running

CARET = "% Invalid input detected at '^' marker."


def device() -> Running:
    running = Running(frozenset({f"GigabitEthernet1/0/{n}" for n in range(1, 5)}))
    assert running.load(SWITCH.format(name="sw1", index=1)) == []
    return running


def typed(running: Running, *lines: str) -> list[str]:
    stack = running.stack()
    return [running.apply(stack, line).text.strip() for line in lines]


def section(running: Running, head: str) -> list[str]:
    rows = running.text().splitlines()
    start = rows.index(head)
    found = []
    for row in rows[start + 1 :]:
        if not row.startswith(" "):
            break
        found.append(row.strip())
    return found


PORT = "interface GigabitEthernet1/0/2"

# lines typed in configuration mode, the answer to the last one, the section to look at, its lines afterwards
TABLE = [
    pytest.param([PORT, "description a", "description b"], "", PORT, ["description b", "switchport access vlan 10", "switchport mode access"], id="single value replaced"),
    pytest.param([PORT, "no description"], "", PORT, ["switchport access vlan 10", "switchport mode access"], id="no removes"),
    pytest.param(["int gi1/0/2", "desc x y"], "", PORT, ["description x y", "switchport access vlan 10", "switchport mode access"], id="abbreviations"),
    pytest.param(["interface GigabitEthernet 1/0/2", "shut"], "", PORT, ["description desk", "switchport access vlan 10", "switchport mode access", "shutdown"], id="space in a name"),
    pytest.param([PORT, "shutdown", "no shutdown"], "", PORT, ["description desk", "switchport access vlan 10", "switchport mode access"], id="no shutdown is not shown"),
    pytest.param(["interface gi1/0/1", "switchport trunk allowed vlan add 20-22"], "", "interface GigabitEthernet1/0/1", ["description uplink", "switchport trunk native vlan 997", "switchport trunk allowed vlan 10,20-22,90", "switchport mode trunk"], id="vlan add"),
    pytest.param(["interface gi1/0/1", "switchport trunk allowed vlan remove 10"], "", "interface GigabitEthernet1/0/1", ["description uplink", "switchport trunk native vlan 997", "switchport trunk allowed vlan 90", "switchport mode trunk"], id="vlan remove"),
    pytest.param(["interface gi1/0/1", "switchport trunk allowed vlan none"], "", "interface GigabitEthernet1/0/1", ["description uplink", "switchport trunk native vlan 997", "switchport trunk allowed vlan none", "switchport mode trunk"], id="vlan none"),
    pytest.param(["interface gi1/0/1", "switchport trunk allowed vlan all"], "", "interface GigabitEthernet1/0/1", ["description uplink", "switchport trunk native vlan 997", "switchport mode trunk"], id="vlan all is the default"),
    pytest.param([PORT, "switchport access vlan 55"], "% Access VLAN does not exist. Creating vlan 55", PORT, ["description desk", "switchport access vlan 55", "switchport mode access"], id="access vlan is created"),
    pytest.param(["interface Vlan10", "vrf forwarding mgmt"], "% Interface Vlan10 IPv4 disabled and address(es) removed due to enabling VRF mgmt", "interface Vlan10", ["vrf forwarding mgmt", "no ip address"], id="vrf change drops the address"),
    pytest.param(["interface Vlan10", "no vrf forwarding"], "% Interface Vlan10 IPv4 disabled and address(es) removed due to disabling VRF kikan", "interface Vlan10", ["no ip address"], id="leaving a vrf drops the address"),
    pytest.param(["interface Vlan10", "vrf forwarding nowhere"], "% VRF nowhere not configured.", "interface Vlan10", ["vrf forwarding kikan", "ip address 10.10.1.1 255.255.255.0"], id="unknown vrf"),
    pytest.param([PORT, "ip address 10.9.9.1 255.255.255.0"], "% IP addresses may not be configured on L2 links.", PORT, ["description desk", "switchport access vlan 10", "switchport mode access"], id="address on a switch port"),
    pytest.param([PORT, "no switchport", "ip address 10.9.9.1 255.255.255.0"], "", PORT, ["description desk", "no switchport", "ip address 10.9.9.1 255.255.255.0"], id="routed port loses switching"),
    pytest.param([PORT, "no switchport", "switchport access vlan 10"], "Command rejected: not a switching port.", PORT, ["description desk", "no switchport"], id="switching line on a routed port"),
    pytest.param(["interface Vlan10", "ip address 10.10.7.0 255.255.255.0"], "Bad mask /24 for address 10.10.7.0", "interface Vlan10", ["vrf forwarding kikan", "ip address 10.10.1.1 255.255.255.0"], id="network as address"),
    pytest.param(["interface Vlan90", "interface Vlan20", "vrf forwarding kikan", "ip address 10.10.1.9 255.255.255.0"], "% 10.10.1.0 overlaps with Vlan10", "interface Vlan20", ["vrf forwarding kikan"], id="overlap in one vrf"),
    pytest.param(["interface Vlan20", "vrf forwarding mgmt", "ip address 10.10.1.9 255.255.255.0"], "", "interface Vlan20", ["vrf forwarding mgmt", "ip address 10.10.1.9 255.255.255.0"], id="no overlap between vrfs"),
    pytest.param(["interface Vlan10", "no ip redirects", "ip redirects"], "", "interface Vlan10", ["vrf forwarding kikan", "ip address 10.10.1.1 255.255.255.0"], id="default is not shown"),
    pytest.param(["ip access-list extended A", "permit tcp any host 10.1.1.1 eq 80", "deny ip any any", "15 permit udp 10.1.1.9 0.0.0.255 any eq 53"], "", "ip access-list extended A", ["10 permit tcp any host 10.1.1.1 eq www", "15 permit udp 10.1.1.0 0.0.0.255 any eq domain", "20 deny ip any any"], id="acl numbers, names, host bits"),
    pytest.param(["ip access-list extended A", "10 permit ip any any", "10 deny ip any any"], "% Duplicate sequence number\n%Failed to add ace to access-list", "ip access-list extended A", ["10 permit ip any any"], id="acl duplicate number"),
    pytest.param(["ip access-list extended A", "10 permit ip any any", "20 deny ip any any", "no 10"], "", "ip access-list extended A", ["20 deny ip any any"], id="acl no by number"),
    pytest.param(["ip access-list standard S", "permit 10.90.101.0 0.0.0.127", "permit host 10.1.1.1"], "", "ip access-list standard S", ["10 permit 10.90.101.0 0.0.0.127", "20 permit host 10.1.1.1"], id="standard acl"),
    pytest.param(["interface range Gi1/0/2 - 3", "description both"], "", "interface GigabitEthernet1/0/3", ["description both"], id="range"),
    pytest.param(["router bgp 64496", "address-family ipv4 vrf kikan", "neighbor 10.1.1.1 activate"], "% Specify remote-as or peer-group commands first", "router bgp 64496", ["!", "address-family ipv4 vrf kikan", "exit-address-family"], id="neighbour before remote-as"),
    pytest.param(["router bgp 64496", "neighbor 10.1.1.1 remote-as 1", "neighbor 10.1.1.1 description x", "no neighbor 10.1.1.1"], "", "router bgp 64496", [], id="removing a neighbour removes its lines"),
    pytest.param(["interface Vlan10", "standby 10 ip 10.10.1.1"], "% Address cannot equal interface IP address", "interface Vlan10", ["vrf forwarding kikan", "ip address 10.10.1.1 255.255.255.0"], id="hsrp address is the interface's"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "answer", "head", "after"), TABLE)
def test_line(lines: list[str], answer: str, head: str, after: list[str]) -> None:
    running = device()
    assert typed(running, *lines)[-1] == answer
    assert section(running, head) == after


@pytest.mark.parametrize(
    ("lines", "kind", "column"),
    [
        (["frobnicate"], "invalid", 0),
        (["interface Vlan10", " ip adress 10.1.1.1 255.0.0.0"], "invalid", 4),
        (["interface GigabitEthernet1/0/99"], "invalid", 10),
        (["interface Vlan10", "ip address 10.1.1.1"], "incomplete", 19),
        (["hostname"], "incomplete", 8),
        (["ip s"], "ambiguous", 3),
        (["vlan 5000"], "invalid", 5),
        (["interface Vlan10", "ip address 10.1.1.300 255.0.0.0"], "invalid", 11),
        (["router ospf 10", "passive-interface defualt"], "invalid", 18),
        (["line vty 0 4", "transport input sssh"], "invalid", 16),
        (["no frobnicate"], "invalid", 3),
        (["no"], "incomplete", 2),
    ],
)
def test_refusal(lines: list[str], kind: str, column: int) -> None:
    running = device()
    before = running.text()
    stack = running.stack()
    answer = [running.apply(stack, line) for line in lines][-1]
    assert (answer.ok, answer.kind, answer.column) == (False, kind, column)
    if len(lines) == 1:
        assert running.text() == before


def test_global_lines() -> None:
    running = device()
    assert typed(running, "no ip http server", "hostname sw9", "no vlan 1", "vlan 1003") == [
        "",
        "",
        "Default VLAN 1 may not be deleted.",
        "Command rejected: Bad VLAN list - reserved VLAN 1002-1005.",
    ]
    assert "no ip http server\n" in running.text()
    assert running.hostname == "sw9"
    assert typed(running, "no interface GigabitEthernet1/0/1") == ["% Removal of physical interfaces is not permitted."]
    assert typed(running, "ip route vrf kikan 10.1.1.5 255.255.255.0 10.10.1.9") == ["%Inconsistent address and mask"]
    assert typed(running, "router bgp 64496", "router bgp 64497") == ["", "BGP is already running; AS is 64496"]
    assert typed(running, "no line vty 0") == ["% Can't delete last 5 VTY lines"]


def test_removing_a_vrf_removes_its_addresses_and_routes() -> None:
    running = device()
    answer = typed(running, "no vrf definition mgmt")
    assert answer == ["% IPv4 and IPv6 addresses from all interfaces in VRF mgmt have been removed"]
    assert section(running, "interface Vlan90") == ["no ip address"]
    assert "ip route vrf mgmt" not in running.text()


def test_vtp_server_keeps_vlans_out_of_the_text() -> None:
    running = device()
    assert "vlan 10\n name kikan-user" in running.text()
    typed(running, "vtp mode server")
    assert "\nvlan 10\n" not in running.text()
    assert 10 in running.vlans()


def test_secrets_are_kept_as_a_device_keeps_them() -> None:
    running = device()
    typed(running, "username op privilege 15 secret Marked-1", "enable secret Marked-2", "interface Vlan10",
          "ip ospf message-digest-key 1 md5 Marked-3", "ntp authentication-key 1 md5 Marked-4")  # fmt: skip
    text = running.text()
    assert "Marked" not in text
    assert "username op privilege 15 secret 9 $9$" in text
    assert "md5 7 " in text
    assert running.text() == text
    again = Running()
    assert again.load(running.file_text()) == []
    assert again.text() == text
    assert typed(running, "username op secret 9 nonsense")[0].startswith("ERROR: The secret you entered is not a valid")


def test_type9_against_an_independent_vector() -> None:
    """Vector of hashcat's example for mode 9300 (scrypt, password "hashcat")."""
    from network.lab.ios_values import secret_matches, type8

    assert secret_matches("9", "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", "hashcat")
    assert type8("hashcat", "TnGX/fE4KGHOVU").startswith(
        "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk"
    )


def test_banner_delimiters() -> None:
    running = device()
    assert running.load("banner login \x03\nKeep out\n\x03\n") == []
    assert "banner login ^C\nKeep out\n^C\n" in running.text()
    assert "banner login \x03\nKeep out\n\x03\n" in running.file_text()
    # A typed caret and C is the delimiter "^" and a text that begins with C: the known trap of candidate files.
    running.load("banner login ^C\nKeep out\n^C\n")
    assert "banner login ^CC\nKeep out\n^C\n" in running.text()


def test_certificate_needs_the_tab_before_quit() -> None:
    good = "crypto pki certificate chain T\n certificate self-signed 01\n  30820330 30820218\n  \tquit\nend\n"
    running = device()
    assert running.load(good) == []
    assert " certificate self-signed 01\n  30820330 30820218\n  \tquit\n" in running.text()
    assert [line.strip() for _, line, _ in device().load(good.replace("\tquit", "quit"))] == [
        "certificate self-signed 01 ?"
    ]
