"""Where each value of the inventory was written: file and line, kept apart from the values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bunri.messages import Where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bunri.intent.base import Key


@dataclass(frozen=True, slots=True)
class Origins:
    """File and line by key; a key that is not known answers with its nearest known parent."""

    places: Mapping[Key, tuple[str, int]]

    def where(self, key: Key) -> Where:
        """Return the place of ``key``, e.g. ``("links", 3, "index")``; the key itself is in ``Where.key``."""
        text = ".".join(str(part) for part in key)
        for length in range(len(key), 0, -1):
            place = self.places.get(key[:length])
            if place is not None:
                return Where(file=place[0], line=place[1], key=text)
        return Where(key=text)
