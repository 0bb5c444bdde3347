"""What fetching is asked and answers, and the small pure rules around it. No I/O."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Protocol

from monitor import __version__
from monitor.kit.protocol import Response

MIB = 1024 * 1024

RETRY_AFTER_CAP = timedelta(days=1)
"""A host may not silence us for longer than this by one header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What proves that one URL's body is the one read last time. None = not known. `sha256` is of
    the decoded body.
    """

    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one page may cost, and where it may lie.

    `timeout_seconds` bounds one `get` with its redirects, without the waits that politeness asks
    for; reading may stall for half of it at most. `max_body_bytes` bounds the body twice: as sent
    and decompressed. `allow_private` lets the page, and whatever it redirects to, lie at addresses
    that are not global, and lets a redirect leave https; addresses of the link and of a cloud's
    metadata are then still only reached where they are `own_host`, the host that the settings name.
    `headers` are sent to that host alone, whoever redirects where. `gives_way`: requests that do
    not hold up those that do not.
    """

    timeout_seconds: float = 20.0
    connect_seconds: float = 5.0
    max_body_bytes: int = 8 * MIB
    allow_private: bool = False
    own_host: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    max_redirects: int = 3
    gives_way: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """An answer and its price.

    `validators` are to be kept once the answer was understood: new ones with a 200, the given ones
    brought up to date with a 304, the given ones untouched with any other status. `elapsed_seconds`
    leaves out politeness waits and our own lateness. `wire_bytes` are the last answer's body bytes
    as sent.
    """

    response: Response
    validators: Validators
    elapsed_seconds: float = 0.0
    wire_bytes: int = 0


class Fetches(Protocol):
    """Whoever can answer a GET: `Fetcher`, `Recorder` or `Replay`."""

    async def get(
        self,
        url: str,
        *,
        accept: str,
        limits: Limits,
        validators: Validators | None = None,
        provider: str | None = None,
    ) -> FetchResult:
        """Return the answer to one GET, whatever its status. Raises FetchError when no usable
        answer arrived, and Overloaded when this process could not look in time whether one did.

        With `validators` the answer may be "unchanged" (and have no body): the host said so, or the
        body is the same. `provider` names who serves the page (a platform), so that all its hosts
        share one concurrency limit.
        """
        ...


def settle(response: Response, previous: Validators | None) -> tuple[Response, Validators]:
    """Return the answer, emptied if it is the one that the previous validators stand for, and the
    validators to keep with it.
    """
    previous = previous or Validators()
    if response.status == HTTPStatus.NOT_MODIFIED:
        new = _validators(response, previous.sha256)
        both = Validators(
            etag=new.etag or previous.etag,
            last_modified=new.last_modified or previous.last_modified,
            sha256=previous.sha256,
        )
        return replace(response, body=b"", unchanged=True), both
    if response.status != HTTPStatus.OK:
        return response, previous
    digest = sha256(response.body).hexdigest()
    if digest == previous.sha256:
        response = replace(response, body=b"", unchanged=True)
    return response, _validators(response, digest)


def _validators(response: Response, digest: str | None) -> Validators:
    if response.final_url != response.url.partition("#")[0]:
        # Validators belong to one URL, and a redirect may lead to another one next time: only the
        # body counts then.
        return Validators(sha256=digest)
    return Validators(
        etag=_sendable(response.headers.get("etag")),
        last_modified=_sendable(response.headers.get("last-modified")),
        sha256=digest,
    )


def _sendable(value: str | None) -> str | None:
    return value if value and value.isascii() and value.isprintable() else None


def parse_retry_after(value: str | None, *, now: datetime) -> timedelta | None:
    """Return how long a Retry-After header asks to wait, between 0 and a day; None when it is
    absent or unreadable.

    Both forms are read, seconds and an HTTP date, which is compared to `now` (the host's own Date
    where it sent one). Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), RETRY_AFTER_CAP.total_seconds()))
    when = http_date(text)
    return None if when is None else min(max(when - now, timedelta(0)), RETRY_AFTER_CAP)


def http_date(value: str | None) -> datetime | None:
    """Return the instant an HTTP date names, None when it is absent or unreadable. A date without a
    zone is UTC.
    """
    try:
        when = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def sent_at(response: Response) -> datetime | None:
    """Return what the host's clock said when it, or a cache on the way, sent the answer; None when
    it did not say.

    That is the Date, which names whole seconds, and for an answer out of a cache its Age on top.
    Source: https://www.rfc-editor.org/rfc/rfc9111#field.age
    """
    date = http_date(response.headers.get("date"))
    if date is None:
        return None
    age = response.headers.get("age", "").strip()
    seconds = int(age[:9]) if age.isascii() and age.isdigit() else 0
    try:
        return date + timedelta(seconds=seconds)
    except OverflowError:
        return None


def user_agent(contact: str | None) -> str:
    """Return the User-Agent: product, version and, if given, whom to write to (an e-mail address or
    a URL).

    Characters that a header must not carry are left out of the contact.
    """
    product = f"vendorstatus/{__version__}"
    comment = re.sub(r"[^ -~]|[()\\]", "", contact or "").strip()
    return f"{product} ({comment})" if comment else product
