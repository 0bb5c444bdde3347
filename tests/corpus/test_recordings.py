"""Real captured pages, run through `monitor replay` as a user would."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitor.cli import app

pytestmark = pytest.mark.corpus


def replayed(corpus: Path, name: str, *options: str) -> tuple[dict[str, Any], int]:
    result = CliRunner().invoke(
        app, ["replay", str(corpus / "recordings" / name), "--format", "json", *options]
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    report = json.loads(result.stdout)
    return report["vendors"][0], result.exit_code


def component(vendor: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (each for each in vendor["components"] if each["name"] == name)
    return found


@pytest.mark.parametrize(
    ("as_of", "outage", "major", "by_name"),
    [
        (
            "2026-05-06",
            39,
            11,
            {"claude.ai": 36, "Claude API (api.anthropic.com)": 30, "Claude Code": 30},
        ),
        (
            "2026-05-22",
            46,
            11,
            {"claude.ai": 41, "Claude API (api.anthropic.com)": 35, "Claude Code": 37},
        ),
        (
            "2026-05-31",
            43,
            10,
            {"claude.ai": 38, "Claude API (api.anthropic.com)": 33, "Claude Code": 37},
        ),
    ],
)
def test_claude_outage_days_of_90(
    corpus: Path, as_of: str, outage: int, major: int, by_name: dict[str, int]
) -> None:
    vendor, _ = replayed(corpus, "claude-2026-05-31", "--as-of", as_of)

    assert (vendor["outage_days"], vendor["major_days"], vendor["known_days"]) == (
        outage,
        major,
        90,
    )
    assert {name: component(vendor, name)["outage_days"] for name in by_name} == by_name
    assert vendor["zone"] == "Etc/UTC"
    assert f"partial or major outage on {outage} of 90 known days" in vendor["sentence"]


def test_cloudflare_has_33_rows_in_partial_outage_and_no_open_incident(corpus: Path) -> None:
    """33 rows of the page are in partial outage. Seven of them are group rows, which only repeat
    their worst child and are not components: 26 components are.
    """
    vendor, _ = replayed(corpus, "cloudflare-2026-07-30")
    recording = corpus / "recordings" / "cloudflare-2026-07-30"
    body = json.loads((recording / "recording.json").read_text())["responses"][0]["body"]
    rows = [
        r
        for r in json.loads((recording / body).read_text())["components"]
        if r["status"] == "partial_outage"
    ]
    out = {each["id"] for each in vendor["components"] if each["current_level"] == "partial_outage"}

    assert len(rows) == 33
    assert out == {row["id"] for row in rows if not row["group"]}
    assert len(out) == 26
    assert vendor["open_incidents"] == []
    assert vendor["current_level"] == "partial_outage"


@pytest.mark.parametrize("name", ["digitalocean-2026-08-19", "twilio-2026-08-12"])
def test_groups_are_not_components(corpus: Path, name: str) -> None:
    vendor, _ = replayed(corpus, name)
    recording = json.loads((corpus / "recordings" / name / "recording.json").read_text())
    summary = json.loads(
        (corpus / "recordings" / name / recording["responses"][0]["body"]).read_text()
    )
    groups = {row["id"] for row in summary["components"] if row["group"]}

    assert groups
    assert {each["id"] for each in vendor["components"]} == {
        row["id"] for row in summary["components"]
    } - groups


def test_the_openai_compatibility_summary_alone_is_refused(corpus: Path) -> None:
    vendor, exit_code = replayed(corpus, "openai-compat-2026-07-09")

    assert vendor["current_level"] is None
    assert vendor["known_days"] == 0
    assert "25" in vendor["error"]
    assert exit_code == 1


def test_the_aiven_maintenance_open_since_2024_is_closed(corpus: Path) -> None:
    vendor, _ = replayed(corpus, "aiven-2026-03-17")

    assert vendor["current_level"] == "partial_outage"
    assert vendor["maintenance_days"] < 10


def test_miro_says_that_it_is_a_parent_page(corpus: Path) -> None:
    vendor, exit_code = replayed(corpus, "miro-2026-03-17-parent")

    assert "parent" in vendor["error"]
    assert vendor["current_level"] is None
    assert exit_code == 1


def test_a_deleted_page_is_unavailable_and_never_operational(corpus: Path) -> None:
    vendor, exit_code = replayed(corpus, "deleted-statuspage")

    assert vendor["error"]
    assert vendor["current_level"] is None
    assert vendor["known_days"] == 0
    assert exit_code == 1


@pytest.mark.parametrize("name", ["openai-2026-03-17", "linear-2026-03-17"])
def test_incident_io_pages_are_read_from_their_html(corpus: Path, name: str) -> None:
    vendor, _ = replayed(corpus, name)

    assert vendor["platform"] == "incidentio"
    assert vendor["current_level"] == "operational"
    assert vendor["known_days"] == 90


@pytest.mark.parametrize("name", ["circleci-2021-01-22", "trello-2021-10-18"])
def test_archived_pages_give_their_bars(corpus: Path, name: str) -> None:
    vendor, _ = replayed(corpus, name)

    assert vendor["platform"] == "statuspage"
    assert vendor["known_days"] == 90
    assert vendor["current_level"] is None


def test_github_is_read_and_a_live_major_outage_shows(corpus: Path) -> None:
    github, _ = replayed(corpus, "github-2026-07-30")
    claude, _ = replayed(corpus, "claude-2026-07-29-major")

    assert github["components"]
    assert claude["current_level"] == "major_outage"
