"""`monitor export openmetrics`: history as a file, of which promtool makes blocks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from exporters.daily import vendor_series
from exporters.history_query import HistoryQuery
from exporters.openmetrics import (
    JOB,
    SETTLED,
    FileTotals,
    OpenMetricsFile,
    checked_labels,
    import_command,
    retention_days,
)
from exporters.samples import LONGEST_WINDOW
from monitor.cli.export_query import (
    NOTHING_KNOWN,
    Components,
    ExtraLabels,
    export_query,
)
from monitor.cli.options import ConfigOption, DatabaseOption, Vendors
from monitor.cli.spans import AsOf, Days, OneMonth, Since, Until, chosen
from monitor.errors import ConfigError
from monitor.plain import count_of
from monitor.progress import counting
from monitor.runtime import Context, open_context
from monitor.store import PageRecord
from monitor.terminal import say


def openmetrics(
    file: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="File to write.")],
    vendors: Vendors = None,
    since: Since = None,
    until: Until = None,
    days: Days = None,
    as_of: AsOf = None,
    month: OneMonth = None,
    components: Components = None,
    label: ExtraLabels = None,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write history as OpenMetrics, of which promtool makes blocks for Prometheus.

    Names and labels are those of /metrics, one sample a day, at 12:00 UTC; of a day's severity
    three.
    """
    labels = checked_labels(label or ())
    choice = chosen(since=since, until=until, days=days, as_of=as_of, month=month)
    with open_context(config, database) as context:
        query = export_query(context, choice, components=components, settled=SETTLED)
        totals = write_openmetrics(context, context.pages(vendors), query, file, labels)
    say(*_next_steps(file, totals, labels, query.now))


def write_history(context: Context, file: Path, labels: Mapping[str, str]) -> None:
    """Write the 90 days of every vendor as `monitor export openmetrics` does, under the recommended
    job and `labels`.

    Raises ConfigError when the file cannot be written, or nothing is known.
    """
    query = export_query(context, chosen(days=LONGEST_WINDOW), components=None, settled=SETTLED)
    write_openmetrics(context, context.pages(None), query, file, {"job": JOB, **labels})


def write_openmetrics(
    context: Context,
    pages: Sequence[PageRecord],
    query: HistoryQuery,
    file: Path,
    labels: Mapping[str, str],
) -> FileTotals:
    """Write the pages' history into a file and return what is in it. Raises ConfigError when the
    file cannot be written, or nothing is known.
    """
    try:
        with (
            OpenMetricsFile(file, labels, query.now) as target,
            counting("vendors", len(pages)) as advance,
        ):
            for page in pages:
                for series in vendor_series(context.store, page, context.vendors[page.slug], query):
                    target.add(series)
                advance(count_of(target.totals.samples, "sample", ","))
            if not target.totals.samples:
                raise ConfigError(NOTHING_KNOWN)
            target.finish()
            return target.totals
    except OSError as error:
        raise ConfigError(f"cannot write {file}: {error.strerror or error}") from error


def _next_steps(
    file: Path,
    totals: FileTotals,
    labels: Mapping[str, str],
    now: datetime,
) -> Iterator[str]:
    size, folder = file.stat().st_size / 1e6, f"{file}.blocks"
    span = f"{_day(totals.first)} to {_day(totals.last)}"
    yield (
        f"{file}: {count_of(totals.samples, 'sample', ',')} of {totals.series:,} series, {span},"
        f" {size:,.1f} MB."
        " Make blocks:"
    )
    yield f"  {import_command(file, folder)}"
    yield (
        f"promtool's NUM SAMPLES must add up to {totals.samples:,}. Then move the folders in"
        f" {folder} into the data folder of a Prometheus with"
        f" --storage.tsdb.retention.time={retention_days(totals, now)}d or more: with the"
        " default of 15d it deletes the blocks at once. See docs/history.md."
    )
    if "instance" not in labels:
        yield (
            "The series have no `instance`; add --label instance=HOST:PORT, as in your scrape, to"
            " make history and live one series."
        )


def _day(stamp: int | None) -> date:
    return datetime.fromtimestamp(stamp or 0, UTC).date()
