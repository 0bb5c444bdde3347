"""Impacts as bad spans: as the vendor posted them, until another incident's update ends them.
Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.claims.facts import ComponentFacts
from monitor.claims.spans import BadSpan, UnreadableSpan
from monitor.impacts import impact_level
from monitor.intervals import Interval
from monitor.model import Basis, Impact, Level, PostedState
from monitor.standing import is_bad

_Turn = tuple[datetime, bool]


def from_impacts(
    impacts: Iterable[Impact], until: datetime, mapping: Mapping[str, Level]
) -> tuple[list[BadSpan], list[UnreadableSpan]]:
    """Return the impacts as bad spans, and the spans whose word nobody can read.

    An impact without an end goes on `until` then. `mapping` has the level of an inferred impact's
    word.
    """
    bad, unreadable = [], []
    for impact in impacts:
        span = Interval.between(impact.start, impact.end or until)
        if span is None:
            continue
        level = impact_level(impact, mapping)
        if level is None:
            unreadable.append(UnreadableSpan(span, impact.incident_id))
        elif level > Level.OPERATIONAL:
            bad.append(BadSpan(span, level, impact.basis, impact.incident_id))
    return bad, unreadable


def until_said_well(bad: BadSpan, facts: ComponentFacts) -> Iterator[BadSpan]:
    """Yield the parts of a posted state that no other incident's update ends.

    What another one ended, an update of the incident itself begins again.
    """
    is_state = bad.basis is Basis.TRANSITION and is_bad(bad.level)
    turns = _turns(bad, facts) if is_state else []
    if not turns:
        yield bad
        return
    for span in _spans_between(turns, bad.span):
        yield replace(bad, span=span)


def _spans_between(turns: Iterable[_Turn], whole: Interval) -> Iterator[Interval]:
    """Yield the parts of a bad span that the turns leave bad."""
    start: datetime | None = whole.start
    for at, is_well in turns:
        if is_well and start is not None and start < at:
            yield Interval(start, at)
            start = None
        elif not is_well and start is None:
            start = at
    if start is not None:
        yield Interval(start, whole.end)


def _turns(bad: BadSpan, facts: ComponentFacts) -> list[_Turn]:
    """Return when the component was said to be well (True) or bad again (False), in order.

    Other incidents' updates say that it was well, the incident's own that it is bad.
    """
    turns: list[tuple[datetime, bool]] = []
    for update in facts.updates:
        if update.at in bad.span and update.at != bad.span.start:
            is_own = update.incident_id == bad.incident_id
            for state in update.states:
                is_ours = state.component_id == facts.component_id
                if is_ours and _is_turn(state, is_own=is_own):
                    turn = update.at, not is_own
                    turns.append(turn)
    return sorted(turns)


def _is_turn(state: PostedState, *, is_own: bool) -> bool:
    if is_own:
        return is_bad(state.level)
    return Level.OPERATIONAL in (state.before, state.level)
