"""Real captured answers of Cachet's own demo page (version 2), with the levels and counts read off
them by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext, Response
from monitor.model import Level, Phase
from monitor.platforms import cachet
from tests.corpus.captures import claimed
from tests.drive import Answer, drive

pytestmark = pytest.mark.corpus

COMPONENTS = "cachet/cachethq-demo-components-20260912.json"
INCIDENTS = "cachet/cachethq-demo-incidents-20260912.json"
PAGE = PageContext(
    url="https://demo.cachethq.io/", now=datetime(2026, 9, 12, 13, 27, 22, tzinfo=UTC)
)
MADE = datetime(2026, 9, 12, 13, 0, 3, tzinfo=UTC)


def demo(corpus: Path) -> Answer:
    """Return the demo page. Groups and schedules were not captured: it answers 404 and an empty
    list for them."""
    bodies = {
        cachet.V2.components: (corpus / "captures" / COMPONENTS).read_bytes(),
        cachet.V2.incidents: (corpus / "captures" / INCIDENTS).read_bytes(),
        cachet.V2.groups: b'{"meta": {"pagination": {"total_pages": 1, "links": {"next_page": null}}}, "data": []}',
    }

    def answer(url: str) -> Response:
        body = bodies.get(url.removeprefix(PAGE.url))
        return Response(url=url, status=404 if body is None else 200, body=body or b"Not Found")

    return answer


def test_six_components_are_operational_and_one_incident_is_open(corpus: Path) -> None:
    """All six have `status` 1. Both incidents have `status` 1, "Investigating", which was their
    first state; the `latest_status` of the first is 4, "Fixed", that of the second 3, "Watching".
    Neither names a component.
    """
    (piece,) = drive(cachet.poll(PAGE), PAGE, demo(corpus))

    assert [component.name for component in piece.components or ()] == [
        "API", "Documentation", "Website", "Laravel Artisan Cheatsheet", "Checkmango", "GitHub",
    ]  # fmt: skip
    assert {seen.level for seen in piece.observed or ()} == {Level.OPERATIONAL}
    assert [(i.id, i.phase, i.status, i.component_ids) for i in piece.incidents] == [
        ("1", Phase.CLOSED, "4", ()), ("2", Phase.OPEN, "3", ()),
    ]  # fmt: skip
    assert (piece.impacts, piece.unknown_words) == ((), ())
    assert piece.page is not None
    assert piece.page.remark == "an incident is going on that names no component"


def test_of_the_past_only_the_morning_is_known(corpus: Path) -> None:
    """The demo is made anew every half hour: all was created at 13:00:03. Since then an incident
    goes on that names no component, so nothing is known of that time; what is before the first
    component's day was not recorded.
    """
    told, gap = drive(cachet.backfill(PAGE, PAGE.now - timedelta(days=90)), PAGE, demo(corpus))

    assert [(cover.span.start, cover.span.end) for cover in told.coverage] == [
        (datetime(2026, 9, 12, tzinfo=UTC), MADE)
    ]
    assert told.impacts == ()
    assert [each.what for each in gap.gaps] == ["impacts 2026-06-14..2026-09-11"]


def test_it_claims_its_own_captures_alone(corpus: Path) -> None:
    assert claimed(corpus, cachet) == {COMPONENTS, INCIDENTS}
