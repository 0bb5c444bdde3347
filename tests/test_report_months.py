"""Months beside each other, and the target they are held against."""

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from io import StringIO

import pytest
from rich.console import Console

from exporters.report import (
    csv_span_lines,
    json_lines,
    markdown_lines,
    record_json,
    span_markdown,
    span_parts,
    terminal_parts,
)
from monitor.answers import Record, ReportQuery, record
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level
from monitor.spans import Span
from monitor.store import Store
from tests.store_support import add_page, component, evidence, impact, save

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = datetime(2026, 5, 15, 12, tzinfo=UTC)
ACME = VendorConfig(slug="acme", name="Acme", url="https://status.acme.example/")
SPANS = (
    Span(date(2026, 3, 1), date(2026, 3, 31), "2026-03"),
    Span(date(2026, 4, 1), date(2026, 4, 30), "2026-04"),
    Span(date(2026, 5, 1), date(2026, 5, 15), "2026-05", is_running=True),
)
TARGET = Fraction(999, 1000)
QUERY = ReportQuery(now=NOW, window_days=76, spans=SPANS, target=TARGET, policy="strict")


def answer_of(store: Store, query: ReportQuery = QUERY) -> Record:
    """March is known and good, in April an hour of an outage, May was not read; a second component
    came in April."""
    page = add_page(store, now=MARCH)
    api, web = component(), component("web", "Web", group="Core")
    save(store, page, evidence(MARCH, components=(api,)))
    came = MARCH + 40 * DAY
    save(store, page, evidence(came, components=(api, web)), now=came)
    covers = (
        Coverage(span=Interval(MARCH, MARCH + 61 * DAY), aspect=Aspect.IMPACTS, component_id="api"),
        Coverage(span=Interval(came, MARCH + 61 * DAY), aspect=Aspect.IMPACTS, component_id="web"),
    )
    out = impact(came, came + HOUR, level=Level.MAJOR_OUTAGE)
    save(store, page, evidence(NOW, impacts=(out,), coverage=covers), now=NOW)
    return record(store, store.pages()[0], ACME, query)


@pytest.fixture(scope="module")
def answer():
    with Store.open("sqlite://") as store:
        yield answer_of(store)


def drawn(answer: Record, *, width: int, components: bool = True) -> list[str]:
    console = Console(file=StringIO(), width=width)
    for part in span_parts([answer], answer.query, components=components, width=width):
        console.print(part)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_each_month_has_its_own_figures_and_the_target_its_outcome(answer):
    (api,) = [each for each in answer.components if each.component.name == "API"]
    (march, april, may) = api.spans

    assert [each.figures.outage_days for each in api.spans] == [0, 1, None]
    assert [each.outcome for each in api.spans] == ["kept", "not kept", "cannot be known"]
    assert (march.uptime.least, march.uptime.most) == (1, 1)
    assert april.uptime.least == april.uptime.most == 1 - Fraction(1, 30 * 24)
    assert (may.uptime.least, may.uptime.most) == (0, 1)


def test_a_month_before_a_component_came_has_no_outcome(answer):
    (web,) = [each for each in answer.components if each.component.name == "Web"]

    assert [each.outcome for each in web.spans] == [None, "kept", "cannot be known"]
    assert web.spans[0].uptime is None


def test_months_stand_beside_each_other_a_row_on_one_line_where_there_is_room(answer):
    lines = drawn(answer, width=250)

    assert lines[0].split() == ["2026-03", "2026-04", "2026-05", "until", "today"]
    assert "31 of 31" not in lines[1]
    assert "0 of 31 days, 0 % down, 100 % known, kept" in lines[1]
    (web,) = [line for line in lines if line.startswith("  Core / Web")]
    assert "not on the page" in web
    (api,) = [line for line in lines if line.startswith("  API")]
    assert "1 of 30 days, 0.139 % down, 100 % known, not kept" in api
    assert "unknown: no data, cannot be known" in api


@pytest.mark.parametrize("width", [60, 80, 100])
def test_months_that_do_not_fit_stand_in_blocks_below_each_other_and_no_word_is_broken(
    answer, width
):
    lines = drawn(answer, width=width)

    assert max(map(len, lines)) <= width
    for text in ("2026-03", "2026-04", "2026-05 until today", "not kept", "cannot be known"):
        assert any(text in line for line in lines)


