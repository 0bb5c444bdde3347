"""One record in every form, whole: as JSON, CSV, Markdown and on a terminal."""

import csv
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from exporters.report import csv_lines, json_lines, markdown_lines, record_json
from exporters.report.sentences import component_name, downtime, outage_days, remarks
from monitor.answers import DEFINITION, ReportQuery
from monitor.model import Level
from monitor.plain import json_text
from monitor.store import Store
from tests.report_support import HOUR, NOW, REMARKS, SENTENCE, START, report


@pytest.fixture(scope="module")
def answer():
    with Store.open("sqlite://") as store:
        yield report(store)


FIGURES = {
    "known_days": 3,
    "outage_days": 1,
    "major_days": 1,
    "degraded_days": 1,
    "maintenance_days": 0,
    "unknown_days": 1,
    "absent_days": 0,
    "disputed_days": 1,
    "outage_day_bounds": [1, 2],
    "outage_day_ratio": 1 / 3,
    "downtime_ratio": 3600 / 216_001,
    "coverage_ratio": 216_001 / 334_800,
}


def day(date: str, level: str | None, incidents: Iterable[str] = (), **others: object):
    return {"date": date, "level": level, "incidents": list(incidents), **others}


DAYS = [
    day("2026-05-05", "major_outage", ["i1"], coverage_ratio=1.0, source="impacts"),
    day("2026-05-06", "operational", ["i3"], coverage_ratio=1.0, source="bars", disputed=True),
    day("2026-05-07", None, coverage_ratio=0.5, source="impacts"),
    day("2026-05-08", "degraded", coverage_ratio=1 / 75_600, source="observations"),
]


def test_a_vendors_json_is_this(answer):
    document = record_json(answer)
    document.pop("components")
    some = {"known_components": 0, "counted_components": 2}

    assert document == {
        "vendor": "acme",
        "name": "Acme",
        "page": "https://acme.example/",
        "platform": "statuspage",
        "zone": "Asia/Tokyo",
        "window": {"first": "2026-05-05", "last": "2026-05-08"},
        "sentence": SENTENCE,
        **FIGURES,
        "current_level": "degraded",
        "known_components": 1,
        "counted_components": 1,
        "last_success_at": "2026-05-08T12:00:00+00:00",
        "error": "HTTP 503",
        "remark": "its feed disagrees",
        "trust": "It tells little.",
        "overrides": [
            {
                "incident": "i2",
                "title": "Rumours",
                "level": "none",
                "start": None,
                "end": None,
                "reason": "it was a rumour",
                "date": "2026-05-09",
            }
        ],
        "open_incidents": [
            {
                "id": "i2",
                "incident": "i2",
                "title": "Rumours",
                "impact": "major",
                "status": "investigating",
                "maintenance": False,
                "started_at": "2026-05-08T11:00:00+00:00",
                "url": None,
                "components": [],
                "component_ids": [],
            }
        ],
        "open_maintenances": [
            {
                "id": "m1",
                "incident": "m1",
                "title": "Upgrade",
                "impact": "maintenance",
                "status": "investigating",
                "maintenance": True,
                "started_at": "2026-05-08T10:00:00+00:00",
                "url": "https://status.acme.example/m1",
                "components": ["web"],
                "component_ids": ["web"],
            }
        ],
        "vendor_reported_uptime": 0.98,
        "days": [
            *DAYS[:2],
            DAYS[2] | some | {"source": None},
            DAYS[3] | some | {"incidents": ["i2"], "known_components": 1},
        ],
    }


def test_a_components_json_is_this(answer):
    (web, old, api) = record_json(answer)["components"]

    assert api == {
        "id": "api",
        "slug": "api",
        "name": "API",
        "group": "Core",
        "component": "api",
        "component_id": "api",
        "component_name": "API",
        "component_group": "Core",
        "excluded": False,
        "removed_at": None,
        "current_level": "degraded",
        **FIGURES,
        "outage_seconds": {"major": 3600, "partial": 0, "degraded": 1, "maintenance": 0},
        "vendor_reported_uptime": 0.99,
        "vendor_formula_uptime": None,
        "days": DAYS,
    }
    assert (web["excluded"], web["current_level"], old["excluded"]) == (True, None, False)
    assert (web["removed_at"], old["removed_at"]) == (None, "2026-05-08T11:00:00+00:00")
    assert old["days"][-1] == day("2026-05-08", None)
    assert web["outage_seconds"]["maintenance"] == 7200


def test_an_error_that_is_over_is_none(answer):
    page = replace(answer.page, last_ok=True)

    assert record_json(replace(answer, page=page))["error"] is None


def test_a_decision_is_shown_with_the_level_and_the_times_it_gives(answer):
    (decision,) = answer.overrides
    override = replace(
        decision.override, level=Level.DEGRADED, start=START + HOUR, end=START + 2 * HOUR
    )
    other = replace(answer, overrides=(replace(decision, override=override),))
    (row,) = record_json(other)["overrides"]

    assert (row["level"], row["start"], row["end"]) == (
        "degraded",
        "2026-05-05T01:00:00+00:00",
        "2026-05-05T02:00:00+00:00",
    )
    assert any("is rated degraded" in note for note in remarks(other))


