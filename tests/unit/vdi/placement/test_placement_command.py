"""The command, the report and the page: exit codes, JSON, and that the page says what the rules are."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from edits import DAY, ROOT, sample, server

from bunri.cli import main
from tools.placement_page import PAGE, page
from vdi.placement.check import as_json, as_text, check, exit_code

SAMPLE = str(ROOT / "inventory" / "yasu")


def run(tmp_path: Path, *words: str) -> int:
    return main(["placement", *words, "--inventory", SAMPLE, "--runs", str(tmp_path)])


def test_the_sample_city_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "check", "--day", str(DAY), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer == json.loads((tmp_path / "placement" / "check.json").read_text(encoding="utf-8"))
    assert answer["verdict"] == "holds"
    assert answer["counts"]["error"] == answer["counts"]["unknown"] == 0
    assert [item["day"] for item in answer["placements"]] == ["2026-11-22", "2029-10-01"]
    assert {row["os"] for row in answer["support"]} == {"win-2022", "rhel-9", "debian-12"}
    lost = answer["placements"][0]["lost"][0]
    assert lost["site"] == "honcho"
    assert all(item["left"] for item in lost["services"])


def test_copies_grow_old(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "check", "--day", "2026-11-24", "--json") == 1
    found = {f["id"] for p in json.loads(capsys.readouterr().out)["placements"] for f in p["findings"]}
    assert {"PLC123", "PLC142"} <= found


def test_an_unknown_site_is_unusable_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "check", "--lost", "nowhere") == 2
    assert "PLC001" in capsys.readouterr().err


def test_a_plan_of_what_is_declared_proposes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "plan", "--day", str(DAY), "--json") == 0
    assert json.loads(capsys.readouterr().out)["moves"] == []


def test_apply_without_a_plan_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "apply") == 2
    assert "PLC019" in capsys.readouterr().err


def test_a_later_placement_tells_only_what_is_new() -> None:
    broken = server("mgmt-ca1", copies=())(sample())
    found = check(broken, DAY)
    assert [f.id for f in found[0].findings].count("PLC120") == 1
    assert "PLC120" not in {f.id for f in found[1].findings}
    assert exit_code([f for item in found for f in item.findings]) == 1
    assert as_json(broken, found, DAY)["verdict"] == "violated"
    assert "PLC120" in as_text(found)
    assert check(broken, date(2030, 1, 1))[0].day == date(2030, 1, 1)


def test_the_page_says_what_the_rules_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run tools/placement_page.py"
