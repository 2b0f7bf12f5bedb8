"""The whole job by the commands that a person types, on the real inventory; its records hold nothing of the vault."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bunri.intent.load import load
from network.lab.spec import DEFAULT_ACCOUNTS

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[3]


def test_demo_and_no_secret_in_its_records(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    some = "es-gio-*,es-mikami-acc01"
    done = subprocess.run(
        [sys.executable, "-m", "bunri", "demo", str(ROOT / "inventory" / "yasu"), "--runs", str(runs), "--limit", some,
         "--port", "2391", "--json"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "BUNRI_LAB_DIR": str(tmp_path / "lab")},
    )  # fmt: skip
    stages = json.loads(done.stdout)["stages"]
    assert done.returncode == 0, (stages[-1], done.stderr[-3000:])
    assert [stage["name"] for stage in stages if not stage["good"]] == []
    assert len(stages) >= 18
    city = load(ROOT / "inventory" / "yasu", today=date(2026, 11, 22))
    marks = [secret.get_secret_value().encode() for secret in city.secrets.values()]
    marks += [account.password.encode() for account in DEFAULT_ACCOUNTS]
    files = [path for path in runs.rglob("*") if path.is_file() and ".git" not in path.parts]
    assert len(files) > 50
    for path in files:
        data = path.read_bytes()
        assert not [mark for mark in marks if mark in data], path
    for text in (done.stdout, done.stderr):
        assert not [mark for mark in marks if mark.decode() in text]
