"""Microsoft's cloud status page: one post for each consumer service, and one for each of two admin
centres. Pure.

It says little of Microsoft 365: no service of a tenant is on it (those are told only to the
tenant's administrators). A centre's post says whether the centre can be reached; its message is the
same for months while all is well. A post's `LastUpdatedTime` is made new with every answer and
dates nothing, so a post is a state and no incident. An address nobody answers gets the page itself,
with status 200. Nothing is told of the past, and no format is published: that of the posts is as
observed, the words of their `Status` are those of the page's own script.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from monitor.errors import FetchError, Truncated
from monitor.intervals import day_of
from monitor.kit.events import ComponentState
from monitor.kit.evidence import evidence
from monitor.kit.feeds import text_lines
from monitor.kit.fields import Row, keyword, maybe_text, row, rows, text
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get_all
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.model import Component, Evidence, Gap, Level, PageInfo

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
UNSAID = "unknown"
"""Microsoft's own word for a service it knows nothing of."""

POST = {"LastUpdatedTime", "AuthoredDateTime", "Message", "Status"}
LONGEST_REMARK = 200


def detect(response: Response) -> Iterator[Signal]:
    """Return the signs of Microsoft's posts; the host counts only beside another sign."""
    return _signals(try_json(response))


def _signals(told: object) -> Iterator[Signal]:
    posts: list[Any] = told if isinstance(told, list) else [told]
    if not posts or not all(isinstance(post, dict) and post.keys() >= POST for post in posts):
        return
    yield Signal("shape", "posts with a status, a message and their times")
    if any(str(post.get("ServiceWorkloadName", "")).lower() == "m365consumer" for post in posts):
        yield Signal("names", "a service is Microsoft 365 (Consumer)")
    if any("Microsoft 365 admin center" in str(post["Message"]) for post in posts):
        yield Signal("names", "a message speaks of the Microsoft 365 admin center")


def poll(page: PageContext) -> Steps:
    """Yield the state of every service and centre, in three requests that are made together.

    A centre's post that does not come leaves the centre unknown; without the services' posts the
    poll fails.
    """
    services, *centres = yield from get_all([SERVICES, *(f"/api/posts/{key}" for key in CENTRES)])
    if isinstance(services, FetchError):
        raise services
    with locate_errors(services.url):
        posts = [
            _service(post, place)
            for place, post in enumerate(rows(read_json(services), "the answer"))
        ]
        if not posts:
            shape_error("the answer", "a post for each service", None)
    remarks = []
    for key, answer in zip(CENTRES, centres, strict=True):
        component = Component(id=key, name=CENTRES[key], position=len(posts))
        post, remark = _centre(component, answer)
        posts.append((component, post))
        remarks += remark
    yield _live(posts, remarks, page)


def _service(post: Row, place: int) -> tuple[Component, Row | None]:
    key = text(post.get("ServiceWorkloadName"), f"[{place}].ServiceWorkloadName")
    name = text(post.get("ServiceDisplayName"), f"[{place}].ServiceDisplayName")
    keyword(post.get("Status"), f"[{place}].Status")
    return Component(id=key, name=name, position=place), post


def _centre(component: Component, answer: Response | FetchError) -> tuple[Row | None, list[str]]:
    """Return a centre's post, None when it did not come, and then why."""
    try:
        if isinstance(answer, FetchError):
            raise answer
        with locate_errors(answer.url):
            post = row(read_json(answer), "the answer")
            keyword(post.get("Status"), "Status")
            return post, []
    except FetchError as error:
        return None, [f"the post on the {component.name} did not come: {error.message}"]


def _live(
    posts: Iterable[tuple[Component, Row | None]], remarks: Iterable[str], page: PageContext
) -> Evidence:
    told = [
        *remarks,
        *(remark for component, post in posts if (remark := _remark(component, post))),
    ]
    return evidence(
        SOURCE,
        page,
        info=PageInfo(name="Microsoft 365", remark="; ".join(told) or None),
        parts=[_part(component, post) for component, post in posts],
    )


def _part(component: Component, post: Row | None) -> ComponentState:
    said = UNSAID if post is None else keyword(post["Status"], "Status")
    return ComponentState(
        component=component, level=VOCABULARY.get(said), word=None if said == UNSAID else said
    )


def _remark(component: Component, post: Row | None) -> str | None:
    """Return what the post says of a service that is not well."""
    if post is None or VOCABULARY.get(keyword(post["Status"], "Status")) is Level.OPERATIONAL:
        return None
    message = " ".join(text_lines(maybe_text(post.get("Message")) or ""))
    told = maybe_text(post.get("Title")) or message or str(post["Status"])
    return f"{component.name}: {told[:LONGEST_REMARK]}"


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the current state: nothing is told of the past."""
    yield from poll(page)
    what = f"days {day_of(since, UTC)}..{day_of(page.now, UTC)}"
    gap = Gap(what=what, reason=Truncated.reason, message="Microsoft's posts tell only the present")
    yield Evidence(source=SOURCE, read_at=page.now, gaps=(gap,))
