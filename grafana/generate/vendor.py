"""*Vendor*: one vendor's components, its figures against a target, and our figures beside its own.
Pure.
"""

from collections.abc import Iterator

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import stat, statetimeline, statushistory, table, timeseries
from grafana_foundation_sdk.models import common, units

from grafana.generate import colours, days, links, marks, panels, queries, tables
from grafana.generate.board import board, day_marks
from grafana.generate.queries import CHOSEN_COMPONENTS, LONGEST, ONE_VENDOR, OUTAGE
from grafana.generate.tables import Column
from grafana.generate.targets import DAY, instant, over_time, rows
from grafana.generate.variables import (
    WORST,
    components_variable,
    datasource_variable,
    job_variable,
    target_variable,
    vendor_variable,
    worst_variable,
)

ALLOWED_SHARE = "(1 - $target / 100)"
"""The share of time the user's target allows to be down."""
CHOSEN = (ONE_VENDOR, CHOSEN_COMPONENTS)
WINDOW_SECONDS = 90 * 86_400
CLEAR = colours.steps(colours.GREEN, (1, colours.ORANGE))


def dashboard() -> builders.Dashboard:
    """Return the dashboard."""
    variables = (
        datasource_variable(),
        job_variable(),
        vendor_variable("vendor", "Vendor", "The vendor to show, by name."),
        components_variable(),
        worst_variable("components"),
        target_variable(),
    )
    words = (
        "One vendor: its components' days, its figures against your target, and ours beside its"
        " own."
    )
    builder = board(links.VENDOR, words, variables, since="now-89d/d").annotation(_outages())
    builder.annotation(marks.level_marks(ONE_VENDOR))
    builder.annotation(marks.incident_marks(ONE_VENDOR))
    for panel in (
        *_now(),
        _open(),
        panels.legend(),
        _bars(),
        _windows(),
        *_budget(),
        _against_target(),
        _components(),
        _beside(),
        _changes(),
    ):
        builder.with_panel(panel)
    return builder.with_panel(_alerts()).with_panel(_states())


def _alerts() -> builders.Panel:
    return (
        panels.alerts("Alerts of this vendor that fire.", '{vendor="$vendor"}').height(8).span(12)
    )


def _outages() -> builders.AnnotationQuery:
    outages = f"({days.day_levels('vendor', 'vendor', ONE_VENDOR)} >= {OUTAGE})"
    text = "A day with a partial or major outage."
    return day_marks("Outage days", queries.with_name(outages, ONE_VENDOR), "{{name}}", text)


# the top row


def _now() -> Iterator[stat.Panel]:
    words = (
        "The worst present level of the components that count; unknown when the page was not read"
        " for half an hour. A click leads to the vendor's status page."
    )
    level = panels.number(
        "Now", words, instant(queries.with_page(queries.level_now(ONE_VENDOR), ONE_VENDOR))
    )
    level.data_links([links.page_link("${__field.labels.url}")])
    yield level.mappings([colours.level_words()]).span(3)
    yield _days().span(3)
    yield _ratio(
        "Outage ratio",
        "outage_ratio",
        "Days with an outage among the known days of the last 90.",
        1,
    ).span(3)
    words = (
        "The share of the known time of the last 90 days in outage, weighted by the policy in the"
        " settings."
    )
    yield _ratio("Downtime", "downtime_ratio", words, 3).span(3)
    words = (
        "How much of the time of the last 90 days any source spoke for. The other figures are as"
        " good as this one."
    )
    yield _ratio("Coverage", "coverage_ratio", words, 1).span(3)
    words = "Incidents open on the page when it was last read, without maintenance."
    yield (
        panels.number("Open incidents", words, instant(queries.open_incidents(ONE_VENDOR)))
        .thresholds(CLEAR)
        .span(3)
    )
    words = "Days of the last 90 that the vendor changed after they were over."
    revised_days = queries.newest("vendor_revised_dates", "", ONE_VENDOR, LONGEST)
    yield panels.number("Days revised", words, instant(revised_days)).thresholds(CLEAR).span(3)
    read = f"{queries.lately('last_success_timestamp_seconds', '', ONE_VENDOR)} * 1000"
    words = "When the page was last fetched and read, as far as the last eight days tell."
    panel = panels.number("Last read", words, instant(read)).unit(units.DateTimeFromNow)
    yield panel.no_value("not in 8 days").span(3)


def _open() -> table.Panel:
    words = (
        "What is open on the page as it was last read, maintenance too: five at most, the newest. A"
        " click leads to the incident. Empty when nothing is open, and when the page was not read"
        " for half an hour."
    )
    return tables.open_incidents(words, rows(queries.open_starts(ONE_VENDOR), "A"))


