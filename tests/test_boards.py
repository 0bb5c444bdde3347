"""Rows of vendors are kept as long as they stand, and no longer."""

from dataclasses import replace

import pytest
from store_support import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    component,
    evidence,
    incident,
    observed,
    poll,
    save,
)
from watched_world import ACME, watched

from exporters.boards import Board
from exporters.pages.links import Links
from exporters.pages.now_view import ended_lately
from monitor.answers import Freshness
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level, Phase
from monitor.store import PageSpec, Store


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        opened.sync_pages([PageSpec(slug=ACME.slug, name=ACME.name, url=ACME.url)], now=NOW - DAY)
        yield opened


@pytest.fixture
def made():
    return []


@pytest.fixture
def board(store, made):
    def make(entry, record):
        made.append(record.query.now)
        return record.figures

    return Board(watched(store), make)


def read(store, at, *, level=Level.OPERATIONAL, since=NOW - 90 * DAY):
    page = store.pages()[0]
    covered = (Coverage(span=Interval(since, at), aspect=Aspect.IMPACTS),)
    save(store, page, evidence(at, components=(component(),), coverage=covered))
    save(store, page, observed(at, api=level))
    store.record_polls([poll(page, at, "ok")])


def look(board, now):
    (entry,) = board.entries(now)
    return entry, board.row(entry, now)


def test_a_row_stands_while_its_page_is_read_and_says_nothing_new(store, board, made):
    read(store, NOW)
    look(board, NOW)
    store.record_polls([poll(store.pages()[0], NOW + 8 * MINUTE, "unchanged")])
    entry, _ = look(board, NOW + 9 * MINUTE)

    assert made == [NOW]
    assert entry.status.read_at == NOW + 8 * MINUTE


def test_a_row_is_made_again_when_something_was_stored(store, board, made):
    read(store, NOW)
    look(board, NOW)
    read(store, NOW + MINUTE, level=Level.MAJOR_OUTAGE)
    entry, _ = look(board, NOW + MINUTE)

    assert made == [NOW, NOW + MINUTE]
    assert entry.status.level is Level.MAJOR_OUTAGE


def test_a_row_is_made_again_when_a_day_begins(store, board, made):
    read(store, NOW)
    look(board, NOW)
    store.record_polls([poll(store.pages()[0], NOW + 12 * HOUR, "unchanged")])
    _, figures = look(board, NOW + 12 * HOUR)

    assert len(made) == 2
    assert figures.window.last == NOW.date() + DAY


def test_a_row_whose_today_is_known_in_part_is_made_again_every_five_minutes(store, board, made):
    read(store, NOW, since=NOW - HOUR)
    look(board, NOW)
    look(board, NOW + 4 * MINUTE)
    assert made == [NOW]

    look(board, NOW + 5 * MINUTE)
    assert made == [NOW, NOW + 5 * MINUTE]


def test_the_coverage_of_a_page_that_fell_silent_goes_on_falling(store, board):
    read(store, NOW)
    _, whole = look(board, NOW)
    stale, some = look(board, NOW + HOUR)
    _, less = look(board, NOW + 5 * HOUR)

    assert stale.freshness is Freshness.STALE
    assert stale.status.level is None
    assert whole.coverage_ratio == 1
    assert whole.coverage_ratio > some.coverage_ratio > less.coverage_ratio


def test_other_settings_make_other_rows(store, made):
    read(store, NOW)
    world = watched(store)
    vendors = dict(world.vendors())
    board = Board(
        replace(world, vendors=lambda: vendors), lambda _, record: made.append(record.figures)
    )
    look(board, NOW)
    vendors["acme"] = replace(ACME)
    look(board, NOW)
    assert len(made) == 1

    vendors["acme"] = replace(ACME, exclude=("api",))
    entry, _ = look(board, NOW)
    assert len(made) == 2
    assert entry.status.level is None


def test_a_vendor_that_is_not_stored_yet_is_unknown_and_has_no_row(board, store):
    store.sync_pages([], now=NOW)
    entry, row = look(board, NOW)

    assert (entry.page, entry.status.level, row) == (None, None, None)


def test_what_ended_is_told_for_six_hours_whenever_it_was_read(store, board):
    read(store, NOW)
    closed = {"phase": Phase.CLOSED, "started_at": NOW - 5 * HOUR, "resolved_at": NOW - 2 * HOUR}
    work = incident("w1", maintenance=True, **closed)
    save(store, store.pages()[0], evidence(incidents=(incident(**closed), work)))
    board.entries(NOW)
    soon, late = NOW + 4 * HOUR, NOW + 4 * HOUR + MINUTE

    assert [each.title for each in ended_lately(board.entries(soon), Links(), soon)] == [
        "API errors"
    ]
    assert ended_lately(board.entries(late), Links(), late) == []
