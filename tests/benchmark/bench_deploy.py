"""Dry run, deployment and drift check against napalm in a bare thread pool and against cisco.ios, on the same devices.

``python tests/benchmark/bench_deploy.py [DEVICES]`` (90 by default). Targets: dry run and deployment at most 1.3 times
the bare pool and at least 3 times faster than per-host tasks of ``cisco.ios``; a drift check of 90 devices in at most
20 s, linear with their number (``LINEAR=1``: ten times as many, without the other two).

The bare pool is unmodified napalm with the same host-key checks: no plan, proof, journal, re-reading or post-checks.
The play is unmodified ``cisco.ios`` with as many forks: ``ios_config`` with the whole text, saved, then ``ios_command``
to read back what was configured; its dry run is the same play with ``--check --diff``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from napalm.ios import IOSDriver

sys.path.insert(0, str(Path(__file__).parents[2]))

from bunri.change import plan as plans
from bunri.change.approval import Roster
from bunri.change.plan import Proof
from network.deploy import apply, gate, planning
from network.deploy.control import Control
from network.deploy.ios import complete_candidate
from network.drift.collect import collect
from network.drift.compare import judge
from tests.lab.deploy.town import PASSWORD, USER, Town, running_town
from tests.lab.devices.fetch_collections import ensure

PARALLEL = 32


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def bare_driver(control: Control, name: str) -> IOSDriver:
    endpoint = control.endpoints[name]
    options = {"port": endpoint.port, "secret": endpoint.enable, "ssh_strict": True, "alt_host_keys": True,
               "alt_key_file": str(endpoint.known_hosts), "allow_agent": False, "auto_file_prompt": False,
               "dest_file_system": "flash:"}  # fmt: skip
    driver = IOSDriver(endpoint.host, endpoint.username, endpoint.password, 60, options)
    driver.open()
    return driver


def bare_dry_run(town: Town) -> None:
    control = town.control()

    def one(name: str) -> None:
        driver = bare_driver(control, name)
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
        driver = bare_driver(control, name)
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


PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - cisco.ios.ios_config: {src: "{{ candidate }}", save_when: modified}
    - cisco.ios.ios_command: {commands: [show running-config, show lldp neighbors]}
"""


def cisco_ios(town: Town, *more: str) -> None:
    control = town.control()
    folder = town.folder / "play"
    folder.mkdir(exist_ok=True)
    hosts: dict[str, dict[str, str]] = {}
    for name, endpoint in control.endpoints.items():
        text = planning.fill_for(control, name, control.intended_text(name)).replace("\nend\n", "\n")
        (folder / f"{name}.cfg").write_text(text.split("\n", 1)[1])  # without "version", which no parser takes
        hosts[name] = {"ansible_host": endpoint.host, "candidate": str(folder / f"{name}.cfg")}
    shared = {"ansible_connection": "ansible.netcommon.network_cli", "ansible_network_os": "cisco.ios.ios",
              "ansible_port": town.port, "ansible_user": USER, "ansible_password": PASSWORD,
              "ansible_network_cli_ssh_type": "paramiko"}  # fmt: skip
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts, "vars": shared}}))
    (folder / "play.yml").write_text(PLAY)
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "hosts.json", "-f", str(PARALLEL), "play.yml",
         *more],
        cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | {"ANSIBLE_COLLECTIONS_PATH": str(ensure()), "ANSIBLE_HOST_KEY_CHECKING": "False",
                          "ANSIBLE_LOCAL_TEMP": str(folder / "temp"), "HOME": str(folder)},
    )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-1000:])


def expect(town: Town, description: str) -> None:
    """A work that did not happen must not count as fast."""
    held = {town.description(name) for name in town.names}
    if held != {description}:
        raise SystemExit(f"expected {description}, devices hold {held}")


def measure(count: int, *, drift_only: bool = False) -> int:
    gate.prove = lambda b, a, _o, p: Proof(verdict="proved", reference=gate.reference(b, a, p))
    bad = 0
    with tempfile.TemporaryDirectory() as folder, running_town(Path(folder), count, scale=1.0) as town:
        if not drift_only:
            bad += measure_changes(town, count)
        seconds = timed(lambda: drift(town))
        limit = 20.0 * count / 90
        print(f"drift check, {count} devices: {seconds:.1f} s (target {limit:.0f} s)", flush=True)
        bad += seconds > limit
    return bad


def measure_changes(town: Town, count: int) -> int:
    town.want_all("one")
    bare_dry = timed(lambda: bare_dry_run(town))
    path: list[Path] = []
    our_dry = timed(lambda: path.append(planned(town, "one")))
    play_dry = timed(lambda: cisco_ios(town, "--check", "--diff"))
    our_deploy = timed(
        lambda: apply.apply_plan(town.control(), path[0], None, Roster(), now=datetime.now(UTC), parallel=PARALLEL)
    )
    expect(town, "one")
    town.want_all("two")
    bare = timed(lambda: bare_deploy(town))
    expect(town, "two")
    town.want_all("three")
    play = timed(lambda: cisco_ios(town))
    expect(town, "three")
    bad = show(f"dry run, {count} devices", our_dry, bare_dry, play_dry)
    return bad + show(f"deployment, {count} devices", our_deploy, bare, play)


def show(what: str, ours: float, bare: float, play: float) -> int:
    print(
        f"{what}: {ours:.1f} s; bare napalm pool {bare:.1f} s, ratio {ours / bare:.2f} (target at most 1.3); ", end=""
    )
    print(f"cisco.ios {play:.1f} s, {play / ours:.1f} times faster (target at least 3)", flush=True)
    return int(ours > bare * 1.3) + int(play < ours * 3)


if __name__ == "__main__":
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 90
    failures = measure(devices)
    if os.environ.get("LINEAR"):
        failures += measure(devices * 10, drift_only=True)
    sys.exit(1 if failures else 0)
