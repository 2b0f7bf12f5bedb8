"""docs/features.md says what is there: named files exist, nothing is left out, no cell is empty."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/features.md").read_text(encoding="utf-8")
# Design modules that are no feature but serve all of them.
SHARED = {"__init__", "assembly", "cabling", "model", "numbers", "plan", "policy", "port_names"}
FRAME = {"main", "bootstrap"}


def rows() -> list[list[str]]:
    section = TEXT.split("## Slices")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table]


def test_named_files_exist() -> None:
    named = set(re.findall(r"`([a-z][\w./]*/[\w./]+)`", TEXT)) - {"intended/origins.json", "inventory/yasu/intended"}
    assert len(named) > 30
    assert [name for name in sorted(named) if not name.startswith("configs/") and not (ROOT / name).exists()] == []
    inventory = ROOT / "inventory/yasu/group_vars/all"
    assert [row[2] for row in rows() if not (inventory / row[2]).exists()] == []


def test_no_cell_is_empty_and_a_dash_has_its_reason() -> None:
    reasons = TEXT.split("## Not asked for")[1]
    for row in rows():
        assert len(row) == 8
        assert all(row), row
        if "–" in row:
            assert f"`{row[0]}`" in reasons


def test_every_module_and_partial_is_listed() -> None:
    features = {row[0] for row in rows()}
    modules = {path.stem for path in (ROOT / "network/design").glob("*.py")} - SHARED
    assert modules == features
    for platform in ("cisco_ios", "fortios"):
        partials = {path.stem for path in (ROOT / "templates" / platform).glob("*.j2")} - FRAME
        listed = {row[0] for row in rows() if f"templates/{platform}/{row[0]}.j2" in row}
        assert partials == listed