def _days() -> stat.Panel:
    words = (
        "Days with a partial or major outage in the last 90, and of how many days anything is"
        " known."
    )
    outage = queries.newest("vendor_outage_dates", "", ONE_VENDOR, LONGEST)
    known_days = queries.newest("vendor_known_dates", "", ONE_VENDOR, LONGEST)
    targets = (instant(outage, "A", "outage days"), instant(known_days, "B", "known days"))
    return panels.number("Days", words, *targets).text_mode(common.BigValueTextMode.VALUE_AND_NAME)


def _ratio(title: str, metric: str, words: str, decimals: int) -> stat.Panel:
    expression = queries.newest(f"vendor_{metric}", "", ONE_VENDOR, LONGEST)
    return (
        panels.number(title, words, instant(expression)).unit(units.PercentUnit).decimals(decimals)
    )


# days


def _bars() -> statushistory.Panel:
    words = (
        "The worst level of each day: the vendor's own, which is the worst of the components that"
        " count, then one row a component, of as many as “Worst” says. Grey is unknown. Days are"
        " the page's own."
    )
    whole = over_time(days.vendor_bars(ONE_VENDOR), "A", "{{name}} (all that counts)")
    worst = days.worst(WORST, days.component_bars(*CHOSEN), "component", "component", *CHOSEN)
    return panels.bars("Day by day", words, whole, over_time(worst, "B", "{{title}}"))


def _windows() -> table.Panel:
    words = (
        "The vendor's figures of the last 7, 30 and 90 days of its page's calendar, today included;"
        " and the uptime of 90 days that the page prints for itself, where it does."
    )
    metrics = (
        "known_dates",
        "outage_dates",
        "outage_ratio",
        "major_dates",
        "downtime_ratio",
        "coverage_ratio",
        "reported_uptime_ratio",
    )
    figures = [queries.newest(f"vendor_{metric}", "window", ONE_VENDOR) for metric in metrics]
    panel = tables.listing("By window", words, *map(rows, figures, "ABCDEFG"), pages=False)
    layout = (
        Column(field="window", title="Window", width=90),
        Column(field="Value #A", title="Known days", width=100),
        Column(field="Value #B", title="Outage days", width=110),
        Column(field="Value #C", title="Outage ratio", unit=units.PercentUnit, decimals=1),
        Column(field="Value #D", title="Major days", width=100),
        Column(field="Value #E", title="Downtime", unit=units.PercentUnit, decimals=3),
        Column(field="Value #F", title="Coverage", unit=units.PercentUnit, decimals=1),
        _exact("Value #G", "Uptime the page prints"),
    )
    return tables.columns(panel, layout, join="window", sort="Known days", descending=False).height(
        6
    )


# the user's target


def _budget() -> Iterator[stat.Panel]:
    down = queries.newest("vendor_downtime_ratio", "vendor", ONE_VENDOR, LONGEST)
    coverage = queries.newest("vendor_coverage_ratio", "vendor", ONE_VENDOR, LONGEST)
    words = (
        "The share of the 90-day error budget that is left, for the target you set. Below zero it"
        " is overspent."
    )
    panel = panels.number(
        "Error budget left", words, instant(f"1 - {down} / {ALLOWED_SHARE}")
    ).unit(units.PercentUnit)
    yield (
        panel.decimals(1)
        .thresholds(colours.steps(colours.RED, (0, colours.ORANGE), (0.25, colours.GREEN)))
        .height(5)
        .span(8)
    )
    words = (
        "The same in time: allowed less used downtime, of the part of the last 90 days that is"
        " known."
    )
    time = instant(f"({ALLOWED_SHARE} - {down}) * on (vendor) {coverage} * {WINDOW_SECONDS}")
    panel = panels.number("Budget left, in time", words, time).unit(units.Seconds).decimals(1)
    yield panel.thresholds(colours.steps(colours.RED, (0, colours.GREEN))).height(5).span(8)
    words = (
        "How fast the budget is spent: downtime of the last 7 and 30 days over what the target"
        " allows. At 1 it is spent exactly, above 1 too fast."
    )
    recent = queries.newest("vendor_downtime_ratio", "window", ONE_VENDOR, 'window=~"7d|30d"')
    panel = panels.number(
        "Burn (× allowed)", words, instant(f"{recent} / {ALLOWED_SHARE}", "A", "{{window}}")
    ).decimals(2)
    panel.text_mode(common.BigValueTextMode.VALUE_AND_NAME)
    yield (
        panel.thresholds(colours.steps(colours.GREEN, (1, colours.ORANGE), (3, colours.RED)))
        .height(5)
        .span(8)
    )


