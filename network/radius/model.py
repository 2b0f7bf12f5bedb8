"""What a RADIUS server must be (RFC 2865, RFC 3579, RFC 3580): clients, identities, replies. No secret is held here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["eap-tls", "peap", "mab"]


@dataclass(frozen=True, slots=True)
class Client:
    """A RADIUS client: a switch or a wireless controller, by the address that its requests come from."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The VLAN (RFC 3580 §3.31) that a class of terminal gets behind ``client``; "" means behind any other."""

    client: str
    vlan: int


@dataclass(frozen=True, slots=True)
class Class:
    """Terminals that authenticate alike: how, over which SSID too, and the replies (the one for any client last)."""

    name: str
    zone: str
    method: Literal["eap-tls", "peap"]
    ssid: str
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who logs in with EAP: the certificate's common name, or the user name of PEAP, and the class."""

    name: str
    class_name: str


@dataclass(frozen=True, slots=True)
class Bypass:
    """A device without a supplicant (MAB): it is let in at its own port only. ``voice``: a phone's VLAN (RFC 4675)."""

    mac: str
    name: str
    client: str
    port: str
    vlan: int
    voice: bool


@dataclass(frozen=True, slots=True)
class RadiusDesign:
    """One server. ``zone_of`` gives the zone of every VLAN that a reply may name."""

    server: str
    address: str
    auth_port: int
    acct_port: int
    clients: tuple[Client, ...]
    classes: tuple[Class, ...]
    identities: tuple[Identity, ...]
    bypasses: tuple[Bypass, ...]
    zone_of: dict[int, str]
    radsec: bool
    test_user: str
