"""A time is read as it stands: the format is exact, `mixed` never guesses, and the zone's clock changes are kept."""
# ruff: noqa: DTZ001, DTZ007  a table's wall clock has no zone: that is what is tested here

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.importing.times import FAST, cell_time, parse_mixed, time_parser, utc

FORMATS = (
    "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%Y%m%d", "%d.%m.%Y  %I.%M%p",
    "%Y年%m月%d日 %H时%M分", "[%Y] (%m) %d%% %H:%M",
)  # fmt: skip


def answer(read, text):
    try:
        return read(text)
    except ValueError:
        return None


@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)), st.sampled_from(FORMATS))
def test_a_compiled_format_reads_what_strftime_writes(moment, format):
    text = moment.strftime(format)
    assert time_parser(format)(text) == datetime.strptime(text, format)


@given(
    st.lists(
        st.sampled_from([*"0123456789", "/", "-", ":", ".", " ", "AM", "pm", "2019", "12", "31", "00"]), max_size=14
    ),
    st.sampled_from(FORMATS[:5]),
)
@example(list("31/12/2019 23:59"), "%d/%m/%Y %H:%M")
@example(list("1/2/2019 3:4"), "%d/%m/%Y %H:%M")
@example(list("31/2/2019 03:04"), "%d/%m/%Y %H:%M")
@example(list("1/2/2019 3:45"), "%d/%m/%Y %H:%M")
@example(list("12/31/2019 12:59:61 AM"), "%m/%d/%Y %I:%M:%S %p")
@example(list("12/31/2019  12:59:59 aM"), "%m/%d/%Y %I:%M:%S %p")
def test_a_compiled_format_takes_what_strptime_takes_and_nothing_else(pieces, format):
    text = "".join(pieces)
    assert answer(time_parser(format), text) == answer(lambda text: datetime.strptime(text, format), text)


@pytest.mark.parametrize(
    "format", ["%d-%b-%y", "%Y-%m-%d %H", "%Y-%m-%dT%H:%M:%S%z", "%Y-%j", "%Y-%m-%d %I:%M", "%D%Y%m%d"]
)
def test_a_format_that_is_not_compiled_is_left_to_strptime(format):
    text = datetime(2019, 4, 8, 11, 0, tzinfo=UTC).strftime(format)
    assert answer(time_parser(format), text) == answer(lambda text: datetime.strptime(text, format), text)
    assert len(FAST) == 5


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019/4/25 9:32:09", datetime(2019, 4, 25, 9, 32, 9)),
        ("2019/12/5 19:32:09", datetime(2019, 12, 5, 19, 32, 9)),
        ("2018/4/24", datetime(2018, 4, 24)),
        ("2019-04-08 08:37:20", datetime(2019, 4, 8, 8, 37, 20)),
        ("2019.4.8  8:37", datetime(2019, 4, 8, 8, 37)),
        ("2019-04-08T08:37:20.5", datetime(2019, 4, 8, 8, 37, 20, 500_000)),
        ("2019-04-08 08:37:20.1234567", datetime(2019, 4, 8, 8, 37, 20, 123_456)),
        ("2019-04-08T08:37:20Z", datetime(2019, 4, 8, 8, 37, 20, tzinfo=UTC)),
        ("2019-04-08T08:37:20+08:00", datetime(2019, 4, 8, 0, 37, 20, tzinfo=UTC)),
        ("2019-04-08 08:37 -0430", datetime(2019, 4, 8, 13, 7, tzinfo=UTC)),
        ("2019年4月8日", datetime(2019, 4, 8)),
        ("2019年4月8日 8时37分20秒", datetime(2019, 4, 8, 8, 37, 20)),
        ("2019年4月8日8:37", datetime(2019, 4, 8, 8, 37)),
    ],
)  # fmt: skip
def test_mixed_reads_every_shape_that_has_the_year_first(text, moment):
    assert parse_mixed(text) == moment


@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)), st.sampled_from("-/."), st.booleans(), st.booleans())
def test_mixed_reads_any_padding(moment, mark, padded, seconds):
    day = (f"{moment:%m}", f"{moment:%d}") if padded else (str(moment.month), str(moment.day))
    text = mark.join([f"{moment.year}", *day]) + f" {moment.hour}:{moment:%M}" + (f":{moment:%S}" if seconds else "")
    assert parse_mixed(text) == moment.replace(second=moment.second if seconds else 0, microsecond=0)


