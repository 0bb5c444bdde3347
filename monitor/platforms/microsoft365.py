"""Microsoft's cloud status page: one post for each consumer service, and one for each of two admin
centres. Pure.

It says little of Microsoft 365: no service of a tenant is on it (only the tenant's administrators
see those). A centre's post says whether the centre can be reached; its message is the same for
months while the centre works. A post's `LastUpdatedTime` is that of the answer and dates nothing,
so a post is a state and no incident. An unknown address answers with the page itself and status
200. There is no history, and no format is published: that of the posts is as observed, the words of
their `Status` are those of the page's own script.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitor.errors import FetchError
from monitor.kit.events import ComponentState
from monitor.kit.evidence import evidence, gap_until_now
from monitor.kit.feeds import text_lines
from monitor.kit.fields import Row, is_list_of, keyword, maybe_text, row, rows, text
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get_all
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json, unwrap
from monitor.model import Component, Level, PageInfo

ABOUT = About(
    title="Microsoft 365",
    verified=date(2026, 8, 1),
    live="/api/posts of the consumer services and two admin centres, 3 requests",
    reach_days=0,
    reach="None before the first poll.",
    granularity="nothing",
    precision="none",
    caveat=(
        "Only consumer services and whether two admin centres can be reached: the state of a"
        " tenant's services is not public. There is one word for trouble, so a service that is down"
        " counts as degraded."
    ),
)

SOURCE = "microsoft365.posts"
SERVICES = "/api/posts/m365Consumer"
PROBE = Get(path=SERVICES)
CENTRES: Mapping[str, str] = {
    "mac": "Microsoft 365 admin center",
    "ppac": "Power Platform admin center",
}
"""The admin centres by the last part of their posts' addresses."""
HOSTS = ("status.cloud.microsoft",)

VOCABULARY: Mapping[str, Level] = {
    "available": Level.OPERATIONAL,
    "operational": Level.OPERATIONAL,
    "service restored": Level.OPERATIONAL,
    "servicerestored": Level.OPERATIONAL,
    "service degradation": Level.DEGRADED,
    "servicedegradation": Level.DEGRADED,
}
"""The page's script has each word with a space and as one word; only the first two were seen."""
NO_STATE = "unknown"
"""Microsoft's own word for a service it knows nothing of."""

POST = {"LastUpdatedTime", "AuthoredDateTime", "Message", "Status"}
LONGEST_REMARK = 200


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Microsoft's posts: their shape, and names in them."""
    answer = try_json(response)
    posts: list[Any] = answer if isinstance(answer, list) else [answer]
    if not is_list_of(posts, POST):
        return
    yield Signal("shape", "posts with a status, a message and their times")
    if any(str(post.get("ServiceWorkloadName", "")).lower() == "m365consumer" for post in posts):
        yield Signal("names", "a service is Microsoft 365 (Consumer)")
    if any("Microsoft 365 admin center" in str(post["Message"]) for post in posts):
        yield Signal("names", "a message speaks of the Microsoft 365 admin center")


@dataclass(frozen=True, slots=True)
class _Post:
    """The post on a service or a centre. `fields` None = it could not be read."""

    component: Component
    fields: Row | None

    @property
    def word(self) -> str:
        """The vendor's word for the state."""
        return NO_STATE if self.fields is None else keyword(self.fields["Status"], "Status")

    @property
    def state(self) -> ComponentState:
        """The present state."""
        word = self.word
        return ComponentState(
            component=self.component,
            level=VOCABULARY.get(word),
            word=None if word == NO_STATE else word,
        )


def poll(page: PageContext) -> Steps:
    """Yield the state of every service and centre, in three requests that are made together.

    A centre whose post cannot be read is unknown; without the services' posts the poll fails.
    """
    services, *centres = yield from get_all([SERVICES, *(f"/api/posts/{key}" for key in CENTRES)])
    posts = _read_services(unwrap(services))
    remarks = []
    for key, answer in zip(CENTRES, centres, strict=True):
        component = Component(id=key, name=CENTRES[key], position=len(posts))
        try:
            fields = _read_centre(unwrap(answer))
        except FetchError as error:
            fields = None
            remarks.append(f"the post on the {component.name} did not come: {error.message}")
        posts.append(_Post(component, fields))
    remarks += filter(None, map(_remark, posts))
    yield evidence(
        SOURCE,
        page,
        info=PageInfo(name="Microsoft 365", remark="; ".join(remarks) or None),
        parts=[post.state for post in posts],
    )


def _read_services(response: Response) -> list[_Post]:
    with locate_errors(response.url):
        services = rows(read_json(response), "the answer")
        if not services:
            shape_error("the answer", "a post for each service", None)
        return [_service(fields, position) for position, fields in enumerate(services)]


def _service(fields: Row, position: int) -> _Post:
    key = text(fields.get("ServiceWorkloadName"), f"[{position}].ServiceWorkloadName")
    name = text(fields.get("ServiceDisplayName"), f"[{position}].ServiceDisplayName")
    keyword(fields.get("Status"), f"[{position}].Status")
    return _Post(Component(id=key, name=name, position=position), fields)


def _read_centre(response: Response) -> Row:
    with locate_errors(response.url):
        fields = row(read_json(response), "the answer")
        keyword(fields.get("Status"), "Status")
        return fields


def _remark(post: _Post) -> str | None:
    """Return what the post says of a service that does not work; None for any other."""
    if post.fields is None or post.state.level is Level.OPERATIONAL:
        return None
    message = " ".join(text_lines(maybe_text(post.fields.get("Message")) or ""))
    why = maybe_text(post.fields.get("Title")) or message or str(post.fields["Status"])
    return f"{post.component.name}: {why[:LONGEST_REMARK]}"


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the current state: the posts have no history."""
    yield from poll(page)
    yield gap_until_now(SOURCE, page, since, "Microsoft's posts tell only the present")
