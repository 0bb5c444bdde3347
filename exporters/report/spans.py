"""What is said of each span, and of the target it is held against, in every form alike. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from exporters.report.sentences import component_name, downtime, outage_days
from exporters.wording import NOT_THERE, UNKNOWN, percent
from monitor.answers import DEFINITION, Record, ReportQuery, SpanFigures
from monitor.ratios import POLICIES
from monitor.shares import exact_percent
from monitor.targets import Outcome, UptimeBounds

_PLACES = 10_000
_KEYS = {Outcome.KEPT: "kept", Outcome.NOT_KEPT: "not_kept", Outcome.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One vendor or component, and its figures in each span."""

    name: str
    is_vendor: bool
    spans: tuple[SpanFigures, ...]


def span_rows(record: Record, *, components: bool) -> Iterator[SpanRow]:
    """Yield the vendor's row, and with `components` one for each of them."""
    yield SpanRow(f"{record.name}, days in {record.page.zone}", is_vendor=True, spans=record.spans)
    if components:
        for component in record.components:
            yield SpanRow(component_name(component), is_vendor=False, spans=component.spans)


def span_facts(span_figures: SpanFigures, policy: str) -> list[str]:
    """Return what is said of one span: outage days, downtime, coverage, and the outcome."""
    figures = span_figures.figures
    if figures.absent_days == figures.window.days:
        return [NOT_THERE]
    if figures.outage_days is None:
        facts = [f"{UNKNOWN}: no data"]
    else:
        facts = [
            f"{outage_days(figures)} days",
            f"{downtime(figures, policy)} down",
            f"{percent(figures.coverage_ratio)} known",
        ]
    return facts if span_figures.outcome is None else [*facts, span_figures.outcome.value]


def target_text(target: Fraction) -> str:
    """Return a target as it is written: 99.9 %."""
    return exact_percent(float(target))


def uptime_text(uptime: UptimeBounds) -> str:
    """Return between what the uptime lies. Cut off, not rounded: it never reads as a target that it
    missed.
    """
    least, most = _cut(uptime.least), _cut(uptime.most)
    return most if least == most else f"{least} to {most}"


def _cut(share: Fraction) -> str:
    return f"{share * 100 * _PLACES // 1 / _PLACES:.4f} %"


def outcome_text(span_figures: SpanFigures, target: Fraction) -> str:
    """Return what became of the target, and the uptime that says so."""
    uptime, outcome = span_figures.uptime, span_figures.outcome
    if uptime is None or outcome is None:
        return f"target {target_text(target)}: {NOT_THERE}"
    return f"target {target_text(target)}: {outcome}, uptime {uptime_text(uptime)}"


def verdicts(spans: Iterable[SpanFigures], record: Record) -> Iterator[str]:
    """Yield what became of the target in each span; nothing where there is none."""
    target = record.query.target
    if target is None:
        return
    for span_figures in spans:
        yield outcome_text(span_figures, target)


def _weights(query: ReportQuery) -> str:
    policy = POLICIES[query.policy]
    major, partial, degraded = policy.major / 10, policy.partial / 10, policy.degraded / 10
    return f"major {major:g}, partial {partial:g}, degraded {degraded:g}"


def definitions(query: ReportQuery) -> Iterator[str]:
    """Yield what the figures mean, and how a target is held against them."""
    yield (
        f'Outage days are known days with a {DEFINITION}; "down" is weighted downtime as a share'
        f" of the known time (policy {query.policy}: {_weights(query)});"
        ' "known" is the share of the time for which there is data.'
    )
    if query.target is not None:
        yield (
            f'Target {target_text(query.target)} of uptime by the same weights: "{Outcome.KEPT}"'
            f' even if all unknown time was down, "{Outcome.NOT_KEPT}" even if all unknown time was'
            f' up, else it "{Outcome.UNKNOWN}"; exactly the target is kept.'
        )


def uptime_columns(span_figures: SpanFigures, query: ReportQuery) -> dict[str, Any]:
    """Return between what the uptime lies and, where there is a target, what became of it; None is
    what there was no component for.
    """
    uptime = span_figures.uptime
    bounds = {
        "uptime_least": None if uptime is None else float(uptime.least),
        "uptime_most": None if uptime is None else float(uptime.most),
    }
    if query.target is None:
        return bounds
    return {
        **bounds,
        "outcome": None if span_figures.outcome is None else _KEYS[span_figures.outcome],
    }


def span_definitions(query: ReportQuery) -> Iterator[tuple[str, str]]:
    """Yield each word of a report that needs one, and what it means."""
    yield "Outage day", f"A day, in the page's own zone, with a {DEFINITION}, however short."
    yield "Known day", "A day for which there is enough data to give it a level."
    yield "Range", "Outage days of all days, with all unknown days taken as good, and as bad."
    downtime_text = (
        f"Weighted seconds as a share of the known time; policy {query.policy}: {_weights(query)}."
        " A vendor's are those of the component that was out longest each day."
    )
    yield "Downtime", downtime_text
    coverage_text = (
        "The share of the time for which there is data. Days on which a component was not on the"
        " page do not count."
    )
    yield "Coverage", coverage_text
    yield "Disputed", "Sources disagree: one value is counted, the other is shown beside it."
    if query.target is not None:
        kept_word, not_kept_word = Outcome.KEPT.capitalize(), Outcome.NOT_KEPT.capitalize()
        target_meaning = (
            f"Of uptime by the same weights. {kept_word}: even if all unknown time was down."
            f" {not_kept_word}: even if all unknown time was up. Otherwise it {Outcome.UNKNOWN}."
            " Exactly the target is kept."
        )
        yield f"Target {target_text(query.target)}", target_meaning
