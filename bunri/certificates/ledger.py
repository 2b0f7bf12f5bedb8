"""The certificate ledger: what was issued, to whom, until when, and what became of it.

One JSON file beside the authority, written atomically. It holds no key and no secret: it may be printed.
"""

from __future__ import annotations

from collections.abc import Iterable  # noqa: TC003  (pydantic reads it at run time)
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bunri.certificates.profiles import ProfileName
from bunri.change.files import write_atomic
from bunri.messages import Where, error

if TYPE_CHECKING:
    from pathlib import Path

WARNING_DAYS = (30, 60, 90)
Reason = Literal["key_compromise", "affiliation_changed", "superseded", "cessation_of_operation"]


class Entry(BaseModel):
    """One certificate. ``serial`` is hexadecimal; ``holder`` is the terminal, server or person it was made for.

    ``replaced_by`` names the serial that renewed it; ``external`` tells a certificate of another authority.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    serial: str
    profile: ProfileName
    holder: str
    names: tuple[str, ...]
    fingerprint: str
    not_before: datetime
    not_after: datetime
    external: bool = False
    issuer: str = ""
    revoked_at: datetime | None = None
    reason: Reason | None = None
    replaced_by: str = ""

    def valid(self, now: datetime) -> bool:
        """Say whether the certificate is inside its period and not revoked at ``now`` (zone-aware)."""
        return self.revoked_at is None and self.not_before <= now <= self.not_after


class Warn(BaseModel):
    """A certificate that ends within ``days`` (30, 60 or 90; 0 = ended) and that nothing has replaced."""

    model_config = ConfigDict(frozen=True)

    entry: Entry
    days: int
    left: timedelta


class Ledger(BaseModel):
    """Every certificate of one authority, in order of issue, and the number of the last revocation list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entries: tuple[Entry, ...] = ()
    crl_number: int = 0

    def entry(self, serial: str) -> Entry:
        """Return the entry of ``serial``. Error: CRT004."""
        for entry in self.entries:
            if entry.serial == serial.lower():
                return entry
        raise error("CRT004", serial=serial)

    def held_by(self, holder: str, now: datetime) -> tuple[Entry, ...]:
        """Return the certificates of ``holder`` that are valid at ``now``."""
        return tuple(entry for entry in self.entries if entry.holder == holder and entry.valid(now))

    def with_entry(self, entry: Entry) -> Ledger:
        """Return the ledger with ``entry`` added, or put in place of the one with its serial."""
        others = {known.serial: known for known in self.entries}
        return self.model_copy(update={"entries": tuple({**others, entry.serial: entry}.values())})

    def revoked(self) -> tuple[Entry, ...]:
        """Return what a revocation list of our own authority must name (RFC 5280 §5)."""
        return tuple(entry for entry in self.entries if entry.revoked_at is not None and not entry.external)

    def warnings(self, now: datetime, days: Iterable[int] = WARNING_DAYS) -> list[Warn]:
        """Return what ends soon or has ended, soonest first; renewed and revoked certificates warn nobody."""
        limits = sorted(days)
        found = []
        for entry in self.entries:
            left = entry.not_after - now
            if entry.revoked_at is not None or entry.replaced_by or left > timedelta(days=limits[-1]):
                continue
            band = 0 if left < timedelta(0) else next(limit for limit in limits if left <= timedelta(days=limit))
            found.append(Warn(entry=entry, days=band, left=left))
        return sorted(found, key=lambda warn: warn.left)


def load(path: Path) -> Ledger:
    """Read the ledger. Error: CRT009."""
    try:
        return Ledger.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, ValidationError) as problem:
        raise error("CRT009", Where(file=str(path)), why=str(problem).splitlines()[0]) from problem


def store(ledger: Ledger, path: Path) -> None:
    """Write the ledger atomically."""
    write_atomic(path, ledger.model_dump_json(indent=1) + "\n")
