"""The real answers of AWS's dashboard, and what a person reads off them.

`aws-2026-07` (recorded 2026-07-31) is UTF-16BE with a mark and holds two events, both large and
both open:

- UAE (me-central-1), since 2026-03-01 12:51:25 UTC. 140 services; in the table 135 have code 3 now,
  five (Global Accelerator, Route 53, Management Console, CloudFront, Cloud WAN) code 0, since
  2026-05-06 08:06:13. Of those five three never had more than code 1 (informational), Route 53 had
  2 and the console 3: 137 services have a course with 2 or 3.
- Bahrain (me-south-1), since 2026-03-02 05:56:27 UTC. 149 services, 144 with code 3 now, five with
  0 since 2026-05-06 07:50:12: four had 1, the console 2. 145 have a course with 2 or 3.

The last thing said of either is those changes of 6 May, 86 days before: silent, so listed and not
rated since 13 May, and neither is the rest of its region.
Eleven of the first one's services and six of the second's have no region in their key.

The copy of 2026-08-01 has the same two, with one update each, and a third: Direct Connect in
Mumbai, 2026-07-31 17:33:18 to 18:54:35 UTC, resolved, whose only update is informational: it rates
nothing.
"""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor import platforms
from monitor.cli import app
from monitor.errors import ParseError
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import aws
from tests.corpus.captures import claimed
from tests.drive import drive

pytestmark = pytest.mark.corpus

URL = "https://health.aws.amazon.com/health/status/"
UTF16, PLAIN = "aws-currentevents-202607.utf16be.json", "aws-currentevents-20260801.json"
SILENT = datetime(2026, 5, 13, 8, 6, 13, tzinfo=UTC)


def read(corpus: Path, name: str, *regions: str, day: int = 31) -> Evidence:
    page = PageContext(url=URL, now=datetime(2026, 7, day, 12, tzinfo=UTC), regions=regions)
    body = (corpus / "captures" / "aws" / name).read_bytes()
    (evidence,) = drive(aws.poll(page), page, lambda url: Response(url=url, status=200, body=body))
    return evidence


def counts(evidence: Evidence) -> Counter[Level | None]:
    return Counter(each.level for each in evidence.observed or ())


def test_replaying_the_recording_lists_both_events_with_their_age_and_rates_nothing(
    corpus: Path,
) -> None:
    result = CliRunner().invoke(
        app, ["replay", str(corpus / "recordings" / "aws-2026-07"), "--format", "json"]
    )
    vendor = json.loads(result.stdout)["vendors"][0]

    assert vendor["platform"] == "aws"
    assert vendor["error"] is None
    assert vendor["current_level"] is None
    assert vendor["known_days"] == 0
    assert [(each["title"], each["started_at"]) for each in vendor["open_incidents"]] == [
        ("Increased Error Rates", "2026-03-01T12:51:25+00:00"),
        ("Increased Error Rates", "2026-03-02T05:56:27+00:00"),
    ]
    assert (
        "(me-central-1) is open for 151 days without news for 86: listed, not rated"
        in vendor["remark"]
    )
    assert (
        "(me-south-1) is open for 151 days without news for 86: listed, not rated"
        in vendor["remark"]
    )


def test_a_user_of_another_region_sees_no_trouble(corpus: Path) -> None:
    evidence = read(corpus, UTF16, "us-east-1")

    assert counts(evidence) == {Level.OPERATIONAL: 1}
    assert evidence.incidents == ()
    assert evidence.page is not None
    assert evidence.page.remark is None


@pytest.mark.parametrize(("region", "services"), [("me-central-1", 140), ("me-south-1", 149)])
def test_a_user_of_a_silent_region_sees_that_nothing_of_it_is_known(
    corpus: Path, region: str, services: int
) -> None:
    evidence = read(corpus, UTF16, region)

    assert counts(evidence) == {None: services + 1}
    assert [incident.phase for incident in evidence.incidents] == [Phase.OPEN]
    assert evidence.unknown_words == ()


