"""Badges: how a vendor is now, or its outage days, as a picture and for shields.io. Pure.

What is unknown is grey and says so; green is only what is known to be well.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from exporters.wording import UNKNOWN, level_title
from monitor.answers import STALE_INTERVALS, Record, Status
from monitor.model import Level
from monitor.plain import visible

GREY = "#57606a"
"""What is unknown."""
GREEN = "#1a7f37"
ORANGE = "#b54708"
COLOURS: Mapping[Level, str] = {
    Level.OPERATIONAL: GREEN,
    Level.MAINTENANCE: "#0a5fc2",
    Level.DEGRADED: "#8a5a00",
    Level.PARTIAL_OUTAGE: ORANGE,
    Level.MAJOR_OUTAGE: "#c11f2b",
}
"""White text on each of them has a contrast of at least 4.5."""
LABEL_COLOUR = "#24292f"
TEXT_COLOUR = "#ffffff"

LONGEST_LABEL = 60
"""How many characters of a vendor's name are shown."""

_HEIGHT = 20
_PADDING = 6
_FONT_SIZE = 11
_BASELINE = 14


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge's two texts, the colour behind the second, and whether that is known."""

    label: str
    message: str
    colour: str
    is_known: bool = True


def level_badge(name: str, level: Level | None) -> Badge:
    """Return the badge of a vendor at this level; None = unknown."""
    if level is None:
        return unknown_badge(name)
    return Badge(_label(name), level_title(level), COLOURS[level])


def unknown_badge(name: str) -> Badge:
    """Return the badge of a vendor of which nothing is known."""
    return Badge(_label(name), UNKNOWN, GREY, is_known=False)


def outage_days_badge(name: str, record: Record) -> Badge:
    """Return the badge of a window's outage days, of so many known ones. It is green where all days
    are known and none was one, grey where none was one of those that are known.
    """
    figures = record.figures
    label = f"{name} outage days, {record.query.window_days} days"
    if not figures.known_days or figures.outage_days is None:
        return unknown_badge(label)
    message = f"{figures.outage_days} of {figures.known_days} known"
    if figures.outage_days:
        return Badge(_label(label), message, ORANGE)
    is_whole = not figures.unknown_days
    return Badge(_label(label), message, GREEN if is_whole else GREY, is_known=is_whole)


def max_age_seconds(status: Status) -> int:
    """Return how long a badge of this status may be kept: an interval, and not beyond the moment
    when the level it shows is unknown.
    """
    interval = status.interval_seconds or 0
    if status.level is None or status.age_seconds is None:
        return interval
    remaining = STALE_INTERVALS * interval - status.age_seconds
    return max(0, int(min(interval, remaining)))


def endpoint(badge: Badge) -> dict[str, Any]:
    """Return the badge for shields.io: https://shields.io/badges/endpoint-badge.

    As an error, what is unknown keeps its colour whatever a badge's address asks for.
    """
    return {
        "schemaVersion": 1,
        "label": badge.label,
        "message": badge.message,
        "color": badge.colour,
        "labelColor": LABEL_COLOUR,
        "isError": not badge.is_known,
    }


_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" \
aria-label="{title}">
<title>{title}</title>
<clipPath id="round"><rect width="{width}" height="{height}" rx="3"/></clipPath>
<g clip-path="url(#round)">
<rect width="{left}" height="{height}" fill="{label_colour}"/>
<rect x="{left}" width="{right}" height="{height}" fill="{colour}"/>
</g>
<g fill="{text_colour}" font-family="Verdana,DejaVu Sans,sans-serif" font-size="{size}">
<text x="{padding}" y="{baseline}" textLength="{label_width}">{label}</text>
<text x="{message_x}" y="{baseline}" textLength="{message_width}">{message}</text>
</g>
</svg>
"""


def svg(badge: Badge) -> str:
    """Return the badge as a picture, which loads and runs nothing."""
    label_width, message_width = text_width(badge.label), text_width(badge.message)
    left, right = label_width + 2 * _PADDING, message_width + 2 * _PADDING
    return _SVG.format(
        width=left + right,
        height=_HEIGHT,
        left=left,
        right=right,
        title=escape(f"{badge.label}: {badge.message}"),
        label=escape(badge.label),
        message=escape(badge.message),
        label_width=label_width,
        message_width=message_width,
        message_x=left + _PADDING,
        padding=_PADDING,
        baseline=_BASELINE,
        size=_FONT_SIZE,
        colour=badge.colour,
        label_colour=LABEL_COLOUR,
        text_colour=TEXT_COLOUR,
    )


def _label(text: str) -> str:
    text = visible(" ".join(text.split()))
    # XML has no way to write these two.
    text = text.replace("\ufffe", "").replace("\uffff", "")
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"


# widths

_THOUSANDTHS: Mapping[int, str] = {
    269: "'",
    274: "il",
    344: "j",
    352: " f",
    364: ",.",
    394: "!t",
    421: "I",
    427: "r",
    454: "()-/:;[\\]|",
    455: "J",
    459: '"',
    521: "cs",
    525: "z",
    545: "?",
    557: "L",
    575: "F",
    592: "kvxy",
    596: "e",
    601: "a",
    603: "P",
    607: "o",
    615: "Y",
    616: "T",
    623: "bdgpq",
    632: "E",
    633: "hnu",
    635: "{}",
    636: "$*0123456789_`",
    684: "ASV",
    685: "XZ",
    686: "B",
    693: "K",
    695: "R",
    698: "C",
    727: "&",
    732: "U",
    748: "N",
    751: "H",
    771: "D",
    775: "G",
    787: "OQ",
    818: "#+<=>^w~…",
    843: "M",
    973: "m",
    989: "W",
    1000: "@",
    1076: "%",
}
"""Verdana's characters by their widths, in thousandths of its size."""


def _widths_by_char() -> dict[str, int]:
    widths: dict[str, int] = {}
    for width, chars in _THOUSANDTHS.items():
        widths |= dict.fromkeys(chars, width)
    return widths


_WIDTHS = _widths_by_char()
_WIDE, _OTHER = 1000, 700


def text_width(text: str) -> int:
    """Return how many pixels wide a text is in Verdana, and about how many in any other font."""
    return round(sum(map(_width, text)) * _FONT_SIZE / 1000)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    is_wide = unicodedata.east_asian_width(char) in "WF"
    return _WIDTHS.get(char, _WIDE if is_wide else _OTHER)
