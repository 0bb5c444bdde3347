"""Zendesk's services and its incidents of 90 days, as captured, and what a person reads off
them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext, Response
from monitor.model import Basis, Evidence, Level, Phase
from monitor.platforms import zendesk
from tests.corpus.captures import claimed
from tests.drive import Answer, drive

pytestmark = pytest.mark.corpus

SERVICES = "zendesk/zendesk-ssp-services-20260919.json"
INCIDENTS = "zendesk/zendesk-ssp-incidents-20260919.json"
NOW = datetime(2026, 9, 19, 12, tzinfo=UTC)


def answers(corpus: Path) -> Answer:
    """Return Zendesk's API: the older window of a backfill has the same incidents."""

    def answer(url: str) -> Response:
        body = (corpus / "captures" / (SERVICES if "services" in url else INCIDENTS)).read_bytes()
        return Response(url=url, final_url=url, status=200, body=body)

    return answer


def page_at(now: datetime) -> PageContext:
    return PageContext(url="https://status.zendesk.com/", now=now)


def spans(
    evidence: Evidence, incident: str
) -> set[tuple[str, Level | None, Basis, str, str | None]]:
    """Return the components an incident hit, how badly, from when to when."""
    return {
        (
            one.component_id,
            one.level,
            one.basis,
            f"{one.start:%m-%d %H:%M:%S}",
            one.end and f"{one.end:%m-%d %H:%M:%S}",
        )
        for one in evidence.impacts
        if one.incident_id == incident
    }


def test_sixteen_services_are_well_on_19_september_2026(corpus: Path) -> None:
    """17 incidents since June, all resolved; 10079 is still called "monitoring", eight weeks after
    its `resolvedAt`."""
    page = page_at(NOW)
    (piece,) = drive(zendesk.poll(page), page, answers(corpus))

    assert [each.name for each in sorted(piece.components or (), key=lambda each: each.position)] == [
        "Support", "Knowledge", "AI Agents", "Chat", "Voice", "Analytics", "Workforce Management", "Quality Assurance",
        "Sales", "Forethought AI Agents", "Sunshine Platform", "Sunshine Conversations", "ES AI Agents",
        "Advanced Action Flows", "Contact Center", "Services",
    ]  # fmt: skip
    assert {seen.level for seen in piece.observed or ()} == {Level.OPERATIONAL}
    assert len(piece.incidents) == 17
    assert {each.phase for each in piece.incidents} == {Phase.CLOSED}
    (stale,) = (each for each in piece.incidents if each.id == "10079")
    assert (stale.status, stale.resolved_at) == (
        "monitoring",
        datetime(2026, 7, 24, 12, 42, 29, tzinfo=UTC),
    )
    assert piece.unknown_words == ()


@pytest.mark.parametrize(
    ("incident", "hit", "level", "start", "end"),
    [
        # One service, its parts beside it: "Voice" is 31, "Support" 1, "Sales" 63.
        ("10315", ["31"], Level.DEGRADED, "09-17 16:53:02", "09-17 18:26:00"),
        ("10302", ["1"], Level.PARTIAL_OUTAGE, "09-16 09:00:00", "09-16 12:20:00"),
        # The only critical one of those that are an outage: nine rows, two of them services.
        ("10240", ["31", "63"], Level.MAJOR_OUTAGE, "09-01 16:15:00", "09-01 18:27:03"),
        # Its parts ("Apps", "Apps Marketplace") have no flag.
        ("10197", ["1"], Level.PARTIAL_OUTAGE, "08-19 06:27:00", "08-19 08:09:00"),
        # A "major" that is a degradation by its own flag and that of "Support".
        ("10158", ["1"], Level.DEGRADED, "07-23 10:14:00", "08-07 13:32:00"),
        ("9922", ["63"], Level.PARTIAL_OUTAGE, "06-26 17:37:00", "06-28 03:45:00"),
        # The incident has a flag, none of its services has one: "AI Agents" is 258, "Forethought AI
        # Agents" 281.
        ("10119", ["258"], Level.PARTIAL_OUTAGE, "07-31 01:15:00", "08-04 09:11:00"),
        ("10001", ["281"], Level.PARTIAL_OUTAGE, "07-09 16:59:00", "07-09 17:31:00"),
        ("9930", ["258"], Level.DEGRADED, "06-25 14:59:00", "07-01 13:46:00"),
    ],
)
def test_an_incident_hits_the_services_it_names_as_its_flags_say(
    corpus: Path, incident: str, hit: list[str], *, level: Level, start: str, end: str
) -> None:
    page = page_at(NOW)
    _, told = drive(
        zendesk.backfill(page, datetime(2026, 6, 23, tzinfo=UTC)), page, answers(corpus)
    )

    assert spans(told, incident) == {(key, level, Basis.DECLARED, start, end) for key in hit}


def test_an_outage_of_pods_hit_twelve_services_for_84_minutes(corpus: Path) -> None:
    """10079, 24 July 11:18:16 to 12:42:29: twelve services have the flag, "Sunshine Conversations"
    (77) none; there the impact counts, which is "major".
    """
    page = page_at(datetime(2026, 7, 24, 12, tzinfo=UTC))
    (during,) = drive(zendesk.poll(page), page, answers(corpus))
    levels = {seen.component_id: seen.level for seen in during.observed or ()}

    assert {key for key, level in levels.items() if level is Level.PARTIAL_OUTAGE} == {
        "1", "258", "58", "23", "274", "15", "249", "63", "77", "72", "31", "241",
    }  # fmt: skip
    assert spans(during, "10079") >= {
        ("77", Level.PARTIAL_OUTAGE, Basis.DECLARED, "07-24 11:18:16", None)
    }


def test_its_answers_are_recognised_and_nobody_elses(corpus: Path) -> None:
    assert claimed(corpus, zendesk) == {SERVICES, INCIDENTS}
