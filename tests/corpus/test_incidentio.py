"""Real captured pages of incident.io, and what a person reads off them.

A page answers where it was captured, and with 404 everywhere else: no data call was captured. What
is expected of a root page was read out of the objects in its HTML (`summary`, `data`,
`initialNow`), each at the moment it was rendered.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import BadStatus, PageUnavailable, Truncated
from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Impact, Level, Phase
from monitor.platforms import incidentio
from tests.corpus.captures import claimed
from tests.drive import Answer, drive

pytestmark = pytest.mark.corpus

AIVEN, LINEAR = "aiven-root-20260317-ongoing.html", "linear-root-20260317.html"
MIRO, OPENAI = "miro-root-20260317-parent.html", "openai-root-20260317-ongoing.html"
JULY, JULY_AGAIN = "openai-summary-compat-20260709.json", "openai-summary-compat-20260709-b.json"
SEPTEMBER = "openai-summary-compat-20260929-incident.json"
PERPLEXITY, PERPLEXITY_COMPAT = (
    "perplexity-root-20260912-trimmed.html",
    "perplexity-summary-compat-20260824.json",
)
SUMMARY, LIST = "/api/v2/summary.json", "/api/v2/components.json"


def page_of(address: str, now: str) -> PageContext:
    return PageContext(url=address, now=datetime.fromisoformat(now).replace(tzinfo=UTC))


PAGES = {
    AIVEN: page_of("https://status.aiven.io/", "2026-03-17T04:16:00.304"),
    LINEAR: page_of("https://linearstatus.com/", "2026-03-17T04:15:51.595"),
    MIRO: page_of("https://status.miro.com/", "2026-03-17T16:27:47.313"),
    OPENAI: page_of("https://status.openai.com/", "2026-03-17T16:18:34.307"),
    PERPLEXITY: page_of("https://status.perplexity.com/", "2026-09-12T12:00:00"),
}


def answers(corpus: Path, bodies: dict[str, str]) -> Answer:
    """Return a page that answers each path with a capture, whatever its host, and every other one
    with 404."""

    def answer(url: str) -> Response:
        capture = bodies.get("/" + url.split("/", 3)[3])
        body = (
            (corpus / "captures" / "incidentio" / capture).read_bytes() if capture else b"Not Found"
        )
        return Response(url=url, final_url=url, status=200 if capture else 404, body=body)

    return answer


def polled(corpus: Path, capture: str) -> list[Evidence]:
    return drive(incidentio.poll(PAGES[capture]), PAGES[capture], answers(corpus, {"/": capture}))


def past(corpus: Path, capture: str) -> Evidence:
    """Return the last 90 days: the page's components come first, the 91 days its HTML carries
    second."""
    page = PAGES[capture]
    steps = incidentio.backfill(page, page.now - timedelta(days=90))
    _, told = drive(steps, page, answers(corpus, {"/": capture}))
    return told


def imitation(
    corpus: Path, bodies: dict[str, str], now: str = "2026-07-09T19:30:00"
) -> list[Evidence]:
    page = page_of("https://status.openai.com/", now)
    return drive(incidentio.poll(page), page, answers(corpus, bodies))


def levels(evidence: Evidence) -> dict[str, Level | None]:
    """Return the state of each component by its name. Not for OpenAI's page, where several have the
    same one."""
    names = {component.id: component.name for component in evidence.components or ()}
    return {names[seen.component_id]: seen.level for seen in evidence.observed or ()}


def counts(evidence: Evidence) -> Counter[Level | None]:
    return Counter(seen.level for seen in evidence.observed or ())


def shown(impact: Impact) -> tuple[str, Level | None, str]:
    end = f"{impact.end:%m-%d %H:%M:%S}" if impact.end else ""
    return impact.component_id, impact.level, f"{impact.start:%m-%d %H:%M:%S} .. {end}".rstrip()


def phases(evidence: Evidence) -> Counter[Phase]:
    return Counter(incident.phase for incident in evidence.incidents)


# --------------------------------------------------------------------------------------------------------------
# Aiven

PLATFORM, SUPPORT = "01H0FX8N7BQQ0RCMXSG3YPD5WW", "01J5960BYF1GC9A3PSGB356XVP"


def test_aiven_is_in_a_partial_outage_since_3_march(corpus: Path) -> None:
    """Two components; `affected_components` names Aiven. Its one incident, on a region of AWS, was
    published on 1 March and is at "monitoring"; its impact has no end.
    """
    now, _ = polled(corpus, AIVEN)

    assert levels(now) == {
        "Aiven": Level.PARTIAL_OUTAGE,
        "Support Ticketing System": Level.OPERATIONAL,
    }
    assert [(one.id, one.phase, one.status) for one in now.incidents] == [
        ("01KJNTSXKSNJJ8NWRKFWW9XT3K", Phase.OPEN, "monitoring")
    ]
    assert [shown(impact) for impact in now.impacts] == [
        (PLATFORM, Level.PARTIAL_OUTAGE, "03-03 03:01:31 ..")
    ]
    assert now.unknown_words == ()


def test_the_91_days_of_aiven(corpus: Path) -> None:
    """Three impacts. That of August 2024 never ended though its maintenance is complete, and
    nothing on the page says when it was: all that is certain is that it began. The page prints no
    uptimes.
    """
    told = past(corpus, AIVEN)

    assert sorted(map(shown, told.impacts)) == [
        (PLATFORM, Level.MAINTENANCE, "02-16 19:00:00 .. 02-18 19:00:00"),
        (PLATFORM, Level.PARTIAL_OUTAGE, "03-03 03:01:31 .."),
        (SUPPORT, Level.MAINTENANCE, "08-14 19:32:54 .. 08-14 19:32:55"),
    ]
    assert {impact.start.year for impact in told.impacts if impact.component_id == SUPPORT} == {
        2024
    }
    assert phases(told) == {Phase.OPEN: 1, Phase.CLOSED: 2}
    assert [(c.span.start, c.span.end) for c in told.coverage] == [
        (datetime(2025, 12, 17, tzinfo=UTC), PAGES[AIVEN].now)
    ]
    assert told.reported == ()


# -------------------------------------------------------------------------------------------------------------
# Linear

US_APP, US_INTEGRATIONS = "01GYJ3SHFDEDTPF6AW0THWRQ3M", "01H91ADPQET4K65YHVA3YZ9HT2"
EU_INTEGRATIONS = "01JX3FAHZ7FKYBWNK6PP7981P9"


def test_linear_is_well_in_both_regions(corpus: Path) -> None:
    """Nothing is affected, nothing is going on; the page's order is US first."""
    (now,) = polled(corpus, LINEAR)

    assert list(levels(now)) == [
        "US Region – Linear application", "US Region – Linear API", "US Region – Integrations",
        "EU Region – Linear application", "EU Region – Linear API", "EU Region – Integrations",
    ]  # fmt: skip
    assert counts(now) == {Level.OPERATIONAL: 6}
    assert now.incidents == ()


