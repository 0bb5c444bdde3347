"""The vendors that we know of, watched or not."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from exporters.api import models
from exporters.api.desk import Moment, Reply, desk_of
from exporters.api.forms import CATALOGUE, now_head
from exporters.api.paging import page
from exporters.api.parameters import Catalogue
from monitor.config import CatalogEntry, catalog
from monitor.lookups import urls_of

router = APIRouter()


@router.get("/catalogue", response_model=models.Catalogue, summary="Vendors that we know of")
async def catalogue(request: Request, parameters: Annotated[Catalogue, Query()]) -> Response:
    """Answer the catalogue's vendors by slug; `monitor add` takes the slug of each."""

    def ask(moment: Moment) -> Reply:
        return Reply((moment.now.date(),), moment.now, lambda: _catalogue(moment, parameters))

    return await desk_of(request).answer(request, ask)


def _catalogue(moment: Moment, parameters: Catalogue) -> Mapping[str, Any]:
    own_urls = urls_of(moment.vendors.values())
    entries = [entry for entry in catalog() if _is_wanted(entry, parameters)]
    part = page(entries, lambda entry: (entry.slug,), parameters.limit, parameters.cursor)
    return {
        **now_head(moment.now, CATALOGUE),
        "catalogue": [_entry(entry, entry.url in own_urls) for entry in part.entries],
        "next_cursor": part.cursor,
    }


def _is_wanted(entry: CatalogEntry, parameters: Catalogue) -> bool:
    if parameters.category not in {None, entry.category}:
        return False
    if parameters.platform not in {None, entry.platform}:
        return False
    word = (parameters.search or "").casefold()
    return any(word in name.casefold() for name in (entry.slug, *entry.names))


def _entry(entry: CatalogEntry, is_watched: bool) -> dict[str, Any]:  # noqa: FBT001 - of a row
    return {
        "slug": entry.slug,
        "name": entry.name,
        "aliases": list(entry.aliases),
        "page": entry.url,
        "platform": entry.platform,
        "category": entry.category,
        "confidence": entry.confidence,
        "checked": str(entry.checked),
        "source": entry.source,
        "regions": list(entry.regions),
        "note": entry.note,
        "watched": is_watched,
    }
