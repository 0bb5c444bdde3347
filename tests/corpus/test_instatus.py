"""Real captured Instatus answers. The captures are single answers, so each test says what it puts
together."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitor import platforms
from monitor.cli import app
from monitor.errors import BadStatus
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Level
from monitor.platforms import instatus
from tests.corpus.captures import signs_elsewhere
from tests.drive import answers_from, drive

pytestmark = pytest.mark.corpus

MASTODON = "https://status.mastodon.social/"


def recording(folder: Path, page: str, at: str, bodies: dict[str, bytes]) -> Path:
    responses = []
    for number, (path, body) in enumerate(bodies.items()):
        (folder / str(number)).write_bytes(body)
        responses.append(
            {"url": page.rstrip("/") + path, "status": 200, "headers": {}, "body": str(number)}
        )
    (folder / "recording.json").write_text(
        json.dumps({"page": page, "recorded_at": at, "responses": responses})
    )
    return folder


def polled(folder: Path) -> Evidence:
    told = json.loads((folder / "recording.json").read_text())
    page = PageContext(url=told["page"], now=datetime.fromisoformat(told["recorded_at"]))
    piece, *_ = drive(
        instatus.poll(page), page, answers_from(folder)
    )  # what an open incident claims comes after it
    return piece


def parts_of(capture: Path) -> dict[str, bytes]:
    """The two answers that the collector of these captures put together in one file."""
    told = json.loads(capture.read_text())
    return {
        "/summary.json": json.dumps({"page": told["page"]}).encode(),
        "/v3/components.json": json.dumps({"components": told["components"]}).encode(),
    }


@pytest.fixture
def mastodon(corpus: Path, tmp_path: Path) -> dict[str, Any]:
    """The page as it was on 2026-03-17 at about 03:16 UTC.

    The capture has no time of its own, its figures have: the outage that began on 2026-02-25 at
    21:08:32 had by then taken 52.05 % of March (uptime "47.95"), which is 16.136 days.
    """
    html = (corpus / "captures" / "instatus" / "mastodonsocial-page-202603-major.html").read_bytes()
    folder = recording(tmp_path, MASTODON, "2026-03-17T03:16:00Z", {"/": html})
    result = CliRunner().invoke(app, ["replay", str(folder), "--format", "json"])
    assert result.exit_code == 0, result.output
    vendor: dict[str, Any] = json.loads(result.stdout)["vendors"][0]
    return vendor


def test_mastodon_counts_the_outage_that_outlived_its_incident(mastodon: dict[str, Any]) -> None:
    """The incident was closed on 2026-02-25 at 21:35, three of four components were left in major
    outage, and the vendor's own uptime counts on: 100 - 78.84 = 21.16 % of 91 days is 19.26 days,
    as long as from 02-25 21:08 to the capture. Read off as days: 4 of February and 17 of March.

    The 90 days ending on 03-17 begin on 12-18. From then until 01-07 two of the three were
    degraded: 14 days of December and 7 of January. The record begins on 12-17, so every day is
    known.
    """
    parts = {part["name"]: part for part in mastodon["components"]}
    outage = {
        name: (part["outage_days"], part["major_days"], part["degraded_days"])
        for name, part in parts.items()
    }

    assert outage == {
        "Website & API": (21, 21, 21),
        "Background queues": (21, 21, 21),
        "Streaming API": (21, 21, 0),
        "Media storage": (0, 0, 0),
    }
    assert {part["known_days"] for part in parts.values()} == {90}
    assert (mastodon["outage_days"], mastodon["degraded_days"], mastodon["known_days"]) == (
        21,
        21,
        90,
    )


def test_mastodon_now(mastodon: dict[str, Any]) -> None:
    """Its main status is SOMEMAJOROUTAGE, and one old incident is still being monitored."""
    levels = {part["name"]: part["current_level"] for part in mastodon["components"]}

    assert mastodon["platform"] == "instatus"
    assert levels.pop("Media storage") == "operational"
    assert levels == dict.fromkeys(
        ["Website & API", "Background queues", "Streaming API"], "major_outage"
    )
    assert [incident["id"] for incident in mastodon["open_incidents"]] == [
        "cmk1b5pf4026zxderxh5yval0"
    ]


def test_mastodons_printed_uptime_follows_from_the_intervals(mastodon: dict[str, Any]) -> None:
    """Over the vendor's 91 days, with a major outage weighing 1 and degraded nothing."""
    (queues,) = (part for part in mastodon["components"] if part["name"] == "Background queues")
    seconds = (
        datetime.fromisoformat("2026-03-17T03:16:00+00:00")
        - datetime.fromisoformat("2026-02-25T21:08:32.240+00:00")
    ).total_seconds()

    assert queues["outage_seconds"]["major"] == pytest.approx(seconds, abs=1)
    assert queues["vendor_reported_uptime"] == 0.7884
    assert round(1 - seconds / timedelta(days=91).total_seconds(), 4) == 0.7884


