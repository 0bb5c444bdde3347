"""What is exported: the options that every `monitor export` has, and the query they make."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from exporters.history_query import HistoryQuery
from monitor.config import COMPONENT_METRICS
from monitor.errors import ConfigError
from monitor.runtime import Context

NOTHING_KNOWN = "nothing is known of these days; run `monitor backfill` first"

Days = Annotated[
    int, typer.Option("--days", min=1, max=3660, help="How many days, the last one included.")
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], help="The last day (default: today)."),
]
ComponentsName = StrEnum(  # type: ignore[misc]
    "ComponentsName", {name.upper(): name for name in COMPONENT_METRICS}
)
Components = Annotated[
    ComponentsName | None,
    typer.Option(
        "--components", help="Of which components (default: the setting component_metrics)."
    ),
]
ExtraLabels = Annotated[
    list[str] | None,
    typer.Option(
        "--label",
        metavar="NAME=VALUE",
        help="Label of every series; those of your scrape, e.g. instance.",
    ),
]


def export_query(
    context: Context,
    days: int,
    until: datetime | None,
    *,
    components: str | None,
    settled: timedelta = timedelta(0),
) -> HistoryQuery:
    """Return the query. Raises ConfigError for a day that has not come anywhere yet."""
    now = context.clock()
    last = until.date() if until else None
    if last is not None and last > now.date():
        raise ConfigError(f"--until {last} is in the future: nothing is exported for days to come")
    return HistoryQuery(
        now=now,
        days=days,
        until=last,
        policy=context.settings.policy,
        components=components or context.settings.component_metrics,
        settled=settled,
    )
