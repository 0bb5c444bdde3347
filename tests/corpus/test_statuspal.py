"""Five captured summaries of Statuspal, and what a person reads off them. Their lists of incidents
were not captured."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext
from monitor.model import Component, Evidence, Level, Phase
from monitor.platforms import statuspal
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

INFO = "statuspal/exoscale-summary-20250308-info.json"
EMERGENCY = "statuspal/exoscale-summary-20251017-emergency-maintenance.json"
QUIET = "statuspal/exoscale-summary-202309-operational.json"
MINOR = "statuspal/hosttech-summary-20230913-minor.json"
MAJOR = "statuspal/ascent-summary-2023-major.json"


def read(corpus: Path, capture: str, *now: int) -> Evidence:
    page = PageContext(url="https://vendor.statuspal.io/", now=datetime(*now, tzinfo=UTC))  # type: ignore[misc]
    (piece,) = drive(statuspal.poll(page), page, answer_of(corpus, capture))
    return piece


def components(piece: Evidence) -> dict[str, Component]:
    return {each.id: each for each in piece.components or ()}


def bad(piece: Evidence) -> dict[str, tuple[str | None, str, Level | None]]:
    """Return the group, the name and the level of every component that is not well."""
    known = components(piece)
    return {
        seen.component_id: (
            known[seen.component_id].group,
            known[seen.component_id].name,
            seen.level,
        )
        for seen in piece.observed or ()
        if seen.level is not Level.OPERATIONAL
    }


def told(piece: Evidence) -> list[tuple[str, Phase, str, str, str | None, int]]:
    """Return each incident's id, phase, type, begin, end and how many components it names."""
    return [
        (each.id, each.phase, each.impact, f"{each.started_at:%Y-%m-%d %H:%M:%S}",
         each.resolved_at and f"{each.resolved_at:%H:%M}", len(each.component_ids))
        for each in piece.incidents
    ]  # fmt: skip


def test_exoscale_in_march_2025_has_a_zone_in_an_incident_called_info(corpus: Path) -> None:
    """Eight groups, 56 services. AT-VIE-2 and its seven are "info"; the page is "minor" by
    `current_status_type`, which is what "info" stands for. "Swisscom is blocking port 22" is a
    notice and names no service.
    """
    piece = read(corpus, INFO, 2025, 3, 8, 9)

    groups = Counter(each.group for each in components(piece).values())
    assert groups == {
        "Global": 3, "CH-GVA-2": 8, "CH-DK-2": 8, "DE-FRA-1": 8, "DE-MUC-1": 7, "AT-VIE-1": 8, "AT-VIE-2": 7, "BG-SOF-1": 7,
    }  # fmt: skip
    assert sorted(bad(piece).values()) == [
        ("AT-VIE-2", name, Level.DEGRADED)
        for name in ("API", "Compute", "Database service DBaaS", "Managed Kubernetes SKS", "Managed Private Networks",
                     "Network Load Balancer NLB", "Object Storage SOS")
    ]  # fmt: skip
    assert told(piece) == [("187842", Phase.OPEN, "info", "2025-03-08 08:41:25", None, 7)]
    assert piece.page is not None
    assert (piece.page.external_id, piece.page.zone, piece.page.indicator) == (
        "exoscalestatus",
        "Europe/Zurich",
        "info",
    )
    assert piece.unknown_words == ()


def test_exoscale_in_october_2025_has_a_zone_in_an_emergency_maintenance(corpus: Path) -> None:
    """AT-VIE-2 with its nine, since 11:44:56, `current_status_type` "scheduled"; a test of a
    generator there is planned for 13 November, 21:00 to 05:00. 83 rows are nine groups and the 74
    services in them.
    """
    piece = read(corpus, EMERGENCY, 2025, 10, 17, 12)

    assert len(components(piece)) == 74
    assert {each.group for each in components(piece).values()} == {
        "Global", "CH-GVA-2", "CH-DK-2", "DE-FRA-1", "DE-MUC-1", "AT-VIE-1", "AT-VIE-2", "BG-SOF-1", "HR-ZAG-1",
    }  # fmt: skip
    assert {(group, level) for group, _, level in bad(piece).values()} == {
        ("AT-VIE-2", Level.MAINTENANCE)
    }
    assert len(bad(piece)) == 9
    assert told(piece) == [
        ("209618", Phase.OPEN, "emergency-maintenance", "2025-10-17 11:44:56", None, 9),
        ("208172", Phase.SCHEDULED, "scheduled", "2025-11-13 21:00:00", None, 9),
    ]
    assert all(each.maintenance for each in piece.incidents)
    assert {each.level for each in piece.impacts} == {Level.MAINTENANCE}
    assert piece.unknown_words == ()


def test_exoscale_in_september_2023_is_well(corpus: Path) -> None:
    """The older shape: no notices, no `current_status_type`. Eight groups, 44 services; "CH-GVA-2"
    is to be maintained on 20 September from 07:00.
    """
    piece = read(corpus, QUIET, 2023, 9, 15)

    assert len(components(piece)) == 44
    assert len({each.group for each in components(piece).values()}) == 8
    assert bad(piece) == {}
    assert told(piece) == [("80061", Phase.SCHEDULED, "scheduled", "2023-09-20 07:00:00", None, 6)]


def test_hosttech_has_one_of_13_services_in_a_minor_incident(corpus: Path) -> None:
    """ "Serverausfall", 07:16:37 in UTC, of "Webhosting & Reseller" alone. No service is in
    another."""
    piece = read(corpus, MINOR, 2023, 9, 13, 8)

    assert len(components(piece)) == 13
    assert bad(piece) == {"19114": (None, "Webhosting & Reseller", Level.DEGRADED)}
    assert told(piece) == [("150399", Phase.OPEN, "minor", "2023-09-13 07:16:37", None, 1)]
    assert piece.page is not None
    assert piece.page.zone == "Europe/Zurich"


def test_ascent_has_two_incidents_open_for_a_year_and_shows_both_services_down(
    corpus: Path,
) -> None:
    """The page's own monitoring opened both on 20 April 2022; nothing was posted since. Each names
    the group "PEAK" and one service in it. 18 services are in four groups, and two alone.
    """
    piece = read(corpus, MAJOR, 2023, 4, 19)

    assert len(components(piece)) == 20
    assert bad(piece) == {
        "28740": ("PEAK", "PEAK - Customer API  Integration", Level.MAJOR_OUTAGE),
        "28741": ("PEAK", "PEAK - Customer API  Production", Level.MAJOR_OUTAGE),
    }
    assert told(piece) == [
        ("82138", Phase.OPEN, "major", "2022-04-20 18:27:16", None, 1),
        ("82137", Phase.OPEN, "major", "2022-04-20 18:24:41", None, 1),
    ]
    assert {(each.component_id, each.end) for each in piece.impacts} == {
        ("28740", None),
        ("28741", None),
    }


def test_its_summaries_are_recognised_and_nobody_elses(corpus: Path) -> None:
    assert claimed(corpus, statuspal) == {INFO, EMERGENCY, QUIET, MINOR, MAJOR}
