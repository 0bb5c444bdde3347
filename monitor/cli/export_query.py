"""What is exported: the options that every `monitor export` has, and the query they make."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from exporters.history_query import HistoryQuery
from monitor.config import COMPONENT_METRICS
from monitor.runtime import Context
from monitor.spans import SpanChoice

USUAL_DAYS = 90
"""How many days are exported where nothing says how many."""

NOTHING_KNOWN = "nothing is known of these days; run `monitor backfill` first"

ComponentsName = StrEnum(  # type: ignore[misc]
    "ComponentsName", {name.upper(): name for name in COMPONENT_METRICS}
)
Components = Annotated[
    ComponentsName | None,
    typer.Option(
        "--components", help="Which components to export (default: the setting component_metrics)."
    ),
]
ExtraLabels = Annotated[
    list[str] | None,
    typer.Option(
        "--label",
        metavar="NAME=VALUE",
        help="Label for every series, as in your scrape; repeat it for more.",
    ),
]


def export_query(
    context: Context,
    choice: SpanChoice,
    *,
    components: str | None,
    settled: timedelta = timedelta(0),
) -> HistoryQuery:
    """Return the query. Where it is today is UTC's day; what goes on ends with each page's own.

    Raises ConfigError for a day that has not come.
    """
    now = context.clock()
    span = choice.window(now.date(), USUAL_DAYS)
    is_named = choice.names_spans
    is_until_today = span.is_running if is_named else choice.last is None
    return HistoryQuery(
        now=now,
        days=span.days,
        until=None if is_until_today else span.last,
        since=span.first if is_named or choice.since else None,
        policy=context.settings.policy,
        components=components or context.settings.component_metrics,
        settled=settled,
    )
