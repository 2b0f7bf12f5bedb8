"""Fixtures of every test that talks to virtual devices over SSH."""

from __future__ import annotations

import itertools
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from network.lab.fixture import ThreadedCity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from network.lab.spec import DeviceSpec

# One port a city, so that cities of parallel test processes do not meet on one address.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw") or 0)
_PORTS = itertools.count(20_000 + 1500 * _WORKER + os.getpid() % 700)


@pytest.fixture
def virtual_city(tmp_path: Path) -> Iterator[Callable[..., ThreadedCity]]:
    """``virtual_city(devices, scale=0.05)`` starts devices on a thread and returns the city; it ends with the test.

    ``city.port`` is the SSH port of every device, ``city.device(name).spec.address`` its address.
    """
    with ExitStack() as stack:
        count = itertools.count()

        def start(devices: Sequence[DeviceSpec], *, scale: float = 0.05, **rest: object) -> ThreadedCity:
            folder = tmp_path / f"lab{next(count)}"
            return stack.enter_context(ThreadedCity(devices, folder, port=next(_PORTS), scale=scale, **rest))  # type: ignore[arg-type]

        yield start
