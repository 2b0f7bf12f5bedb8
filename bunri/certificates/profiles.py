"""What each kind of certificate may say (RFC 5280; EAP-TLS: RFC 5216 §5.3, RFC 9190)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

if TYPE_CHECKING:
    from cryptography import x509

ProfileName = Literal["server", "machine", "user"]
KeyType = Literal["ec-p256", "ec-p384", "rsa-2048", "rsa-3072"]
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of certificate: its extended key usages, and the most days it may live."""

    name: ProfileName
    usages: tuple[x509.ObjectIdentifier, ...]
    most_days: int


PROFILES: dict[ProfileName, Profile] = {
    "server": Profile("server", (ExtendedKeyUsageOID.SERVER_AUTH,), 825),
    "machine": Profile("machine", (ExtendedKeyUsageOID.CLIENT_AUTH,), 1830),
    "user": Profile("user", (ExtendedKeyUsageOID.CLIENT_AUTH,), 1100),
}


def new_key(kind: KeyType) -> PrivateKey:
    """Make a private key. Callers default to P-256: a server signs far more logins a second with it than with RSA."""
    match kind:
        case "ec-p256":
            return ec.generate_private_key(ec.SECP256R1())
        case "ec-p384":
            return ec.generate_private_key(ec.SECP384R1())
        case "rsa-2048":
            return rsa.generate_private_key(65537, 2048)
        case "rsa-3072":
            return rsa.generate_private_key(65537, 3072)
