"""Days on which there was no such component: they are in no figure, and look like no gap."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.report import markdown_lines, record_json, remarks, sentence, terminal_parts
from exporters.report.terminal import legend
from monitor.answers import Record, ReportQuery, record
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.lives import vendor_life
from monitor.model import (
    ALWAYS,
    Absence,
    Aspect,
    Confidence,
    Coverage,
    DayRun,
    History,
    Life,
    Window,
)
from monitor.ratios import figures
from monitor.store import Store
from tests.store_support import add_page, component, evidence, save

START = datetime(2026, 5, 5, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = START + 10 * DAY
ACME = VendorConfig(slug="acme", name="Acme", url="https://status.acme.example/")
API, NEW = component(), component("new", "New")


def may(day: int) -> date:
    return date(2026, 5, day)


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


def cover(first: int, last: int, component_id: str | None = None) -> Coverage:
    span = Interval(START + first * DAY, START + last * DAY)
    return Coverage(span=span, aspect=Aspect.IMPACTS, component_id=component_id)


def one_that_came_later(store, *more: Coverage) -> Record:
    """Ten days that are known but for the fourth; a component came with the seventh."""
    page = add_page(store, now=START)
    save(store, page, evidence(START, components=(API,)))
    known = (cover(0, 3, "api"), cover(4, 10, "api"), cover(6, 10, "new"))
    came = START + 6 * DAY
    save(store, page, evidence(came, components=(API, NEW)), now=came)
    save(store, page, evidence(NOW, coverage=(*known, *more)), now=NOW)
    query = ReportQuery(now=NOW, window_days=10, as_of=may(14))
    return record(store, store.pages()[0], ACME, query)


def of(answer: Record, name: str):
    (found,) = [each for each in answer.components if each.component.name == name]
    return found


def test_days_before_a_component_came_are_no_gap_in_its_coverage(store):
    new = of(one_that_came_later(store), "New").figures

    assert (new.known_days, new.unknown_days, new.absent_days) == (4, 0, 6)
    assert (new.coverage_ratio, new.outage_day_bounds) == (1.0, (0, 0))


def test_a_day_that_was_not_read_is_a_gap(store):
    old = of(one_that_came_later(store), "API").figures

    assert (old.known_days, old.unknown_days, old.absent_days) == (9, 1, 0)
    assert old.coverage_ratio == 0.9


def test_unborn_and_unread_days_look_different_everywhere(store):
    answer = one_that_came_later(store)
    lines = [getattr(part, "renderable", part).plain for part in terminal_parts([answer], width=80)]
    (new,) = [each for each in record_json(answer)["components"] if each["name"] == "New"]
    (old,) = [each for each in record_json(answer)["components"] if each["name"] == "API"]

    assert "......▁▁▁▁" in lines
    assert "▁▁▁?▁▁▁▁▁▁" in lines
    assert "not on the page" in lines[-1]
    assert [day.get("absence") for day in new["days"]] == ["unborn"] * 6 + [None] * 4
    assert (new["days"][0]["level"], new["absent_days"], new["unknown_days"]) == (None, 6, 0)
    assert "absence" not in old["days"][3]
    assert any("New (since 2026-05-11)" in line for line in markdown_lines([answer]))


def test_what_is_known_of_the_time_before_it_was_first_seen_began_its_life(store):
    new = of(one_that_came_later(store, cover(2, 6, "new")), "New")

    assert new.life == Life(first=may(7))
    assert (new.figures.known_days, new.figures.absent_days) == (8, 2)


def test_one_that_was_there_at_the_first_reading_may_always_have_been(store):
    answer = one_that_came_later(store)

    assert of(answer, "API").life == ALWAYS
    assert answer.figures.absent_days == 0


def test_a_component_that_left_is_gone_the_day_after(store):
    page = add_page(store, now=START)
    for days, components in ((0, (API,)), (6, (API, NEW)), (8.5, (API,))):
        moment = START + days * DAY
        save(store, page, evidence(moment, components=components), now=moment)
    answer = record(store, store.pages()[0], ACME, ReportQuery(now=NOW, window_days=11))
    new = of(answer, "New")

    assert [day.absence for day in new.days[-2:]] == [Absence.GONE] * 2
    assert new.days[-3].absence is None
    assert [day.absence for day in new.days[:6]] == [Absence.UNBORN] * 6


def test_the_stored_days_have_the_same_lives(store):
    answer = one_that_came_later(store)
    history = store.page_history(store.pages()[0].id, may(5), may(14))
    listed = store.listed_history(store.pages()[0].id, may(5), may(14))

    for stored in (history, listed):
        assert {key: each.life for key, each in stored.components.items()} == {
            each.component.id: each.life for each in answer.components
        }
        assert stored.vendor.life == ALWAYS


@pytest.mark.parametrize("gone_came", [0, 1, 3])
def test_a_vendor_began_with_the_first_of_its_components_though_that_is_no_longer_listed(
    store, gone_came
):
    page = add_page(store, now=START)
    apart = component("apart", "Apart", start_date=may(9))
    for days, components in ((0, (apart,)), (gone_came, (apart, API)), (6, (apart, NEW))):
        moment = START + days * DAY
        save(store, page, evidence(moment, components=components), now=moment)
    whole = store.page_history(store.pages()[0].id, may(5), may(14))
    listed = store.listed_history(store.pages()[0].id, may(5), may(14))

    assert listed.vendor.life == whole.vendor.life
    assert API.id not in listed.components
    assert (whole.vendor.life == ALWAYS) == (gone_came == 0)


def test_a_vendor_whose_components_all_have_a_start_began_with_the_first_of_them(store):
    page = add_page(store, now=START)
    save(store, page, evidence(START, components=(component(start_date=may(8)),)))
    save(store, page, evidence(NOW, coverage=(cover(0, 10),)), now=NOW)
    ask = ReportQuery(now=NOW, window_days=10, as_of=may(14))
    answer = record(store, store.pages()[0], ACME, ask)
    early = record(store, store.pages()[0], ACME, ReportQuery(now=NOW, window_days=2, as_of=may(6)))

    assert (answer.figures.absent_days, answer.figures.coverage_ratio) == (3, 1.0)
    assert "3 days are before the first component and left out of all numbers" in remarks(answer)
    assert "there was no component yet on any of the 2 days" in sentence(early)
    assert early.figures.coverage_ratio is None


@pytest.mark.parametrize(
    ("lives", "life"),
    [
        ([], ALWAYS),
        ([Life(first=may(3)), Life(first=may(2), last=may(4))], Life(first=may(2))),
        ([Life(first=may(3)), ALWAYS], ALWAYS),
        ([Life(last=may(4))], ALWAYS),
    ],
)
def test_a_vendor_lives_from_its_first_component_on_and_does_not_end(lives, life):
    assert vendor_life(lives) == life


@pytest.mark.parametrize(
    ("life", "window"),
    [
        (ALWAYS, Window(may(1), may(9))),
        (Life(first=may(4)), Window(may(4), may(9))),
        (Life(last=may(4)), Window(may(1), may(4))),
        (Life(first=may(10)), None),
        (Life(first=may(5), last=may(4)), None),
    ],
)
def test_a_life_within_a_window(life, window):
    assert life.within(Window(may(1), may(9))) == window


def test_the_legend_explains_absent_days_only_where_there_are_some():
    assert "not on the page" not in legend().plain


@given(st.integers(1, 10), st.integers(1, 10), st.integers(1, 10), st.integers(1, 10))
def test_a_windows_days_are_known_unknown_or_absent_as_each_of_them_is(first, last, begin, end):
    """What is added up without looking at each day is what looking at each gives."""
    run = DayRun(may(max(first, 4)), may(last), Aspect.IMPACTS, Confidence.MEDIUM)
    history = History(
        first=may(1),
        last=may(10),
        days={},
        quiet=(run,) if run.first <= run.last else (),
        lengths={may(10): 3_600.0},
        life=Life(may(first), may(last)),
    )
    window = Window(may(min(begin, end)), may(max(begin, end)))
    found, days = figures(history, window), list(history.each(window))

    there = [day for day in days if day.absence is None]
    assert found.absent_days == len(days) - len(there)
    assert found.known_days == sum(day.level is not None for day in there)
    assert found.unknown_days == sum(day.level is None for day in there)
    assert found.length_seconds == sum(day.length_seconds for day in there)
    assert found.covered_seconds == sum(day.covered_seconds for day in there)
