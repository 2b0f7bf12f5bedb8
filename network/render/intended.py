"""The intended snapshot: every file that ``bunri render`` writes, made in memory and written all or not at all."""

from __future__ import annotations

import gc
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from bunri.messages import Where, error
from network.design.assembly import design
from network.design.cabling import layer1
from network.design.policy import policy
from network.render.engine import TEMPLATES, Origins, origins_json, render
from network.render.secrets import refuse_leaks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bunri.intent import City
    from network.design.model import DeviceDesign

FOLDERS = ("configs", "bootstrap")
SINGLE = ("layer1_topology.json", "policy.yml", "origins.json")
_HEAD = (
    "# bunri render が作ったファイルです。直接編集せず、インベントリを変更してください。\n"
    "# Written by bunri render: do not edit it, change the inventory.\n"
)


@dataclass(frozen=True, slots=True)
class Intended:
    """All files by path relative to the snapshot's folder (with ``/``), and what they were made from."""

    files: dict[str, str]
    designs: dict[str, DeviceDesign]
    origins: Origins


def build(city: City, *, templates: Path = TEMPLATES) -> Intended:
    """Return the whole snapshot of ``city`` in memory.

    :raises BunriError: DSG… and RND…; RND005 when a value of the vault stands in any of the texts.
    """
    with _without_collection():
        return _build(city, templates)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep the garbage collector from walking over millions of values that all stay."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _build(city: City, templates: Path) -> Intended:
    designs = design(city)
    rendered = render(designs, folder=templates)
    files = {f"configs/{name}.cfg": text for name, text in rendered.configs.items()}
    files |= {f"bootstrap/{name}.cfg": text for name, text in rendered.bootstraps.items()}
    files["layer1_topology.json"] = _edges(layer1(city))
    files["policy.yml"] = _HEAD + _yaml(policy(city))
    files["origins.json"] = _origins(rendered.origins)
    refuse_leaks(files.items(), {name: value.get_secret_value() for name, value in city.secrets.items()})
    return Intended(files, designs, rendered.origins)


def _edges(content: dict[str, Any]) -> str:
    rows = ",\n".join("  " + json.dumps(edge, separators=(", ", ": ")) for edge in content["edges"])
    return f'{{"edges": [\n{rows}\n]}}\n'


def _origins(origins: Origins) -> str:
    """Return the side file with one device a line, so that a change shows only the devices that it concerns."""
    content = origins_json(origins)
    table = ",\n".join("  " + json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in content["table"])
    lines = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(numbers, separators=(',', ':'))}"
        for name, numbers in content["lines"].items()
    )
    return f'{{"templates": {json.dumps(content["templates"])},\n"table": [\n{table}\n],\n"lines": {{\n{lines}\n}}}}\n'


# Below these keys of the policy, lists and tables of plain values stand on one line.
_ON_ONE_LINE = frozenset({"zones", "flows", "waypoints", "systems"})


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Without anchors: a reader of the policy should not have to follow them."""

    def ignore_aliases(self, data: object) -> bool:
        """Return true for everything."""
        return True


def _yaml(content: dict[str, Any]) -> str:
    parts = []
    for key, value in content.items():
        # Lists and tables of plain values on one line; the top-level key always on its own.
        style = None if key in _ON_ONE_LINE else False
        parts.append(
            yaml.dump(
                {key: value}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=118, default_flow_style=style
            )
        )
    return "\n".join(parts)


def stored(folder: Path) -> dict[str, str]:
    """Return the files of a snapshot folder that rendering owns, by relative path."""
    found = {}
    for name in FOLDERS:
        if (folder / name).is_dir():
            for path in sorted((folder / name).glob("*.cfg")):
                found[f"{name}/{path.name}"] = path.read_bytes().decode("utf-8", "surrogateescape")
    for name in SINGLE:
        if (folder / name).is_file():
            found[name] = (folder / name).read_bytes().decode("utf-8", "surrogateescape")
    return found


def write(files: dict[str, str], folder: Path, *, before: dict[str, str], remove: bool) -> list[str]:
    """Write what differs from ``before`` and, with ``remove``, delete what is no longer made; return the changed paths.

    Every new text is on the disk under a temporary name before the first file is replaced, so that a full disk or a
    missing permission changes nothing (RND009).
    """
    changed = [name for name in sorted(files) if before.get(name) != files[name]]
    gone = sorted(set(before) - set(files)) if remove else []
    staged: list[tuple[Path, Path]] = []
    try:
        for name in changed:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
            staged.append((temporary, target))
            with temporary.open("w", encoding="utf-8", newline="\n") as stream:
                stream.write(files[name])
                stream.flush()
    except OSError as problem:
        for temporary, _ in staged:
            with suppress(OSError):
                temporary.unlink()
        raise error("RND009", Where(str(folder)), detail=problem.strerror or type(problem).__name__) from None
    for temporary, target in staged:
        temporary.replace(target)
    for name in gone:
        (folder / name).unlink()
    return changed + gone
