"""`monitor export`: what the store knows, for other programs. Part of the command line: it writes
files and sends.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO
from urllib.parse import urlsplit

import typer

from exporters import remote_write as remote
from exporters import tables
from exporters.daily import HistoryQuery, Series, vendor_series
from exporters.openmetrics import (
    JOB,
    SETTLED,
    FileTotals,
    OpenMetricsFile,
    checked_labels,
    import_command,
    retention_days,
)
from exporters.prometheus import LONGEST_WINDOW
from monitor import config as configuration
from monitor.config import COMPONENT_METRICS
from monitor.errors import ConfigError
from monitor.fetch import ATTEMPTS, Push, user_agent
from monitor.plain import masked_url
from monitor.runtime import ConfigOption, Context, DatabaseOption, Vendors, open_context
from monitor.store import PageRecord
from monitor.terminal import binary_stdout, counting, say

exports = typer.Typer(
    name="export",
    help="Write what is known for other programs: history for Prometheus, tables for a notebook.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
NOTHING_KNOWN = "nothing is known of these days; run `monitor backfill` first"


Days = Annotated[
    int, typer.Option("--days", min=1, max=3660, help="How many days, the last one included.")
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], help="The last day (default: today)."),
]
ComponentsName = StrEnum("ComponentsName", {name.upper(): name for name in COMPONENT_METRICS})  # type: ignore[misc]
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


def _asked(
    monitor: Context,
    days: int,
    until: datetime | None,
    *,
    components: str | None,
    settled: timedelta = timedelta(0),
) -> HistoryQuery:
    """Return the question. Raises ConfigError for a day that has not come anywhere yet."""
    now = monitor.clock()
    last = until.date() if until else None
    if last is not None and last > now.date():
        raise ConfigError(f"--until {last} is in the future: nothing is exported for days to come")
    return HistoryQuery(
        now=now,
        days=days,
        until=last,
        policy=monitor.settings.policy,
        components=components or monitor.settings.component_metrics,
        settled=settled,
    )


def _day(stamp: int | None) -> date:
    return datetime.fromtimestamp(stamp or 0, UTC).date()


# Prometheus


@exports.command()
def openmetrics(
    file: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="File to write.")],
    vendors: Vendors = None,
    days: Days = 90,
    until: Until = None,
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
    with open_context(config, database) as monitor:
        asked = _asked(monitor, days, until, components=components, settled=SETTLED)
        totals = _write_openmetrics(monitor, monitor.pages(vendors), asked, file, labels)
    say(*_next_steps(file, totals, labels, asked.now))


def write_history(monitor: Context, file: Path, labels: Mapping[str, str]) -> None:
    """Write the 90 days of every vendor as `monitor export openmetrics` does, under the recommended
    job and `labels`.

    Raises ConfigError when the file cannot be written, or nothing is known.
    """
    asked = _asked(monitor, LONGEST_WINDOW, None, components=None, settled=SETTLED)
    _write_openmetrics(monitor, monitor.pages(None), asked, file, {"job": JOB, **labels})


def _write_openmetrics(
    monitor: Context,
    pages: Sequence[PageRecord],
    asked: HistoryQuery,
    file: Path,
    labels: Mapping[str, str],
) -> FileTotals:
    try:
        with (
            OpenMetricsFile(file, labels, asked.now) as target,
            counting("vendors", len(pages)) as advance,
        ):
            for page in pages:
                for series in vendor_series(monitor.store, page, monitor.vendors[page.slug], asked):
                    target.add(series)
                advance(f"{target.totals.samples:,} samples")
            if not target.totals.samples:
                raise ConfigError(NOTHING_KNOWN)
            target.finish()
            return target.totals
    except OSError as error:
        raise ConfigError(f"cannot write {file}: {error.strerror or error}") from error


def _next_steps(
    file: Path, totals: FileTotals, labels: Mapping[str, str], now: datetime
) -> Iterator[str]:
    size, folder = file.stat().st_size / 1e6, f"{file}.blocks"
    span = f"{_day(totals.first)} to {_day(totals.last)}"
    yield (
        f"{file}: {totals.samples:,} samples of {totals.series:,} series, {span}, {size:,.1f} MB."
        " Make blocks:"
    )
    yield f"  {import_command(file, folder)}"
    yield (
        f"Its NUM SAMPLES add up to {totals.samples}. Then move what is in {folder} into the data"
        " folder of a Prometheus with"
        f" --storage.tsdb.retention.time={retention_days(totals, now)}d or more: with the"
        " default of 15d it deletes the blocks at once. See docs/history.md."
    )
    if "instance" not in labels:
        yield (
            "The series have no `instance`; add --label instance=HOST:PORT, as in your scrape, to"
            " make history and live one series."
        )


# remote write


@exports.command("remote-write")
def remote_write(
    url: Annotated[
        str,
        typer.Option(
            "--url", help="Where remote write is received, e.g. http://HOST/api/v1/write."
        ),
    ],
    vendors: Vendors = None,
    days: Days = 90,
    until: Until = None,
    components: Components = None,
    label: ExtraLabels = None,
    header: Annotated[
        list[str] | None,
        typer.Option(
            "--header",
            metavar="'NAME: VALUE'",
            help="Header; ${VARIABLE} is taken from the environment.",
        ),
    ] = None,
    batch: Annotated[
        int, typer.Option("--batch", min=1, max=1_000_000, help="Samples a request.")
    ] = remote.BATCH_SAMPLES,
    attempts: Annotated[
        int, typer.Option("--attempts", min=1, max=20, help="How often a request is tried.")
    ] = ATTEMPTS,
    again: Annotated[
        bool, typer.Option("--again", help="Begin anew, even if the last run broke off.")
    ] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Send history to a server that takes Prometheus remote write, such as Mimir or
    VictoriaMetrics.

    The same series as `export openmetrics`. A run that broke off goes on where it did.
    """
    labels = checked_labels(label or ())
    address = _address(url)
    headers = _headers(header or (), os.environ)
    with open_context(config, database) as monitor:
        asked = _asked(monitor, days, until, components=components)
        sent = Sent.load(monitor.store.address, address, labels, again=again)
        headers = {**remote.HEADERS, "User-Agent": user_agent(monitor.settings.contact), **headers}
        with Push(address, headers=headers, attempts=attempts) as push:
            total, before = _send(
                monitor, monitor.pages(vendors), _Sending(push, address, labels, batch, asked), sent
            )
    if not total and not before:
        raise ConfigError(NOTHING_KNOWN)
    earlier = f"; {before} vendors had been sent by the run that broke off" if before else ""
    say(f"sent {total:,} samples to {masked_url(address)}{earlier}")


