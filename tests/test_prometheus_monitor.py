"""What `/metrics` says of the monitor itself, and what is believed when a clock or the store is off."""

import re
import time
from datetime import timedelta

import pytest
from scrape_world import (
    GOLDEN_VENDORS,
    NOW,
    MemoryStore,
    Row,
    bad_day,
    golden_clocks,
    golden_health,
    golden_state,
    golden_store,
    history,
    page_history,
    samples_in,
    values,
)

from exporters.prometheus import StateMetrics
from exporters.text_format import render
from monitor.config import VendorConfig
from monitor.errors import StoreError
from monitor.model import Level

# the monitor itself


def test_a_page_is_unreadable_for_a_reason_until_it_is_read_again():
    store = MemoryStore().add(Row(last_ok=False, last_error_reason="bot_challenge"))
    state = StateMetrics(store)
    before = render(state.families(NOW), openmetrics=False).decode()
    store.change(last_ok=True, last_error_reason=None)

    assert samples_in(before, "unreadable_info") == {"vendor=acme,reason=bot_challenge": 1}
    assert b"unreadable" not in render(state.families(NOW), openmetrics=False)


def test_a_page_that_was_never_polled_is_not_called_unreadable():
    assert values(MemoryStore().add(Row(last_ok=None)), "unreadable_info") == {}


# clocks


def test_a_page_read_later_than_now_is_not_up_and_was_read_nobody_knows_when():
    later = NOW + timedelta(hours=6)
    store = MemoryStore().add(Row(last_poll_at=later, last_success_at=later, derived_at=later))
    state = StateMetrics(store)
    text = render(state.families(NOW), openmetrics=False).decode()

    assert samples_in(text, "up") == {"vendor=acme": 0}
    assert samples_in(text, "unreadable_info") == {"vendor=acme,reason=clock": 1}
    assert not samples_in(text, "last_poll_timestamp_seconds")
    assert not samples_in(text, "last_success_timestamp_seconds")
    assert samples_in(render(state.families(later), openmetrics=False).decode(), "up") == {
        "vendor=acme": 1
    }


def test_a_page_whose_clock_was_heard_says_how_far_it_is_ahead_of_ours_and_others_say_nothing():
    store = golden_store()
    heard = {"acme": -3.25}

    class Clocks:
        offsets = heard
        offset_seconds = None
        step_seconds = 0.0
        healed_pages = 0

    state = StateMetrics(store, clocks=Clocks())
    first = render(state.families(NOW), openmetrics=False).decode()
    heard["acme"] = 7200.0
    second = render(state.families(NOW), openmetrics=False).decode()

    assert samples_in(first, "vendor_clock_offset_seconds") == {"vendor=acme": -3.25}
    assert samples_in(second, "vendor_clock_offset_seconds") == {"vendor=acme": 7200}
    assert "monitor_clock_offset" not in first
    assert "\nvendorstatus_monitor_clock_step_seconds 0\n" in first


class Written:
    """A store's health as the exporter sees it."""

    def __init__(self, seconds):
        self.written_seconds_ago = self.unwritten_seconds = seconds


def test_a_vendor_of_which_nothing_could_be_kept_for_two_intervals_is_not_up_and_has_no_figures():
    store, now = golden_store(), NOW + timedelta(seconds=600)
    written = Written(599.0)
    state = StateMetrics(store, vendors=GOLDEN_VENDORS, health=written)
    before = render(state.families(now), openmetrics=False).decode()
    written.unwritten_seconds = 601.0
    after = render(state.families(now), openmetrics=False).decode()
    said = set(re.findall(r"^vendorstatus_(\w+)\{", after, re.MULTILINE))

    assert samples_in(before, "up")["vendor=acme"] == 1
    assert samples_in(before, "vendor_level")["vendor=acme"] == 3
    assert samples_in(after, "up")["vendor=acme"] == 0
    assert samples_in(after, "unreadable_info")["vendor=acme,reason=store"] == 1
    assert said == {
        "up",
        "last_poll_timestamp_seconds",
        "last_success_timestamp_seconds",
        "unreadable_info",
        "vendor_info",
    }
    written.unwritten_seconds = 0.0
    assert render(state.families(now), openmetrics=False).decode() == before


def test_a_vendor_that_another_replica_goes_on_reading_keeps_its_figures():
    state = StateMetrics(golden_store(), vendors=GOLDEN_VENDORS, health=Written(86_400.0))
    text = render(state.families(NOW), openmetrics=False).decode()

    assert samples_in(text, "up")["vendor=acme"] == 1
    assert samples_in(text, "vendor_level")["vendor=acme"] == 3


class Silent(MemoryStore):
    """A store that can stop answering."""

    silent = False

    def page_states(self, slugs=None):
        if self.silent:
            raise StoreError("no answer", cause="timeout")
        return super().page_states(slugs)


