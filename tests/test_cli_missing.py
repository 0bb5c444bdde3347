"""A database that is not there: a mistyped path is an error, and a fresh install works without
options."""

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.config import default_database_path
from monitor.store import Store
from tests.processes import typed
from tests.store_support import database

pytestmark = pytest.mark.hours

READS = (
    ("report",),
    ("explain", "acme", "2026-05-05"),
    ("why", "acme", "2026-05-05"),
    ("evidence", "acme", "2026-05-05", "-o", "out"),
    ("accept", "acme"),
    ("rebuild",),
    ("export", "openmetrics", "-o", "out"),
    ("export", "csv"),
    ("db", "check"),
    ("db", "backup", "copy.db"),
    ("db", "vacuum"),
    ("db", "size"),
)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings whose one page answers nobody, so that reading it fails at once."""
    file = tmp_path / "monitor.yaml"
    file.write_text(
        "vendors:\n  - {slug: acme, url: 'http://127.0.0.1:9/', allow_private: true, zone: UTC}\n"
    )
    return file


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_a_command_that_only_reads_names_the_missing_file_and_makes_none(monitor, tmp_path, words):
    code, out, err = monitor(*words, "--database", "typo.db")

    assert (code, out) == (2, "")
    assert f"no database at {tmp_path / 'typo.db'}; `monitor backfill` makes one" in " ".join(
        err.split()
    )
    assert files(tmp_path) == {"monitor.yaml"}


@pytest.mark.usefixtures("settings")
def test_vendors_are_listed_before_anything_was_read_unless_a_missing_database_is_named(
    monitor, tmp_path
):
    code, out, _ = monitor("vendors")
    assert code == 0
    assert "never" in out

    assert monitor("vendors", "--database", "typo.db")[0] == 2
    assert files(tmp_path) == {"monitor.yaml"}


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("command", ["poll", "backfill", "serve"])
def test_a_missing_file_that_the_command_line_names_is_made_only_when_asked_for(
    monitor, monkeypatch, tmp_path, command
):
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("MONITOR_LISTEN", f"127.0.0.1:{free.getsockname()[1]}")
    code, _, err = monitor(command, "--database", "typo.db")

    assert code == 2
    assert f"no database at {tmp_path / 'typo.db'}; add --create" in err
    assert files(tmp_path) == {"monitor.yaml"}


@pytest.mark.usefixtures("settings")
def test_create_makes_it(monitor, tmp_path):
    code, _, err = monitor("poll", "--database", "new.db", "--create")

    assert code == 1  # the page answers nobody
    assert f"there was no database at {tmp_path / 'new.db'}, a new one is made" in err
    assert "new.db" in files(tmp_path)
    assert "new one" not in monitor("poll", "--database", "new.db")[2]


@pytest.mark.usefixtures("settings")
def test_a_missing_file_that_the_settings_name_is_made_with_a_note(monitor, tmp_path):
    assert "a new one is made" in monitor("poll")[2]
    assert "monitor.db" in files(tmp_path)


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("words", [("poll",), ("poll", "--database", "no/x.db", "--create")])
def test_a_missing_folder_is_never_made(monitor, monkeypatch, tmp_path, words):
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path}/no/x.db")
    code, _, err = monitor(*words)

    assert code == 2
    assert f"no folder {tmp_path / 'no'}" in err
    assert not (tmp_path / "no").exists()


@pytest.mark.usefixtures("settings")
def test_a_folder_is_no_database(monitor, tmp_path):
    (tmp_path / "folder").mkdir()

    for words in (("report",), ("poll", "--create")):
        code, _, err = monitor(*words, "--database", "folder")
        assert (code, "is a folder; name a file in it" in err) == (2, True)


def test_a_fresh_install_needs_no_option(home, monkeypatch, capsys):
    (home / "work" / "monitor.yaml").write_text(
        "vendors: [{slug: acme, url: 'http://127.0.0.1:9/', allow_private: true}]\n"
    )
    monitor = typed(monkeypatch, capsys)
    assert not default_database_path().parent.exists()
    assert "a new one is made" in monitor("poll")[2]

    with Store.open(f"sqlite:///{default_database_path()}", migrate=False) as store:
        assert [page.slug for page in store.pages()] == ["acme"]
    assert monitor("report")[1].startswith("Acme: ")


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("words", [("report",), ("export", "csv"), ("db", "check")], ids=" ".join)
def test_no_tables_are_made_in_a_database_of_another_program(monitor, tmp_path, words):
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE x (y)")
    code, _, err = monitor(*words, "--database", "other.db")

    assert (code, "has no tables of ours" in err) == (2, True)
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("x",)]


@pytest.mark.integration
@pytest.mark.usefixtures("settings")
def test_no_tables_are_made_on_a_server_by_reading_and_a_missing_database_is_told(monitor):
    with database("postgresql") as url:
        code, _, err = monitor("report", "--database", url)
        assert (code, "has no tables of ours" in err) == (2, True)
        address, _, options = url.partition("?")
        gone = f"{address.rpartition('/')[0]}/no_such_database?{options}"
        code, _, err = monitor("db", "check", "--database", gone)

    assert (code, "createdb" in err) == (2, True)
