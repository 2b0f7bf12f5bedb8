"""Numbers that follow from names, so that an addition or a removal renumbers nothing else (N2)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable


def stable_numbers(names: Iterable[str], low: int = 1000, high: int = 999_999) -> dict[str, int]:
    """Return name → number in ``low``..``high`` from the name's CRC-32; two names that meet take neighbouring numbers.

    ``ValueError`` when there are more names than numbers.
    """
    size = high - low + 1
    found: dict[str, int] = {}
    used: set[int] = set()
    for name in sorted(names):
        if len(used) == size:
            raise ValueError(f"more than {size} names")
        offset = crc32(name.encode()) % size
        while offset in used:
            offset = (offset + 1) % size
        used.add(offset)
        found[name] = low + offset
    return found
