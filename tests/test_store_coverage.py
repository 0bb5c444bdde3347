"""Bars and coverage in the store."""

from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Bar,
    Coverage,
    Level,
    PageFacts,
    ReportedUptime,
)
from monitor.store import Body
from tests.store_support import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    add_page,
    evidence,
    impact,
    incident,
    rows,
    save,
)

OK, DEGRADED, MAJOR = Level.OPERATIONAL, Level.DEGRADED, Level.MAJOR_OUTAGE


def bar(day: int, partial: int = 0, major: int = 0, **changes):
    values = {"component_id": "api", "day": date(2026, 5, day), "source": "acme.summary"}
    return Bar(**(values | {"partial_seconds": partial, "major_seconds": major} | changes))


def bar_cover(first: datetime, last: datetime, **changes):
    return Coverage(
        **(
            {
                "span": Interval(first, last),
                "aspect": Aspect.BARS,
                "component_id": "api",
                "complete": True,
            }
            | changes
        )
    )


def test_bars_edited_by_hand_are_readable_before_and_after(store, page):
    cover = bar_cover(NOW - 10 * DAY, NOW)
    save(store, page, evidence(bars=(bar(14, 60), bar(15, 0, 120), bar(16, 30)), coverage=(cover,)))
    changes = save(
        store, page, evidence(NOW + HOUR, bars=(bar(14, 60), bar(15, 0, 90)), coverage=(cover,))
    )

    assert set(store.facts(page.id).bars) == {bar(14, 60), bar(15, 0, 90)}
    assert set(store.facts(page.id, known_at=NOW).bars) == {
        bar(14, 60),
        bar(15, 0, 120),
        bar(16, 30),
    }
    assert changes.affected_since == datetime(2026, 5, 15, tzinfo=UTC)


def test_bars_outside_a_complete_span_or_of_others_stay(store, page):
    other, early = bar(15, 9, component_id="web"), bar(10, 9)
    save(store, page, evidence(bars=(early, bar(15, 9), other)))
    start = datetime(2026, 5, 11, tzinfo=UTC)
    save(store, page, evidence(coverage=(bar_cover(start, NOW),)), now=NOW + HOUR)

    assert set(store.facts(page.id).bars) == {early, other}


def test_a_bars_day_is_a_day_of_the_pages_zone(store):
    page = add_page(store, zone="Asia/Tokyo")
    save(store, page, evidence(bars=(bar(14, 9), bar(15, 9), bar(16, 9))))
    tokyo_15 = datetime(2026, 5, 14, 15, tzinfo=UTC)
    changes = save(
        store, page, evidence(coverage=(bar_cover(tokyo_15, tokyo_15 + DAY),)), now=NOW + HOUR
    )

    assert set(store.facts(page.id).bars) == {bar(14, 9), bar(16, 9)}
    assert changes.affected_since == tokyo_15


def test_a_bar_without_seconds_or_incidents_is_no_row(store, page):
    save(store, page, evidence(bars=(bar(14, 60), bar(15))))
    save(store, page, evidence(bars=(bar(14),)), now=NOW + HOUR)

    assert store.facts(page.id).bars == ()


def spans(store, page, **how):
    return [cover.span for cover in store.facts(page.id, **how).coverage]


def said_for(read_at, start, end, **changes):
    return evidence(
        read_at, coverage=(Coverage(span=Interval(start, end), aspect=Aspect.IMPACTS),), **changes
    )


def test_coverage_only_grows(store, page):
    save(store, page, said_for(NOW, NOW - 5 * DAY, NOW))
    inside = save(store, page, said_for(NOW + HOUR, NOW - 3 * DAY, NOW - DAY))
    assert not inside

    wider = save(store, page, said_for(NOW + HOUR, NOW - 9 * DAY, NOW))

    assert spans(store, page) == [Interval(NOW - 9 * DAY, NOW)]
    assert spans(store, page, known_at=NOW) == [Interval(NOW - 5 * DAY, NOW)]
    assert wider.affected_since == NOW - 9 * DAY


def test_coverage_inside_the_union_of_several_spans_is_known_already(store, page):
    save(store, page, said_for(NOW, NOW - 5 * DAY, NOW - 2 * DAY))
    save(store, page, said_for(NOW, NOW - 2 * DAY, NOW))

    assert not save(store, page, said_for(NOW, NOW - 4 * DAY, NOW - DAY))