@pytest.mark.parametrize("text", ["03/04/2019", "3-4-2019 10:00", "25.12.19", "31/12/2019 23:59"])
def test_mixed_never_guesses_which_is_the_day_and_asks_for_a_format(text):
    with pytest.raises(ValueError, match=r"分不清哪个是日、哪个是月.*format"):
        parse_mixed(text)


@pytest.mark.parametrize(
    "text",
    [
        "2019/2/30",
        "2019/13/1",
        "2019-04-08 24:00",
        "2019-04-08 23:60",
        "2019-04/08",
        "20190408",
        "昨天",
        "2019",
        "9:30",
    ],
)
def test_mixed_refuses_what_is_no_time(text):
    with pytest.raises(ValueError, match=r"没有这一天|读不出时间"):
        parse_mixed(text)


def test_an_hour_that_comes_twice_is_the_earlier_one():
    new_york = ZoneInfo("America/New_York")
    assert utc(datetime(2015, 11, 1, 1, 30), new_york) == datetime(2015, 11, 1, 5, 30, tzinfo=UTC)


def test_an_hour_that_is_skipped_is_an_hour_later():
    new_york, shanghai = ZoneInfo("America/New_York"), ZoneInfo("Asia/Shanghai")
    skipped = utc(datetime(2015, 3, 8, 2, 30), new_york)
    assert skipped.astimezone(new_york).replace(tzinfo=None) == datetime(2015, 3, 8, 3, 30)
    skipped = utc(datetime(1988, 4, 17, 2, 30), shanghai)
    assert skipped == datetime(1988, 4, 16, 18, 30, tzinfo=UTC)
    assert skipped.astimezone(shanghai).replace(tzinfo=None) == datetime(1988, 4, 17, 3, 30)


def test_an_offset_of_the_texts_own_wins_over_the_zone():
    assert utc(parse_mixed("2019-04-08T08:00+00:00"), ZoneInfo("Asia/Shanghai")) == datetime(2019, 4, 8, 8, tzinfo=UTC)


def test_date_only_is_the_last_instant_of_the_day_where_the_source_is():
    shanghai = ZoneInfo("Asia/Shanghai")
    last = datetime(2019, 4, 8, 15, 59, 59, 999_999, tzinfo=UTC)
    assert utc(datetime(2019, 4, 8), shanghai, date_only=True) == last
    assert utc(datetime(2019, 4, 8, 9, 30), shanghai, date_only=True) == last
    assert utc(datetime(2019, 4, 7, 17, tzinfo=UTC), shanghai, date_only=True) == last


@pytest.mark.parametrize("year", [1, 219, 1899, 2200, 9999])
def test_a_year_nobody_means_is_refused(year):
    with pytest.raises(ValueError, match=f"年份 {year} 不可信"):
        utc(datetime(year, 1, 1), ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (datetime(2019, 4, 8, 8, 37, 20), datetime(2019, 4, 8, 8, 37, 20)),
        (date(2019, 4, 8), datetime(2019, 4, 8)),
        (43563.0, datetime(2019, 4, 8)),
        (43563 + (8 * 3600 + 37 * 60 + 20) / 86400, datetime(2019, 4, 8, 8, 37, 20)),
        ("2019/4/8", datetime(2019, 4, 8)),
    ],
)
def test_a_cell_of_any_type_is_a_time(cell, moment):
    assert cell_time(cell, "mixed", parse_mixed) == moment


def test_a_number_is_read_by_the_format_if_there_is_one():
    assert cell_time(20190408.0, "%Y%m%d", time_parser("%Y%m%d")) == datetime(2019, 4, 8)


@pytest.mark.parametrize("cell", [time(8, 37), timedelta(hours=30), True, 0.5, 2759.5e6, "43563"])
def test_a_cell_that_is_no_day_is_refused(cell):
    with pytest.raises(ValueError, match=r"没有日期|不是电子表格的日期|读不出时间"):
        cell_time(cell, "mixed", parse_mixed)
