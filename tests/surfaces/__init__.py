"""Every surface that says how a vendor is, as a table, for the tests that hold them together.

A new surface is one more row of `NOW`, `DAYS`, `EDITED` or `GOING_ON`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from monitor.model import BAD_LEVELS, Level
from surfaces import days, edits, feeds, now, open_incidents, pages, shown_reports
from surfaces.world import DAYS_SHOWN, SILENT, SLUG, VENDOR, Word, World

__all__ = (
    "DAYS",
    "DAYS_SHOWN",
    "EDITED",
    "GOING_ON",
    "NOW",
    "SLUG",
    "VENDOR",
    "Surface",
    "World",
    "asked",
    "better",
    "greener",
)

GOOD = "operational"
_WORSE_THAN_PLANNED = {level.word for level in BAD_LEVELS if level > Level.MAINTENANCE}
"""What a feed must tell of at once. Of a maintenance that was seen once it knows no length yet."""


@dataclass(frozen=True)
class Surface:
    """What one surface says. Of a page that cannot be relied on, a stricter one may say unknown
    where one that is less strict still says a level; never the other way."""

    name: str
    read: Callable[[World], Mapping[Any, Word]]
    strictness: int = 0


NOW = (
    Surface("GET /vendors/{vendor}/standing", now.api_standing),
    Surface("GET /vendors", now.api_list),
    Surface("GET /vendors/{vendor}, /components, /compare", now.api_record),
    Surface("monitor report --format json", now.report_json),
    Surface("monitor report --format csv", now.report_csv),
    Surface("monitor report --format markdown", now.report_markdown),
    Surface("monitor report --format html", shown_reports.html_now),
    Surface("monitor report", shown_reports.terminal_now),
    Surface("monitor.api standing", now.python_standing),
    Surface("check of the API", now.api_check, strictness=2),
    Surface("monitor status --format json", now.status_json, strictness=2),
    Surface("monitor status", now.status_table, strictness=2),
    Surface("monitor status --format nagios", now.status_nagios, strictness=2),
    Surface("/metrics", now.metrics, strictness=1),
    Surface("the page /", now.landing_page, strictness=2),
    Surface("badge, svg", now.badge_svg, strictness=2),
    Surface("badge, json", now.badge_json, strictness=2),
    Surface("page of the vendor", pages.vendor_page),
    Surface("pages of stacks", pages.stack_page, strictness=2),
    Surface("GET /stacks/{stack}", pages.api_stack, strictness=2),
    Surface("GET /status", pages.api_status, strictness=2),
    Surface("vendor_status of an assistant", now.agents, strictness=2),
    Surface("stack_status of an assistant", now.agents_stack, strictness=2),
    Surface("feed, Atom", feeds.atom, strictness=2),
    Surface("feed, JSON", feeds.json_feed, strictness=2),
)
"""What says how a vendor and its components are now."""

DAYS = (
    Surface("monitor report --format json", days.report_json),
    Surface("monitor report --format html", shown_reports.html_days),
    Surface("monitor report", shown_reports.terminal_days),
    Surface("page of the vendor", shown_reports.page_days),
    Surface("GET /vendors/{vendor}/days", days.api_days),
    Surface("GET /vendors/{vendor}/days/{day}", days.api_evidence),
    Surface("monitor.api days", days.python_days),
    Surface("monitor explain of a span", days.explain_span),
    Surface("monitor explain of a day", days.explain_day),
    Surface("explain_day of an assistant", days.agents),
)
"""What says of which level the days of a vendor and of its components are."""

EDITED = (
    Surface("GET /vendors/{vendor}/changes", edits.api_changes),
    Surface("GET /vendors/{vendor}/days/{day}", edits.api_evidence),
    Surface("GET /vendors/{vendor}/days?known_at=", edits.api_known_at),
    Surface("monitor.api days, known_at", edits.python_known_at),
    Surface("monitor report --known-at", edits.report_known_at),
    Surface("monitor explain of a day", edits.explain_text),
    Surface("explain_day of an assistant", edits.agents),
    Surface("page of a day", edits.day_page),
    Surface("page of the vendor", edits.vendor_page),
    Surface("the page /changes, of components", edits.changes_page),
    Surface("feed, Atom", edits.atom),
    Surface("feed, JSON", edits.json_feed),
)
"""What says which days a vendor changed after they were over, and what they were before."""

GOING_ON = {
    "GET /vendors/{vendor}/standing": open_incidents.api_standing,
    "GET /incidents": open_incidents.api_incidents,
    "vendor_status of an assistant": open_incidents.agents_status,
    "recent_incidents of an assistant": open_incidents.agents_incidents,
    "feed, Atom": open_incidents.atom,
    "calendar": open_incidents.calendar,
    "calendar of a stack": open_incidents.calendar_of_stack,
}
"""What says which incidents and maintenances go on at a page that was read; of one that was not,
each says in its own way that it is unknown."""


def asked(surfaces, world: World) -> list[SimpleNamespace]:
    """Return what each surface says of the world."""
    return [SimpleNamespace(surface=each, says=dict(each.read(world))) for each in surfaces]


def greener(answers, *, is_doubtful: bool = False) -> Iterator[str]:
    """Yield where one surface says that all is well and another that it is not, or that nobody
    knows; and where one is silent while something is bad.

    Of a page that is doubtful the stricter ones may say unknown alone.
    """
    for one in answers:
        for other in answers:
            for subject in one.says.keys() & other.says.keys():
                says, otherwise = one.says[subject], other.says[subject]
                is_stricter = other.surface.strictness > one.surface.strictness
                may_doubt = is_stricter and otherwise is None and is_doubtful
                if better(says, otherwise) and not may_doubt:
                    yield f"{subject or 'vendor'}: {one.surface.name} {says}, {other.surface.name} {otherwise}"


def better(one: Word, other: Word) -> bool:
    """Whether one word says that all is well, or nothing, and the other does not."""
    if one == SILENT:
        return other in _WORSE_THAN_PLANNED
    return one == GOOD and other not in {GOOD, SILENT}
