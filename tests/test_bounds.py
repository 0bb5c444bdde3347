"""How much one page may tell, and that what is left of it costs the others nothing."""

import json
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from exporters.prometheus import StateMetrics
from exporters.text_format import render
from monitor.applied_settings import spec
from monitor.bounds import LONGEST_TITLE, MOST_WORDS, Bounds, apply_bounds
from monitor.collect import Collector
from monitor.config import VendorConfig
from monitor.errors import NameTooLong, TooManyComponents
from monitor.fetch import FetchResult, Validators
from monitor.kit.protocol import Response
from monitor.model import (
    Basis,
    Component,
    Evidence,
    Impact,
    Incident,
    Level,
    Observation,
    PageInfo,
    Phase,
)
from monitor.store import Store
from monitor.store.slugs import LONGEST_SLUG, Slugs
from monitor.writer import derive_page

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
PAGE = "abcdefgh1234"
URL = "https://status.acme.example/"


def listing(ids, name="API", at=NOW) -> Evidence:
    components = tuple(
        Component(id=key, name=name, position=number) for number, key in enumerate(ids)
    )
    seen = tuple(Observation(component_id=each.id, level=Level.OPERATIONAL) for each in components)
    return Evidence(source="x", read_at=at, components=components, observed=seen)


# ---------------------------------------------------------------------------------------------------------
# the bounds


def test_a_page_within_the_bounds_is_left_as_it_is() -> None:
    told = listing(map(str, range(10)))

    assert apply_bounds(told, Bounds(components=10), url=URL) == told


def test_more_components_than_the_bound_are_too_many_wherever_they_are_told() -> None:
    impacts = tuple(
        Impact(
            component_id=str(key),
            level=Level.DEGRADED,
            start=NOW,
            end=None,
            basis=Basis.DECLARED,
            source="x",
        )
        for key in range(11)
    )
    for told in (listing(map(str, range(11))), Evidence(source="x", read_at=NOW, impacts=impacts)):
        with pytest.raises(
            TooManyComponents,
            match=r"too many components: 11 in one answer, at most 10.*max_components",
        ):
            apply_bounds(told, Bounds(components=10), url=URL)


@pytest.mark.parametrize(
    "component",
    [Component(id="x" * 501, name="n"), Component(id="x", name="n" * 501), Component(id="x", name="n", group="g" * 501),
     Component(id="x", name="n", region="r" * 501)],
)  # fmt: skip
def test_a_name_or_an_id_that_is_too_long_is_not_read(component: Component) -> None:
    told = Evidence(source="x", read_at=NOW, components=(component,))

    with pytest.raises(NameTooLong, match=r"501 characters, at most 500 are read.*max_name_length"):
        apply_bounds(told, Bounds(), url=URL)
    assert apply_bounds(told, Bounds(name_length=501), url=URL) == told


def test_long_titles_and_words_are_cut() -> None:
    incident = Incident(
        id="1", title="t" * 5_000, phase=Phase.OPEN, status="s" * 5_000, impact="i", started_at=NOW
    )
    info = PageInfo(name="n" * 5_000, remark="r" * 5_000)
    words = tuple(f"{number} {'w' * 5_000}" for number in range(500))
    told = apply_bounds(
        Evidence(source="x", read_at=NOW, page=info, incidents=(incident,), unknown_words=words),
        Bounds(),
        url=URL,
    )

    assert told.incidents[0].title == "t" * (LONGEST_TITLE - 1) + "…"
    assert (
        len(told.incidents[0].status)
        == len(told.page.name)
        == len(told.page.remark)
        == LONGEST_TITLE
    )
    assert (len(told.unknown_words), max(map(len, told.unknown_words))) == (
        MOST_WORDS,
        LONGEST_TITLE,
    )


# ----------------------------------------------------------------------------------------------------------
# in the poll


