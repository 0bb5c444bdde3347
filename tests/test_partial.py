"""A poll that fails midway keeps what admits trouble and nothing that reads as success."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polled_cases import collecting_case, vendor_of_case
from simulated import Clock, SimulatedPages, page_of
from test_pipeline import NOW, incident_json
from written_pages import API, OTHER, Page, component, polled, watching

from exporters.prometheus import PollMetrics, StateMetrics, exposition
from monitor import platforms
from monitor.errors import PageError
from monitor.kit.protocol import Response
from monitor.model import Evidence, Level, Observation
from monitor.partial import only_trouble
from monitor.standing import is_bad
from tests.cases import case_of
from tests.drive import answers_from, drive, known_page
from tests.test_hard_input import whole_cases

states = st.builds(
    Observation,
    component_id=st.sampled_from("abcdef"),
    level=st.none() | st.sampled_from(Level),
    word=st.none() | st.just("word"),
)


@pytest.mark.slow
@given(st.none() | st.lists(states, unique_by=lambda each: each.component_id).map(tuple))
def test_what_is_bad_stays_and_what_is_good_does_not(observed):
    told = Evidence(source="live", read_at=NOW, observed=observed, unknown_words=("word",))

    kept = only_trouble(told)

    assert replace(kept, observed=observed) == told
    bad = [each for each in observed or () if is_bad(each.level)]
    if not bad:
        assert kept.observed is None
    else:
        assert [each for each in kept.observed if is_bad(each.level)] == bad
        assert not [
            each for each in kept.observed if each.level is not None and not is_bad(each.level)
        ]
        assert [each.component_id for each in kept.observed] == [
            each.component_id for each in observed
        ]


class Broken(Page):
    """A page that answers its state and, while it is broken, of the rest an error."""

    is_broken = False

    def __call__(self, url: str) -> Response:
        answer = super().__call__(url)
        return (
            replace(answer, status=503, body=b"")
            if self.is_broken and "summary" not in url
            else answer
        )


async def shown(collector, clock):
    """Poll; return the outcome, the vendor's level and whether it is up, None = there is no such
    series."""
    result, _, _ = await polled(collector)
    text = exposition(
        StateMetrics(collector.store), PollMetrics("0"), now=clock(), openmetrics=False
    ).decode()
    told = dict(line.rsplit(" ", 1) for line in text.splitlines())
    (slug,) = collector.vendors
    level = f'vendorstatus_vendor_level{{vendor="{slug}"}}'
    component = f'vendorstatus_component_level{{vendor="{slug}",component="api"}}'
    return (
        result.outcome,
        told.get(level),
        told.get(component),
        told[f'vendorstatus_up{{vendor="{slug}"}}'],
    )


async def test_an_outage_is_not_over_by_a_poll_that_failed_midway():
    page, clock = Broken(component(status="major_outage"), component(OTHER, name="Web")), Clock(NOW)
    page.incidents = [incident_json(API)]
    async with watching(page, clock) as collector:
        assert await shown(collector, clock) == ("ok", "4", "4", "1")
        page.is_broken, page.rows, page.incidents = (
            True,
            [component(), component(OTHER, name="Web")],
            [],
        )
        clock.now += timedelta(minutes=5)
        assert await shown(collector, clock) == ("failed", "4", "4", "0")
        page.is_broken = False
        clock.now += timedelta(minutes=5)
        assert await shown(collector, clock) == ("ok", "0", "0", "1")


async def test_an_outage_that_a_poll_read_before_it_failed_is_shown():
    page, clock = Broken(component(), component(OTHER, name="Web")), Clock(NOW)
    page.incidents = [incident_json(API)]
    async with watching(page, clock) as collector:
        await polled(collector)
        page.is_broken, page.rows, page.incidents = (
            True,
            [component(), component(OTHER, "major_outage", "Web")],
            [],
        )
        clock.now += timedelta(minutes=5)
        assert await shown(collector, clock) == ("failed", "4", None, "0")


def broken_midway(name):
    """Yield every case of a platform that fails when its second or a later request does, having
    told states before."""
    for case in whole_cases(name):
        for failing in range(2, 6):
            told, failed = polled_until(name, case, failing)
            if failed and any(each.observed is not None for each in told):
                yield case, failing


def new_page(case):
    """Return the page of a case of which no incident is known yet."""
    return replace(
        known_page(case),
        open_incidents=frozenset(),
        components=frozenset(),
    )


def failing_from(case, failing):
    """Return what answers as recorded, and from that request on, counted from 1, an error."""
    recorded, asked = answers_from(case), count(1)
    return lambda url: replace(
        recorded(url), **({"status": 503, "body": b""} if next(asked) >= failing else {})
    )


def polled_until(name, case, failing):
    """Return what a poll tells whose requests fail from that one on, and whether it fails by
    that."""
    page, told = new_page(case), []
    try:
        drive(platforms.named(name).poll(page), page, failing_from(case, failing), told=told)
    except PageError:
        return told, True
    return told, False


@pytest.mark.slow
@pytest.mark.parametrize("name", platforms.names())
async def test_no_platform_reads_well_by_a_poll_that_failed_midway(name):
    for case, failing in broken_midway(name):
        outcome, levels = await polled_with(name, case, failing)

        assert outcome == "failed", (case_of(case), failing)
        assert all(level is None or is_bad(level) for level in levels), (case_of(case), failing)


async def polled_with(name, case, failing):
    """Return what a poll comes to whose requests fail from that one on, and the levels kept."""
    told = new_page(case)
    pages = SimulatedPages([], Clock(told.now), failing_from(case, failing))
    async with collecting_case(vendor_of_case(name, told), told, pages) as collector:
        page = await page_of(collector, "acme")
        result = await collector.poll(page)
        return result.outcome, set(collector.store.current(page.id).levels.values())
