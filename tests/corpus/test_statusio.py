"""The real answers of Status.io, and what a person reads off them.

- `gitlab-2026-07-01` (recorded 2026-07-01, 12:00 UTC): 23 parts, one of them ("Hosted runners on
  macOS") at two locations: 24 components, all with code 100; no incidents, no maintenance. The
  document is of two hours after the recording's moment: CI/CD last changed at 14:04 UTC, so nothing
  is said of it before. Most were last touched on 2026-05-21, 10:29 UTC, so 42 days, 21 May to 1
  July, are known.
- Docker, 2020-07-16: 8 components, "Docker Hub Automated Builds" has code 400 since 17:22:08 UTC,
  one incident names it.
- GitLab, 2020-09-05: 15 components, dashboards.gitlab.com has code 200, in a maintenance planned
  until 7 September. An open incident names Website, whose own code is 100: the page says that it
  works.
- Roblox, 2026-09-19: 3 parts at 4, 5 and 12 locations: 21 components at 14 different ones, all with
  code 100.
- The documentation's example: two parts, one at two locations; all with code 200; one incident, one
  maintenance in progress, one announced for 22 December.
"""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor import platforms
from monitor.cli import app
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import statusio
from tests.corpus.captures import answer_of, claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

GITLAB = "gitlab-status-20260701.json"


def read(corpus: Path, name: str, now: str) -> Evidence:
    page = PageContext(
        url="https://status.io/pages/5a0000000000000000000001/", now=datetime.fromisoformat(now)
    )
    body = (corpus / "captures" / "statusio" / name).read_bytes()
    (evidence,) = drive(
        statusio.poll(page), page, lambda url: Response(url=url, status=200, body=body)
    )
    assert evidence.unknown_words == ()
    assert evidence.page is not None
    assert evidence.page.remark is None
    return evidence


def counts(evidence: Evidence) -> Counter[Level | None]:
    return Counter(each.level for each in evidence.observed or ())


def name_of(evidence: Evidence, component_id: str) -> str:
    (name,) = (each.name for each in evidence.components or () if each.id == component_id)
    return name


def test_gitlab_is_well_at_24_places_and_each_is_known_since_it_was_last_set(corpus: Path) -> None:
    """One place is known since the middle of 21 May. All the others were set later, some on the
    very day of the reading, and what they were before nobody says: the vendor as a whole is known
    on one day of ninety, when nine in ten places are.
    """
    result = CliRunner().invoke(
        app, ["replay", str(corpus / "recordings" / "gitlab-2026-07-01"), "--format", "json"]
    )
    vendor = json.loads(result.stdout)["vendors"][0]

    assert result.exit_code == 0
    assert vendor["platform"] == "statusio"
    assert vendor["current_level"] == "operational"
    assert vendor["open_incidents"] == []
    assert len(vendor["components"]) == 24
    assert {each["current_level"] for each in vendor["components"]} == {"operational"}
    assert (vendor["known_days"], vendor["outage_days"]) == (1, 0)
    assert max(each["known_days"] for each in vendor["components"]) == 41
    assert {each["outage_days"] for each in vendor["components"] if each["known_days"]} == {0}
    assert {each["outage_days"] for each in vendor["components"] if not each["known_days"]} == {
        None
    }


def test_the_document_of_gitlab_names_23_parts_and_macos_runners_twice(corpus: Path) -> None:
    """As it was at 14:30 UTC, after the last of its changes."""
    evidence = read(corpus, GITLAB, "2026-07-01T14:30:00Z")

    assert counts(evidence) == {Level.OPERATIONAL: 24}
    assert len({each.group or each.name for each in evidence.components or ()}) == 23
    assert {each.region for each in evidence.components or () if each.group == "CI/CD - Hosted runners on macOS"} == {
        "Google Compute Engine", "AWS",
    }  # fmt: skip
    assert (evidence.incidents, evidence.impacts) == ((), ())


