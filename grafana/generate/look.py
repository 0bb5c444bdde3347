"""What the panels have in common: colours and words of the levels, builders with our defaults,
links. Pure.

Colours are Okabe and Ito's, which people with any of the common colour blindnesses can tell apart,
and no panel says anything by colour alone: levels are mapped to words, tables show words and
numbers.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import (
    prometheus,
    stat,
    statetimeline,
    statushistory,
    table,
    text,
    timeseries,
)
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common, units
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat
from grafana_foundation_sdk.models.text import TextMode

from exporters.samples import UNKNOWN
from grafana.generate.queries import ONE_VENDOR, series

GREEN, BLUE, YELLOW = "#009E73", "#56B4E9", "#F0E442"
ORANGE, RED, GREY = "#E69F00", "#D55E00", "#999999"
NAVY = "#0072B2"

LEVELS: Mapping[int, tuple[str, str]] = {
    UNKNOWN: ("unknown", GREY),
    0: ("operational", GREEN),
    1: ("maintenance", BLUE),
    2: ("degraded", YELLOW),
    3: ("partial outage", ORANGE),
    4: ("major outage", RED),
}
"""Level to its word and colour. The levels are the exporter's; our queries say `UNKNOWN` of the
present too."""

FULL_WIDTH = 24
_COUNT = 30
"""How many rows of bars have room for their names: the choice of the worst, and a page where
Grafana pages them."""
DAY = "1d"
DATASOURCE = common.DataSourceRef(type_val="prometheus", uid="${datasource}")
TAG = "vendorstatus"

VENDORS, VENDOR, COMPARE, HEALTH = (
    f"vendorstatus-{name}" for name in ("vendors", "vendor", "compare", "health")
)
TITLES: Mapping[str, str] = {
    VENDORS: "Vendors",
    VENDOR: "Vendor",
    COMPARE: "Compare",
    HEALTH: "Monitor health",
}

Panels = stat.Panel | table.Panel | timeseries.Panel | statushistory.Panel | statetimeline.Panel
PanelT = TypeVar(
    "PanelT", stat.Panel, table.Panel, timeseries.Panel, statushistory.Panel, statetimeline.Panel
)


# queries


def instant(expression: str, ref: str = "A", legend: str = "{{name}}") -> prometheus.Dataquery:
    """Ask for the end of the shown time; the answer's series are shown as `legend`."""
    return prometheus.Dataquery().expr(expression).ref_id(ref).legend_format(legend).instant()


def rows(expression: str, ref: str) -> prometheus.Dataquery:
    """Ask for the end of the shown time; the answer is a table whose columns are the labels and
    "Value #ref".
    """
    return instant(expression, ref, "__auto").format(PromQueryFormat.TABLE)


def ranged(expression: str, ref: str = "A", legend: str = "{{name}}") -> prometheus.Dataquery:
    """Ask for the whole shown time."""
    return prometheus.Dataquery().expr(expression).ref_id(ref).legend_format(legend).range()


# panels


def _begun(
    panel: PanelT, title: str, description: str, targets: Sequence[prometheus.Dataquery]
) -> PanelT:
    for target in targets:
        panel.with_target(target.datasource(DATASOURCE))
    return panel.title(title).description(description).datasource(DATASOURCE).transparent(False)


def number(title: str, description: str, *targets: prometheus.Dataquery) -> stat.Panel:
    """Return a panel of one or a few large numbers, grey until thresholds are set."""
    panel = _begun(stat.Panel(), title, description, targets).height(4).span(6)
    panel.unit(units.NoUnit).thresholds(steps()).color_scheme(by_threshold()).no_value("unknown")
    panel.reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    panel.color_mode(common.BigValueColorMode.VALUE).graph_mode(common.BigValueGraphMode.NONE)
    return panel.text_mode(common.BigValueTextMode.AUTO).orientation(common.VizOrientation.AUTO)


def bars(title: str, description: str, *targets: prometheus.Dataquery) -> statushistory.Panel:
    """Return a row a series and a cell a day. More rows than a page holds can be paged through.

    Grafana draws nothing when there are more cells than half the panel's pixels: the interval keeps
    it to one a day.
    """
    panel = (
        _begun(statushistory.Panel(), title, description, targets)
        .height(14)
        .span(FULL_WIDTH)
        .interval(DAY)
    )
    panel.mappings([level_words()]).thresholds(steps()).color_scheme(by_word())
    panel.row_height(0.9).col_width(0.9).show_value(common.VisibilityMode.NEVER).per_page(_COUNT)
    panel.fill_opacity(90).line_width(0).legend(no_legend()).tooltip(one_tooltip())
    return panel


