"""Speed of the proof: every target of the verifier, measured; exit code 1 if one is missed.

Run by ``make bench``. Cold figures include the start of the process. ``--city FOLDER`` measures another snapshot,
``--ten FOLDER`` names
a ten-fold snapshot that exists already (else it is generated and rendered, which takes minutes), ``--quick`` leaves
out pairs and ten-fold.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmark.make_campus import make_campus  # noqa: E402 - needs the path above

SAMPLE = ROOT / "inventory" / "yasu" / "intended"
TODAY = "2026-11-22"


def cold(snapshot: Path, *arguments: str) -> tuple[float, int, dict[str, Any]]:
    """Return (seconds, peak memory in KiB, result) of one ``bunri verify`` in a process of its own."""
    program = (
        "import resource, sys\n"
        "from bunri.cli import main\n"
        "if __name__ == '__main__':\n"
        "    code = main(sys.argv[1:])\n"
        "    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    print(peak, file=sys.stderr)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "run.py"
        script.write_text(program, encoding="utf-8")
        command = [sys.executable, str(script), "verify", str(snapshot), "--json", "--today", TODAY, *arguments]
        started = time.perf_counter()
        run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        seconds = time.perf_counter() - started
    return seconds, int(run.stderr.split()[-1]), json.loads(run.stdout)


def changed_device(snapshot: Path) -> float:
    """Return the seconds to prove again, in process, after one access list of one layer-3 switch got one more entry."""
    from network.analysis import compute
    from network.config import load_snapshot
    from network.config.model import Snapshot
    from network.policy.model import load_policy
    from network.policy.separation import Separation

    loaded = load_snapshot(snapshot)
    policy = load_policy(snapshot / "policy.yml")
    base = compute(loaded)
    judge = Separation(policy)
    judge.prepare(base)
    judge.examine(base)
    name = next(name for name in sorted(loaded.devices) if name.endswith("-sw1") and loaded.devices[name].acls)
    device = loaded.devices[name]
    list_name, acl = next(iter(device.acls.items()))
    changed = replace(device, acls={**device.acls, list_name: replace(acl, entries=(*acl.entries, acl.entries[-1]))})
    started = time.perf_counter()
    after = compute(Snapshot({**loaded.devices, name: changed}, loaded.cables, root=loaded.root), base=base)
    judge.follow(after)
    judge.examine(after)
    return time.perf_counter() - started


def ten_fold(folder: Path) -> Path:
    """Return a rendered city ten times the sample's size."""
    subprocess.run(
        [sys.executable, "-m", "tests.benchmark.make_city", str(folder), "--factor", "10"], cwd=ROOT, check=True
    )
    subprocess.run(
        [sys.executable, "-m", "bunri", "render", str(folder), "--out", str(folder / "intended")],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder / "intended"


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--city", type=Path, default=SAMPLE)
    parser.add_argument("--ten", type=Path)
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    missed = 0

    def row(what: str, value: float, target: float, unit: str = "s", detail: str = "") -> None:
        nonlocal missed
        missed += value > target
        print(
            f"{what:<44} {value:9.2f} {unit:<4} target {target:7.2f}  "
            f"{'ok' if value <= target else 'MISSED'}  {detail}",
            flush=True,
        )

    print(f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d %H:%M} UTC")
    seconds, memory, result = cold(args.city)
    row("sample city, cold, parse to proof", seconds, 2.0, detail=f"{result['verdict']} {result['stats']['seconds']}")
    row("  memory", memory / 1024, 1024, "MiB")
    seconds, memory, result = cold(args.city, "--failures", "1")
    row("all single failures, cold", seconds, 5.0, detail=f"{result['stats']['seconds']} {result['stats']['failures']}")
    row("  memory of the first process", memory / 1024, 1024, "MiB")
    row("one changed device, in process", changed_device(args.city), 0.2)
    with tempfile.TemporaryDirectory() as folder:
        seconds, memory, result = cold(make_campus(Path(folder) / "campus"))
        held = {pair["verdict"] for pair in result["pairs"]}
        row("campus of 16 switches, cold", seconds, 1.5, detail=f"{held} {result['stats']['seconds']}")
    if not args.quick:
        seconds, memory, result = cold(args.city, "--failures", "2")
        row(
            "all pairs of failures, cold",
            seconds,
            60.0,
            detail=f"{result['stats']['seconds']} {result['stats']['failures']}",
        )
        row("  memory", memory / 1024, 1024, "MiB")
        with tempfile.TemporaryDirectory() as folder:
            city = args.ten or ten_fold(Path(folder) / "ten")
            seconds, memory, result = cold(city)
            row("ten-fold city, cold", seconds, 20.0, detail=f"{result['verdict']} {result['stats']['seconds']}")
            row("  memory", memory / 1024, 1024, "MiB")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
