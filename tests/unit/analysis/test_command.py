"""``bunri routes``: rows as JSON, a table for people, clear errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bunri.cli import main
from tests.unit.analysis.net import port, router

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "configs").mkdir()
    text = router("a", port(0, "10.0.0.1", 30), "ip route 172.16.0.0 255.255.0.0 10.0.0.2")
    (tmp_path / "configs" / "a.cfg").write_text(text, encoding="utf-8")
    return tmp_path


def test_routes_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["routes", str(folder), "--json"]) == 0
    rows = {row["prefix"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["172.16.0.0/16"] | {"file": "", "line": 0} == {
        "device": "a",
        "vrf": "default",
        "prefix": "172.16.0.0/16",
        "protocol": "static",
        "next_hop": "10.0.0.2",
        "interface": "GigabitEthernet0/0",
        "distance": 1,
        "metric": 0,
        "tag": 0,
        "via_vrf": "default",
        "file": "",
        "line": 0,
    }
    assert rows["10.0.0.1/32"]["protocol"] == "local"


def test_routes_as_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["routes", str(folder), "--device", "a", "--vrf", "default"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["device", "vrf", "prefix", "protocol"]
    assert any(line.split()[2:5] == ["172.16.0.0/16", "static", "10.0.0.2"] for line in lines)


@pytest.mark.parametrize(("words", "id_"), [(["--device", "x"], "ANA004"), (["--vrf", "x"], "ANA005")])
def test_unknown_names_are_errors(folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], id_: str) -> None:
    assert main(["routes", str(folder), *words]) == 2
    assert id_ in capsys.readouterr().err
