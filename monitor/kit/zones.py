"""The time zone a page names as its own. Pure."""

from monitor.intervals import zone_named
from monitor.kit.fields import maybe_text
from monitor.kit.protocol import PageContext


def own_zone(value: object, page: PageContext) -> tuple[str | None, str | None]:
    """Return the IANA zone that a page names as its own, and what readers must know where it is
    none we know.

    Then its days are cut in the zone we have for it, the user's or the one it named last, else in
    UTC; the remark names the setting. A page that names no zone has neither.
    """
    if value is None or value == "":
        return None, None
    name = maybe_text(value) or str(value)
    try:
        return zone_named(name).key, None
    except ValueError:
        unknown = f"the page names the time zone {name[:60]!r}, which is none we know"
        return None, f"{unknown}: days in {page.zone or 'UTC'}, see `zone`"
