"""Placement check of the sample city: 80 servers, 180 desktops, every host failed in turn. Run by ``make bench``.

Target: at most 0.5 s; loading the inventory is another benchmark's matter.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from bunri.intent import load
from vdi.placement.check import host_failures, judge
from vdi.placement.model import declared, situation
from vdi.placement.planner import propose

SAMPLE = Path(__file__).resolve().parents[2] / "inventory" / "yasu"
TODAY = date(2026, 11, 22)
RUNS, LIMIT_SECONDS = 20, 0.5


def main() -> int:
    """Print the times; 1 when the check takes longer than the target."""
    city = load(SAMPLE, today=TODAY)
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        at = situation(city, declared(city, TODAY))
        judge(at)
        times.append(time.perf_counter() - start)
    whole = statistics.median(times)
    start = time.perf_counter()
    rows = host_failures(at)
    failed = time.perf_counter() - start
    start = time.perf_counter()
    proposal = propose(city, at.view)
    planned = time.perf_counter() - start
    print(f"placement: {len(at.view.servers)} servers, {len(at.view.desktops)} desktops, {len(rows)} host failures")
    print(f"placement: whole check {whole:.3f} s (limit {LIMIT_SECONDS} s), host failures alone {failed:.3f} s")
    print(f"placement: proposal {planned:.2f} s, {len(proposal.moves)} moves, proved {proposal.proved}")
    return int(whole > LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
