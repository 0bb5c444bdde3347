"""What the exporter keeps between scrapes, of which components, and scrapes of some vendors."""

import gzip
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrape_world import (
    NOW,
    Current,
    MemoryStore,
    Row,
    bad_day,
    golden_state,
    golden_store,
    history,
    known,
    page_history,
    samples_in,
    unknown_history,
    values,
)

from exporters.gzipped import stream
from exporters.prometheus import NoSuchVendor, StateMetrics
from exporters.text_format import blocks, render
from monitor.config import COMPONENT_METRICS, VendorConfig
from monitor.model import Level

# what is kept, and when


def test_an_ordinary_scrape_reads_nothing_but_the_page_rows():
    store = MemoryStore().add(Row())
    state = StateMetrics(store)
    state.families(NOW)
    store.change(last_poll_at=NOW, last_success_at=NOW)
    text = render(state.families(NOW + timedelta(minutes=1)), openmetrics=False).decode()

    assert store.reads == 1
    assert samples_in(text, "last_poll_timestamp_seconds") == {"vendor=acme": NOW.timestamp()}


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"derived_day": None},
        {"name": "Acme Corporation"},
        {"slug": "acme-corporation"},
        {"platform": "incidentio"},
        {"zone": ZoneInfo("Pacific/Auckland")},
        {"last_success_at": None},
        {"last_success_at": NOW - timedelta(days=1)},
    ],
    ids=str,
)
def test_a_change_of_the_page_is_in_the_next_scrape(changes):
    store = MemoryStore().add(Row())
    state = StateMetrics(store)
    state.families(NOW)
    store.change(**changes)

    kept = render(state.families(NOW), openmetrics=False)
    fresh = render(StateMetrics(store).families(NOW), openmetrics=False)
    assert store.reads == 3
    assert kept == fresh


# components with series


def shown(level, days=None, *, critical=()):
    """Whether a component with this level and these days has series where only the degraded ones
    have."""
    current = Current(levels={"a": level}, components=(known("a", "A"),))
    store = MemoryStore().add(Row(), current=current, history=page_history(a=days or history()))
    acme = VendorConfig(
        slug="acme", name="Acme", url="https://status.acme.example/", critical=critical
    )
    return bool(
        values(store, "component_info", vendors={"acme": acme}, component_metrics="degraded")
    )


def test_degraded_leaves_out_what_is_operational_and_had_no_outage_day():
    assert not shown(Level.OPERATIONAL)
    assert not shown(Level.OPERATIONAL, history(bad_day(3, Level.DEGRADED)))
    assert not shown(Level.OPERATIONAL, unknown_history())


@pytest.mark.parametrize("level", [None, *list(Level)[1:]], ids=str)
def test_degraded_keeps_what_is_not_known_to_be_operational_now(level):
    assert shown(level)


@pytest.mark.parametrize("level", [Level.PARTIAL_OUTAGE, Level.MAJOR_OUTAGE], ids=str)
def test_degraded_keeps_what_had_an_outage_day_in_the_longest_window(level):
    assert shown(Level.OPERATIONAL, history(bad_day(89, level)))


def test_degraded_keeps_what_the_user_marked_critical():
    assert shown(Level.OPERATIONAL, critical=("a",))


def test_degraded_and_none_leave_the_vendors_figures_as_they_are():
    texts = [
        render(
            StateMetrics(golden_store(), component_metrics=which).families(NOW), openmetrics=False
        ).decode()
        for which in COMPONENT_METRICS
    ]
    of_vendors = [
        [line for line in text.splitlines() if "vendorstatus_component_" not in line]
        for text in texts
    ]

    assert of_vendors[0] == of_vendors[1] == of_vendors[2]
    assert [len(samples_in(text, "component_info")) for text in texts] == [5, 4, 0]


# what is kept


def made_of(families):
    """The blocks of each family, which are compared by identity."""
    return {family.name.removeprefix("vendorstatus_"): list(family.samples) for family in families}


