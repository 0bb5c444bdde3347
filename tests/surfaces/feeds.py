"""What feeds say of now. They tell of events: of what goes on, and of a page that cannot be read.
Where they have nothing to tell they are silent, which no surface may be while something is bad."""

from xml.etree import ElementTree as ET

from monitor.model import Level
from surfaces.world import SILENT, UNKNOWN, VENDOR, World

_ATOM = "{http://www.w3.org/2005/Atom}"
_GOES_ON = "going on when last read"


def atom(world: World):
    return _read(world, "atom", _atom_entries)


def json_feed(world: World):
    return _read(world, "json", _json_entries)


def _read(world: World, form: str, entries):
    """Return the word of the vendor's feed, and of each component's."""
    today = world.now.astimezone(world.page.zone).date()
    paths = {VENDOR: "", **{slug: f"/{slug}" for slug in world.slugs}}
    answers = world.fetch(*(f"/feeds/vendor/{world.slug}{path}.{form}" for path in paths.values()))
    return {
        subject: _word(list(entries(answer)), f"on {today}")
        for subject, answer in zip(paths, answers, strict=True)
    }


def _word(entries, today: str):
    """Return the worst level that goes on, or that today had some time of; unknown where a page
    that cannot be read is told of."""
    kinds = [kind for kind, _, _ in entries]
    if "reading" in kinds:
        return UNKNOWN
    levels = [
        Level[level.upper()]
        for kind, level, text in entries
        if kind == "level" and (_GOES_ON in text or today in text)
    ]
    return max(levels).word if levels else SILENT


def _atom_entries(answer):
    for entry in ET.fromstring(answer.content).iter(f"{_ATOM}entry"):
        terms = {
            each.get("scheme").rpartition(":")[2]: each.get("term")
            for each in entry.iter(f"{_ATOM}category")
        }
        yield terms["kind"], terms["level"], entry.findtext(f"{_ATOM}content")


def _json_entries(answer):
    for item in answer.json()["items"]:
        _, kind, level = item["tags"]
        assert item["_vendorstatus"]["level"] == (None if level == "unknown" else level)
        yield kind, level, item["content_text"]
