"""Every output ends with each page's own today, at any instant; and a test that reads the clock is
run under others."""

import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from instants import DAYS, FEW, TIMES, chosen, instants, simulated_now
from past import noon, told_at
from simulated import Clock, SimulatedPages, collecting, page_of, vendor_of

from exporters.daily import vendor_series
from exporters.history_query import HistoryQuery
from exporters.openmetrics import SETTLED
from exporters.prometheus import StateMetrics
from exporters.report import record_json
from exporters.text_format import render
from monitor.answers import ReportQuery, record
from monitor.demo import random_truth
from monitor.intervals import day_of, days_between, zone_named
from monitor.model import Level
from monitor.standing import is_bad
from monitor.store import Store

TESTS = Path(__file__).parent
ZONES = ("America/Los_Angeles", "Etc/UTC", "Europe/Berlin", "Pacific/Auckland")


@asynccontextmanager
async def read_at(now):
    """Yield a store with a vendor in each zone, backfilled and polled at an instant, and their
    settings."""
    truths = [
        random_truth(
            seed, now=now, slug=f"vendor-{seed}", url=f"https://vendor-{seed}.example/", zone=zone,
            parts=((None, "API"),), incidents=12, live=False,
        )
        for seed, zone in enumerate(ZONES)
    ]  # fmt: skip
    vendors = {truth.slug: vendor_of(truth) for truth in truths}
    with Store.open("sqlite://") as store:
        async with collecting(SimulatedPages(truths, Clock(now)), vendors, store) as collector:
            for slug in vendors:
                await collector.poll(await page_of(collector, slug))
                await collector.backfill(await page_of(collector, slug), now - timedelta(days=91))
            await collector.flush()
            yield store, vendors


def scraped(store, vendors, now):
    text = render(StateMetrics(store, vendors=vendors).families(now), openmetrics=False).decode()
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {series: float(value) for series, _, value in lines}


def exported(store, page, vendor, now):
    asked = HistoryQuery(now=now, days=90, settled=SETTLED)
    series = list(vendor_series(store, page, vendor, asked))
    return {
        ",".join(f'{name}="{value}"' for name, value in each.labels[1:]): dict(each.points)
        for each in series
        if each.family == "vendor_day_level"
    }


def reported(store, page, vendor, now):
    return record_json(record(store, page, vendor, ReportQuery(now=now)))


def number(found):
    return -1 if found is None else found


def level(word):
    return None if word is None else Level[word.upper()]


@pytest.mark.slow
@pytest.mark.parametrize("now", instants(), ids=datetime.isoformat)
async def test_the_report_metrics_and_exports_end_with_each_pages_own_today(now) -> None:
    async with read_at(now) as (store, vendors):
        live = scraped(store, vendors, now)
        for page in store.pages():
            told, own = reported(store, page, vendors[page.slug], now), f'vendor="{page.slug}"'
            today = day_of(now, page.zone)
            days = list(days_between(today - timedelta(days=89), today))
            levels = {
                day: level(each["level"]) for day, each in zip(days, told["days"], strict=True)
            }

            assert [each["date"] for each in told["days"]] == [day.isoformat() for day in days]
            assert told["window"] == {"first": days[0].isoformat(), "last": today.isoformat()}
            assert (
                live[f'vendorstatus_vendor_known_dates{{{own},window="90d"}}']
                == told["known_days"]
                >= 89
            )
            assert (
                live[f'vendorstatus_vendor_outage_dates{{{own},window="90d"}}']
                == told["outage_days"]
                > 0
            )
            # What is scraped of today takes in anything bad that holds now: at a midnight the day
            # has no length yet.
            current = level(told["current_level"])
            so_far = [
                each
                for each in (levels[today], current if is_bad(current) else None)
                if each is not None
            ]
            begun = {**levels, today: max(so_far, default=None)}
            settled, past = (
                (now - SETTLED).timestamp(),
                exported(store, page, vendors[page.slug], now),
            )
            for ago, closed in (
                (0, "yes"),
                (0, "no"),
                (1, "yes"),
                (1, "no"),
                (2, "yes"),
                (2, "no"),
            ):
                day, labels = (
                    now.date() - timedelta(days=ago),
                    f'dates_ago="{ago}",closed="{closed}"',
                )
                said = (
                    number(begun[day])
                    if day in begun and (day < today) is (closed == "yes")
                    else None
                )
                assert live.get(f"vendorstatus_vendor_day_level{{{own},{labels}}}") == said, (
                    page.zone,
                    day,
                )
                assert past.get(labels, {}) == {
                    told_at(day, ago): number(each)
                    for day, each in levels.items()
                    if (day < today) is (closed == "yes")
                    and max(noon(day), told_at(day, ago)) <= settled
                }


