"""Azure DevOps' status: the health of each service in each geography, in one JSON document. Pure.

`lastUpdated` is when a health last changed, not when the answer was made: on a calm week it is days
old. An advisory is no outage. `message` speaks of the page as a whole. Nothing tells incidents or
the past, so days before the first poll are unknown. The format:
https://learn.microsoft.com/en-us/rest/api/azure/devops/status/health/get

A user may choose `regions`: geographies by their ids or names (`EU`, `Europe`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase

from monitor.errors import Truncated
from monitor.intervals import day_of
from monitor.kit.events import ComponentState
from monitor.kit.evidence import evidence
from monitor.kit.fields import Row, keyword, maybe_text, row, rows, text
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_json
from monitor.model import Component, Evidence, Gap, Level, PageInfo, worst_level

ABOUT = About(
    title="Azure DevOps",
    verified=date(2026, 8, 1),
    live="/_apis/status/health, 1 request",
    reach_days=0,
    reach="None before the first poll.",
    granularity="nothing",
    precision="none",
    regions="optional",
    caveat="Advisories count as operational; incidents are not read, only the health of services.",
)

MAX_BODY_MIB = 4
"""A real answer has some 20 kB."""

SOURCE = "azuredevops.health"
HEALTH = "/_apis/status/health"
PROBE = Get(path=HEALTH)
HOSTS = ("status.dev.azure.com",)

VOCABULARY: Mapping[str, Level] = {
    "healthy": Level.OPERATIONAL,
    "advisory": Level.OPERATIONAL,
    "degraded": Level.DEGRADED,
    "unhealthy": Level.MAJOR_OUTAGE,
}
CALM = "healthy"

SERVICES = frozenset(
    {"Core services", "Boards", "Repos", "Pipelines", "Test Plans", "Artifacts", "Other services"}
)
"""The documented services; others are read too."""


def detect(response: Response) -> Iterator[Signal]:
    """Return the signs of Azure DevOps' health answer; the host counts only beside another sign."""
    return _signals(try_json(response))


def _signals(told: object) -> Iterator[Signal]:
    services = told.get("services") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(services, list) or not services:
        return
    if not all(
        isinstance(each, dict) and isinstance(each.get("geographies"), list) for each in services
    ):
        return
    if isinstance(told.get("status"), dict) and "health" in told["status"]:
        yield Signal("shape", "services with a health in each geography")
    if any(each.get("id") in ("Boards", "Pipelines", "Repos") for each in services):
        yield Signal("names", "the services are those of Azure DevOps")


def poll(page: PageContext) -> Steps:
    """Yield the health of every service in every geography, in one request."""
    response = yield from get(HEALTH, conditional=True)
    if not response.unchanged:
        with locate_errors(response.url):
            yield _live(row(read_json(response), "the answer"), page)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the current health: nothing is told of the past."""
    yield from poll(page)
    what = f"days {day_of(since, UTC)}..{day_of(page.now, UTC)}"
    gap = Gap(
        what=what, reason=Truncated.reason, message="Azure DevOps tells only its present health"
    )
    yield Evidence(source=SOURCE, read_at=page.now, gaps=(gap,))


def _live(told: Row, page: PageContext) -> Evidence:
    status = row(told.get("status"), "status")
    overall, message = (
        keyword(status.get("health"), "status.health"),
        maybe_text(status.get("message")),
    )
    parts = list(_parts(rows(told.get("services"), "services")))
    if not parts:
        shape_error("services", "the health of at least one", None)
    remarks = _remarks(overall, message, parts)
    if _hides(overall, parts):
        parts = [
            each if each.level else ComponentState(component=each.component, level=None)
            for each in parts
        ]
    chosen = [each for each in parts if _chosen(each.component, page.regions)]
    return evidence(
        SOURCE,
        page,
        info=PageInfo(
            name="Azure DevOps",
            indicator=overall,
            remark="; ".join([*remarks, *_unmatched(page, parts)]) or None,
        ),
        parts=chosen,
        unknown_words={overall} - VOCABULARY.keys(),
    )


def _parts(services: Sequence[Row]) -> Iterator[ComponentState]:
    for index, service in enumerate(services):
        where = f"services[{index}]"
        name = text(service.get("id"), f"{where}.id")
        for place, geography in enumerate(rows(service.get("geographies"), f"{where}.geographies")):
            here = f"{where}.geographies[{place}]"
            key = text(geography.get("id"), f"{here}.id")
            region = maybe_text(geography.get("name")) or key
            health = keyword(geography.get("health"), f"{here}.health")
            component = Component(
                id=f"{name}/{key}", name=name, group=name, region=region, position=index
            )
            yield ComponentState(component=component, level=VOCABULARY.get(health), word=health)


def _hides(overall: str, parts: Sequence[ComponentState]) -> bool:
    """Whether the whole is said to be worse than every service of it: then it is not said which is
    not well.
    """
    worst = worst_level(each.level for each in parts) or Level.OPERATIONAL
    return all(each.level is not None for each in parts) and VOCABULARY.get(overall, worst) > worst


def _remarks(overall: str, message: str | None, parts: Sequence[ComponentState]) -> Iterator[str]:
    if overall != CALM:
        yield f"{overall}: {message}" if message else overall
    if _hides(overall, parts):
        yield (
            "no service is said to be as bad as the whole, so those that are well are not believed"
        )
    advised = sorted(
        {
            f"{each.component.name} ({each.component.region})"
            for each in parts
            if each.word == "advisory"
        }
    )
    if advised:
        others = " and others" if len(advised) > 5 else ""  # noqa: PLR2004
        yield f"advisories for {', '.join(advised[:5])}{others}"


def _chosen(component: Component, regions: Sequence[str]) -> bool:
    """Whether the user chose the component's geography, by its id or its name. Without a choice all
    are.
    """
    names = (component.id.rpartition("/")[2].lower(), (component.region or "").lower())
    return not regions or any(
        fnmatchcase(name, pattern.lower()) for pattern in regions for name in names
    )


def _unmatched(page: PageContext, parts: Sequence[ComponentState]) -> Iterator[str]:
    for pattern in page.regions:
        if not any(_chosen(each.component, (pattern,)) for each in parts):
            yield f"there is no geography {pattern!r}"
