"""Japanese era dates (和暦) in both directions.

The plan and every contract of the city write dates such as 「平成36年」, 「3１年5月」 or 「令和9年3月31日」, with
full-width
digits, with spaces where a column was aligned, and with years of an era that had ended by the time they were reached.
All of them name one day, and the inventory accepts all of them.

Eras: Meiji 1868, Taisho 1912-07-30, Showa 1926-12-25, Heisei 1989-01-08, Reiwa 2019-05-01 (元号を改める政令).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import Literal

_ERAS = (
    ("令和", "R", date(2019, 5, 1), 2018),
    ("平成", "H", date(1989, 1, 8), 1988),
    ("昭和", "S", date(1926, 12, 25), 1925),
    ("大正", "T", date(1912, 7, 30), 1911),
    ("明治", "M", date(1868, 1, 25), 1867),
)
_OFFSET = {name: offset for kanji, letter, _, offset in _ERAS for name in (kanji, letter)}
_ERA_DATE = re.compile(
    r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM])?\s*(?P<year>元|\d{1,4})\s*(?:年|[./-])"
    r"(?:\s*(?P<month>\d{1,2})\s*(?:月|[./-])?(?:\s*(?P<day>\d{1,2})\s*日?)?)?"
)
Edge = Literal["start", "end"]


def parse_date(text: str, *, edge: Edge = "start", era: str = "平成") -> date:
    """Return the day that ``text`` names: ISO (``2027-03-31``), western (``2027年3月31日``) or of an era
    (``令和9年3月31日``).

    Full-width digits and spaces inside are accepted. A month or day that is missing is filled from ``edge``: the first
    day of the period (``start``) or its last (``end``). A fiscal year is not guessed: 「平成36年」 is the calendar year
    2024.
    A year without an era (「3１年」) below 100 is of ``era``. Years past the end of an era are counted on, as the
    plan does
    (平成36年 = 2024). Raises ``ValueError`` for anything else, also for the 30th of February.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _ERA_DATE.fullmatch(plain)
    if match is None:
        raise ValueError(f"not a date: {text!r}")
    written = match["era"]
    number = 1 if match["year"] == "元" else int(match["year"])
    if written is None and number < 100:
        written = era
    if written is not None and not 1 <= number < 100:
        raise ValueError(f"not a year of an era: {text!r}")
    year = number + (_OFFSET[written] if written is not None else 0)
    if match["month"] is None:
        return date(year, 1, 1) if edge == "start" else date(year, 12, 31)
    month = int(match["month"])
    if match["day"] is not None:
        return date(year, month, int(match["day"]))
    first = date(year, month, 1)
    return first if edge == "start" else month_end(first)


def month_end(day: date) -> date:
    """Return the last day of the month of ``day``."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def to_era(day: date, *, style: Literal["kanji", "letter"] = "kanji") -> str:
    """Return ``day`` in its era: 「令和9年3月31日」, the first year as 元年, or ``R9.3.31`` with ``style="letter"``.

    Raises ``ValueError`` before the Meiji era.
    """
    for kanji, letter, begin, offset in _ERAS:
        if day >= begin:
            year = day.year - offset
            if style == "letter":
                return f"{letter}{year}.{day.month}.{day.day}"
            return f"{kanji}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise ValueError(f"before the eras known here: {day}")
