"""A report is written vendor by vendor: what it says is what it would say at once, and no more than
a vendor is in memory."""

import json
import os
import tracemalloc
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporters.report import json_lines, record_json
from monitor.answers import ReportQuery
from monitor.cli.options import ReportForm
from monitor.cli.report_forms import Question, Way, records, write
from monitor.cli.spans import chosen
from monitor.config import Settings, VendorConfig
from monitor.errors import ConfigError
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage
from monitor.plain import json_text
from monitor.runtime import Context, open_store
from tests.store_support import component, evidence, impact, incident, save

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)
QUERY = ReportQuery(now=NOW)
START = NOW - timedelta(days=90)


def vendor(number: int, zone: str = "Etc/UTC") -> VendorConfig:
    return VendorConfig(
        slug=f"v{number:02}", name=f"Vendor {number}", url=f"https://v{number}.example/", zone=zone
    )


def filled(context: Context, *, components: int) -> Context:
    """Let every vendor have so many components, each with an outage a week, over the 90 days."""
    hour = timedelta(hours=1)
    for page in context.store.pages():
        parts = tuple(component(f"c{n}", f"Part {n}") for n in range(components))
        outages = [START + timedelta(days=day) for day in range(0, 90, 7)]
        said = evidence(
            NOW,
            components=parts,
            incidents=tuple(incident(f"i{n}", started_at=at) for n, at in enumerate(outages)),
            impacts=tuple(
                impact(at, at + hour, incident_id=f"i{n}", component_id=part.id)
                for n, at in enumerate(outages)
                for part in parts
            ),
            coverage=(Coverage(span=Interval(START, NOW), aspect=Aspect.IMPACTS),),
        )
        save(context.store, page, said, now=NOW)
    return context


def settings(*vendors: VendorConfig) -> Settings:
    return Settings(vendors=vendors, database_url="sqlite://", source="test")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_written_vendor_by_vendor_is_the_json_of_all(count: int) -> None:
    with open_store(settings(*map(vendor, range(count))), clock=lambda: NOW) as context:
        pages = filled(context, components=2).pages(None)
        questions = [Question(page, QUERY) for page in pages]
        vendors = list(map(record_json, records(context, questions)))
        last_days = [each.last_day for each in questions]
        text = "\n".join(json_lines(records(context, questions), QUERY, last_days))

    document = json.loads(text)
    assert document["vendors"] == vendors
    assert text == json_text(document, indent=2)


@pytest.mark.slow
@pytest.mark.parametrize("form", [form for form in ReportForm if form is not ReportForm.PDF])
def test_a_report_of_ten_times_the_vendors_takes_no_more_memory(form: ReportForm) -> None:
    def peak(count: int) -> int:
        with open_store(settings(*map(vendor, range(count))), clock=lambda: NOW) as context:
            pages = filled(context, components=8).pages(None)
            questions = [Question(page, QUERY) for page in pages]
            with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
                write(context, questions[:1], QUERY, Way(form))
                tracemalloc.start()
                write(context, questions, QUERY, Way(form))
                found = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
        return found

    assert peak(20) < 1.6 * peak(2)


def test_a_question_that_makes_no_sense_for_one_vendor_prints_nothing_of_any(capsys) -> None:
    """In Auckland it is the 23rd already, in UTC not yet."""
    with open_store(
        settings(vendor(1, "Pacific/Auckland"), vendor(2)), clock=lambda: NOW
    ) as context:
        choice = chosen(as_of="2026-05-23")
        pages = context.pages(None)

        def ask() -> None:
            write(
                context,
                [Question.of(page, QUERY, choice) for page in pages],
                QUERY,
                Way(ReportForm.CSV),
            )

        with pytest.raises(ConfigError, match="in the future"):
            ask()

    assert capsys.readouterr().out == ""
