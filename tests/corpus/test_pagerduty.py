"""PagerDuty's own page of December 2023, of the older generation: nothing goes on, 80 incidents
since 21 June 2022."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Basis, Level, Phase
from monitor.platforms import pagerduty
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CAPTURE = "pagerduty/pagerduty-page-202312-good.html"
PAGE = PageContext(url="https://status.pagerduty.com/", now=datetime(2023, 12, 12, tzinfo=UTC))


def at(written: str) -> datetime:
    return datetime.fromisoformat(f"2023-12-{written}+00:00")


def test_sixty_four_services_are_operational(corpus: Path) -> None:
    """Of 65 services one is not active; what ended within two days is told again."""
    (piece,) = drive(pagerduty.poll(PAGE), PAGE, answer_of(corpus, CAPTURE))

    assert Counter(seen.level for seen in piece.observed or ()) == {Level.OPERATIONAL: 64}
    assert [(i.id, i.phase) for i in piece.incidents] == [
        ("PSL80GB", Phase.CLOSED),
        ("PAXRRAV", Phase.CLOSED),
    ]
    assert piece.unknown_words == ()
    names = {each.name: each.group for each in piece.components or ()}
    assert names["Events API (US)"] == "Events API"
    assert names["Developer Site"] is None


def test_the_history_begins_with_the_oldest_of_eighty_incidents(corpus: Path) -> None:
    since = datetime(2022, 1, 1, tzinfo=UTC)
    told, gap = drive(pagerduty.backfill(PAGE, since), PAGE, answer_of(corpus, CAPTURE))

    assert len(told.incidents) == 80
    assert {incident.phase for incident in told.incidents} == {Phase.CLOSED}
    assert told.unknown_words == ()
    assert min(cover.span.start for cover in told.coverage) == datetime(
        2022, 6, 21, 7, 1, 9, tzinfo=UTC
    )
    assert [each.what for each in gap.gaps] == ["impacts 2022-01-01..2022-06-20"]


def test_the_event_delays_of_10_december(corpus: Path) -> None:
    """Detected at 03:33:52 for nothing; from 03:45:23 the Events API (US) is major and SMS (US)
    minor, in four updates up to the resolving one of 04:44:38, which repeats the severities.
    """
    told, *_ = drive(
        pagerduty.backfill(PAGE, PAGE.now - timedelta(days=30)), PAGE, answer_of(corpus, CAPTURE)
    )
    names = {each.id: each.name for each in told.components or ()}
    spans = [
        i
        for i in told.impacts
        if i.incident_id == "PAXRRAV" and names[i.component_id] == "Events API (US)"
    ]

    assert [(i.level, i.start, i.end) for i in spans] == [
        (None, at("10T03:33:52"), at("10T03:45:23")),
        (Level.MAJOR_OUTAGE, at("10T03:45:23"), at("10T03:58:28")),
        (Level.MAJOR_OUTAGE, at("10T03:58:28"), at("10T04:11:01")),
        (Level.MAJOR_OUTAGE, at("10T04:11:01"), at("10T04:28:34")),
        (Level.MAJOR_OUTAGE, at("10T04:28:34"), at("10T04:44:38")),
    ]
    assert {i.basis for i in spans} == {Basis.TRANSITION}
    sms = [
        i.level
        for i in told.impacts
        if i.incident_id == "PAXRRAV" and names[i.component_id] == "SMS (US)"
    ]
    assert sms == [None, *[Level.DEGRADED] * 4]


def test_the_late_events_in_europe_of_7_december(corpus: Path) -> None:
    """PC8M2EB: detected at 17:02:15 for nothing, at 17:16:55 for two services, minor until
    17:43:59."""
    told, *_ = drive(
        pagerduty.backfill(PAGE, PAGE.now - timedelta(days=30)), PAGE, answer_of(corpus, CAPTURE)
    )
    spans = sorted(
        (i.start, i.end, i.level)
        for i in told.impacts
        if i.incident_id == "PC8M2EB" and i.level is not None
    )

    assert spans == [
        (at("07T17:16:55"), at("07T17:37:17"), Level.DEGRADED),
        (at("07T17:16:55"), at("07T17:37:17"), Level.DEGRADED),
        (at("07T17:37:17"), at("07T17:43:59"), Level.DEGRADED),
        (at("07T17:37:17"), at("07T17:43:59"), Level.DEGRADED),
    ]


def test_only_its_own_page_is_taken_for_it(corpus: Path) -> None:
    assert claimed(corpus, pagerduty) == {CAPTURE}
