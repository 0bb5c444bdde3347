"""*Compare*: several vendors side by side, and the days on which they failed together. Pure."""

from collections.abc import Iterator

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import stat, statushistory, table, timeseries
from grafana_foundation_sdk.models import units

from grafana.generate import colours, days, links, marks, panels, queries, tables
from grafana.generate.board import board, day_marks
from grafana.generate.days import failing_days, over_90_days
from grafana.generate.queries import CHOSEN_VENDORS as CHOSEN
from grafana.generate.queries import LONGEST, OUTAGE
from grafana.generate.tables import Column
from grafana.generate.targets import DAY, instant, over_time, rows
from grafana.generate.variables import (
    WORST,
    datasource_variable,
    job_variable,
    search_variable,
    tier_variable,
    vendor_variable,
    vendors_variable,
    worst_variable,
)

REFERENCE = 'vendor="$reference"'
FAILURES = f"sum({failing_days(CHOSEN)})"
"""How many of the chosen vendors had an outage on a day."""
MOST_LINES = 12


def dashboard() -> builders.Dashboard:
    """Return the dashboard."""
    variables = (
        datasource_variable(),
        job_variable(),
        tier_variable(),
        search_variable(),
        vendors_variable(),
        worst_variable("vendors"),
        vendor_variable(
            "reference", "Together with", "The vendor that the others' bad days are held against."
        ),
    )
    words = (
        "Vendors side by side, and the days on which they failed together: what a second vendor"
        " would have saved."
    )
    text = "A day on which two or more of the chosen vendors had an outage."
    together = day_marks("Days two or more failed", f"{FAILURES} >= 2", "Failed together", text)
    builder = board(links.COMPARE, words, variables, since="now-89d/d").annotation(together)
    builder.annotation(marks.level_marks(CHOSEN))
    builder.annotation(marks.incident_marks(CHOSEN))
    for panel in (
        *_together(),
        panels.legend(),
        _bars(),
        _failed_together(),
        _how_many(),
        _trend(),
        _side_by_side(),
    ):
        builder.with_panel(panel)
    return builder.with_panel(_pairs())


def _together() -> Iterator[stat.Panel]:
    thresholds = colours.steps(colours.GREEN, (1, colours.ORANGE))
    words = (
        "Days of the last 90 on which two or more of the chosen vendors had a partial or major"
        " outage."
    )
    two = instant(over_90_days("sum_over_time", f"{FAILURES} >= bool 2"), legend="days")
    yield panels.number("Days two or more failed", words, two).thresholds(thresholds)
    words = (
        "Days of the last 90 on which every chosen vendor of which the day is known had an outage"
        " (of at least two)."
    )
    every = f"min({failing_days(CHOSEN)}) * (count({failing_days(CHOSEN)}) >= bool 2)"
    panel = panels.number(
        "Days all failed", words, instant(over_90_days("sum_over_time", every), legend="days")
    )
    yield panel.thresholds(colours.steps(colours.GREEN, (1, colours.RED)))
    words = "The largest number of the chosen vendors that had an outage on one day of the last 90."
    most = instant(over_90_days("max_over_time", FAILURES), legend="vendors")
    yield panels.number("Most on one day", words, most).thresholds(
        colours.steps(colours.GREEN, (2, colours.ORANGE))
    )
    words = (
        "Days of the last 90 on which none of the chosen vendors had an outage and at least one of"
        " them was known."
    )
    none = instant(over_90_days("sum_over_time", f"{FAILURES} == bool 0"), legend="days")
    yield panels.number("Days nobody failed", words, none)


def _bars() -> statushistory.Panel:
    words = (
        "The worst level of each day of the page, one row a vendor, of as many as “Worst” says."
        " Grey is unknown."
    )
    worst = days.worst(WORST, days.vendor_bars(CHOSEN), "vendor", "vendor", CHOSEN)
    panel = panels.bars("Day by day, side by side", words, over_time(worst))
    return panel.data_links([links.vendor_link("${__field.labels.vendor}")]).height(12)


def _failed_together() -> statushistory.Panel:
    words = (
        "Only the days on which two or more of the chosen vendors had an outage, with the vendors"
        " that did. No cells means that no two failed on one day."
    )
    outages = f"({days.day_levels('vendor', 'vendor', CHOSEN)} >= {OUTAGE})"
    together = f"{queries.with_name(outages, CHOSEN)} and on () ({FAILURES} >= 2)"
    panel = panels.bars("Days on which two or more failed together", words, over_time(together))
    return panel.data_links([links.vendor_link("${__field.labels.vendor}")]).height(10)


