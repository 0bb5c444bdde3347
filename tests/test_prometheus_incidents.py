"""Open incidents on `/metrics`, and since when an outage goes on."""

from dataclasses import replace
from datetime import date, timedelta

from scrape_world import NOW, Current, MemoryStore, Row, incident, known, samples_in, values

from exporters.prometheus import StateMetrics
from exporters.text_format import render
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Basis, Impact, Level, ObservedRun, PageFacts, Phase
from monitor.overrides import Override

# incidents


def test_only_open_incidents_are_counted_and_every_impact_has_a_number():
    incidents = (
        incident("1", "major"), incident("2", "Major"), incident("3", "critical", phase=Phase.CLOSED),
        incident("4", "maintenance", phase=Phase.SCHEDULED, maintenance=True),
        incident("5", "none", maintenance=True), incident("6", "catastrophic"),
    )  # fmt: skip
    store = MemoryStore().add(Row(), current=Current(open_incidents=incidents))

    assert values(store, "vendor_open_incidents") == {
        "vendor=acme,impact=none": 0,
        "vendor=acme,impact=minor": 0,
        "vendor=acme,impact=major": 2,
        "vendor=acme,impact=critical": 0,
        "vendor=acme,impact=maintenance": 1,
        "vendor=acme,impact=other": 1,
    }


def test_the_worst_five_open_incidents_are_named_with_their_beginning_and_where_to_read_of_them():
    hours_ago = [NOW - timedelta(hours=n) for n in range(8)]
    shared = [
        replace(incident(str(n), "minor"), title=f"No {n}", started_at=at)
        for n, at in enumerate(hours_ago)
    ]
    shared[0] = replace(shared[0], phase=Phase.SCHEDULED, maintenance=True)
    shared[1] = replace(shared[1], url="https://acme.example/incidents/1", impact="catastrophic")
    shared[2] = replace(shared[2], maintenance=True, impact="none")
    shared[3] = replace(shared[3], phase=Phase.CLOSED)
    found = values(MemoryStore().add(Row(), current=Current(open_incidents=tuple(shared))), STARTS)

    minor = {
        f"vendor=acme,impact=minor,title=No {n},url=https://status.acme.example/": at.timestamp()
        for n, at in list(enumerate(hours_ago))[4:]
    }
    assert found == {
        "vendor=acme,impact=other,title=No 1,url=https://acme.example/incidents/1": hours_ago[1].timestamp(),
        **minor,
    }  # fmt: skip


def test_of_more_open_incidents_than_have_a_series_the_worst_stay_however_old_they_are():
    impacts = ("minor", "none", "minor", "odd", "minor", "minor", "critical", "major")
    shared = tuple(
        replace(incident(str(n), impact), title=f"No {n}", started_at=NOW - timedelta(hours=n))
        for n, impact in enumerate(impacts)
    )
    found = values(MemoryStore().add(Row(), current=Current(open_incidents=shared)), STARTS)

    assert [series.split(",")[2] for series in found] == [
        "title=No 6", "title=No 7", "title=No 3", "title=No 0", "title=No 2",
    ]  # fmt: skip


STARTS = "vendor_open_incident_start_timestamp_seconds"


def test_a_title_that_is_long_or_hostile_is_one_short_line_and_equal_ones_are_one_series():
    titles = ("word " * 100, "Bell \x07 and \u202egnp", "Bell \x07 and \u202egnp")
    shared = tuple(
        replace(incident(str(n), "minor"), title=title) for n, title in enumerate(titles)
    )
    store = MemoryStore().add(Row(), current=Current(open_incidents=shared))
    found = [series.split("title=")[1].split(",url=")[0] for series in values(store, STARTS)]

    assert len(found) == 2
    assert [len(title) for title in found if title.startswith("word")] == [120]
    assert not set("".join(found)) & {"\x07", "\u202e"}


def test_an_incident_without_an_address_and_one_that_has_the_pages_are_one_series():
    one = incident("1", "minor")
    shared = (one, replace(one, id="2", url=Row().url))
    store = MemoryStore().add(Row(), current=Current(open_incidents=shared))
    text = render(StateMetrics(store).families(NOW), openmetrics=False).decode()

    assert (
        len([line for line in text.splitlines() if line.startswith(f"vendorstatus_{STARTS}{{")])
        == 1
    )


# since when it goes on


def test_an_outage_says_since_when_and_what_is_none_says_nothing():
    two_hours_ago, an_hour_ago = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
    parts = (known("a", "A"), known("b", "B"), known("c", "C"))
    levels = {"a": Level.PARTIAL_OUTAGE, "b": Level.MAJOR_OUTAGE, "c": Level.DEGRADED}
    read_at = NOW - timedelta(minutes=1)
    runs = tuple(
        ObservedRun(component_id=key, level=levels[key], span=Interval(since, read_at))
        for key, since in {"a": two_hours_ago, "b": an_hour_ago, "c": two_hours_ago}.items()
    )
    store = MemoryStore().add(
        Row(last_success_at=read_at), current=Current(levels=levels, components=parts)
    )
    store.told[1] = PageFacts(components=parts, runs=runs)

    assert values(store, "vendor_outage_since_timestamp_seconds") == {
        "vendor=acme": two_hours_ago.timestamp()
    }
    assert values(store, "component_outage_since_timestamp_seconds") == {
        "vendor=acme,component=a": two_hours_ago.timestamp(),
        "vendor=acme,component=b": an_hour_ago.timestamp(),
    }
    well = MemoryStore().add(Row(), current=Current(levels={"a": Level.DEGRADED}, components=parts))
    well.facts = None  # what was told is not even read
    assert values(well, "vendor_outage_since_timestamp_seconds") == {}


def test_an_incident_that_the_user_does_not_count_is_no_reason_for_an_outage_to_have_begun():
    hours = [NOW - timedelta(hours=n) for n in range(6)]
    part = known("a", "A")
    told = PageFacts(
        components=(part,),
        incidents=(replace(incident("i1", "major"), started_at=hours[5]),),
        impacts=(
            Impact(
                component_id="a", level=Level.MAJOR_OUTAGE, start=hours[5], end=hours[2], basis=Basis.DECLARED,
                source="x", incident_id="i1",
            ),
        ),
        runs=(ObservedRun(component_id="a", level=Level.MAJOR_OUTAGE, span=Interval(hours[2], hours[0])),),
    )  # fmt: skip
    current = Current(levels={"a": Level.MAJOR_OUTAGE}, components=(part,))
    store = MemoryStore().add(Row(last_success_at=NOW), current=current)
    store.told[1] = told
    advisory = Override(
        incident="i1", level=Level.OPERATIONAL, reason="an advisory", decided=date(2026, 5, 6)
    )
    family = "vendor_outage_since_timestamp_seconds"

    def since(*decisions):
        vendor = VendorConfig(
            slug="acme", name="Acme", url="https://acme.example/", overrides=decisions
        )
        text = render(
            StateMetrics(store, vendors={"acme": vendor}).families(NOW), openmetrics=False
        ).decode()
        (found,) = samples_in(text, family).values()
        return found

    assert since() == hours[5].timestamp()
    assert since(advisory) > hours[2].timestamp() - 1
