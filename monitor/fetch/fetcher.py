"""Ask the network: one GET, with its redirects, within its limits, as politely as agreed."""

import asyncio
import random
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx

from monitor.errors import BadStatus, FetchError, Overloaded, Throttled, TimedOut, TooManyRedirects
from monitor.fetch.base import FetchResult, Limits, Validators, http_date, parse_retry_after, settle
from monitor.fetch.body import ACCEPT_ENCODING, sniff_encoding
from monitor.fetch.exchange import BUSY, REDIRECTS, WAIT_AND_SEE, Answer, exchange
from monitor.fetch.guard import Resolver
from monitor.fetch.hosts import Hosts, TransportFactory, host_transports
from monitor.fetch.lateness import OUR_SHARE, Lateness
from monitor.fetch.politeness import PACES, PER_PROVIDER, Clock, Pace, Politeness, Sleep
from monitor.fetch.routes import Route, direct
from monitor.fetch.targets import follow, page_headers, parse_target, reach_of
from monitor.kit.protocol import Response


@dataclass(slots=True)
class _Duration:
    """What a `get` takes, in seconds: in all, and without what this process was late."""

    total: float = 0.0
    of_host: float = 0.0


class Fetcher:
    """Answers GETs from the network. An async context manager; leaving it closes all connections.

    At most `concurrency` requests run at once, `per_provider` of them for one provider, and half as
    many beside them that give way; `per_host` for one host in all, and a host's requests start at
    least `spacing_seconds` apart; `paces` has hosts with rules of their own. A host that answers
    420, 429, or 503 with Retry-After rests for all its pages: short rests are waited for, longer
    ones raise Throttled at once. Nothing is retried but a connection that could not be made, or
    that an earlier request had left open and that broke before the answer began, and what an HTTP/2
    server refused unread: once, after 0.2 s.

    Connections unused for `idle_seconds`, and those of the longest unused hosts beyond
    `idle_hosts`, are closed. `route` says which proxy a host is asked through; without it none is
    used. `ssl_context` is what TLS trusts. `lateness` is watched while the fetcher is open; without
    one every time limit is the host's.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        concurrency: int = 32,
        per_host: int = 2,
        spacing_seconds: float = 0.2,
        per_provider: int = PER_PROVIDER,
        paces: Mapping[str, Pace] = PACES,
        route: Route = direct,
        ssl_context: ssl.SSLContext | None = None,
        idle_hosts: int = 256,
        idle_seconds: float = 150.0,
        transport_factory: TransportFactory | None = None,
        resolver: Resolver | None = None,
        sleep: Sleep = asyncio.sleep,
        clock: Clock = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
        lateness: Lateness | None = None,
    ) -> None:
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": ACCEPT_ENCODING}
        self._sleep = sleep
        self._clock = clock
        self._wall_clock = wall_clock
        self._lateness = lateness
        self._watch: asyncio.Task[None] | None = None
        make_transport = transport_factory or host_transports(ssl_context, idle_seconds, resolver)
        self._hosts = Hosts(
            pace=Pace(concurrency=per_host, spacing_seconds=spacing_seconds),
            paces=paces,
            route=route,
            most_idle=idle_hosts,
            idle_seconds=idle_seconds,
            make_transport=make_transport,
            clock=clock,
        )
        self._politeness = Politeness(
            concurrency=concurrency,
            per_provider=per_provider,
            clock=clock,
            sleep=sleep,
            jitter=jitter,
        )

    async def __aenter__(self) -> Self:
        if self._lateness is not None:
            self._watch = asyncio.create_task(self._lateness.watch(), name="lateness")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        await self._hosts.close()

    async def get(
        self,
        url: str,
        *,
        accept: str,
        limits: Limits,
        validators: Validators | None = None,
        provider: str | None = None,
    ) -> FetchResult:
        """Return the answer to one GET, whatever its status; see `Fetches.get`.

        Raises ConnectFailed, TimedOut, TooLarge, ForbiddenAddress, TooManyRedirects, Throttled,
        BadStatus for a 304 that was not asked for, and FetchError for everything else that breaks;
        Overloaded for a time limit that was reached while this process stood still. All carry the
        URL and a remedy.
        """
        await self._hosts.trim()
        duration = _Duration()
        first = here = url.partition("#")[0]
        chain: tuple[str, ...] = ()
        for _ in range(limits.max_redirects + 1):
            headers = self._request_headers(accept, validators if here == first else None)
            try:
                target = parse_target(here)
                headers |= page_headers(limits, target, first)
                answer = await self._ask(target, headers, limits, provider, duration)
            except FetchError as error:
                error.url, error.elapsed_seconds = url, duration.of_host
                raise
            except Overloaded as error:
                error.url = url
                raise
            chain = (*chain, here)
            location = answer.headers.get("location")
            if answer.status not in REDIRECTS or not location:
                return _result(url, chain, answer, validators, duration.of_host)
            here = follow(here, location, url, limits)
        raise TooManyRedirects(
            f"more than {limits.max_redirects} redirects, the last to {here}", url=url
        )

    async def _ask(
        self,
        target: httpx.URL,
        headers: Mapping[str, str],
        limits: Limits,
        provider: str | None,
        duration: _Duration,
    ) -> Answer:
        """Wait for the host's turn, do one request in what is left of the total time and add what
        it took. Raises what `get` raises.
        """
        host = target.host
        async with self._politeness.turn(
            host, self._hosts.lane(host), provider, gives_way=limits.gives_way
        ):
            start = self._clock()
            try:
                answer = await exchange(
                    self._hosts.connection(target, reach_of(limits, host)),
                    target,
                    headers,
                    limits,
                    seconds=limits.timeout_seconds - duration.total,
                    sleep=self._sleep,
                )
            except TimedOut as error:
                self._require_own_time(error, start)
                raise
            finally:
                end = self._clock()
                duration.total += end - start
                duration.of_host += max(0.0, end - start - self._late_seconds(start, end))
            self._require_not_throttled(answer, host)
            return answer

    def _late_seconds(self, start: float, end: float) -> float:
        return 0.0 if self._lateness is None else self._lateness.within(start, end)

    def _require_own_time(self, error: TimedOut, start: float) -> None:
        """Raise Overloaded when we stood still for too much of the time that the host was given."""
        now = self._clock()
        late = self._late_seconds(start, now)
        if late >= OUR_SHARE * (now - start) > 0:
            raise Overloaded(
                f"our own process stood still for {late:.1f} of {now - start:.1f} s:"
                f" {error.message}"
            ) from error

    def _request_headers(self, accept: str, validators: Validators | None) -> dict[str, str]:
        headers = {**self._headers, "Accept": accept}
        if validators is not None and validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators is not None and validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        return headers

    def _require_not_throttled(self, answer: Answer, host: str) -> None:
        """Raise Throttled when the host asked us to wait, and remember it."""
        is_busy = answer.status in BUSY
        if not is_busy and answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            return
        now = http_date(answer.headers.get("date"))
        wait = parse_retry_after(
            answer.headers.get("retry-after"),
            now=now or datetime.fromtimestamp(self._wall_clock(), UTC),
        )
        if not is_busy and wait is None:
            return
        self._politeness.throttle(host, wait)
        how_long = "without saying how long" if wait is None else f"{wait.total_seconds():.0f} s"
        raise Throttled(
            f"status {answer.status}: {host} asks us to wait {how_long}", retry_after=wait
        )


def _result(
    url: str,
    chain: Sequence[str],
    answer: Answer,
    validators: Validators | None,
    seconds: float,
) -> FetchResult:
    """Return what a `get` came to whose redirects led through this chain."""
    *redirects, final_url = chain
    is_conditional = (
        validators is not None
        and bool(validators.etag or validators.last_modified)
        and final_url == url.partition("#")[0]
    )
    if answer.status == HTTPStatus.NOT_MODIFIED and not is_conditional:
        raise BadStatus(
            "status 304, though nothing conditional was asked",
            status=304,
            url=url,
            remedy=WAIT_AND_SEE,
        )
    response = Response(
        url=url,
        final_url=final_url,
        redirects=tuple(redirects),
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        text_encoding=sniff_encoding(answer.body, answer.headers.get("content-type", "")),
    )
    response, new_validators = settle(response, validators)
    return FetchResult(
        response=response,
        validators=new_validators,
        elapsed_seconds=seconds,
        wire_bytes=answer.wire_bytes,
    )
