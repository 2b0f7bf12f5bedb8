"""End of support and maintenance contracts (1-6, N17)."""

from __future__ import annotations

from pydantic import Field

from bunri.intent.base import EndDate, Id, Int, Line, Model, Name, StartDate


class ModelLife(Model):
    """Dates of a hardware model, from the vendor's notice."""

    end_of_sale: EndDate | None = None
    end_of_software: EndDate | None = None
    end_of_support: EndDate | None = None
    successor: Id | None = None
    source: Line


class Maintenance(Model):
    """A maintenance contract and the devices it covers (names, ranges and ``*``)."""

    ja: Line
    contractor: Name
    contract_from: StartDate
    contract_to: EndDate
    response_hours: Int = Field(ge=1)
    devices: tuple[Line, ...]


class Lifecycle(Model):
    """``lifecycle.yml``. ``warn_days``: how long before a date people are warned."""

    models: dict[Id, ModelLife]
    maintenance: dict[Id, Maintenance]
    replace_after_years: Int = Field(default=7, ge=1, le=15)
    warn_days: tuple[Int, ...] = (365, 180, 90)
