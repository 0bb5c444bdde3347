"""Another company's page in a vendor's place: refused at every reading, accepted by the user, and
nothing of it kept."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of

from monitor.collect import NoObserver
from monitor.config import VendorConfig
from monitor.demo.chance import random_truth
from monitor.demo.truth import Truth
from monitor.errors import IdentityChanged
from monitor.kit.protocol import Response
from monitor.store import Store
from tests.drive import answers_from

NOW = datetime(2026, 5, 20, 12, 30, tzinfo=UTC)
ACME_URL = "https://status.acme.example/"
FIXTURES = Path(__file__).parent / "fixtures"
SINCE = NOW - timedelta(days=60)


def acme(platform: str = "statuspage", **changes: object) -> Truth:
    return random_truth(
        3, now=NOW, platform=platform, slug="acme", name="Acme", url=ACME_URL, **changes
    )


def globex(platform: str = "statuspage", url: str = ACME_URL) -> Truth:
    return random_truth(
        4, now=NOW, platform=platform, slug="globex", name="Globex", url=url, zone="Asia/Tokyo"
    )


@dataclass
class Moves(NoObserver):
    """Counts moves."""

    seen: list[tuple[str, str, str]] = field(default_factory=list)

    def moved(self, vendor: str, before: str, after: str) -> None:
        self.seen.append((vendor, before, after))


@dataclass
class Redirecting(SimulatedPages):
    """Pages that may be answered from another host: `led_to` is where the first page's addresses
    lead."""

    led_to: str | None = None

    def _page(self, url: str) -> Response:
        if self.led_to is None:
            return super()._page(url)
        there = url.replace(f"https://{urlsplit(url).netloc}/", self.led_to)
        return replace(super()._page(there), url=url, final_url=there, redirects=(url,))


def facts_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Everything a page said, without the schedule's state and without days, which are derived from
    it."""
    tables = (
        "component",
        "incident",
        "impact",
        "bar",
        "coverage",
        "reported_uptime",
        "observed_run",
        "snapshot",
        "evidence_body",
        "unit",
    )
    with store._engine.connect() as connection:
        found = {
            name: [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))]
            for name in tables
        }
        said = "SELECT external_id, page_name, page_zone, platform, remark, mark, hosts FROM page"
        found["page"] = [tuple(row) for row in connection.execute(sa.text(said))]
        found["validator"] = [
            tuple(row) for row in connection.execute(sa.text("SELECT * FROM validator"))
        ]
    return found


async def test_another_page_at_the_same_address_leaves_no_trace_whatever_is_read() -> None:
    """Polls, a backfill, a reread and a restart: the history is that of before, to the row."""
    pages = SimulatedPages([acme()], Clock(NOW))
    store = Store.open("sqlite://")
    async with collecting(pages, store=store) as collector:
        await collector.poll(await page_of(collector, "acme"))
        await collector.backfill(await page_of(collector, "acme"), SINCE)
        before = facts_of(store)
        pages.truths = [globex()]
        vendors = dict(collector.vendors)
    for _ in range(2):  # the second time after a restart
        async with collecting(pages, vendors, store=store) as collector:
            for _ in range(4):
                pages.clock.forward(seconds=1)
                result = await collector.poll(await page_of(collector, "acme"))
                assert isinstance(result.error, IdentityChanged)
            back = await collector.backfill(await page_of(collector, "acme"), SINCE, again=True)
            assert isinstance(back.error, IdentityChanged)
            assert isinstance(
                (await collector.reread(await page_of(collector, "acme"))).error, IdentityChanged
            )
            page = await page_of(collector, "acme")
            after = facts_of(store)

    assert after == before
    assert (page.last_ok, page.last_error_reason) == (False, "identity_changed")
    assert page.refused is not None
    assert (page.refused.name, page.refused.external_id) == ("Globex", globex().page_id)
    assert "monitor accept acme" in (page.last_error_message or "")


async def test_the_page_is_read_again_when_it_is_back() -> None:
    pages = SimulatedPages([acme()], Clock(NOW))
    async with collecting(pages) as collector:
        await collector.poll(await page_of(collector, "acme"))
        pages.truths = [globex()]
        pages.clock.forward(minutes=5)
        assert (await collector.poll(await page_of(collector, "acme"))).outcome == "failed"
        pages.truths = [acme()]
        pages.clock.forward(minutes=5)
        assert (await collector.poll(await page_of(collector, "acme"))).error is None
        page = await page_of(collector, "acme")

    assert (page.refused, page.last_ok, page.external_id) == (None, True, acme().page_id)


