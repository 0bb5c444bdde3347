"""*Vendors*: which vendors are failing me now, and which have been worst. Pure."""

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import stat, statushistory, table
from grafana_foundation_sdk.models import common, units

from grafana.generate import colours, days, links, panels, queries, tables
from grafana.generate.board import board
from grafana.generate.queries import CHOSEN_VENDORS as CHOSEN
from grafana.generate.queries import KNOWN_COVERAGE, LONGEST, OUTAGE
from grafana.generate.tables import Column
from grafana.generate.targets import DAY, instant, over_time, rows
from grafana.generate.variables import (
    WORST,
    datasource_variable,
    job_variable,
    search_variable,
    tier_variable,
    vendors_variable,
    worst_variable,
)

WINDOW = ("vendor", CHOSEN, LONGEST)


def dashboard() -> builders.Dashboard:
    """Return the dashboard."""
    variables = (
        datasource_variable(),
        job_variable(),
        tier_variable(),
        search_variable(),
        vendors_variable(),
        worst_variable("vendors"),
    )
    words = (
        "Which vendors are failing now, and which have been worst in the last 90 days, by their own"
        " status pages."
    )
    builder = board(links.VENDORS, words, variables, since="now-89d/d")
    for panel in (_failing(), _incidents(), _worst(), _stale()):
        builder.with_panel(panel)
    builder.with_panel(panels.legend()).with_panel(_bars()).with_panel(_ranking()).with_panel(
        _components()
    )
    return builder.with_panel(
        panels.alerts("Alerts that fire, of all vendors and of the monitor itself.")
        .height(10)
        .span(12)
    )


def _failing() -> stat.Panel:
    level = queries.now("vendor_level", "vendor", CHOSEN)
    words = (
        "Vendors with a partial or major outage right now, as their pages say. Pages that were not"
        " read within the last half hour are not counted: nothing is known of them."
    )
    expression = (
        f"sum(({level} >= bool {OUTAGE}) and on (vendor) {queries.read_lately('vendor', CHOSEN)})"
    )
    return panels.number("Vendors in outage now", words, instant(expression)).thresholds(
        _any_is_bad()
    )


def _incidents() -> stat.Panel:
    words = (
        "Incidents open on the chosen vendors' pages when they were last read, without maintenance."
    )
    panel = panels.number("Open incidents", words, instant(queries.open_incidents(CHOSEN)))
    return panel.thresholds(colours.steps(colours.GREEN, (1, colours.ORANGE)))


def _worst() -> stat.Panel:
    ratio = queries.newest("vendor_outage_ratio", *WINDOW)
    covered_enough = f"({queries.newest('vendor_coverage_ratio', *WINDOW)} >= {KNOWN_COVERAGE})"
    words = (
        "The vendor with the largest share of days with a partial or major outage among its known"
        " days of the last 90. Only vendors of whose time at least 90 % is known are compared."
    )
    expression = (
        f"topk(1, {queries.with_name(f'({ratio} and on (vendor) {covered_enough})', CHOSEN)})"
    )
    panel = (
        panels.number("Worst 90-day outage ratio", words, instant(expression))
        .unit(units.PercentUnit)
        .decimals(1)
    )
    panel.text_mode(common.BigValueTextMode.VALUE_AND_NAME).no_value("no vendor is 90 % known")
    return panel.thresholds(
        colours.steps(
            colours.GREEN, (0.05, colours.YELLOW), (0.2, colours.ORANGE), (0.4, colours.RED)
        )
    )


def _stale() -> stat.Panel:
    words = (
        "Pages that were not read within the last hour, or never. What they say about now is"
        " unknown, not green."
    )
    panel = panels.number("Stale pages", words, instant(queries.stale_pages(CHOSEN)))
    return panel.thresholds(_any_is_bad())


def _any_is_bad() -> builders.ThresholdsConfig:
    return colours.steps(colours.GREEN, (1, colours.RED))


