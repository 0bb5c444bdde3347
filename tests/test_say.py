"""Printing and the log: one way out, and nothing else may print."""

import ast
import io
import json
import logging
import sys
from pathlib import Path

import pytest
from rich.console import Group
from rich.text import Text

from monitor import terminal
from monitor.drawing import table
from monitor.logs import LogFormat, OnceAMinute, OneLine
from monitor.terminal import say, say_json

ROOT = Path(__file__).parents[1]


def test_each_text_is_a_line_and_none_makes_two(capsys) -> None:
    say("[beta] API\nacme: ok", "[/a] :smile: \x1b[2J")

    assert capsys.readouterr().out == "[beta] API\\nacme: ok\n[/a] :smile: \\x1b[2J\n"


def test_errors_go_to_stderr(capsys) -> None:
    say("no", err=True)

    assert capsys.readouterr() == ("", "no\n")


def test_a_table_shows_brackets_and_escapes(capsys) -> None:
    say(table(["na[b]me"], [["[beta] API\x1b[2J"], ["one\ntwo"]]))
    out = capsys.readouterr().out

    assert "na[b]me" in out
    assert "[beta] API\\x1b[2J" in out
    assert "one\\ntwo" in out


def test_what_rich_draws_is_looked_at_too(capsys) -> None:
    say(Group(Text("a\x1b[2J\u202e"), "[/a]"))

    assert capsys.readouterr().out == "a\\x1b[2J\\u202e\n[/a]\n"


def test_json_is_json(capsys) -> None:
    say_json({"name": "\u202e\x9b"})

    assert json.loads(capsys.readouterr().out) == {"name": "\u202e\x9b"}


