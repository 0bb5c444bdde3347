"""How stacks are: what each of the user's own services depends on."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from exporters.api import models
from exporters.api.desk import Moment, Reply, address, desk_of
from exporters.api.forms import STACK, now_head
from exporters.api.paging import Page, page
from exporters.api.parameters import Nothing, Paged
from exporters.api.problems import NotThere
from exporters.status import targets_json
from exporters.wording import level_key
from monitor import answers
from monitor.shares import share
from monitor.suggestions import nearest

router = APIRouter()
_USUAL = answers.Thresholds()

StackPath = Annotated[
    str, Path(min_length=1, max_length=63, description="The stack's name in the settings.")
]


@router.get("/stacks", response_model=models.Stacks, summary="The stacks, each as it is")
async def stacks(request: Request, parameters: Annotated[Paged, Query()]) -> Response:
    """Answer the stacks of the settings, by name: the worst level of what each depends on."""

    def ask(moment: Moment) -> Reply:
        part = page(moment.stacks, lambda name: (name,), parameters.limit, parameters.cursor)
        slugs: set[str] = set()
        for name in part.entries:
            slugs |= moment.slugs_of(name)
        subjects = moment.subjects(sorted(slugs))
        return Reply.about_all(subjects, moment.now, lambda: _stacks(moment, part))

    return await desk_of(request).answer(request, ask)


@router.get("/stacks/{stack}", response_model=models.Stack, summary="How a stack is")
async def stack(
    request: Request, stack: StackPath, _parameters: Annotated[Nothing, Query()]
) -> Response:
    """Answer the worst level of a stack and how each of its targets is. What is unknown stays in
    it: it is never well while a target is unknown.
    """

    def ask(moment: Moment) -> Reply:
        if stack not in moment.stacks:
            near = nearest(stack, moment.stacks)
            raise NotThere(answers.no_stack(stack, moment.stacks), [near] if near else [])
        subjects = moment.subjects(sorted(moment.slugs_of(stack)))
        return Reply.about_all(subjects, moment.now, lambda: _whole(moment, stack))

    return await desk_of(request).answer(request, ask)


def _status(moment: Moment, name: str) -> answers.StackStatus:
    targets = moment.stacks[name]
    return answers.stack_status(moment.store, moment.vendors, name, targets, moment.now)


def _stacks(moment: Moment, part: Page[str]) -> Mapping[str, Any]:
    entries = []
    for name in part.entries:
        summary = _summary(_status(moment, name))
        entries.append({**summary, "url": address(f"/stacks/{name}")})
    return {**now_head(moment.now, STACK), "stacks": entries, "next_cursor": part.cursor}


def _whole(moment: Moment, name: str) -> Mapping[str, Any]:
    status = _status(moment, name)
    return {
        **now_head(moment.now, STACK),
        **_summary(status),
        "targets": targets_json(status.statuses, _USUAL),
    }


def _summary(status: answers.StackStatus) -> dict[str, Any]:
    count = len(status.statuses)
    return {
        "stack": status.name,
        "status": _USUAL.worst(status.statuses).name.lower(),
        "level": level_key(status.level),
        "known_targets": status.known_targets,
        "counted_targets": count,
        "coverage_ratio": share(status.known_targets, count),
    }