def _how_many() -> timeseries.Panel:
    words = (
        "How many of the chosen vendors had a partial or major outage on each day, and of how many"
        " the day is known."
    )
    known_vendors = over_time(f"count({failing_days(CHOSEN)})", "B", "known")
    panel = panels.lines(
        "How many failed on each day", words, over_time(FAILURES, "A", "failed"), known_vendors
    )
    panel.override_by_name(*colours.series_colour("known", colours.GREY, dashes=True))
    name, properties = colours.series_colour("failed", colours.RED)
    panel.override_by_name(name, [*properties, *colours.as_bars()])
    return panel.unit(units.NoUnit).decimals(0).interval(DAY).span(12).height(9)


def _trend() -> timeseries.Panel:
    words = (
        f"The 90-day outage ratio as it stood on each day, of the {MOST_LINES} chosen vendors that"
        " are worst at the end. It falls when a bad day leaves the window."
    )
    worst = (
        f"topk({MOST_LINES},"
        f" {queries.at_the_end('vendor_outage_ratio', 'vendor', CHOSEN, LONGEST)})"
    )
    ratio = days.daily("vendor_outage_ratio", "vendor", CHOSEN, LONGEST)
    expression = queries.with_name(f"({ratio} and on (vendor) {worst})", CHOSEN)
    panel = panels.lines(
        "Outage ratio over time", words, over_time(expression), least=panels.LEAST_RATIO
    ).unit(units.PercentUnit)
    return panel.interval(DAY).span(12).height(9)


def _side_by_side() -> table.Panel:
    words = (
        "Outage ratios of the last 7, 30 and 90 days, and the 90 days' figures. Never compare"
        " without the coverage."
    )
    ratios = {"B": "7d", "C": "30d", "D": "90d"}
    figures = {
        "E": "outage_dates",
        "F": "major_dates",
        "G": "downtime_ratio",
        "H": "coverage_ratio",
    }
    panel = tables.listing(
        "Side by side",
        words,
        rows(
            queries.with_name(
                queries.newest("vendor_known_dates", "vendor", CHOSEN, LONGEST), CHOSEN
            ),
            "A",
        ),
        *(rows(_figure("outage_ratio", window), ref) for ref, window in ratios.items()),
        *(rows(_figure(metric, "90d"), ref) for ref, metric in figures.items()),
    )
    gauges = ((ref, window) for ref, window in ratios.items())
    layout = (
        Column(field="name", title="Vendor", link=links.vendor_link('${__data.fields["Slug"]}')),
        *(
            Column(
                field=f"Value #{ref}",
                title=f"Ratio {window}",
                unit=units.PercentUnit,
                decimals=1,
                cell="gauge",
            )
            for ref, window in gauges
        ),
        Column(field="Value #E", title="Outage days", width=110),
        Column(field="Value #A", title="Known days", width=110),
        Column(field="Value #F", title="Major days", width=110),
        Column(field="Value #G", title="Downtime", unit=units.PercentUnit, decimals=3, width=110),
        Column(field="Value #H", title="Coverage", unit=units.PercentUnit, decimals=1, width=110),
        Column(field="vendor", title="Slug", width=140),
    )
    return tables.columns(panel, layout, join="vendor", sort="Ratio 90d")


def _figure(metric: str, window: str) -> str:
    return queries.newest(f"vendor_{metric}", "vendor", CHOSEN, f'window="{window}"')


def _pairs() -> table.Panel:
    words = (
        "For each chosen vendor: its outage days of the last 90, those on which the vendor chosen"
        " under “Together with” had one too, and the share of that vendor's outage days this is. A"
        " low share makes a good second vendor."
    )
    one, other = failing_days(CHOSEN), f"max({failing_days(REFERENCE)})"
    both = over_90_days("sum_over_time", f"{one} * on () group_left () {other}")
    panel = tables.listing(
        "Failed together with the chosen vendor",
        words,
        rows(queries.with_name(over_90_days("sum_over_time", one), CHOSEN), "A"),
        rows(both, "B"),
        rows(f"{both} / on () group_left () ({over_90_days('sum_over_time', other)} > 0)", "C"),
    )
    layout = (
        Column(field="name", title="Vendor", link=links.vendor_link('${__data.fields["Slug"]}')),
        Column(field="Value #A", title="Outage days", width=140),
        Column(field="Value #B", title="Days together", width=140),
        Column(
            field="Value #C",
            title="Share of the other's days",
            unit=units.PercentUnit,
            decimals=1,
            cell="gauge",
        ),
        Column(field="vendor", title="Slug", width=140),
    )
    return tables.columns(panel, layout, join="vendor", sort="Days together").height(10)