def test_coverage_that_polls_prolong_stays_one_row_and_was_shorter_before(store, page):
    for n in range(10):
        at = NOW + n * 5 * MINUTE
        save(store, page, said_for(at, NOW - DAY, at))

    assert rows(store, "coverage") == 1
    assert spans(store, page) == [Interval(NOW - DAY, NOW + 45 * MINUTE)]
    assert spans(store, page, known_at=NOW + 20 * MINUTE) == [
        Interval(NOW - DAY, NOW + 20 * MINUTE)
    ]


def test_coverage_that_polls_prolong_is_no_change(store, page):
    save(store, page, said_for(NOW, NOW - DAY, NOW))
    version = store.pages()[0].version

    assert not save(store, page, said_for(NOW + 5 * MINUTE, NOW - DAY, NOW + 5 * MINUTE))
    assert store.pages()[0].version == version


def test_coverage_after_a_silence_was_not_known_during_it(store, page):
    save(store, page, said_for(NOW, NOW - DAY, NOW))
    save(store, page, said_for(NOW + 5 * HOUR, NOW - DAY, NOW + 5 * HOUR))

    assert spans(store, page) == [Interval(NOW - DAY, NOW + 5 * HOUR)]
    assert spans(store, page, known_at=NOW + 3 * HOUR) == [Interval(NOW - DAY, NOW)]


def test_a_changed_uptime_figure_keeps_the_one_before(store, page):
    figure = ReportedUptime(component_id="api", window_days=90, ratio=0.9991)
    save(store, page, evidence(reported=(figure,)))
    save(store, page, evidence(NOW + DAY, reported=(replace(figure, ratio=0.9987),)))

    assert store.facts(page.id).reported == (replace(figure, ratio=0.9987),)
    assert store.facts(page.id, known_at=NOW).reported == (figure,)


def test_the_vendors_own_record_is_that_part_of_the_facts(store, page):
    since, day = NOW - 10 * DAY, (NOW - 10 * DAY).date()
    cover = bar_cover(NOW - 30 * DAY, NOW)
    impacts = Coverage(span=cover.span, aspect=Aspect.IMPACTS)
    bars = [bar(day.day, 60), bar(2, 60)]
    figure = ReportedUptime(component_id=None, window_days=90, ratio=0.9991)
    said = evidence(
        bars=tuple(bars),
        impacts=(impact(NOW - HOUR),),
        coverage=(cover, impacts),
        reported=(figure,),
    )
    save(store, page, said)

    facts, published = store.facts(page.id, since=since), store.published(page.id, day)
    assert published.bars == facts.bars == (bars[0],)
    assert (
        published.coverage
        == tuple(each for each in facts.coverage if each.aspect is Aspect.BARS)
        != ()
    )
    assert published.reported == facts.reported == (figure,)
    assert published == PageFacts(
        bars=published.bars, coverage=published.coverage, reported=published.reported
    )


def test_a_database_has_a_size_that_grows(store, page):
    before = store.size_bytes()
    store.keep_snapshots([Body(Random(1).randbytes(1_000_000), "text/html")], now=NOW)

    assert before > 0
    assert store.size_bytes() > before


def test_facts_since_leave_out_what_ended_before(store, page):
    day, long_ago = NOW - DAY, NOW - 9 * DAY
    over, going_on = impact(long_ago, long_ago + HOUR, incident_id=None), impact(long_ago, None)
    incidents = (incident("old", started_at=long_ago, resolved_at=long_ago + HOUR), incident("new"))
    covers = tuple(
        Coverage(span=Interval(start, start + HOUR), aspect=Aspect.IMPACTS)
        for start in (long_ago, day + HOUR)
    )
    parts = {
        "impacts": (over, going_on),
        "incidents": incidents,
        "coverage": covers,
        "bars": (bar(14, 9), bar(21, 9)),
    }
    save(store, page, evidence(**parts))

    facts = store.facts(page.id, since=day)
    assert facts.impacts == (going_on,)
    assert [each.id for each in facts.incidents] == ["new"]
    assert [cover.span.start for cover in facts.coverage] == [day + HOUR]
    assert facts.bars == (bar(21, 9),)
