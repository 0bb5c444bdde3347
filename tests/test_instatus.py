"""What the Instatus platform reads beyond its fixtures: conditional polls, fallbacks, history, and
damaged answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polled_cases import polled_in_turn
from simulated import Clock, SimulatedPages, collecting, page_of

from monitor import platforms
from monitor.config import VendorConfig
from monitor.errors import BotChallenge, NotJson, PageError, ParseError, UnexpectedShape
from monitor.kit.protocol import PageContext, Response, Steps
from monitor.model import Basis, Confidence, Evidence, Level, Phase
from monitor.platforms import instatus
from tests.damage import assert_sound, damaged, damaged_text, to_bytes
from tests.drive import Answer, answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "instatus"
HOST = "https://status.harbour.example"
SUMMARY, COMPONENTS, OLDER = (
    f"{HOST}/{path}" for path in ("summary.json", "v3/components.json", "v2/components.json")
)
API, WEB, JOBS = (f"clharbour{tag:0>16}" for tag in ("api", "web", "jobs"))
FIRST, SECOND, THIRD = (f"clharbour{tag:0>16}" for tag in ("inc1", "inc2", "inc3"))


def poll(
    case: str, answer: Answer | None = None, asked: list[str] | None = None, **context: object
) -> list[Evidence]:
    page = context_of(FIXTURES / case, **context)
    return drive(instatus.poll(page), page, answer or answers_from(FIXTURES / case), asked=asked)


def backfill(
    case: str,
    answer: Answer | None = None,
    asked: list[str] | None = None,
    days: int = 90,
    **context: object,
):
    page = context_of(FIXTURES / case, **context)
    steps = instatus.backfill(page, page.now - timedelta(days=days))
    return drive(steps, page, answer or answers_from(FIXTURES / case), asked=asked)


def with_bodies(case: str, bodies: Mapping[str, bytes]) -> Answer:
    recorded = answers_from(FIXTURES / case)

    def answer(url: str) -> Response:
        return (
            replace(recorded(url), status=200, body=bodies[url]) if url in bodies else recorded(url)
        )

    return answer


def unchanged(case: str, *urls: str) -> Answer:
    """Answer with "unchanged" the first time one of the URLs is asked for."""
    recorded, left = answers_from(FIXTURES / case), set(urls)

    def answer(url: str) -> Response:
        if url not in left:
            return recorded(url)
        left.discard(url)
        return replace(recorded(url), body=b"", unchanged=True)

    return answer


def told(case: str, name: str) -> Any:
    return json.loads((FIXTURES / case / name).read_text())


# ----------------------------------------------------------------------------------------------------------
# vocabulary


def test_all_18_page_words_have_a_level() -> None:
    """The official list: two plain words, the older short word for maintenance, and three times
    five computed ones."""
    kinds = (
        "UNDERMAINTENANCE",
        "DEGRADEDPERFORMANCE",
        "PARTIALOUTAGE",
        "MINOROUTAGE",
        "MAJOROUTAGE",
    )
    words = {"UP", "HASISSUES", "UNDERMAINTENANCE"} | {
        many + kind for many in ("ALL", "SOME", "ONE") for kind in kinds
    }

    assert len(words) == 18
    assert instatus.PAGE_LEVELS.keys() == words
    assert instatus.PAGE_LEVELS["ONEMAJOROUTAGE"] is Level.MAJOR_OUTAGE
    assert [word for word, level in instatus.PAGE_LEVELS.items() if level is Level.OPERATIONAL] == [
        "UP"
    ]


@pytest.mark.parametrize(
    "word", ["", "Operational", "operational", "UP", "OPERATIONAL ", "ALLMAJOROUTAGE"]
)
def test_a_word_that_is_not_exactly_a_component_state_is_never_green(word: str) -> None:
    rows = [
        dict(row, status=word) if row["id"] == API else row
        for row in told("quiet", "components.json")["components"]
    ]
    answer = with_bodies("quiet", {COMPONENTS: to_bytes({"components": rows})})
    if not word:
        # An empty state is no word at all: the page's own HTML is read instead.
        assert {each.level for each in poll("quiet", answer)[0].observed or ()} == {
            Level.OPERATIONAL
        }
        return

    (piece,) = poll("quiet", answer)

    assert {each.component_id: each.level for each in piece.observed or ()}[API] is None
    assert word in piece.unknown_words


def test_a_page_that_says_up_while_a_component_is_down_is_told_apart() -> None:
    (piece,) = poll(
        "ongoing", with_bodies("ongoing", {SUMMARY: to_bytes(told("quiet", "summary.json"))})
    )

    assert piece.page is not None
    assert piece.page.remark == "the page says UP and its worst component is partial outage"


# ----------------------------------------------------------------------------------------------------
# least traffic


def test_a_quiet_poll_is_two_small_requests() -> None:
    asked: list[str] = []
    poll("quiet", asked=asked)

    assert asked == [SUMMARY, COMPONENTS]


def test_when_neither_answer_has_changed_nothing_is_said() -> None:
    assert poll("ongoing", unchanged("ongoing", SUMMARY, COMPONENTS)) == []


@pytest.mark.parametrize("same", [SUMMARY, COMPONENTS])
def test_when_one_answer_has_changed_the_other_is_read_too(same: str) -> None:
    asked: list[str] = []

    assert poll("ongoing", unchanged("ongoing", same), asked) == poll("ongoing")
    assert sorted(asked) == sorted([SUMMARY, COMPONENTS, same, f"{HOST}/"])


def test_a_page_that_blocks_us_is_asked_once() -> None:
    asked: list[str] = []
    with pytest.raises(BotChallenge):
        poll("bot-challenge", asked=asked)

    assert asked == [SUMMARY]


def test_what_an_incident_claims_is_read_when_it_is_told_and_not_again_until_it_is_told_otherwise() -> (
    None
):
    asked: list[str] = []
    live, record = poll("ongoing", asked=asked)
    same = poll("ongoing", open_incidents=frozenset({FIRST}), cursor=live.cursor, asked=asked)
    summary = told("ongoing", "summary.json")
    summary["activeIncidents"][0]["updatedAt"] = "2026-05-20T11:45:00.000Z"
    updated = with_bodies("ongoing", {SUMMARY: to_bytes(summary)})
    again = poll(
        "ongoing", updated, open_incidents=frozenset({FIRST}), cursor=live.cursor, asked=asked
    )

    assert [
        (each.component_id, each.incident_id) for each in record.impacts if each.end is None
    ] == [(API, FIRST)]
    assert [len(same), len(again)] == [1, 2]
    assert asked == [
        SUMMARY,
        COMPONENTS,
        f"{HOST}/",
        SUMMARY,
        COMPONENTS,
        SUMMARY,
        COMPONENTS,
        f"{HOST}/",
    ]


def test_a_poll_stands_where_what_an_incident_claims_cannot_be_read() -> None:
    live, missing = poll("ongoing", with_bodies("ongoing", {f"{HOST}/": b"<html>down</html>"}))

    assert {each.component_id: each.level for each in live.observed or ()}[
        API
    ] is Level.PARTIAL_OUTAGE
    assert [(gap.what, gap.reason) for gap in missing.gaps] == [
        ("what goes on", UnexpectedShape.reason)
    ]


def test_an_incident_that_ended_is_looked_up_once_in_the_page() -> None:
    asked: list[str] = []
    pieces = poll("ended-incident", asked=asked, open_incidents=frozenset({FIRST}))

    assert asked == [SUMMARY, COMPONENTS, f"{HOST}/"]
    (ended,) = (incident for piece in pieces for incident in piece.incidents)
    assert (ended.phase, ended.resolved_at) == (
        Phase.CLOSED,
        datetime(2026, 5, 20, 10, 15, tzinfo=UTC),
    )
    assert ended.component_ids == (API,)


def test_the_end_of_an_incident_that_cannot_be_looked_up_is_an_error_and_no_end() -> None:
    answer = with_bodies("ended-incident", {f"{HOST}/": b"<html>down</html>"})
    with pytest.raises(UnexpectedShape):
        poll("ended-incident", answer, open_incidents=frozenset({FIRST}))


def test_an_incident_whose_own_page_cannot_be_read_is_a_gap_and_not_withdrawn() -> None:
    pieces = poll(
        "own-page",
        with_bodies("own-page", {f"{HOST}/{FIRST}": b"<html></html>"}),
        open_incidents=frozenset({FIRST}),
    )

    assert [gap.what for piece in pieces for gap in piece.gaps] == [f"incident {FIRST}"]
    assert all(not piece.withdrawn for piece in pieces)


# ------------------------------------------------------------------------------------------------------------
# components


def test_a_group_is_never_a_component_and_gives_its_name_to_its_children() -> None:
    groups = {
        case: {c.name: c.group for c in poll(case)[0].components or ()}
        for case in ("quiet", "older-address", "root-only")
    }

    due = {"Website": None, "API": "Platform", "Background jobs": "Platform"}
    assert groups == {"quiet": due, "older-address": due, "root-only": due}


def test_of_a_component_listed_twice_the_worse_state_counts() -> None:
    rows = told("quiet", "components.json")["components"]
    rows += [dict(row, status="MAJOROUTAGE") for row in rows if row["id"] == WEB]
    rows += [dict(row, status="OPERATIONAL") for row in rows if row["id"] == WEB]
    (piece,) = poll("quiet", with_bodies("quiet", {COMPONENTS: to_bytes({"components": rows})}))

    assert {each.component_id: each.level for each in piece.observed or ()}[
        WEB
    ] is Level.MAJOR_OUTAGE


def test_an_empty_list_of_components_is_an_error_when_the_page_has_none_either() -> None:
    answer = with_bodies("quiet", {COMPONENTS: b'{"components": []}', f"{HOST}/": b"<html></html>"})
    with pytest.raises(UnexpectedShape, match="without components"):
        poll("quiet", answer)


# ---------------------------------------------------------------------------------------------------------------
# history


def test_an_incidents_impact_word_gives_no_level() -> None:
    """The incident reads OPERATIONAL, its interval was a major outage."""
    impacts = [impact for piece in backfill("ended-incident") for impact in piece.impacts]

    assert [impact.level for impact in impacts] == [Level.MAJOR_OUTAGE, Level.DEGRADED]
    assert {impact.basis for impact in impacts} == {Basis.DECLARED}


def without_web(impact: str, status: str = "RESOLVED") -> Answer:
    """Answer the root page after the website left it; the incident still names it beside the API
    and their group."""
    page = (FIXTURES / "ended-incident" / "page.html").read_text()
    group = "clharbour0000000000000grp"
    changes = {
        '{"id":"clharbour0000000000000web"': '{"archivedAt":"2026-05-20T11:00:00.000Z","id":"clharbour0000000000000web"',
        '"archivedAt":null,"isThirdParty":false,"isParent":false,"startDate":null,"metrics":[],"group":null,'
        '"children":[]},{"id":"clharbour0000000000000grp"': '"children":[]},{"id":"clharbour0000000000000grp"',
        '"clharbour0000000000000web":{"4":"100.0","notices":[],"outages":[],"uptime":"100.0"},': "",
        '"impact":"OPERATIONAL","resolved"': f'"impact":"{impact}","resolved"',
        '"status":"RESOLVED","components":[': f'"status":"{status}","components":[{{"id":"{WEB}"}},{{"id":"{group}"}},',
    }
    for old, new in changes.items():
        escaped = old.replace('"', '\\"')
        assert page.count(escaped) == 1, old
        page = page.replace(escaped, new.replace('"', '\\"'))
    return with_bodies("ended-incident", {f"{HOST}/": page.encode()})


@pytest.mark.parametrize(
    ("impact", "status", "word"),
    [
        ("PARTIALOUTAGE", "RESOLVED", "major"),
        ("DEGRADEDPERFORMANCE", "RESOLVED", "minor"),
        ("UNDERMAINTENANCE", "COMPLETED", "maintenance"),
        ("BURNT", "RESOLVED", "BURNT"),
        ("OPERATIONAL", "RESOLVED", None),
        ("MAJOROUTAGE", "NOTSTARTEDYET", None),
    ],
)
def test_of_a_component_that_left_the_record_an_incident_tells_by_its_impact_word(
    impact: str, status: str, word: str | None
) -> None:
    (piece,) = backfill("ended-incident", without_web(impact, status))

    assert WEB not in {each.id for each in piece.components or ()}
    inferred = [each for each in piece.impacts if each.basis is Basis.INFERRED]
    assert [(each.component_id, each.level, each.word, each.incident_id) for each in inferred] == (
        [(WEB, None, word, FIRST)] if word else []
    )
    for each in inferred:
        assert (each.start, each.end) == (
            datetime(2026, 5, 20, 9, tzinfo=UTC),
            datetime(2026, 5, 20, 10, 15, tzinfo=UTC),
        )
    assert {each.component_id for each in piece.impacts if each.basis is Basis.DECLARED} == {API}


def test_an_incident_of_a_component_that_left_the_record_goes_on_while_it_is_open() -> None:
    (piece,) = backfill("ended-incident", without_web("MAJOROUTAGE", "MONITORING"))

    assert [(each.word, each.end) for each in piece.impacts if each.component_id == WEB] == [
        ("critical", None)
    ]


def test_a_page_kept_by_a_cache_speaks_until_it_was_made() -> None:
    recorded = answers_from(FIXTURES / "quiet")
    kept = backfill("quiet", lambda url: replace(recorded(url), headers={"age": "1800"}))

    assert {cover.span.end for piece in kept for cover in piece.coverage} == {
        datetime(2026, 5, 20, 11, 30, tzinfo=UTC)
    }


def test_the_printed_uptime_is_kept_as_the_vendors_figure() -> None:
    (piece,) = backfill("ongoing")

    assert {each.component_id: each.ratio for each in piece.reported} == {
        API: 0.9997,
        WEB: 0.9993,
        JOBS: 1.0,
    }
    assert {each.window_days for each in piece.reported} == {90}


def test_a_backfill_of_the_days_shown_is_one_request() -> None:
    asked: list[str] = []
    backfill("ongoing", asked=asked)

    assert asked == [f"{HOST}/"]


def test_history_pages_are_read_until_one_is_old_enough_and_give_no_levels() -> None:
    asked: list[str] = []
    pieces = backfill("older-history", asked=asked, days=170)

    assert asked == [f"{HOST}/", f"{HOST}/history/1", f"{HOST}/history/2"]
    assert [incident.id for piece in pieces for incident in piece.incidents] == [SECOND, THIRD]
    assert [impact for piece in pieces for impact in piece.impacts] == []
    assert [piece.chunk for piece in pieces if piece.chunk] == ["history 1", "history 2"]


def test_history_pages_that_repeat_themselves_end_the_reading() -> None:
    first = (FIXTURES / "older-history" / "history-1.html").read_bytes()
    asked: list[str] = []
    backfill(
        "older-history",
        with_bodies("older-history", {f"{HOST}/history/2": first}),
        asked,
        days=3000,
    )

    assert asked == [f"{HOST}/", f"{HOST}/history/1", f"{HOST}/history/2"]


def test_what_an_earlier_run_read_is_not_asked_again() -> None:
    asked: list[str] = []
    backfill("older-history", asked=asked, days=170, completed_chunks=frozenset({"history 1"}))

    assert asked == [f"{HOST}/", f"{HOST}/history/2"]


def test_a_history_page_that_breaks_off_is_no_end_of_history() -> None:
    whole = (FIXTURES / "older-history" / "history-2.html").read_bytes()
    pieces = backfill(
        "older-history",
        with_bodies("older-history", {f"{HOST}/history/2": whole[: len(whole) * 2 // 3]}),
        days=170,
    )

    assert "history 2" in {gap.what for piece in pieces for gap in piece.gaps}


def test_the_feed_gives_states_and_times_and_covers_nothing() -> None:
    (piece,) = backfill("feed-only")

    found = {
        i.id: (i.phase, i.started_at.isoformat(), i.resolved_at and i.resolved_at.isoformat())
        for i in piece.incidents
    }
    assert found == {
        SECOND: (Phase.CLOSED, "2026-05-02T09:00:00+00:00", "2026-05-02T09:40:00+00:00"),
        FIRST: (Phase.OPEN, "2026-05-20T11:00:00+00:00", None),
    }
    assert piece.coverage == ()
    assert piece.impacts == ()


@pytest.mark.parametrize(
    ("began", "update", "due"),
    [
        ("Wed, 31 Dec 2025 23:50:00 GMT", "Jan 1, 00:10:00 GMT+0", "2026-01-01T00:10:00+00:00"),
        ("Thu, 01 Jan 2026 00:10:00 GMT", "Jan 1, 01:10:00 GMT+1", "2026-01-01T00:10:00+00:00"),
        ("Thu, 01 Jan 2026 00:10:00 GMT", "Dec 31, 20:40:00 GMT-3:30", "2026-01-01T00:10:00+00:00"),
    ],
)
def test_an_update_without_a_year_belongs_to_the_year_nearest_to_its_entry(
    began: str, update: str, due: str
) -> None:
    feed = (
        f"<rss><channel><item><title>x</title><link>{HOST}/{FIRST}</link><pubDate>{began}</pubDate>"
        f"<description>{update} - Resolved - done</description></item></channel></rss>"
    )
    (piece,) = backfill(
        "feed-only",
        with_bodies("feed-only", {f"{HOST}/history.rss": feed.encode(), f"{HOST}/": b"<html>"}),
    )

    assert [
        incident.resolved_at and incident.resolved_at.isoformat() for incident in piece.incidents
    ] == [due]


def test_a_localised_state_in_the_feed_is_counted_and_not_guessed() -> None:
    feed = (FIXTURES / "feed-only" / "history.rss").read_bytes().replace(b"Resolved", b"Behoben")
    (piece,) = backfill(
        "feed-only", with_bodies("feed-only", {f"{HOST}/history.rss": feed, f"{HOST}/": b"<html>"})
    )

    assert piece.unknown_words == ("Behoben",)
    assert [incident.id for incident in piece.incidents] == [FIRST]


OTHER_FEED = b"""<rss><channel><item><title>News</title><link>https://news.example/1</link>
<pubDate>Wed, 20 May 2026 11:00:00 GMT</pubDate><description>Hello.</description></item>
</channel></rss>"""


@pytest.mark.parametrize(
    "feed", [b"<html></html>", b"<rss><channel>", b"<!DOCTYPE x><rss/>", b"{}", b" ", OTHER_FEED]
)
def test_what_is_no_feed_is_no_list_of_incidents(feed: bytes) -> None:
    with pytest.raises(UnexpectedShape, match="no Instatus data"):
        backfill(
            "feed-only",
            with_bodies("feed-only", {f"{HOST}/history.rss": feed, f"{HOST}/": b"<html>"}),
        )


# -------------------------------------------------------------------------------------------------------------
# detection


def test_a_summary_on_an_own_domain_alone_is_one_sign_and_proves_nothing() -> None:
    response = answers_from(FIXTURES / "quiet")(SUMMARY)

    assert [signal.kind for signal in platforms.signals("instatus", response)] == ["shape"]


def test_the_host_counts_only_beside_another_sign() -> None:
    url = "https://harbour.instatus.com/summary.json"
    summary = replace(answers_from(FIXTURES / "quiet")(SUMMARY), url=url, final_url=url)

    assert {signal.kind for signal in platforms.signals("instatus", summary)} == {"shape", "host"}
    assert platforms.signals("instatus", replace(summary, body=b"<html></html>")) == []


# ----------------------------------------------------------------------------------------------------------
# whole path


async def test_an_outage_seen_by_polls_is_kept_with_the_seconds_the_page_gives_when_it_is_over() -> (
    None
):
    """Major from 09:00 to 09:40 and degraded until 10:10, of which our polls saw five minutes as a
    partial outage."""
    turns = (("quiet", 0), ("ongoing", 5), ("ongoing", 5), ("ended-incident", 70))
    polls = await polled_in_turn(FIXTURES, f"{HOST}/", turns)

    day = polls.history.components[API].day(date(2026, 5, 20))
    assert polls.outcomes == ["ok", "ok", "unchanged", "ok"]
    assert not polls.has_unfinished
    assert (day.seconds.major, day.seconds.degraded) == (40 * 60, 25 * 60)


async def test_an_outage_between_two_polls_counts_though_its_component_has_left_the_page_since() -> (
    None
):
    """The intervals that the record still shows of the API are another incident's."""
    clock = Clock(datetime(2026, 5, 20, 0, tzinfo=UTC))
    pages = SimulatedPages([], clock, override=answers_from(FIXTURES / "quiet"))
    vendor = VendorConfig(
        slug="it",
        name="It",
        url=f"{HOST}/",
        platform="instatus",
        zone="UTC",
        interval_seconds=6 * 3600,
    )
    async with collecting(pages, {"it": vendor}) as collector:
        for hours in (0, 6, 5):
            clock.forward(hours=hours)
            await collector.poll(await page_of(collector, "it"))
        clock.forward(hours=1)
        root = without_web("MAJOROUTAGE")(f"{HOST}/")
        told = root.body.replace(
            f'noticeId\\":\\"{FIRST}'.encode(), f'noticeId\\":\\"{SECOND}'.encode()
        )
        pages.override = lambda url: replace(root, url=url, body=told)
        for _ in range(2):
            await collector.backfill(
                await page_of(collector, "it"), clock.now - timedelta(days=1), again=True
            )
        page = await page_of(collector, "it")
        history = collector.store.page_history(page.id, date(2026, 5, 20), date(2026, 5, 20))

    day = history.components[WEB].day(date(2026, 5, 20))
    assert (day.level, day.confidence, day.incident_ids) == (
        Level.MAJOR_OUTAGE,
        Confidence.LOW,
        (FIRST,),
    )
    assert day.seconds.major == 75 * 60
    assert history.components.keys() == {API, WEB, JOBS}


