"""How much of the long tests to run: ``BUNRI_TEST_SCALE`` (1: what CI can afford; 20: the full size that docs
report).
"""

from __future__ import annotations

import os

SCALE = float(os.environ.get("BUNRI_TEST_SCALE", "1"))


def scaled(count: int) -> int:
    """Return ``count``, which is the size at scale 1, at the scale asked for."""
    return max(1, int(count * SCALE))