def test_the_91_days_of_linear(corpus: Path) -> None:
    """Eight incidents, all resolved, with 18 impacts: 13 degraded, 5 partial outages. The incident
    of 2 March was resolved twice, with 43 minutes in between when nothing was affected; that of 9
    March got better before it was over.
    """
    told = past(corpus, LINEAR)
    found = [shown(impact)[1:] for impact in told.impacts if impact.component_id == US_APP]
    reopened = [i for i in told.impacts if i.incident_id == "01KJQSGSNF0FHV5DP7DM467GHK"]

    assert phases(told) == {Phase.CLOSED: 8}
    assert Counter(impact.level for impact in told.impacts) == {
        Level.DEGRADED: 13,
        Level.PARTIAL_OUTAGE: 5,
    }
    assert sorted(found, key=lambda each: each[1]) == [
        (Level.DEGRADED, "03-05 09:30:38 .. 03-05 09:43:02"),
        (Level.DEGRADED, "03-05 17:49:30 .. 03-06 03:16:27"),
        (Level.PARTIAL_OUTAGE, "03-09 22:37:52 .. 03-09 23:41:44"),
        (Level.DEGRADED, "03-09 23:41:44 .. 03-09 23:48:57"),
    ]
    assert {shown(impact) for impact in reopened} == {
        (US_INTEGRATIONS, Level.PARTIAL_OUTAGE, "03-02 17:28:46 .. 03-02 17:40:36"),
        (EU_INTEGRATIONS, Level.PARTIAL_OUTAGE, "03-02 17:28:46 .. 03-02 17:37:53"),
        (US_INTEGRATIONS, Level.PARTIAL_OUTAGE, "03-02 18:23:57 .. 03-02 21:02:05"),
        (EU_INTEGRATIONS, Level.PARTIAL_OUTAGE, "03-02 18:23:57 .. 03-02 21:02:05"),
    }
    assert [(c.span.start, c.span.end) for c in told.coverage] == [
        (datetime(2025, 12, 17, tzinfo=UTC), PAGES[LINEAR].now)
    ]
    assert told.gaps == ()


