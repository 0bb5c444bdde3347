"""How a platform's steps are driven: what it wants to know is asked, what is answered handed
back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urljoin

from monitor.clocks import ClockLedger
from monitor.collect.session import OK, FetchSession
from monitor.errors import FetchError
from monitor.fetch import Fetches, FetchResult, SharedFetcher, sent_at
from monitor.identity import host_of
from monitor.kit.evidence import remarked
from monitor.kit.protocol import Get, Response, Steps
from monitor.model import Evidence
from monitor.store import Body

Keep = Callable[[Evidence], Awaitable[None]]


class Driver:
    """Asks for what steps want to know, and gives the evidence they come to to who keeps it."""

    def __init__(
        self, fetcher: Fetches, *, clock: Callable[[], datetime], clocks: ClockLedger
    ) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._clocks = clocks
        self._shared = SharedFetcher(fetcher, lambda: clock().timestamp())

    async def drive(self, steps: Steps, session: FetchSession, keep: Keep) -> None:
        """Take the steps to their end; `keep` is given the evidence they come to, piece by
        piece.
        """
        try:
            step = next(steps)
            while True:
                if isinstance(step, Evidence):
                    await keep(remarked(step))
                    step = next(steps)
                elif isinstance(step, Get):
                    answer = await self.ask(step, session)
                    step = (
                        steps.throw(answer)
                        if isinstance(answer, FetchError)
                        else steps.send(answer)
                    )
                else:
                    step = steps.send(await self._ask_all(step, session))
        except StopIteration:
            return
        finally:
            steps.close()

    async def _ask_all(
        self, gets: Sequence[Get], session: FetchSession
    ) -> list[Response | FetchError]:
        """Ask for several at once, and wait for all of them, whatever one comes to."""
        before = len(session.took)
        asked = [self.ask(get, session) for get in gets]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        session.took[before:] = [max(session.took[before:], default=0.0)]
        found: list[Response | FetchError] = []
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, FetchError):
                raise answer
            found.append(answer)
        return found

    async def ask(self, get: Get, session: FetchSession) -> Response | FetchError:
        """Return what the page answers, or why it did not; what a session just before was answered
        is not asked.
        """
        url = urljoin(session.url, get.path)
        answered = session.answered(url, get.accept)
        if answered is not None:
            return self._hear(get, url, answered, session)
        known = session.known.get(url) if get.conditional else None
        session.requests += 1
        try:
            ask = partial(self._shared.get, session.slug) if session.shares else self._fetcher.get
            fetched = await ask(
                url,
                accept=get.accept,
                limits=session.limits,
                validators=known,
                provider=session.provider,
            )
        except FetchError as error:
            session.took.append(error.elapsed_seconds)
            return error
        session.took.append(fetched.elapsed_seconds)
        if session.answers is not None and session.keeps:
            session.answers.keep(url, get.accept, fetched)
        self._hear_clock(fetched.response, session)
        return self._hear(get, url, fetched, session)

    @staticmethod
    def _hear(get: Get, url: str, fetched: FetchResult, session: FetchSession) -> Response:
        """Note what an answer says beside what its platform reads in it."""
        response = fetched.response
        session.status = response.status
        if host_of(url) == host_of(session.url) and (response.unchanged or response.status == OK):
            session.hosts.add(host_of(response.final_url or url))
        session.unchanged |= response.unchanged
        session.wire_bytes += fetched.wire_bytes
        if get.conditional:
            session.learned[url] = fetched.validators
        if not response.unchanged:
            media_type = response.headers.get("content-type", "")
            session.bodies.append(Body(response.body, media_type, url, response.status))
        return response

    def _hear_clock(self, response: Response, session: FetchSession) -> None:
        """Note how far the clock of the page's host is ahead of ours."""
        told = sent_at(response)
        if told is not None:
            session.offset_seconds = (told - self._clock()).total_seconds()
            if session.slug:
                self._clocks.heard(session.slug, session.offset_seconds)
