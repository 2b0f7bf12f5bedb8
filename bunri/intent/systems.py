"""The business systems of the plan (3-1) and the places where the plan contradicts itself."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from bunri.intent.base import Bool, EndDate, Id, Int, Line, Model, Name, StartDate


class OperationPeriod(Model):
    """A period of operation as the plan writes it, e.g. 平成31年10月1日 to 平成36年9月30日."""

    ja: Line
    begin: StartDate = Field(alias="from")
    end: EndDate | None = Field(default=None, alias="to")


class System(Model):
    """A business system. Where its data is kept (``kept_at``) differs from where it is used (``used_at``, 1-5)."""

    number: Int = Field(ge=1)
    ja: Line
    group: Literal["kikan", "renkei", "johokei", "service"]
    zone: Name | None
    """Empty only for what is hosted outside (the city's web site)."""
    placement: Literal["iaas", "building", "outside"]
    kept_at: Name | None = None
    used_at: tuple[Name, ...] = ()
    shared: Bool
    """共同利用."""
    schedule: Id | None = None
    """Name of the row of the schedule whose periods it follows."""
    servers: tuple[Name, ...] = ()
    """Where it runs, names of ``servers.yml``."""


class Schedule(Model):
    """A row of the plan's timetable: periods in order. A successor follows on the next day."""

    ja: Line
    periods: tuple[OperationPeriod, ...] = Field(min_length=1)
    closed: Bool = False
    """The service ended with its last period; no successor is needed."""


class Source(Model):
    """One reading of a datum and where it stands in the plan."""

    value: Line
    where: Line


class Contradiction(Model):
    """A datum that the plan gives twice, differently: both are kept; ``used`` names the one in use and why."""

    ja: Line
    sources: tuple[Source, ...] = Field(min_length=2)
    used: Line | None = None
    decided_by: Line | None = None
    decided_on: date | None = None


class Systems(Model):
    """``systems.yml``."""

    systems: dict[Id, System]
    schedules: dict[Id, Schedule]
    contradictions: dict[Id, Contradiction] = Field(default_factory=dict)