def test_linear_s_partial_outages_are_what_its_printed_uptimes_lack(corpus: Path) -> None:
    """It prints 99.95, 99.87 and 99.88 % for three components and 100.00 % for the others. Partial
    outages count in whole there and degraded time not at all: 64, 170 and 167 minutes of 90 days
    are 0.049, 0.131 and 0.129 %.
    """
    told = past(corpus, LINEAR)
    out: Counter[str] = Counter()
    for impact in told.impacts:
        if impact.level is Level.PARTIAL_OUTAGE and impact.end is not None:
            out[impact.component_id] += round((impact.end - impact.start).total_seconds())
    printed = {each.component_id: each.ratio for each in told.reported}

    assert Counter(printed.values()) == {0.9995: 1, 0.9987: 1, 0.9988: 1, 1.0: 3}
    assert {key for key, ratio in printed.items() if ratio < 1} == out.keys() == {
        US_APP, US_INTEGRATIONS, EU_INTEGRATIONS,
    }  # fmt: skip
    for key, ratio in printed.items():
        assert 1 - out[key] / timedelta(days=90).total_seconds() == pytest.approx(ratio, abs=0.0001)


# ---------------------------------------------------------------------------------------------------------------
# Miro


def test_miro_s_page_only_names_its_three_sub_pages(corpus: Path) -> None:
    """`page_type` is parent and `components` is empty. That its structure lists six says nothing of
    their state."""
    page = PAGES[MIRO]
    for read in (incidentio.poll(page), incidentio.backfill(page, page.now - timedelta(days=90))):
        with pytest.raises(PageUnavailable) as caught:
            drive(read, page, answers(corpus, {"/": MIRO}))

        named = "EU https://status.miro.com/eu, US https://status.miro.com/us, AU https://status.miro.com/au"
        assert named in str(caught.value)


# -------------------------------------------------------------------------------------------------
# OpenAI, in its HTML

LOGIN, SORA_LOGIN = "01JMXBNJXG1S2D9V65P1ZZTD94", "01JMXCAX0Q10KMN6TADJHQNBSJ"


def test_openai_is_well_while_an_incident_is_still_watched(corpus: Path) -> None:
    """31 components in four groups, none affected: the open incident's component is "operational"
    by now, its impact ended at 04:09:53, and the incident was reopened and is at "monitoring".
    """
    now, _ = polled(corpus, OPENAI)

    assert counts(now) == {Level.OPERATIONAL: 31}
    assert Counter(each.group for each in now.components or ()) == {
        "APIs": 12,
        "ChatGPT": 13,
        "Sora": 5,
        "FedRAMP": 1,
    }
    assert [(one.id, one.phase) for one in now.incidents] == [
        ("01KKWW47249GJZZP9ZGR1PTHV5", Phase.OPEN)
    ]
    assert [shown(impact) for impact in now.impacts] == [
        (LOGIN, Level.DEGRADED, "03-17 03:06:13 .. 03-17 04:09:53")
    ]


