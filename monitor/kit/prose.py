"""What a post in English prose says of its event. Pure."""

import re

from monitor.kit.posts import Says

HEADED = re.compile(
    r"\W{0,10}(?:(?:issue|incident|outage|event|post[- ]?incident|final|full|here(?:'s|"
    r" is)|our|the|a|an) ){0,4}"
    r"(?:summary|review|report|retrospective|post[- ]?mortem|root cause|rca)\b",
    re.IGNORECASE,
)
"""A review in prose begins with what it is."""

LASTED = re.compile(
    r"\b(?:from|between) (?:[^.]{0,40}?\b)?\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\b|:|utc)?[^.]{0,40}?"
    r"\b(?:to|until|and|through)\b[^.]{0,30}?\b\d{1,2}(?::\d\d| ?[ap]\.?m\b)",
    re.IGNORECASE,
)
"""Prose that names a beginning and an end tells of what was."""

GOING_ON = re.compile(
    r"\b(?:still|currently|ongoing|investigating|working (?:to|on|towards)|(?:are|is|be|actively)"
    r" monitoring|"
    r"in progress|continu(?:e|ing) (?:to )?(?:work|monitor|investigat|look|see|experienc)\w*|"
    r"(?:provide|share|post|have|be back with|back)\b[^.]{0,20}\b(?:updates?|minutes)|"
    r"(?<!thank you )(?<!thanks )(?<!sorry )(?<!apologi[sz]e )again)\b",
    re.IGNORECASE,
)
"""Prose that says of an event that it goes on."""

UNSURE = re.compile(
    r"\b(?:continu(?!ed (?:patience|support|understanding))\w+|remains?|not"
    r" (?:yet|fully|been)|partial\w*|"
    r"(?:some|many|most) of|appears? to|should (?:now )?(?:be|see)|(?:we|is|are)"
    r" expect\w*|(?:be|remains?) paused|"
    r"(?:once|until|when|whether|as soon"
    r" as|if)\b[^.]{0,80}\b(?:resolved|restored|recovered|fixed))\b",
    re.IGNORECASE,
)
"""Prose that will not swear that an event is over."""

IS_OVER = re.compile(
    r"\b(?:resolved|restored|recovered|remediated|rectified|no longer"
    r" (?:experienc|see|seeing|impact|affect)\w*|"
    r"(?:issue|problem|incident|bug|error)s? (?:is|are|was|were|has been|have been)(?: \w+)?"
    r" fixed|fixed the|"
    r"back (?:to normal|online|up)|(?:working|functioning|operating|performing) (?:as"
    r" (?:expected|usual)|normally)|"
    r"out of impact|all clear|up and running)\b",
    re.IGNORECASE,
)
"""Prose that says of an event that it is over."""

LONGEST_PROSE = 5000
"""Characters of a post that are looked at."""


def prose(text: str) -> Says:
    """Return what a post in English prose, without a word for its state, says of its event. Sure of
    an end only where nothing in it speaks of what goes on.
    """
    text = text[:LONGEST_PROSE]
    if HEADED.match(text):
        return Says.REVIEW
    if GOING_ON.search(text):
        return Says.GOES_ON
    if LASTED.search(text):
        return Says.REVIEW
    if UNSURE.search(text):
        return Says.GOES_ON
    return Says.OVER if IS_OVER.search(text) else Says.UNCLEAR
