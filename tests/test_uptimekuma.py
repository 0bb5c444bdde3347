"""What the Uptime Kuma platform reads beyond its fixtures: where a page's slug stands, and what its
checks are worth."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import platforms
from monitor.errors import UnexpectedShape
from monitor.kit.protocol import PageContext, Response
from monitor.model import Level
from monitor.platforms import uptimekuma
from tests.cases import recording_of
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "uptimekuma"
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
LEVELS = {0: Level.MAJOR_OUTAGE, 1: Level.OPERATIONAL, 2: Level.DEGRADED, 3: Level.MAINTENANCE}


def asked(url: str, entry: object = None) -> list[str]:
    """Return the paths that a poll of the page at this address asks for."""
    recorded, urls = answers_from(FIXTURES / "quiet"), []

    def answer(url: str) -> Response:
        path = url.removeprefix("https://kuma.orchard.example")
        urls.append(path)
        if path == uptimekuma.ENTRY:
            return Response(url=url, status=200, body=json.dumps(entry).encode())
        return recorded(url.replace("/default", "/main").replace("/shop", "/main"))

    drive(
        uptimekuma.poll(PageContext(url=f"https://kuma.orchard.example{url}", now=NOW)),
        context_of(FIXTURES / "quiet"),
        answer,
    )
    return urls


def two(slug: str) -> list[str]:
    return [f"/api/status-page/{slug}", f"/api/status-page/heartbeat/{slug}"]


def test_the_slug_stands_in_the_address_of_a_page() -> None:
    assert asked("/status/main/") == two("main")
    assert asked("/status/Main/") == two("main")
    assert asked("/status/") == asked("/status-page/") == two("default")


def test_a_host_whose_root_is_a_page_tells_its_slug() -> None:
    assert asked("/", {"type": "statusPageMatchedDomain", "statusPageSlug": "shop"}) == [
        uptimekuma.ENTRY,
        *two("shop"),
    ]
    assert asked("/", {"type": "entryPage", "entryPage": "statusPage-shop"}) == [
        uptimekuma.ENTRY,
        *two("shop"),
    ]


@pytest.mark.parametrize(
    "entry", [{"type": "entryPage", "entryPage": "dashboard"}, {"type": "setup-database"}]
)
def test_a_host_whose_root_is_no_status_page_says_what_to_configure(entry: dict[str, str]) -> None:
    with pytest.raises(UnexpectedShape, match=r"/status/<slug>"):
        asked("/", entry)


def test_the_page_alone_proves_the_platform_and_another_app_does_not() -> None:
    def kinds(case: str) -> set[str]:
        url = recording_of(FIXTURES / case).responses[0]["url"]
        return {
            signal.kind
            for signal in platforms.signals("uptimekuma", answers_from(FIXTURES / case)(url))
        }

    assert kinds("own-host") == {"preload", "manifest"}
    assert kinds("quiet") == {"shape", "settings"}
    plain = Response(
        url="https://app.example/",
        status=200,
        body=b"<html>/api/status-page/main/manifest.json</html>",
    )
    assert platforms.signals("uptimekuma", plain) == []


def page_of(checks: list[tuple[int, int]]):
    """Return a page with one monitor and its checks: the seconds between each and the one before,
    and its status."""
    at, beats = NOW - timedelta(seconds=sum(gap for gap, _ in checks[1:]) + 30), []
    for number, (gap, status) in enumerate(checks):
        at += timedelta(seconds=gap if number else 0)
        beats.append({"status": status, "time": f"{at:%Y-%m-%d %H:%M:%S}", "msg": "", "ping": None})
    told = {"heartbeatList": {"1": beats}, "uptimeList": {"1_24": 1}}
    groups = [{"id": 1, "name": "All", "monitorList": [{"id": 1, "name": "API"}]}]
    config = {
        "config": {"slug": "main", "title": "Orchard"},
        "publicGroupList": groups,
        "maintenanceList": [],
    }

    def answer(url: str) -> Response:
        return Response(
            url=url, status=200, body=json.dumps(told if "heartbeat" in url else config).encode()
        )

    return answer


@given(
    checks=st.lists(
        st.tuples(st.integers(20, 600), st.sampled_from(sorted(LEVELS))), min_size=1, max_size=30
    )
)
def test_every_second_since_the_first_check_is_at_the_level_of_the_check_before_it(
    checks: list[tuple[int, int]],
) -> None:
    page = PageContext(url="https://kuma.orchard.example/status/main/", now=NOW)
    (live,) = drive(uptimekuma.poll(page), page, page_of(checks))
    past = drive(uptimekuma.backfill(page, NOW - timedelta(days=1)), page, page_of(checks))[0]

    assert [one.level for one in live.observed or ()] == [LEVELS[checks[-1][1]]]
    lasted = [*(gap for gap, _ in checks[1:]), 30]
    (cover,) = past.coverage
    assert cover.span.seconds == sum(lasted)
    for status, level in LEVELS.items():
        if level:
            told = sum(
                ((i.end or NOW) - i.start).total_seconds() for i in past.impacts if i.level is level
            )
            assert told == sum(
                gap for gap, (_, found) in zip(lasted, checks, strict=True) if found == status
            )


def test_a_share_that_is_none_is_refused() -> None:
    page = context_of(FIXTURES / "quiet")
    recorded = answers_from(FIXTURES / "quiet")

    def answer(url: str) -> Response:
        body = recorded(url).body
        return Response(url=url, status=200, body=body.replace(b'"1_24": 1', b'"1_24": 99.8'))

    (piece,) = drive(uptimekuma.poll(page), page, recorded)
    assert {(each.component_id, each.window_days, each.ratio) for each in piece.reported} == {
        (k, 1, 1.0) for k in "123"
    }
    with pytest.raises(UnexpectedShape, match="a share"):
        drive(uptimekuma.poll(page), page, answer)
