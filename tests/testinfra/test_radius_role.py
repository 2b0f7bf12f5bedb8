"""The playbook itself: check mode writes nothing, a second run changes nothing, secrets do not show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.testinfra.conftest import passphrase, playbook

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("radius-role")]


def changes(text: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", text, re.MULTILINE)}


def test_check_mode_writes_nothing(radius_folder: Path, tmp_path: Path) -> None:
    done = playbook(radius_folder, "--check", "-e", f"radius_lab_root={tmp_path}/checked")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert changes(done.stdout)["mgmt-radius1"] > 0
    assert not (tmp_path / "checked").exists()


def test_the_second_run_changes_nothing_and_shows_nothing(deployed: dict[str, object], radius_folder: Path) -> None:
    done = playbook(radius_folder, "--diff", "-vvv")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-2000:]
    assert changes(done.stdout) == {"localhost": 0, "mgmt-radius1": 0, "mgmt-radius2": 0}
    assert "Check the configuration" not in done.stdout
    assert passphrase() not in said
    assert "Yasu-Radius-" not in said
    assert "BEGIN ENCRYPTED PRIVATE KEY" not in said
