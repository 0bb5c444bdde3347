"""The log of polls in stretches says what a row for each poll would say, and the days that come of
it are the same."""

from dataclasses import replace
from datetime import timedelta
from itertools import count, pairwise

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from store_support import (
    DATABASES,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    add_page,
    component,
    database,
    evidence,
    observed,
    poll,
    polls_of,
    save,
)

from monitor.config import VendorConfig
from monitor.model import Level
from monitor.store import PageRecord, PageSpec, Store, engine, schema
from monitor.store.poll_log import MOST_POLLS, instants, pack
from monitor.store.tables.readings import POLL
from monitor.writer import derive_page

ACME = VendorConfig(slug="acme", name="Acme", url="https://acme.example/")
START = NOW - 3 * DAY


@pytest.fixture(params=DATABASES)
def store(request):
    with database(request.param) as url, Store.open(url) as opened:
        yield opened


@pytest.fixture
def page(store):
    return add_page(store, now=START)


def stretches(store: Store) -> list:
    with store._read() as connection:
        return list(connection.execute(sa.select(POLL).order_by(POLL.c.id)).mappings())


# ------------------------------------------------------------------------------------------------------
# its encoding


@given(st.lists(st.integers(1, 10**13), max_size=40))
def test_every_instant_comes_back_to_the_microsecond(distances: list[int]) -> None:
    later = b"".join(map(pack, distances))
    found = list(instants(START, later))

    assert found[0] == START
    assert [
        (after - before) // timedelta(microseconds=1) for before, after in pairwise(found)
    ] == distances


def test_five_minutes_take_five_bytes() -> None:
    assert len(pack(300_000_000)) == 5


# ----------------------------------------------------------------------------------------------------
# what is a row


def test_polls_that_come_to_the_same_are_one_row_with_their_sums(store, page) -> None:
    store.record_polls([poll(page, START, "ok")])
    for n in range(1, 50):
        store.record_polls([poll(page, START + 5 * n * MINUTE, wire_bytes=10, http_status=200)])
    first, second = stretches(store)

    assert (first["outcome"], first["polls"], first["last_at"]) == ("ok", 1, None)
    assert (second["started_at"], second["last_at"]) == (START + 5 * MINUTE, START + 245 * MINUTE)
    assert (second["polls"], second["requests"], second["wire_bytes"], second["duration_ms"]) == (
        49,
        49,
        490,
        49 * 120,
    )
    assert polls_of(store, page)[1:] == [
        ("unchanged", START + 5 * n * MINUTE) for n in range(1, 50)
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"outcome": "failed", "reason": "dns"},
        {"http_status": 500},
        {"at": 16 * MINUTE},
        {"at": timedelta(0)},
        {"at": -HOUR},
    ],
    ids=["outcome", "status", "a gap", "the same instant", "a clock set back"],
)
def test_what_differs_or_comes_after_a_gap_or_out_of_order_begins_a_row(store, page, other) -> None:
    at = START + other.get("at", 5 * MINUTE)
    store.record_polls(
        [poll(page, START), poll(page, at, **{key: other[key] for key in other if key != "at"})]
    )

    assert len(stretches(store)) == 2


def test_pages_of_one_batch_have_rows_of_their_own_and_several_polls_of_one_go_on(store) -> None:
    store.sync_pages(
        [PageSpec(slug=s, name=s, url=f"https://{s}.example/") for s in ("a", "b")], now=START
    )
    one, other = store.pages()
    for n in range(0, 8, 2):
        store.record_polls(
            [poll(each, START + m * MINUTE) for m in (n, n + 1) for each in (one, other)]
        )

    assert [row["polls"] for row in stretches(store)] == [8, 8]
    assert (
        polls_of(store, one)
        == polls_of(store, other)
        == [("unchanged", START + n * MINUTE) for n in range(8)]
    )


def test_a_row_stays_small_and_is_deleted_when_its_last_poll_is_old(store, page) -> None:
    store.record_polls([poll(page, START + n * MINUTE) for n in range(600)])
    sizes = [(row["polls"], len(row["later"])) for row in stretches(store)]
    assert [polls for polls, _ in sizes] == [MOST_POLLS, MOST_POLLS, 600 - 2 * MOST_POLLS]
    assert max(size for _, size in sizes) < 1300

    end_of_first = START + MOST_POLLS * MINUTE
    pruned = store.prune(now=end_of_first + DAY, snapshot_days=1, poll_days=1)

    assert pruned.polls == MOST_POLLS
    assert polls_of(store, page)[0][1] == end_of_first


def test_a_month_of_unchanged_polls_takes_a_tenth_of_the_room(tmp_path) -> None:
    def size(name: str, **changes) -> int:
        with Store.open(f"sqlite:///{tmp_path / name}") as opened:
            each = add_page(opened, now=START)
            empty = opened.size_bytes()
            records = [poll(each, START + 5 * n * MINUTE, **changes) for n in range(8_640)]
            for at in range(0, len(records), 500):
                opened.record_polls(records[at : at + 500])
            return opened.size_bytes() - empty

    assert size("stretches.db") < size("plain.db", max_gap_seconds=0.0) / 10


# -------------------------------------------------------------------------------------- what a row
# a poll would say


def pull_apart(store: Store, page: PageRecord) -> None:
    """Make a row of each poll of the page, as all were before there were stretches."""
    with store._write() as connection:
        mine = POLL.c.page_id == page.id
        rows = list(connection.execute(sa.select(POLL).where(mine).order_by(POLL.c.id)).mappings())
        connection.execute(sa.delete(POLL).where(mine))
        kept = [
            {key: row[key] for key in row if key != "id"}
            | {
                name: row[name] // (row["polls"] or 1)
                for name in ("duration_ms", "requests", "wire_bytes")
            }
            | {"started_at": at, "last_at": None, "polls": None, "later": None}
            for row in rows
            for at in instants(row["started_at"], row["later"])
        ]
        if kept:
            connection.execute(sa.insert(POLL), kept)


