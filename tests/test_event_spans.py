"""What the kit reads out of events: their impacts, words, posts and components."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.kit.events import (
    Event,
    ImpactSpan,
    events_since,
    first_start,
    is_past,
    present_spans,
    spans_by_component,
    words_not_in,
)
from monitor.kit.posts import Post, Says, last_word
from monitor.kit.states import components_in_order
from monitor.model import Component, Level, Phase

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def span(key: str, starts_in: int = -1, ends_in: int | None = None) -> ImpactSpan:
    end = None if ends_in is None else NOW + ends_in * HOUR
    return ImpactSpan(
        component_id=key, level=Level.DEGRADED, start=NOW + starts_in * HOUR, end=end, word=key
    )


def event(phase: Phase, *spans: ImpactSpan) -> Event:
    return Event(
        id="1",
        title="Slow",
        phase=phase,
        start=NOW - HOUR,
        status="open",
        impact="minor",
        spans=spans,
    )


def test_only_the_impacts_that_go_on_of_what_is_open_are_present() -> None:
    told = [
        event(Phase.OPEN, span("begun"), span("ahead", 1), span("ended", -2, -1)),
        event(Phase.CLOSED, span("closed")),
        event(Phase.OPEN, span("begun too", -1, 1)),
    ]

    assert [each.component_id for each in present_spans(told, NOW)] == ["begun", "begun too"]


def test_impacts_stand_under_their_component_in_the_order_in_which_they_came() -> None:
    first, other, second = span("a"), span("b"), span("a", -2)

    assert spans_by_component([first, other, second]) == {"a": [first, second], "b": [other]}


def test_words_that_a_vocabulary_lacks_are_told_once_each() -> None:
    known = {"open": Level.DEGRADED}

    assert words_not_in(known, "open") == ()
    assert words_not_in(known, "odd", "open", "new", "odd") == ("odd", "new")


def test_an_end_is_past_from_its_instant_on_and_none_never_is() -> None:
    assert is_past(NOW, NOW)
    assert not is_past(NOW + timedelta(seconds=1), NOW)
    assert not is_past(None, NOW)


def test_components_are_in_the_positions_of_their_names() -> None:
    assert components_in_order({"b": "Mail", "a": "Web"}) == [
        Component(id="b", name="Mail", position=0),
        Component(id="a", name="Web", position=1),
    ]


def test_what_ended_at_the_moment_asked_for_or_goes_on_is_since_then() -> None:
    ended = replace(event(Phase.CLOSED), end=NOW - HOUR)
    going_on = replace(event(Phase.OPEN), start=NOW)

    assert events_since([ended, going_on], NOW - HOUR) == [ended, going_on]
    assert events_since([ended, going_on], NOW) == [going_on]
    assert first_start([going_on, ended]) == NOW - HOUR
    assert first_start([]) is None


def test_the_last_word_is_that_of_the_latest_post_and_never_before_the_start() -> None:
    posts = [Post(NOW, Says.OVER), Post(NOW - 2 * HOUR, Says.GOES_ON)]

    assert last_word(posts, NOW - HOUR) == NOW
    assert last_word(posts[1:], NOW - HOUR) == NOW - HOUR
    assert last_word([], NOW) == NOW