def states(title: str, description: str, *targets: prometheus.Dataquery) -> statetimeline.Panel:
    """Return a row a series with a bar for as long as a level holds."""
    panel = _begun(statetimeline.Panel(), title, description, targets).height(10).span(FULL_WIDTH)
    panel.mappings([level_words()]).thresholds(steps()).color_scheme(by_word())
    panel.row_height(0.9).show_value(common.VisibilityMode.AUTO).merge_values(True).per_page(20)
    panel.fill_opacity(90).line_width(0).legend(no_legend()).tooltip(one_tooltip())
    return panel


LEAST_RATIO = 0.01


def lines(
    title: str, description: str, *targets: prometheus.Dataquery, least: float | None = 1
) -> timeseries.Panel:
    """Return lines over time, told apart by name; gaps stay gaps.

    The axis reaches at least to `least`: without it Grafana draws it from 0 to 100 when every value
    is 0.
    """
    panel = _begun(timeseries.Panel(), title, description, targets).height(8).span(12)
    panel.color_scheme(builders.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    panel.line_width(2).fill_opacity(0).show_points(common.VisibilityMode.AUTO).span_nulls(False)
    panel.legend(bottom_legend()).min(0)
    if least is not None:
        panel.axis_soft_max(least)
    many = common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI)
    return panel.tooltip(many.sort(common.SortOrder.DESCENDING))


def listing(
    title: str, description: str, *targets: prometheus.Dataquery, paged: bool = True
) -> table.Panel:
    """Return a table; `columns` says what is in it. A short one is not `paged`: the pages' footer
    would hide a row.
    """
    panel = _begun(table.Panel(), title, description, targets).height(12).span(FULL_WIDTH)
    panel.unit(units.NoUnit).thresholds(steps()).cell_height(common.TableCellHeight.SM)
    panel.cell_options(common.TableAutoCellOptions())
    # Where Grafana 10 to 12 look for it; `finished` puts it where 13 does.
    return panel.footer(
        common_builders.TableFooterOptions().show(False).reducer(["sum"]).enable_pagination(paged)
    )


_BY_IMPORTANCE = 3
_TOLD = {
    "firing": True,
    "error": True,
    "noData": False,
    "normal": False,
    "pending": False,
    "recovering": True,
}


