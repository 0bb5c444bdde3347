"""A vendor's components as rows of days, grouped as the page groups them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from exporters.cells import Strip, level_class, strip
from exporters.pages.figures import THIN_COVERAGE
from exporters.pages.links import Links
from exporters.pages.vendor_subject import Subject
from exporters.pages.words import of_known_days
from exporters.report.sentences import outage_days
from exporters.wording import count_text, level_title, percent
from monitor.answers import ComponentRecord
from monitor.lookups import slugs_of

WITHOUT_GROUP = "Without a group"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRow:
    """A component over the window. `printed` and `ours` are uptimes: what the vendor's page prints,
    and what its own formula gives of its record; "" where there is none.
    """

    name: str
    full_name: str
    address: str
    classes: str
    level: str
    remark: str
    strip: Strip
    outage_days: str
    of_days: str
    printed: str
    ours: str
    coverage: str
    is_thin: bool


@dataclass(frozen=True, slots=True)
class ComponentGroup:
    """Components under the heading that the page gives them; "" where no component has one."""

    title: str
    rows: tuple[ComponentRow, ...]


MOST_STRIPS = 120
"""So many components have a row of days on the page; some vendors have thousands."""


@dataclass(frozen=True, slots=True)
class ComponentLink:
    """A component without a row of its own: its name, page, level now and outage days."""

    name: str
    address: str
    level: str
    outage_days: str


def rows_and_links(
    subject: Subject, links: Links
) -> tuple[list[ComponentGroup], list[ComponentLink]]:
    """Return the components by group, those without one last, and the ones for which there is no
    row: of more than `MOST_STRIPS` those with the most outage days have one.
    """
    parts = subject.record.components
    most_first = sorted(parts, key=lambda part: -(part.figures.outage_days or 0))
    slugs = set(slugs_of(most_first[:MOST_STRIPS]))
    groups = _groups([part for part in parts if part.slug in slugs], subject, links)
    return groups, [_link(part, subject, links) for part in parts if part.slug not in slugs]


def _link(part: ComponentRecord, subject: Subject, links: Links) -> ComponentLink:
    address = links.component(subject.slug, part.slug)
    days = outage_days(part.figures)
    return ComponentLink(part.component.full_name, address, level_title(part.level), days)


def _groups(
    parts: Iterable[ComponentRecord], subject: Subject, links: Links
) -> list[ComponentGroup]:
    ordered = sorted(parts, key=lambda part: not part.component.group)
    groups = []
    for title, own in groupby(ordered, key=lambda part: part.component.group or WITHOUT_GROUP):
        groups.append(ComponentGroup(title, tuple(_rows(own, subject, links))))
    if [group.title for group in groups] == [WITHOUT_GROUP]:
        return [ComponentGroup("", groups[0].rows)]
    return groups


def _rows(
    parts: Iterable[ComponentRecord], subject: Subject, links: Links
) -> Iterator[ComponentRow]:
    for part in parts:
        figures, level = part.figures, part.level
        coverage = figures.coverage_ratio
        yield ComponentRow(
            name=part.component.name,
            full_name=part.component.full_name,
            address=links.component(subject.slug, part.slug),
            classes=level_class(level),
            level=level_title(level) if subject.is_of_today else "",
            remark=_remark(part),
            strip=strip(part.days, today=subject.today),
            outage_days=count_text(figures.outage_days),
            of_days=of_known_days(figures),
            printed=_uptime(part.reported_uptime),
            ours=_uptime(part.formula_uptime),
            coverage=percent(coverage),
            is_thin=coverage is None or coverage < THIN_COVERAGE,
        )


def _uptime(ratio: float | None) -> str:
    return "" if ratio is None else percent(ratio, decimals=2)


def _remark(part: ComponentRecord) -> str:
    if part.removed_at is not None:
        return "no longer on the page"
    if part.is_excluded:
        return "excluded: not counted"
    return f"since {part.life.first}" if part.figures.absent_days else ""
