"""Statuspage: what its answers mean, what is asked for and in which order."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from monitor.errors import BadStatus, FetchError, PageUnavailable, Throttled, UnexpectedShape
from monitor.intervals import Interval
from monitor.kit.protocol import PageContext, Response
from monitor.model import Aspect, Basis, Evidence, Impact, IncidentUpdate, Level, Phase, PostedState
from monitor.platforms import statuspage
from monitor.platforms.statuspage import updates
from monitor.platforms.statuspage.incidents import read_incident, replay
from monitor.platforms.statuspage.live import UNEXPLAINED_MARK
from monitor.platforms.statuspage.shown_bars import embedded_bars
from tests.drive import drive

ROOT = "https://status.acme.example/"
NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
MARK = "2026-10-20T09:30:00.123Z"
SUMMARY, INCIDENTS = "/api/v2/summary.json", "/api/v2/incidents.json"
Body = Mapping[str, Any] | str | Response | FetchError


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def component(
    code: str = "api000000001", status: Any = "operational", **more: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "created_at": "2026-09-01T00:00:00.000Z",
        "showcase": False,
        "start_date": None,
        "group_id": None,
    }
    return (
        {"id": code, "name": code[:3].upper(), "status": status, "position": 1, "group": False}
        | made
        | more
    )


def summary(*components: dict[str, Any], indicator: str = "none", **more: Any) -> dict[str, Any]:
    page = {"id": "abcd1234efgh", "name": "Acme", "time_zone": "Etc/UTC", "updated_at": MARK}
    return {"page": page, "components": list(components), "status": {"indicator": indicator}} | more


def listed(*incidents: dict[str, Any], key: str = "incidents") -> dict[str, Any]:
    return {"page": {"id": "abcd1234efgh"}, key: list(incidents)}


def update(status: str, created_at: str, **states: str) -> dict[str, Any]:
    affected = [
        {"code": code, "name": code, "old_status": "operational", "new_status": s}
        for code, s in states.items()
    ]
    return {
        "status": status,
        "created_at": created_at + "Z",
        "affected_components": affected or None,
    }


def incident(*updates: dict[str, Any], code: str = "inc000000001", **more: Any) -> dict[str, Any]:
    """An incident whose updates are given oldest first, as they happened."""
    last = (
        updates[-1]
        if updates
        else {"status": "investigating", "created_at": "2026-10-10T10:00:00Z"}
    )
    made: dict[str, Any] = {
        "id": code,
        "name": "Trouble",
        "impact": "minor",
        "status": last["status"],
        "components": [],
    }
    times: dict[str, Any] = {
        "created_at": (updates[0] if updates else last)["created_at"],
        "resolved_at": None,
    }
    if last["status"] in {"resolved", "completed"}:
        times["resolved_at"] = last["created_at"]
    return made | times | {"incident_updates": list(reversed(updates))} | more


def page(**more: Any) -> PageContext:
    return PageContext(url=ROOT, now=NOW, **more)


def answers(bodies: Mapping[str, Body]) -> Any:
    def answer(url: str) -> Response:
        body = bodies.get(
            url.removeprefix(ROOT.rstrip("/")), Response(url=url, status=404, body=b"Not Found")
        )
        if isinstance(body, FetchError):
            raise body
        if isinstance(body, Response):
            return body
        text = body if isinstance(body, str) else json.dumps(body)
        return Response(url=url, final_url=url, status=200, body=text.encode())

    return answer


def poll(
    bodies: Mapping[str, Body], *, asked: list[str] | None = None, **context: Any
) -> list[Evidence]:
    known = page(**context)
    return drive(statuspage.poll(known), known, answers(bodies), asked=asked)


def backfill(
    bodies: Mapping[str, Body],
    *,
    since: datetime = NOW - timedelta(days=90),
    asked: list[str] | None = None,
    **context: Any,
) -> list[Evidence]:
    known = page(**context)
    return drive(statuspage.backfill(known, since), known, answers(bodies), asked=asked)


def paths(asked: list[str]) -> list[str]:
    return [url.removeprefix(ROOT.rstrip("/")) for url in asked]


def spans(impacts: tuple[Impact, ...]) -> list[tuple[str, Level | None, datetime, datetime | None]]:
    return [(impact.component_id, impact.level, impact.start, impact.end) for impact in impacts]


# -------------------------------------------------------------------------------------------------------------
# zones


def named(zone: object) -> dict[str, Any]:
    told = summary(component())
    return told | {"page": told["page"] | {"time_zone": zone}}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "localtime", "/etc/passwd", 5])
def test_a_zone_nobody_knows_is_refused_with_the_setting_that_helps(zone: object) -> None:
    with pytest.raises(UnexpectedShape) as caught:
        poll({SUMMARY: named(zone)})

    assert repr(zone) in str(caught.value)
    assert "`zone:`" in str(caught.value)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "localtime", 5])
def test_a_zone_nobody_knows_is_a_remark_where_another_is_known(zone: object) -> None:
    evidence = poll({SUMMARY: named(zone), INCIDENTS: listed()}, zone="Asia/Tokyo")[0]
    whole = backfill({SUMMARY: named(zone), INCIDENTS: listed()}, zone="Asia/Tokyo")[0]

    for piece in (evidence, whole):
        assert piece.page is not None
        assert piece.page.zone is None
        assert piece.page.remark == (
            f"the page names the time zone {str(zone)!r}, which is none we know: days in Asia/Tokyo, see `zone`"
        )
        assert piece.observed is not None


@pytest.mark.parametrize("zone", [None, ""])
def test_a_page_that_names_no_zone_is_read(zone: object) -> None:
    (evidence,) = poll({SUMMARY: named(zone)}, cursor=MARK)

    assert evidence.page is not None
    assert (evidence.page.zone, evidence.page.remark) == (None, None)


# -----------------------------------------------------------------------------------------------------------
# replay


def test_the_last_posted_state_wins_until_the_incident_is_resolved() -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="degraded_performance"),
        update("identified", "2026-10-10T10:10", api="major_outage"),
        update("monitoring", "2026-10-10T10:30"),
        update("resolved", "2026-10-10T11:00"),
    )

    assert spans(replay(trouble)) == [
        ("api", Level.DEGRADED, at("2026-10-10T10:00"), at("2026-10-10T10:10")),
        ("api", Level.MAJOR_OUTAGE, at("2026-10-10T10:10"), at("2026-10-10T11:00")),
    ]


def test_a_state_posted_again_does_not_split_the_impact() -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="partial_outage"),
        update("identified", "2026-10-10T10:10", api="partial_outage"),
    )

    assert spans(replay(trouble)) == [("api", Level.PARTIAL_OUTAGE, at("2026-10-10T10:00"), None)]


def test_a_recovery_reported_hours_before_the_resolution_ends_the_impact() -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="partial_outage"),
        update("monitoring", "2026-10-10T10:18", api="operational"),
        update("resolved", "2026-10-10T23:20", api="operational"),
    )

    assert spans(replay(trouble)) == [
        ("api", Level.PARTIAL_OUTAGE, at("2026-10-10T10:00"), at("2026-10-10T10:18"))
    ]


def test_a_critical_incident_whose_components_were_only_degraded_is_degraded() -> None:
    trouble = incident(
        update("investigating", "2026-10-01T10:00", api="degraded_performance"), impact="critical"
    )

    assert [impact.level for impact in replay(trouble)] == [Level.DEGRADED]


def test_what_the_author_displays_and_edits_moves_nothing() -> None:
    first = update("investigating", "2026-10-10T10:00", api="major_outage")
    first |= {"display_at": "2026-10-10T07:00Z", "updated_at": "2026-10-11T10:00Z"}

    assert replay(incident(first))[0].start == at("2026-10-10T10:00")


def test_updates_are_taken_in_the_order_they_were_made_whatever_their_place() -> None:
    trouble = incident(
        update("identified", "2026-10-10T10:30", api="major_outage"),
        update("investigating", "2026-10-10T10:00", api="degraded_performance"),
    )

    assert [impact.level for impact in replay(trouble)] == [
        Level.DEGRADED,
        Level.MAJOR_OUTAGE,
    ]


def test_a_component_still_bad_in_the_resolving_update_ends_with_the_incident() -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="major_outage"),
        update("resolved", "2026-10-10T11:00", api="major_outage"),
    )

    assert [impact.end for impact in replay(trouble)] == [at("2026-10-10T11:00")]


def test_a_posted_state_holds_until_the_closing_update_though_the_end_was_dated_back() -> None:
    """The page's own record of seconds goes by when states were changed."""
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="major_outage"),
        update("resolved", "2026-10-10T11:00"),
        resolved_at="2026-10-10T10:45:00Z",
    )

    assert [impact.end for impact in replay(trouble)] == [at("2026-10-10T11:00")]


