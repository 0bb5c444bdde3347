"""The cases that other tools get wrong, as stories of a page that is polled, each with what is
right at its end.

A story's name begins with the number of its case; those without one were found in our own code.
Cases 8, 9, 29 and 30 are about settings, traffic and labels, and say nothing of a level.
"""

from datetime import timedelta

from surfaces import VENDOR
from test_pipeline import NOW, incident_json
from told_stories import (
    BEFORE,
    BUSY,
    STORIES,
    TODAY,
    UNKNOWN,
    YESTERDAY,
    Stage,
    at,
    story,
    told_incident,
)
from written_pages import API, OTHER, component

from monitor.kit.protocol import Response

__all__ = ("STORIES",)


@story(
    "01 two components of one name",
    now={VENDOR: "major_outage", "api": "operational", "api-2": "major_outage"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(API), component(OTHER, "major_outage")]
    await stage.poll()


@story("02, 10 a component under maintenance", now={VENDOR: "maintenance", "api": "maintenance"})
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="under_maintenance")]
    stage.page.indicator = "maintenance"
    await stage.poll()
    await stage.poll(minutes=5)


@story("03 a page answers 503 for hours", now={VENDOR: UNKNOWN, "api": UNKNOWN})
async def _(stage: Stage) -> None:
    await stage.poll()
    stage.page.raw = BUSY
    for _ in range(8):
        await stage.poll(minutes=15)


@story(
    "04 an incident escalates and is renamed",
    now={VENDOR: "major_outage"},
    going_on={"iiiiiiiiiii1"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="degraded_performance")]
    stage.page.incidents = [{**incident_json(API), "impact": "minor"}]
    await stage.poll()
    stage.page.rows = [component(status="major_outage")]
    stage.page.incidents = [incident_json(API, name="API down everywhere")]
    await stage.poll(minutes=5)


