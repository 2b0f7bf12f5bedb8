"""The committed snapshot is exactly what the inventory gives, whatever the hash seed, and holds no secret."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bunri.intent import City
from network.render.intended import Intended, stored

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "inventory/yasu"


def test_committed_files_are_byte_for_byte_what_is_rendered(whole: Intended) -> None:
    committed = stored(SAMPLE / "intended")
    assert sorted(committed) == sorted(whole.files)
    different = [name for name in committed if committed[name] != whole.files[name]]
    assert different == [], "run bunri render and commit the result"


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_the_hash_seed_changes_nothing(seed: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "bunri",
        "render",
        str(SAMPLE),
        "--out",
        str(tmp_path),
        "--json",
        "--today",
        "2026-11-22",
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert stored(tmp_path) == stored(SAMPLE / "intended")


def test_no_vault_value_is_in_any_file(city: City, whole: Intended) -> None:
    values = [value.get_secret_value() for value in city.secrets.values()]
    assert len(values) >= 8
    for name, text in whole.files.items():
        assert not [value for value in values if value in text], name


def test_every_configuration_line_has_an_origin(whole: Intended) -> None:
    for name in whole.designs:
        lines = whole.files[f"configs/{name}.cfg"].splitlines()
        assert len(whole.origins.lines[name]) == len(lines)
        for number in (1, len(lines) // 2, len(lines)):
            origin = whole.origins.of(name, number)
            template = (ROOT / "templates" / origin.template).read_text(encoding="utf-8").splitlines()
            shown = template[origin.template_line - 1]
            word = lines[number - 1].split()[0]
            assert word in shown or "{{" in shown, (name, number, shown)


def test_origins_name_the_inventory_entry(whole: Intended) -> None:
    lines = whole.files["configs/honcho-core1.cfg"].splitlines()
    at = lines.index("interface Vlan11") + 1
    origin = whole.origins.of("honcho-core1", at)
    file, _, line = origin.inventory.partition(":")
    entry = (SAMPLE / "group_vars/all" / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert "10.10.1.0/25" in entry


def test_every_cable_ends_at_a_port_that_its_configuration_has(whole: Intended) -> None:
    known = {
        name: {item.name for item in design.interfaces}
        | ({item.name for item in design.firewall.interfaces} if design.firewall else set())
        for name, design in whole.designs.items()
    }
    for edge in json.loads(whole.files["layer1_topology.json"])["edges"]:
        for node in edge.values():
            assert node["hostname"] not in known or node["interfaceName"] in known[node["hostname"]], edge


def test_configurations_are_plain_ascii_without_trailing_blanks(whole: Intended) -> None:
    for name, text in whole.files.items():
        if name.endswith(".cfg"):
            assert text.isascii(), name
            assert text.endswith("\n"), name
            assert not [line for line in text.splitlines() if line != line.rstrip()], name