def todays(now):
    """Return how far each zone's today is from UTC's, in days."""
    return {zone: (day_of(now, zone_named(zone)) - now.date()).days for zone in ZONES}


def test_the_instants_have_every_today_that_a_page_can_have() -> None:
    seen = {(zone, ahead) for now in instants() for zone, ahead in todays(now).items()}

    assert seen >= {
        ("America/Los_Angeles", -1),
        ("America/Los_Angeles", 0),
        ("Pacific/Auckland", 0),
        ("Pacific/Auckland", 1),
    }
    assert len(instants()) == len(DAYS) * len(TIMES) == 42
    assert [each for each in FEW if each not in instants()] == []
    assert chosen("2027-11-07T04") == [datetime(2027, 11, 7, 4, 45, tzinfo=UTC)]
    assert chosen("few") == list(FEW)
    assert chosen("all") == instants()
    assert chosen("never") == []


def test_a_simulated_world_ends_while_todays_differ_unless_the_environment_says_when(
    monkeypatch,
) -> None:
    monkeypatch.delenv("VENDORSTATUS_TEST_NOW", raising=False)
    assert todays(simulated_now())["America/Los_Angeles"] == -1
    monkeypatch.setenv("VENDORSTATUS_TEST_NOW", "2027-01-01T12:00:00+00:00")
    assert simulated_now() == datetime(2027, 1, 1, 12, tzinfo=UTC)


# -------------------------------------------------------------------------------------------------------
# reading the clock

CLOCK = re.compile(
    r"datetime\.now\(|\.utcnow\(|date\.today\(|[^_]time\.time\(|\bcli\.main\(|\b(?:processes|pages_at_hand) import\b|\bsimulated_now\(|"
    r"""["']-m["'], ["']monitor["']"""
)
"""What reads the clock: directly, by running the command, or by a helper that does."""
MARKED = re.compile(r"^pytestmark = .*pytest\.mark\.hours", re.MULTILINE)
HELPERS = {
    "conftest.py",
    "document_world.py",
    "integration/conftest.py",
    "instants.py",
    "pages_at_hand.py",
    "processes.py",
    "terminals.py",
    "walks/argument.py",
}
"""Helpers that may: a test that uses one is found by its name, or by its fixture `world` or
`monitor`."""
LEFT_OUT = {
    "test_hours.py": "it is given every instant as an argument",
    "test_environment.py": "of what the command says it looks at no date",
    "test_notify.py": "datagrams to systemd, in which there is no date",
    "test_systemd.py": "what the command asks the kernel for; a simulated clock asks it for more",
    "test_http_api_speed.py": "it measures how long answers take; none tells a date",
    "integration/test_stack.py": "a real Prometheus stamps samples with the machine's clock; the vendors' zone is one where it is noon",
    "integration/test_who_may_ask.py": "certificates hold by the machine's clock, which Prometheus has; no answer tells a date",
    "integration/test_history.py": "the same; every answer is right that was true before or after the command ran",
}
"""What `make hours` does not run under other clocks, and why it is right at any instant all the
same."""


WORLD = re.compile(r"\b(prometheus_of_)?world\b.*\):$", re.MULTILINE)
"""What takes the fixtures of the simulated world."""
COMMAND = re.compile(r"^(?:async )?def test_\w+\([^)]*\bmonitor\b", re.MULTILINE)
"""What takes the command as it is typed."""


def containing(words, pattern):
    return {
        str(path.relative_to(TESTS))
        for path in TESTS.rglob(pattern)
        if words.search(path.read_text())
    }


def test_a_test_that_reads_the_clock_is_run_under_simulated_ones_or_says_why_not() -> None:
    found = set().union(*(containing(words, "test_*.py") for words in (CLOCK, WORLD, COMMAND)))
    marked = {
        str(path.relative_to(TESTS))
        for path in TESTS.rglob("test_*.py")
        if MARKED.search(path.read_text())
    }

    assert found - marked == set(LEFT_OUT)
    assert len(marked) >= 9


def test_no_other_helper_reads_the_clock() -> None:
    helpers = {
        name for name in containing(CLOCK, "*.py") if not Path(name).name.startswith("test_")
    }

    assert helpers == HELPERS
