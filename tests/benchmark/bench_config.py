"""Speed of the readers: seconds and microseconds a line for the sample city and for a campus of 33,000 lines; exit code 1 if missed.

The campus is 16 routers of the older style (numbered access lists, HSRP, static routes, switch ports), made from a seed.
"""

# ruff: noqa: E501 - generated lines; the reader is imported when it is timed

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
SAMPLE = ROOT / "inventory" / "yasu" / "intended"
# Shares of the targets for the whole proof (city 2 s, campus 1.5 s, process start included).
TARGETS = {"city": 1.0, "campus": 0.7}


def campus(folder: Path, routers: int = 16) -> Path:
    """Write the campus below ``folder`` and return its snapshot."""
    chance = random.Random(1)
    configs = folder / "campus" / "configs"
    configs.mkdir(parents=True)
    for k in range(routers):
        lines = ["version 12.2", f"hostname r{k}", "no service pad", "service timestamps log datetime"]
        for v in range(105):
            lines += [
                f"interface Vlan{v + 1}", f" description net {v}", f" ip address 171.{k}.{v}.1 255.255.255.0",
                f" ip access-group {100 + v % 95} in", " no ip redirects", " no ip proxy-arp", f" standby {v} ip 171.{k}.{v}.3", "!",
            ]  # fmt: skip
        for p in range(60):
            lines += [
                f"interface GigabitEthernet{p // 20 + 1}/{p % 20 + 1}", " switchport", f" switchport access vlan {p + 1}",
                " switchport mode access", " spanning-tree portfast", " storm-control broadcast level 1.00", "!",
            ]  # fmt: skip
        for a in range(95):
            for _ in range(8):
                source = f"171.{chance.randrange(256)}.0.0 0.0.255.255"
                target = f"172.{chance.randrange(32)}.{chance.randrange(256)}.{chance.randrange(256)}"
                lines.append(f"access-list {100 + a} permit tcp {source} host {target} eq {chance.randrange(1, 60000)}")
        lines += ["router ospf 1", " network 171.0.0.0 0.255.255.255 area 0"]
        lines += [f"ip route 10.{k}.{n}.0 255.255.255.0 171.{k}.1.9" for n in range(210)]
        (configs / f"r{k}.cfg").write_text("\n".join([*lines, "end", ""]), encoding="utf-8")
    return folder / "campus"


def measure(snapshot: Path) -> tuple[float, int, int]:
    """Return (seconds of the best of three, lines, unmodelled lines)."""
    from network.config import load_snapshot

    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        loaded = load_snapshot(snapshot)
        best = min(best, time.perf_counter() - started)
    lines = sum(device.lines for device in loaded.devices.values())
    return best, lines, sum(len(device.unmodelled) for device in loaded.devices.values())


def main() -> int:
    """Measure and print; return 1 if a target is missed."""
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, snapshot in (("city", SAMPLE), ("campus", campus(Path(folder)))):
            seconds, lines, unmodelled = measure(snapshot)
            held = seconds <= TARGETS[name] and not unmodelled
            missed += not held
            print(
                f"read {name}: {seconds:.3f} s, {lines} lines, {seconds / lines * 1e6:.1f} µs a line, {unmodelled} unmodelled; "
                f"target {TARGETS[name]} s: {'held' if held else 'MISSED'}"
            )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
