"""Tables: what is in their columns and how it looks. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus, table
from grafana_foundation_sdk.models import common, units
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue as Property

from grafana.generate.colours import NAVY, level_words, steps
from grafana.generate.links import DATA_LINK_KEYS, page_link, vendor_link
from grafana.generate.panels import FULL_WIDTH, start_panel

LEAST_WIDTH = 150
"""Grafana's own for a column without a width, in pixels."""

_PER_LETTER, _AROUND, _FILTER = 8, 44, 22
"""Pixels of a title: of a letter, of the padding with the arrow of the sort order, and of the
filter's icon."""

_CELLS: Mapping[str, Mapping[str, object]] = {
    "gauge": {"mode": "basic", "valueDisplayMode": "text"},
    "color-background": {"mode": "basic"},
    "sparkline": {"hideValue": True, "lineColor": NAVY, "fillOpacity": 10},
}


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

    @property
    def is_text(self) -> bool:
        """Whether it holds a label and no value."""
        return not self.field.startswith(("Value", "Trend"))

    @property
    def title_width(self) -> int:
        """How many pixels the title needs."""
        return _PER_LETTER * len(self.title) + _AROUND + (_FILTER if self.is_text else 0)


def level_column(field: str) -> Column:
    """Return the column of the level now, as a word on its colour."""
    return Column(
        field=field,
        title="Now",
        mapping=level_words(),
        cell="color-background",
        width=130,
        text_when_none="unknown",
    )


def listing(
    title: str, description: str, *targets: prometheus.Dataquery, pages: bool = True
) -> table.Panel:
    """Return a table; `columns` says what is in it. A short one has no `pages`: their footer would
    hide a row.
    """
    panel = start_panel(table.Panel(), title, description, targets).height(12).span(FULL_WIDTH)
    panel.unit(units.NoUnit).thresholds(steps()).cell_height(common.TableCellHeight.SM)
    panel.cell_options(common.TableAutoCellOptions())
    # Where Grafana 10 to 12 look for it; `dashboard_json` puts it where 13 does.
    footer = common_builders.TableFooterOptions().show(False).reducer(["sum"])
    return panel.footer(footer.enable_pagination(pages))


def columns(
    panel: table.Panel,
    layout: Sequence[Column],
    *,
    sort: str,
    descending: bool = True,
    join: str | None = None,
) -> table.Panel:
    """Show these columns alone, in this order, and sort by a column's title.

    The rows of several targets are joined on the label `join`; a row that only some have is kept.
    """
    for transformation in _transformations(layout, join):
        panel.with_transformation(transformation)
    for column in layout:
        properties = [*_formats(column), *_sizes(column), *_looks(column)]
        if properties:
            panel.override_by_name(column.title, properties)
    order = common_builders.TableSortByFieldState().display_name(sort).desc(descending)
    return panel.sort_by([order])


def _transformations(
    layout: Sequence[Column], join: str | None
) -> Iterator[models.DataTransformerConfig]:
    fields = [column.field for column in layout]
    if any(column.cell == "sparkline" for column in layout):
        yield models.DataTransformerConfig("timeSeriesTable", options={})
    if join is not None:
        options: dict[str, object] = {"byField": join, "mode": "outer"}
        yield models.DataTransformerConfig("joinByField", options=options)
    yield models.DataTransformerConfig("filterFieldsByName", options={"include": {"names": fields}})
    order = {
        "excludeByName": {},
        "indexByName": {field: place for place, field in enumerate(fields)},
        "renameByName": {column.field: column.title for column in layout},
    }
    yield models.DataTransformerConfig("organize", options=order)


def _formats(column: Column) -> Iterator[Property]:
    if column.unit is not None:
        yield Property("unit", column.unit)
    if column.decimals is not None:
        yield Property("decimals", column.decimals)


def _sizes(column: Column) -> Iterator[Property]:
    if column.width is not None:
        yield Property("custom.width", max(column.width, column.title_width))
    elif column.title_width > LEAST_WIDTH:
        yield Property("custom.minWidth", column.title_width)
    if column.is_text:  # what is looked for in a long table; the others are sorted by
        yield Property("custom.filterable", value=True)


def _looks(column: Column) -> Iterator[Property]:
    if column.mapping is not None:
        yield Property("mappings", [column.mapping])
        yield Property("color", {"mode": "thresholds"})
    if column.cell is not None:
        options = {"type": column.cell, **_CELLS.get(column.cell, {})}
        yield Property("custom.cellOptions", options)
    if column.link is not None:
        link = column.link.build().to_json()
        yield Property("links", [{key: link[key] for key in DATA_LINK_KEYS if key in link}])
    if column.text_when_none is not None:
        yield Property("noValue", column.text_when_none)
    if column.cell == "gauge":
        yield Property("min", 0)
        yield Property("max", 1)
        yield Property("thresholds", steps(NAVY).build())
        yield Property("color", {"mode": "thresholds"})


def open_incidents(
    description: str, target: prometheus.Dataquery, *, of_all: bool = False
) -> table.Panel:
    """Return the table of open incidents, the newest first: `target` asks for
    `queries.open_starts`, `of_all` vendors with their names.
    """
    to_vendor, to_page = (
        vendor_link('${__data.fields["Slug"]}'),
        page_link('${__data.fields["Page"]}'),
    )
    vendor = Column(field="name", title="Vendor", link=to_vendor, width=180)
    slug = Column(field="vendor", title="Slug", width=140)
    layout = [
        Column(field="title", title="Incident", link=to_page, width=420),
        Column(field="impact", title="Impact", width=130),
        Column(field="Value", title="Since", unit=units.DatetimeISO, width=190),
        Column(field="url", title="Page", link=page_link("${__value.raw}")),
    ]
    if of_all:
        layout = [vendor, *layout, slug]
    title = "Open incidents, the newest of each vendor"
    panel = listing(title, description, target, pages=False).no_value("none is known")
    return columns(panel, layout, sort="Since").height(7)
