"""The day-0 texts boot virtual devices that then answer over real SSH, by every role."""

from __future__ import annotations

import re
from pathlib import Path

from netmiko import ConnectHandler

from network.lab.command import devices
from network.lab.fixture import ThreadedCity
from network.lab.fortios_device import FortiDevice
from network.lab.ios_device import IosDevice

SAMPLE = Path(__file__).resolve().parents[2] / "inventory/yasu"
PORT = 2378
# A person types these at the console; they are no lines of a configuration.
CONSOLE = ("configure terminal", "crypto key generate rsa modulus 3072", "end", "write memory")
NAMES = ("honcho-core1", "museum-sw1", "museum-acc01", "dc-ce1", "honcho-lgwan1", "honcho-wlc1", "honcho-fw1")


def test_every_role_boots_from_its_day_0_text_and_can_be_logged_in_to(tmp_path: Path) -> None:
    specs = {spec.hostname: spec for spec in devices(SAMPLE, bootstrap=True) if spec.hostname in NAMES}
    assert set(specs) == set(NAMES)
    with ThreadedCity(list(specs.values()), tmp_path, port=PORT, scale=0.01) as virtual:
        for name, spec in specs.items():
            device = virtual.city.devices[name]
            if isinstance(device, FortiDevice):
                assert device.config.value("system global", "hostname") == name
                assert device.boot_errors == []
                continue
            assert isinstance(device, IosDevice)
            assert device.running is not None
            assert [line for _, line, _ in device.boot_errors if line not in CONSOLE] == []
            account = re.search(r"^username bunri-admin .* secret (\S+)$", spec.startup, re.MULTILINE)
            assert account is not None
            with ConnectHandler(
                device_type="cisco_xe",
                host=spec.address,
                port=PORT,
                username="bunri-admin",
                password=account[1],
                conn_timeout=30,
            ) as session:
                assert session.find_prompt() == f"{name}#"
                shown = session.send_command("show running-config | include ^username")
                assert "secret 9 $9$" in shown
                assert account[1] not in shown
