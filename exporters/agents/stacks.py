"""How what the user's own services depend on is now, for assistants."""

from collections.abc import Iterable

from exporters.agents.models import OpenIncident, Stack, Stacks, StackTarget
from exporters.agents.questions import Unanswerable
from exporters.agents.texts import ago, bounded, level_word, moment, open_incident, own_words
from exporters.api.desk import Moment
from exporters.wording import level_title, percent
from monitor import answers
from monitor.lookups import slugs_by_id
from monitor.model import Level
from monitor.plain import join_names
from monitor.shares import maybe_share

MOST_STACKS = 50
MOST_TARGETS = 50
MOST_OPEN = 20
_MOST_NAMES = 10
_FROM_WORST = (*reversed([level for level in Level if level]), None, Level.OPERATIONAL)


def stacks(knowledge: Moment, name: str | None) -> Stacks:
    """Return how a stack of the settings is; how all are where none is named. Raises
    Unanswerable.
    """
    if name is not None and name not in knowledge.stacks:
        raise Unanswerable(bounded(answers.no_stack(name, knowledge.stacks), 500))
    names = sorted(knowledge.stacks) if name is None else [name]
    found = [_status(knowledge, each) for each in names]
    found.sort(key=lambda each: (_FROM_WORST.index(each.level), each.name))
    shown = found[:MOST_STACKS]
    return Stacks(
        sentence=_joint(shown, knowledge),
        as_of=knowledge.now,
        stacks=[_stack(each, knowledge) for each in shown],
        more_stacks=len(found) - len(shown),
    )


def _status(knowledge: Moment, name: str) -> answers.StackStatus:
    targets = knowledge.stacks[name]
    return answers.stack_status(knowledge.store, knowledge.vendors, name, targets, knowledge.now)


def _joint(found: Iterable[answers.StackStatus], knowledge: Moment) -> str:
    texts = [_sentence(each) for each in found] or ["the settings have no stacks"]
    return "; ".join([*texts, f"as of {moment(knowledge.now)}"])


def _sentence(stack: answers.StackStatus) -> str:
    """Return how a stack is in our words, with what makes it so and how old that may be."""
    parts = [f"stack {bounded(stack.name)}: {level_title(stack.level)}"]
    if stack.level is not Level.OPERATIONAL:
        names = [str(each.target) for each in stack.statuses if each.level == stack.level]
        parts[0] += f", at {bounded(join_names(names, _MOST_NAMES), 500)}" if names else ""
    count = len(stack.statuses)
    coverage = percent(maybe_share(stack.known_targets, count))
    parts.append(f"known targets: {stack.known_targets} of {count} (coverage {coverage})")
    return "; ".join([*parts, _oldest(stack)])


def _oldest(stack: answers.StackStatus) -> str:
    """Return how old the oldest reading is that the answer rests on."""
    readings = [each.read_at for each in stack.statuses]
    known = [each for each in readings if each is not None]
    if len(known) < len(readings):
        return "a page was never read"
    return ago(min(known, default=None), stack.as_of)


def _stack(stack: answers.StackStatus, knowledge: Moment) -> Stack:
    every = sorted(stack.statuses, key=lambda each: _FROM_WORST.index(each.level))
    return Stack(
        stack=bounded(stack.name),
        level=level_word(stack.level),
        known_targets=stack.known_targets,
        counted_targets=len(every),
        targets=[_target(each, knowledge) for each in every[:MOST_TARGETS]],
        more_targets=max(len(every) - MOST_TARGETS, 0),
    )


def _target(status: answers.Status, knowledge: Moment) -> StackTarget:
    why = status.why_unknown
    return StackTarget(
        target=bounded(str(status.target)),
        vendor=status.target.vendor,
        level=level_word(status.level),
        why_unknown=None if why is None else own_words(why),
        read_at=status.read_at,
        age_seconds=status.age_seconds,
        known_components=status.known_components,
        counted_components=status.counted_components,
        open_incidents=_open_incidents(status, knowledge),
    )


def _open_incidents(status: answers.Status, knowledge: Moment) -> list[OpenIncident] | None:
    """Return what goes on; None where the page was never read."""
    if status.known_components is None:
        return None
    going_on = [*status.incidents, *status.maintenances][:MOST_OPEN]
    if not going_on:
        return []
    slug = status.target.vendor
    (page,) = knowledge.store.pages([slug], removed=True)
    slugs = slugs_by_id(knowledge.store.known_components(page.id))
    return [open_incident(slug, each, slugs) for each in going_on]
