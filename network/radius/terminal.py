"""The life of a terminal on the network: enrol, move, lose, retire. Each leaves a record (``runs/terminals``)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from bunri.change.files import write_atomic
from bunri.messages import Where, error
from network.radius.design import identity_of

if TYPE_CHECKING:
    from pathlib import Path

    from bunri.certificates.authority import Authority, Issued
    from bunri.intent import City
    from bunri.intent.terminals import Terminal

Job = Literal["enrol", "move", "lose", "retire"]


class Record(BaseModel):
    """What was done to a terminal: the columns of the terminal ledger (端末台帳) and of 習得事項 (G8)."""

    model_config = ConfigDict(frozen=True)

    job: Job
    terminal: str
    identity: str
    terminal_class: str
    zone: str
    site: str
    request: str
    worker: str
    at: datetime
    issued: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()
    vlan_before: int | None = None
    vlan_after: int | None = None
    next_steps: tuple[str, ...] = ()


def find(city: City, name: str) -> Terminal:
    """Return a terminal of the inventory by name. Error: RAD005."""
    for terminal in city.terminal_list:
        if terminal.name == name:
            return terminal
    raise error("RAD005", name=name)


def enrol(
    city: City,
    authority: Authority,
    name: str,
    now: datetime,
    *,
    request: str,
    worker: str,
    csr: bytes | None,
    key: bytes,
) -> tuple[Issued, Record]:
    """Issue the terminal's certificate. Errors: RAD005 unknown, RAD006 its class has no certificate, RAD007 has one."""
    terminal = find(city, name)
    entry = city.dot1x.classes[terminal.terminal_class]
    if entry.method != "eap-tls":
        raise error("RAD006", name=name, terminal_class=terminal.terminal_class, method=entry.method)
    identity = identity_of(city, name)
    if authority.ledger.held_by(identity, now):
        raise error("RAD007", name=name)
    days = city.dot1x.certificates.client_days
    profile = entry.certificate_profile or "machine"
    issued = authority.issue(profile, identity, [identity], now, days, request=csr, key_passphrase=None if csr else key)
    steps = ("証明書と鍵を端末に入れる / install certificate and key", "playbooks/radius.yml")
    record = _record("enrol", city, terminal, now, request, worker, issued=(issued.entry.serial,), next_steps=steps)
    return issued, record


def move(
    city: City, name: str, device: str, now: datetime, *, request: str, worker: str, site: str | None = None
) -> Record:
    """Record that a terminal goes behind another switch, and say which VLAN it will get there.

    Errors: RAD005, RAD008 where that switch is unknown or its site has no such VLAN: the terminal would be refused.
    """
    terminal = find(city, name)
    vlan = city.class_vlan(terminal.terminal_class, device) if device in city.devices else None
    if vlan is None or city.segment(city.devices[device].site, vlan) is None:
        raise error("RAD008", name=name, device=device, vlan=vlan or "-")
    there = site or city.devices[device].site
    steps = (f"terminals.yml: {terminal.site} -1, {there} +1",) if there != terminal.site else ()
    before = terminal.vlan
    return _record(
        "move", city, terminal, now, request, worker, site=there, vlan_before=before, vlan_after=vlan, next_steps=steps
    )


def lose(city: City, authority: Authority, name: str, now: datetime, *, request: str, worker: str) -> Record:
    """Revoke everything the terminal holds. After the next ``radius.yml`` its name is refused as well."""
    return _end("lose", city, authority, name, now, request, worker)


def retire(city: City, authority: Authority, name: str, now: datetime, *, request: str, worker: str) -> Record:
    """Revoke the certificates of a terminal that leaves service (N17)."""
    return _end("retire", city, authority, name, now, request, worker)


def store(record: Record, folder: Path) -> Path:
    """Write a record; return its path."""
    path = folder / f"{record.at:%Y%m%dT%H%M%S}-{record.terminal}-{record.job}.json"
    write_atomic(path, record.model_dump_json(indent=1) + "\n")
    return path


def _end(
    job: Literal["lose", "retire"],
    city: City,
    authority: Authority,
    name: str,
    now: datetime,
    request: str,
    worker: str,
) -> Record:
    terminal = find(city, name)
    held = authority.ledger.held_by(identity_of(city, name), now)
    if not held:
        raise error("RAD009", Where(key=name), name=name)
    for entry in held:
        authority.revoke(entry.serial, "key_compromise" if job == "lose" else "cessation_of_operation", now)
    steps: tuple[str, ...] = (
        "playbooks/radius.yml: 失効一覧と名簿を配る / hand out the revocation list and the names",
    )
    if job == "retire":
        steps += (f"terminals.yml: {terminal.site} -1", "記憶装置の消去記録 / wipe record (N17)")
    return _record(job, city, terminal, now, request, worker, revoked=tuple(e.serial for e in held), next_steps=steps)


def _record(
    job: Job,
    city: City,
    terminal: Terminal,
    now: datetime,
    request: str,
    worker: str,
    *,
    site: str | None = None,
    issued: tuple[str, ...] = (),
    revoked: tuple[str, ...] = (),
    vlan_before: int | None = None,
    vlan_after: int | None = None,
    next_steps: tuple[str, ...] = (),
) -> Record:
    if not request.strip() or not worker.strip():
        raise error("RAD010", name=terminal.name)
    return Record(
        job=job,
        terminal=terminal.name,
        identity=identity_of(city, terminal.name),
        terminal_class=terminal.terminal_class,
        zone=terminal.zone,
        site=site or terminal.site,
        request=request.strip(),
        worker=worker.strip(),
        at=now,
        issued=issued,
        revoked=revoked,
        vlan_before=vlan_before,
        vlan_after=vlan_after,
        next_steps=next_steps,
    )
