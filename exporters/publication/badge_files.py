"""Badges as files: of the level now, and of each window's outage days.

A file is looked at long after it was made, so a badge that says anything says of when it is.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from exporters.badge_routes import METRICS, vendor_badge
from exporters.badges import Badge, endpoint, svg
from exporters.pages.times import as_of
from exporters.publication.items import Item
from exporters.publication.scope import Scope
from exporters.wording import UNKNOWN, day_words
from monitor.plain import json_text


def badge_items(scope: Scope) -> Iterator[Item]:
    """Yield every vendor's badges, as pictures and for shields.io."""
    for slug in scope.vendors:
        yield from _badge(scope, f"badge/{slug}", slug, None)
        for metric, days in METRICS.items():
            yield from _badge(scope, f"badge/{slug}/{metric}", slug, days)


def _badge(scope: Scope, path: str, slug: str, days: int | None) -> Iterator[Item]:
    @cache
    def badge() -> Badge:
        own = vendor_badge(scope.watched, slug, days, scope.present(slug))
        return own if own.message == UNKNOWN else _dated(own, _when(scope, slug, days))

    yield Item(f"{path}.svg", lambda: svg(badge()).encode())
    yield Item(f"{path}.json", lambda: json_text(endpoint(badge())).encode())


def _dated(badge: Badge, when: str) -> Badge:
    return replace(badge, message=f"{badge.message}, {when}")


def _when(scope: Scope, slug: str, days: int | None) -> str:
    """Return the moment of a level, or the last day of a window in the page's zone."""
    if days is None:
        return as_of(scope.present(slug)).local
    page = scope.watched.page(slug)
    return "" if page is None else f"to {day_words(scope.today(page))}"
