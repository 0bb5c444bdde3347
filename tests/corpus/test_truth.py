"""Published figures, computed with the product's own functions on the data they were published
about.

`expected.json` names each comparison; a test here carries its identifier. Nothing of that data is
part of the project.
"""

import csv
import itertools
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.days.classify import Options, derive
from monitor.intervals import (
    Interval,
    day_interval,
    days_touched,
    intersect,
    total_seconds,
    zone_named,
)
from monitor.model import (
    Aspect,
    Bar,
    Basis,
    Component,
    Coverage,
    History,
    Impact,
    KnownComponent,
    Level,
    ObservedRun,
    PageFacts,
    PageHistory,
    Seconds,
)
from monitor.platforms.statuspage.incidents import replay
from monitor.platforms.statuspage.shown_bars import embedded_bars
from monitor.ratios import (
    STATUSPAGE_BARS,
    figures,
    statuspage_downtime,
    statuspage_group_seconds,
    statuspage_uptime,
    window_ending,
)

pytestmark = pytest.mark.corpus
DAY_SECONDS = 86_400


@pytest.fixture(scope="module")
def truth(corpus: Path) -> Path:
    return corpus / "truth"


@pytest.fixture(scope="module")
def expected(truth: Path) -> Mapping[str, Any]:
    return {
        each["id"]: each["expected"] for each in json.loads((truth / "expected.json").read_text())
    }


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


# ------------------------------------------------------------------------------------- Statuspage's
# printed uptime


def printed_timelines(path: Path) -> Mapping[str, Any]:
    timelines, _ = embedded_bars(path.read_text(errors="replace"))
    return timelines


def test_u1_all_324_displayed_percentages_are_reproduced_to_the_last_digit(
    truth: Path, expected: Mapping[str, Any]
) -> None:
    equal = values = 0
    pages: dict[str, Mapping[str, Any]] = {}
    for row in rows(truth / "uptimedata" / "published-uptime-values.csv"):
        if row["file"] not in pages:
            pages[row["file"]] = printed_timelines(truth / "uptimedata" / row["file"])
        days = pages[row["file"]][row["component"]]["days"]
        for label in (90, 60, 30):
            bars = days[-STATUSPAGE_BARS[label] :]
            p = sum(bar["outages"].get("p", 0) for bar in bars)
            m = sum(bar["outages"].get("m", 0) for bar in bars)
            values += 1
            equal += float(statuspage_uptime(p, m, len(bars))) == float(row[f"published_{label}d"])

    assert {"values": values, "equal": equal} == expected["U1-displayed-values"]


def test_u3_a_bar_can_hold_a_25_hour_day(truth: Path, expected: Mapping[str, Any]) -> None:
    wanted = expected["U3-dst-day"]
    found = {
        bar["outages"].get("p")
        for line in printed_timelines(
            truth / "uptimedata" / "acmeapico.statuspage.io.html"
        ).values()
        for bar in line["days"]
        if bar["date"] == wanted["date"]
    }

    assert wanted["p"] in found


def test_u4_a_groups_seconds_are_its_childrens_mean_truncated(
    truth: Path, expected: Mapping[str, Any]
) -> None:
    timelines = printed_timelines(truth / "uptimedata" / "80z3x98tprrb.statuspage.io.html")
    group = next(
        line for line in timelines.values() if line["component"]["name"] == "Core services"
    )
    children = [timelines[code] for code in group["component"]["group"] if code in timelines]
    seconds = [
        (bar["outages"].get("p", 0), bar["outages"].get("m", 0))
        for child in children
        for bar in child["days"]
        if bar["date"] == "2020-10-29"
    ]

    assert statuspage_group_seconds(seconds)[1] == expected["U4-group"]["m"]


# -----------------------------------------------------------------------------------------------------------
# GitHub


def github_bars(truth: Path) -> Iterator[tuple[str, date, int, int]]:
    for row in rows(truth / "github" / "vendor-bars.csv"):
        yield (
            row["component"],
            date.fromisoformat(row["date"]),
            int(row["partial_seconds"]),
            int(row["major_seconds"]),
        )


