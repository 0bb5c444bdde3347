"""The figures of a window as people and programs read them."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from exporters.report import csv_lines, markdown_lines, record_json, remarks, sentence
from exporters.wording import counts_text, percent
from monitor.answers import Record, ReportQuery, record
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Coverage, Level, Phase
from monitor.store import Store
from tests.store_support import add_page, component, evidence, impact, incident, observed, save

START = datetime(2026, 5, 5, tzinfo=UTC)
NOW = START + timedelta(days=10)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ACME = VendorConfig(slug="acme", name="Acme", url="https://status.acme.example/")


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


@pytest.fixture
def page(store):
    added = add_page(store, now=START)
    save(store, added, evidence(START, components=(component(), component("web", "Web"))))
    return added


def recorded(store, days: int = 10, **query) -> Record:
    return record(store, store.pages()[0], ACME, ReportQuery(now=NOW, window_days=days, **query))


def as_csv(*records: Record) -> list[dict[str, str]]:
    return list(csv.DictReader(csv_lines(records)))


def cover(first: timedelta, last: timedelta, component_id: str | None = None) -> Coverage:
    return Coverage(
        span=Interval(START + first, START + last), aspect=Aspect.IMPACTS, component_id=component_id
    )


def with_unknown_days(store, page) -> Record:
    """Eight days, two of them with an outage; of the two before today nothing is known."""
    impacts = tuple(
        impact(START + n * DAY + HOUR, START + n * DAY + 2 * HOUR, incident_id=f"i{n}")
        for n in (1, 3)
    )
    save(store, page, evidence(NOW, impacts=impacts, coverage=(cover(0 * DAY, 8 * DAY),)))
    return recorded(store, as_of=date(2026, 5, 14))


def test_the_sentence_carries_what_the_unknown_days_leave_open(store, page):
    report = with_unknown_days(store, page)

    assert "on 2 of 8 known days (25 %), 2 to 4 of 10, 2026-05-05 to 2026-05-14" in sentence(
        report
    ).replace("25.0", "25")
    assert report.figures.outage_day_bounds == (2, 4)


def test_bounds_stand_in_json_and_csv(store, page):
    report = with_unknown_days(store, page)
    (vendor, *_) = as_csv(report)

    assert record_json(report)["outage_day_bounds"] == [2, 4]
    assert (vendor["outage_days_least"], vendor["outage_days_most"]) == ("2", "4")


def test_nothing_known_is_null_and_never_zero(store, page):
    found = record_json(recorded(store))
    counts = (
        "outage_days",
        "major_days",
        "degraded_days",
        "maintenance_days",
        "disputed_days",
        "outage_day_bounds",
    )

    for each in (found, *found["components"]):
        assert {each[name] for name in (*counts, "outage_day_ratio", "downtime_ratio")} == {None}
        assert (each["known_days"], each["unknown_days"]) == (0, 10)
    assert set(found["components"][0]["outage_seconds"].values()) == {None}
    assert "| unknown |" in "\n".join(markdown_lines([recorded(store)]))
    assert "no data for any of the 10 days" in sentence(recorded(store))


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (None, "unknown"),
        (0, "0 %"),
        (1e-9, "0.1 %"),
        (1, "100 %"),
    ],
)
def test_a_ratio_is_written_by_the_rule_of_rounding_and_none_is_unknown(ratio, said):
    assert percent(ratio) == said


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_name_of_a_vendors_is_a_formula_in_a_spreadsheet(store, page, sign):
    name, group = f"{sign}SUM(1,2)", f"{sign}A1"
    save(store, page, evidence(NOW, components=(component("api", name, group=group),)))
    rows = as_csv(recorded(store))
    (row,) = [row for row in rows if row["component_id"] == "api"]

    assert (row["component_name"], row["component_group"]) == (f"'{name}", f"'{group}")


def test_a_page_that_was_never_read_has_no_figures_that_could_be_taken_for_good_ones(store):
    add_page(store, now=START)
    report = recorded(store)
    told = record_json(report)
    (row,) = as_csv(report)
    days = ("outage_days", "major_days", "degraded_days", "maintenance_days", "disputed_days")
    ratios = ("outage_day_ratio", "downtime_ratio")
    bounds = ("outage_days_least", "outage_days_most")
    seconds = ("partial_seconds", "major_seconds", "degraded_seconds", "maintenance_seconds")
    now = ("current_level", "known_components", "counted_components")

    assert {
        told[name]
        for name in (
            *(*days, *ratios, *now, "outage_day_bounds", "last_success_at"),
            *("open_incidents", "open_maintenances"),
        )
    } == {None}
    assert {row[name] for name in (*days, *ratios, *bounds, *seconds, *now)} == {""}
    assert (told["known_days"], told["unknown_days"], told["coverage_ratio"]) == (0, 10, 0)
    assert "no data for any of the 10 days" in told["sentence"]


def test_a_partly_known_day_is_unknown_and_says_how_much_is_known(store, page):
    save(store, page, evidence(NOW, coverage=(cover(0 * DAY, 4 * HOUR),)))
    (day, *_) = record_json(recorded(store, as_of=date(2026, 5, 14)))["days"]

    assert (day["level"], day["coverage_ratio"]) == (None, 1 / 6)


def test_one_component_in_an_unknown_word_makes_the_vendor_unknown_now(store, page):
    save(store, page, observed(NOW, api=Level.OPERATIONAL, web=None))
    report = recorded(store)

    assert report.standing.level is None
    assert (report.standing.known_components, report.standing.counted_components) == (1, 2)
    assert record_json(report)["known_components"] == 1
    assert "the current state is unknown: the state of 1 of 2 components is unknown" in remarks(
        report
    )


def test_a_bad_component_shows_beside_an_unknown_one(store, page):
    save(store, page, observed(NOW, api=Level.DEGRADED, web=None))
    report = recorded(store)

    assert report.standing.level is Level.DEGRADED
    assert "the state of 1 of 2 components is unknown" in remarks(report)


def test_a_page_that_was_not_read_lately_says_so(store, page):
    save(store, page, observed(START, api=Level.OPERATIONAL, web=Level.OPERATIONAL))

    assert any("the page was not read recently" in note for note in remarks(recorded(store)))


def test_the_sentence_says_how_many_components_it_is_about(store, page):
    query = ReportQuery(now=NOW)
    some = record(store, store.pages()[0], replace(ACME, exclude=("web",)), query)

    assert ", any component, " in sentence(recorded(store))
    assert ", any of 1 component (1 excluded), " in sentence(some)


def test_a_reading_that_failed_is_remarked_with_what_went_wrong(store, page):
    report = recorded(store)

    def failures(**row) -> list[str]:
        notes = remarks(replace(report, page=replace(report.page, **row)))
        return [note for note in notes if "reading failed" in note]

    assert failures(last_ok=False, last_error_message="HTTP 503") == [
        "the last reading failed: HTTP 503"
    ]
    assert failures(last_ok=True, last_error_message="HTTP 503") == []
    assert failures(last_ok=False, last_error_message=None) == []


def test_a_question_about_the_past_says_nothing_of_now(store, page):
    for query in ({"as_of": date(2026, 5, 14)}, {"known_at": NOW}):
        assert not any("current state" in note for note in remarks(recorded(store, **query)))


def test_only_an_open_incident_that_names_no_component_is_remarked(store, page):
    save(
        store,
        page,
        evidence(NOW, incidents=(incident(), incident("i2", title="Rumours", component_ids=()))),
    )
    report = recorded(store)

    assert [note for note in remarks(report) if "names no component" in note] == [
        "an open incident names no component, so it changes no level: Rumours"
    ]


def test_where_no_day_is_known_nothing_is_said_of_bounds(store, page):
    assert not any("left out of both numbers" in note for note in remarks(recorded(store)))
    assert (
        "2 days are unknown and left out of both numbers; the range beside them takes all unknown days as good, and as bad"
        in remarks(with_unknown_days(store, page))
    )


def test_markdown_has_a_row_of_figures_for_each_component_by_its_full_name(store, page):
    parts = (component("api", "API", group="Core"), component("web", "Web"))
    save(store, page, evidence(START, components=parts))
    report = with_unknown_days(store, page)
    save(store, page, evidence(NOW, components=parts[:1]))
    rows = [line for line in markdown_lines([report]) if line.startswith("| ")]
    (gone,) = [line for line in markdown_lines([recorded(store)]) if "Web" in line]

    assert rows[1:] == [
        "| Web | unknown | 0 of 8 | 0 | 0 | 0 % | 80.0 % |",
        "| Core / API | unknown | 2 of 8 | 0 | 0 | 0.313 % | 80.0 % |",  # 0.3 of 2 h in 8 days
    ]
    assert gone.startswith("| Web (removed) | ")


def test_markdown_lists_what_is_open(store, page):
    going_on = incident(
        title="API | errors", started_at=START, url="https://status.acme.example/incidents/i1"
    )
    planned = incident(
        "m1", title="Upgrade", phase=Phase.OPEN, maintenance=True, impact="maintenance"
    )
    over = incident("i2", title="Long gone", phase=Phase.CLOSED, resolved_at=START)
    save(store, page, evidence(NOW, incidents=(going_on, planned, over)))
    text = "\n".join(markdown_lines([recorded(store)]))

    assert (
        "Open incidents:\n\n- [API \\| errors](<https://status.acme.example/incidents/i1>): investigating"
        in text
    )
    assert "Open maintenance:\n\n- Upgrade: " in text
    assert "Long gone" not in text


def test_a_dispute_without_an_uptime_record_does_not_speak_of_one(store, page):
    """Polls saw trouble on a closed day, and the vendor's list of incidents tells of none."""
    save(store, page, observed(START + DAY, api=Level.MAJOR_OUTAGE, web=Level.OPERATIONAL))
    save(store, page, observed(START + DAY + HOUR / 12, api=Level.OPERATIONAL))
    save(store, page, evidence(NOW, coverage=(cover(0 * DAY, 10 * DAY),)))
    (note,) = [note for note in remarks(recorded(store)) if "disagree" in note]

    assert note == (
        "on 1 day the vendor's record, its incidents and our polls disagree; an uptime record is"
        " counted where there is one, else what was seen (see `monitor explain`)"
    )


def test_words_are_counted_in_their_order_and_those_that_do_not_occur_are_left_out():
    assert counts_text(["ok", "bad", "ok"], ("bad", "worse", "ok")) == "1 bad, 2 ok"
    assert counts_text([], ("bad", "ok")) == ""
