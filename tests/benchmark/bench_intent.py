"""Loading the sample city and one ten times as large: Ansible, models, cross-checks; process start excluded.

Run by ``make bench``. Load, design and render of the sample city have 1.0 s together; half of it is for loading.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from bunri.intent import load
from tests.benchmark.make_city import SAMPLE, make_city

TODAY = date(2026, 11, 22)
RUNS, LIMIT_SECONDS, FACTOR = 5, 0.5, 10


def seconds(folder: Path, runs: int) -> tuple[float, int]:
    """Return the median time of loading ``folder`` and its number of devices."""
    times = []
    devices = 0
    for _ in range(runs):
        start = time.perf_counter()
        devices = len(load(folder, today=TODAY).devices)
        times.append(time.perf_counter() - start)
    return statistics.median(times), devices


def main() -> int:
    """Print the table; 1 when the sample takes longer than its share or growth is more than linear."""
    load(SAMPLE, today=TODAY)  # imports of Ansible belong to the start of the process
    small, count = seconds(SAMPLE, RUNS)
    with tempfile.TemporaryDirectory() as folder:
        large, many = seconds(make_city(Path(folder) / "city", FACTOR), 3)
    growth = (large / small) / (many / count)
    print(f"load: {count} devices {small:.3f} s (share {LIMIT_SECONDS} s)")
    print(f"load: {many} devices {large:.3f} s, {growth:.2f} x linear (at most 1.0)")
    return int(small > LIMIT_SECONDS or growth > 1.0)


if __name__ == "__main__":
    sys.exit(main())
