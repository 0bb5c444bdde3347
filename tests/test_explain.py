"""What `monitor explain` says of a day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from exporters import explain
from monitor.answers import DayQuery, explanation
from monitor.config import VendorConfig
from monitor.intervals import Interval
from monitor.model import Aspect, Bar, Basis, Coverage, Level
from monitor.store import Store
from tests.store_support import add_page, component, evidence, impact, incident, observed, save

DAY = date(2026, 5, 5)
START = datetime(2026, 5, 5, tzinfo=UTC)
NOW = START + timedelta(days=2)
HOUR = timedelta(hours=1)
ACME = VendorConfig(slug="acme", name="Acme", url="https://status.acme.example/")


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        yield opened


@pytest.fixture
def page(store):
    added = add_page(store, now=START)
    save(store, added, evidence(START, components=(component(), component("web", "Web"))))
    return added


def told(store, page, wanted: str | None = None, vendor: VendorConfig = ACME) -> str:
    query = DayQuery(day=DAY, now=NOW, component=wanted)
    answer = explanation(store, store.pages()[0], vendor, query)
    return "\n".join(explain.text_lines(explain.document(answer)))


def cover(until: float, component_id: str | None = None) -> Coverage:
    return Coverage(
        span=Interval(START, START + until * HOUR), aspect=Aspect.IMPACTS, component_id=component_id
    )


def test_a_day_nothing_speaks_for_says_so(store, page):
    assert "Unknown: no source that we can read covers this day" in told(store, page, "api")


def test_a_partly_known_day_says_how_much_is_missing(store, page):
    save(store, page, evidence(START + HOUR, coverage=(cover(10),)))

    text = told(store, page, "api")
    assert "only 41.7 % of the day is known; 90 % must be" in text
    assert (
        "no outage, degradation or maintenance in what is known; 41.7 % of the day covered" in text
    )


def test_a_vendor_with_too_few_known_components_says_how_many(store, page):
    save(store, page, evidence(START + HOUR, coverage=(cover(24, "api"),)))

    assert "only 1 of 2 components are known" in told(store, page)


def test_a_word_nobody_can_read_is_not_called_inferred(store, page):
    odd = impact(START + HOUR, START + 2 * HOUR, level=None, word="wobbly")
    save(store, page, evidence(NOW, incidents=(incident(),), impacts=(odd,), coverage=(cover(24),)))

    text = told(store, page, "api")
    assert "API: unknown, its word 'wobbly' is in no mapping" in text
    assert "inferred" not in text


def test_an_inferred_level_says_what_it_was_inferred_from_and_follows_the_mapping(store, page):
    word = impact(START + HOUR, START + 2 * HOUR, level=None, word="minor", basis=Basis.INFERRED)
    save(
        store, page, evidence(NOW, incidents=(incident(),), impacts=(word,), coverage=(cover(24),))
    )
    stricter = VendorConfig(
        slug="acme",
        name="Acme",
        url="https://status.acme.example/",
        impact_mapping={"minor": Level.PARTIAL_OUTAGE},
    )

    assert "API: degraded, inferred from 'minor'" in told(store, page, "api")
    assert "API: partial outage, inferred from 'minor'" in told(store, page, "api", stricter)


def test_a_vendors_seconds_name_the_component_they_are_of(store, page):
    impacts = (
        impact(START + HOUR, START + 2 * HOUR, level=Level.MAJOR_OUTAGE),
        impact(START + HOUR, START + 5 * HOUR, component_id="web"),
    )
    save(
        store, page, evidence(NOW, incidents=(incident(),), impacts=impacts, coverage=(cover(24),))
    )

    text = told(store, page)
    assert "2026-05-05 (UTC): major outage" in text
    assert "partial outage 4 h 00 min 00 s" in text
    assert "these are the seconds of Web, which was out longest" in text


def test_what_an_incident_claims_after_the_component_was_seen_well_is_called_disputed(store, page):
    going_on = {
        "incidents": (incident(started_at=START + HOUR),),
        "impacts": (impact(START + HOUR),),
    }
    save(store, page, observed(START + HOUR, api=Level.PARTIAL_OUTAGE, web=Level.OPERATIONAL))
    save(store, page, evidence(START + HOUR, **going_on))
    for quarter in range(5, 96):
        save(
            store,
            page,
            observed(START + quarter * HOUR / 4, api=Level.OPERATIONAL, web=Level.OPERATIONAL),
        )

    text = told(store, page, "api")
    assert "partial outage 15 min 00 s" in text
    assert "DISPUTED: incidents claim more than counts" in text
    assert "what was seen is counted" in text
    assert (
        "counted: partial outage 15 min 00 s; the others say: partial outage 22 h 45 min 00 s"
        in text
    )


def bearing(store, page) -> None:
    """Let something end as the day begins and begin as it ends, beside what lies in the day."""
    day = timedelta(days=1)
    for minutes in (
        -40,
        -30,
        60,
        70,
        1500,
        1510,
    ):  # twice each: what was seen lasts from one to the other
        levels = {"api": Level.DEGRADED, "web": Level.OPERATIONAL}
        save(store, page, observed(START + timedelta(minutes=minutes), **levels))
    spans = {
        "over": (START - HOUR, START),
        "across": (START - HOUR, START + HOUR),
        "inside": (START + HOUR, START + 2 * HOUR),
        "later": (START + day, START + day + HOUR),
    }
    impacts = [impact(*span, incident_id=key) for key, span in spans.items()]
    impacts.append(impact(*spans["inside"], incident_id="on-web", component_id="web"))
    impacts.append(impact(START + 3 * HOUR, START + 4 * HOUR, incident_id=None))
    named = [
        incident(key, component_ids=("web" if key == "on-web" else "api",))
        for key in (*spans, "on-web", "of-bar", "of-other-day", "no-impact")
    ]
    loose = [
        incident(f"names-nobody-{key}", started_at=start, resolved_at=end, component_ids=())
        for key, (start, end) in spans.items()
    ]
    bars = [
        Bar(
            component_id=key, day=DAY + n * day, major_seconds=60, incident_ids=(of,), source="bars"
        )
        for key, n, of in (("api", 0, "of-bar"), ("api", 1, "of-other-day"), ("web", 0, "on-web"))
    ]
    coverage = (cover(24), cover(12, "api"), cover(6, "web"))
    past = Coverage(span=Interval(START - day, START), aspect=Aspect.BARS)
    said = {"incidents": (*named, *loose), "impacts": tuple(impacts), "bars": tuple(bars)}
    save(store, page, evidence(NOW, **said, coverage=(*coverage, past)))


def test_only_what_bears_on_the_day_and_the_component_is_behind_it(store, page):
    bearing(store, page)
    of_api = explanation(store, page, ACME, DayQuery(day=DAY, now=NOW, component="api"))

    loose = ("names-nobody-across", "names-nobody-inside")
    assert {account.incident.id for account in of_api.incidents} == {
        "across", "inside", "of-bar", *loose,
    }  # fmt: skip
    assert {i.incident_id for a in of_api.incidents for i in a.impacts} == {"across", "inside"}
    assert [each.start for each in of_api.loose_impacts] == [START + 3 * HOUR]
    assert [(bar.component_id, bar.day) for bar in of_api.bars] == [("api", DAY)]
    assert {each.component_id for each in of_api.coverage} == {None, "api"}
    assert {each.aspect for each in of_api.coverage} == {Aspect.IMPACTS}
    assert {each.component_id for each in of_api.runs} == {"api"}
    assert [each.span.start for each in of_api.runs] == [START + HOUR]


def test_a_vendors_day_has_what_bears_on_any_component(store, page):
    bearing(store, page)
    of_all = explanation(store, page, ACME, DayQuery(day=DAY, now=NOW))

    assert "on-web" in {account.incident.id for account in of_all.incidents}
    assert {bar.component_id for bar in of_all.bars} == {"api", "web"}
    assert {each.component_id for each in of_all.coverage} == {None, "api", "web"}
    assert {each.component_id for each in of_all.runs} == {"api", "web"}
