"""Numbers and lists as sentences of pages say them. Pure."""

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
