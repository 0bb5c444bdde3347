"""The dashboards: current, in Grafana's own shape, by the rules of its linter, and about metrics
that exist."""

import copy
import json
import re
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import promql_parser as promql
import pytest
import yaml
from dashboard_lint import RULES, each_query, matchers, parsed, selectors
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from panels import (
    COLUMN_PIXELS,
    FOLDER,
    Range,
    boards,
    interpolated,
    panels,
    queries,
    step_of,
    variables,
)

from exporters.families import STATE_FAMILIES
from exporters.prometheus import PollMetrics
from exporters.samples import UNKNOWN
from grafana.generate import dashboards
from grafana.generate.colours import GREY, LEVELS
from grafana.generate.queries import BELIEVED_SECONDS, CHOSEN_VENDORS, STALE_SECONDS, level_now
from monitor.model import Level

ROOT = Path(__file__).parents[1]
BOARDS = boards()
EXCLUSIONS = yaml.safe_load((FOLDER / ".lint").read_text())["exclusions"]
each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


def test_what_is_committed_is_what_the_code_writes():
    written = dashboards()

    assert {path.name for path in FOLDER.glob("*.json")} == set(written), "run `make dashboards`"
    for name, text in written.items():
        assert (FOLDER / name).read_text() == text, f"{name} is old: run `make dashboards`"


# ----------------------------------------------------------------------------------------------------------------
# shape


@each_board
def test_nothing_gets_lost_in_grafanas_own_model(board):
    register_default_plugins()

    again = json.loads(json.dumps(Dashboard.from_json(copy.deepcopy(board)), cls=JSONEncoder))

    # The SDK is of Grafana 12; 13 looks for this one where 12 does not.
    assert [
        path for path in lost(board, again) if not path.endswith(".options.enablePagination")
    ] == []


def lost(had, has, path=""):
    """Return the paths of what a model did not keep: a key it does not know disappears."""
    if isinstance(had, dict) and isinstance(has, dict):
        return [each for key in had for each in lost(had[key], has.get(key), f"{path}.{key}")]
    if isinstance(had, list) and isinstance(has, list) and len(had) == len(has):
        return [
            each
            for place, pair in enumerate(zip(had, has, strict=True))
            for each in lost(*pair, f"{path}[{place}]")
        ]
    return [] if had == has else [path]


def test_a_misspelt_key_gets_lost():
    board = copy.deepcopy(BOARDS["vendorstatus-vendors"])
    board["panels"][4]["options"]["perPge"] = 20
    register_default_plugins()

    again = json.loads(json.dumps(Dashboard.from_json(board), cls=JSONEncoder))

    assert ".panels[4].options.perPge" in lost(board, again)


@each_board
def test_it_loads_in_grafana_10_to_13_under_a_fixed_address(board):
    assert board["schemaVersion"] <= 42
    assert "id" not in board
    assert re.fullmatch(r"vendorstatus-[a-z]+", board["uid"])
    assert len(board["uid"]) <= 40
    assert (board["editable"], board["timezone"]) == (False, "utc")
    assert board["tags"] == ["vendorstatus"]


@each_board
def test_panels_are_numbered_and_fill_the_grid_without_overlapping(board):
    places = [panel["gridPos"] for panel in board["panels"]]
    cells = [
        (x, y)
        for p in places
        for x in range(p["x"], p["x"] + p["w"])
        for y in range(p["y"], p["y"] + p["h"])
    ]

    assert [panel["id"] for panel in board["panels"]] == list(range(1, len(places) + 1))
    assert len(cells) == len(set(cells))
    assert {x for x, _ in cells} == set(range(24))
    assert len(cells) == 24 * (1 + max(y for _, y in cells)), "there is a hole"


@each_board
def test_it_leads_to_the_others_and_keeps_the_time(board):
    linked = {link["url"].split("?")[0].removeprefix("/d/"): link for link in board["links"]}

    assert set(linked) == set(BOARDS) - {board["uid"]}
    assert all(link["keepTime"] for link in linked.values())


def urls(value):
    """Yield every address anywhere in a dashboard."""
    for key, inner in (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else [])
    ):
        if key == "url" and isinstance(inner, str):
            yield inner
        else:
            yield from urls(inner)


@each_board
def test_every_link_to_a_vendor_keeps_the_time_the_data_source_and_the_jobs(board):
    to_a_vendor = [url for url in urls(panels(board)) if url.startswith("/d/")]

    assert bool(to_a_vendor) == (board["uid"] != "vendorstatus-vendor")
    for url in to_a_vendor:
        path, _, parameters = url.partition("?")
        kept, vendor = (
            parameters.split("&")[:2] + parameters.split("&")[3:],
            parameters.split("&")[2],
        )
        assert path == "/d/vendorstatus-vendor"
        assert kept == ["${datasource:queryparam}", "${job:queryparam}", "${__url_time_range}"]
        assert vendor in (
            'var-vendor=${__data.fields["Slug"]}',
            "var-vendor=${__field.labels.vendor}",
        )


