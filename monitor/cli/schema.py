"""`monitor schema`: what may stand in the settings file, for editors."""

import typer

from monitor.config import settings_schema
from monitor.terminal import say_json

commands = typer.Typer()


@commands.command(short_help="Print the JSON Schema of monitor.yaml.")
def schema() -> None:
    """Print the JSON Schema (2020-12) of monitor.yaml, by which editors complete and check it.

    Write it beside the file, and let the file begin with the line
    "# yaml-language-server: $schema=monitor.schema.json". It is that of this version, and names its
    catalogue and platforms. What no schema can say, such as two vendors with one slug, `monitor
    check` says.
    """
    say_json(settings_schema())
