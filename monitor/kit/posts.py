"""When an event was over, by what is posted of it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from monitor.model import (
    Phase,
)


class Says(Enum):
    """What a post says of its event: that it goes on, that it is over, what it was (a review), or
    none of these.
    """

    GOES_ON = "goes on"
    OVER = "over"
    REVIEW = "review"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Post:
    """One post about an event, by the time that it is dated to."""

    at: datetime
    says: Says


REVIEWS = frozenset(
    {
        "postmortem",
        "post-mortem",
        "post mortem",
        "post_mortem",
        "post-incident review",
        "post incident review",
        "post_incident_review",
        "retrospective",
        "root cause analysis",
        "root_cause_analysis",
        "rca",
        "review",
        "incident report",
        "incident_report",
        "follow-up",
        "follow_up",
        "followup",
    }
)
"""What pages call a post about what is over."""


def post_saying(at: datetime, word: str, phases: Mapping[str, Phase]) -> Post:
    """Return a post with the vendor's word for the state of its event, as `phases` explains such
    words.

    A word that is neither there nor in `REVIEWS` is unclear.
    """
    if word.lower() in REVIEWS:
        return Post(at, Says.REVIEW)
    phase = phases.get(word)
    if phase is Phase.OPEN:
        return Post(at, Says.GOES_ON)
    is_over = phase in {Phase.CLOSED, Phase.WITHDRAWN}
    return Post(at, Says.OVER if is_over else Says.UNCLEAR)


def posts_saying(
    posts: Iterable[tuple[datetime, str]], phases: Mapping[str, Phase]
) -> Iterator[Post]:
    """Yield the posts of these instants and words, each as `post_saying` has it."""
    for at, word in posts:
        yield post_saying(at, word, phases)


def calls_over(word: str, phases: Mapping[str, Phase]) -> bool:
    """Whether a vendor's word for an event's present state says that it is over: what is reviewed
    is.
    """
    post = post_saying(datetime.min.replace(tzinfo=UTC), word, phases)
    return post.says in {Says.OVER, Says.REVIEW}


def over_since(posts: Iterable[Post]) -> datetime | None:
    """Return since when an event is over by its posts, in whatever order they are: the time of the
    first that says so after the last that says it goes on. None = they do not say that it is over.

    So a reopening makes it go on, and neither a review nor a repeated end prolongs it. Of two posts
    of one instant the one that says it is over counts as the later.
    """
    posts = list(posts)
    ends = _times(posts, Says.OVER)
    last_open = _last_open(posts)
    if last_open is not None:
        ends = [at for at in ends if at >= last_open]
    return min(ends, default=None)


def _last_open(posts: Iterable[Post]) -> datetime | None:
    return max(_times(posts, Says.GOES_ON), default=None)


def _times(posts: Iterable[Post], *says: Says) -> list[datetime]:
    """Return when the posts were that say one of these."""
    return [post.at for post in posts if post.says in says]


def last_word(posts: Iterable[Post], start: datetime) -> datetime:
    """Return when anything was last posted of an event; its start where nothing was."""
    return max([start, *_times(posts, *Says)])


def closed_at(
    posts: Iterable[Post], start: datetime, changed_at: datetime | None = None
) -> datetime:
    """Return when an event ended that its vendor calls over: when its posts say so; where none
    does, with the last of them that is no review, else with its last change. Never before `start`.
    """
    posts = list(posts)
    last_told = max(_times(posts, Says.GOES_ON, Says.OVER, Says.UNCLEAR), default=None)
    return max(over_since(posts) or last_told or changed_at or start, start)


def end_of(
    posts: Iterable[Post],
    stated_end: datetime | None,
    start: datetime,
    *,
    over: bool,
    changed_at: datetime | None = None,
) -> datetime | None:
    """Return when an event ended whose vendor states an end (None = none) beside its posts; None =
    it goes on.

    `over`: its vendor calls it over now, and last changed it at `changed_at`. The stated end counts
    unless a post says later that it goes on: then the event was reopened or its end was dated back,
    and it ended with the post that says so, or goes on.
    """
    posts = list(posts)
    if stated_end is not None:
        last_open = _last_open(posts)
        if last_open is None or last_open <= stated_end:
            return max(stated_end, start)
    return closed_at(posts, start, stated_end or changed_at) if over else None