# -----------------------------------------------------------------------------------------------------------------
# lint


@pytest.mark.parametrize("rule", RULES)
@each_board
def test_it_keeps_the_linters_rules(board, rule):
    complaints = list(RULES[rule](board))

    if rule in EXCLUSIONS:
        assert complaints, f"{rule} is kept: take it out of .lint"
        assert len(EXCLUSIONS[rule]["reason"]) > 20
    else:
        assert complaints == []


def broken(path, value):
    """Return a dashboard with one thing wrong. `path` leads there; a value of None takes it
    away."""
    board = copy.deepcopy(BOARDS["vendorstatus-health"])
    *way, last = path
    found = board
    for key in way:
        found = found[key]
    if value is None:
        del found[last]
    else:
        found[last] = value
    return board


QUERY = ("panels", 8, "targets", 0, "expr")
BROKEN = {
    "template-datasource-rule": broken(("templating", "list", 0, "name"), "prometheus"),
    "template-job-rule": broken(("templating", "list", 1, "allValue"), ".*"),
    "template-label-promql-rule": broken(
        ("templating", "list", 1, "query", "query"), "label_values(up{, job)"
    ),
    "template-on-time-change-reload-rule": broken(("templating", "list", 1, "refresh"), 1),
    "panel-datasource-rule": broken(("panels", 3, "datasource", "uid"), "abc"),
    "panel-title-description-rule": broken(("panels", 3, "description"), ""),
    "panel-units-rule": broken(("panels", 8, "fieldConfig", "defaults", "unit"), "polls"),
    "panel-no-targets-rule": broken(("panels", 3, "targets"), []),
    "target-logql-rule": broken(("panels", 3, "targets", 0, "datasource", "type"), "loki"),
    "target-logql-auto-rule": broken(("panels", 3, "targets", 0, "datasource", "type"), "loki"),
    "target-promql-rule": broken(QUERY, 'sum(up{job=~"$job"}'),
    "target-rate-interval-rule": broken(QUERY, 'sum(rate(x_total{job=~"$job"}[5m]))'),
    "target-job-rule": broken(QUERY, 'sum(up{job="$job"})'),
    "target-counter-agg-rule": broken(QUERY, 'sum(x_total{job=~"$job"})'),
    "uneditable-dashboard": broken(("editable",), True),
}


@pytest.mark.parametrize("rule", sorted(set(RULES) - set(EXCLUSIONS)))
def test_a_broken_rule_is_noticed(rule):
    assert list(RULES[rule](BROKEN[rule]))


# --------------------------------------------------------------------------------------------------------------
# queries


def exported():
    """Return the names of all samples the exporter can have, and the labels of the state's by what
    is documented."""
    own = PollMetrics("0")
    own.polled("statuspage", "failed", "timeout", 1.0)
    own.polled("statuspage", "unchanged", None, 1.0)
    own.revised("statuspage", 1)
    own.unknown_words("statuspage", 1)
    lines = own.text(openmetrics=False).decode().splitlines()
    names = {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}
    return names | {family.name for family in STATE_FAMILIES.values()} | {"up"}


def asked(board):
    """Return every expression of a dashboard: of its panels, its annotations and its variables."""
    yield from (query.expression for query in each_query(board))
    yield from (annotation["target"]["expr"] for annotation in annotations(board))
    for variable in variables(board):
        if variable["type"] == "query":
            inner = variable["query"]["query"].partition("(")[2].removesuffix(")")
            yield (
                re.sub(r", *\w+$", "", inner)
                if variable["query"]["query"].startswith("label_values")
                else inner
            )


@each_board
def test_every_metric_it_names_is_exported(board):
    named = {selector.name for expression in asked(board) for selector, _ in selectors(expression)}

    assert named
    assert named <= exported()


def documented_labels():
    """Return {metric: labels} from the tables of docs/metrics.md."""
    rows = re.findall(
        r"^\| `(vendorstatus_\w+)` \|(.+)$",
        (ROOT / "docs" / "metrics.md").read_text(),
        re.MULTILINE,
    )
    labels = {}
    for name, rest in rows:
        cells = [cell.strip() for cell in rest.split("|")]
        labels[name] = set(
            re.findall(
                r"`(\w+)`", cells[1] if cells[0] in ("counter", "gauge", "histogram") else cells[0]
            )
        )
    return labels


@each_board
def test_every_label_it_matches_is_one_the_metric_has(board):
    documented = documented_labels()
    for expression in asked(board):
        for selector, _ in selectors(expression):
            if selector.name.startswith("vendorstatus_"):
                known = documented[selector.name.removesuffix("_bucket")]
                assert {name for name, _, _ in matchers(selector)} - {"job", "__name__"} <= known, (
                    selector.name
                )


