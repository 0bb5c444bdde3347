"""What the UptimeRobot platform reads beyond its fixtures: seconds from ratios, zones from offsets,
the page's key."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import UnexpectedShape
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Level
from monitor.platforms import uptimerobot
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "uptimerobot"
PAGE = context_of(FIXTURES / "quiet", cursor="Ab3dEf-9")
DAYS = [f"2026-05-{day}" for day in range(16, 21)]


def listing(case: str = "quiet", **changes: object) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FIXTURES / case / "page-1.json").read_text())
    told["data"][0] |= changes
    return told


def backfill(told: Mapping[str, Any], page: PageContext = PAGE) -> Evidence:
    body = json.dumps(told).encode()
    steps = uptimerobot.backfill(page, page.now - timedelta(days=4))
    return drive(steps, page, lambda url: Response(url=url, status=200, body=body))[0]


percents = st.none() | st.integers(0, 100_000).map(lambda thousandths: f"{thousandths / 1000:.3f}")


@given(ratios=st.lists(percents, min_size=5, max_size=5))
def test_a_day_is_an_outage_by_its_ratio_and_one_nobody_measured_is_not_known(
    ratios: list[str | None],
) -> None:
    """The rule: (1 - ratio) of the time passed, at least a second; twelve hours of the last day
    have passed."""
    figures = [
        {"date": day, "ratio": ratio or "0.000", "label": "black" if ratio is None else "any"}
        for day, ratio in zip(DAYS, ratios, strict=True)
    ]
    told = backfill(listing(dailyRatios=figures))
    lengths = dict(zip(DAYS, [86_400] * 4 + [43_200], strict=True))
    bars = {str(bar.day): bar.major_seconds for bar in told.bars if bar.component_id == "101"}
    covered = sum(cover.span.seconds for cover in told.coverage if cover.component_id == "101")

    assert bars.keys() == {
        day for day, ratio in zip(DAYS, ratios, strict=True) if ratio and float(ratio) < 100
    }
    assert all(
        abs(seconds - (100 - float(ratios[DAYS.index(day)] or 0)) / 100 * lengths[day]) <= 0.5
        or seconds == 1
        for day, seconds in bars.items()
    )
    assert covered == sum(
        lengths[day] for day, ratio in zip(DAYS, ratios, strict=True) if ratio is not None
    )
    assert all(bar.partial_seconds == 0 for bar in told.bars)


@pytest.mark.parametrize("percent", ["100.001", "-0.1", "much", None])
def test_a_ratio_that_is_no_percentage_is_refused(percent: str | None) -> None:
    with pytest.raises(UnexpectedShape, match="dailyRatios"):
        backfill(listing(dailyRatios=[{"date": "2026-05-17", "ratio": percent, "label": "poor"}]))


@pytest.mark.parametrize(
    ("offset", "zone"),
    [
        ("+00:00", "UTC"),
        ("+02:00", "Etc/GMT-2"),
        ("-11:00", "Etc/GMT+11"),
        ("+05:30", "Asia/Kolkata"),
        ("Europe/Paris", "Europe/Paris"),
        ("+05:15", None),
        ("+23:00", None),
    ],
)
def test_the_zone_is_told_as_an_offset(offset: str, zone: str | None) -> None:
    told = listing()
    told["psp"]["timezone"] = offset
    (piece,) = drive(
        uptimerobot.poll(PAGE),
        PAGE,
        lambda url: Response(url=url, status=200, body=json.dumps(told).encode()),
    )

    assert piece.page is not None
    assert piece.page.zone == zone
    if zone is not None and offset[0] in "+-":
        midnight = min(cover.span.start for cover in piece.coverage).astimezone(UTC)
        assert midnight == datetime.fromisoformat(f"2026-05-18T00:00:00{offset}")


def test_days_of_an_offset_no_zone_has_are_those_of_the_zone_we_were_told() -> None:
    told = listing()
    told["psp"]["timezone"] = "+05:15"
    piece = backfill(told, replace(PAGE, zone="Asia/Kolkata"))

    assert {
        cover.span.start.astimezone(ZoneInfo("Asia/Kolkata")).hour for cover in piece.coverage
    } == {0}
    assert not [gap for gap in piece.gaps if gap.what == "bars" and "time zone" in gap.message]


def test_a_monitor_that_is_down_has_no_length_of_it_yet() -> None:
    last = {"date": "2026-05-20 11:30:00", "duration": 60, "reason": "x"}

    assert backfill(listing(statusClass="danger", lastDowntime=last)).impacts == ()
    assert [
        i.level for i in backfill(listing(statusClass="success", lastDowntime=last)).impacts
    ] == [Level.MAJOR_OUTAGE]


def test_a_poll_tells_three_days_so_that_yesterday_is_told_again() -> None:
    recorded = answers_from(FIXTURES / "quiet")
    (piece,) = drive(uptimerobot.poll(PAGE), PAGE, recorded)

    assert {cover.span.start.date() for cover in piece.coverage} == {date(2026, 5, 18)}


def test_the_key_is_looked_up_once_and_again_when_it_leads_nowhere() -> None:
    recorded = answers_from(FIXTURES / "quiet")

    def asked(mark: str | None) -> list[str]:
        urls: list[str] = []
        page = replace(PAGE, cursor=mark)
        (piece,) = drive(uptimerobot.poll(page), page, recorded, asked=urls)
        assert piece.cursor == "Ab3dEf-9"
        return [url.removeprefix(page.url) for url in urls]

    right = "api/getMonitorList/Ab3dEf-9?page=1"
    assert asked(None) == ["", right]
    assert asked("Ab3dEf-9") == [right]
    assert asked("former") == ["api/getMonitorList/former?page=1", "", right]


def test_a_list_without_end_is_refused() -> None:
    told = listing()
    told["psp"] |= {"totalMonitors": 10**9, "perPage": 1}

    with pytest.raises(UnexpectedShape, match="at most 100 pages"):
        backfill(told)