def test_the_outage_is_rated_until_a_week_after_the_last_word(corpus: Path) -> None:
    evidence = read(corpus, UTF16, "me-central-1")
    of = {
        region: [i for i in evidence.impacts if f":{region}:" in (i.incident_id or "")]
        for region in ("me-central-1", "me-south-1")
    }

    assert {region: len({i.component_id for i in found}) for region, found in of.items()} == {
        "me-central-1": 137,
        "me-south-1": 145,
    }
    assert Counter(i.level for i in of["me-central-1"]) == {
        Level.MAJOR_OUTAGE: 136,
        Level.DEGRADED: 1,
    }
    assert {i.start for i in of["me-central-1"]} == {datetime(2026, 3, 1, 12, 51, 25, tzinfo=UTC)}
    assert Counter(i.end for i in of["me-central-1"]) == {
        SILENT: 135,
        datetime(2026, 5, 6, 8, 6, 13, tzinfo=UTC): 2,
    }
    assert sum(i.level is None for i in evidence.impacts) == 140 + 1 + 149 + 1


def test_services_without_a_region_belong_to_their_events_region(corpus: Path) -> None:
    both = read(corpus, UTF16, "me-central-1", "me-south-1")
    bare = Counter(c.region for c in both.components or () if "@" in c.id)

    assert bare == {"me-central-1": 11, "me-south-1": 6}
    assert len(both.components or ()) == 140 + 149 + 2


def test_the_resolved_event_of_august_rates_nothing(corpus: Path) -> None:
    page = PageContext(url=URL, now=datetime(2026, 8, 1, 12, tzinfo=UTC), regions=("ap-south-1",))
    body = (corpus / "captures" / "aws" / PLAIN).read_bytes()

    (evidence,) = drive(aws.poll(page), page, lambda url: Response(url=url, status=200, body=body))

    (incident,) = evidence.incidents
    assert incident.title == "Elevated Packet Loss"
    assert incident.phase is Phase.CLOSED
    assert incident.resolved_at == datetime(2026, 7, 31, 18, 54, 35, tzinfo=UTC)
    assert counts(evidence) == {Level.OPERATIONAL: 2}
    assert not [i for i in evidence.impacts if i.component_id == "directconnect-ap-south-1"]


@pytest.mark.parametrize(
    "name",
    [
        "aws-data-20201126.json",
        "aws-data-20220501.json",
        "aws-data-20220703-raw.json",
        "aws-data-20230416.json",
    ],
)
def test_the_dashboard_of_former_years_is_refused_and_never_calm(corpus: Path, name: str) -> None:
    """Its moments are times of day in prose, in Pacific time; nothing has served it since 2023."""
    with pytest.raises(ParseError):
        read(corpus, name, "us-east-1")


def test_the_feed_is_recognised(corpus: Path) -> None:
    body = (corpus / "captures" / "aws" / "aws-all-20260818.rss").read_bytes()
    response = Response(url="https://status.aws.amazon.com/rss/all.rss", status=200, body=body)

    assert {signal.kind for signal in platforms.signals("aws", response)} == {"host", "feed"}


def test_no_other_platforms_answer_is_taken_for_aws(corpus: Path) -> None:
    recordings = {folder.name for folder in (corpus / "recordings").iterdir()}

    assert claimed(corpus, aws) & recordings == {
        name for name in recordings if name.startswith("aws")
    }


def test_no_other_platforms_capture_is_taken_for_aws(corpus: Path) -> None:
    for line in (corpus / "captures" / "SOURCES.tsv").read_text().splitlines():
        name, _, address, *_ = line.split("\t")
        if name.startswith("aws/") or not (corpus / "captures" / name).is_file():
            continue
        url = address if "//" in address else f"https://{address}"
        body = (corpus / "captures" / name).read_bytes()
        assert (
            platforms.signals("aws", Response(url=url.replace(" ", ""), status=200, body=body))
            == []
        ), name