class Listing:
    """A Statuspage that lists the components it is given."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    async def get(self, url: str, *, accept, limits, validators=None, provider=None) -> FetchResult:
        page = {
            "id": PAGE,
            "name": "Acme",
            "url": URL,
            "time_zone": "Etc/UTC",
            "updated_at": "2026-10-01T00:00:00Z",
        }
        components = [
            {
                "id": key, "name": name, "status": "operational", "created_at": "2026-01-01T00:00:00Z", "page_id": PAGE,
                "updated_at": "2026-01-01T00:00:00Z", "position": number, "showcase": True, "start_date": "2026-01-01",
                "group_id": None, "group": False, "only_show_if_degraded": False, "description": None,
            }
            for number, (key, name) in enumerate(self.names.items())
        ]  # fmt: skip
        body = {
            "page": page, "components": components, "incidents": [], "scheduled_maintenances": [],
            "status": {"indicator": "none", "description": "All Systems Operational"},
        }  # fmt: skip
        response = Response(
            url=url,
            final_url=url,
            status=200,
            body=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        return FetchResult(response=response, validators=Validators(), wire_bytes=1)


def identity(name: str) -> str:
    """An id as Statuspage makes them."""
    return sha256(name.encode()).hexdigest()[:12]


class World:
    """One page, its collector and its store, at a moment."""

    def __init__(self, store: Store, **settings: int) -> None:
        self.now, self.page = NOW, Listing()
        self.vendor = VendorConfig(
            slug="acme", name="Acme", url=URL, platform="statuspage", **settings
        )
        self.store = store
        store.sync_pages([spec(self.vendor)], now=NOW)
        self.collector = Collector(store, self.page, {"acme": self.vendor}, clock=lambda: self.now)

    async def poll(self, *names: str, after: timedelta = timedelta(minutes=5)) -> str | None:
        self.now += after
        self.page.names = {identity(name): name for name in names}
        result = await self.collector.poll(self.store.pages(["acme"])[0])
        return None if result.error is None else result.error.reason

    @property
    def listed(self) -> frozenset[str]:
        return self.store.component_ids(self.store.pages(["acme"])[0].id)


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


def some(count: int, of: str) -> list[str]:
    return [f"{of}{number}" for number in range(count)]


async def test_a_page_with_too_many_components_is_unreadable_and_nothing_of_it_is_kept(
    store,
) -> None:
    world = World(store, max_components=20)

    assert await world.poll(*some(20, "a")) is None
    assert await world.poll(*some(21, "b")) == "too_many_components"
    assert world.listed == set(map(identity, some(20, "a")))
    assert store.pages(["acme"])[0].last_ok is False
    assert await world.poll(*some(20, "a")) is None
    await world.collector.close()


async def test_a_page_that_invents_components_is_unreadable_until_a_day_has_passed(store) -> None:
    world = World(store, max_new_components=20)

    assert await world.poll(*some(100, "first")) is None  # its first list is what it is
    assert await world.poll(*some(20, "b")) is None
    assert await world.poll(*some(20, "b"), "c") == "too_many_components"
    assert world.listed == set(map(identity, some(20, "b")))
    assert await world.poll(*some(20, "b")) is None  # those it had are no new ones
    assert await world.poll(*some(100, "first")) is None  # nor are those that come back
    assert await world.poll(*some(20, "c"), after=timedelta(hours=25)) is None
    await world.collector.close()


async def test_an_empty_list_in_between_makes_no_list_a_first_one(store) -> None:
    world = World(store, max_new_components=20)

    await world.poll("one")
    await world.poll()
    assert await world.poll(*some(21, "b")) == "too_many_components"
    await world.collector.close()


async def test_a_name_of_two_megabytes_makes_the_page_unreadable_and_no_scrape_big(store) -> None:
    world = World(store)

    assert await world.poll("API") is None
    assert await world.poll("A" * 2_000_000) == "name_too_long"
    metrics = render(
        StateMetrics(store, vendors={"acme": world.vendor}).families(world.now), openmetrics=False
    )
    assert len(metrics) < 20_000
    assert b'reason="name_too_long"' in metrics
    await world.collector.close()


# -----------------------------------------------------------------------------------------------------------
# the slugs


def test_equal_names_get_the_first_free_numbers() -> None:
    slugs = Slugs(["api", "api-2", "api-4"])

    assert [slugs.give(Component(id=str(key), name="API")) for key in range(3)] == [
        "api-3",
        "api-5",
        "api-6",
    ]
    assert slugs.give(Component(id="x", name="API", group="EU")) == "eu-api"


def test_a_slug_is_never_long() -> None:
    slugs = Slugs([])
    given = [slugs.give(Component(id=str(key), name="\ufdfa" * 500)) for key in range(3)]

    assert len(set(given)) == 3
    assert max(map(len, given)) <= LONGEST_SLUG + len("-3")


def seconds(count: int) -> float:
    components = [Component(id=str(key), name="API") for key in range(count)]
    took = []
    for _ in range(3):
        slugs, began = Slugs([]), time.process_time()
        for component in components:
            slugs.give(component)
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.slow
def test_many_equal_names_take_as_long_each_as_few() -> None:
    assert seconds(8_000) < 8 * 4 * seconds(
        1_000
    )  # 64 times as long if each looked at all before it


# ------------------------------------------------------------------------------------------------
# removed components


def test_removed_components_are_not_read_at_a_scrape_and_not_derived_again(store) -> None:
    vendor = VendorConfig(slug="acme", name="Acme", url=URL)
    store.sync_pages([spec(vendor)], now=NOW)
    page, now = store.pages()[0], NOW
    for of in ("a", "b", "c"):
        store.save(page.id, listing(some(50, of), at=now), now=now, max_gap_seconds=900)
        page = store.pages()[0]
        derive_page(store, page, vendor, first=now.date(), now=now)
        now += timedelta(days=3)
    last = now - timedelta(days=3)

    listed = store.listed_history(page.id, NOW.date(), last.date())
    whole = store.page_history(page.id, NOW.date(), last.date())
    assert listed.components.keys() == set(some(50, "c"))
    assert listed.components.items() <= whole.components.items()
    assert listed.vendor == whole.vendor
    assert {each.component.id for each in store.current(page.id).components} == set(some(50, "c"))
    before = whole.components["a0"]
    derive_page(store, page, vendor, first=NOW.date(), now=last)
    assert store.page_history(page.id, NOW.date(), last.date()).components["a0"] == before


def test_a_vendor_has_no_more_series_than_its_components_allow(store) -> None:
    vendor = VendorConfig(slug="acme", name="Acme", url=URL)
    store.sync_pages([spec(vendor)], now=NOW)
    page = store.pages()[0]
    store.save(page.id, listing(some(10, "a")), now=NOW, max_gap_seconds=900)
    derive_page(store, store.pages()[0], vendor, first=NOW.date() - timedelta(days=90), now=NOW)
    lines = render(
        StateMetrics(store, vendors={"acme": vendor}).families(NOW), openmetrics=False
    ).splitlines()

    assert 80 <= len([line for line in lines if b'component="' in line]) <= 10 * 20


def test_the_defaults_are_above_the_largest_page_ever_seen() -> None:
    assert VendorConfig(slug="a", name="a", url=URL).bounds == Bounds()
    assert Bounds().components > 2 * 3_592
    assert Bounds().new_components > 3_592
