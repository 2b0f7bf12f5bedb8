"""The edit of ``hosts.yml`` that a replaced device asks for, as a patch: proposed, never made. Pure.

``installed`` is what the lifecycle report counts from, ``serial_number`` what the next replacement is checked against.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

import yaml

from bunri.messages import Where, error

if TYPE_CHECKING:
    from datetime import date


def proposed(text: str, name: str, serial: str, installed: date, file: str = "hosts.yml") -> str:
    """Return a unified diff (``patch -p1`` in the inventory's folder) that gives ``name`` its new serial and date.

    Comments, order and all other devices stay as they are. Error: RPL008 if the entry cannot be found or the edit
    would change anything else.
    """
    lines = text.splitlines(keepends=True)
    start = next((i for i, line in enumerate(lines) if re.match(rf"\s+{re.escape(name)}:", line)), None)
    where = Where(file=file, device=name)
    if start is None:
        raise error("RPL008", where)
    depth = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > depth:
        end += 1
    values = {"serial_number": serial, "installed": installed.isoformat()}
    edited = lines[:]
    for number in range(start, end):
        for key, value in values.items():
            edited[number] = re.sub(rf"(\b{key}: *)[^,}}\s#]+", rf"\g<1>{value}", edited[number])
    before, after = _hosts(yaml.safe_load(text)), _hosts(yaml.safe_load("".join(edited)))
    wanted = {**before.get(name, {}), "serial_number": serial, "installed": installed}
    if after != {**before, name: wanted}:
        raise error("RPL008", where)
    return "".join(difflib.unified_diff(lines, edited, f"a/{file}", f"b/{file}", n=2))


def _hosts(node: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "hosts" and isinstance(value, dict):
                found |= {str(name): dict(variables or {}) for name, variables in value.items()}
            else:
                found |= _hosts(value)
    return found
