"""The circuit ledger (N5): lines between sites and to the outside, their carriers, ducts and contracts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bunri.intent.base import EndDate, Id, Int, Line, Model, Name, StartDate


class Circuit(Model):
    """One contract for a line. All strands of a circuit lie in one cable and duct: they fail together."""

    ja: Line
    kind: Literal["dark-fibre", "ethernet", "ip-vpn", "lgwan", "internet", "b-flets"]
    carrier: Name
    duct: Name
    sites: tuple[Name, ...] = Field(min_length=1, max_length=2)
    """The sites at both ends; one for a line that leaves the city."""
    speed: Line
    strands: Int = Field(default=1, ge=1, le=96)
    contract_from: StartDate
    contract_to: EndDate
    retired: StartDate | None = None
    note: Line = "-"


Circuits = dict[Id, Circuit]
