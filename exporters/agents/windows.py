"""How reliable vendors were over a window, one and several."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from exporters.agents.models import Comparison, ComponentFigures, Reliability, VendorFigures
from exporters.agents.questions import subject
from exporters.agents.texts import ago, bounded, component_text, moment, vendor_text
from exporters.api.desk import Moment
from exporters.api.parameters import MOST_COMPARED, Days
from exporters.documents import WindowDays
from exporters.figures import count_columns, ratio_columns
from exporters.report.sentences import headline, scope
from exporters.wording import percent
from monitor.answers import DEFINITION, ComponentRecord, Record
from monitor.ratios import WindowFigures

MOST_COMPONENTS = 20


def reliability(knowledge: Moment, vendor: str, days: Days) -> Reliability:
    """Return what a vendor did over a window, with its components that were out most."""
    record = _record(knowledge, vendor, days)
    worst = sorted(record.components, key=lambda each: -(each.figures.outage_days or 0))
    figures = _vendor(record, knowledge.now)
    figures["sentence"] = f"{figures['sentence']}; as of {moment(knowledge.now)}"
    return Reliability(
        **figures,
        as_of=knowledge.now,
        window_days=record.window.days,
        policy=record.query.policy,
        definition=DEFINITION,
        components=[_component(each, record.query.policy) for each in worst[:MOST_COMPONENTS]],
        more_components=max(len(worst) - MOST_COMPONENTS, 0),
    )


def comparison(knowledge: Moment, vendors: Sequence[str], days: Days) -> Comparison:
    """Return what several vendors did over as many days, in the order they are named."""
    words = list(dict.fromkeys(vendors))
    if not 1 <= len(words) <= MOST_COMPARED:
        raise ValueError(f"vendors: name 1 to {MOST_COMPARED} of them")
    figures = [_vendor(_record(knowledge, word, days), knowledge.now) for word in words]
    sentences = ". ".join(each["sentence"] for each in figures)
    return Comparison(
        sentence=(
            f"As of {moment(knowledge.now)}. {sentences}. Vendors publish different records, so"
            " this is no ranking"
        ),
        as_of=knowledge.now,
        policy=days.policy or knowledge.policy,
        definition=DEFINITION,
        vendors=[VendorFigures(**each) for each in figures],
    )


def _record(knowledge: Moment, vendor: str, days: Days) -> Record:
    about = subject(knowledge, vendor)
    return about.record(days.report_query(knowledge, about))


def _vendor(record: Record, now: datetime) -> dict[str, Any]:
    """Return a vendor's figures by their keys."""
    page, standing = record.page, record.standing
    age = None if standing.read_at is None else (now - standing.read_at).total_seconds()
    return {
        "vendor": page.slug,
        "name": bounded(page.name),
        "page": page.url,
        "zone": page.zone_name,
        "window": WindowDays(first=record.window.first, last=record.window.last),
        "sentence": _sentence(record, now),
        "read_at": standing.read_at,
        "age_seconds": age,
        "vendor_reported_uptime": record.reported_uptime,
        "trust": record.caveat or None,
        "vendor_text": vendor_text(page),
        **_figures(record.figures, record.query.policy),
    }


def _sentence(record: Record, now: datetime) -> str:
    """Return the figure with all it rests on, in our words: none of the vendor's are in it."""
    page, figures, window = record.page, record.figures, record.window
    days = figures.unknown_days
    unknown = f"days unknown and left out: {days}, " if days else ""
    return (
        f"{bounded(page.name)} ({page.slug}): {headline(figures)}, {window.first} to"
        f" {window.last}, days in {page.zone}, {scope(record)}, {unknown}coverage"
        f" {percent(figures.coverage_ratio)}; {ago(record.standing.read_at, now)}"
    )


def _component(record: ComponentRecord, policy: str) -> ComponentFigures:
    return ComponentFigures(
        component=record.slug,
        counts=not record.is_excluded,
        vendor_text=component_text(record.component),
        **_figures(record.figures, policy),
    )


def _figures(figures: WindowFigures, policy: str) -> dict[str, Any]:
    return {
        **count_columns(figures),
        **ratio_columns(figures, policy),
        "outage_day_bounds": figures.outage_day_bounds,
        "coverage_ratio": figures.coverage_ratio,
    }
