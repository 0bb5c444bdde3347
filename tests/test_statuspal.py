"""What the Statuspal platform reads beyond its fixtures: a list of several pages, and where the page's name stands."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import UnexpectedShape
from monitor.platforms import statuspal
from monitor.protocol import Response
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "statuspal"
LIST = "https://statuspal.io/api/v2/status_pages/orchard/incidents"


def test_incidents_of_several_pages_are_told_in_one_piece() -> None:
    """Pieces that cover their time completely would take back each other's impacts."""
    page, recorded = context_of(FIXTURES / "overlapping"), answers_from(FIXTURES / "overlapping")
    incidents = json.loads(recorded(LIST).body)["incidents"]
    asked: list[str] = []

    def answer(url: str) -> Response:
        at = int(url.partition("after=")[2] or 0)
        following = f"{LIST}?after={at + 1}" if at + 1 < len(incidents) else None
        told = {"incidents": incidents[at : at + 1], "links": {"next": following}}
        return Response(url=url, status=200, body=json.dumps(told).encode())

    told, *gaps = drive(statuspal.backfill(page, page.now - timedelta(days=365)), page, answer, asked=asked)

    assert asked == [LIST, f"{LIST}?after=1", f"{LIST}?after=2"]
    assert len(told.incidents) == len(incidents) == 3
    assert [gap.gaps[0].what for gap in gaps] == ["impacts 2025-05-20..2026-01-09"]


def test_a_list_that_leads_to_another_host_is_not_followed() -> None:
    page, asked = context_of(FIXTURES / "quiet"), []

    def answer(url: str) -> Response:
        told = {"incidents": [], "links": {"next": "https://elsewhere.example/incidents"}}
        return Response(url=url, status=200, body=json.dumps(told).encode())

    drive(statuspal.backfill(page, page.now - timedelta(days=90)), page, answer, asked=asked)

    assert asked == [LIST]


@pytest.mark.parametrize(
    ("html", "root"),
    [
        ('<a href="https://orchard.statuspal.eu/history">', "https://statuspal.eu/api/v2/status_pages/orchard"),
        ("fetch('https://statuspal.io/api/v2/status_pages/orchard/summary')", "https://statuspal.io/api/v2/status_pages/orchard"),
    ],
)  # fmt: skip
def test_a_page_on_its_own_host_names_its_address(html: str, root: str) -> None:
    page, asked = context_of(FIXTURES / "own-host"), []

    def answer(url: str) -> Response:
        body = html.encode() if url == page.url else b'{"incidents": [], "links": {}}'
        return Response(url=url, status=200, body=body)

    drive(statuspal.backfill(page, page.now - timedelta(days=90)), page, answer, asked=asked)

    assert asked == [page.url, f"{root}/incidents"]


def test_a_page_that_does_not_name_it_says_what_to_configure() -> None:
    page = context_of(FIXTURES / "own-host")

    with pytest.raises(UnexpectedShape, match=r"NAME\.statuspal\.io"):
        drive(
            statuspal.poll(page), page, lambda url: Response(url=url, status=200, body=b"<html>www.statuspal.io</html>")
        )
