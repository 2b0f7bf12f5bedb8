"""The authority: a root that stays offline and the issuing authority that does the daily work (RFC 5280).

A folder of one authority::

    root/root.crt, root/root.key      the key travels on its own medium; nothing but a new issuing authority needs it
    issuing.crt, issuing.key          encrypted with the vault's passphrase, mode 0600
    ledger.json, crl.pem              what was issued; what is revoked
    trust/*.crt                       authorities of others whose certificates the city accepts
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from bunri.certificates import ledger as ledgers
from bunri.certificates.ledger import Entry, Ledger, Reason
from bunri.certificates.profiles import PROFILES, KeyType, PrivateKey, Profile, ProfileName, new_key
from bunri.change.files import write_atomic
from bunri.messages import Where, error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes

ROOT_DAYS, ISSUING_DAYS, CRL_DAYS = 7300, 3650, 7
BACKDATE = timedelta(minutes=10)
"""Certificates start this much earlier than now: a terminal's clock that is a little slow must still accept them."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new certificate: PEM of it, of the chain above it, and its key if we made it."""

    entry: Entry
    certificate: bytes
    chain: bytes
    key: bytes | None


def create(
    folder: Path, organisation: str, passphrase: bytes, root_passphrase: bytes, now: datetime, kind: KeyType = "ec-p256"
) -> Authority:
    """Make a root and an issuing authority in ``folder``. Error: CRT001 if one exists."""
    if (folder / "issuing.crt").exists() or (folder / "root" / "root.crt").exists():
        raise error("CRT001", Where(file=str(folder)))
    root_key, issuing_key = new_key("ec-p384" if kind.startswith("ec") else "rsa-3072"), new_key(kind)
    root_name, issuing_name = _name(organisation, "Root CA"), _name(organisation, "Issuing CA")
    root = _authority_certificate(root_name, root_key, root_name, root_key, now, ROOT_DAYS, path_length=1)
    issuing = _authority_certificate(issuing_name, issuing_key, root_name, root_key, now, ISSUING_DAYS, path_length=0)
    _write_key(folder / "root" / "root.key", root_key, root_passphrase)
    write_atomic(folder / "root" / "root.crt", _pem(root))
    _write_key(folder / "issuing.key", issuing_key, passphrase)
    write_atomic(folder / "issuing.crt", _pem(issuing))
    ledgers.store(Ledger(), folder / "ledger.json")
    folder.chmod(0o700)
    authority = Authority.open(folder, passphrase)
    authority.write_crl(now)
    return authority


def renew_issuing(folder: Path, passphrase: bytes, root_passphrase: bytes, now: datetime) -> None:
    """Give the issuing authority a new certificate for its key, signed by the root. Error: CRT008 (no root key)."""
    if not (folder / "root" / "root.key").exists():
        raise error("CRT008", Where(file=str(folder / "root" / "root.key")))
    root_key, root = _read_key(folder / "root" / "root.key", root_passphrase), _read(folder / "root" / "root.crt")
    key, old = _read_key(folder / "issuing.key", passphrase), _read(folder / "issuing.crt")
    new = _authority_certificate(old.subject, key, root.subject, root_key, now, ISSUING_DAYS, path_length=0)
    write_atomic(folder / "issuing.crt", _pem(new))


