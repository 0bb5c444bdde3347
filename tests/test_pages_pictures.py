"""The picture of a vendor's days: read back by another library, a level is a height and a colour."""

import io
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages_world import fetch
from PIL import Image
from store_support import DAY, NOW, component, evidence, impact, save
from watched_world import ACME

from exporters.pages.bars_picture import _PALETTE, HEIGHT, WIDTH, bars_picture
from exporters.pages.png import png
from exporters.pages.rendering import stylesheet
from monitor.intervals import Interval
from monitor.model import Absence, Aspect, Coverage, Level
from monitor.model import Day as ModelDay
from monitor.store import PageSpec, Store


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body)).convert("RGB")


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_a_picture_is_read_back_pixel_for_pixel(width, height, data):
    palette = ((0, 0, 0), (255, 0, 0), (1, 2, 3))
    rows = [bytes(data.draw(st.integers(0, 2)) for _ in range(width)) for _ in range(height)]
    image = opened(png(rows, palette))

    assert image.size == (width, height)
    for y, row in enumerate(rows):
        assert [image.getpixel((x, y)) for x in range(width)] == [palette[key] for key in row]


def day(level, offset=0, **changes):
    values = {"length_seconds": 86_400, "covered_seconds": 0 if level is None else 86_400}
    return ModelDay(day=date(2026, 5, 1) + timedelta(offset), level=level, **values | changes)


def column(days, place=0):
    """Return the colours of the middle of a bar that are not the page's, top first."""
    image = opened(bars_picture(days))
    assert image.size == (WIDTH, HEIGHT)
    pixels = [image.getpixel((15 + 13 * place + 5, y)) for y in range(HEIGHT)]
    return [each for each in pixels if each != (255, 255, 255)]


@pytest.mark.parametrize(
    ("level", "height", "token"),
    [
        (Level.OPERATIONAL, 45, "op"),
        (Level.MAINTENANCE, 90, "ma"),
        (Level.DEGRADED, 180, "de"),
        (Level.PARTIAL_OUTAGE, 270, "pa"),
        (Level.MAJOR_OUTAGE, 360, "mj"),
    ],
)
def test_a_level_is_a_height_in_the_colour_of_the_pages(level, height, token):
    (hexadecimal,) = re.findall(rf"--{token}: #(\w+)", stylesheet().decode())[:1]
    colour = tuple(bytes.fromhex(hexadecimal))

    assert column([day(level)]) == [colour] * height


def test_unknown_is_hatched_and_in_no_level_s_colour_and_absent_is_empty():
    unknown = column([day(None)])

    assert 0 < len(unknown) < 360
    assert set(unknown) == {_PALETTE[6]}
    assert column([day(None, absence=Absence.UNBORN)]) == []


def test_the_last_ninety_days_are_shown():
    days = [day(Level.MAJOR_OUTAGE, n) for n in range(5)] + [
        day(Level.OPERATIONAL, n) for n in range(5, 95)
    ]

    assert len(column(days)) == 45
    assert len(column(days, 89)) == 45


async def test_it_is_served_with_a_tag_and_empty_for_a_vendor_never_read():
    with Store.open("sqlite://") as store:
        store.sync_pages([PageSpec(slug="acme", name="Acme", url=ACME.url)], now=NOW)
        (page,) = store.pages(["acme"])
        coverage = (Coverage(span=Interval(NOW - 90 * DAY, NOW), aspect=Aspect.IMPACTS),)
        out = impact(NOW - DAY, NOW - DAY / 2, level=Level.MAJOR_OUTAGE)
        said = evidence(NOW, components=(component(),), impacts=(out,), coverage=coverage)
        save(store, page, said)
        answer = await fetch(store, "/v/acme/bars.png")
        missing = await fetch(store, "/v/nobody/bars.png")

    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["etag"]
    image = opened(answer.content)
    assert image.getpixel((15 + 13 * 88 + 5, 200)) == _PALETTE[5]
    assert missing.status_code == 404


async def test_nothing_read_is_an_empty_picture():
    with Store.open("sqlite://") as store:
        answer = await fetch(store, "/v/acme/bars.png")

    assert opened(answer.content).getcolors() == [(WIDTH * HEIGHT, (255, 255, 255))]