def alerts(description: str, instances: str = "") -> builders.Panel:
    """Return the list of our alerts that fire, whoever evaluates the rules.

    `instances` narrows it, as in ``{vendor="acme"}``. Grafana asks its own alerting and every data
    source that lists rules, whatever data source is chosen at the top.
    """
    options = {
        "viewMode": "list",
        "groupMode": "default",
        "groupBy": [],
        "maxItems": 50,
        "sortOrder": _BY_IMPORTANCE,
        "dashboardAlerts": False,
        "alertName": "VendorStatus",
        "alertInstanceLabelFilter": instances,
        "datasource": "",
        "showInactiveAlerts": False,
        "showInstances": True,
        "stateFilter": _TOLD,
    }
    return (
        builders.Panel().type("alertlist").title("Alerts").description(description).options(options)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: where it comes from, what people read, and how it looks.

    `field` is a label, "Value" or, of several targets, "Value #A" or "Trend #A". `cell` is one of
    Grafana's cell types. `width` is in pixels; a column without one shares what is left over, and
    none is narrower than its title.
    """

    field: str
    title: str
    unit: str | None = None
    decimals: int | None = None
    width: int | None = None
    cell: str | None = None
    mapping: models.ValueMap | None = None
    link: builders.DashboardLink | None = None
    text_when_none: str | None = None


_PER_LETTER, _AROUND, _FILTER = 8, 44, 22
"""Pixels of a title: of a letter, of the padding with the arrow of the sort order, and of the
filter's icon."""
LEAST_WIDTH = 150
"""Grafana's own for a column without a width."""


def _is_text(column: Column) -> bool:
    return not column.field.startswith(("Value", "Trend"))


def _room(column: Column) -> int:
    return _PER_LETTER * len(column.title) + _AROUND + (_FILTER if _is_text(column) else 0)


def columns(
    panel: table.Panel,
    wanted: Sequence[Column],
    *,
    sort: str,
    descending: bool = True,
    join: str | None = None,
) -> table.Panel:
    """Keep the wanted columns in this order and sort by a column's title.

    The rows of several targets are joined on the label `join`; a row that only some have is kept.
    """
    for transformation in _transformations(wanted, join):
        panel.with_transformation(transformation)
    for column in wanted:
        properties = list(_properties(column))
        if properties:
            panel.override_by_name(column.title, properties)
    return panel.sort_by(
        [common_builders.TableSortByFieldState().display_name(sort).desc(descending)]
    )


def _transformations(
    wanted: Sequence[Column], join: str | None
) -> Iterable[models.DataTransformerConfig]:
    fields = [column.field for column in wanted]
    if any(column.cell == "sparkline" for column in wanted):
        yield models.DataTransformerConfig("timeSeriesTable", options={})
    if join is not None:
        yield models.DataTransformerConfig(
            "joinByField", options={"byField": join, "mode": "outer"}
        )
    yield models.DataTransformerConfig("filterFieldsByName", options={"include": {"names": fields}})
    arranged = {
        "excludeByName": {},
        "indexByName": {field: place for place, field in enumerate(fields)},
        "renameByName": {column.field: column.title for column in wanted},
    }
    yield models.DataTransformerConfig("organize", options=arranged)


def _properties(column: Column) -> Iterable[models.DynamicConfigValue]:
    if column.unit is not None:
        yield models.DynamicConfigValue("unit", column.unit)
    if column.decimals is not None:
        yield models.DynamicConfigValue("decimals", column.decimals)
    yield from _sizes(column)
    if column.mapping is not None:
        yield models.DynamicConfigValue("mappings", [column.mapping])
        yield models.DynamicConfigValue("color", {"mode": "thresholds"})
    if column.cell is not None:
        yield models.DynamicConfigValue(
            "custom.cellOptions", {"type": column.cell, **_CELLS.get(column.cell, {})}
        )
    if column.link is not None:
        yield models.DynamicConfigValue(
            "links",
            [
                {
                    key: value
                    for key, value in column.link.build().to_json().items()
                    if key in _DATA_LINK
                }
            ],
        )
    if column.text_when_none is not None:
        yield models.DynamicConfigValue("noValue", column.text_when_none)
    if column.cell == "gauge":
        yield models.DynamicConfigValue("min", 0)
        yield models.DynamicConfigValue("max", 1)
        yield models.DynamicConfigValue("thresholds", steps(NAVY).build())
        yield models.DynamicConfigValue("color", {"mode": "thresholds"})


def _sizes(column: Column) -> Iterable[models.DynamicConfigValue]:
    if column.width is not None:
        yield models.DynamicConfigValue("custom.width", max(column.width, _room(column)))
    elif _room(column) > LEAST_WIDTH:
        yield models.DynamicConfigValue("custom.minWidth", _room(column))
    if _is_text(column):  # what is looked for in a long table; the others are sorted by
        yield models.DynamicConfigValue("custom.filterable", value=True)


_CELLS: Mapping[str, Mapping[str, object]] = {
    "gauge": {"mode": "basic", "valueDisplayMode": "text"},
    "color-background": {"mode": "basic"},
    "sparkline": {"hideValue": True, "lineColor": NAVY, "fillOpacity": 10},
}


# words, colours


def level_words() -> models.ValueMap:
    """Map the levels to their words and colours."""
    return word_map({str(level): word for level, word in LEVELS.items()})


def word_map(words: Mapping[str, tuple[str, str]]) -> models.ValueMap:
    """Map values to words with colours, in this order."""
    return models.ValueMap(
        options={
            value: models.ValueMappingResult(text=text, color=colour, index=place)
            for place, (value, (text, colour)) in enumerate(words.items())
        }
    )


LOWEST = -1e12
"""Below whatever a panel shows: the first colour of thresholds begins here and not at the base."""


def steps(first: str = GREY, *more: tuple[float, str]) -> builders.ThresholdsConfig:
    """Return thresholds: `first` for the lowest values, then each colour from its value on.

    Grafana gives the base's colour to what has no value (no series, null, NaN): the base is grey,
    whatever comes first.
    """
    made = [
        models.Threshold(value=at, color=colour)
        for at, colour in ((None, GREY), (LOWEST, first), *more)
        if (at, colour) != (LOWEST, GREY)
    ]
    return builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(made)


def by_threshold() -> builders.FieldColor:
    """Colour by threshold (a mapped value has its mapping's colour)."""
    return builders.FieldColor().mode(models.FieldColorModeId.THRESHOLDS)


def by_word() -> builders.FieldColor:
    """Colour by the mapping of a value, grey where there is none.

    Where values are coloured by threshold Grafana merges those of one threshold, and its legend
    lists thresholds: of levels, whose words and colours are mappings, nothing would be left.
    """
    return builders.FieldColor().mode(models.FieldColorModeId.FIXED).fixed_color(GREY)


def fixed(
    name: str, colour: str, *, dashed: bool = False
) -> tuple[str, list[models.DynamicConfigValue]]:
    """Return an override that gives the series of this name a colour and, if wanted, a dashed
    line.
    """
    properties = [models.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})]
    if dashed:
        properties.append(
            models.DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [10, 10]})
        )
    return name, properties