# -------------------------------------------------------------------------------------------------------
# damaged answers


def levels_in(text: str) -> set[Level | None]:
    return {
        instatus.LEVELS[word] for word in re.findall(r"[A-Z]+", text) if word in instatus.LEVELS
    } | {None}


def outcome(
    steps: Steps, page: PageContext, answer: Answer
) -> tuple[list[Evidence], PageError | None]:
    try:
        return drive(steps, page, answer), None
    except PageError as error:
        return [], error


def holds(case: str, answer: Answer, bodies: Mapping[str, bytes]) -> None:
    """Poll and backfill either say what the answers contain or raise one of our errors about an
    answer."""
    text = b" ".join(bodies.values()).decode(errors="replace")
    recorded = answers_from(FIXTURES / case)
    for url in (SUMMARY, COMPONENTS, f"{HOST}/"):
        text += "" if url in bodies else recorded(url).text
    page = context_of(FIXTURES / case, open_incidents=frozenset({FIRST, SECOND}))
    for steps in (instatus.poll(page), instatus.backfill(page, page.now - timedelta(days=200))):
        evidence, failure = outcome(steps, page, answer)
        assert failure is None or (isinstance(failure, ParseError) and failure.url)
        for piece in evidence:
            assert_sound(piece, page)
            for seen in piece.observed or ():
                assert seen.level == instatus.LEVELS.get(seen.word or "")
            assert {i.level for i in piece.impacts} | {
                o.level for o in piece.observed or ()
            } <= levels_in(text)
    for body in bodies.values():
        platforms.signals("instatus", Response(url=HOST, status=200, body=body))


