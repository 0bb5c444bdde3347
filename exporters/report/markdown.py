"""Records as Markdown: per vendor the sentence, its remarks, a table of components and what is
open.
"""

from collections.abc import Iterable, Iterator, Sequence

from exporters.report.sentences import component_name, downtime, outage_days, remarks, sentence
from exporters.report.spans import definitions, target_text, verdicts
from exporters.wording import NOT_THERE, UNKNOWN, level_title, percent
from monitor.answers import DEFINITION, ComponentRecord, Record, ReportQuery
from monitor.model import Incident
from monitor.plain import markdown_link, markdown_text


def markdown_lines(records: Iterable[Record]) -> Iterator[str]:
    """Yield the lines of a section for each record."""
    for number, record in enumerate(records):
        if number:
            yield ""
        yield from _section(record)


def bullets(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts as the items of a list."""
    for text in texts:
        yield f"- {markdown_text(text)}"


def _section(record: Record) -> Iterator[str]:
    yield from (
        f"## {markdown_text(record.name)}",
        "",
        f"**{markdown_text(sentence(record))}.**",
        "",
    )
    yield from bullets(verdicts(record.spans, record))
    yield from bullets(remarks(record))
    yield from (
        (
            f"Source: <{record.page.url}>. A day counts when it had a {DEFINITION}; policy"
            f" `{record.query.policy}`."
        ),
        "",
    )
    target = record.query.target
    more = "" if target is None else f" target {target_text(target)} |"
    yield f"| component | now | outage days | major | degraded | downtime | coverage |{more}"
    yield f"|---|---|--:|--:|--:|--:|--:|{'---|' if more else ''}"
    for component in record.components:
        yield _row(component, record.query)
    if target is not None:
        yield ""
        yield from bullets(definitions(record.query))
    yield from _open("incidents", record.standing.incidents, record)
    yield from _open("maintenance", record.standing.maintenances, record)


def _row(component: ComponentRecord, query: ReportQuery) -> str:
    figures = component.figures
    cells = [
        markdown_text(component_name(component)),
        level_title(component.level),
        outage_days(figures),
        _count(figures.major_days),
        _count(figures.degraded_days),
        downtime(figures, query.policy),
        percent(figures.coverage_ratio),
    ]
    if query.target is not None:
        cells += [str(span_figures.outcome or NOT_THERE) for span_figures in component.spans]
    return f"| {' | '.join(cells)} |"


def _count(days: int | None) -> str:
    return UNKNOWN if days is None else f"{days}"


def _open(title: str, incidents: Sequence[Incident] | None, record: Record) -> Iterator[str]:
    if not incidents:
        return
    yield from ("", f"Open {title}:", "")
    zone = record.page.zone
    for incident in incidents:
        yield (
            f"- {markdown_link(incident.title, incident.url)}: {markdown_text(incident.status)},"
            f" since {incident.started_at.astimezone(zone):%Y-%m-%d %H:%M%z}, impact"
            f" {markdown_text(incident.impact)}"
        )
