"""How long load + design + render take, process start excluded: the sample city and a generated one ten times as large.

Targets (two cores): sample city at most 1.0 s, growth at most linear. Run by ``make bench``; never part of the tests.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from bunri.intent import load
from network.render.intended import build

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)
TARGET = 1.0


def measure(inventory: Path, rounds: int) -> tuple[float, float, int, int]:
    """Return median seconds of loading and of design with rendering, the devices, and the configuration lines."""
    loads, builds = [], []
    devices = lines = 0
    for _ in range(rounds):
        gc.collect()
        begun = time.perf_counter()
        city = load(inventory, today=TODAY)
        loaded = time.perf_counter()
        whole = build(city)
        builds.append(time.perf_counter() - loaded)
        loads.append(loaded - begun)
        devices = len(whole.designs)
        lines = sum(text.count("\n") for name, text in whole.files.items() if name.startswith("configs/"))
    return statistics.median(loads), statistics.median(builds), devices, lines


def show(name: str, figures: tuple[float, float, int, int]) -> float:
    """Print one row; return the seconds of the whole."""
    loading, building, devices, lines = figures
    total = loading + building
    print(f"{name:<10} devices {devices:>5}  lines {lines:>9,}  ", end="")
    print(f"load {loading:6.2f} s  design+render {building:6.2f} s  total {total:6.2f} s")
    return total


def main() -> int:
    """Measure and compare with the targets."""
    small = measure(ROOT / "inventory/yasu", 5)
    total = show("yasu", small)
    print(f"target {TARGET:.1f} s: {'met' if total <= TARGET else 'MISSED'}")
    maker = ROOT / "tests/benchmark/make_city.py"
    if not maker.exists():
        print("no tests/benchmark/make_city.py: the large city was not measured")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        large_city = Path(folder) / "large"
        subprocess.run(
            [sys.executable, "-m", "tests.benchmark.make_city", str(large_city)],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        large = measure(large_city, 1)
    large_total = show("ten-fold", large)
    growth, size = large_total / total, large[3] / small[3]
    print(f"growth × {growth:.1f} for × {size:.1f} lines: {'at most linear' if growth <= size else 'MORE THAN LINEAR'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
