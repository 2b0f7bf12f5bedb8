"""Feature ``terminals``: PCs, printers, telephones, and the desktops behind the hybrid terminal (N15–N18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from bunri.intent.base import (
    Address,
    Bool,
    Count,
    EndDate,
    Id,
    Int,
    Key,
    Line,
    Mac,
    Model,
    Name,
    Period,
    StartDate,
    VlanId,
)

if TYPE_CHECKING:
    from datetime import date
    from ipaddress import IPv4Address


class TerminalModel(Model):
    """A kind of PC: what it is, and until when its operating system and office suite are supported (N17)."""

    ja: Line
    os: Line
    office: Line
    os_support_to: EndDate
    office_support_to: EndDate
    firmware: Line


class TerminalBlock(Model):
    """``count`` equal terminals at a site, named ``<prefix>-001`` and on. The class decides zone and VLAN."""

    site: Name
    prefix: Name
    count: Count
    terminal_class: Name = Field(alias="class")
    model: Name
    installed: StartDate
    department: Line


class PrinterBlock(Model):
    """Printers at a site, one a port: switch → port range. ``first_address`` and ``first_mac`` count up (N18)."""

    site: Name
    prefix: Name
    vlan: VlanId
    model: Id
    owner: Line
    lease_to: EndDate
    ports: dict[Name, Line]
    first_address: Address
    first_mac: Mac


class PhoneBlock(Model):
    """IP telephones at a site: switch → port range; they share the port with a PC (voice VLAN)."""

    site: Name
    prefix: Name
    vlan: VlanId
    model: Id
    ports: dict[Name, Line]
    first_mac: Mac


class Terminals(Model):
    """``terminals.yml``."""

    models: dict[Name, TerminalModel]
    blocks: tuple[TerminalBlock, ...]
    phones: tuple[PhoneBlock, ...] = ()


class Printers(Model):
    """``printers.yml``."""

    blocks: tuple[PrinterBlock, ...]


class DisplayProtocol(Model):
    """What a broker offers to the hybrid terminal: display only (N15, 3-5)."""

    name: Literal["blast", "pcoip", "rdp"]
    ports: tuple[Int, ...]
    clipboard: Bool = False
    drives: Bool = False
    printers: Bool = False
    screen_capture: Bool = False


class DesktopShare(Model):
    """How many desktops of a pool stand at a site, in which cluster."""

    site: Name
    cluster: Name
    count: Count
    first_address: Address


class DesktopPlacement(Period):
    """Where a pool stands in a period."""

    form: Literal["building", "daas"]
    ja: Line


class DesktopPool(Model):
    """A pool of virtual desktops (VDI) or of session hosts (SBC).

    ``placement``: where it stands, period by period (N16).
    """

    ja: Line
    kind: Literal["vdi", "sbc"]
    zone: Name
    vlan: VlanId
    prefix: Name
    brokers: tuple[Name, ...] = Field(min_length=1)
    session_hosts: tuple[Name, ...] = ()
    shares: tuple[DesktopShare, ...] = ()
    sessions: Count
    image: Id
    protocols: tuple[DisplayProtocol, ...] = Field(min_length=1)
    two_factor: Bool
    idle_logoff_minutes: Int = Field(ge=1, le=480)
    maximum_unavailable_percent: Int = Field(default=20, ge=1, le=100)
    placement: tuple[DesktopPlacement, ...] = Field(min_length=1)


class Desktops(Model):
    """``desktops.yml``: the pools and who may use them: terminal classes of the three-in-one terminal."""

    pools: dict[Name, DesktopPool]
    hybrid_classes: tuple[Name, ...]
    canary_percent: Annotated[int, Field(ge=1, le=50)] = 5


@dataclass(frozen=True, slots=True)
class Terminal:
    """One PC."""

    name: str
    site: str
    zone: str
    vlan: int
    terminal_class: str
    model: str
    installed: date
    department: str
    key: Key


@dataclass(frozen=True, slots=True)
class Printer:
    """One printer."""

    name: str
    site: str
    zone: str
    vlan: int
    address: IPv4Address
    mac: str
    device: str
    port: str
    model: str
    owner: str
    lease_to: date
    key: Key


@dataclass(frozen=True, slots=True)
class Phone:
    """One IP telephone."""

    name: str
    site: str
    zone: str
    vlan: int
    mac: str
    device: str
    port: str
    model: str
    key: Key


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """One access point."""

    name: str
    site: str
    mac: str
    device: str
    port: str
    model: str
    key: Key


@dataclass(frozen=True, slots=True)
class Desktop:
    """One virtual desktop."""

    name: str
    pool: str
    site: str
    cluster: str
    zone: str
    vlan: int
    address: IPv4Address
    key: Key