def _address(url: str) -> str:
    """Return the URL to send to. Raises ConfigError when it is none, or carries credentials. None
    is ever shown.
    """
    try:
        parts = urlsplit(url)
        sound = (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and url.isprintable()
            and " " not in url
        )
        port = parts.port
    except ValueError:
        sound, port = False, None
    if not sound or port == 0:
        raise ConfigError(
            f"--url {masked_url(url)!r} is no http or https address; write it as"
            " http://HOST:9090/api/v1/write"
        )
    if "@" in parts.netloc:
        raise ConfigError(
            "--url carries credentials; give them with --header 'Authorization: Basic ${VARIABLE}'"
        )
    return url


_VARIABLE = re.compile(r"\$\{(\w+)\}")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _headers(pairs: Iterable[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return headers from "NAME: VALUE" words, with variables put in. Raises ConfigError, never
    showing a value.
    """
    headers = {}
    for pair in pairs:
        name, _, value = (part.strip() for part in pair.partition(":"))
        missing = [
            variable for variable in _VARIABLE.findall(value) if not environment.get(variable)
        ]
        if missing:
            raise ConfigError(f"--header {name}: the environment has no {', '.join(missing)}")
        value = _VARIABLE.sub(lambda found: environment[found[1]], value)
        if not (_TOKEN.fullmatch(name) and value and value.isascii() and value.isprintable()):
            raise ConfigError(f"--header {name}: write 'NAME: VALUE', in printable ASCII")
        if name.lower() in {each.lower() for each in remote.HEADERS}:
            raise ConfigError(f"--header {name}: that one belongs to remote write; leave it out")
        headers[name] = value
    return headers


@dataclass(slots=True)
class Sent:
    """Which vendors a run that broke off had sent, each with what was sent of it. Forgotten when a
    run gets through.

    Kept in a file; where there can be none the next run begins anew, which costs time and changes
    nothing.
    """

    path: Path
    vendors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, database: str, url: str, labels: Mapping[str, str], *, again: bool) -> "Sent":
        """Return what was sent from this database to this address under these labels; nothing with
        `again`.
        """
        key = hashlib.sha256(
            json.dumps([database, url, sorted(labels.items())]).encode()
        ).hexdigest()[:16]
        sent = cls(configuration.user_state_path() / f"remote-write-{key}.json")
        if not again:
            with suppress(OSError, ValueError):  # none there, or half of one
                sent.vendors = dict(json.loads(sent.path.read_text()))
        return sent

    def done(self, slug: str, what: str) -> None:
        """Remember a vendor."""
        self.vendors[slug] = what
        draft = self.path.with_suffix(".part")
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(self.vendors))
            draft.replace(self.path)

    def forget(self) -> None:
        """Begin anew the next time."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Sending:
    """How samples get to the receiver."""

    push: Push
    url: str
    labels: Mapping[str, str]
    batch: int
    asked: HistoryQuery

    def vendor(self, series: Iterable[Series]) -> int:
        """Send one vendor's series; return the number of samples. Raises ReceiverError when they
        are not taken.
        """
        total = 0
        for batch in remote.batches(
            series, self.labels, now=self.asked.now.timestamp(), samples=self.batch
        ):
            answer = self.push.post(batch.body)
            refused = remote.refusal(
                answer.status, answer.text, url=self.url, days=self._reach, location=answer.location
            )
            if refused is not None:
                raise refused
            total += batch.samples
        return total

    @property
    def _reach(self) -> int:
        """How many days before now the oldest sample can lie."""
        last = self.asked.until or self.asked.now.date()
        return (self.asked.now.date() - last).days + self.asked.days + 1


def _send(
    monitor: Context, pages: Sequence[PageRecord], sending: _Sending, sent: Sent
) -> tuple[int, int]:
    """Send what was not sent yet; return the number of samples, and of vendors that had been sent
    before.
    """
    total = skipped = 0
    with counting("vendors", len(pages)) as advance:
        for page in pages:
            what = _what(page, sending.asked)
            if sent.vendors.get(page.slug) == what:
                skipped += 1
            else:
                series = vendor_series(
                    monitor.store, page, monitor.vendors[page.slug], sending.asked
                )
                total += sending.vendor(series)
                sent.done(page.slug, what)
            advance(f"{total:,} samples")
    sent.forget()
    return total, skipped


def _what(page: PageRecord, asked: HistoryQuery) -> str:
    """Return a word that changes with anything that would be sent of this vendor."""
    days = asked.stamped_days(page.zone)
    span = f"{days[0].day}..{days[-1].day}" if days else "nothing"
    return f"{span} version {page.version} policy {asked.policy} components {asked.components}"


# tables

TableName = StrEnum("TableName", {name.upper(): name for name in tables.TABLES})  # type: ignore[misc]
TableNames = Annotated[
    list[TableName] | None,
    typer.Option("--table", help="Which table; may be repeated (default: all)."),
]
WithComponents = Annotated[
    bool, typer.Option("--components/--no-components", help="Components too, or only vendors.")
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FOLDER", help="Folder for one file a table; else one to stdout."
    ),
]


@exports.command("csv")
def as_csv(
    vendors: Vendors = None,
    table: TableNames = None,
    folder: Folder = None,
    days: Days = 90,
    until: Until = None,
    components: WithComponents = True,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write days, windows and incidents as CSV."""
    with open_context(config, database) as monitor:
        asked = _asked(monitor, days, until, components="all" if components else "none")
        _write_tables(
            monitor, monitor.pages(vendors), asked, _Tables(tables.Format.CSV, table, folder)
        )


@exports.command("json")
def as_json(
    vendors: Vendors = None,
    table: TableNames = None,
    folder: Folder = None,
    days: Days = 90,
    until: Until = None,
    components: WithComponents = True,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write days, windows and incidents as JSON lines."""
    with open_context(config, database) as monitor:
        asked = _asked(monitor, days, until, components="all" if components else "none")
        _write_tables(
            monitor, monitor.pages(vendors), asked, _Tables(tables.Format.JSON, table, folder)
        )


@exports.command("parquet")
def as_parquet(
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Folder for one file a table.")
    ],
    vendors: Vendors = None,
    table: TableNames = None,
    days: Days = 90,
    until: Until = None,
    components: WithComponents = True,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Write days, windows and incidents as Parquet, with typed columns."""
    with open_context(config, database) as monitor:
        asked = _asked(monitor, days, until, components="all" if components else "none")
        _write_tables(
            monitor, monitor.pages(vendors), asked, _Tables(tables.Format.PARQUET, table, folder)
        )


@dataclass(frozen=True, slots=True)
class _Tables:
    """Which tables are wanted, how, and where (`folder` None = one, to stdout)."""

    form: tables.Format
    names: Sequence[str] | None
    folder: Path | None

    def wanted(self) -> list[tables.Table]:
        """Return the tables. Raises ConfigError when several are to go to stdout."""
        wanted = [tables.TABLES[name] for name in dict.fromkeys(self.names or tables.TABLES)]
        if self.folder is None and len(wanted) > 1:
            raise ConfigError("give -o FOLDER for a file each, or one --table for stdout")
        return wanted

    @contextmanager
    def open(self) -> Iterator[list[tuple[tables.Table, tables.Sink]]]:
        """Yield what takes each table's rows. A file is in its place when it is whole, and only
        then.
        """
        with ExitStack() as stack:
            sinks = []
            for table in self.wanted():
                file = stack.enter_context(
                    binary_stdout() if self.folder is None else _whole_file(self.path(table))
                )
                sink = tables.sink(self.form, file, table)
                stack.callback(sink.close)
                sinks.append((table, sink))
            yield sinks

    def path(self, table: tables.Table) -> Path:
        """Return the table's file."""
        return (self.folder or Path()) / f"{table.name}{self.form.suffix}"


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _write_tables(
    monitor: Context, pages: Sequence[PageRecord], asked: HistoryQuery, target: _Tables
) -> None:
    counts = dict.fromkeys((table.name for table in target.wanted()), 0)
    with target.open() as sinks, counting("vendors", len(pages)) as advance:
        for page in pages:
            reading = tables.read(monitor.store, page, asked)
            for table, sink in sinks:
                for row in table.rows(reading):
                    sink.add(row)
                    counts[table.name] += 1
            advance(f"{sum(counts.values()):,} rows")
    if target.folder is not None:
        for table, _ in sinks:
            say(f"{target.path(table)}: {counts[table.name]:,} rows")
