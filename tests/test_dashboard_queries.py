"""What the dashboards ask Prometheus: metrics and labels that exist, replicas merged, days at steps of a day."""

import json
import re
from datetime import UTC, datetime

import promql_parser as promql
import pytest
import yaml
from dashboard_lint import each_query, matchers, parsed, selectors
from panels import Range, panels, queries, step_of, variables
from shipped_boards import BOARDS, ROOT, each_board

from exporters.families import STATE_FAMILIES
from exporters.prometheus import PollMetrics
from grafana.generate.queries import BELIEVED_SECONDS, CHOSEN_VENDORS, STALE_SECONDS, level_now


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


@pytest.mark.slow
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


MARKS = {
    "vendorstatus-vendor": ["Outage days", "Level changes", "Incidents"],
    "vendorstatus-compare": ["Days two or more failed", "Level changes", "Incidents"],
}


@each_board
def test_what_happened_is_marked_on_the_line_charts_alone_and_can_be_switched(board):
    lines = [panel["id"] for panel in panels(board) if panel["type"] == "timeseries"]

    assert [each["name"] for each in annotations(board)] == MARKS.get(board["uid"], [])
    for place, annotation in enumerate(annotations(board)):
        is_of_days = place == 0
        step = "1d" if is_of_days else "1m"
        assert annotation["filter"] == {"exclude": False, "ids": lines}
        assert (annotation["enable"], annotation["hide"]) == (is_of_days, False)
        assert annotation["useValueForTime"] is (annotation["name"] == "Incidents")
        assert annotation["target"]["interval"] == step
        assert annotation["datasource"]["uid"] == "${datasource}"
        assert 'job=~"$job"' in annotation["target"]["expr"]
        assert (annotation["expr"], annotation["step"]) == (annotation["target"]["expr"], step)
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
