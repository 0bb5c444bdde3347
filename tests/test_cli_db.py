"""`monitor db` as a user meets it: check, backup, restore, vacuum, size, and what is refused."""

import os
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from store_support import add_page, component, evidence, incident, save

from monitor.store import Store, upkeep
from tests.processes import typed

pytestmark = pytest.mark.hours

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture
def monitor(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'monitor.db'}")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "monitor.yaml").write_text(
        "vendors:\n  - {slug: acme, url: 'https://status.acme.example/', zone: UTC}\n"
    )

    return typed(monkeypatch, capsys)


def filled(file: Path, incidents: int = 1) -> None:
    """Make a database with a page and so many incidents, and close it."""
    with Store.open(f"sqlite:///{file}") as store:
        page = add_page(store, now=NOW)
        told = tuple(
            incident(f"i{number}", started_at=NOW, title="x" * 500) for number in range(incidents)
        )
        save(store, page, evidence(NOW, components=(component(),), incidents=told))


def titles(file: Path) -> int:
    with sqlite3.connect(file) as connection:
        return connection.execute("SELECT count(*) FROM incident").fetchone()[0]


def damage(file: Path) -> None:
    """Overwrite the middle of a file, as a bad disk would."""
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(size // 3 // 4096 * 4096)
        opened.write(b"\xa5" * (size // 3))


def permissions(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_database_and_all_beside_it_are_for_nobody_elses_eyes(tmp_path):
    before = os.umask(0)
    try:
        with Store.open(f"sqlite:///{tmp_path}/folder/status.db") as store:
            add_page(store)
            found = {path.name: permissions(path) for path in (tmp_path / "folder").iterdir()}
    finally:
        os.umask(before)

    assert found == {"status.db": 0o600, "status.db-wal": 0o600, "status.db-shm": 0o600}


def test_a_whole_database_is_said_to_be_whole_and_one_that_others_may_read_too(monitor, tmp_path):
    filled(tmp_path / "monitor.db")
    assert monitor("db", "check") == (0, "the database is whole\n", "")

    (tmp_path / "monitor.db").chmod(0o644)
    code, _, err = monitor("db", "check")

    assert code == 0
    assert "chmod 600" in err


@pytest.mark.slow
@pytest.mark.parametrize("where", ["middle", "header"])
def test_a_damaged_database_is_told_with_what_to_do_by_every_command(monitor, tmp_path, where):
    filled(tmp_path / "monitor.db", 400)
    if where == "middle":
        damage(tmp_path / "monitor.db")
    else:
        (tmp_path / "monitor.db").write_bytes(
            b"\xa5" * 100 + (tmp_path / "monitor.db").read_bytes()[100:]
        )
    code, _, err = monitor("db", "check")
    assert code == 1
    assert "monitor db restore FILE" in err

    for words in (("rebuild",), ("db", "backup", "copy.db"), ("db", "vacuum"), ("db", "size")):
        code, _, err = monitor(*words)
        assert (code, "monitor db restore FILE" in err) == (2, True), words
    assert not (tmp_path / "copy.db").exists()


def test_a_row_that_belongs_to_nothing_is_a_problem(monitor, tmp_path):
    filled(tmp_path / "monitor.db")
    with sqlite3.connect(tmp_path / "monitor.db") as connection:
        connection.execute("DELETE FROM page")

    code, _, err = monitor("db", "check")

    assert code == 1
    assert "belongs to no row of page" in err


def test_a_copy_made_while_others_write_is_whole_and_of_one_moment(monitor, tmp_path):
    filled(tmp_path / "monitor.db", 50)
    with Store.open(f"sqlite:///{tmp_path / 'monitor.db'}") as store, store.together():
        save(store, store.pages()[0], evidence(NOW, incidents=(incident("later", started_at=NOW),)))
        code, out, _ = monitor("db", "backup", "copy.db")

    assert (code, "checked" in out) == (0, True)
    assert (titles(tmp_path / "copy.db"), titles(tmp_path / "monitor.db")) == (50, 51)
    assert upkeep.problems(tmp_path / "copy.db") == []
    assert permissions(tmp_path / "copy.db") == 0o600
    assert [path.name for path in tmp_path.glob("*copy.db*")] == ["copy.db"]


def test_a_copy_that_cannot_be_made_leaves_the_one_before(monitor, tmp_path):
    filled(tmp_path / "monitor.db", 400)
    monitor("db", "backup", "copy.db")
    before = (tmp_path / "copy.db").read_bytes()
    damage(tmp_path / "monitor.db")

    assert monitor("db", "backup", "copy.db")[0] == 2
    assert (tmp_path / "copy.db").read_bytes() == before
    assert monitor("db", "backup", "monitor.db")[0] == 2
    assert monitor("db", "backup", ".")[0] == 2
    assert monitor("db", "backup", "nowhere/copy.db")[0] == 2
    assert not list(tmp_path.glob(".*"))


def test_a_copy_is_put_back_in_the_place_of_a_damaged_file_which_is_kept(monitor, tmp_path):
    filled(tmp_path / "monitor.db", 400)
    monitor("db", "backup", "copy.db")
    damage(tmp_path / "monitor.db")
    code, out, _ = monitor("db", "restore", "copy.db")

    assert code == 0
    assert len(list(tmp_path.glob("monitor.db.replaced-*"))) == 1
    assert "what was there is" in out
    assert monitor("db", "check")[0] == 0
    assert titles(tmp_path / "monitor.db") == 400
    assert permissions(tmp_path / "monitor.db") == 0o600


def test_a_copy_is_put_back_where_there_is_nothing(monitor, tmp_path):
    filled(tmp_path / "copy.db", 3)

    assert monitor("db", "restore", "copy.db")[0] == 0
    assert titles(tmp_path / "monitor.db") == 3


@pytest.mark.slow
def test_nothing_is_put_in_the_place_of_a_database_that_is_used(monitor, tmp_path):
    filled(tmp_path / "monitor.db")
    filled(tmp_path / "copy.db", 3)
    with Store.open(f"sqlite:///{tmp_path / 'monitor.db'}") as store:
        assert store.pages()
        code, _, err = monitor("db", "restore", "copy.db")

    assert (code, "stop the monitor first" in err) == (2, True)
    assert titles(tmp_path / "monitor.db") == 1


@pytest.mark.parametrize("kind", ["missing", "text", "strange", "newer", "damaged"])
def test_what_is_no_copy_of_ours_is_not_put_back(monitor, tmp_path, kind):
    filled(tmp_path / "monitor.db")
    copy = tmp_path / "copy.db"
    if kind == "text":
        copy.write_text("not a database, " * 1000)
    elif kind == "strange":
        with sqlite3.connect(copy) as connection:
            connection.execute("CREATE TABLE x (y)")
    elif kind != "missing":
        filled(copy, 400)
    if kind == "newer":
        with sqlite3.connect(copy) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
    elif kind == "damaged":
        damage(copy)

    assert monitor("db", "restore", "copy.db")[0] == 2
    assert titles(tmp_path / "monitor.db") == 1
    assert not list(tmp_path.glob("monitor.db.*"))


def test_a_vacuum_gives_back_what_size_says_is_free(monitor, tmp_path):
    filled(tmp_path / "monitor.db", 2000)
    with sqlite3.connect(tmp_path / "monitor.db") as connection:
        connection.execute("DELETE FROM incident")
    before = upkeep.sizes(tmp_path / "monitor.db")
    code, out, _ = monitor("db", "size")
    assert (code, "free" in out) == (0, True)
    assert any(line.startswith("page ") and " 1 row " in line for line in out.splitlines())
    assert monitor("db", "vacuum")[0] == 0
    after = upkeep.sizes(tmp_path / "monitor.db")

    assert before.free > 500_000
    assert after.free == 0
    assert after.file <= before.file - before.free
    assert next(table.rows for table in after.tables if table.name == "page") == 1


def test_a_servers_own_tools_are_named(monitor):
    url = "postgresql://someone:secret@db.example/status"
    for words, tool in (("backup x", "pg_dump"), ("restore x", "pg_restore"), ("vacuum", "VACUUM")):
        code, _, err = monitor("db", *words.split(), "--database", url)
        assert (code, tool in err, "secret" in err) == (2, True, False)


def test_a_file_that_was_not_closed_is_checked_before_it_is_served(monitor, tmp_path):
    file = tmp_path / "monitor.db"
    filled(file, 400)
    assert not upkeep.was_cut_short(file)
    log = file.with_name("monitor.db-wal")
    with Store.open(f"sqlite:///{file}") as store:
        add_page(store, "other")
        left = log.read_bytes()
    damage(file)
    log.write_bytes(left)
    code, _, err = monitor("serve")

    assert code == 2
    assert "is damaged" in err
    assert "monitor db restore FILE" in err
    assert "Traceback" not in err


def test_a_copy_that_is_not_there_and_a_folder_that_is_not_are_told_with_what_to_name(
    monitor, tmp_path
):
    filled(tmp_path / "copy.db")
    code, _, err = monitor("db", "restore", "typo.db")
    assert (code, "name one that `monitor db backup` has written" in err) == (2, True)
    code, _, err = monitor("db", "restore", "copy.db", "--database", "no/status.db")
    assert (code, f"no folder {tmp_path / 'no'}" in err) == (2, True)

    assert not (tmp_path / "no").exists()


def test_a_file_that_is_something_else_may_be_a_mistyped_path(monitor, tmp_path):
    (tmp_path / "notes.txt").write_text("not a database, " * 100)
    code, out, err = monitor("db", "check", "--database", "notes.txt")

    assert (code, out) == (1, "")
    assert "notes.txt is damaged, or was never a database: correct the path, or" in err
