"""`monitor completion`: the shell finishes commands, options, vendors and components."""

import os
from pathlib import Path
from typing import Annotated

import typer
from typer._completion_classes import completion_init
from typer._completion_shared import Shells, get_completion_script
from typer._completion_shared import install as install_script

from monitor.cli.invocation import ASKED_BY_SHELL
from monitor.errors import ConfigError
from monitor.terminal import say

commands = typer.Typer()
completion = typer.Typer(no_args_is_help=True)

_SHELLS = tuple(shell for shell in Shells if shell in {"bash", "zsh", "fish"})

Shell = Annotated[
    str | None,
    typer.Argument(
        metavar="[bash|zsh|fish]",
        help="The shell (default: the one in $SHELL).",
        autocompletion=lambda: list(_SHELLS),
    ),
]


def answer_shells() -> None:
    """Have the command answer the shell that asks for words."""
    completion_init()


@completion.command(short_help="Print the script, to install it yourself.")
def show(shell: Shell = None) -> None:
    """Print what a shell reads to finish words."""
    say(*_script(_shell_of(shell)).splitlines())


@completion.command(short_help="Install it for your user.")
def install(shell: Shell = None) -> None:
    """Write the script where your shell finds it, and have your shell's settings read it.

    bash: ~/.bash_completions/monitor.sh, which ~/.bashrc then reads; zsh: ~/.zfunc/_monitor, with
    lines in ~/.zshrc; fish: ~/.config/fish/completions/monitor.fish. Doing it again changes
    nothing.
    """
    name = _shell_of(shell)
    try:
        _, path = install_script(shell=name, prog_name="monitor", complete_var=ASKED_BY_SHELL)
    except OSError as error:
        reason = error.strerror or error
        remedy = f"write the output of `monitor completion show {name}` elsewhere"
        raise ConfigError(f"cannot write {error.filename}: {reason}; {remedy}") from error
    say(f"wrote {path}{_also_changed(name)}")
    say("next: open a new terminal, type monitor and press Tab")


commands.add_typer(completion, name="completion", help="Have your shell finish words at Tab.")


def _script(shell: str) -> str:
    return get_completion_script(prog_name="monitor", complete_var=ASKED_BY_SHELL, shell=shell)


def _also_changed(shell: str) -> str:
    files = {"bash": ".bashrc", "zsh": ".zshrc"}
    return f", and {Path.home() / files[shell]} reads it" if shell in files else ""


def _shell_of(shell: str | None) -> str:
    """Return the shell that is meant. Raises ConfigError for one that is none of them."""
    name = shell or Path(os.environ.get("SHELL", "")).name
    if name not in _SHELLS:
        remedy = f"monitor completion show {_SHELLS[0]}, or {' or '.join(_SHELLS[1:])}"
        problem = f"{name or 'your shell'} is no shell that can be helped"
        raise ConfigError(f"{problem}; name it: {remedy}")
    return name
