"""Reading the vCenters: where they are, how to log in, and what they hold. The only I/O of reading a placement."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bunri.messages import BunriError, Message, Where, error
from vdi.vsphere.connection import Access, Connection, Patience
from vdi.vsphere.inventory import Inventory, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bunri.intent import City

SECRET = "vcenter_password"  # noqa: S105 - the name of the secret, not the secret
ENVIRONMENT = "BUNRI_VCENTER_PASSWORD"
READING = Patience(attempts=3, outage=20.0)
"""A check does not wait a quarter of an hour for a vCenter: what does not answer is unknown, and said to be."""


class Center(BaseModel):
    """How one vCenter is reached. ``ca``: PEM file of its authority, relative to the file that names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = ""
    port: int = Field(default=443, ge=1, le=65535)
    user: str = "bunri@vsphere.local"
    ca: str = ""


class Centers(BaseModel):
    """The file of ``--centers``: vCenters by the name that the inventory gives them. It holds no password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    centers: dict[str, Center]


def accesses(city: City, file: Path | None) -> dict[str, Access]:
    """Return how each vCenter of the inventory is reached.

    Without a file: at its address in ``servers.yml``, port 443, the system's authorities. The password comes from the
    vault (``vcenter_password``) or the environment (``BUNRI_VCENTER_PASSWORD``), which wins. Errors: PLC002, PLC003.
    """
    wanted = _load(file) if file else {}
    names = sorted({item.vcenter for item in city.servers.clusters.values()})
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        raise error("PLC002", Where(file=str(file), key=f"centers.{unknown[0]}"), why=", ".join(names))
    password = os.environ.get(ENVIRONMENT, "")
    if not password and SECRET in city.secrets:
        password = city.secrets[SECRET].get_secret_value()
    if not password:
        raise error("PLC003", secret=SECRET, variable=ENVIRONMENT)
    found: dict[str, Access] = {}
    for name in names:
        center = wanted.get(name, Center())
        server = city.servers.servers.get(name)
        ca = (file.parent if file else Path()) / center.ca if center.ca else None
        host = center.host or (str(server.address) if server else name)
        found[name] = Access(name, host, center.user, password, port=center.port, ca=ca)
    return found


def read_all(
    found: Mapping[str, Access], report: Callable[[str], None] = lambda _why: None
) -> tuple[dict[str, Inventory | None], list[Message]]:
    """Read every vCenter side by side; ``None`` and a message for each that could not be read."""

    def one(access: Access) -> tuple[Inventory | None, tuple[Message, ...]]:
        try:
            with Connection(access, READING, report) as connection:
                return read(connection), ()
        except BunriError as problem:
            return None, problem.messages

    with ThreadPoolExecutor(max_workers=max(1, len(found))) as pool:
        answers = dict(zip(found, pool.map(one, found.values()), strict=True))
    return {name: answer[0] for name, answer in answers.items()}, [m for answer in answers.values() for m in answer[1]]


def _load(file: Path) -> dict[str, Center]:
    try:
        return Centers.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))).centers
    except ValidationError as problem:
        first = problem.errors()[0]
        raise error(
            "PLC002", Where(file=str(file), key=".".join(map(str, first["loc"]))), why=first["msg"]
        ) from problem
    except (OSError, ValueError, yaml.YAMLError) as problem:
        raise error("PLC002", Where(file=str(file)), why=str(problem).splitlines()[0]) from problem
