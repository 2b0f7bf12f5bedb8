"""JSON Schema of every inventory file, for editors: completion and red lines while typing.

``python -m bunri.intent.schema [FOLDER]`` writes ``schemas/<subject>.json`` (draft 2020-12) and ``hosts.json``; a
test holds
the committed files against what this module makes.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from bunri.intent.cabling import Device
from bunri.intent.subjects import SUBJECTS, VAULT, adapter

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Return the schemas by file name. ``vault.yml`` has none: what is encrypted cannot be checked by an editor."""
    found = {f"{name}.json": _subject(name) for name in SUBJECTS if name != VAULT}
    return {**found, "hosts.json": _hosts()}


def text(schema: dict[str, Any]) -> str:
    """Return a schema as it stands in its file."""
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write(folder: Path) -> list[Path]:
    """Write every schema to ``folder``, each file whole or not at all; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, schema in schemas().items():
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, delete=False) as file:
            file.write(text(schema))
        Path(file.name).chmod(0o644)
        os.replace(file.name, folder / name)  # noqa: PTH105
        paths.append(folder / name)
    return paths


def _subject(name: str) -> dict[str, Any]:
    inner = adapter(name).json_schema(by_alias=True, mode="validation")
    definitions = inner.pop("$defs", {})
    return {
        "$schema": DIALECT,
        "$id": f"{name}.json",
        "title": f"group_vars/all/{name}.yml",
        "type": "object",
        "additionalProperties": False,
        "required": [name],
        "properties": {name: inner},
        "$defs": definitions,
    }


def _hosts() -> dict[str, Any]:
    device = Device.model_json_schema(by_alias=True, mode="validation")
    definitions = device.pop("$defs", {})
    # The name is the key of the host, and Ansible's own variables may stand beside ours.
    device["required"] = [key for key in device["required"] if key != "name"]
    del device["properties"]["name"]
    device["patternProperties"] = {"^ansible_": {}}
    hosts = {"type": "object", "additionalProperties": device}
    return {
        "$schema": DIALECT,
        "$id": "hosts.json",
        "title": "hosts.yml",
        "type": "object",
        "required": ["all"],
        "properties": {"all": {"type": "object", "required": ["hosts"], "properties": {"hosts": hosts}}},
        "$defs": definitions,
    }


if __name__ == "__main__":
    for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas")):
        print(path)
