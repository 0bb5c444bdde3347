"""How a platform talks: requests out, responses and evidence in. Sans I/O.

A platform module in `monitor.platforms` defines three functions and imports nothing that acts::

    def detect(response: Response) -> Iterable[Signal]: ...
    def poll(page: PageContext) -> Steps: ...                      # live state, least traffic
    def backfill(page: PageContext, since: datetime) -> Steps: ... # history, best source first

`poll` and `backfill` are generators. They yield a `Get` (and receive its `Response`), a list of
`Get` (and receive a list of `Response | FetchError` in the same order, fetched together), or an
`Evidence` (and receive None). A `Get` that could not be answered at all raises its `FetchError`
*inside* the generator, which may catch it and try the next source. Any HTTP status is an answer:
only the platform knows what a 404 means on its page.

`ABOUT`, an `About`, tells people what the platform's pages are good for; commands and the
documentation print it.

A module may also define `probe(url) -> tuple[Get, ...]`: what to ask to recognise the page at
`url`, where the page itself does not tell. It answers nothing for hosts it does not know, so that
no page is asked in vain. A platform whose pages live on any host names their paths in
`COMMON_PATHS`; those are asked for last, when nothing else has told enough. A platform that reads
what belongs to no platform says `LAST_RESORT = True`: it is chosen only when no other has shown any
sign, and `suggested_requests(response) -> tuple[Get, ...]` says what an answer suggests to ask for
it then.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeVar
from urllib.parse import urljoin

from monitor.errors import (
    FetchError,
)
from monitor.model import Evidence, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Get:
    """One GET. `path` is joined to the page's URL (absolute URLs are allowed).

    `conditional`: the answer may be "unchanged" (304, or the same body as last time) and then
    carries no body; only for polls, where what was read last time still stands.
    """

    path: str
    accept: str = "application/json"
    conditional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer. `url` is what was asked, `final_url` where redirects led; header names are lower
    case.

    `redirects` are the addresses that redirected, in order, from `url` on; empty = it answered
    itself. `unchanged`: the body is what it was at the last successful reading; `body` is then
    empty.
    """

    url: str
    status: int
    final_url: str = ""
    redirects: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    unchanged: bool = False
    text_encoding: str = "utf-8"

    @property
    def text(self) -> str:
        """The body as text, without a byte order mark; undecodable bytes become U+FFFD, and NUL,
        which no database takes, becomes "?".
        """
        return (
            self.body.decode(self.text_encoding, errors="replace")
            .removeprefix("\ufeff")
            .replace("\x00", "?")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """How the user wants a feed of no platform to be read. `path` None = look for it on the page.

    `empty`: a feed without entries is ``broken``, or ``healthy`` where it only lists what is going
    on. `words` are the user's own, each with what it means: a level's word, ``open``, ``ended`` or
    ``scheduled``.
    """

    path: str | None = None
    empty: str = "broken"
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlSettings:
    """Where the user says that a page of no platform has its components: CSS selectors, and words
    for states.

    `component` selects each component; inside it `name` and `state` select its name and its state
    (None = its text). `attribute`: the state is this attribute's value, not text. `words` are the
    page's words, each with its level.
    """

    component: str
    name: str | None = None
    state: str | None = None
    attribute: str | None = None
    words: tuple[tuple[str, Level], ...] = ()


def fingerprint(settings: FeedSettings | HtmlSettings) -> str:
    """Return a short text that is another one for other settings: an answer that did not change
    says something else to a reader who was told to read it otherwise.
    """
    from hashlib import sha256  # late: OpenSSL is loaded for it, and settings need none

    return sha256(repr(settings).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What a generator may know about the page it reads.

    `url` is the page's root and ends in "/". `zone` is the configured or last seen zone, None = not
    known yet. `open_incidents` are the ids we hold as open or scheduled. `completed_chunks` are the
    units of a backfill that need no reading again. `cursor` is what the last poll's evidence
    carried. `components` are the ids we know (never group rows). `regions` are those the user chose
    (names or patterns, empty = none chosen), for pages that speak of more than one. `feed` and
    `html` are how the user wants a page of no platform to be read.
    """

    url: str
    now: datetime
    zone: str | None = None
    cursor: str | None = None
    open_incidents: frozenset[str] = frozenset()
    completed_chunks: frozenset[str] = frozenset()
    components: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()
    feed: FeedSettings = FeedSettings()
    html: HtmlSettings | None = None

    def absolute(self, path: str) -> str:
        """Return the absolute URL of a path on this page."""
        return urljoin(self.url, path)


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign that a response comes from a platform. Signals of different `kind` are independent
    of each other.
    """

    kind: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What people must know of a platform before they trust a figure from it.

    `title` is its name for people. `verified`: the day of the newest real answers it was checked
    against; None = its shape is known from programs that read it and from documentation only
    ("unverified"). `live` says what a poll asks for. `reach_days`: how far back the platform's own
    record goes at best; 0 = there is none, None = as far as a page has existed, or as its list is
    long. `reach` says it in a sentence; `granularity` and `precision` what a statement of the
    record is about and how exactly it is dated. `regions`: whether the user may or must choose
    regions. `caveat` is a sentence on what the source under-reports; "" when nothing is known.
    """

    title: str
    verified: date | None
    live: str
    reach_days: int | None
    reach: str
    granularity: Literal["component", "component and region", "page", "nothing"]
    precision: Literal["seconds", "minutes", "days", "as typed", "none"]
    regions: Literal["none", "optional", "required"] = "none"
    caveat: str = ""


Step = Get | Sequence[Get] | Evidence

T = TypeVar("T")

Steps = Generator[Step, Any, None]

StepsTo = Generator[Step, Any, T]
"""Steps that come to something, which they return; to be used with ``yield from``."""


def get(
    path: str, *, accept: str = "application/json", conditional: bool = False
) -> StepsTo[Response]:
    """Ask for one path and receive its response; to be used with ``yield from``."""
    response: Response = yield Get(path=path, accept=accept, conditional=conditional)
    return response


def get_all(paths: Sequence[str]) -> StepsTo[list[Response | FetchError]]:
    """Ask for several JSON paths together and return their answers in order; a failure is in its
    place.
    """
    responses: list[Response | FetchError] = yield [Get(path=path) for path in paths]
    return responses


def get_each(
    things: Sequence[T], path_of: Callable[[T], str]
) -> StepsTo[list[tuple[T, Response | FetchError]]]:
    """Ask about several things together, each at its JSON path, and return each with its answer, in
    order; a failure is in its place.
    """
    answers = yield from get_all([path_of(thing) for thing in things])
    return list(zip(things, answers, strict=True))