def as_bars() -> list[models.DynamicConfigValue]:
    """Return what draws a series of a line chart as bars."""
    return [
        models.DynamicConfigValue("custom.drawStyle", "bars"),
        models.DynamicConfigValue("custom.fillOpacity", 80),
    ]


def legend() -> text.Panel:
    """Return the words and colours of the levels, from good to bad: the legend of all bars of a
    dashboard.

    Grafana's own lists words in the order in which they come up, another one in every panel, and
    only those that do.
    """
    known = [LEVELS[level] for level in sorted(LEVELS) if level != UNKNOWN]
    marks = (
        f'<span style="color:{colour}">■</span>&nbsp;{word}'
        for word, colour in (*known, LEVELS[UNKNOWN])
    )
    panel = text.Panel().mode(TextMode.HTML).content(" &emsp;".join(marks))
    return (
        panel.title("")
        .description("What the colours of the cells mean.")
        .transparent(True)
        .height(2)
        .span(FULL_WIDTH)
    )


def no_legend() -> common_builders.VizLegendOptions:
    """Return no legend: the dashboard has one for all its bars (`legend`)."""
    return bottom_legend().show_legend(False)


def bottom_legend() -> common_builders.VizLegendOptions:
    """Return a legend below the panel."""
    legend = common_builders.VizLegendOptions().show_legend(True)
    return (
        legend.display_mode(common.LegendDisplayMode.LIST)
        .placement(common.LegendPlacement.BOTTOM)
        .calcs([])
    )


def one_tooltip() -> common_builders.VizTooltipOptions:
    """Return a tooltip that tells of the one cell under the pointer."""
    return (
        common_builders.VizTooltipOptions()
        .mode(common.TooltipDisplayMode.SINGLE)
        .sort(common.SortOrder.NONE)
    )


# annotations


def marked_days(name: str, expression: str, title: str, text: str) -> builders.AnnotationQuery:
    """Mark on every line chart the days on which the expression, asked at steps of a day, has a
    sample of 1 or more.

    `finished` leads it to the line charts alone: the others say by themselves what a day was.
    """
    made = (
        builders.AnnotationQuery()
        .name(name)
        .datasource(DATASOURCE)
        .enable(True)
        .hide(False)
        .icon_color(ORANGE)
    )
    asked = (
        prometheus.Dataquery().expr(expression).interval(DAY).ref_id("Anno").datasource(DATASOURCE)
    )
    # where older versions of the data source's plugin look for them
    made.expr(expression).step(DAY)
    return made.target(asked).title_format(title).text_format(text).use_value_for_time(False)


# links

_SHARED = "${datasource:queryparam}&${job:queryparam}"


def vendor_link(slug: str) -> builders.DashboardLink:
    """Return a data link to one vendor's dashboard that keeps the time range; `slug` is an
    expression of Grafana's.
    """
    url = f"/d/{VENDOR}?{_SHARED}&var-vendor={slug}&${{__url_time_range}}"
    return builders.DashboardLink("Show this vendor").url(url)


def page_link(address: str) -> builders.DashboardLink:
    """Return a data link to a vendor's own status page; `address` is an expression of Grafana's."""
    return builders.DashboardLink("Open the status page").url(address).target_blank(True)