def _against_target() -> timeseries.Panel:
    words = (
        "Downtime of the last 7, 30 and 90 days as it stood on each day, and what the target allows"
        " (dashed)."
    )
    down = days.daily("vendor_downtime_ratio", "window", ONE_VENDOR)
    target = over_time(f"vector{ALLOWED_SHARE}", "B", "allowed")
    lines = (over_time(down, "A", "{{window}}"), target)
    panel = panels.lines("Downtime against the target", words, *lines, least=panels.LEAST_RATIO)
    for name, colour in (("7d", colours.BLUE), ("30d", colours.ORANGE), ("90d", colours.NAVY)):
        panel.override_by_name(*colours.series_colour(name, colour))
    panel.override_by_name(*colours.series_colour("allowed", colours.RED, dashes=True))
    return panel.unit(units.PercentUnit).interval(DAY).span(panels.FULL_WIDTH)


# components


def _components() -> table.Panel:
    words = (
        "The last 90 days of each component, worst first. Critical is what the settings say. The"
        " error budget is for the target you set."
    )
    down = _component("downtime_ratio")
    panel = tables.listing(
        "Components",
        words,
        rows(_component("known_dates"), "A"),
        *(
            rows(_component(metric), ref)
            for ref, metric in (("B", "outage_dates"), ("C", "outage_ratio"))
        ),
        *(
            rows(expression, ref)
            for ref, expression in (("D", down), ("E", f"1 - {down} / {ALLOWED_SHARE}"))
        ),
        rows(_component("coverage_ratio"), "F"),
        rows(queries.with_title(queries.component_level_now(*CHOSEN), *CHOSEN), "G"),
    )
    layout = (
        Column(field="title", title="Component"),
        tables.level_column("Value #G"),
        Column(field="critical", title="Critical", width=90),
        Column(
            field="Value #C", title="Outage ratio", unit=units.PercentUnit, decimals=1, cell="gauge"
        ),
        Column(field="Value #B", title="Outage days", width=110),
        Column(field="Value #A", title="Known days", width=110),
        Column(field="Value #D", title="Downtime", unit=units.PercentUnit, decimals=3, width=110),
        Column(
            field="Value #E", title="Budget left", unit=units.PercentUnit, decimals=1, width=110
        ),
        Column(field="Value #F", title="Coverage", unit=units.PercentUnit, decimals=1, width=110),
        Column(field="component", title="Slug", width=160),
    )
    return tables.columns(panel, layout, join="component", sort="Outage ratio")


def _component(metric: str) -> str:
    return queries.newest(f"component_{metric}", "component", *CHOSEN, LONGEST)


def _beside() -> table.Panel:
    words = (
        "The uptime of the last 90 days that the page prints, ours by the vendor's own formula from"
        " the same record, and ours by your policy. The first two should be equal to the last"
        " digit. Empty where the page prints none, or publishes no record of every day."
    )
    own, formula = _component("reported_uptime_ratio"), _component("formula_uptime_ratio")
    panel = tables.listing(
        "Our figures beside the vendor's own",
        words,
        rows(queries.with_title(f"(1 - {_component('downtime_ratio')})", *CHOSEN), "A"),
        rows(own, "B"),
        rows(formula, "C"),
        rows(f"{formula} - on (component) {own}", "D"),
    )
    layout = (
        Column(field="title", title="Component"),
        _exact("Value #B", "The page prints"),
        _exact("Value #C", "By its formula"),
        _exact("Value #D", "Difference"),
        Column(field="Value #A", title="By your policy", unit=units.PercentUnit, decimals=3),
        Column(field="component", title="Slug", width=160),
    )
    return tables.columns(
        panel, layout, join="component", sort="By your policy", descending=False
    ).height(10)


def _exact(field: str, title: str) -> Column:
    return Column(field=field, title=title, unit=units.PercentUnit, decimals=2, text_when_none="–")


def _changes() -> timeseries.Panel:
    words = (
        "Of the last 90 days: days the vendor changed after they were over, and days on which the"
        " page's own sources disagree, as they stood on each day."
    )
    targets = (
        over_time(days.daily("vendor_revised_dates", "", ONE_VENDOR, LONGEST), "A", "revised"),
        over_time(days.daily("vendor_disputed_dates", "", ONE_VENDOR, LONGEST), "B", "disputed"),
    )
    panel = (
        panels.lines("Days revised by the vendor, days disputed", words, *targets)
        .unit(units.NoUnit)
        .decimals(0)
    )
    panel.override_by_name(*colours.series_colour("revised", colours.NAVY)).override_by_name(
        *colours.series_colour("disputed", colours.ORANGE)
    )
    return panel.interval(DAY)


def _states() -> statetimeline.Panel:
    words = (
        "What the page said of each component, poll by poll, over the last two days. Time in which"
        " the page was not read is left empty."
    )
    level = queries.now("component_level", "vendor, component", *CHOSEN)
    fresh = f"({level} and on (vendor) {queries.read_lately('vendor', ONE_VENDOR)})"
    panel = panels.states(
        "The last two days", words, over_time(queries.with_title(fresh, *CHOSEN), "A", "{{title}}")
    )
    return panel.time_from("2d").interval("5m")
