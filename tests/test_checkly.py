"""What the Checkly platform reads beyond its fixtures: where its slug comes from, and what each
severity is worth."""

import json
from pathlib import Path

import pytest

from monitor.errors import FetchError, NotJson, TimedOut
from monitor.kit.protocol import PageContext, Response
from monitor.model import Level
from monitor.platforms import checkly
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "checkly"
CHAT = "a0000000-0000-4000-8000-000000000001"
PATHS = ["uptime", "unresolved-incidents", "maintenance-windows"]


def asked(page: PageContext) -> list[str]:
    recorded, urls = answers_from(FIXTURES / "quiet"), []

    def answer(url: str) -> Response:
        urls.append(url)
        return recorded(f"https://status.vendor.example/{url.removeprefix(page.url)}")

    (piece,) = drive(checkly.poll(page), page, answer)
    assert piece.cursor == "vendor"
    return [url.removeprefix(page.url) for url in urls]


def test_the_slug_is_looked_up_once_and_not_at_all_on_checklys_own_host() -> None:
    page = context_of(FIXTURES / "quiet")
    three = [f"api/status-page/vendor/{path}" for path in PATHS]

    assert asked(page) == ["", *three]
    assert asked(context_of(FIXTURES / "quiet", cursor="vendor")) == three
    assert asked(PageContext(url="https://vendor.checkly-status-page.com/", now=page.now)) == three


def test_an_address_on_checklys_host_that_leads_nowhere_is_not_guessed_at_elsewhere() -> None:
    page = PageContext(
        url="https://vendor.checkly-status-page.com/", now=context_of(FIXTURES / "quiet").now
    )

    with pytest.raises(NotJson):
        drive(
            checkly.poll(page),
            page,
            lambda url: Response(url=url, status=200, body=b"<!DOCTYPE html>"),
        )


def test_the_slug_also_stands_in_the_addresses_a_page_asks_for() -> None:
    page = context_of(FIXTURES / "quiet")
    recorded, root = (
        answers_from(FIXTURES / "quiet"),
        b'<script>fetch("/api/status-page/vendor/uptime")</script>',
    )

    def answer(url: str) -> Response:
        return Response(url=url, status=200, body=root) if url == page.url else recorded(url)

    (piece,) = drive(checkly.poll(page), page, answer)
    assert len(piece.observed or ()) == 3


def test_what_goes_on_must_be_read_and_what_is_planned_need_not() -> None:
    page = context_of(FIXTURES / "quiet", cursor="vendor")
    recorded = answers_from(FIXTURES / "quiet")

    def without(part: str):
        def answer(url: str) -> Response | FetchError:
            return TimedOut("too slow", url=url) if part in url else recorded(url)

        return answer

    (piece,) = drive(checkly.poll(page), page, without("maintenance-windows"))  # type: ignore[arg-type]
    assert piece.page is not None
    assert piece.page.remark == checkly.NO_WINDOWS
    with pytest.raises(TimedOut):
        drive(checkly.poll(page), page, without("unresolved-incidents"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("severity", "level", "word"),
    [
        ("MINOR", Level.DEGRADED, "minor"),
        ("MEDIUM", Level.PARTIAL_OUTAGE, "major"),
        ("MAJOR", Level.MAJOR_OUTAGE, "critical"),
        ("CRITICAL", Level.MAJOR_OUTAGE, "critical"),
        ("MAINTENANCE", Level.MAINTENANCE, "maintenance"),
        ("UNHEARD OF", None, "UNHEARD OF"),
    ],
)
def test_every_severity_has_its_level_now_and_its_word_in_history(
    severity: str, level: Level | None, word: str
) -> None:
    page = context_of(FIXTURES / "ongoing", cursor="vendor")
    recorded = answers_from(FIXTURES / "ongoing")

    def answer(url: str) -> Response:
        told = json.loads(recorded(url).body)
        for incident in told.get("incidents", []):
            incident["severity"] = severity
        return Response(url=url, status=200, body=json.dumps(told).encode())

    (piece,) = drive(checkly.poll(page), page, answer)
    assert {o.component_id: o.level for o in piece.observed or ()}[CHAT] is level
    assert {impact.word for impact in piece.impacts} == {word}


def test_the_pages_own_figures_are_kept() -> None:
    (piece,) = drive(
        checkly.poll(context_of(FIXTURES / "quiet")),
        context_of(FIXTURES / "quiet"),
        answers_from(FIXTURES / "quiet"),
    )

    assert {(each.component_id, each.window_days): round(each.ratio, 5) for each in piece.reported}[
        (CHAT, 90)
    ] == 0.99481
