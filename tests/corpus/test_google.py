"""Captured answers of Google's dashboards. The expected values were read off the payloads by hand,
as each test says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext, Response
from monitor.model import Basis, Evidence, Level, Phase
from monitor.platforms import google
from tests.corpus.captures import answers_by_end, claimed, replayed
from tests.drive import drive

pytestmark = pytest.mark.corpus

CLOUD = "google-cloud/google-cloud-incidents-{}.json"
PRODUCTS = "google-cloud/google-cloud-products-20260919-cut.json"
WORKSPACE = "google-workspace/google-workspace-incidents-20260731.json"
DELHI, IAM = "5fGQt4VbkDnr3Yp8PXPr", "ow5i3PPK96RduMcb1SsW"


def read(corpus: Path, capture: str, now: str) -> Evidence:
    """Read a captured list of incidents without a list of products, which was captured on another
    day."""
    page = PageContext(
        url="https://status.cloud.google.com/", now=datetime.fromisoformat(now).replace(tzinfo=UTC)
    )
    answer = answers_by_end(corpus, {"incidents.json": capture})
    (evidence,) = drive(google.backfill(page, page.now - timedelta(days=90)), page, answer)
    return evidence


def opened(evidence: Evidence) -> list[str]:
    return [incident.id for incident in evidence.incidents if incident.phase is Phase.OPEN]


def stretches(
    evidence: Evidence, incident: str, place: str
) -> set[tuple[Level | None, str, str | None]]:
    """Return when one incident touched a location in any product ("" = the products themselves),
    and how badly."""
    return {
        (one.level, f"{one.start:%m-%d %H:%M}", one.end and f"{one.end:%m-%d %H:%M}")
        for one in evidence.impacts
        if one.incident_id == incident and one.component_id.partition("/")[2] == place
    }


def test_google_cloud_of_august_2026_had_25_degraded_days_and_no_outage(corpus: Path) -> None:
    """Four incidents had begun by noon of 20 August, where the recording stands: Delhi, 5 June
    07:00 to 26 June 19:00, 22 days; Stretched Clusters, 14 July 17:00 to 15 July 03:40;
    Netherlands, 15 July 23:57 to 16 July 12:25: 3 days together; all three `SERVICE_DISRUPTION` and
    `medium`. The fourth, of February, is a note. They name ten products, in 45 pairs of product and
    location (6 + 4 + 3 + 32). The outage of 20 August, 15:40 to 19:20, is listed though it lies
    ahead of that noon: it names 27 more products in two places each, and none of its hours have
    come.
    """
    vendor = replayed(corpus, "google-cloud-2026-08-20")

    assert (vendor["platform"], vendor["zone"], vendor["error"]) == ("google", "UTC", None)
    assert (vendor["known_days"], vendor["outage_days"], vendor["degraded_days"]) == (90, 0, 25)
    assert vendor["current_level"] == "operational"
    assert vendor["open_incidents"] == []
    assert len(vendor["components"]) == 10 + 45 + 27 + 27 * 2


def test_the_outage_of_20_august_2026_held_for_27_products(corpus: Path) -> None:
    """`begin` 15:40, `end` 19:20, though `AVAILABLE` came at 19:37 and `SERVICE_OUTAGE` still at
    19:21. Its updates name `global` and `us-west1` until 18:53, then `us-west1` alone.
    """
    evidence = read(corpus, CLOUD.format("20260820"), "2026-08-20T20:00:00")
    (incident,) = (one for one in evidence.incidents if one.impact == "SERVICE_OUTAGE")

    assert len(incident.component_ids) == 27
    assert stretches(evidence, incident.id, "") == {
        (Level.MAJOR_OUTAGE, "08-20 15:40", "08-20 19:20")
    }
    assert stretches(evidence, incident.id, "us-west1") == {
        (Level.MAJOR_OUTAGE, "08-20 15:40", "08-20 19:20")
    }
    assert stretches(evidence, incident.id, "global") == {
        (Level.MAJOR_OUTAGE, "08-20 15:40", "08-20 18:53")
    }
    assert opened(evidence) == []


def test_the_outage_of_12_june_2025_is_open_in_14_products_and_48_locations(corpus: Path) -> None:
    """`end` is absent, `SERVICE_OUTAGE`, `high`. In the 90 days before, 29 and 30 March (19:53 to
    02:15) were an outage and 20 May a disruption of medium severity; the rest of the 111 incidents
    are notes or older.
    """
    vendor = replayed(corpus, "google-cloud-2025-06-12-open")
    out = [each for each in vendor["components"] if each["current_level"] == "major_outage"]

    assert vendor["current_level"] == "major_outage"
    assert [incident["id"] for incident in vendor["open_incidents"]] == [IAM]
    assert len(out) == 14 + 14 * 48
    assert {each["current_level"] for each in vendor["components"]} == {
        "major_outage",
        "operational",
    }
    assert (vendor["outage_days"], vendor["major_days"], vendor["degraded_days"]) == (3, 3, 1)
    assert [day["date"] for day in vendor["days"] if day["level"] == "major_outage"] == [
        "2025-03-29", "2025-03-30", "2025-06-12",
    ]  # fmt: skip


def test_google_workspace_of_july_2026_had_7_degraded_days(corpus: Path) -> None:
    """Five disruptions of medium severity: 19 May 22:29 to 20 May 04:04, 21 May, 31 May, 10 June,
    30 June 09:03 to 1 July 03:45. Three notes give no level, one of which lasts 15 days. No
    location is ever named; 11 products are.
    """
    vendor = replayed(corpus, "google-workspace-2026-07-31")

    assert vendor["platform"] == "google"
    assert (vendor["known_days"], vendor["outage_days"], vendor["degraded_days"]) == (90, 0, 7)
    assert [day["date"] for day in vendor["days"] if day["level"] == "degraded"] == [
        "2026-05-19", "2026-05-20", "2026-05-21", "2026-05-31", "2026-06-10", "2026-06-30", "2026-07-01",
    ]  # fmt: skip
    assert len(vendor["components"]) == 11


def test_a_workspace_incident_that_began_as_a_note_is_a_disruption_throughout(corpus: Path) -> None:
    """jjs1U2FFkRyhjaacpvVv: begin 22:29, `SERVICE_INFORMATION` at 01:07, `SERVICE_DISRUPTION` at
    03:20, end 04:04."""
    evidence = read(corpus, WORKSPACE, "2026-07-31T12:00:00")

    assert stretches(evidence, "jjs1U2FFkRyhjaacpvVv", "") == {
        (Level.DEGRADED, "05-19 22:29", "05-20 04:04")
    }


@pytest.mark.parametrize(
    ("capture", "now", "count", "open_now", "levels"),
    [
        ("20220215", "2022-02-15T21:00:00", 132, ["MqpDy4VdUKuQkw1GXPTo"], {Level.DEGRADED: 1}),
        (
            "20220331",
            "2022-03-31T19:00:00",
            124,
            ["RmPhfQT9RDGwWLCXS2sC", "B1hD4KAtcxiyAWkcANfV"],
            {Level.DEGRADED: 2, Level.MAJOR_OUTAGE: 4},
        ),
        ("20220703-raw", "2022-07-03T00:00:00", 157, [], {}),
        (
            "20250612-open-outage",
            "2025-06-12T20:00:00",
            111,
            [IAM],
            {Level.MAJOR_OUTAGE: 14 + 14 * 48},
        ),
        ("20251108", "2025-11-08T12:00:00", 45, [], {}),
        ("20260610-open", "2026-06-10T02:00:00", 4, [DELHI], {Level.DEGRADED: 4}),
        ("20260820", "2026-08-20T20:00:00", 5, [], {}),
    ],
)
def test_every_generation_of_the_schema_is_read(
    corpus: Path,
    capture: str,
    now: str,
    count: int,
    *,
    open_now: list[str],
    levels: dict[Level, int],
) -> None:
    """Incidents counted as the length of the array; open: those without `end`. Their components
    that are out:

    - 2022-02-15: one product, no locations yet: 1 degraded.
    - 2022-03-31: one product, `medium`, and two, `high`, each also in `global`: 2 degraded and 4 in
      a major outage.
    - 2025-06-12: 14 products, each also in 48 locations, `high`.
    - 2026-06-10: two products in `asia-south2`, `medium`: 4 degraded.
    """
    evidence = read(corpus, CLOUD.format(capture), now)
    found = [one.level for one in evidence.observed or ()]

    assert len(evidence.incidents) == count
    assert opened(evidence) == open_now
    assert {level: found.count(level) for level in set(found) if level} == levels
    assert evidence.unknown_words == ()


def test_an_outage_of_june_2022_ends_when_it_says_and_not_when_it_was_posted(corpus: Path) -> None:
    """iAgVMxJUfE1J9et7j9KB: four products from 08:11 to 09:44. The first post, `SERVICE_OUTAGE`,
    came at 09:46, when it was over; `AVAILABLE` at 10:03.
    """
    evidence = read(corpus, CLOUD.format("20220703-raw"), "2022-07-03T00:00:00")
    (incident,) = (one for one in evidence.incidents if one.id == "iAgVMxJUfE1J9et7j9KB")

    assert len(incident.component_ids) == 4
    assert stretches(evidence, incident.id, "") == {
        (Level.MAJOR_OUTAGE, "06-16 08:11", "06-16 09:44")
    }
    assert stretches(evidence, incident.id, "europe-north1") == {
        (Level.MAJOR_OUTAGE, "06-16 08:11", "06-16 09:44")
    }


def test_a_disruption_of_july_2025_held_for_47_products_in_one_location(corpus: Path) -> None:
    """8cY8jdUpEGGbsSMSQk7J, the last of those in November: 14:42 to 16:47 in `us-east1`,
    `medium`."""
    evidence = read(corpus, CLOUD.format("20251108"), "2025-11-08T12:00:00")
    (incident,) = (one for one in evidence.incidents if one.id == "8cY8jdUpEGGbsSMSQk7J")

    assert len(incident.component_ids) == 47
    for place in ("", "us-east1"):
        assert stretches(evidence, incident.id, place) == {
            (Level.DEGRADED, "07-18 14:42", "07-18 16:47")
        }


def test_before_2021_nothing_says_how_bad_an_incident_was(corpus: Path) -> None:
    """155 incidents of November 2019 to 2020, all ended, without status words: unknown, and neither
    green nor red."""
    evidence = read(corpus, CLOUD.format("20201107"), "2020-11-07T12:00:00")

    assert len(evidence.incidents) == 155
    assert opened(evidence) == []
    assert {(one.level, one.basis) for one in evidence.impacts} == {(None, Basis.DECLARED)}
    assert evidence.unknown_words == ("high", "medium")
    assert {one.level for one in evidence.observed or ()} == {Level.OPERATIONAL}


def test_products_are_called_what_they_are_called_now(corpus: Path) -> None:
    """20 products, cut from the list of 19 September 2026; ten have another `current_title`. Two of
    them ("Agent Assist", "AlloyDB for PostgreSQL") are among the 37 that incidents name.
    """
    page = PageContext(
        url="https://status.cloud.google.com/", now=datetime(2026, 9, 19, 12, tzinfo=UTC)
    )
    names = {"incidents.json": CLOUD.format("20260820"), "products.json": PRODUCTS}

    def answer(url: str) -> Response:
        body = (corpus / "captures" / names[url.rpartition("/")[2]]).read_bytes()
        return Response(url=url, status=200, body=body)

    (evidence,) = drive(google.poll(page), page, answer)
    called = {each.id: each.name for each in evidence.components or ()}

    assert called["yVW8aiPWipjd3j67XzDL"] == "Agent Platform Batch Inference"
    assert called["duAxoF9U3MBmoAihC67y"] == "Access Approval"
    assert called["RBJadi3nW3S2otn65RRG"] == "AI Commerce Search"
    levels = {seen.component_id: seen.level for seen in evidence.observed or ()}
    assert len([key for key in called if "/" not in key]) == 37 + 20 - 2
    assert levels["yVW8aiPWipjd3j67XzDL"] is Level.OPERATIONAL


def test_its_answers_are_recognised_and_nobody_elses(corpus: Path) -> None:
    assert claimed(corpus, google) == {
        *(CLOUD.format(name) for name in generations()),
        WORKSPACE,
        "google-cloud-2025-06-12-open",
        "google-cloud-2026-08-20",
        "google-workspace-2026-07-31",
    }


def generations() -> Iterator[str]:
    yield from (
        "20201107",
        "20220215",
        "20220331",
        "20220703-raw",
        "20250612-open-outage",
        "20251108",
    )
    yield from ("20260610-open", "20260820")