def test_a_terminal_that_knows_few_letters_ends_nothing(monkeypatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    terminal.protect_output()
    say("Zürich")

    assert raw.getvalue() == b"Z\\xfcrich\n"


def test_a_bugs_traceback_shows_what_it_quotes_as_escapes(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    terminal.protect_output()
    error = ValueError("\x1b[2J")
    sys.excepthook(type(error), error, None)
    err = capsys.readouterr().err

    assert "ValueError: \\x1b[2J" in err
    assert "\x1b" not in err


# ------------------------------------------------------------------------------------------------------------
# the log


def logged(form: LogFormat, message: str, *args: object, error: Exception | None = None) -> str:
    record = logging.LogRecord(
        "monitor.x",
        logging.WARNING,
        "x.py",
        1,
        message,
        args,
        (type(error), error, None) if error else None,
    )
    return OneLine(form).format(record)


def test_a_record_is_one_line_of_fields() -> None:
    line = logged(
        LogFormat.LOGFMT,
        "poll failed vendor=%s reason=%s: %s",
        "acme",
        "connect",
        'x\nlevel=error "\x1b[2J',
    )

    assert line.split(" ", 1)[1] == (
        r'level=warning logger=monitor.x msg="poll failed: x\nlevel=error \"\u001b[2J" vendor=acme reason=connect'
    )


def test_the_same_as_json() -> None:
    line = logged(LogFormat.JSON, "poll failed vendor=%s: %s", "acme", "x\ny")

    assert "\n" not in line
    assert json.loads(line) | {"time": ""} == {
        "time": "", "level": "warning", "logger": "monitor.x", "msg": "poll failed: x\ny", "vendor": "acme",
    }  # fmt: skip


def test_the_same_as_a_line_for_people() -> None:
    line = logged(
        LogFormat.TEXT, "poll failed vendor=%s reason=%s: %s", "acme", "connect", "x\n\x1b[2J"
    )

    moment, rest = line.split(" ", 1)
    assert (len(moment), moment[-1]) == (20, "Z")
    assert rest == r"WARNING poll failed: x\n\x1b[2J vendor=acme reason=connect"


def test_the_time_is_utc_and_no_field_of_a_message_replaces_ours() -> None:
    line = json.loads(logged(LogFormat.JSON, "odd level=%s time=%s", "none", "never"))

    assert line["time"].endswith("Z")
    assert (line["level"], line["level_"], line["time_"]) == ("warning", "none", "never")


def test_a_traceback_is_a_field() -> None:
    line = logged(LogFormat.LOGFMT, "bug while reading vendor=%s", "acme", error=ValueError("a\nb"))

    assert len(line.splitlines()) == 1
    assert r'error="ValueError: a\nb"' in line
    assert "trace=" in line


@pytest.mark.parametrize(
    ("message", "args", "said"),
    [
        ("100%", (), "100%"),
        ("100%% of %d", (3,), "100% of 3"),
        ("%5.1f seconds", (1.0,), "  1.0 seconds"),
        ("%(a)s", ({"a": 1},), "1"),
    ],
)
def test_messages_of_other_libraries_are_taken_as_they_are(
    message: str, args: tuple[object, ...], said: str
) -> None:
    assert json.loads(logged(LogFormat.JSON, message, *args))["msg"] == said


# -----------------------------------------------------------------------------------------------------------
# the lint

ONLY_HERE = {
    ROOT / "monitor" / f"{name}.py" for name in ("terminal", "drawing", "progress", "grid", "logs")
}
PRINTS = {"print", "print_json", "echo", "secho", "prompt", "confirm", "input", "basicConfig", "StreamHandler", "Console",
          "Text", "from_markup", "from_ansi"}  # fmt: skip
DRAWN = {"Group", "RenderableType", "Padding", "Text"}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}


def printing(source: str) -> list[str]:
    """Return what in a module prints, or makes what is printed, without asking
    `monitor.terminal`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            function = node.func
            name = (
                function.attr
                if isinstance(function, ast.Attribute)
                else getattr(function, "id", "")
            )
            if name in PRINTS:
                found.append(f"{node.lineno}: {name}()")
        elif (
            isinstance(node, ast.Attribute)
            and node.attr in STREAMS
            and getattr(node.value, "id", "") == "sys"
        ):
            found.append(f"{node.lineno}: sys.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "rich":
            found += [
                f"{node.lineno}: {node.module}.{each.name}"
                for each in node.names
                if each.name not in DRAWN
            ]
        elif isinstance(node, ast.ImportFrom) and node.module == "sys":
            found += [
                f"{node.lineno}: sys.{each.name}" for each in node.names if each.name in STREAMS
            ]
    return found


@pytest.mark.slow
def test_nothing_prints_but_what_is_made_for_it() -> None:
    modules = [
        path for part in ("monitor", "exporters") for path in sorted((ROOT / part).rglob("*.py"))
    ]
    found = {
        str(path.relative_to(ROOT)): printing(path.read_text())
        for path in modules
        if path not in ONLY_HERE
    }

    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    ["print(x)", "typer.echo(x)", "out.print(x)", "sys.stderr.write(x)", "Console(stderr=True)", "from sys import stdout", "Text(x)",
     "from rich.table import Table", "logging.basicConfig()"],
)  # fmt: skip
def test_the_lint_finds_what_prints(source: str) -> None:
    assert printing(source)


def test_a_logger_of_what_strangers_cause_writes_each_kind_once_a_minute_with_how_many_there_were():
    clock, written = [0.0], []
    logger, once = logging.getLogger("tests.strangers"), OnceAMinute(lambda: clock[0])
    logger.addFilter(once)
    handler = logging.Handler()
    handler.emit = lambda record: written.append(record.getMessage())
    logger.addHandler(handler)
    try:
        for number in range(1000):
            logger.warning("nonsense from %d", number)
            logger.error("Fatal error\nconnection: %s", number)
        clock[0] = 60.0
        logger.warning("nonsense from %d", 1000)
    finally:
        logger.removeFilter(once)
        logger.removeHandler(handler)

    assert written == [
        "nonsense from 0",
        "Fatal error\nconnection: 0",
        "nonsense from 1000 (999 more since it was last said)",
    ]
