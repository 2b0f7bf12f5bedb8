"""A way to load an edited copy of the sample city."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bunri.intent import City, load

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "inventory/yasu"
TODAY = date(2026, 11, 22)
Edit = Callable[[Any], None]


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., City]:
    """Load a copy of the sample inventory in which ``subject=function`` has changed the plain data of that file."""

    def change(**edits: Edit) -> City:
        folder = tmp_path / f"city{len(list(tmp_path.iterdir()))}"
        shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("intended"))
        for subject, edit in edits.items():
            path = folder / "hosts.yml" if subject == "hosts" else folder / "group_vars/all" / f"{subject}.yml"
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            edit(data["all"]["hosts"] if subject == "hosts" else data[subject])
            path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return load(folder, today=TODAY)

    return change
