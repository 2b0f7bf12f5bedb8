"""RadiusDesign → the files of a FreeRADIUS 3.2 configuration folder.

Secrets come in at this last step and leave in memory only: the caller writes the files with mode 0640 on the server, or
into a lab folder that nobody else may enter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bunri.messages import error
from network.render.engine import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from network.radius.model import RadiusDesign

FILES = (
    "radiusd.conf",
    "dictionary",
    "clients.conf",
    "mods-enabled/eap",
    "mods-enabled/files",
    "mods-enabled/detail",
    "mods-config/identities",
    "mods-config/replies",
    "mods-config/bypasses",
    "sites-enabled/network",
    "sites-enabled/tunnel",
)
_FORBIDDEN = '"\\\n\r%$`{}'


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server runs. ``user`` empty: as whoever starts it (the laboratory). Paths are absolute."""

    config: str
    certificates: str
    log: str
    run: str
    user: str
    address: str
    radsec_port: int = 2083
    reject_delay: float = 1.0
    crl_reload_seconds: int = 300
    """FreeRADIUS takes nothing below 300."""


def render(
    design: RadiusDesign,
    place: Place,
    shared_secret: str,
    key_passphrase: str,
    passwords: Mapping[str, str],
    addresses: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return path → text of every file of the folder.

    ``passwords`` are the NT hashes (32 hexadecimal digits) of PEAP users. ``addresses`` replaces client addresses by
    name (the laboratory's loopback ones). Error: RAD001 where a name or secret would break out of its quotes.
    """
    words = [shared_secret, key_passphrase, *(identity.name for identity in design.identities)]
    words += [word for bypass in design.bypasses for word in (bypass.mac, bypass.port, bypass.client)]
    words += [word for client in design.clients for word in (client.name, client.address)]
    for word in words:
        if not word or any(char in _FORBIDDEN for char in word):
            raise error("RAD001", server=design.server)
    environment = Environment(  # noqa: S701 - the output is a server configuration, not HTML
        loader=FileSystemLoader(TEMPLATES / "freeradius"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    scope = {
        "d": design,
        "p": place,
        "shared_secret": shared_secret,
        "key_passphrase": key_passphrase,
        "passwords": passwords,
        "client_address": {c.name: (addresses or {}).get(c.name, c.address) for c in design.clients},
        "peap": any(item.method == "peap" for item in design.classes),
    }
    return {path: environment.get_template(f"{path.replace('/', '.')}.j2").render(scope) for path in FILES}