def test_perplexity_on_2026_07_31_is_quiet(corpus: Path, tmp_path: Path) -> None:
    capture = corpus / "captures" / "instatus" / "perplexity-summary-20260731.json"
    piece = polled(
        recording(
            tmp_path, "https://status.perplexity.com/", "2026-07-31T12:00:00Z", parts_of(capture)
        )
    )

    assert [(part.name, part.group) for part in piece.components or ()] == [
        ("Website", None), ("API", None), ("Computer", None),
    ]  # fmt: skip
    assert {seen.level for seen in piece.observed or ()} == {Level.OPERATIONAL}
    assert piece.page is not None
    assert (piece.page.indicator, piece.page.remark, piece.incidents) == ("UP", None, ())


def test_coalition_on_2026_08_14_is_quiet(corpus: Path, tmp_path: Path) -> None:
    """Two components; the bare list of the older address is read the same."""
    answers = parts_of(corpus / "captures" / "instatus" / "coalition-summary-20260814.json")
    answers["/v2/components.json"] = json.dumps(
        json.loads(answers.pop("/v3/components.json"))["components"]
    ).encode()
    piece = polled(
        recording(tmp_path, "https://status.coalitioninc.com/", "2026-08-14T12:00:00Z", answers)
    )

    assert {part.name for part in piece.components or ()} == {"Control API", "Control Web"}
    assert {seen.level for seen in piece.observed or ()} == {Level.OPERATIONAL}


def test_the_components_of_2026_09_04_keep_their_ids(corpus: Path, tmp_path: Path) -> None:
    """The same three ids as in July, here as the newer address lists them, with the summary of
    July."""
    july = parts_of(corpus / "captures" / "instatus" / "perplexity-summary-20260731.json")
    body = (corpus / "captures" / "instatus" / "perplexity-components-20260904.json").read_bytes()
    now = polled(
        recording(
            tmp_path,
            "https://p.example/",
            "2026-09-04T12:00:00Z",
            july | {"/v3/components.json": body},
        )
    )
    ids = {row["id"] for row in json.loads(july["/v3/components.json"])["components"]}

    assert {part.id for part in now.components or ()} == ids
    assert {seen.level for seen in now.observed or ()} == {Level.OPERATIONAL}


def test_a_summary_without_the_components_is_no_reading(corpus: Path, tmp_path: Path) -> None:
    """On 2026-07-23 the summary says ONEMAJOROUTAGE and names an incident, but not which component
    is out."""
    body = (
        corpus / "captures" / "instatus" / "perplexity-summary-20260723-major.json"
    ).read_bytes()
    page = "https://status.perplexity.com/"
    folder = recording(tmp_path, page, "2026-07-23T18:00:00Z", {"/summary.json": body})

    with pytest.raises(BadStatus):
        polled(folder)


def test_the_major_outage_of_2026_07_23_beside_its_components(corpus: Path, tmp_path: Path) -> None:
    """With the components all operational, as read eight days later, page and components disagree
    and that is said."""
    captures = corpus / "captures" / "instatus"
    answers = parts_of(captures / "perplexity-summary-20260731.json")
    answers["/summary.json"] = (captures / "perplexity-summary-20260723-major.json").read_bytes()
    piece = polled(
        recording(tmp_path, "https://status.perplexity.com/", "2026-07-23T18:00:00Z", answers)
    )

    assert [(each.title, each.status, each.impact) for each in piece.incidents] == [
        ("Computer sandbox issues", "MONITORING", "MAJOROUTAGE")
    ]
    assert piece.page is not None
    assert (
        piece.page.remark == "the page says ONEMAJOROUTAGE and its worst component is operational"
    )


def test_the_summary_with_an_incident_proves_the_platform(corpus: Path) -> None:
    body = (
        corpus / "captures" / "instatus" / "perplexity-summary-20260723-major.json"
    ).read_bytes()
    url = "https://status.perplexity.com/summary.json"

    assert {
        s.kind for s in platforms.signals("instatus", Response(url=url, status=200, body=body))
    } == {
        "shape",
        "ids",
    }


def test_no_other_platforms_page_shows_a_single_sign(corpus: Path) -> None:
    assert signs_elsewhere(corpus, "instatus") == {}
