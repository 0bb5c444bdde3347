"""History as an OpenMetrics file: read back it says what the store says, at noon, never in the
future."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from past import demo_store, expected, history, keep_days, noon
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from store_support import add_page, component, evidence, save

from exporters.daily import vendor_series
from exporters.history_query import HistoryQuery
from exporters.openmetrics import (
    FileTotals,
    OpenMetricsFile,
    checked_labels,
    import_command,
    retention_days,
)
from exporters.series import Series
from exporters.text_format import label
from monitor.config import VendorConfig
from monitor.errors import ConfigError
from monitor.intervals import day_of, zone_named
from monitor.model import Level
from monitor.store import Store

DAY = timedelta(days=1)
EXTRA = {"job": "vendorstatus", "instance": "monitor:9184"}
INFO = {"vendorstatus_vendor_info", "vendorstatus_component_info"}
FORMULA = "vendorstatus_component_formula_uptime_ratio"


def export(
    folder: Path, store: Store, vendors: dict[str, VendorConfig], asked: HistoryQuery, labels=EXTRA
) -> str:
    path = folder / "history.om"
    with OpenMetricsFile(path, labels, asked.now) as file:
        for page in store.pages():
            for series in vendor_series(store, page, vendors[page.slug], asked):
                file.add(series)
        file.finish()
    return path.read_text()


def read_back(text: str) -> dict:
    """Return every sample by name, labels and stamp; fails on a sample that comes twice."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items()), sample.timestamp.sec
            assert key not in found
            found[key] = sample.value
    return found


def stamps(text: str) -> list[str]:
    return [line.rsplit(" ", 1)[1] for line in text.splitlines() if not line.startswith("#")]


levels = st.sampled_from([None, *Level])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30), timezones=st.just(UTC))
zones = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/Los_Angeles",
        "Pacific/Auckland",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
    ]
)


@pytest.mark.slow
@given(
    zone=zones,
    now=moments,
    odd=st.tuples(*[st.dictionaries(st.integers(0, 130), levels, max_size=8)] * 2),
    days=st.integers(1, 20),
)
@settings(max_examples=15)
def test_what_is_read_back_is_what_the_store_says(tmp_path_factory, zone, now, odd, days) -> None:
    with Store.open("sqlite://") as store:
        page = add_page(store, zone=zone, now=now - 150 * DAY)
        save(store, page, evidence(now - 150 * DAY, components=(component("api"),)))
        today = day_of(now, zone_named(zone))
        first = today - 140 * DAY
        keep_days(
            store,
            page,
            history(first, today, {today - n * DAY: level for n, level in odd[0].items()}),
            {"api": history(first, today, {today - n * DAY: level for n, level in odd[1].items()})},
            now=now,
        )
        vendor = VendorConfig(slug="acme", name="Acme", url=page.url)
        text = export(
            tmp_path_factory.mktemp("om"), store, {"acme": vendor}, HistoryQuery(now=now, days=days)
        )
        wanted = [
            day for n in reversed(range(days)) if noon(day := today - n * DAY) <= now.timestamp()
        ]
        told = expected(store, store.pages()[0], wanted, EXTRA, now=now) if wanted else {}
    found = read_back(text)

    assert {key: value for key, value in found.items() if key[0] not in INFO} == told
    assert len({key for key in found if key[0] in INFO}) == 2 * len(wanted)
    assert all(re.fullmatch(r"\d+", stamp) for stamp in stamps(text))
    assert {int(stamp) % 86_400 for stamp in stamps(text)} <= {
        43_200,
        86_340,
    }  # noon, and the last minute of a day
    assert all(int(stamp) <= now.timestamp() for stamp in stamps(text))


@pytest.mark.slow
async def test_the_demos_vendors_are_read_back_whole_and_in_order(tmp_path) -> None:
    now = datetime(2026, 5, 20, 16, 30, tzinfo=UTC)
    async with demo_store("sqlite://", now) as (store, vendors):
        text = export(tmp_path, store, vendors, HistoryQuery(now=now, days=12))
        days = [now.date() - n * DAY for n in reversed(range(12))]
        told = {}
        for page in store.pages():
            told |= expected(store, page, days, EXTRA, now=now)
    found = read_back(text)

    assert told == {key: value for key, value in found.items() if key[0] not in INFO}
    assert FORMULA in {name for name, _, _ in found}
    for one, other in pairwise(series_and_stamp(text)):
        assert one < other


def series_and_stamp(text: str):
    """Yield what the lines must be sorted by: the family's place, the series and the stamp as a
    number."""
    families: dict[str, int] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            series, _, stamp = line.rsplit(" ", 2)
            yield families.setdefault(series.partition("{")[0], len(families)), series, int(stamp)


