"""What the Statuspal platform reads beyond its fixtures: a list of several pages, and where the
page's name stands."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import UnexpectedShape
from monitor.kit.protocol import Response
from monitor.platforms import statuspal
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "statuspal"
SUMMARY = "https://statuspal.io/api/v2/status_pages/orchard/summary"
LIST = "https://statuspal.io/api/v2/status_pages/orchard/incidents"
QUIET = (FIXTURES / "quiet" / "summary.json").read_bytes()


def test_incidents_of_several_pages_are_told_in_one_piece() -> None:
    """Pieces that cover their time completely would take back each other's impacts."""
    page, recorded = context_of(FIXTURES / "overlapping"), answers_from(FIXTURES / "overlapping")
    incidents = json.loads(recorded(LIST).body)["incidents"]
    asked: list[str] = []

    def answer(url: str) -> Response:
        if url == SUMMARY:
            return recorded(url)
        at = int(url.partition("after=")[2] or 0)
        following = f"{LIST}?after={at + 1}" if at + 1 < len(incidents) else None
        told = {"incidents": incidents[at : at + 1], "links": {"next": following}}
        return Response(url=url, status=200, body=json.dumps(told).encode())

    _, told, *gaps = drive(
        statuspal.backfill(page, page.now - timedelta(days=365)), page, answer, asked=asked
    )

    assert asked == [SUMMARY, LIST, f"{LIST}?after=1", f"{LIST}?after=2"]
    assert len(told.incidents) == len(incidents) == 3
    assert [gap.gaps[0].what for gap in gaps] == ["impacts 2025-05-20..2026-01-09"]


def test_a_list_that_leads_to_another_host_is_not_followed() -> None:
    page, asked = context_of(FIXTURES / "quiet"), []

    def answer(url: str) -> Response:
        told = {"incidents": [], "links": {"next": "https://elsewhere.example/incidents"}}
        return Response(
            url=url, status=200, body=QUIET if url == SUMMARY else json.dumps(told).encode()
        )

    drive(statuspal.backfill(page, page.now - timedelta(days=90)), page, answer, asked=asked)

    assert asked == [SUMMARY, LIST]


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
        told = QUIET if url.endswith("/summary") else b'{"incidents": [], "links": {}}'
        return Response(url=url, status=200, body=html.encode() if url == page.url else told)

    drive(statuspal.backfill(page, page.now - timedelta(days=90)), page, answer, asked=asked)

    assert asked == [page.url, f"{root}/summary", f"{root}/incidents"]


def test_a_page_that_does_not_name_it_says_what_to_configure() -> None:
    page = context_of(FIXTURES / "own-host")

    with pytest.raises(UnexpectedShape, match=r"NAME\.statuspal\.io"):
        drive(
            statuspal.poll(page),
            page,
            lambda url: Response(url=url, status=200, body=b"<html>www.statuspal.io</html>"),
        )


def test_what_a_type_stands_for_is_remembered_when_its_incident_is_over() -> None:
    """The page says it only while the incident goes on, and the list of past ones never does."""
    page, recorded = context_of(FIXTURES / "own-types"), answers_from(FIXTURES / "own-types")
    (before,) = drive(statuspal.poll(page), page, recorded)
    later = replace(
        page,
        now=page.now + timedelta(hours=1),
        cursor=before.cursor,
        open_incidents=frozenset({"21"}),
    )

    def answer(url: str) -> Response:
        told = json.loads(recorded(url).body)
        told["incidents"] = [
            each | {"ends_at": "2026-05-20T12:30:00"} for each in told["incidents"]
        ]
        return Response(
            url=url, status=200, body=QUIET if url == SUMMARY else json.dumps(told).encode()
        )

    _, listed = drive(statuspal.poll(later), later, answer)

    impacts = [(each.word, each.end) for each in listed.impacts if each.incident_id == "21"]
    assert impacts == [("critical", page.now + timedelta(minutes=30))]


def test_what_an_earlier_version_handed_on_still_leads_to_the_page() -> None:
    root = LIST.removesuffix("/incidents")
    page, asked = replace(context_of(FIXTURES / "own-host"), cursor=root), list[str]()

    drive(
        statuspal.poll(page),
        page,
        lambda url: Response(url=url, status=200, body=QUIET),
        asked=asked,
    )

    assert asked == [SUMMARY]


def test_services_that_are_all_inside_each_other_are_refused() -> None:
    page, told = context_of(FIXTURES / "quiet"), json.loads(QUIET)
    first, second, *_ = told["services"]
    told["services"] = [first | {"parent_id": second["id"]}, second | {"parent_id": first["id"]}]

    with pytest.raises(UnexpectedShape, match="every service is in another one"):
        drive(
            statuspal.poll(page),
            page,
            lambda url: Response(url=url, status=200, body=json.dumps(told).encode()),
        )
