"""What a post in English prose says of its event. Pure."""

import re
from functools import lru_cache

from monitor.kit.posts import Says

REVIEW_HEADING = re.compile(
    r"\W{0,10}"
    r"(?:(?:issue|incident|outage|event|post[- ]?incident|final|full|here(?:'s| is)|our|the|a|an) )"
    r"{0,4}"
    r"(?:summary|review|report|retrospective|post[- ]?mortem|root cause|rca)\b",
    re.IGNORECASE,
)
"""A review in prose begins with what it is."""

FROM_TO = re.compile(
    r"\b(?:from|between) (?:[^.]{0,40}?\b)?\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\b|:|utc)?[^.]{0,40}?"
    r"\b(?:to|until|and|through)\b[^.]{0,30}?\b\d{1,2}(?::\d\d| ?[ap]\.?m\b)",
    re.IGNORECASE,
)
"""Prose that names a beginning and an end tells of what was."""

GOING_ON = re.compile(
    r"\b(?:still|currently|ongoing|investigating|in progress"
    r"|working (?:to|on|towards)"
    r"|(?:are|is|be|actively) monitoring"
    r"|continu(?:e|ing) (?:to )?(?:work|monitor|investigat|look|see|experienc)\w*"
    r"|(?:provide|share|post|have|be back with|back)\b[^.]{0,20}\b(?:updates?|minutes)"
    r"|(?<!thank you )(?<!thanks )(?<!sorry )(?<!apologi[sz]e )again)\b",
    re.IGNORECASE,
)
"""Prose that says of an event that it goes on."""

UNSURE = re.compile(
    r"\b(?:continu(?!ed (?:patience|support|understanding))\w+|remains?|partial\w*|appears? to"
    r"|not (?:yet|fully|been)"
    r"|(?:some|many|most) of"
    r"|should (?:now )?(?:be|see)"
    r"|(?:we|is|are) expect\w*"
    r"|(?:be|remains?) paused"
    r"|(?:once|until|when|whether|as soon as|if)\b[^.]{0,80}"
    r"\b(?:resolved|restored|recovered|fixed))\b",
    re.IGNORECASE,
)
"""Prose that will not swear that an event is over."""

IS_OVER = re.compile(
    r"\b(?:resolved|restored|recovered|remediated|rectified|fixed the"
    r"|no longer (?:experienc|see|seeing|impact|affect)\w*"
    r"|(?:issue|problem|incident|bug|error)s? (?:is|are|was|were|has been|have been)(?: \w+)? fixed"
    r"|back (?:to normal|online|up)"
    r"|(?:working|functioning|operating|performing) (?:as (?:expected|usual)|normally)"
    r"|out of impact|all clear|up and running)\b",
    re.IGNORECASE,
)
"""Prose that says of an event that it is over."""


LONGEST_PROSE = 5000
"""Characters of a post that are looked at."""


@lru_cache(maxsize=256)
def prose(text: str) -> Says:
    """Return what a post in English prose, without a word for its state, says of its event. Sure of
    an end only where nothing in it speaks of what goes on.
    """
    text = text[:LONGEST_PROSE]
    if REVIEW_HEADING.match(text):
        return Says.REVIEW
    if GOING_ON.search(text):
        return Says.GOES_ON
    if FROM_TO.search(text):
        return Says.REVIEW
    if UNSURE.search(text):
        return Says.GOES_ON
    return Says.OVER if IS_OVER.search(text) else Says.UNCLEAR
