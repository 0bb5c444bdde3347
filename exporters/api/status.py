"""Whether targets work now: what `monitor status --url` asks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from exporters.api import models
from exporters.api.desk import Moment, Reply, desk_of
from exporters.api.forms import CHECK, now_head
from exporters.api.parameters import Targets
from exporters.status import targets_json
from monitor import answers
from monitor.answers import Target, TargetQuery
from monitor.stacks import vendors_of

router = APIRouter()
_USUAL = answers.Thresholds()


@router.get("/status", response_model=models.Statuses, summary="Whether targets work now")
async def status(request: Request, parameters: Annotated[Targets, Query()]) -> Response:
    """Answer what `monitor status` says: of the targets and stacks that are named, of every vendor
    where none is.
    """

    def ask(moment: Moment) -> Reply:
        targets = _query(moment, parameters).among(moment.vendors, moment.stacks)
        subjects = moment.subjects(sorted(vendors_of(targets)))
        # An age is of the moment at which it is asked for.
        second = int(moment.now.timestamp())
        reply = Reply.about_all(subjects, moment.now, lambda: _statuses(moment, targets))
        return replace(reply, depends_on=(*reply.depends_on, second), of_moment=True)

    return await desk_of(request).answer(request, ask)


def _query(moment: Moment, parameters: Targets) -> TargetQuery:
    targets = map(Target.parse, parameters.target)
    return TargetQuery(
        targets=tuple(replace(each, vendor=moment.slug(each.vendor)) for each in targets),
        stacks=tuple(parameters.stack),
        tier=parameters.tier,
        components=parameters.component,
    )


def _statuses(moment: Moment, targets: Sequence[Target]) -> Mapping[str, Any]:
    every = list(answers.target_statuses(moment.store, moment.vendors, targets, moment.now))
    return {
        **now_head(moment.now, CHECK),
        "status": _USUAL.worst(every).name.lower(),
        "targets": targets_json(every, _USUAL),
    }
