"""The command line: the composition root.

Exit codes: 0 fine, 1 some page, or the server we sent to, failed, 2 bad configuration or usage, 130
interrupted.
"""

import sys

import typer

from monitor import __version__
from monitor.cli import (
    adding,
    agents,
    applying,
    assets,
    beginning,
    checking,
    completion,
    database,
    detection,
    evidence,
    explaining,
    exporting,
    listing,
    reading,
    rebuilding,
    recordings,
    removing,
    reporting,
    schema,
    serving,
    simulation,
    status,
    tokens,
)
from monitor.cli.ends import CommandLine
from monitor.cli.examples import add_endings
from monitor.cli.manner import set_manner, understand_everywhere
from monitor.cli.rows import Plain, PlainOption
from monitor.config import InvalidConfig
from monitor.errors import MonitorError, PageError, ReceiverError
from monitor.running import (
    BAD_USAGE,
    FINE,
    SOME_PAGE_FAILED,
    end_despite_waiting_threads,
    end_interrupted,
)
from monitor.terminal import protect_output, say, say_json, tell

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
about = typer.Typer()


@about.command(short_help="Print the version.")
def version(form: PlainOption = Plain.TABLE) -> None:
    """Print the version."""
    if form is Plain.JSON:
        say_json({"name": "vendorstatus", "version": __version__})
    else:
        say(f"vendorstatus {__version__}")


for commands in (  # in the order in which `--help` lists them
    serving.commands,
    agents.commands,
    reading.commands,
    status.commands,
    reporting.commands,
    explaining.commands,
    rebuilding.commands,
    recordings.commands,
    simulation.commands,
    about,
    beginning.commands,
    detection.commands,
    adding.commands,
    listing.commands,
    removing.commands,
    checking.commands,
    applying.commands,
    schema.commands,
    tokens.commands,
    exporting.commands,
    evidence.commands,
    assets.commands,
    database.commands,
    completion.commands,
):
    app.add_typer(commands)


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
    command = typer.main.get_command(app)
    understand_everywhere(command)
    add_endings(command)
    completion.answer_shells()
    try:
        command(prog_name="monitor")
    except MonitorError as error:
        first, *rest = str(error).split("\n") if isinstance(error, InvalidConfig) else [str(error)]
        tell(f"monitor: {first}", *rest, style="red", err=True)
        of_others = isinstance(error, PageError | ReceiverError)
        sys.exit(SOME_PAGE_FAILED if of_others else BAD_USAGE)
    except KeyboardInterrupt:
        end_interrupted()


if __name__ == "__main__":
    main()
