"""A dashboard's queries asked of a running Prometheus as Grafana asks them, and the answers as its
data frames."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from panels import Query, Range, Values, built_in, interpolated, queries, shown_by, step_of
from watched import Asked


def at_leisure(config: pytest.Config) -> None:
    """Skip what takes a minute or more unless integration tests were asked for by name."""
    if (
        "integration" not in config.option.markexpr
        and os.environ.get("VENDORSTATUS_REQUIRE_INTEGRATION") != "1"
    ):
        pytest.skip("takes minutes: ask for it with `pytest -m integration`")


def shown(asked: Asked, days: int = 90) -> Range:
    """Return the range from the beginning of so many days, today included, to now: "now-89d/d" to
    "now", in UTC."""
    midnight = asked.now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Range((midnight - timedelta(days=days - 1)).timestamp(), asked.now.timestamp())


def shown_days(asked: Asked) -> list[str]:
    """Return the days (ISO dates, UTC's) that a panel of 90 days has."""
    return [(asked.now.date() - timedelta(days=ago)).isoformat() for ago in range(89, -1, -1)]


def answer(asked: Asked, query: Query, values: Values, window: Range) -> list[dict[str, Any]]:
    """Return the series of an answer, each with its points under "values"."""
    window = shown_by(query, window)
    step = step_of(query, window)
    expression = interpolated(query.expression, {**values, **built_in(step, window)})
    if query.target.get("instant"):
        told = asked("query", {"query": expression, "time": str(window.end)})["result"]
        return [{**each, "values": [each["value"]]} for each in told]
    start, end = window.aligned(step)
    wanted = {"query": expression, "start": str(start), "end": str(end), "step": str(step)}
    return asked("query_range", wanted)["result"]


def one(board: Mapping[str, Any], title: str, ref: str) -> Query:
    found = queries(board["uid"], board)
    return next(
        query for query in found if (query.panel["title"], query.target["refId"]) == (title, ref)
    )


def bars_by_label(
    asked: Asked, query: Query, label: str, values: Values
) -> dict[str, dict[str, int]]:
    """Return {label: {day: level}} of a panel of bars. Fails when two rows have the same label."""
    series = answer(asked, query, values, shown(asked))
    days = {each["metric"][label]: each["values"] for each in series}
    assert len(days) == len(series)
    return {
        key: {
            datetime.fromtimestamp(at, UTC).date().isoformat(): int(float(value))
            for at, value in points
        }
        for key, points in days.items()
    }


# ----------------------------------------------------------------------------------------------------------------
# frames


def frames(
    asked: Asked, board: Mapping[str, Any], panel: Mapping[str, Any], values: Values, days: int = 90
) -> list[dict[str, Any]]:
    """Return the answers to a panel's queries as Grafana's Prometheus data source makes frames of
    them."""
    own = [query for query in queries(board["uid"], board) if query.panel["id"] == panel["id"]]
    tables = [query for query in own if query.target.get("format") == "table"]
    made: list[dict[str, Any]] = []
    for query in own:
        series = answer(asked, query, values, shown(asked, days))
        if query in tables:
            made.append(_table(query, series, several=len(tables) > 1))
        else:
            made += [_series(query, each) for each in series]
    return made


def _table(query: Query, series: list[dict[str, Any]], *, several: bool) -> dict[str, Any]:
    """A row a sample: its time, its labels, its value. With several such queries the value is named
    after its own."""
    ref = query.target["refId"]
    labels = sorted({name for each in series for name in each["metric"]})
    rows = [(each["metric"], at, value) for each in series for at, value in each["values"]]
    fields = [{"name": "Time", "type": "time", "values": [at * 1000 for _, at, _ in rows]}]
    fields += [
        {"name": name, "type": "string", "values": [metric.get(name) for metric, _, _ in rows]}
        for name in labels
    ]
    value = {
        "name": f"Value #{ref}" if several else "Value",
        "type": "number",
        "values": [float(v) for _, _, v in rows],
    }
    return {"refId": ref, "fields": [*fields, value]}


def _series(query: Query, each: Mapping[str, Any]) -> dict[str, Any]:
    """A frame a series, displayed under its legend."""
    legend = query.target["legendFormat"]
    for name, label in each["metric"].items():
        legend = legend.replace(f"{{{{{name}}}}}", label)
    times = [at * 1000 for at, _ in each["values"]]
    told = {
        "name": "Value",
        "type": "number",
        "labels": each["metric"],
        "config": {"displayNameFromDS": legend},
    }
    # What is not a number has no JSON, and is a gap in a line.
    told["values"] = [None if value == "NaN" else float(value) for _, value in each["values"]]
    return {
        "refId": query.target["refId"],
        "fields": [{"name": "Time", "type": "time", "values": times}, told],
    }
