"""Feature ``dot1x``: who may plug in (IEEE 802.1X-2020), which VLAN a class of terminal gets, and who answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bunri.intent.base import Bool, EndDate, Id, Int, Line, Model, Name, SecretName, VlanId


class RadiusServer(Model):
    """A RADIUS server (RFC 2865); ``server`` is its name in ``servers.yml``."""

    server: Name
    auth_port: Int = Field(default=1812, ge=1, le=65535)
    acct_port: Int = Field(default=1813, ge=1, le=65535)


class VlanChoice(Model):
    """Another VLAN for the same class behind these access switches (floors of the hall)."""

    devices: tuple[Line, ...]
    vlan: VlanId


class TerminalClass(Model):
    """Terminals that authenticate alike. RADIUS answers with ``vlan``, or the choice for the asking switch."""

    ja: Line
    zone: Name
    method: Literal["eap-tls", "peap", "mab"]
    vlan: VlanId
    choices: tuple[VlanChoice, ...] = ()
    certificate_profile: Literal["machine", "user"] | None = None
    wireless: Name | None = None
    """SSID over which the class may come."""


class Certificates(Model):
    """The private CA: lifetimes in days and the days before expiry on which to warn."""

    issuer: Line
    ca_secret: SecretName
    """Passphrase of the issuing CA's key."""
    root_days: Int = Field(ge=365)
    issuing_days: Int = Field(ge=365)
    server_days: Int = Field(ge=30)
    client_days: Int = Field(ge=30)
    warn_days: tuple[Int, ...] = (90, 60, 30)
    crl_hours: Int = Field(default=24, ge=1)


class PeapUser(Model):
    """An identity with a password, where a class allows PEAP."""

    name: Id
    terminal_class: Name = Field(alias="class")
    secret: SecretName


class Unauthenticated(Model):
    """Ports that need no authentication: those to a neighbour (a shell pattern of names) that the cabling names."""

    neighbour: Line
    reason: Line
    owner: Line
    expires: EndDate


class Dot1x(Model):
    """``dot1x.yml``. All special VLANs are explicit; they must not belong to a zone (fail closed)."""

    servers: tuple[RadiusServer, ...]
    secret: SecretName
    classes: dict[Name, TerminalClass]
    guest_vlan: VlanId
    auth_fail_vlan: VlanId
    critical_vlan: VlanId
    unauthenticated: tuple[Unauthenticated, ...] = ()
    reauth_seconds: Int = Field(default=28800, ge=60, le=65535)
    """After this a port asks again, so that a revoked certificate or a removed MAC address loses its place."""
    tx_period_seconds: Int = Field(default=10, ge=1, le=65535)
    dead_seconds: Int = Field(default=15, ge=1)
    dead_minutes: Int = Field(default=5, ge=1)
    radsec: Bool = False
    test_user: Id = "probe-user"
    tls_key_secret: SecretName
    """Passphrase of the RADIUS servers' TLS key."""
    users: tuple[PeapUser, ...] = ()
    certificates: Certificates
