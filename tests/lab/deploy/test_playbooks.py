"""The playbooks as a person plays them, on a few devices of the city's own virtual devices."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from network.deploy.demo import _fingerprint

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[3]
SOME = "es-gio-*"
DEVICE = "es-gio-acc01"
LINE = "description by hand"


class Site:
    def __init__(self, folder: Path) -> None:
        self.runs = folder / "runs"
        self.environment = {**os.environ, "BUNRI_LAB_DIR": str(folder / "lab"), "ANSIBLE_NOCOLOR": "1"}

    def bunri(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bunri", *words], capture_output=True, text=True, env=self.environment, check=False,
            cwd=ROOT,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def play(self, book: str, *more: str, good: bool = True) -> str:
        command = [str(Path(sys.executable).parent / "ansible-playbook"), f"playbooks/{book}.yml", *more]
        given = ["-e", "bunri_lab=true", "-e", f"bunri_runs={self.runs}"]
        done = subprocess.run(
            [*command, *given], capture_output=True, text=True, env=self.environment, check=False, cwd=ROOT
        )
        assert (done.returncode == 0) is good, done.stdout[-4000:] + done.stderr[-2000:]
        return done.stdout + done.stderr

    def running(self, device: str = DEVICE) -> str:
        return self.bunri("lab", "running", device)

    def tamper(self, text: str) -> None:
        self.bunri("lab", "tamper", DEVICE, "interface GigabitEthernet1/0/1", f" {text}")

    def runs_of_journal(self) -> list[dict[str, Any]]:
        return list(json.loads(self.bunri("journal", "--json", "--runs", str(self.runs)))["runs"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    port = str(23_000 + os.getpid() % 1000)
    made.bunri("lab", "up", "inventory/yasu", "--scale", "0.1", "--port", port)
    try:
        yield made
    finally:
        made.bunri("lab", "down")


def test_site_check_and_limit(site: Site) -> None:
    site.tamper(LINE)
    site.bunri("lab", "tamper", "es-yasu-acc01", "interface GigabitEthernet1/0/1", f" {LINE}")
    # In check mode nothing is applied, so the drift check at the end finds the change still there.
    said = site.play("site", "--limit", SOME, "--check", "-e", "unapproved_lab=true", good=False)
    assert LINE in said
    assert LINE in site.running()
    assert site.runs_of_journal() == []
    plan = next((site.runs / "plans").glob("*/plan.json"))
    assert "CHG023" in site.play("deploy", "--limit", SOME, "-e", f"plan={plan}", good=False)
    assert LINE in site.running()

    site.play("site", "--limit", SOME, "-e", "unapproved_lab=true")
    assert LINE not in site.running()
    assert LINE in site.running("es-yasu-acc01")
    first = site.runs_of_journal()[-1]
    assert first["result"] == "confirmed"
    assert DEVICE in first["outcomes"]
    assert all(name.startswith("es-gio-") for name in first["outcomes"])


def test_rollback_and_replacement(site: Site) -> None:
    command = ["--lab", "--runs", str(site.runs)]
    for text in ("first", "second"):
        site.tamper(f"description {text}")
        made = json.loads(site.bunri("plan", *command, "--limit", DEVICE, "--json"))
        site.bunri("apply", *command, "--unapproved-lab", made["plan"])
    number = site.runs_of_journal()[-2]["number"]
    site.tamper("description third")
    said = site.play("rollback", "--limit", DEVICE, "-e", f"number={number}")
    assert "description third" in said
    back = max((site.runs / "plans").glob("*/plan.json"), key=lambda path: path.stat().st_mtime)
    site.play("deploy", "--limit", DEVICE, "-e", f"plan={back}", "-e", "unapproved_lab=true")
    assert "description third" not in site.running()

    site.bunri("lab", "fault", DEVICE, "host-key")
    step = ["-e", f"device={DEVICE}", "-e"]
    assert "hostname" in site.play("replace_device", *step, "step=bootstrap")
    specs = json.loads((Path(site.environment["BUNRI_LAB_DIR"]) / "lab.json").read_text())
    spec = next(entry for entry in specs["devices"] if entry["hostname"] == DEVICE)
    key = next(line for line in site.bunri("lab", "known-hosts").splitlines() if f"[{spec['address']}]" in line)
    serial = ["-e", f"serial={spec['serial']}"]
    site.play("replace_device", *step, "step=wait", *serial, "-e", f"fingerprint={_fingerprint(key)}")
    site.play("replace_device", *step, "step=retire", "-e", "worker=甲", "-e", "witness=乙")
    assert list((site.runs / "ledger").glob(f"*-{DEVICE}.json"))
