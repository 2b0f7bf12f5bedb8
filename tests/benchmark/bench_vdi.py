"""Targets of the desktop room: a rolling update against its ideal time, and the inventory of 2,000 machines.

The vCenter is simulated, with 1 s for a clone and 0.3 s for a power-on, 20 of them at once: the ideal for 500 desktops
is 25 rounds of 1.3 s = 32.5 s. ``--desktops`` takes a smaller pool; the ratio is the target.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bunri.certificates.authority import create
from bunri.change.journal import Journal
from bunri.intent import load
from tests.lab.vsphere.town import DAY, POLICY, POOL, QUICK, VCENTER, Town, description, small
from vdi.lab.center import Center
from vdi.vsphere.connection import Access, Connection
from vdi.vsphere.inventory import read

CLONE, POWER, AT_ONCE = 1.0, 0.3, 20
DELAYS = {"CloneVM_Task": 1000, "cloneVm": 1000, "PowerOnVM_Task": 300, "powerOn": 300}


def main() -> int:
    """Measure and print; the exit code is 1 if a target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--desktops", type=int, default=500)
    parser.add_argument("--machines", type=int, default=2000)
    options = parser.parse_args()
    city = load(Path(__file__).parents[2] / "inventory" / "yasu", today=DAY)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        now = datetime.now(UTC)
        authority = create(folder / "ca", "Laboratory", b"issuing-pass", b"root-pass", now)
        issued = authority.issue("server", "vcenter", ["127.0.0.1"], now, 30)
        (folder / "c.pem").write_bytes(issued.certificate + issued.chain)
        (folder / "k.pem").write_bytes(issued.key or b"")
        good = _inventory(city, folder, options.machines)
        good = _rolling(city, folder, options.desktops) and good
    return 0 if good else 1


def _start(made: dict[str, object], folder: Path) -> tuple[Center, Access]:
    center = Center(made, certificate=folder / "c.pem", key=folder / "k.pem")
    begun = time.perf_counter()
    center.start()
    print(f"laboratory of {len(made['machines'])} machines: {time.perf_counter() - begun:.1f} s")  # type: ignore[arg-type]
    user, password = str(made["user"]), str(made["password"])
    root = folder / "ca" / "root" / "root.crt"
    return center, Access(VCENTER, center.host, user, password, port=center.port, ca=root)


def _inventory(city: object, folder: Path, count: int) -> bool:
    center, access = _start(description(small(city, count)), folder)  # type: ignore[arg-type]
    with center, Connection(access, QUICK) as connection:
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            found = len(read(connection).machines)
            times.append(time.perf_counter() - begun)
    print(f"inventory of {found} machines: {min(times):.2f} s (target ≤ 2 s)")
    return min(times) <= 2.0


def _rolling(city: object, folder: Path, count: int) -> bool:
    its = small(city, count)  # type: ignore[arg-type]
    center, access = _start(description(its, delays=DELAYS), folder)
    policy = POLICY.model_copy(
        update={
            "parallel": AT_ONCE,
            "canary_percent": max(1, 100 * AT_ONCE // count),
            "batch": 240,
            "maximum_unavailable_percent": 20,
            "healthy_within_seconds": 60,
            "slow_after_seconds": 30,
        }
    )
    town = Town(its, center, access, folder / "runs", policy)
    with center:
        made = town.plan()
        begun = time.perf_counter()
        result = town.apply(made)
        seconds = time.perf_counter() - begun
    records = len(Journal(folder / "runs" / "journal.jsonl").records)
    ideal = -(-count // AT_ONCE) * (CLONE + POWER)
    ratio = seconds / ideal
    print(f"{POOL}: {count} desktops {result.result} in {seconds:.1f} s, ideal {ideal:.1f} s")
    print(f"ratio {ratio:.3f} (target ≤ 1.10)")
    print(f"journal: {records} records")
    return result.result == "confirmed" and ratio <= 1.10


if __name__ == "__main__":
    raise SystemExit(main())
