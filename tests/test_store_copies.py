"""A copy holds what its source held at one moment, whatever interrupts it and whatever was there."""

import sqlite3
from contextlib import closing
from itertools import pairwise
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from copied_stores import contents, fill
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import StoreError
from monitor.store import (
    PageSpec,
    ServerRecord,
    Store,
    copies,
    copy_mark,
    copy_rows,
    engine,
    schema,
)
from monitor.store.tables.days import DAY as DAY_TABLE
from monitor.store.tables.pages import PAGE
from tests.store_support import (
    DATABASES,
    DAY,
    MINUTE,
    NOW,
    add_page,
    database,
    poll,
    polls_of,
    rows,
)

SIZE = 3


class Interrupted(Exception):
    pass


def copy(source: str, target: str, **options) -> list[copies.CopiedTable]:
    return copies.copy(source, target, now=NOW, **options)


@pytest.fixture(params=DATABASES)
def target(request, tmp_path):
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/target.db"
    else:
        with database("postgresql") as url:
            yield url


@pytest.fixture
def source(tmp_path):
    """The URL of a database with rows in every table."""
    url = f"sqlite:///{tmp_path}/source.db"
    fill(url, seed=1)
    return url


def interrupted_at(step: int):
    def progress(done: int, _total: int, _table: str) -> None:
        if done >= step:
            raise Interrupted

    return progress


def steps(source: str, target: str, **options) -> int:
    """Copy, and return how many steps that took."""
    seen = []
    copied = copy(source, target, size=SIZE, progress=lambda *step: seen.append(step), **options)
    assert all(table.is_equal for table in copied)
    assert [done for done, _, _ in seen][-1] == seen[-1][1]
    return len(seen)


def is_unfinished(url: str) -> bool:
    try:
        Store.open(url).close()
    except StoreError as error:
        return "unfinished copy" in str(error)
    return False


@pytest.mark.slow
@settings(max_examples=8)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 9))
def test_a_copy_there_and_back_is_equal_row_by_row(tmp_path_factory, seed, size):
    folder = tmp_path_factory.mktemp("copies")
    urls = [f"sqlite:///{folder}/{name}.db" for name in ("first", "second", "third")]
    fill(urls[0], seed)
    for one, other in pairwise(urls):
        copied = copy(one, other, size=size)
        assert all(table.is_equal for table in copied)

    assert contents(urls[0]) == contents(urls[1]) == contents(urls[2])


@pytest.mark.integration
@pytest.mark.parametrize("seed", range(5))
def test_a_copy_to_a_server_and_back_is_equal_row_by_row(tmp_path, seed):
    first, third = f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/third.db"
    fill(first, seed, rows=40)
    with database("postgresql") as second, database("postgresql") as other:
        for one, to in ((first, second), (second, other), (other, third)):
            assert all(table.is_equal for table in copy(one, to, size=SIZE))
        assert contents(first) == contents(second) == contents(third)


def test_a_copy_is_a_database_like_any_other_and_gives_new_rows_keys_of_their_own(source, target):
    steps(source, target)
    with Store.open(target, migrate=False) as store:
        store.check_schema()
    database = engine.connect(target)
    with database.begin() as connection:
        values = {column.name: column for column in PAGE.c if column.name != "id"}
        values["slug"] = sa.literal("new")
        one = sa.select(*values.values()).where(PAGE.c.id == 1)
        connection.execute(PAGE.insert().from_select(list(values), one))
        keys = connection.execute(sa.select(PAGE.c.id).order_by(PAGE.c.id)).scalars().all()
    database.dispose()

    assert keys == [1, 4, 7, 8]


@pytest.mark.slow
def test_a_copy_that_is_interrupted_anywhere_is_finished_by_the_next(source, target):
    step = 1
    while True:
        try:
            copy(source, target, size=SIZE, replace=True, progress=interrupted_at(step))
        except Interrupted:
            assert is_unfinished(target)
            step += 7
        else:
            break
    assert step > 50
    assert contents(source) == contents(target)


