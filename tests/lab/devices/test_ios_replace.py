"""``configure replace``: what converges, what does not, and what the device prints. Texts of napalm
issues #135 and #210."""

from __future__ import annotations

from device_samples import SWITCH
from hypothesis import given, settings
from hypothesis import strategies as st

from network.lab.ios_config import Running
from network.lab.ios_replace import differences, incremental, replace, tree, valid

START = SWITCH.format(name="sw1", index=1)


def device(text: str = START) -> Running:
    running = Running()
    assert running.load(text) == []
    return running


def run(running: Running, candidate: str, *, trigger: bool = True) -> str:
    return replace(running, candidate, trigger_error=trigger, original="flash:sw1-cfg-0").text


def test_unchanged_needs_no_pass() -> None:
    running = device()
    assert run(running, running.file_text()) == "Total number of passes: 0\nRollback Done\n\n"


def test_a_moved_address_needs_a_second_pass() -> None:
    running = device()
    candidate = running.file_text().replace(
        " vrf forwarding kikan\n ip address 10.10.1.1", " vrf forwarding mgmt\n ip address 10.10.1.1"
    )
    assert run(running, candidate) == "Total number of passes: 2\nRollback Done\n\n"
    assert "interface Vlan10\n vrf forwarding mgmt\n ip address 10.10.1.1 255.255.255.0\n" in running.text()


def test_swapped_addresses() -> None:
    running = device(
        START.replace("interface Vlan90\n vrf forwarding mgmt\n", "interface Vlan90\n vrf forwarding kikan\n")
    )
    text = running.file_text()
    swapped = text.replace("10.10.1.1", "X").replace("10.90.1.1 ", "10.10.1.1 ").replace("X", "10.90.1.1")
    assert "Rollback Done" in run(running, swapped)
    assert running.file_text() == swapped


def test_a_wrong_line_restores_the_original() -> None:
    running = device()
    before = running.text()
    said = run(running, running.file_text().replace("hostname sw1", "hostname sw9\nadfjasdfadfa"))
    assert said.startswith("Failed to apply command adfjasdfadfa\nAborting Rollback.\n")
    assert said.endswith("The original configuration has been successfully restored.\n")
    assert running.text() == before


def test_without_the_trigger_it_aborts_after_five_passes() -> None:
    running = device()
    said = run(running, running.file_text().replace("hostname sw1", "hostname sw9\nadfjasdfadfa"), trigger=False)
    assert "Rollback aborted after 5 passes\nThe following commands are failed to apply to the IOS image.\n" in said
    assert running.hostname == "sw9"


def test_a_clear_secret_never_converges() -> None:
    running = device()
    said = run(running, running.file_text().replace("archive\n", "username op secret Marked-1\narchive\n", 1))
    assert "Rollback aborted after 5 passes" in said
    assert "username op secret 9 $9$" in running.text()


def test_a_certificate_without_its_tab_fails() -> None:
    running = device()
    chain = "crypto pki certificate chain T\n certificate ca 01\n  30820330\n  quit\n"
    said = run(running, running.file_text().replace("archive\n", chain + "archive\n", 1))
    assert said.startswith("Failed to apply command certificate ca 01")


def test_ports_that_the_candidate_forgets_are_emptied_not_removed() -> None:
    running = device()
    text = running.file_text()
    start = text.index("interface GigabitEthernet1/0/2")
    assert "Rollback Done" in run(running, text[:start] + text[text.index("interface Vlan10") :])
    assert "interface GigabitEthernet1/0/2\n!\n" in running.text()


def test_acl_entries_change_by_number() -> None:
    acl = "ip access-list extended A\n 10 permit ip any any\n 20 deny ip any any\n"
    running = device(START.replace("line con 0\n", acl + "line con 0\n"))
    wanted = running.file_text().replace(" 10 permit ip any any\n", " 10 permit tcp any any eq www\n")
    assert "Rollback Done" in run(running, wanted)
    assert running.file_text() == wanted


def test_what_a_valid_file_is() -> None:
    assert valid(START)
    assert not valid(START.replace("version 17.9\n", ""))
    assert not valid(START.replace("end\n", ""))


def test_diffs() -> None:
    old, new = (
        tree("hostname a\ninterface X\n description b\n"),
        tree("hostname c\ninterface X\n description b\n shutdown\n"),
    )
    assert differences(old, new) == ["+hostname c", "interface X", " +shutdown", "-hostname a"]
    assert incremental(old, tree("interface X\n no description b\nvlan 5\n name x\nhostname a\n")) == [
        "interface X",
        " no description b",
        "vlan 5",
        " name x",
    ]


_ports = st.fixed_dictionaries(
    {
        "description": st.sampled_from(["", "a", "b c"]),
        "mode": st.sampled_from(["access", "trunk"]),
        "access": st.sampled_from([0, 10, 20]),
        "trunk": st.sampled_from(["", "10", "10,20-22", "none"]),
        "shutdown": st.booleans(),
    }
)


def _text(ports: list[dict[str, object]], vrf: str, vlans: list[int]) -> str:
    rows = [
        "version 17.9",
        "hostname sw1",
        "vrf definition a",
        " address-family ipv4",
        "vrf definition b",
        " address-family ipv4",
        "vtp mode off",
    ]
    for vlan in vlans:
        rows += [f"vlan {vlan}", f" name v{vlan}"]
    for number, port in enumerate(ports, 1):
        rows.append(f"interface GigabitEthernet1/0/{number}")
        rows += [f" description {port['description']}"] if port["description"] else []
        rows += [f" switchport access vlan {port['access']}"] if port["access"] else []
        rows += [f" switchport trunk allowed vlan {port['trunk']}"] if port["trunk"] else []
        rows.append(f" switchport mode {port['mode']}")
        rows += [" shutdown"] if port["shutdown"] else []
    rows += ["interface Vlan10", f" vrf forwarding {vrf}", " ip address 10.1.1.1 255.255.255.0", "end"]
    return "\n".join(rows) + "\n"


_texts = st.builds(
    _text,
    st.lists(_ports, min_size=1, max_size=3),
    st.sampled_from("ab"),
    st.just([10, 20]) | st.just([10, 20, 21, 22]),
)


@settings(max_examples=60, deadline=None)
@given(_texts, _texts)
def test_any_configuration_becomes_any_other(first: str, second: str) -> None:
    """Replacing is landing: the device then reads exactly as a device that booted from the candidate."""
    running, wanted = device(first), device(second)
    text = run(running, wanted.file_text())
    assert "Rollback Done" in text
    kept = {name for name in running.interfaces() if name not in wanted.interfaces()}
    rows = [row for row in running.file_text().splitlines() if row not in {f"interface {name}" for name in kept}]
    assert [r for r in rows if r != "!"] == [r for r in wanted.file_text().splitlines() if r != "!"]
