"""Cases that other tools get wrong, as the HTTP API answers them: one test each, named after the
case. The pages are those of `written_pages`."""

from datetime import timedelta

from api_world import app_of, asking
from simulated import Clock, SimulatedPages, collecting, page_of
from test_pipeline import NOW, incident_json
from written_pages import API, OTHER, Page, component, polled, watching
from wrong_green_stories import TODAY, at, told_incident

from monitor.config import VendorConfig
from monitor.kit.protocol import Response
from monitor.model import Level


async def answers(collector, clock, *paths):
    """Return what the API says of the one vendor: under its address, these paths."""
    (slug,) = collector.vendors
    app = app_of(collector.store, vendors=collector.vendors, clock=lambda: clock.now)
    async with asking(app) as client:
        found = [await client.get(f"/api/v1/vendors/{slug}{path}") for path in paths]
        found.append(await client.get("/api/v1/incidents"))
    return [each.json() for each in found]


async def test_01_two_components_of_one_name_are_two_and_the_outage_is_visible():
    page, clock = Page(component(API), component(OTHER, "major_outage")), Clock(NOW)
    async with watching(page, clock) as collector:
        await polled(collector)
        standing, _ = await answers(collector, clock, "/standing")

    assert sorted(standing["levels"].values()) == ["major_outage", "operational"]
    assert standing["current_level"] == "major_outage"


async def test_02_and_10_maintenance_is_maintenance_and_no_outage():
    page, clock = Page(component(status="under_maintenance")), Clock(NOW)
    page.indicator = "maintenance"
    async with watching(page, clock) as collector:
        await polled(collector)
        standing, record, _ = await answers(collector, clock, "/standing", "?days=1")

    assert standing["current_level"] == "maintenance"
    assert record["outage_days"] in {0, None}


async def test_03_a_page_answering_503_for_hours_is_unknown_and_says_why():
    page, clock = Page(), Clock(NOW)
    async with watching(page, clock) as collector:
        await polled(collector)
        page.raw = Response(url="", status=503, body=b"busy")
        clock.forward(minutes=5)
        await polled(collector)
        soon, _ = await answers(collector, clock, "/standing")
        for _ in range(8):
            clock.forward(minutes=15)
            await polled(collector)
        late, record, _ = await answers(collector, clock, "/standing", "?days=1")

    assert (soon["check"]["outcome"], soon["check"]["level"]) == ("unknown", None)
    assert (late["current_level"], late["freshness"]) == (None, "stale")
    assert set(late["levels"].values()) == {None}
    assert record["coverage_ratio"] is None or record["coverage_ratio"] < 1
    assert record["error"]


async def test_04_an_escalated_and_renamed_incident_is_told_as_it_is_and_as_it_was():
    page, clock = Page(component(status="major_outage")), Clock(NOW)
    page.incidents = [{**incident_json(API), "impact": "minor"}]
    async with watching(page, clock) as collector:
        await polled(collector)
        clock.forward(minutes=5)
        page.incidents = [incident_json(API, name="API down everywhere")]
        await polled(collector)
        (listed,) = await answers(collector, clock)

    (told,) = listed["incidents"]
    assert (told["title"], told["impact"]) == ("API down everywhere", "critical")


async def test_05_and_06_a_rename_is_no_other_component_and_a_removed_one_is_not_down():
    page, clock = Page(component(), component(OTHER, "major_outage", name="Old")), Clock(NOW)
    async with watching(page, clock) as collector:
        await polled(collector)
        clock.forward(minutes=5)
        page.rows = [component(name="Public API")]
        await polled(collector)
        standing, parts, _ = await answers(collector, clock, "/standing", "/components?days=1")

    assert standing["levels"] == {"api": "operational"}
    gone = {each["slug"]: each["removed_at"] is not None for each in parts["components"]}
    assert gone == {"api": False, "old": True}


async def test_07_a_maintenance_announced_for_next_year_is_not_open():
    page, clock = Page(), Clock(NOW)
    page.maintenances = [
        {
            **incident_json(API), "status": "scheduled", "impact": "maintenance", "incident_updates": [],
            "scheduled_for": "2027-02-01T00:00:00.000Z", "scheduled_until": "2027-02-01T04:00:00.000Z",
        }
    ]  # fmt: skip
    async with watching(page, clock) as collector:
        await polled(collector)
        standing, _ = await answers(collector, clock, "/standing")

    assert (standing["current_level"], standing["open_maintenances"]) == ("operational", [])


async def test_11_a_word_never_seen_before_is_unknown_and_the_rest_is_read():
    page = Page(component(status="wobbly"), component(OTHER, "partial_outage", name="Web"))
    clock = Clock(NOW)
    async with watching(page, clock) as collector:
        await polled(collector)
        standing, _ = await answers(collector, clock, "/standing")

    assert standing["levels"] == {"api": None, "web": "partial_outage"}
    assert (standing["known_components"], standing["counted_components"]) == (1, 2)


async def test_12_and_13_components_decide_and_an_incident_without_any_is_listed():
    page, clock = Page(component(status="partial_outage")), Clock(NOW)
    page.incidents = [{**incident_json(API, linked=False), "incident_updates": []}]
    async with watching(page, clock) as collector:
        await polled(collector)
        standing, listed = await answers(collector, clock, "/standing")

    assert standing["current_level"] == "partial_outage"
    assert standing["remark"] is not None
    assert [each["component_ids"] for each in listed["incidents"]] == [[]]
    assert [each["level"] for each in listed["incidents"]] == [None]


