"""Feature ``servers``: what runs where, since when and until when, with which partner and which copies (N7–N13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from bunri.intent.base import Address, Bool, Count, EndDate, Id, Int, Line, Model, Name, Period, StartDate, VlanId

if TYPE_CHECKING:
    from datetime import date

Service = Literal[
    "dns", "dhcp", "ad", "radius", "ntp", "syslog", "nms", "control", "vcenter", "file", "proxy", "sanitiser", "wsus",
    "antivirus", "mail", "broker", "session-host", "backup", "database", "application", "web", "ca", "print",
]  # fmt: skip


class Placement(Period):
    """Where a server stands in a period: at a site, in the city's building or on the shared IaaS."""

    site: Name
    form: Literal["building", "iaas", "daas"]
    cluster: Name | None = None


class Copy(Model):
    """A backup kept at ``to``: at most ``rpo_hours`` old; ``last`` copy, ``restored``: last restore test."""

    to: Name
    rpo_hours: Int = Field(ge=1)
    last: StartDate
    restored: StartDate
    form: Literal["cloud", "building", "remote"]


class Server(Model):
    """A server (virtual machine, or ``physical``) with its address in one VLAN of one zone."""

    ja: Line
    zone: Name
    vlan: VlanId
    address: Address
    services: tuple[Service, ...] = Field(min_length=1)
    important: Bool = False
    network_service: Bool = False
    """N8: networking needs it, so one of the pair stands in the building."""
    redundant_with: Name | None = None
    unable_redundant: Line | None = None
    """N10: why it has no partner; then it is also backed up in the building."""
    physical: Bool = False
    cpu: Int = Field(default=2, ge=1, le=128)
    memory_gb: Int = Field(default=8, ge=1, le=2048)
    disk_gb: Int = Field(default=100, ge=1)
    os: Id
    placement: tuple[Placement, ...] = Field(min_length=1)
    copies: tuple[Copy, ...] = ()

    def placed(self, day: date) -> Placement | None:
        """Return where the server stands on ``day``."""
        return next((item for item in self.placement if item.holds(day)), None)


class HypervisorNic(Model):
    """A cable of a hypervisor: its own interface, and the switch port (with its profile in ``ports.yml``)."""

    nic: Line
    device: Name
    port: Line


class Hypervisor(Model):
    """An ESXi host: capacity and cables."""

    name: Name
    cpu: Int = Field(ge=1)
    memory_gb: Int = Field(ge=1)
    nics: tuple[HypervisorNic, ...]


class Cluster(Model):
    """Hypervisors of one zone at one site: no hypervisor has cables in two zones."""

    ja: Line
    site: Name
    zone: Name
    form: Literal["building", "iaas"]
    vcenter: Name
    datastore_gb: Int = Field(ge=1)
    hosts: tuple[Hypervisor, ...]


class OperatingSystem(Model):
    """A server operating system and the end of its support (1-6)."""

    ja: Line
    support_to: EndDate


class FilePair(Model):
    """File servers that back each other up (N12)."""

    first: Name
    second: Name
    rpo_hours: Int = Field(ge=1)
    last: StartDate


class Servers(Model):
    """``servers.yml``."""

    operating_systems: dict[Id, OperatingSystem]
    clusters: dict[Name, Cluster]
    servers: dict[Name, Server]
    file_pairs: tuple[FilePair, ...] = ()
    spare_percent: Count = 20
