"""Feature ``wan``: routing between sites, to the data centre, to LGWAN and to the security cloud."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bunri.intent.base import Address, Asn, Bool, Id, Int, Interface4, Line, Model, Name, SecretName


class Ospf(Model):
    """OSPFv2 per VRF (RFC 2328), one area, authenticated with a key chain."""

    area: Int = Field(default=0, ge=0)
    key_id: Int = Field(ge=1, le=255)
    secret: SecretName
    reference_mbps: Int = Field(default=100_000, ge=1)
    hello_seconds: Int = Field(default=1, ge=1, le=60)
    dead_seconds: Int = Field(default=4, ge=2, le=240)


class BgpSite(Model):
    """BGP at one site: all its routers with transit links to another AS speak for it.

    ``preference`` ``primary`` carries the traffic; ``backup`` prepends its AS ``prepend`` times and takes what it
    learns at
    administrative distance ``distance``, so that it is used only when the primary has gone.
    """

    asn: Asn
    preference: Literal["primary", "backup"] = "primary"
    prepend: Int = Field(default=0, ge=0, le=5)
    distance: Int = Field(default=20, ge=1, le=254)
    originates: tuple[Name, ...] = ()
    """Sites whose segments this AS announces (the data centre: itself and the backup centre)."""


class Bgp(Model):
    """BGP-4 (RFC 4271) between the city, the data centre and the backup centre, one session a VRF and link."""

    sites: dict[Name, BgpSite]
    secret: SecretName
    ospf_metric: Int = Field(default=100, ge=1)
    tag: Int = Field(ge=1)
    """Set on routes that came from BGP; routes with it never go back."""
    hold_seconds: Int = Field(default=30, ge=3, le=600)


class OutsideRouter(Model):
    """A router of the city towards a network outside. Smaller ``metric`` is preferred."""

    device: Name
    port: Line
    address: Interface4
    peer: Address
    metric: Int = Field(ge=1)


class Outside(Model):
    """LGWAN or the security cloud: which external it is, in which VRF it is reached, and over which routers."""

    external: Name
    zone: Name
    default_route: Bool = False
    tag: Int = Field(ge=1)
    routers: tuple[OutsideRouter, ...]


class TwoPaths(Model):
    """Devices that stay joined to others when any one device, cable, carrier or duct is lost (N9, B2-B4).

    ``origin`` and ``target`` are shell patterns of device names.
    """

    id: Id
    ja: Line
    origin: Line = Field(alias="from")
    target: Line = Field(alias="to")


class Wan(Model):
    """``wan.yml``."""

    ospf: Ospf
    bgp: Bgp
    outsides: dict[Name, Outside]
    two_paths: tuple[TwoPaths, ...] = ()
    boundary_tag: Int = Field(ge=1)
    """Tag of the static routes over a zone boundary when they are redistributed."""
    boundary_metric: Int = Field(default=50, ge=1)
    mtu: Int = Field(default=9100, ge=1500, le=9216)
