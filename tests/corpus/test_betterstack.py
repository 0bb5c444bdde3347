"""Captured Better Stack pages. The expected values were read off the payloads by hand; how, is said
in each test."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Evidence, Level, Phase
from monitor.platforms import betterstack
from tests.corpus.captures import answer_of, claimed, replayed
from tests.drive import drive

pytestmark = pytest.mark.corpus

HUGGINGFACE = "betterstack/huggingface-index-20260919.json"
TOGETHER = "betterstack/together-index-20260904-trimmed.json"


def read(corpus: Path, capture: str, now: datetime) -> Evidence:
    page = PageContext(url="https://status.vendor.example/", now=now)
    steps = betterstack.backfill(page, now - timedelta(days=90))
    (evidence,) = drive(steps, page, answer_of(corpus, capture))
    return evidence


def test_hugging_face_has_six_outage_days_of_ninety(corpus: Path) -> None:
    """The page's last day is 18 September in its own zone: it was read at 23:54 Eastern time.

    Marked `downtime`: 23 June; 16, 19 and 24 July; 6 and 31 August: 6 days. Marked `degraded` and
    nowhere down: 30 June (AWS CDN, 420 s) and 7 August (AWS CDN, 28,800 s): 2 days, which
    `downtime_duration` would make outages. Marked `maintenance` at worst: 8, 22 and 30 July, 17
    August, 2 and 16 September: 6 days. Every resource but Jobs is monitored on all 90 days; Jobs is
    `not_monitored` until 6 July, which takes nothing from the vendor's known days.
    """
    vendor = replayed(corpus, "huggingface-2026-09-19", "--as-of", "2026-09-18")

    assert (vendor["platform"], vendor["zone"], vendor["error"]) == (
        "betterstack",
        "America/New_York",
        None,
    )
    assert vendor["window"] == {"first": "2026-06-21", "last": "2026-09-18"}
    assert vendor["known_days"] == 90
    assert (vendor["outage_days"], vendor["major_days"]) == (6, 6)
    assert (vendor["degraded_days"], vendor["maintenance_days"]) == (2, 6)
    assert vendor["disputed_days"] == 0
    assert [day["date"] for day in vendor["days"] if day["level"] == "major_outage"] == [
        "2026-06-23", "2026-07-16", "2026-07-19", "2026-07-24", "2026-08-06", "2026-08-31",
    ]  # fmt: skip


def test_hugging_face_components_keep_the_seconds_of_their_days(corpus: Path) -> None:
    """Sums of `downtime_duration` over days marked down, each rounded to a second: the Hub 7887 +
    160 + 627, the AWS CDN 2638 + 217; its 420 + 28,800 s of degraded days are no outage. Jobs: 2928
    s on 74 monitored days (7 July on).
    """
    vendor = replayed(corpus, "huggingface-2026-09-19", "--as-of", "2026-09-18")
    by_name = {each["name"]: each for each in vendor["components"]}

    assert len(by_name) == 8
    assert by_name["Huggingface Hub"]["outage_seconds"]["major"] == 7887 + 160 + 627
    assert by_name["AWS CDN"]["outage_seconds"]["major"] == 2638 + 217
    assert by_name["AWS CDN"]["outage_seconds"]["degraded"] == 420 + 28_800
    assert by_name["AWS CDN"]["outage_days"] == 2
    assert by_name["Google cloud CDN"]["outage_days"] == 0
    assert (by_name["Jobs"]["known_days"], by_name["Jobs"]["outage_seconds"]["major"]) == (74, 2928)
    assert by_name["Jobs"]["group"] == "Jobs"


def test_hugging_face_is_well_and_nothing_is_open(corpus: Path) -> None:
    """All eight resources say `operational`, all eight reports `resolved`. Read half a day after
    the page's last day, today has only the state as it was read.
    """
    vendor = replayed(corpus, "huggingface-2026-09-19")

    assert vendor["current_level"] == "operational"
    assert vendor["open_incidents"] == []
    assert vendor["known_days"] == 89


def test_the_availability_hugging_face_prints_follows_from_its_bars(corpus: Path) -> None:
    """1 - downtime / monitored time, of which the day in progress has 86,040 s at 23:54, to six
    decimals.

    Only Jobs differs, by 2 in the sixth: its first monitored day, 7 July, did not begin at
    midnight, and nothing says when it did.
    """
    evidence = read(corpus, HUGGINGFACE, datetime(2026, 9, 19, 3, 54, tzinfo=UTC))
    down: Counter[str] = Counter()
    for bar in evidence.bars:
        down[bar.component_id] += bar.major_seconds
    covered = dict.fromkeys(down, 0.0)
    for cover in evidence.coverage:
        if cover.aspect == "bars" and cover.component_id in covered:
            covered[cover.component_id] += cover.span.seconds

    ratios = {each.component_id: each.ratio for each in evidence.reported}
    jobs = "8951453"

    assert {key for key, ratio in ratios.items() if ratio < 1} == down.keys()
    for key in down.keys() - {jobs}:
        assert ratios[key] == pytest.approx(
            1 - down[key] / covered[key], abs=1e-6
        )  # bars are whole seconds
    assert ratios[jobs] == pytest.approx(1 - down[jobs] / covered[jobs], abs=3e-6)


def test_the_hub_outage_of_16_july_is_told_by_its_updates(corpus: Path) -> None:
    """Report 965809: `downtime` at 08:30, `degraded` at 08:43, `resolved` at 10:07, listed in
    another order. The day is marked down and has the degraded seconds in its sum (5820 for
    Inference Endpoints UI), so only 13 minutes stand beside it.
    """
    evidence = read(corpus, HUGGINGFACE, datetime(2026, 9, 19, 3, 54, tzinfo=UTC))
    (incident,) = (one for one in evidence.incidents if one.id == "965809")
    impacts = [one for one in evidence.impacts if one.incident_id == "965809"]

    assert (incident.phase, incident.impact) == (Phase.CLOSED, "downtime")
    assert incident.resolved_at == datetime(2026, 7, 16, 10, 7, tzinfo=UTC)
    assert {
        (one.component_id, one.level, (one.end or one.start) - one.start) for one in impacts
    } == {(key, Level.MAJOR_OUTAGE, timedelta(minutes=13)) for key in ("84641", "84642", "8379104")}
    assert [
        b.major_seconds
        for b in evidence.bars
        if (b.component_id, b.day) == ("8379104", date(2026, 7, 16))
    ] == [5820]


def test_together_has_22_components_and_one_recovered_today(corpus: Path) -> None:
    """Two days of history. Down on 3 September: Inkling, Kimi K3, Inkling Small, DeepSeek V4 Flash
    and Pro, GLM 5.3: 6; `recovered` on 4 September: GLM 5.3 Flash, 2309 s, and operational now. The
    one report is a maintenance of July.
    """
    evidence = read(corpus, TOGETHER, datetime(2026, 9, 4, 10, 20, tzinfo=UTC))
    bars = Counter(bar.day for bar in evidence.bars)

    assert evidence.page is not None
    assert evidence.page.zone == "America/Los_Angeles"
    assert len(evidence.components or ()) == 22
    assert {one.level for one in evidence.observed or ()} == {Level.OPERATIONAL}
    assert bars == {date(2026, 9, 3): 6, date(2026, 9, 4): 1}
    assert [bar.major_seconds for bar in evidence.bars if bar.component_id == "8997896"] == [2309]
    assert [incident.phase for incident in evidence.incidents] == [Phase.CLOSED]
    assert evidence.unknown_words == ()


def test_its_pages_are_recognised_and_nobody_elses(corpus: Path) -> None:
    assert claimed(corpus, betterstack) == {HUGGINGFACE, TOGETHER, "huggingface-2026-09-19"}


def test_the_captures_are_what_the_expectations_were_read_off(corpus: Path) -> None:
    answer = json.loads((corpus / "captures" / HUGGINGFACE).read_text())

    assert answer["data"]["attributes"]["timezone"] == "Eastern Time (US & Canada)"
    assert len(answer["data"]["relationships"]["resources"]["data"]) == 8