async def test_an_accepted_page_is_read_in_full_and_what_went_on_before_has_ended() -> None:
    going_on = next(truth for truth in map(of_seed, range(50)) if _going_on(truth))
    pages = SimulatedPages([going_on], Clock(NOW))
    async with collecting(pages) as collector:
        await collector.poll(await page_of(collector, "acme"))
        page = await page_of(collector, "acme")
        held = {incident.id for incident in collector.store.current(page.id).open_incidents}
        pages.truths = [globex()]
        pages.clock.forward(minutes=5)
        await collector.poll(page)
        accepted = collector.store.accept(page.id, now=pages.clock())
        again = collector.store.accept(page.id, now=pages.clock())
        pages.clock.forward(minutes=5)
        assert (await collector.poll(await page_of(collector, "acme"))).error is None
        assert (await collector.backfill(await page_of(collector, "acme"), SINCE)).error is None
        page = await page_of(collector, "acme")
        facts, current = collector.store.facts(page.id), collector.store.current(page.id)

    assert accepted is not None
    assert [each.name for each in accepted] == ["Acme", "Globex"]
    assert again is None
    assert held
    assert not held & {incident.id for incident in current.open_incidents}
    assert held <= {incident.id for incident in facts.incidents if incident.resolved_at is not None}
    assert {known.component.id for known in facts.components if known.removed_at is None} == {
        part.id for part in globex().components
    }
    assert (page.page_name, page.external_id, page.refused) == ("Globex", globex().page_id, None)


def _going_on(truth: Truth) -> bool:
    return any(
        each.started_at < NOW and each.resolved_at is None and each.effects
        for each in truth.incidents
    )


def of_seed(seed: int) -> Truth:
    return random_truth(
        seed, now=NOW, platform="statuspage", slug="acme", name="Acme", url=ACME_URL
    )


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["statuspage", "incidentio"])
async def test_the_same_id_under_another_host_is_a_move_which_is_kept_logged_and_counted_once(
    platform: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="monitor.collect")
    here, there = acme(platform), replace(acme(platform), url="https://acme.pages.example/")
    pages, moves = Redirecting([here, there], Clock(NOW)), Moves()
    async with collecting(pages, {"acme": vendor_of(here)}, observer=moves) as collector:
        await collector.poll(await page_of(collector, "acme"))
        pages.led_to = there.url
        for _ in range(3):
            pages.clock.forward(minutes=5)
            assert (await collector.poll(await page_of(collector, "acme"))).error is None
        assert (await collector.backfill(await page_of(collector, "acme"), SINCE)).error is None
        page = await page_of(collector, "acme")

    assert moves.seen == [("acme", platform, platform)]
    assert caplog.text.count("address changed vendor=acme") == 1
    assert "to=acme.pages.example" in caplog.text
    assert page.hosts == ("acme.pages.example", "status.acme.example")


async def test_http_to_https_and_a_www_are_no_other_host(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="monitor.collect")
    here, there = acme(), replace(acme(), url="https://www.status.acme.example:443/")
    plain = replace(here, url="http://status.acme.example/")
    pages = Redirecting([here, there, plain], Clock(NOW))
    async with collecting(pages, {"acme": vendor_of(here)}) as collector:
        await collector.poll(await page_of(collector, "acme"))
        pages.led_to = there.url
        assert (await collector.poll(await page_of(collector, "acme"))).error is None

    assert "address changed" not in caplog.text


async def test_a_redirect_to_another_company_is_refused_by_its_id() -> None:
    other = globex(url="https://status.globex.example/")
    pages, moves = Redirecting([acme(), other], Clock(NOW)), Moves()
    async with collecting(pages, {"acme": vendor_of(acme())}, observer=moves) as collector:
        await collector.poll(await page_of(collector, "acme"))
        before = facts_of(collector.store)
        pages.led_to = other.url
        pages.clock.forward(minutes=5)
        result = await collector.poll(await page_of(collector, "acme"))
        after = facts_of(collector.store)

    assert isinstance(result.error, IdentityChanged)
    assert "Globex" in str(result.error)
    assert (after, moves.seen) == (before, [])


async def test_a_redirect_to_another_company_on_another_platform_is_no_change_of_platform() -> None:
    other = globex("incidentio", url="https://status.globex.example/")
    pages, moves = Redirecting([acme(), other], Clock(NOW)), Moves()
    async with collecting(pages, {"acme": vendor_of(acme())}, observer=moves) as collector:
        await collector.poll(await page_of(collector, "acme"))
        pages.led_to = other.url
        found = []
        for _ in range(5):
            pages.clock.forward(hours=2)
            found.append((await collector.poll(await page_of(collector, "acme"))).error)
        page = await page_of(collector, "acme")
        assert isinstance(found[-1], IdentityChanged)
        assert isinstance(found[-2], IdentityChanged)
        assert (page.platform, moves.seen) == ("statuspage", [])

        collector.store.accept(page.id, now=pages.clock())
        pages.clock.forward(hours=2)
        assert (await collector.poll(await page_of(collector, "acme"))).error is None
        assert (await page_of(collector, "acme")).platform == "incidentio"


