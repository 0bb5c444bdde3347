"""Real captured answers of Slack's status API, with the levels and counts read off them by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import platforms
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Impact, Level, Phase
from monitor.platforms import slack
from tests.corpus.captures import signs_elsewhere
from tests.drive import answers_from, drive

pytestmark = pytest.mark.corpus

PAGE = "https://slack-status.com/"


def answering(bodies: dict[str, Path]):
    def answer(url: str) -> Response:
        path = bodies.get(url.removeprefix(PAGE.rstrip("/")))
        if path is None:
            return Response(url=url, final_url=url, status=404, body=b"Not Found")
        return Response(url=url, final_url=url, status=200, body=path.read_bytes())

    return answer


def polled(capture: Path, now: datetime) -> Evidence:
    page = PageContext(url=PAGE, now=now)
    (piece,) = drive(slack.poll(page), page, answering({slack.CURRENT: capture}))
    return piece


def bad(piece: Evidence) -> dict[str, Level | None]:
    return {
        o.component_id: o.level for o in piece.observed or () if o.level is not Level.OPERATIONAL
    }


def test_2024_02_27_one_incident_on_messaging(corpus: Path) -> None:
    """One of eleven services is named by an incident that began at 07:41:56 Pacific, eight hours
    behind UTC."""
    piece = polled(
        corpus / "captures/slack/slack-current-20240227-active.json",
        datetime(2024, 2, 27, 16, 30, tzinfo=UTC),
    )

    assert bad(piece) == {"Messaging": Level.DEGRADED}
    assert len(piece.observed or ()) == 11
    (incident,) = piece.incidents
    assert (incident.id, incident.phase, incident.impact) == ("1305", Phase.OPEN, "incident")
    assert incident.started_at == datetime(2024, 2, 27, 15, 41, 56, tzinfo=UTC)
    assert piece.unknown_words == ()


def test_2024_02_27_ok_is_green_for_all_eleven_services(corpus: Path) -> None:
    piece = polled(
        corpus / "captures/slack/slack-current-20240227-ok.json",
        datetime(2024, 2, 27, 18, 0, tzinfo=UTC),
    )

    assert bad(piece) == {}
    assert len(piece.observed or ()) == 11
    assert piece.incidents == ()


def test_2022_11_25_is_still_open_though_its_newest_post_says_resolved(corpus: Path) -> None:
    """The newest of 31 posts says so in words; Slack still calls the incident active, and we read
    no words."""
    piece = polled(
        corpus / "captures/slack/slack-current-20221125-active.json",
        datetime(2022, 11, 25, 3, 0, tzinfo=UTC),
    )

    assert bad(piece) == {"Search": Level.DEGRADED}
    assert [(i.id, i.resolved_at) for i in piece.incidents] == [("1157", None)]
    assert {i.start for i in piece.impacts} == {datetime(2022, 11, 24, 3, 58, 17, tzinfo=UTC)}


def test_the_history_of_2026_08_18(corpus: Path) -> None:
    """Five incidents with six services between them; one is still active. Four end with their last
    post, Pacific time and seven hours behind UTC: 18:07:04 on 08-06, 20:43:47 on 07-27 (it was
    changed again a day later), 03:47:02 on 07-24 and 20:20:37 on 07-23. The oldest began on 07-23
    at 19:18:40, which is 02:18:40 UTC on the 24th.
    """
    page = PageContext(url=PAGE, now=datetime(2026, 8, 18, 12, 0, tzinfo=UTC))
    answer = answering(
        {slack.HISTORY: corpus / "captures/slack/slack-history-20260818-first5.json"}
    )
    told, gap = drive(slack.backfill(page, page.now - timedelta(days=90)), page, answer)

    assert sorted((i.component_id, i.incident_id, stamp(i)) for i in told.impacts) == [
        ("Apps/Integrations/APIs", "1574", "07-28 02:13:57 .. 07-28 03:43:47"),
        ("Messaging", "1576", "08-13 21:21:41 .."),
        ("Notifications", "1572", "07-24 02:18:40 .. 07-24 03:20:37"),
        ("Search", "1575", "08-06 22:22:35 .. 08-07 01:07:04"),
        ("Workflows", "1573", "07-24 08:22:54 .. 07-24 10:47:02"),
        ("Workspace/Org Administration", "1576", "08-13 21:21:41 .."),
    ]
    assert {impact.word for impact in told.impacts} == {"minor"}
    assert [cover.span.start for cover in told.coverage] == [
        datetime(2026, 7, 24, 2, 18, 40, tzinfo=UTC)
    ]
    assert [each.what for each in gap.gaps] == ["impacts 2026-05-20..2026-07-23"]


def stamp(impact: Impact) -> str:
    end = f" {impact.end:%m-%d %H:%M:%S}" if impact.end else ""
    return f"{impact.start:%m-%d %H:%M:%S} ..{end}"


def test_the_recording_of_2024_proves_slack_and_its_later_history_says_nothing_of_2024(
    corpus: Path,
) -> None:
    """It puts the current answer of February 2024 beside a history of 2026, all of which lies
    ahead."""
    folder = corpus / "recordings" / "slack-2024-02-27-active"
    answer = answers_from(folder)
    page = PageContext(url=PAGE, now=datetime(2024, 2, 27, 20, 0, tzinfo=UTC))
    evidence = drive(slack.backfill(page, page.now - timedelta(days=90)), page, answer)

    kinds = {
        signal.kind
        for path in (slack.CURRENT, slack.HISTORY)
        for signal in platforms.signals("slack", answer(page.absolute(path)))
    }
    assert kinds == {"shape", "urls", "host"}
    assert [impact for piece in evidence for impact in piece.impacts] == []
    assert [cover for piece in evidence for cover in piece.coverage] == []
    assert [gap.what for piece in evidence for gap in piece.gaps] == [
        "impacts 2023-11-29..2024-02-26"
    ]


def test_no_other_platforms_page_shows_a_single_sign(corpus: Path) -> None:
    assert signs_elsewhere(corpus, "slack") == {}
