"""What is claimed of one component: the bad spans that count, those set aside, and those nobody can
read. Pure.

An incident's posted state holds until the component is *seen* well again, until another incident's
update says that it was well, or until it ends. Where the page shows the component well while the
incident goes on, the page's state counts and the rest of the claim is set aside (`set_aside`).

    claims      puts these together: what counts of one component
    impacts     impacts as bad spans, until another incident's update ends them
    set_aside   what is claimed although the component was seen well
    polled      what polls saw and no impact explains
    facts       one page's facts, sorted by component
    spans       the nouns: bad spans, unreadable spans, claims
"""

from monitor.claims.claims import claims
from monitor.claims.facts import ComponentFacts, FactsByComponent, last_read_at
from monitor.claims.set_aside import LEAST, MAINTENANCE_SEEN_WELL, SEEN_WELL_INTERVALS
from monitor.claims.spans import BadSpan, Claims, UnreadableSpan

__all__ = (
    "LEAST",
    "MAINTENANCE_SEEN_WELL",
    "SEEN_WELL_INTERVALS",
    "BadSpan",
    "Claims",
    "ComponentFacts",
    "FactsByComponent",
    "UnreadableSpan",
    "claims",
    "last_read_at",
)
