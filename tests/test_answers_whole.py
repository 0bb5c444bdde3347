"""What is answered about each day of one record, whole: why it is so and what is behind it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.answers import DayQuery, Freshness, ReportQuery, explanation, reasons, record
from monitor.answers import standing as standing_of
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Level, Seconds
from monitor.overrides import Override
from monitor.platforms import caveat
from monitor.store import Store
from tests.report_support import DAY, HOUR, NOW, START, report
from tests.store_support import add_page, component, evidence, save

RUMOUR = Override(
    incident="i2", reason="a rumour", decided=date(2026, 5, 9), level=Level.OPERATIONAL
)
ADVISORY = replace(RUMOUR, incident="i1", reason="too harsh", level=Level.DEGRADED)
ACME = VendorConfig(
    slug="acme",
    name="Acme",
    url="https://acme.example/",
    exclude=("web",),
    overrides=(RUMOUR, ADVISORY),
)


@pytest.fixture(scope="module")
def store():
    with Store.open("sqlite://") as database:
        report(database)
        yield database


def query(day: int, name: str | None = None, **moments: datetime) -> DayQuery:
    return DayQuery(day=date(2026, 5, day), component=name, **({"now": NOW} | moments))


# why a day is what it is

OUTAGE = ("Core / API: impacts, incident i1",)
WELL, UNKNOWN = Level.OPERATIONAL, None
CHANGES_OF_5_MAY = [
    ("source", "without the incidents", UNKNOWN, 0),
    ("incident", "without incident i1 (API errors)", WELL, 0),
    ("override", "without your override of i1 (rated degraded)", Level.MAJOR_OUTAGE, 3600),
    ("override", "without any override (--policy raw)", Level.MAJOR_OUTAGE, 3600),
    ("setting", "with min_outage 1 h 00 min 00 s", WELL, 3600),
]
WITHOUT_API = ("component", "without component api (exclude)")
CHANGES_OF_8_MAY = [
    ("source", "without the polls", UNKNOWN, 0),
    ("setting", "with min_outage 1 s", UNKNOWN, 1),
]


@pytest.mark.parametrize(
    ("question", "rule", "witnesses", "changes"),
    [
        (
            query(5),
            "bad needs one witness",
            OUTAGE,
            [*CHANGES_OF_5_MAY, (*WITHOUT_API, WELL, 0)],
        ),
        (query(5, "api"), "bad needs one witness", OUTAGE, CHANGES_OF_5_MAY),
        (
            query(5, "web"),
            "good needs coverage: 100 % of the day known, and nothing bad counts",
            (),
            [("source", "without the incidents", UNKNOWN, 0)],
        ),
        (
            query(6),
            (
                "good needs coverage: 100 % of the day known, 2 of 2 components known, and nothing"
                " bad counts; disputed: other sources say otherwise"
            ),
            (),
            [("source", "without the bars", Level.PARTIAL_OUTAGE, 3600)],
        ),
        (
            query(7),
            "good needs coverage: 50.0 % of the day known, 0 of 2 components known, 90 % must be",
            (),
            [
                ("setting", "with min_coverage 0", WELL, 0),
                ("setting", "with min_coverage 0.5", WELL, 0),
            ],
        ),
        (
            query(7, "web"),
            "good needs coverage: 50.0 % of the day known, 90 % must be",
            (),
            [("setting", "with min_coverage 0.5", WELL, 0)],
        ),
        (
            query(8),
            "bad needs one witness",
            ("Core / API: observations",),
            [*CHANGES_OF_8_MAY, (*WITHOUT_API, UNKNOWN, 0)],
        ),
        (query(8, "api"), "bad needs one witness", ("Core / API: observations",), CHANGES_OF_8_MAY),
        (
            query(8, "web"),
            "good needs coverage: 9.5 % of the day known, 90 % must be",
            (),
            [("setting", "with min_coverage 0.0952", Level.MAINTENANCE, 7200)],
        ),
    ],
)
def test_why_a_day_is_what_it_is_and_what_would_alter_it(store, question, rule, witnesses, changes):
    answer = reasons(store, store.pages()[0], ACME, question)

    assert (answer.rule, answer.witnesses) == (rule, witnesses)
    assert [
        (change.kind, change.what, change.day.level, change.day.seconds.total)
        for change in answer.changes
    ] == changes
    names = {None: "Acme", "api": "Acme, Core / API", "web": "Acme, Web"}
    assert (answer.name, answer.zone) == (names[question.component], "Asia/Tokyo")
    assert answer.day.day == question.day


def test_a_component_counted_after_all_is_one_of_the_changes(store):
    """Web alone is counted; with API counted too, the day is bad."""
    vendor = replace(ACME, exclude=("api",))
    answer = reasons(store, store.pages()[0], vendor, query(5))

    assert ("component", "with component api counted") in [
        (change.kind, change.what) for change in answer.changes
    ]
    assert (answer.day.level, answer.witnesses) == (WELL, ())


def test_an_outage_shorter_than_the_minimum_is_named_with_it(store):
    vendor = replace(ACME, min_outage_seconds=3600.0)
    answer = reasons(store, store.pages()[0], vendor, query(5, "api"))

    assert answer.rule == (
        "nothing bad lasted more than min_outage (1 h 00 min 00 s), and good needs coverage: 100 %"
        " of the day known"
    )
    assert ("with min_outage 0 s", Level.DEGRADED) in [
        (change.what, change.day.level) for change in answer.changes
    ]


# what is behind a day


@pytest.mark.parametrize(
    ("question", "incidents", "runs", "coverage"),
    [
        (query(5), [("i1", 1, ADVISORY)], [], [Aspect.IMPACTS]),
        (query(5, "api"), [("i1", 1, ADVISORY)], [], [Aspect.IMPACTS]),
        (query(5, "web"), [], [], [Aspect.IMPACTS]),
        (query(6), [], [], [Aspect.IMPACTS, Aspect.BARS]),
        (query(7), [], [], [Aspect.IMPACTS]),
        (query(8), [("i2", 0, RUMOUR), ("m1", 1, None)], ["api"], []),
        (query(8, "api"), [("i2", 0, RUMOUR)], ["api"], []),
        (query(8, "web"), [("i2", 0, RUMOUR), ("m1", 1, None)], [], []),
    ],
)
def test_what_is_behind_a_day_is_what_bears_on_it(store, question, incidents, runs, coverage):
    page = store.pages()[0]
    answer = explanation(store, page, ACME, question)

    assert [
        (account.incident.id, len(account.impacts), account.override)
        for account in answer.incidents
    ] == incidents
    assert [run.component_id for run in answer.runs] == runs
    assert [cover.aspect for cover in answer.coverage] == coverage
    assert (answer.bars, answer.loose_impacts, answer.bodies) == ((), (), ())
    assert (answer.page, answer.vendor, answer.as_of) == (page, ACME, NOW)
    tokyo = START - 9 * HOUR + (question.day - START.date())
    assert (answer.day.day, answer.span) == (question.day, Interval(tokyo, tokyo + DAY))
    assert sorted(answer.components) == ["api", "old", "web"]
    assert (answer.component and answer.component.component.id) == question.component
    assert answer.name_of("api") == "Core / API"
    assert answer.name_of("db") == "db"


def test_what_was_learnt_later_is_behind_no_day(store):
    page = store.pages()[0]
    early = explanation(store, page, ACME, query(5, known_at=START + 2 * HOUR))

    assert (early.as_of, early.incidents, early.coverage) == (START + 2 * HOUR, (), ())
    assert early.day.level is None


@pytest.mark.parametrize("name", [None, "api", "web"])
@pytest.mark.parametrize("day", [5, 6, 7, 8])
def test_the_day_that_is_explained_is_the_one_whose_reasons_are_given(store, day, name):
    page = store.pages()[0]
    question = query(day, name)

    assert explanation(store, page, ACME, question).day == reasons(store, page, ACME, question).day


@pytest.mark.parametrize("answer", [reasons, explanation])
def test_nothing_is_answered_of_a_day_that_has_not_begun_or_a_component_there_is_not(store, answer):
    page = store.pages()[0]

    with pytest.raises(ValueError, match="2026-05-09 has not begun in Asia/Tokyo"):
        answer(store, page, ACME, query(9))
    with pytest.raises(
        ValueError,
        match=r"no component 'db'; there are: api .Core / API., web .Web., old .Old, removed.",
    ):
        answer(store, page, ACME, query(5, "db"))


# the record of a window


def test_a_window_ends_with_the_day_that_is_asked_for_or_with_the_pages_today(store):
    page = store.pages()[0]
    evening = NOW + 4 * HOUR  # tomorrow in Tokyo

    def window(**values: object) -> tuple[date, date]:
        answer = record(store, page, ACME, ReportQuery(**({"now": NOW} | values)))
        return answer.window.first.day, answer.window.last.day

    assert window(window_days=4) == (5, 8)
    assert window(window_days=1) == (8, 8)
    assert window(window_days=4, now=evening) == (6, 9)
    assert window(window_days=2, as_of=date(2026, 5, 6)) == (5, 6)
    assert window(window_days=2, known_at=NOW - DAY) == (6, 7)
    assert window(window_days=2, known_at=evening) == (7, 8)
    with pytest.raises(ValueError, match="2026-05-09 is in the future of what was known"):
        window(as_of=date(2026, 5, 9))
    assert ReportQuery(now=NOW).window_days == 90


def test_a_record_as_known_then_holds_nothing_that_was_learnt_later(store):
    page = store.pages()[0]
    question = ReportQuery(now=NOW, window_days=2, known_at=START + 2 * HOUR)
    answer = record(store, page, ACME, question)

    assert (answer.figures.known_days, answer.incidents, answer.overrides) == (0, (), ())
    assert [part.removed_at for part in answer.components] == [None, None, None]


def test_components_stand_in_the_pages_order_and_those_without_a_group_first():
    parts = [
        component("a", "Zeta"),
        component("b", "Alpha", position=1),
        component("c", "Beta"),
        component("d", "Omega", group="Core", position=0),
    ]
    with Store.open("sqlite://") as store:
        page = add_page(store, now=START)
        save(store, page, evidence(START, components=tuple(parts)))
        answer = record(store, store.pages()[0], ACME, ReportQuery(now=NOW))

    assert [part.component.id for part in answer.components] == ["c", "a", "b", "d"]


def test_a_record_holds_every_day_of_its_window_and_what_was_asked(store):
    question = ReportQuery(now=NOW, window_days=4)
    page = store.pages()[0]
    answer = record(store, page, ACME, question)
    (web, old, api) = answer.components

    assert [day.day.day for day in answer.days] == [5, 6, 7, 8]
    assert [[day.day.day for day in part.days] for part in (web, old, api)] == [[5, 6, 7, 8]] * 3
    assert (answer.page, answer.query, answer.name) == (page, question, "Acme")
    assert [incident.id for incident in answer.incidents] == ["i1", "i2", "m1"]
    assert [decision.override for decision in answer.overrides] == [ADVISORY, RUMOUR]
    assert (api.level, web.level, old.removed_at) == (Level.DEGRADED, None, NOW - HOUR)
    assert [part.is_excluded for part in (web, old, api)] == [True, False, False]
    raw = record(store, page, ACME, replace(question, policy="raw"))
    assert raw.days[0].seconds == Seconds(major=3600)
    assert answer.days[0].seconds == Seconds(degraded=3600)
    by_page = replace(answer, page=replace(page, page_name="Acme Inc."))
    assert by_page.name == "Acme Inc."


def test_a_window_begins_and_ends_at_the_pages_midnights(store):
    """In Tokyo a day begins and ends at 15 o'clock of UTC."""
    page = store.pages()[0]

    def ids(day: int) -> list[str]:
        question = ReportQuery(now=NOW, window_days=1, as_of=date(2026, 5, day))
        answer = record(store, page, replace(ACME, exclude=()), question)
        return [incident.id for incident in answer.incidents]

    assert [ids(day) for day in (5, 6, 7, 8)] == [["i1"], [], [], ["i2", "m1"]]


