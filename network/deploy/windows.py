"""When a device may change: outside the opening hours of its site, and not in a busy period. Pure.

The rules come from ``calendar.yml``. They bind the planned time of the approval and the time of the work itself. Who
must work at another time says why on the approval record (``exception``), where the approver signs it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bunri.messages import BunriError, Message, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from bunri.intent.city import City

AHEAD = timedelta(days=30)
"""How long before a busy period a plan mentions it."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When the sites of one kind are open. ``weekdays`` (Monday is 0) and ``days`` are closed all day."""

    weekdays: frozenset[int]
    days: frozenset[date]
    opens: time
    closes: time

    @property
    def always(self) -> bool:
        """Whether the site never closes: no hour is better than another there, so its hours bind nothing."""
        day = (self.closes.hour - self.opens.hour) * 60 + self.closes.minute - self.opens.minute
        return not self.weekdays and not self.days and day >= 24 * 60 - 1

    def open_during(self, begin: datetime, end: datetime) -> datetime | None:
        """Return the first moment in ``begin``…``end`` (local time) at which the site is open."""
        day = begin.date()
        while day <= end.date():
            if day.weekday() not in self.weekdays and day not in self.days:
                first = max(begin, datetime.combine(day, self.opens, begin.tzinfo))
                if first < min(end, datetime.combine(day, self.closes, begin.tzinfo)):
                    return first
            day += timedelta(days=1)
        return None


@dataclass(frozen=True, slots=True)
class Busy:
    """Days (both included) on which nothing is changed at ``sites``."""

    name: str
    begin: date
    end: date
    sites: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """The calendar as far as it binds changes: site → opening hours, and busy periods. Without entries all is allowed.

    ``where`` says for a busy period (or "" for the opening hours) which line of the inventory sets it.
    """

    hours: Mapping[str, Hours] = field(default_factory=dict)
    busy: tuple[Busy, ...] = ()
    zone: tzinfo = UTC
    where: Mapping[str, Where] = field(default_factory=dict)


def rules_of(city: City) -> Rules:
    """Return the rules of an inventory. A busy period that names zones binds the sites that have one of them."""
    kinds = {
        name: Hours(
            frozenset(kind.weekdays),
            frozenset(kind.days),
            time.fromisoformat(kind.open_from),
            time.fromisoformat(kind.open_to),
        )
        for name, kind in city.calendar.kinds.items()
    }
    zones = {site: {segment.zone for segment in segments} for site, segments in city.segments_at.items()}
    busy = tuple(
        Busy(
            f"{name} {period.ja}",
            period.begin,
            period.end,
            frozenset(s for s in city.sites if not period.zones or zones[s] & set(period.zones)),
        )
        for name, period in city.calendar.busy.items()
    )
    where = {item.name: city.where("calendar", "busy", item.name.split(" ", 1)[0]) for item in busy}
    hours = {
        name: kinds[site.closed]
        for name, site in city.sites.items()
        if site.closed in kinds and not kinds[site.closed].always
    }
    return Rules(hours, busy, ZoneInfo(city.city.time_zone), {"": city.where("calendar", "kinds"), **where})


def refusals(rules: Rules, sites: Iterable[str], begin: datetime, end: datetime) -> list[Message]:
    """Return why ``sites`` may not be changed from ``begin`` to ``end`` (zone-aware): DEP034 busy, DEP040 open."""
    first, last = begin.astimezone(rules.zone), end.astimezone(rules.zone)
    named = sorted(set(sites))
    found = []
    for period in rules.busy:
        hit = [site for site in named if site in period.sites]
        if hit and first.date() <= period.end and period.begin <= last.date():
            day = max(first.date(), period.begin)
            params = {"day": day, "period": f"{period.name} {period.begin}–{period.end}", "sites": ", ".join(hit)}
            found.append(Message("DEP034", rules.where.get(period.name, Where()), params))
    opened: dict[datetime, list[str]] = {}
    for site in named:
        moment = rules.hours[site].open_during(first, last) if site in rules.hours else None
        if moment is not None:
            opened.setdefault(moment, []).append(site)
    for moment, hit in sorted(opened.items()):
        params = {"when": f"{moment:%Y-%m-%d %H:%M}", "sites": ", ".join(hit)}
        found.append(Message("DEP040", rules.where.get("", Where()), params))
    return found


def check(rules: Rules, sites: Iterable[str], spans: Iterable[tuple[datetime, datetime]], exception: str = "") -> None:
    """Raise with every reason why the work may not happen in ``spans``, unless an ``exception`` was approved."""
    if exception.strip():
        return
    named = list(sites)
    found: list[Message] = []
    for begin, end in spans:
        found += [message for message in refusals(rules, named, begin, end) if message not in found]
    if found:
        raise BunriError(*found)


def notes(rules: Rules, sites: Iterable[str], now: datetime) -> Iterator[str]:
    """Yield what a plan should say of the calendar: the busy periods that have begun or come soon."""
    today = now.astimezone(rules.zone).date()
    named = set(sites)
    for period in rules.busy:
        if named & period.sites and period.begin - AHEAD <= today <= period.end:
            yield f"変更禁止期間 / no changes without a reason: {period.name} {period.begin}–{period.end}"
