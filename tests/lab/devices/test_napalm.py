"""Unmodified napalm and netmiko against virtual devices over real SSH and SCP."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from device_samples import firewalls, pair, switch
from napalm import get_network_driver
from napalm.base.exceptions import CommandErrorException, CommitConfirmException, ReplaceConfigException
from netmiko import ConnectHandler, file_transfer
from netmiko.exceptions import NetmikoAuthenticationException
from ntc_templates.parse import parse_output

from network.lab.spec import DEFAULT_ACCOUNTS, Account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from network.lab.fixture import ThreadedCity

pytestmark = pytest.mark.lab
ADMIN, READER = DEFAULT_ACCOUNTS


def driver(city: ThreadedCity, name: str = "sw1", account: Account = ADMIN, **options: Any) -> Any:
    connection = get_network_driver("ios")(
        city.device(name).spec.address,
        account.name,
        account.password,
        optional_args={"port": city.port, "auto_file_prompt": False, **options},
    )
    connection.open()
    return connection


def shell(city: ThreadedCity, name: str = "sw1", account: Account = ADMIN, **options: Any) -> Any:
    spec = city.device(name).spec
    kind = "fortinet" if spec.platform == "fortios" else "cisco_ios"
    return ConnectHandler(
        device_type=kind, host=spec.address, port=city.port, username=account.name, password=account.password, **options
    )


@pytest.fixture
def city(virtual_city: Callable[..., ThreadedCity]) -> ThreadedCity:
    return virtual_city(pair(), scale=0.02)


@pytest.fixture
def device(city: ThreadedCity) -> Iterator[Any]:
    connection = driver(city)
    yield connection
    connection.close()


def test_getters(device: Any) -> None:
    facts = device.get_facts()
    assert (facts["hostname"], facts["fqdn"], facts["serial_number"], facts["model"]) == (
        "sw1",
        "sw1.yasu.example",
        "FLAB0001",
        "C9300-48P",
    )
    assert facts["interface_list"] == ["GigabitEthernet1/0/1", "GigabitEthernet1/0/2", "Vlan10", "Vlan90"]
    assert device.get_lldp_neighbors() == {
        "GigabitEthernet1/0/1": [{"hostname": "sw2.yasu.example", "port": "Gi1/0/1"}]
    }
    interfaces = device.get_interfaces()
    assert interfaces["GigabitEthernet1/0/1"]["is_up"]
    assert not interfaces["GigabitEthernet1/0/2"]["is_up"]
    assert interfaces["GigabitEthernet1/0/2"]["description"] == "desk"
    assert device.get_interfaces_ip()["Vlan10"] == {"ipv4": {"10.10.1.1": {"prefix_length": 24}}}
    assert device.get_vlans()["90"] == {"name": "mgmt-device", "interfaces": ["GigabitEthernet1/0/1"]}
    assert set(device.get_network_instances()["mgmt"]["interfaces"]["interface"]) == {"Vlan90"}
    assert {row["ip"] for row in device.get_arp_table(vrf="mgmt")} == {"10.90.1.1"}
    assert "hostname sw1" in device.get_config()["running"]


def test_replace_confirm_and_save(city: ThreadedCity, device: Any) -> None:
    candidate = device.get_config()["running"].replace("description desk", "description counter")
    device.load_replace_candidate(config=candidate)
    assert device.compare_config().splitlines() == [
        "interface GigabitEthernet1/0/2",
        " +description counter",
        " -description desk",
    ]
    device.commit_config(revert_in=60)
    assert device.has_pending_commit()
    assert city.device("sw1").startup().count("description counter") == 0  # type: ignore[attr-defined]
    device.confirm_commit()
    assert not device.has_pending_commit()
    assert city.device("sw1").startup().count("description counter") == 1  # type: ignore[attr-defined]
    assert device.compare_config() == ""


def test_an_unconfirmed_change_comes_back(city: ThreadedCity, device: Any) -> None:
    before = city.running("sw1")
    device.load_merge_candidate(config="vlan 20\n name new\nend\n")
    assert device.compare_config().splitlines() == ["+vlan 20", "+ name new"]
    device.commit_config(revert_in=60)
    assert "vlan 20" in city.running("sw1")
    with pytest.raises(CommandErrorException, match="already in progress"):
        device.commit_config(revert_in=60)
    end = time.monotonic() + 10
    while city.running("sw1") != before and time.monotonic() < end:
        time.sleep(0.1)
    assert city.running("sw1") == before
    assert any(line.startswith("** reverted by timer") for line in city.journal("sw1"))


def test_rollback_now_and_later(city: ThreadedCity, device: Any) -> None:
    before = city.running("sw1")
    candidate = device.get_config()["running"].replace("description desk", "description counter")
    device.load_replace_candidate(config=candidate)
    device.commit_config(revert_in=3600)
    device.rollback()
    assert city.running("sw1") == before
    device.commit_config()
    assert "description counter" in city.running("sw1")
    device.rollback()
    assert city.running("sw1") == before
    device.discard_config()
    assert device.compare_config() == ""


def test_a_wrong_candidate_changes_nothing(city: ThreadedCity, device: Any) -> None:
    before = city.running("sw1")
    text = device.get_config()["running"]
    for candidate, message in (
        (text.replace("vlan 10\n", "frobnicate\nvlan 10\n", 1), "Failed to apply command frobnicate"),
        (text.replace("version 17.9\n", ""), "not a valid config file"),
        (text.rstrip().removesuffix("end"), "not a valid config file"),
    ):
        device.load_replace_candidate(config=candidate)
        with pytest.raises(ReplaceConfigException, match=message):
            device.commit_config()
        assert city.running("sw1") == before


def test_only_the_user_who_started_it_confirms(city: ThreadedCity, device: Any) -> None:
    city.fault("sw1", "pending", "yamada", 5)
    with pytest.raises(CommitConfirmException, match="not owned by"):
        device.confirm_commit()


def test_inline_transfer(city: ThreadedCity) -> None:
    device = driver(city, inline_transfer=True)
    device.load_merge_candidate(config="vlan 20\n name inline\nend\n")
    device.commit_config()
    device.close()
    assert "vlan 20\n name inline\n" in city.running("sw1")


def test_netmiko_config_and_files(city: ThreadedCity, tmp_path: Path) -> None:
    with shell(city) as link:
        said = link.send_config_set(["interface Gi1/0/2", "description by netmiko", "ip adress"], cmd_verify=True)
        assert "% Invalid input detected at '^' marker." in said
        caret = next(row for row in said.splitlines() if row.strip() == "^")
        assert caret.index("^") == len("sw1(config-if)#") + 3
        (tmp_path / "a.txt").write_text("hello\n" * 1000)
        done = file_transfer(
            link, source_file=str(tmp_path / "a.txt"), dest_file="a.txt", file_system="flash:", direction="put"
        )
        assert done == {"file_exists": True, "file_transferred": True, "file_verified": True}
        file_transfer(
            link, source_file="a.txt", dest_file=str(tmp_path / "b.txt"), file_system="flash:", direction="get"
        )
        assert (tmp_path / "b.txt").read_text() == "hello\n" * 1000
        assert "OK" in link.save_config()
    assert "description by netmiko" in city.running("sw1")


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("show version", {"hostname": "sw1", "version": "17.9.4a"}),
        ("show inventory", {"pid": "C9300-48P", "sn": "FLAB0001"}),
        ("show vlan brief", {"vlan_id": "1", "vlan_name": "default"}),
        ("show interfaces status", {"port": "Gi1/0/1", "status": "connected", "vlan_id": "trunk"}),
        ("show ip interface brief", {"interface": "GigabitEthernet1/0/1", "status": "up"}),
        ("show vrf", {"name": "kikan", "interfaces": ["Vl10"]}),
        ("show lldp neighbors", {"neighbor_name": "sw2", "local_interface": "Gi1/0/1"}),
        ("show lldp neighbors detail", {"neighbor_name": "sw2.yasu.example"}),
        ("show cdp neighbors", {"neighbor_name": "sw2", "platform": "C9300-48P"}),
        ("show ip route vrf mgmt", {"vrf": "mgmt", "protocol": "S", "network": "10.90.0.0"}),
        ("show interfaces", {"interface": "GigabitEthernet1/0/1", "link_status": "up"}),
        ("show ip access-lists", None),
        ("show clock", {"year": time.strftime("%Y", time.gmtime(time.time() + 9 * 3600))}),
        ("dir", None),
    ],
)
def test_ntc_templates_read_it(city: ThreadedCity, command: str, wanted: dict[str, object] | None) -> None:
    with shell(city) as link:
        text = link.send_command(command)
    assert "Invalid input" not in text
    if wanted is None:
        return
    rows = parse_output("cisco_ios", command if " vrf " not in command else "show ip route", text)
    assert any(all(row[key] == value for key, value in wanted.items()) for row in rows), rows


def test_roles(city: ThreadedCity) -> None:
    with shell(city, account=READER) as link:
        assert "hostname sw1" in link.send_command("show running-config")
        assert "authorization failed" in link.send_command("reload in 5")
        assert "authorization failed" in link.send_command("write mem")
    with pytest.raises(NetmikoAuthenticationException):
        shell(city, account=Account("admin", "wrong"))
    assert "** wrong password of admin" in city.journal("sw1")


def test_enable_asks_for_its_secret(virtual_city: Callable[..., ThreadedCity]) -> None:
    from dataclasses import replace

    spec = replace(switch(), accounts=(Account("op", "Lab-op-1", privilege=1),), enable_password="En-1")
    city = virtual_city([spec])
    with shell(city, account=spec.accounts[0], secret="En-1") as link:
        assert link.find_prompt() == "sw1>"
        assert "Invalid input" in link.send_command("show running-config")
        link.enable()
        assert link.find_prompt() == "sw1#"


def test_pages_stop_until_a_key(city: ThreadedCity) -> None:
    with shell(city) as link:
        link.send_command("terminal length 10")
        link.write_channel("show running-config\n")
        time.sleep(0.3)
        first = link.read_channel()
        assert "--More--" in first
        assert "hostname sw1" in first
        assert "line vty" not in first
        link.write_channel("q")
        time.sleep(0.2)
        assert link.read_channel().rstrip().endswith("sw1#")


def test_both_ends_must_be_up_for_lldp(city: ThreadedCity, device: Any) -> None:
    city.tamper("sw2", "interface GigabitEthernet1/0/1", " shutdown")
    assert device.get_lldp_neighbors() == {}
    city.tamper("sw2", "interface GigabitEthernet1/0/1", " no shutdown")
    assert list(device.get_lldp_neighbors()) == ["GigabitEthernet1/0/1"]
    city.fault("sw1", "cut", "GigabitEthernet1/0/1")
    assert device.get_lldp_neighbors() == {}
    assert not device.get_interfaces()["GigabitEthernet1/0/1"]["is_up"]


def test_journal_has_no_secrets(city: ThreadedCity, device: Any) -> None:
    device.load_merge_candidate(config="end\n")
    with shell(city) as link:
        link.send_config_set(["username op privilege 15 secret Marked-Secret-1", "enable secret Marked-Secret-2"])
    assert not any("Marked-Secret" in line for line in city.journal("sw1"))
    assert any("username op privilege 15 secret ***" in line for line in city.journal("sw1"))


# ---- FortiOS
# ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def hall(virtual_city: Callable[..., ThreadedCity]) -> ThreadedCity:
    return virtual_city(firewalls(), scale=0.02)


def test_fortios_session(hall: ThreadedCity) -> None:
    with shell(hall, "fw1") as link:
        assert "Version: FortiGate-100F v7.4.5" in link.send_command("get system status")
        assert link.send_config_set(
            ["config firewall address", "edit new", "set subnet 10.1.1.0/24", "next", "end"], cmd_verify=False
        )
        text = link.send_command("show firewall address")
        assert '    edit "new"\n        set subnet 10.1.1.0 255.255.255.0\n    next' in text
        assert "S       10.10.0.0/16 [10/0] via 10.10.250.2, v401" in link.send_command(
            "get router info routing-table all"
        )
        assert "command parse error before 'frobnicate'" in link.send_command("config frobnicate")
    assert 'edit "new"' in hall.running("fw2")


def test_fortios_pair(hall: ThreadedCity) -> None:
    with shell(hall, "fw1") as link:
        status = link.send_command("get system ha status")
        assert "Primary     : fw1" in status
        assert "Secondary     : fw2" in status
        assert status.count(": in-sync") == 2
    hall.fault("fw1", "power-off")
    with shell(hall, "fw2") as link:
        assert "Current HA mode: a-p, primary" in link.send_command("get system status")
        assert "set hostname" in link.send_command("show system global")
        assert '"fw2"' in link.send_command("show system global")


def test_enc_values_change_and_come_back(hall: ThreadedCity, tmp_path: Path) -> None:
    import paramiko
    from scp import SCPClient

    first, second = hall.running("fw1"), hall.running("fw1")
    hidden = [next(row for row in text.splitlines() if "set password ENC" in row) for text in (first, second)]
    assert hidden[0] != hidden[1]
    assert "Ha-secret-1" not in first
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect(
        hall.device("fw1").spec.address, hall.port, ADMIN.name, ADMIN.password, look_for_keys=False, allow_agent=False
    )
    with SCPClient(client.get_transport()) as scp:
        scp.get("sys_config", str(tmp_path / "backup"))
        text = (tmp_path / "backup").read_text()
        assert text.startswith("#config-version=FGT100F-7.4.5")
        (tmp_path / "new").write_text(text.replace("10.10.1.20", "10.10.1.21"))
        scp.put(str(tmp_path / "new"), "fgt-restore-config")
    client.close()
    end = time.monotonic() + 10
    while "10.10.1.21" not in hall.running("fw1") and time.monotonic() < end:
        time.sleep(0.1)
    assert "10.10.1.21" in hall.running("fw1")
    assert hall.do(lambda: hall.device("fw1").config.value("system ha", "password")) == "Ha-secret-1"  # type: ignore[attr-defined]


@pytest.mark.parametrize("save", [True, False])
def test_fortios_revert_mode(hall: ThreadedCity, save: bool) -> None:
    with shell(hall, "fw1") as link:
        link.send_multiline(
            ["config system global", "set cfg-save revert", "set cfg-revert-timeout 60", "end", "execute cfg save"],
            expect_string=r"#",
        )
        link.send_multiline(
            ["config firewall address", "edit tmp", "set subnet 10.1.1.1/32", "next", "end"], expect_string=r"#"
        )
        if save:
            link.send_command("execute cfg save", expect_string=r"#")
    time.sleep(2.0)
    assert ('edit "tmp"' in hall.running("fw1")) is save
    assert any("reverted by timer" in line for line in hall.journal("fw1")) is not save
