"""What is said of an earlier instant is what was said at that instant, whatever came since; or
nothing is known of it any more: a state that was well and that one reading alone has seen is not
kept.
"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_support import NOW, add_page, component, evidence, incident, observed, poll, save

from monitor.answers import Status, Target, past_statuses, target_statuses
from monitor.config import VendorConfig
from monitor.model import Level, Phase
from monitor.store import Store

pytestmark = pytest.mark.slow
ACME = VendorConfig(slug="acme", name="Acme", url="https://acme.example/", interval_seconds=300)
TARGETS = (Target("acme"), Target("acme", "api"), Target("acme", "web"))
PARTS = (component(), component("web", "Web"))

levels = st.one_of(st.none(), st.sampled_from(Level))
readings = st.tuples(st.just("read"), levels, levels, st.booleans())
failures = st.tuples(st.just("fail"))
steps = st.tuples(st.integers(1, 40), st.one_of(readings, readings, failures))


def said(store: Store, now: datetime, known_at: datetime | None = None) -> list[Status]:
    if known_at is None:
        return list(target_statuses(store, {"acme": ACME}, TARGETS, now))
    return list(past_statuses(store, {"acme": ACME}, TARGETS, known_at))


def agree(earlier: Status, then: Status) -> bool:
    """Whether an earlier instant is told as it was told then, or is unknown."""
    if (earlier.read_at, earlier.incidents) != (then.read_at, then.incidents):
        return False
    if (earlier.known_components or 0) < (then.known_components or 0):
        return earlier.level in {None, then.level}
    return (earlier.level, earlier.component_names) == (then.level, then.component_names)


def take(store: Store, at: datetime, step: tuple) -> None:
    page = store.pages()[0]
    if step[0] == "fail":
        store.record_polls([poll(page, at, outcome="failed", reason="timeout")])
        return
    _, api, web, is_open = step
    phase = Phase.OPEN if is_open else Phase.CLOSED
    told = incident(started_at=NOW, phase=phase, resolved_at=None if is_open else at)
    save(store, page, evidence(at, components=PARTS, incidents=(told,)))
    save(store, page, observed(at, api=api, web=web))
    store.record_polls([poll(page, at)])


@settings(max_examples=40)
@given(st.lists(steps, min_size=1, max_size=8))
def test_an_earlier_instant_is_answered_as_it_was_then(course):
    with Store.open("sqlite://") as store:
        add_page(store, now=NOW - timedelta(hours=1))
        at, then = NOW, {}
        for minutes, step in course:
            at += timedelta(minutes=minutes)
            before = at - timedelta(seconds=1)
            then[before] = said(store, before)
            take(store, at, step)
            then[at] = said(store, at)
        later = at + timedelta(days=1)
        take(store, later, ("read", Level.OPERATIONAL, Level.OPERATIONAL, False))

        for moment, answer in then.items():
            for earlier, told in zip(said(store, later, moment), answer, strict=True):
                assert agree(earlier, told), (moment, earlier, told)
