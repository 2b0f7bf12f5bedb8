"""Two real FreeRADIUS servers on loopback, an authority, and a certificate for every kind of good and bad terminal."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bunri.certificates.authority import Authority, Issued, create
from network.radius import lab, probe, render
from network.radius.model import Bypass, Class, Client, Identity, RadiusDesign, Reply

NOW = datetime.now(UTC)
SECRET, KEY_PASS = "shared-secret-of-the-lab", "key-passphrase-of-the-lab"
ADDRESS, SECOND = "127.101.0.11", "127.102.0.11"
CLIENTS = {
    "hall-acc1": "127.90.1.21",
    "hall-acc7": "127.90.1.27",
    "lib-acc1": "127.90.10.21",
    "hall-wlc1": "127.90.1.9",
}
PRINTER, PHONE, AP = "00005e005301", "00005e005340", "00005e005380"
# The NT hash (MD4 of UTF-16LE) of the word below, computed outside this project: a published test value.
TABLET_PASSWORD, TABLET_HASH = "password", "8846F7EAEE8FB117AD06BDD830B7586C"
CLASSES = (
    Class("kikan-pc", "kikan", "eap-tls", "", (Reply("", 10),)),
    Class("pc", "naibu", "eap-tls", "city-naibu", (Reply("hall-acc7", 27), Reply("", 20))),
    Class("kiosk", "inet", "eap-tls", "city-inet", (Reply("", 30),)),
    Class("tablet", "inet", "peap", "city-inet", (Reply("", 30),)),
)
HOLDERS = {
    "kikan-01.city.example": "kikan-pc",
    "pc-01.city.example": "pc",
    "pc-02.city.example": "pc",
    "kiosk-01.city.example": "kiosk",
    "lost-01.city.example": "pc",
    "tablet-01": "tablet",
    "taro@city.example": "pc",
}


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe_socket:
        probe_socket.bind((ADDRESS, 0))
        return int(probe_socket.getsockname()[1])


def design(port: int) -> RadiusDesign:
    return RadiusDesign(
        server="radius1",
        address=ADDRESS,
        auth_port=port,
        acct_port=port + 1,
        clients=tuple(Client(name, address) for name, address in CLIENTS.items()),
        classes=CLASSES,
        identities=tuple(Identity(name, kind) for name, kind in HOLDERS.items()),
        bypasses=(
            Bypass(PRINTER, "hall-prn-01", "hall-acc1", "GigabitEthernet1/0/9", 22, voice=False),
            Bypass(PHONE, "hall-tel-01", "hall-acc1", "GigabitEthernet1/0/10", 24, voice=True),
            Bypass(AP, "hall-ap01", "hall-acc7", "GigabitEthernet1/0/47", 95, voice=False),
        ),
        zone_of={10: "kikan", 20: "naibu", 27: "naibu", 30: "inet", 22: "naibu", 24: "naibu", 95: "mgmt"},
        radsec=False,
        test_user="probe-user",
    )


@dataclass
class World:
    folder: Path
    authority: Authority
    other: Authority
    server: Issued
    port: int
    held: dict[str, tuple[Path, Path]] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.authority.folder / "root" / "root.crt"

    def keep(self, name: str, issued: Issued, *, chain: bool = True) -> None:
        certificate, key = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        certificate.write_bytes(issued.certificate + (issued.chain if chain else b""))
        key.write_bytes(issued.key or b"")
        self.held[name] = (certificate, key)

    def trust(self) -> dict[str, bytes]:
        root, crl = self.root.read_bytes(), (self.authority.folder / "crl.pem").read_bytes()
        return {"root.pem": root, "issuing.pem": self.server.chain, "crl.pem": crl}

    def build(
        self, name: str, address: str, trust: dict[str, bytes] | None = None, prefix: tuple[str, ...] = ()
    ) -> lab.RadiusLab:
        where = lab.place(self.folder / name, address)
        files = render.render(design(self.port), where, SECRET, KEY_PASS, {"tablet-01": TABLET_HASH})
        chain = self.server.certificate + self.server.chain
        lab.install(where, files, chain, self.server.key or b"", trust or self.trust())
        return lab.RadiusLab(where, name, self.port, prefix)

    def ask(
        self,
        identity: str,
        holder: str | None = None,
        *,
        client: str = "hall-acc1",
        port: probe.Port | None = None,
        method: str = "TLS",
        password: str = "",
        secret: str = SECRET,
        server: str = ADDRESS,
        timeout: int = 3,
    ) -> probe.Answer:
        certificate, key = self.held[holder] if holder else (None, None)
        who = probe.Supplicant(identity, self.root, certificate, key, KEY_PASS if holder else "", method, password)  # type: ignore[arg-type]
        asked = probe.Server(server, self.port, secret, CLIENTS.get(client, client))
        return probe.eap(asked, who, port or probe.Port(), timeout)

    def bypass(self, mac: str, port: str, client: str = "hall-acc1", server: str = ADDRESS) -> probe.Answer:
        return probe.bypass(probe.Server(server, self.port, SECRET, CLIENTS.get(client, client)), mac, probe.Port(port))


def make_world(folder: Path) -> World:
    authority = create(folder / "ca", "Sample City", b"issuing", b"root", NOW - timedelta(days=400))
    other = create(folder / "other", "Other City", b"issuing", b"root", NOW - timedelta(days=400))
    passphrase = KEY_PASS.encode()
    names = ["radius1.city.example"]
    server = authority.issue("server", "radius1", names, NOW, 300, key_passphrase=passphrase)
    world = World(folder, authority, other, server, free_port())

    def issue(
        name: str,
        holder: str,
        *,
        by: Authority = authority,
        profile: str = "machine",
        at: datetime = NOW,
        days: int = 300,
        key_type: str = "ec-p256",
        chain: bool = True,
    ) -> Issued:
        issued = by.issue(profile, holder, [holder], at, days, key_passphrase=passphrase, key_type=key_type)  # type: ignore[arg-type]
        world.keep(name, issued, chain=chain)
        return issued

    for holder in HOLDERS:
        issue(holder, holder, profile="user" if "@" in holder else "machine")
    issue("expired", "pc-01.city.example", at=NOW - timedelta(days=60), days=30)
    issue("future", "pc-01.city.example", at=NOW + timedelta(days=2))
    issue("foreign", "pc-01.city.example", by=other)
    issue("server-usage", "pc-01.city.example", profile="server")
    issue("stranger", "pc-99.city.example")
    issue("leaf-only", "pc-02.city.example", chain=False)
    issue("rsa", "pc-02.city.example", key_type="rsa-2048")
    issue("p384", "pc-02.city.example", key_type="ec-p384")
    lost = issue("lost", "lost-01.city.example")
    authority.revoke(lost.entry.serial, "key_compromise", NOW)
    authority.write_crl(NOW)
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=pc-01.city.example",
            "-keyout",
            str(folder / "self.key"),
            "-out",
            str(folder / "self.crt"),
        ],
        check=True,
        capture_output=True,
    )
    world.held["self-signed"] = (folder / "self.crt", folder / "self.key")
    return world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if lab.program() is None:
        assert "CI" not in os.environ, "freeradius is not installed (packages-debian.txt)"
        pytest.skip("freeradius is not installed")
    made = make_world(tmp_path_factory.mktemp("radius"))
    with made.build("radius1", ADDRESS):
        yield made
