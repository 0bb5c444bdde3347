"""`monitor export remote-write`: history sent to a server that takes Prometheus remote write."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from exporters import remote_write as remote
from exporters.daily import vendor_series
from exporters.history_query import HistoryQuery
from exporters.openmetrics import checked_labels
from exporters.series import Series
from monitor.cli.export_query import (
    NOTHING_KNOWN,
    Components,
    ExtraLabels,
    export_query,
)
from monitor.cli.options import ConfigOption, DatabaseOption, Vendors
from monitor.cli.receiver import parse_address, parse_headers
from monitor.cli.resumption import SentVendors
from monitor.cli.spans import AsOf, Days, OneMonth, Since, Until, chosen
from monitor.errors import ConfigError
from monitor.fetch import ATTEMPTS, Push, user_agent
from monitor.plain import count_of, masked_url
from monitor.progress import counting
from monitor.runtime import Context, open_context
from monitor.store import PageRecord
from monitor.terminal import say


def remote_write(
    url: Annotated[
        str,
        typer.Option("--url", help="Address of the receiver, e.g. http://HOST:9090/api/v1/write."),
    ],
    vendors: Vendors = None,
    since: Since = None,
    until: Until = None,
    days: Days = None,
    as_of: AsOf = None,
    month: OneMonth = None,
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
        int, typer.Option("--batch", min=1, max=1_000_000, help="Samples in one request.")
    ] = remote.BATCH_SAMPLES,
    attempts: Annotated[
        int, typer.Option("--attempts", min=1, max=20, help="How many times a request is tried.")
    ] = ATTEMPTS,
    again: Annotated[
        bool,
        typer.Option("--again", help="Send everything, even if the last run broke off half-way."),
    ] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """Send history to a server that takes Prometheus remote write, such as Mimir or
    VictoriaMetrics.

    The same series as `export openmetrics`. A run that broke off goes on where it did.
    """
    labels = checked_labels(label or ())
    choice = chosen(since=since, until=until, days=days, as_of=as_of, month=month)
    address = parse_address(url)
    headers = parse_headers(header or (), os.environ)
    with open_context(config, database) as context:
        query = export_query(context, choice, components=components)
        vendors_before = SentVendors.load(context.store.address, address, labels, again=again)
        headers = {**remote.HEADERS, "User-Agent": user_agent(context.settings.contact), **headers}
        with Push(address, headers=headers, attempts=attempts) as push:
            sender = _Sender(push, address, labels, batch, query)
            total, before = _send(context, context.pages(vendors), sender, vendors_before)
    if not total and not before:
        raise ConfigError(NOTHING_KNOWN)
    earlier = (
        f"; {count_of(before, 'vendor')} had been sent by the run that broke off" if before else ""
    )
    say(f"sent {count_of(total, 'sample', ',')} to {masked_url(address)}{earlier}")


@dataclass(frozen=True, slots=True)
class _Sender:
    """How samples get to the receiver."""

    push: Push
    url: str
    labels: Mapping[str, str]
    batch: int
    query: HistoryQuery

    def send(self, series: Iterable[Series]) -> int:
        """Send one vendor's series; return the number of samples. Raises ReceiverError when they
        are not taken.
        """
        total = 0
        for batch in remote.batches(
            series, self.labels, now=self.query.now.timestamp(), samples=self.batch
        ):
            answer = self.push.post(batch.body)
            refusal = remote.refusal(
                answer.status, answer.text, url=self.url, days=self._reach, location=answer.location
            )
            if refusal is not None:
                raise refusal
            total += batch.samples
        return total

    @property
    def _reach(self) -> int:
        """How many days before now the oldest sample can lie."""
        today = self.query.now.date()
        return (today - self.query.window(today).first).days + 2


def _send(
    context: Context,
    pages: Sequence[PageRecord],
    sender: _Sender,
    before: SentVendors,
) -> tuple[int, int]:
    """Send what was not sent yet; return the number of samples, and of vendors that had been sent
    before.
    """
    total = skips = 0
    with counting("vendors", len(pages)) as advance:
        for page in pages:
            version = _version(page, sender.query)
            if before.versions.get(page.slug) == version:
                skips += 1
            else:
                vendor = context.vendors[page.slug]
                total += sender.send(vendor_series(context.store, page, vendor, sender.query))
                before.add(page.slug, version)
            advance(count_of(total, "sample", ","))
    before.forget()
    return total, skips


def _version(page: PageRecord, query: HistoryQuery) -> str:
    """Return a text that changes with anything that would be sent of this vendor."""
    days = query.stamped_days(page.zone)
    span = f"{days[0].day}..{days[-1].day}" if days else "nothing"
    return f"{span} version {page.version} policy {query.policy} components {query.components}"
