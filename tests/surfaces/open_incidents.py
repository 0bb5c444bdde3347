"""What each surface says goes on: incidents and maintenances, by the vendor's own ids."""

from xml.etree import ElementTree as ET

import icalendar

from exporters.feeds.entries import INCIDENT, urn
from surfaces.world import STACK, World

Ids = set[str]

_GOES_ON = "not ended when last read."


def api_standing(world: World) -> Ids:
    (found,) = world.get(f"/vendors/{world.slug}/standing")
    return {each["id"] for each in (*found["open_incidents"], *found["open_maintenances"])}


def api_incidents(world: World) -> Ids:
    (found,) = world.get(f"/incidents?vendor={world.slug}&open=true")
    return {each["id"] for each in found["incidents"]}


def agents_status(world: World) -> Ids:
    (found,) = world.call("vendor_status", {"vendor": world.slug})
    return {each["vendor_text"]["id"] for each in found["vendors"][0]["open_incidents"]}


def agents_incidents(world: World) -> Ids:
    (found,) = world.call("recent_incidents", {"vendor": world.slug, "only_open": True})
    return {each["vendor_text"]["id"] for each in found["incidents"]}


def atom(world: World) -> Ids:
    (answer,) = world.fetch(f"/feeds/vendor/{world.slug}.atom")
    found = set()
    for entry in ET.fromstring(answer.content):
        if _GOES_ON in (entry.findtext("{*}content") or ""):
            found.add(entry.findtext("{*}id"))
    return _ids(found, world)


def calendar(world: World) -> Ids:
    """Return the maintenances that the calendar says go on, and what it does not tell of."""
    return _calendar(world, f"vendor/{world.slug}")


def calendar_of_stack(world: World) -> Ids:
    """Return the same of the stack's calendar, of which the vendor is all."""
    return _calendar(world, f"stack/{STACK}")


def _calendar(world: World, path: str) -> Ids:
    (answer,) = world.fetch(f"/calendar/{path}.ics")
    found = set()
    for event in icalendar.Calendar.from_ical(answer.content).walk("VEVENT"):
        if event["STATUS"] == "CONFIRMED" and _GOES_ON in str(event["DESCRIPTION"]):
            found.add(str(event["UID"]))
    others = {each.id for each in _stored(world) if not each.maintenance}
    return _ids(found, world) | (others & api_standing(world))


def _ids(urns: set[str], world: World) -> Ids:
    return {each.id for each in _stored(world) if urn(world.page.url, INCIDENT, each.id) in urns}


def _stored(world: World):
    return world.store.facts(world.page.id).incidents
