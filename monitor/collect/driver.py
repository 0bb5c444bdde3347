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
from monitor.kit.evidence import with_remark
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
                    await keep(with_remark(step))
                    step = next(steps)
                elif not isinstance(step, Get):
                    step = steps.send(await self._ask_all(step, session))
                elif isinstance(answer := await self.ask(step, session), FetchError):
                    step = steps.throw(answer)
                else:
                    step = steps.send(answer)
        except StopIteration:
            return
        finally:
            steps.close()

    async def _ask_all(
        self, gets: Sequence[Get], session: FetchSession
    ) -> list[Response | FetchError]:
        """Ask for several at once, and wait for all of them, whatever one comes to."""
        before = len(session.waits)
        requests = [self.ask(get, session) for get in gets]
        results = await asyncio.gather(*requests, return_exceptions=True)
        session.waits[before:] = [max(session.waits[before:], default=0.0)]
        answers: list[Response | FetchError] = []
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, FetchError):
                raise result
            answers.append(result)
        return answers

    async def ask(self, get: Get, session: FetchSession) -> Response | FetchError:
        """Return what the page answers, or why it did not; what a session just before was answered
        is not asked.
        """
        url = urljoin(session.url, get.path)
        earlier = session.earlier_answer(url, get.accept)
        if earlier is not None:
            return self._note(get, url, earlier, session)
        session.requests += 1
        try:
            ask = self._fetcher.get
            if session.is_shared:
                ask = partial(self._shared.get, session.slug)
            result = await ask(
                url,
                accept=get.accept,
                limits=session.limits,
                validators=session.validators.get(url) if get.conditional else None,
                provider=session.platform,
            )
        except FetchError as error:
            session.waits.append(error.elapsed_seconds)
            return error
        session.waits.append(result.elapsed_seconds)
        if session.answers is not None and session.keeps_answers:
            session.answers.keep(url, get.accept, result)
        self._note_clock(result.response, session)
        return self._note(get, url, result, session)

    @staticmethod
    def _note(get: Get, url: str, result: FetchResult, session: FetchSession) -> Response:
        """Note what an answer says beside what its platform reads in it."""
        response = result.response
        is_answer = response.unchanged or response.status == OK
        session.status = response.status
        if is_answer and host_of(url) == host_of(session.url):
            session.hosts.add(host_of(response.final_url or url))
        session.has_unchanged_answer |= response.unchanged
        session.wire_bytes += result.wire_bytes
        if get.conditional:
            session.new_validators[url] = result.validators
        if not response.unchanged:
            media_type = response.headers.get("content-type", "")
            session.bodies.append(Body(response.body, media_type, url, response.status))
        return response

    def _note_clock(self, response: Response, session: FetchSession) -> None:
        """Note how far the clock of the page's host is ahead of ours."""
        page_time = sent_at(response)
        if page_time is not None:
            session.offset_seconds = (page_time - self._clock()).total_seconds()
            if session.slug:
                self._clocks.note_offset(session.slug, session.offset_seconds)
