"""The arrows of docs/architecture.md: who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# Room → what it must never import, directly or inside a function.
FORBIDDEN = {
    "bunri": ("network", "vdi"),
    "bunri/messages.py": ("pydantic", "yaml", "ansible", "rich"),
    "network": ("vdi",),
    "network/config": (
        "bunri.intent",
        "bunri.change",
        "network.design",
        "network.render",
        "network.analysis",
        "network.policy",
        "network.deploy",
        "network.lab",
        "ansible",
    ),
    "network/analysis": (
        "bunri.intent",
        "bunri.change",
        "network.design",
        "network.render",
        "network.policy",
        "network.deploy",
        "network.lab",
        "ansible",
    ),
    "network/policy": (
        "bunri.intent",
        "bunri.change",
        "network.design",
        "network.render",
        "network.deploy",
        "network.drift",
        "network.lab",
        "ansible",
    ),
    "network/design": ("network.render", "network.config", "network.analysis", "network.deploy", "network.lab"),
    "network/render": ("network.config", "network.analysis", "network.policy", "network.deploy", "network.lab"),
    "network/lab": ("network.config", "network.analysis", "network.design", "network.render", "hier_config"),
    "vdi": ("network",),
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("room", FORBIDDEN)
def test_no_arrow_points_back(room: str) -> None:
    place = ROOT / room
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    assert files, f"{room} has no code"
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in imported(path)
        for barred in FORBIDDEN[room]
        if name == barred or name.startswith(barred + ".")
    }
    assert not wrong
