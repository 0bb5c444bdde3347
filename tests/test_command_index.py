"""The table of commands is what the modules have, and the list of `--help` is made of it alone."""

import importlib
import subprocess
import sys

import pytest
import typer

from monitor.cli import app
from monitor.cli.index import COMMANDS
from monitor.cli.late_commands import stand_ins
from tests.processes import result

pytestmark = pytest.mark.hours
MODULES = sorted({entry.module for entry in COMMANDS.values()})
WIDTHS = (20, 40, 66, 1000)


@pytest.mark.parametrize("module", MODULES)
def test_the_table_has_the_commands_of_a_module_with_their_texts(module: str) -> None:
    holder = typer.Typer(rich_markup_mode=None)
    holder.add_typer(importlib.import_module(f"monitor.cli.{module}").commands)
    made = typer.main.get_group(holder).commands
    listed = {name for name, entry in COMMANDS.items() if entry.module == module}

    assert made.keys() == listed
    for name, command in made.items():
        stand_in = stand_ins()[name]
        for width in WIDTHS:
            assert stand_in.get_short_help_str(width) == command.get_short_help_str(width)


def test_every_command_is_there_when_it_is_asked_for() -> None:
    commands = typer.main.get_command(app).commands

    assert list(commands) == list(COMMANDS)
    assert [command.name for command in commands.values()] == list(COMMANDS)
    assert commands.get("nosuch") is None


HEAVY = ("rich", "sqlmodel", "sqlalchemy", "pydantic", "httpx", "yaml", "asyncio", "monitor.config")


@pytest.mark.integration
@pytest.mark.parametrize("words", [["version"], ["--help"]])
def test_what_needs_no_library_imports_none(tmp_path, words: list[str]) -> None:
    program = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print(sorted(set(sys.modules) & {set(HEAVY)!r}), file=sys.stderr))\n"
        f"sys.argv = ['monitor', *{words!r}]\n"
        "from monitor.__main__ import main\n"
        "main()\n"
    )
    code, _, err = result_of(program, tmp_path)

    assert (code, err.strip()) == (0, "[]")


def result_of(program: str, folder) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.integration
def test_the_short_way_of_version_says_what_the_long_one_does(tmp_path) -> None:
    short = result("version", folder=tmp_path)
    long = result("version", "--format", "table", folder=tmp_path)

    assert short == long
