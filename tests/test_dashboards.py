"""The dashboards: current, in Grafana's own shape, by the rules of its linter, and about metrics
that exist."""

import copy
import json
import re

import pytest
from dashboard_lint import RULES
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from panels import FOLDER, panels
from shipped_boards import BOARDS, EXCLUSIONS, each_board, urls

from grafana.generate import dashboards


def test_what_is_committed_is_what_the_code_writes():
    written = dashboards()

    assert {path.name for path in FOLDER.glob("*.json")} == set(written), "run `make dashboards`"
    for name, text in written.items():
        assert (FOLDER / name).read_text() == text, f"{name} is old: run `make dashboards`"


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
