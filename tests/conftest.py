"""The sample city, loaded, designed and rendered once for all tests. Everything here is frozen or never changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bunri.intent import City
    from network.design import DeviceDesign
    from network.render.intended import Intended

SAMPLE = Path(__file__).resolve().parents[1] / "inventory/yasu"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def city() -> City:
    from bunri.intent import load

    return load(SAMPLE, today=TODAY)


@pytest.fixture(scope="session")
def designs(city: City) -> dict[str, DeviceDesign]:
    from network.design import design

    return design(city)


@pytest.fixture(scope="session")
def whole(city: City) -> Intended:
    from network.render.intended import build

    return build(city)
