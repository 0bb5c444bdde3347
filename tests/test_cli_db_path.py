"""`monitor db path`, and what `--database` takes: what the settings take, with their messages."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from store_support import add_page, poll

from monitor.store import Store
from tests.store_support import database

pytestmark = pytest.mark.hours

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _settings(settings_folder):
    """A settings file, and so a fixed list of vendors."""


def test_the_path_alone_is_printed_and_nothing_is_made(monitor, tmp_path):
    assert monitor("db", "path") == (0, f"{tmp_path / 'monitor.db'}\n", "")
    assert not (tmp_path / "monitor.db").exists()


@pytest.mark.parametrize(
    "text", ["other.db", "./other.db", "sqlite:///other.db", "~/other.db", "sqlite:///~/other.db"]
)
def test_a_database_is_named_as_in_the_settings(monitor, monkeypatch, tmp_path, text):
    monkeypatch.setenv("HOME", str(tmp_path))

    assert monitor("db", "path", "--database", text) == (0, f"{tmp_path / 'other.db'}\n", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mysql://u:hunter2@h/d", "cannot use the database 'mysql'"),
        ("postgresql:u:hunter2@h", "is neither a path nor a database URL"),
        ("sqlite://other.db", "a SQLite URL has three slashes before the path"),
        ("", "has no value"),
    ],
)
def test_a_database_that_is_none_is_refused_with_the_message_of_the_settings(
    monitor, text, message
):
    code, out, err = monitor("db", "path", "--database", text)

    assert (code, out) == (2, "")
    assert f"--database: {message}" in err
    assert "hunter2" not in err


def test_json_says_what_is_there(monitor, tmp_path):
    before = json.loads(monitor("db", "path", "--format", "json")[1])
    with Store.open(f"sqlite:///{tmp_path / 'monitor.db'}") as store:
        page = add_page(store, now=NOW)
        store.record_polls([poll(page, NOW)])
    code, out, _ = monitor("db", "path", "--format", "json")
    after = json.loads(out)

    assert code == 0
    assert (before["exists"], before["revision"], before["last_write"]) == (False, None, None)
    assert (after["kind"], after["exists"]) == ("sqlite", True)
    assert after["path"] == str(tmp_path / "monitor.db")
    assert after["last_write"] == "2026-05-20T12:00:00Z"
    assert after["size_bytes"] >= (tmp_path / "monitor.db").stat().st_size


def test_json_of_a_file_that_is_no_database_of_ours_has_no_revision(monitor, tmp_path: Path):
    (tmp_path / "monitor.db").touch()

    found = json.loads(monitor("db", "path", "--format", "json")[1])

    assert (found["exists"], found["revision"]) == (True, None)


def test_no_password_is_printed(monitor):
    url = "postgresql://someone:secret@db.example/status"
    code, out, _ = monitor("db", "path", "--database", url)

    assert code == 0
    assert "db.example/status" in out
    assert "secret" not in out


@pytest.mark.integration
def test_json_says_what_a_server_holds(monitor):
    with database("postgresql") as url:
        empty = json.loads(monitor("db", "path", "--format", "json", "--database", url)[1])
        with Store.open(url) as store:
            page = add_page(store, now=NOW)
            store.record_polls([poll(page, NOW)])
        found = json.loads(monitor("db", "path", "--format", "json", "--database", url)[1])

    assert (empty["exists"], found["exists"]) == (False, True)
    assert (found["kind"], found["path"]) == ("postgresql", None)
    assert found["last_write"] == "2026-05-20T12:00:00Z"
