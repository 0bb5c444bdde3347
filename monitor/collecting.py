"""A collector over the network, for the commands that read pages."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from monitor.collect import Collector, PollObserver
from monitor.fetch import Fetcher, Fetches, Lateness, user_agent
from monitor.network import headers_by_slug, idle_hosts, idle_seconds, network_options
from monitor.runtime import Context


@asynccontextmanager
async def collecting(
    context: Context, fetcher: Fetches | None = None, observer: PollObserver | None = None
) -> AsyncIterator[Collector]:
    """Yield a collector over the network, or over the given fetcher."""
    async with contextlib.AsyncExitStack() as stack:
        if fetcher is None:
            fetcher = await stack.enter_async_context(_fetcher(context, observer))
        collector = Collector(
            context.store,
            fetcher,
            context.vendors,
            clock=context.clock,
            observer=observer,
            evidence=context.settings.evidence,
            headers=headers_by_slug(context.vendors.values()),
        )
        try:
            yield collector
        finally:
            await collector.close()


def _fetcher(context: Context, observer: PollObserver | None) -> Fetcher:
    settings, vendors = context.settings, context.vendors.values()
    return Fetcher(
        **network_options(settings.network),
        user_agent=user_agent(settings.contact),
        concurrency=settings.concurrency,
        # Half of all requests may go to one platform, so that slow pages of one never hold up the
        # other.
        per_provider=max(1, settings.concurrency // 2),
        idle_hosts=idle_hosts(),
        idle_seconds=idle_seconds(vendor.interval_seconds for vendor in vendors),
        lateness=Lateness() if observer is None else Lateness(on_wake=observer.woke),
    )
