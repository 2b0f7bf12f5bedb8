"""Everything one RADIUS server needs, put together: rendered files, its certificate, the authorities it trusts.

What lies in a bundle is secret. It goes to the server, or into a laboratory folder, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes

from bunri.change.files import write_atomic
from bunri.messages import BunriError, error
from network.radius.design import design, identity_of
from network.radius.render import Place, render
from network.radius.search import unsafe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bunri.certificates.authority import Authority
    from bunri.certificates.ledger import Ledger
    from bunri.intent import City
    from network.radius.model import RadiusDesign

RENEW_BEFORE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is put on a server. ``files`` lie below the configuration folder, ``trust`` below its ``certs/trust``."""

    design: RadiusDesign
    files: dict[str, str]
    certificate: bytes
    key: bytes
    trust: dict[str, bytes]

    def __repr__(self) -> str:
        """Show nothing of the contents: a bundle may end up in a traceback."""
        return f"Bundle({self.design.server})"


def bundle(
    city: City,
    server: str,
    authority: Authority,
    place: Place,
    now: datetime,
    addresses: Mapping[str, str] | None = None,
) -> Bundle:
    """Build the bundle of ``server``; its certificate is issued, or renewed 60 days before its end, on the way.

    Errors: RAD003 when any reply leads out of its class's zone (nothing is issued then), RAD004 unknown server.
    """
    designs = design(city)
    if server not in designs:
        raise error("RAD004", server=server, known=", ".join(designs))
    wanted = without_blocked(designs[server], authority.ledger, now)
    key_passphrase = city.secrets[city.dot1x.tls_key_secret].get_secret_value()
    passwords = {user.name: nt_hash(city.secrets[user.secret].get_secret_value()) for user in city.dot1x.users}
    shared = city.secrets[city.dot1x.secret].get_secret_value()
    files = render(wanted, place, shared, key_passphrase, passwords, addresses)
    if messages := unsafe(wanted, files):
        raise BunriError(*messages)
    certificate, key = server_certificate(city, server, authority, now, key_passphrase.encode())
    authority.refresh_crl(now, timedelta(hours=city.dot1x.certificates.crl_hours))
    trust = {f"authority-{i}.pem": pem for i, pem in enumerate(_split(authority.trusted()))}
    trust["crl.pem"] = (authority.folder / "crl.pem").read_bytes()
    return Bundle(wanted, files, certificate, key, trust)


def without_blocked(wanted: RadiusDesign, ledger: Ledger, now: datetime) -> RadiusDesign:
    """Return the design without identities that once had certificates and have no valid one now: lost or retired."""
    known = {entry.holder for entry in ledger.entries}
    blocked = {holder for holder in known if not ledger.held_by(holder, now)}
    return replace(wanted, identities=tuple(item for item in wanted.identities if item.name not in blocked))


def server_certificate(
    city: City, server: str, authority: Authority, now: datetime, passphrase: bytes
) -> tuple[bytes, bytes]:
    """Return (chain, encrypted key) of a server from the authority's ``held`` folder, issuing or renewing if needed."""
    folder = authority.folder / "held"
    chain_file, key_file = folder / f"{server}.crt", folder / f"{server}.key"
    held = [entry for entry in authority.ledger.held_by(server, now) if entry.not_after - now > RENEW_BEFORE]
    if not held or not (chain_file.exists() and key_file.exists()):
        names = [identity_of(city, server), str(city.servers.servers[server].address)]
        days = city.dot1x.certificates.server_days
        issued = authority.issue("server", server, names, now, days, key_passphrase=passphrase)
        write_atomic(key_file, issued.key or b"", mode=0o600)
        write_atomic(chain_file, issued.certificate + issued.chain)
    return chain_file.read_bytes(), key_file.read_bytes()


def nt_hash(password: str) -> str:
    """Return the NT hash (MS-NLMP 3.3.1: MD4 of UTF-16LE) that MS-CHAPv2 needs, as 32 hexadecimal digits.

    MD4 is broken as a hash; the protocol has no other. That is one reason why PEAP is barred but where the inventory
    allows it.
    """
    from passlib.hash import nthash  # noqa: PLC0415 - only where PEAP is allowed at all

    return str(nthash.hash(password))


def _split(pem: bytes) -> list[bytes]:
    end = b"-----END CERTIFICATE-----\n"
    return [part + end for part in pem.split(end) if part.strip()]


def fingerprint(authority: Authority) -> str:
    """Return the root's SHA-256 fingerprint, to compare by eye when a supplicant is set up."""
    return authority.root.fingerprint(hashes.SHA256()).hex(":")
