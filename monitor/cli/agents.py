"""`monitor mcp`: answers for assistants, over standard input and output."""

import typer

from monitor import __version__
from monitor.cli.options import ConfigOption, DatabaseOption
from monitor.running import run
from monitor.runtime import open_context

commands = typer.Typer()


@commands.command(short_help="Answer an assistant's questions (MCP, on stdin and stdout).")
def mcp(config: ConfigOption = None, database: DatabaseOption = None) -> None:
    """Answer an assistant's questions over the Model Context Protocol, on stdin and stdout.

    An assistant starts it; see docs/agents.md. It reads what `monitor serve` has stored, asks no
    page anything and writes nothing.
    """
    from exporters.agents import Endpoint, require_library
    from exporters.api import Desk

    require_library()
    with open_context(config, database) as context:
        desk = Desk(
            context.store,
            vendors=context.vendors,
            clock=context.clock,
            stacks=context.settings.stacks,
            policy=context.settings.policy,
            window_days=context.settings.window_days,
            within=context.store.patience.within,
        )
        run(Endpoint(desk, version=__version__).serve_stdio())
