"""Feature ``firewall``: the zone boundary pairs and the declared flows (特定通信), the only passage between zones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from bunri.intent.base import Bool, EndDate, Id, Int, Line, Model, Name, Prefix, SecretName, StartDate, VlanId

if TYPE_CHECKING:
    from datetime import date
    from ipaddress import IPv4Network

PortText = Annotated[str, StringConstraints(pattern=r"^\d{1,5}(-\d{1,5})?$")]


class Boundary(Model):
    """A firewall pair between the zones at one site. ``vlans``: zone → VLAN of its firewall segment (firewall is
    host 1).

    ``preferred`` is the boundary in use; the other one takes over when the preferred site is lost (its static routes
    have ``distance``).
    """

    site: Name
    devices: tuple[Name, Name]
    vlans: dict[Name, VlanId]
    trunk_port: Line = "port1"
    ha_ports: tuple[Line, ...] = ("port3", "port4")
    management_port: Line = "mgmt"
    group_id: Int = Field(ge=0, le=255)
    ha_secret: SecretName
    preferred: Bool
    distance: Int = Field(default=1, ge=1, le=254)


class AddressObject(Model):
    """A named set of addresses of one zone: prefixes, servers by name, or VLANs (everywhere, or at ``sites``)."""

    zone: Name
    prefixes: tuple[Prefix, ...] = ()
    servers: tuple[Name, ...] = ()
    vlans: tuple[VlanId, ...] = ()
    sites: tuple[Name, ...] = ()


class Flow(Model):
    """One declared flow: narrow, owned, based on something, and ending some day. ``source`` and ``destination`` name
    objects.

    ``ports`` are destination ports; empty for ICMP echo only.
    """

    id: Id
    ja: Line
    origin: Name = Field(alias="from")
    target: Name = Field(alias="to")
    source: tuple[Name, ...] = Field(min_length=1)
    destination: tuple[Name, ...] = Field(min_length=1)
    protocol: Literal["tcp", "udp", "icmp"]
    ports: tuple[PortText | Int, ...] = ()
    basis: Line
    owner: Line
    approved: StartDate
    expires: EndDate
    request: Id
    waypoint: Name | None = None
    """Server that must stand between (無害化)."""
    log: Bool = True


class ExemptFailure(Model):
    """A single point of failure that is known and accepted for a time (N3, N9)."""

    match: Line
    places: tuple[Line, ...] = ()
    """Shell patterns of the places (``device:gateway``) where something may stop; empty means everywhere."""
    reason: Line
    owner: Line
    expires: EndDate


class TrustedNeighbour(Model):
    """A neighbour without configuration (a shell pattern of names) that does not forward between its VLANs."""

    name: Line
    reason: Line
    owner: Line
    expires: EndDate


class Firewall(Model):
    """``firewall.yml``."""

    boundaries: dict[Name, Boundary]
    objects: dict[Name, AddressObject]
    flows: tuple[Flow, ...]
    exempt_failures: tuple[ExemptFailure, ...] = ()
    trusted_neighbours: tuple[TrustedNeighbour, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredFlow:
    """A flow with its objects resolved. ``ports`` are inclusive pairs, empty for ICMP."""

    id: str
    ja: str
    origin: str
    target: str
    sources: tuple[IPv4Network, ...]
    destinations: tuple[IPv4Network, ...]
    protocol: Literal["tcp", "udp", "icmp"]
    ports: tuple[tuple[int, int], ...]
    basis: str
    owner: str
    expires: date
    request: str
    waypoint: str | None
    log: bool
    declared: Flow


def port_pair(value: str | int) -> tuple[int, int]:
    """Return the inclusive pair of a port text: ``443`` → (443, 443), ``8443-8444`` → (8443, 8444).

    ``ValueError`` when the range runs backwards or leaves 1–65535.
    """
    first, _, last = str(value).partition("-")
    pair = (int(first), int(last or first))
    if not 1 <= pair[0] <= pair[1] <= 65535:
        raise ValueError(f"not a port or range of ports: {value}")
    return pair
