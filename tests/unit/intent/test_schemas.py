"""The committed schemas are what the models say, and they accept the sample and refuse mistakes."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bunri.intent.schema import schemas, text, write

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "schemas"
SAMPLE = ROOT / "inventory" / "yasu"
NAMES = sorted(schemas())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _sample(name: str) -> Any:
    stem = name.removesuffix(".json")
    path = SAMPLE / "hosts.yml" if stem == "hosts" else SAMPLE / "group_vars" / "all" / f"{stem}.yml"
    return _plain(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_committed_schemas_are_current() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == set(NAMES)
    for name, schema in schemas().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text(schema), (
            f"run python -m bunri.intent.schema ({name})"
        )


def test_writing_gives_the_committed_bytes(tmp_path: Path) -> None:
    for path in write(tmp_path):
        assert path.read_bytes() == (FOLDER / path.name).read_bytes()
    assert len(list(tmp_path.iterdir())) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_schema_accepts_the_sample_and_refuses_an_unknown_key(name: str) -> None:
    schema = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    data = _sample(name)
    assert [error.message for error in validator.iter_errors(data)] == []
    broken = copy.deepcopy(data)
    if name == "hosts.json":
        broken["all"]["hosts"]["honcho-core1"]["rak"] = "MDF-1"
    else:
        broken["unknown"] = 1
    assert not validator.is_valid(broken)


def test_editors_are_told_about_every_schema() -> None:
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    assert set(settings["yaml.schemas"]) == {f"schemas/{name}" for name in NAMES}
