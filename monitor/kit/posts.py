"""When an event was over, by what is posted of it. Pure."""

from collections.abc import Iterable, Mapping
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
    meant = {Phase.OPEN: Says.GOES_ON, Phase.CLOSED: Says.OVER, Phase.WITHDRAWN: Says.OVER}
    phase = phases.get(word)
    return Post(at, Says.UNCLEAR if phase is None else meant.get(phase, Says.UNCLEAR))


def calls_over(word: str, phases: Mapping[str, Phase]) -> bool:
    """Whether a vendor's word for an event's present state says that it is over: what is reviewed
    is.
    """
    return post_saying(datetime.min.replace(tzinfo=UTC), word, phases).says in {
        Says.OVER,
        Says.REVIEW,
    }


def over_since(posts: Iterable[Post]) -> datetime | None:
    """Return since when an event is over by its posts, in whatever order they are: the time of the
    first that says so after the last that says it goes on. None = they do not say that it is over.

    So a reopening makes it go on, and neither a review nor a repeated end prolongs it. Of two posts
    of one instant the one that says it is over counts as the later.
    """
    told = list(posts)
    going = max((post.at for post in told if post.says is Says.GOES_ON), default=None)
    return min(
        (
            post.at
            for post in told
            if post.says is Says.OVER and (going is None or post.at >= going)
        ),
        default=None,
    )


def closed_at(posts: Iterable[Post], start: datetime, changed: datetime | None = None) -> datetime:
    """Return when an event ended that its vendor calls over: when its posts say so; where none
    does, with the last of them that is no review, else with its last change. Never before `start`.
    """
    told = list(posts)
    spoken = max((post.at for post in told if post.says is not Says.REVIEW), default=changed)
    return max(over_since(told) or spoken or start, start)


def end_of(
    posts: Iterable[Post],
    said: datetime | None,
    start: datetime,
    *,
    over: bool,
    changed: datetime | None = None,
) -> datetime | None:
    """Return when an event ended whose vendor states an end (`said`, None = none) beside its posts;
    None = it goes on.

    `over`: its vendor calls it over now, and last changed it at `changed`. The stated end counts
    unless a post says later that it goes on: then the event was reopened or its end was dated back,
    and it ended with the post that says so, or goes on.
    """
    told = list(posts)
    held = said is not None and not any(
        post.says is Says.GOES_ON and post.at > said for post in told
    )
    if said is not None and held:
        return max(said, start)
    return closed_at(told, start, said or changed) if over else None