def test_a_store_that_is_silent_is_answered_for_from_what_it_said_last_until_that_is_stale():
    store = Silent()
    store.__dict__.update(golden_store().__dict__)
    written = Written(0.0)
    state = StateMetrics(store, vendors=GOLDEN_VENDORS, health=written)
    before = render(state.families(NOW), openmetrics=False).decode()
    store.silent = True
    soon = render(state.families(NOW), openmetrics=False).decode()
    parts = render(state.families_of(["acme"], NOW), openmetrics=False).decode()
    own = render(state.families_of_monitor(NOW), openmetrics=False).decode()
    written.unwritten_seconds = 3600.0
    late = render(state.families(NOW + timedelta(hours=1)), openmetrics=False).decode()
    written.unwritten_seconds = 0.0
    tomorrow = render(state.families(NOW + timedelta(days=1)), openmetrics=False).decode()

    assert soon == before.replace(
        *re.findall(r"(?:# \w+ vendorstatus_database_size_bytes .*\n)+.*\n", before), ""
    )
    assert samples_in(parts, "vendor_level") == {"vendor=acme": 3}
    assert "vendorstatus_store_last_write_timestamp_seconds" in own
    assert set(samples_in(late, "up").values()) == {0}
    assert "vendor_level" not in late
    assert "vendor_level" not in tomorrow, "its day is over, and nobody knows how it ended"
    assert [state.slugs(), render(state.families_of_monitor(NOW), openmetrics=False)] == [
        ["acme", "globex", "initech"], own.encode(),
    ]  # fmt: skip
    with pytest.raises(StoreError):
        StateMetrics(store).families(NOW)


def test_an_answer_that_waits_for_the_one_before_gives_up_and_is_made_from_what_is_known():
    state = StateMetrics(golden_store(), answer_seconds=0.1)
    before = render(state.families(NOW), openmetrics=False)
    with state._lock:
        begun = time.monotonic()
        meanwhile = render(state.families(NOW), openmetrics=False)

    assert time.monotonic() - begun < 5
    assert set(meanwhile.splitlines()) < set(before.splitlines())


def test_our_time_is_that_of_the_request():
    text = render(StateMetrics(golden_store()).families_of_monitor(NOW), openmetrics=False).decode()

    assert f"\nvendorstatus_monitor_clock_timestamp_seconds {NOW.timestamp():.0f}\n" in text


def test_the_newest_derivation_of_days_is_that_of_any_page():
    newest = NOW - timedelta(minutes=3)
    store = MemoryStore().add(Row(derived_at=NOW - timedelta(hours=3)))
    store.add(Row(id=2, slug="b", derived_at=newest)).add(Row(id=3, slug="c", derived_at=None))
    text = render(StateMetrics(store).families(NOW), openmetrics=False).decode()

    assert (
        f"\nvendorstatus_rollup_last_success_timestamp_seconds {int(newest.timestamp())}\n" in text
    )
    assert "\nvendorstatus_database_size_bytes 1056768\n" in text


def test_before_the_first_derivation_there_is_no_time_of_it():
    store = MemoryStore().add(Row(derived_at=None))

    assert b"rollup" not in render(StateMetrics(store).families(NOW), openmetrics=False)


def test_disputed_and_revised_days_are_counted_over_ninety_days():
    days = [
        bad_day(1, Level.MAJOR_OUTAGE, disputed=True),
        bad_day(50, Level.DEGRADED, disputed=True),
    ]
    store = MemoryStore().add(Row(), history=page_history(history(*days)), revised=5)

    assert values(store, "vendor_disputed_dates") == {"vendor=acme,window=90d": 2}
    assert values(store, "vendor_revised_dates") == {"vendor=acme,window=90d": 5}


def test_settings_that_change_hold_from_the_next_scrape_on_whatever_is_kept_of_the_lines_before():
    store, acme = (
        golden_store(),
        VendorConfig(slug="acme", name="Acme", url="https://status.acme.example/", tier="low"),
    )
    state = golden_state(store)
    before = render(state.families(NOW), openmetrics=False)
    state.configure(vendors={"acme": acme}, policy="strict", component_metrics="none")
    after = render(state.families(NOW), openmetrics=False).decode()
    anew = StateMetrics(
        store, vendors={"acme": acme}, policy="strict", component_metrics="none", clocks=golden_clocks(), health=golden_health()
    )  # fmt: skip

    assert b'tier="critical"' in before
    assert after == render(anew.families(NOW), openmetrics=False).decode()
    assert 'tier="low"' in after
    assert "component_level{" not in after


def test_without_component_metrics_the_vendors_figures_stay_the_same():
    store = golden_store()
    with_them = render(StateMetrics(store).families(NOW), openmetrics=False).decode()
    without = render(
        StateMetrics(store, component_metrics="none").families(NOW), openmetrics=False
    ).decode()

    assert "vendorstatus_component_" not in without
    begin, end = (
        with_them.index("# HELP vendorstatus_component_"),
        with_them.index("# HELP vendorstatus_database_"),
    )
    assert without == with_them[:begin] + with_them[end:]
