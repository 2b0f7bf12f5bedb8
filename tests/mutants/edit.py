"""Applies a mutant's edits to configuration text. An edit whose place is not there raises: a mutant must never be a
no-op.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Mutant:
    """One deliberate edit of a snapshot, with what the verifier must say about it."""

    id: str
    kind: str
    edits: tuple[dict[str, Any], ...]
    pair: tuple[str, str] | None
    witness: str
    flow: str
    blocked: bool

    def devices(self) -> list[str]:
        """Return the devices whose configuration changes."""
        return sorted({edit["device"] for edit in self.edits if "device" in edit})

    def cables(self) -> list[tuple[tuple[str, str], tuple[str, str]]]:
        """Return the cables that are added."""
        return [(tuple(e["cable"][0]), tuple(e["cable"][1])) for e in self.edits if "cable" in e]

    def text(self, device: str, before: str) -> str:
        """Return a device's configuration after the edits."""
        for edit in self.edits:
            if edit.get("device") == device:
                before = apply(before, edit)
        return before


def load(name: str) -> list[Mutant]:
    """Read one table of mutants (``leaks``, ``outages``, ``harmless``)."""
    found = []
    for item in yaml.safe_load((HERE / f"{name}.yml").read_text(encoding="utf-8"))["mutants"]:
        for value, flow in (item.get("vary") or {"": item.get("flow", "")}).items():
            found.append(
                Mutant(
                    item["id"].replace("<n>", str(value)),
                    item.get("kind", name),
                    tuple(_fill(edit, str(value)) for edit in item["edits"]),
                    tuple(item["pair"]) if "pair" in item else None,
                    item.get("witness", ""),
                    flow,
                    item.get("blocked", False),
                )
            )
    assert len({mutant.id for mutant in found}) == len(found)
    return found


def _fill(value: Any, number: str) -> Any:
    if isinstance(value, str):
        return value.replace("<n>", number)
    if isinstance(value, list):
        return [_fill(item, number) for item in value]
    if isinstance(value, dict):
        return {key: _fill(item, number) for key, item in value.items()}
    return value


def apply(text: str, edit: dict[str, Any]) -> str:
    """Return ``text`` with one edit done."""
    if "append" in edit:
        return _append(text, [str(line) for line in edit["append"]])
    if "text" in edit:
        pattern, new = edit["text"]
        changed, count = re.subn(pattern, new, text)
        return _must(changed, count, edit)
    if "transform" in edit:
        return TRANSFORMS[edit["transform"]](text)
    lines = text.splitlines()
    start, end = find(lines, edit["in"])
    indent = _inner(lines, start, end)
    body = lines[start + 1 : end]
    if "first" in edit:
        body = [indent + line for line in edit["first"]] + body
    elif "last" in edit:
        body = body + [indent + line for line in edit["last"]]
    elif "replace" in edit:
        pattern, new = edit["replace"]
        changed, count = re.subn(pattern, new, "\n".join(body))
        body = _must(changed, count, edit).split("\n")
    elif "delete" in edit:
        kept = [line for line in body if not re.fullmatch(edit["delete"], line.strip())]
        _must("", len(body) - len(kept), edit)
        body = kept
    return "\n".join([*lines[: start + 1], *body, *lines[end:]]) + "\n"


def find(lines: list[str], path: list[str | dict[str, str]]) -> tuple[int, int]:
    """Return header and end (exclusive) of the stanza that a path of patterns names, outermost pattern first.

    A pattern may be ``{match, having}``: then a line of the stanza must match ``having`` as well.
    """
    start, end = -1, len(lines)
    for step in path:
        header = step["match"] if isinstance(step, dict) else step
        having = step["having"] if isinstance(step, dict) else ""
        for number in range(start + 1, end):
            if not re.fullmatch(header, lines[number].strip()):
                continue
            last = _extent(lines, number, end)
            if not having or any(re.fullmatch(having, line.strip()) for line in lines[number:last]):
                start, end = number, last
                break
        else:
            raise LookupError(f"no stanza {step!r} in {path}")
    return start, end


def _extent(lines: list[str], header: int, limit: int) -> int:
    depth = _indent(lines[header])
    for number in range(header + 1, limit):
        line = lines[number]
        if line.strip() and _indent(line) <= depth:
            return number
    return limit


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _inner(lines: list[str], start: int, end: int) -> str:
    for line in lines[start + 1 : end]:
        if line.strip():
            return " " * _indent(line)
    return " " * (_indent(lines[start]) + (4 if lines[start].lstrip().startswith(("edit", "config")) else 1))


def _must(text: str, count: int, edit: dict[str, Any]) -> str:
    if not count:
        raise LookupError(f"nothing to change: {edit}")
    return text


def _append(text: str, new: list[str]) -> str:
    lines = text.splitlines()
    if lines and lines[0].startswith("#config"):
        return "\n".join([*lines, *new]) + "\n"
    at = max((n for n, line in enumerate(lines) if line == "end"), default=len(lines))
    return "\n".join([*lines[:at], *new, "!", *lines[at:]]) + "\n"


def _reverse(text: str) -> str:
    """Return the text with the order of its interface stanzas turned round."""
    lines = text.splitlines()
    stanzas = []
    for number, line in enumerate(lines):
        if line.startswith("interface "):
            stanzas.append((number, _extent(lines, number, len(lines))))
    first, last = stanzas[0][0], stanzas[-1][1]
    blocks = [lines[a:b] for a, b in stanzas]
    between = [line for line in lines[first:last] if not any(line in block for block in blocks) and line != "!"]
    return (
        "\n".join([*lines[:first], *between, *[x for b in reversed(blocks) for x in (*b, "!")], *lines[last:]]) + "\n"
    )


TRANSFORMS = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "trailing": lambda text: "".join(f"{line}   \n" for line in text.splitlines()),
    "blank": lambda text: text.replace("\n!\n", "\n\n!\n\n"),
    "comments": lambda text: text.replace("\n!\n", "\n! ip route vrf naibu 10.10.0.0 255.255.0.0 Vlan11\n"),
    "reverse": _reverse,
}