WAITS = [
    MINUTE,
    5 * MINUTE,
    5 * MINUTE + timedelta(microseconds=1),
    15 * MINUTE,
    16 * MINUTE,
    5 * HOUR,
    26 * HOUR,
]
BACK = [-7 * MINUTE, -3 * HOUR, -30 * HOUR]
steps = st.lists(
    st.tuples(
        st.sampled_from([*WAITS[:3] * 4, *WAITS, *BACK]),
        st.sampled_from(["unchanged"] * 6 + ["ok", "worse", "better", "failed", "slow"]),
        st.booleans(),
    ),
    max_size=40,
)


def lived(opened: Store, slug: str, sequence, *, plain: bool) -> list:
    """Let a new page be polled so, and return all that anybody is told of it, now and then and at
    the end."""
    each, clock, told = add_page(opened, slug, now=START), START, []
    save(opened, each, evidence(START, components=(component(),)), now=START)
    for wait, outcome, asks in sequence:
        clock += wait
        level = {"worse": Level.MAJOR_OUTAGE, "better": Level.OPERATIONAL}.get(outcome)
        if wait < timedelta(0):  # as `monitor serve` does before it reads a page again
            opened.heal(each.id, now=clock)
        if level is not None:
            save(opened, each, observed(clock, api=level), now=clock)
        kinds = {"failed": ("failed", {"reason": "dns"}), "slow": ("failed", {"reason": "timeout"})}
        how, changes = kinds.get(outcome, ("unchanged" if outcome == "unchanged" else "ok", {}))
        record = poll(each, clock, how, **changes)
        opened.record_polls([record])
        if plain:
            pull_apart(opened, each)
        assert opened.kept_polls(
            [record, replace(record, started_at=clock + timedelta(microseconds=1))]
        ) >= {(each.id, clock)}
        if asks:
            ago = [clock, clock - 3 * MINUTE, clock - 4 * HOUR]
            told.append([opened.last_reading(each.id, now=at) for at in ago])
    now, first = opened.page(each.id), (min(START, clock) - 2 * DAY).date()
    derive_page(opened, now, ACME, first=first, now=clock)
    days = opened.page_history(each.id, first, clock.date())
    facts = opened.facts(each.id)
    return [told, polls_of(opened, each), replace(now, id=0), facts.runs, facts.coverage, days]


@pytest.fixture(scope="module")
def two_stores():
    """Two empty stores for many pages: opening one takes longer than what is done with it."""
    with Store.open("sqlite://") as short, Store.open("sqlite://") as long:
        yield short, long, (f"v{n}" for n in count())


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(steps)
def test_stretches_and_a_row_a_poll_give_the_same_log_the_same_gaps_and_the_same_days(
    two_stores, sequence
) -> None:
    short, long, slugs = two_stores
    slug = next(slugs)

    assert lived(short, slug, sequence, plain=False) == lived(long, slug, sequence, plain=True)


def test_a_stretch_that_spans_now_is_cut_at_the_last_poll_before_it(store, page) -> None:
    """The clock was ahead by some minutes: too little for a gap."""
    save(store, page, observed(START, api=Level.OPERATIONAL), now=START)
    store.record_polls([poll(page, START + 5 * n * MINUTE, wire_bytes=100) for n in range(1, 40)])
    now = START + 101 * MINUTE
    assert store.last_reading(page.id, now=now) == START + 100 * MINUTE
    store.heal(page.id, now=now)
    (row,) = stretches(store)

    assert (row["polls"], row["wire_bytes"], row["last_at"]) == (20, 2000, START + 100 * MINUTE)
    assert store.pages()[0].last_poll_at == START + 100 * MINUTE
    assert polls_of(store, page)[-1] == ("unchanged", START + 100 * MINUTE)
    store.record_polls([poll(page, START + 105 * MINUTE)])
    assert [each["polls"] for each in stretches(store)] == [21]


def test_a_poll_is_kept_when_it_is_one_of_a_stretch_and_not_when_it_lies_between_two(
    store, page
) -> None:
    records = [poll(page, START + 5 * n * MINUTE) for n in range(9)]
    store.record_polls(records)
    between = [replace(each, started_at=each.started_at + MINUTE) for each in records]

    assert store.kept_polls([*records, *between]) == {
        (page.id, each.started_at) for each in records
    }


# -----------------------------------------------------------------------------------------------------
# its migration


def test_rows_of_before_stay_readable_and_go_on_and_a_downgrade_makes_a_row_a_poll_again(
    tmp_path,
) -> None:
    url = f"sqlite:///{tmp_path / 'status.db'}"
    with Store.open(url) as opened:
        each = add_page(opened, now=START)
        opened.record_polls([poll(each, START + n * MINUTE, wire_bytes=7) for n in range(5)])
        pull_apart(opened, each)
        assert opened.last_reading(each.id, now=NOW) == START + 4 * MINUTE
        opened.record_polls([poll(each, START + n * MINUTE, wire_bytes=7) for n in range(5, 9)])
        assert [row["polls"] for row in stretches(opened)] == [None] * 4 + [5]
        before = polls_of(opened, each)
    lower = engine.connect(url)
    schema.downgrade(lower, "0008")
    with lower.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT started_at, wire_bytes, requests FROM poll ORDER BY started_at")
        ).all()
    lower.dispose()
    with Store.open(url) as opened:
        again = polls_of(opened, each)

    assert [(wire, requests) for _, wire, requests in rows] == [(7, 1)] * 9
    assert again == before == [("unchanged", START + n * MINUTE) for n in range(9)]
