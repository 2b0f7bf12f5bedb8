"""The sample city on virtual devices: every intended line is taken, and the device reads back what was intended."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from netmiko import ConnectHandler

from network.lab.command import devices, hardware
from network.lab.fortios_config import FortiConfig
from network.lab.ios_device import IosDevice
from network.lab.ios_replace import commands, tree
from network.lab.spec import loopback_address, without_placeholders

if TYPE_CHECKING:
    from collections.abc import Callable

    from network.lab.fixture import ThreadedCity
    from network.lab.spec import DeviceSpec

INVENTORY = Path(__file__).parents[3] / "inventory" / "yasu"
SPECS = devices(INVENTORY) if (INVENTORY / "intended" / "configs").is_dir() else []


def test_the_city_is_whole() -> None:
    assert len(SPECS) >= 90
    models = hardware(INVENTORY / "hosts.yml")
    assert {spec.hostname: spec.model for spec in SPECS} == {
        name: models[name][0] for name in (s.hostname for s in SPECS)
    }
    assert len({spec.address for spec in SPECS}) == len(SPECS)
    assert loopback_address("10.90.3.1") == "127.90.3.1"
    assert sum(1 for spec in SPECS if spec.ha_peer) == 4


@pytest.mark.parametrize("spec", [s for s in SPECS if s.platform == "cisco_ios"], ids=lambda spec: spec.hostname)
def test_ios_device_takes_and_keeps_its_configuration(spec: DeviceSpec, tmp_path: Path) -> None:
    device = IosDevice(spec, tmp_path)
    running = device.running
    assert device.boot_errors == []
    left = commands(tree(running.file_text()), tree(spec.startup))
    assert [(command.path, command.typed) for command in left] == []


@pytest.mark.parametrize("spec", [s for s in SPECS if s.platform == "fortios"], ids=lambda spec: spec.hostname)
def test_fortios_unit_takes_and_keeps_its_configuration(spec: DeviceSpec) -> None:
    config = FortiConfig()
    assert config.load(spec.startup) == []

    def rows(text: str) -> list[str]:
        return [row.strip() for row in text.splitlines() if row.strip() and not row.startswith("#")]

    assert rows(config.text(secret=lambda clear: clear)) == rows(spec.startup)


def test_placeholders_become_secrets_of_the_right_form() -> None:
    text = without_placeholders("secret 9 <vault:a_b:type9>\nkey 7 <vault:x:type7>\nset key <vault:y>\n")
    assert re.fullmatch(r"secret 9 \$9\$\S{14}\$\S{43}\nkey 7 (0\d|1[0-5])[0-9A-F]+\nset key Lab-\w+\n", text)


@pytest.mark.lab
def test_the_whole_city_answers(virtual_city: Callable[..., ThreadedCity]) -> None:
    city = virtual_city(SPECS)
    core = city.device("honcho-core1")
    with ConnectHandler(
        device_type="cisco_ios", host=core.spec.address, port=city.port, username="admin", password="Lab-admin-1"
    ) as link:
        rows = link.send_command("show lldp neighbors", use_textfsm=True, read_timeout=60)
    seen = {row["neighbor_name"] for row in rows}
    cabled = {n.device for n in core.spec.neighbours if isinstance(city.city.devices.get(n.device), IosDevice)}
    assert seen == {name[:20] for name in cabled}
    assert len(seen) > 25
