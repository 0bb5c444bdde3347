"""The lists of a Cachet page, in either version: where they are and how they are paged. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.errors import Truncated
from monitor.kit.fields import Row, identifier, optional_rows, row, rows, text
from monitor.kit.protocol import PageContext, Response, StepsTo, get
from monitor.kit.responses import get_responses, locate_errors, read_json

MOST_PAGES = 50
ABSENT = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The addresses of one version, relative to the page: it may live in a folder of its host."""

    version: str
    components: str
    incidents: str
    schedules: str
    groups: str | None = None


V2 = Api(
    version="2",
    components="api/v1/components?per_page=100",
    incidents="api/v1/incidents?per_page=100",
    schedules="api/v1/schedules?per_page=100",
    groups="api/v1/components/groups?per_page=100",
)
V3 = Api(
    version="3",
    components="api/components?per_page=100&include=group",
    incidents="api/incidents?per_page=100&include=components,updates",
    schedules="api/schedules?per_page=100&sort=-scheduled_at&include=components",
)

Entities = Mapping[tuple[str, str], Row]
"""What rows refer to, by type and id."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list. `pages` is how many there are, None = the answer does not say (version
    3).
    """

    rows: Sequence[Row]
    entities: Entities
    has_more: bool
    pages: int | None


def read_list(response: Response) -> ListPage:
    """Return the page of a list in an answer."""
    answer = row(read_json(response), "the answer")
    items = rows(answer.get("data"), "data")
    entities = {}
    for item in optional_rows(answer.get("included"), "included"):
        kind = text(item.get("type"), "included.type")
        entities[kind, identifier(item.get("id"), "included.id")] = item
    pages = row(answer.get("meta"), "meta").get("pagination")
    if pages is None:
        following = row(answer.get("links"), "links").get("next")
        return ListPage(items, entities, following is not None, None)
    links = row(row(pages, "meta.pagination").get("links"), "meta.pagination.links")
    total = identifier(pages.get("total_pages"), "meta.pagination.total_pages")
    has_more = links.get("next_page") is not None
    return ListPage(items, entities, has_more, int(total) if total.isdecimal() else None)


def get_components(page: PageContext) -> StepsTo[tuple[Api, Response]]:
    """Return the version of the page and its components' first answer; the version it had last time
    is asked first.
    """
    for api in sorted((V2, V3), key=lambda api: api.version != page.cursor):
        response = yield from get(api.components)
        if response.status != ABSENT:
            break
    return api, response


def get_events(
    api: Api, *, with_groups: bool
) -> StepsTo[tuple[Response, Response, Response | None]]:
    """Return the first answers of incidents, schedules and, where they are listed apart, groups
    (else None).
    """
    paths = [api.incidents, api.schedules]
    if with_groups and api.groups:
        paths.append(api.groups)
    incidents, schedules, *groups = yield from get_responses(paths)
    return incidents, schedules, groups[0] if groups else None


def all_pages(response: Response, path: str) -> StepsTo[list[ListPage]]:
    """Return all pages of a list whose first answer is here. Raises Truncated when there are too
    many.
    """
    with locate_errors(response.url):
        pages = [read_list(response)]
        while pages[-1].has_more:
            if len(pages) == MOST_PAGES:
                raise Truncated(f"the list has more than {MOST_PAGES} pages")
            following = yield from get(f"{path}&page={len(pages) + 1}")
            pages.append(read_list(following))
        return pages


def newest_pages(response: Response, path: str) -> StepsTo[list[ListPage]]:
    """Return the first page of a list and, where its end is known, the last: the newest is in one
    of them.
    """
    with locate_errors(response.url):
        first = read_list(response)
        if not first.has_more or first.pages is None:
            return [first]
        last = yield from get(f"{path}&page={first.pages}")
        return [first, read_list(last)]


def has_more_pages(pages: Sequence[ListPage]) -> bool:
    """Whether a list goes on after its first page; one of which no page was read does not."""
    return bool(pages) and pages[0].has_more
