"""Evidence from parts and events: the model's promises hold whatever the vendor wrote."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.days.classify import Options, derive
from monitor.intervals import Interval
from monitor.kit.events import (
    SILENT_AFTER,
    ComponentState,
    Event,
    ImpactSpan,
    component_ids_of,
    expire_stale,
    is_any_unattributed,
    phase_at,
    phase_by_end,
    recent_or_open,
    spans_for,
    unlisted,
)
from monitor.kit.evidence import MIN_DURATION, evidence, gap_before, gap_until_now, one_remark
from monitor.kit.messages import message, messages, posted_states
from monitor.kit.open_events import closed_since, dump_open
from monitor.kit.posts import Post, Says, closed_at, end_of, over_since, post_saying, posts_saying
from monitor.kit.prose import prose
from monitor.kit.protocol import PageContext
from monitor.kit.states import (
    components_of,
    current_states,
    in_trouble,
    words_of,
    worst_word,
    worst_words,
)
from monitor.model import (
    Basis,
    Component,
    KnownComponent,
    Level,
    PageFacts,
    Phase,
    PostedState,
    by_id,
)
from tests.damage import assert_sound

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
PAGE = PageContext(url="https://status.vendor.example/", now=NOW)
HOUR = timedelta(hours=1)

instants = st.datetimes(datetime(2026, 5, 18), datetime(2026, 5, 22), timezones=st.just(UTC))
levels = st.sampled_from([None, *Level])
spans = st.builds(
    ImpactSpan, component_id=st.sampled_from("abc"), level=levels, start=instants, end=st.none() | instants,
    word=st.none() | st.just("odd"), basis=st.sampled_from(Basis),
)  # fmt: skip
sent = st.builds(
    message,
    instants,
    st.sampled_from(["", "open"]),
    st.just("<b>t</b>"),
    key=st.none() | st.just("k"),
)
events = st.builds(
    Event, id=st.sampled_from("123"), title=st.just("t"), phase=st.sampled_from(Phase), start=instants,
    end=st.none() | instants, status=st.just("s"), impact=st.just("i"), spans=st.lists(spans, max_size=3).map(tuple),
    unattributed=st.booleans(), updates=st.lists(sent, max_size=3).map(tuple),
)  # fmt: skip
parts = st.builds(
    ComponentState,
    component=st.sampled_from("abc").map(lambda key: Component(id=key, name=key)),
    level=levels,
    word=st.just("w"),
)


def event(**changes: object) -> Event:
    whole = Event(
        id="1", title="Slow", phase=Phase.OPEN, start=NOW - HOUR, status="open", impact="minor"
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


@pytest.mark.slow
@given(
    told=st.lists(events, max_size=4),
    state=st.none() | st.lists(parts, max_size=4),
    since=st.none() | instants,
)
def test_whatever_was_told_the_evidence_is_sound(
    told: list[Event], state: list[ComponentState] | None, since: datetime | None
) -> None:
    assert_sound(evidence("x", PAGE, parts=state, events=told, since=since), PAGE)


@pytest.mark.slow
@given(told=st.lists(events, max_size=4))
def test_what_a_poll_remembers_the_next_one_reads_back(told: list[Event]) -> None:
    """All that was going on and is not listed any more has ended now; what never began was called
    off."""
    listed = {each.id: each for each in told}
    held = {key for key, each in listed.items() if each.phase in {Phase.OPEN, Phase.SCHEDULED}}
    later = replace(PAGE, cursor=dump_open(listed.values()), open_incidents=frozenset(held))
    over, withdrawn = closed_since(later, [])

    assert {each.id for each in over} | set(withdrawn) == held
    assert all(each.phase is Phase.CLOSED and each.end <= NOW for each in over)
    assert_sound(evidence("x", later, events=over, withdrawn=withdrawn), later)


def test_an_end_that_lies_ahead_is_no_end() -> None:
    told = event(spans=spans_for(["a"], Level.DEGRADED, NOW - HOUR, NOW + HOUR))

    (impact,) = evidence("x", PAGE, events=[told]).impacts
    assert (impact.end, impact.level, impact.word, impact.basis) == (
        None,
        None,
        "minor",
        Basis.INFERRED,
    )


def test_an_end_that_lies_ahead_of_what_is_over_is_told_as_it_is() -> None:
    """The store ends it at the reading that first said so; without an end it would go on."""
    told = event(
        phase=Phase.CLOSED,
        end=NOW + HOUR,
        spans=spans_for(["a"], Level.DEGRADED, NOW - HOUR, NOW + HOUR),
    )

    assert [impact.end for impact in evidence("x", PAGE, events=[told]).impacts] == [NOW + HOUR]


def test_what_nobody_planned_goes_on_though_it_is_dated_ahead_of_us() -> None:
    """An answer that does not change is not read again: nobody would notice when its beginning
    comes."""
    soon = NOW + timedelta(seconds=40)
    listed = event(
        phase=Phase.SCHEDULED,
        start=soon,
        spans=(ImpactSpan(component_id="a", level=Level.DEGRADED, start=soon),),
    )
    found = evidence("x", PAGE, events=[listed])
    planned = evidence("x", PAGE, events=[replace(listed, maintenance=True)])

    assert [(each.phase, each.started_at) for each in found.incidents] == [(Phase.OPEN, NOW)]
    assert [(each.level, each.start, each.end) for each in found.impacts] == [
        (Level.DEGRADED, NOW, None)
    ]
    assert [
        part.level for part in current_states([Component(id="a", name="a")], [listed], NOW)
    ] == [Level.DEGRADED]
    assert [each.phase for each in planned.incidents] == [Phase.SCHEDULED]
    assert planned.impacts == ()


def test_what_ended_as_it_began_counts_for_a_second() -> None:
    told = event(
        phase=Phase.CLOSED,
        end=NOW - HOUR,
        spans=spans_for(["a"], Level.DEGRADED, NOW - HOUR, NOW - HOUR),
    )

    (impact,) = evidence("x", PAGE, events=[told]).impacts
    assert impact.end == NOW - HOUR + MIN_DURATION


def test_what_its_vendor_calls_scheduled_has_not_begun_though_it_is_no_maintenance() -> None:
    soon = NOW + HOUR
    listed = event(phase=Phase.SCHEDULED, start=soon, planned=True)

    (told,) = evidence("x", PAGE, events=[listed]).incidents

    assert (told.phase, told.started_at, told.maintenance) == (Phase.SCHEDULED, soon, False)


def test_what_we_hold_as_open_and_is_not_listed_has_gone() -> None:
    page = replace(PAGE, open_incidents=frozenset({"1", "2"}))

    assert unlisted(page, [event(id="2"), event(id="3")]) == {"1"}
    assert unlisted(page, []) == {"1", "2"}
    assert unlisted(PAGE, [event(id="2")]) == frozenset()


@pytest.mark.parametrize("phase", [Phase.SCHEDULED, Phase.WITHDRAWN])
def test_what_is_announced_or_called_off_has_no_impact(phase: Phase) -> None:
    told = event(phase=phase, spans=spans_for(["a"], Level.MAINTENANCE, NOW - HOUR, NOW))

    assert evidence("x", PAGE, events=[told]).impacts == ()


def test_an_unknown_word_is_counted_and_is_no_level() -> None:
    part = ComponentState(component=Component(id="a", name="A"), level=None, word="wobbly")
    told = evidence(
        "x",
        PAGE,
        parts=[part],
        events=[event(spans=spans_for(["a"], None, NOW - HOUR, word="purple"))],
    )

    assert told.unknown_words == ("purple", "wobbly")
    assert [seen.level for seen in told.observed or ()] == [None]
    assert [(impact.level, impact.word) for impact in told.impacts] == [(None, "purple")]


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        ((Level.OPERATIONAL, None), None),
        ((None, Level.DEGRADED), Level.DEGRADED),
        ((Level.MAINTENANCE, Level.OPERATIONAL), Level.MAINTENANCE),
    ],
)
def test_of_a_component_told_twice_the_worse_state_counts_and_unknown_is_worse_than_green(
    states: tuple[Level | None, ...], worst: Level | None
) -> None:
    told = evidence(
        "x",
        PAGE,
        parts=[
            ComponentState(component=Component(id="a", name="A"), level=each, word="w")
            for each in states
        ],
    )

    assert [seen.level for seen in told.observed or ()] == [worst]


def test_the_time_of_an_event_that_does_not_say_what_it_hit_is_uncovered() -> None:
    told = event(phase=Phase.CLOSED, start=NOW - 3 * HOUR, end=NOW - 2 * HOUR, unattributed=True)
    covered = evidence("x", PAGE, events=[told], since=NOW - 9 * HOUR).coverage

    assert [(each.span.start, each.span.end) for each in covered] == [
        (NOW - 9 * HOUR, NOW - 3 * HOUR),
        (NOW - 2 * HOUR, NOW),
    ]


def test_a_mark_of_another_version_remembers_nothing() -> None:
    page = replace(PAGE, cursor='{"1": ["title"]}', open_incidents=frozenset({"1"}))

    assert closed_since(page, []) == ((), ("1",))


def levels_now(*going: Event) -> list[Level | None]:
    return [
        part.level
        for part in current_states([Component(id=key, name=key) for key in "ab"], going, NOW)
    ]


def test_what_no_event_names_is_operational_unless_one_is_vague() -> None:
    named = event(spans=spans_for(["a"], Level.DEGRADED, NOW - HOUR))

    assert levels_now() == [Level.OPERATIONAL, Level.OPERATIONAL]
    assert levels_now(named) == [Level.DEGRADED, Level.OPERATIONAL]
    assert levels_now(named, event(id="2", unattributed=True)) == [Level.DEGRADED, None]
    assert levels_now(replace(named, phase=Phase.CLOSED)) == [Level.OPERATIONAL, Level.OPERATIONAL]
    assert levels_now(event(spans=spans_for(["a"], None, NOW - HOUR, word="odd"))) == [
        None,
        Level.OPERATIONAL,
    ]


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "phase"),
    [
        (1, None, Phase.SCHEDULED),
        (1, 2, Phase.SCHEDULED),
        (0, None, Phase.OPEN),
        (-1, 1, Phase.OPEN),
        (-1, 0, Phase.CLOSED),
    ],
)
def test_what_has_no_state_of_its_own_is_in_the_phase_that_its_dates_say(
    starts_in: int, ends_in: int | None, phase: Phase
) -> None:
    end = None if ends_in is None else NOW + ends_in * HOUR

    assert phase_at(NOW + starts_in * HOUR, end, NOW) is phase


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "goes_on"),
    [(0, None, True), (-1, 1, True), (-1, 0, False), (1, None, False)],
)
def test_a_span_goes_on_from_its_start_until_just_before_its_end(
    starts_in: int, ends_in: int | None, *, goes_on: bool
) -> None:
    end = None if ends_in is None else NOW + ends_in * HOUR
    span = ImpactSpan(component_id="a", level=Level.DEGRADED, start=NOW + starts_in * HOUR, end=end)

    assert span.goes_on(NOW) is goes_on


def test_only_what_goes_on_can_hit_what_it_does_not_say() -> None:
    event = Event(
        id="1", title="t", phase=Phase.OPEN, start=NOW, status="s", impact="i", unattributed=True
    )

    assert is_any_unattributed([event])
    assert not is_any_unattributed(
        [replace(event, phase=Phase.CLOSED), replace(event, unattributed=False)]
    )


def test_an_event_nobody_speaks_of_any_more_is_listed_and_not_rated_for_ever() -> None:
    """It began 30 days ago, and the last word of it is 20 days old: 13 days of the outage are not
    known to be one."""
    told = event(
        start=NOW - timedelta(days=30),
        spans=spans_for(["a"], Level.MAJOR_OUTAGE, NOW - timedelta(days=30)),
    )
    quiet = expire_stale(told, NOW - timedelta(days=20), NOW)
    piece = evidence("x", PAGE, events=[quiet])

    assert levels_now(quiet) == [None, Level.OPERATIONAL]
    assert [(impact.word, impact.start, impact.end) for impact in piece.impacts] == [
        ("critical", NOW - timedelta(days=30), NOW - timedelta(days=13)),
        (None, NOW - timedelta(days=13), None),
    ]
    assert piece.incidents[0].status == "open, silent since 2026-04-30"
    assert expire_stale(told, NOW - SILENT_AFTER, NOW) == told


def test_what_was_inferred_of_an_event_counts_until_it_fell_silent() -> None:
    """Beside a declared state, what is inferred of the same event would count for nothing, and its
    days be green."""
    start = NOW - timedelta(days=30)
    told = event(start=start, spans=spans_for(["a"], Level.MAJOR_OUTAGE, start))
    piece = evidence(
        "x",
        PAGE,
        events=[expire_stale(told, NOW - timedelta(days=20), NOW)],
        since=NOW - timedelta(days=40),
    )
    known = KnownComponent(component=Component(id="a", name="A"), slug="a", first_seen_at=start)
    facts = PageFacts(components=(known,), impacts=piece.impacts, coverage=piece.coverage)
    today = NOW.date()
    days = derive(
        facts, Options(zone=UTC), first=today - timedelta(days=40), last=today, now=NOW
    ).components["a"]

    levels = [days.day(today - timedelta(days=ago)).level for ago in (35, 20, 10)]
    assert levels == [Level.OPERATIONAL, Level.MAJOR_OUTAGE, None]


@given(told=events, spoke=instants)
def test_a_silenced_event_makes_sound_evidence(told: Event, spoke: datetime) -> None:
    later = replace(PAGE, now=NOW + timedelta(days=30))

    assert_sound(evidence("x", later, events=[expire_stale(told, spoke, later.now)]), later)


def test_what_was_asked_for_and_is_older_than_the_record_is_a_gap() -> None:
    (piece,) = gap_before(
        "x", PAGE, NOW - timedelta(days=9), NOW - timedelta(days=2), "no older ones are listed"
    )

    assert [(gap.what, gap.reason) for gap in piece.gaps] == [
        ("impacts 2026-05-11..2026-05-17", "truncated")
    ]
    assert (
        list(gap_before("x", PAGE, NOW - timedelta(days=2), NOW - timedelta(days=9), "nothing"))
        == []
    )


def test_of_a_source_that_keeps_nothing_all_that_was_asked_for_is_a_gap() -> None:
    piece = gap_until_now("x", PAGE, NOW - timedelta(days=9), "nothing is kept")

    assert [(gap.what, gap.reason, gap.message) for gap in piece.gaps] == [
        ("days 2026-05-11..2026-05-20", "truncated", "nothing is kept")
    ]


def test_a_poll_does_not_tell_again_what_ended_long_ago() -> None:
    old = event(phase=Phase.CLOSED, start=NOW - timedelta(days=5), end=NOW - timedelta(days=4))
    told = [
        event(id="open"),
        replace(old, id="old"),
        replace(old, id="new", end=NOW - HOUR),
        replace(old, id="held"),
    ]

    assert [
        each.id for each in recent_or_open(told, replace(PAGE, open_incidents=frozenset({"held"})))
    ] == [
        "open",
        "new",
        "held",
    ]


def test_what_ended_before_the_time_that_is_spoken_for_is_left_out() -> None:
    """Before it only what was bad would be known, and every known day would be bad. What lasts into
    it stays."""
    ends = (NOW - 5 * HOUR, NOW - 4 * HOUR, NOW - 3 * HOUR, None)
    told = [
        event(
            id=str(number),
            phase=Phase.CLOSED if end else Phase.OPEN,
            start=NOW - 6 * HOUR,
            end=end,
            spans=spans_for(["a"], Level.DEGRADED, NOW - 6 * HOUR, end),
        )
        for number, end in enumerate(ends)
    ]
    known = evidence("x", PAGE, events=told, since=NOW - 4 * HOUR)

    assert [incident.id for incident in known.incidents] == ["2", "3"]
    assert [impact.incident_id for impact in known.impacts] == ["2", "3"]


def test_messages_become_those_of_their_event_oldest_first() -> None:
    told = event(updates=(message(NOW, "over", "Fine."), message(NOW - HOUR, "open", key="m1")))

    first, second = evidence("x", PAGE, events=[told]).updates
    assert (first.incident_id, first.key, first.status) == ("1", "m1", "open")
    assert (second.incident_id, second.key, second.text) == (
        "1",
        "2026-05-20T12:00:00+00:00 over",
        "Fine.",
    )


def test_messages_of_one_moment_and_status_are_told_apart() -> None:
    told = event(updates=(message(NOW, "open", "One."), message(NOW, "open", "Two.")))

    keys = [each.key for each in evidence("x", PAGE, events=[told]).updates]
    assert keys == ["2026-05-20T12:00:00+00:00 open", "2026-05-20T12:00:00+00:00 open 2"]


def test_what_is_told_whole_since_a_moment_is_a_list_since_then() -> None:
    assert evidence("x", PAGE, events=[event()], since=NOW - HOUR).lists == Interval(
        NOW - HOUR, NOW
    )
    assert evidence("x", PAGE, events=[event()]).lists is None


def test_messages_are_read_from_a_vendors_list_and_what_is_none_is_left_out() -> None:
    told = [
        {
            "id": 7,
            "date": "2026-05-20T11:00:00Z",
            "state": "open",
            "body": "We look.",
            "hit": [{"c": "api", "s": "Down"}],
        },
        {"id": 8, "date": "yesterday", "state": "open", "body": "No time."},
        "no message",
        {
            "date": "2026-05-20T12:00:00Z",
            "hit": [{"c": None, "s": "down"}, "x", {"c": "web", "s": "odd"}],
        },
    ]

    def hit(update: dict[str, object]) -> object:
        return posted_states(update.get("hit"), {"down": Level.MAJOR_OUTAGE}, key="c", state="s")

    first, second = messages(told, at="date", status="state", text="body", states=hit)  # type: ignore[arg-type]
    assert (first.key, first.at, first.status, first.text) == ("7", NOW - HOUR, "open", "We look.")
    assert first.states == (PostedState(component_id="api", level=Level.MAJOR_OUTAGE, word="down"),)
    assert (second.status, second.states) == (
        "",
        (PostedState(component_id="web", level=None, word="odd"),),
    )


@pytest.mark.slow
@given(
    told=st.lists(
        st.dictionaries(
            st.sampled_from(["id", "at", "status", "message"]), st.text() | st.integers()
        )
    )
)
def test_no_list_of_messages_fails_an_answer(told: list[dict[str, object]]) -> None:
    assert all(each.at.tzinfo is UTC for each in messages(told, at="at"))


def test_the_word_of_an_event_is_that_of_its_worst_span() -> None:
    words = {"down": Level.MAJOR_OUTAGE, "broken": Level.MAJOR_OUTAGE, "slow": Level.DEGRADED}
    spans = [
        ImpactSpan(component_id="a", level=words.get(word), start=NOW, word=word)
        for word in ("slow", "down", "broken", "odd")
    ]

    assert worst_word(spans) == worst_word(spans[::-1]) == "down"
    assert worst_word(spans[-1:]) is None


def test_states_are_in_trouble_unless_they_are_known_to_be_operational() -> None:
    states = []
    for key, level in (("a", Level.OPERATIONAL), ("b", Level.DEGRADED), ("c", None)):
        states.append(ComponentState(component=Component(id=key, name=key), level=level))

    assert in_trouble(states) == states[1:]
    assert components_of(states[:1]) == [Component(id="a", name="a")]


def test_the_words_of_states_are_told_once_and_what_has_none_is_left_out() -> None:
    spans = [
        ImpactSpan(component_id="a", level=None, start=NOW, word=word)
        for word in ("slow", None, "down", "slow")
    ]

    assert words_of(spans) == ["slow", "down"]


@given(st.lists(events))
def test_of_events_of_one_id_the_last_counts_in_the_place_of_the_first(told: list[Event]) -> None:
    latest = by_id(told)

    assert list(latest) == list(dict.fromkeys(event.id for event in told))
    for key, event in latest.items():
        assert event is next(each for each in reversed(told) if each.id == key)


def test_of_several_words_of_one_id_the_worst_counts_wherever_it_stands() -> None:
    levels = {"well": Level.OPERATIONAL, "slow": Level.DEGRADED, "down": Level.MAJOR_OUTAGE}
    said = [
        ("a", "slow"),
        ("a", "down"),
        ("a", "well"),
        ("b", "odd"),
        ("b", "well"),
        ("c", "odd"),
        ("c", "slow"),
    ]

    assert (
        worst_words(said, levels)
        == worst_words(said[::-1], levels)
        == {"a": "down", "b": "odd", "c": "slow"}
    )


# ------------------------------------------------------------------------------------------- when
# an event was over

says = st.sampled_from(Says)
posts = st.lists(st.builds(Post, at=instants, says=says), max_size=8)
silent = st.lists(
    st.builds(Post, at=instants, says=st.sampled_from([Says.REVIEW, Says.UNCLEAR])), max_size=4
)


def said(*written: str) -> list[Post]:
    """Return posts from texts such as "3 over": an hour of the day before, and what is said."""
    return [
        Post(NOW - 24 * HOUR + int(hour) * HOUR, Says(what))
        for hour, _, what in (each.partition(" ") for each in written)
    ]


def hour(at: datetime | None) -> float | None:
    return None if at is None else (at - (NOW - 24 * HOUR)) / HOUR


@pytest.mark.parametrize(
    ("written", "ended_at"),
    [
        ((), None),
        (("1 goes on",), None),
        (("1 goes on", "2 over"), 2),
        (("1 goes on", "2 over", "3 over"), 2),
        (("1 goes on", "2 over", "20 review", "21 unclear"), 2),
        (("1 goes on", "2 over", "3 goes on"), None),
        (("1 goes on", "2 over", "3 goes on", "4 over", "20 review"), 4),
        (("2 goes on", "2 over"), 2),
        (("5 over",), 5),
        (("20 review",), None),
    ],
)
def test_an_event_is_over_since_the_post_that_says_so(
    written: tuple[str, ...], ended_at: float | None
) -> None:
    assert hour(over_since(said(*written))) == ended_at


@pytest.mark.slow
@given(posts=posts, others=silent, data=st.data())
def test_neither_the_order_of_posts_nor_what_is_no_state_moves_an_end(
    posts: list[Post], others: list[Post], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations([*posts, *others]))

    assert over_since(mixed) == over_since(posts)


@given(posts=posts)
def test_nothing_goes_on_after_an_end(posts: list[Post]) -> None:
    end = over_since(posts)

    assert end is None or (
        Post(end, Says.OVER) in posts
        and all(post.at <= end for post in posts if post.says is Says.GOES_ON)
    )


@given(posts=posts, later=st.integers(min_value=1, max_value=9))
def test_an_event_that_is_reopened_goes_on_until_it_is_over_again(
    posts: list[Post], later: int
) -> None:
    last = max((post.at for post in posts), default=NOW)
    reopened = [*posts, Post(last + later * HOUR, Says.GOES_ON)]

    assert over_since(reopened) is None
    assert (
        over_since([*reopened, Post(last + 2 * later * HOUR, Says.OVER)]) == last + 2 * later * HOUR
    )


@given(posts=posts, start=instants, end=st.none() | instants, over=st.booleans())
def test_no_post_that_says_an_event_goes_on_is_after_its_end(
    posts: list[Post], start: datetime, end: datetime | None, *, over: bool
) -> None:
    ends = closed_at(posts, start), end_of(posts, end, start, over=over)
    going = [post.at for post in posts if post.says is Says.GOES_ON]

    assert all(
        found is None or (found >= start and all(at <= found for at in going)) for found in ends
    )
    assert end_of(posts, end, start, over=True) is not None


@pytest.mark.parametrize(
    ("written", "stated", "over", "ended_at"),
    [
        (("1 goes on", "4 over"), 3, True, 3),
        (("1 goes on", "4 over", "20 review"), None, True, 4),
        (("1 goes on", "4 goes on", "5 over"), 3, True, 5),
        (("1 goes on", "4 goes on"), 3, True, 4),
        (("1 goes on", "4 goes on"), 3, False, None),
        (("1 goes on",), 3, False, 3),
        (("1 goes on",), None, False, None),
        (("20 review",), None, True, 0),
    ],
)
def test_a_stated_end_counts_unless_it_is_posted_later_that_it_goes_on(
    written: tuple[str, ...], stated: float | None, *, over: bool, ended_at: float | None
) -> None:
    begun = NOW - 24 * HOUR
    end = None if stated is None else begun + stated * HOUR

    assert hour(end_of(said(*written), end, begun, over=over)) == ended_at


def test_without_a_word_for_its_end_an_event_ended_with_its_last_post_that_is_no_review() -> None:
    begun = NOW - 24 * HOUR

    assert hour(closed_at(said("1 goes on", "3 unclear", "20 review"), begun)) == 3
    assert hour(closed_at(said("20 review"), begun, begun + 2 * HOUR)) == 2
    assert hour(closed_at([], begun)) == 0


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Some users cannot upload files. We are investigating.", Says.GOES_ON),
        (
            "We believe this is resolved for some of you and are monitoring the results.",
            Says.GOES_ON,
        ),
        ("We will post an update once this is resolved.", Says.GOES_ON),
        ("A change appears to have resolved the issue.", Says.GOES_ON),
        ("Uploads are failing again.", Says.GOES_ON),
        ("Uploads are restored for everybody. Thank you again for your patience.", Says.OVER),
        ("We've fixed the upload problem, and all is working as expected.", Says.OVER),
        ("Issue summary: uploads failed for an hour. We are working on better tests.", Says.REVIEW),
        ("Post-mortem of the failed uploads", Says.REVIEW),
        ("From 9:10 AM until 11:40 AM some of our users could not upload files.", Says.REVIEW),
        ("We have some news about uploads.", Says.UNCLEAR),
        ("", Says.UNCLEAR),
    ],
)
def test_prose_tells_what_goes_on_what_is_over_and_what_is_a_review(text: str, meant: Says) -> None:
    assert prose(text) is meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("open", Says.GOES_ON),
        ("done", Says.OVER),
        ("called off", Says.OVER),
        ("planned", Says.UNCLEAR),
        ("Postmortem", Says.REVIEW),
        ("odd", Says.UNCLEAR),
    ],
)
def test_a_word_for_a_state_says_what_the_vendor_means_by_it(word: str, meant: Says) -> None:
    phases = {
        "open": Phase.OPEN,
        "done": Phase.CLOSED,
        "called off": Phase.WITHDRAWN,
        "planned": Phase.SCHEDULED,
    }

    assert post_saying(NOW, word, phases) == Post(NOW, meant)
    assert list(posts_saying([(NOW, word)], phases)) == [Post(NOW, meant)]


def test_what_is_named_twice_is_one_component_where_it_was_named_first() -> None:
    spans = spans_for(["b", "a"], Level.DEGRADED, NOW)
    others = spans_for(["a", "c"], Level.DEGRADED, NOW)
    assert component_ids_of([*spans, *others]) == ["b", "a", "c"]


def test_what_has_begun_is_open_until_its_end_has_come() -> None:
    assert phase_by_end(None, NOW) is Phase.OPEN
    assert phase_by_end(NOW + HOUR, NOW) is Phase.OPEN
    assert phase_by_end(NOW, NOW) is Phase.CLOSED


def test_several_remarks_are_one_and_none_is_none() -> None:
    assert one_remark(["a", None, "b"]) == "a; b"
    assert one_remark([None]) is None
