"""What the Slack platform reads beyond its fixtures: least traffic, ends, contradictions, and
damaged answers."""

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polled_cases import polled_in_turn

from monitor import platforms
from monitor.errors import PageError, ParseError, UnexpectedShape
from monitor.impacts import DEFAULT_IMPACT_MAPPING, IMPACT_WORDS
from monitor.kit.protocol import PageContext, Response, Steps
from monitor.model import Evidence, Level, Phase
from monitor.platforms import slack
from tests.damage import assert_sound, damaged, damaged_text, to_bytes
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "slack"
HOST = "https://slack-status.com"
CURRENT, HISTORY = f"{HOST}/api/v2.0.0/current", f"{HOST}/api/v2.0.0/history"


def poll(
    case: str, answer: Answer | None = None, asked: list[str] | None = None, **context: object
) -> list[Evidence]:
    page = context_of(FIXTURES / case, **context)
    return drive(slack.poll(page), page, answer or answers_from(FIXTURES / case), asked=asked)


def backfill(case: str, answer: Answer | None = None, days: int = 90) -> list[Evidence]:
    page = context_of(FIXTURES / case)
    steps = slack.backfill(page, page.now - timedelta(days=days))
    return drive(steps, page, answer or answers_from(FIXTURES / case))


def with_bodies(case: str, bodies: Mapping[str, bytes]) -> Answer:
    recorded = answers_from(FIXTURES / case)

    def answer(url: str) -> Response:
        return (
            replace(recorded(url), status=200, body=bodies[url]) if url in bodies else recorded(url)
        )

    return answer


def told(case: str, name: str) -> Any:
    return json.loads(answers_from(FIXTURES / case)(f"{HOST}/api/v2.0.0/{name}").body)


def levels(piece: Evidence) -> dict[str, Level | None]:
    return {seen.component_id: seen.level for seen in piece.observed or ()}


# ----------------------------------------------------------------------------------------------------------
# vocabulary


def test_a_type_is_worth_the_same_now_and_in_history() -> None:
    """Levels of now are told by us, those of history by the mapping of impact words, which a user
    may change."""
    levels = {*slack.KINDS.values(), slack.WIDE}

    assert {IMPACT_WORDS[level]: level for level in levels} == dict(DEFAULT_IMPACT_MAPPING)


@pytest.mark.parametrize(("services", "level"), [(5, Level.DEGRADED), (6, Level.PARTIAL_OUTAGE)])
def test_an_incident_on_more_than_half_of_the_eleven_services_is_a_partial_outage(
    services: int, level: Level
) -> None:
    answer = told("ongoing", "current")
    answer["active_incidents"][0]["services"] = list(slack.SERVICES[:services])
    (piece,) = poll("ongoing", with_bodies("ongoing", {CURRENT: to_bytes(answer)}))

    assert levels(piece)["Messaging"] is level
    assert {impact.word for impact in piece.impacts} == {"minor" if services == 5 else "major"}


def test_a_service_nobody_knew_stays_listed_after_its_incident() -> None:
    (piece,) = poll("quiet", components=frozenset({"Messaging", "Lists"}))

    assert [component.id for component in piece.components or ()] == [*slack.SERVICES, "Lists"]
    assert levels(piece)["Lists"] is Level.OPERATIONAL


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("outage", Level.MAJOR_OUTAGE),
        ("incident", Level.DEGRADED),
        ("maintenance", None),
        ("notice", None),
    ],
)
def test_trouble_shows_beside_an_incident_whose_type_nobody_knows(
    kind: str, expected: Level | None
) -> None:
    answer = told("ongoing", "current")
    (known,) = answer["active_incidents"]
    known["type"] = kind
    answer["active_incidents"].append({**known, "id": 111, "type": "hiccup"})
    (piece,) = poll("ongoing", with_bodies("ongoing", {CURRENT: to_bytes(answer)}))

    assert {seen.word for seen in piece.observed or () if seen.component_id == "Messaging"} == {
        kind if expected is not None else "hiccup"
    }
    assert levels(piece)["Messaging"] is expected


# --------------------------------------------------------------------------------------------------------
# least traffic


@pytest.mark.parametrize("case", ["quiet", "ongoing"])
def test_a_poll_is_one_request(case: str) -> None:
    asked: list[str] = []
    poll(case, asked=asked)

    assert asked == [CURRENT]


def test_an_unchanged_answer_says_nothing_new() -> None:
    recorded = answers_from(FIXTURES / "ongoing")

    assert poll("ongoing", lambda url: replace(recorded(url), body=b"", unchanged=True)) == []


def test_an_incident_that_left_the_list_costs_one_more_request_and_ends_with_its_last_post() -> (
    None
):
    asked: list[str] = []
    pieces = poll("ended-incident", asked=asked, open_incidents=frozenset({"110"}))

    assert asked == [CURRENT, HISTORY]
    (ended,) = (each for piece in pieces for each in piece.incidents if each.id == "110")
    assert (ended.phase, ended.resolved_at) == (
        Phase.CLOSED,
        datetime(2026, 5, 20, 11, 15, tzinfo=UTC),
    )


