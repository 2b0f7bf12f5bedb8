"""What counts as a difference and what does not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunri.messages import BunriError
from network.deploy import view
from network.deploy.ios import complete_candidate, mask_diff

BASE = """version 17.9
hostname a
username x privilege 15 secret 9 $9$abcdefghijklmn$0123456789
interface Gi1/0/1
 description one
 switchport access vlan 10
interface Gi1/0/2
 no switchport
 ip address 10.0.0.1 255.255.255.0
ip access-list extended IN
 10 permit tcp any any eq 443
 20 deny ip any any
 remark last
banner login ^C
Keep out
^C
end
"""


def different(a: str, b: str) -> list[str]:
    return [str(item) for item in view.compare(a, b, "cisco_ios")]


@pytest.mark.parametrize(
    "noise",
    [
        "Building configuration...\n",
        "Current configuration : 1234 bytes\n",
        "! Last configuration change at 1 by admin\n",
        "! NVRAM config last updated at 2\n",
        "ntp clock-period 17180154\n",
        "!\n",
        "crypto pki certificate chain TP-self-signed-1\n certificate self-signed 01\n  30820330 30820218\n  \tquit\n",
        "license udi pid C9200L sn FOC1\n",
    ],
)
def test_noise_is_no_difference(noise: str) -> None:
    assert different(BASE, noise + BASE) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            " description one",
            " description two",
            ["interface Gi1/0/1 / - description one", "interface Gi1/0/1 / + description two"],
        ),
        (
            " 10 permit tcp any any eq 443\n 20 deny ip any any",
            " 20 deny ip any any\n 10 permit tcp any any eq 443",
            ["ip access-list extended IN / ~ 20 deny ip any any (≠ 10 permit tcp any any eq 443)"],
        ),
        (" remark last\n", "", ["ip access-list extended IN / - remark last"]),
        ("Keep out", "Come in", ["- banner login Keep out", "+ banner login Come in"]),
        (
            " switchport access vlan 10\n",
            " switchport access vlan 10\n switchport mode access\n",
            ["interface Gi1/0/1 / + switchport mode access"],
        ),
    ],
)
def test_differences(old: str, new: str, expected: list[str]) -> None:
    assert old in BASE
    assert different(BASE, BASE.replace(old, new)) == expected


def test_default_that_is_not_shown_is_fulfilled_but_its_opposite_is_not() -> None:
    wanted = BASE.replace(" description one\n", " description one\n no shutdown\n")
    assert different(wanted, BASE) == []
    assert different(wanted, BASE.replace(" description one\n", " description one\n shutdown\n")) != []


def test_a_line_in_another_section_is_a_difference() -> None:
    moved = BASE.replace(" switchport access vlan 10\n", "").replace(
        " no switchport\n", " switchport access vlan 10\n no switchport\n"
    )
    assert len(different(BASE, moved)) == 2


@given(st.randoms(use_true_random=False))
def test_order_of_sections_does_not_matter(chance: random.Random) -> None:
    blocks = [
        "hostname a\n",
        "interface Gi1/0/1\n description x\n",
        "interface Gi1/0/2\n shutdown\n",
        "vlan 10\n name n\n",
        "lldp run\n",
    ]
    other = list(blocks)
    chance.shuffle(other)
    assert different("".join(blocks), "".join(other)) == []


@given(
    st.lists(
        st.sampled_from(["10 permit ip any any", "20 deny tcp any any", "30 permit udp any any", "40 deny ip any any"]),
        unique=True,
        min_size=2,
    )
)
def test_order_of_access_list_entries_does(entries: list[str]) -> None:
    head = "ip access-list extended A\n"
    same = head + "".join(f" {entry}\n" for entry in entries)
    assert different(same, same) == []
    assert different(same, head + "".join(f" {entry}\n" for entry in reversed(entries))) != []


@pytest.mark.parametrize(
    "line",
    [
        "username x secret 9 $9$secretsecret",
        "enable secret 9 $9$secretsecret",
        "snmp-server community secretsecret RO",
        "radius server a\n key 7 secretsecret",
        "interface Vlan1\n ip ospf message-digest-key 1 md5 7 secretsecret",
        "key chain K\n key 1\n  key-string 7 secretsecret",
    ],
)
def test_secrets_are_masked_in_every_output(line: str) -> None:
    text = f"hostname a\n{line}\n"
    assert "secretsecret" not in view.masked(text, "cisco_ios")
    assert "secretsecret" not in "".join(different(text, "hostname a\n"))
    assert "secretsecret" not in mask_diff(f"+{line}\n-{line}", {})
    assert any("secretsecret" in held for held in view.secrets_of(text, "cisco_ios").values())


def test_filled_values_are_masked_wherever_they_stand() -> None:
    assert (
        mask_diff("+description uses hunter22hunter22 here", {"k": "hunter22hunter22"})
        == "+description uses <masked> here"
    )


def test_unmask_takes_what_the_device_knows_and_refuses_the_rest() -> None:
    running = "hostname a\nradius server r\n key 7 0011\n"
    assert view.unmask(view.masked(running, "cisco_ios"), running, "cisco_ios") == running
    with pytest.raises(BunriError) as problem:
        view.unmask("radius server other\n key 7 <masked>\n", running, "cisco_ios")
    assert problem.value.messages[0].id == "DEP033"


def test_candidate_gets_version_end_certificates_and_etx() -> None:
    chain = "crypto pki certificate chain LAN\n certificate ca 01\n  3082AABB\n  \tquit\n"
    running = "version 17.12\nhostname a\n" + chain + "end\n"
    text = complete_candidate("hostname a\nbanner login ^C\nhello\n^C\n", running)
    assert text.startswith("version 17.12\n")
    assert text.endswith("end\n")
    assert chain in text
    assert "banner login \x03\nhello\n\x03\n" in text
    assert complete_candidate(text, running).count("\nend\n") == 1


def test_marked_shows_which_keys_are_the_wanted_ones_and_no_key() -> None:
    candidate = "interface Vlan1\n ip ospf message-digest-key 1 md5 7 <vault:ospf:type7>\n"
    right, wrong = candidate.replace("<vault:ospf:type7>", "0822"), candidate.replace("<vault:ospf:type7>", "0933")
    assert view.marked(right, candidate, right, "cisco_ios") == candidate
    shown = view.marked(wrong, candidate, right, "cisco_ios")
    assert "<vault" not in shown
    assert "0933" not in shown
