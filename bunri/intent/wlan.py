"""Feature ``wlan``: controllers, access points, and SSIDs (N6)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bunri.intent.base import Bool, EndDate, Id, Int, Line, Mac, Model, Name, StartDate, VlanId


class Ssid(Model):
    """A wireless network: enterprise mode only, one zone, one VLAN, switched centrally at the controller."""

    id: Int = Field(ge=1, le=512)
    ssid: Line = Field(max_length=32)
    ja: Line
    zone: Name
    vlan: VlanId
    security: Literal["wpa3-enterprise", "wpa2-wpa3-enterprise"]
    methods: tuple[Literal["eap-tls", "peap"], ...]
    sites: tuple[Name, ...] = ()
    """Sites where it is on the air; empty for all that have access points."""
    verification_record: Id
    """N19: the record that had to exist before the SSID."""
    since: StartDate
    expires: EndDate | None = None
    broadcast: Bool = True


class Controller(Model):
    """A wireless LAN controller and the VLANs it bridges for clients.

    ``primary`` is the first choice of the access points.
    """

    device: Name
    primary: Bool
    management_vlan: VlanId


class AccessPoints(Model):
    """The access points of one site: switch → port range. Names and MAC addresses count up in the order written."""

    site: Name
    model: Id
    first_mac: Mac
    ports: dict[Name, Line]
    installed: StartDate


class Wlan(Model):
    """``wlan.yml``."""

    country: Literal["JP"] = "JP"
    ap_vlan: VlanId
    ap_profile: Name
    """Port profile of an access point's switch port."""
    controllers: tuple[Controller, ...]
    ssids: dict[Name, Ssid]
    access_points: tuple[AccessPoints, ...]
    client_idle_seconds: Int = Field(default=300, ge=15)
