"""An answer is kept until it may be another, and not a second longer."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_support import NOW, observed, poll, save
from watched_world import ACME

from monitor import answers
from monitor.answers import Target, stands_until
from monitor.model import Level
from monitor.store import PageSpec, Store

SECONDS = st.integers(-4_000, 4_000)


@pytest.fixture(scope="module")
def stored():
    """The row and the state of a page that was read at `NOW`."""
    with Store.open("sqlite://") as store:
        store.sync_pages([PageSpec(slug=ACME.slug, name=ACME.name, url=ACME.url)], now=NOW)
        save(store, store.pages()[0], observed(NOW, api=Level.OPERATIONAL))
        store.record_polls([poll(store.pages()[0], NOW, "ok")])
        page = store.pages()[0]
        return page, store.current(page.id)


def said(stored, now):
    """Return what is said of the page at `now`."""
    page, state = stored
    fresh = answers.freshness(page, page.observed_until, ACME.interval_seconds, now)
    status = answers.status_of(page, state, ACME, Target(ACME.slug), now)
    return fresh, status.level, status.why_unknown


@given(at=SECONDS, later=SECONDS)
def test_what_is_said_of_a_page_stays_until_then(stored, at, later):
    now, then = (NOW + timedelta(seconds=seconds) for seconds in sorted((at, later)))
    until = stands_until(stored[0], ACME.interval_seconds, now)

    if until is None or then < until:
        assert said(stored, then) == said(stored, now)


def test_every_change_of_what_is_said_is_at_one_of_these_instants(stored):
    second = timedelta(seconds=1)
    now, instants = NOW - timedelta(hours=1), []
    while (until := stands_until(stored[0], ACME.interval_seconds, now)) is not None:
        assert said(stored, until - second) != said(stored, until + second)
        instants.append(until)
        now = until + second

    assert len(instants) == 3  # believed, no longer now, no longer fresh
