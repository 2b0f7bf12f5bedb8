"""Every fault of docs/lab.md: what a client sees and what the device holds afterwards."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import paramiko
import pytest
from device_samples import pair, switch
from napalm.base.exceptions import ReplaceConfigException
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException, ReadTimeout
from test_napalm import ADMIN, driver, shell

from bunri.messages import BunriError
from network.lab.control import LabControl
from network.lab.daemon import down, running_process, up

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from network.lab.fixture import ThreadedCity

pytestmark = pytest.mark.lab
GONE = (OSError, EOFError, ReadTimeout, NetmikoTimeoutException, paramiko.SSHException)


@pytest.fixture
def city(virtual_city: Callable[..., ThreadedCity]) -> ThreadedCity:
    return virtual_city(pair(), scale=0.02)


def wait_up(city: ThreadedCity, name: str) -> None:
    end = time.monotonic() + 15
    while not city.device(name).up and time.monotonic() < end:
        time.sleep(0.05)
    assert city.device(name).up


def test_drop_at_the_nth_command(city: ThreadedCity) -> None:
    link = shell(city)
    city.fault("sw1", "drop", 2)
    assert "JST" in link.send_command("show clock")
    with pytest.raises(GONE):
        link.send_command("show version", read_timeout=3)
    assert city.journal("sw1")[-1] == "admin: show version"
    shell(city).disconnect()


def test_scp_off(city: ThreadedCity) -> None:
    city.fault("sw1", "scp-off")
    device = driver(city)
    with pytest.raises(Exception, match="Administratively disabled"):
        device.load_replace_candidate(config="version 17.9\nend\n")
    device.close()
    city.tamper("sw1", "no ip scp server enable")
    device = driver(city)
    with pytest.raises(Exception, match="SCP file transfers are not enabled"):
        device.load_replace_candidate(config="version 17.9\nend\n")
    device.close()


def test_full_flash(city: ThreadedCity) -> None:
    city.fault("sw1", "flash-full")
    device = driver(city)
    with pytest.raises(ReplaceConfigException, match="Insufficient space"):
        device.load_replace_candidate(config="version 17.9\nend\n")
    with pytest.raises(ReplaceConfigException, match="Candidate config file does not exist"):
        device.commit_config()
    device.close()


def test_refused_line_restores(city: ThreadedCity) -> None:
    before = city.running("sw1")
    city.fault("sw1", "refuse", "description counter")
    device = driver(city)
    device.load_replace_candidate(config=before.replace("description desk", "description counter"))
    with pytest.raises(ReplaceConfigException, match="Failed to apply command description counter"):
        device.commit_config(revert_in=600)
    assert not device.has_pending_commit()
    device.close()
    assert city.running("sw1") == before


def test_reload_in_mid_commit_comes_back_old(city: ThreadedCity) -> None:
    before = city.running("sw1")
    city.fault("sw1", "reload-in-commit")
    device = driver(city)
    device.load_replace_candidate(config=before.replace("description desk", "description counter"))
    device.close()
    link = shell(city)
    with pytest.raises(GONE):
        link.send_command("configure replace flash:/candidate_config.txt force revert timer 1", read_timeout=1)
    assert not city.device("sw1").up
    wait_up(city, "sw1")
    assert city.running("sw1") == before
    assert city.do(lambda: city.device("sw1").summary())["pending"] is None


def test_aborted_after_five_passes_is_no_error_to_napalm(city: ThreadedCity) -> None:
    before = city.running("sw1")
    city.fault("sw1", "replace-abort")
    device = driver(city)
    device.load_replace_candidate(config=before.replace("description desk", "description counter"))
    device.commit_config()
    device.close()
    assert "description counter" not in city.running("sw1")


def test_slow_device(city: ThreadedCity) -> None:
    city.fault("sw1", "slow", 50)
    with shell(city, conn_timeout=20) as link:
        begin = time.monotonic()
        link.send_command("show clock")
        assert time.monotonic() - begin >= 0.9


def test_expired_password(city: ThreadedCity) -> None:
    city.fault("sw1", "password-expired")
    with pytest.raises(NetmikoAuthenticationException):
        shell(city)
    assert city.journal("sw1")[-1] == "** expired password of admin"


def test_changed_host_key(city: ThreadedCity, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(city.city.known_hosts())
    options = {"ssh_strict": True, "alt_host_keys": True, "alt_key_file": str(known)}
    shell(city, **options).disconnect()
    city.fault("sw1", "host-key")
    with pytest.raises((NetmikoTimeoutException, paramiko.SSHException)):
        shell(city, **options)


def test_another_operators_timer(city: ThreadedCity) -> None:
    city.fault("sw1", "pending", "yamada", 30)
    with shell(city) as link:
        assert "User: yamada" in link.send_command("show archive config rollback timer")
        assert "already pending" in link.send_command("configure terminal revert timer 5")


def test_garbage_and_flood(city: ThreadedCity) -> None:
    with shell(city) as link:
        city.fault("sw1", "garbage", "^show version")
        assert "Cisco IOS" not in link.send_command("show version")
        city.fault("sw1", "flood", "^show inventory", 3_000_000)
        assert len(link.send_command("show inventory", read_timeout=60)) >= 3_000_000
        assert "sw1" in link.find_prompt()
        city.do(city.device("sw1").faults.clear)
        assert "Cisco IOS" in link.send_command("show version")


def test_power_and_reload_forget_what_was_not_saved(city: ThreadedCity) -> None:
    before = city.running("sw1")
    city.tamper("sw1", "hostname changed")
    with shell(city) as link:
        link.write_channel("reload\n")
        time.sleep(0.2)
        assert "Save? [yes/no]" in link.read_channel()
        link.write_channel("no\n")
        time.sleep(0.2)
        link.write_channel("\n")
        time.sleep(0.3)
    wait_up(city, "sw1")
    assert city.running("sw1") == before
    city.fault("sw1", "power-off")
    with pytest.raises(GONE):
        shell(city, conn_timeout=2)
    city.fault("sw1", "power-on")
    shell(city).disconnect()


def test_unknown_faults_and_devices_are_refused(city: ThreadedCity) -> None:
    for arguments in (("sw1", "nonsense"), ("sw1", "drop", "many"), ("nobody", "drop")):
        with pytest.raises(BunriError, match="LAB0"):
            city.fault(*arguments)


def test_detached_city(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    specs = [switch("sw1", 7)]
    pid = up(folder, specs, 20_717, 0.05)
    try:
        assert running_process(folder) == pid
        with pytest.raises(BunriError, match="LAB012"):
            up(folder, specs, 20_717, 0.05)
        control = LabControl(folder)
        assert [(item["hostname"], item["up"]) for item in control.status()] == [("sw1", True)]
        assert control.tamper("sw1", ["interface GigabitEthernet1/0/2", " description by hand", "frobnicate"]) == [
            "frobnicate: % Invalid input detected at '^' marker."
        ]
        assert "description by hand" in control.running("sw1")
        assert control.fault("sw1", "slow", 3)["faults"] == {"slow": 3.0}
        assert control.heal("sw1")["faults"] == {}
        assert control.known_hosts().startswith("[127.88.7.1]:20717 ecdsa-sha2-nistp256 ")
        with pytest.raises(BunriError, match="LAB008"):
            control.running("nobody")
        assert oct((folder / "control.sock").stat().st_mode & 0o777) == "0o700"
    finally:
        assert down(folder) == pid
    assert running_process(folder) == 0
    assert down(folder) == 0
    with pytest.raises(BunriError, match="LAB009"):
        LabControl(folder).status()


def test_a_recycled_process_id_is_left_alone(tmp_path: Path) -> None:
    import json
    import os

    (tmp_path / "lab.pid").write_text(json.dumps({"pid": os.getpid(), "started": "1"}))
    assert down(tmp_path) == 0
    assert not (tmp_path / "lab.pid").exists()


def test_a_taken_port_is_said(tmp_path: Path, city: ThreadedCity) -> None:
    from dataclasses import replace

    spec = replace(switch("sw9"), address=city.device("sw1").spec.address)
    with pytest.raises(BunriError, match="LAB013"):
        up(tmp_path / "state", [spec], city.port, 1.0)
    assert ADMIN.password not in (tmp_path / "state" / "lab.log").read_text()