@each_board
def test_every_query_aggregates_the_replicas_away(board):
    for query in each_query(board):
        for selector, above in selectors(query.expression):
            merged = [node for node in above if isinstance(node, promql.AggregateExpr)]
            assert merged, f"{query.name}: {selector.name} is shown once for each replica"
            innermost = merged[-1]
            labels = innermost.modifier.labels if innermost.modifier else []
            by = innermost.modifier is None or innermost.modifier.type == promql.AggModifierType.By
            assert by, query.name
            assert not {"instance", "pod"} & set(labels), query.name


def test_levels_are_believed_and_pages_called_stale_as_long_as_the_alert_rules_do():
    rules = {rule.get("record", rule.get("alert")): rule["expr"] for rule in alert_rules()}
    stale = next(
        q.expression
        for q in each_query(BOARDS["vendorstatus-vendors"])
        if q.panel["title"] == "Stale pages"
    )

    assert f"< {BELIEVED_SECONDS}" in rules["vendor:vendorstatus_vendor_level:max"]
    assert f"> {STALE_SECONDS}" in rules["VendorStatusPageStale"]
    assert f"< {STALE_SECONDS}" in stale
    assert f"< {BELIEVED_SECONDS}" in level_now(CHOSEN_VENDORS)


def alert_rules():
    groups = yaml.safe_load((ROOT / "grafana" / "alerts" / "vendorstatus.rules.yaml").read_text())[
        "groups"
    ]
    return [rule for group in groups for rule in group["rules"]]


@each_board
def test_no_query_looks_at_every_component_of_every_vendor_over_time(board):
    for query in each_query(board):
        if query.target.get("range"):
            for selector, _ in selectors(query.expression):
                if "_component_" in selector.name:
                    assert ("vendor", "=", "$vendor") in [
                        (n, "=", v) for n, _, v in matchers(selector)
                    ], query.name


@each_board
def test_figures_that_are_looked_for_over_time_find_the_one_sample_a_day_of_history(board):
    daily = ("_ratio", "_dates")
    for query in each_query(board):
        if query.target.get("range"):
            ranges = {
                s.name
                for s, above in selectors(query.expression)
                if isinstance(above[-1], promql.MatrixSelector)
            }
            plain = {s.name for s, _ in selectors(query.expression) if s.name.endswith(daily)}
            assert plain <= ranges, query.name


@each_board
def test_bars_have_a_cell_a_day_and_never_too_many(board):
    now = datetime(2026, 11, 20, 14, tzinfo=UTC).timestamp()
    for query in queries(board["uid"], board):
        if query.panel["type"] == "status-history":
            window = Range(now - 90 * 86_400, now)
            assert step_of(query, window) == 86_400
            assert query.panel["gridPos"]["w"] == 24
            assert window.seconds / 86_400 + 1 <= query.width / 2


@pytest.mark.parametrize(
    ("uid", "of"), [("vendorstatus-vendors", ""), ("vendorstatus-vendor", '{vendor="$vendor"}')]
)
def test_alerts_that_fire_are_listed_whoever_evaluates_them(uid, of):
    (panel,) = (panel for panel in BOARDS[uid]["panels"] if panel["type"] == "alertlist")
    names = [rule["alert"] for rule in alert_rules() if "alert" in rule]

    assert all(name.startswith(panel["options"]["alertName"]) for name in names)
    assert (panel["options"]["alertInstanceLabelFilter"], panel["options"]["datasource"]) == (
        of,
        "",
    )
    assert [state for state, told in panel["options"]["stateFilter"].items() if told] == [
        "error",
        "firing",
        "recovering",
    ]


def annotations(board):
    return board["annotations"].get("list", [])


@each_board
def test_days_with_outages_are_marked_on_the_line_charts_alone(board):
    lines = [panel["id"] for panel in panels(board) if panel["type"] == "timeseries"]

    assert len(annotations(board)) == (
        board["uid"] in ("vendorstatus-vendor", "vendorstatus-compare")
    )
    for annotation in annotations(board):
        assert annotation["filter"] == {"exclude": False, "ids": lines}
        assert (annotation["target"]["interval"], annotation["datasource"]["uid"]) == (
            "1d",
            "${datasource}",
        )
        assert 'job=~"$job"' in annotation["target"]["expr"]
        assert (annotation["expr"], annotation["step"]) == (annotation["target"]["expr"], "1d")
        assert parsed(annotation["expr"])


@each_board
def test_every_variable_is_used_and_every_used_one_exists(board):
    text = json.dumps([board["panels"], [v.get("query") for v in variables(board)], board["links"]])
    used = {name for pair in re.findall(r"\$(\w+)|\$\{(\w+)", text) for name in pair if name} - {
        "1"
    }
    own = {name for name in used if name.startswith("__")}

    assert used - own == {variable["name"] for variable in variables(board)}
    assert own <= {"__rate_interval", "__url_time_range", "__data", "__field", "__value"}


# ---------------------------------------------------------------------------------------------------------------
# colours

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