@pytest.mark.slow
def test_interrupted_at_each_boundary_of_a_fresh_copy_it_is_finished_by_the_next(tmp_path):
    source = f"sqlite:///{tmp_path}/source.db"
    fill(source, seed=4, rows=4)
    count = steps(source, f"sqlite:///{tmp_path}/whole.db")
    expected = contents(source)
    for step in range(1, count + 1):
        target = f"sqlite:///{tmp_path}/target{step}.db"
        with pytest.raises(Interrupted):
            copy(source, target, size=SIZE, progress=interrupted_at(step))
        assert is_unfinished(target)
        steps(source, target)
        assert contents(target) == expected


def test_a_second_copy_brings_what_is_new_changed_or_gone_and_leaves_the_rest(source, target):
    steps(source, target)
    with pytest.raises(StoreError, match="holds a history already"):
        copy(source, target)
    database = engine.connect(source)
    with database.begin() as connection:
        # the third page's rows go; two pages that stay give each other nothing
        connection.execute(sa.text("DELETE FROM page WHERE id = 7"))
        connection.execute(sa.text("UPDATE page SET failures = 5 WHERE id = 4"))
        connection.execute(sa.text("UPDATE poll SET outcome = 'other'"))
    database.dispose()
    steps(source, target, replace=True)

    assert contents(source) == contents(target)


def test_rows_that_could_not_stand_beside_each_other_are_replaced(source, target, tmp_path):
    """The other history has the same slugs and keys in other places."""
    other = f"sqlite:///{tmp_path}/other.db"
    fill(other, seed=2)
    database = engine.connect(other)
    with database.begin() as connection:
        for slug, number in (("x", 1), ("a0", 4), ("x0", 1)):
            connection.execute(
                sa.text("UPDATE page SET slug = :slug, last_poll_at = NULL WHERE id = :number"),
                {"slug": slug, "number": number},
            )
        connection.execute(sa.text("UPDATE page SET last_poll_at = NULL"))
    database.dispose()
    copy(other, target)
    steps(source, target, replace=True)

    assert contents(source) == contents(target)


def test_a_target_that_was_polled_later_is_not_replaced(tmp_path, target):
    source = f"sqlite:///{tmp_path}/source.db"
    with Store.open(source) as store:
        page = add_page(store)
        store.record_polls([poll(page, NOW)])
    copy(source, target)
    with Store.open(target) as store:
        store.record_polls([poll(store.pages()[0], NOW + 5 * MINUTE)])

    with pytest.raises(StoreError, match="would lose them"):
        copy(source, target, replace=True)
    with Store.open(target) as store:
        assert len(polls_of(store, store.pages()[0])) == 2


def test_who_serves_the_source_does_not_serve_the_copy_and_a_served_one_is_not_replaced(
    source, target
):
    server = ServerRecord(id="s", name="host:1", digest="d", keys={}, started_at=NOW, seen_at=NOW)
    with Store.open(source) as store:
        store.enroll(server)
    copy(source, target)
    with Store.open(target) as store:
        assert store.servers() == []
        store.enroll(server)

    with pytest.raises(StoreError, match="served by host:1; stop the monitor first"):
        copy(source, target, replace=True)
    copies.copy(source, target, now=NOW + DAY, replace=True)
    assert contents(source) == contents(target)


def test_a_copy_is_of_one_moment_while_others_write(tmp_path, target):
    """Two pages are polled in one transaction each time: a copy that was torn would have more polls
    of one of them."""
    source, stop = f"sqlite:///{tmp_path}/source.db", Event()
    with Store.open(source) as store:
        specs = [PageSpec(slug=slug, name=slug, url=f"https://{slug}.example/") for slug in "ab"]
        store.sync_pages(specs, now=NOW)
        pages = store.pages()
        written = []

        def write() -> None:
            at = NOW
            while not stop.is_set():
                at += 20 * MINUTE  # further than a stretch reaches: a row each
                with store.together():
                    store.record_polls([poll(page, at) for page in pages])
                written.append(at)

        writer = Thread(target=write)
        writer.start()
        try:
            while len(written) < 20:
                stop.wait(0.01)
            before = len(written)
            copied = copy(source, target, size=1)
            after = len(written)
        finally:
            stop.set()
            writer.join()

    assert all(table.is_equal for table in copied)
    assert after > before, "nothing was written meanwhile"
    with Store.open(target) as store:
        one, other = (polls_of(store, page) for page in store.pages())
        assert one == other
        assert before <= len(one) <= after
        assert [page.last_poll_at for page in store.pages()] == [one[-1][1]] * 2