def _bars() -> statushistory.Panel:
    words = (
        "The worst level of each day, one row a vendor. Grey is unknown: nothing was read that"
        " speaks for the day. Days begin at midnight UTC; imported days are the page's own, and of"
        " days that were scraped the hours around midnight may show on the neighbouring day of"
        " pages in other zones. As many days as the time above, as many vendors as “Worst” says. A"
        " click leads to the vendor."
    )
    worst = days.worst(WORST, days.vendor_bars(CHOSEN), "vendor", "vendor", CHOSEN)
    panel = panels.bars("Day by day", words, over_time(worst))
    return panel.data_links([links.vendor_link("${__field.labels.vendor}")])


def _ranking() -> table.Panel:
    words = (
        "The last 90 days: days with a partial or major outage among the known days, those of them"
        " with a major outage, the weighted share of time in outage, how much of the time is known,"
        " and days on which a page's own sources disagree. The trend is the outage ratio. A figure"
        " is only as good as its coverage."
    )
    figures = {
        "B": "outage_dates",
        "C": "outage_ratio",
        "D": "major_dates",
        "E": "downtime_ratio",
        "F": "coverage_ratio",
    }
    panel = tables.listing(
        "Ranking",
        words,
        rows(queries.newest("vendor_known_dates", *WINDOW), "A"),
        *(
            rows(queries.newest(f"vendor_{metric}", *WINDOW), ref)
            for ref, metric in figures.items()
        ),
        rows(queries.newest("vendor_disputed_dates", *WINDOW), "G"),
        rows(queries.with_name(queries.level_now(CHOSEN), CHOSEN), "H"),
        over_time(days.daily("vendor_outage_ratio", *WINDOW), "T", "{{vendor}}"),
    )
    link = links.vendor_link('${__data.fields["Slug"]}')
    layout = (
        Column(field="name", title="Vendor", link=link),
        tables.level_column("Value #H"),
        Column(
            field="Value #C", title="Outage ratio", unit=units.PercentUnit, decimals=1, cell="gauge"
        ),
        Column(field="Value #B", title="Outage days", width=110),
        Column(field="Value #A", title="Known days", width=110),
        Column(field="Value #D", title="Major days", width=110),
        Column(field="Value #E", title="Downtime", unit=units.PercentUnit, decimals=3, width=110),
        Column(field="Value #F", title="Coverage", unit=units.PercentUnit, decimals=1, width=110),
        Column(field="Value #G", title="Disputed days", width=120),
        Column(field="Trend #T", title="Trend", cell="sparkline"),
        Column(field="vendor", title="Slug", width=140),
    )
    return (
        tables.columns(panel, layout, join="vendor", sort="Outage ratio").height(14).interval(DAY)
    )


def _components() -> table.Panel:
    words = (
        "Components that are degraded or worse right now, of pages read within the last half hour."
        " Empty when there are none, and when metrics of components are switched off."
    )
    level = f"({queries.now('component_level', 'vendor, component', CHOSEN)} >= {queries.DEGRADED})"
    fresh = f"({level} and on (vendor) {queries.read_lately('vendor', CHOSEN)})"
    titles, names = queries.present_titles(CHOSEN), queries.vendor_names(CHOSEN)
    with_titles = f"{fresh} * on (vendor, component) group_left (title) {titles}"
    expression = f"{with_titles} * on (vendor) group_left (name) {names}"
    panel = tables.listing("Components failing now", words, rows(expression, "A")).no_value(
        "none is known"
    )
    layout = (
        Column(field="name", title="Vendor", link=links.vendor_link('${__data.fields["Slug"]}')),
        Column(field="title", title="Component"),
        Column(
            field="Value",
            title="Now",
            mapping=colours.level_words(),
            cell="color-background",
            width=130,
        ),
        Column(field="vendor", title="Slug", width=140),
    )
    return tables.columns(panel, layout, sort="Now").height(10).span(12)
