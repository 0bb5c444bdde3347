"""`monitor vendors`: what is configured, the catalogue and the platforms."""

import json
from pathlib import Path

import pytest
from pages_at_hand import Command, truth

from monitor import platforms
from monitor.config import catalog
from tests.processes import served

pytestmark = pytest.mark.hours


def test_vendors_are_found_by_a_part_of_their_name_or_address(monitor: Command) -> None:
    code, out, _ = monitor("vendors", "--search", "claude", "--format", "json")

    assert code == 0
    assert [row["vendor"] for row in json.loads(out)] == ["anthropic"]


def test_vendors_of_a_category(monitor: Command) -> None:
    code, out, _ = monitor("vendors", "--category", "ai", "--format", "json")

    assert code == 0
    assert [row["vendor"] for row in json.loads(out)] == [
        entry.slug for entry in catalog() if entry.category == "ai"
    ]


def test_a_category_nobody_knows_names_those_there_are(monitor: Command) -> None:
    code, _, err = monitor("vendors", "--category", "spaceships")

    assert code == 2
    assert "no category is called 'spaceships'; there are: ai, " in err


def test_a_category_nearly_spelt_right_is_suggested(monitor: Command) -> None:
    assert "; did you mean 'payments'?" in monitor("vendors", "--category", "payment")[2]


def test_the_list_of_vendors_says_what_to_type_next(monitor: Command, tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    with served(truth()) as simulator:
        url = simulator.vendors[0].url
        file.write_text(
            f"vendors: [{{slug: acme, url: '{url}', allow_private: true}}, openai, anthropic]\n"
        )
        words = ("vendors", "--config", str(file))
        assert monitor(*words)[1].endswith(f"\nnext: monitor backfill --config {file}\n")
        assert monitor("poll", "acme", "--config", str(file))[0] == 0
        assert monitor(*words)[1].endswith(
            f"\nnext: monitor backfill anthropic openai --config {file}\n"
        )
        file.write_text(f"vendors: [{{slug: acme, url: '{url}', allow_private: true}}]\n")
        assert monitor(*words)[1].endswith(f"\nnext: monitor report --config {file}\n")
        assert "next:" not in monitor(*words, "--format", "markdown")[1]


@pytest.mark.parametrize(
    ("search", "end"),
    [
        ("claude", "next: monitor add anthropic\n"),
        ("git", "next: monitor add VENDOR\n"),
        ("antropic", "matches; did you mean 'anthropic'? `monitor add URL` takes any page\n"),
    ],
)
def test_a_search_says_what_to_type_next(monitor: Command, search: str, end: str) -> None:
    assert monitor("vendors", "--search", search)[1].endswith(end)
    assert json.loads(monitor("vendors", "--search", search, "--format", "json")[1]) is not None


def test_no_vendor_found_says_what_to_do(monitor: Command) -> None:
    code, out, _ = monitor("vendors", "--search", "zzyzx")

    assert code == 0
    assert "monitor add URL" in out


def test_the_table_of_platforms_has_a_row_for_each_and_says_which_are_unverified(
    monitor: Command,
) -> None:
    code, out, _ = monitor("vendors", "--platforms", "--format", "json")
    rows = {row["platform"]: row for row in json.loads(out)}

    assert code == 0
    assert set(rows) == set(platforms.names())
    assert all(row["live"] and row["reach"] for row in rows.values())
    assert (
        rows["statuspage"]["verified"] == platforms.named("statuspage").ABOUT.verified.isoformat()
    )


def test_what_a_source_under_reports_stands_under_the_vendors_and_in_the_report(
    monitor: Command, tmp_path: Path
) -> None:
    with served(truth("incidentio")) as simulator:
        vendor = {"slug": "acme", "url": simulator.vendors[0].url, "allow_private": True}
        (tmp_path / "monitor.yaml").write_text(json.dumps({"vendors": [vendor]}))
        assert monitor("poll")[0] == 0
    listed, reported = (monitor(command)[1] for command in ("vendors", "report"))
    exact = json.loads(monitor("report", "--format", "json")[1])["vendors"][0]
    trust = platforms.caveat("incidentio")

    assert trust
    assert f"incidentio: {trust}" in " ".join(listed.split())
    assert f"about this source: {trust.rstrip('.')}" in " ".join(reported.split())
    assert exact["trust"] == trust
