"""Dry run, deployment and drift check against a bare thread pool of napalm calls, on the same virtual devices.

``python tests/benchmark/bench_deploy.py [DEVICES]`` (90 by default). Targets: dry run and deployment at most 1.3 times
the bare pool; a drift check of 90 devices in at most 20 s, linear with their number (``LINEAR=1``: ten times as many).
The bare pool makes the same napalm calls without plan, proof, journal, re-reading or post-checks.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bunri.change import plan as plans
from bunri.change.approval import Roster
from bunri.change.plan import Proof
from network.deploy import apply, gate, planning
from network.deploy.connection import open_ios
from network.deploy.ios import complete_candidate
from network.drift.collect import collect
from network.drift.compare import judge
from tests.lab.deploy.town import Town, running_town

PARALLEL = 32


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def bare_dry_run(town: Town) -> None:
    control = town.control()

    def one(name: str) -> None:
        driver = open_ios(control.endpoints[name])
        text = planning.fill_for(control, name, control.intended_text(name))
        driver.load_replace_candidate(config=complete_candidate(text, ""))
        driver.compare_config()
        driver.discard_config()
        driver.close()

    with ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(one, town.names))


def bare_deploy(town: Town) -> None:
    control = town.control()

    def one(name: str) -> None:
        driver = open_ios(control.endpoints[name])
        text = planning.fill_for(control, name, control.intended_text(name))
        driver.load_replace_candidate(config=complete_candidate(text, ""))
        driver.compare_config()
        driver.commit_config(revert_in=300)
        driver.confirm_commit()
        driver.close()

    with ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(one, town.names))


def planned(town: Town, title: str) -> Path:
    control = town.control()
    folder = control.runs / "plans" / title
    wish = planning.Wish(title, {n: control.intended_text(n) for n in town.names}, (1, "100%"), parallel=PARALLEL)
    plans.save(planning.make_plan(control, wish, folder), folder / "plan.json")
    return folder / "plan.json"


def drift(town: Town) -> None:
    control = town.control()
    readings = collect(control, town.names, parallel=PARALLEL)
    for name, reading in readings.items():
        wanted = planning.fill_for(control, name, control.intended_text(name))
        finding = judge(name, wanted, reading.text, "cisco_ios")
        if finding.status != "same":
            raise SystemExit(f"{name}: {finding}")


def measure(count: int) -> int:
    gate.prove = lambda b, a, _o, p: Proof(verdict="proved", reference=gate.reference(b, a, p))
    bad = 0
    with tempfile.TemporaryDirectory() as folder, running_town(Path(folder), count, scale=1.0) as town:
        town.want_all("one")
        bare = timed(lambda: bare_dry_run(town))
        path: list[Path] = []
        ours = timed(lambda: path.append(planned(town, "one")))
        bad += show(f"dry run, {count} devices", ours, bare, 1.3)
        ours = timed(
            lambda: apply.apply_plan(town.control(), path[0], None, Roster(), now=datetime.now(UTC), parallel=PARALLEL)
        )
        town.want_all("two")
        bare = timed(lambda: bare_deploy(town))
        bad += show(f"deployment, {count} devices", ours, bare, 1.3)
        seconds = timed(lambda: drift(town))
        limit = 20.0 * count / 90
        print(f"drift check, {count} devices: {seconds:.1f} s (target {limit:.0f} s)")
        bad += seconds > limit
    return bad


def show(what: str, ours: float, bare: float, limit: float) -> int:
    print(f"{what}: {ours:.1f} s, bare pool {bare:.1f} s, ratio {ours / bare:.2f} (target {limit})", flush=True)
    return int(ours > bare * limit)


if __name__ == "__main__":
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 90
    failures = measure(devices)
    if os.environ.get("LINEAR"):
        failures += measure(devices * 10)
    sys.exit(1 if failures else 0)