def test_g1_940_of_942_months_follow_the_formula(truth: Path, expected: Mapping[str, Any]) -> None:
    months: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for component, day, p, m in github_bars(truth):
        month = months[component, f"{day:%Y-%m}"]
        month[0] += p
        month[1] += m
        month[2] += 1
    published = list(rows(truth / "github" / "vendor-months.csv"))
    exceptions = [
        f"{row['component']} {row['month']}"
        for row in published
        if abs(
            1
            - float(statuspage_downtime(*months[row["component"], row["month"]]))
            - float(row["uptime_fraction"])
        )
        > 1e-7
    ]
    wanted = expected["G1-month-formula"]

    assert len(published) == wanted["months"]
    assert len(published) - len(exceptions) == wanted["equal_within_1e-7"]
    assert all(
        any(name.split()[0] in each and name.split()[-1] in each for each in exceptions)
        for name in wanted["exceptions"]
    )


def test_g1b_outage_days_per_year(truth: Path, expected: Mapping[str, Any]) -> None:
    by_year: dict[str, list[date]] = defaultdict(list)
    for _, day, p, m in github_bars(truth):
        if p + m:
            by_year[str(day.year)].append(day)

    assert {
        year: [len(by_year[year]), len(set(by_year[year]))] for year in ("2022", "2023", "2024")
    } == expected["G1b-outage-days"]


def as_of_window(day: str) -> Interval:
    last = date.fromisoformat(day)
    return Interval(day_interval(last - timedelta(days=89), UTC).start, day_interval(last, UTC).end)


def union_percent(spans: list[Interval], window: Interval) -> float:
    return 100 * (1 - total_seconds(intersect(spans, window)) / (90 * DAY_SECONDS))


def test_g2_the_quoted_90_day_aggregate(truth: Path, expected: Mapping[str, Any]) -> None:
    for day, wanted in expected["G2-90-day-aggregate"].items():
        spans = [
            span
            for row in rows(truth / "github" / f"asof-{day}" / "downtime_windows.csv")
            if row["impact"] != "maintenance"
            and (
                span := Interval.between(
                    datetime.fromisoformat(row["downtime_start"]),
                    datetime.fromisoformat(row["downtime_end"]),
                )
            )
        ]
        assert union_percent(spans, as_of_window(day)) == pytest.approx(wanted, abs=0.005)


def incidents(path: Path) -> Iterator[dict[str, Any]]:
    with path.open() as file:
        yield from (json.loads(line) for line in file)


def github_span(incident: Mapping[str, Any]) -> Interval | None:
    if not incident.get("downtime_start") or not incident.get("downtime_end"):
        return None
    return Interval.between(
        datetime.fromisoformat(incident["downtime_start"]),
        datetime.fromisoformat(incident["downtime_end"]),
    )


def test_g2b_the_quoted_component_aggregate(truth: Path, expected: Mapping[str, Any]) -> None:
    for day, wanted in expected["G2b-component"].items():
        spans: dict[str, list[Interval]] = defaultdict(list)
        for incident in incidents(truth / "github" / f"asof-{day}" / "incidents.jsonl"):
            span = github_span(incident)
            if span and incident.get("impact") != "maintenance":
                for component in incident.get("components") or ():
                    spans[component].append(span)
        for component, percent in wanted.items():
            assert union_percent(spans[component], as_of_window(day)) == pytest.approx(
                percent, abs=0.005
            )


def posted_span(incident: Mapping[str, Any]) -> Interval | None:
    if not incident.get("resolved_at"):
        return None
    return Interval.between(
        datetime.fromisoformat(incident["started_at"]),
        datetime.fromisoformat(incident["resolved_at"]),
    )


def outage_component_days(truth: Path, year: int) -> set[tuple[str, date]]:
    return {
        (component, day)
        for component, day, p, m in github_bars(truth)
        if p + m and day.year == year
    }


def known(name: str) -> KnownComponent:
    return KnownComponent(
        component=Component(id=name, name=name),
        slug=name,
        first_seen_at=datetime(2016, 1, 1, tzinfo=UTC),
    )


def outage_days(history: History) -> set[date]:
    return {
        day.day for day in history.days.values() if day.level is not None and day.level.is_outage
    }


