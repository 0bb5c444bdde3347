"""`monitor db copy` as a user meets it: what it prints, and what an unfinished copy is good for."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from copied_stores import contents, fill
from store_support import add_page, poll

from monitor.store import Store, copy_mark, copy_rows, schema
from tests.store_support import database

pytestmark = pytest.mark.hours

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture
def source(monitor, tmp_path, settings_folder):
    """The database of `monitor`, with a page that was polled once."""
    with Store.open(f"sqlite:///{tmp_path / 'monitor.db'}") as store:
        page = add_page(store, "openai", now=NOW)
        store.record_polls([poll(page, NOW)])
    return tmp_path / "monitor.db"


def change(file, statement, *values):
    """Change a database with no help of ours."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement, values)


def leave_unfinished(file):
    """Mark a database as a copy that broke off."""
    mark = copy_mark.new_mark(schema.revisions()[-1])
    change(file, "UPDATE alembic_version SET version_num = ?", mark)


@pytest.mark.usefixtures("source")
def test_a_copy_says_a_line_a_table_and_what_came_of_it(monitor, tmp_path):
    code, out, err = monitor("db", "copy", "--to", "moved.db")
    lines = out.splitlines()

    assert (code, err) == (0, "")
    assert any(line.split()[:3] == ["poll", "1", "row"] for line in lines)
    assert len(lines) == len(copy_rows.tables()) + 1
    assert lines[-1] == (
        f"sqlite:///{tmp_path / 'monitor.db'} copied to sqlite:///moved.db: 2 rows, read again and"
        " equal"
    )
    assert (tmp_path / "moved.db").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.glob("moved.db*")] == ["moved.db"]


@pytest.mark.slow
def test_an_unfinished_copy_is_used_by_no_command_until_it_is_finished(monitor, source, tmp_path):
    monitor("db", "copy", "--to", "moved.db")
    leave_unfinished(tmp_path / "moved.db")
    for words in (
        ("report",),
        ("poll",),
        ("backfill",),
        ("serve",),
        ("vendors",),
        ("rebuild",),
        ("export", "csv"),
        ("db", "check"),
        ("db", "size"),
        ("db", "vacuum"),
        ("db", "backup", "kept.db"),
    ):
        code, _, err = monitor(*words, "--database", "moved.db")
        assert (code, "is an unfinished copy" in err) == (2, True), words
    code, _, err = monitor("db", "restore", "moved.db")
    assert (code, "is an unfinished copy" in err) == (2, True)
    assert not (tmp_path / "kept.db").exists()

    assert monitor("db", "copy", "--to", "moved.db")[0] == 0
    assert monitor("db", "check", "--database", "moved.db")[0] == 0
    assert contents(f"sqlite:///{tmp_path / 'moved.db'}") == contents(f"sqlite:///{source}")


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "monitor.db"), "is the source itself"),
        (("--to", "nowhere/moved.db"), "no folder"),
        (("--to", "sqlite://"), "a database in memory cannot be copied to"),
        (("--to", "mysql://u:hunter2@h/d"), "--to: cannot use the database 'mysql'"),
        (("--to", "moved.db", "--database", "typo.db"), "no database at"),
        (("--to", "moved.db", "--database", "sqlite://"), "a database in memory cannot be copied"),
        (("--to", "full.db"), "holds a history already"),
        (("--to", "."), "is a folder"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_made(monitor, tmp_path, words, message):
    with Store.open(f"sqlite:///{tmp_path / 'full.db'}") as store:
        add_page(store)
    code, out, err = monitor("db", "copy", *words)

    assert (code, out) == (2, "")
    assert message in err
    assert "hunter2" not in err
    assert {path.name for path in tmp_path.glob("*.db")} == {"monitor.db", "full.db"}


@pytest.mark.slow
def test_what_is_replaced_was_named_as_such(monitor, source, tmp_path):
    fill(f"sqlite:///{tmp_path / 'full.db'}", seed=5)
    change(tmp_path / "full.db", "UPDATE page SET last_poll_at = NULL")

    assert monitor("db", "copy", "--to", "full.db", "--replace")[0] == 0
    assert contents(f"sqlite:///{tmp_path / 'full.db'}") == contents(f"sqlite:///{source}")


@pytest.mark.integration
def test_a_database_goes_to_a_server_and_back(monitor, source, tmp_path):
    with database("postgresql") as url:
        code, out, _ = monitor("db", "copy", "--to", url)
        assert (code, "equal" in out) == (0, True)
        code, out, _ = monitor("db", "check", "--database", url)
        assert code == 0
        assert monitor("db", "copy", "--database", url, "--to", "back.db")[0] == 0

    assert contents(f"sqlite:///{tmp_path / 'back.db'}") == contents(f"sqlite:///{source}")
