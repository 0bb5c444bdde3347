"""The dashboards drawn with Grafana's own words, colours and columns, for a person to look at:
`make pictures`."""

import os
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from instants import simulated_now
from page import page
from panels import boards
from PIL import Image
from watched import filled, folders, glance, required

from grafana.generate.colours import GREEN, GREY

pytestmark = [pytest.mark.integration, pytest.mark.hours]

FOLDER = os.environ.get("VENDORSTATUS_PICTURES")
WIDE, PHONE = 1500, 400
YEAR = 365
MANY = 200


def dead(asked):
    """Look 40 minutes after the last scrape."""
    return replace(asked, now=asked.now + timedelta(minutes=40))


def test_a_healthy_monitor_and_a_dead_one_can_be_looked_at(grafana, prometheus_of_world):
    board = boards()["vendorstatus-vendors"]
    healthy, gone = (
        page(grafana, asked, board, WIDE, 90)
        for asked in (prometheus_of_world, dead(prometheus_of_world))
    )

    assert healthy.count("class=panel") == gone.count("class=panel") == 7
    assert "Northwind Cloud" in healthy
    assert healthy.count(f"background:{GREEN}") > 90
    assert (
        gone.count(f'color:{GREY}">unknown') == 3
    )  # and not the worst ratio, which is of days that are known
    assert f'color:{GREEN}">unknown' not in gone


def test_every_dashboard_can_be_drawn_and_make_pictures_keeps_them(
    grafana, prometheus_of_world, tmp_path
):
    asked = prometheus_of_world
    shown = {
        "vendors": (asked, "vendors", WIDE, 90, {}),
        "vendors-phone": (asked, "vendors", PHONE, 90, {}),
        "vendors-year": (asked, "vendors", WIDE, YEAR, {}),
        "vendors-dead": (dead(asked), "vendors", WIDE, 90, {}),
        "vendor": (asked, "vendor", WIDE, 90, {"vendor": "northwind-cloud"}),
        "compare": (asked, "compare", WIDE, 90, {}),
        "health-dead": (dead(asked), "health", WIDE, 1, {}),
    }
    for name, (at, uid, width, days, picked) in shown.items():
        text = page(grafana, at, boards()[f"vendorstatus-{uid}"], width, days, **picked)
        assert text.count("class=panel") >= 7, name
        if FOLDER:
            take(Path(FOLDER) / f"{name}.png", text, width, tmp_path)
    if FOLDER:
        with many(tmp_path) as at:
            text = page(grafana, at, boards()["vendorstatus-vendors"], WIDE, 90)
            take(Path(FOLDER) / "vendors-200.png", text, WIDE, tmp_path)


@contextmanager
def many(folder):
    world = glance(folder, simulated_now(), MANY)
    with filled(world, folders()[-1], folder) as asked:
        yield asked
    world.store.close()


def take(picture, text, width, folder):
    """Write a picture of the upper part of a page, as headless Chromium shows it, in few
    colours."""
    (chromium,) = required("chromium")
    (folder / "page.html").write_text(text)
    size = f"--window-size={width},{1100 if width > PHONE else 1600}"
    # Without a sandbox, because root has none; the page is ours and asks nobody.
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size]
    command += [f"--screenshot={picture}", (folder / "page.html").as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with Image.open(picture) as taken:
        taken.convert("RGB").quantize(48, dither=Image.Dither.NONE).save(picture, optimize=True)
