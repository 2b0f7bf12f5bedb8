"""The texts that the fuzz tests break: every kind of device of the sample city, and random small networks."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.oracle import emit
from tests.oracle.generate import generate
from tests.oracle.net import Router

CONFIGS = Path(__file__).parents[2] / "inventory" / "yasu" / "intended" / "configs"
NAMES = ("honcho-sc1", "comm-yasu-sw1", "honcho-fw1", "honcho-wlc1", "backup-ce1", "honcho-lgwan1")


@cache
def texts() -> tuple[str, ...]:
    """Return the texts, IOS and FortiOS."""
    found = [(CONFIGS / f"{name}.cfg").read_text(encoding="utf-8") for name in NAMES]
    for seed in range(12):
        boxes = generate(seed).devices.values()
        found += [emit.router(box) if isinstance(box, Router) else emit.firewall(box) for box in boxes]
    return tuple(found)
