"""`monitor report`: how reliable vendors have been."""

from typing import Annotated

import typer

from monitor import answers
from monitor.cli.options import (
    ConfigOption,
    DatabaseOption,
    KnownAt,
    PolicyName,
    ReportFormat,
    ReportOutput,
    Vendors,
    instant,
)
from monitor.cli.report_forms import Question, Way, write
from monitor.cli.spans import (
    AsOf,
    Days,
    Month,
    OldWindow,
    Quarter,
    Since,
    Until,
    Year,
    chosen,
)
from monitor.running import FINE, SOME_PAGE_FAILED
from monitor.runtime import open_context
from monitor.targets import parse_target

commands = typer.Typer()


@commands.command(short_help="Say how reliable vendors have been.")
def report(
    vendors: Vendors = None,
    since: Since = None,
    until: Until = None,
    days: Days = None,
    as_of: AsOf = None,
    month: Month = None,
    quarter: Quarter = None,
    year: Year = None,
    window: OldWindow = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target", metavar="PERCENT", help="Say whether this uptime was kept, e.g. 99.9."
        ),
    ] = None,
    components: Annotated[
        bool,
        typer.Option("--components", help="With several months: a row for each component too."),
    ] = False,
    known_at: KnownAt = None,
    policy: Annotated[
        PolicyName | None, typer.Option("--policy", help="Weights of the downtime ratio.")
    ] = None,
    form: ReportFormat = None,
    output: ReportOutput = None,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Say how reliable the vendors have been, with definition, window, zone and coverage."""
    way = Way.of(form, output)
    share = None if target is None else parse_target(target)
    choice = chosen(
        since=since,
        until=until,
        days=days,
        as_of=as_of,
        month=month,
        quarter=quarter,
        year=year,
        old_window=window,
    )
    with open_context(config, database) as context:
        query = answers.ReportQuery(
            now=context.clock(),
            window_days=context.settings.window_days,
            known_at=instant(known_at),
            policy=policy.value if policy else context.settings.policy,
            target=share,
        )
        pages = context.pages(vendors)
        questions = Question.of_each(pages, query, choice, way)
        write(context, questions, query, way, components=components or bool(vendors))
    raise typer.Exit(SOME_PAGE_FAILED if any(page.last_ok is False for page in pages) else FINE)
