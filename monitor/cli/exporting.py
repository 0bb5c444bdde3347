"""`monitor export`: what the store knows, for other programs."""

import typer

from monitor.cli.export_openmetrics import openmetrics
from monitor.cli.export_remote_write import remote_write
from monitor.cli.export_tables import as_csv, as_json, as_parquet

commands = typer.Typer(
    name="export",
    help="Write what is known for other programs: history for Prometheus, tables for a notebook.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
commands.command()(openmetrics)
commands.command("remote-write")(remote_write)
commands.command("csv")(as_csv)
commands.command("json")(as_json)
commands.command("parquet")(as_parquet)
