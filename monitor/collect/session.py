"""The bookkeeping of one poll, backfill or detection: what was asked, and what it was answered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.errors import BadStatus, PageError, PageUnavailable, ParseError, UnknownPlatform
from monitor.fetch import FetchResult, Limits, Validators
from monitor.identity import Identity
from monitor.model import Evidence
from monitor.store import Body
from monitor.witness import Witness
from monitor.writer import PageCache

OK = 200


@dataclass(slots=True)
class Answers:
    """What a page's first poll was answered, for the backfill that follows at once: it need not ask
    that again.

    `read_at` is the poll's own instant; what the backfill says is then of that instant too.
    """

    by_request: dict[tuple[str, str], FetchResult] = field(default_factory=dict)
    read_at: datetime | None = None

    def keep(self, url: str, accept: str, answer: FetchResult) -> None:
        """Keep an answer that can be used for another reading: whole, and what was asked for."""
        if answer.response.status == OK and not answer.response.unchanged:
            self.by_request[url, accept] = answer


@dataclass(slots=True)
class FetchSession:
    """The requests of one poll or backfill, and what is to be kept when all of it was understood.

    `bodies` are the answers that were not unchanged; of a backfill those since its last piece, and
    `piece_bodies` those of that piece. `hosts` are those the page's own addresses were answered
    from, redirects followed. `is_shared`: other vendors of the same page may be given its answers.
    `other_identity` is the other page that was read in the page's place.
    """

    url: str
    limits: Limits
    slug: str = ""
    platform: str | None = None
    is_shared: bool = False
    validators: Mapping[str, Validators] = field(default_factory=dict)
    """What makes requests conditional, by URL, as the requests before were answered."""
    new_validators: dict[str, Validators] = field(default_factory=dict)
    bodies: list[Body] = field(default_factory=list)
    piece_bodies: list[Body] = field(default_factory=list)
    requests: int = 0
    wire_bytes: int = 0
    waits: list[float] = field(default_factory=list)
    """How long, in seconds, answers were waited for; of those asked for together the longest."""
    status: int | None = None
    offset_seconds: float | None = None
    """How far the page's clock is ahead of ours, None = it did not say."""
    evidence: list[Evidence] = field(default_factory=list)
    is_understood: bool = False
    hosts: set[str] = field(default_factory=set)
    has_unchanged_answer: bool = False
    cache: PageCache | None = None
    witness: Witness | None = None
    other_identity: Identity | None = None
    has_asked_identity: bool = False
    answers: Answers | None = None
    """Answers of a reading just before, to be used instead of asking."""
    keeps_answers: bool = False
    """Whether what is asked is added to them."""
    used_answers: set[tuple[str, str]] = field(default_factory=set)

    def earlier_answer(self, url: str, accept: str) -> FetchResult | None:
        """Return what a reading just before was answered; once, for who asks again wants to know it
        anew.
        """
        request = (url, accept)
        if self.answers is None or request in self.used_answers:
            return None
        self.used_answers.add(request)
        return self.answers.by_request.get(request)

    @property
    def changed_validators(self) -> dict[str, Validators]:
        """What makes the next requests conditional, where it is not known already."""
        new = self.new_validators.items()
        return {url: each for url, each in new if self.validators.get(url) != each}

    def forget(self) -> None:
        """Forget what was read: none of it is the page's."""
        self.evidence.clear()
        self.bodies.clear()
        self.new_validators.clear()

    @property
    def readable_bodies(self) -> list[Body]:
        """The bodies with which its requests were answered."""
        return list(readable(self.bodies))

    @property
    def has_open_incident(self) -> bool:
        """Whether something is going on, as far as this reading says."""
        for evidence in self.evidence:
            if any(incident.is_open for incident in evidence.incidents):
                return True
        return False


def readable(bodies: Iterable[Body]) -> Iterator[Body]:
    """Yield the bodies of good answers."""
    for body in bodies:
        if body.status == OK:
            yield body


def unreadable_bodies(error: PageError | None, bodies: Sequence[Body]) -> list[Body]:
    """Return the bodies for which a reading failed, of the answers it had; none when no answer
    came, or another page's.

    An error names the URL it is about; one of several answers together may name the page.
    """
    if not isinstance(error, (ParseError, PageUnavailable, UnknownPlatform, BadStatus)):
        return []
    about = [body for body in bodies if body.url == error.url] or bodies[-1:]
    return [body for body in about if body.body]
