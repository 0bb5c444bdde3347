"""What can go wrong, who must act, and the short reason each error is counted under.

    MonitorError
    +-- ConfigError            the operator edits the configuration (exit code 2)
    +-- StoreError             the operator looks at the database
    +-- ServerError            a monitor elsewhere gave no answer (`monitor status` ends with 3)
    +-- ReceiverError          a server we send to did not take it; the remedy says whose move it is
    |                          (exit code 1)
    +-- PageError              one page could not be read; the others go on (exit code 1)
        +-- FetchError         network, host or politeness: no usable answer arrived
        |   +-- ConnectFailed, TimedOut, TooLarge, ForbiddenAddress, TooManyRedirects, Throttled
        |   +-- BadStatus      the host answered with a status that is not an answer to our question
        +-- ParseError         an answer arrived and does not say what it should
        |   +-- EmptyBody, NotJson, Truncated, BotChallenge, Moved, UnexpectedShape
        +-- IdentityChanged    another company's page answers, until the user accepts it
        +-- PageUnavailable    the page is deleted, private, inactive, or only a parent of others
        +-- UnknownPlatform    nothing we know how to read was recognised
        +-- TooManyComponents, NameTooLong   the page tells more than its vendor's bounds allow
        +-- ClockOff           our clock is wrong: what is read cannot be dated
        +-- Overloaded         this process could not look in time: nothing is said about the page

Every `PageError` carries the page and the URL, and `remedy` tells the user what to do. `reason` is
a small closed vocabulary, safe as a metric label. None of them may ever be turned into "no
incidents".
"""

from datetime import timedelta
from typing import ClassVar

STORE_CAUSES = (
    "busy",
    "full",
    "damaged",
    "gone",
    "read_only",
    "io",
    "unreachable",
    "timeout",
    "other",
)
"""Why the database could not do something: held by somebody else, disk full, file damaged, file
deleted or replaced, not ours to write, the disk's errors, server not reached, no answer in time,
and anything else."""


class MonitorError(Exception):
    """Base of every error this product raises on purpose; anything else is a bug and shows a
    traceback.
    """

    @property
    def lines(self) -> list[str]:
        """What is said of it, on lines of their own."""
        return [str(self)]


class ConfigError(MonitorError):
    """The configuration or the command line is wrong; the message names the place and the
    remedy.
    """


class StoreError(MonitorError):
    """The database cannot be opened, read or written, or has a newer schema than this version
    knows.

    `cause` is one of `STORE_CAUSES`, safe as a metric label.
    """

    def __init__(self, message: str, *, cause: str = "other") -> None:
        super().__init__(message)
        self.cause = cause

    @property
    def passes(self) -> bool:
        """Whether trying again in a moment may help, with nobody doing anything."""
        return self.cause in {"busy", "timeout", "unreachable"}

    @property
    def is_of_database(self) -> bool:
        """Whether the database could not do it, and not what it was asked for was wrong."""
        return self.cause != "other"


class ReceiverError(MonitorError):
    """A server we were told to send to did not take what we sent. `str()` is message, URL and
    remedy, in that order.
    """

    def __init__(self, message: str, *, url: str, remedy: str) -> None:
        super().__init__(f"{message}; {url}; {remedy}")
        self.url = url
        self.remedy = remedy


class ServerError(MonitorError):
    """A monitor elsewhere gave no answer that can be used; the message says why, and what to do."""


