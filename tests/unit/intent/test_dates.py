"""和暦 both ways."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunri.intent.dates import month_end, parse_date, to_era

FULL_WIDTH = str.maketrans("0123456789", "".join(chr(0xFF10 + digit) for digit in range(10)))
DAYS = st.dates(date(1868, 1, 25), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-03-31", date(2027, 3, 31)),
        ("2027年3月31日", date(2027, 3, 31)),
        ("令和9年3月31日", date(2027, 3, 31)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成36年9月30日", date(2024, 9, 30)),
        ("平成 31 年  6 月 1 日", date(2019, 6, 1)),
        ("平成3１年1月31日", date(2019, 1, 31)),
        ("3１年5月1日", date(2019, 5, 1)),
        ("R9.3.31", date(2027, 3, 31)),
        ("H31/4/30", date(2019, 4, 30)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("平成36年", date(2024, 1, 1)),
        ("令和8年2月", date(2026, 2, 1)),
        (" 令和9年3月31日 ", date(2027, 3, 31)),
    ],
)
def test_forms_that_the_plan_uses(text: str, expected: date) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("平成36年9月", date(2024, 9, 30)), ("平成36年", date(2024, 12, 31)), ("令和6年2月", date(2024, 2, 29))],
)
def test_a_missing_end_is_the_last_day(text: str, expected: date) -> None:
    assert parse_date(text, edge="end") == expected


@pytest.mark.parametrize(
    "text",
    ["", "そのうち", "令和9年2月30日", "令和0年1月1日", "令和100年1月1日", "平成年1月1日", "2027-13-01", "2027-00-10",
     "any", "31", "令和9年3月31日まで", "0年1月1日", "令和9月3日"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(text)


@given(DAYS, st.sampled_from(["kanji", "letter"]), st.booleans())
def test_round_trip(day: date, style: str, wide: bool) -> None:
    written = to_era(day, style=style)  # type: ignore[arg-type]
    assert parse_date(written.translate(FULL_WIDTH) if wide else written) == day


@given(DAYS)
def test_iso_is_read_as_it_is(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    day = None
    with suppress(ValueError):
        day = parse_date(text)
    assert day is None or parse_date(day.isoformat()) == day


@given(DAYS)
def test_month_end(day: date) -> None:
    end = month_end(day)
    assert (end.year, end.month) == (day.year, day.month)
    assert (end + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
    ],
)
def test_eras_begin_on_their_day(day: date, expected: str) -> None:
    assert to_era(day) == expected


def test_before_the_eras_is_an_error() -> None:
    with pytest.raises(ValueError, match="before the eras"):
        to_era(date(1800, 1, 1))
