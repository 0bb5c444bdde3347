"""What the dashboards show by colour, which nobody must need to tell apart, and what their tables have room for."""

import json
import re
from itertools import combinations

import pytest
from dashboard_lint import parsed
from panels import COLUMN_PIXELS, interpolated, panels, variables
from shipped_boards import BOARDS, each_board, urls

from exporters.samples import UNKNOWN
from grafana.generate.colours import GREY, LEVELS
from monitor.model import Level

OKABE_ITO = {
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
    "#999999",
}


def test_every_level_has_its_word_and_only_unknown_is_not_a_level():
    assert {key: word for key, (word, _) in LEVELS.items()} == {
        UNKNOWN: "unknown",
        **{int(level): level.title for level in Level},
    }


@each_board
def test_levels_are_always_mapped_to_their_words(board):
    mappings = [
        mapping
        for panel in panels(board)
        for mapping in [
            *panel["fieldConfig"]["defaults"].get("mappings", []),
            *(m for o in panel["fieldConfig"]["overrides"] for p in o["properties"] if p["id"] == "mappings" for m in p["value"]),
        ]
    ]  # fmt: skip
    of_levels = [mapping for mapping in mappings if "4" in mapping["options"]]

    assert bool(of_levels) == (board["uid"] != "vendorstatus-health")
    for mapping in of_levels:
        assert {int(k): (v["text"], v["color"]) for k, v in mapping["options"].items()} == dict(
            LEVELS
        )


@each_board
def test_only_colours_that_people_with_colour_blindness_can_tell_apart_are_used(board):
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(board))) <= OKABE_ITO


