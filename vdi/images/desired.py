"""What a desktop must be after the change: the content of a plan's step, as JSON in its ``candidate``."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from pydantic import BaseModel, ConfigDict


class Old(BaseModel):
    """The desktop as it was when the plan was made; ids are the vCenter's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    moid: str
    uuid: str
    on: bool
    image: str


class Desired(BaseModel):
    """A desktop or session host with its new image. ``gold`` is the machine whose ``snapshot`` is cloned (both ids)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    pool: str
    zone: str
    site: str
    vcenter: str
    cluster: str
    host: str
    folder: str
    resource_pool: str
    network: str
    vlan: int
    prefix: IPv4Network
    address: IPv4Address
    image: str
    gold: str
    snapshot: str
    linked: bool = True
    baseline: dict[str, str]
    old: Old | None = None
    """``None``: the desktop does not exist yet and is made new."""
