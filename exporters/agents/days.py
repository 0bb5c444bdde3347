"""What is behind one day, for assistants."""

from collections.abc import Iterator

from exporters.agents.models import DayExplanation, Dispute, EarlierValue, Incident
from exporters.agents.questions import component, subject
from exporters.agents.texts import (
    ago,
    any_incident,
    bounded,
    level_word,
    moment,
    vendor_text,
)
from exporters.api.desk import Moment
from exporters.explain.phrases import SOURCE_REASONS, dispute_reason, why_unknown
from exporters.figures import second_columns
from exporters.wording import level_title, percent
from monitor import answers
from monitor.lookups import slugs_by_id
from monitor.plain import count_of
from monitor.spans import parse_day

MOST_INCIDENTS = 20
MOST_COMPONENTS = 20
MOST_EARLIER = 20


def explanation(knowledge: Moment, vendor: str, day: str, part: str | None) -> DayExplanation:
    """Return what is behind a day of a vendor, or of one of its components."""
    about = subject(knowledge, vendor)
    entry = component(about, part)
    query = answers.DayQuery(
        day=parse_day(day, about.today(None)),
        now=about.now,
        component=None if entry is None else entry.slug,
        known_at=None,
    )
    about_day = answers.explanation(about.store, about.page, about.vendor, query)
    row, incidents = about.page, list(_incidents(about_day))
    standing = answers.standing(about.store, row, about.vendor, about.now)
    value, seconds = about_day.day, second_columns(about_day.day.known_seconds)
    age = None if standing.read_at is None else (knowledge.now - standing.read_at).total_seconds()
    return DayExplanation(
        sentence="; ".join(
            (
                _sentence(about_day),
                ago(standing.read_at, knowledge.now),
                f"as of {moment(knowledge.now)}",
            )
        ),
        as_of=knowledge.now,
        vendor=row.slug,
        name=bounded(row.name),
        page=row.url,
        zone=row.zone_name,
        component=query.component,
        day=value.day,
        level=level_word(value.level),
        unknown_because=why_unknown(about_day) if value.level is None else None,
        major_seconds=seconds["major_seconds"],
        partial_seconds=seconds["partial_seconds"],
        degraded_seconds=seconds["degraded_seconds"],
        maintenance_seconds=seconds["maintenance_seconds"],
        coverage_ratio=value.coverage,
        source=None if value.source is None else value.source.value,
        source_reason=None if value.source is None else SOURCE_REASONS[value.source],
        disputes=list(_disputes(about_day)),
        revisions=len(about_day.revisions),
        earlier=list(_earlier(about_day))[-MOST_EARLIER:],
        worst_components=list(_worst(about_day))[:MOST_COMPONENTS],
        incidents=incidents[:MOST_INCIDENTS],
        more_incidents=max(len(incidents) - MOST_INCIDENTS, 0),
        read_at=standing.read_at,
        age_seconds=age,
        vendor_text=vendor_text(row),
    )


def _sentence(about: answers.Explanation) -> str:
    """Return the day in our words: none of the vendor's are in it."""
    row, day = about.page, about.day
    part = "" if about.component is None else f"/{about.component.slug}"
    why = f", as {why_unknown(about)}" if day.level is None and day.absence is None else ""
    doubt = "; sources disagree about it" if day.disputed else ""
    doubt += _edited(about)
    return (
        f"{bounded(row.name)} ({row.slug}{part}) on {day.day} ({row.zone_name}):"
        f" {level_title(day.level)}{why}{doubt}; coverage {percent(day.coverage)};"
        f" {count_of(len(about.incidents), 'incident')} told of"
    )


def _edited(about: answers.Explanation) -> str:
    """Return that the vendor changed the day, and from what; empty when it never did."""
    if not about.revisions:
        return ""
    before = level_title(about.revisions[-1].day.level)
    return f"; the vendor changed it after it was over, before that it was {before}"


def _earlier(about: answers.Explanation) -> Iterator[EarlierValue]:
    for each in about.revisions:
        seconds = second_columns(each.day.known_seconds)
        yield EarlierValue(
            level=level_word(each.day.level),
            major_seconds=seconds["major_seconds"],
            partial_seconds=seconds["partial_seconds"],
            known_from=each.recorded_at,
            known_until=each.superseded_at,
        )


def _disputes(about: answers.Explanation) -> Iterator[Dispute]:
    for each in about.disputes[:MOST_COMPONENTS]:
        entry = about.components.get(each.component.id)
        slug = None if entry is None else entry.slug
        yield Dispute(component=slug, reason=dispute_reason(each))


def _worst(about: answers.Explanation) -> Iterator[str]:
    for each in about.worst:
        entry = about.components.get(each.component.id)
        if entry is not None:
            yield entry.slug


def _incidents(about: answers.Explanation) -> Iterator[Incident]:
    slugs = slugs_by_id(about.components.values())
    for account in about.incidents:
        worst = answers.worst_of(account.impacts, about.vendor)
        yield any_incident(about.page.slug, account.incident, worst, slugs, account.messages)