def open_incidents(
    words: str, target: prometheus.Dataquery, *, of_all: bool = False
) -> table.Panel:
    """Return the table of open incidents, the newest first: `target` asks for
    `queries.open_starts`, `of_all` vendors with their names.
    """
    vendor = Column(
        field="name", title="Vendor", link=vendor_link('${__data.fields["Slug"]}'), width=180
    )
    slug = Column(field="vendor", title="Slug", width=140)
    wanted = (
        *((vendor,) if of_all else ()),
        Column(
            field="title", title="Incident", link=page_link('${__data.fields["Page"]}'), width=420
        ),
        Column(field="impact", title="Impact", width=130),
        Column(field="Value", title="Since", unit=units.DatetimeISO, width=190),
        Column(field="url", title="Page", link=page_link("${__value.raw}")),
        *((slug,) if of_all else ()),
    )
    panel = listing(
        "Open incidents, the newest of each vendor", words, target, paged=False
    ).no_value("none is known")
    return columns(panel, wanted, sort="Since").height(7)


_DATA_LINK = ("title", "url", "targetBlank")
"""What a data link has; the rest of the SDK's model belongs to links of dashboards."""


_CHOICE = "&${tier:queryparam}&${search:queryparam}&${vendor:queryparam}"
_KEPT: Mapping[tuple[str, str], str] = {
    (VENDORS, COMPARE): _CHOICE,
    (COMPARE, VENDORS): _CHOICE,
    (VENDOR, COMPARE): "&var-reference=${vendor}",
}
"""What a link from one dashboard to another keeps of its choices, beside the data source, the jobs
and the time."""


def _dashboard_link(here: str, uid: str) -> builders.DashboardLink:
    address = f"/d/{uid}?{_SHARED}{_KEPT.get((here, uid), '')}"
    link = builders.DashboardLink(TITLES[uid]).type(models.DashboardLinkType.LINK).url(address)
    return link.icon("dashboard").tooltip("").tags([]).keep_time(True)


# variables


def datasource_variable() -> builders.DatasourceVariable:
    """Return the choice of the Prometheus everything is read from."""
    made = (
        builders.DatasourceVariable("datasource")
        .label("Data Source")
        .type("prometheus")
        .multi(False)
    )
    return made.include_all(False).allow_custom_value(False)


def job_variable() -> builders.QueryVariable:
    """Return the choice of scrape jobs; all of them by default."""
    made = _asked("job", "Job", f"label_values({series_of_any_job('vendor_info')}, job)")
    return (
        _many(made)
        .all_value(".+")
        .description("The scrape jobs that vendorstatus is read through.")
    )


def series_of_any_job(metric: str) -> str:
    """Return a metric's name without matchers: the variable `job` cannot depend on itself."""
    return series(metric).partition("{")[0]


def tier_variable() -> builders.QueryVariable:
    """Return the choice of tiers, as the settings give them."""
    made = _asked("tier", "Tier", f"label_values({series('vendor_info')}, tier)")
    return _many(made).all_value(".*").description("The tiers given to vendors in the settings.")


_OF_TIER = 'tier=~"$tier"'
_FOUND = 'name=~"(?i).*$search.*"'
_PRESENT = "max by (vendor, name) (last_over_time({}[1d]))"
# People choose names, queries get slugs: both are cut out of the answer's text.
_NAME_AND_SLUG = '/name="(?<text>[^"]+)|vendor="(?<value>[^"]+)/g'


def search_variable() -> builders.TextBoxVariable:
    """Return the search for vendors by a part of their names; empty finds all."""
    words = (
        "A part of the names of the vendors to show, or a regular expression; large and small"
        " letters are alike."
    )
    return builders.TextBoxVariable("search").label("Search").description(words).default_value("")


WORST = "$worst"
_COUNTS = (10, _COUNT, 100, 1000)


def worst_variable(what: str) -> builders.CustomVariable:
    """Return how many rows bars have at most: more than a panel can write names beside are a
    smear.
    """
    counts = ",".join(map(str, _COUNTS))
    made = (
        builders.CustomVariable("worst")
        .label("Worst")
        .values(counts)
        .multi(False)
        .include_all(False)
    )
    made.options([_count(each) for each in _COUNTS]).current(_count(_COUNT)).allow_custom_value(
        True
    )
    return made.description(
        f"How many {what} the bars show, the worst of the last 90 days first to stay."
    )


