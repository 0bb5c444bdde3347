"""Badges as files: of the level now, and of each window's outage days."""

from collections.abc import Iterator
from functools import cache

from exporters.badge_routes import METRICS, vendor_badge
from exporters.badges import Badge, endpoint, svg
from exporters.publication.items import Item
from exporters.publication.scope import Scope
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
        return vendor_badge(scope.watched, slug, days, scope.now)

    yield Item(f"{path}.svg", lambda: svg(badge()).encode())
    yield Item(f"{path}.json", lambda: json_text(endpoint(badge())).encode())
