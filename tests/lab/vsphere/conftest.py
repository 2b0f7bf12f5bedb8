"""vCenters for these tests: each with a certificate of a test authority, as the city's own would have."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from bunri.certificates.authority import create
from bunri.intent import load
from vdi.lab.build import go
from vdi.lab.center import Center
from vdi.vsphere.connection import Access

from .town import DAY, VCENTER, Town, description, small

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bunri.intent import City

ROOT = Path(__file__).parents[3]
NEEDS_GO = pytest.mark.skipif(go() is None, reason="no Go: the simulated vCenter cannot be built (VLB001)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Go there is no simulator; everything else of the project still works."""
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker(NEEDS_GO)


class Trust(NamedTuple):
    """PEM files: the authority's root, a vCenter's certificate and key."""

    root: Path
    certificate: Path
    key: Path


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """Make an authority and a certificate for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("trust")
    now = datetime.now(UTC)
    authority = create(folder / "ca", "Laboratory", b"issuing-pass", b"root-pass", now)
    issued = authority.issue("server", "vcenter", ["127.0.0.1"], now, 30)
    assert issued.key is not None
    made = Trust(folder / "ca" / "root" / "root.crt", folder / "vcenter.crt", folder / "vcenter.key")
    made.certificate.write_bytes(issued.certificate + issued.chain)
    made.key.write_bytes(issued.key)
    return made


@pytest.fixture(scope="session")
def city() -> City:
    """The sample city."""
    return load(ROOT / "inventory" / "yasu", today=DAY)


@pytest.fixture
def make_town(city: City, trust: Trust, tmp_path: Path) -> Iterator[Callable[..., Town]]:
    """Return a maker of towns with so many desktops; every vCenter is stopped at the end."""
    running: list[Center] = []

    def make(count: int, **more: object) -> Town:
        its = small(city, count)
        center = Center(description(its, **more), certificate=trust.certificate, key=trust.key)
        center.start()
        running.append(center)
        user, password = center.description["user"], center.description["password"]
        access = Access(VCENTER, center.host, user, password, port=center.port, ca=trust.root, timeout=10)
        runs = tmp_path / f"runs{len(running)}"
        return Town(its, center, access, runs)

    yield make
    for center in running:
        center.stop()


@pytest.fixture
def town(make_town: Callable[..., Town]) -> Town:
    """A town with nine desktops."""
    return make_town(9)
