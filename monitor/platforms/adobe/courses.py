"""What one of Adobe's products went through in an event, post by post. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from monitor.kit.events import ImpactSpan, is_past
from monitor.kit.fields import Row, identifier, keyword, maybe_text, number, row
from monitor.kit.posts import closed_at, post_saying
from monitor.kit.responses import shape_error
from monitor.kit.sequences import with_end
from monitor.kit.times import epoch
from monitor.model import Basis, Level, Phase

MAINTENANCE = "maintenance"

VOCABULARY: Mapping[str, Level] = {
    MAINTENANCE: Level.MAINTENANCE,
    "trivial": Level.DEGRADED,
    "minor": Level.DEGRADED,
    "major": Level.MAJOR_OUTAGE,
}
"""Severities; every maintenance is one, whatever its posts say."""

UNSURE = "potential"
"""A severity that says of the product's state that it is not known."""

PHASES: Mapping[str, Phase] = {
    "discovery": Phase.OPEN,
    "opened": Phase.OPEN,
    "started": Phase.OPEN,
    "updated": Phase.OPEN,
    "reopened": Phase.OPEN,
    "scheduled": Phase.SCHEDULED,
    "closed": Phase.CLOSED,
    "completed": Phase.CLOSED,
    "canceled": Phase.WITHDRAWN,
    "cancelled": Phase.WITHDRAWN,
    "dismissed": Phase.WITHDRAWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What was posted of a product in an event: its state, how bad it is, and where the title
    stands.
    """

    at: datetime
    status: str
    severity: str | None
    title: str | None

    @property
    def phase(self) -> Phase:
        """The phase; an event with a word we do not know is open until we do."""
        return PHASES.get(self.status, Phase.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a product went through in an event. `end` None = it goes on, or has not begun."""

    key: str
    name: str
    posts: Sequence[Post]
    phase: Phase
    start: datetime
    end: datetime | None

    def spans(self) -> list[ImpactSpan]:
        """Return the spans between posts that found the event going on; posts that say the same
        make one span.
        """
        spans: list[ImpactSpan] = []
        if self.phase in {Phase.SCHEDULED, Phase.WITHDRAWN}:
            return spans
        for post, end in with_end(self.posts, self.end):
            if post.phase is Phase.OPEN and (end is None or end > post.at):
                _add(spans, self._span(post, end))
        return spans

    def _span(self, post: Post, end: datetime | None) -> ImpactSpan:
        return ImpactSpan(
            component_id=self.key,
            level=VOCABULARY.get(post.severity or ""),
            start=post.at,
            end=end,
            word=None if post.severity == UNSURE else post.severity,
            basis=Basis.TRANSITION,
        )


def _add(spans: list[ImpactSpan], span: ImpactSpan) -> None:
    """Add a span; one that goes on where the last ended and says the same prolongs that."""
    if spans and _goes_on(spans[-1], span):
        spans[-1] = replace(spans[-1], end=span.end)
    else:
        spans.append(span)


def _goes_on(last: ImpactSpan, span: ImpactSpan) -> bool:
    return last.end == span.start and (last.level, last.word) == (span.level, span.word)


def read_course(product: Row, where: str, now: datetime, *, maintenance: bool) -> Course:
    """Return the course of a product of an event. Raises UnexpectedShape for one without posts."""
    key = identifier(product.get("id"), f"{where}.product.id")
    posts = _posts(product, f"{where}.product {key[:40]}", maintenance=maintenance)
    started_at = moment(product.get("startedOn"), f"{where}.startedOn")
    ended_at = _ended_at(product, posts, where)
    if started_at is not None and started_at < posts[0].at and not maintenance:
        # What was noticed before it was posted began as the first post describes it, even if that
        # says it is over.
        posts.insert(0, replace(posts[0], at=started_at, status="opened"))
    phase = _phase(posts[-1], ended_at, now)
    return Course(
        key=key,
        name=maybe_text(product.get("name")) or key,
        posts=posts,
        phase=phase,
        start=_first_open(posts) or started_at or posts[0].at,
        end=_end(posts, phase, ended_at, now),
    )


def _first_open(posts: Iterable[Post]) -> datetime | None:
    for post in posts:
        if post.phase is Phase.OPEN:
            return post.at
    return None


def _ended_at(product: Row, posts: Sequence[Post], where: str) -> datetime | None:
    """Return the end that is told of a product; None when it was reopened after that."""
    ended_at = moment(product.get("endedOn"), f"{where}.endedOn")
    if ended_at is None:
        return None
    for post in posts:
        if post.status == "reopened" and post.at > ended_at:
            return None
    return ended_at


def _phase(last: Post, ended_at: datetime | None, now: datetime) -> Phase:
    is_over = is_past(ended_at, now)
    return Phase.CLOSED if last.phase is Phase.OPEN and is_over else last.phase


def _end(
    posts: Sequence[Post],
    phase: Phase,
    ended_at: datetime | None,
    now: datetime,
) -> datetime | None:
    if phase in {Phase.SCHEDULED, Phase.OPEN}:
        return ended_at if phase is Phase.OPEN else None
    if ended_at is None:
        statements = [post_saying(post.at, post.status, PHASES) for post in posts]
        ended_at = closed_at(statements, posts[0].at)
    return min(ended_at, now)


def _posts(product: Row, where: str, *, maintenance: bool) -> list[Post]:
    """Return the posts of a product, the oldest first."""
    posts: list[Post] = []
    for time, value in row(product.get("history"), f"{where}.history").items():
        post = row(value, f"{where}.history")
        at = epoch(time, f"{where}.history")
        status = keyword(post.get("status"), f"{where}.status")
        severity = post.get("severity")
        word = keyword(severity, f"{where}.severity") if severity else None
        posts.append(
            Post(
                at=at,
                status=status,
                severity=MAINTENANCE if maintenance else word,
                title=maybe_text(post.get("titleToken")),
            )
        )
    posts.sort(key=attrgetter("at"))
    return posts or shape_error(f"{where}.history", "at least one post", None)


def moment(value: object, where: str) -> datetime | None:
    """Return a time in seconds since 1970; 0 and nothing are none."""
    return None if value is None or number(value, where) == 0 else epoch(value, where)
