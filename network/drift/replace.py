"""Replacing a device: day-0 text, recognising the new one, checking its cables, configuring it, retiring the old one.

The new device is a stranger until its host key's fingerprint, read at its console, and its serial number agree with
what the operator typed. Only then is its key registered and a plan made; applying that plan is a change like any other.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import paramiko

from bunri.change import plan as plans
from bunri.change.files import write_atomic
from bunri.messages import BunriError, Message, Where, error
from network.deploy import checks, planning, view
from network.deploy.command import describe
from network.deploy.connection import explained, open_fortios, open_ios
from network.drift import inventory_patch, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from network.deploy.control import Control, Identity
    from network.deploy.endpoint import Endpoint

WAIT_SECONDS = 1800.0
_SERIAL = re.compile(
    r"^(?:System Serial Number\s*:|Processor board ID|Serial-Number:)\s*(\S+)", re.MULTILINE | re.IGNORECASE
)
_MODEL = re.compile(
    r"^(?:Model Number\s*:\s*(\S+)|cisco (\S+) \(|Version:\s*(FortiGate-\S+))", re.MULTILINE | re.IGNORECASE
)
_VERSION = re.compile(r"Version[: ]+(?:FortiGate-\S+ )?v?([0-9][0-9A-Za-z.()]*)")


@dataclass(frozen=True, slots=True)
class Made:
    """The plan for the new device, and what to show."""

    plan: Path
    lines: list[str]


def bootstrap(control: Control, name: str) -> str:
    """Return the day-0 text to paste at the console; it holds markers, no secrets. Error: RPL001."""
    path = control.intended / "bootstrap" / f"{name}.cfg"
    if not path.exists():
        raise error("RPL001", Where(file=str(path), device=name))
    return path.read_text(encoding="utf-8")


def welcome(
    control: Control,
    name: str,
    serial: str,
    fingerprint: str,
    *,
    patience: float = WAIT_SECONDS,
    report: Callable[[str, str], None] = lambda _name, _what: None,
) -> Made:
    """Wait for the new device, make sure that it is the right one and rightly cabled, and plan its configuration.

    ``serial`` and ``fingerprint`` (``SHA256:…``) are what the operator read on the device. Errors: RPL002 key, RPL003
    serial, RPL004 model, RPL006 cables (one message a port); nothing is registered or sent before they agree.
    """
    endpoint = control.endpoints[name]
    report(name, "wait")
    key = wait_for_key(endpoint, patience)
    found = fingerprint_of(key)
    if found != fingerprint.strip().rstrip("="):
        raise error("RPL002", Where(device=name), found=found, typed=fingerprint)
    register(endpoint, key)
    said = _ask(endpoint, "get system status" if endpoint.platform == "fortios" else "show version")
    identity = control.identities.get(name)
    problems = identity_problems(name, said, serial, identity)
    if problems:
        raise BunriError(*problems)
    report(name, "identity done")
    wanted = with_ports(control.intended_text(name), identity.port_map if identity else {})
    if endpoint.platform == "cisco_ios":
        problems = cable_problems(name, _neighbours(endpoint), expected_neighbours(control, name))
        if problems:
            raise BunriError(*problems)
        report(name, "cables done")
        wanted = restored(wanted, texts.last(control.runs / "drift" / "texts", name))
    folder = control.runs / "plans" / f"replace-{name}-{time.strftime('%Y%m%dT%H%M%S')}"
    version = _VERSION.search(said)
    software = f"{version[1] if version else '?'} (catalogue: {identity.software if identity else '?'})"
    notes = (f"serial {serial}, software {software}",)
    plan = planning.make_plan(
        control, planning.Wish(f"{name} の交換 / replacement", {name: wanted}, notes=notes), folder
    )
    plans.save(plan, folder / "plan.json")
    write_atomic(_record_of(control, name), json.dumps({"serial": serial, "software": software}) + "\n")
    return Made(folder / "plan.json", describe(plan, folder / "plan.json"))


def retire(control: Control, name: str, *, worker: str, witness: str, now: datetime, serial: str = "") -> list[str]:
    """Record the end of the old device: ledger line, wiped storage with a witness (N17), what else to take away.

    The inventory is not edited but a patch is proposed. ``serial`` is the new device's, by default the one that
    ``welcome`` checked. Errors: RPL007 unless worker and witness are two named people, RPL008, RPL009 (no serial).
    """
    if not worker.strip() or not witness.strip() or "".join(worker.split()) == "".join(witness.split()):
        raise error("RPL007", Where(device=name))
    new = serial.strip() or _welcomed(control, name)
    if not new:
        raise error("RPL009", Where(device=name))
    hosts = control.intended.parent / "hosts.yml"
    patch = inventory_patch.proposed(hosts.read_text(encoding="utf-8"), name, new, now.astimezone().date())
    identity = control.identities.get(name)
    entry = {
        "device": name,
        "model": identity.model if identity else "",
        "serial": identity.serial if identity else "",
        "retired": now.date().isoformat(),
        "wiped_by": worker,
        "witness": witness,
        "basis": "N17",
        "replaced_by": new,
    }
    path = control.runs / "ledger" / f"{now.strftime('%Y%m%d')}-{name}.json"
    write_atomic(path, json.dumps(entry, ensure_ascii=False, indent=1) + "\n")
    write_atomic(path.with_suffix(".patch"), patch)
    return [
        f"廃棄・消去記録 / wipe record: {path}",
        "インベントリの変更案(適用はしない) / proposed inventory edit (not made): serial_number, installed",
        f"  patch -d {hosts.parent} -p1 < {path.with_suffix('.patch')}",
        # A RADIUS client is an address and a key: the new device keeps the address, so only the key bars the old one.
        "vault の RADIUS 共有鍵を更新する / renew the RADIUS key in the vault; the old device knows the present one",
        "  次の playbooks/radius.yml で旧機器の RADIUS クライアントは無効になる"
        " / the next playbooks/radius.yml revokes the old device as a RADIUS client; then bunri plan, apply",
    ]


def _welcomed(control: Control, name: str) -> str:
    path = _record_of(control, name)
    return str(json.loads(path.read_text(encoding="utf-8"))["serial"]) if path.exists() else ""


def _record_of(control: Control, name: str) -> Path:
    return control.runs / "ledger" / "welcomed" / f"{name}.json"


def wait_for_key(endpoint: Endpoint, patience: float) -> paramiko.PKey:
    """Return the host key of whatever answers at the device's address; wait for it at most ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with socket.create_connection((endpoint.host, endpoint.port), timeout=10) as line:
                transport = paramiko.Transport(line)
                try:
                    transport.start_client(timeout=15)
                    return transport.get_remote_server_key()
                finally:
                    transport.close()
        except (OSError, EOFError, paramiko.SSHException) as problem:
            if time.monotonic() > deadline:
                address = f"{endpoint.host}:{endpoint.port}"
                raise error("DEP001", Where(device=endpoint.name), address=address, why=str(problem)) from problem
            time.sleep(min(5.0, patience / 10))


