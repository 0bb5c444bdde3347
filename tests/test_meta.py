"""What the Meta platform reads beyond its fixtures: events that leave a feed, one organisation, and
feeds of any host."""

import json
from pathlib import Path

import pytest

from monitor import platforms
from monitor.errors import UnexpectedShape
from monitor.kit.protocol import Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import meta
from tests.drive import answers_from, context_of, drive

FIXTURES = Path(__file__).parent / "fixtures" / "meta"


def poll(case: str, asked: list[str] | None = None, **context: object) -> list[Evidence]:
    page = context_of(FIXTURES / case, **context)
    return drive(meta.poll(page), page, answers_from(FIXTURES / case), asked=asked)


def test_an_event_that_left_its_feed_ended_between_two_polls() -> None:
    _, before = poll("ongoing")
    _, after = poll("quiet", cursor=before.cursor, open_incidents=frozenset({"harbor-gate/evt-1"}))

    assert [(i.id, i.phase, i.resolved_at) for i in after.incidents] == [
        ("harbor-gate/evt-1", Phase.CLOSED, after.read_at)
    ]
    assert [(i.component_id, i.end) for i in after.impacts] == [("harbor-gate/1", after.read_at)]


def test_only_feeds_of_organisations_with_trouble_are_asked_for() -> None:
    quiet: list[str] = []
    ongoing: list[str] = []
    poll("quiet", quiet)
    poll("ongoing", ongoing)

    assert quiet == [meta.ORGANISATIONS]
    assert ongoing == [
        meta.ORGANISATIONS,
        "https://metastatus.com/outage-events-feed-harbor-gate.rss",
    ]


def test_the_states_are_told_though_a_feed_cannot_be_read() -> None:
    page = context_of(FIXTURES / "feed-missing")
    first = meta.poll(page)
    get = next(first)
    told = first.send(answers_from(FIXTURES / "feed-missing")(page.absolute(get.path)))

    assert {seen.component_id: seen.level for seen in told.observed}[
        "harbor-gate/1"
    ] is Level.MAJOR_OUTAGE


def test_a_feed_is_a_file_of_the_page_and_nothing_else() -> None:
    told = json.loads((FIXTURES / "quiet" / "orgs.json").read_text())
    told[0]["rss_file_paths"] = ["//elsewhere.example/feed.rss"]
    page = context_of(FIXTURES / "quiet")

    with pytest.raises(UnexpectedShape, match="the name of a feed"):
        drive(
            meta.poll(page),
            page,
            lambda url: Response(url=url, status=200, body=json.dumps(told).encode()),
        )


def test_the_list_is_asked_for_on_metas_hosts_only() -> None:
    assert [
        get.path for get in platforms.probes_of("meta", "https://metastatus.com/graph-api/")
    ] == [meta.ORGANISATIONS]
    assert platforms.probes_of("meta", "https://status.harbor.example/") == ()