async def test_14_and_15_what_cannot_be_read_is_no_good_news():
    page, clock = Page(), Clock(NOW)
    page.raw = Response(url="", status=200, body=b"")
    async with watching(page, clock) as collector:
        await polled(collector)
        standing, _ = await answers(collector, clock, "/standing")

    assert (standing["current_level"], standing["freshness"]) == (None, "never")
    assert standing["error"]
    assert standing["open_incidents"] is None


async def test_18_and_19_a_list_of_fifty_incidents_covers_no_more_than_it_reaches():
    page, clock = Page(), Clock(NOW)
    page.older = [
        {
            **incident_json(API, linked=False), "id": f"old{number:09d}", "status": "resolved", "incident_updates": [],
            "created_at": (stamp := (NOW - timedelta(days=30 * number / 49)).isoformat()), "started_at": stamp,
            "updated_at": stamp, "resolved_at": stamp,
        }
        for number in range(50)
    ]  # fmt: skip
    async with watching(page, clock) as collector:
        await polled(collector)
        record, listed = await answers(collector, clock, "?days=90")

    assert 55 < record["unknown_days"] < 62
    assert record["coverage_ratio"] < 0.4
    assert record["outage_day_bounds"][1] >= record["unknown_days"]
    assert len(listed["incidents"]) == 50


async def test_26_an_excluded_component_does_not_take_the_vendor_down_and_says_so():
    page = Page(component(), component(OTHER, "major_outage", name="Twilio SMS"))
    clock = Clock(NOW)
    async with watching(page, clock, exclude=("Twilio*",)) as collector:
        await polled(collector)
        standing, parts, _ = await answers(collector, clock, "/standing", "/components?days=1")

    assert standing["current_level"] == "operational"
    assert {each["slug"]: each["excluded"] for each in parts["components"]} == {
        "api": False,
        "twilio-sms": True,
    }
    assert Level.MAJOR_OUTAGE.word in standing["levels"].values()


async def test_16_and_17_what_goes_on_counts_to_now_and_overlaps_count_once():
    page, clock = Page(component(status="major_outage")), Clock(NOW)
    page.incidents = [incident_json(API), {**incident_json(API), "id": "iiiiiiiiiii2"}]
    async with watching(page, clock) as collector:
        await polled(collector)
        found, listed = await answers(collector, clock, f"/days/{TODAY}?component=api")

    assert found["day"]["major_seconds"] == 3600  # 11:30 to 12:30, once
    assert [each["resolved_at"] for each in listed["incidents"]] == [None, None]


async def test_20_an_impact_word_in_no_table_leaves_its_time_unknown():
    page, clock = Page(), Clock(NOW)
    page.incidents = [
        {**told_incident(at(TODAY, "02:00"), None, "operational"), "impact": "catastrophic"}
    ]
    async with watching(page, clock) as collector:
        await polled(collector)
        days, listed = await answers(collector, clock, "/days?days=1&component=api")

    assert (days["days"][0]["level"], listed["incidents"][0]["level"]) == (None, None)
    assert days["days"][0]["coverage_ratio"] < 0.9


async def test_22_a_deleted_active_incident_is_withdrawn_and_stays_listed():
    page, clock = Page(component(status="major_outage")), Clock(NOW)
    page.incidents = [incident_json(API)]
    async with watching(page, clock) as collector:
        await polled(collector)
        clock.forward(minutes=5)
        page.incidents = []
        await polled(collector)
        standing, listed = await answers(collector, clock, "/standing")

    assert standing["open_incidents"] == []
    assert [each["phase"] for each in listed["incidents"]] == ["withdrawn"]


async def test_25_a_critical_incident_whose_components_were_degraded_is_no_outage():
    page, clock = Page(component(status="degraded_performance")), Clock(NOW)
    long = told_incident(at("2026-05-01", "12:00"), None, "degraded_performance")
    page.incidents = [{**long, "impact": "critical"}]
    async with watching(page, clock) as collector:
        await polled(collector)
        record, _ = await answers(collector, clock, "?days=20")

    assert (record["outage_days"], record["degraded_days"]) == (0, 20)


async def test_28_days_are_cut_in_the_pages_own_zone():
    page, clock = Page(component(status="major_outage"), zone="America/Los_Angeles"), Clock(NOW)
    page.incidents = [incident_json(API)]
    async with watching(page, clock) as collector:
        await polled(collector)
        day, _ = await answers(collector, clock, f"/days/{TODAY}")

    assert day["zone"] == "America/Los_Angeles"
    assert day["day"]["start"] == f"{TODAY}T07:00:00+00:00"


async def test_27_one_vendors_failure_is_its_own():
    good, bad = Page(component(status="degraded_performance")), Page()
    bad.raw = Response(url="", status=503, body=b"busy")
    clock = Clock(NOW)
    vendors = {
        slug: VendorConfig(
            slug=slug, name=slug.title(), url=f"https://{slug}.example/", platform="statuspage"
        )
        for slug in ("bad", "good")
    }
    pages = SimulatedPages([], clock, lambda url: (bad if "//bad." in url else good)(url))
    async with collecting(pages, vendors) as collector:
        for slug in ("bad", "good", "bad"):
            await collector.poll(await page_of(collector, slug))
        await collector.flush()
        app = app_of(collector.store, vendors=vendors, clock=clock)
        async with asking(app) as client:
            listed = (await client.get("/api/v1/vendors")).json()

    assert {each["vendor"]: each["current_level"] for each in listed["vendors"]} == {
        "bad": None,
        "good": "degraded",
    }
    assert [each["error"] is None for each in listed["vendors"]] == [False, True]
