"""Secrets: each name that is used is in the vault, no value is too short, and none stands in plain text elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bunri.messages import Message, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bunri.intent.base import Key
    from bunri.intent.city import City

MINIMUM_LENGTH = 12


def check(city: City) -> Iterator[Message]:
    """Yield INV169–171. No message quotes a value."""
    for key, name in uses(city):
        if name not in city.secrets:
            yield Message("INV169", city.where(*key), {"name": name})
    values = {name: secret.get_secret_value() for name, secret in city.secrets.items()}
    for name, value in values.items():
        if len(value) < MINIMUM_LENGTH:
            yield Message("INV170", city.where("vault", name), {"name": name})
    for path in sorted([*city.root.glob("*.yml"), *city.root.glob("*_vars/**/*.yml")]):
        if path.stem == "vault":
            continue
        text = Path(path).read_text(encoding="utf-8", errors="replace")
        for name, value in values.items():
            if len(value) >= MINIMUM_LENGTH and value in text:
                line = text[: text.index(value)].count("\n") + 1
                file = path.relative_to(city.root).as_posix()
                yield Message("INV171", Where(file=file, line=line), {"name": name, "file": file})


def uses(city: City) -> Iterator[tuple[Key, str]]:
    """Yield every place that names a secret, with the name."""
    yield ("wan", "ospf", "secret"), city.wan.ospf.secret
    yield ("wan", "bgp", "secret"), city.wan.bgp.secret
    yield ("dot1x", "secret"), city.dot1x.secret
    yield ("dot1x", "tls_key_secret"), city.dot1x.tls_key_secret
    yield ("dot1x", "certificates", "ca_secret"), city.dot1x.certificates.ca_secret
    for number, user in enumerate(city.dot1x.users):
        yield ("dot1x", "users", number, "secret"), user.secret
    for name, boundary in city.firewall.boundaries.items():
        yield ("firewall", "boundaries", name, "ha_secret"), boundary.ha_secret
    management = city.management
    yield ("management", "enable_secret"), management.enable_secret
    yield ("management", "ntp_secret"), management.ntp_secret
    yield ("management", "snmp", "auth_secret"), management.snmp.auth_secret
    yield ("management", "snmp", "privacy_secret"), management.snmp.privacy_secret
    for name, account in management.accounts.items():
        yield ("management", "accounts", name, "secret"), account.secret