def _count(count: int) -> models.VariableOption:
    return models.VariableOption(selected=count == _COUNT, text=str(count), value=str(count))


def vendors_variable() -> builders.QueryVariable:
    """Return the choice of several vendors, all by default. Without an "all" value: it must follow
    tier and search.
    """
    found = series("vendor_info", _OF_TIER, _FOUND)
    made = _asked("vendor", "Vendor", f"query_result({_PRESENT.format(found)})")
    return _many(made).regex(_NAME_AND_SLUG).description("The vendors to show, by name.")


def vendor_variable(
    name: str, label: str, description: str, *matchers: str
) -> builders.QueryVariable:
    """Return the choice of one vendor."""
    made = _asked(name, label, f"query_result({_PRESENT.format(series('vendor_info', *matchers))})")
    return made.regex(_NAME_AND_SLUG).multi(False).include_all(False).description(description)


def components_variable() -> builders.QueryVariable:
    """Return the choice of the chosen vendor's components, all by default."""
    made = _asked(
        "component", "Component", f"label_values({series('component_info', ONE_VENDOR)}, component)"
    )
    return (
        _many(made)
        .all_value(".+")
        .description("The components to show, by the slug that survives renames.")
    )


def target_variable() -> builders.TextBoxVariable:
    """Return the uptime the user wants, in percent."""
    words = "The uptime you want of this vendor, in percent, such as 99.9. Sets the error budget."
    made = (
        builders.TextBoxVariable("target")
        .label("Uptime target (%)")
        .description(words)
        .default_value("99.9")
    )
    return made.current(models.VariableOption(selected=True, text="99.9", value="99.9"))


def _asked(name: str, label: str, query: str) -> builders.QueryVariable:
    variable = builders.QueryVariable(name).label(label).datasource(DATASOURCE)
    variable.query({"query": query, "refId": "StandardVariableQuery"}).sort(
        models.VariableSort.ALPHABETICAL_ASC
    )
    return variable.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED).allow_custom_value(False)


def _many(variable: builders.QueryVariable) -> builders.QueryVariable:
    everything = models.VariableOption(selected=True, text=["All"], value=["$__all"])
    return variable.multi(True).include_all(True).current(everything)


# dashboards

Variable = (
    builders.DatasourceVariable
    | builders.QueryVariable
    | builders.TextBoxVariable
    | builders.CustomVariable
)


def board(
    uid: str, description: str, variables: Sequence[Variable], *, since: str
) -> builders.Dashboard:
    """Return a dashboard without panels, in UTC because days are, that shows the time from `since`
    to now.
    """
    made = (
        builders.Dashboard(f"vendorstatus / {TITLES[uid]}")
        .uid(uid)
        .description(description)
        .tags([TAG])
    )
    made.timezone("utc").readonly().refresh("5m").time(since, "now").tooltip(
        models.DashboardCursorSync.CROSSHAIR
    )
    made.links([_dashboard_link(uid, other) for other in TITLES if other != uid]).version(1)
    for variable in variables:
        made.with_variable(variable)
    return made


def finished(made: builders.Dashboard) -> tuple[str, str]:
    """Return a dashboard's uid and its JSON text, panels numbered and keys sorted."""
    built = made.build()
    for place, panel in enumerate(built.panels or [], start=1):
        panel.id_val = place
    content: dict[str, Any] = json.loads(json.dumps(built, cls=JSONEncoder))
    for variable in content["templating"]["list"]:
        for key in ("auto", "auto_count", "auto_min"):  # what only an interval has
            variable.pop(key, None)
    for annotation in content["annotations"].get("list", []):
        lines = [panel["id"] for panel in content["panels"] if panel["type"] == "timeseries"]
        annotation["filter"] = {"exclude": False, "ids": lines}
        annotation.pop("placement", None)  # beside the other choices, as Grafana 10 has it
    for link in content["links"]:
        link.pop("placement", None)  # in sight at the top right, not in a menu
    for panel in content["panels"]:
        if panel["type"] == "table":
            panel["options"]["enablePagination"] = panel["options"]["footer"]["enablePagination"]
        defaults = panel.get("fieldConfig", {}).get("defaults", {})
        if "links" in defaults:
            defaults["links"] = [
                {key: link[key] for key in _DATA_LINK} for link in defaults["links"]
            ]
    return content["uid"], json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
