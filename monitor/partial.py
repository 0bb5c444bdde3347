"""What a poll that failed midway may keep of what it had read: what admits trouble, and nothing
that reads as success.

Bad needs one witness, good needs coverage: a page that lists a bad component has said so, whatever
it did not answer afterwards. That the others are well is part of a reading that did not come to its
end. Pure.
"""

from dataclasses import replace

from monitor.model import Evidence, Observation
from monitor.standing import is_bad


def admitted(evidence: Evidence) -> Evidence:
    """Return a piece of a poll that failed after it, without the states that say that all is well.

    Where some component is bad, of the others nothing is known at that instant; where none is, the
    piece tells no states at all, so that those of the last whole reading go on until they are too
    old. Incidents, names and what a source speaks for stay: each was read whole.
    """
    seen = evidence.observed
    if seen is None:
        return evidence
    if not any(is_bad(each.level) for each in seen):
        return replace(evidence, observed=None)
    return replace(
        evidence, observed=tuple(each if is_bad(each.level) else _unsaid(each) for each in seen)
    )


def _unsaid(seen: Observation) -> Observation:
    """Return that nothing is said of a component; a word we do not know stays one."""
    return seen if seen.level is None else Observation(component_id=seen.component_id, level=None)