def test_a_part_of_gitlab_is_known_since_its_own_last_change(corpus: Path) -> None:
    """CI/CD changed last, at 14:04:32; Website the day before at 19:46:29; API is one of the 18 of
    21 May, 10:29:33."""
    page = PageContext(
        url="https://status.gitlab.com/",
        now=datetime(2026, 7, 1, 14, 30, tzinfo=UTC),
        cursor="5b36dc6502d06804c08349f7",
    )
    pieces = drive(
        statusio.backfill(page, page.now - timedelta(days=90)),
        page,
        answer_of(corpus, "statusio/" + GITLAB),
    )
    names = {
        component.id: component.name for piece in pieces for component in piece.components or ()
    }
    since = {
        names[cover.component_id or ""]: cover.span.start
        for piece in pieces
        for cover in piece.coverage
    }

    assert len(since) == 24
    assert since["CI/CD"] == datetime(2026, 7, 1, 14, 4, 32, 451_000, tzinfo=UTC)
    assert since["Website"] == datetime(2026, 6, 30, 19, 46, 29, 537_000, tzinfo=UTC)
    assert since["API"] == datetime(2026, 5, 21, 10, 29, 33, 489_000, tzinfo=UTC)
    assert [f"{start:%m-%d %H:%M:%S}" for start in since.values()].count("05-21 10:29:33") == 18


def test_docker_has_trouble_with_automated_builds(corpus: Path) -> None:
    evidence = read(corpus, "docker-status-20200716-partial.json", "2020-07-16T18:00:00Z")

    assert counts(evidence) == {Level.OPERATIONAL: 7, Level.PARTIAL_OUTAGE: 1}
    impact, told = evidence.impacts
    assert told.incident_id is not None
    assert (told.level, told.end) == (impact.level, impact.start)
    (incident,) = evidence.incidents
    assert name_of(evidence, impact.component_id) == "Docker Hub Automated Builds"
    assert impact.start == datetime(2020, 7, 16, 17, 22, 8, 444_000, tzinfo=UTC)
    assert incident.component_ids == (impact.component_id,)
    assert (incident.phase, incident.status, incident.impact) == (
        Phase.OPEN,
        "investigating",
        "partial disruption",
    )


def test_gitlabs_dashboards_are_in_maintenance_and_an_incident_does_not_overrule_the_state(
    corpus: Path,
) -> None:
    evidence = read(corpus, "gitlab-status-20200905-maintenance.json", "2020-09-05T09:50:00Z")

    assert counts(evidence) == {Level.OPERATIONAL: 14, Level.MAINTENANCE: 1}
    found = {incident.maintenance: incident for incident in evidence.incidents}
    assert [name_of(evidence, key) for key in found[True].component_ids] == [
        "dashboards.gitlab.com"
    ]
    assert [name_of(evidence, key) for key in found[False].component_ids] == ["Website"]
    assert {incident.phase for incident in evidence.incidents} == {Phase.OPEN}


def test_roblox_has_three_parts_at_fourteen_locations(corpus: Path) -> None:
    evidence = read(corpus, "roblox-status-20260919.json", "2026-09-19T12:00:00Z")

    assert counts(evidence) == {Level.OPERATIONAL: 21}
    assert Counter(each.group for each in evidence.components or ()) == {
        "User": 4,
        "Player": 5,
        "Creator": 12,
    }
    assert len({each.region for each in evidence.components or ()}) == 14


def test_the_documentations_example(corpus: Path) -> None:
    evidence = read(corpus, "statusio-docs-example-20211206.json", "2021-12-06T16:55:00Z")

    assert counts(evidence) == {Level.MAINTENANCE: 3}
    assert {incident.title: incident.phase for incident in evidence.incidents} == {
        "Authentication Issues": Phase.OPEN,
        "Network Upgrade": Phase.OPEN,
        "Mobile App Upgrade": Phase.SCHEDULED,
    }


def test_no_other_platforms_recording_is_taken_for_status_io(corpus: Path) -> None:
    recordings = {folder.name for folder in (corpus / "recordings").iterdir()}

    assert claimed(corpus, statusio) & recordings == {
        name for name in recordings if name.startswith("gitlab")
    }


def test_no_other_platforms_capture_is_taken_for_status_io(corpus: Path) -> None:
    for line in (corpus / "captures" / "SOURCES.tsv").read_text().splitlines():
        name, _, address, *_ = line.split("\t")
        if name.startswith("statusio/") or not (corpus / "captures" / name).is_file():
            continue
        body = (corpus / "captures" / name).read_bytes()
        found = platforms.signals(
            "statusio", Response(url=f"https://{address}".replace(" ", ""), status=200, body=body)
        )
        assert len({signal.kind for signal in found}) < 2, name
