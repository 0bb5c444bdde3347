"""What the PagerDuty platform reads beyond its fixtures: which generation a page is of, and how its
posts are asked for."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import BadStatus, TimedOut, UnexpectedShape
from monitor.kit.protocol import Response
from monitor.model import Level
from monitor.platforms import pagerduty
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "pagerduty"
PAGE = context_of(FIXTURES / "quiet")
OLDER, NEWER = answers_from(FIXTURES / "quiet"), answers_from(FIXTURES / "overlapping")
NOW = ["api/services", "api/post_enums", "api/posts?is_featured=true&limit=500"]


def asked(answer: Answer, mark: str | None = None) -> tuple[list[str], str | None]:
    """Return what a poll asks for, and what it hands to the next one."""
    urls: list[str] = []
    page = replace(PAGE, cursor=mark)
    (piece,) = drive(pagerduty.poll(page), page, answer, asked=urls)
    return [url.removeprefix(page.url) for url in urls], piece.cursor


def test_an_older_page_is_one_request_once_it_is_known_to_be_one() -> None:
    assert asked(OLDER) == ([*NOW, ""], "older")
    assert asked(OLDER, "older") == ([""], "older")


def test_a_page_that_became_a_newer_one_is_read_as_such() -> None:
    assert asked(NEWER, "older") == (["", *NOW, "api/posts/PP1", "api/posts/PP2"], None)


def test_an_error_of_a_newer_page_is_told_as_it_is_though_its_html_carries_a_layout() -> None:
    html = b'<html><script id="data" type="application/json">{"layout":{"layout_settings":{}}}</script></html>'

    def answer(url: str) -> Response:
        return Response(url=url, status=500 if "/api/" in url else 200, body=html)

    with pytest.raises(BadStatus):
        drive(pagerduty.poll(PAGE), PAGE, answer)


def changed(url_part: str, change: dict[str, Any]) -> Answer:
    """Return a page whose answer at an address says something else."""

    def answer(url: str) -> Response:
        response = NEWER(url)
        return (
            replace(response, body=json.dumps(json.loads(response.body) | change).encode())
            if url_part in url
            else response
        )

    return answer


def test_more_than_one_answer_of_what_goes_on_is_not_taken_for_all_of_it() -> None:
    with pytest.raises(UnexpectedShape, match="more is going on"):
        drive(pagerduty.poll(PAGE), PAGE, changed("is_featured", {"continuationToken": "x"}))


def test_a_post_that_is_listed_and_not_there_is_not_taken_for_over() -> None:
    def answer(url: str) -> Response:
        return Response(url=url, status=404) if url.endswith("PP2") else NEWER(url)

    with pytest.raises(UnexpectedShape, match="PP2"):
        drive(pagerduty.poll(PAGE), PAGE, answer)


def test_a_post_that_cannot_be_read_now_is_not_taken_for_removed() -> None:
    def answer(url: str) -> Response:
        if url.endswith("PP2"):
            raise TimedOut("too slow", url=url)
        return NEWER(url)

    with pytest.raises(TimedOut):
        drive(pagerduty.poll(PAGE), PAGE, answer)


def test_an_id_is_one_part_of_an_address_whatever_stands_in_it() -> None:
    urls: list[str] = []
    drive(
        pagerduty.poll(replace(PAGE, open_incidents=frozenset({"../data?x"}))),
        PAGE,
        NEWER,
        asked=urls,
    )

    assert urls[-1] == "https://status.vendor.example/api/posts/..%2Fdata%3Fx"


def test_a_list_of_posts_is_followed_to_its_end() -> None:
    tokens = iter(["a b", None])
    urls: list[str] = []

    def answer(url: str) -> Response:
        if "since=" not in url:
            return NEWER(url)
        return Response(
            url=url,
            status=200,
            body=json.dumps({"posts": [], "continuationToken": next(tokens)}).encode(),
        )

    drive(pagerduty.backfill(PAGE, PAGE.now - timedelta(days=20)), PAGE, answer, asked=urls)

    first, second = urls[-2:]
    assert second == f"{first}&continuation_token=a%20b"


def test_a_list_that_does_not_end_is_given_up() -> None:
    def answer(url: str) -> Response:
        return (
            NEWER(url)
            if "since=" not in url
            else Response(url=url, status=200, body=b'{"posts":[],"continuationToken":"x"}')
        )

    with pytest.raises(UnexpectedShape, match="does not end"):
        drive(pagerduty.backfill(PAGE, PAGE.now - timedelta(days=20)), PAGE, answer)


@pytest.mark.parametrize("written", [1779271200000, "2026-05-20T10:00:00Z"])
def test_times_are_read_in_milliseconds_and_as_text(written: object) -> None:
    post = json.loads(NEWER(f"{PAGE.url}api/posts/PP2").body)["post"]
    post["updates"][0]["reported_at"] = written
    (piece,) = drive(pagerduty.poll(PAGE), PAGE, changed("posts/PP2", {"post": post}))

    assert {i.started_at for i in piece.incidents if i.id == "PP2"} == {
        datetime(2026, 5, 20, 10, tzinfo=UTC)
    }


@pytest.mark.parametrize(("word", "level"), [*pagerduty.VOCABULARY.items(), ("unheard_of", None)])
def test_every_severity_of_a_service_has_its_level(word: str, level: Level | None) -> None:
    body = answers_from(FIXTURES / "ongoing")(PAGE.url).body.replace(
        b'"severity":"outage"', f'"severity":"{word}"'.encode()
    )
    (piece,) = drive(
        pagerduty.poll(replace(PAGE, cursor="older")),
        PAGE,
        lambda url: Response(url=url, status=200, body=body),
    )

    assert {seen.component_id: seen.level for seen in piece.observed or ()}["PAPI"] is level


@pytest.mark.parametrize("at_end", [False, True])
def test_a_service_that_an_update_names_twice_is_in_the_worse_state(*, at_end: bool) -> None:
    body = answers_from(FIXTURES / "ongoing")(PAGE.url).body.decode()
    named = '{"business_service_id":"BAPI","id":"PAPI","name":"API","severity":"outage"}'
    well = named.replace("outage", "all_good")
    twice = body.replace(named, f"{named},{well}" if at_end else f"{well},{named}")
    (piece,) = drive(
        pagerduty.poll(replace(PAGE, cursor="older")),
        PAGE,
        lambda url: Response(url=url, status=200, body=twice.encode()),
    )

    assert twice != body
    assert {seen.component_id: seen.level for seen in piece.observed or ()}[
        "PAPI"
    ] is Level.MAJOR_OUTAGE