def test_a_component_has_its_own_figures_and_the_record_what_its_platform_leaves_out(store):
    page = replace(store.pages()[0], platform="statuspage")
    answer = record(store, page, ACME, ReportQuery(now=NOW, window_days=4))

    assert [part.figures.known_days for part in answer.components] == [2, 2, 3]
    assert answer.caveat == caveat("statuspage") != caveat(None)


def test_a_standing_says_what_it_rests_on(store):
    page = store.pages()[0]
    late = NOW + timedelta(minutes=4)
    answer = standing_of(store, page, ACME, late)

    assert (answer.as_of, answer.read_at, answer.freshness) == (late, NOW, Freshness.FRESH)
    assert (answer.level, answer.levels) == (Level.DEGRADED, {"api": Level.DEGRADED, "web": None})
    assert (answer.known_components, answer.counted_components) == (1, 1)
    assert (answer.unknown_components, answer.age_seconds) == (0, 240)
    assert [incident.id for incident in answer.incidents] == ["i2"]
    assert [incident.id for incident in answer.maintenances] == ["m1"]
    everything = standing_of(store, page, replace(ACME, exclude=()), late)
    assert everything.unknown_components == 1


def test_a_component_of_a_page_that_was_not_read_is_none_of_none():
    with Store.open("sqlite://") as store:
        page = add_page(store, now=datetime(2026, 5, 1, tzinfo=UTC))

        with pytest.raises(ValueError, match="no component 'api'; the page has none"):
            reasons(store, page, ACME, query(5, "api"))