def test_an_end_later_than_the_closing_update_is_the_end() -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="major_outage"),
        update("resolved", "2026-10-10T11:00"),
        resolved_at="2026-10-10T11:20:00Z",
    )

    assert [impact.end for impact in replay(trouble)] == [at("2026-10-10T11:20")]


def test_what_is_posted_after_the_end_is_a_review() -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="major_outage"),
        update("resolved", "2026-10-10T11:00"),
        update("postmortem", "2026-10-14T09:00", api="partial_outage"),
        resolved_at="2026-10-10T11:00:00Z",
    )

    assert spans(replay(trouble)) == [
        ("api", Level.MAJOR_OUTAGE, at("2026-10-10T10:00"), at("2026-10-10T11:00"))
    ]


def entered_afterwards(**more: Any) -> dict[str, Any]:
    """An outage of 50 minutes that was typed in a day later, within twelve seconds."""
    return incident(
        update("identified", "2026-10-11T11:05:00", api="partial_outage"),
        update("resolved", "2026-10-11T11:05:12", api="operational"),
        created_at="2026-10-10T10:00:00Z",
        started_at="2026-10-10T10:00:00Z",
        **({"resolved_at": "2026-10-10T10:50:00Z"} | more),
    )


def test_an_outage_entered_afterwards_is_of_the_time_it_claims_and_of_the_time_it_was_posted() -> (
    None
):
    assert spans(replay(entered_afterwards())) == [
        ("api", Level.PARTIAL_OUTAGE, at("2026-10-11T11:05"), at("2026-10-11T11:05:12")),
        ("api", Level.PARTIAL_OUTAGE, at("2026-10-10T10:00"), at("2026-10-10T10:50")),
    ]


def test_an_outage_entered_afterwards_that_claims_no_time_keeps_its_posted_state() -> None:
    assert spans(replay(entered_afterwards(resolved_at="2026-10-10T10:00:00Z"))) == [
        ("api", Level.PARTIAL_OUTAGE, at("2026-10-11T11:05"), at("2026-10-11T11:05:12"))
    ]


def test_an_end_before_the_start_and_the_first_post_leaves_the_posted_state() -> None:
    assert spans(replay(entered_afterwards(resolved_at="2026-10-09T10:00:00Z"))) == [
        ("api", Level.PARTIAL_OUTAGE, at("2026-10-11T11:05"), at("2026-10-11T11:05:12"))
    ]


def test_an_incident_whose_first_bad_state_ends_it_is_as_bad_as_its_impact_word_until_then() -> (
    None
):
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="operational"),
        update("resolved", "2026-10-10T11:30", api="degraded_performance"),
        impact="major",
    )

    (impact,) = replay(trouble)

    assert (impact.basis, impact.word) == (Basis.INFERRED, "major")
    assert (impact.start, impact.end) == (at("2026-10-10T10:00"), at("2026-10-10T11:30"))


