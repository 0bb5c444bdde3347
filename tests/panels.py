"""The dashboards as Grafana reads them: panels, variables, what is put into a query, and at which
step it is asked.

Sources, read in Grafana's packages: `rangeUtil.calculateInterval` and `roundInterval` of
@grafana/data, and of @grafana/prometheus the interpolation of variables, `$__rate_interval` and the
alignment of ranges to steps.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "grafana" / "dashboards"
SCRAPE_SECONDS = 60
"""`timeInterval` of the data source we provision."""
COLUMN_PIXELS = 62
"""The width of one of the grid's 24 columns in a window of 1,500 pixels."""
MOST_STEPS = 11_000
"""Prometheus refuses more."""

# Up to (but without) the first, in milliseconds, an interval becomes the second.
ROUNDED = (
    (10, 1), (15, 10), (35, 20), (75, 50), (150, 100), (350, 200), (750, 500), (1_500, 1_000), (3_500, 2_000),
    (7_500, 5_000), (12_500, 10_000), (17_500, 15_000), (25_000, 20_000), (45_000, 30_000), (90_000, 60_000),
    (210_000, 120_000), (450_000, 300_000), (750_000, 600_000), (1_050_000, 900_000), (1_500_000, 1_200_000),
    (2_700_000, 1_800_000), (5_400_000, 3_600_000), (9_000_000, 7_200_000), (16_200_000, 10_800_000),
    (32_400_000, 21_600_000), (86_400_000, 43_200_000), (604_800_000, 86_400_000), (1_814_400_000, 604_800_000),
    (3_628_800_000, 2_592_000_000),
)  # fmt: skip
YEAR = 31_536_000_000


def boards() -> dict[str, dict[str, Any]]:
    """Return the committed dashboards by uid."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def panels(board: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the panels that ask a data source; a list of alerts asks Grafana, and a text
    nobody."""
    return [panel for panel in board["panels"] if panel["type"] not in ("row", "alertlist", "text")]


def variables(board: Mapping[str, Any]) -> list[dict[str, Any]]:
    return board["templating"]["list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One target of one panel."""

    board: str
    panel: Mapping[str, Any]
    target: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.board} / {self.panel['title']} / {self.target['refId']}"

    @property
    def expression(self) -> str:
        return self.target["expr"]

    @property
    def width(self) -> int:
        return self.panel["gridPos"]["w"] * COLUMN_PIXELS


def queries(uid: str, board: Mapping[str, Any]) -> Iterator[Query]:
    for panel in panels(board):
        for target in panel["targets"]:
            yield Query(board=uid, panel=panel, target=target)


# ------------------------------------------------------------------------------------------------------------------
# time


@dataclass(frozen=True, slots=True)
class Range:
    """What the time picker says, in Unix seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start

    def aligned(self, step: int) -> tuple[int, int]:
        """Return start and end as they are asked for: Grafana rounds both down to the step, in
        UTC."""
        return int(self.start // step) * step, int(self.end // step) * step


def seconds_of(duration: str) -> int:
    number, unit = int(duration[:-1]), duration[-1]
    return number * {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}[unit]


def rounded(milliseconds: float) -> int:
    return next((interval for limit, interval in ROUNDED if milliseconds < limit), YEAR)


def step_of(query: Query, shown: Range) -> int:
    """Return the step in seconds: the range over the panel's points or pixels, rounded, and never
    below the least interval."""
    calculated = (
        rounded(shown.seconds * 1000 / (query.panel.get("maxDataPoints") or query.width)) / 1000
    )
    least = seconds_of(query.panel.get("interval") or f"{SCRAPE_SECONDS}s")
    return int(max(calculated, least, -(-shown.seconds // MOST_STEPS), 1))


def shown_by(query: Query, shown: Range) -> Range:
    """Return the range of the panel: its own "last 2 d" if it has one."""
    own = query.panel.get("timeFrom")
    return Range(shown.end - seconds_of(own), shown.end) if own else shown


# --------------------------------------------------------------------------------------------------------------
# variables

Values = Mapping[str, str]
"""What each variable puts into a query."""

VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)(?::\w+)?\}")


def interpolated(text: str, values: Values) -> str:
    """Replace every variable. Raises KeyError for one that nobody set; `$1` is PromQL's, and
    Grafana leaves it."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return found[0] if name.isdigit() else values[name]

    return VARIABLE.sub(value, text)


def built_in(step: int, shown: Range) -> dict[str, str]:
    """Return what Grafana itself defines for a query at this step."""
    return {
        "__interval": f"{step}s",
        "__rate_interval": f"{max(step + SCRAPE_SECONDS, 4 * SCRAPE_SECONDS)}s",
        "__range": f"{round(shown.seconds)}s",
    }


Ask = Callable[[str, Mapping[str, str]], Any]
"""Asks Prometheus's HTTP API: the path below /api/v1 and the parameters; returns what is under
"data"."""


def options(variable: Mapping[str, Any], values: Values, ask: Ask, shown: Range) -> list[str]:
    """Return the values a query variable offers, sorted."""
    asked = interpolated(variable["query"]["query"], values)
    function, _, inner = asked.removesuffix(")").partition("(")
    if function == "label_values":
        selector, _, label = inner.rpartition(",")
        window = {"start": str(shown.start), "end": str(shown.end)}
        return sorted(ask(f"label/{label.strip()}/values", {"match[]": selector, **window}))
    assert function == "query_result", asked
    answered = ask("query", {"query": inner, "time": str(shown.end)})["result"]
    return sorted(filter(None, (_captured(_printed(each), variable["regex"]) for each in answered)))


def _printed(sample: Mapping[str, Any]) -> str:
    """Return a sample as `query_result` prints it."""
    labels = ",".join(
        f'{name}="{value}"' for name, value in sample["metric"].items() if name != "__name__"
    )
    return f"{sample['metric'].get('__name__', '')}{{{labels}}} {sample['value'][1]} {sample['value'][0]}"


def _captured(text: str, expression: str) -> str | None:
    """Return the `value` group of the expression anywhere in the text (JavaScript names groups
    without P)."""
    body = expression.removeprefix("/").removesuffix("/g").replace("(?<", "(?P<")
    return next((found["value"] for found in re.finditer(body, text) if found["value"]), None)


def chosen(
    variable: Mapping[str, Any], offered: Sequence[str], picked: Sequence[str] | None = None
) -> str:
    """Return what a variable puts into a query: what was picked, else everything or the first, as
    is its default."""
    if picked is None and variable.get("includeAll"):
        if variable.get("allValue"):
            return variable["allValue"]
        picked = offered
    values = list(picked if picked is not None else offered[:1])
    if not variable.get("multi"):
        return values[0]
    escaped = [re.sub(r"([\\^$*+?.()|\[\]{}/])", r"\\\\\1", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def resolved(
    board: Mapping[str, Any],
    ask: Ask,
    shown: Range,
    picked: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, str]:
    """Resolve a dashboard's variables in their order, as Grafana does when it is opened."""
    values = {"datasource": "the-data-source"}
    for variable in variables(board):
        name = variable["name"]
        if variable["type"] == "query":
            offered = options(variable, values, ask, shown)
            assert offered, f"{board['uid']}: ${name} offers nothing"
            values[name] = chosen(variable, offered, (picked or {}).get(name))
        elif variable["type"] == "textbox":
            values[name] = (picked or {}).get(name, [variable["query"]])[0]
        elif variable["type"] == "custom":
            values[name] = (picked or {}).get(name, [variable["current"]["value"]])[0]
    return values
