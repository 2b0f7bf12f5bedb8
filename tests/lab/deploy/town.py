"""A small town of virtual devices for deployment tests, served from a thread of the test's process over real SSH."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Coroutine
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bunri.change.files import Fingerprints, write_atomic
from network.deploy.control import Control
from network.deploy.endpoint import Endpoint
from network.lab.city import City
from network.lab.spec import Account, DeviceSpec, with_cabling

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = TypeVar("Value")
SCALE = 0.02
USER, PASSWORD = "bunri", "Marked-Secret-Pass-1"
READER = "reader"
SECRETS = {"radius_key": "Marked-Secret-Radius-2", "snmp_key": "Marked-Secret-Snmp-3"}

BASE = """version 17.9
service timestamps debug datetime msec
hostname {name}
archive
 path flash:archive
 maximum 10
file prompt quiet
vtp mode transparent
vlan 10
 name kikan-user
vlan 90
 name mgmt-device
lldp run
interface GigabitEthernet1/0/1
 description uplink
 switchport mode trunk
interface GigabitEthernet1/0/2
 description {description}
 switchport access vlan 10
 switchport mode access
interface GigabitEthernet1/0/24
 description downlink
 switchport mode trunk
interface Vlan90
 ip address {address} 255.255.255.0
{extra}ip scp server enable
radius server rad1
 address ipv4 10.90.101.11 auth-port 1812 acct-port 1813
 key {key}
end
"""


def text(name: str, index: int, description: str, key: str = "<vault:radius_key>", extra: str = "") -> str:
    return BASE.format(
        name=name, address=f"10.90.{index // 250 + 1}.{index % 250 + 1}", description=description, key=key, extra=extra
    )


class Town:
    """Devices ``sw01`` … in a chain, all on one free port, each at its own loopback address."""

    def __init__(
        self, folder: Path, count: int, *, scale: float = SCALE, specs: list[DeviceSpec] | None = None
    ) -> None:
        self.folder = folder
        self.names = [f"sw{i:02}" for i in range(1, count + 1)]
        accounts = (Account(USER, PASSWORD), Account(READER, PASSWORD, read_only=True))
        made = [
            DeviceSpec(
                name,
                "cisco_ios",
                f"127.77.{(count + i // 250) % 256}.{i % 250 + 1}",
                text(name, i, "old", SECRETS["radius_key"]),
                model="C9200L-24T-4G",
                accounts=accounts,
                enable_password=PASSWORD,
            )
            for i, name in enumerate(self.names, 1)
        ]
        up, down = "GigabitEthernet1/0/1", "GigabitEthernet1/0/24"
        cables = [(a, up, b, down) for a, b in pairwise(self.names)]
        self.specs = specs or with_cabling(made, cables)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.city = City(self.specs, folder / "lab", port=self.port, scale=scale)
        self.scale = scale
        self.intended = folder / "intended"
        self.want({spec.hostname: spec.startup for spec in self.specs})
        write_atomic(self.intended / "policy.yml", "zones: {}\n")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self.do(self.city.start())
        for name in self.names:
            self.on(name, lambda device: device.save())
        self.keys = self.folder / "known_hosts"
        self.keys.write_text(self.city.known_hosts())

    def stop(self) -> None:
        self.do(self.city.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def do(self, work: Coroutine[Any, Any, Value]) -> Value:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def on(self, name: str, call: Any) -> Any:
        """Run ``call(device)`` in the city's own thread."""

        async def run() -> Any:
            return call(self.city.device(name))

        return self.do(run())

    def want(self, configs: dict[str, str]) -> None:
        for name, config in configs.items():
            write_atomic(self.intended / "configs" / f"{name}.cfg", config)

    def want_all(self, description: str) -> None:
        self.want({name: text(name, i, description) for i, name in enumerate(self.names, 1)})

    def running(self, name: str) -> str:
        return str(self.on(name, lambda device: device.configuration()))

    def description(self, name: str) -> str:
        found = re.search(r"^interface GigabitEthernet1/0/2\n description (.+)$", self.running(name), re.MULTILINE)
        return found[1] if found else ""

    def summary(self, name: str) -> dict[str, Any]:
        return dict(self.on(name, lambda device: device.summary()))

    def control(self, runs: Path | None = None, user: str = USER) -> Control:
        folder = runs or self.folder / "runs"
        endpoints = {
            spec.hostname: Endpoint(
                spec.hostname,
                spec.address,
                self.port,
                spec.platform,
                user,
                PASSWORD,
                self.keys,
                enable=PASSWORD,
                timeout=20,
                time_scale=self.scale,
            )
            for spec in self.specs
        }
        return Control(folder, self.intended, endpoints, Fingerprints(folder), dict(SECRETS))


@contextmanager
def running_town(folder: Path, count: int, **options: Any) -> Iterator[Town]:
    town = Town(folder, count, **options)
    town.start()
    try:
        yield town
    finally:
        town.stop()
