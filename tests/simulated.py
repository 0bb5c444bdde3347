"""A collector over simulated pages, without a network: truth in, stored days out."""

import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from monitor.applied_settings import spec
from monitor.collect import Collector, PollObserver
from monitor.collect.timing import Uniform
from monitor.config import VendorConfig
from monitor.demo.server import RENDERERS
from monitor.demo.truth import Truth
from monitor.errors import PageError
from monitor.fetch import FetchResult, Limits, Validators, settle
from monitor.kit.protocol import Response
from monitor.store import PageRecord, Store


@dataclass
class Clock:
    """A clock the test moves."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


Answer = Callable[[str], Response | PageError | None]


@dataclass
class SimulatedPages:
    """Answers like `Fetcher.get`. `override` may answer instead (None = the page itself); `asked`
    lists the URLs."""

    truths: Sequence[Truth]
    clock: Clock
    override: Answer = lambda _url: None
    asked: list[str] = field(default_factory=list)

    async def get(
        self,
        url: str,
        *,
        accept: str,
        limits: Limits,
        validators: Validators | None = None,
        provider: str | None = None,
    ) -> FetchResult:
        self.asked.append(url)
        answer = self.override(url) or self._page(url)
        if isinstance(answer, PageError):
            raise answer
        response, learned = settle(answer, validators)
        return FetchResult(response=response, validators=learned)

    def _page(self, url: str) -> Response:
        truth = next(truth for truth in self.truths if url.startswith(truth.url))
        parts = urlsplit(url)
        status, headers, body = RENDERERS[truth.platform](
            truth, parts.path, dict(parse_qsl(parts.query)), self.clock()
        )
        return Response(url=url, final_url=url, status=status, headers=headers, body=body)


def vendor_of(truth: Truth, **changes: object) -> VendorConfig:
    values: dict[str, object] = {
        "slug": truth.slug,
        "name": truth.name,
        "url": truth.url,
        "zone": truth.zone,
        **changes,
    }
    return VendorConfig(**values)  # type: ignore[arg-type]


@asynccontextmanager
async def collecting(
    pages: SimulatedPages,
    vendors: Mapping[str, VendorConfig] | None = None,
    store: Store | None = None,
    observer: PollObserver | None = None,
    uniform: Uniform = random.uniform,
) -> AsyncIterator[Collector]:
    vendors = vendors or {truth.slug: vendor_of(truth) for truth in pages.truths}
    store = store or Store.open("sqlite://")
    store.sync_pages([spec(vendor) for vendor in vendors.values()], now=pages.clock())
    collector = Collector(
        store, pages, vendors, clock=pages.clock, observer=observer, uniform=uniform
    )
    try:
        yield collector
    finally:
        await collector.close()


async def page_of(collector: Collector, slug: str) -> PageRecord:
    await collector.flush()
    return collector.store.pages([slug])[0]
