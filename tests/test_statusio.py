"""Status.io: parts at locations, codes, what has left the list, and how seldom the host is
asked."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import platforms
from monitor.errors import BadStatus, ParseError, UnexpectedShape
from monitor.kit.protocol import Get, PageContext, Response, Signal
from monitor.model import Aspect, Evidence, Impact, Level, Phase
from monitor.platforms import probes_for, statusio
from tests.damage import assert_all_sound, damaged_bytes
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "statusio"
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
ID = "5a0000000000000000000001"
API = f"https://api.status.io/1.0/status/{ID}"
HARBOUR = "5b0000000000000000000001.5c0000000000000000000001"
INCIDENT = "5d0000000000000000000001"


def document(name: str) -> Any:
    return json.loads((FIXTURES / name / "status.json").read_text())


def page(**changes: Any) -> PageContext:
    return PageContext(url=f"https://status.io/pages/{ID}/", now=NOW, **changes)


def read(told: Any, context: PageContext | None = None) -> Evidence:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    context = context or page()
    (found,) = drive(
        statusio.poll(context), context, lambda url: Response(url=url, status=200, body=body)
    )
    return found


def levels(evidence: Evidence) -> dict[str, Level | None]:
    return {each.component_id: each.level for each in evidence.observed or ()}


# ----------------------------------------------------------------------------------------------------
# what it means


def test_one_location_under_several_parts_is_a_component_of_each() -> None:
    names = [
        (each.name, each.group, each.region) for each in read(document("quiet")).components or ()
    ]

    assert names == [
        ("Booking (Harbour)", "Booking", "Harbour"),
        ("Booking (Island)", "Booking", "Island"),
        ("Tracking", None, "Harbour"),
    ]


@pytest.mark.parametrize(
    ("code", "level"),
    [
        (100, Level.OPERATIONAL),
        (200, Level.MAINTENANCE),
        (300, Level.DEGRADED),
        (400, Level.PARTIAL_OUTAGE),
        (500, Level.MAJOR_OUTAGE),
        (600, Level.DEGRADED),
        ("500", Level.MAJOR_OUTAGE),
        (0, None),
        (150, None),
        ("Operational", None),
    ],
)
def test_the_code_counts_and_not_the_words_beside_it(code: object, level: Level | None) -> None:
    told = document("quiet")
    told["result"]["status"][0]["containers"][0] |= {"status_code": code, "status": "Operational"}

    evidence = read(told)

    assert levels(evidence)[HARBOUR] is level
    assert evidence.unknown_words == (() if level is not None else (str(code),))


def test_blanks_around_a_code_make_it_no_other_one_and_those_of_a_title_stay() -> None:
    told = document("ongoing")
    told["result"]["status"][0]["containers"][0]["status_code"] = " 500 "
    told["result"]["incidents"][0]["name"] += " "
    found = read(told)

    assert levels(found)[HARBOUR] is Level.MAJOR_OUTAGE
    assert [each.title for each in found.incidents] == ["Booking is down "]


def test_a_part_without_locations_is_one_component() -> None:
    told = document("quiet")
    told["result"]["status"] = [
        {**told["result"]["status"][0], "containers": [], "status_code": 400}
    ]

    assert levels(read(told)) == {"5b0000000000000000000001": Level.PARTIAL_OUTAGE}


def test_trouble_begins_when_the_page_says_it_changed_and_is_told_once() -> None:
    first = read(document("ongoing"))
    later = PageContext(url=page().url, now=NOW + timedelta(minutes=5), cursor=first.cursor)

    assert [
        (i.component_id, i.start, i.end) for i in own(first) if i.level is Level.MAJOR_OUTAGE
    ] == [(HARBOUR, datetime(2026, 5, 20, 11, tzinfo=UTC), NOW)]
    assert own(read(document("ongoing"), later)) == []


def own(evidence: Evidence) -> list[Impact]:
    """Return what components' own states tell; what messages of incidents tell is told anew with
    the incident."""
    return [impact for impact in evidence.impacts if impact.incident_id is None]


def of_incidents(evidence: Evidence) -> list[tuple[str, Level | None, datetime, datetime | None]]:
    return [
        (i.component_id, i.level, i.start, i.end)
        for i in evidence.impacts
        if i.incident_id is not None
    ]


def test_messages_tell_of_the_time_before_a_location_was_last_set_and_so_they_do_when_it_is_over() -> (
    None
):
    opened, set_again = datetime(2026, 5, 17, 8, tzinfo=UTC), datetime(2026, 5, 20, 11, tzinfo=UTC)
    first = read(document("open-since-days"))
    same = read(document("open-since-days"), page(cursor=first.cursor))
    over = read(document("quiet"), page(cursor=same.cursor, open_incidents=frozenset({INCIDENT})))

    assert of_incidents(first) == [(HARBOUR, Level.PARTIAL_OUTAGE, opened, set_again)]
    assert of_incidents(same) == of_incidents(over) == of_incidents(first)


def test_an_incident_that_says_it_is_resolved_and_is_listed_on_ended_with_the_message_that_says_so() -> (
    None
):
    told = document("open-since-days")
    (row,) = told["result"]["incidents"]
    row["messages"][1] |= {"state": 400, "status": 100}
    row["messages"].append(
        {
            "details": "A review.",
            "state": 400,
            "status": 100,
            "datetime": "2026-05-20T11:50:00.000Z",
        }
    )
    told["result"]["status"][0]["containers"][0]["updated"] = "2026-05-20T11:50:00.000Z"

    found = read(told)

    assert found.incidents[0].resolved_at == datetime(2026, 5, 20, 11, tzinfo=UTC)
    assert of_incidents(found) == [
        (
            HARBOUR,
            Level.PARTIAL_OUTAGE,
            datetime(2026, 5, 17, 8, tzinfo=UTC),
            datetime(2026, 5, 20, 11, tzinfo=UTC),
        )
    ]


def test_an_incident_without_messages_is_listed_and_says_nothing_of_the_time_before() -> None:
    told = document("ongoing")
    told["result"]["incidents"][0]["messages"] = []

    found = read(told)

    assert [(each.id, each.status, each.impact) for each in found.incidents] == [
        (INCIDENT, "open", "unknown")
    ]
    assert found.incidents[0].component_ids == (HARBOUR,)
    assert of_incidents(found) == []


def test_a_code_of_a_message_that_nobody_knows_leaves_its_time_unknown_and_is_counted() -> None:
    told = document("open-since-days")
    told["result"]["incidents"][0]["messages"][0]["status"] = 450

    found = read(told)

    assert [level for _, level, *_ in of_incidents(found)] == [None]
    assert found.unknown_words == ("450",)


def test_an_incident_that_left_the_list_is_over_and_keeps_its_name() -> None:
    first = read(document("ongoing"))
    later = page(cursor=first.cursor, open_incidents=frozenset({INCIDENT}))

    (ended,) = read(document("quiet"), later).incidents

    assert (ended.id, ended.title, ended.phase, ended.status) == (
        INCIDENT,
        "Booking is down",
        Phase.CLOSED,
        "resolved",
    )
    assert (ended.started_at, ended.resolved_at) == (datetime(2026, 5, 20, 10, 58, tzinfo=UTC), NOW)
    assert ended.component_ids == (HARBOUR,)


def test_an_announced_maintenance_that_left_the_list_before_its_time_did_not_take_place() -> None:
    upcoming = "5d0000000000000000000004"
    first = read(document("maintenance"))
    found = read(document("quiet"), page(cursor=first.cursor, open_incidents=frozenset({upcoming})))

    assert found.withdrawn == (upcoming,)
    assert found.incidents == ()


def test_a_page_without_components_is_refused() -> None:
    with pytest.raises(UnexpectedShape, match="without components"):
        read(document("no-components"))


def test_a_page_that_is_not_public_is_an_error() -> None:
    with pytest.raises(BadStatus):
        drive(statusio.poll(page()), page(), lambda url: Response(url=url, status=404, body=b"{}"))


# ------------------------------------------------------------------------------------------------
# how often it asks


def asked_by(steps: Any, context: PageContext, name: str = "quiet") -> list[str]:
    asked: list[str] = []
    drive(steps, context, answers_from(FIXTURES / name), asked=asked)
    return asked


def test_the_html_is_read_once_for_the_id_and_never_again() -> None:
    context = context_of(FIXTURES / "quiet")
    (first,) = drive(statusio.poll(context), context, answers_from(FIXTURES / "quiet"))
    later = context_of(FIXTURES / "quiet", cursor=first.cursor)

    assert asked_by(statusio.poll(context), context) == [context.url, API]
    assert asked_by(statusio.poll(later), later) == [API]


def test_a_poll_after_the_first_is_conditional() -> None:
    first = read(document("quiet"))

    assert next(statusio.poll(page())) == Get(path=API, conditional=False)
    assert next(statusio.poll(page(cursor=first.cursor))) == Get(path=API, conditional=True)


def test_a_backfill_asks_nothing_when_a_poll_has_read_the_page() -> None:
    later = page(cursor=read(document("quiet")).cursor)

    assert asked_by(statusio.backfill(page(), NOW - timedelta(days=90)), page()) == [API]
    assert asked_by(statusio.backfill(later, NOW - timedelta(days=90)), later) == []


def test_a_backfill_reaches_back_to_each_components_last_change() -> None:
    context = page(cursor=read(document("ongoing")).cursor)

    (found,) = drive(statusio.backfill(context, NOW - timedelta(days=90)), context, pytest.fail)

    assert {cover.aspect for cover in found.coverage} == {Aspect.IMPACTS}
    assert {cover.component_id: cover.span.start for cover in reversed(found.coverage)} == {
        HARBOUR: datetime(2026, 5, 20, 11, tzinfo=UTC),
        "5b0000000000000000000001.5c0000000000000000000002": NOW - timedelta(days=90),
        "5b0000000000000000000002.5c0000000000000000000001": datetime(
            2026, 5, 20, 11, 10, tzinfo=UTC
        ),
    }


@pytest.mark.parametrize(
    "mark", ["", "{}", "[]", "null", '{"id": "x", "at": "2026-05-20T12:00:00+00:00"}', "no"]
)
def test_a_mark_that_cannot_be_read_is_as_none(mark: str) -> None:
    assert read(document("ongoing"), page(cursor=mark)) == read(document("ongoing"))


# -------------------------------------------------------------------------------------------------------
# detection


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (f"https://status.io/pages/{ID}/", API),
        (f"{API}/", API),
        (f"https://ferry.status.io/pages/history/{ID}", API),
        ("https://status.gitlab.com/", "https://api.status.io/1.0/status/5b36dc6502d06804c08349f7"),
    ],
)
def test_a_page_whose_id_is_known_is_asked_for_its_state(url: str, path: str) -> None:
    assert probes_for(url) == (Get(path=path),)


@pytest.mark.parametrize(
    "url",
    [
        "https://status.example.com/",
        f"https://status.example.com/pages/{ID}/",
        f"https://notstatus.io/pages/{ID}/",
    ],
)
def test_an_address_elsewhere_is_not_probed(url: str) -> None:
    assert probes_for(url) == ()


def test_an_error_answer_proves_nothing_whatever_it_holds() -> None:
    body = json.dumps(document("quiet")).encode()

    assert {
        each.kind
        for each in platforms.signals("statusio", Response(url=API, status=200, body=body))
    } == {
        "host",
        "shape",
    }
    assert {
        each.kind
        for each in platforms.signals("statusio", Response(url=API, status=500, body=body))
    } == {"host"}


def test_a_page_that_links_to_status_io_is_not_one_of_its_pages() -> None:
    body = b'<html>We moved away from <a href="https://status.io/">Status.io</a></html>'

    assert platforms.signals(
        "statusio", Response(url="https://blog.example/", status=200, body=body)
    ) == [Signal("assets", "the page refers to status.io")]


# ------------------------------------------------------------------------------------------------------------
# fuzz


def test_an_incident_that_is_listed_twice_was_told_once() -> None:
    told = document("ongoing")
    told["result"]["incidents"] *= 2
    evidence = read(told)

    assert evidence.updates == read(document("ongoing")).updates
    assert len(evidence.updates) > 0


WHOLE = document("maintenance")
WHOLE["result"]["incidents"] = document("overlapping")["result"]["incidents"]
WHOLE["result"]["status"] += document("ongoing")["result"]["status"]


@pytest.mark.slow
@given(
    body=damaged_bytes(WHOLE),
    marked=st.booleans(),
    damaged_mark=damaged_bytes(json.loads(read(document("ongoing")).cursor or "")),
)
def test_whatever_comes_is_evidence_or_an_error_of_ours(
    body: bytes, marked: bool, damaged_mark: bytes
) -> None:
    context = page(
        cursor=damaged_mark.decode(errors="replace") if marked else None,
        open_incidents=frozenset({INCIDENT, "unheard of"}),
    )

    def answer(url: str) -> Response:
        return Response(url=url, status=200, body=body)

    heard = body + (damaged_mark if marked else b"")
    meant = [level for code, level in statusio.LEVELS.items() if code.encode() in heard]
    for steps in (statusio.poll(context), statusio.backfill(context, NOW - timedelta(days=90))):
        try:
            found = drive(steps, context, answer)
        except ParseError:
            continue
        assert_all_sound(found, context, meant)
    assert isinstance(platforms.signals("statusio", answer(API)), list)
