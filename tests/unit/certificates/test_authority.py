"""The authority, judged by OpenSSL: what it issues verifies, what it revokes does not."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bunri.certificates.authority import Authority, create, renew_issuing
from bunri.certificates.ledger import load
from bunri.messages import BunriError

NOW = datetime.now(UTC)
PASS, ROOT_PASS = b"throw-away", b"throw-away-root"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return create(tmp_path / "ca", "Sample City", PASS, ROOT_PASS, NOW)


def openssl_verify(authority: Authority, certificate: bytes, purpose: str, *options: str) -> tuple[bool, str]:
    folder = authority.folder
    (folder / "leaf.crt").write_bytes(certificate)
    command = ["openssl", "verify", "-CAfile", str(folder / "root/root.crt"), "-untrusted", str(folder / "issuing.crt")]
    done = subprocess.run(
        [*command, "-purpose", purpose, *options, str(folder / "leaf.crt")], capture_output=True, text=True, check=False
    )
    return done.returncode == 0, done.stdout + done.stderr


def ids(caught: pytest.ExceptionInfo[BunriError]) -> list[str]:
    return [message.id for message in caught.value.messages]


@pytest.mark.parametrize(
    ("profile", "names", "good", "bad"),
    [
        ("server", ["radius1.example", "10.90.101.11"], "sslserver", "sslclient"),
        ("machine", ["pc-0001.example"], "sslclient", "sslserver"),
        ("user", ["taro@city.example"], "sslclient", "sslserver"),
    ],
)
def test_openssl_accepts_each_profile_for_its_purpose_only(authority, profile, names, good, bad) -> None:
    issued = authority.issue(profile, names[0], names, NOW, 365)
    assert openssl_verify(authority, issued.certificate, good)[0]
    assert not openssl_verify(authority, issued.certificate, bad)[0]


def test_a_revoked_certificate_is_refused_and_others_are_not(authority) -> None:
    lost = authority.issue("machine", "pc-0001", ["pc-0001.example"], NOW, 365)
    kept = authority.issue("machine", "pc-0002", ["pc-0002.example"], NOW, 365)
    authority.revoke(lost.entry.serial, "key_compromise", NOW)
    check = ["-crl_check", "-CRLfile", str(authority.folder / "crl.pem")]
    fine, said = openssl_verify(authority, lost.certificate, "sslclient", *check)
    assert not fine
    assert "revoked" in said
    assert openssl_verify(authority, kept.certificate, "sslclient", *check)[0]
    crl = x509.load_pem_x509_crl((authority.folder / "crl.pem").read_bytes())
    assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 2
    with pytest.raises(BunriError) as caught:
        authority.revoke(lost.entry.serial, "superseded", NOW)
    assert ids(caught) == ["CRT005"]


def test_keys_are_encrypted_and_closed_to_others(authority) -> None:
    for path in (authority.folder / "issuing.key", authority.folder / "root/root.key"):
        assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
        assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BunriError) as caught:
        Authority.open(authority.folder, b"wrong")
    assert ids(caught) == ["CRT002"]
    (authority.folder / "issuing.key").chmod(0o640)
    with pytest.raises(BunriError) as caught:
        Authority.open(authority.folder, PASS)
    assert ids(caught) == ["CRT003"]


def test_an_authority_is_never_overwritten(authority) -> None:
    with pytest.raises(BunriError) as caught:
        create(authority.folder, "Other", PASS, ROOT_PASS, NOW)
    assert ids(caught) == ["CRT001"]


def test_daily_work_needs_no_root_key(authority) -> None:
    (authority.folder / "root/root.key").unlink()
    again = Authority.open(authority.folder, PASS)
    assert openssl_verify(again, again.issue("machine", "pc", ["pc.example"], NOW, 30).certificate, "sslclient")[0]
    with pytest.raises(BunriError) as caught:
        renew_issuing(authority.folder, PASS, ROOT_PASS, NOW)
    assert ids(caught) == ["CRT008"]


def test_a_renewed_issuing_certificate_still_vouches_for_what_was_issued(authority) -> None:
    issued = authority.issue("machine", "pc", ["pc.example"], NOW, 30)
    renew_issuing(authority.folder, PASS, ROOT_PASS, NOW)
    assert openssl_verify(Authority.open(authority.folder, PASS), issued.certificate, "sslclient")[0]


@pytest.mark.parametrize(
    ("days", "band"), [(-1, 0), (5, 30), (30, 30), (31, 60), (60, 60), (61, 90), (90, 90), (91, None)]
)
def test_expiry_warnings_come_in_bands(authority, days: int, band: int | None) -> None:
    issued = authority.issue("machine", "pc", ["pc.example"], NOW, 365)
    warnings = authority.ledger.warnings(issued.entry.not_after - timedelta(days=days))
    assert [warn.days for warn in warnings] == ([] if band is None else [band])


def test_a_renewed_certificate_warns_nobody_and_both_stay_valid(authority) -> None:
    old = authority.issue("machine", "pc", ["pc.example"], NOW, 20)
    new = authority.renew(old.entry.serial, NOW, 365)
    assert authority.ledger.warnings(NOW) == []
    assert {entry.serial for entry in authority.ledger.held_by("pc", NOW)} == {old.entry.serial, new.entry.serial}
    assert load(authority.folder / "ledger.json") == authority.ledger


def test_a_request_keeps_its_key_at_home(authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "anything")]))
        .sign(key, hashes.SHA256())
    )
    issued = authority.issue(
        "server", "r1", ["r1.example"], NOW, 90, request=request.public_bytes(serialization.Encoding.PEM)
    )
    assert issued.key is None
    assert openssl_verify(authority, issued.certificate, "sslserver")[0]


@pytest.mark.parametrize(("days", "names"), [(0, ["a.example"]), (9999, ["a.example"]), (30, [])])
def test_what_may_not_be_issued(authority, days: int, names: list[str]) -> None:
    before = (authority.folder / "ledger.json").read_bytes()
    with pytest.raises(BunriError) as caught:
        authority.issue("server", "x", names, NOW, days)
    assert ids(caught) == ["CRT007"]
    assert (authority.folder / "ledger.json").read_bytes() == before


def test_another_authoritys_certificate_is_taken_in_only_with_its_chain(authority, tmp_path: Path) -> None:
    other = create(tmp_path / "other", "Other City", PASS, ROOT_PASS, NOW)
    issued = other.issue("machine", "guest-pc", ["guest.example"], NOW, 90)
    chain = issued.chain + (other.folder / "root/root.crt").read_bytes()
    entry = authority.import_external(issued.certificate, chain, "machine", "guest-pc")
    assert entry.external
    assert b"".join([issued.chain]) in authority.trusted()
    for pem, links, profile in (
        (issued.certificate, (authority.folder / "issuing.crt").read_bytes(), "machine"),
        (issued.certificate, chain, "server"),
        (b"nonsense", chain, "machine"),
    ):
        with pytest.raises(BunriError) as caught:
            authority.import_external(pem, links, profile, "guest-pc")
        assert ids(caught) == ["CRT006"]
    assert len(authority.ledger.entries) == 1