def test_the_json_of_all_begins_with_what_was_asked(answer):
    query = ReportQuery(now=NOW, window_days=4)

    def head(query: ReportQuery, *last_days: date) -> list[str]:
        return list(json_lines([], query, last_days))

    assert head(query, date(2026, 5, 8), date(2026, 5, 9)) == [
        "{",
        '  "as_of": "2026-05-09",',
        '  "window_days": 4,',
        '  "policy": "statuspage",',
        '  "known_at": null,',
        '  "generated_at": "2026-05-08T12:00:00+00:00",',
        f'  "definition": "{DEFINITION}",',
        '  "vendors": []',
        "}",
    ]
    assert head(query)[1] == '  "as_of": "2026-05-08",'
    past = replace(query, as_of=date(2026, 5, 6), known_at=NOW - HOUR)
    assert head(past, date(2026, 5, 6))[1] == '  "as_of": "2026-05-06",'
    assert head(past)[4] == '  "known_at": "2026-05-08T11:00:00+00:00",'


def test_the_json_of_all_has_one_vendor_after_another(answer):
    query = ReportQuery(now=NOW, window_days=4)
    text = "\n".join(json_lines([answer, answer], query, [date(2026, 5, 8)]))
    document = json.loads(text)

    assert document["vendors"] == [record_json(answer)] * 2
    assert text == json_text(document, indent=2)


def test_csv_has_a_line_for_the_vendor_and_one_for_each_component(answer):
    (head, *lines) = csv_lines([answer])
    rows = [list(row) for row in csv.reader(lines)]
    about = ["2026-05-05", "2026-05-08", "Asia/Tokyo", "statuspage"]

    assert head == (
        "vendor,component,component_id,component_name,component_group,first,last,zone,platform,"
        "current_level,known_components,counted_components,known_days,outage_days,outage_days_least,"
        "outage_days_most,major_days,degraded_days,maintenance_days,unknown_days,absent_days,disputed_days,"
        "outage_day_ratio,downtime_ratio,policy,overrides,coverage_ratio,partial_seconds,"
        "major_seconds,degraded_seconds,maintenance_seconds"
    )
    assert [row[:12] for row in rows] == [
        ["acme", "", "", "", "", *about, "degraded", "1", "1"],
        ["acme", "web", "web", "Web", "", *about, "", "", ""],
        ["acme", "old", "old", "Old", "", *about, "", "", ""],
        ["acme", "api", "api", "API", "Core", *about, "degraded", "", ""],
    ]
    assert [row[12:22] for row in (rows[0], rows[1])] == [
        ["3", "1", "1", "2", "1", "1", "0", "1", "0", "1"],
        ["2", "0", "0", "2", "0", "0", "0", "2", "0", "0"],
    ]
    assert [float(figure) for figure in rows[3][22:24]] == pytest.approx(
        [FIGURES["outage_day_ratio"], FIGURES["downtime_ratio"]], rel=1e-4
    )
    assert [row[24:26] for row in rows] == [["statuspage", "1"]] * 4
    assert [row[27:] for row in rows[:2]] == [
        ["0.0", "3600.0", "1.0", "0.0"],
        ["0.0", "0.0", "0.0", "7200.0"],
    ]


def test_markdown_is_this(answer):
    text = "\n".join(markdown_lines([answer]))
    notes = "\n".join(f"- {note}" for note in REMARKS).replace("`", "\\`")

    assert (
        text
        == f"""\
## Acme

**{SENTENCE}.**

{notes}
Source: <https://acme.example/>. A day counts when it had a {DEFINITION}; policy `statuspage`.

| component | now | outage days | major | degraded | downtime | coverage |
|---|---|--:|--:|--:|--:|--:|
| Web (excluded) | unknown | 0 of 2 | 0 | 0 | 0 % | 66.7 % |
| Old (removed) | unknown | 0 of 2 | 0 | 0 | 0 % | 64.5 % |
| Core / API | degraded | 1 of 3 | 1 | 1 | 1.667 % | 64.5 % |

Open incidents:

- Rumours: investigating, since 2026-05-08 20:00+0900, impact major

Open maintenance:

- [Upgrade](<https://status.acme.example/m1>): investigating, since 2026-05-08 19:00+0900, \
impact maintenance"""
    )
    assert "\n".join(markdown_lines([answer, answer])) == f"{text}\n\n{text}"


def test_remarks_stand_in_this_order_and_only_where_there_is_something_to_say(answer):
    whole = replace(answer.figures, unknown_days=0, disputed_days=0)
    quiet = replace(
        answer,
        figures=whole,
        page=replace(answer.page, last_ok=True, remark=None),
        overrides=(),
        standing=replace(answer.standing, incidents=None),
        caveat="",
    )

    assert list(remarks(answer)) == REMARKS
    assert list(remarks(quiet)) == []


def test_remarks_say_how_much_of_the_present_is_unknown(answer):
    standing = replace(answer.standing, incidents=None)

    def note(question=answer.query, **values: object) -> list[str]:
        other = replace(answer, query=question, standing=replace(standing, **values))
        return [remark for remark in remarks(other) if "state" in remark]

    some = {"known_components": 1, "counted_components": 3}
    part = "the state of 2 of 3 components is unknown"
    assert note(**some) == [part]
    assert note(**some, level=None) == [f"the current state is unknown: {part}"]
    assert note(known_components=0, counted_components=3) == [
        "the current state is unknown: the page was not read recently, or nothing on it could be read"
    ]
    for past in ({"as_of": date(2026, 5, 8)}, {"known_at": NOW}):
        assert note(replace(answer.query, **past), **some) == []


def test_names_and_figures_of_a_component_in_words(answer):
    (web, old, api) = answer.components
    both = replace(old, is_excluded=True)
    blank = replace(api.figures, outage_days=None, known_days=0)

    assert [component_name(each) for each in (web, old, api, both)] == [
        "Web (excluded)",
        "Old (removed)",
        "Core / API",
        "Old (excluded)",
    ]
    assert (outage_days(api.figures), outage_days(blank)) == ("1 of 3", "unknown")
    assert downtime(api.figures, "raw") == "1.667 %"