def test_the_91_days_of_openai(corpus: Path) -> None:
    """69 incidents, one of them open. 191 impacts, all of them over: 182 degraded, 7 partial and 2
    full outages, here one by one; "Login" of ChatGPT and of Sora are two components. Some began on
    16 December, the day before the 91 days.
    """
    told = past(corpus, OPENAI)

    assert phases(told) == {Phase.OPEN: 1, Phase.CLOSED: 68}
    assert len(told.impacts) == 191
    assert all(impact.end for impact in told.impacts)
    assert {shown(impact) for impact in told.impacts if impact.level is not Level.DEGRADED} == {
        (LOGIN, Level.PARTIAL_OUTAGE, "12-16 08:02:00 .. 12-18 22:46:43"),
        ("01JMXBRMFEMZK0HPK19RYET250", Level.PARTIAL_OUTAGE, "12-17 04:35:00 .. 12-17 22:00:00"),
        (SORA_LOGIN, Level.MAJOR_OUTAGE, "12-18 22:03:46 .. 12-18 22:34:58"),
        ("01JMXBRMFE6N2NNT7DG6XZQ6PW", Level.PARTIAL_OUTAGE, "01-08 20:25:49 .. 01-08 21:19:38"),
        ("01JP8CD9JR3HR6Y7G4Q75N4DVW", Level.PARTIAL_OUTAGE, "01-08 20:25:49 .. 01-08 21:19:38"),
        ("01JMXBNJXGV1T5GT2M9XA83XNG", Level.PARTIAL_OUTAGE, "01-08 20:25:49 .. 01-08 21:19:38"),
        (LOGIN, Level.PARTIAL_OUTAGE, "01-30 17:59:00 .. 01-30 20:03:00"),
        ("01JMXBNJXGKKP51D4DEJ2HZJ8Q", Level.MAJOR_OUTAGE, "02-16 20:48:54 .. 02-16 21:12:32"),
        ("01K6TVGGGDCP0PPGCHXAG3AQX8", Level.PARTIAL_OUTAGE, "02-26 14:03:27 .. 02-26 15:57:57"),
    }
    assert [(c.span.start, c.span.end) for c in told.coverage] == [
        (datetime(2025, 12, 17, tzinfo=UTC), PAGES[OPENAI].now)
    ]
    assert len(told.reported) == 31
    assert {each.ratio for each in told.reported if each.component_id == LOGIN} == {0.9914}


# --------------------------------------------------------------------------------------------
# OpenAI, as a Statuspage


@pytest.mark.parametrize("capture", [JULY, JULY_AGAIN, SEPTEMBER])
def test_25_components_of_openai_are_not_all_of_them(corpus: Path, capture: str) -> None:
    """Each of these lists 25; with the complete list not captured, the others' state would be a
    guess."""
    with pytest.raises(Truncated, match="25"):
        imitation(corpus, {SUMMARY: capture})


@pytest.mark.parametrize(("summary", "complete"), [(JULY, JULY_AGAIN), (JULY_AGAIN, JULY)])
def test_two_choices_of_25_do_not_complete_each_other(
    corpus: Path, summary: str, complete: str
) -> None:
    """Of the same moment, 19:25:56, with 19 components in common: each leaves out six that the
    other lists."""
    with pytest.raises(Truncated, match="25"):
        imitation(corpus, {SUMMARY: summary, LIST: complete})


@pytest.mark.parametrize("capture", [JULY, JULY_AGAIN])
def test_what_the_summaries_of_july_list_is_well(corpus: Path, capture: str) -> None:
    """All 25 are operational, the indicator is none. The same list stands in for the complete
    one."""
    (now,) = imitation(corpus, {SUMMARY: capture, LIST: capture})

    assert counts(now) == {Level.OPERATIONAL: 25}
    assert (now.incidents, now.page and now.page.remark, now.unknown_words) == ((), None, ())