@story(
    "05, 06 a component is renamed, another leaves",
    now={VENDOR: "operational", "api": "operational"},
    days={("old", TODAY): "major_outage", (VENDOR, TODAY): "major_outage"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(), component(OTHER, "major_outage", name="Old")]
    await stage.poll()
    stage.page.rows = [component(name="Public API")]
    await stage.poll(minutes=5)


@story("07 a maintenance is announced for next year", now={VENDOR: "operational"})
async def _(stage: Stage) -> None:
    stage.page.maintenances = [
        {
            **incident_json(API), "status": "scheduled", "impact": "maintenance", "incident_updates": [],
            "scheduled_for": "2027-02-01T00:00:00.000Z", "scheduled_until": "2027-02-01T04:00:00.000Z",
        }
    ]  # fmt: skip
    await stage.poll()


@story(
    "11 a word never seen before beside an outage",
    now={VENDOR: "partial_outage", "api": UNKNOWN, "web": "partial_outage"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [
        component(status="wobbly"),
        component(OTHER, "partial_outage", name="Web"),
    ]
    await stage.poll()


@story("12 the page's indicator says none during an outage", now={VENDOR: "partial_outage"})
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="partial_outage")]
    await stage.poll()


@story("13 an incident names no component", now={VENDOR: "operational"}, going_on={"iiiiiiiiiii1"})
async def _(stage: Stage) -> None:
    stage.page.incidents = [{**incident_json(API, linked=False), "incident_updates": []}]
    await stage.poll()


@story("14 the host answers with another's page", now={VENDOR: UNKNOWN})
async def _(stage: Stage) -> None:
    await stage.poll()
    stage.page.raw = Response(
        url="", status=200, final_url="https://new.example/", body=b"<html>hello</html>"
    )
    for _ in range(4):
        await stage.poll(minutes=5)


@story("15 an empty body", now={VENDOR: UNKNOWN}, days={(VENDOR, TODAY): UNKNOWN})
async def _(stage: Stage) -> None:
    stage.page.raw = Response(url="", status=200, body=b"")
    await stage.poll()


@story(
    "16, 17 incidents go on at once",
    now={VENDOR: "major_outage"},
    days={(VENDOR, TODAY): "major_outage", ("api", TODAY): "major_outage"},
    going_on={"iiiiiiiiiii1", "iiiiiiiiiii2"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="major_outage")]
    stage.page.incidents = [incident_json(API), {**incident_json(API), "id": "iiiiiiiiiii2"}]
    await stage.poll()


@story(
    "18, 19 a list of fifty reaches back a day",
    now={VENDOR: "operational"},
    days={(VENDOR, "2026-05-17"): UNKNOWN, (VENDOR, BEFORE): UNKNOWN},
)
async def _(stage: Stage) -> None:
    hours = timedelta(hours=24)
    for number in range(50):
        moment = NOW - hours * number / 49
        past = told_incident(moment, moment, "operational", key=f"old{number:09d}")
        stage.page.older.append({**past, "components": [], "incident_updates": []})
    await stage.poll()
    await stage.derive()


@story(
    "20 an impact word of no table",
    now={VENDOR: "operational"},
    days={(VENDOR, TODAY): UNKNOWN, ("api", TODAY): UNKNOWN},
    going_on={"iiiiiiiiiii1"},
)
async def _(stage: Stage) -> None:
    odd = told_incident(at(TODAY, "02:00"), None, "operational")
    stage.page.incidents = [{**odd, "impact": "catastrophic"}]
    await stage.poll()


@story(
    "21 the history breaks half way",
    now={VENDOR: UNKNOWN},
    days={(VENDOR, YESTERDAY): UNKNOWN, (VENDOR, BEFORE): UNKNOWN},
)
async def _(stage: Stage) -> None:
    stage.page.broken = {"/api/v2/incidents.json"}
    await stage.poll()
    await stage.derive()


@story(
    "22 an active incident is deleted",
    now={VENDOR: "operational"},
    days={(VENDOR, TODAY): "major_outage"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="major_outage")]
    stage.page.incidents = [incident_json(API)]
    await stage.poll()
    stage.page.rows, stage.page.incidents = [component()], []
    await stage.poll(minutes=5)


@story(
    "23 a bar is edited by hand after its day closed",
    now={VENDOR: "operational"},
    days={(VENDOR, BEFORE): "partial_outage", ("api", BEFORE): "partial_outage"},
    edited={
        (VENDOR, BEFORE): ("operational", "partial_outage"),
        ("api", BEFORE): ("operational", "partial_outage"),
    },
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(showcase=True)]
    stage.page.bars = {day: {} for day in (BEFORE, YESTERDAY, TODAY)}
    await stage.poll()
    await stage.read_history()
    stage.page.bars[BEFORE] = {"p": 3_000}
    await stage.poll(minutes=5)
    stage.clock.forward(minutes=1)
    await stage.read_history()


@story(
    "24 an incident is over and its impact was never ended",
    now={VENDOR: "operational"},
    days={(VENDOR, BEFORE): "partial_outage", (VENDOR, YESTERDAY): "operational"},
)
async def _(stage: Stage) -> None:
    start = at(BEFORE, "10:00")
    stage.page.older = [told_incident(start, None, "partial_outage")]
    await stage.poll()
    over = told_incident(start, start + timedelta(hours=2), "operational")
    stage.page.older = [{**over, "incident_updates": over["incident_updates"][:1]}]
    await stage.poll(minutes=5)
    await stage.derive()


@story(
    "25 a critical incident of days whose components were degraded",
    now={VENDOR: "degraded"},
    days={(VENDOR, YESTERDAY): "degraded", (VENDOR, TODAY): "degraded"},
    going_on={"iiiiiiiiiii1"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="degraded_performance")]
    long = told_incident(at("2026-05-01", "12:00"), None, "degraded_performance")
    stage.page.incidents = [{**long, "impact": "critical"}]
    await stage.poll()
    await stage.derive()


@story(
    "26 another company's component is mirrored",
    now={VENDOR: "operational"},
    days={(VENDOR, TODAY): "operational"},
    exclude=("twilio-sms",),
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(), component(OTHER, "major_outage", name="Twilio SMS")]
    await stage.poll()


@story(
    "27 the first vendor fails while another is being read",
    now={VENDOR: "degraded", "api": "degraded"},
    days={(VENDOR, TODAY): "degraded"},
    other={VENDOR: UNKNOWN, "api": UNKNOWN},
    going_on={"iiiiiiiiiii1"},
)
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="degraded_performance")]
    stage.page.incidents = [told_incident(at(TODAY, "02:00"), None, "degraded_performance")]
    await stage.poll_together()
    stage.other.raw = BUSY
    for _ in range(4):
        await stage.poll_together(minutes=5)


