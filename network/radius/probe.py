"""Log in for real: EAP with ``eapol_test`` (wpa_supplicant's own client), MAB with ``radclient``; read the answer.

Both programs are Debian packages (``eapoltest``, ``freeradius-utils``). Traffic goes to the address that is named.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Code = Literal["accept", "reject", "silence"]
_ATTRIBUTE = re.compile(r"Attribute 81 \(Tunnel-Private-Group-Id\).*?Value: ([0-9a-f]+)", re.DOTALL)
_TAG_LIMIT = 0x1F


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask, from which client address, with which secret."""

    address: str
    port: int
    secret: str
    client: str


@dataclass(frozen=True, slots=True)
class Port:
    """Where the terminal claims to be: a switch port, or an SSID."""

    name: str = "GigabitEthernet1/0/1"
    ssid: str = ""


@dataclass(frozen=True, slots=True)
class Supplicant:
    """What the terminal has. Paths are PEM files; an empty ``certificate`` means none. ``password`` is PEAP's."""

    identity: str
    authority: Path
    certificate: Path | None = None
    key: Path | None = None
    key_passphrase: str = ""
    method: Literal["TLS", "PEAP"] = "TLS"
    password: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the code, the VLAN if the reply named one, and the client's own words."""

    code: Code
    vlan: int | None
    text: str


def eap(server: Server, supplicant: Supplicant, port: Port, timeout: int = 5) -> Answer:
    """Run one EAP login (RFC 3748, RFC 5216) and return the answer."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "eap.conf"
        config.write_text(_supplicant_config(supplicant), encoding="utf-8")
        config.chmod(0o600)
        command = ["eapol_test", "-c", str(config), "-a", server.address, "-p", str(server.port), "-s", server.secret]
        command += ["-A", server.client, "-t", str(timeout), *_place(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    text = done.stdout
    if text.rstrip().endswith("SUCCESS"):
        return Answer("accept", _vlan(text), text)
    refused = "Access-Reject" in text or "code=3 (Access-Reject)" in text or "EAP-Failure" in text
    return Answer("reject" if refused else "silence", None, text)


def bypass(server: Server, mac: str, port: Port, timeout: int = 2) -> Answer:
    """Ask for MAC authentication bypass as a Catalyst does: name and password are the MAC address."""
    attributes = {
        "User-Name": f'"{mac}"',
        "User-Password": f'"{mac}"',
        "Service-Type": "Call-Check",
        "NAS-IP-Address": server.client,
        "NAS-Port-Type": "Ethernet",
        "NAS-Port-Id": f'"{port.name}"',
        "Calling-Station-Id": '"' + "-".join(mac[i : i + 2] for i in range(0, 12, 2)).upper() + '"',
        "Message-Authenticator": "0x00",
        "Packet-Src-IP-Address": server.client,
    }
    lines = "\n".join(f"{name} = {value}" for name, value in attributes.items()) + "\n"
    command = [
        "radclient",
        "-x",
        "-r",
        "1",
        "-t",
        str(timeout),
        f"{server.address}:{server.port}",
        "auth",
        server.secret,
    ]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    text = done.stdout + done.stderr
    if "Received Access-Accept" in text:
        found = re.search(r'Tunnel-Private-Group-Id(?::\d+)? = "(\d+)"', text)
        return Answer("accept", int(found[1]) if found else None, text)
    return Answer("reject" if "Received Access-Reject" in text else "silence", None, text)


def _place(port: Port) -> list[str]:
    if port.ssid:
        return ["-N", f"30:s:00-00-5E-00-53-FE:{port.ssid}", "-N", "61:d:19"]
    return ["-N", "61:d:15", "-N", f"87:s:{port.name}"]


def _supplicant_config(who: Supplicant) -> str:
    lines = ["network={", "key_mgmt=IEEE8021X", f"eap={who.method}", f'identity="{who.identity}"']
    lines += [f'ca_cert="{who.authority}"']
    if who.method == "PEAP":
        lines += [f'password="{who.password}"', 'phase2="auth=MSCHAPV2"']
    if who.certificate:
        lines += [f'client_cert="{who.certificate}"', f'private_key="{who.key}"']
        lines += [f'private_key_passwd="{who.key_passphrase}"'] if who.key_passphrase else []
    return "\n".join([*lines, "}"]) + "\n"


def _vlan(text: str) -> int | None:
    found = _ATTRIBUTE.search(text)
    if found is None:
        return None
    value = bytes.fromhex(found[1])
    # RFC 2868 §3.6: a first octet up to 0x1F is a tag, not text.
    return int((value[1:] if value[0] <= _TAG_LIMIT else value).decode())
