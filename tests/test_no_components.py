"""A page that answers and lists no components: it was read, and nothing is known of it. Everything
says so."""

import pytest
from simulated import Clock
from test_pipeline import NOW
from written_pages import API, Page, component, polled, watching

from exporters.prometheus import PollMetrics, StateMetrics, exposition
from exporters.report import remarks
from monitor.answers import ReportQuery, record
from monitor.cli.outcomes import poll_line
from monitor.kit.evidence import NOTHING_LISTED, with_remark
from monitor.model import Component, Evidence, Level, PageInfo


def emptied() -> Page:
    page = Page()
    page.rows = []
    return page


async def test_a_page_whose_components_vanish_was_read_and_is_neither_stale_nor_well() -> None:
    page, clock = Page(component(API)), Clock(NOW)
    async with watching(page, clock) as collector:
        await polled(collector)
        page.rows = []
        clock.forward(minutes=5)
        result, stored, _ = await polled(collector)
        vendor = collector.vendors[stored.slug]
        report = record(collector.store, stored, vendor, ReportQuery(now=clock()))
        metrics = exposition(
            StateMetrics(collector.store), PollMetrics("0"), now=clock(), openmetrics=False
        ).decode()
        page.rows = [component(API)]
        clock.forward(minutes=5)
        _, again, state = await polled(collector)

    assert poll_line(result, stored) == (
        f"vendor-1: ok (statuspage, days in Etc/UTC); {NOTHING_LISTED}; of itself it says 'none'"
    )
    assert report.standing.level is None
    assert [note for note in remarks(report) if "no components" in note] == [
        f"about the page: {NOTHING_LISTED}; of itself it says 'none'"
    ]
    assert not any("not read recently" in note for note in remarks(report))
    assert 'vendorstatus_up{vendor="vendor-1"} 1' in metrics
    assert 'vendorstatus_vendor_components{vendor="vendor-1"} 0' in metrics
    assert "vendorstatus_vendor_level{" not in metrics
    assert "vendorstatus_component_level{" not in metrics
    assert again.remark is None
    assert state.levels == {API: Level.OPERATIONAL}


async def test_a_page_that_never_had_any_says_so_from_the_first_poll() -> None:
    page = emptied()
    page.indicator = "major"
    async with watching(page) as collector:
        _, stored, _ = await polled(collector)
        report = record(
            collector.store, stored, collector.vendors[stored.slug], ReportQuery(now=NOW)
        )

    assert stored.remark == f"{NOTHING_LISTED}; of itself it says 'major'"
    assert report.standing.level is None


@pytest.mark.parametrize(
    ("evidence", "remark"),
    [
        (Evidence(source="s", read_at=NOW), None),
        (Evidence(source="s", read_at=NOW, components=()), NOTHING_LISTED),
        (Evidence(source="s", read_at=NOW, components=(Component(id="1", name="A"),)), None),
        (
            Evidence(
                source="s", read_at=NOW, components=(), page=PageInfo(remark="choose regions")
            ),
            "choose regions",
        ),
    ],
)
def test_only_a_complete_list_that_is_empty_is_remarked_on(
    evidence: Evidence, remark: str | None
) -> None:
    """A reading that gives no list says nothing of components; a platform that knows why it is
    empty says that."""
    told = with_remark(evidence)

    assert (told.page.remark if told.page is not None else None) == remark
