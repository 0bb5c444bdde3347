"""What `monitor why` says: the rule of a day, and each single change that would make it another
one."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from exporters import why
from monitor import history
from monitor.answers import DayQuery, Reasons, reasons
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Bar, Basis, Coverage, Level, PageInfo
from monitor.overrides import Override
from monitor.store import Store
from tests.processes import typed
from tests.store_support import add_page, component, evidence, impact, incident, observed, save

DAY = date(2026, 5, 5)
START = datetime(2026, 5, 5, tzinfo=UTC)
NOW = START + timedelta(days=2)
pytestmark = pytest.mark.hours

HOUR = timedelta(hours=1)
ADDRESS = {"slug": "acme", "name": "Acme", "url": "https://status.acme.example/"}


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


@pytest.fixture
def page(store):
    added = add_page(store, now=START)
    save(store, added, evidence(START, components=(component(), component("web", "Web"))))
    return added


def asked(store, wanted: str | None = "api", day: date = DAY, **settings) -> Reasons:
    vendor = VendorConfig(**(ADDRESS | settings))
    return reasons(store, store.pages()[0], vendor, DayQuery(day=day, now=NOW, component=wanted))


def cover(
    hours: float = 24, aspect: Aspect = Aspect.IMPACTS, component_id: str | None = None
) -> Coverage:
    return Coverage(
        span=Interval(START, START + hours * HOUR), aspect=aspect, component_id=component_id
    )


def outage(store, page, **changes) -> None:
    one = impact(START + HOUR, START + 2 * HOUR, **changes)
    save(store, page, evidence(NOW, incidents=(incident(),), impacts=(one,), coverage=(cover(),)))


def changes(found: Reasons) -> dict[str, tuple[Level | None, float]]:
    return {each.what: (each.day.level, each.day.seconds.outage) for each in found.changes}


def test_a_day_nothing_speaks_for_has_that_rule_and_nothing_would_change_it(store, page):
    found = asked(store)

    assert found.rule.startswith("no source covers the day")
    assert found.changes == ()
    assert "no single change" in "\n".join(why.lines([found]))


def test_a_bad_day_names_its_witness_and_what_it_is_without_it(store, page):
    outage(store, page)

    found = asked(store)
    assert found.rule == "bad needs one witness"
    assert found.witnesses == ("API: impacts, incident i1",)
    told = changes(found)
    assert told["without the incidents"] == (None, 0)
    assert told["without incident i1 (API errors)"] == (Level.OPERATIONAL, 0)
    assert told["with min_outage 1 h 00 min 00 s"] == (Level.OPERATIONAL, 3600)


def test_a_day_too_little_of_which_is_known_says_which_setting_would_do(store, page):
    save(store, page, evidence(START + HOUR, coverage=(cover(12),)))

    found = asked(store)
    assert found.rule == "good needs coverage: 50.0 % of the day known, 90 % must be"
    assert changes(found) == {"with min_coverage 0.5": (Level.OPERATIONAL, 0)}


def test_a_setting_that_would_turn_the_day_does_so_when_it_is_set_as_it_is_printed(store, page):
    save(store, page, evidence(START + HOUR, coverage=(cover(10),)))
    assert changes(asked(store)) == {"with min_coverage 0.4166": (Level.OPERATIONAL, 0)}
    assert asked(store, min_coverage=0.4166).day.level is Level.OPERATIONAL

    fraction = impact(START + HOUR, START + 2 * HOUR + timedelta(milliseconds=400))
    save(
        store,
        page,
        evidence(NOW, incidents=(incident(),), impacts=(fraction,), coverage=(cover(),)),
    )
    assert changes(asked(store))["with min_outage 1 h 00 min 01 s"][0] is Level.OPERATIONAL
    assert asked(store, min_outage_seconds=3601.0).day.level is Level.OPERATIONAL


def test_an_operational_day_is_unknown_without_the_source_that_speaks_for_it(store, page):
    save(store, page, evidence(START + HOUR, coverage=(cover(),)))

    found = asked(store)
    assert found.rule.startswith("good needs coverage: 100 % of the day known")
    assert changes(found) == {"without the incidents": (None, 0)}


def test_a_published_bar_decides_and_the_day_without_it_is_told(store, page):
    bar = Bar(component_id="api", day=DAY, partial_seconds=600, source="acme.bars")
    save(store, page, evidence(NOW, bars=(bar,), coverage=(cover(24, Aspect.BARS), cover())))

    found = asked(store)
    assert found.rule.startswith("published bar")
    assert found.rule.endswith("disputed: other sources say otherwise")
    assert changes(found)["without the bars"] == (Level.OPERATIONAL, 0)


def test_an_outage_that_was_seen_well_again_is_disputed_and_polls_are_what_ended_it(store, page):
    save(store, page, observed(START + HOUR, api=Level.PARTIAL_OUTAGE, web=Level.OPERATIONAL))
    going_on = {
        "incidents": (incident(started_at=START + HOUR),),
        "impacts": (impact(START + HOUR),),
    }
    save(store, page, evidence(START + HOUR, **going_on))
    for quarter in range(5, 96):
        save(
            store,
            page,
            observed(START + quarter * HOUR / 4, api=Level.OPERATIONAL, web=Level.OPERATIONAL),
        )

    found = asked(store)
    assert found.day.seconds.outage == 900
    assert "disputed" in found.rule
    assert changes(found)["without the polls"][1] > 900


def test_another_word_of_the_impact_mapping_is_tried(store, page):
    outage(store, page, level=None, word="minor", basis=Basis.INFERRED)

    told = changes(asked(store))
    assert told["with impact_mapping minor: major_outage"] == (Level.MAJOR_OUTAGE, 3600)
    assert "with impact_mapping minor: degraded" not in told


def test_a_vendors_day_says_which_component_decides(store, page):
    outage(store, page)

    found = asked(store, None)
    assert found.witnesses == ("API: impacts, incident i1",)
    told = changes(found)
    assert told["without component api (exclude)"] == (Level.OPERATIONAL, 0)
    assert "without component web (exclude)" not in told
    assert changes(asked(store, None, exclude=("api",)))["with component api counted"] == (
        Level.PARTIAL_OUTAGE,
        3600,
    )


def test_an_override_is_one_of_the_things_without_which_the_day_is_another(store, page):
    outage(store, page)
    left = Override(incident="i1", reason="an advisory", decided=DAY, level=Level.OPERATIONAL)

    told = changes(asked(store, overrides=(left,)))
    assert told["without your override of i1 (left out)"] == (Level.PARTIAL_OUTAGE, 3600)


def test_days_of_another_zone_are_told_in_utc_too(store):
    page = add_page(store, now=START, zone="America/Los_Angeles")
    save(store, page, evidence(START, components=(component(),)))
    outage(store, page)  # 01:00 to 02:00 UTC is the evening before in Los Angeles

    assert changes(asked(store, day=DAY))["with days in UTC (zone)"] == (Level.PARTIAL_OUTAGE, 3600)


def test_a_page_read_in_another_zone_is_told_in_its_own_too(store):
    page = add_page(store, now=START, zone="Asia/Tokyo")
    info = PageInfo(zone="America/Los_Angeles")
    save(store, page, evidence(START, page=info, components=(component(),)))
    late = impact(
        START + 28 * HOUR, START + 29 * HOUR
    )  # 21:00 to 22:00 of the fifth in Los Angeles
    save(store, page, evidence(NOW, incidents=(incident(),), impacts=(late,), coverage=(cover(),)))

    told = changes(asked(store))
    assert told["with days in America/Los_Angeles (zone)"] == (Level.PARTIAL_OUTAGE, 3600)
    assert told["with days in UTC (zone)"] == (
        Level.OPERATIONAL,
        0,
    )  # known whole; a day in Tokyo to 62 %


def test_what_the_day_was_before_the_vendor_revised_it_is_told(store, page):
    outage(store, page)
    today = NOW.date()
    for later, ended in ((0, 2), (1, 4)):
        if later:
            longer = impact(START + HOUR, START + ended * HOUR)
            save(
                store,
                page,
                evidence(
                    NOW + HOUR, incidents=(incident(),), impacts=(longer,), coverage=(cover(),)
                ),
            )
        now = NOW + later * HOUR
        _, days = history.read(
            store, store.pages()[0], VendorConfig(**ADDRESS), first=DAY, last=today, now=now
        )
        store.save_days(page.id, days, today=today, now=now, revised_since=DAY)

    query = DayQuery(day=DAY, now=NOW + 2 * HOUR, component="api")
    found = reasons(store, store.pages()[0], VendorConfig(**ADDRESS), query)
    assert found.day.seconds.outage == 3 * 3600
    (before,) = [each.day for each in found.changes if each.kind == "knowledge"]
    assert (before.level, before.seconds.outage) == (Level.PARTIAL_OUTAGE, 3600)


def test_two_days_say_what_differs_and_the_same_day_twice_nothing(store, page):
    outage(store, page)
    one, other = asked(store), asked(store, day=DAY + timedelta(days=1))

    told = why.differences(one, other)
    assert "level: partial outage | unknown" in told
    assert "outage: 1 h 00 min 00 s | unknown" in told
    assert why.differences(one, one) == []
    assert why.as_json([one, other])["differences"] == told
    unknown = why.as_json([other])["days"][0]
    assert (unknown["level"], unknown["outage_seconds"]) == (None, None)
    assert "outage" not in next(why.lines([other]))


@pytest.fixture
def monitor(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'monitor.db'}")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "monitor.yaml").write_text(
        "vendors:\n  - url: https://status.acme.example/\n    slug: acme\n"
    )

    return typed(monkeypatch, capsys)


@pytest.mark.usefixtures("empty_database")
def test_the_command_answers_for_one_day_and_for_two(monitor):
    code, text, _ = monitor("why", "acme", "2026-05-05", "2026-05-06")
    assert code == 0
    assert "rule: no source covers the day" in text
    assert "what differs:\n  nothing" in text
    code, text, _ = monitor("why", "acme", "2026-05-05", "--format", "json")
    assert code == 0
    assert json.loads(text)["days"][0]["changes"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2026-05-32",), "is not in the calendar"),
        (("api", "2026-05-05"), "no component 'api'"),
        (("2026-05-05", "2026-05-06", "2026-05-07"), "expected [COMPONENT] [DAY] [DAY]"),
        (("2026-05-05", "--format", "csv"), "'csv' is not one of 'table', 'json'"),
    ],
)
@pytest.mark.usefixtures("empty_database")
def test_the_command_says_what_is_wrong_with_what_it_was_given(monitor, words, said):
    code, _, problem = monitor("why", "acme", *words)
    assert code == 2
    assert said in " ".join(problem.split())