def test_g3_holding_polled_states_finds_nine_of_ten_outage_days_and_invents_none(
    truth: Path,
) -> None:
    """The polls go through `classify` as observed runs: each state holds until the next poll."""
    polls = []
    for row in rows(truth / "github" / "polls-2024.csv"):
        states = dict(
            part.rsplit("=", 1)
            for part in re.split(r"[;|]", row["non_operational_components"])
            if "=" in part
        )
        if not states and row["non_operational_components"]:
            states = dict(
                part.rsplit(":", 1) for part in re.split(r"[;|]", row["non_operational_components"])
            )
        polls.append(
            (
                datetime.fromisoformat(row["committed_at_utc"]),
                {k.strip(): v.strip() for k, v in states.items()},
            )
        )
    levels = {"partial_outage": Level.PARTIAL_OUTAGE, "major_outage": Level.MAJOR_OUTAGE}
    runs = [
        ObservedRun(component_id=component, level=levels[state], span=span)
        for (at, states), (until, _) in itertools.pairwise(polls)
        if (span := Interval.between(at, until))
        for component, state in states.items()
        if state in levels
    ]
    bars = outage_component_days(truth, 2024)
    names = {component for component, _ in bars} | {run.component_id for run in runs}
    facts = PageFacts(components=tuple(known(name) for name in names), runs=tuple(runs))
    page = derive(
        facts,
        Options(zone=UTC),
        first=date(2024, 1, 1),
        last=date(2024, 12, 31),
        now=datetime(2025, 2, 1, tzinfo=UTC),
    )
    found = {
        (name, day) for name, history in page.components.items() for day in outage_days(history)
    }

    assert len(found & bars) >= 150
    assert len(found - bars) <= 1


def test_g4_incident_impact_is_not_a_component_level(
    truth: Path, expected: Mapping[str, Any]
) -> None:
    for year, wanted in expected["G4-incident-backfill"].items():
        bars = outage_component_days(truth, int(year))
        for label, impacts in (
            ("minor+", {"minor", "major", "critical"}),
            ("major+", {"major", "critical"}),
        ):
            found = {
                (component, day)
                for incident in incidents(truth / "github" / "incidents-2022..2026-03.jsonl")
                if incident.get("impact") in impacts and (span := posted_span(incident))
                for component in incident.get("components") or ()
                for day in days_touched(span, UTC)
                if day.year == int(year)
            }
            assert [len(found & bars), len(found - bars), len(bars - found)] == wanted[label]


# -----------------------------------------------------------------------------------------------------------
# Claude


