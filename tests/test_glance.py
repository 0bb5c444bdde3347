"""A glance at a database's file reads what the store reads of it, and leaves the rest to it."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from glance_world import fill
from store_support import add_page

from monitor.glance.file import NoGlance, glance, sqlite_file
from monitor.store import Store, addresses

SLUGS = {"acme", "former", "nobody"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("glance") / "status.db"
    fill(file)
    return file


@pytest.fixture
def file(filled: Path, tmp_path: Path) -> Path:
    """A file of the test's own."""
    return Path(shutil.copy(filled, tmp_path))


def url(file: Path) -> str:
    return f"sqlite:///{file}"


def test_pages_are_those_of_the_store(file: Path) -> None:
    with Store.open(url(file)) as store, glance(url(file)) as look:
        assert len(look.pages(removed=True)) == 10
        assert look.pages() == store.pages()
        assert look.pages(removed=True) == store.pages(removed=True)
        assert look.pages(SLUGS) == store.pages(SLUGS)
        assert look.pages(SLUGS, removed=True) == store.pages(SLUGS, removed=True)
        assert look.pages(()) == store.pages(()) == []
        assert {type(page.last_ok) for page in look.pages()} == {bool}


def test_states_are_those_of_the_store(file: Path) -> None:
    with Store.open(url(file)) as store, glance(url(file)) as look:
        for page in store.pages(removed=True):
            assert look.current(page.id) == store.current(page.id), page.slug
        acme = look.current(store.pages(["acme"])[0].id)

    assert [each.id for each in acme.open_incidents] == ["i1", "w1", "w2"]
    assert [each.maintenance is True for each in acme.open_incidents] == [False, True, True]
    assert set(acme.levels) == {"api", "web"}


def test_who_watches_what_is_as_the_store_says(file: Path) -> None:
    with Store.open(url(file)) as store, glance(url(file)) as look:
        assert look.watched_pages() == store.watched_pages()
        assert look.applied() == store.applied() is not None
        assert look.servers() == store.servers() != []
        assert look.address == store.address


def test_all_is_as_of_one_moment_and_a_writer_need_not_wait(file: Path) -> None:
    with glance(url(file)) as look:
        before = look.pages()
        with Store.open(url(file)) as store:
            add_page(store, "later")

        assert look.pages() == before
        assert [page.slug for page in store.pages()] == ["later"]


def test_nothing_is_written_and_nothing_is_left_behind(file: Path) -> None:
    content = file.read_bytes()

    with glance(url(file)) as look:
        look.pages()

    assert file.read_bytes() == content
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_what_stands_in_the_log_of_a_process_that_died_is_read(file: Path, tmp_path: Path) -> None:
    dead = tmp_path / "dead"
    dead.mkdir()
    with Store.open(url(file)) as store:
        add_page(store, "later")
        for each in tmp_path.glob("status.db*"):
            shutil.copy(each, dead)

    with glance(url(dead / file.name)) as look:
        assert [page.slug for page in look.pages()] == ["later"]


def test_nothing_can_be_changed_through_it(file: Path) -> None:
    with pytest.raises(NoGlance), glance(url(file)) as look:
        look._connection.execute("DELETE FROM page")


def test_a_file_that_another_process_holds_is_left_to_the_store(file: Path) -> None:
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("PRAGMA journal_mode=DELETE")
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(NoGlance), glance(url(file)):
        pass
    holder.close()


@pytest.mark.parametrize("revision", ["0009", "9999", "copying-0010-abc"])
def test_another_schema_is_left_to_the_store(file: Path, revision: str) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
    connection.close()

    with pytest.raises(NoGlance), glance(url(file)):
        pass


@pytest.mark.parametrize(
    "content", [b"", b"no database", b"SQLite format 3\x00" + bytes(200)], ids=len
)
def test_what_is_no_database_of_ours_is_left_to_the_store(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "status.db").write_bytes(content)

    with pytest.raises(NoGlance), glance(url(tmp_path / "status.db")):
        pass


def test_a_damaged_page_of_the_file_is_left_to_the_store(file: Path) -> None:
    content = bytearray(file.read_bytes())
    with sqlite3.connect(file) as connection:
        place = "SELECT rootpage FROM sqlite_master WHERE name = 'page'"
        (number,) = connection.execute(place).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    content[(number - 1) * size : number * size] = b"\xff" * size
    file.write_bytes(content)

    with pytest.raises(NoGlance), glance(url(file)) as look:
        look.pages()


def test_text_that_is_none_is_left_to_the_store(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE page SET name = CAST(x'ff41' AS TEXT)")
    connection.close()

    with pytest.raises(NoGlance), glance(url(file)) as look:
        look.pages()


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NoGlance), glance(url(tmp_path / "status.db")):
        pass

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    ["sqlite:///status.db", "sqlite:////var/lib/a b/status-1_x.db", "sqlite:///../a.db"],
)
def test_a_plain_address_is_the_file_that_the_store_takes_it_for(address: str) -> None:
    there = addresses.file_of(addresses.parse(address))

    assert sqlite_file(address) == (there and there.absolute()) is not None
    assert addresses.display(address) == address


@pytest.mark.parametrize(
    "address",
    [
        *("sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite+pysqlite:///status.db"),
        *("sqlite:///status.db?mode=ro", "sqlite:///file:status.db", "sqlite:///a%20b.db"),
        *("postgresql://me:word@host/status", "postgres:///status", "no address"),
    ],
)
def test_any_other_address_is_left_to_the_store(address: str) -> None:
    assert sqlite_file(address) is None
