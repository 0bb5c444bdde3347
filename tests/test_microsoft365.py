"""What the Microsoft 365 platform reads beyond its fixtures: its requests, what a post proves, and
lost answers."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import platforms
from monitor.errors import ConnectFailed, UnexpectedShape
from monitor.kit.protocol import Response
from monitor.model import Level
from monitor.platforms import microsoft365
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "microsoft365"
POSTS = "https://status.cloud.microsoft/api/posts/"


def test_a_poll_asks_for_the_services_and_the_two_centres() -> None:
    page, asked = context_of(FIXTURES / "quiet"), []
    drive(microsoft365.poll(page), page, answers_from(FIXTURES / "quiet"), asked=asked)

    assert asked == [f"{POSTS}m365Consumer", f"{POSTS}mac", f"{POSTS}ppac"]


@pytest.mark.parametrize(("lost", "fails"), [("m365Consumer", True), ("mac", False)])
def test_only_the_services_are_worth_a_failed_poll(lost: str, fails: bool) -> None:
    page, recorded = context_of(FIXTURES / "quiet"), answers_from(FIXTURES / "quiet")

    def answer(url: str) -> Response:
        if url == f"{POSTS}{lost}":
            raise ConnectFailed("no route", url=url)
        return recorded(url)

    if fails:
        with pytest.raises(ConnectFailed):
            drive(microsoft365.poll(page), page, answer)
    else:
        (piece,) = drive(microsoft365.poll(page), page, answer)
        levels = {seen.component_id: seen.level for seen in piece.observed or ()}
        assert (levels["mac"], levels["ppac"]) == (None, Level.OPERATIONAL)


def test_a_post_without_a_status_is_named_by_its_place() -> None:
    page, recorded = context_of(FIXTURES / "quiet"), answers_from(FIXTURES / "quiet")

    def answer(url: str) -> Response:
        return replace(
            recorded(url),
            body=recorded(url).body.replace(b'"Status": "Operational"', b'"Status": null', 1),
        )

    with pytest.raises(UnexpectedShape, match=r"\[0\]\.Status"):
        drive(microsoft365.poll(page), page, answer)


def test_a_post_alone_proves_nothing_without_its_host() -> None:
    post = answers_from(FIXTURES / "quiet")(f"{POSTS}ppac")
    elsewhere = replace(post, url="https://status.harbour.example/", final_url="")

    assert {signal.kind for signal in platforms.signals("microsoft365", post)} == {"shape", "host"}
    assert {signal.kind for signal in platforms.signals("microsoft365", elsewhere)} == {"shape"}
    assert platforms.probes_of("microsoft365", "https://status.harbour.example/") == ()


def test_a_backfill_says_what_it_cannot_reach() -> None:
    page = context_of(FIXTURES / "quiet")
    steps = microsoft365.backfill(page, page.now - timedelta(days=3))
    *_, last = drive(steps, page, answers_from(FIXTURES / "quiet"))

    assert [gap.what for gap in last.gaps] == ["days 2026-05-17..2026-05-20"]
