"""The city itself and the people around it: name, sites, members of the consortium, contractors, closing days."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bunri.intent.base import Bool, Count, EndDate, Id, Int, Line, Model, Name, StartDate

SiteKind = Literal["hall", "disaster", "community", "library", "school", "office", "dc", "backup"]


class CityFacts(Model):
    """``city.yml``: what the city is called, and which model of the national guideline it follows."""

    key: Name
    ja: Line
    en: Line
    illustrative: Bool
    domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+\.example$")]
    separation_model: Literal["alpha", "alpha-prime", "beta", "beta-prime"]
    guideline: Line
    time_zone: Line
    staff: tuple[Line, ...] = ()
    """The city's own people who may work on the network (G7, G12); those of contractors are in ``contractors.yml``."""
    fiscal_year_start: Int = Field(default=4, ge=1, le=12)


class Site(Model):
    """One building. ``number`` is S of the address plan: the nth /24 of each zone belongs to the site."""

    number: Int = Field(ge=1, le=4095)
    ja: Line
    en: Line
    kind: SiteKind
    counter: Bool = False
    """Citizens are served here: the site has 基幹系 terminals and printers."""
    closed: Name = "office"
    """Name of the calendar of closing days."""
    ups_minutes: Count = 10
    generator: Bool = False


class Member(Model):
    """A member of おうみ自治体クラウド協議会 (1-3); an own prefix only where 共同利用 is declared."""

    ja: Line
    joined: StartDate
    own: Bool = False
    shares: tuple[Line, ...] = ()


class Worker(Model):
    """A person who may work on the city's systems (G7)."""

    ja: Line
    role: Literal["lead", "worker"]
    oath: StartDate


class Contractor(Model):
    """A company under contract, with the named people who may work (G7)."""

    ja: Line
    scope: Line
    contract_from: StartDate
    contract_to: EndDate
    workplace: Line
    disposal: Line
    workers: tuple[Worker, ...]


class Calendar(Model):
    """Closing days of a kind of site. Weekdays count from Monday = 0."""

    ja: Line
    weekdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = ()
    days: tuple[date, ...] = ()
    open_from: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "08:30"
    open_to: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "17:15"


class BusyPeriod(Model):
    """Days on which nothing is changed: election (選挙), tax (税), end of the fiscal year."""

    ja: Line
    begin: StartDate = Field(alias="from")
    end: EndDate = Field(alias="to")
    zones: tuple[Name, ...] = ()


class Calendars(Model):
    """``calendar.yml``: closing days by kind of site, and the busy periods of the whole city."""

    kinds: dict[Name, Calendar]
    busy: dict[Id, BusyPeriod] = Field(default_factory=dict)


Sites = dict[Name, Site]
Consortium = dict[Name, Member]
Contractors = dict[Name, Contractor]
