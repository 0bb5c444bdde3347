"""`monitor demo` as a first-time user meets it: its folder, its port, the commands it prints."""

import os
import shlex
import signal
import socket
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.cli.invocation import _own_name, to_type, without_variables
from monitor.config import load
from monitor.demo import demo_truths
from monitor.demo.folder import HEAD, demo_folder, write_settings
from monitor.errors import ConfigError
from tests.integration.servers import free_port
from tests.processes import command

pytestmark = pytest.mark.hours

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)


def filled(folder: Path) -> None:
    """Write what a demo writes."""
    write_settings(folder, demo_truths(NOW)[:1], "127.0.0.1", 9184, 90)
    for name in ("demo.db", "demo.db-wal"):
        (folder / name).touch()


def test_the_demos_settings_ask_its_database_whatever_is_in_it(tmp_path: Path) -> None:
    truths = demo_truths(NOW)
    file = write_settings(tmp_path, truths, "::1", 9200, 420)
    settings = load(file, {})

    assert settings.database_url == f"sqlite:///{tmp_path / 'demo.db'}"
    assert (settings.host, settings.port, settings.backfill_days) == ("::1", 9200, 420)
    assert [(v.slug, v.name, v.url) for v in settings.vendors] == [
        (truth.slug, truth.name, truth.url) for truth in truths
    ]
    assert all(v.allow_private and v.interval_seconds == 60 for v in settings.vendors)


@pytest.mark.parametrize("keep", [False, True])
def test_a_temporary_folder_is_removed_unless_it_is_to_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: bool
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with suppress(KeyboardInterrupt), demo_folder(None, keep=keep) as folder:
        filled(folder)
        raise KeyboardInterrupt

    assert folder.parent == tmp_path
    assert folder.exists() == keep


def test_of_a_folder_that_was_there_only_the_demos_files_are_removed(tmp_path: Path) -> None:
    with demo_folder(tmp_path, keep=False) as folder:
        filled(folder)
        (folder / "notes.txt").write_text("mine")

    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_the_demo_made_is_removed(tmp_path: Path) -> None:
    with demo_folder(tmp_path / "new", keep=False) as folder:
        filled(folder)

    assert not (tmp_path / "new").exists()


def test_an_earlier_demo_makes_room_for_the_next(tmp_path: Path) -> None:
    with demo_folder(tmp_path, keep=True):
        filled(tmp_path)
    with demo_folder(tmp_path, keep=True):
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["vendors: [openai]\n", f"# mine\n{HEAD}"])
def test_a_folder_of_somebody_elses_files_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "monitor.yaml").write_text(text)
    with (
        pytest.raises(ConfigError, match="is not empty, and what is in it is no demo's"),
        demo_folder(tmp_path, keep=False),
    ):
        pass

    assert (tmp_path / "monitor.yaml").read_text() == text


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ConfigError, match="name another folder with --dir"),
        demo_folder(tmp_path / "file" / "x", keep=False),
    ):
        pass


@pytest.mark.parametrize(
    ("called", "found", "name"),
    [
        (".venv/bin/monitor", None, ".venv/bin/monitor"),
        (".venv/bin/monitor", "elsewhere/monitor", ".venv/bin/monitor"),
        (".venv/bin/monitor", ".venv/bin/monitor", "monitor"),
        ("my venv/bin/monitor", None, "'my venv/bin/monitor'"),
        ("/x/site-packages/monitor/__main__.py", None, "/usr/bin/python3 -m monitor"),
        ("monitor", None, "monitor"),
        ("/x/bin/pytest", None, "monitor"),
    ],
)
def test_what_is_printed_calls_the_command_as_it_was_called(
    home: Path, called: str, found: str | None, name: str
) -> None:
    for path in (called, found):
        if path is not None and not path.startswith("/"):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).touch()

    assert _own_name(called, "/usr/bin/python3", lambda _: found) == name


def test_a_printed_line_is_quoted_for_the_shell_and_asks_by_its_file_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.argv", ["monitor"])
    line = to_type("report", "acme", config=Path("a b/monitor.yaml"))

    assert shlex.split(line) == ["monitor", "report", "acme", "--config", "a b/monitor.yaml"]
    assert without_variables(line, {"MONITOR_VENDORS": " "}) == line
    assert without_variables(line, {"MONITOR_VENDORS": "x", "MONITOR_DATABASE_URL": "y"}) == (
        f"env -u MONITOR_DATABASE_URL -u MONITOR_VENDORS {line}"
    )


def started(*words: str, folder: Path) -> subprocess.Popen[str]:
    """Start a demo whose temporary folders are made below `folder`."""
    os.environ["TMPDIR"] = str(folder)
    try:
        return command("demo", *words, folder=folder)
    finally:
        del os.environ["TMPDIR"]


def lines_until(process: subprocess.Popen[str], start: str) -> list[str]:
    """Read what a process prints up to a line with this beginning."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith(start):
            return lines
    raise AssertionError(f"it ended: {lines}, {process.stderr and process.stderr.read()}")


@pytest.mark.integration
@pytest.mark.hours
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_a_demo_prints_works_while_it_runs_and_nothing_is_left_of_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    process = started("--port", str(port), "--days", "20", folder=tmp_path)
    try:
        printed = lines_until(process, "Ctrl-C ends it")
        commands = [line.strip() for line in printed if " --config " in line]
        assert len(commands) == 3
        for line in commands:
            done = subprocess.run(  # as it stands, in a shell
                line, shell=True, check=False, cwd=tmp_path, capture_output=True, text=True
            )
            # An outage goes on there, which is what a status ends with.
            assert (done.returncode, done.stderr) == (2 if " status " in line else 0, ""), line
            assert "larkspur" in done.stdout.casefold()
        assert f"http://127.0.0.1:{port}/metrics" in "\n".join(printed)
        assert list(tmp_path.glob("vendorstatus-demo-*"))
    finally:
        process.send_signal(number)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "Traceback" not in err
    assert not list(tmp_path.glob("vendorstatus-demo-*"))


@pytest.mark.integration
@pytest.mark.hours
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_broken_off_before_it_serves_leaves_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    process = started("--port", str(free_port()), folder=tmp_path)
    until = time.monotonic() + 60
    while not list(tmp_path.glob("vendorstatus-demo-*/monitor.yaml")):
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert not list(tmp_path.glob("vendorstatus-demo-*"))


@pytest.mark.integration
@pytest.mark.hours
def test_a_demo_takes_the_next_port_where_its_own_is_taken_and_says_which(tmp_path: Path) -> None:
    """Another program may hold 9184 here already: then that is the one that is in its way."""
    taken = socket.socket()
    with taken:
        with suppress(OSError):
            taken.bind(("127.0.0.1", 9184))
            taken.listen()
        process = started("--days", "3", "--dir", "d", "--keep", "--seconds", "1", folder=tmp_path)
        out, err = process.communicate(timeout=120)

    assert process.returncode == 0, err
    port = load(tmp_path / "d" / "monitor.yaml", {}).port
    assert 9184 < port < 9204
    assert f"port 9184 is taken, this demo has {port}" in err
    assert f"http://127.0.0.1:{port}/metrics" in out
    assert "kept: d" in err
