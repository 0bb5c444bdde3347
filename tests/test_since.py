"""Since when an outage goes on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from test_classify import DEGRADED, MAJOR, PARTIAL, at, impact, known, run

from monitor.days.classify import Options
from monitor.days.since import DAYS, Since, outage_since
from monitor.model import PageFacts

OPTIONS = Options(zone=UTC)
NOW = at(20)


def facts(*, impacts=(), runs=(), components=("a", "b")) -> PageFacts:
    return PageFacts(
        components=tuple(map(known, components)), impacts=tuple(impacts), runs=tuple(runs)
    )


def since(found: PageFacts, **options) -> Since:
    return outage_since(found, replace(OPTIONS, **options), NOW)


def test_an_open_incident_goes_on_since_its_state_was_posted() -> None:
    found = facts(impacts=[impact(14.5, None)], runs=[run(16, 20, PARTIAL)])

    assert since(found) == Since(at(14.5), {"a": at(14.5)})


def test_what_polls_alone_saw_goes_on_since_it_was_first_seen() -> None:
    assert since(facts(runs=[run(1, 15, None), run(15, 20, MAJOR)])) == Since(at(15), {"a": at(15)})


def test_an_outage_of_another_grade_is_the_same_outage() -> None:
    found = facts(
        impacts=[impact(10, 12, MAJOR), impact(12, None, PARTIAL)], runs=[run(1, 20, PARTIAL)]
    )

    assert since(found).vendor == at(1)
    assert since(replace(found, runs=(run(13, 20, PARTIAL),))).vendor == at(10)


def test_what_is_not_an_outage_or_is_over_is_none() -> None:
    well = run(19, 20, DEGRADED)

    assert since(facts(runs=[run(10, 20, DEGRADED)])) == Since()
    assert since(facts(impacts=[impact(10, 19)], runs=[run(10, 19, PARTIAL), well])) == Since()
    assert since(facts()) == Since()


def test_a_break_of_a_poll_interval_is_none_and_a_longer_one_is() -> None:
    minutes = 1 / 60
    seen = [run(10, 15, PARTIAL), run(15 + 4 * minutes, 20, PARTIAL)]

    assert since(facts(runs=seen)).vendor == at(10)
    assert since(facts(runs=[seen[0], run(15.5, 20, PARTIAL)])).vendor == at(15.5)


def test_a_vendors_goes_on_over_components_that_follow_each_other_and_leaves_out_what_does_not_count() -> (
    None
):
    one, other = run(10, 15, PARTIAL), run(14, 20, MAJOR, component="b")

    assert since(facts(runs=[one, run(15, 20, DEGRADED), other])) == Since(at(10), {"b": at(14)})
    assert since(facts(runs=[one, other]), exclude=frozenset({"a"})) == Since(at(14), {"b": at(14)})
    assert since(facts(runs=[one, other]), exclude=frozenset({"b"})).vendor is None


def test_a_page_that_is_not_read_any_more_says_what_it_said_last() -> None:
    assert outage_since(
        facts(runs=[run(10, 15, PARTIAL)]), OPTIONS, NOW + timedelta(days=2)
    ).vendor == at(10)


def test_a_very_long_one_is_followed_back_for_a_month() -> None:
    long = replace(impact(0, None), start=NOW - timedelta(days=80))
    first = NOW.date() - timedelta(days=DAYS - 1)

    assert since(facts(impacts=[long], runs=[run(1, 20, PARTIAL)])).vendor == datetime.combine(
        first, at(0).timetz()
    )


hours = st.integers(0, 19)


@given(st.lists(st.tuples(hours, hours, st.sampled_from([DEGRADED, PARTIAL, MAJOR])), max_size=6))
def test_it_is_a_moment_at_which_an_outage_began_and_none_is_said_of_what_is_well(given) -> None:
    impacts = [
        impact(min(a, b), max(a, b) + 1, level, incident_id=f"i{n}")
        for n, (a, b, level) in enumerate(given)
    ]
    found = since(facts(impacts=impacts, runs=[run(0, 20, None)])).vendor
    bad = {
        hour
        for each in impacts
        for hour in range(20)
        if each.level.is_outage and each.start <= at(hour) < each.end
    }

    assert (found is not None) == (19 in bad)
    if found is not None:
        begun = (found - at(0)).total_seconds() / 3600
        assert set(range(int(begun), 20)) <= bad
        assert begun == 0 or int(begun) - 1 not in bad