@pytest.mark.slow
@pytest.mark.parametrize("case", ["ongoing", "maintenance"])
@given(data=st.data())
def test_damaged_json_gives_what_it_says_or_our_error(case: str, data: st.DataObject) -> None:
    bodies = {
        SUMMARY: to_bytes(data.draw(damaged(told(case, "summary.json")))),
        COMPONENTS: to_bytes(data.draw(damaged(told(case, "components.json")))),
    }
    holds(case, with_bodies(case, bodies), bodies)


def page_props(case: str) -> tuple[str, Any]:
    """The page's HTML with a hole where its data was, and the data."""
    html = (FIXTURES / case / "page.html").read_text()
    flight = "".join(
        json.loads(part) for part in re.findall(r'push\(\[1,("(?:[^"\\]|\\.)*")\]\)', html)
    )
    return html.partition("<script>self.__next_f.push([1")[0], json.loads(
        flight.partition("\n5:")[2]
    )


@pytest.mark.slow
@pytest.mark.parametrize("case", ["ongoing", "forgotten-component"])
@given(data=st.data())
def test_a_damaged_page_gives_what_it_says_or_our_error(case: str, data: st.DataObject) -> None:
    head, props = page_props(case)
    flight = "5:" + json.dumps(data.draw(damaged(props)), separators=(",", ":"))
    bodies = {
        f"{HOST}/": f"{head}<script>self.__next_f.push([1,{json.dumps(flight)}])</script>".encode(),
        SUMMARY: b"",
    }
    holds(case, with_bodies(case, bodies), bodies)