@dataclass(slots=True)
class Authority:
    """The issuing authority, open for work. Every method that changes something writes ledger and files at once."""

    folder: Path
    certificate: x509.Certificate
    root: x509.Certificate
    key: PrivateKey
    ledger: Ledger

    @classmethod
    def open(cls, folder: Path, passphrase: bytes) -> Authority:
        """Open an authority. Errors: CRT002 (unreadable, wrong passphrase), CRT003 (key readable by others)."""
        key = _read_key(folder / "issuing.key", passphrase)
        certificate, root = _read(folder / "issuing.crt"), _read(folder / "root" / "root.crt")
        return cls(folder, certificate, root, key, ledgers.load(folder / "ledger.json"))

    def issue(
        self,
        profile: ProfileName,
        holder: str,
        names: Sequence[str],
        now: datetime,
        days: int,
        *,
        request: bytes | None = None,
        key_type: KeyType = "ec-p256",
        key_passphrase: bytes | None = None,
    ) -> Issued:
        """Issue a certificate for ``holder`` with subject alternative ``names`` (DNS names, addresses, user@realm).

        ``request`` is a PKCS #10 request in PEM: then the key stays where it was made. Otherwise a key is made, and
        returned encrypted with ``key_passphrase``. Error: CRT007.
        """
        rules = PROFILES[profile]
        if not 1 <= days <= rules.most_days:
            raise error("CRT007", why=f"{days} days; {profile}: 1..{rules.most_days}")
        if not names:
            raise error("CRT007", why="no name")
        public, key_pem = self._subject_key(request, key_type, key_passphrase)
        start, end = now - BACKDATE, now + timedelta(days=days)
        if end > self.certificate.not_valid_after_utc:
            raise error("CRT007", why=f"the issuing CA itself ends on {self.certificate.not_valid_after_utc:%Y-%m-%d}")
        certificate = self._sign(rules, holder, names, public, start, end)
        entry = _entry(certificate, profile, holder, names)
        self._store(self.ledger.with_entry(entry))
        write_atomic(self.folder / "issued" / f"{entry.serial}.crt", _pem(certificate))
        return Issued(entry, _pem(certificate), _pem(self.certificate), key_pem)

    def renew(self, serial: str, now: datetime, days: int, *, key_passphrase: bytes | None = None) -> Issued:
        """Issue a successor with a new key for the same holder and names; the old one stays valid until it ends."""
        old = self.ledger.entry(serial)
        if old.revoked_at is not None:
            raise error("CRT005", serial=serial, when=f"{old.revoked_at:%Y-%m-%d}")
        issued = self.issue(old.profile, old.holder, old.names, now, days, key_passphrase=key_passphrase)
        self._store(self.ledger.with_entry(old.model_copy(update={"replaced_by": issued.entry.serial})))
        return issued

    def revoke(self, serial: str, reason: Reason, now: datetime) -> None:
        """Revoke a certificate and publish a new revocation list. Errors: CRT004, CRT005."""
        entry = self.ledger.entry(serial)
        if entry.revoked_at is not None:
            raise error("CRT005", serial=serial, when=f"{entry.revoked_at:%Y-%m-%d}")
        self._store(self.ledger.with_entry(entry.model_copy(update={"revoked_at": now, "reason": reason})))
        self.write_crl(now)

    def write_crl(self, now: datetime, days: int = CRL_DAYS) -> None:
        """Write ``crl.pem`` (RFC 5280 §5), valid for ``days``; its number grows by one each time."""
        number = self.ledger.crl_number + 1
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - BACKDATE)
            .next_update(now + timedelta(days=days))
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(_key_identifier(self.key), critical=False)
        )
        for entry in self.ledger.revoked():
            when, reason = entry.revoked_at or now, (entry.reason or "superseded").title().replace("_", "")
            flag = x509.ReasonFlags(reason[0].lower() + reason[1:])
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(int(entry.serial, 16))
                .revocation_date(when.astimezone(UTC))
                .add_extension(x509.CRLReason(flag), critical=False)
                .build()
            )
        crl = builder.sign(self.key, hashes.SHA256())
        write_atomic(self.folder / "crl.pem", crl.public_bytes(serialization.Encoding.PEM))
        self._store(self.ledger.model_copy(update={"crl_number": number}))

    def refresh_crl(self, now: datetime, period: timedelta) -> bool:
        """Write a new revocation list if the last one is older than ``period``; return whether it was written."""
        crl = x509.load_pem_x509_crl((self.folder / "crl.pem").read_bytes())
        if now - crl.last_update_utc < period:
            return False
        self.write_crl(now)
        return True

    def import_external(self, pem: bytes, chain: bytes, profile: ProfileName, holder: str) -> Entry:
        """Take a certificate of another authority into the ledger and trust its issuer. Error: CRT006.

        The certificate must be signed by the first of ``chain``, each of the chain by the next, and carry the usage of
        ``profile``; otherwise nothing is written.
        """
        try:
            certificate = x509.load_pem_x509_certificate(pem)
            issuers = x509.load_pem_x509_certificates(chain)
            for lower, upper in zip([certificate, *issuers], issuers, strict=False):
                lower.verify_directly_issued_by(upper)
            names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound) as problem:
            raise error("CRT006", why=str(problem) or type(problem).__name__) from problem
        if not set(PROFILES[profile].usages) <= set(usage):
            raise error("CRT006", why=f"extended key usage does not allow {profile}")
        words = [str(getattr(name, "value", name)) for name in names]
        entry = _entry(certificate, profile, holder, words, external=True)
        for issuer in issuers:
            serial = f"{issuer.serial_number:040x}"
            write_atomic(self.folder / "trust" / f"{serial}.crt", _pem(issuer))
        self._store(self.ledger.with_entry(entry))
        return entry

    def trusted(self) -> bytes:
        """Return PEM of every authority whose certificates the city accepts: root, issuing, and imported ones."""
        others = sorted((self.folder / "trust").glob("*.crt"))
        return b"".join([_pem(self.root), _pem(self.certificate), *(path.read_bytes() for path in others)])

    def _subject_key(
        self, request: bytes | None, key_type: KeyType, key_passphrase: bytes | None
    ) -> tuple[CertificateIssuerPublicKeyTypes, bytes | None]:
        if request is None:
            key = new_key(key_type)
            return key.public_key(), _key_pem(key, key_passphrase)
        try:
            parsed = x509.load_pem_x509_csr(request)
        except ValueError as problem:
            raise error("CRT007", why=str(problem)) from problem
        if not parsed.is_signature_valid:
            raise error("CRT007", why="the request's signature is wrong")
        # An issuer's public key types are the subset that can sign: what TLS clients and servers need too.
        return cast("CertificateIssuerPublicKeyTypes", parsed.public_key()), None

    def _sign(
        self,
        profile: Profile,
        holder: str,
        names: Sequence[str],
        public: CertificateIssuerPublicKeyTypes,
        start: datetime,
        end: datetime,
    ) -> x509.Certificate:
        organisation = self.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        subject = x509.Name([*organisation, x509.NameAttribute(NameOID.COMMON_NAME, holder)])
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage(profile.usages), critical=False)
            .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(_key_identifier(self.key), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def _store(self, ledger: Ledger) -> None:
        ledgers.store(ledger, self.folder / "ledger.json")
        self.ledger = ledger


def _alternative(name: str) -> x509.GeneralName:
    if "@" in name:
        return x509.RFC822Name(name)
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _name(organisation: str, role: str) -> x509.Name:
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation} {role}"),
    ]
    return x509.Name(attributes)


