"""What the user decides about single incidents, from the settings to the figures."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters import explain
from exporters.report import csv_lines, markdown_lines, record_json, remarks
from monitor.answers import DayQuery, Record, ReportQuery, explanation, record
from monitor.config import InvalidConfig, VendorConfig, parse
from monitor.intervals import Interval
from monitor.model import Aspect, Bar, Coverage, Incident, Level, OpenClaim, PageFacts, Phase
from monitor.overrides import Override, apply
from monitor.store import Store
from tests.store_support import add_page, component, evidence, impact, incident, observed, save

START = datetime(2026, 5, 5, tzinfo=UTC)
NOW = START + timedelta(days=2)
HOUR = timedelta(hours=1)
DECIDED = {"reason": "an advisory, nothing was down", "decided": date(2026, 5, 6)}
LEFT_OUT = Override(incident="i1", level=Level.OPERATIONAL, **DECIDED)


def written(lines: str) -> tuple[Override, ...]:
    text = (
        f"vendors:\n  - slug: acme\n    url: https://status.acme.example\n    overrides:\n{lines}"
    )
    return parse(text, "monitor.yaml").vendors[0].overrides


def test_an_override_is_read_from_the_settings():
    line = "      - {incident: i1, level: none, reason: an advisory, date: 2026-05-06}\n"
    times = "      - {incident: 'API*', start: 2026-05-05T10:00Z, end: 2026-05-05T13:00+02:00, reason: r, date: 2026-05-06}\n"

    assert written(line + times) == (
        Override(
            incident="i1", level=Level.OPERATIONAL, reason="an advisory", decided=date(2026, 5, 6)
        ),
        Override(
            incident="API*",
            start=START + 10 * HOUR,
            end=START + 11 * HOUR,
            reason="r",
            decided=date(2026, 5, 6),
        ),
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{incident: i1, level: none, date: 2026-05-06}", "needs `reason`"),
        ("{incident: i1, level: none, reason: r}", "needs `date`"),
        ("{level: none, reason: r, date: 2026-05-06}", "needs `incident`"),
        ("{incident: i1, reason: r, date: 2026-05-06}", "changes nothing"),
        ("{incident: i1, level: odd, reason: r, date: 2026-05-06}", "'odd' is not a level"),
        ("{incident: i1, level: none, reason: r, date: yesterday}", "'yesterday' is not a day"),
        (
            "{incident: i1, start: 2026-05-05 10:00, reason: r, date: 2026-05-06}",
            "is not an instant with its zone",
        ),
        (
            "{incident: i1, start: 2026-05-05T10:00Z, end: 2026-05-05T09:00Z, reason: r, date: 2026-05-06}",
            "ends before it starts",
        ),
    ],
)
def test_a_mistake_in_an_override_is_named_with_its_line(line, message):
    with pytest.raises(InvalidConfig, match=r"monitor.yaml:5") as caught:
        written(f"      - {line}\n")

    assert message in str(caught.value)


def test_the_raw_policy_is_asked_for_and_cannot_be_set():
    with pytest.raises(InvalidConfig, match="'raw' is not a policy"):
        parse("vendors: [anthropic]\npolicy: raw\n", "monitor.yaml")


# ------------------------------------------------------------------------------------------------------------
# figures


@pytest.fixture
def store():
    with Store.open("sqlite://") as opened:
        page = add_page(opened, now=START)
        save(opened, page, evidence(START, components=(component(),)))
        cover = Coverage(span=Interval(START, NOW), aspect=Aspect.IMPACTS)
        told = incident(phase=Phase.CLOSED, started_at=START + HOUR, resolved_at=START + 5 * HOUR)
        other = incident(
            "i2", title="Slow", phase=Phase.CLOSED, started_at=START, resolved_at=START + 2 * HOUR
        )
        impacts = (
            impact(START + HOUR, START + 5 * HOUR),
            impact(START, START + 2 * HOUR, level=Level.DEGRADED, incident_id="i2"),
        )
        save(opened, page, observed(START, api=Level.DEGRADED))
        for quarter in range(5, 20):
            save(opened, page, observed(START + quarter * HOUR / 4, api=Level.PARTIAL_OUTAGE))
        save(
            opened, page, evidence(NOW, incidents=(told, other), impacts=impacts, coverage=(cover,))
        )
        yield opened


def vendor(*overrides: Override) -> VendorConfig:
    return VendorConfig(
        slug="acme", name="Acme", url="https://status.acme.example/", overrides=overrides
    )


def reported(store, *overrides: Override, policy: str = "statuspage") -> Record:
    query = ReportQuery(now=NOW, window_days=2, as_of=date(2026, 5, 6), policy=policy)
    return record(store, store.pages()[0], vendor(*overrides), query)


def test_an_incident_left_out_counts_nowhere_and_what_polls_saw_of_it_does_not_either(store):
    day = reported(store, LEFT_OUT).days[0]

    assert (day.level, day.seconds.outage, day.seconds.degraded) == (Level.DEGRADED, 0, 2 * 3600)
    assert reported(store).days[0].seconds.partial == 4 * 3600


def test_the_figure_without_overrides_stays_readable(store):
    raw = reported(store, LEFT_OUT, policy="raw")

    assert raw.days == reported(store).days
    assert raw.overrides == ()


def test_an_incident_is_rated_or_shortened(store):
    milder = reported(store, replace(LEFT_OUT, level=Level.DEGRADED)).days[0]
    shorter = reported(store, replace(LEFT_OUT, level=None, end=START + 2 * HOUR)).days[0]
    earlier = reported(store, replace(LEFT_OUT, level=None, start=START)).days[0]

    assert (milder.level, milder.seconds.degraded) == (Level.DEGRADED, 5 * 3600)
    assert (shorter.seconds.partial, earlier.seconds.partial) == (3600, 5 * 3600)


def test_what_was_decided_stands_beside_the_figure_in_every_form(store):
    report = reported(store, LEFT_OUT)
    found = record_json(report)["overrides"]
    query = DayQuery(day=date(2026, 5, 5), now=NOW)
    told = explanation(store, store.pages()[0], vendor(LEFT_OUT), query)
    text = "\n".join(explain.text_lines(explain.document(told)))

    assert found == [
        {
            "incident": "i1", "title": "API errors", "level": "none", "start": None, "end": None,
            "reason": "an advisory, nothing was down", "date": "2026-05-06",
        }
    ]  # fmt: skip
    assert any(
        "decided by you on 2026-05-06: 'API errors' (i1) is left out" in note
        for note in remarks(report)
    )
    assert "decided by you" in "\n".join(markdown_lines([report]))
    assert ",1," in list(csv_lines([report]))[1]
    assert "API errors (incident i1" in text
    assert "DECIDED BY YOU on 2026-05-06: left out, because an advisory" in text


def test_a_bar_of_incidents_that_are_all_left_out_loses_its_seconds():
    def bar(*incidents: str) -> Bar:
        return Bar(
            component_id="api",
            day=date(2026, 5, 5),
            partial_seconds=600,
            incident_ids=incidents,
            source="s",
        )

    facts = PageFacts(
        incidents=(incident(), incident("i2")), bars=(bar("i1"), bar("i1", "i2"), bar())
    )
    found = apply(facts, (LEFT_OUT,))

    assert [each.partial_seconds for each in found.bars] == [0, 600, 600]


def test_an_end_that_the_user_sets_stands_against_what_polls_saw():
    known = OpenClaim(
        component_id="api",
        incident_id="i1",
        level=Level.PARTIAL_OUTAGE,
        span=Interval(START + HOUR, NOW),
    )
    facts = PageFacts(
        incidents=(incident(), incident("i2")),
        open_claims=(known, replace(known, incident_id="i2")),
    )
    rated, timed = (
        apply(facts, (replace(LEFT_OUT, level=Level.DEGRADED, end=end),))
        for end in (None, START + 5 * HOUR)
    )

    assert rated.open_claims == facts.open_claims
    assert [each.incident_id for each in timed.open_claims] == ["i2"]


HOURS = st.integers(0, 48)


@given(
    st.lists(
        st.tuples(HOURS, HOURS, st.sampled_from(["i1", "i2"]), st.sampled_from(list(Level)[2:])),
        max_size=6,
    ),
    st.sampled_from([None, Level.OPERATIONAL, Level.DEGRADED]),
    st.none() | HOURS,
    st.none() | HOURS,
)
def test_an_override_touches_its_incident_only_and_keeps_what_was_said(told, level, first, last):
    impacts = tuple(
        impact(
            START + start * HOUR, START + (start + length + 1) * HOUR, incident_id=key, level=found
        )
        for start, length, key, found in told
    )
    facts = PageFacts(incidents=(incident("i1"), incident("i2", title="x")), impacts=impacts)
    override = Override(
        incident="i1", level=level, start=None if first is None else START + first * HOUR,
        end=None if last is None else START + last * HOUR, **DECIDED,
    )  # fmt: skip
    found = apply(facts, (override,))

    assert [each for each in found.impacts if each.incident_id == "i2"] == [
        each for each in impacts if each.incident_id == "i2"
    ]
    assert sorted(found.excused, key=repr) == sorted(
        (i for i in impacts if i.incident_id == "i1"), key=repr
    )
    assert all(each.end is None or each.start < each.end for each in found.impacts)
    if level is Level.OPERATIONAL:
        assert not any(each.incident_id == "i1" for each in found.impacts)


def test_a_pattern_names_titles_and_the_first_override_holds():
    other = Override(incident="*", level=Level.DEGRADED, **DECIDED)
    named: Incident = incident("zz9", title="Resolved: an ADVISORY for admins")

    assert Override(incident="*advisory*", level=Level.OPERATIONAL, **DECIDED).matches(named)
    found = apply(PageFacts(incidents=(incident(),), impacts=(impact(START),)), (LEFT_OUT, other))
    assert found.impacts == ()