def test_without_components_there_is_a_row_for_each_vendor(answer):
    text = "\n".join(drawn(answer, width=250, components=False))

    assert "Acme, days in " in text
    assert "API" not in text


def test_what_kept_means_stands_below(answer):
    text = "\n".join(drawn(answer, width=400))

    assert (
        'Target 99.9 % of uptime by the same weights: "kept" even if all unknown time was down, "not'
        ' kept" even if all unknown time was up, else it "cannot be known"; exactly the target is'
        " kept." in text
    )
    assert "policy strict: major 1, partial 1, degraded 0" in text


def test_markdown_is_a_table_to_send(answer):
    lines = list(span_markdown([answer], answer.query, components=True))

    assert lines[:2] == ["| | 2026-03 | 2026-04 | 2026-05 until today |", "|---|---|---|---|"]
    assert any(line.startswith("| **Acme, days in ") for line in lines)
    assert "| API | 0 of 31 days, 0 % down, 100 % known, kept | 1 of 30" in "\n".join(lines)


def test_json_has_the_spans_beside_what_it_always_has(answer):
    told = record_json(answer)
    plain = record_json(replace(answer, query=replace(QUERY, spans=(), target=None)))
    (api,) = [each for each in told["components"] if each["name"] == "API"]
    april = api["spans"][1]

    assert "spans" not in plain
    assert set(told) - set(plain) == {"spans"}
    assert {"name": "2026-04", "first": "2026-04-01", "last": "2026-04-30"}.items() <= april.items()
    assert (april["outage_days"], april["outcome"], april["until_today"]) == (1, "not_kept", False)
    assert (april["uptime_least"], april["uptime_most"]) == (719 / 720, 719 / 720)
    assert told["spans"][2]["until_today"] is True
    assert told["spans"][2]["outcome"] == "unknown"
    head = json.loads("\n".join(json_lines([], QUERY, [])))
    assert head["target"] == 0.999


def test_csv_has_a_line_for_each_span_of_each_vendor_and_component(answer):
    rows = list(csv.DictReader(csv_span_lines([answer])))
    keys = [(row["component"], row["span"], row["outcome"]) for row in rows]

    assert len(rows) == 9
    assert [row["until_today"] for row in rows[:3]] == ["false", "false", "true"]
    assert keys[:3] == [
        ("", "2026-03", "kept"),
        ("", "2026-04", "not_kept"),
        ("", "2026-05", "unknown"),
    ]
    (before,) = [row for row in rows if row["component"] == "web" and row["span"] == "2026-03"]
    assert (before["absent_days"], before["outcome"], before["uptime_least"]) == ("31", "", "")
    assert (before["first"], before["last"], before["target"]) == (
        "2026-03-01",
        "2026-03-31",
        "0.999",
    )


@pytest.fixture
def april_only():
    """One window, April, with a target: no months beside each other."""
    query = ReportQuery(
        now=NOW, window_days=30, as_of=date(2026, 4, 30), policy="strict", target=TARGET,
        spans=SPANS[1:2],
    )  # fmt: skip
    with Store.open("sqlite://") as store:
        yield answer_of(store, query)


def test_one_window_says_what_became_of_the_target(april_only):
    console = Console(file=StringIO(), width=300)
    for part in terminal_parts([april_only], width=300, query=april_only.query):
        console.print(part)
    text = console.file.getvalue()
    markdown = "\n".join(markdown_lines([april_only]))

    assert "target 99.9 %: not kept, uptime 99.8611 %" in text
    assert "target 99.9 %: kept, uptime 100.0000 %" in text
    assert 'Target 99.9 % of uptime by the same weights: "kept"' in text
    assert "| coverage | target 99.9 % |" in markdown
    assert any(line.startswith("| API |") and line.endswith("| not kept |") for line in markdown.split("\n"))  # fmt: skip


def test_an_uptime_that_misses_the_target_never_reads_as_one_that_keeps_it():
    from exporters.report.spans import uptime_text
    from monitor.targets import UptimeBounds

    just_below = TARGET - Fraction(1, 10**9)

    assert uptime_text(UptimeBounds(just_below, just_below)) == "99.8999 %"
    assert uptime_text(UptimeBounds(TARGET, Fraction(1))) == "99.9000 % to 100.0000 %"
