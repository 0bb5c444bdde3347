"""`monitor version`."""

import typer

from monitor import __version__
from monitor.cli.rows import Plain, PlainOption
from monitor.terminal import say, say_json

commands = typer.Typer()


@commands.command(short_help="Print the version.")
def version(form: PlainOption = Plain.TABLE) -> None:
    """Print the version."""
    if form is Plain.JSON:
        say_json({"name": "vendorstatus", "version": __version__})
    else:
        say(f"vendorstatus {__version__}")
