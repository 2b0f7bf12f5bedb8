"""What is refused before any parser sees it: wrong files, wrong encodings, sizes that no inventory has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bunri.messages import Message, Where

if TYPE_CHECKING:
    from pathlib import Path

MAXIMUM_BYTES = 4 * 1024 * 1024
_TAB = re.compile(rb"^ *\t", re.MULTILINE)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_VAULT = b"$ANSIBLE_VAULT;"
MAXIMUM_FLOW_DEPTH = 60
MAXIMUM_ALIASES = 200
_ALIAS = re.compile(rb"[\s\[,{:]\*[A-Za-z0-9_]")


def inspect(root: Path) -> list[Message]:
    """Return what is wrong with the files of an inventory folder; nothing is parsed yet."""
    if not root.is_dir():
        return [Message("BNR001", Where(), {"path": root.name})]
    found: list[Message] = []
    paths = [root / "hosts.yml", *sorted((root / "group_vars").rglob("*")), *sorted((root / "host_vars").rglob("*"))]
    if not paths[0].is_file():
        found.append(Message("INV001", Where(file="hosts.yml"), {"path": "hosts.yml"}))
    for path in paths:
        name = path.relative_to(root).as_posix()
        if path.name.startswith(".") or path.name.endswith("~"):
            continue  # editors' own files; Ansible skips them, too
        if path.is_dir():
            # Ansible would read files in deeper folders, too: a playbook would see values that nobody checked.
            if path.parent.name == "group_vars" and path.name != "all":
                found.append(Message("INV014", Where(file=name), {"path": name}))
            elif path.parent.name != "group_vars":
                found.append(Message("INV015", Where(file=name), {"path": name}))
        elif path.is_file():
            if path.suffix != ".yml":
                found.append(Message("INV015", Where(file=name), {"path": name}))
            elif path.parent.name == "group_vars":
                found.append(Message("INV014", Where(file=name), {"path": name}))
            else:
                found += _file(path, name)
    return found


def _file(path: Path, name: str) -> list[Message]:
    size = path.stat().st_size
    if size > MAXIMUM_BYTES:
        limit = MAXIMUM_BYTES // 1024 // 1024
        return [Message("INV002", Where(file=name), {"size": f"{size / 1024 / 1024:.1f}", "limit": limit})]
    data = path.read_bytes()
    if path.stem == "vault":
        return [] if data.startswith(_VAULT) else [Message("INV023", Where(file=name, line=1))]
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return [Message("INV016", Where(file=name, line=1))]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as failed:
        return [Message("INV017", Where(file=name, line=data.count(b"\n", 0, failed.start) + 1))]
    found = []
    for id_, pattern in (("INV018", _TAB), ("INV019", _CONTROL)):
        match = pattern.search(data)
        if match:
            found.append(Message(id_, Where(file=name, line=data.count(b"\n", 0, match.start()) + 1)))
    aliases = sum(1 for _ in _ALIAS.finditer(data))
    depth = _flow_depth(data)
    if aliases > MAXIMUM_ALIASES:
        found.append(Message("INV006", Where(file=name), {"limit": MAXIMUM_ALIASES}))
    if depth:
        found.append(Message("INV006", Where(file=name, line=depth), {"limit": MAXIMUM_FLOW_DEPTH}))
    return found


def _flow_depth(data: bytes) -> int:
    """Return the line on which brackets are nested deeper than any inventory needs, or 0."""
    depth = 0
    for number, line in enumerate(data.split(b"\n"), 1):
        if b"[" not in line and b"{" not in line and b"]" not in line and b"}" not in line:
            continue
        depth = max(0, depth + line.count(b"[") + line.count(b"{") - line.count(b"]") - line.count(b"}"))
        if depth > MAXIMUM_FLOW_DEPTH or max(line.count(b"["), line.count(b"{")) > 400:
            return number
    return 0
