"""Differences as people read them: equal ones once, with all the devices that have them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def grouped(diffs: Mapping[str, str]) -> list[tuple[list[str], str]]:
    """Return (devices, difference) with each different difference once, the most widespread first."""
    groups: dict[str, list[str]] = {}
    for name, diff in diffs.items():
        groups.setdefault(diff.strip(), []).append(name)
    return sorted(((sorted(names), diff) for diff, names in groups.items()), key=lambda item: (-len(item[0]), item[0]))