def test_posts_may_come_in_either_order() -> None:
    """The current answer has the newest post first, the history the oldest."""
    history = told("ended-incident", "history")
    for row in history:
        row["notes"].reverse()

    assert backfill(
        "ended-incident", with_bodies("ended-incident", {HISTORY: to_bytes(history)})
    ) == backfill("ended-incident")


def test_a_closed_incident_with_one_post_ends_with_its_last_change_or_counts_for_a_second() -> None:
    rows = told("short-history", "history")
    row = rows[0]
    row["notes"] = row["notes"][:1]
    ends = []
    for changed in (row["date_updated"], row["date_created"]):
        row["date_updated"] = changed
        answer = with_bodies("short-history", {HISTORY: to_bytes(rows)})
        ends.append(
            [impact.end for piece in backfill("short-history", answer) for impact in piece.impacts]
        )

    assert ends == [
        [datetime(2026, 4, 11, 7, 20, tzinfo=UTC)],
        [datetime(2026, 4, 11, 5, 50, 1, tzinfo=UTC)],
    ]


# -------------------------------------------------------------------------------------------------------
# contradictions


def test_an_active_state_without_incidents_makes_no_service_operational() -> None:
    answer = told("quiet", "current") | {"status": "active"}
    (piece,) = poll("quiet", with_bodies("quiet", {CURRENT: to_bytes(answer)}))

    assert set(levels(piece).values()) == {None}
    assert piece.page is not None
    assert piece.page.remark == "the state is active and no incident is listed"


def test_a_state_of_ok_beside_an_incident_does_not_hide_it() -> None:
    answer = told("ongoing", "current") | {"status": "ok"}
    (piece,) = poll("ongoing", with_bodies("ongoing", {CURRENT: to_bytes(answer)}))

    assert levels(piece)["Messaging"] is Level.DEGRADED
    assert piece.page is not None
    assert piece.page.remark == "the state is ok and an incident is going on"


def test_an_answer_without_the_list_of_incidents_is_an_error() -> None:
    with pytest.raises(UnexpectedShape, match="active_incidents"):
        poll("quiet", with_bodies("quiet", {CURRENT: b'{"status": "ok"}'}))


@pytest.mark.parametrize("date", ["1970-01-01T00:00:00Z", "2300-01-01T00:00:00Z"])
@pytest.mark.parametrize("field", ["date_created", "date_updated"])
def test_a_date_of_another_age_is_an_error_and_covers_no_decades(field: str, date: str) -> None:
    """A beginning in 1970 would make every day since then one of which everything is known."""
    rows = told("ended-incident", "history")
    rows[-1][field] = date

    with pytest.raises(UnexpectedShape, match=f"incident.{field}: expected a time with its offset"):
        backfill("ended-incident", with_bodies("ended-incident", {HISTORY: to_bytes(rows)}))


def test_blanks_around_a_name_make_it_no_other_one() -> None:
    answer = told("ongoing", "current")
    for name in ("title", "type", "status", "url"):
        answer["active_incidents"][0][name] += " "
    answer["active_incidents"][0]["services"] = [" Messaging "]

    assert poll("ongoing", with_bodies("ongoing", {CURRENT: to_bytes(answer)})) == poll("ongoing")


def test_what_is_announced_has_not_begun_though_it_is_no_maintenance() -> None:
    answer = told("ongoing", "current")
    answer["active_incidents"][0] |= {
        "status": "scheduled",
        "date_created": "2026-05-21T02:58:00-07:00",
    }
    (piece,) = poll("ongoing", with_bodies("ongoing", {CURRENT: to_bytes(answer)}))

    (announced,) = piece.incidents
    assert (announced.phase, announced.started_at) == (
        Phase.SCHEDULED,
        datetime(2026, 5, 21, 9, 58, tzinfo=UTC),
    )
    assert piece.impacts == ()


def test_what_is_listed_now_is_bad_now_however_far_ahead_it_is_dated() -> None:
    """But no time before now can be told of it: it was written later than what we take for now."""
    answer = told("ongoing", "current")
    answer["active_incidents"][0]["date_created"] = "2026-06-20T02:58:00-07:00"
    (piece,) = poll("ongoing", with_bodies("ongoing", {CURRENT: to_bytes(answer)}))

    assert levels(piece)["Messaging"] is Level.DEGRADED
    assert piece.impacts == ()


def test_of_an_incident_told_twice_what_changed_last_counts() -> None:
    rows = told("ended-incident", "history")
    older = copy.deepcopy(rows[0]) | {"status": "active"}
    older["date_updated"] = older["date_created"]
    answer = with_bodies("ended-incident", {HISTORY: to_bytes([rows[0], older, *rows[1:]])})

    assert backfill("ended-incident", answer) == backfill("ended-incident")


