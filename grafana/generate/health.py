"""*Monitor health*: whether the monitor itself can be believed. Pure."""

from collections.abc import Iterator

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import units

from grafana.generate import colours, links, panels, queries, tables
from grafana.generate.board import board
from grafana.generate.queries import JOB, now, rate, rate_or_zero, series, share
from grafana.generate.tables import Column
from grafana.generate.targets import instant, over_time, rows
from grafana.generate.variables import datasource_variable, job_variable

BAD = colours.steps(colours.GREEN, (1, colours.RED))
PER_MINUTE = "* 60"


def dashboard() -> builders.Dashboard:
    """Return the dashboard."""
    words = (
        "Whether the monitor can be believed: how polling goes, what is unreadable and since when,"
        " what it costs."
    )
    variables = (datasource_variable(), job_variable())
    builder = board(links.HEALTH, words, variables, since="now-24h")
    for panel in (*_top(), *_polling(), _unreadable(), _open(), *_upkeep(), _pages()):
        builder.with_panel(panel)
    return builder


def _top() -> Iterator[stat.Panel]:
    words = "Replicas of the monitor that Prometheus can scrape."
    up = panels.number("Replicas up", words, instant(f"sum(up{{{JOB}}})")).span(3)
    yield up.thresholds(colours.steps(colours.RED, (1, colours.GREEN)))
    words = "Pages whose last poll failed."
    failures = instant(f"sum({now('up', 'vendor')} == bool 0)")
    yield panels.number("Unreadable pages", words, failures).thresholds(BAD).span(3)
    words = "Pages that were not read within the last hour, or never."
    yield (
        panels.number("Stale pages", words, instant(queries.stale_pages())).thresholds(BAD).span(3)
    )
    words = "The share of polls that failed lately."
    yield _share(
        "Failing polls",
        words,
        "poll_failures_total",
        colours.steps(colours.GREEN, (0.05, colours.ORANGE), (0.2, colours.RED)),
    )
    words = (
        "The share of polls that were answered with “not modified”: traffic that vendors and we"
        " were spared."
    )
    yield _share("Unchanged (304)", words, "poll_not_modified_total", colours.steps(colours.NAVY))
    words = (
        "How late polls began lately: 99 in 100 less. Growing means there are more pages than can"
        " be polled."
    )
    latest = instant(_lag(0.99), "A", "lag")
    lag = panels.number("Scheduler lag", words, latest).unit(units.Seconds).max_data_points(1440)
    yield (
        lag.decimals(1)
        .thresholds(colours.steps(colours.GREEN, (60, colours.ORANGE), (300, colours.RED)))
        .span(3)
    )
    words = "The size of the database."
    size = panels.number("Database", words, instant(now("database_size_bytes", ""))).unit(
        units.BytesIEC
    )
    yield size.decimals(1).thresholds(colours.steps(colours.NAVY)).span(3)
    words = (
        "How long ago days were last derived from what pages said. All figures of windows are of"
        " that moment."
    )
    age = instant(f"time() - {now('rollup_last_success_timestamp_seconds', '')}")
    panel = panels.number("Since days were derived", words, age)
    yield (
        panel.unit(units.DurationSeconds)
        .decimals(1)
        .span(3)
        .thresholds(colours.steps(colours.GREEN, (7200, colours.ORANGE), (86_400, colours.RED)))
    )


def _share(
    title: str, words: str, counter: str, thresholds: builders.ThresholdsConfig
) -> stat.Panel:
    expression = share(rate(counter, ""), rate("polls_total", ""))
    panel = (
        panels.number(title, words, instant(expression, "A", "share"))
        .unit(units.PercentUnit)
        .decimals(1)
    )
    # As many steps as a day has minutes: "lately" is then four minutes, and not what a step of a
    # narrow panel would be.
    return panel.thresholds(thresholds).no_value("no polls").max_data_points(1440).span(3)


def _polling() -> Iterator[timeseries.Panel]:
    polls = over_time(f"{rate('polls_total', 'platform')} {PER_MINUTE}", "A", "{{platform}}")
    yield panels.lines("Polls", "Polls a minute, by the software behind the page.", polls).unit(
        units.CountsPerMinute
    )
    words = (
        "Failed polls a minute, by reason. Empty when none has failed since the monitor started."
    )
    failures = over_time(f"{rate('poll_failures_total', 'reason')} {PER_MINUTE}", "A", "{{reason}}")
    yield panels.lines("Failures by reason", words, failures).unit(units.CountsPerMinute)
    words = "The share of polls answered with “not modified”, by the software behind the page."
    not_modified = rate("poll_not_modified_total", "platform")
    part = share(not_modified, rate("polls_total", "platform"))
    yield (
        panels.lines("Unchanged (304)", words, over_time(part, "A", "{{platform}}"))
        .unit(units.PercentUnit)
        .max(1)
    )
    words = "How long pages take to answer a poll: half of them and 95 in 100 are faster than this."
    yield panels.lines("Duration of polls", words, *_quantiles(), least=None).unit(units.Seconds)
    words = (
        "How long ago pages were last read: the oldest reading and the middle one. They grow when"
        " polling stops."
    )
    age = f"time() - {now('last_success_timestamp_seconds', 'vendor')}"
    oldest = over_time(f"max({age})", "A", "oldest")
    middle = over_time(f"quantile(0.5, {age})", "B", "middle")
    yield panels.lines("Freshness", words, oldest, middle).unit(units.DurationSeconds).decimals(1)
    words = (
        "How late polls begin: half of them and 99 in 100 less than this. It should stay within"
        " some seconds."
    )
    half, most = over_time(_lag(0.5), "A", "half"), over_time(_lag(0.99), "B", "99 in 100")
    yield panels.lines("Scheduler lag", words, half, most).unit(units.Seconds)


