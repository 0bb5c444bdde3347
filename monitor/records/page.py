"""A page as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.identity import Identity, from_json
from monitor.intervals import zone_named

DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecord:
    """A page as stored. Instants are UTC; None = never, or (`lease_until`) not claimed.

    `zone_name` is the zone its days are cut in: the configured one, else the page's own, else UTC.
    `failures` counts consecutive failed polls, `parse_failures` those that could be fetched and not
    read. `dirty_since` is the first day whose facts changed after it was derived; `derived_day` the
    last day derived. `version` grows whenever anything stored about the page changes that a report
    could show. `id_platform` is the platform that told `external_id` and `page_name`, `hosts` are
    those its answers came from; `refused` is the other page that was read in its place and not
    accepted.
    """

    id: int
    slug: str
    name: str
    url: str
    platform: str | None
    platform_evidence: tuple[str, ...]
    zone_name: str
    configured_zone: str | None
    page_zone: str | None
    external_id: str | None
    page_name: str | None
    remark: str | None
    mark: str | None
    interval_seconds: int
    due_at: datetime | None
    lease_until: datetime | None
    failures: int
    parse_failures: int
    last_poll_at: datetime | None
    last_success_at: datetime | None
    last_ok: bool | None
    last_error_reason: str | None
    last_error_message: str | None
    observed_until: datetime | None
    reread_day: date | None
    derived_day: date | None
    derived_at: datetime | None
    dirty_since: date | None
    version: int
    added_at: datetime
    removed_at: datetime | None
    id_platform: str | None
    hosts: tuple[str, ...]
    refused: Identity | None

    @property
    def zone(self) -> ZoneInfo:
        """The zone its days are cut in. Raises ValueError where this machine does not know it."""
        return zone_named(self.zone_name)

    @property
    def identity(self) -> Identity:
        """What the page is known by."""
        return Identity(
            platform=self.id_platform,
            external_id=self.external_id,
            name=self.page_name,
            hosts=frozenset(self.hosts),
        )


def page_record(columns: Mapping[str, Any]) -> PageRecord:
    """Return a row of the table `page`, with all its columns by name, as a record."""
    values = dict(columns)
    values["zone_name"] = values["configured_zone"] or values["page_zone"] or DEFAULT_ZONE
    values["platform_evidence"] = tuple(values["platform_evidence"])
    values["hosts"] = tuple(values["hosts"] or ())
    values["refused"] = from_json(values["refused"])
    return PageRecord(**values)
