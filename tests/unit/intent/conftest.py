"""The sample city, loaded once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bunri.intent import City, load

SAMPLE = Path(__file__).parents[3] / "inventory" / "yasu"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def city() -> City:
    return load(SAMPLE, today=TODAY)
