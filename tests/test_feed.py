"""What any feed is read as, beyond the fixtures: how it is found, the user's words, and what leaves
the list."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import Clock, SimulatedPages, collecting, page_of

from monitor.config import VendorConfig
from monitor.errors import PageError, UnexpectedShape, UnknownPlatform
from monitor.kit.protocol import FeedSettings, PageContext, Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import feed
from monitor.platforms.statuspage.detection import ASSET_HOST
from monitor.store import Store
from tests.damage import assert_sound, damaged_text
from tests.drive import Answer, answers_from, context_of, drive
from tests.vocabulary import level_of

FIXTURES = Path(__file__).parent / "fixtures" / "feed"
URL = "https://status.orchard.example/"
RSS = "https://status.orchard.example/history.rss"
EMPTY = b"<rss><channel><title>Orchard</title></channel></rss>"


def poll(
    case: str, answer: Answer | None = None, asked: list[str] | None = None, **context: object
) -> list[Evidence]:
    page = context_of(FIXTURES / case, **context)
    return drive(feed.poll(page), page, answer or answers_from(FIXTURES / case), asked=asked)


def level(pieces: list[Evidence]) -> Level | None:
    (seen,) = pieces[0].observed or ()
    return seen.level


# -------------------------------------------------------------------------------------------------------------
# finding


def test_a_feed_is_looked_for_once() -> None:
    asked: list[str] = []
    (first,) = poll("quiet", asked=asked)
    poll("quiet", asked=asked, cursor=first.cursor)

    assert asked == [URL, RSS, RSS]


def test_a_configured_feed_is_asked_for_and_nothing_else() -> None:
    asked: list[str] = []
    poll("quiet", asked=asked, feed=FeedSettings(path="/history.rss"))

    assert asked == [RSS]


def test_a_page_that_is_a_feed_itself_is_read_as_it_is() -> None:
    body = (FIXTURES / "quiet" / "feed.xml").read_bytes()

    assert (
        level(poll("quiet", lambda url: Response(url=url, status=200, body=body)))
        is Level.OPERATIONAL
    )


@pytest.mark.parametrize(
    ("title", "platform"),
    [("Orchard status - incident history", "feed"), ("Notes of the team", None)],
)
async def test_a_feed_is_recognised_where_no_platform_shows_any_sign(
    title: str, platform: str | None
) -> None:
    """The page's own link leads to it, and its entries speak in states; a title that says nothing
    is one sign only."""
    recorded = answers_from(FIXTURES / "quiet")

    def answer(url: str) -> Response:
        response = recorded(url)
        return replace(
            response,
            body=response.body.replace(b"Orchard status - incident history", title.encode()),
        )

    pages = SimulatedPages([], Clock(datetime(2026, 5, 20, 12, 0, tzinfo=UTC)), answer)
    async with collecting(
        pages, {"acme": VendorConfig(slug="acme", name="Acme", url=URL)}
    ) as collector:
        if platform is None:
            with pytest.raises(
                UnknownPlatform, match="only one kind of sign was seen \\(feed words\\)"
            ):
                await collector.detect(URL)
        else:
            detected = await collector.detect(URL)
            assert (detected.platform, {signal.kind for signal in detected.signals}) == (
                platform,
                {"words", "title"},
            )


async def test_a_feed_is_not_chosen_where_another_platform_shows_a_single_sign() -> None:
    """A page whose platform is only half recognised has a feed too, which says less than the
    platform would."""
    recorded = answers_from(FIXTURES / "quiet")

    def answer(url: str) -> Response:
        response = recorded(url)
        return replace(
            response, body=response.body.replace(b"<body>", b"<body><!-- " + ASSET_HOST + b" -->")
        )

    pages = SimulatedPages([], Clock(datetime(2026, 5, 20, 12, 0, tzinfo=UTC)), answer)
    async with collecting(
        pages, {"acme": VendorConfig(slug="acme", name="Acme", url=URL)}
    ) as collector:
        with pytest.raises(UnknownPlatform, match="statuspage asset"):
            await collector.detect(URL)
    assert RSS not in pages.asked


# ---------------------------------------------------------------------------------------------------------------
# words


def fed(title: str, *lines: str) -> Answer:
    body = "".join(f"<p>{line}</p>" for line in lines)
    text = (
        "<rss><channel><title>Orchard status</title><item><guid>1</guid>"
        f"<title>{title}</title><pubDate>Wed, 20 May 2026 11:00:00 GMT</pubDate>"
        f"<description><![CDATA[{body}]]></description></item></channel></rss>"
    )
    return lambda url: Response(url=url, status=200, body=text.encode())


def test_the_user_s_own_words_come_first() -> None:
    answer = fed("Totalausfall", "Erledigt: es geht wieder")
    german = FeedSettings(
        path="/", words=(("erledigt", "ended"), ("totalausfall", "partial_outage"))
    )

    assert level(poll("quiet", answer, feed=FeedSettings(path="/"))) is None
    (piece,) = poll("quiet", answer, feed=german)
    assert [incident.phase for incident in piece.incidents] == [Phase.CLOSED]
    assert [impact.word for impact in piece.impacts] == ["major"]


async def test_new_words_count_at_once_though_the_page_is_the_same() -> None:
    """An answer that is what it was last time says something else to who was told to read it
    otherwise."""
    pages = SimulatedPages(
        [],
        Clock(datetime(2026, 5, 20, 12, 0, tzinfo=UTC)),
        fed("Totalausfall", "Erledigt: es geht"),
    )
    told = [FeedSettings(path="/"), FeedSettings(path="/", words=(("erledigt", "ended"),))]
    levels, store = [], Store.open("sqlite://")
    for words in told:
        vendor = VendorConfig(slug="acme", name="Acme", url=URL, platform="feed", feed=words)
        async with collecting(pages, {"acme": vendor}, store) as collector:
            for _ in range(3):
                await collector.poll(await page_of(collector, "acme"))
                pages.clock.forward(minutes=5)
            page = await page_of(collector, "acme")
            levels.append(store.current(page.id).levels["page"])
    store.close()

    assert levels == [None, Level.OPERATIONAL]


@pytest.mark.parametrize(
    ("title", "lines", "severity"),
    [
        ("Errors", ("Investigating - an outage elsewhere is not ours",), Level.DEGRADED),
        ("Partial outage of search", ("Investigating - we look",), Level.PARTIAL_OUTAGE),
        ("Outage of search", ("Investigating - we look",), Level.MAJOR_OUTAGE),
        ("Search", ("Severity: critical", "Investigating - we look"), Level.MAJOR_OUTAGE),
        ("Slow search", ("Investigating - we look",), Level.DEGRADED),
        ("Unavailability is what we fear", ("Monitoring - we look",), Level.DEGRADED),
    ],
)
def test_severity_is_read_from_titles_and_labels_and_never_from_prose(
    title: str, lines: tuple[str, ...], severity: Level
) -> None:
    assert level(poll("quiet", fed(title, *lines), feed=FeedSettings(path="/"))) is severity


@pytest.mark.parametrize(
    ("lines", "phase", "end"),
    [
        (
            ("May 20, 10:00 UTC Resolved - well", "May 20, 10:30 UTC Investigating - again"),
            Phase.OPEN,
            None,
        ),
        (
            ("May 20, 10:00 UTC Investigating - look", "May 20, 10:30 UTC Resolved - well"),
            Phase.CLOSED,
            "10:30",
        ),
        (
            ("2026-05-20T10:30:00Z", "Resolved - well", "2026-05-20T10:00:00Z", "Monitoring"),
            Phase.CLOSED,
            "10:30",
        ),
        (("Wed, 20 May 2026 10:30:00 GMT", "Status: Resolved"), Phase.CLOSED, "10:30"),
        (("Identified - why", "Resolved - well"), Phase.CLOSED, "11:00"),
        (("This has been resolved, we hope", "Monitoring - we look"), Phase.OPEN, None),
    ],
)
def test_the_latest_update_says_whether_it_is_over(
    lines: tuple[str, ...], phase: Phase, end: str | None
) -> None:
    (piece,) = poll("quiet", fed("Errors", *lines), feed=FeedSettings(path="/"))
    (incident,) = piece.incidents

    assert incident.phase is phase
    assert (incident.resolved_at and f"{incident.resolved_at:%H:%M}") == end


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Closed captions fail", "We look at it"),
        ("Payments fail", "Completed payments are not shown"),
        ("Reports fail", "Scheduled reports are not sent"),
        ("Errors", "Resolved issues have come back"),
    ],
)
def test_a_sentence_that_begins_with_a_word_for_the_end_or_a_plan_is_neither(
    title: str, line: str
) -> None:
    assert level(poll("quiet", fed(title, line), feed=FeedSettings(path="/"))) is None


@pytest.mark.parametrize(
    ("title", "line", "now"),
    [
        ("Scheduled reports are not sent", "Investigating - we look", Level.DEGRADED),
        ("Errors after the scheduled maintenance", "Investigating - we look", Level.DEGRADED),
        ("Scheduled maintenance", "In progress - we have begun", Level.MAINTENANCE),
        ("[Scheduled] New disks", "In progress - we have begun", Level.MAINTENANCE),
        ("Maintenance of the disks", "Friday at noon", Level.OPERATIONAL),
    ],
)
def test_planned_work_is_what_its_title_calls_so_and_counts_once_begun(
    title: str, line: str, now: Level
) -> None:
    assert level(poll("quiet", fed(title, line), feed=FeedSettings(path="/"))) is now


@pytest.mark.parametrize(
    "title",
    [
        "[Resolved] Errors",
        "Resolved: Errors",
        "Errors - Resolved",
        "Service is operating normally: [RESOLVED] X",
    ],
)
def test_a_title_that_says_it_is_over_counts_more_than_an_update_that_stayed(title: str) -> None:
    (piece,) = poll("quiet", fed(title, "Investigating - we look"), feed=FeedSettings(path="/"))

    assert [incident.phase for incident in piece.incidents] == [Phase.CLOSED]


def test_work_goes_on_from_its_first_update_that_says_so() -> None:
    answer = fed(
        "Maintenance",
        "May 20, 11:00 UTC Completed - done",
        "May 20, 10:30 UTC Verifying - we look",
        "May 20, 10:00 UTC In progress - we have begun",
        "May 18, 10:00 UTC Update - on the 20th",
    )
    (piece,) = poll("quiet", answer, feed=FeedSettings(path="/"))

    assert [(f"{i.start:%d %H:%M}", i.end and f"{i.end:%d %H:%M}") for i in piece.impacts] == [
        ("20 10:00", "20 11:00")
    ]


def test_what_a_clock_ahead_of_ours_dates_goes_on_now() -> None:
    page = context_of(FIXTURES / "quiet", feed=FeedSettings(path="/"))
    early = replace(page, now=datetime(2026, 5, 20, 10, 59, 30, tzinfo=UTC))

    assert (
        level(drive(feed.poll(early), early, fed("Errors", "Investigating - we look")))
        is Level.DEGRADED
    )


@pytest.mark.parametrize(("zone", "end"), [("PDT", "17:30"), ("CEST", "08:30"), ("XYZ", "11:00")])
def test_a_time_is_read_in_the_zone_that_is_named_and_not_at_all_in_one_that_nobody_knows(
    zone: str, end: str
) -> None:
    (piece,) = poll(
        "quiet", fed("Errors", f"May 20, 10:30 {zone}", "Resolved"), feed=FeedSettings(path="/")
    )
    (incident,) = piece.incidents

    assert incident.resolved_at is not None
    assert f"{incident.resolved_at:%H:%M}" == end


# ---------------------------------------------------------------------------------------- feeds of
# what is going on


def test_an_empty_feed_is_healthy_only_where_the_user_says_so() -> None:
    def answer(url: str) -> Response:
        return Response(url=url, status=200, body=EMPTY)

    with pytest.raises(UnexpectedShape, match="empty: healthy"):
        poll("quiet", answer, feed=FeedSettings(path="/"))
    assert (
        level(poll("quiet", answer, feed=FeedSettings(path="/", empty="healthy")))
        is Level.OPERATIONAL
    )


def test_what_leaves_a_feed_of_what_is_going_on_has_ended() -> None:
    only_open = FeedSettings(path="/history.rss", empty="healthy")
    (first,) = poll("ongoing", feed=only_open)
    (key,) = (incident.id for incident in first.incidents if incident.phase is Phase.OPEN)
    page = context_of(
        FIXTURES / "ongoing", feed=only_open, cursor=first.cursor, open_incidents=frozenset({key})
    )
    later = replace(page, now=page.now + timedelta(minutes=5))
    (second,) = drive(
        feed.poll(later), later, lambda url: Response(url=url, status=200, body=EMPTY)
    )

    (over,) = second.incidents
    assert (over.id, over.phase, over.resolved_at) == (key, Phase.CLOSED, later.now)
    assert level([second]) is Level.OPERATIONAL


# ------------------------------------------------------------------------------------------------------
# damaged feeds


@given(data=st.data())
@settings(max_examples=100)
def test_no_level_is_told_whose_word_is_not_there(data: st.DataObject) -> None:
    case = data.draw(
        st.sampled_from(["ongoing", "ended-incident", "maintenance", "other-languages", "atom"])
    )
    body = data.draw(damaged_text((FIXTURES / case / "feed.xml").read_bytes()))
    page: PageContext = context_of(FIXTURES / case, feed=FeedSettings(path="/history.rss"))
    try:
        pieces = drive(feed.poll(page), page, lambda url: Response(url=url, status=200, body=body))
    except PageError:
        return
    text = body.decode(errors="replace").casefold()
    possible = {level for word, level in feed.SEVERITIES.items() if word in text} | {
        Level.DEGRADED,
        None,
    }
    planned = [
        word for word, meaning in feed.STATES.items() if meaning == feed.SCHEDULED and word in text
    ]
    possible |= {Level.OPERATIONAL} | (
        {Level.MAINTENANCE} if planned or feed.PLANNED_WORK.search(text) else set()
    )
    for piece in pieces:
        assert_sound(piece, page)
        assert {level_of(impact) for impact in piece.impacts} <= possible
        assert {seen.level for seen in piece.observed or ()} <= possible


@pytest.mark.parametrize(
    ("title", "severity"),
    [
        ("Critical security update", Level.OPERATIONAL),
        ("Critical vulnerability in our agent", Level.OPERATIONAL),
        ("CVE-2026-0001", Level.OPERATIONAL),
        ("Critical software update available", Level.DEGRADED),
        ("Outage after a critical security update", Level.MAJOR_OUTAGE),
        ("Degraded performance with a security patch", Level.DEGRADED),
        ("Critical: search fails", Level.MAJOR_OUTAGE),
        ("Major version of the API", Level.DEGRADED),
    ],
)
def test_how_important_something_is_is_no_severity_of_the_page(title: str, severity: Level) -> None:
    assert (
        level(poll("quiet", fed(title, "Investigating - we look"), feed=FeedSettings(path="/")))
        is severity
    )