def _lag(quantile: float) -> str:
    return f"histogram_quantile({quantile}, {rate('scheduler_lag_seconds_bucket', 'le')})"


def _quantiles() -> Iterator[prometheus.Dataquery]:
    buckets = rate("poll_duration_seconds_bucket", "le")
    for ref, quantile, name in (("A", 0.5, "half"), ("B", 0.95, "95 in 100")):
        yield over_time(f"histogram_quantile({quantile}, {buckets})", ref, name)


def _unreadable() -> table.Panel:
    words = (
        "Pages whose last poll failed: why, when they were last read and when they were last asked."
        " Until they are read again their state is unknown. Empty when every page can be read, and"
        " when the monitor is not scraped."
    )
    failing = f"group by (vendor) ({series('unreadable_info')})"
    last_success, last_poll = (
        f"{now(f'last_{what}_timestamp_seconds', 'vendor')} * 1000 and on (vendor) {failing}"
        for what in ("success", "poll")
    )
    panel = tables.listing(
        "Unreadable pages, and since when",
        words,
        rows(queries.with_name(now("unreadable_info", "vendor, reason")), "A"),
        rows(last_success, "B"),
        rows(last_poll, "C"),
    )
    layout = (
        Column(field="name", title="Vendor", link=links.vendor_link('${__data.fields["Slug"]}')),
        Column(field="reason", title="Reason"),
        Column(field="Value #B", title="Last read", unit=units.DatetimeISO, text_when_none="never"),
        Column(field="Value #C", title="Last asked", unit=units.DatetimeISO),
        Column(field="vendor", title="Slug", width=140),
    )
    panel.no_value("none is known")
    return tables.columns(panel, layout, join="vendor", sort="Last read", descending=False).height(
        8
    )


def _open() -> table.Panel:
    words = (
        "What is open on the pages as they were last read, maintenance too: of each five at most,"
        " the newest. A click leads to the incident. Of pages that were not read for half an hour"
        " nothing is listed."
    )
    return tables.open_incidents(
        words, rows(queries.with_name(queries.open_starts()), "A"), of_all=True
    )


def _upkeep() -> Iterator[timeseries.Panel]:
    size = over_time(now("database_size_bytes", ""), "A", "database")
    yield panels.lines("Database", "The size of the database.", size).unit(units.BytesIEC).span(8)
    words = (
        "Closed days that vendors changed, words of pages that have no meaning for us, and polls"
        " left out, a minute."
    )
    odd = {
        "A": ("revisions", "revised days"),
        "B": ("unknown_words", "unknown words"),
        "C": ("skipped_polls", "skipped polls"),
    }
    targets = [
        over_time(f"{rate_or_zero(f'{counter}_total')} {PER_MINUTE}", ref, name)
        for ref, (counter, name) in odd.items()
    ]
    yield panels.lines("Out of the ordinary", words, *targets).unit(units.CountsPerMinute).span(8)
    words = "Replicas by version. Two versions at once should be an update under way."
    versions = over_time(f"count by (version) ({series('build_info')})", "A", "{{version}}")
    yield panels.lines("Versions", words, versions).unit(units.NoUnit).decimals(0).span(8)


def _pages() -> table.Panel:
    words = (
        "Every page: the software behind it, its tier, whether the last poll was read, and how old"
        " the reading is."
    )
    labels = "vendor, name, platform, tier, url"
    panel = tables.listing(
        "Pages",
        words,
        rows(f"max by ({labels}) ({series('vendor_info')})", "A"),
        rows(now("up", "vendor"), "B"),
        rows(f"time() - {now('last_success_timestamp_seconds', 'vendor')}", "C"),
        rows(now("vendor_components", "vendor"), "D"),
    )
    layout = (
        Column(field="name", title="Vendor", link=links.vendor_link('${__data.fields["Slug"]}')),
        Column(field="platform", title="Platform"),
        Column(field="tier", title="Tier", width=110),
        Column(
            field="Value #B",
            title="Last poll",
            mapping=READ,
            width=120,
            text_when_none="not polled yet",
        ),
        Column(
            field="Value #C",
            title="Age of the reading",
            unit=units.DurationSeconds,
            decimals=1,
            width=220,
            text_when_none="never read",
        ),
        Column(field="Value #D", title="Components", width=110),
        Column(field="url", title="Page", link=links.page_link("${__value.raw}")),
        Column(field="vendor", title="Slug", width=140),
    )
    return tables.columns(panel, layout, join="vendor", sort="Age of the reading")


READ = colours.word_map({"0": ("failed", colours.RED), "1": ("read", colours.GREEN)})
