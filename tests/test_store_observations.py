"""Observed states in the store: prolonged, ended, begun anew."""

from dataclasses import replace
from datetime import timedelta

from monitor.model import (
    Level,
    Observation,
)
from tests.store_support import (
    HOUR,
    MINUTE,
    NOW,
    evidence,
    observed,
    poll,
    rows,
    save,
)

OK, DEGRADED, MAJOR = Level.OPERATIONAL, Level.DEGRADED, Level.MAJOR_OUTAGE


def runs(store, page, **how):
    found = store.facts(page.id, **how).runs
    return [
        (run.component_id, run.level, run.span.start - NOW, run.span.end - NOW) for run in found
    ]


def test_a_steady_state_is_one_run(store, page):
    for n in range(5):
        save(store, page, observed(NOW + n * 5 * MINUTE, api=OK))

    assert rows(store, "observed_run") == 1
    assert runs(store, page) == [("api", OK, 0 * MINUTE, 20 * MINUTE)]


def test_a_state_holds_until_the_reading_that_shows_another(store, page):
    for n, level in enumerate([OK, OK, MAJOR, MAJOR, DEGRADED]):
        save(store, page, observed(NOW + n * 5 * MINUTE, api=level, web=OK))

    api = [run for run in runs(store, page) if run[0] == "api"]
    assert api == [
        ("api", OK, 0 * MINUTE, 10 * MINUTE),
        ("api", MAJOR, 10 * MINUTE, 20 * MINUTE),
        ("api", DEGRADED, 20 * MINUTE - timedelta(seconds=1), 20 * MINUTE),
    ]
    assert store.current(page.id).levels == {"api": DEGRADED, "web": OK}


def test_a_silence_is_in_no_run(store, page):
    for minutes in (0, 10, 60, 70):
        save(store, page, observed(NOW + minutes * MINUTE, api=OK))

    assert runs(store, page) == [
        ("api", OK, 0 * MINUTE, 10 * MINUTE),
        ("api", OK, 60 * MINUTE, 70 * MINUTE),
    ]


def test_single_readings_between_silences_leave_no_runs_behind(store, page):
    for hours in range(4):
        save(store, page, observed(NOW + hours * HOUR, api=OK))

    assert runs(store, page) == []
    assert rows(store, "observed_run") == 1
    assert store.current(page.id).levels == {"api": OK}


def test_a_component_not_listed_any_more_is_observed_until_then(store, page):
    save(store, page, observed(NOW, api=OK, web=MAJOR))
    save(store, page, observed(NOW + 5 * MINUTE, api=OK))
    save(store, page, observed(NOW + 10 * MINUTE, api=OK))

    assert ("web", MAJOR, 0 * MINUTE, 5 * MINUTE) in runs(store, page)
    assert store.current(page.id).levels == {"api": OK}


def test_a_reading_older_than_the_last_is_no_observation(store, page):
    save(store, page, observed(NOW, api=OK))
    late = save(store, page, observed(NOW - 5 * MINUTE, api=MAJOR), now=NOW)

    assert late.left_out
    assert store.current(page.id).levels == {"api": OK}
    assert store.pages()[0].observed_until == NOW


def test_two_readings_at_one_instant_keep_the_second(store, page):
    save(store, page, observed(NOW, api=OK))
    save(store, page, observed(NOW, api=MAJOR))
    save(store, page, observed(NOW + 5 * MINUTE, api=MAJOR))

    assert runs(store, page) == [("api", MAJOR, 0 * MINUTE, 5 * MINUTE)]


def test_an_unknown_word_is_a_run_without_a_level(store, page):
    odd = evidence(
        observed=(Observation(component_id="api", level=None, word="wobbly"),),
        unknown_words=("wobbly",),
    )
    save(store, page, odd)
    save(store, page, replace(odd, read_at=NOW + 5 * MINUTE))

    assert runs(store, page) == [("api", None, 0 * MINUTE, 5 * MINUTE)]
    (word,) = store.unknown_words(page.id)
    assert (word.word, word.count, word.first_seen_at, word.last_seen_at) == (
        "wobbly",
        2,
        NOW,
        NOW + 5 * MINUTE,
    )


def test_runs_end_at_the_moment_of_knowledge(store, page):
    for n in range(4):
        save(store, page, observed(NOW + n * 5 * MINUTE, api=MAJOR if n == 2 else OK))

    assert runs(store, page, known_at=NOW + 7 * MINUTE) == [("api", OK, 0 * MINUTE, 7 * MINUTE)]


def test_that_a_state_goes_on_is_no_change(store, page):
    save(store, page, observed(NOW, api=OK))
    version = store.pages()[0].version
    changes = save(store, page, observed(NOW + 5 * MINUTE, api=OK))

    assert not changes
    assert store.pages()[0].version == version
    assert store.pages()[0].observed_until == NOW + 5 * MINUTE


def test_an_unchanged_poll_prolongs_the_observation(store, page):
    save(store, page, observed(NOW, api=OK))
    store.record_polls([poll(page, NOW + n * 10 * MINUTE) for n in (1, 2)])

    assert runs(store, page) == [("api", OK, 0 * MINUTE, 20 * MINUTE)]


def test_an_unchanged_poll_after_a_silence_starts_the_observation_anew(store, page):
    save(store, page, observed(NOW, api=MAJOR))
    store.record_polls([poll(page, NOW + n * MINUTE) for n in (10, 60, 65)])

    assert runs(store, page) == [
        ("api", MAJOR, 0 * MINUTE, 10 * MINUTE),
        ("api", MAJOR, 60 * MINUTE, 65 * MINUTE),
    ]


def test_a_failed_poll_prolongs_nothing(store, page):
    save(store, page, observed(NOW, api=OK))
    store.record_polls([poll(page, NOW + 5 * MINUTE, "failed", reason="timeout")])

    assert runs(store, page) == []