@pytest.mark.slow
@pytest.mark.parametrize(("case", "name", "url"), [
    ("ongoing", "summary.json", SUMMARY),
    ("ongoing", "components.json", COMPONENTS),
    ("ongoing", "page.html", f"{HOST}/"),
    ("older-history", "history-1.html", f"{HOST}/history/1"),
    ("feed-only", "history.rss", f"{HOST}/history.rss"),
])  # fmt: skip
@given(data=st.data())
def test_damaged_bytes_give_what_they_say_or_our_error(
    case: str, name: str, url: str, data: st.DataObject
) -> None:
    bodies = {url: data.draw(damaged_text((FIXTURES / case / name).read_bytes()))}
    if case == "feed-only":
        bodies[f"{HOST}/"] = b"<html></html>"
    holds(case, with_bodies(case, bodies), bodies)


@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"page": ' + b"9" * 5000 + b"}", b'{"a":' * 50_000, b'"text"', b"null"],
)
def test_json_that_python_cannot_read_is_our_error(body: bytes) -> None:
    with pytest.raises((NotJson, UnexpectedShape, ParseError)):
        poll("quiet", with_bodies("quiet", {SUMMARY: body, f"{HOST}/": b"<html></html>"}))


def test_a_page_that_has_no_lists_of_what_goes_on_tells_it_in_its_list_of_all_notices() -> None:
    told = (FIXTURES / "root-only" / "page.html").read_bytes()
    older = told.replace(b'activeIncidents\\":[', b'notices\\":[').replace(
        b"activeMaintenances", b"metricsOnce"
    )

    (live, *_) = poll("root-only", with_bodies("root-only", {f"{HOST}/": older}))

    assert older != told
    assert live.incidents == poll("root-only")[0].incidents
    assert live.incidents


def test_what_goes_on_has_begun_though_it_is_dated_ahead_of_us() -> None:
    going = [impact for piece in poll("ongoing") for impact in piece.impacts if impact.end is None]
    early = min(impact.start for impact in going) - timedelta(hours=1)

    found = [
        impact
        for piece in poll("ongoing", now=early)
        for impact in piece.impacts
        if impact.end is None
    ]

    assert going
    assert {(impact.component_id, impact.level, impact.start) for impact in found} == {
        (impact.component_id, impact.level, early) for impact in going
    }
