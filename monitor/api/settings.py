"""A vendor's settings as a database keeps them, for who opens it without a settings file. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from monitor.config import VendorConfig
from monitor.model import Level
from monitor.overrides import Override
from monitor.store import WatchedPage


def kept_vendor(page: WatchedPage) -> VendorConfig:
    """Return what figures depend on as the page is watched; where nothing is kept, the usual."""
    usual = VendorConfig(slug=page.slug, name=page.name, url=page.url)
    values = page.settings or {}
    mapping = values.get("impact_mapping")
    return VendorConfig(
        slug=page.slug,
        name=page.name,
        url=page.url,
        zone=page.zone,
        interval_seconds=page.interval_seconds,
        include=tuple(values.get("include", ())),
        exclude=tuple(values.get("exclude", ())),
        min_outage_seconds=values.get("min_outage_seconds", usual.min_outage_seconds),
        min_coverage=values.get("min_coverage", usual.min_coverage),
        impact_mapping=usual.impact_mapping if mapping is None else _levels(mapping),
        overrides=tuple(map(_override, values.get("overrides", ()))),
    )


def _levels(mapping: Mapping[str, str]) -> dict[str, Level]:
    return {word: Level[level.upper()] for word, level in mapping.items()}


def _override(values: Mapping[str, Any]) -> Override:
    start, end, level = values["start"], values["end"], values["level"]
    return Override(
        incident=values["incident"],
        reason=values["reason"],
        decided=date.fromisoformat(values["decided"]),
        level=None if level is None else Level[level.upper()],
        start=None if start is None else datetime.fromisoformat(start),
        end=None if end is None else datetime.fromisoformat(end),
    )
