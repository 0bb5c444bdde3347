"""Values that are plainly right are taken as Typer would read them, and others are read by Typer."""

from enum import Enum
from pathlib import Path

import pytest
import typer

from monitor.cli import app
from monitor.cli.plain_values import UNREAD, plain_value
from monitor.cli.status import Bad, StatusFormat


class Colour(Enum):
    RED = 1
    BLUE = "blue"


@pytest.mark.parametrize(
    ("value", "kind", "plain"),
    [
        ("text", str, "text"),
        ("", str, ""),
        (7, int, 7),
        ("7", int, UNREAD),
        (True, int, UNREAD),
        (True, bool, True),
        ("yes", bool, UNREAD),
        (b"text", str, UNREAD),
        ("nagios", StatusFormat, StatusFormat.NAGIOS),
        (StatusFormat.JSON, StatusFormat, StatusFormat.JSON),
        ("NAGIOS", StatusFormat, UNREAD),
        ("nagio", StatusFormat, UNREAD),
        ("degraded", Bad, Bad("degraded")),
        ("blue", Colour, Colour.BLUE),
        ("1", Colour, UNREAD),
        (("a", "b"), list[str], ["a", "b"]),
        ((), list[str], []),
        (("a", 1), list[str], UNREAD),
        ("a", list[str], UNREAD),
        (("a", "b"), tuple[str, str], UNREAD),
        ("text", None, UNREAD),
    ],
)
def test_only_what_is_plainly_of_its_kind_is_taken(value, kind, plain) -> None:
    taken = plain_value(value, kind)

    assert taken == plain
    assert type(taken) is type(plain)


def test_a_path_is_taken_that_can_be_read(tmp_path: Path) -> None:
    assert plain_value(str(tmp_path), Path) == tmp_path
    assert plain_value(str(tmp_path / "none"), Path) is UNREAD


def every_param():
    """Yield each command's options and arguments, with the command's name."""
    group = typer.main.get_command(app)
    context = typer.Context(group)
    for name, command in [("monitor", group), *group.commands.items()]:
        for each in [command, *getattr(command, "commands", {}).values()]:
            for param in each.get_params(context):
                yield name, param


@pytest.mark.slow
def test_typer_would_read_what_is_taken_the_same() -> None:
    taken = 0
    for name, param in every_param():
        annotation = param.type_descriptor.annotation
        for value in (None, "a", "json", ("a", "b"), (), 7, True, "."):
            plain = None if value is None else plain_value(value, annotation)
            if plain is UNREAD or (value is None and param.multiple):
                continue
            taken += 1
            reader = type(param).get_runtime_param(param)
            read = reader.coerce(value, param=param, ctx=typer.Context(typer.main.get_command(app)))
            if value is None and param.nargs == -1:
                plain = ()
            assert read == plain, (name, param.name, value)

    assert taken > 100


@pytest.mark.slow
def test_no_option_asks_more_of_a_path_than_that_it_can_be_read() -> None:
    for name, param in every_param():
        asked = param.type_descriptor.parameter_info
        conditions = (asked.exists, asked.writable, asked.resolve_path, asked.allow_dash)
        assert not any(conditions), (name, param.name)
        assert (asked.file_okay, asked.dir_okay) == (True, True), (name, param.name)
        assert asked.case_sensitive, (name, param.name)
        assert asked.parser is None, (name, param.name)