def test_a_bad_state_posted_with_the_end_is_never_dropped_where_nothing_else_is_told() -> None:
    trouble = incident(update("resolved", "2026-10-10T11:30", api="partial_outage"), impact="none")

    assert spans(replay(trouble)) == [
        ("api", Level.PARTIAL_OUTAGE, at("2026-10-10T11:30"), at("2026-10-10T11:30:01"))
    ]


def test_an_incident_opened_again_has_two_impacts_and_a_pause() -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="partial_outage"),
        update("resolved", "2026-10-10T11:00"),
        update("investigating", "2026-10-10T12:00", api="partial_outage"),
        update("resolved", "2026-10-10T13:00"),
        resolved_at="2026-10-10T11:00:00Z",
    )

    assert spans(replay(trouble)) == [
        ("api", Level.PARTIAL_OUTAGE, at("2026-10-10T10:00"), at("2026-10-10T11:00")),
        ("api", Level.PARTIAL_OUTAGE, at("2026-10-10T12:00"), at("2026-10-10T13:00")),
    ]


def test_an_impact_of_no_length_is_dropped() -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="partial_outage", web="partial_outage"),
        update("identified", "2026-10-10T10:00", api="operational"),
        update("resolved", "2026-10-10T10:05"),
    )

    assert [impact.component_id for impact in replay(trouble)] == ["web"]


def test_a_group_row_is_never_impacted() -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="partial_outage", grp="partial_outage")
    )

    assert [impact.component_id for impact in replay(trouble, groups=frozenset({"grp"}))] == ["api"]


@pytest.mark.parametrize("word", ["minor", "major", "critical", "severe"])
def test_without_any_bad_state_the_impact_word_is_all_there_is(word: str) -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="operational"),
        update("resolved", "2026-10-10T11:00", api="operational"),
        impact=word,
    )

    (impact,) = replay(trouble)

    assert (impact.basis, impact.level, impact.word) == (Basis.INFERRED, None, word)
    assert (impact.start, impact.end) == (at("2026-10-10T10:00"), at("2026-10-10T11:00"))


def test_an_incident_with_impact_none_and_no_bad_state_has_no_impact() -> None:
    trouble = incident(update("resolved", "2026-10-10T10:00", api="operational"), impact="none")

    assert replay(trouble) == ()


def test_an_incident_that_names_no_component_has_no_impact() -> None:
    assert replay(incident(update("investigating", "2026-10-10T10:00"), impact="critical")) == ()


def test_a_state_in_an_unknown_word_makes_its_span_unknown_and_is_counted() -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="brownout"),
        update("identified", "2026-10-10T10:30", api="degraded_performance"),
    )

    assert spans(replay(trouble))[0] == (
        "api",
        None,
        at("2026-10-10T10:00"),
        at("2026-10-10T10:30"),
    )
    assert read_incident(trouble).unknown_words == {"brownout"}


def test_unknown_status_and_impact_words_are_counted() -> None:
    assert read_incident(incident(status="triaged", impact="severe")).unknown_words == {
        "triaged",
        "severe",
    }


def test_a_maintenance_announced_in_the_state_of_another_is_not_active() -> None:
    announced = incident(
        update("scheduled", "2026-10-10T10:00", api="under_maintenance"),
        scheduled_for="2027-03-01T10:00:00Z",
        impact="maintenance",
    )

    assert replay(announced) == ()


def test_a_maintenance_that_posts_no_state_is_inferred_from_when_work_began() -> None:
    done = incident(
        update("scheduled", "2026-10-10T10:00", api="operational"),
        update("in_progress", "2026-10-12T10:00"),
        update("completed", "2026-10-12T11:00"),
        scheduled_for="2026-10-12T09:30:00Z",
        impact="maintenance",
    )

    (impact,) = replay(done)

    assert (impact.start, impact.end, impact.word) == (
        at("2026-10-12T10:00"),
        at("2026-10-12T11:00"),
        "maintenance",
    )


def test_a_maintenance_called_off_before_it_began_has_no_impact() -> None:
    called_off = incident(
        update("scheduled", "2026-10-10T10:00", api="operational"),
        update("completed", "2026-10-11T10:00"),
        scheduled_for="2026-12-01T10:00:00Z",
        impact="maintenance",
    )

    assert replay(called_off) == ()


@pytest.mark.parametrize(
    ("created", "resolved", "began"),
    [
        ("08T20:00", "08T20:00", "08T20:00"),
        ("08T19:00", "08T20:00", "08T19:00"),
        ("14T10:00", "08T20:00", "08T20:00"),
    ],
)
def test_an_incident_entered_days_later_is_of_the_day_it_was_dated_back_to(
    created: str, resolved: str, began: str
) -> None:
    """`started_at` is then when it was typed in, which is after the end."""
    entered = incident(
        update("resolved", "2026-10-14T10:00"),
        created_at=f"2026-10-{created}Z",
        started_at="2026-10-14T10:00:00Z",
        resolved_at=f"2026-10-{resolved}Z",
    )
    told = backfill({SUMMARY: summary(component()), INCIDENTS: listed(entered)})

    (shown,) = [each for piece in told for each in piece.incidents]
    assert (shown.started_at, shown.resolved_at) == (
        at(f"2026-10-{began}"),
        at(f"2026-10-{resolved}"),
    )


# -----------------------------------------------------------------------------------------------------------
# detect


