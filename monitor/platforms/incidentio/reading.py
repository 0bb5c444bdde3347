"""One reading of an incident.io page, from its data call or its HTML. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.errors import PageUnavailable, UnexpectedShape
from monitor.kit.fields import Row, has_keys, has_lists, optional_rows, optional_verbatim, row
from monitor.kit.next_data import page_data, values_of, without_empty
from monitor.kit.protocol import Response
from monitor.kit.responses import locate_errors, read_json, require_ok
from monitor.model import PageInfo
from monitor.platforms.incidentio.components import listing_of
from monitor.platforms.incidentio.times import maybe_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """One reading of the page.

    The rest is known only when it came from the root page's HTML: `history`, as the data call for
    impacts has it, `rendered_at`, when the page was made, and `incidents`, the incident objects
    beside the summary's own.
    """

    url: str
    summary: Row
    history: Row | None = None
    rendered_at: datetime | None = None
    incidents: Sequence[Row] = ()

    @property
    def data_since(self) -> datetime | None:
        """The beginning of the page's data; None when it does not say."""
        since = self.summary.get("data_available_since")
        return maybe_instant(since, "summary.data_available_since")

    def info(self, remark: str | None = None) -> PageInfo:
        """Return what the page says of itself."""
        return PageInfo(
            external_id=optional_verbatim(self.summary.get("id"), "summary.id"),
            name=optional_verbatim(self.summary.get("name"), "summary.name"),
            remark=remark,
        )


def read_call(response: Response) -> Row:
    """Return the object that a data call answers, as `without_empty` has it."""
    return row(without_empty(read_json(response)), "the answer")


def read_summary(response: Response) -> PageReading:
    """Return the page by its data call. Raises PageUnavailable for a parent page, and what
    `read_json` raises.
    """
    with locate_errors(response.url):
        answer = read_call(response)
        summary = row(answer.get("summary"), "summary")
        _check(summary, optional_rows(answer.get("subpages"), "the answer.subpages"))
        return PageReading(url=response.url, summary=summary)


def read_root(response: Response) -> PageReading:
    """Return the page by its HTML. Raises PageUnavailable for a parent page, and what `require_ok`
    and `page_data` raise.
    """
    require_ok(response)
    with locate_errors(response.url):
        data = page_data(response.text)
        summary = _summary_in(data)
        _check(summary, next(values_of(data, "initialSubpages", "["), []))
        clock = _first_with("isoDate", values_of(data, "initialNow", "{")) or {}
        return PageReading(
            url=response.url,
            summary=summary,
            history=_first_with("component_impacts", values_of(data, "data", "{")),
            rendered_at=maybe_instant(clock.get("isoDate"), "initialNow.isoDate"),
            incidents=list(_incidents_in(data)),
        )


def _summary_in(data: str) -> Row:
    """Return the page's summary, one with all that it should have if there is one."""
    summaries: Iterator[Row] = values_of(data, "summary", "{")
    first: Row | None = None
    for summary in summaries:
        if _is_whole(summary):
            return summary
        if first is None and "structure" in summary:
            first = summary
    if first is None:
        raise UnexpectedShape("the page's HTML carries no summary")
    return first


def _is_whole(summary: Row) -> bool:
    has_parts = has_lists(summary, "components", "affected_components", "ongoing_incidents")
    return "structure" in summary and has_parts


def _first_with(key: str, values: Iterator[Row]) -> Row | None:
    for value in values:
        if key in value:
            return value
    return None


def _incidents_in(data: str) -> Iterator[Row]:
    """Yield the incident objects of every list of them; references to one elsewhere are passed
    over.
    """
    for entries in values_of(data, "incidents", "["):
        for entry in entries:
            if has_keys(entry, {"id", "name", "status", "published_at"}):
                yield entry


def _check(summary: Row, subpages: Sequence[Any]) -> None:
    """Raise PageUnavailable for a parent page and UnexpectedShape for a page that names no
    components.
    """
    structure = row(summary.get("structure"), "summary.structure")
    if summary.get("page_type") == "parent" or structure.get("id") == "fake":
        items = optional_rows(structure.get("items"), "summary.structure.items")
        raise _parent_error([*subpages, *(item.get("sub_page") for item in items)])
    if not listing_of(summary):
        raise UnexpectedShape(
            "summary.components is empty: a page without components says nothing of their state"
        )


def _labels(subpages: Sequence[Any]) -> Iterator[str]:
    for subpage in subpages:
        if isinstance(subpage, dict):
            yield f"{subpage.get('name', '?')} {subpage.get('public_url', '')}".strip()


def _parent_error(subpages: Sequence[Any]) -> PageUnavailable:
    names = ", ".join(_labels(subpages))
    which = f": {names}" if names else ""
    return PageUnavailable(
        f"this is a parent page; only its sub-pages have components{which}",
        remedy="configure each sub-page as a vendor of its own",
    )
