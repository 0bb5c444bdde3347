"""What a terminal shows, and what goes into a pipe: widths, words, codes, and poor encodings."""

import io
import os
import re
import sys
from pathlib import Path

import pytest

from exporters.report.terminal import legend
from monitor import terminal
from monitor.drawing import table
from monitor.store import Store
from monitor.terminal import say, tell
from tests.cases import FIXTURES, recording_of, write_recording
from tests.store_support import add_page
from tests.terminals import Screen, seen, typed_at_terminal

pytestmark = pytest.mark.hours

LONG = "Regional Endpoints of the Application Programming Interface for Enterprises"
URL = "https://status.a-vendor-with-a-rather-long-name.example/history"


def printed(monkeypatch: pytest.MonkeyPatch, what, columns: int | None) -> list[str]:
    """Return the lines of what is printed at a terminal of so many columns; None = in a pipe."""
    out = io.StringIO() if columns is None else Screen()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("COLUMNS", str(columns or 80))
    monkeypatch.setenv("NO_COLOR", "1")
    what()
    return out.getvalue().splitlines()


def words_of(lines: list[str]) -> set[str]:
    return {word for line in lines for word in line.split()}


ROWS = [["acme", LONG, URL, "high"], ["zen", "Short", "https://zen.example/", "low"]]
COLUMNS = ["vendor", "name", "page", "confidence"]


def show_table() -> None:
    say(table(COLUMNS, ROWS, uncut=("vendor", "page")))


@pytest.mark.parametrize("columns", [70, 80, 100, 150])
def test_a_table_is_as_wide_as_the_terminal_at_most_and_breaks_no_word(
    monkeypatch, columns
) -> None:
    lines = printed(monkeypatch, show_table, columns)

    assert max(map(len, lines)) <= columns
    assert words_of(lines) >= {*LONG.split(), URL, "confidence", "acme", "high"}


def test_an_address_stands_below_its_row_where_there_is_no_room_beside_it(monkeypatch) -> None:
    narrow, wide = (printed(monkeypatch, show_table, columns) for columns in (80, 200))

    assert narrow[-1] == "   https://zen.example/"
    assert wide[-1].split() == ["zen", "Short", "https://zen.example/", "low"]


def test_a_word_is_broken_where_the_terminal_is_narrower_than_it(monkeypatch) -> None:
    lines = printed(monkeypatch, lambda: say(table(["a", "b"], [["x" * 30, "y" * 30]])), 20)

    assert max(map(len, lines)) <= 20
    assert "".join(lines).count("x") == "".join(lines).count("y") == 30


def test_in_a_pipe_a_row_is_a_line_that_ends_with_its_last_letter(monkeypatch) -> None:
    lines = printed(monkeypatch, show_table, None)

    assert len(lines) == 3
    assert LONG in lines[1]
    assert lines == [line.rstrip() for line in lines]


def test_sentences_are_broken_between_words_at_a_terminal_and_nowhere_in_a_pipe(
    monkeypatch,
) -> None:
    text = f"  {LONG}, which is {LONG}"

    lines = printed(monkeypatch, lambda: tell(text), 40)
    assert max(map(len, lines)) <= 40
    assert all(re.match("  [^ ]", line) for line in lines)
    assert words_of(lines) == set(text.split())

    assert printed(monkeypatch, lambda: tell(text), None) == [text]


@pytest.fixture
def recording(tmp_path: Path) -> str:
    case = FIXTURES / "statuspage" / "ongoing"
    return str(write_recording(recording_of(case), tmp_path / "recording"))


TABLES = [
    ["vendors"],
    ["vendors", "--search", "a"],
    ["vendors", "--platforms"],
    ["db", "size"],
    ["check"],
]


@pytest.mark.slow
@pytest.mark.parametrize("words", TABLES)
def test_no_command_shows_half_a_word_at_80_columns(monitor, monkeypatch, words) -> None:
    Store.open(os.environ["MONITOR_DATABASE_URL"]).close()
    piped = monitor(*words)[1]
    monkeypatch.setenv("NO_COLOR", "1")
    shown = seen(monkeypatch, *words)
    long_words = {word for word in piped.split() if len(word) > 70}

    assert max(map(len, shown.splitlines())) <= 80
    assert set(piped.split()) - long_words <= set(shown.split())


def test_a_report_in_a_pipe_has_a_line_for_each_sentence(monitor, recording) -> None:
    _, out, _ = monitor("replay", recording)

    assert max(map(len, out.splitlines())) > 80
    assert out == "".join(f"{line.rstrip()}\n" for line in out.splitlines())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_without_colours_there_is_no_code_at_all(monkeypatch, recording, name, value) -> None:
    assert "\x1b" in seen(monkeypatch, "replay", recording)

    real = monkeypatch.setenv
    monkeypatch.setattr(monkeypatch, "setenv", lambda key, text: key != name and real(key, text))
    real(name, value)
    assert "\x1b" not in seen(monkeypatch, "replay", recording)
    assert "\x1b" not in seen(monkeypatch, "vendors")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_an_encoding_without_blocks_gets_cells_of_letters(monkeypatch, recording, encoding) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "argv", ["monitor", "replay", recording])
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    with pytest.raises(SystemExit):
        terminal_command()
    out = raw.getvalue().decode(encoding)

    assert "\\u25" not in out
    assert re.search(r"^  [?.]*[_=%#-]+$", out, re.MULTILINE)
    assert "_ operational" in out
    assert "# major outage" in out


def terminal_command() -> None:
    from monitor import cli

    cli.main()
    terminal.hand_over()


@pytest.mark.integration
def test_a_real_terminal_of_80_columns(tmp_path: Path, recording: str) -> None:
    out = typed_at_terminal("replay", recording, folder=tmp_path)
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", out).splitlines()

    assert "\x1b[" in out
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("columns", [40, 80])
def test_the_legend_breaks_between_its_entries(monkeypatch, columns) -> None:
    lines = printed(monkeypatch, lambda: say(legend(absent=True, width=columns)), columns)

    assert max(map(len, lines)) <= columns
    assert all(line[1] == " " and line[2] != " " for line in lines)


def test_explanations_are_broken_between_words_at_a_terminal(
    monitor, monkeypatch, tmp_path: Path
) -> None:
    (tmp_path / "monitor.yaml").write_text("vendors: [github]\n")
    with Store.open(os.environ["MONITOR_DATABASE_URL"]) as store:
        add_page(store, "github")
    words = ("explain", "github", "2026-05-01")
    piped = monitor(*words)[1]
    monkeypatch.setenv("NO_COLOR", "1")
    shown = seen(monkeypatch, *words, columns=40)

    assert max(map(len, shown.splitlines())) <= 40
    assert shown.split() == piped.split()


def test_an_error_is_broken_between_words_at_a_terminal(monitor, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    _, _, piped = monitor(
        "explain", "nobody-of-this-name", "2026-05-01", "--config", "missing.yaml"
    )
    screen = Screen()
    monkeypatch.setenv("COLUMNS", "40")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", screen)
        with pytest.raises(SystemExit):
            terminal_command()

    assert max(map(len, screen.getvalue().splitlines())) <= 40
    assert screen.getvalue().split() == piped.split()
