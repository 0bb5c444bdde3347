"""`monitor export`: what the store knows, for other programs."""

import typer

from exporters import tables
from monitor.cli.export_openmetrics import openmetrics
from monitor.cli.export_remote_write import remote_write
from monitor.cli.export_tables import as_parquet, table_command

commands = typer.Typer(
    name="export",
    help="Write what is known for other programs: history for Prometheus, tables for a notebook.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
commands.command()(openmetrics)
commands.command("remote-write")(remote_write)
commands.command("csv", help="Write days, windows, intervals, incidents and observations as CSV.")(
    table_command(tables.Format.CSV)
)
commands.command(
    "json", help="Write days, windows, intervals, incidents and observations as JSON lines."
)(table_command(tables.Format.JSON))
commands.command("parquet")(as_parquet)