class PageError(MonitorError):
    """One page could not be read. `str()` is message, page, URL and remedy, in that order."""

    reason: ClassVar[str] = "error"
    default_remedy: ClassVar[str] = ""

    def __init__(self, message: str, *, url: str = "", page: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.url = url
        self.page = page
        self.remedy = remedy or self.default_remedy

    def __str__(self) -> str:
        parts = [self.message]
        if self.page:
            parts.append(f"page {self.page}")
        if self.url:
            parts.append(self.url)
        if self.remedy:
            parts.append(self.remedy)
        return "; ".join(parts)


class FetchError(PageError):
    """No usable answer arrived. The span is uncovered; nothing is concluded about the vendor.

    `elapsed_seconds` is how long was waited for it, without the waits of politeness and our own
    lateness.
    """

    reason = "fetch"
    elapsed_seconds = 0.0


class ConnectFailed(FetchError):
    """DNS, TCP or TLS failed."""

    reason = "connect"
    default_remedy = "check the address and your own network"


class TimedOut(FetchError):
    """The connect, read or total time limit was reached."""

    reason = "timeout"
    default_remedy = "if this page is always slow, set a longer `timeout` for it"


class TooLarge(FetchError):
    """The body, before or after decompression, is over the limit."""

    reason = "too_large"
    default_remedy = "raise `max_body_mib` for this page if you trust it"


class ForbiddenAddress(FetchError):
    """The host resolves to an address that is not global (loopback, private, link-local, metadata,
    ...).
    """

    reason = "forbidden_address"
    default_remedy = "set `allow_private: true` on this page if it is your own internal page"


class TooManyRedirects(FetchError):
    """More redirects than allowed, or a redirect to something that is not http(s)."""

    reason = "redirects"
    default_remedy = "configure the page's final address"


class Throttled(FetchError):
    """The host asked us to wait (420, 429 or 503). `retry_after` is what it asked for, None if it
    did not say.
    """

    reason = "throttled"
    default_remedy = "nothing to do: we wait as asked"

    def __init__(
        self,
        message: str,
        *,
        retry_after: timedelta | None = None,
        url: str = "",
        page: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(message, url=url, page=page, remedy=remedy)
        self.retry_after = retry_after


class BadStatus(FetchError):
    """The host answered, with a status that carries no answer (404, 403, 500, ...)."""

    reason = "http_status"

    def __init__(
        self,
        message: str,
        *,
        status: int,
        url: str = "",
        page: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(message, url=url, page=page, remedy=remedy)
        self.status = status


class ParseError(PageError):
    """An answer arrived and does not say what this platform's answers say. A developer edits one
    platform file.
    """

    reason = "parse"
    default_remedy = "run `monitor record URL DIR` and attach the folder to a bug report"


class EmptyBody(ParseError):
    """Status 200 and no bytes: not "no incidents"."""

    reason = "empty_body"
    default_remedy = "nothing to do unless it persists"


class NotJson(ParseError):
    """JSON was due and something else came, usually HTML."""

    reason = "not_json"


class Truncated(ParseError):
    """The body breaks off, or the platform cut the list short."""

    reason = "truncated"


class BotChallenge(ParseError):
    """A bot challenge or a block page was served instead of the status page."""

    reason = "bot_challenge"
    default_remedy = (
        "try the page's `<slug>.statuspage.io` address or another address of the same page"
    )


class Moved(ParseError):
    """The address now leads to another page, typically a redirect that dropped the path."""

    reason = "moved"
    default_remedy = "run `monitor detect URL` and update the configured address"


class UnexpectedShape(ParseError):
    """A required field is missing or has another type."""

    reason = "unexpected_shape"


class PageUnavailable(PageError):
    """The page is deleted, private, inactive, or a parent that only links to sub-pages. Never
    operational.
    """

    reason = "unavailable"
    default_remedy = "open the address in a browser and configure the page that replaced it"


class IdentityChanged(PageError):
    """What answers is not the page that was read before, by its id, or by name and host where it
    has none.
    """

    reason = "identity_changed"
    default_remedy = (
        "run `monitor accept VENDOR` if it is your vendor's page all the same, else correct its"
        " address"
    )


class UnknownPlatform(PageError):
    """No platform was recognised by two independent signals."""

    reason = "unknown_platform"
    default_remedy = (
        "configure `platform:` if you know it, else see `feed:` and `html:` in"
        " docs/configuration.md"
    )


class TooManyComponents(PageError):
    """The page lists more components than its bounds allow, or more new ones within a day: nothing
    of it is kept.
    """

    reason = "too_many_components"


class NameTooLong(PageError):
    """A component's name, group or id, or an incident's id, is longer than the page's bounds
    allow.
    """

    reason = "name_too_long"
    default_remedy = "raise `max_name_length` for this page if you trust it"


class ClockOff(PageError):
    """Our clock has gone back, as what we read before and the page's own clock agree: nothing can
    be dated now.
    """

    reason = "clock"
    default_remedy = "set the clock of the machine the monitor runs on, best by NTP"


class Overloaded(PageError):
    """A time limit was reached while this process stood still: whether the page answered in time is
    not known.

    No FetchError, so that no platform takes it for a missing answer: the whole reading ends, and is
    done again.
    """

    reason = "overloaded"
    default_remedy = "give the monitor more CPU, or let it do less"
