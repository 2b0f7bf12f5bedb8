"""Makes a broken inventory from the sample and a case's ``change.toml``, and runs the stage that must refuse it.

A case is a folder: ``change.toml`` says what is wrong, ``expected.txt`` is the exact text that a person then reads.
Kinds of
change: ``edit`` (text that stands in the file exactly once or more; the first is replaced), ``write``, ``delete``,
``hex``
(raw bytes), ``repeat`` (a text many times), ``vault`` (an edit inside the encrypted file), ``template`` (a text for a
template). ``stage`` is ``load``
unless said
otherwise; other rooms add theirs to ``STAGES``.
"""

from __future__ import annotations

import hashlib
import shutil
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bunri.messages import BunriError

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SAMPLE = ROOT / "inventory" / "yasu"
TODAY = date(2026, 11, 22)


def cases() -> list[str]:
    """Return the names of all cases."""
    return sorted(path.parent.name for path in HERE.glob("*/change.toml"))


def change_of(name: str) -> dict[str, Any]:
    """Return a case's change."""
    return tomllib.loads((HERE / name / "change.toml").read_text(encoding="utf-8"))


def build(name: str, folder: Path) -> Path:
    """Copy the sample city to ``folder`` and break it as the case ``name`` says; return the broken inventory."""
    root = folder / "yasu"
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("intended"))
    change = change_of(name)
    for item in change.get("edit", []):
        path = root / item["file"]
        text = path.read_text(encoding="utf-8")
        if item["find"] not in text:
            raise AssertionError(f"{name}: {item['find']!r} does not stand in {item['file']} any more")
        path.write_text(text.replace(item["find"], item["replace"], 1), encoding="utf-8")
    for item in change.get("vault", []):
        _edit_vault(root, item["find"], item["replace"])
    for item in change.get("delete", []):
        (root / item["file"]).unlink()
    for kind, content in (("write", _text), ("hex", _hex), ("repeat", _repeat)):
        for item in change.get(kind, []):
            path = root / item["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content(item))
    if "template" in change:
        shutil.copytree(ROOT / "templates", folder / "templates")
        for item in change["template"]:
            (folder / "templates" / item["file"]).write_text(item["text"], encoding="utf-8")
    return root


def _text(item: dict[str, Any]) -> bytes:
    return str(item["text"]).encode()


def _hex(item: dict[str, Any]) -> bytes:
    return bytes.fromhex(item["hex"])


def _repeat(item: dict[str, Any]) -> bytes:
    return (str(item["text"]) * int(item["times"])).encode()


def _edit_vault(root: Path, find: str, replace: str) -> None:
    from ansible.parsing.vault import VaultLib, VaultSecret

    password = (SAMPLE / ".vault-password-sample").read_text(encoding="utf-8").strip()
    vault = VaultLib([("default", VaultSecret(password.encode()))])
    path = root / "group_vars" / "all" / "vault.yml"
    text = vault.decrypt(path.read_bytes()).decode()
    assert find in text
    path.write_bytes(vault.encrypt(text.replace(find, replace)))


def _load(root: Path) -> None:
    from bunri.intent import load

    load(root, today=TODAY)


def _render(root: Path) -> None:
    from bunri.intent import load
    from network.render.intended import build as render
    from network.render.intended import write

    templates = root.parent / "templates"
    city = load(root, today=TODAY)
    whole = render(city, templates=templates if templates.is_dir() else ROOT / "templates")
    write(whole.files, root / "intended", before={}, remove=False)


STAGES: dict[str, Callable[[Path], None]] = {"load": _load, "render": _render}


def message_of(name: str, root: Path) -> str:
    """Run the stage of a case on its broken inventory and return what a person reads."""
    stage = STAGES[change_of(name).get("stage", "load")]
    try:
        stage(root)
    except BunriError as problem:
        return str(problem) + "\n"
    return "accepted\n"


def fingerprint(folder: Path) -> dict[str, str]:
    """Return a hash of every file below ``folder``."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
