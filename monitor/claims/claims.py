"""What counts of all that is claimed of one component. Pure."""

from datetime import timedelta

from monitor.claims.facts import ComponentFacts
from monitor.claims.impacts import from_impacts, until_said_well
from monitor.claims.polled import find_beneath_outages, find_unexplained
from monitor.claims.set_aside import split_where_seen_well
from monitor.claims.spans import BadSpan, Claims, UnreadableSpan
from monitor.day_range import Options
from monitor.intervals import subtract


def claims(facts: ComponentFacts, options: Options) -> Claims:
    """Return what is claimed of a component inside its scope.

    What happened before the scope decides with: a component that was seen well before it stays well
    in it.
    """
    interval = timedelta(seconds=options.interval_seconds)
    impacts, unreadable = from_impacts(facts.impacts, facts.until, options.impact_mapping)
    user_excuses, _ = from_impacts(facts.excused, facts.until, options.impact_mapping)
    states: list[BadSpan] = []
    for impact in impacts:
        states += until_said_well(impact, facts)
    bad, set_aside = split_where_seen_well(states, facts, interval)
    polled_spans = list(facts.polled_spans())
    for claim in set_aside:
        for span in subtract([claim.span], polled_spans):
            unreadable.append(UnreadableSpan(span, claim.incident_id))
    beneath = find_beneath_outages(facts.runs, bad, user_excuses, interval, options.zone)
    bad += find_unexplained(facts.runs, [*bad, *user_excuses], interval, options.zone)
    return Claims(bad, set_aside, unreadable, beneath).inside(facts.scope)
