"""Devices, the ports their hardware has, the cables between them, and what each access port is for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, StringConstraints

from bunri.intent.base import Address, Bool, Id, Int, Key, Line, Mac, Model, Name, StartDate, VlanId, expand

Role = Literal["core", "site", "access", "edge", "lgwan", "internet", "firewall", "wlc"]
LAYER3: frozenset[str] = frozenset({"core", "site", "edge", "lgwan", "internet"})
"""Roles whose devices route (and are managed on Loopback0)."""


class Device(Model):
    """One host of ``hosts.yml``. ``management`` is Loopback0 on layer-3 devices, else the address in VLAN 90."""

    name: Name
    site: Name
    role: Role
    model: Id
    platform: Literal["cisco_ios", "fortios"]
    management: Address = Field(alias="management_address")
    serial_number: Id
    installed: StartDate
    rack: Line = "-"
    planned: Bool = False
    """In the plan but not yet in service: rendered, not deployed."""
    replaced_by: Id | None = None
    port_map: dict[Line, Line] = Field(default_factory=dict)
    """Replacement by another model: old interface → new interface."""


class Hardware(Model):
    """What a hardware model has. ``ports`` are ranges of full interface names."""

    vendor: Line
    kind: Literal["switch", "router", "firewall", "wlc", "ap"]
    platform: Literal["cisco_ios", "fortios", "none"]
    ports: tuple[Line, ...]
    management_port: Line | None = None
    software: Line
    poe: Bool = False

    def interfaces(self) -> tuple[str, ...]:
        """Return every physical interface in the order of the front panel, the management port last."""
        found = [name for text in self.ports for name in expand(text)]
        return (*found, self.management_port) if self.management_port else tuple(found)


class End(NamedTuple):
    """One end of a cable. ``port`` is empty at a neighbour whose ports nobody counts (a carrier's end)."""

    device: str
    port: str

    def __str__(self) -> str:
        return f"{self.device}:{self.port}" if self.port else self.device


EndText = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(:[A-Za-z0-9/.-]+)?$")]
LinkKind = Literal["transit", "local", "bundle", "firewall", "ha", "wlc", "access", "outside"]


class Cable(Model):
    """One cable with both ends, written ``device:interface``.

    ``kind`` says what runs over it: ``transit`` the transport VLANs of ``index`` (all zones, or ``zones``); ``local`` a
    trunk with the site's own VLANs; ``bundle`` a member of port-channel ``channel`` between a pair (local VLANs, and
    the
    transport VLANs of ``index`` if it is set); ``firewall`` a trunk with ``vlans`` to a firewall; ``ha`` between the
    members of
    a firewall pair; ``wlc`` a trunk with ``vlans`` to a WLC; ``access`` one untagged VLAN (``vlans`` has one) to a
    management
    port; ``outside`` a routed port to a neighbour that is not the city's.
    """

    id: Id
    a: EndText
    b: EndText
    kind: LinkKind
    index: Int | None = Field(default=None, ge=1, le=1023)
    zones: tuple[Name, ...] = ()
    vlans: tuple[VlanId, ...] = ()
    channel: Int | None = Field(default=None, ge=1, le=128)
    circuit: Id | None = None
    speed: Literal["1G", "10G", "25G", "100G"] = "10G"
    cost: Int | None = Field(default=None, ge=1, le=65535)
    """OSPF cost where it is not that of the speed."""

    def ends(self) -> tuple[End, End]:
        """Return both ends."""
        return _end(self.a), _end(self.b)


def _end(text: str) -> End:
    device, _, port = text.partition(":")
    return End(device, port)


class PortProfile(Model):
    """What an access port is for. Its zone is that of ``vlan``; a voice VLAN must lie in the same zone.

    ``mode``: ``dot1x`` 802.1X closed mode; ``mab`` MAC authentication for the listed printers, phones and access
    points;
    ``static`` a server or hypervisor port without authentication; ``trunk`` several VLANs **of one zone** (hypervisor).
    Ports without a profile and without a cable are parked.
    """

    ja: Line
    mode: Literal["dot1x", "mab", "static", "trunk"]
    vlan: VlanId
    voice: VlanId | None = None
    vlans: tuple[VlanId, ...] = ()
    poe: Bool = False
    maximum: Int = Field(default=1, ge=1, le=8)
    """Authenticated MAC addresses at once (a phone and the PC behind it: 2)."""


class PortBlock(Model):
    """Ports that have one profile: device names (ranges and ``*`` allowed) and interface ranges."""

    devices: tuple[Line, ...]
    ports: Line
    profile: Name


class Ports(Model):
    """``ports.yml``."""

    profiles: dict[Name, PortProfile]
    blocks: tuple[PortBlock, ...]


Links = tuple[Cable, ...]
HardwareCatalogue = dict[Id, Hardware]
NETWORK_ROLES: frozenset[str] = frozenset({"core", "site", "edge"})


@dataclass(frozen=True, slots=True)
class AccessPort:
    """One access port after expansion."""

    device: str
    port: str
    profile: str
    zone: str
    vlan: int
    voice: int | None
    key: Key


@dataclass(frozen=True, slots=True)
class Attached:
    """Something cabled to a port that Bunri does not configure: access point, hypervisor, printer, telephone."""

    name: str
    kind: Literal["ap", "hypervisor", "printer", "phone"]
    end: End
    mac: Mac | None
    zone: str
    key: Key


_NATURAL = re.compile(r"(\d+)")


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return a key that sorts ``Gi1/0/2`` before ``Gi1/0/10``."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in _NATURAL.split(text) if part)
