"""Every platform over its own fixtures with a bad component listed once more as a well one: the bad
row stands.

Vendors repeat names: a component in several groups, a region under two headings. Nothing tells then
which row is whose, so the worst of them counts, wherever it stands in its list; unknown, or
refusing the answer, is right too.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from monitor import platforms
from monitor.errors import PageError
from monitor.kit.protocol import PageContext, Response
from monitor.model import Level
from tests.damage import at, paths
from tests.drive import Answer, answers_from, drive, known_page
from tests.test_hard_input import bodies_of, whole_cases

NAMES = ("id", "name", "slug", "key", "tid", "code", "serviceName", "title")
"""What rows call the component that they are about."""


@dataclass(frozen=True)
class Repeated:
    """A case with one more row for a component, in the body of one address."""

    case: Path
    component: str
    url: str
    body: bytes
    at_end: bool


@pytest.mark.parametrize("name", platforms.names())
def test_a_component_that_is_listed_again_as_well_stays_as_bad_as_it_is(name: str) -> None:
    better = []
    for case in whole_cases(name):
        page, answer = known_page(case), answers_from(case)
        before = levels(name, page, answer)
        for each in repeated(case, before):
            after = levels(name, page, with_body(answer, each))
            if after and is_better(
                after.get(each.component, Level.OPERATIONAL), before[each.component]
            ):
                better.append((case.name, each.component, "last" if each.at_end else "first"))

    assert better == []


def is_better(after: Level | None, before: Level | None) -> bool:
    """Whether a level is better than one that was bad or unknown; a component that is missing
    counts as well."""
    return after is not None and (after is Level.OPERATIONAL if before is None else after < before)


def levels(name: str, page: PageContext, answer: Answer) -> dict[str, Level | None]:
    """Return what a poll says last of each component; nothing when it refuses."""
    told: list[Any] = []
    with suppress(PageError):
        told = drive(platforms.named(name).poll(page), page, answer)
    observed = [piece.observed for piece in told if piece.observed is not None]
    return {seen.component_id: seen.level for seen in (observed or [()])[-1]}


def with_body(answer: Answer, each: Repeated) -> Answer:
    def changed(url: str) -> Response:
        response = answer(url)
        if unquote(url) != each.url:
            return response
        return Response(
            url=url,
            final_url=response.final_url,
            status=200,
            headers=response.headers,
            body=each.body,
        )

    return changed


def repeated(case: Path, before: dict[str, Level | None]) -> Iterator[Repeated]:
    """Yield the case with one row more: another row of the same list, under the name of a component
    that is not well.

    Lists of incidents count in ids of their own, and a row with others inside is a group.
    """
    for url, body in bodies_of(case).items():
        try:
            whole = json.loads(body)
        except ValueError:
            continue
        if "incidents" in url:
            continue
        for path, component, row in bad_rows(whole, before):
            for other in at(whole, path[:-1]):
                if (
                    isinstance(other, dict)
                    and other is not row
                    and other.keys() == row.keys()
                    and not groups(other)
                ):
                    twin = deepcopy(other) | {key: row[key] for key in NAMES if key in row}
                    yield from (
                        Repeated(
                            case,
                            component,
                            url,
                            inserted(whole, path[:-1], twin, at_end=at_end),
                            at_end,
                        )
                        for at_end in (False, True)
                    )


def groups(row: dict[str, Any]) -> bool:
    return bool(row.get("children") or row.get("children_ids"))


def bad_rows(
    whole: Any, before: dict[str, Level | None]
) -> Iterator[tuple[tuple[Any, ...], str, dict[str, Any]]]:
    for path in paths(whole):
        row = at(whole, path)
        if isinstance(row, dict) and isinstance(path[-1], int):
            called = next((str(row[key]) for key in NAMES if str(row.get(key)) in before), None)
            if called is not None and before[called] is not Level.OPERATIONAL:
                yield path, called, row


def inserted(whole: Any, path: tuple[Any, ...], twin: dict[str, Any], *, at_end: bool) -> bytes:
    changed = deepcopy(whole)
    rows = at(changed, path)
    rows.insert(len(rows) if at_end else 0, twin)
    return json.dumps(changed).encode()
