"""The pages that say why there is no other. Pure."""

from collections.abc import Collection, Sequence

from starlette.exceptions import HTTPException

from exporters.pages.links import Links
from exporters.pages.visits import NotThere, Offer, Page
from exporters.prometheus import NoSuchVendor
from monitor.errors import StoreError
from monitor.suggestions import nearest_key

PROBLEMS = (NotThere, NoSuchVendor, HTTPException, StoreError)
"""What `problem_page` has a page for."""


def problem_page(error: Exception, slugs: Collection[str], links: Links) -> Page:
    """Return the page of one of the `PROBLEMS`; `slugs` are the vendors there are."""
    match error:
        case NotThere():
            return _page(404, "There is no such page", error.sentence, error.offers)
        case NoSuchVendor():
            sentence = f"There is no vendor “{error.slug}”."
            return _page(404, "There is no such vendor", sentence, _near(error.slug, slugs, links))
        case HTTPException():
            return _page(error.status_code, "That cannot be answered", error.detail)
        case _:
            return _page(503, "Nothing can be shown", _UNREADABLE)


_UNREADABLE = (
    "The database does not answer. This page is sent with status 503, so that nobody takes an empty"
    " list for health. /readyz says what is wrong."
)


def _near(slug: str, slugs: Collection[str], links: Links) -> list[Offer]:
    near = nearest_key(slug, {each: [each] for each in slugs})
    return [Offer(f"Did you mean {near}?", links.vendor(near))] if near else []


def _page(status: int, title: str, sentence: str, offers: Sequence[Offer] = ()) -> Page:
    values = {"sentence": sentence, "offers": offers, "is_alarming": status >= 500}  # noqa: PLR2004
    return Page(
        template="problem.html", title=title, values=values, status=status, max_age_seconds=0
    )
