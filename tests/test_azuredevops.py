"""What the Azure DevOps platform reads beyond its fixtures: least traffic, and where it is
recognised."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import platforms
from monitor.errors import UnexpectedShape
from monitor.platforms import azuredevops
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "azuredevops"
URL = "https://status.dev.azure.com/_apis/status/health"


def test_a_poll_is_one_request_and_an_unchanged_answer_says_nothing_new() -> None:
    page, recorded, asked = context_of(FIXTURES / "ongoing"), answers_from(FIXTURES / "ongoing"), []
    told = drive(
        azuredevops.poll(page),
        page,
        lambda u: replace(recorded(u), body=b"", unchanged=True),
        asked=asked,
    )

    assert (asked, told) == ([URL], [])


def test_a_backfill_says_what_it_cannot_reach() -> None:
    page = context_of(FIXTURES / "quiet")
    *_, last = drive(
        azuredevops.backfill(page, page.now - timedelta(days=3)),
        page,
        answers_from(FIXTURES / "quiet"),
    )

    assert [gap.what for gap in last.gaps] == ["days 2026-05-17..2026-05-20"]
    assert page.now == datetime(2026, 5, 20, 12, tzinfo=UTC)


def test_geographies_are_chosen_by_id_or_name_in_any_case() -> None:
    seen = []
    for pattern in ("us", "United *", "UNITED STATES"):
        page = context_of(FIXTURES / "quiet", regions=(pattern,))
        (piece,) = drive(azuredevops.poll(page), page, answers_from(FIXTURES / "quiet"))
        seen.append([component.id for component in piece.components or ()])

    assert seen == [["Boards/US", "Repos/US"]] * 3


def test_a_geography_without_a_health_is_named_by_its_place() -> None:
    page, recorded = context_of(FIXTURES / "quiet"), answers_from(FIXTURES / "quiet")
    body = recorded(URL).body.replace(b'"health": "healthy"\n    }', b'"health": null\n    }', 1)

    with pytest.raises(UnexpectedShape, match=r"services\[0\]\.geographies\[0\]\.health"):
        drive(azuredevops.poll(page), page, lambda u: replace(recorded(u), body=body))


def test_only_its_own_host_is_asked() -> None:
    assert [
        get.path
        for get in platforms.probes_of("azuredevops", "https://status.dev.azure.com/_history")
    ] == ["/_apis/status/health"]
    assert platforms.probes_of("azuredevops", "https://status.harbour.example/") == ()
