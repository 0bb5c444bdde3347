"""A real page that changed its platform: Perplexity, from Instatus to incident.io in September
2026."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from simulated import Clock, SimulatedPages, collecting, page_of

from monitor.config import VendorConfig
from monitor.kit.protocol import Response
from monitor.model import Level

pytestmark = pytest.mark.corpus

HOST = "https://status.perplexity.com"


class Served:
    """Answers from captured bodies; every other address is not there."""

    def __init__(self, corpus: Path) -> None:
        self.captures = corpus / "captures"
        self.bodies: dict[str, str] = {}

    def __call__(self, url: str) -> Response:
        capture = self.bodies.get(url.removeprefix(HOST))
        body = (self.captures / capture).read_bytes() if capture else b"Not Found"
        return Response(url=url, final_url=url, status=200 if capture else 404, body=body)


ON_INSTATUS = {
    "/summary.json": "instatus/perplexity-summary-20260723-major.json",
    "/v3/components.json": "instatus/perplexity-components-20260904.json",
    "/v2/components.json": "instatus/perplexity-components-20260904.json",
}
ON_INCIDENTIO = {
    "/": "incidentio/perplexity-root-20260912-trimmed.html",
    "/api/v2/summary.json": "incidentio/perplexity-summary-compat-20260824.json",
    "/api/v2/components.json": "incidentio/perplexity-summary-compat-20260824.json",
}


async def test_perplexity_moves_from_instatus_to_incident_io_and_keeps_what_has_its_name(
    corpus: Path,
) -> None:
    """Instatus lists Website, API and Computer; incident.io lists Website, App and Computer under
    other ids.

    Website and Computer are what they were, API has gone, App is new.
    """
    served = Served(corpus)
    served.bodies = ON_INSTATUS
    pages = SimulatedPages([], Clock(datetime(2026, 9, 4, 12, 0, tzinfo=UTC)), served)
    vendor = VendorConfig(slug="perplexity", name="Perplexity", url=f"{HOST}/")
    async with collecting(pages, {"perplexity": vendor}) as collector:
        first = await collector.poll(await page_of(collector, "perplexity"))
        assert (first.error, (await page_of(collector, "perplexity")).platform) == (
            None,
            "instatus",
        )

        pages.clock.now = datetime(2026, 9, 12, 12, 0, tzinfo=UTC)
        served.bodies = ON_INCIDENTIO
        outcomes = []
        for _ in range(4):
            outcomes.append((await collector.poll(await page_of(collector, "perplexity"))).outcome)
            pages.clock.now += timedelta(minutes=30)
        page = await page_of(collector, "perplexity")
        store = collector.store
        facts, state = store.facts(page.id), store.current(page.id)

    assert outcomes == ["failed", "failed", "failed", "ok"]
    assert page.platform == "incidentio"
    assert {known.slug: known.component.id for known in facts.components} == {
        "website": "01KZSFD424KQ6VQYV4R0KCA30P",
        "computer": "01M0TRMC3ED1PG4GRRXXMVNNZ6",
        "app": "01KZSFD424NN3EYBS78TMVWNEK",
        "api": "clyiakn7i60113hvojwho6za6j",
    }
    assert [known.slug for known in facts.components if known.removed_at] == ["api"]
    assert {
        known.slug: state.levels[known.component.id] for known in state.components
    } == dict.fromkeys(("website", "computer", "app"), Level.OPERATIONAL)
    assert all(incident.resolved_at is not None for incident in facts.incidents)
