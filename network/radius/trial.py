"""Log in once for each class of terminal, really, on a laboratory server: the table that people look at.

class × method × result × VLAN × zone, from FreeRADIUS with the files that the city's servers get.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable  # noqa: TC003  (dataclass field)
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bunri.certificates.authority import create
from network.radius import lab, probe
from network.radius.deployment import bundle
from network.radius.design import design, identity_of

if TYPE_CHECKING:
    from datetime import datetime

    from bunri.intent import City
    from network.radius.model import Class, RadiusDesign

ADDRESS = "127.91.0.1"
_PASSPHRASE = b"laboratory-only"


@dataclass(frozen=True, slots=True)
class Row:
    """One login. ``expected`` is what the inventory says; ``holds`` whether the server answered that."""

    terminal_class: str
    method: str
    where: str
    expected: str
    result: str
    vlan: int | None
    zone: str

    @property
    def holds(self) -> bool:
        """Say whether the answer is the expected one, in the class's own zone."""
        return self.result == self.expected

    def as_json(self) -> dict[str, object]:
        """Return the row as a JSON object."""
        return {**asdict(self), "holds": self.holds}


@dataclass(frozen=True, slots=True)
class _Who:
    design: RadiusDesign
    folder: Path
    root: Path
    secret: str
    port: int
    passwords: dict[str, str]
    controllers: frozenset[str]

    def server(self, client: str) -> probe.Server:
        return probe.Server(ADDRESS, self.port, self.secret, lab.lab_address(self.client(client)))

    def client(self, name: str) -> str:
        return next(client.address for client in self.design.clients if client.name == name)


def run(city: City, server: str, now: datetime, report: Callable[[str], None] = lambda _what: None) -> list[Row]:
    """Start a laboratory server with the files of ``server`` and log in with every class; return the table.

    Error: RAD002 where FreeRADIUS is not installed or does not start.
    """
    with tempfile.TemporaryDirectory(prefix="bunri-radius-") as name:
        folder = Path(name)
        authority = create(folder / "ca", city.dot1x.certificates.issuer, _PASSPHRASE, _PASSPHRASE + b"-root", now)
        where = lab.place(folder / server, ADDRESS)
        port = _free_port()
        made = bundle(
            city,
            server,
            authority,
            where,
            now,
            {c.name: lab.lab_address(c.address) for c in design(city)[server].clients},
        )
        files = {path: _on_port(text, made.design.auth_port, port) for path, text in made.files.items()}
        lab.install(where, files, made.certificate, made.key, made.trust)
        secret = city.secrets[city.dot1x.secret].get_secret_value()
        passwords = {user.name: city.secrets[user.secret].get_secret_value() for user in city.dot1x.users}
        controllers = frozenset(item.device for item in city.wlan.controllers)
        sites = {identity_of(city, t.name): t.site for t in city.terminal_list}
        who = _Who(made.design, folder, authority.folder / "root" / "root.crt", secret, port, passwords, controllers)
        rows: list[Row] = []
        with lab.RadiusLab(where, server, port):
            for item in made.design.classes:
                holder = next((i.name for i in made.design.identities if i.class_name == item.name), None)
                report(item.name)
                if holder is None:
                    continue
                if item.method == "eap-tls":
                    profile = city.dot1x.classes[item.name].certificate_profile or "machine"
                    issued = authority.issue(profile, holder, [holder], now, 30, key_passphrase=_PASSPHRASE)
                    (folder / "client.crt").write_bytes(issued.certificate + issued.chain)
                    (folder / "client.key").write_bytes(issued.key or b"")
                rows += _class_rows(who, item, holder, sites.get(holder, ""), _ssids(city))
            rows += _bypass_rows(city, who)
            rows += [_unknown(who, identity_of(city, "unknown"))]
        return rows


def _class_rows(who: _Who, item: Class, holder: str, site: str, ssids: dict[str, tuple[int, str]]) -> list[Row]:
    rows, seen = [], set()
    for reply in item.replies:
        if reply.vlan in seen:
            continue  # one switch shows what the others with the same VLAN do
        seen.add(reply.vlan)
        client = reply.client or _client_at(who.design, item, site)
        answer = probe.eap(who.server(client), _supplicant(who, item, holder), probe.Port())
        rows.append(_row(who, item.name, item.method, client, f"accept {reply.vlan}", answer))
    for ssid, (vlan, _zone) in ssids.items():
        controller = next(c.name for c in who.design.clients if c.name in who.controllers)
        answer = probe.eap(who.server(controller), _supplicant(who, item, holder), probe.Port(ssid=ssid))
        # RADIUS says yes or no; the VLAN is the one that the controller's policy profile gives the SSID.
        expected = f"accept {vlan}" if item.ssid == ssid else "reject"
        rows.append(_row(who, item.name, item.method, f"SSID {ssid}", expected, answer, vlan))
    return rows


def _bypass_rows(city: City, who: _Who) -> list[Row]:
    rows, seen = [], set()
    for item in who.design.bypasses:
        if item.vlan in seen:
            continue
        seen.add(item.vlan)
        name = city.vrf_separation.vlans[item.vlan].name
        answer = probe.bypass(who.server(item.client), item.mac, probe.Port(item.port))
        rows.append(_row(who, name, "mab", f"{item.client} {item.port}", f"accept {item.vlan}", answer))
        other = next(bypass for bypass in who.design.bypasses if bypass.client != item.client)
        answer = probe.bypass(who.server(other.client), item.mac, probe.Port(other.port))
        rows.append(_row(who, name, "mab", f"{other.client} {other.port}", "reject", answer))
    return rows


def _unknown(who: _Who, name: str) -> Row:
    supplicant = probe.Supplicant(
        name, who.root, who.folder / "client.crt", who.folder / "client.key", _PASSPHRASE.decode()
    )
    client = next(c.name for c in who.design.clients if c.name not in who.controllers)
    return _row(who, "-", "eap-tls", client, "reject", probe.eap(who.server(client), supplicant, probe.Port()))


def _row(
    who: _Who, name: str, method: str, where: str, expected: str, answer: probe.Answer, vlan: int | None = None
) -> Row:
    accepted = answer.code == "accept"
    got = (answer.vlan or vlan) if accepted else None
    result = f"accept {got}" if accepted else answer.code
    return Row(name, method, where, expected, result, got, who.design.zone_of.get(got, "-") if got else "-")


def _supplicant(who: _Who, item: Class, holder: str) -> probe.Supplicant:
    if item.method == "peap":
        return probe.Supplicant(holder, who.root, method="PEAP", password=who.passwords[holder])
    return probe.Supplicant(
        holder, who.root, who.folder / "client.crt", who.folder / "client.key", _PASSPHRASE.decode()
    )


def _client_at(design: RadiusDesign, item: Class, site: str) -> str:
    special = {reply.client for reply in item.replies}
    plain = [client.name for client in design.clients if client.name not in special]
    return next((name for name in plain if name.startswith(f"{site}-")), plain[0])


def _ssids(city: City) -> dict[str, tuple[int, str]]:
    return {entry.ssid: (entry.vlan, entry.zone) for entry in city.wlan.ssids.values()}


def _on_port(text: str, old: int, new: int) -> str:
    return text.replace(f"port = {old}\n", f"port = {new}\n").replace(f"port = {old + 1}\n", f"port = {new + 1}\n")


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind((ADDRESS, 0))
        return int(found.getsockname()[1])