@story(
    "27 the first vendor tells of an outage in a list that breaks while another is well",
    now={VENDOR: "operational", "api": "operational"},
    days={(VENDOR, TODAY): "operational"},
    other={VENDOR: "major_outage", "api": "major_outage"},
)
async def _(stage: Stage) -> None:
    stage.other.rows = [component(status="major_outage")]
    stage.other.broken = {"/api/v2/incidents.json"}
    for _ in range(2):
        await stage.poll_together(minutes=5)


@story(
    "28 days are those of Los Angeles",
    now={VENDOR: "operational"},
    days={(VENDOR, BEFORE): "partial_outage", (VENDOR, YESTERDAY): "operational"},
)
async def _(stage: Stage) -> None:
    stage.page.zone = "America/Los_Angeles"
    stage.page.older = [
        told_incident(at(YESTERDAY, "02:00"), at(YESTERDAY, "03:00"), "partial_outage"),
        told_incident(at("2026-05-10", "02:00"), at("2026-05-10", "03:00"), "partial_outage", key="i2"),
    ]  # fmt: skip
    await stage.poll()
    await stage.derive()


@story("one of two components is at an unknown word", now={VENDOR: UNKNOWN, "api": UNKNOWN})
async def _(stage: Stage) -> None:
    stage.page.rows = [component(status="wobbly"), component(OTHER, name="Web")]
    await stage.poll()


@story(
    "an unknown word for most of a day",
    now={VENDOR: "operational"},
    days={(VENDOR, YESTERDAY): UNKNOWN, ("api", YESTERDAY): UNKNOWN},
)
async def _(stage: Stage) -> None:
    stage.page.older = [told_incident(at(YESTERDAY, "02:00"), at(YESTERDAY, "22:00"), "wobbly")]
    await stage.poll()
    await stage.derive()


@story(
    "an outage is entered when it is over",
    now={VENDOR: "operational"},
    days={(VENDOR, YESTERDAY): "partial_outage"},
)
async def _(stage: Stage) -> None:
    start, late = at(YESTERDAY, "10:00"), timedelta(minutes=65)
    end = start + timedelta(minutes=50)
    stage.page.older = [told_incident(start, end, "partial_outage", told_late=late)]
    await stage.poll()
    await stage.derive()


@story(
    "an incident is left open while its component is well",
    now={VENDOR: "operational"},
    going_on={"iiiiiiiiiii1"},
)
async def _(stage: Stage) -> None:
    stage.page.incidents = [told_incident(at(YESTERDAY, "10:00"), None, "partial_outage")]
    await stage.poll()
    await stage.poll(minutes=5)


@story("one reading by a clock that was ahead", now={VENDOR: UNKNOWN, "api": UNKNOWN})
async def _(stage: Stage) -> None:
    stage.clock.forward(hours=6)
    await stage.poll()
    stage.clock.forward(hours=-6)
    stage.page.rows = [component(status="major_outage")]


@story("a true reading after a clock that was ahead", now={VENDOR: "major_outage"})
async def _(stage: Stage) -> None:
    stage.clock.forward(hours=6)
    await stage.poll()
    stage.clock.forward(hours=-6)
    stage.page.rows = [component(status="major_outage")]
    await stage.poll(minutes=5)
    await stage.poll(minutes=5)


@story("the clock was set back by hours", now={VENDOR: UNKNOWN, "api": UNKNOWN})
async def _(stage: Stage) -> None:
    await stage.poll()
    stage.clock.forward(hours=-8)


@story("another company's page is at the address", now={VENDOR: UNKNOWN})
async def _(stage: Stage) -> None:
    await stage.poll()
    stage.page.key = "qqqqqqqqqqqq"
    for _ in range(4):
        await stage.poll(minutes=5)


@story(
    "nobody polls for days",
    now={VENDOR: UNKNOWN, "api": UNKNOWN},
    days={(VENDOR, "2026-05-22"): UNKNOWN},
)
async def _(stage: Stage) -> None:
    await stage.poll()
    stage.clock.forward(days=3)


@story(
    "the page names a zone that nobody knows",
    now={VENDOR: UNKNOWN},
    days={(VENDOR, TODAY): UNKNOWN, (VENDOR, YESTERDAY): UNKNOWN},
)
async def _(stage: Stage) -> None:
    stage.page.zone = "Olympus Mons"
    await stage.poll()
    await stage.derive()
