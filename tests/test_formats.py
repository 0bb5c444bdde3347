"""`--format` says the same in each form: the same keys, snake_case, times with Z, unknown null."""

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pages_at_hand import Command, truth

from monitor.cli import app
from monitor.store import Store
from tests.processes import served
from tests.store_support import add_page

pytestmark = pytest.mark.hours


def helps(command: Any, parent: Any = None, name: str = "monitor") -> Iterator[tuple[str, str]]:
    """Yield the words of every command, and its help."""
    context = command.context_class(command, info_name=name, parent=parent, terminal_width=200)
    yield name, command.get_help(context)
    for each, inner in getattr(command, "commands", {}).items():
        yield from helps(inner, context, f"{name} {each}")


HELP = dict(helps(typer.main.get_command(app)))
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def keys_of(value: object) -> set[str]:
    """Return every key in what JSON says; what a vendor or a source is called is none of ours."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    if isinstance(value, dict):
        inner = {key: each for key, each in value.items() if key != "reach"}
        return set(value).union(*map(keys_of, inner.values()))
    return set()


@pytest.fixture
def database() -> None:
    with Store.open(os.environ["MONITOR_DATABASE_URL"]) as store:
        add_page(store)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [("version",), ("check",), ("vendors",), ("vendors", "--search", "git"), ("db", "size"),
     ("vendors", "--platforms"), ("db", "check"), ("db", "path")],
)  # fmt: skip
def test_json_is_for_programs(monitor: Command, database: None, words) -> None:
    code, out, _ = monitor(*words, "--format", "json")

    assert code == 0
    assert {
        key for key in keys_of(json.loads(out)) if not re.fullmatch("[a-z][a-z0-9_]*", key)
    } == set()


@pytest.mark.parametrize("words", [("vendors",), ("vendors", "--search", "git"), ("db", "size")])
def test_csv_and_markdown_have_the_rows_of_json(monitor: Command, database: None, words) -> None:
    told = json.loads(monitor(*words, "--format", "json")[1])
    rows = told["tables"] if words[0] == "db" else told
    lines = list(csv.DictReader(io.StringIO(monitor(*words, "--format", "csv")[1])))
    marked = monitor(*words, "--format", "markdown")[1].splitlines()

    assert [list(line.values()) for line in lines] == [
        ["" if value is None else str(value) for value in row.values()] for row in rows
    ]
    assert list(lines[0]) == list(rows[0])
    assert marked[0] == f"| {' | '.join(key for key in rows[0] if key != 'note')} |"
    assert len(marked) == len(rows) + 2


@pytest.mark.slow
def test_poll_and_backfill_tell_programs_what_they_tell_people(
    monitor: Command, tmp_path: Path
) -> None:
    with served(truth()) as simulator:
        vendors = [
            {"slug": "acme", "url": simulator.vendors[0].url, "allow_private": True},
            {"slug": "gone", "url": "http://127.0.0.1:9/", "allow_private": True},
        ]
        (tmp_path / "monitor.yaml").write_text(json.dumps({"vendors": vendors}))
        code, out, _ = monitor("poll", "--format", "json")
        acme, gone = json.loads(out)
        people = monitor("poll")[1].splitlines()
        read, unread = json.loads(monitor("backfill", "--days", "7", "--format", "json")[1])
        told = monitor("backfill", "--days", "7")[1].splitlines()
        lines = list(csv.DictReader(io.StringIO(monitor("poll", "--format", "csv")[1])))

    assert code == 1
    assert (acme["outcome"], acme["current_level"], acme["open_incidents"]) == (
        "ok",
        "operational",
        0,
    )
    assert TIME.fullmatch(acme["read_at"])
    assert acme["error"] is acme["reason"] is None
    assert (gone["outcome"], gone["current_level"], gone["read_at"]) == ("failed", None, None)
    assert (gone["reason"], gone["open_incidents"]) == ("connect", None)

    assert re.match(r"acme: (ok|unchanged), operational \(statuspage, days in ", people[0])
    assert people[1] == (
        "gone: not read (cannot connect: All connection attempts failed), state unknown."
        " Check the address and your own network"
    )

    assert (read["days"], read["known_days"], read["complete"]) == (7, 7, True)
    assert 0.9 < read["coverage_ratio"] <= 1
    assert all(map(TIME.fullmatch, read["reach"].values()))
    assert (unread["known_days"], unread["complete"], unread["reason"]) == (0, False, "connect")
    assert told[-2].startswith("gone: failed before anything was read; all 7 days are unknown; ")

    assert [line["vendor"] for line in lines] == ["acme", "gone"]
    assert lines[1]["current_level"] == ""


@pytest.mark.parametrize("words", [("--since", "2999-01-01"), ("--month", "2999-01")])
def test_a_day_that_has_not_come_is_refused_before_anything_is_read(
    monitor: Command, tmp_path: Path, words
) -> None:
    vendor = {"slug": "gone", "url": "http://127.0.0.1:9/", "allow_private": True}
    (tmp_path / "monitor.yaml").write_text(json.dumps({"vendors": [vendor]}))
    code, out, err = monitor("backfill", *words)

    assert (code, out) == (2, "")
    assert "2999-01" in err


WORDS = {"table", "json", "csv", "markdown"}
OWN_WORDS = {
    "monitor status": {"nagios"},
    "monitor report": {"html", "pdf"},
    "monitor replay": {"html", "pdf"},
}
"""What else a command writes, for programs that ask for it by this name."""


@pytest.mark.parametrize(
    "name", [name for name, help_text in HELP.items() if "--format" in help_text]
)
def test_every_command_calls_its_forms_by_the_same_words(name: str) -> None:
    (choices,) = re.findall(r"--format <([a-z|]+)>", HELP[name])
    words = set(choices.split("|"))

    assert words >= {"table", "json"}
    assert words <= WORDS | OWN_WORDS.get(name, set())


def test_every_command_that_prints_facts_writes_json() -> None:
    facts = ("version", "poll", "backfill", "report", "explain", "why", "vendors", "detect",
             "check", "status", "db path", "db check", "db size")  # fmt: skip

    assert [name for name in facts if "--format" not in HELP[f"monitor {name}"]] == []
