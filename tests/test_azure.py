"""What the Azure platform reads beyond its fixtures: vanished items, freshness, hosts, and times
told in prose."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import platforms
from monitor.errors import Moved, UnexpectedShape
from monitor.kit.protocol import Response
from monitor.model import Evidence, Phase
from monitor.platforms import azure
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "azure"


def polled(case: str, changes: Mapping[str, object] | None = None, **context: object) -> Evidence:
    """Poll a case, its answer changed."""
    page = context_of(FIXTURES / case, **context)
    recorded = answers_from(FIXTURES / case)
    (piece,) = drive(azure.poll(page), page, lambda url: replace(recorded(url), **(changes or {})))  # type: ignore[arg-type]
    return piece


def reviewed(text: str) -> list[tuple[str, str]]:
    """Return from when to when a review with this text says that its outage lasted."""
    case = FIXTURES / "quiet"
    page, recorded = context_of(case), answers_from(case)
    told = "Between 07:10 and 09:45 UTC on 4 May 2026"

    def answer(url: str) -> Response:
        return replace(recorded(url), body=recorded(url).body.replace(told.encode(), text.encode()))

    pieces = drive(azure.backfill(page, page.now - timedelta(days=90)), page, answer)
    return [
        (f"{i.started_at:%m-%d %H:%M}", f"{i.resolved_at:%m-%d %H:%M}")
        for piece in pieces
        for i in piece.incidents
        if i.id == "TEA1-0A0" and i.started_at != i.resolved_at
    ]


def test_an_item_that_left_a_fresh_feed_ended_when_it_was_first_missed() -> None:
    before = polled("ongoing")
    after = polled(
        "quiet", cursor=before.cursor, open_incidents=frozenset({"failing-searches-in-west-us"})
    )

    (incident,) = after.incidents
    assert (incident.phase, incident.resolved_at) == (Phase.CLOSED, after.read_at)
    assert {(i.component_id, i.start, i.end) for i in after.impacts} == {
        (name, datetime(2026, 5, 20, 9, 20, tzinfo=UTC), after.read_at)
        for name in ("Kettle Search", "Teapot Front Door")
    }


def test_an_item_that_is_missing_from_a_stale_feed_goes_on() -> None:
    before = polled("ongoing")
    after = polled(
        "stale-feed",
        cursor=before.cursor,
        open_incidents=frozenset({"failing-searches-in-west-us"}),
    )

    assert after.incidents == ()
    assert after.withdrawn == ()
    assert after.cursor == before.cursor


@pytest.mark.parametrize("built", [b"Wed, 20 May 2026 13:30:00 Z", b""])
def test_a_feed_made_in_the_future_or_at_no_time_says_nothing_of_now(built: bytes) -> None:
    body = (
        (FIXTURES / "quiet" / "feed.xml")
        .read_bytes()
        .replace(b"Wed, 20 May 2026 11:59:00 Z", built)
    )
    piece = polled("quiet", {"body": body})

    assert [seen.level for seen in piece.observed or ()] == [None]


def test_the_feed_is_asked_of_the_feeds_host_and_never_conditionally() -> None:
    """A copy that was kept somewhere is "unchanged" for ever; the user's address may be that of the
    regional site."""
    page = replace(context_of(FIXTURES / "quiet"), url="https://status.azure.com/")
    asked = next(azure.poll(page))

    assert (page.absolute(asked.path), asked.conditional) == (azure.FEED, False)
    assert [
        get.path for get in platforms.probes_of("azure", "https://status.azure.com/en-us/status")
    ] == [azure.FEED]
    assert platforms.probes_of("azure", "https://status.harbour.example/") == ()


def test_a_feed_from_a_host_that_is_routed_by_region_is_refused() -> None:
    with pytest.raises(Moved, match=r"status\.azure\.com"):
        polled("quiet", {"final_url": "https://status.azure.com/en-us/status/feed/"})


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("Between 23:10 and 01:20 UTC on 4 May 2026", [("05-04 23:10", "05-05 01:20")]),
        (
            "Between 23:10 UTC on 3 May and 01:20 UTC on 4 May 2026",
            [("05-03 23:10", "05-04 01:20")],
        ),
        (
            "Between approximately 07:10 UTC and 09:45 UTC on 4 May 2026",
            [("05-04 07:10", "05-04 09:45")],
        ),
        ("Between 09:45 UTC on 5 May and 07:10 UTC on 4 May 2026", []),
        ("Between 27:10 and 29:45 UTC on 31 April 2026", []),
        ("On the morning of 4 May 2026", []),
    ],
)
def test_the_time_of_a_reviewed_outage_is_that_of_its_first_sentence_or_unknown(
    text: str, window: list[tuple[str, str]]
) -> None:
    assert reviewed(text) == window


def test_a_review_whose_time_is_not_told_is_listed_on_its_day() -> None:
    page = context_of(FIXTURES / "quiet")
    pieces = drive(
        azure.backfill(page, page.now - timedelta(days=90)), page, answers_from(FIXTURES / "quiet")
    )

    (incident,) = (each for piece in pieces for each in piece.incidents if each.id == "TEA3-0C0")
    assert (f"{incident.started_at:%Y-%m-%d}", incident.phase) == ("2026-03-30", Phase.CLOSED)


def test_a_review_without_a_day_asks_the_user_for_a_recording() -> None:
    page, recorded = context_of(FIXTURES / "quiet"), answers_from(FIXTURES / "quiet")
    steps = azure.backfill(page, page.now - timedelta(days=90))

    with pytest.raises(UnexpectedShape, match="monitor record URL DIR"):
        drive(
            steps,
            page,
            lambda url: replace(recorded(url), body=recorded(url).body.replace(b"05/04/2026", b"")),
        )


def test_the_feed_says_when_it_began_only_within_reason() -> None:
    """A beginning long before or after the publication is another time that the text tells of."""
    told = (FIXTURES / "ongoing" / "feed.xml").read_bytes()
    starts = []
    for text in (
        b"09:20 UTC on 20 May 2026",
        b"09:20 UTC on 20 April 2026",
        b"11:20 UTC on 20 May 2026",
    ):
        (incident,) = polled(
            "ongoing", {"body": told.replace(b"09:20 UTC on 20 May 2026", text)}
        ).incidents
        starts.append(f"{incident.started_at:%H:%M}")

    assert starts == ["09:20", "10:05", "10:05"]