def test_a_table_that_differs_at_the_end_is_told_and_the_copy_stays_unfinished(source, tmp_path):
    target = f"sqlite:///{tmp_path}/target.db"

    def harm(done: int, total: int, _table: str) -> None:
        if 2 * done == total:  # all is written, nothing compared
            with closing(sqlite3.connect(tmp_path / "target.db")) as connection, connection:
                connection.execute("UPDATE day SET revision = revision + 1")

    copied = copy(source, target, size=SIZE, progress=harm)

    assert [table.name for table in copied if not table.is_equal] == ["day"]
    assert is_unfinished(target)
    steps(source, target)
    assert contents(source) == contents(target)


def test_of_two_copies_to_one_place_the_first_gives_way(source, target):
    steps_done = []

    def begin_another(*step: object) -> None:
        steps_done.append(step)
        other = engine.connect(target)
        with other.begin() as connection:
            connection.execute(
                sa.text("UPDATE alembic_version SET version_num = :mark"),
                {"mark": copy_mark.new_mark(schema.revisions()[-1])},
            )
        other.dispose()

    with pytest.raises(StoreError, match="another copy to the same place has begun"):
        copy(source, target, progress=begin_another)
    assert len(steps_done) == 1, "it went on to write"


def test_a_database_is_not_copied_to_itself(source, tmp_path):
    (tmp_path / "link.db").symlink_to(tmp_path / "source.db")
    for same in (source, f"sqlite:///{tmp_path}/link.db"):
        with pytest.raises(StoreError, match="is the source itself"):
            copy(source, same, replace=True)

    assert not is_unfinished(source)


@pytest.mark.slow
def test_a_database_is_not_copied_to_a_file_in_use(source, tmp_path):
    target = f"sqlite:///{tmp_path}/target.db"
    with Store.open(target) as used:
        assert rows(used, "page") == 0
        with pytest.raises(StoreError, match="stop the monitor first"):
            copy(source, target)

    assert not is_unfinished(target)


@pytest.mark.integration
def test_a_server_that_is_the_source_under_another_address_is_left_as_it_was():
    with database("postgresql") as url:
        fill(url, seed=3)
        before = contents(url)
        with pytest.raises(StoreError, match="is the source itself"):
            copy(url, f"{url}&application_name=other", replace=True)
        assert contents(url) == before
        assert not is_unfinished(url)


def test_a_database_with_tables_of_another_program_is_left_alone(source, target):
    other = engine.connect(target)
    with other.begin() as connection:
        connection.execute(sa.text("CREATE TABLE incident (x INTEGER)"))
    other.dispose()
    with pytest.raises(StoreError, match="a table incident of another program"):
        copy(source, target, replace=True)
    with other.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["incident"]
    other.dispose()


def test_a_copy_that_another_version_began_is_not_gone_on_with(source, target):
    with pytest.raises(Interrupted):
        copy(source, target, progress=interrupted_at(1))
    other = engine.connect(target)
    with other.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'copying-0001-x'"))
    other.dispose()

    with pytest.raises(StoreError, match="of another version"):
        copy(source, target)


def test_json_is_equal_in_whatever_order_its_keys_are_kept(source, tmp_path):
    found = []
    for text in ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}'):
        with closing(sqlite3.connect(tmp_path / "source.db")) as file, file:
            file.execute("UPDATE day SET incident_ids = ?", (text,))
        database = engine.connect(source)
        with engine.reading(database).connect() as connection:
            found.append(copy_rows.read(connection, copy_rows.Chunk(DAY_TABLE)))
        database.dispose()

    assert found[0].texts
    assert found[0].digest == found[1].digest


@pytest.mark.integration
def test_a_server_s_negative_zero_is_equal_to_the_zero_of_a_file(tmp_path):
    with database("postgresql") as url:
        fill(url, seed=1, rows=40)
        opened = engine.connect(url)
        with opened.begin() as connection:
            connection.execute(sa.text("UPDATE day SET degraded_seconds = '-0'"))
        opened.dispose()
        copied = copy(url, f"sqlite:///{tmp_path}/file.db")

    assert next(table.rows for table in copied if table.name == "day")
    assert all(table.is_equal for table in copied)
