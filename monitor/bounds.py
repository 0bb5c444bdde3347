"""How much one page may tell: beyond it the page is unreadable, and the others stay quick. Pure.

A page that invents ids or names at every reading costs everybody: each component has some two dozen
series and days of its own for years, and a name is in every scrape. The bounds are far above every
real page that was seen (3,592 components, names of 64 characters), and are settings of each vendor.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from monitor.errors import NameTooLong, TooManyComponents
from monitor.model import Evidence, Incident, PageInfo, id_set
from monitor.plain import count_of

MAX_COMPONENTS = 10_000
MAX_NEW_COMPONENTS = 5_000
MAX_NAME_LENGTH = 500

LONGEST_TITLE = 1_000
"""Of an incident's title, its words and what a page says of itself, in characters: no name, so the
rest is cut off."""
MOST_WORDS = 100
"""Unknown words that one answer is counted for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Of one page: components at a time, new ones within 24 hours (those of its first list aside),
    and characters of a name or an id.
    """

    components: int = MAX_COMPONENTS
    new_components: int = MAX_NEW_COMPONENTS
    name_length: int = MAX_NAME_LENGTH


def apply_bounds(evidence: Evidence, bounds: Bounds, *, url: str) -> Evidence:
    """Return evidence within the bounds: long titles are cut, which end in "…" then.

    Raises TooManyComponents when it is about more components than one page may have, NameTooLong
    for a name or an id.
    """
    about = _component_ids(evidence)
    if len(about) > bounds.components:
        raise TooManyComponents(
            f"too many components: {len(about)} in one answer, at most {bounds.components} are"
            " read",
            url=url,
            remedy="raise `max_components` for this page if you trust it",
        )
    longest = ""
    for name in _names(evidence, about):
        if name and len(name) > len(longest):
            longest = name
    if len(longest) > bounds.name_length:
        raise NameTooLong(
            f"a name or id of {len(longest)} characters, at most {bounds.name_length} are read",
            url=url,
        )
    return _cut(evidence)


def require_few_new(count: int, bounds: Bounds, *, url: str) -> None:
    """Raise TooManyComponents when so many components are new on the page within 24 hours."""
    if count > bounds.new_components:
        raise TooManyComponents(
            f"too many components: {count_of(count, 'new one')} within 24 hours, at most"
            f" {bounds.new_components} are taken",
            url=url,
            remedy="raise `max_new_components` for this page if you trust it",
        )


def _component_ids(evidence: Evidence) -> set[str]:
    ids = id_set(evidence.components or ())
    for facts in (evidence.observed or (), evidence.impacts, evidence.bars):
        ids.update(fact.component_id for fact in facts)
    return ids


def _names(evidence: Evidence, about: Iterable[str]) -> Iterator[str | None]:
    yield from about
    for component in evidence.components or ():
        yield from (component.name, component.group, component.region)
    for incident in evidence.incidents:
        yield incident.id
    for update in evidence.updates:
        yield update.key
    if evidence.page is not None:
        yield evidence.page.external_id


_T = TypeVar("_T", str, str | None)


def _short(text: _T) -> _T:
    return text if text is None or len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"


def _cut(evidence: Evidence) -> Evidence:
    if any(_is_long(incident) for incident in evidence.incidents):
        evidence = replace(evidence, incidents=tuple(map(_cut_incident, evidence.incidents)))
    if evidence.page is not None:
        evidence = replace(evidence, page=_cut_page(evidence.page))
    words = evidence.unknown_words
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_TITLE for word in words):
        evidence = replace(evidence, unknown_words=tuple(map(_short, words[:MOST_WORDS])))
    return evidence


def _is_long(incident: Incident) -> bool:
    return max(len(incident.title), len(incident.status), len(incident.impact)) > LONGEST_TITLE


def _cut_incident(incident: Incident) -> Incident:
    title, status, impact = map(_short, (incident.title, incident.status, incident.impact))
    return replace(incident, title=title, status=status, impact=impact)


def _cut_page(info: PageInfo) -> PageInfo:
    name, indicator, remark = _short(info.name), _short(info.indicator), _short(info.remark)
    return replace(info, name=name, indicator=indicator, remark=remark)