@pytest.mark.parametrize(
    ("headers", "body", "kinds"),
    [
        ({"x-statuspage-version": "0"}, b"", {"header"}),
        ({"server": "AtlassianEdge"}, b"", {"header"}),
        ({}, b'<link href="//dka575ofm4ao0.cloudfront.net/a.css">', {"asset"}),
        ({}, b'<body class="status index status-none">', {"markup"}),
        ({}, b'<html><div data-uptime-lazy="api000000001"></div>', {"markup"}),
        ({}, b'<html><script>var uptimeData = {"api000000001":{"component":{}}}', {"embed"}),
        ({}, json.dumps(summary(component())).encode(), {"ids", "zone"}),
        ({}, json.dumps(summary(component("short"))).encode(), set()),
        ({}, b'{"page": {"id": 7}, "components": 3}', set()),
        ({}, b"<html><body>All systems operational</body></html>", set()),
    ],
)
def test_signals_are_of_independent_kinds(
    headers: dict[str, str], body: bytes, kinds: set[str]
) -> None:
    found = statuspage.detect(Response(url=ROOT, status=200, headers=headers, body=body))

    assert {signal.kind for signal in found} == kinds


def test_an_imitation_with_kept_ids_and_whole_seconds_gives_one_signal_only() -> None:
    imitation = summary(component())
    imitation["page"]["updated_at"] = "2026-10-20T09:30:00Z"

    found = statuspage.detect(Response(url=ROOT, status=200, body=json.dumps(imitation).encode()))

    assert [signal.kind for signal in found] == ["ids"]


# -------------------------------------------------------------------------------------------------------------
# poll


def test_an_unchanged_answer_is_no_new_evidence_and_costs_one_request() -> None:
    asked: list[str] = []

    found = poll({SUMMARY: Response(url=ROOT, status=200, unchanged=True)}, asked=asked)

    assert (found, paths(asked)) == ([], [SUMMARY])


def test_a_quiet_page_that_did_not_change_is_read_with_one_request() -> None:
    asked: list[str] = []

    (found,) = poll({SUMMARY: summary(component())}, cursor=MARK, asked=asked)

    assert (found.cursor, paths(asked)) == (MARK, [SUMMARY])


@pytest.mark.parametrize(
    ("context", "more"),
    [
        ({"cursor": None}, {}),
        ({"cursor": MARK, "open_incidents": frozenset({"inc000000001"})}, {}),
        ({"cursor": MARK}, {"incidents": [incident()]}),
    ],
    ids=["changed", "we hold one open", "one is open"],
)
def test_incidents_are_read_when_the_page_changed_or_something_is_open(
    context: dict[str, Any], more: dict[str, Any]
) -> None:
    asked: list[str] = []

    found = poll(
        {SUMMARY: summary(component(), **more), INCIDENTS: listed(incident())},
        asked=asked,
        **context,
    )

    assert paths(asked) == [SUMMARY, INCIDENTS]
    assert [piece.cursor for piece in found] == [None, MARK]


def test_a_page_whose_own_time_stands_still_changes_with_its_components() -> None:
    """Software of a vendor's own answers like Statuspage and lets the page's time stand still for
    weeks."""
    asked: list[str] = []
    changed = summary(component(updated_at="2026-10-20T11:00:00.000Z"))

    found = poll({SUMMARY: changed, INCIDENTS: listed(incident())}, cursor=MARK, asked=asked)
    (again,) = poll({SUMMARY: changed}, cursor=found[-1].cursor)

    assert paths(asked) == [SUMMARY, INCIDENTS]
    assert again.cursor == found[-1].cursor


def test_an_update_is_read_once_in_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    read = updates._update
    monkeypatch.setattr(updates, "_update", lambda raw: seen.append(raw["created_at"]) or read(raw))
    trouble = incident(
        update("investigating", "2026-10-10T10:00:00", api000000001="major_outage"),
        update("resolved", "2026-10-10T11:00:00", api000000001="operational"),
    )
    work = incident(
        update("in_progress", "2026-10-10T12:00:00"), code="inc000000002", impact="maintenance"
    )

    (_, found) = poll({SUMMARY: summary(component()), INCIDENTS: listed(trouble, work)})

    assert len(found.impacts) == 1
    assert sorted(seen) == [f"2026-10-10T1{hour}:00:00Z" for hour in (0, 1, 2)]


def test_the_state_is_kept_and_the_mark_is_not_when_the_incidents_cannot_be_read() -> None:
    steps = statuspage.poll(page())
    next(steps)
    kept = steps.send(answers({SUMMARY: summary(component())})(ROOT + SUMMARY[1:]))
    next(steps)

    with pytest.raises(BadStatus):
        steps.send(Response(url=ROOT, status=500, body=b"{}"))
    assert isinstance(kept, Evidence)
    assert kept.observed
    assert kept.cursor is None


def test_fifty_incidents_reach_back_to_the_oldest_of_them_only() -> None:
    fifty = [
        incident(
            code=f"inc0000000{n:02d}",
            created_at="2026-10-01T00:00:00Z",
            resolved_at=f"2026-10-10T00:{n:02d}:00Z",
        )
        for n in range(50)
    ]

    found = poll({SUMMARY: summary(component()), INCIDENTS: listed(*fifty)})

    assert found[-1].coverage[0].span.start == at("2026-10-10T00:00")
    assert not found[-1].coverage[0].complete


def test_a_short_list_reaches_back_to_the_oldest_component() -> None:
    found = poll({SUMMARY: summary(component()), INCIDENTS: listed(incident())})

    assert found[-1].coverage[0].span.start == at("2026-09-01T00:00")


def test_an_open_incident_that_vanished_is_withdrawn_and_not_resolved() -> None:
    found = poll(
        {SUMMARY: summary(component()), INCIDENTS: listed()}, open_incidents=frozenset({"gone"})
    )

    assert found[-1].withdrawn == ("gone",)
    assert found[-1].incidents == ()


def test_a_maintenance_not_served_under_its_id_is_looked_up_before_it_is_called_withdrawn() -> None:
    done = incident(
        update("in_progress", "2026-10-20T09:00", api="under_maintenance"),
        update("completed", "2026-10-20T10:00"),
    )
    bodies = {SUMMARY: summary(component()), INCIDENTS: listed()}
    bodies["/api/v2/scheduled-maintenances.json"] = listed(done, key="scheduled_maintenances")

    found = poll(bodies, open_incidents=frozenset({"inc000000001"}))

    assert found[-1].withdrawn == ()
    assert [each.phase for each in found[-1].incidents] == [Phase.CLOSED]


