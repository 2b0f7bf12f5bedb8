"""What every model of the inventory shares: frozen, nothing unknown, and a few checked kinds of text and number."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic.types import Strict

from bunri.intent.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterator


class Model(BaseModel):
    """One entry of the inventory: immutable, and a key that is not in the model is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _no_control(text: str) -> str:
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise ValueError("control characters and line breaks are not allowed")
    return text


def _start(value: object) -> object:
    return parse_date(value) if isinstance(value, str) else value


def _end(value: object) -> object:
    return parse_date(value, edge="end") if isinstance(value, str) else value


_DATE_SCHEMA = {
    "type": "string",
    "description": "2027-03-31, 2027年3月31日, 令和9年3月31日, 平成36年9月; full-width digits are accepted",
}

Int = Annotated[int, Strict()]
Bool = Annotated[bool, Strict()]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_no_control)]
"""Text of one line, shown to people."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
"""A lower-case name that is also a host name label (RFC 1123, 2.1)."""
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
"""An identifier that people cite: flow, cable, circuit or request number."""
VlanId = Annotated[int, Strict(), Field(ge=1, le=4094)]
"""VLAN identifier, IEEE 802.1Q clause 9.6: 0 and 4095 are reserved."""
Asn = Annotated[int, Strict(), Field(ge=1, le=4294967294)]
Count = Annotated[int, Strict(), Field(ge=0, le=100_000)]
StartDate = Annotated[date, BeforeValidator(_start), WithJsonSchema(_DATE_SCHEMA)]
"""A day on which something begins; 「平成30年9月」 is its first day."""
EndDate = Annotated[date, BeforeValidator(_end), WithJsonSchema(_DATE_SCHEMA)]
"""A day on which something ends (included); 「平成36年9月」 is its last day."""
Mac = Annotated[str, StringConstraints(pattern=r"^([0-9A-F]{2}-){5}[0-9A-F]{2}$")]
"""A MAC address in IEEE 802 hexadecimal form, ``00-00-5E-00-53-01``."""
Key = tuple[str | int, ...]
"""The way to a value inside the inventory: file subject first, then keys and list positions."""
SecretName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""The name of a value in ``vault.yml``; the value itself never stands in another file."""
Address = IPv4Address
Interface4 = IPv4Interface
Prefix = IPv4Network


def pattern(kind: object) -> str:
    """Return the regular expression of one of the text kinds above, empty if it has none."""
    for extra in getattr(kind, "__metadata__", ()):
        if isinstance(extra, StringConstraints) and isinstance(extra.pattern, str):
            return extra.pattern
    return ""


class Period(Model):
    """A stretch of days, both ends included; ``to`` is missing while the end is open."""

    begin: StartDate = Field(alias="from")
    end: EndDate | None = Field(default=None, alias="to")

    def holds(self, day: date) -> bool:
        """Return whether ``day`` lies in the period."""
        return self.begin <= day and (self.end is None or day <= self.end)


_RANGE = re.compile(r"^(?P<head>.*?)(?P<first>\d+)-(?P<last>\d+)$")


def expand(pattern: str) -> Iterator[str]:
    """Yield the names of ``pattern``: ``GigabitEthernet1/0/1-3`` gives three, ``port1`` one. Commas join several.

    Numbers keep the width of the first one (``acc01-14``). Raises ``ValueError`` when the range runs backwards or
    has more
    than 1,000 members.
    """
    for part in pattern.split(","):
        match = _RANGE.match(part.strip())
        if match is None:
            yield part.strip()
            continue
        first, last = int(match["first"]), int(match["last"])
        if not 0 <= last - first < 1000:
            raise ValueError(f"range runs backwards or is too long: {part.strip()!r}")
        width = len(match["first"]) if match["first"].startswith("0") else 0
        for number in range(first, last + 1):
            yield f"{match['head']}{number:0{width}d}"
