"""A dashboard as a page of HTML, from what Grafana's own code says of its panels: for a person to
look at.

No package has Grafana's panels, so boxes, cells and lines are drawn here; their words, numbers,
colours and columns are Grafana's (`shown.cjs`), and so are the places of the panels and, as far as
the dashboard sets them, the columns' widths.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from asking import frames, shown
from panels import panels, resolved
from watched import Asked

ROW_PIXELS, GAP = 38, 8
DAY_MILLISECONDS = 86_400_000
DRAWN_OVER_TIME = ("timeseries", "status-history")
NARROW = 769
"""Below this width Grafana puts one panel under the other."""
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#56B4E9", "#D55E00", "#F0E442", "#999999")

Panel = Mapping[str, Any]
Answer = Sequence[Mapping[str, Any]]

STYLE = """
* { box-sizing: border-box } body { margin: 8px; background: #111217; color: #ccccdc; font: 13px "DejaVu Sans", sans-serif }
h1 { font-size: 16px; font-weight: normal; margin: 4px 4px 12px } .board { position: relative }
.panel { position: absolute; background: #181b1f; border: 1px solid #25272e; border-radius: 2px; overflow: hidden; padding: 8px }
.text { position: absolute; padding: 12px 8px; font-size: 12px } small { font-size: 12px; color: #ccccdc }
.stacked .panel, .stacked .text { position: relative !important; left: 0 !important; top: 0 !important; width: 100% !important; margin-bottom: 8px }
h2 { font-size: 13px; font-weight: 500; margin: 0 0 8px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.numbers { display: flex; height: calc(100% - 24px); align-items: center; justify-content: space-evenly; font-weight: 500; text-align: center }
table { border-collapse: collapse; width: 100%; table-layout: fixed } th, td { text-align: left; padding: 6px; border: 1px solid #25272e;
white-space: nowrap; overflow: hidden; text-overflow: ellipsis; font-weight: normal } th { font-weight: 500 }
.row { display: flex; gap: 1px } .name { width: 130px; flex: none; text-align: right; padding-right: 8px; overflow: hidden; white-space: nowrap }
.cell { flex: 1 1 0; min-width: 0 } .legend { margin-top: 6px; font-size: 11px } .legend span { margin-right: 12px }
.cursor { display: inline-block; width: 14px; height: 4px; margin-right: 4px; vertical-align: middle } .none { color: #999999; text-align: center }
"""


def page(
    grafana: Callable[[Mapping[str, Any]], Any],
    asked: Asked,
    board: Mapping[str, Any],
    width: int,
    days: int,
    **picked: str,
) -> str:
    """Return the page of a dashboard in a window so many pixels wide, over so many days, with these
    choices made."""
    values = resolved(
        board, asked, shown(asked, days), {name: [value] for name, value in picked.items()}
    )
    asking = [
        {"panel": panel, "frames": frames(asked, board, panel, values, days)}
        for panel in panels(board)
    ]
    numbers = [each for each in asking if each["panel"]["type"] == "stat"]
    others = [each for each in asking if each["panel"]["type"] != "stat"]
    now = asked.now.timestamp() * 1000
    told = dict(
        zip(
            (each["panel"]["id"] for each in numbers),
            grafana({"numbers": numbers, "now": now}),
            strict=True,
        )
    )
    told |= dict(
        zip(
            (each["panel"]["id"] for each in others),
            grafana({"panels": others, "now": now}),
            strict=True,
        )
    )
    lines = {
        each["panel"]["id"]: each["frames"]
        for each in asking
        if each["panel"]["type"] in DRAWN_OVER_TIME
    }
    boxes = "".join(
        _text(panel, width)
        if panel["type"] == "text"
        else _box(panel, told[panel["id"]], lines.get(panel["id"], []), width)
        for panel in board["panels"]
        if panel["type"] == "text" or panel["id"] in told
    )
    height = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in board["panels"]) * ROW_PIXELS
    kind = "board stacked" if width < NARROW else "board"
    inside = f'<h1>{escape(board["title"])}</h1><div class="{kind}" style="height:{height}px">{boxes}</div>'
    return f"<!doctype html><meta charset=utf-8><title>{escape(board['title'])}</title><style>{STYLE}</style>{inside}"


def _text(panel: Panel, width: int) -> str:
    at = panel["gridPos"]
    place = f"left:0;top:{at['y'] * ROW_PIXELS}px;width:{width - 16}px;height:{at['h'] * ROW_PIXELS - GAP}px"
    return f'<div class=text style="{place}">{panel["options"]["content"]}</div>'


def _box(panel: Panel, told: Answer, lines: Sequence[Mapping[str, Any]], width: int) -> str:
    at, column = panel["gridPos"], (width - 16) / 24
    place = f"left:{at['x'] * column:.0f}px;top:{at['y'] * ROW_PIXELS}px;width:{at['w'] * column - GAP:.0f}px"
    if panel["type"] == "status-history":
        told = _day_by_day(told, lines)
    draw = {"stat": _numbers, "table": _table, "timeseries": _lines}.get(panel["type"], _levels)
    inside = "".join(draw(panel, lines if panel["type"] == "timeseries" else told))
    height = at["h"] * ROW_PIXELS - GAP
    return f'<div class=panel style="{place};height:{height}px"><h2>{escape(panel["title"])}</h2>{inside}</div>'


def _numbers(panel: Panel, told: Answer) -> Iterator[str]:
    size = max(
        14,
        min(40, panel["gridPos"]["w"] * 60 // max(1, sum(len(text) for text, _ in told) * 3 // 4)),
    )
    yield "<div class=numbers>"
    names = [target["legendFormat"] for target in panel["targets"]]
    constant = len(names) == len(told) and not any("{{" in name for name in names)
    named = panel["options"]["textMode"] == "value_and_name" and constant
    for place, (text, colour) in enumerate(told):
        name = f"<br><small>{escape(names[place])}</small>" if named else ""
        yield f'<div style="font-size:{size}px;color:{colour}">{escape(text)}{name}</div>'
    yield "</div>"


def _table(panel: Panel, told: Answer) -> Iterator[str]:
    if not told or not told[0]["rows"]:
        yield f"<p class=none>{escape(panel['fieldConfig']['defaults'].get('noValue', 'No data'))}"
        return
    (table,) = told
    own = {
        o["matcher"]["options"]: {p["id"]: p["value"] for p in o["properties"]}
        for o in panel["fieldConfig"]["overrides"]
    }
    widths = [own.get(title, {}).get("custom.width") for title in table["columns"]]
    filled = [
        own.get(title, {}).get("custom.cellOptions", {}).get("type") == "color-background"
        for title in table["columns"]
    ]
    yield (
        f"<table style='min-width:{sum(width or 150 for width in widths)}px'><colgroup>"
        + "".join(f"<col style='width:{w}px'>" if w else "<col>" for w in widths)
        + "</colgroup><tr>"
    )
    yield "".join(f"<th>{escape(title)}</th>" for title in table["columns"])
    rows = _sorted(panel, table)
    for texts, colours in rows[: int((panel["gridPos"]["h"] * ROW_PIXELS - 80) // 30)]:
        yield "<tr>"
        for text, colour, fill in zip(texts, colours, filled, strict=True):
            yield (
                f'<td style="background:{colour};color:#111217">{escape(text)}</td>'
                if fill
                else f"<td>{escape(text)}</td>"
            )
    yield "</table>"


def _sorted(panel: Panel, table: Mapping[str, Any]) -> list[tuple[list[str], list[str]]]:
    """Return the rows as the panel sorts them: by the number a text begins with; without one,
    last."""
    rows = list(zip(table["rows"], table["colours"], strict=True))
    for by in panel["options"].get("sortBy", []):
        if by["displayName"] in table["columns"]:
            place = table["columns"].index(by["displayName"])
            rows.sort(key=lambda row: _number(row[0][place]), reverse=by["desc"])
    return rows


def _number(text: str) -> float:
    found = re.match(r"-?[\d.]+", text)
    return float(found[0]) if found else float("-inf")


def _day_by_day(told: Answer, frames: Sequence[Mapping[str, Any]]) -> Answer:
    """Return the rows with a cell for every day from the first of all to the last, an empty one
    where there is none."""
    times = [frame["fields"][0]["values"] for frame in frames]
    if not any(times):
        return told
    first, last = min(map(min, filter(None, times))), max(map(max, filter(None, times)))
    days = range(int(first), int(last) + 1, DAY_MILLISECONDS)
    found = []
    for row, own in zip(told, times, strict=True):
        colours = dict(zip(own, row["colours"], strict=True))
        found.append({**row, "colours": [colours.get(day, [None, "transparent"]) for day in days]})
    return found


def _levels(panel: Panel, told: Answer) -> Iterator[str]:
    high = max(3, (panel["gridPos"]["h"] * ROW_PIXELS - 80) / max(1, len(told)) - 2)
    for frame in told:
        yield f'<div class=row style="height:{high:.1f}px;margin-bottom:2px;font-size:{min(11, high):.1f}px">'
        yield f"<div class=name>{escape(frame['columns'][1])}</div>"
        yield "".join(
            f'<div class=cell style="background:{colours[1]}"></div>'
            for colours in frame["colours"]
        )
        yield "</div>"


def _lines(panel: Panel, drawn: Answer) -> Iterator[str]:
    """Draw the series from 0 to the largest value, or to what the panel's axis reaches at least."""
    if not drawn:
        yield "<p class=none>No data"
        return
    series = [
        (
            f["fields"][1]["config"]["displayNameFromDS"],
            f["fields"][0]["values"],
            f["fields"][1]["values"],
        )
        for f in drawn
    ]
    times = [at for _, points, _ in series for at in points]
    first, span = min(times), max(1, max(times) - min(times))
    defaults = panel["fieldConfig"]["defaults"]
    top = (
        max(
            [value for _, _, values in series for value in values if value is not None]
            + [defaults["custom"].get("axisSoftMax", 0)]
        )
        or 1
    )
    yield '<svg viewBox="0 0 1000 100" preserveAspectRatio="none" style="width:100%;height:calc(100% - 50px)">'
    for place, (_, points, values) in enumerate(series):
        path = " ".join(
            f"{(at - first) / span * 1000:.1f},{100 - value / top * 98:.1f}"
            for at, value in zip(points, values, strict=True)
            if value is not None
        )
        colour = PALETTE[place % len(PALETTE)]
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" vector-effect="non-scaling-stroke"/>'
    yield "</svg><div class=legend>"
    names = ((name, PALETTE[place % len(PALETTE)]) for place, (name, _, _) in enumerate(series))
    yield from (
        f'<span><i class=mark style="background:{c}"></i>{escape(name)}</span>' for name, c in names
    )
    yield "</div>"
