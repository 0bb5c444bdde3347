"""What strangers wrote, made fit for an assistant: bounded, and with nothing hidden in it. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import cast

from exporters.agents.models import (
    ComponentText,
    IncidentText,
    OpenIncident,
    UpdateText,
    VendorText,
)
from exporters.agents.models import Incident as IncidentModel
from exporters.agents.models import Level as LevelWord
from exporters.wording import UNKNOWN
from monitor.lookups import among
from monitor.model import Component, Incident, Level, Phase
from monitor.plain import duration, safe_link, visible
from monitor.store import PageRecord, UpdateVersion

TITLE_CHARACTERS = 200
UPDATE_CHARACTERS = 500
MOST_UPDATES = 5


def bounded(text: str, most: int = TITLE_CHARACTERS) -> str:
    """Return a text of at most `most` characters, on one line, with what is hidden or obeyed in it
    shown as escapes.
    """
    plain = visible(text[: most + 1])
    return plain if len(plain) <= most else f"{plain[: most - 3]}..."


def maybe_bounded(text: str | None, most: int = TITLE_CHARACTERS) -> str | None:
    """Return the same of a text that may be missing; None for one that is empty."""
    return bounded(text, most) if text else None


def vendor_text(page: PageRecord) -> VendorText:
    """Return what a page says of itself, and how reading it failed, which may quote it."""
    is_failing = page.last_ok is False
    return VendorText(
        page_name=maybe_bounded(page.page_name),
        last_error=maybe_bounded(page.last_error_message) if is_failing else None,
        remark=maybe_bounded(page.remark, UPDATE_CHARACTERS),
    )


def component_text(part: Component) -> ComponentText:
    """Return a component by the vendor's words."""
    return ComponentText(name=bounded(part.name), group=maybe_bounded(part.group))


def incident_text(incident: Incident, updates: Iterable[UpdateVersion] = ()) -> IncidentText:
    """Return an incident by the vendor's words, with the latest of its messages that stand."""
    standing = [each for each in updates if each.superseded_at is None]
    latest = sorted(standing, key=lambda each: each.update.at)[-MOST_UPDATES:]
    return IncidentText(
        id=bounded(incident.id),
        title=bounded(incident.title),
        status=bounded(incident.status),
        impact=bounded(incident.impact),
        url=safe_link(incident.url),
        updates=[
            UpdateText(posted_at=each.update.at, text=bounded(each.update.text, UPDATE_CHARACTERS))
            for each in latest
        ],
    )


def ago(read_at: datetime | None, now: datetime) -> str:
    """Return how old a reading is, as a part of a sentence."""
    if read_at is None:
        return "the page was never read"
    seconds = (now - read_at).total_seconds()
    if seconds < 0:
        return "the page was read by a clock that was ahead"
    return f"the page was read {duration(seconds)} ago"


def moment(now: datetime) -> str:
    """Return an instant as sentences say it."""
    return now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def own_words(why_unknown: str) -> str:
    """Return the reason without the error behind its colon, which may quote the page."""
    return why_unknown.partition(": ")[0]


def level_word(level: Level | None) -> LevelWord:
    """Return a level as a word; None is "unknown"."""
    return cast(LevelWord, UNKNOWN if level is None else level.word)


def open_incident(vendor: str, incident: Incident, slugs: Mapping[str, str]) -> OpenIncident:
    """Return what goes on at a vendor; `slugs` are those of its components by id."""
    return OpenIncident(
        vendor=vendor,
        maintenance=incident.maintenance,
        started_at=incident.started_at,
        components=list(among(slugs, incident.component_ids)),
        vendor_text=incident_text(incident),
    )


def any_incident(
    vendor: str,
    incident: Incident,
    level: Level | None,
    slugs: Mapping[str, str],
    updates: Iterable[UpdateVersion] = (),
) -> IncidentModel:
    """Return an incident of any phase; a level of None is unknown."""
    return IncidentModel(
        **dict(open_incident(vendor, incident, slugs))
        | {"vendor_text": incident_text(incident, updates)},
        is_open=incident.phase is Phase.OPEN,
        level=level_word(level),
        resolved_at=incident.resolved_at,
    )