# -------------------------------------------------------------------------------------------------------------
# detection


def test_only_slacks_hosts_are_asked_for_its_answer() -> None:
    assert [get.path for get in platforms.probes_of("slack", "https://status.slack.com/")] == [
        "/api/v2.0.0/current"
    ]
    assert platforms.probes_of("slack", "https://status.harbour.example/") == ()


def test_the_short_answer_of_a_quiet_day_proves_slack_only_on_its_host() -> None:
    answer = answers_from(FIXTURES / "quiet")(CURRENT)
    elsewhere = replace(answer, url="https://status.harbour.example/", final_url="")

    assert {signal.kind for signal in platforms.signals("slack", answer)} == {"shape", "host"}
    assert {signal.kind for signal in platforms.signals("slack", elsewhere)} == {"shape"}


def test_an_error_page_proves_nothing_whatever_it_holds() -> None:
    answer = replace(answers_from(FIXTURES / "ongoing")(CURRENT), status=500)

    assert platforms.signals("slack", answer) == []


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"status": "ok"}',
        b'[{"id": 1}]',
        b"<html>",
        b"[" * 100_000,
        b"[" + b"9" * 5000 + b"]",
    ],
)
def test_what_is_not_its_shape_is_no_sign_even_on_its_host(body: bytes) -> None:
    assert platforms.signals("slack", Response(url=CURRENT, status=200, body=body)) == []


# ----------------------------------------------------------------------------------------------------------
# whole path


async def test_an_incident_seen_by_polls_is_kept_from_its_first_to_its_last_post() -> None:
    """From 09:58 to 11:15, however long before and after that we asked."""
    turns = (("quiet", 0), ("ongoing", 5), ("ongoing", 5), ("ended-incident", 70))
    polls = await polled_in_turn(FIXTURES, f"{HOST}/", turns)

    day = polls.history.components["Messaging"].day(date(2026, 5, 20))
    assert polls.outcomes == ["ok", "ok", "unchanged", "ok"]
    assert not polls.has_unfinished
    assert (day.seconds.major, day.seconds.degraded) == (0, 77 * 60)


# -------------------------------------------------------------------------------------------------------
# damaged answers


def outcome(
    steps: Steps, page: PageContext, answer: Answer
) -> tuple[list[Evidence], PageError | None]:
    try:
        return drive(steps, page, answer), None
    except PageError as error:
        return [], error


def holds(case: str, bodies: Mapping[str, bytes]) -> None:
    """Poll and backfill either say what the answers contain or raise one of our errors about an
    answer."""
    page = context_of(FIXTURES / case, open_incidents=frozenset({"110", "102"}))
    answer = with_bodies(case, bodies)
    text = "".join(answer(url).text for url in (CURRENT, HISTORY))
    meant = {level for word, level in slack.KINDS.items() if f'"{word}"' in text}
    if '"incident"' in text:
        meant.add(slack.WIDE)
    for steps in (slack.poll(page), slack.backfill(page, page.now - timedelta(days=200))):
        evidence, failure = outcome(steps, page, answer)
        assert failure is None or (isinstance(failure, ParseError) and failure.url)
        for piece in evidence:
            assert_sound(piece, page)
            assert {seen.level for seen in piece.observed or ()} <= meant | {
                None,
                Level.OPERATIONAL,
            }
            inferred = {impact.word for impact in piece.impacts} & {*IMPACT_WORDS.values()}
            assert inferred <= {IMPACT_WORDS[level] for level in meant}
    for url, body in bodies.items():
        platforms.signals("slack", Response(url=url, status=200, body=body))


@pytest.mark.slow
@pytest.mark.parametrize("case", ["outage", "maintenance", "ended-incident"])
@given(data=st.data())
def test_damaged_json_gives_what_it_says_or_our_error(case: str, data: st.DataObject) -> None:
    holds(case, {
        CURRENT: to_bytes(data.draw(damaged(told(case, "current")))),
        HISTORY: to_bytes(data.draw(damaged(told(case, "history")))),
    })  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "url"), [("current", CURRENT), ("history", HISTORY)])
@given(data=st.data())
def test_damaged_bytes_give_what_they_say_or_our_error(
    name: str, url: str, data: st.DataObject
) -> None:
    holds(
        "outage",
        {url: data.draw(damaged_text((FIXTURES / "outage" / f"{name}.json").read_bytes()))},
    )


def test_what_goes_on_has_begun_though_it_is_dated_ahead_of_us() -> None:
    (begun,) = {impact.start for piece in poll("ongoing") for impact in piece.impacts}
    early = begun - timedelta(hours=1)

    found = [impact for piece in poll("ongoing", now=early) for impact in piece.impacts]

    assert {(impact.start, impact.end) for impact in found} == {(early, None)}