def test_an_open_incident_whose_page_fails_is_not_withdrawn() -> None:
    bodies: dict[str, Body] = {SUMMARY: summary(component()), INCIDENTS: listed()}
    bodies["/api/v2/incidents/inc000000001.json"] = Response(url=ROOT, status=502, body=b"x")

    with pytest.raises(BadStatus):
        poll(bodies, open_incidents=frozenset({"inc000000001"}))


@pytest.mark.parametrize(
    ("indicator", "status", "agrees"),
    [
        ("none", "operational", True),
        ("maintenance", "under_maintenance", True),
        ("minor", "partial_outage", True),
        ("major", "major_outage", True),
        ("critical", "major_outage", True),
        ("none", "partial_outage", False),
        ("major", "operational", False),
        ("none", "never seen", True),
    ],
)
def test_an_indicator_that_contradicts_the_components_is_remarked(
    indicator: str, status: str, agrees: bool
) -> None:
    mark = MARK if indicator == "none" else MARK + UNEXPLAINED_MARK
    found = poll({SUMMARY: summary(component(status=status), indicator=indicator)}, cursor=mark)

    assert found[0].page
    assert (found[0].page.remark is None) == agrees


# -------------------------------------------------------------------------------------------- an
# abandoned address


def left_at(moment: str, **more: Any) -> dict[str, Any]:
    """A page that says "minor" of a component in partial outage, has nothing open, and last changed
    at that moment."""
    rows = (component(status="partial_outage", updated_at=moment), component("web000000001"))
    told = summary(*rows, **({"indicator": "minor"} | more))
    told["page"]["updated_at"] = moment
    return told


def seen(told: dict[str, Any], **headers: str) -> Evidence:
    body = Response(url=ROOT, status=200, headers=headers, body=json.dumps(told).encode())
    return poll({SUMMARY: body, INCIDENTS: listed()})[0]


def test_a_page_that_stands_still_in_trouble_nothing_explains_is_suspect_and_unknown() -> None:
    found = seen(left_at("2026-10-17T11:59:59.000Z"))

    assert [(each.level, each.word) for each in found.observed or ()] == [
        (None, "partial_outage"),
        (None, "operational"),
    ]
    assert found.page
    assert found.page.remark
    assert found.page.remark.startswith("suspect: ")


@pytest.mark.parametrize(
    "told",
    [
        left_at("2026-10-17T12:00:01.000Z"),
        left_at("2026-10-10T12:00:00.000Z", indicator="none"),
        left_at("2026-10-10T12:00:00.000Z", incidents=[incident()]),
        left_at(
            "2026-10-10T12:00:00.000Z",
            scheduled_maintenances=[
                incident(update("in_progress", "2026-10-10T10:00"), impact="maintenance")
            ],
        ),
        left_at("2026-10-10T12:00:00.000Z")
        | {"components": [component(updated_at="2026-10-19T12:00:00.000Z")]},
    ],
    ids=[
        "changed lately",
        "indicator none",
        "an open incident",
        "a maintenance under way",
        "a component changed lately",
    ],
)
def test_a_page_that_stands_still_otherwise_is_believed(told: dict[str, Any]) -> None:
    found = seen(told)

    assert None not in [each.level for each in found.observed or ()]
    assert found.page
    assert not (found.page.remark or "").startswith("suspect")


def test_how_long_a_page_stands_still_goes_by_the_clock_of_its_server_where_it_tells_the_time() -> (
    None
):
    ours_is_days_ahead = seen(
        left_at("2026-10-16T12:00:00.000Z"), date="Sat, 17 Oct 2026 12:00:00 GMT"
    )

    assert None not in [each.level for each in ours_is_days_ahead.observed or ()]


def test_a_page_in_unexplained_trouble_is_read_whole_every_time_or_its_sameness_would_prolong_what_it_said() -> (
    None
):
    wanted: list[bool] = []
    told = left_at("2026-10-19T12:00:00.000Z")
    mark = poll({SUMMARY: told, INCIDENTS: listed()})[-1].cursor
    for known in (None, mark):
        request = next(statuspage.poll(page(cursor=known)))
        wanted.append(request.conditional)  # type: ignore[union-attr]

    assert wanted == [True, False]


def test_the_record_of_a_suspect_page_is_believed_up_to_its_last_change() -> None:
    told = backfill({SUMMARY: left_at("2026-10-10T12:00:00.000Z"), INCIDENTS: listed()})

    ends = {cover.span.end for piece in told for cover in piece.coverage}
    assert ends == {at("2026-10-10T12:00")}


def test_a_component_without_a_state_is_unknown_and_the_others_are_read() -> None:
    (found,) = poll(
        {SUMMARY: summary(component(status=None), component("web000000001"))}, cursor=MARK
    )

    assert found.observed
    assert [each.level for each in found.observed] == [None, Level.OPERATIONAL]


