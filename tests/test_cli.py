"""The command line as a user meets it: exit codes, messages, formats. Never a traceback."""

import csv
import io
import json
import re
import socket
from pathlib import Path

import pytest

from monitor.cli.listening import MOST_TRIES, at_place, listen_from
from monitor.config import load
from monitor.errors import ConfigError
from tests.cases import FIXTURES, recording_of, write_recording
from tests.terminals import seen

pytestmark = pytest.mark.hours


def recorded(case: Path, folder: Path) -> str:
    """Write the recording of a case, and return its folder as the command takes it."""
    return str(write_recording(recording_of(case), folder / "recording"))


def test_a_page_that_is_not_recognised_is_replayed_as_the_platform_that_is_named(
    monitor, tmp_path: Path
) -> None:
    folder = recorded(FIXTURES / "rootly" / "unknown-word", tmp_path)

    code, _, err = monitor("replay", folder)
    assert code == 1
    assert "platform" in err

    code, out, err = monitor("replay", folder, "--platform", "rootly", "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out)["vendors"][0]["platform"] == "rootly"


def test_a_platform_that_is_none_is_named_with_the_nearest(monitor, tmp_path: Path) -> None:
    folder = recorded(FIXTURES / "statuspage" / "quiet", tmp_path)
    code, _, err = monitor("replay", folder, "--platform", "statuspag")

    assert code == 2
    assert err == "monitor: 'statuspag' is not a platform; did you mean 'statuspage'?\n"


def test_a_replay_prints_the_sentence_and_a_row_of_day_cells(monitor, tmp_path: Path) -> None:
    code, out, _ = monitor("replay", recorded(FIXTURES / "statuspage" / "ongoing", tmp_path))

    assert code == 0
    assert "known days" in out
    assert "coverage" in out
    assert "▁" in out


@pytest.mark.parametrize("columns", [30, 80, 92])
def test_every_day_of_the_window_has_a_cell_however_narrow_the_terminal(
    monkeypatch, tmp_path: Path, columns
) -> None:
    folder = recorded(FIXTURES / "statuspage" / "quiet", tmp_path)
    screen = seen(monkeypatch, "replay", folder, columns=columns)
    out = re.sub(r"\x1b\[[0-9;]*m", "", screen)
    lines = [line.strip() for line in out.splitlines()]
    rows = [line for line in lines if line and set(line) <= set("?▁▂▄▆█")]

    assert rows
    assert sum(map(len, rows)) % 90 == 0
    assert max(map(len, rows)) <= columns - 2


def test_json_has_the_documented_keys(monitor, tmp_path: Path) -> None:
    code, out, _ = monitor(
        "replay", recorded(FIXTURES / "statuspage" / "ongoing", tmp_path), "--format", "json"
    )
    report = json.loads(out)

    assert code == 0
    assert {"as_of", "window_days", "policy", "generated_at", "vendors"} <= report.keys()
    (vendor,) = report["vendors"]
    assert {
        "vendor", "page", "platform", "zone", "window", "known_days", "outage_days", "major_days", "degraded_days",
        "maintenance_days", "unknown_days", "disputed_days", "outage_day_ratio", "downtime_ratio", "coverage_ratio",
        "current_level", "open_incidents", "vendor_reported_uptime", "days", "components",
    } <= vendor.keys()  # fmt: skip
    assert {
        "id",
        "name",
        "group",
        "current_level",
        "outage_seconds",
        "vendor_reported_uptime",
        "vendor_formula_uptime",
        "days",
    } <= vendor["components"][0].keys()
    assert len(vendor["days"]) == 90


def test_csv_has_a_line_per_vendor_and_component(monitor, tmp_path: Path) -> None:
    _, out, _ = monitor(
        "replay", recorded(FIXTURES / "statuspage" / "ongoing", tmp_path), "--format", "csv"
    )
    lines = list(csv.DictReader(io.StringIO(out)))

    assert lines[0]["component"] == ""
    assert all(line["component"] for line in lines[1:])


def test_markdown_has_a_table(monitor, tmp_path: Path) -> None:
    _, out, _ = monitor(
        "replay", recorded(FIXTURES / "incidentio" / "ongoing", tmp_path), "--format", "markdown"
    )

    assert out.startswith("## ")
    assert "| component | now |" in out


def test_a_challenged_page_is_a_failed_page_and_nothing_is_operational(
    monitor, tmp_path: Path
) -> None:
    code, out, err = monitor(
        "replay", recorded(FIXTURES / "statuspage" / "bot-challenge", tmp_path), "--format", "json"
    )

    assert code == 1
    assert json.loads(out)["vendors"][0]["current_level"] is None
    assert "failed" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("report", "nope"), "no vendor 'nope'"),
        (("report", "--as-of", "2099-01-01"), "in the future"),
        (("report", "--known-at", "yesterday"), "not an ISO 8601 time"),
        (("explain", "anthropic", "2026-13-01"), "is not in the calendar"),
        (("explain", "anthropic", "api", "2026-11-01"), "no component 'api'"),
        (("backfill", "--days", "5", "--since", "2026-01-01"), "drop one of them"),
        (("replay", "nowhere"), "is no recording"),
        (("check", "--config", "missing.yaml"), "missing.yaml"),
        (("add", "ftp://status.example.com"), "ftp"),
    ],
)
@pytest.mark.usefixtures("empty_database")
def test_a_mistake_gets_a_clear_message_and_exit_code_2(
    monitor, words: tuple[str, ...], message: str
) -> None:
    code, _, err = monitor(*words)

    assert code == 2
    assert message in err
    assert "Traceback" not in err


