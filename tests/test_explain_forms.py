"""An explained day as JSON and Markdown, and the days of a span at a glance."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from exporters import explain
from exporters.explain.forms import Document, Entry
from monitor import history
from monitor.answers import DayQuery, SpanQuery, explanation, overview
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import (
    Aspect,
    Coverage,
    IncidentUpdate,
    Level,
    Phase,
    PostedState,
    Window,
)
from monitor.store import Store
from tests.store_support import add_page, component, evidence, impact, incident, save

START = datetime(2026, 5, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = START + 8 * DAY
ACME = VendorConfig(slug="acme", name="Acme", url="https://status.acme.example/", exclude=("old",))
COMPONENTS = (
    component("api", "API", group="EU"),
    component("web", "Web"),
    component("old", "Old", position=2),
)


@pytest.fixture(scope="module")
def store():
    """On day 0 an outage of API and a shorter, worse one of Web; on day 2 the bars of API deny an
    outage, and those of Old, which is left out; on day 3 an incident names no component; on day 5 nothing was read."""
    with Store.open("sqlite://") as opened:
        page = add_page(opened, now=START, url="https://status.acme.example/")
        save(opened, page, evidence(START, components=COMPONENTS))
        told = (
            incident(started_at=START + HOUR, resolved_at=START + 4 * HOUR, phase=Phase.CLOSED),
            incident("i2", title="Web *down*", component_ids=("web",), started_at=START + HOUR),
            incident("i3", title="Rumours", component_ids=(), started_at=START + 3 * DAY,
                     resolved_at=START + 3 * DAY + HOUR, phase=Phase.CLOSED),
        )  # fmt: skip
        state = PostedState(component_id="api", level=None, word="odd", before=Level.OPERATIONAL)
        update = IncidentUpdate(
            incident_id="i1",
            key="u",
            at=START + HOUR,
            status="looking",
            text="Hm.",
            states=(state,),
        )
        impacts = (
            impact(START + HOUR, START + 4 * HOUR),
            impact(START + HOUR, START + 2 * HOUR, component_id="web", incident_id="i2",
                   level=Level.MAJOR_OUTAGE),
            impact(START + 2 * DAY, START + 2 * DAY + HOUR, incident_id=None),
            impact(START + 2 * DAY, START + 2 * DAY + HOUR, incident_id=None, component_id="old"),
        )  # fmt: skip
        covers = (
            Coverage(span=Interval(START, START + 5 * DAY), aspect=Aspect.IMPACTS),
            Coverage(span=Interval(START + 6 * DAY, NOW), aspect=Aspect.IMPACTS),
            *(
                Coverage(
                    span=Interval(START + 2 * DAY, START + 3 * DAY),
                    aspect=Aspect.BARS,
                    component_id=key,
                )
                for key in ("api", "old")
            ),
        )
        said = {"incidents": told, "updates": (update,), "impacts": impacts, "coverage": covers}
        save(opened, page, evidence(NOW, components=COMPONENTS, **said))
        yield opened


def days(store, last: int = 7, component: str | None = None, first: int = 0):
    window = Window(START.date() + first * DAY, START.date() + last * DAY)
    query = SpanQuery(window=window, now=NOW, component=component)
    return overview(store, store.pages()[0], ACME, query)


def explained(store, day: int = 0, component: str | None = None):
    query = DayQuery(day=START.date() + day * DAY, now=NOW, component=component)
    return explanation(store, store.pages()[0], ACME, query)


def test_a_span_has_a_line_for_each_day_that_was_not_quiet(store):
    assert list(explain.text_lines(explain.overview_document(days(store)))) == [
        "Acme, all included components, 2026-05-05 to 2026-05-12 (UTC):",
        "  2026-05-05  major outage; longest partial outage 3 h 00 min 00 s (EU / API); API errors and 1 more",
        "  2026-05-07  operational; disputed",
        "  2026-05-08  operational; Rumours",
        "  2026-05-10  unknown",
        "  4 days are operational, with nothing to tell",
        "",
        "what is behind a day: monitor explain acme DAY, or --details",
    ]


def test_unknown_days_in_a_row_share_a_line_and_a_quiet_span_has_no_hint(store):
    before = days(store, first=-4, last=0, component="web")
    quiet = days(store, first=6, last=7)

    assert list(explain.text_lines(explain.overview_document(before)))[1:] == [
        "  2026-05-01 to 2026-05-04  unknown",
        "  2026-05-05  major outage 1 h 00 min 00 s; Web *down*",
        "",
        "what is behind a day: monitor explain acme web DAY, or --details",
    ]
    assert list(explain.text_lines(explain.overview_document(quiet)))[1:] == [
        "  2 days are operational, with nothing to tell",
    ]


def test_disputed_days_have_both_values_and_say_which_counts(store):
    assert list(explain.text_lines(explain.disputed_document(days(store)))) == [
        "Acme, all included components, 2026-05-05 to 2026-05-12 (UTC): 1 day is disputed",
        (
            "  2026-05-07  EU / API: the uptime record and the incidents or polls disagree; the"
            " record is counted"
        ),
        "    counted: nothing bad; the others say: partial outage 1 h 00 min 00 s",
        "",
        "what is behind a day: monitor explain acme DAY, or --details",
    ]
    none = explain.disputed_document(days(store, component="web"))
    assert list(explain.text_lines(none)) == [
        "Acme, Web, 2026-05-05 to 2026-05-12 (UTC): no day is disputed"
    ]


def test_the_latest_bad_day_is_the_last_one_worse_than_operational(store):
    assert days(store).latest_bad_day == date(2026, 5, 5)
    assert days(store, first=1).latest_bad_day is None


def test_a_span_that_has_not_begun_or_a_component_that_is_none_is_refused(store):
    with pytest.raises(ValueError, match="2026-05-14 has not begun in UTC"):
        days(store, last=9)
    with pytest.raises(ValueError, match="no component 'db'"):
        days(store, component="db")


def test_a_days_json_names_whose_seconds_it_has_and_why_that_source(store):
    found = explain.explained_json(explained(store))

    assert (found["level"], found["partial_seconds"], found["major_seconds"]) == (
        "major_outage", 10_800, 0,
    )  # fmt: skip
    assert found["seconds_of"] == {
        "component": "api",
        "component_id": "api",
        "component_name": "API",
        "component_group": "EU",
    }
    assert (found["source"], found["confidence"], found["coverage_ratio"]) == (
        "impacts",
        "medium",
        1,
    )
    assert "no uptime record" in found["source_reason"]
    assert (found["unknown_because"], found["disputes"], found["absence"]) == (None, [], None)
    assert (found["start"], found["end"]) == (
        "2026-05-05T00:00:00+00:00",
        "2026-05-06T00:00:00+00:00",
    )


def test_a_vendors_day_names_the_components_that_were_as_bad_as_it(store):
    text = "\n".join(explain.text_lines(explain.document(explained(store))))
    (worst,) = explain.explained_json(explained(store))["worst_components"]

    assert "  major outage of Web 1 h 00 min 00 s\n" in text
    assert (worst["component"], worst["major_seconds"]) == ("web", 3600)
    assert explain.explained_json(explained(store, 1))["worst_components"] == []
    assert explain.explained_json(explained(store, 0, "api"))["worst_components"] == []


def test_a_days_json_has_incidents_with_impacts_and_messages(store):
    (first, second) = explain.explained_json(explained(store))["incidents"]

    assert (first["id"], first["resolved_at"]) == ("i1", "2026-05-05T04:00:00+00:00")
    assert (second["title"], second["resolved_at"]) == ("Web *down*", None)
    (claim,) = second["impacts"]
    assert (claim["component_id"], claim["level"], claim["basis"]) == (
        "web", "major_outage", "transition",
    )  # fmt: skip
    (update,) = first["updates"]
    assert (update["status"], update["text"], update["superseded_because"]) == (
        "looking", "Hm.", None,
    )  # fmt: skip
    assert update["states"] == [
        {
            "component": "api",
            "component_id": "api",
            "component_name": "API",
            "component_group": "EU",
            "level": None,
            "word": "odd",
            "level_before": "operational",
        }
    ]


def test_a_days_json_has_both_values_of_a_dispute_and_what_each_source_covers(store):
    found = explain.explained_json(explained(store, 2, "api"))

    (dispute,) = found["disputes"]
    assert (dispute["counted"]["partial_seconds"], dispute["other"]["partial_seconds"]) == (0, 3600)
    assert [(each["source"], each["component_id"]) for each in found["sources"]] == [
        ("impacts", None),
        ("bars", "api"),
    ]
    assert {(each["start"], each["end"]) for each in found["sources"]} == {
        ("2026-05-07T00:00:00+00:00", "2026-05-08T00:00:00+00:00")
    }


def test_what_is_unknown_is_null_in_json_and_says_why(store):
    found = explain.explained_json(explained(store, 5))

    unknown = ("level", "major_seconds", "partial_seconds", "source", "source_reason", "confidence")
    assert {found[key] for key in unknown} == {None}
    assert found["unknown_because"] == "no source that we can read covers this day"


def test_a_spans_json_has_its_days_at_a_glance(store):
    answer = days(store)
    accounts = [explain.account_json(account, answer) for account in answer.days[:1]]
    found = explain.overview_json(answer, accounts)

    assert (found["vendor"], found["component"], found["first"], found["last"]) == (
        "acme", None, "2026-05-05", "2026-05-12",
    )  # fmt: skip
    assert [each["id"] for each in found["days"][0]["incidents"]] == ["i1", "i2"]
    assert "sources" not in found["days"][0]
    of_api = explain.overview_json(days(store, component="eu / api"), [])
    assert of_api["component"]["component_name"] == "API"


def test_markdown_shows_vendors_texts_as_they_are(store):
    lines = list(explain.markdown_lines(explain.document(explained(store, 0, "web"))))

    assert lines[0] == "## Acme, Web, 2026-05-05 (UTC): major outage"
    assert "- Web \\*down\\* (incident i2, impact major, investigating, open)" in lines
    assert "### sources that cover this day" in lines


def test_markdown_links_where_an_incident_is_told(store):
    entry = Document("a", (Entry("https://acme.example/i", 1, "https://acme.example/i"),))

    assert list(explain.markdown_lines(entry))[2] == (
        "  - [https://acme.example/i](<https://acme.example/i>)"
    )


def test_sources_name_how_many_components_they_cover(store):
    text = "\n".join(explain.text_lines(explain.document(explained(store, 2))))

    assert "bars, for 2 components: 2026-05-07 00:00:00+0000 to 2026-05-08 00:00:00+0000" in text
    assert "impacts: 2026-05-07 00:00:00+0000" in text


def test_a_revised_day_shows_what_it_was_before_and_only_once_it_was_revised(store):
    with Store.open("sqlite://") as own:
        page = add_page(own, now=START)
        save(own, page, evidence(START, components=COMPONENTS[:1]))
        cover = Coverage(span=Interval(START, START + DAY), aspect=Aspect.IMPACTS)
        for hours in (2, 4):
            now = START + 2 * DAY + hours * HOUR
            longer = impact(START, START + hours * HOUR)
            save(
                own,
                page,
                evidence(now, impacts=(longer,), incidents=(incident(),), coverage=(cover,)),
            )
            _, found = history.read(own, page, ACME, first=START.date(), last=now.date(), now=now)
            own.save_days(page.id, found, today=now.date(), now=now, revised_since=START.date())
        query = DayQuery(day=START.date(), now=NOW, component="api")
        before = DayQuery(
            day=START.date(), now=NOW, component="api", known_at=START + 2 * DAY + 3 * HOUR
        )
        revised = explanation(own, page, ACME, query)
        then = explanation(own, page, ACME, before)

    (revision,) = explain.explained_json(revised)["revisions"]
    assert (revision["revision"], revision["partial_seconds"]) == (1, 7200)
    text = "\n".join(explain.text_lines(explain.document(revised)))
    assert "what this day was before the vendor changed its record:" in text
    assert (
        "from 2026-05-07 02:00:00+0000 until 2026-05-07 04:00:00+0000: partial outage,"
        " partial outage 2 h 00 min 00 s" in text
    )
    assert explain.explained_json(then)["revisions"] == []


def test_a_day_before_the_component_existed_says_that_it_was_not_listed():
    with Store.open("sqlite://") as own:
        page = add_page(own, now=START)
        young = component(start_date=START.date())
        save(own, page, evidence(START, components=(young,)))
        span, day = days(own, first=-2, last=-1, component="api"), explained(own, -1, "api")
        of_vendor = explained(own, -1)

    assert list(explain.text_lines(explain.overview_document(span)))[1] == (
        "  2026-05-03 to 2026-05-04  unknown: the page did not list the component yet"
    )
    assert "  Unknown: the page did not list the component yet." in explain.text_lines(
        explain.document(day)
    )
    assert explain.explained_json(day)["absence"] == "unborn"
    assert "the page did not list a component that counts yet" in "\n".join(
        explain.text_lines(explain.document(of_vendor))
    )


def test_the_document_names_every_key_of_the_json(store):
    guide = (Path(__file__).parents[1] / "docs" / "explain.md").read_text()
    named = set(re.findall(r"`(?:incidents\[\]\.)?(\w+)`", guide))
    answer = days(store)
    keys = (
        explain.overview_json(answer, []).keys() | explain.explained_json(explained(store)).keys()
    )
    lists = ("incidents", "bars", "polls", "sources", "revisions", "answers", "disputes")
    found = explain.explained_json(explained(store, 2, "api"))
    for name in lists:
        for entry in found[name]:
            keys |= {key for key in entry if not key.startswith("component")}

    assert keys - named == set()
