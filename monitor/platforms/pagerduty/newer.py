"""PagerDuty pages of the newer generation: services, states and posts, each at an address of its
own. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from monitor.errors import FetchError, PageError, UnexpectedShape
from monitor.kit.events import first_start
from monitor.kit.fields import (
    Row,
    identifier,
    ids_of,
    maybe_row,
    maybe_text,
    optional_rows,
    row,
    rows,
    text,
)
from monitor.kit.protocol import PageContext, Response, StepsTo, get, get_all, get_each
from monitor.kit.responses import get_responses, locate_errors, read_json, shape_error, unwrap
from monitor.kit.sequences import batches
from monitor.kit.states import worst_words
from monitor.kit.times import epoch, instant
from monitor.model import Component
from monitor.platforms.pagerduty.events import events_of
from monitor.platforms.pagerduty.posts import (
    RECORD,
    VOCABULARY,
    Post,
    Update,
    components_of,
    post_of,
    word_of,
)
from monitor.platforms.pagerduty.reading import PageReading

SERVICES = "/api/services"
ENUMS = "/api/post_enums"
CURRENT = "/api/posts?is_featured=true&limit=500"
BETWEEN = "/api/posts?since={since}&until={until}&limit=500"
DATA = "/api/data"

WINDOW = timedelta(days=30)
"""What is asked for at once of the past; longer spans are refused."""

MOST_PAGES = 20
AT_ONCE = 20
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Legend:
    """What posts are read by: the page's services, and the words of its states by id."""

    components: Sequence[Component]
    words: Mapping[str, str]

    def word(self, key: object, where: str) -> str:
        """Return the word of a state; its id when the page does not explain it."""
        return self.words.get(identifier(key, where), str(key))


def ask_current(page: PageContext) -> StepsTo[PageReading]:
    """Return what goes on or is planned, and how those ended that we hold as open."""
    services, enums, current = yield from get_responses((SERVICES, ENUMS, CURRENT))
    legend = _read_legend(services, enums)
    with locate_errors(current.url):
        listing = row(read_json(current), "the answer")
        ids = _ids(listing)
        if listing.get("continuationToken"):
            raise UnexpectedShape("more is going on than one answer holds", remedy=RECORD)
    wanted_ids = [*ids, *sorted(page.open_incidents - set(ids))]
    posts, missing = yield from _ask_posts(wanted_ids, legend)
    if missing & set(ids):
        raise UnexpectedShape(
            f"a post that is listed is not there: {min(missing)}", url=current.url, remedy=RECORD
        )
    events = events_of(posts, page.now)
    return PageReading(components=legend.components, events=events, withdrawn=missing)


def ask_since(page: PageContext, since: datetime) -> StepsTo[PageReading]:
    """Return the posts since then. Without a date of the page's creation they cover the time since
    the oldest.
    """
    services, enums, data = yield from get_all((SERVICES, ENUMS, DATA))
    legend = _read_legend(unwrap(services), unwrap(enums))
    ids: dict[str, None] = {}
    until = page.now
    while until > since:
        start = max(since, until - WINDOW)
        ids.update(dict.fromkeys((yield from _ask_ids(start, until))))
        until = start
    posts, _ = yield from _ask_posts(list(ids), legend)
    events = events_of(posts, page.now)
    name, created_at = _read_layout(data)
    first = created_at or first_start(events)
    return PageReading(name=name, components=legend.components, events=events, first=first)


def _ask_ids(since: datetime, until: datetime) -> StepsTo[list[str]]:
    """Return the ids of the posts in a span of time, page by page."""
    first = BETWEEN.format(since=_milliseconds(since), until=_milliseconds(until))
    ids: list[str] = []
    address = first
    for _ in range(MOST_PAGES):
        response = yield from get(address)
        with locate_errors(response.url):
            listing = row(read_json(response), "the answer")
            ids += _ids(listing)
        token = maybe_text(listing.get("continuationToken"))
        if token is None:
            return ids
        address = f"{first}&continuation_token={quote(token, safe='')}"
    raise UnexpectedShape("the list of posts does not end", url=response.url, remedy=RECORD)


def _ask_posts(ids: Sequence[str], legend: Legend) -> StepsTo[tuple[list[Post], frozenset[str]]]:
    """Return the posts with these ids, and the ids of those that are not there any more."""
    posts, missing = [], set()
    for batch in batches(ids, AT_ONCE):
        for key, answer in (yield from get_each(batch, _post_path)):
            response = unwrap(answer)
            if response.status == NOT_FOUND:
                missing.add(key)
                continue
            with locate_errors(response.url):
                posts.append(_read_post(response, legend))
    return posts, frozenset(missing)


def _post_path(key: str) -> str:
    return f"/api/posts/{quote(key, safe='')}"


def _read_legend(services: Response, enums: Response) -> Legend:
    with locate_errors(services.url):
        entries = row(read_json(services), "the answer").get("services")
        components = components_of(rows(entries, "services"), {})
    with locate_errors(enums.url):
        words = {}
        for enum in rows(row(read_json(enums), "the answer").get("post_enums"), "post_enums"):
            words[identifier(enum.get("id"), "post_enum.id")] = _enum_word(enum)
        return Legend(components, words)


def _enum_word(enum: Row) -> str:
    layout = enum.get("layout_settings")
    key = maybe_text(maybe_row(layout).get("key"))
    return word_of(key or enum.get("name"), "post_enum.name")


def _read_post(response: Response, legend: Legend) -> Post:
    entry = row(row(read_json(response), "the answer").get("post"), "post")
    kind = text(entry.get("post_type"), "post.post_type")
    if kind not in {"incident", "maintenance"}:
        raise UnexpectedShape(f"a post of the type {kind[:40]!r}", remedy=RECORD)
    updates = rows(entry.get("updates"), "post.updates")
    return post_of(
        entry,
        [_update(update, legend) for update in updates],
        maintenance=kind == "maintenance",
        start=_time(entry.get("starts_at"), "post.starts_at"),
        end=_time(entry.get("ends_at"), "post.ends_at"),
    )


def _update(entry: Row, legend: Legend) -> Update:
    pairs = []
    for impact in optional_rows(entry.get("impacts"), "update.impacts"):
        key = identifier(impact.get("service_id"), "impact.service_id")
        pairs.append((key, legend.word(impact.get("severity_id"), "impact")))
    where = "update.reported_at"
    return Update(
        at=_time(entry.get("reported_at"), where) or shape_error(where, "a time", None),
        status=legend.word(entry.get("status_id"), "update.status_id"),
        severity=legend.word(entry.get("severity_id"), "update.severity_id"),
        services=worst_words(pairs, VOCABULARY),
        key=maybe_text(entry.get("id")),
        text=maybe_text(entry.get("message")),
    )


def _ids(listing: Row) -> list[str]:
    return ids_of(rows(listing.get("posts"), "posts"), "post")


def _time(value: object, where: str) -> datetime | None:
    """Return a time, which some pages write in milliseconds and some as text."""
    if value is None or value == "":
        return None
    return epoch(value, where, per_second=1000) if isinstance(value, int) else instant(value, where)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _read_layout(answer: Response | FetchError) -> tuple[str | None, datetime | None]:
    """Return the page's name and when it was made; it need not say either."""
    try:
        layout = row(row(read_json(unwrap(answer)), "the answer").get("layout"), "layout")
        settings = row(layout.get("layout_settings"), "layout_settings")
        uptime = settings.get("service_uptime_settings")
        date = maybe_row(uptime).get("status_page_creation_date")
        return maybe_text(settings.get("name")), _time(date, "status_page_creation_date")
    except PageError:
        return None, None
