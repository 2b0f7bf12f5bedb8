"""Virtual devices: time until every device answers and memory of the process, at the sample city and ten times that.

Targets (issue 3): about 90 devices up in at most 5 s and 400 MB. ``python tests/benchmark/bench_lab.py [DEVICES…]``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import paramiko

from network.lab.command import devices
from network.lab.daemon import down, up
from network.lab.spec import DeviceSpec

ROOT = Path(__file__).resolve().parents[2]
PORT = 21_922
SECONDS, MEGABYTES = 5.0, 400.0


def fleet(count: int) -> list[DeviceSpec]:
    """Return ``count`` devices: the sample city, repeated with other names and addresses."""
    city = devices(ROOT / "inventory" / "yasu")
    made = []
    for number in range(count):
        spec = city[number % len(city)]
        copy = number // len(city)
        if copy:
            parts = spec.address.split(".")
            address = ".".join([parts[0], str(100 + copy), *parts[2:]])
            spec = replace(spec, hostname=f"{spec.hostname}-{copy}", address=address, neighbours=(), ha_peer="")
        made.append(spec)
    return made


def memory(pid: int) -> float:
    """Return a process's resident memory in MB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def login(spec: DeviceSpec) -> int:
    """Log in, read the running configuration and return its size in characters."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    account = spec.accounts[0]
    client.connect(spec.address, PORT, account.name, account.password, look_for_keys=False, allow_agent=False)
    try:
        command = "show running-config" if spec.platform == "cisco_ios" else "show"
        _, output, _ = client.exec_command(command)
        return len(output.read())
    finally:
        client.close()


def measure(count: int) -> dict[str, float]:
    """Start ``count`` devices, read each once, and return the figures."""
    specs = fleet(count)
    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic()
        pid = up(Path(folder), specs, PORT, 1.0, wait=300)
        started = time.monotonic() - begin
        idle = memory(pid)
        try:
            begin = time.monotonic()
            with ThreadPoolExecutor(16) as pool:
                sizes = list(pool.map(login, specs))
            read = time.monotonic() - begin
            assert min(sizes) > 1000
            return {
                "devices": count,
                "up_s": round(started, 2),
                "idle_mb": round(idle, 1),
                "read_all_s": round(read, 2),
                "after_read_mb": round(memory(pid), 1),
            }
        finally:
            down(Path(folder))


def main() -> int:
    """Measure, print one JSON object a line, and fail where a target of the sample size is missed."""
    sizes = [int(word) for word in sys.argv[1:]] or [96, 900 if os.environ.get("BUNRI_TEST_SCALE") else 96]
    failed = False
    for count in dict.fromkeys(sizes):
        figures = measure(count)
        print(json.dumps(figures))
        if count <= 100:
            failed = failed or figures["up_s"] > SECONDS or figures["after_read_mb"] > MEGABYTES
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
