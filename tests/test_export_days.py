"""Which days are exported: the words of a report, in each page's zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from exporters.history_query import HistoryQuery
from monitor.cli.export_query import export_query
from monitor.cli.spans import chosen
from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.runtime import Context
from monitor.store import Store

NOW = datetime(2026, 5, 20, 23, 30, tzinfo=UTC)
AHEAD, BEHIND = ZoneInfo("Pacific/Auckland"), ZoneInfo("America/Los_Angeles")


@pytest.fixture
def context() -> Iterator[Context]:
    with Store.open("sqlite://") as store:
        settings = Settings(vendors=(), database_url="sqlite://", source="test")
        yield Context(settings=settings, store=store, clock=lambda: NOW)


def days(query: HistoryQuery, zone) -> tuple[date, date]:
    stamped = query.stamped_days(zone)
    return stamped[0].day, stamped[-1].day


@pytest.mark.parametrize(
    ("options", "first", "last"),
    [
        ({"days": 3}, date(2026, 5, 18), date(2026, 5, 20)),
        ({"since": "2026-05-18"}, date(2026, 5, 18), date(2026, 5, 20)),
        ({"since": "yesterday"}, date(2026, 5, 19), date(2026, 5, 20)),
        ({"since": "2026-05-01", "until": "2026-05-02"}, date(2026, 5, 1), date(2026, 5, 2)),
        ({"as_of": "2026-05-02", "days": 2}, date(2026, 5, 1), date(2026, 5, 2)),
        ({"month": ["2026-03"]}, date(2026, 3, 1), date(2026, 3, 31)),
        ({"month": ["2026-05"]}, date(2026, 5, 1), date(2026, 5, 20)),
        ({"month": ["2026-02..2026-03"]}, date(2026, 2, 1), date(2026, 3, 31)),
        ({}, date(2026, 2, 20), date(2026, 5, 20)),
    ],
)
def test_the_words_of_a_report_say_which_days_are_exported(context, options, first, last) -> None:
    query = export_query(context, chosen(**options), components=None)

    assert days(query, UTC) == (first, last)


def test_a_named_first_day_is_the_same_date_at_every_page(context) -> None:
    query = export_query(context, chosen(since="2026-05-18"), components=None)

    assert query.window(date(2026, 5, 21)).first == date(2026, 5, 18)
    assert days(query, BEHIND) == (date(2026, 5, 18), date(2026, 5, 20))
    assert days(query, AHEAD)[0] == date(2026, 5, 18)


def test_where_the_first_day_has_not_come_yet_there_is_one_day(context) -> None:
    query = export_query(context, chosen(since="today"), components=None)

    assert query.window(date(2026, 5, 19)).days == 1


@pytest.mark.parametrize("options", [{"until": "2026-05-21"}, {"month": ["2026-06"]}])
def test_a_day_that_has_not_come_is_refused(context, options) -> None:
    with pytest.raises(ConfigError, match=r"in the future|has not begun"):
        export_query(context, chosen(**options), components=None)