def test_a_poll_without_news_makes_only_the_lines_of_polls_anew():
    store = golden_store()
    state = StateMetrics(store)
    before = made_of(state.families(NOW))
    store.change(last_poll_at=NOW, last_success_at=NOW)
    after = made_of(state.families(NOW))

    anew = {name for name in before if before[name] != after[name]}
    polling = {
        "up",
        "unreadable_info",
        "last_poll_timestamp_seconds",
        "last_success_timestamp_seconds",
    }
    whole = {
        "database_size_bytes",
        "rollup_last_success_timestamp_seconds",
        "monitor_clock_timestamp_seconds",
    }
    assert anew == polling | whole


def test_news_of_a_vendor_makes_only_the_blocks_anew_in_which_a_line_changed():
    store = MemoryStore()
    for number in range(100):
        part = known("a", "A", group=f"Group {number}")
        current = Current(levels={"a": Level.OPERATIONAL}, components=(part,))
        store.add(Row(id=number, slug=f"v{number:02}"), current=current)
    state = StateMetrics(store)
    before = made_of(state.families(NOW))
    store.currents[0] = replace(store.currents[0], levels={"a": Level.DEGRADED})
    store.change(version=2)
    after = made_of(state.families(NOW))

    assert store.reads == 101
    kept = [
        a is b for a, b in zip(before["component_level"], after["component_level"], strict=True)
    ]
    assert kept == [False, True, True, True]
    assert before["component_info"] == after["component_info"]
    assert before["vendor_coverage_ratio"] == after["vendor_coverage_ratio"]


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 99)),
        st.tuples(st.just("remove"), st.integers(0, 99)),
        st.tuples(st.just("level"), st.integers(0, 99), st.sampled_from([None, *Level])),
        st.tuples(st.just("rename"), st.integers(0, 99), st.text(max_size=5)),
        st.tuples(st.just("poll"), st.integers(0, 99), st.booleans()),
        st.tuples(st.just("wait"), st.integers(1, 40)),
    ),
    max_size=12,
)


@pytest.mark.slow
@given(CHANGES)
def test_what_is_kept_never_differs_from_what_is_read_anew(changes):
    store, now = golden_store(), NOW
    state = StateMetrics(store, bundle_size=2)
    for what, *how in changes:
        if what == "wait":
            now += timedelta(hours=how[0])
        else:
            change(store, now, what, *how)

        kept, fresh = (
            blocks(each.families(now), openmetrics=True) for each in (state, StateMetrics(store))
        )
        text = b"".join(part for block in fresh for part in block.parts)
        assert b"".join(part for block in kept for part in block.parts) == text
        assert gzip.decompress(b"".join(stream(block.piece() for block in kept))) == text


def change(store, now, what, number, *how):
    if what == "add":
        row = Row(id=number + 10, slug=f"v{number}")
        current = Current(levels={"a": Level.OPERATIONAL}, components=(known("a", "A"),))
        if row.slug not in [each.slug for each in store.rows]:
            store.add(row, current=current)
            store.rows.sort(key=lambda each: each.slug)
    elif store.rows:
        at = number % len(store.rows)
        row = store.rows[at]
        if what == "remove":
            store.rows.pop(at)
        elif what == "poll":
            success = now if how[0] else row.last_success_at
            store.rows[at] = replace(row, last_poll_at=now, last_success_at=success, last_ok=how[0])
        elif what == "rename":
            store.rows[at] = replace(row, name=how[0])
        else:
            levels = dict.fromkeys(store.currents[row.id].levels, how[0])
            store.currents[row.id] = replace(store.currents[row.id], levels=levels)
            store.rows[at] = replace(row, version=row.version + 1)


# some vendors


def test_some_vendors_have_the_lines_they_have_among_all():
    state = golden_state()
    whole = render(state.families(NOW), openmetrics=False).decode().splitlines()
    some = (
        render(state.families_of(["globex", "initech"], NOW), openmetrics=False)
        .decode()
        .splitlines()
    )

    wanted = [line for line in whole if 'vendor="globex"' in line or 'vendor="initech"' in line]
    assert [line for line in some if not line.startswith("#")] == wanted
    assert wanted


def test_a_vendor_that_is_not_configured_is_named():
    with pytest.raises(NoSuchVendor, match="hooli"):
        golden_state().families_of(["acme", "hooli"], NOW)


def test_no_vendors_are_no_families():
    assert render(golden_state().families_of([], NOW), openmetrics=False) == b""