def test_what_the_summary_of_29_september_lists_is_degraded_but_for_three(corpus: Path) -> None:
    """22 of 25 are degraded, the indicator is minor. Two incidents are being investigated, since
    17:52:52 and 17:49:05; the one on the support chat has no impact. The same list stands in for
    the complete one.
    """
    (now,) = imitation(corpus, {SUMMARY: SEPTEMBER, LIST: SEPTEMBER}, "2026-09-29T18:30:00")

    assert counts(now) == {Level.DEGRADED: 22, Level.OPERATIONAL: 3}
    assert {name for name, level in levels(now).items() if level is Level.OPERATIONAL} == {
        "Ads API", "Decisions", "dots",
    }  # fmt: skip
    assert {
        (one.id, one.phase, one.impact, f"{one.started_at:%H:%M:%S}") for one in now.incidents
    } == {
        ("01M3Q4RK1SM4EMK445GGPG7C0N", Phase.OPEN, "minor", "17:52:52"),
        ("01M3Q4HMNP8SZ27DTZKW6F5BJ4", Phase.OPEN, "none", "17:49:05"),
    }
    assert (now.page and now.page.remark, now.unknown_words) == (None, ())


# ---------------------------------------------------------------------------------------------------------
# Perplexity


def test_perplexity_s_three_components_are_well(corpus: Path) -> None:
    """Its page has data since 30 July 2024, 23 January 2025 and 30 June 2026."""
    (now,) = polled(corpus, PERPLEXITY)

    assert levels(now) == dict.fromkeys(("Website", "App", "Computer"), Level.OPERATIONAL)
    assert [each.start_date for each in now.components or ()] == [
        date(2024, 7, 30), date(2025, 1, 23), date(2026, 6, 30),
    ]  # fmt: skip


def test_perplexity_s_page_was_cut_to_its_state_so_its_history_cannot_be_read(corpus: Path) -> None:
    """The capture holds the summary and no list of impacts; the address of that list answers
    404."""
    page = PAGES[PERPLEXITY]

    with pytest.raises(BadStatus, match="404"):
        drive(
            incidentio.backfill(page, page.now - timedelta(days=90)),
            page,
            answers(corpus, {"/": PERPLEXITY}),
        )


def test_a_short_imitated_list_is_perplexity_s_whole_one(corpus: Path) -> None:
    """Three components, fewer than where the platform cuts; they are the three of its page, with
    the same ids."""
    page = page_of("https://status.perplexity.com/", "2026-09-12T12:00:00")
    (now,) = drive(incidentio.poll(page), page, answers(corpus, {SUMMARY: PERPLEXITY_COMPAT}))
    (shown_there,) = polled(corpus, PERPLEXITY)

    assert levels(now) == dict.fromkeys(("Website", "App", "Computer"), Level.OPERATIONAL)
    assert {seen.component_id for seen in now.observed or ()} == {
        c.id for c in shown_there.components or ()
    }
    assert now.page is not None
    assert now.page.remark is None


# ------------------------------------------------------------------------------------------------------------
# whose


def test_its_answers_are_recognised_and_nobody_elses(corpus: Path) -> None:
    """The pages carry a page id and the vendor's marks, the imitations a page id and an address as
    only they write it."""
    captures = (
        AIVEN,
        LINEAR,
        MIRO,
        OPENAI,
        JULY,
        JULY_AGAIN,
        SEPTEMBER,
        PERPLEXITY,
        PERPLEXITY_COMPAT,
    )

    assert claimed(corpus, incidentio) == {
        *(f"incidentio/{name}" for name in captures),
        "aiven-2026-03-17",
        "linear-2026-03-17",
        "miro-2026-03-17-parent",
        "openai-2026-03-17",
        "openai-compat-2026-07-09",
    }
