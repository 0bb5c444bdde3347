"""What a page says of itself. Pure."""

from typing import Any

from monitor.intervals import zone_named
from monitor.model import Evidence, PageInfo
from monitor.records.page import PageRecord


def compare_page(page: PageRecord, evidence: Evidence) -> dict[str, Any]:
    """Return the columns of the page's row that the evidence changes; empty when none."""
    info = evidence.page
    if info is None:
        return {}
    names = {"external_id": info.external_id, "page_name": info.name, "page_zone": info.zone}
    values: dict[str, Any] = {
        name: value for name, value in names.items() if value not in {None, getattr(page, name)}
    }
    if "external_id" in values:
        values["id_platform"] = page.platform
    if info.remark != page.remark and (info.remark is not None or evidence.observed is not None):
        # An answer without the current state cannot say that a disagreement inside the page is
        # over.
        values["remark"] = info.remark
    return values


def next_zone_name(page: PageRecord, info: PageInfo) -> str:
    """Return the name of the zone the page's days are cut in from now on. Raises ValueError when it
    is no zone: such a name must not get into the database.
    """
    name = page.configured_zone or info.zone or page.zone_name
    zone_named(name)
    return name
