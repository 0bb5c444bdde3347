"""The days of a vendor as a picture, for what shows a link to its page. Pure.

A level is a height, as in the strip of a page: 1, 2, 4, 6 and 8 eighths; unknown is hatched.
"""

from collections.abc import Iterator, Sequence

from exporters.pages.png import Colour, png
from monitor.model import Day, Level

WIDTH, HEIGHT = 1200, 630
"""What Open Graph asks for."""

DAYS = 90

_MARGIN = 15
_STEP, _BAR = 13, 11
"""From one bar to the next, and its width."""

_FLOOR, _TALLEST = 500, 360
_EIGHTHS = {
    Level.OPERATIONAL: 1,
    Level.MAINTENANCE: 2,
    Level.DEGRADED: 4,
    Level.PARTIAL_OUTAGE: 6,
    Level.MAJOR_OUTAGE: 8,
}
_HATCH = 8
_PALETTE: Sequence[Colour] = (
    (0xFF, 0xFF, 0xFF),
    (0x00, 0x9E, 0x73),
    (0x00, 0x72, 0xB2),
    (0xA8, 0x94, 0x00),
    (0xC2, 0x54, 0x00),
    (0x8E, 0x1B, 0x00),
    (0x73, 0x78, 0x7D),
)
"""The page, the levels from operational on, and the lines of what is unknown: the light tokens of
style.css.
"""
_PAGE, _UNKNOWN = 0, 6


def bars_picture(days: Sequence[Day]) -> bytes:
    """Return the last `DAYS` of these days as a PNG; a day without a component is left empty."""
    rows = [bytearray(WIDTH) for _ in range(HEIGHT)]
    for place, day in enumerate(days[-DAYS:]):
        left = _MARGIN + place * _STEP
        for x, y, colour in _pixels(day):
            rows[y][left + x] = colour
    return png(list(map(bytes, rows)), _PALETTE)


def _pixels(day: Day) -> Iterator[tuple[int, int, int]]:
    """Yield the coloured pixels of a day's bar: x from its left, y from the top, and the colour."""
    if day.absence is not None:
        return
    height = _TALLEST // 8 * (8 if day.level is None else _EIGHTHS[day.level])
    for y in range(_FLOOR - height, _FLOOR):
        for x in range(_BAR):
            if day.level is not None:
                yield x, y, int(day.level) + 1
            elif (x + y) % _HATCH == 0:
                yield x, y, _UNKNOWN
