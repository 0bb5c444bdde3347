"""What a poll that failed midway may keep of what it had read: what admits trouble, and nothing
that reads as success.

Bad needs one witness, good needs coverage: a page that lists a bad component has said so, whatever
it did not answer afterwards. That the others are well is part of a reading that did not come to its
end. Pure.
"""

from dataclasses import replace

from monitor.model import Evidence, Observation
from monitor.standing import is_bad


def only_trouble(evidence: Evidence) -> Evidence:
    """Return a piece of a poll that failed after it, without the states that say that all is well.

    Where some component is bad, of the others nothing is known at that instant; where none is, the
    piece tells no states at all, so that those of the last whole reading go on until they are too
    old. Incidents, names and what a source speaks for stay: each was read whole.
    """
    states = evidence.observed or ()
    if not any(is_bad(state.level) for state in states):
        return replace(evidence, observed=None)
    return replace(evidence, observed=tuple(map(_only_trouble, states)))


def _only_trouble(state: Observation) -> Observation:
    """Return a state, or that nothing is said of a component that is well; a word we do not know
    stays one.
    """
    if state.level is None or is_bad(state.level):
        return state
    return Observation(component_id=state.component_id, level=None)
