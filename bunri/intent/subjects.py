"""Which file of ``group_vars/all`` holds which model: the subject is the file's stem and its one top-level key."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import SecretStr, TypeAdapter

from bunri.intent.base import SecretName
from bunri.intent.cabling import HardwareCatalogue, Links, Ports
from bunri.intent.circuits import Circuits
from bunri.intent.dot1x import Dot1x
from bunri.intent.firewall import Firewall
from bunri.intent.hardening import Hardening
from bunri.intent.lifecycle import Lifecycle
from bunri.intent.management import Management
from bunri.intent.place import Calendars, CityFacts, Consortium, Contractors, Sites
from bunri.intent.servers import Servers
from bunri.intent.systems import Systems
from bunri.intent.terminals import Desktops, Printers, Terminals
from bunri.intent.vrf_separation import VrfSeparation
from bunri.intent.wan import Wan
from bunri.intent.wlan import Wlan

VAULT = "vault"
SUBJECTS: dict[str, Any] = {
    "city": CityFacts,
    "sites": Sites,
    "vrf_separation": VrfSeparation,
    "hardware": HardwareCatalogue,
    "links": Links,
    "ports": Ports,
    "circuits": Circuits,
    "wan": Wan,
    "firewall": Firewall,
    "dot1x": Dot1x,
    "wlan": Wlan,
    "terminals": Terminals,
    "printers": Printers,
    "desktops": Desktops,
    "servers": Servers,
    "systems": Systems,
    "lifecycle": Lifecycle,
    "management": Management,
    "hardening": Hardening,
    "consortium": Consortium,
    "contractors": Contractors,
    "calendar": Calendars,
    VAULT: dict[SecretName, SecretStr],
}


@cache
def adapter(subject: str) -> TypeAdapter[Any]:
    """Return the validator of a subject, built once."""
    return TypeAdapter(SUBJECTS[subject])
