"""Numbers and lists as sentences of pages say them. Pure."""

from monitor.ratios import WindowFigures

_SMALL = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def number_word(number: int) -> str:
    """Return a number in a sentence: small ones as words, none as ``no``."""
    return _SMALL[number] if number < len(_SMALL) else f"{number:,}"


def counted(number: int, noun: str) -> str:
    """Return so many of a noun, such as ``one vendor`` and ``two vendors``."""
    return f"{number_word(number)} {noun}{'' if number == 1 else 's'}"


def sentence_case(text: str) -> str:
    """Return a text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def of_known_days(figures: WindowFigures) -> str:
    """Return of how many days the outage days are, such as ``of 88``; "" where none is known, and
    they are unknown themselves.
    """
    return "" if figures.outage_days is None else f"of {figures.known_days}"
