"""When desktops may be touched: while their site is closed, and on no busy day (選挙・税・年度末)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from bunri.intent import City

HORIZON = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether work may go on at a moment; if not, why (Japanese, English)."""

    allowed: bool
    ja: str = ""
    en: str = ""


def verdict(city: City, site: str, zone: str, moment: datetime) -> Verdict:
    """Say whether a desktop of ``zone`` at ``site`` may be touched at ``moment`` (zone-aware)."""
    local = moment.astimezone(ZoneInfo(city.city.time_zone))
    day = local.date()
    for name, busy in city.calendar.busy.items():
        if busy.begin <= day <= busy.end and (not busy.zones or zone in busy.zones):
            return Verdict(
                False, f"{busy.ja}の期間です（{name}、{busy.end}まで）", f"busy period {name} until {busy.end}"
            )
    calendar = city.calendar.kinds[city.sites[site].closed]
    if day.weekday() in calendar.weekdays or day in calendar.days:
        return Verdict(True)
    opens, closes = time.fromisoformat(calendar.open_from), time.fromisoformat(calendar.open_to)
    if opens <= local.time() < closes:
        ja = f"{calendar.ja}の開庁時間です（{opens:%H:%M}〜{closes:%H:%M}）"
        return Verdict(False, ja, f"office hours of {site} ({opens:%H:%M}-{closes:%H:%M})")
    return Verdict(True)


def next_window(city: City, site: str, zone: str, moment: datetime) -> datetime | None:
    """Return the first moment from ``moment`` on (to the minute) at which work may go on, within 120 days."""
    if verdict(city, site, zone, moment).allowed:
        return moment
    # Windows open and close on the minute of the calendar, or at midnight.
    calendar = city.calendar.kinds[city.sites[site].closed]
    here = ZoneInfo(city.city.time_zone)
    edges = sorted({time(0), time.fromisoformat(calendar.open_to)})
    day = moment.astimezone(here).date()
    for offset in range(HORIZON.days):
        for edge in edges:
            candidate = datetime.combine(day + timedelta(days=offset), edge, here)
            if candidate > moment and verdict(city, site, zone, candidate).allowed:
                return candidate
    return None
