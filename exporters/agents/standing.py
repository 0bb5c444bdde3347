"""How vendors are now, for assistants: a level counts only while its page can be read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from exporters.agents.models import Component, OpenIncident, Statuses, VendorStatus, VendorText
from exporters.agents.questions import component, subject
from exporters.agents.texts import (
    ago,
    bounded,
    component_text,
    level_word,
    moment,
    open_incident,
    own_words,
    vendor_text,
)
from exporters.api.desk import Moment, Subject
from exporters.wording import counts_text, level_title, percent
from monitor import answers
from monitor.config import VendorConfig
from monitor.lookups import by_key, slugs_by_id
from monitor.model import KnownComponent, Level
from monitor.shares import maybe_share

MOST_VENDORS = 50
MOST_COMPONENTS = 50
MOST_OPEN = 20


def statuses(knowledge: Moment, vendor: str | None, part: str | None) -> Statuses:
    """Return how one vendor, or one component of it, is; how all are where none is named."""
    if vendor is not None and vendor not in knowledge.vendors:
        vendor = subject(knowledge, vendor).page.slug
    slugs = sorted(knowledge.vendors) if vendor is None else [vendor]
    subjects = by_key(knowledge.subjects(slugs), attrgetter("page.slug"))
    every: list[_Answer] = []
    for slug in slugs:
        about, vendor_config = subjects.get(slug), knowledge.vendors[slug]
        if about is None:
            every.append(_never(vendor_config, knowledge.now))
        else:
            every.append(_status(about, part))
    every.sort(key=_place)
    models = [answer.model for answer in every[:MOST_VENDORS]]
    return Statuses(
        sentence=_joint(every, knowledge.now),
        as_of=knowledge.now,
        vendors=models,
        more_vendors=len(every) - len(models),
    )


class _Answer(NamedTuple):
    """How a vendor is: for us, for the assistant, and in our words."""

    status: answers.Status
    model: VendorStatus
    sentence: str


_WORST = (
    answers.Outcome.OK,
    answers.Outcome.WARNING,
    answers.Outcome.UNKNOWN,
    answers.Outcome.CRITICAL,
)
_MOST_SENTENCES = 5


_LEVEL_TITLES = (*(level_title(level) for level in reversed(Level)), level_title(None))


def _place(answer: _Answer) -> tuple[int, str]:
    """Return where an answer stands: the worst first."""
    outcome = answers.Thresholds().outcome(answer.status.level)
    return -_WORST.index(outcome), answer.status.target.vendor


def _joint(every: Sequence[_Answer], now: datetime) -> str:
    """Return one sentence of several; of many only the worst are told, and all are counted."""
    as_of = f"as of {moment(now)}"
    if not every:
        return f"no vendor is watched, so nothing is known; {as_of}"
    if len(every) == 1:
        return f"{every[0].sentence}; {as_of}"
    counts = counts_text((level_title(each.status.level) for each in every), _LEVEL_TITLES)
    texts = "".join(islice(_not_well(every), _MOST_SENTENCES))
    return f"{len(every)} vendors: {counts}; {as_of}.{texts}"


def _not_well(every: Iterable[_Answer]) -> Iterator[str]:
    for answer in every:
        if answer.status.level is not Level.OPERATIONAL:
            yield f" {answer.sentence}."


def _sentence(status: answers.Status, vendor: VendorConfig) -> str:
    """Return how a target is in our words: none of the vendor's are in it."""
    target = f"{bounded(vendor.name)} ({status.target})"
    parts = [f"{target}: {level_title(status.level)}"]
    if status.why_unknown is not None:
        parts.append(own_words(status.why_unknown))
    coverage = maybe_share(status.known_components, status.counted_components)
    if coverage is not None:
        counts = f"{status.known_components} of {status.counted_components}"
        parts.append(f"known components: {counts} (coverage {percent(coverage)})")
    parts.append(ago(status.read_at, status.as_of))
    return "; ".join(dict.fromkeys(parts))


def _never(vendor: VendorConfig, now: datetime) -> _Answer:
    status = answers.never_read(vendor, answers.Target(vendor.slug), now)
    texts = VendorText(page_name=None, last_error=None, remark=None)
    return _Answer(status, _model(status, vendor, texts, None, None), _sentence(status, vendor))


def _status(about: Subject, part: str | None) -> _Answer:
    row, vendor = about.page, about.vendor
    entry = component(about, part)
    current = about.store.current(row.id)
    key, slug = (None, None) if entry is None else (entry.id, entry.slug)
    target = answers.Target(row.slug, slug)
    status = answers.status_of(row, current, vendor, target, about.now, component_id=key)
    parts: list[Component] | None = None
    open_list: list[OpenIncident] | None = None
    if status.known_components is not None:
        entries = current.components if entry is None else (entry,)
        parts = _components(entries, current.levels if is_current(status, about) else {})
        slugs = slugs_by_id(current.components)
        every = [*status.incidents, *status.maintenances][:MOST_OPEN]
        open_list = [open_incident(row.slug, each, slugs) for each in every]
    model = _model(status, vendor, vendor_text(row), parts, open_list)
    return _Answer(status, model, _sentence(status, vendor))


def is_current(status: answers.Status, about: Subject) -> bool:
    """Whether the last reading of a page says how things are now."""
    age = status.age_seconds
    latest = answers.STALE_INTERVALS * about.vendor.interval_seconds
    is_fresh = age is not None and 0 <= age <= latest
    return is_fresh and about.page.last_ok is not False and about.page.removed_at is None


def _components(
    entries: Sequence[KnownComponent], levels: Mapping[str, Level | None]
) -> list[Component]:
    """Return those that are not operational: the worst first, at last those that are unknown."""
    not_well = []
    for entry in entries:
        level = levels.get(entry.id)
        if level is not Level.OPERATIONAL:
            not_well.append((level, entry))
    not_well.sort(key=lambda pair: (pair[0] is None, -(pair[0] or 0)))
    return [
        Component(
            component=entry.slug,
            level=level_word(level),
            vendor_text=component_text(entry.component),
        )
        for level, entry in not_well[:MOST_COMPONENTS]
    ]


def _model(
    status: answers.Status,
    vendor: VendorConfig,
    texts: VendorText,
    parts: list[Component] | None,
    open_list: list[OpenIncident] | None,
) -> VendorStatus:
    why = status.why_unknown
    return VendorStatus(
        vendor=status.target.vendor,
        name=bounded(vendor.name),
        page=vendor.url,
        component=status.target.components,
        level=level_word(status.level),
        why_unknown=None if why is None else own_words(why),
        read_at=status.read_at,
        age_seconds=status.age_seconds,
        known_components=status.known_components,
        counted_components=status.counted_components,
        components=parts,
        open_incidents=open_list,
        vendor_text=texts,
    )