def test_components_stand_in_the_order_of_the_page_with_their_group() -> None:
    rows = [
        component("web000000001", position=3),
        component("grp000000001", group=True, position=1, name="Europe"),
        component("two000000001", group_id="grp000000001", position=2),
        component(
            "one000000001",
            group_id="grp000000001",
            position=1,
            showcase=True,
            start_date="2026-09-02",
        ),
    ]

    (found,) = poll({SUMMARY: summary(*rows)}, cursor=MARK)

    assert found.components
    assert [(c.id[:3], c.group, c.position) for c in found.components] == [
        ("one", "Europe", 0),
        ("two", "Europe", 1),
        ("web", None, 2),
    ]
    assert (found.components[0].has_bars, found.components[0].start_date) == (
        True,
        date(2026, 9, 2),
    )


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ({"components": []}, "answer.page"),
        ({"page": {"id": "abcd1234efgh"}, "status": {"indicator": "none"}}, "answer.components"),
        ({"page": {"id": "abcd1234efgh"}, "components": [], "status": {}}, "status.indicator"),
        ({"page": {"id": "01JMDK9XYNY6RXSED6SDWW50WY"}, "components": []}, "not a Statuspage"),
        (summary({"id": 5}), "components[].id"),
        (summary(component(created_at="yesterday")), "yesterday"),
        (summary(component(), incidents=[{"id": "x"}]), "incident.name"),
        (summary(component(), incidents=[incident(incident_updates=3)]), "another type"),
        (summary(component(), incidents=[incident(created_at="2026-10-10T10:00:00")]), "naive"),
    ],
)
def test_a_wrong_shape_names_what_is_wrong_and_where(broken: dict[str, Any], named: str) -> None:
    with pytest.raises(
        UnexpectedShape, match=named.replace("[", r"\[").replace("]", r"\]")
    ) as caught:
        poll({SUMMARY: broken})
    assert caught.value.url


@pytest.mark.parametrize(
    ("bodies", "why"),
    [
        (
            {
                "/": '<html><head><title>Acme - Login</title></head><body class="status status-major">'
            },
            "private",
        ),
        ({SUMMARY: Response(url=ROOT, status=401, body=b"no")}, "private"),
        ({"/": '<html><body class="status inactive">'}, "inactive"),
        (
            {
                SUMMARY: Response(
                    url=ROOT, status=200, final_url="https://www.statuspage.io/", body=b"<html>"
                )
            },
            "deleted",
        ),
    ],
)
def test_a_closed_page_is_unavailable_and_says_why(bodies: dict[str, Body], why: str) -> None:
    with pytest.raises(PageUnavailable, match=why):
        poll(bodies)
    with pytest.raises(PageUnavailable, match=why):
        backfill(bodies)


def test_a_server_error_is_not_looked_into() -> None:
    asked: list[str] = []

    with pytest.raises(BadStatus):
        poll({SUMMARY: Response(url=ROOT, status=503, body=b"x")}, asked=asked)
    assert paths(asked) == [SUMMARY]


# -------------------------------------------------------------------------------------------------------------
# bars


def line(code: str, *days: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"component": {"code": code, "name": code} | more, "days": list(days)}


def bar(day: str, codes: tuple[str, ...] = (), **seconds: int) -> dict[str, Any]:
    return {
        "date": day,
        "outages": seconds,
        "related_events": [{"name": "x", "code": code} for code in codes],
    }


def test_all_three_shapes_of_the_embedded_record_are_read() -> None:
    data = json.dumps({"api000000001": line("api000000001", bar("2026-10-20"))})
    shapes = [
        f"<script>uptimeData = {{ broken }};\n var uptimeData = {data}; uptimeValues = []</script>",
        f"<script>window.uptimeData = {data};\nvar uptimeData = window.uptimeData;</script>",
        f'<script>window.uptimeData = {{"components":{{}},"timelines":{data},"values":[]}};</script>',
    ]

    assert [list(embedded_bars(text)[0]) for text in shapes] == [["api000000001"]] * 3


def test_printed_percentages_stand_in_when_no_values_are_embedded() -> None:
    text = '<span id="uptime-percent-api000000001">\n 99.87\n</span>'

    assert embedded_bars(text)[1] == [{"component": "api000000001", "ninety": "99.87"}]


def test_the_showcase_is_asked_in_calls_of_sixty_ids_with_plain_commas() -> None:
    rows = [
        component(f"c{n:011d}", showcase=True, position=n, start_date="2026-10-20")
        for n in range(61)
    ]
    asked: list[str] = []

    backfill({SUMMARY: summary(*rows), INCIDENTS: listed()}, asked=asked)

    calls = [path for path in paths(asked) if "showcase" in path]
    assert [call.count(",") for call in calls] == [59, 0]
    assert calls[0].startswith("/uptime_showcase?components=c00000000000,c00000000001,")


def test_bars_of_groups_are_left_out_and_unknown_keys_are_counted() -> None:
    api, group = "api000000001", "grp000000001"
    lines = {
        api: line(api, bar("2026-10-20", p=60, d=9)),
        group: line(group, bar("2026-10-20", p=30), isGroup=True, group=[api]),
    }
    bodies = {
        SUMMARY: summary(component(api, showcase=True, start_date="2026-10-20")),
        INCIDENTS: listed(),
        f"/uptime_showcase?components={api}": {
            "timelines": lines,
            "values": [{"component": api, "thirty": 99.5, "sixty": 99.7, "ninety": 99.81}],
        },
    }

    found = next(piece for piece in backfill(bodies) if piece.source == "statuspage.uptime")

    assert [(each.component_id, each.partial_seconds) for each in found.bars] == [(api, 60)]
    assert found.unknown_words == ("outages.d",)
    assert [(each.window_days, each.ratio) for each in found.reported] == [
        (30, 0.995),
        (60, 0.997),
        (90, 0.9981),
    ]
    assert [(each.aspect, each.complete) for each in found.coverage] == [(Aspect.BARS, True)]


def test_older_quarters_are_read_until_the_day_asked_for() -> None:
    asked: list[str] = []

    found = backfill(quarters(), since=at("2026-03-10T00:00"), asked=asked)

    numbers = [path.rpartition("=")[2] for path in paths(asked) if path.startswith("/uptime/")]
    assert numbers == ["2", "3"]
    assert [
        piece.chunk for piece in found if piece.chunk and piece.chunk.startswith("uptime:")
    ] == [
        "uptime:api000000001:2026-07",
        "uptime:api000000001:2026-04",
    ]


