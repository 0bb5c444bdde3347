"""The rules of grafana/dashboard-linter (June 2026) for classic dashboards: each returns what it
finds wrong.

The linter is a Go program; what it checks is written anew here, over promql-parser instead of
Prometheus's own. Its two rules for LogQL have nothing to say of dashboards that read Prometheus
alone: `target-logql-rules` holds them to that.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import promql_parser as promql
from grafana_foundation_sdk.models import units
from panels import Query, panels, queries, variables

Board = Mapping[str, Any]
Complaints = Iterator[str]

UNITS = {
    value
    for name, value in vars(units).items()
    if isinstance(value, str) and not name.startswith("_")
}
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
RATE_INTERVAL = "7m7s"  # what stands for Grafana's own intervals while a query is parsed
SHOWING = ("stat", "timeseries", "gauge", "table")
COUNTING = ("rate", "irate", "increase")


def parsed(expression: str) -> promql.Expr:
    """Return the query's tree, with the variables that are no strings replaced. Raises ValueError
    when it is none."""
    return promql.parse(
        expression.replace("$__rate_interval", RATE_INTERVAL)
        .replace("$__interval", RATE_INTERVAL)
        .replace("$target", "99.9")
        .replace("$worst", "30")
    )


def nodes(tree: promql.Expr) -> Iterator[tuple[promql.Expr, tuple[promql.Expr, ...]]]:
    """Yield every node with its ancestors, outermost first."""
    found: list[tuple[promql.Expr, tuple[promql.Expr, ...]]] = []
    above: list[promql.Expr] = []

    def enter(node: promql.Expr) -> None:
        found.append((node, tuple(above)))
        above.append(node)

    promql.walk(tree, enter, lambda _: above.pop() and None)
    yield from found


def selectors(expression: str) -> Iterator[tuple[promql.VectorSelector, tuple[promql.Expr, ...]]]:
    """Yield every selector with its ancestors; the one inside a range has the range as its
    parent."""
    for node, above in nodes(parsed(expression)):
        if isinstance(node, promql.MatrixSelector):
            yield node.vector_selector, (*above, node)
        elif isinstance(node, promql.VectorSelector) and not (
            above and isinstance(above[-1], promql.MatrixSelector)
        ):
            yield node, above


def matchers(selector: promql.VectorSelector) -> list[tuple[str, str, str]]:
    return [(each.name, str(each.op), each.value) for each in selector.matchers.matchers]


def each_query(board: Board) -> Iterator[Query]:
    yield from queries(board["uid"], board)


# -------------------------------------------------------------------------------------------------------------
# variables


def template_datasource(board: Board) -> Complaints:
    found = [v for v in variables(board) if v["type"] == "datasource"]
    if [(v["name"], v["query"]) for v in found] != [("datasource", "prometheus")]:
        yield "there is not exactly one data source variable, named datasource, of type prometheus"
    yield from (
        f"the label is {v.get('label')!r}"
        for v in found
        if v.get("label", "").lower() != "data source"
    )


def template_job(board: Board) -> Complaints:
    yield from _required(board, "job")


def template_instance(board: Board) -> Complaints:
    yield from _required(board, "instance")


def _required(board: Board, name: str) -> Complaints:
    found = next((v for v in variables(board) if v["name"] == name), None)
    if found is None:
        yield f"there is no variable {name}"
        return
    expected = {
        "type": "query", "label": name.title(), "multi": True, "allValue": ".+", "datasource": DATASOURCE,
    }  # fmt: skip
    yield from (
        f"{name}: {key} is {found.get(key)!r}"
        for key, value in expected.items()
        if found.get(key) != value
    )


def template_label_promql(board: Board) -> Complaints:
    for variable in variables(board):
        if variable["type"] == "query":
            yield from _unreadable(variable["name"], variable["query"]["query"])


def _unreadable(name: str, query: str) -> Complaints:
    called = re.fullmatch(r"(label_values|query_result)\((.+)\)", query)
    if called is None:
        yield f"{name}: {query} calls no function of Grafana's"
        return
    inner = re.sub(r", *\w+$", "", called[2]) if called[1] == "label_values" else called[2]
    try:
        parsed(inner)
    except ValueError as error:
        yield f"{name}: {error}"


def template_on_time_change_reload(board: Board) -> Complaints:
    for variable in variables(board):
        if variable["type"] == "query" and variable.get("refresh") != 2:
            yield f"{variable['name']} is not asked again when the time changes"


def uneditable(board: Board) -> Complaints:
    if board.get("editable") is not False:
        yield "it can be edited"


# ----------------------------------------------------------------------------------------------------------------
# panels


def panel_datasource(board: Board) -> Complaints:
    for panel in panels(board):
        if any(each.get("datasource") != DATASOURCE for each in (panel, *panel["targets"])):
            yield f"{panel['title']} does not read the chosen data source"


def panel_title_description(board: Board) -> Complaints:
    for panel in panels(board):
        if not (panel.get("title") and panel.get("description")):
            yield f"panel {panel['id']} lacks a title or a description"


def panel_units(board: Board) -> Complaints:
    for panel in panels(board):
        config = panel["fieldConfig"]
        given = [config["defaults"].get("unit")]
        given += [
            p["value"] for o in config["overrides"] for p in o["properties"] if p["id"] == "unit"
        ]
        mapped = bool(config["defaults"].get("mappings"))
        wrong = [unit for unit in given if unit not in UNITS and not (unit is None and mapped)]
        if panel["type"] in SHOWING and wrong:
            yield f"{panel['title']}: {wrong} are no units of Grafana's"


def panel_no_targets(board: Board) -> Complaints:
    yield from (
        f"{panel['title']} asks nothing" for panel in panels(board) if not panel.get("targets")
    )


# ---------------------------------------------------------------------------------------------------------------
# queries


def target_logql(board: Board) -> Complaints:
    for query in each_query(board):
        if query.target["datasource"]["type"] != "prometheus":
            yield f"{query.name} is not for Prometheus"


def target_promql(board: Board) -> Complaints:
    for query in each_query(board):
        try:
            parsed(query.expression)
        except ValueError as error:
            yield f"{query.name}: {error}"


def target_rate_interval(board: Board) -> Complaints:
    wanted = promql.parse_duration(RATE_INTERVAL)
    for query in each_query(board):
        for node, _ in nodes(parsed(query.expression)):
            if (
                isinstance(node, promql.Call)
                and node.func.name in COUNTING
                and node.args[0].range != wanted
            ):
                yield f"{query.name}: {node.func.name} is not over $__rate_interval"


def target_job(board: Board) -> Complaints:
    yield from _unmatched(board, "job")


def target_instance(board: Board) -> Complaints:
    yield from _unmatched(board, "instance")


def _unmatched(board: Board, label: str) -> Complaints:
    for query in each_query(board):
        for selector, _ in selectors(query.expression):
            if f'{label}=~"${label}"' not in selector.prettify():
                yield f"{query.name}: {selector.name} does not match {label}"


def target_counter_agg(board: Board) -> Complaints:
    for query in each_query(board):
        for selector, above in selectors(query.expression):
            function = (
                above[-2].func.name
                if len(above) > 1 and isinstance(above[-2], promql.Call)
                else None
            )
            if selector.name.endswith("_total") and function not in COUNTING:
                yield f"{query.name}: {selector.name} is a counter and has no rate"


RULES: Mapping[str, Callable[[Board], Complaints]] = {
    "template-datasource-rule": template_datasource,
    "template-job-rule": template_job,
    "template-instance-rule": template_instance,
    "template-label-promql-rule": template_label_promql,
    "template-on-time-change-reload-rule": template_on_time_change_reload,
    "panel-datasource-rule": panel_datasource,
    "panel-title-description-rule": panel_title_description,
    "panel-units-rule": panel_units,
    "panel-no-targets-rule": panel_no_targets,
    "target-logql-rule": target_logql,
    "target-logql-auto-rule": target_logql,
    "target-promql-rule": target_promql,
    "target-rate-interval-rule": target_rate_interval,
    "target-job-rule": target_job,
    "target-instance-rule": target_instance,
    "target-counter-agg-rule": target_counter_agg,
    "uneditable-dashboard": uneditable,
}
