"""Every command, run with other settings than the database is watched by: what is watched stays as
it is, byte for byte."""

import io
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import typer.main

from monitor import cli
from tests.integration.servers import free_port
from tests.processes import now, served, typed
from tests.test_pipeline import truth_for

pytestmark = [pytest.mark.hours, pytest.mark.slow]

Typed = Callable[..., tuple[int, str, str]]
Path_ = tuple[str, ...]

GONE = "http://127.0.0.1:9/"
DAY = f"{now():%Y-%m-%d}"

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "accept": ("acme",),
    "add": ("status.acme.example",),
    "assets": ("assets",),
    "backfill": ("--days", "2"),
    "check": ("--diff",),
    "completion install": ("bash",),
    "completion show": ("bash",),
    "db backup": ("copy.db",),
    "db check": (),
    "db copy": ("--to", "other.db"),
    "db path": (),
    "db restore": ("before.db",),
    "db size": (),
    "db vacuum": (),
    "demo": ("--seconds", "0.1", "--port", "{port}"),
    "detect": (GONE, "--allow-private"),
    "evidence": ("acme", DAY, "-o", "evidence"),
    "explain": ("other", DAY),
    "export csv": ("-o", "tables"),
    "export json": ("-o", "tables"),
    "export openmetrics": ("-o", "history.om"),
    "export parquet": ("-o", "tables"),
    "export remote-write": ("--url", GONE, "--attempts", "1"),
    "init": ("github", "--config", "new.yaml"),
    "mcp": (),
    "poll": (),
    "publish": ("site",),
    "purge": ("--vendor", "acme", "--yes"),
    "rebuild": (),
    "remove": ("acme",),
    "record": (GONE, "recording", "--allow-private"),
    "replay": ("recording",),
    "report": (),
    "schema": (),
    "status": (),
    "token": ("grafana",),
    "vendors": (),
    "version": (),
    "why": ("other", DAY),
}
"""The least that each command has to be told."""

WRITES = {
    "serve": "it watches the vendors of its settings, which tests/test_watch_list.py is about",
    "rename": "it gives a vendor another slug, which tests/test_cli_remove.py is about",
    "apply": "it is there to change what is watched, which tests/test_watching.py is about",
}
"""Commands that change what is watched, and why."""

ADDS = {"backfill", "poll"}
"""Commands that add a vendor the database has never had."""


def commands() -> Iterator[str]:
    """Yield every command of the command line, hidden ones too."""

    def walk(command, path: Path_) -> Iterator[Path_]:
        if hasattr(command, "commands"):
            for name, child in command.commands.items():
                yield from walk(child, (*path, name))
        else:
            yield path

    return (" ".join(path) for path in walk(typer.main.get_command(cli.app), ()))


@pytest.fixture
def monitor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Typed]:
    """The command, in a folder whose database watches two vendors, told to watch another one."""
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'monitor.db'}")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))  # nobody types anything
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    run = typed(monkeypatch, capsys)
    truths = [replace(truth_for(1, "statuspage"), slug=slug) for slug in ("acme", "globex")]
    with served(*truths) as simulator:
        urls = {vendor.slug: vendor.url for vendor in simulator.vendors} | {"other": GONE}
        lines = [
            f"  - {{slug: {slug}, url: '{url}', allow_private: true}}" for slug, url in urls.items()
        ]
        (tmp_path / "monitor.yaml").write_text("\n".join(["vendors:", *lines, ""]))
        monkeypatch.setenv("MONITOR_VENDORS", "acme,globex")
        assert run("apply")[0] == 0
        assert run("poll")[0] == 0
        assert run("db", "backup", "before.db")[0] == 0
        monkeypatch.setenv("MONITOR_VENDORS", "other")
        yield run


def what_is_watched(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(folder / "monitor.db") as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("page", "watched_settings", "applied", "server")
        }


def test_every_command_stands_in_a_table_here():
    missing = set(commands()) - ARGUMENTS.keys() - WRITES.keys()

    assert not missing, "add its arguments to ARGUMENTS, so that it is run with other settings"
    assert ARGUMENTS.keys() | WRITES.keys() == set(commands())


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_command_with_other_settings_leaves_what_is_watched_as_it_is(
    monitor: Typed, tmp_path: Path, name: str
) -> None:
    before = what_is_watched(tmp_path)
    words = [word.format(port=free_port()) for word in ARGUMENTS[name]]
    code, out, err = monitor(*name.split(), *words)
    after = what_is_watched(tmp_path)

    assert "Traceback" not in out + err
    assert code in {0, 1, 2, 3}
    if name in ADDS:
        (added,) = [row for row in after["page"] if row not in before["page"]]
        assert "other" in added
        after = {table: rows[: len(before[table])] for table, rows in after.items()}
    assert after == before


@pytest.mark.parametrize("name", ["report", "poll", "export csv", "rebuild"])
def test_a_command_with_other_settings_says_so_once(
    monitor: Typed, tmp_path: Path, name: str
) -> None:
    _, _, err = monitor(*name.split(), *ARGUMENTS[name])

    assert err.count("differs from what") == 1
    assert "watched, but not in the settings: acme, globex" in err
