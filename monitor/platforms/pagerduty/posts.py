"""A post of a PagerDuty page with its updates, as both generations have it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import UnexpectedShape
from monitor.kit.fields import Row, identifier, maybe_text, text
from monitor.kit.posts import REVIEWS, closed_at, post_saying
from monitor.kit.responses import shape_error
from monitor.model import Component, Level, Phase

RECORD = (
    "run `monitor record URL DIR` and send the folder: no real answer of PagerDuty's newer pages"
    " was seen yet"
)

VOCABULARY: Mapping[str, Level] = {
    "all_good": Level.OPERATIONAL,
    "operational": Level.OPERATIONAL,
    "maintenance": Level.MAINTENANCE,
    "minor": Level.DEGRADED,
    "major": Level.MAJOR_OUTAGE,
    "partial_outage": Level.PARTIAL_OUTAGE,
    "outage": Level.MAJOR_OUTAGE,
}
"""Of services, and of posts as a whole. The scale has three steps, and major is the last;
older posts call it outage, and no post has both."""

PHASES: Mapping[str, Phase] = {
    "detected": Phase.OPEN,
    "investigating": Phase.OPEN,
    "identified": Phase.OPEN,
    "monitoring": Phase.OPEN,
    "resolved": Phase.CLOSED,
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.OPEN,
    "completed": Phase.CLOSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update of a post. `services` holds the words of those it names."""

    at: datetime
    status: str
    severity: str
    services: Mapping[str, str]
    key: str | None
    text: str | None

    @property
    def is_closing(self) -> bool:
        """Whether it says that the post is over."""
        return PHASES.get(self.status) is Phase.CLOSED

    @property
    def is_bad(self) -> bool:
        """Whether it says that something is wrong, of whichever service."""
        return VOCABULARY.get(self.severity) is not Level.OPERATIONAL and not self.is_closing

    @property
    def is_review(self) -> bool:
        """Whether it is about what is over."""
        return self.status in REVIEWS or self.status.replace("_", " ") in REVIEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post with its updates, oldest first; at least one. `start` and `end` are what it says of
    itself, if it does.
    """

    id: str
    title: str
    updates: Sequence[Update]
    maintenance: bool = False
    start: datetime | None = None
    end: datetime | None = None

    @property
    def services_named_last(self) -> Mapping[str, str]:
        """The words of the services that its last update to name any has; none where none does."""
        for update in reversed(self.updates):
            if update.services:
                return update.services
        return {}

    @property
    def is_closed(self) -> bool:
        """Whether its last update says that it is over."""
        return self.updates[-1].is_closing

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed, which what is posted afterwards does not prolong; None = it goes
        on.
        """
        if not self.is_closed:
            return None
        posts = [post_saying(update.at, update.status, PHASES) for update in self.updates]
        return closed_at(posts, self.updates[0].at)


def post_of(
    entry: Row,
    updates: Iterable[Update],
    *,
    maintenance: bool = False,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Post:
    """Return a post with its updates in order; reviews are left out, unless there is nothing else.

    Raises UnexpectedShape for a post without updates.
    """
    key = identifier(entry.get("id"), "post.id")
    oldest_first = sorted(updates, key=lambda update: update.at)
    if not oldest_first:
        raise UnexpectedShape(f"post {key} has no updates", remedy=RECORD)
    return Post(
        id=key,
        title=text(entry.get("title"), f"post {key}.title"),
        updates=[update for update in oldest_first if not update.is_review] or oldest_first,
        maintenance=maintenance,
        start=start,
        end=end,
    )


def word_of(value: object, where: str) -> str:
    """Return a state's word: the last part of its key, or its name, as the page's scripts spell
    it.
    """
    name = text(value, where).rpartition("/")[2]
    return name.lower().replace(" ", "_").replace("-", "_")


def components_of(services: Iterable[Row], groups: Mapping[str, str]) -> list[Component]:
    """Return the services that are on the page, in its order. `groups` are names by the id of a
    business service. Raises UnexpectedShape for a page without any: it says nothing of any.
    """
    components: list[Component] = []
    for position, service in enumerate(services):
        if service.get("is_active") is not False:
            components.append(_component(service, groups, position))
    return components or shape_error("the services", "at least one that is active", None)


def _component(service: Row, groups: Mapping[str, str], position: int) -> Component:
    display_name = maybe_text(service.get("display_name"))
    return Component(
        id=identifier(service.get("id"), "service.id"),
        name=display_name or text(service.get("name"), "service.name"),
        group=groups.get(str(service.get("external_business_service_id"))),
        position=position,
    )
