"""Azure DevOps' status: the health of each service in each geography, in one JSON document. Pure.

`lastUpdated` is when a health last changed, not when the answer was made: on a calm week it is days
old. An advisory is no outage. `message` speaks of the page as a whole. Nothing tells incidents or
the past, so days before the first poll are unknown. The format:
https://learn.microsoft.com/en-us/rest/api/azure/devops/status/health/get

A user may choose `regions`: geographies by their ids or names (`EU`, `Europe`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from monitor.kit.events import ComponentState
from monitor.kit.evidence import evidence, gap_until_now, one_remark
from monitor.kit.fields import Row, has_keys, keyword, maybe_text, row, rows, text, with_places
from monitor.kit.patterns import match_any, unmatched_patterns
from monitor.kit.protocol import About, Get, PageContext, Response, Signal, Steps, get
from monitor.kit.responses import locate_errors, read_json, shape_error, try_row
from monitor.kit.states import levels_of
from monitor.model import Component, Evidence, Level, PageInfo, worst_level

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

FAMILIAR = ("Boards", "Pipelines", "Repos")
"""Services that only Azure DevOps has."""

MOST_ADVISORIES = 5
"""How many advisories are named."""

SERVICES = frozenset(
    {"Core services", "Boards", "Repos", "Pipelines", "Test Plans", "Artifacts", "Other services"}
)
"""The documented services; others are read too."""


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Azure DevOps' health answer; the host counts only beside another sign."""
    answer = try_row(response)
    services = answer.get("services")
    if not isinstance(services, list) or not services or not all(map(_is_service, services)):
        return
    status = answer.get("status")
    if has_keys(status, {"health"}):
        yield Signal("shape", "services with a health in each geography")
    if any(service.get("id") in FAMILIAR for service in services):
        yield Signal("names", "the services are those of Azure DevOps")


def _is_service(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("geographies"), list)


def poll(page: PageContext) -> Steps:
    """Yield the health of every service in every geography, in one request."""
    response = yield from get(HEALTH, conditional=True)
    if not response.unchanged:
        with locate_errors(response.url):
            yield _current_evidence(row(read_json(response), "the answer"), page)


def backfill(page: PageContext, since: datetime) -> Steps:
    """Yield the current health: nothing is said of the past."""
    yield from poll(page)
    yield gap_until_now(SOURCE, page, since, "Azure DevOps tells only its present health")


def _current_evidence(answer: Row, page: PageContext) -> Evidence:
    status = row(answer.get("status"), "status")
    overall = keyword(status.get("health"), "status.health")
    message = maybe_text(status.get("message"))
    states = list(_states(rows(answer.get("services"), "services")))
    if not states:
        shape_error("services", "the health of at least one", None)
    remarks = [
        *_remarks(overall, message, states),
        *_unknown_geographies(page, states),
    ]
    if _contradicts(overall, states):
        states = list(map(_doubt, states))
    return evidence(
        SOURCE,
        page,
        info=PageInfo(name="Azure DevOps", indicator=overall, remark=one_remark(remarks)),
        parts=[state for state in states if _concerns(page.regions, state)],
        unknown_words={overall} - VOCABULARY.keys(),
    )


def _states(services: Sequence[Row]) -> Iterator[ComponentState]:
    for index, service in enumerate(services):
        where = f"services[{index}]"
        name = text(service.get("id"), f"{where}.id")
        place = f"{where}.geographies"
        for geography, here in with_places(rows(service.get("geographies"), place), place):
            key = text(geography.get("id"), f"{here}.id")
            region = maybe_text(geography.get("name")) or key
            health = keyword(geography.get("health"), f"{here}.health")
            component = Component(
                id=f"{name}/{key}", name=name, group=name, region=region, position=index
            )
            yield ComponentState(component=component, level=VOCABULARY.get(health), word=health)


def _contradicts(overall: str, states: Sequence[ComponentState]) -> bool:
    """Whether the whole is said to be worse than every service of it: then it is not said which is
    not operational.
    """
    worst = worst_level(levels_of(states)) or Level.OPERATIONAL
    is_known = None not in levels_of(states)
    return is_known and VOCABULARY.get(overall, worst) > worst


def _doubt(state: ComponentState) -> ComponentState:
    """Return a state as unknown where it is said to be operational."""
    return state if state.level else replace(state, level=None, word=None)


def _remarks(overall: str, message: str | None, states: Sequence[ComponentState]) -> Iterator[str]:
    if overall != CALM:
        yield f"{overall}: {message}" if message else overall
    if _contradicts(overall, states):
        yield (
            "no service is said to be as bad as the whole, so those that are well are not believed"
        )
    advisories = set()
    for state in states:
        if state.word == "advisory":
            advisories.add(f"{state.component.name} ({state.component.region})")
    if advisories:
        others = " and others" if len(advisories) > MOST_ADVISORIES else ""
        yield f"advisories for {', '.join(sorted(advisories)[:MOST_ADVISORIES])}{others}"


def _concerns(regions: Sequence[str], state: ComponentState) -> bool:
    """Whether the user chose a component's geography, by its id or its name. Without a choice all
    are.
    """
    return not regions or match_any(_names_of_geography(state), regions)


def _names_of_geography(state: ComponentState) -> tuple[str, str]:
    component = state.component
    return component.id.rpartition("/")[2], component.region or ""


def _unknown_geographies(page: PageContext, states: Sequence[ComponentState]) -> Iterator[str]:
    names: set[str] = set()
    for state in states:
        names.update(_names_of_geography(state))
    for pattern in unmatched_patterns(page.regions, names):
        yield f"there is no geography {pattern!r}"
