"""What the cState platform reads beyond its fixtures: broken JSON, what each severity is worth, and
ends nobody wrote."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import NotJson
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import cstate
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "cstate"
ISSUE = "2026-05-20-us-network"


def with_text(case: str, old: str, new: str) -> Answer:
    """Return a case's answers with one text in place of another."""
    recorded = answers_from(FIXTURES / case)

    def answer(url: str) -> Response:
        response = recorded(url)
        assert old in response.text or not url.endswith("status.orchard.example/index.json")
        return replace(response, body=response.body.replace(old.encode(), new.encode()))

    return answer


def polled(answer: Answer, page: PageContext) -> Evidence:
    (piece,) = drive(cstate.poll(page), page, answer)
    return piece


@pytest.mark.parametrize(
    ("severity", "level", "word"),
    [
        ("notice", Level.MAINTENANCE, "maintenance"),
        ("disrupted", Level.PARTIAL_OUTAGE, "major"),
        ("down", Level.MAJOR_OUTAGE, "critical"),
        ("DOWN", Level.MAJOR_OUTAGE, "critical"),
    ],
)
def test_a_severity_is_one_for_all_systems_and_the_user_s_to_map(
    severity: str, level: Level, word: str
) -> None:
    piece = polled(
        with_text("ongoing", '"disrupted"', f'"{severity}"'), context_of(FIXTURES / "ongoing")
    )

    assert {one.component_id: one.level for one in piece.observed or ()}["Compute/US"] is level
    assert {(impact.level, impact.word) for impact in piece.impacts} == {(None, word)}
    assert piece.incidents[0].maintenance is (level is Level.MAINTENANCE)


def test_an_issue_that_leaves_an_index_without_history_has_ended() -> None:
    page = context_of(FIXTURES / "ongoing")
    before = polled(answers_from(FIXTURES / "ongoing"), page)
    later = replace(
        page, now=page.now.replace(hour=13), cursor=before.cursor, open_incidents=frozenset({ISSUE})
    )
    piece = polled(answers_from(FIXTURES / "hidden-history"), later)

    assert [(i.id, i.phase, i.resolved_at) for i in piece.incidents] == [
        (ISSUE, Phase.CLOSED, later.now)
    ]
    assert [(i.component_id, i.end) for i in piece.impacts] == [("Compute/US", later.now)]
    assert piece.withdrawn == ()


def test_quotation_marks_are_mended_where_a_text_has_a_line_of_its_own() -> None:
    piece = polled(answers_from(FIXTURES / "quoted-title"), context_of(FIXTURES / "quoted-title"))

    assert piece.page is not None
    assert piece.page.name == 'Orchard "live" status'
    assert [incident.title for incident in piece.incidents] == [
        'The "core" network, and a \\ in US'
    ]


def test_what_cannot_be_mended_is_refused() -> None:
    page = context_of(FIXTURES / "quiet")

    with pytest.raises(NotJson):
        drive(
            cstate.poll(page),
            page,
            with_text("quiet", '"closedByDefault": false', '"closedByDefault": "so" so'),
        )


def test_issues_that_cannot_be_read_leave_what_goes_on_and_a_gap_that_says_why() -> None:
    page = context_of(FIXTURES / "ongoing")
    recorded = answers_from(FIXTURES / "ongoing")

    def answer(url: str) -> Response:
        response = recorded(url)
        return replace(response, body=response.body[:200]) if "issues/" in url else response

    piece, gap = drive(cstate.backfill(page, datetime(2026, 2, 1, tzinfo=UTC)), page, answer)
    assert [incident.id for incident in piece.incidents] == [ISSUE]
    assert piece.coverage == ()
    assert "breaks off" in gap.gaps[0].message


def test_a_page_that_has_not_changed_is_not_read_again_unless_something_goes_on() -> None:
    page = context_of(FIXTURES / "quiet")
    quiet, busy = cstate.poll(page), cstate.poll(replace(page, open_incidents=frozenset({ISSUE})))

    assert next(quiet).conditional is True
    with pytest.raises(StopIteration):
        quiet.send(Response(url=page.url, status=304, unchanged=True))
    assert next(busy).conditional is False


def test_a_page_below_a_path_has_its_documents_there() -> None:
    urls: list[str] = []
    page = replace(context_of(FIXTURES / "quiet"), url="https://orchard.example/status/")
    recorded = answers_from(FIXTURES / "quiet")
    drive(
        cstate.poll(page),
        page,
        lambda url: recorded(url.replace(page.url, "https://status.orchard.example/")),
        asked=urls,
    )

    assert urls == [f"{page.url}index.json", f"{page.url}issues/index.json"]


def without_feed(answer: Answer) -> Answer:
    return lambda url: (
        replace(answer(url), status=503) if url.endswith("index.xml") else answer(url)
    )


def test_of_version_4_an_issue_goes_on_until_its_own_document_says_that_it_is_over() -> None:
    """It began half a year ago: a poll that finds all well again must not take it for one that was
    taken back."""
    page, recorded = (
        context_of(FIXTURES / "version-4-feed"),
        answers_from(FIXTURES / "version-4-feed"),
    )
    later = page.now + timedelta(days=200)
    before = polled(recorded, page)
    page = replace(page, now=later, cursor=before.cursor, open_incidents=frozenset({ISSUE}))

    def answer(url: str) -> Response:
        body = (
            recorded(url).body.replace(b'"disrupted"', b'"ok"')
            if url == f"{page.url}index.json"
            else None
        )
        body = body or recorded(url).body.replace(b'"resolved": "false"', b'"resolved": "true"')
        body = body.replace(b'"resolvedAt": "<no value>"', b'"resolvedAt": "2026-05-20 13:00:00"')
        return replace(recorded(url), body=body)

    piece = polled(answer, page)

    (incident,) = (each for each in piece.incidents if each.id == ISSUE)
    assert (incident.phase, incident.resolved_at) == (
        Phase.CLOSED,
        datetime(2026, 5, 20, 13, tzinfo=UTC),
    )
    assert piece.withdrawn == ()
    assert {seen.level for seen in piece.observed or ()} == {Level.OPERATIONAL}


def test_of_version_4_nothing_ends_while_the_page_is_bad_and_its_feed_cannot_be_read() -> None:
    page, recorded = (
        context_of(FIXTURES / "version-4-feed"),
        answers_from(FIXTURES / "version-4-feed"),
    )
    before = polled(recorded, page)
    page = replace(
        page, now=page.now.replace(hour=13), cursor=before.cursor, open_incidents=frozenset({ISSUE})
    )

    piece = polled(without_feed(recorded), page)

    assert (piece.incidents, piece.withdrawn, piece.cursor) == ((), (), before.cursor)
    assert {one.component_id: one.level for one in piece.observed or ()} == {
        "Compute/EU": None, "Compute/US": None, "Dashboard": None, "page": Level.PARTIAL_OUTAGE,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("summary", "level"),
    [("notice", Level.MAINTENANCE), ("down", Level.MAJOR_OUTAGE), ("murky", None)],
)
def test_of_version_4_no_system_is_well_where_the_summary_is_worse_than_any_issue(
    summary: str, level: Level | None
) -> None:
    piece = polled(
        with_text("version-4-disrupted", '"disrupted"', f'"{summary}"'),
        context_of(FIXTURES / "version-4-disrupted"),
    )

    levels = {one.component_id: one.level for one in piece.observed or ()}
    assert levels.pop("page") is level
    assert set(levels.values()) == {None}
    assert piece.page is not None
    assert summary in (piece.page.remark or "")
