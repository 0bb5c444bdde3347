"""What a user can choose or read is named by a document, and a failure says by which it has to be."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from monitor.cli import app
from monitor.ratios import POLICIES

ROOT = Path(__file__).parents[1]
OF_MANY = {"--config", "--database"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text()


def documented_options(text: str) -> set[tuple[str, str]]:
    """Return (command, option) of the rows of docs/commands.md; those of every command have no
    command."""
    pairs = set()
    for row in re.findall(r"^\| (`.*)$", text, re.MULTILINE):
        first, second = row.split(" | ")[:2]
        (command,) = re.findall(r"`(monitor [a-z -]+)`", first) or [""]
        for option in re.findall(r"`(--[a-z.-]+)`", second if command else first):
            pairs.add((command, option))
    return pairs


def options(command: click.Command, name: str = "monitor") -> Iterator[tuple[str, str]]:
    for parameter in command.params:
        if getattr(parameter, "hidden", False):
            continue  # an old word, which nobody should learn
        for option in [*parameter.opts, *parameter.secondary_opts]:
            if option.startswith("--") and option != "--help":
                yield "" if name == "monitor" or option in OF_MANY else name, option
    for part, child in getattr(command, "commands", {}).items():
        yield from options(child, f"{name} {part}")


OPTIONS = sorted(set(options(typer.main.get_command(app))))
METRICS = sorted(re.findall(r"^# TYPE (\S+)", text_of("tests/golden/metrics.txt"), re.MULTILINE))


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_is_named_by_the_document_of_commands(command: str, option: str) -> None:
    assert (command, option) in documented_options(text_of("docs/commands.md")), (
        f"no document names {option} of {command or 'every command'}: give it a row in"
        " docs/commands.md"
    )


def test_the_document_of_commands_names_no_option_that_is_none() -> None:
    assert documented_options(text_of("docs/commands.md")) - set(OPTIONS) == set()


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_is_named_by_the_document_of_settings(policy: str) -> None:
    assert f"`{policy}`" in text_of("docs/configuration.md"), (
        f"no document names the policy `{policy}`: say in docs/configuration.md, at `policy`, what"
        " it weighs"
    )


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_named_by_the_document_of_metrics(metric: str) -> None:
    assert f"`{metric}`" in text_of("docs/metrics.md"), (
        f"no document names {metric}: give it a row with its labels in docs/metrics.md"
    )


def test_an_option_that_no_row_names_is_missed() -> None:
    rows = "| `monitor add` | `--slug` | a name |\n| `--config`, `-c` | the file |\n"

    assert documented_options(rows) == {("monitor add", "--slug"), ("", "--config")}
