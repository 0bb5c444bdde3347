"""Every command's help ends with lines that can be typed, and its exit codes."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import typer

from monitor.cli import app
from monitor.cli.examples import ENDINGS, add_endings

pytestmark = pytest.mark.hours


@cache
def tree() -> Any:
    root = typer.main.get_command(app)
    add_endings(root)
    return root


def commands(command: Any, name: str = "monitor") -> Iterator[tuple[str, Any]]:
    """Yield every command a user sees, with its words."""
    yield name, command
    for each, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            yield from commands(inner, f"{name} {each}")


COMMANDS = dict(commands(tree()))
EXAMPLES = [(name, line) for name, end in ENDINGS.items() for line in end.examples]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_ends_its_help_with_examples_and_exit_codes(name: str) -> None:
    end = COMMANDS[name].epilog or ""

    assert "Examples:" in end, (
        f"`{name} --help` has no examples: give it an entry in monitor/cli/examples.py"
    )
    examples = re.findall(r"^  (monitor .*)$", end, re.MULTILINE)
    assert 1 <= len(examples) <= 3
    assert re.search(r"^Exit codes: 0 .*130 interrupted\.$", end, re.MULTILINE)


def test_no_ending_is_of_a_command_that_is_none() -> None:
    assert ENDINGS.keys() - COMMANDS.keys() == set()


@pytest.mark.parametrize(("name", "line"), EXAMPLES)
def test_an_example_is_one_that_the_command_takes(name: str, line: str) -> None:
    parsed = parse(line)

    assert parsed == name or (parsed.startswith(f"{name} ") and name in {
        "monitor", "monitor completion", "monitor db", "monitor export",
    })  # fmt: skip


@pytest.mark.parametrize(
    "line", ["monitor poll --hard", "monitor pol", "monitor report --days many", "monitor accept"]
)
def test_a_line_that_no_command_takes_is_noticed(line: str) -> None:
    with pytest.raises(Exception, match=r"option|command|integer|parameter"):
        parse(line)


def parse(line: str) -> str:
    """Return the words of the command that a line runs. Raises what tells the user of a mistake."""
    words = shlex.split(re.split(r" [|>] ", line)[0])[1:]
    command, context, name = tree(), None, "monitor"
    while True:
        context = command.make_context(name.rpartition(" ")[2], words, parent=context)
        words = [*getattr(context, "_protected_args", ()), *context.args]
        if not hasattr(command, "commands"):
            return name
        word, command, words = command.resolve_command(context, words)
        name = f"{name} {word}"


def test_help_shows_the_examples_as_they_are_typed(monitor) -> None:
    code, out, _ = monitor("export", "remote-write", "--help")

    assert code == 0
    for line in ENDINGS["monitor export remote-write"].examples:
        assert f"    {line}\n" in out