def fingerprint_of(key: paramiko.PKey) -> str:
    """Return the fingerprint as OpenSSH and IOS show it: ``SHA256:`` and base 64 without padding."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def register(endpoint: Endpoint, key: paramiko.PKey) -> None:
    """Put the new key into known_hosts and take every old one of that address out."""
    path = endpoint.known_hosts
    name = endpoint.host if endpoint.port == 22 else f"[{endpoint.host}]:{endpoint.port}"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if line.split(" ", 1)[0] != name]
    write_atomic(path, "\n".join([*kept, f"{name} {key.get_name()} {key.get_base64()}"]) + "\n")


def identity_problems(name: str, said: str, serial: str, identity: Identity | None) -> list[Message]:
    """Return what is wrong with who the device says it is."""
    problems: list[Message] = []
    serials = _SERIAL.findall(said)
    if serial not in serials:
        problems.append(Message("RPL003", Where(device=name), {"found": ", ".join(serials) or "?", "typed": serial}))
    match = _MODEL.search(said)
    model = next((word for word in match.groups() if word), "?") if match else "?"
    if identity and identity.model and not identity.port_map and not _same_model(model, identity.model):
        problems.append(Message("RPL004", Where(device=name), {"found": model, "wanted": identity.model}))
    return problems


def expected_neighbours(control: Control, name: str) -> dict[str, str]:
    """Return interface (short form) → device that the cabling puts there, for neighbours that have a configuration."""
    found: dict[str, str] = {}
    for first, port, second, other in control.cables:
        for device, own, neighbour in ((first, port, second), (second, other, first)):
            if (
                device == name
                and neighbour in control.endpoints
                and control.endpoints[neighbour].platform == "cisco_ios"
            ):
                found[checks.short_interface(own)] = neighbour
    return found


def cable_problems(name: str, seen: Mapping[str, str], wanted: Mapping[str, str]) -> list[Message]:
    """Return one message a wrong or missing cable. Pure; both map short interface → neighbour."""
    problems: list[Message] = []
    for port, neighbour in sorted(wanted.items()):
        if seen.get(port) != neighbour:
            where = next((other for other, device in seen.items() if device == neighbour), "–")
            found = {"port": port, "wanted": neighbour, "found": seen.get(port, "–"), "elsewhere": where}
            problems.append(Message("RPL006", Where(device=name, key=port), found))
    return problems


def with_ports(text: str, port_map: Mapping[str, str]) -> str:
    """Return the configuration with interface names of another model; all at once, as whole words."""
    if not port_map:
        return text
    names = "|".join(re.escape(port) for port in sorted(port_map, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w/.])({names})(?![\w/])")
    return pattern.sub(lambda match: port_map[match[1]], text)


def restored(wanted: str, last: str) -> str:
    """Return the configuration with the certificates that only the old device knew (public chains)."""
    own = view.device_only(last, wanted) if last else ""
    chains = [block for block in re.split(r"(?m)^(?=\S)", own) if block.startswith("crypto pki certificate chain ")]
    if not chains:
        return wanted
    body = wanted.rstrip().removesuffix("end").rstrip()
    return body + "\n" + "".join(chains) + "end\n"


def _same_model(found: str, wanted: str) -> bool:
    return found.upper().startswith(wanted.upper()) or wanted.upper().startswith(found.upper())


def _ask(endpoint: Endpoint, command: str) -> str:
    if endpoint.platform == "fortios":
        connection = open_fortios(endpoint)
        with explained(endpoint):
            try:
                return str(connection.send_command(command, expect_string=r"[#$] ?$"))
            finally:
                connection.disconnect()
    driver = open_ios(endpoint)
    with explained(endpoint):
        try:
            return str(driver.device.send_command(command))
        finally:
            driver.close()


def _neighbours(endpoint: Endpoint) -> dict[str, str]:
    driver = open_ios(endpoint)
    with explained(endpoint):
        try:
            found = driver.get_lldp_neighbors()
        finally:
            driver.close()
    return {
        checks.short_interface(port): str(entries[0]["hostname"]).split(".")[0]
        for port, entries in found.items()
        if entries
    }