def _authority_certificate(
    subject: x509.Name,
    key: PrivateKey,
    issuer: x509.Name,
    issuer_key: PrivateKey,
    now: datetime,
    days: int,
    path_length: int,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_key_identifier(issuer_key), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _key_identifier(key: PrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _entry(
    certificate: x509.Certificate, profile: ProfileName, holder: str, names: Sequence[str], *, external: bool = False
) -> Entry:
    return Entry(
        serial=f"{certificate.serial_number:040x}",
        profile=profile,
        holder=holder,
        names=tuple(names),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        external=external,
        issuer=certificate.issuer.rfc4514_string(),
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: PrivateKey, passphrase: bytes | None) -> bytes:
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        protection = serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


def _write_key(path: Path, key: PrivateKey, passphrase: bytes) -> None:
    if not passphrase:
        raise error("CRT002", Where(file=str(path)), why="empty passphrase")
    write_atomic(path, _key_pem(key, passphrase), mode=0o600)
    path.parent.chmod(0o700)


def _read_key(path: Path, passphrase: bytes) -> PrivateKey:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    except (OSError, ValueError, TypeError) as problem:
        raise error("CRT002", Where(file=str(path)), why=str(problem)) from problem
    if mode & 0o077:
        raise error("CRT003", Where(file=str(path)), mode=f"{mode:04o}")
    if not isinstance(key, PrivateKey):
        raise error("CRT002", Where(file=str(path)), why=type(key).__name__)
    return key


def _read(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise error("CRT002", Where(file=str(path)), why=str(problem)) from problem
