"""What vendors told of lately, for assistants."""

from collections.abc import Iterable, Iterator, Sequence

from exporters.agents.models import Incident, Incidents
from exporters.agents.questions import subject
from exporters.agents.standing import is_current
from exporters.agents.texts import ago, any_incident, moment
from exporters.api.desk import Moment, Subject
from exporters.api.parameters import Days
from exporters.wording import percent
from monitor import answers
from monitor.lookups import slugs_by_id
from monitor.model import Window
from monitor.plain import count_of, join_names

USUAL, MOST = 20, 50
_MOST_NAMES = 10


def incidents(
    knowledge: Moment, vendor: str | None, days: Days, *, only_open: bool, limit: int
) -> Incidents:
    """Return what touches the days of the window: the latest start first."""
    subjects = (
        [subject(knowledge, vendor)] if vendor else knowledge.subjects(sorted(knowledge.vendors))
    )
    every_incident: list[Incident] = []
    for about in subjects:
        every_incident += _incidents(
            about, days.window(about, knowledge.window_days), only_open=only_open
        )
    every_incident.sort(key=lambda each: (each.started_at, each.vendor), reverse=True)
    slugs = [about.page.slug for about in subjects]
    unknown = _not_read(subjects, knowledge.vendors if vendor is None else slugs)
    parts = [_count(every_incident, limit), _reach(knowledge, subjects, days)]
    if unknown:
        names = join_names(unknown, _MOST_NAMES)
        parts.append(f"not read lately, so what happens there now is unknown: {names}")
    return Incidents(
        sentence=f"{'; '.join(parts)}; as of {moment(knowledge.now)}",
        as_of=knowledge.now,
        vendors=sorted(slugs),
        unknown_vendors=unknown,
        incidents=every_incident[:limit],
        more_incidents=max(len(every_incident) - limit, 0),
    )


def _incidents(about: Subject, window: Window, *, only_open: bool) -> Iterator[Incident]:
    every = answers.incidents(about.store, about.page, about.vendor, window, now=about.now)
    entries = about.store.known_components(about.page.id)
    slugs = slugs_by_id(entries)
    for each in every:
        model = any_incident(about.page.slug, each.incident, each.level, slugs)
        if model.is_open or not only_open:
            yield model


def _not_read(subjects: Iterable[Subject], slugs: Iterable[str]) -> list[str]:
    """Return which of the vendors of these slugs were not read lately, or never, by slug."""
    unknown = set(slugs)
    for about in subjects:
        if _is_read(about):
            unknown.discard(about.page.slug)
    return sorted(unknown)


def _is_read(about: Subject) -> bool:
    target = answers.Target(about.page.slug)
    return is_current(
        answers.status(about.store, about.page, about.vendor, target, about.now), about
    )


def _count(every: Sequence[Incident], limit: int) -> str:
    more = f", the latest {limit} are listed" if len(every) > limit else ""
    going_on = sum(each.is_open for each in every)
    if len(every) == 1:
        return f"1 incident or maintenance is told of, and {'goes on' if going_on else 'is over'}"
    go_on = "goes on" if going_on == 1 else "go on"
    return f"{len(every)} incidents and maintenances are told of{more}, {going_on} of them {go_on}"


def _reach(knowledge: Moment, subjects: Sequence[Subject], days: Days) -> str:
    """Return which days were looked through, and how much of them is known."""
    if len(subjects) != 1:
        count = days.days or knowledge.window_days
        read = sum(map(_is_read, subjects))
        were = "was" if read == 1 else "were"
        of_vendors = f"{count_of(count, 'day')} of {len(subjects)} vendors"
        return f"in {of_vendors}, of which {read} {were} read lately"
    about = subjects[0]
    record = about.record(days.report_query(knowledge, about))
    window, coverage = record.window, percent(record.figures.coverage_ratio)
    age = ago(record.standing.read_at, knowledge.now)
    return f"at {about.page.slug} {window.first} to {window.last}, coverage {coverage}; {age}"
