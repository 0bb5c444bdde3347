"""What the Apple platform reads beyond its fixtures: vanished events, its two pages, and the
function call around it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model import Evidence, Phase
from monitor.platforms import apple
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "apple"
HOST = "https://www.apple.com"


def polled(case: str, body: bytes | None = None, **context: object) -> Evidence:
    page, recorded = context_of(FIXTURES / case, **context), answers_from(FIXTURES / case)
    (piece,) = drive(
        apple.poll(page), page, lambda url: replace(recorded(url), body=body or recorded(url).body)
    )
    return piece


def test_an_event_that_left_the_list_while_it_went_on_ended_when_it_was_first_missed() -> None:
    before = polled("ongoing")
    after = polled("quiet", cursor=before.cursor, open_incidents=frozenset({"101"}))

    (incident,) = after.incidents
    assert (incident.phase, incident.resolved_at) == (Phase.CLOSED, after.read_at)
    assert {(i.component_id, i.end) for i in after.impacts} == {
        ("App Store", after.read_at),
        ("Teapot Music", after.read_at),
    }
    assert after.withdrawn == ()


def test_an_event_under_two_services_is_one_incident() -> None:
    (incident,) = polled("ongoing").incidents

    assert (incident.id, incident.component_ids) == ("101", ("App Store", "Teapot Music"))


@pytest.mark.parametrize(
    ("page", "document"),
    [
        (f"{HOST}/support/systemstatus/", "/support/systemstatus/data/system_status_en_US.js"),
        (
            "https://developer.apple.com/system-status/",
            "/support/systemstatus/data/developer/system_status_en_US.js",
        ),
    ],
)
def test_each_page_has_its_document(page: str, document: str) -> None:
    asked = next(apple.poll(replace(context_of(FIXTURES / "quiet"), url=page)))

    assert asked.path == f"{HOST}{document}"
    assert [get.path for get in apple.probe(page)] == [asked.path]


@pytest.mark.parametrize(
    "url",
    [f"{HOST}/newsroom/", "https://developer.apple.com/news/", "https://status.harbour.example/"],
)
def test_no_other_page_of_apple_is_asked(url: str) -> None:
    assert apple.probe(url) == ()


@pytest.mark.parametrize(
    "form", [b"%s", b"jsonCallback(%s);", b" jsonCallback(%s) ;\n", b"\xef\xbb\xbf%s"]
)
def test_the_document_is_the_same_with_a_function_call_around_it(form: bytes) -> None:
    body = (FIXTURES / "ongoing" / "status.json").read_bytes()

    assert polled("ongoing", form % body) == polled("ongoing")


def test_a_backfill_says_what_it_cannot_reach() -> None:
    page = context_of(FIXTURES / "quiet")
    *_, last = drive(
        apple.backfill(page, page.now - timedelta(days=3)), page, answers_from(FIXTURES / "quiet")
    )

    assert [gap.what for gap in last.gaps] == ["days 2026-05-17..2026-05-20"]