@pytest.mark.usefixtures("empty_database")
def test_nothing_stored_is_unknown_not_green(monitor) -> None:
    code, out, _ = monitor("report", "anthropic")

    assert code == 0
    assert "no data for any of the 90 days" in out
    assert "operational" not in out.split("\n")[0]


def test_a_database_that_is_none_is_named_with_a_remedy(
    monitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "text.db").write_text("not a database, but long enough to be read as one" * 100)
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'text.db'}")
    code, _, err = monitor("vendors")

    assert code == 2
    assert "is not a database" in err


def test_check_and_version_are_fine_without_any_file(monitor) -> None:
    assert monitor("check")[0] == 0
    assert "vendorstatus" in monitor("version")[1]


@pytest.mark.usefixtures("empty_database")
def test_rebuild_works_offline_on_an_empty_database(monitor) -> None:
    code, out, _ = monitor("rebuild", "anthropic")

    assert code == 0
    assert "0 closed days changed" in out


def test_an_address_that_is_none_of_this_machine_s_is_said_as_such(monitor, monkeypatch) -> None:
    monkeypatch.setenv("MONITOR_LISTEN", "192.0.2.1:9184")
    code, _, err = monitor("serve", "--open")

    assert code == 2
    assert "cannot listen on 192.0.2.1:9184: " in err
    assert "name an address of this machine with --listen" in err
    assert "another monitor" not in err


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "--port", "PORT"),
        ("serve", "--listen", "127.0.0.1:PORT"),
        ("serve", "--listen", "127.0.0.1:PORT", "--port", "PORT"),
        ("serve",),  # by MONITOR_LISTEN
        ("demo", "--port", "PORT"),
        ("demo", "--listen", "127.0.0.1:PORT"),
    ],
)
def test_a_taken_port_is_said_before_anything_is_read_or_promised(
    monitor, monkeypatch, tmp_path, words
) -> None:
    database = tmp_path / "status.db"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        if len(words) == 1:
            monkeypatch.setenv("MONITOR_LISTEN", f"127.0.0.1:{port}")
        words = [word.replace("PORT", str(port)) for word in words]
        words += ["--database", str(database), "--create"] if words[0] == "serve" else []
        code, out, err = monitor(*words)

    assert code == 2
    assert out == ""
    assert err == (
        f"monitor: cannot listen on 127.0.0.1:{port}: another program listens there, maybe another"
        " monitor; choose another port with --port, or `server` in the settings\n"
    )
    assert not database.exists()


@pytest.mark.parametrize("command", ["serve", "demo"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--listen", "localhost"), "--listen: 'localhost' is not host:port"),
        (("--listen", "::1:80", "--port", "1"), "--listen: '::1:80' is not host:port"),
        (
            ("--listen", "127.0.0.1:80", "--port", "81"),
            "--port 81 and --listen 127.0.0.1:80 differ",
        ),
        (("--port", "0"), "Invalid value for '--port'"),
        (("--port", "70000"), "Invalid value for '--port'"),
    ],
)
def test_a_place_that_is_none_is_refused(monitor, command, options, message) -> None:
    code, _, err = monitor(command, *options)

    assert code == 2
    assert message in err


def test_options_go_before_the_settings_and_the_rest_stays(monkeypatch) -> None:
    settings = load(None, {"MONITOR_LISTEN": "192.0.2.1:9000"})

    def place(port=None, listen=None):
        placed = at_place(settings, port, listen)
        return placed.host, placed.port

    assert place() == ("192.0.2.1", 9000)
    assert place(port=9200) == ("192.0.2.1", 9200)
    assert place(listen="[::1]:9300") == ("::1", 9300)
    assert place(9300, "[::1]:9300") == ("::1", 9300)


def test_the_next_free_port_is_taken_where_any_will_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with listen_from("127.0.0.1", port) as listener:
            assert port < listener.getsockname()[1] < port + MOST_TRIES
        with pytest.raises(ConfigError, match="name an address of this machine"):
            listen_from("192.0.2.1", port).__enter__()