def claude_months(truth: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    history = json.loads((truth / "claude" / "uptime-history-2025-11..2026-05.json").read_text())
    components = history["components"]
    for entry in components.values() if isinstance(components, dict) else components:
        for month in entry["months"]:
            yield entry.get("name") or entry["component"]["name"], month


def claude_days(truth: Path) -> dict[str, dict[date, Mapping[str, Any]]]:
    days: dict[str, dict[date, Mapping[str, Any]]] = defaultdict(dict)
    for name, month in claude_months(truth):
        for day in month["days"]:
            if day.get("date"):
                days[name][date.fromisoformat(day["date"][:10])] = day
    return days


def test_c1_published_90_day_percentages(truth: Path, expected: Mapping[str, Any]) -> None:
    days = claude_days(truth)
    for last, wanted in expected["C1-published-90-day"].items():
        window = window_ending(date.fromisoformat(last), 90)
        for component, percent in wanted.items():
            inside = [
                day for at, day in days[component].items() if window.first <= at <= window.last
            ]
            p, m = sum(day.get("p", 0) for day in inside), sum(day.get("m", 0) for day in inside)
            assert float(statuspage_uptime(p, m, 90)) == pytest.approx(percent, abs=0.01001)


def claude_page(truth: Path) -> PageFacts:
    bars = tuple(
        Bar(
            component_id=name,
            day=at,
            partial_seconds=day.get("p", 0),
            major_seconds=day.get("m", 0),
            incident_ids=tuple(event["code"] for event in day.get("events") or ()),
            source="x",
        )
        for name, days in claude_days(truth).items()
        for at, day in days.items()
        if day.get("p") or day.get("m") or day.get("events")
    )
    span = Interval(datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    names = claude_days(truth)
    return PageFacts(
        components=tuple(known(name) for name in names),
        bars=bars,
        coverage=tuple(
            Coverage(span=span, aspect=Aspect.BARS, component_id=name) for name in names
        ),
    )


def test_c2_the_seed_claim(truth: Path, expected: Mapping[str, Any]) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    page = derive(
        claude_page(truth),
        Options(zone=UTC),
        first=date(2025, 12, 1),
        last=date(2026, 5, 31),
        now=now,
    )
    for last, wanted in expected["C2-seed-claim"].items():
        window = window_ending(date.fromisoformat(last), 90)
        found = figures(page.vendor, window)
        linked = sum(1 for day in page.vendor.each(window) if day.incident_ids)
        assert found.outage_days == wanted["any"]
        assert found.major_days == wanted["major"]
        assert figures(page.components["claude.ai"], window).outage_days == wanted["claude.ai"]
        assert linked == wanted["linked"]


def test_c3_months_follow_the_formula(truth: Path, expected: Mapping[str, Any]) -> None:
    exceptions = []
    months = [
        (name, month)
        for name, month in claude_months(truth)
        if month["uptime_percentage"] is not None
    ]
    for name, month in months:
        days = [day for day in month["days"] if day.get("date")]
        share = statuspage_downtime(
            sum(day.get("p", 0) for day in days), sum(day.get("m", 0) for day in days), len(days)
        )
        if abs(1 - float(share) - month["uptime_percentage"]) > 1e-9:
            exceptions.append((name, month["name"]))
    wanted = expected["C3-months"]

    assert len(months) == wanted["months"]
    assert exceptions == [("Claude for Government", "February")]


def claude_replayed(truth: Path) -> Iterator[Impact]:
    for incident in incidents(truth / "claude" / "incidents-2026-01..05.jsonl"):
        yield from replay(incident)


CLAUDE_DAYS = (date(2026, 1, 1), date(2026, 5, 31))


def claude_bars(truth: Path) -> dict[tuple[str, date], tuple[int, int]]:
    """The vendor's seconds of partial and major outage by component id and day; days before a
    component are left out."""
    rows_of = json.loads((truth / "claude" / "components.json").read_text())["components"]
    ids = {row["name"]: row["id"] for row in rows_of}
    return {
        (ids[row["component"]], date.fromisoformat(row["date"])): (
            int(row["partial_seconds"] or 0),
            int(row["major_seconds"] or 0),
        )
        for row in rows(truth / "claude-2026-bars.csv")
        if row["level"] != "no_data"
    }


def claude_by_impacts(truth: Path, impacts: tuple[Impact, ...]) -> PageHistory:
    first, last = CLAUDE_DAYS
    span = Interval(day_interval(first, UTC).start, day_interval(last, UTC).end)
    facts = PageFacts(
        components=tuple(known(key) for key in dict.fromkeys(key for key, _ in claude_bars(truth))),
        impacts=impacts,
        coverage=(Coverage(span=span, aspect=Aspect.IMPACTS),),
    )
    return derive(facts, Options(zone=UTC), first=first, last=last, now=span.end)


def is_close(seconds: Seconds, bar: tuple[int, int]) -> bool:
    return abs(seconds.partial - bar[0]) <= 5 and abs(seconds.major - bar[1]) <= 5


def test_c4_replayed_updates_against_the_vendors_bars(
    truth: Path, expected: Mapping[str, Any]
) -> None:
    """By the clock of the closing update four more component-days are exact than by the end the
    vendor dated back."""
    page = claude_by_impacts(truth, tuple(claude_replayed(truth)))
    bars = claude_bars(truth)
    shown = {key for key, seconds in bars.items() if sum(seconds)}
    found = {(key, day) for key, history in page.components.items() for day in outage_days(history)}
    exact = {
        key
        for key, bar in bars.items()
        if is_close(page.components[key[0]].day(key[1]).seconds, bar)
    }

    assert len(found & shown) >= 200
    assert len(found - shown) <= 4
    assert len(found | shown) == expected["C4-replay"]["of"]
    assert len(exact & (found | shown)) >= 186 > expected["C4-replay"]["exact_within_5s"]
    assert (len(exact), len(bars)) == (741, 769)


def test_the_bars_do_not_tell_whether_what_every_update_calls_operational_was_bad(
    truth: Path,
) -> None:
    """Six incidents name components and post "operational" alone. With and without what their
    impact word says, all 26 component-days they touch agree with the bars: "minor" is a
    degradation, which no bar shows, and the one "major" lasted no second, on days on which others
    were out.
    """
    everything = tuple(claude_replayed(truth))
    inferred = [impact for impact in everything if impact.basis is Basis.INFERRED]
    touched = {
        (impact.component_id, day)
        for impact in inferred
        if impact.end is not None
        for day in days_touched(Interval(impact.start, impact.end), UTC)
    }
    bars = claude_bars(truth)
    for impacts in (everything, tuple(each for each in everything if each not in inferred)):
        page = claude_by_impacts(truth, impacts)
        agreeing = [
            key
            for key in touched
            if is_close(page.components[key[0]].day(key[1]).seconds, bars[key])
        ]
        assert (len(agreeing), len(touched)) == (26, 26)

    assert {impact.word for impact in inferred} == {"minor", "major"}


def test_c5_incident_days_in_the_first_half_of_april(
    truth: Path, expected: Mapping[str, Any]
) -> None:
    page = derive(
        claude_page(truth),
        Options(zone=UTC),
        first=date(2026, 4, 1),
        last=date(2026, 4, 16),
        now=datetime(2026, 6, 1, tzinfo=UTC),
    )
    days = list(page.vendor.each(window_ending(date(2026, 4, 16), 16)))

    assert sum(1 for day in days if day.incident_ids) == expected["C5-incident-days"]["linked"]
    assert (
        sum(1 for day in days if day.level is not None and day.level.is_outage)
        == expected["C5-incident-days"]["outage"]
    )


# ------------------------------------------------------------------------------------- a published
# study of two vendors


def study_bars(truth: Path, service: str) -> dict[date, tuple[float, float]]:
    """Minutes of partial and major outage per day; duplicates of identical rows count once."""
    found: dict[date, tuple[float, float]] = {}
    for row in rows(truth / "llm-outages" / "raw" / "uptime" / service / "uptime_history.csv"):
        day = datetime.strptime(row["Date"], "%d %b %Y").replace(tzinfo=UTC).date()
        minutes = {"Partial outage": 0.0, "Major outage": 0.0}
        for outage in json.loads(row["Outages"]):
            minutes[outage["Outage_Type"]] += outage["Downtime (min)"]
        found[day] = (minutes["Partial outage"], minutes["Major outage"])
    return found


SERVICES = (
    "api",
    "chatgpt",
    "labs",
    "playground",
    "api.anthropic.com",
    "claude.ai",
    "console.anthropic.com",
)


@pytest.fixture(scope="module")
def study(truth: Path) -> dict[str, dict[date, tuple[float, float]]]:
    return {service: study_bars(truth, service) for service in SERVICES}


def study_history(bars: Mapping[date, tuple[float, float]]) -> History:
    first, last = min(bars), max(bars)
    span = Interval(day_interval(first, UTC).start, day_interval(last, UTC).end)
    facts = PageFacts(
        components=(known("a"),),
        bars=tuple(
            Bar(
                component_id="a",
                day=day,
                partial_seconds=round(p * 60),
                major_seconds=round(m * 60),
                source="x",
            )
            for day, (p, m) in bars.items()
            if p or m
        ),
        coverage=(Coverage(span=span, aspect=Aspect.BARS, component_id="a"),),
    )
    return derive(facts, Options(zone=UTC), first=first, last=last, now=span.end).components["a"]


def test_l1_share_of_days_with_an_outage(
    study: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    for service, wanted in expected["L1-outage-day-share"].items():
        outage = outage_days(study_history(study[service]))
        assert (len(study[service]), len(outage)) == (wanted["days"], wanted["outage_days"])
        assert round(100 * len(outage) / len(study[service]), 2) == wanted["percent"]


def test_l2_outage_minutes_and_weighted_minutes(
    study: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    for service, wanted in expected["L2-outage-overview"].items():
        partial = [p for p, _ in study[service].values() if p]
        major = [m for _, m in study[service].values() if m]
        weighted = (
            float(statuspage_downtime(round(sum(partial)), round(sum(major)), 1)) * DAY_SECONDS
        )
        assert [len(partial) + len(major), len(major), len(partial)] == wanted[:3]
        assert sum(partial) + sum(major) == wanted[3]
        assert weighted == pytest.approx(wanted[4])


def test_l3_daily_availability(study: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    for service, wanted in expected["L3-availability"].items():
        values = [
            100 * (1 - float(statuspage_downtime(round(p * 60), round(m * 60), 1)))
            for p, m in study[service].values()
        ]
        shares = [
            100 * sum(value >= floor for value in values) / len(values)
            for floor in (100, 99.9, 99, 90)
        ]
        found = [min(values), sum(values) / len(values), *shares]
        assert found == pytest.approx(wanted, abs=0.005001)


def test_l4_co_occurrence(study: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    outage = [outage_days(study_history(study[service])) for service in SERVICES]

    assert [[len(a & b) for b in outage] for a in outage] == expected["L4-co-occurrence"]


def test_l6_any_component(study: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    for vendor, services in (("openai", SERVICES[:4]), ("anthropic", SERVICES[4:])):
        union = set().union(*(outage_days(study_history(study[service])) for service in services))
        days = max(len(study[service]) for service in services)
        assert [len(union), days] == expected["L6-any-component"][vendor]


STAGES = ("investigating", "identified", "monitoring", "resolved", "postmortem")
COLUMNS = {
    "API": "openai",
    "ChatGPT": "openai",
    "Labs": "openai",
    "Playground": "openai",
} | dict.fromkeys(("api.anthropic.com", "claude.ai", "console.anthropic.com"), "anthropic")


def stages(row: Mapping[str, str]) -> list[datetime | None]:
    return [
        datetime.fromisoformat(text) if (text := row[f"{stage}_timestamp"]) else None
        for stage in STAGES
    ]


def test_l5_times_between_and_to_repair(truth: Path, expected: Mapping[str, Any]) -> None:
    for service, wanted in expected["L5-incident-times"].items():
        found = []
        for row in rows(truth / "llm-outages" / "clean" / "incident_stages.csv"):
            times = stages(row)
            present = [at for at in times if at is not None]
            if (
                row[service] == "1"
                and row["provider"] == COLUMNS[service]
                and present
                and present == sorted(present)
            ):
                found.append((min(present), times))
        found.sort(key=lambda each: each[0])
        starts = [start for start, _ in found]
        gaps = [(b - a).total_seconds() / DAY_SECONDS for a, b in itertools.pairwise(starts)]
        repair = [
            (times[3] - min(at for at in times[:3] if at)).total_seconds() / 3600
            for _, times in found
            if times[3] is not None and any(times[:3])
        ]
        assert len(found) == wanted["n"]
        assert sum(gaps) / len(gaps) == pytest.approx(wanted["MTBF"], abs=0.005001)
        assert sum(repair) / len(repair) == pytest.approx(wanted["MTTR"], abs=0.005001)


def test_l7_bars_are_cut_at_the_pages_own_midnight(
    truth: Path, study: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    names = {"API": "api", "ChatGPT": "chatgpt", "Labs": "labs", "Playground": "playground"}
    for vendor, by_zone in expected["L7-page-timezone"].items():
        services = [column for column, owner in COLUMNS.items() if owner == vendor]
        bars = {
            (s, day) for s in services for day, (p, m) in study[names.get(s, s)].items() if p or m
        }
        shown = {(s, day) for s in services for day in study[names.get(s, s)]}
        for zone, wanted in by_zone.items():
            found = set()
            for row in rows(truth / "llm-outages" / "clean" / "incident_stages.csv"):
                present = [
                    at for at in stages(row)[:4] if at is not None
                ]  # a post-mortem is not the incident
                if (
                    row["provider"] != vendor
                    or row["incident_impact_level"] not in {"2", "3"}
                    or not present
                ):
                    continue  # 2 = major, 3 = critical, 4 = maintenance
                span = Interval.between(min(present), max(present))
                if span is None:
                    continue
                found |= {
                    (s, day)
                    for s in services
                    if row[s] == "1"
                    for day in days_touched(span, zone_named(zone))
                }
            found &= shown
            assert len(found & bars) / len(found) == pytest.approx(wanted[0], abs=0.005001)
            assert len(found & bars) / len(bars) == pytest.approx(wanted[1], abs=0.005001)


def test_the_corpus_has_every_comparison(expected: Mapping[str, Any]) -> None:
    assert Counter(key.split("-")[0][0] for key in expected) == {"L": 7, "G": 6, "C": 5, "U": 4}
