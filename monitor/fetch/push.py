"""Send bodies to one address of the user's own choice, one after the other, with patience. Knows no
format.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx

from monitor.errors import ReceiverError
from monitor.fetch.base import http_date, parse_retry_after
from monitor.plain import masked_url, secrets_of, without

ATTEMPTS = 6
PATIENCE = timedelta(minutes=10)
"""A wait the receiver asked for is sat out up to this length; a longer one ends the run, to be gone
on with later."""

ANSWER_BYTES = 4096
"""How much of an answer is read: it is a sentence for people, or nothing."""

_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_RUN_AGAIN = "run the same command again: it goes on where it broke off"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver answered, and where a redirect, which is not followed, would lead (None =
    it is none).

    Neither holds what we sent to be let in: answers are quoted in messages and logs.
    """

    status: int
    text: str
    location: str | None = None


class Push:
    """POSTs to one address. A context manager; leaving it closes the connection.

    Whatever says "later" (no connection, 408, 425, 429, 5xx) is tried again, at most `attempts`
    times for a body, after the wait the receiver asks for with Retry-After (seconds or a date),
    else after 1, 2, 4, ... s. Redirects are not followed: they would carry the credentials in
    `headers` to another place. The environment's proxies are not used.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        attempts: int = ATTEMPTS,
        timeout_seconds: float = 60.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = url
        self._shown = masked_url(url)
        self._secrets = secrets_of(url) | _secrets_in(headers)
        self._attempts = attempts
        self._sleep = sleep
        self._wall_clock = wall_clock
        self._client = httpx.Client(
            headers={**headers, "Accept-Encoding": "identity"},
            timeout=timeout_seconds,
            transport=transport,
            trust_env=False,
            verify=httpx.create_ssl_context(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def post(self, body: bytes) -> Answer:
        """Return the receiver's answer to one body, whatever it says, unless it is "later".

        Raises ReceiverError when it still says so at the last attempt, asks for more patience than
        we have, or cannot be reached.
        """
        for attempt in range(1, self._attempts + 1):
            wait = None
            try:
                answer, wait = self._ask(body)
            except httpx.HTTPError as error:
                reason = str(error) or type(error).__name__
                problem = without(f"no answer: {reason}", self._secrets)
            else:
                if not _means_later(answer):
                    return answer
                problem = f"status {answer.status}: {answer.text or 'no reason given'}"
            if wait is not None and wait > PATIENCE:
                raise ReceiverError(
                    problem,
                    url=self._shown,
                    remedy=f"in {wait.total_seconds():.0f} s, {_RUN_AGAIN}",
                )
            if attempt < self._attempts:
                self._sleep(2.0 ** (attempt - 1) if wait is None else wait.total_seconds())
        raise ReceiverError(
            f"{problem} ({self._attempts} attempts)", url=self._shown, remedy=_RUN_AGAIN
        )

    def _ask(self, body: bytes) -> tuple[Answer, timedelta | None]:
        with self._client.stream("POST", self._url, content=body) as response:
            text = _beginning(response)
        now = http_date(response.headers.get("date")) or datetime.fromtimestamp(
            self._wall_clock(), UTC
        )
        wait = parse_retry_after(response.headers.get("retry-after"), now=now)
        location = response.headers.get("location")
        where = None if location is None else without(masked_url(location), self._secrets)
        return Answer(response.status_code, without(text, self._secrets), where), wait


def _means_later(answer: Answer) -> bool:
    return answer.status in _BUSY or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _secrets_in(headers: Mapping[str, str]) -> frozenset[str]:
    """Return what of the headers an answer must not be quoted with: the values of those that let us
    in.
    """
    values = [value for name, value in headers.items() if name.lower() not in _OPEN_HEADERS]
    return frozenset({*values, *(value.partition(" ")[2].strip() for value in values)})


_OPEN_HEADERS = frozenset(
    {"content-encoding", "content-type", "user-agent", "x-prometheus-remote-write-version"}
)


def _beginning(response: httpx.Response) -> str:
    """Return the start of the answer in one line; a body nobody asked for is not read to its
    end.
    """
    read = b""
    for chunk in response.iter_raw(ANSWER_BYTES):
        read += chunk
        if len(read) >= ANSWER_BYTES:
            break
    return " ".join(read[:ANSWER_BYTES].decode(errors="replace").split())
