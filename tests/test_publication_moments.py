"""Of which moment a published page is: never newer than what was read, and the same while it shows
the same."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from store_support import NOW, add_page

from exporters.publication.moments import Moments, beginning_of_day
from monitor.store import ChangeTime, Store

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
TODAY, YESTERDAY = NOW.date(), NOW.date() - timedelta(days=1)
MIDNIGHT = datetime(2026, 5, 22, tzinfo=UTC)
INTERVAL = 300
SILENCE = timedelta(seconds=900)


@pytest.fixture(scope="module")
def unread():
    """A page that was never read."""
    with Store.open("sqlite://") as store:
        return add_page(store, now=NOW - timedelta(days=9))


def moments(page, *changes, now=NOW):
    return Moments(page, INTERVAL, now, [ChangeTime(*change) for change in changes])


def page_read(unread, at, **more):
    return replace(unread, last_poll_at=at, last_success_at=at, observed_until=at, **more)


def test_the_present_is_that_of_the_last_reading_in_whole_seconds(unread):
    page = page_read(unread, NOW - timedelta(seconds=100, microseconds=1))

    assert moments(page).present == NOW - timedelta(seconds=100)
    assert moments(page, now=NOW + timedelta(seconds=400)).present == NOW - timedelta(seconds=100)


@pytest.mark.parametrize(
    ("seconds", "later"), [(600, 0), (601, 601), (900, 601), (901, 901), (18_000, 901)]
)
def test_a_reading_that_ceases_to_tell_of_now_makes_another_present(unread, seconds, later):
    read_at = NOW - 6 * HOUR

    of_page = moments(page_read(unread, read_at), now=read_at + seconds * SECOND)
    assert of_page.present == read_at + later * SECOND


def test_a_poll_that_failed_is_another_present(unread):
    page = page_read(unread, NOW - 2 * HOUR, last_ok=False)
    failed_at = NOW - timedelta(minutes=4)

    assert moments(replace(page, last_poll_at=failed_at)).present == failed_at


def test_a_new_day_is_another_present_in_the_zone_of_the_page(unread):
    assert moments(unread).present == MIDNIGHT
    berlin = replace(unread, zone_name="Europe/Berlin")
    assert moments(berlin).present == MIDNIGHT - 2 * HOUR


def test_nothing_is_of_a_moment_to_come(unread):
    page = page_read(unread, NOW + HOUR)

    assert moments(page, (MIDNIGHT - HOUR, NOW + HOUR)).present == NOW
    assert moments(page, (MIDNIGHT - HOUR, NOW + HOUR)).of_days(YESTERDAY) == NOW


def test_days_that_are_over_are_of_the_last_change_of_what_is_told_of_them(unread):
    page = page_read(unread, NOW)
    may = date(2026, 5, 10)
    before, after = MIDNIGHT - timedelta(days=30), MIDNIGHT - timedelta(days=3)
    of_page = moments(page, (before, NOW - 9 * HOUR), (after, NOW - HOUR), (before, after))

    assert of_page.of_days(may) == NOW - 9 * HOUR
    assert of_page.of_days(YESTERDAY) == NOW - HOUR
    assert of_page.of_days(date(2026, 4, 1)) == datetime(2026, 4, 2, tzinfo=UTC) + SILENCE


def test_what_begins_with_the_next_day_does_not_change_the_day_before(unread):
    page = page_read(unread, NOW)

    assert moments(page, (MIDNIGHT, NOW)).of_days(YESTERDAY) == MIDNIGHT + SILENCE
    assert moments(page, (MIDNIGHT - SECOND, NOW)).of_days(YESTERDAY) == NOW


def test_a_day_that_goes_on_or_is_not_settled_is_of_the_present(unread):
    page = page_read(unread, NOW)
    early = MIDNIGHT + timedelta(minutes=10)

    assert moments(page).of_days(TODAY) == NOW
    just_read = page_read(unread, early)
    assert moments(just_read, now=early).of_days(YESTERDAY) == early
    assert moments(page).of_days(YESTERDAY) == MIDNIGHT + SILENCE


def test_days_in_which_something_began_that_goes_on_are_of_the_present(unread):
    page = page_read(unread, NOW)
    begun = MIDNIGHT - timedelta(days=5)
    of_page = moments(page, (begun, None), (MIDNIGHT - HOUR, None))

    assert of_page.of_days(YESTERDAY) == NOW
    assert of_page.of_days(begun.date()) == NOW
    assert of_page.of_days(begun.date() - timedelta(days=1)) < begun + HOUR


def test_what_was_never_read_is_of_the_beginning_of_the_day():
    assert beginning_of_day(NOW + 11 * HOUR) == MIDNIGHT
