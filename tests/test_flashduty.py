"""What the Flashduty platform reads beyond its fixtures: its page's id, what changes go on to, and
the span it asks for."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import NotJson
from monitor.kit.protocol import Get, PageContext, Response
from monitor.model import Phase
from monitor.platforms import flashduty
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "flashduty"
PAGE_ID = "6410000000001"
PAGE = context_of(FIXTURES / "quiet", cursor=PAGE_ID)
ACTIVE = f"{PAGE.url}api/status-page/{PAGE_ID}/summary/active"


@pytest.mark.parametrize(
    "html",
    [
        f'<script>fetch("/api/status-page/{PAGE_ID}/summary/active")</script>',
        f'{{"page_id":{PAGE_ID}}}',
    ],
)
@pytest.mark.parametrize("mark", [None, "6410000000009"])
def test_the_id_is_found_in_the_page_and_again_when_it_leads_nowhere(
    html: str, mark: str | None
) -> None:
    recorded, page = answers_from(FIXTURES / "quiet"), replace(PAGE, cursor=mark)

    def answer(url: str) -> Response:
        return (
            Response(url=url, status=200, body=html.encode()) if url == page.url else recorded(url)
        )

    (piece,) = drive(flashduty.poll(page), page, answer)
    assert piece.cursor == PAGE_ID
    assert len(piece.observed or ()) == 3


def test_an_answer_that_is_wrong_for_the_right_id_is_told_as_it_is() -> None:
    def answer(url: str) -> Response:
        body = f'"page_id":{PAGE_ID}' if url == PAGE.url else "<!DOCTYPE html>"
        return Response(url=url, status=200, body=body.encode())

    with pytest.raises(NotJson):
        drive(flashduty.poll(PAGE), PAGE, answer)


@pytest.mark.parametrize(("held", "conditional"), [((), True), (("103",), False)])
def test_the_same_answer_is_read_again_while_something_goes_on(
    held: tuple[str, ...], *, conditional: bool
) -> None:
    asked = next(flashduty.poll(replace(PAGE, open_incidents=frozenset(held))))

    assert isinstance(asked, Get)
    assert asked.conditional is conditional


def test_a_change_that_left_the_list_is_looked_up_and_one_nobody_has_was_deleted() -> None:
    page = replace(PAGE, open_incidents=frozenset({"103", "999"}))
    _, piece = drive(flashduty.poll(page), page, answers_from(FIXTURES / "ended-incident"))

    assert [(i.id, i.phase, i.resolved_at) for i in piece.incidents] == [
        ("103", Phase.CLOSED, datetime(2026, 5, 16, 10, 45, tzinfo=UTC))
    ]
    assert piece.withdrawn == ("999",)


def test_no_more_than_90_days_are_asked_for_and_the_rest_is_a_gap() -> None:
    recorded, urls = answers_from(FIXTURES / "quiet"), []
    *_, gap = drive(
        flashduty.backfill(PAGE, PAGE.now - timedelta(days=120)), PAGE, recorded, asked=urls
    )

    assert [url for url in urls if "structure" in url] == [
        f"{PAGE.url}api/status-page/{PAGE_ID}/summary/structure?start_at_from_seconds=1771502400&start_at_to_seconds=1779278400"
    ]
    assert [each.what for each in gap.gaps] == ["impacts 2026-01-20..2026-02-18"]


def test_components_stand_in_the_pages_order_and_count_from_when_they_were_available() -> None:
    told = json.loads((FIXTURES / "quiet" / "active.json").read_text())
    (piece,) = drive(
        flashduty.poll(PAGE),
        PAGE,
        lambda url: Response(url=url, status=200, body=json.dumps(told).encode()),
    )

    assert [(each.name, each.group, str(each.start_date)) for each in piece.components or ()] == [
        ("专业版接口(Pro API)", None, "2024-02-01"),
        ("快速版接口(Flash API)", None, "2024-02-01"),
        ("搜索服务(Search)", "对话服务(Chat)", "2026-04-01"),
    ]


def test_deepseeks_id_is_known() -> None:
    page = PageContext(url="https://status.deepseek.com/", now=PAGE.now)
    asked = next(flashduty.poll(page))

    assert isinstance(asked, Get)
    assert asked.path == "/api/status-page/6410630422455/summary/active"
    assert flashduty.probe(page.url) == (Get(path=asked.path),)