def test_a_family_comes_once_with_its_header_and_the_file_ends_properly(tmp_path) -> None:
    path = tmp_path / "history.om"
    with OpenMetricsFile(path, {"job": "x"}, datetime(2026, 1, 1, tzinfo=UTC)) as file:
        for vendor in ("acme", "bolt"):
            own = (("vendor", vendor),)
            file.add(
                Series("vendor_outage_ratio", (*own, ("window", "7d")), [(100, 0.25), (200, 1.0)])
            )
            file.add(Series("vendor_day_level", own, [(100, 3)]))
        file.finish()

    assert path.read_bytes().decode() == (
        "# HELP vendorstatus_vendor_day_level Level of the page's calendar day that is so many dates before UTC's, -1 not known: "
        "0 operational, 1 maintenance, 2 degraded, 3 partial outage, 4 major outage.\n"
        "# TYPE vendorstatus_vendor_day_level gauge\n"
        'vendorstatus_vendor_day_level{vendor="acme",job="x"} 3 100\n'
        'vendorstatus_vendor_day_level{vendor="bolt",job="x"} 3 100\n'
        "# HELP vendorstatus_vendor_outage_ratio Outage days among the known days of the window, 0 to 1.\n"
        "# TYPE vendorstatus_vendor_outage_ratio gauge\n"
        "# UNIT vendorstatus_vendor_outage_ratio ratio\n"
        'vendorstatus_vendor_outage_ratio{vendor="acme",window="7d",job="x"} 0.25 100\n'
        'vendorstatus_vendor_outage_ratio{vendor="acme",window="7d",job="x"} 1 200\n'
        'vendorstatus_vendor_outage_ratio{vendor="bolt",window="7d",job="x"} 0.25 100\n'
        'vendorstatus_vendor_outage_ratio{vendor="bolt",window="7d",job="x"} 1 200\n'
        "# EOF\n"
    )
    assert file.totals == FileTotals(samples=6, series=4, first=100, last=200)
    assert [each.name for each in tmp_path.iterdir()] == ["history.om"]


@settings(max_examples=30)
@given(name=st.text(max_size=20).filter(lambda text: not re.search("[\ud800-\udfff]", text)))
def test_any_name_comes_back_as_it_was(tmp_path_factory, name) -> None:
    path = tmp_path_factory.mktemp("om") / "history.om"
    with OpenMetricsFile(path, {"job": name or "x"}, datetime(2026, 1, 1, tzinfo=UTC)) as file:
        file.add(Series("vendor_info", (("vendor", "acme"), ("name", name)), [(100, 1)]))
        file.finish()
    (family,) = text_string_to_metric_families(path.read_bytes().decode())

    assert family.samples[0].labels == {"vendor": "acme", "name": name, "job": name or "x"}


def test_half_a_surrogate_pair_takes_nothing_down(tmp_path) -> None:
    with OpenMetricsFile(tmp_path / "history.om", {}, datetime(2026, 1, 1, tzinfo=UTC)) as file:
        file.add(Series("vendor_info", (("name", "Ac\ud83d"),), [(100, 1)]))
        file.finish()

    assert 'name="Ac?"' in (tmp_path / "history.om").read_text()


def test_a_sample_in_the_future_is_refused_and_nothing_is_left(tmp_path) -> None:
    future = Series("vendor_info", (("vendor", "acme"),), [(100, 1), (2_000_000_000, 1)])
    with (
        pytest.raises(ValueError, match="future"),
        OpenMetricsFile(tmp_path / "history.om", {}, datetime(2026, 1, 1, tzinfo=UTC)) as file,
    ):
        file.add(future)

    assert not list(tmp_path.iterdir())


def test_an_export_that_breaks_off_leaves_the_old_file_alone(tmp_path) -> None:
    path = tmp_path / "history.om"
    path.write_text("# EOF\n")
    with OpenMetricsFile(path, {}, datetime(2026, 1, 1, tzinfo=UTC)) as file:
        file.add(Series("vendor_info", (("vendor", "acme"),), [(100, 1)]))

    assert path.read_text() == "# EOF\n"
    assert [each.name for each in tmp_path.iterdir()] == ["history.om"]


# ----------------------------------------------------------------------------------------------
# labels and commands


def test_the_job_is_that_of_the_recommended_scrape_unless_another_is_given() -> None:
    assert checked_labels([]) == {"job": "vendorstatus"}
    assert checked_labels(["job=other", "instance=monitor:9184"]) == {
        "job": "other",
        "instance": "monitor:9184",
    }
    assert checked_labels(["note=a=b"])["note"] == "a=b"


@pytest.mark.parametrize(
    "pair", ["", "job", "1x=y", "__name__=x", "a-b=c", "vendor=x", "window=7d", "tier=low", "job="]
)
def test_what_is_no_label_or_one_of_ours_is_refused(pair) -> None:
    with pytest.raises(ConfigError, match="--label"):
        checked_labels([pair])


@pytest.mark.slow
async def test_no_label_of_the_metrics_can_be_overwritten() -> None:
    now = datetime(2026, 5, 20, 16, 30, tzinfo=UTC)
    async with demo_store("sqlite://", now) as (store, vendors):
        page = store.pages()[0]
        names = {
            name
            for series in vendor_series(
                store, page, vendors[page.slug], HistoryQuery(now=now, days=1)
            )
            for name, _ in series.labels
        }
    for name in names:
        with pytest.raises(ConfigError):
            checked_labels([f"{name}=x"])


def test_the_command_is_one_for_a_shell() -> None:
    command = import_command(Path("my history.om"), "blocks")

    assert command == (
        "promtool tsdb create-blocks-from --max-block-duration=744h openmetrics 'my history.om' blocks"
    )


@pytest.mark.parametrize(("days_ago", "retention"), [(90, 400), (368, 400), (1000, 1032)])
def test_the_retention_keeps_the_whole_block_of_the_oldest_sample(days_ago, retention) -> None:
    now = datetime(2026, 5, 20, 16, 30, tzinfo=UTC)

    assert (
        retention_days(FileTotals(first=noon(date(2026, 5, 20) - days_ago * DAY)), now) == retention
    )


def test_label_values_are_escaped_as_in_metrics(tmp_path) -> None:
    with OpenMetricsFile(
        tmp_path / "h.om", {"note": 'a"\\\n'}, datetime(2026, 1, 1, tzinfo=UTC)
    ) as file:
        file.add(Series("vendor_info", (("vendor", "acme"),), [(100, 1)]))
        file.finish()

    assert label("note", 'a"\\\n') in (tmp_path / "h.om").read_text()