async def test_the_first_reading_may_be_redirected_and_the_first_after_an_upgrade_vouches_by_its_id() -> (
    None
):
    there = replace(acme(), url="https://acme.pages.example/")
    pages = Redirecting([acme(), there], Clock(NOW), led_to=there.url)
    async with collecting(pages, {"acme": vendor_of(acme())}) as collector:
        assert (await collector.poll(await page_of(collector, "acme"))).error is None
        page = await page_of(collector, "acme")
        assert page.hosts == ("acme.pages.example",)
        with collector.store._engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE page SET hosts = NULL, id_platform = NULL, version = version + 1")
            )
        pages.clock.forward(minutes=5)
        assert (await collector.poll(await page_of(collector, "acme"))).error is None
        pages.led_to, pages.truths = None, [globex()]
        pages.clock.forward(minutes=5)
        assert isinstance(
            (await collector.poll(await page_of(collector, "acme"))).error, IdentityChanged
        )


# --------------------------------------------------------------------------------- pages that have
# no id of their own


def cstate(
    changed: Callable[[Response], Response],
) -> tuple[VendorConfig, Callable[[str], Response]]:
    """A page of a platform without ids, and its answers."""
    answer = answers_from(FIXTURES / "cstate" / "quiet")
    vendor = VendorConfig(slug="acme", name="Acme", url=RECORDED, platform="cstate")
    return vendor, lambda url: changed(answer(url))


@dataclass
class Changing:
    """Answers one way, and from `changed` on another way."""

    answers: Sequence[Callable[[str], Response]]
    number: int = 0

    def __call__(self, url: str) -> Response:
        return self.answers[self.number](url)


def as_it_is(response: Response) -> Response:
    return response


RECORDED = "https://status.orchard.example/"


def renamed(name: bytes) -> Callable[[Response], Response]:
    return lambda response: replace(response, body=response.body.replace(TITLE, name))


def elsewhere(host: str) -> Callable[[Response], Response]:
    return lambda response: replace(
        response, final_url=response.url.replace(urlsplit(response.url).netloc, host)
    )


TITLE = b"Orchard"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (renamed(b"Globex"), "its name is 'Globex Status'"),
        (elsewhere("status.globex.example"), "it answers from status.globex.example"),
    ],
)
async def test_without_an_id_another_name_or_host_is_another_page_until_it_is_accepted(
    changed: Callable[[Response], Response], why: str
) -> None:
    vendor, answer = cstate(as_it_is)
    answers = Changing([answer, cstate(changed)[1]])
    pages = SimulatedPages([], Clock(NOW), answers)
    async with collecting(pages, {"acme": vendor}) as collector:
        assert (await collector.poll(await page_of(collector, "acme"))).error is None
        before = facts_of(collector.store)
        answers.number = 1
        pages.clock.forward(minutes=5)
        result = await collector.poll(await page_of(collector, "acme"))
        back = await collector.backfill(await page_of(collector, "acme"), SINCE)
        after = facts_of(collector.store)
        page = await page_of(collector, "acme")
        assert isinstance(result.error, IdentityChanged)
        assert isinstance(back.error, IdentityChanged)
        assert why in str(result.error)
        assert after == before

        assert collector.store.accept(page.id, now=pages.clock()) is not None
        pages.clock.forward(minutes=5)
        assert (await collector.poll(await page_of(collector, "acme"))).error is None
        assert (await collector.backfill(await page_of(collector, "acme"), SINCE)).error is None


async def test_the_same_body_from_another_host_is_refused_where_no_id_is_in_it() -> None:
    vendor, answer = cstate(as_it_is)
    answers = Changing([answer, cstate(elsewhere("status.globex.example"))[1]])
    pages = SimulatedPages([], Clock(NOW), answers)
    async with collecting(pages, {"acme": vendor}) as collector:
        await collector.poll(await page_of(collector, "acme"))
        answers.number = 1
        pages.clock.forward(minutes=5)

        assert isinstance(
            (await collector.poll(await page_of(collector, "acme"))).error, IdentityChanged
        )


async def test_a_backfill_that_names_no_page_asks_who_it_is_before_it_keeps_anything() -> None:
    """Only a backfill runs after the name was taken over: no poll has seen the other page yet."""
    vendor, answer = cstate(as_it_is)
    answers = Changing([answer, cstate(renamed(b"Globex"))[1]])
    pages = SimulatedPages([], Clock(NOW), answers)
    async with collecting(pages, {"acme": vendor}) as collector:
        await collector.poll(await page_of(collector, "acme"))
        before = facts_of(collector.store)
        answers.number = 1
        back = await collector.backfill(await page_of(collector, "acme"), SINCE)
        after = facts_of(collector.store)

    assert isinstance(back.error, IdentityChanged)
    assert after == before
