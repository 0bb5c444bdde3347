"""The command line: the composition root.

Exit codes: 0 fine, 1 some page, or the server we sent to, failed, 2 bad configuration or usage, 130
interrupted.
"""

import os
import sys

import typer

from monitor import __version__
from monitor.cli.ends import CommandLine
from monitor.cli.examples import ENDINGS
from monitor.cli.invocation import ASKED_BY_SHELL
from monitor.cli.manner import LOG_VARIABLES, set_manner
from monitor.errors import MonitorError, PageError, ReceiverError
from monitor.running import (
    BAD_USAGE,
    FINE,
    SOME_PAGE_FAILED,
    end_despite_waiting_threads,
    end_interrupted,
)
from monitor.terminal import protect_output, say, tell

app = typer.Typer(
    name="monitor",
    help=(
        "How reliable have your vendors really been? Reads their status pages, keeps the evidence,"
        " shows the figures."
    ),
    cls=CommandLine,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.callback()(set_manner)


def main() -> None:
    """Run the command line; our own errors become one clear message and an exit code, never a
    traceback.
    """
    try:
        _run()
    except SystemExit as end:
        end_despite_waiting_threads(end.code if isinstance(end.code, int) else FINE)
        raise


def _run() -> None:
    protect_output()
    if sys.argv[1:] == ["version"] and LOG_VARIABLES.isdisjoint(os.environ):
        _say_version()
        return
    command = typer.main.get_command(app)
    command.epilog = ENDINGS["monitor"].text
    if ASKED_BY_SHELL in os.environ:
        from monitor.cli.completion import answer_shells

        answer_shells()
    try:
        command(prog_name="monitor")
    except MonitorError as error:
        first, *rest = error.lines
        tell(f"monitor: {first}", *rest, style="red", err=True)
        of_others = isinstance(error, PageError | ReceiverError)
        sys.exit(SOME_PAGE_FAILED if of_others else BAD_USAGE)
    except KeyboardInterrupt:
        end_interrupted()


def _say_version() -> None:
    """Do as `monitor version` does, which takes twice as long: Typer's reading of options does."""
    try:
        say(f"vendorstatus {__version__}")
    except typer.Exit as end:
        sys.exit(end.exit_code)


if __name__ == "__main__":
    main()
