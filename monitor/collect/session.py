"""The bookkeeping of one poll, backfill or detection: what was asked, and what it was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.errors import BadStatus, PageError, PageUnavailable, ParseError, UnknownPlatform
from monitor.fetch import FetchResult, Limits, Validators
from monitor.identity import Identity, Witness
from monitor.model import Evidence, Phase
from monitor.store import Body
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
    """The requests of one poll or backfill, and what is to be remembered when all of it was
    understood.

    `bodies` are the answers that were not unchanged; of a backfill those since its last piece, and
    `behind` those of that piece. `hosts` are those the page's own addresses were answered from,
    redirects followed; `unchanged`: some answer was what it was last time; `shares`: other vendors
    of the same page may be given its answers. `refused` is the other page that was read in the
    page's place.
    """

    url: str
    limits: Limits
    known: Mapping[str, Validators]
    slug: str = ""
    shares: bool = False
    learned: dict[str, Validators] = field(default_factory=dict)
    bodies: list[Body] = field(default_factory=list)
    behind: list[Body] = field(default_factory=list)
    requests: int = 0
    wire_bytes: int = 0
    took: list[float] = field(default_factory=list)
    """How long, in seconds, answers were waited for; of those asked for together the longest."""
    status: int | None = None
    offset_seconds: float | None = None
    """How far the page's clock is ahead of ours, None = it did not say."""
    evidence: list[Evidence] = field(default_factory=list)
    provider: str | None = None
    understood: bool = False
    hosts: set[str] = field(default_factory=set)
    unchanged: bool = False
    memory: PageCache | None = None
    witness: Witness | None = None
    refused: Identity | None = None
    asked_who: bool = False
    answers: Answers | None = None
    """Answers of a reading just before, to be used instead of asking."""
    keeps: bool = False
    """Whether what is asked is added to them."""
    used: set[tuple[str, str]] = field(default_factory=set)

    def answered(self, url: str, accept: str) -> FetchResult | None:
        """Return what a reading just before was answered; once, for who asks again wants to know it
        anew.
        """
        request = (url, accept)
        if self.answers is None or request in self.used:
            return None
        self.used.add(request)
        return self.answers.by_request.get(request)

    @property
    def changed_validators(self) -> dict[str, Validators]:
        """What makes the next requests conditional, where it is not known already."""
        return {
            url: learned for url, learned in self.learned.items() if self.known.get(url) != learned
        }

    def forget(self) -> None:
        """Forget what was read: none of it is the page's."""
        self.evidence.clear()
        self.bodies.clear()
        self.learned.clear()

    @property
    def readable(self) -> list[Body]:
        """The bodies with which its requests were answered."""
        return [body for body in self.bodies if body.status == OK]

    @property
    def found_open_incident(self) -> bool:
        """Whether something is going on, as far as this reading says."""
        return any(
            incident.phase is Phase.OPEN for each in self.evidence for incident in each.incidents
        )


def unreadable(error: PageError | None, bodies: Sequence[Body]) -> list[Body]:
    """Return the bodies for which a reading failed, of the answers it had; none when no answer
    came, or another page's.

    An error names the URL it is about; one of several answers together may name the page.
    """
    if not isinstance(error, (ParseError, PageUnavailable, UnknownPlatform, BadStatus)):
        return []
    named = [body for body in bodies if body.url == error.url] or bodies[-1:]
    return [body for body in named if body.body]
