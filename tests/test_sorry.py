"""What the Sorry platform reads beyond its fixtures: how many requests it makes, and lists it
refuses."""

import json
from pathlib import Path

import pytest

from monitor.errors import BadStatus, UnexpectedShape
from monitor.kit.protocol import Response
from monitor.model import Phase
from monitor.platforms import sorry
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "sorry"


def test_a_poll_asks_for_each_open_notice_and_for_no_other() -> None:
    page = context_of(FIXTURES / "ongoing")
    asked: list[str] = []
    drive(sorry.poll(page), page, answers_from(FIXTURES / "ongoing"), asked=asked)

    assert [url.removeprefix(page.url) for url in asked] == [
        "api/v1/components",
        "api/v1/notices?filter%5Btimeline_state_eq%5D=present",
        "api/v1/notices/12",
    ]


def test_no_notice_is_asked_for_whose_components_stand_in_the_list() -> None:
    page = context_of(FIXTURES / "ongoing")
    recorded = answers_from(FIXTURES / "ongoing")
    notice = json.loads(recorded(page.absolute("api/v1/notices/12")).body)["notice"]

    def answer(url: str) -> Response:
        if "notices?" in url:
            return Response(
                url=url, status=200, body=json.dumps({"notices": [notice], "meta": {}}).encode()
            )
        return recorded(url)

    asked: list[str] = []
    (piece,) = drive(sorry.poll(page), page, answer, asked=asked)

    assert len(asked) == 2
    assert [(i.id, i.phase, i.component_ids) for i in piece.incidents] == [
        ("12", Phase.OPEN, ("2",))
    ]


@pytest.mark.parametrize(
    "following", ["/api/v1/notices?page=2", "https://elsewhere.example/?page=2", "/next"]
)
def test_the_next_page_is_asked_for_by_its_number_only(following: str) -> None:
    page = context_of(FIXTURES / "quiet")
    recorded = answers_from(FIXTURES / "quiet")

    def answer(url: str) -> Response:
        if "present" in url and "page=" not in url:
            return Response(
                url=url,
                status=200,
                body=json.dumps({"notices": [], "meta": {"next_page": following}}).encode(),
            )
        return recorded(url)

    asked: list[str] = []
    with pytest.raises(UnexpectedShape if following == "/next" else BadStatus):
        drive(sorry.poll(page), page, answer, asked=asked)
    assert all(url.startswith(page.url) for url in asked)
    assert following == "/next" or asked[-1].endswith("=present&page=2")


def test_a_page_without_components_is_refused() -> None:
    page = context_of(FIXTURES / "quiet")
    empty = json.dumps({"components": [], "meta": {}}).encode()

    with pytest.raises(UnexpectedShape, match="no component") as caught:
        drive(sorry.poll(page), page, lambda url: Response(url=url, status=200, body=empty))
    assert "monitor record" in caught.value.remedy