def test_days_older_than_a_week_are_final_and_a_finished_quarter_is_not_asked_for_again() -> None:
    done = frozenset({"bars", "uptime:api000000001:2026-07"})
    asked: list[str] = []

    found = backfill(quarters(), since=at("2026-03-10T00:00"), asked=asked, completed_chunks=done)

    assert [path for path in paths(asked) if "uptime" in path] == [
        "/uptime/api000000001.json?page=3"
    ]
    assert [
        piece.final for piece in found if piece.chunk and piece.chunk.startswith("uptime:")
    ] == [True]


def quarters() -> dict[str, Body]:
    api = "api000000001"
    shown = [bar((date(2026, 7, 23) + timedelta(days=n)).isoformat()) for n in range(90)]
    return {
        SUMMARY: summary(component(api, showcase=True, created_at="2020-01-01T00:00:00Z")),
        INCIDENTS: listed(),
        f"/uptime_showcase?components={api}": {"timelines": {api: line(api, *shown)}, "values": []},
        f"/uptime/{api}.json?page=2": quarter("2026-05-01", "2026-07-31"),
        f"/uptime/{api}.json?page=3": quarter("2026-02-01", "2026-04-30"),
    }


def quarter(*days: str) -> dict[str, Any]:
    months = [
        {"uptime_percentage": 1.0, "days": [{"date": f"{d}T00:00:00.000+02:00", "p": 5, "m": 0}]}
        for d in days
    ]
    return {"is_group": False, "months": months}


def test_reading_stops_before_the_first_month_with_a_record() -> None:
    bodies = quarters()
    bodies["/uptime/api000000001.json?page=2"] = {
        "months": [{"uptime_percentage": None, "days": [{"color": "#EAEAEA"}]}]
    }
    asked: list[str] = []

    found = backfill(bodies, since=at("2024-01-01T00:00"), asked=asked)

    assert [path for path in paths(asked) if path.startswith("/uptime/")] == [
        "/uptime/api000000001.json?page=2"
    ]
    assert [gap for piece in found for gap in piece.gaps] == []


# --------------------------------------------------------------------------------------------------
# incident history


def fifty() -> dict[str, Any]:
    day = "2026-10-19T00:{:02d}:00Z"
    return listed(
        *(
            incident(code=f"new0000000{n:02d}", status="resolved", resolved_at=day.format(n))
            for n in range(50)
        )
    )


def old(code: str, day: str) -> dict[str, Any]:
    start, end = f"{day}T10:00", f"{day}T11:00"
    return {
        "incident": incident(
            update("investigating", start, api="major_outage"), update("resolved", end), code=code
        )
    }


def months(*entries: tuple[str, int, list[str]]) -> dict[str, Any]:
    return {
        "months": [
            {"name": name, "year": year, "incidents": [{"code": code} for code in codes]}
            for name, year, codes in entries
        ]
    }


def history() -> dict[str, Body]:
    return {
        SUMMARY: summary(component(created_at="2020-01-01T00:00:00Z")),
        INCIDENTS: fifty(),
        "/history.json?page=1": months(
            ("October", 2026, ["new000000001", "old000000001"]),
            ("September", 2026, []),
            ("August", 2026, []),
        ),
        "/history.json?page=2": months(
            ("July", 2026, ["old000000002"]), ("June", 2026, []), ("May", 2026, [])
        ),
        "/api/v2/incidents/old000000001.json": old("old000000001", "2026-10-15"),
        "/api/v2/incidents/old000000002.json": old("old000000002", "2026-07-30"),
    }


def reach(evidence: list[Evidence]) -> datetime:
    return min(
        c.span.start for piece in evidence for c in piece.coverage if c.aspect is Aspect.IMPACTS
    )


def test_only_incidents_the_list_does_not_have_are_read_one_by_one() -> None:
    asked: list[str] = []

    found = backfill(history(), asked=asked)

    assert [path for path in paths(asked) if "/incidents/" in path] == [
        "/api/v2/incidents/old000000001.json",
        "/api/v2/incidents/old000000002.json",
    ]
    assert reach(found) == at("2026-05-01T00:00")
    finals = {piece.chunk: piece.final for piece in found if piece.chunk}
    assert finals == {
        "incident:old000000001": False,
        "history:2026-10": False,
        "incident:old000000002": True,
        "history:2026-07": True,
    }


def test_a_list_that_reaches_back_far_enough_needs_no_history() -> None:
    asked: list[str] = []

    backfill(history(), since=at("2026-10-19T12:00"), asked=asked)

    assert not any("history" in path for path in paths(asked))


def test_a_resumed_backfill_does_not_ask_for_what_is_done() -> None:
    asked: list[str] = []

    backfill(
        history(),
        asked=asked,
        completed_chunks=frozenset({"history:2026-10", "incident:old000000002", "maintenances"}),
    )

    assert paths(asked) == [SUMMARY, INCIDENTS, "/history.json?page=2"]


def test_an_incident_that_cannot_be_read_leaves_its_months_and_older_ones_uncovered() -> None:
    bodies = history() | {"/api/v2/incidents/old000000002.json": Throttled("slow down", url=ROOT)}

    found = backfill(bodies)

    assert reach(found) == at("2026-08-01T00:00")
    assert [(gap.what, gap.reason) for piece in found for gap in piece.gaps] == [
        ("incident old000000002", "throttled")
    ]


def test_a_history_page_that_fails_is_a_gap_and_older_pages_are_still_read() -> None:
    bodies = history() | {"/history.json?page=1": Throttled("slow down", url=ROOT)}
    bodies["/history?page=1"] = Throttled("slow down", url=ROOT)

    found = backfill(bodies)

    assert reach(found) == at("2026-10-19T00:00")
    assert [gap.what for piece in found for gap in piece.gaps] == ["history 2026-10"]
    assert "old000000002" in {each.id for piece in found for each in piece.incidents}