# Severe forms in linear RGB: Machado, Oliveira and Fernandes 2009,
# https://doi.org/10.1109/TVCG.2009.113
BLIND = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def lab(rgb):
    """Return CIE L*a*b* (D65) of linear RGB."""
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(m * min(1, max(0, c)) for m, c in zip(row, rgb, strict=True)) for row in to_xyz]
    x, y, z = (
        (part / white) ** (1 / 3) if part / white > 0.008856 else 7.787 * part / white + 16 / 116
        for part, white in zip(xyz, (0.9505, 1.0, 1.089), strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("kind", BLIND)
def test_levels_look_different_to_everybody(kind):
    seen = {
        word: lab(
            [sum(m * c for m, c in zip(row, linear(colour), strict=True)) for row in BLIND[kind]]
        )
        for word, colour in LEVELS.values()
    }
    distances = {
        pair: sum((a - b) ** 2 for a, b in zip(seen[pair[0]], seen[pair[1]], strict=True)) ** 0.5
        for pair in combinations(seen, 2)
    }

    assert min(distances.values()) > 10, sorted(distances.items(), key=lambda each: each[1])[
        :3
    ]  # 2.3 is just noticeable


def thresholds(panel):
    """Yield the steps of a panel's defaults and of its columns."""
    yield panel["fieldConfig"]["defaults"].get("thresholds")
    for override in panel["fieldConfig"]["overrides"]:
        yield from (each["value"] for each in override["properties"] if each["id"] == "thresholds")


@each_board
def test_the_colour_of_what_has_no_value_is_grey(board):
    for panel in panels(board):
        bases = [each["steps"][0] for each in thresholds(panel) if each is not None]
        assert all(base == {"color": GREY, "value": None} for base in bases), panel["title"]


def columns_of(panel):
    """Yield (title, least width) of a table's columns in a window of 1,500 pixels."""
    own = {
        override["matcher"]["options"]: override["properties"]
        for override in panel["fieldConfig"]["overrides"]
    }
    (arranged,) = (each["options"] for each in panel["transformations"] if each["id"] == "organize")
    for title in arranged["renameByName"].values():
        told = {each["id"]: each["value"] for each in own.get(title, [])}
        filtered = 22 if told.get("custom.filterable") else 0
        yield title, told.get("custom.width", told.get("custom.minWidth", 150)), filtered


@each_board
def test_a_tables_titles_and_columns_fit(board):
    for panel in panels(board):
        if panel["type"] == "table":
            found = list(columns_of(panel))
            assert [
                title for title, width, icon in found if width < 8 * len(title) + 40 + icon
            ] == [], panel["title"]
            assert (
                sum(width for _, width, _ in found) <= panel["gridPos"]["w"] * COLUMN_PIXELS - 16
            ), panel["title"]


@each_board
def test_the_default_number_of_rows_of_bars_is_one_page(board):
    counts = {
        variable["current"]["value"] for variable in variables(board) if variable["name"] == "worst"
    }

    for panel in panels(board):
        if panel["type"] == "status-history":
            assert {str(panel["options"]["perPage"])} == counts, panel["title"]


def test_the_three_windows_of_a_vendor_are_all_in_sight():
    (panel,) = (
        each for each in panels(BOARDS["vendorstatus-vendor"]) if each["title"] == "By window"
    )

    assert (
        panel["options"]["enablePagination"]
        is panel["options"]["footer"]["enablePagination"]
        is False
    )
    assert (
        panel["gridPos"]["h"] * 38 - 8 >= 40 + 4 * 36
    )  # the panel's title, the columns' titles, three rows


@each_board
def test_one_legend_in_a_fixed_order_stands_above_all_bars(board):
    bars = [
        each for each in board["panels"] if each["type"] in ("status-history", "state-timeline")
    ]
    legends = [each for each in board["panels"] if each["type"] == "text"]

    assert len(legends) == (1 if bars else 0)
    assert not any(each["options"]["legend"]["showLegend"] for each in bars)
    for legend in legends:
        told = re.findall(
            r'<span style="color:(#\w+)">■</span>&nbsp;([a-z ]+?)(?= &emsp;|$)',
            legend["options"]["content"],
        )
        assert [(word, colour) for colour, word in told] == [LEVELS[n] for n in (0, 1, 2, 3, 4, -1)]
        assert legend["gridPos"]["y"] < min(each["gridPos"]["y"] for each in bars)


@each_board
def test_levels_over_time_are_coloured_by_their_words_and_not_merged_by_thresholds(board):
    for panel in panels(board):
        if panel["type"] in ("status-history", "state-timeline"):
            assert panel["fieldConfig"]["defaults"]["color"] == {
                "mode": "fixed",
                "fixedColor": GREY,
            }, panel["title"]


def test_a_link_keeps_the_vendors_that_are_chosen_where_the_other_dashboard_has_the_choice():
    kept = {
        ("vendorstatus-vendors", "vendorstatus-compare"): {"tier", "search", "vendor"},
        ("vendorstatus-compare", "vendorstatus-vendors"): {"tier", "search", "vendor"},
        ("vendorstatus-vendor", "vendorstatus-compare"): {"vendor"},
    }
    for uid, board in BOARDS.items():
        for link in board["links"]:
            path, _, parameters = link["url"].partition("?")
            other = path.removeprefix("/d/")
            named = set(re.findall(r"\$\{(\w+)", parameters)) - {"datasource", "job"}
            taken = {
                name
                for pair in re.findall(r"var-(\w+)=|(\w+):queryparam", parameters)
                for name in pair
                if name
            }
            assert named == kept.get((uid, other), set())
            assert named <= {variable["name"] for variable in variables(board)}
            assert taken <= {variable["name"] for variable in variables(BOARDS[other])}


def test_a_vendors_status_page_is_a_click_away_on_its_dashboard_and_on_the_monitors_health():
    now = next(panel for panel in panels(BOARDS["vendorstatus-vendor"]) if panel["title"] == "Now")
    pages = next(
        panel for panel in panels(BOARDS["vendorstatus-health"]) if panel["title"] == "Pages"
    )

    assert [link["url"] for link in now["fieldConfig"]["defaults"]["links"]] == [
        "${__field.labels.url}"
    ]
    assert "group_left (url)" in now["targets"][0]["expr"]
    assert "${__value.raw}" in urls(pages)


@each_board
def test_an_axis_of_nothing_but_zeros_does_not_reach_to_a_hundred(board):
    """Grafana's own range of zeros is 0 to 100: of a ratio, to 10,000 %."""
    for panel in panels(board):
        if panel["type"] == "timeseries" and panel["title"] != "Duration of polls":
            defaults = panel["fieldConfig"]["defaults"]
            ratio = defaults["unit"] == "percentunit" and "max" not in defaults
            assert defaults["custom"]["axisSoftMax"] == (0.01 if ratio else 1), panel["title"]


@each_board
def test_what_has_no_value_is_a_gap_in_a_line(board):
    drawn = [
        panel["fieldConfig"]["defaults"]["custom"]
        for panel in panels(board)
        if panel["type"] == "timeseries"
    ]

    assert all(custom["spanNulls"] is False for custom in drawn)


def test_what_grafana_puts_into_queries_is_put_in_here_too():
    assert (
        interpolated('x{job=~"$job"}[${__range}]', {"job": ".+", "__range": "5s"})
        == 'x{job=~".+"}[5s]'
    )
    assert (
        interpolated('label_replace(x, "a", "$1", "b", "(.+)")', {})
        == 'label_replace(x, "a", "$1", "b", "(.+)")'
    )
    with pytest.raises(KeyError):
        interpolated("$nobody", {})
    assert parsed("rate(x[$__rate_interval])")
