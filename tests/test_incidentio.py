"""What the incident.io platform reads beyond its fixtures: fallbacks, windows, ends of incidents,
and damaged answers."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import (
    BotChallenge,
    EmptyBody,
    NotJson,
    PageError,
    PageUnavailable,
    TimedOut,
    Truncated,
    UnexpectedShape,
)
from monitor.kit.protocol import PageContext, Response
from monitor.model import Basis, Evidence, IncidentUpdate, Level, Phase, PostedState
from monitor.platforms import incidentio
from tests.cases import CHALLENGE
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "incidentio"
HOST = "https://status.relay.example"
PROXY = f"{HOST}/proxy/status.relay.example"
API, WEB, JOBS = (f"01HZ8Q4N3V{tag:0>16}" for tag in ("AP1", "WEB", "J0BS"))
FIRST, SECOND, THIRD = (f"01HZ8Q4N3V{tag:0>16}" for tag in ("NC1", "NC2", "NC3"))


def poll(
    case: str, answer: Answer | None = None, asked: list[str] | None = None, **context: object
) -> list[Evidence]:
    page = context_of(FIXTURES / case, **context)
    return drive(incidentio.poll(page), page, answer or answers_from(FIXTURES / case), asked=asked)


def backfill(
    case: str, answer: Answer | None = None, days: int = 90, **context: object
) -> list[Evidence]:
    page = context_of(FIXTURES / case, **context)
    steps = incidentio.backfill(page, page.now - timedelta(days=days))
    return drive(steps, page, answer or answers_from(FIXTURES / case))


def with_body(
    case: str, url: str, body: bytes, status: int = 200, content_type: str = "application/json"
) -> Answer:
    recorded = answers_from(FIXTURES / case)

    def answer(asked: str) -> Response:
        if asked != url:
            return recorded(asked)
        return Response(
            url=asked,
            final_url=asked,
            status=status,
            headers={"content-type": content_type},
            body=body,
        )

    return answer


def summary_of(case: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FIXTURES / case / "summary.json").read_text())
    return told


def with_summary(case: str, **changes: Any) -> Answer:
    told = summary_of(case)
    told["summary"].update(changes)
    return with_body(case, PROXY, json.dumps(told).encode())


def levels(evidence: list[Evidence]) -> dict[str, Level | None]:
    return {one.component_id: one.level for piece in evidence for one in piece.observed or ()}


# -------------------------------------------------------------------------------------------------------
# detection


def told(body: str, **headers: str) -> list[str]:
    response = Response(url=HOST, status=200, headers=headers, body=body.encode())
    return [signal.kind for signal in incidentio.detect(response)]


def test_a_page_on_vercel_is_not_recognised_by_that_alone() -> None:
    assert told("<html></html>", server="Vercel") == []


def test_the_security_policy_is_one_sign_and_vercel_beside_it_another() -> None:
    policy = {"content-security-policy": "frame-src https://x-incident-io-team.vercel.app"}

    assert told("<html></html>", server="Vercel", **policy) == ["header", "host"]


def test_a_statuspage_answer_is_not_taken_for_the_imitation() -> None:
    page = {"id": "abcdefghij12", "name": "A", "url": "https://a.example", "time_zone": "Etc/UTC"}

    assert told(json.dumps({"page": page, "components": [], "incidents": []})) == []


def test_a_feed_is_recognised_by_its_generator_and_its_ids() -> None:
    assert told((FIXTURES / "feed-only" / "feed.atom").read_text()) == ["feed", "ids"]


@pytest.mark.parametrize(
    "body", ["{", "[]", "", '{"summary": []}', '{"page": {"id": 3}, "components": 4}']
)
def test_a_damaged_answer_is_no_sign(body: str) -> None:
    assert told(body) == []


# --------------------------------------------------------------------------------------------------------
# live state


def test_a_quiet_poll_asks_once() -> None:
    asked: list[str] = []

    poll("quiet", asked=asked)

    assert asked == [PROXY]


def test_an_unchanged_summary_says_nothing_new() -> None:
    def answer(url: str) -> Response:
        return Response(url=url, status=200, unchanged=True)

    assert poll("ongoing", answer) == []


def test_components_carry_their_group_their_order_and_their_first_day() -> None:
    (evidence,) = poll("quiet")

    found = [(c.id, c.name, c.group, c.position, c.start_date) for c in evidence.components or ()]
    assert found == [
        (API, "Relay API", "Platform", 0, date(2024, 3, 1)),
        (WEB, "Console", "Platform", 1, date(2024, 3, 1)),
        (JOBS, "Batch jobs", None, 2, date(2026, 4, 1)),
    ]


def test_a_components_first_day_is_a_day_of_the_configured_zone() -> None:
    (evidence,) = poll("quiet", zone="Asia/Tokyo")
    (other,) = poll("quiet", zone="Pacific/Pago_Pago")

    assert (evidence.components or ())[2].start_date == date(2026, 4, 1)
    assert (other.components or ())[2].start_date == date(2026, 3, 31)


def test_a_renamed_component_keeps_its_id() -> None:
    (evidence,) = poll("renamed-component")

    assert {c.id: c.name for c in evidence.components or ()}[API] == "Relay API v2"


def test_the_page_says_no_zone() -> None:
    (evidence,) = poll("quiet")

    assert evidence.page is not None
    assert evidence.page.zone is None


def test_a_hidden_component_is_not_on_the_page() -> None:
    structure = summary_of("quiet")["summary"]["structure"]
    structure["items"][1]["component"]["hidden"] = True

    (evidence,) = poll("quiet", with_summary("quiet", structure=structure))

    assert levels([evidence]).keys() == {API, WEB}


def test_an_affected_component_the_page_does_not_show_is_remarked() -> None:
    rows = [{"component_id": THIRD, "status": "full_outage"}]

    (evidence,) = poll("quiet", with_summary("quiet", affected_components=rows))

    assert evidence.page is not None
    assert evidence.page.remark == f"affected and not shown on the page: {THIRD}"


def test_of_two_words_for_one_component_the_worse_holds() -> None:
    rows = [
        {"component_id": API, "status": word} for word in ("full_outage", "degraded_performance")
    ]

    evidence = poll("quiet", with_summary("quiet", affected_components=rows))

    assert levels(evidence)[API] is Level.MAJOR_OUTAGE


@pytest.mark.parametrize(
    "value", [None, "$5:1:props:summary", {}], ids=["missing", "a reference", "an object"]
)
def test_without_the_list_of_affected_components_nothing_is_operational(value: object) -> None:
    with pytest.raises(UnexpectedShape, match="affected_components"):
        poll("quiet", with_summary("quiet", affected_components=value))


def test_a_maintenance_of_next_year_is_scheduled_and_has_no_impact_yet() -> None:
    evidence = poll("maintenance")[0]

    maintenance = {one.id: one for one in evidence.incidents}[SECOND]
    assert maintenance.phase is Phase.SCHEDULED
    assert maintenance.started_at == datetime(2027, 2, 1, 6, tzinfo=UTC)
    assert [impact.component_id for impact in evidence.impacts] == [JOBS]


def test_a_maintenance_in_progress_goes_on_until_it_is_over_whatever_was_planned() -> None:
    evidence = poll("maintenance")[0]

    assert [(impact.level, impact.end) for impact in evidence.impacts] == [
        (Level.MAINTENANCE, None)
    ]


def test_what_goes_on_has_begun_though_it_is_dated_ahead_of_us() -> None:
    told = summary_of("maintenance")["summary"]
    (going,) = told["ongoing_incidents"]
    (impact,) = going["component_impacts"]
    del impact["end_at"]
    early = datetime(2026, 5, 20, 10, tzinfo=UTC)  # an hour before it is said to begin
    answer = with_summary(
        "maintenance",
        ongoing_incidents=[going],
        scheduled_maintenances=told["scheduled_maintenances"],
    )

    found = poll("maintenance", answer, now=early)[0].impacts

    assert [(each.component_id, each.level, each.start, each.end) for each in found] == [
        (JOBS, Level.MAINTENANCE, early, None)
    ]


def test_an_impact_that_ended_is_over_while_its_incident_is_watched_on() -> None:
    evidence = poll("subset-recovered")[0]

    assert [one.phase for one in evidence.incidents] == [Phase.OPEN]
    assert [impact.end for impact in evidence.impacts] == [
        datetime(2026, 5, 20, 4, 9, 53, 478000, tzinfo=UTC)
    ]


def test_an_impact_of_an_unknown_word_stays_unknown_beside_declared_ones_of_its_incident() -> None:
    impacts = poll("unknown-word")[-1].impacts

    found = {
        impact.component_id: (impact.basis, impact.level, impact.word, impact.incident_id)
        for impact in impacts
    }
    assert found[API] == (Basis.INFERRED, None, "wobbly", None)
    assert found[WEB] == (Basis.DECLARED, Level.PARTIAL_OUTAGE, None, FIRST)


def test_a_scheduled_maintenance_alone_asks_for_nothing_more() -> None:
    asked: list[str] = []
    scheduled = summary_of("maintenance")["summary"]["scheduled_maintenances"]

    poll(
        "quiet",
        with_summary("quiet", scheduled_maintenances=scheduled),
        asked,
        open_incidents=frozenset({SECOND}),
    )

    assert asked == [PROXY]


def test_an_open_incident_is_polled_even_where_the_impacts_do_not_answer() -> None:
    live = f"{PROXY}/component_impacts?start_at=2026-05-18T00%3A00%3A00.000Z&end_at=2026-05-20T23%3A59%3A59.999Z"

    evidence = poll("ongoing", with_body("ongoing", live, b"", status=404))

    assert len(evidence) == 1
    assert levels(evidence)[API] is Level.PARTIAL_OUTAGE


def test_an_incident_that_left_the_list_is_closed_and_one_taken_down_is_withdrawn() -> None:
    last = poll("withdrawn-incident", open_incidents=frozenset({FIRST, SECOND, THIRD}))[-1]

    closed = {one.id: (one.phase, one.resolved_at) for one in last.incidents}
    assert closed[FIRST] == (Phase.CLOSED, datetime(2026, 5, 20, 7, 45, tzinfo=UTC))
    assert closed[THIRD] == (Phase.CLOSED, datetime(2026, 5, 20, 6, 30, tzinfo=UTC))
    assert last.withdrawn == (SECOND,)


def test_an_incident_that_left_the_list_is_not_withdrawn_by_an_answer_that_failed() -> None:
    impacts = f"{PROXY}/component_impacts?start_at=2026-02-19T00%3A00%3A00.000Z&end_at=2026-05-20T23%3A59%3A59.999Z"

    with pytest.raises(EmptyBody):
        poll("quiet", with_body("quiet", impacts, b" "), open_incidents=frozenset({FIRST}))


# ---------------------------------------------------------------------------------------------------------
# fallbacks


def root_behind(body: bytes, status: int = 200, content_type: str = "application/json") -> Answer:
    return with_body("root-only", PROXY, body, status, content_type)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 200), (b"<html>moved</html>", 200), (b'{"summary"', 200), (b"{}", 200), (b"no", 500)],
    ids=["empty", "html", "truncated", "no summary", "server error"],
)
def test_the_page_is_read_where_its_data_call_is_not_an_answer(body: bytes, status: int) -> None:
    evidence = poll("root-only", root_behind(body, status))

    assert levels(evidence) == {
        API: Level.OPERATIONAL,
        WEB: Level.DEGRADED,
        JOBS: Level.OPERATIONAL,
    }


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", EmptyBody),
        (b"<html>moved</html>", NotJson),
        (b'{"summary"', Truncated),
        (b"{}", UnexpectedShape),
    ],
)
def test_what_an_answer_lacked_is_raised_rather_than_that_others_are_missing(
    body: bytes, error: type[PageError]
) -> None:
    with pytest.raises(error) as caught:
        poll("quiet", with_body("quiet", PROXY, body))

    assert caught.value.url == PROXY


def test_a_timeout_is_not_worked_around() -> None:
    asked: list[str] = []

    def answer(url: str) -> Response:
        raise TimedOut("20 s", url=url)

    with pytest.raises(TimedOut):
        poll("root-only", answer, asked)
    assert asked == [PROXY]


def test_a_block_is_not_worked_around() -> None:
    with pytest.raises(BotChallenge):
        poll("root-only", root_behind(CHALLENGE, 403, "text/html"))


def test_a_page_that_breaks_off_is_truncated() -> None:
    page = (FIXTURES / "root-only" / "root.html").read_bytes()

    with pytest.raises(Truncated):
        poll(
            "root-only",
            with_body("root-only", f"{HOST}/", page[: len(page) // 2], content_type="text/html"),
        )


def test_a_parent_page_names_its_sub_pages() -> None:
    with pytest.raises(PageUnavailable) as caught:
        poll("parent-page")

    assert f"Europe {HOST}/eu, America {HOST}/us" in str(caught.value)
    assert "configure each sub-page" in caught.value.remedy


def test_a_sub_page_is_read_from_its_own_html() -> None:
    html = (FIXTURES / "root-only" / "root.html").read_bytes()
    page = PageContext(url=f"{HOST}/eu/", now=datetime(2026, 5, 20, 12, tzinfo=UTC))
    asked: list[str] = []

    def answer(url: str) -> Response:
        return Response(url=url, status=200, headers={"content-type": "text/html"}, body=html)

    drive(incidentio.poll(page), page, answer, asked=asked)
    drive(incidentio.backfill(page, page.now), page, answer, asked=asked)

    assert set(asked) == {f"{HOST}/eu/"}


def test_a_sub_page_without_history_never_takes_its_parents() -> None:
    html = (FIXTURES / "root-only" / "root.html").read_bytes().replace(b"component_impacts", b"x")
    page = PageContext(url=f"{HOST}/eu/", now=datetime(2026, 5, 20, 12, tzinfo=UTC))
    asked: list[str] = []

    def answer(url: str) -> Response:
        return Response(url=url, status=200, headers={"content-type": "text/html"}, body=html)

    with pytest.raises(UnexpectedShape, match="no history"):
        drive(incidentio.backfill(page, page.now), page, answer, asked=asked)
    assert asked == [f"{HOST}/eu/"]


def test_a_short_imitated_list_is_complete_by_itself() -> None:
    body = json.loads((FIXTURES / "compat-25" / "summary.json").read_text())
    body["components"].pop()

    evidence = poll(
        "compat-25",
        with_body("compat-25", f"{HOST}/api/v2/summary.json", json.dumps(body).encode()),
    )

    assert len(levels(evidence)) == 24


def test_an_imitated_list_that_lacks_what_the_summary_has_is_not_complete() -> None:
    body = json.loads((FIXTURES / "compat-complete" / "components.json").read_text())
    body["components"] = body["components"][1:]
    url = f"{HOST}/api/v2/components.json"

    with pytest.raises(Truncated):
        poll("compat-complete", with_body("compat-complete", url, json.dumps(body).encode()))


def test_the_imitation_does_not_replace_what_is_known_of_the_components() -> None:
    known = frozenset(levels(poll("compat-complete")))

    (evidence,) = poll("compat-complete", components=known)

    assert evidence.components is None


# ----------------------------------------------------------------------------------------------------------
# backfill


def test_uptimes_of_components_are_kept_and_those_of_groups_passed_over() -> None:
    reported = backfill("group-null-uptime")[-1].reported

    assert [(one.component_id, one.window_days, one.ratio) for one in reported] == [
        (API, 90, 0.9991),
        (JOBS, 90, 1.0),
    ]


def test_older_windows_are_units_of_91_days_and_unreadable_ones_are_gaps() -> None:
    evidence = backfill("quiet", days=200)

    assert [piece.chunk for piece in evidence] == [
        None,
        "impacts 2026-02-19..2026-05-20",
        None,
        None,
    ]
    assert [gap.what for piece in evidence for gap in piece.gaps] == [
        "impacts 2025-11-20..2026-02-18",
        "impacts 2025-11-01..2025-11-19",
    ]


def test_a_unit_that_is_done_is_not_asked_for_again() -> None:
    evidence = backfill("quiet", completed_chunks=frozenset({"impacts 2026-02-19..2026-05-20"}))

    assert [piece.source for piece in evidence] == ["incidentio.summary"]


def test_a_short_backfill_asks_for_as_much_as_the_page_shows() -> None:
    evidence = backfill("quiet", days=7)

    assert [piece.chunk for piece in evidence] == [None, "impacts 2026-02-19..2026-05-20"]


def test_nothing_is_covered_before_the_page_had_data() -> None:
    since = "2026-05-01T09:00:00Z"

    evidence = backfill("quiet", with_summary("quiet", data_available_since=since), days=400)

    assert [c.span.start for piece in evidence for c in piece.coverage] == [
        datetime.fromisoformat(since)
    ]


def test_the_html_is_read_where_only_the_impacts_do_not_answer() -> None:
    summary = json.dumps(summary_of("quiet")).encode()

    evidence = backfill("root-only", root_behind(summary))

    assert [len(piece.impacts) for piece in evidence] == [0, 2]


def test_a_stale_impact_ends_with_its_incident_or_counts_for_its_beginning() -> None:
    impacts = backfill("stale-open-impact")[-1].impacts

    assert {i.component_id: (i.end - i.start) for i in impacts if i.end} == {
        WEB: timedelta(seconds=1),
        API: timedelta(hours=2, minutes=30),
        JOBS: timedelta(seconds=1),
    }


def test_a_feed_names_incidents_and_leaves_out_those_whose_status_it_cannot_read() -> None:
    (evidence,) = backfill("feed-only")

    assert [(one.id, one.phase) for one in evidence.incidents] == [(FIRST, Phase.CLOSED)]
    assert evidence.unknown_words == ("clos",)
    assert evidence.coverage == ()


def test_a_feed_with_entities_is_not_read() -> None:
    bomb = b'<!DOCTYPE f [<!ENTITY a "aaaa">]><feed>&a;</feed>'
    answer = with_body("feed-only", f"{HOST}/feed.atom", bomb, content_type="application/atom+xml")

    with pytest.raises(PageError):
        backfill("feed-only", answer)


def test_a_web_page_that_is_well_formed_is_no_feed_without_incidents() -> None:
    page = b"<html><body><p>Status</p></body></html>"
    answer = with_body("feed-only", f"{HOST}/feed.atom", page, content_type="text/html")

    with pytest.raises(PageError):
        backfill("feed-only", answer)


# ----------------------------------------------------------------------------------------------------
# damaged answers


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    for key, item in (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    ):
        yield from places(item, (*path, key))


def damaged(value: Any, path: tuple[Any, ...], junk: object) -> Any:
    value = copy.deepcopy(value)
    owner = value
    for key in path[:-1]:
        owner = owner[key]
    owner[path[-1]] = junk
    return value


JUNK: list[Any] = [
    None,
    "",
    "$undefined",
    "$5:1:props:x",
    "2026-05-20T12:00:00",
    7,
    [],
    {},
    [None],
    ["x"],
    [{}],
]


@pytest.mark.slow
@pytest.mark.parametrize("junk", JUNK, ids=str)
@pytest.mark.parametrize("case", ["ongoing", "maintenance"])
def test_a_damaged_summary_is_read_or_refused_with_its_address_and_never_crashes(
    case: str, junk: object
) -> None:
    whole = summary_of(case)

    for path in places(whole):
        answer = with_body(case, PROXY, json.dumps(damaged(whole, path, junk)).encode())
        for read in (poll, backfill):
            try:
                read(case, answer)
            except PageError as error:
                assert error.url, path  # noqa: PT017


@pytest.mark.parametrize("junk", JUNK, ids=str)
def test_a_damaged_history_is_read_or_refused_and_never_crashes(junk: object) -> None:
    whole = json.loads((FIXTURES / "ongoing" / "impacts.json").read_text())
    url = f"{PROXY}/component_impacts?start_at=2026-02-19T00%3A00%3A00.000Z&end_at=2026-05-20T23%3A59%3A59.999Z"

    for path in places(whole):
        answer = with_body("ongoing", url, json.dumps(damaged(whole, path, junk)).encode())
        try:
            backfill("ongoing", answer)
        except PageError as error:
            assert error.url, path  # noqa: PT017


# ----------------------------------------------------------------------------------------------------
# how it was told


def with_updates(*updates: dict[str, Any]) -> Answer:
    ongoing = copy.deepcopy(summary_of("ongoing")["summary"]["ongoing_incidents"])
    ongoing[0]["updates"] = list(updates)
    return with_summary("ongoing", ongoing_incidents=ongoing)


def test_an_update_is_kept_with_its_text_and_the_states_it_posts() -> None:
    posted = [
        {"component_id": API, "status": "full_outage"},
        {"component_id": WEB, "status": "wobbly"},
        {},
    ]
    told = {
        "id": "U1", "to_status": "identified", "published_at": "2026-05-20T10:20:00Z", "message_string": "We look.",
        "component_statuses": posted,
    }  # fmt: skip
    first = poll("ongoing", with_updates(told, {"to_status": "monitoring", "published_at": None}))[
        0
    ]

    assert first.updates == (
        IncidentUpdate(
            incident_id=FIRST,
            key="U1",
            at=datetime(2026, 5, 20, 10, 20, tzinfo=UTC),
            status="identified",
            text="We look.",
            states=(
                PostedState(component_id=API, level=Level.MAJOR_OUTAGE, word="full_outage"),
                PostedState(component_id=WEB, level=None, word="wobbly"),
            ),
        ),
    )