def test_a_page_without_history_says_how_far_its_list_reaches() -> None:
    found = backfill(
        {SUMMARY: summary(component(created_at="2020-01-01T00:00:00Z")), INCIDENTS: fifty()}
    )

    assert [gap.what for piece in found for gap in piece.gaps] == ["incidents before 2026-10-19"]


def test_a_month_the_page_calls_by_another_name_is_a_gap_and_not_an_empty_month() -> None:
    bodies = history() | {"/history.json?page=1": months(("Oktober", 2026, []))}

    found = backfill(bodies)

    assert "history 2026-10" in [gap.what for piece in found for gap in piece.gaps]


FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Acme</title><entry><published>2026-01-02T00:37:20Z</published>
<link rel="alternate" href="https://status.acme.example/incidents/inc000000001"/><title>Slow &amp; late</title>
<content type="html">&lt;p&gt;&lt;small&gt;Jan &lt;var data-var='date'&gt; 2&lt;/var&gt;,
&lt;var data-var='time'&gt;00:37&lt;/var&gt; UTC&lt;/small&gt;&lt;br&gt;&lt;strong&gt;Resolved&lt;/strong&gt; - done&lt;/p&gt;
&lt;p&gt;&lt;small&gt;Dec &lt;var data-var='date'&gt;31&lt;/var&gt;, &lt;var data-var='time'&gt;22:10&lt;/var&gt; UTC&lt;/small&gt;
&lt;br&gt;&lt;strong&gt;Investigating&lt;/strong&gt; - looking&lt;/p&gt;</content></entry></feed>"""


def test_the_feed_is_the_last_resort_and_covers_nothing() -> None:
    found = backfill({SUMMARY: summary(component()), "/history.atom": FEED})

    (read,) = (each for piece in found for each in piece.incidents)
    assert (read.id, read.title, read.phase) == ("inc000000001", "Slow & late", Phase.CLOSED)
    assert (read.started_at, read.resolved_at) == (
        at("2025-12-31T22:10"),
        at("2026-01-02T00:37:20"),
    )
    assert read.component_ids == ()
    assert [c for piece in found for c in piece.coverage] == []
    assert [gap.what for piece in found for gap in piece.gaps] == ["incidents"]


def test_a_web_page_instead_of_the_feed_is_no_empty_feed() -> None:
    found = backfill({SUMMARY: summary(component()), "/history.atom": "<html><body></body></html>"})

    assert "statuspage.feed" not in {piece.source for piece in found}
    assert [gap.what for piece in found for gap in piece.gaps] == ["incidents"]


def test_components_alone_are_enough_to_read_the_history() -> None:
    bodies = {"/api/v2/components.json": summary(component()), INCIDENTS: listed()}

    found = backfill(bodies)

    assert found[0].source == "statuspage.components"
    assert reach(found) == at("2026-09-01T00:00")


# ------------------------------------------------------------------------------------------------------------
# robust


def test_whatever_stands_in_a_value_is_read_or_reported_and_never_a_crash() -> None:
    trouble = incident(
        update("investigating", "2026-10-10T10:00", api="major_outage"),
        scheduled_for="2026-10-10T09:00Z",
    )
    good = summary(component(start_date="2026-09-02"), incidents=[trouble])
    outcomes = set()
    for path in places(good):
        for junk in (
            None,
            0,
            -1e300,
            "",
            "x",
            [],
            {},
            ["a"],
            {"a": 1},
            "0001-01-01T00:00:00+14:00",
        ):
            try:
                poll({SUMMARY: with_value(good, path, junk), INCIDENTS: listed()})
                outcomes.add("read")
            except UnexpectedShape:
                outcomes.add("reported")

    assert outcomes == {"read", "reported"}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(value, dict | list):
        return [path]
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    return [path] * bool(path) + [
        place for step, each in steps for place in places(each, (*path, step))
    ]


def with_value(whole: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(whole))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return copy


# ----------------------------------------------------------------------------------------------------
# how it was told


def messages(*incidents: dict[str, Any]) -> list[IncidentUpdate]:
    told = summary(component(status="major_outage"), indicator="major")
    read = poll({SUMMARY: told, INCIDENTS: listed(*incidents)})
    return [update for evidence in read for update in evidence.updates]


def test_an_update_is_kept_with_its_text_its_states_and_the_state_before() -> None:
    posted = update("investigating", "2026-10-20T09:00:00", api000000001="partial_outage")
    (kept,) = messages(
        incident(
            posted | {"id": "upd1", "body": "<p>We look.</p>", "display_at": "2026-10-20T08:00Z"}
        )
    )

    assert kept == IncidentUpdate(
        incident_id="inc000000001",
        key="upd1",
        at=at("2026-10-20T09:00:00"),
        status="investigating",
        text="<p>We look.</p>",
        states=(
            PostedState(
                component_id="api000000001",
                level=Level.PARTIAL_OUTAGE,
                word="partial_outage",
                before=Level.OPERATIONAL,
            ),
        ),
    )


def test_an_update_without_id_text_or_states_is_named_by_its_time_and_status() -> None:
    (kept,) = messages(incident(update("identified", "2026-10-20T09:00:00")))

    assert (kept.key, kept.text, kept.states) == ("2026-10-20T09:00:00Z identified", "", ())


def test_a_posted_state_in_an_unknown_word_has_no_level() -> None:
    (kept,) = messages(incident(update("identified", "2026-10-20T09:00:00", api000000001="wobbly")))

    assert (kept.states[0].level, kept.states[0].word) == (None, "wobbly")


def test_the_list_of_incidents_says_how_far_it_reaches() -> None:
    told = summary(
        component(created_at="2026-09-01T00:00:00Z", status="major_outage"), indicator="major"
    )
    read = poll({SUMMARY: told, INCIDENTS: listed()})

    assert read[-1].lists == Interval(at("2026-09-01T00:00:00"), NOW)
