"""Real captured answers of Statuspage pages, with the levels, counts and times read off them by
hand.

A capture is served where it was taken from, and everything else of the page answers 404. What was
captured alone is read beside a page's own components of another day, where a test says so: their
ids do not change.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import BadStatus, PageUnavailable
from monitor.kit.protocol import PageContext, Response
from monitor.model import Aspect, Basis, Component, Evidence, Impact, Incident, Level, Phase
from monitor.platforms import statuspage
from tests.corpus.captures import claimed
from tests.drive import Answer, drive

pytestmark = pytest.mark.corpus

PAGE = "https://status.vendor.example/"
SUMMARY, INCIDENTS, COMPONENTS = (
    "/api/v2/summary.json",
    "/api/v2/incidents.json",
    "/api/v2/components.json",
)

CLAUDE = {
    "rwppv331jlwc": "claude.ai",
    "0qbwn08sd68x": "console",
    "k8w3r06qmzrp": "API",
    "yyzkbfz2thpt": "Code",
    "bpp5gb3hpjcl": "Cowork",
    "0scnb50nvy53": "Government",
}
"""Claude's components, which it renames, by names of our own."""

GITHUB = {
    "8l4ygp009s5s": "Git Operations",
    "4230lsnqdsld": "Webhooks",
    "brv1bkgrwx7q": "API Requests",
    "kr09ddfgbfsf": "Issues",
    "hhtssxt0f5v2": "Pull Requests",
    "br0l2tvcx85d": "Actions",
    "st3j38cctv9l": "Packages",
    "vg70hn9s2tyj": "Pages",
    "pjmpxvq2cmr2": "Copilot",
    "h2ftsgbw7kmk": "Codespaces",
    "cnnb39dkkk82": "Copilot AI Model Providers",
    "5bfcr2x9x8kc": "Notifications",
}

DEGRADED, PARTIAL, MAJOR, MAINTENANCE = "degraded", "partial_outage", "major_outage", "maintenance"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def context(now: str, **more: object) -> PageContext:
    return PageContext(url=PAGE, now=at(now), **more)  # type: ignore[arg-type]


def body_of(corpus: Path, name: str) -> bytes:
    return (corpus / "captures/statuspage" / name).read_bytes()


def serving(bodies: Mapping[str, bytes]) -> Answer:
    def answer(url: str) -> Response:
        body = bodies.get(url.removeprefix(PAGE.rstrip("/")))
        return Response(
            url=url, final_url=url, status=200 if body else 404, body=body or b"Not Found"
        )

    return answer


def backfilled(
    bodies: Mapping[str, bytes], page: PageContext, since: datetime | None = None
) -> list[Evidence]:
    return drive(
        statuspage.backfill(page, since or page.now - timedelta(days=90)), page, serving(bodies)
    )


def state_in(corpus: Path, capture: str, now: str) -> Evidence:
    """Return what the summary says; a backfill goes on without the incidents' list, which was not
    captured with it."""
    return backfilled({SUMMARY: body_of(corpus, capture)}, context(now))[0]


def shown(
    impacts: Iterable[Impact], names: Mapping[str, str], incident: str | None = None
) -> set[tuple[str, str, str, str]]:
    """Return impacts as name, level (or the word it is inferred from), start and end to the second,
    UTC."""
    return {
        (
            names.get(each.component_id, each.component_id),
            str(each.word) if each.level is None else each.level.word,
            f"{each.start:%m-%d %H:%M:%S}",
            f"{each.end:%m-%d %H:%M:%S}" if each.end else "",
        )
        for each in impacts
        if incident in {None, each.incident_id}
    }


def phases(incidents: Iterable[Incident]) -> dict[Phase, int]:
    return dict(Counter(each.phase for each in incidents))


def bad(piece: Evidence) -> list[tuple[str, Level | None]]:
    names = {component.id: component.name for component in piece.components or ()}
    return sorted(
        (names[o.component_id], o.level)
        for o in piece.observed or ()
        if o.level is not Level.OPERATIONAL
    )


# -------------------------------------------------------------------------------------------------
# the state of a page

GREEN, BLUE, YELLOW, ORANGE, RED = Level
"""Operational, maintenance, degraded, partial outage, major outage."""

SUMMARIES = [
    ("claude-summary-20260729-major", "2026-07-29T20:40", {GREEN: 2, RED: 4}, {Phase.OPEN: 1}),
    (
        "cloudflare-summary-20260730",
        "2026-07-30T17:21",
        {GREEN: 416, BLUE: 20, ORANGE: 26},
        {Phase.OPEN: 2, Phase.SCHEDULED: 9},
    ),
    ("digitalocean-summary-20201107", "2020-11-07T00:00", {GREEN: 33}, {}),
    (
        "digitalocean-summary-20201205",
        "2020-12-05T09:30",
        {GREEN: 30, YELLOW: 1, RED: 2},
        {Phase.OPEN: 1},
    ),
    ("digitalocean-summary-20211001", "2021-10-01T21:30", {GREEN: 14, YELLOW: 20}, {Phase.OPEN: 3}),
    ("digitalocean-summary-20260707", "2026-07-07T10:31", {GREEN: 210, BLUE: 1}, {Phase.OPEN: 1}),
    ("digitalocean-summary-20260819", "2026-08-19T15:30", {GREEN: 237, RED: 2}, {Phase.OPEN: 1}),
    ("github-summary-20260730", "2026-07-30T17:20", {GREEN: 12}, {}),
    ("logingov-summary-20260814", "2026-08-14T19:05", {GREEN: 4}, {}),
    ("ssa-summary-20260814", "2026-08-14T19:05", {GREEN: 2}, {Phase.SCHEDULED: 1}),
    (
        "twilio-summary-20260812",
        "2026-08-12T13:49",
        {GREEN: 164, BLUE: 1, YELLOW: 6},
        {Phase.OPEN: 2, Phase.SCHEDULED: 47},
    ),
]


@pytest.mark.parametrize(
    ("capture", "now", "levels", "events"), SUMMARIES, ids=[each[0] for each in SUMMARIES]
)
def test_a_summary_s_levels_and_events(
    corpus: Path, capture: str, now: str, levels: dict[Level, int], events: dict[Phase, int]
) -> None:
    """Rows that are groups count nowhere (8 at Cloudflare; 2, then 17 at DigitalOcean; 1 at
    Login.gov; 20 at Twilio). A maintenance under way is open. Every page's indicator is what its
    worst component makes it.
    """
    piece = state_in(corpus, f"{capture}.json", now)

    assert Counter(each.level for each in piece.observed or ()) == levels
    assert len(piece.components or ()) == sum(levels.values())
    assert phases(piece.incidents) == events
    assert (piece.unknown_words, piece.page and piece.page.remark) == ((), None)


@pytest.mark.parametrize(
    ("capture", "now", "named"),
    [
        (
            "claude-summary-20260729-major.json",
            "2026-07-29T20:40",
            [
                ("Claude API (api.anthropic.com)", RED),
                ("Claude Code", RED),
                ("Claude Cowork", RED),
                ("claude.ai", RED),
            ],
        ),
        (
            "digitalocean-summary-20201205.json",
            "2020-12-05T09:30",
            [("API", RED), ("Cloud Control Panel", RED), ("Global", YELLOW)],
        ),
        ("digitalocean-summary-20260707.json", "2026-07-07T10:31", [("NYC2", BLUE)]),
        ("digitalocean-summary-20260819.json", "2026-08-19T15:30", [("MKC1", RED), ("MKC1", RED)]),
        (
            "twilio-summary-20260812.json",
            "2026-08-12T13:49",
            [
                ("Bulk Export", YELLOW),
                ("INTERCONNECT", BLUE),
                ("MMS Short Code, North America", YELLOW),
                ("MMS Toll-Free, North America", YELLOW),
                ("SMS, APAC", YELLOW),
                ("SendGrid API", YELLOW),
                ("Voice, Middle East & Africa", YELLOW),
            ],
        ),
    ],
)
def test_a_summary_s_components_that_are_not_well(
    corpus: Path, capture: str, now: str, named: list[tuple[str, Level]]
) -> None:
    assert bad(state_in(corpus, capture, now)) == named


@pytest.mark.parametrize(
    ("capture", "now", "some"),
    [
        (
            "cloudflare-summary-20260730.json",
            "2026-07-30T17:21",
            {
                "Arica, Chile - (ARI)": ORANGE,
                "Baghdad, Iraq - (BGW)": BLUE,
                "Lyon, France - (LYS)": ORANGE,
            },
        ),
        (
            "digitalocean-summary-20211001.json",
            "2021-10-01T21:30",
            {"API": YELLOW, "Droplets": YELLOW, "VPC": YELLOW},
        ),
    ],
)
def test_many_components_that_are_not_well_are_those_whose_rows_say_so(
    corpus: Path, capture: str, now: str, some: dict[str, Level]
) -> None:
    """46 at Cloudflare and 20 at DigitalOcean: too many to write down, so all of them are compared
    with their rows."""
    piece = state_in(corpus, capture, now)
    words = {BLUE: "under_maintenance", YELLOW: "degraded_performance", ORANGE: "partial_outage"}

    assert sorted(
        (name, words[level]) for name, level in bad(piece) if level is not None
    ) == sorted(
        (row["name"].strip(), row["status"])
        for row in json.loads(body_of(corpus, capture))["components"]
        if not row["group"] and row["status"] != "operational"
    )
    assert some.items() <= dict(bad(piece)).items()


def test_two_components_of_one_name_are_told_apart_by_their_groups(corpus: Path) -> None:
    """DigitalOcean has an MKC1 in its group of GPU Droplets and another one in that of Kubernetes;
    both are down."""
    piece = state_in(corpus, "digitalocean-summary-20260819.json", "2026-08-19T15:30")
    down = {each.component_id for each in piece.observed or () if each.level is Level.MAJOR_OUTAGE}

    assert {each.group for each in piece.components or () if each.id in down} == {
        "GPU Droplets",
        "Kubernetes",
    }


def test_cloudflare_s_maintenances_under_way_are_not_those_of_the_components_in_maintenance(
    corpus: Path,
) -> None:
    """Twenty places are in maintenance without an event. The two events under way are of Colombo,
    since 16:30:09, and Ashburn, since 10:00:07; both say so of themselves and leave their component
    operational, so that is inferred.
    """
    piece = state_in(corpus, "cloudflare-summary-20260730.json", "2026-07-30T17:21")
    states = {each.component_id: each.level for each in piece.observed or ()}

    assert shown(piece.impacts, {"p6skg25yj69j": "Colombo", "3t0npclljyyg": "Ashburn"}) == {
        ("Colombo", "maintenance", "07-30 16:30:09", ""),
        ("Ashburn", "maintenance", "07-30 10:00:07", ""),
    }
    assert {each.basis for each in piece.impacts} == {Basis.INFERRED}
    assert states["p6skg25yj69j"] is states["3t0npclljyyg"] is Level.OPERATIONAL


@pytest.mark.parametrize(
    ("capture", "now", "impacts"),
    [
        (
            "claude-summary-20260729-major.json",
            "2026-07-29T20:40",
            {
                (name, MAJOR, "07-29 19:49:45", "")
                for name in ("claude.ai", "API", "Code", "Cowork")
            },
        ),
        (
            "digitalocean-summary-20201205.json",
            "2020-12-05T09:30",
            {
                ("1082j139b5bg", MAJOR, "12-05 08:44:31", ""),
                ("xymwmm4wsr4l", MAJOR, "12-05 08:44:31", ""),
                ("7t9s4fqwl4pm", DEGRADED, "12-05 08:44:31", ""),
            },
        ),
        (
            "digitalocean-summary-20260707.json",
            "2026-07-07T10:31",
            {("r2cw20w0r9zx", MAINTENANCE, "07-07 10:30:08", "")},
        ),
        (
            "digitalocean-summary-20260819.json",
            "2026-08-19T15:30",
            {
                (code, level, start, end)
                for code in ("dzzkx9qrqr9v", "20bc3d63817b")
                for level, start, end in (
                    (DEGRADED, "08-19 11:10:06", "08-19 15:28:37"),
                    (MAJOR, "08-19 15:28:37", ""),
                )
            },
        ),
        ("ssa-summary-20260814.json", "2026-08-14T19:05", set()),
        (
            "twilio-summary-20260812.json",
            "2026-08-12T13:49",
            {
                ("8qjql0kqnd33", DEGRADED, "08-12 13:38:28", ""),
                ("sqwjyy7x2sc6", DEGRADED, "08-10 18:32:42", ""),
            },
        ),
    ],
)
def test_what_a_summary_s_events_do_to_components(
    corpus: Path, capture: str, now: str, impacts: set[tuple[str, str, str, str]]
) -> None:
    """Read off the updates' `affected_components`; Twilio writes seven hours behind UTC. A
    maintenance announced in the state of another one, as Twilio's of Red One is, does nothing
    before it begins.
    """
    assert shown(state_in(corpus, capture, now).impacts, CLAUDE) == impacts


def test_twenty_degraded_parts_of_digitalocean_are_three_incidents(corpus: Path) -> None:
    """The one of 21:07:46 lists 27 components, seven of them, the regions, as operational. Two of
    its twenty were degraded by then in the other two: Networking since 15:38:14, Managed Databases
    since 22:39:10 of the day before.
    """
    piece = state_in(corpus, "digitalocean-summary-20211001.json", "2021-10-01T21:30")
    impacts = {
        i: shown(piece.impacts, {}, i) for i in ("n231nq3dhf57", "xlwg23ctm5zv", "rbdc1p72mjmw")
    }

    assert {each[1:] for each in impacts["n231nq3dhf57"]} == {(DEGRADED, "10-01 21:07:46", "")}
    assert len(impacts["n231nq3dhf57"]) == 20
    assert impacts["xlwg23ctm5zv"] == {("1f90pjx4y4jc", DEGRADED, "10-01 15:38:14", "")}
    assert impacts["rbdc1p72mjmw"] == {("lklbmflv3jcl", DEGRADED, "09-30 22:39:10", "")}


def test_a_maintenance_ahead_begins_when_it_is_scheduled(corpus: Path) -> None:
    """SSA's was announced on 08-12 for 23:55 of 08-15, four hours behind UTC."""
    piece = state_in(corpus, "ssa-summary-20260814.json", "2026-08-14T19:05")

    assert [(each.started_at, each.resolved_at) for each in piece.incidents] == [
        (at("2026-08-16T03:55"), None)
    ]


@pytest.mark.parametrize(
    ("capture", "bars", "of"),
    [
        ("github-summary-20260730.json", 11, 12),
        ("logingov-summary-20260814.json", 4, 4),
        ("twilio-summary-20260812.json", 12, 171),
        ("digitalocean-summary-20260819.json", 0, 239),
    ],
)
def test_the_components_with_an_uptime_record(
    corpus: Path, capture: str, bars: int, of: int
) -> None:
    """GitHub's twelfth is the line "Visit www.githubstatus.com for more information", a component
    like any other."""
    components = state_in(corpus, capture, "2026-08-20T00:00").components or ()

    assert (sum(each.has_bars for each in components), len(components)) == (bars, of)


@pytest.mark.parametrize(
    ("capture", "mark"),
    [
        ("digitalocean-summary-20201107.json", "2020-11-06T18:17:23.790Z"),
        ("github-summary-20260730.json", "2026-07-30T17:19:10.977Z"),
        ("logingov-summary-20260814.json", "2026-08-14T15:04:06.308-04:00"),
    ],
)
def test_a_page_that_has_not_changed_is_polled_with_one_request(
    corpus: Path, capture: str, mark: str
) -> None:
    page, asked = context("2026-08-20T00:00", cursor=mark), []
    (piece,) = drive(
        statuspage.poll(page), page, serving({SUMMARY: body_of(corpus, capture)}), asked=asked
    )

    assert (len(asked), bad(piece)) == (1, [])


def test_a_poll_that_cannot_read_the_incidents_of_an_open_incident_fails(corpus: Path) -> None:
    """Claude's summary has an incident; the list that a poll then asks for is not there."""
    page = context("2026-07-29T20:40")
    with pytest.raises(BadStatus, match="404") as caught:
        drive(
            statuspage.poll(page),
            page,
            serving({SUMMARY: body_of(corpus, "claude-summary-20260729-major.json")}),
        )

    assert str(caught.value.url).endswith(INCIDENTS)


# ------------------------------------------------------------------------------------------------
# lists of incidents


def claude_list(corpus: Path, capture: str, now: str) -> Evidence:
    """Return what a captured list says, beside the components of 2026-08-22."""
    bodies = {
        COMPONENTS: body_of(corpus, "claude-components-20260822.json"),
        INCIDENTS: body_of(corpus, capture),
    }
    (listed,) = (
        piece
        for piece in backfilled(bodies, context(now))
        if piece.source == "statuspage.incidents"
    )
    return listed


def test_claude_s_six_components_of_2026_08_22_are_well(corpus: Path) -> None:
    bodies = {COMPONENTS: body_of(corpus, "claude-components-20260822.json")}
    state, *_ = backfilled(bodies, context("2026-08-22T04:00"))

    assert {each.component_id: each.level for each in state.observed or ()} == dict.fromkeys(
        CLAUDE, GREEN
    )
    assert sum(each.has_bars for each in state.components or ()) == 6


LISTS = [
    ("20260414T072320Z", {Phase.CLOSED: 50}, 6, "2026-03-13T21:27:50.158"),
    ("20260716T195813Z", {Phase.CLOSED: 49, Phase.OPEN: 1}, 4, "2026-06-10T17:21:33.620"),
    ("20260716T235337Z", {Phase.CLOSED: 50}, 4, "2026-06-10T17:21:33.620"),
    ("20260816T221400Z", {Phase.CLOSED: 48, Phase.OPEN: 2}, 3, "2026-07-16T10:27:48.529"),
    ("20260816T231347Z", {Phase.CLOSED: 50}, 3, "2026-07-16T08:53:52.263"),
    ("20260820T182942Z", {Phase.CLOSED: 50}, 3, "2026-07-16T22:53:12.373"),
]


@pytest.mark.parametrize(
    ("stamp", "events", "nameless", "oldest"), LISTS, ids=[each[0] for each in LISTS]
)
def test_a_list_of_fifty_reaches_back_to_the_oldest_end_in_it(
    corpus: Path, stamp: str, events: dict[Phase, int], nameless: int, oldest: str
) -> None:
    """Nameless are those that neither link a component nor post one in any update; nothing is known
    of their impact."""
    now = f"{datetime.strptime(stamp, '%Y%m%dT%H%M%SZ'):%Y-%m-%dT%H:%M:%S}"
    listed = claude_list(corpus, f"claude-incidents-{stamp}.json", now)
    without = {each.id for each in listed.incidents if not each.component_ids}

    assert phases(listed.incidents) == events
    assert len(without) == nameless
    assert [impact for impact in listed.impacts if impact.incident_id in without] == []
    assert [(c.aspect, c.span.start, c.span.end) for c in listed.coverage] == [
        (Aspect.IMPACTS, at(oldest), at(now))
    ]
    assert all(
        each.resolved_at is None or each.started_at <= each.resolved_at for each in listed.incidents
    )
    assert listed.unknown_words == ()


def test_the_updates_of_april_s_worst_two(corpus: Path) -> None:
    """Of 04-13 `6jd2m42f8mld` lists all six components and posts three of them as bad, two only
    twenty minutes before its end at 16:35:58. `b9802k1zb5l2` of 03-27 got a post-mortem at
    17:36:52, after it had been resolved at 16:46:24.
    """
    listed = claude_list(corpus, "claude-incidents-20260414T072320Z.json", "2026-04-14T07:23:20")

    assert shown(listed.impacts, CLAUDE, "6jd2m42f8mld") == {
        ("claude.ai", MAJOR, "04-13 15:40:43", "04-13 16:35:58"),
        ("Code", PARTIAL, "04-13 16:16:54", "04-13 16:35:58"),
        ("Cowork", PARTIAL, "04-13 16:16:54", "04-13 16:35:58"),
    }
    assert shown(listed.impacts, CLAUDE, "b9802k1zb5l2") == {
        *(
            (name, DEGRADED, "03-27 06:59:38", "03-27 11:04:15")
            for name in ("claude.ai", "console", "API", "Code", "Government")
        ),
        *(
            (name, MAJOR, "03-27 11:04:15", "03-27 16:46:24")
            for name in ("claude.ai", "API", "Code")
        ),
    }


@pytest.mark.parametrize(
    ("capture", "now", "dated"),
    [
        (
            "claude-incidents-20260414T072320Z.json",
            "2026-04-14T07:23:20",
            {"ccm8hy0pld48": "2026-04-10T14:00", "7n7xgqws441v": "2026-04-04T17:30"},
        ),
        (
            "claude-incidents-20260716T195813Z.json",
            "2026-07-16T19:58:13",
            {"6djcn2k6v8kp": "2026-07-10T13:00", "9284yk6xxd0h": "2026-06-27T18:00"},
        ),
        (
            "claude-incidents-20260820T182942Z.json",
            "2026-08-20T18:29:42",
            {"1019wwb67615": "2026-07-25T18:13:01"},
        ),
    ],
)
def test_incidents_entered_afterwards_stand_where_they_were_dated_back_to(
    corpus: Path, capture: str, now: str, dated: dict[str, str]
) -> None:
    """Each began and ended in the same moment, says the page; their `started_at` is up to four
    hours later."""
    listed = claude_list(corpus, capture, now)

    assert {i.id: (i.started_at, i.resolved_at) for i in listed.incidents if i.id in dated} == {
        code: (at(moment), at(moment)) for code, moment in dated.items()
    }


@pytest.mark.parametrize(
    ("capture", "now", "end"),
    [
        ("claude-incidents-20260716T195813Z.json", "2026-07-16T19:58:13", ""),
        ("claude-incidents-20260716T235337Z.json", "2026-07-16T23:53:37", "07-16 22:01:31"),
    ],
)
def test_an_incident_before_and_after_its_end(
    corpus: Path, capture: str, now: str, end: str
) -> None:
    """Four components were partly out from 18:36:58. They were well again at 22:01:31; the incident
    ended at 22:53:12, and its links to them were taken away.
    """
    listed = claude_list(corpus, capture, now)

    assert shown(listed.impacts, CLAUDE, "kqbd7wm6hnnr") == {
        (name, PARTIAL, "07-16 18:36:58", end) for name in ("claude.ai", "API", "Code", "Cowork")
    }


def test_a_state_that_the_incident_itself_never_takes_back_holds_to_its_end(corpus: Path) -> None:
    """`s9w82lp9dcn9`, two withdrawn models, posts "degraded" on 06-13 and nothing until it ends on
    07-01, with components that were operational by then. Others called claude.ai operational as
    soon as 02:03:03 of the same night. An incident is read by itself, with or without the others at
    hand, so its own last word stands: too long rather than too short.
    """
    listed = claude_list(corpus, "claude-incidents-20260716T195813Z.json", "2026-07-16T19:58:13")

    assert shown(listed.impacts, CLAUDE, "s9w82lp9dcn9") == {
        (name, DEGRADED, "06-13 00:50:44", "07-01 19:26:26")
        for name in ("claude.ai", "API", "Code", "Cowork")
    }


def test_the_incident_of_08_16_and_its_double(corpus: Path) -> None:
    """`qt14v73myyy5` names three components at 21:58:57 and two more at 22:02:03. `qzfvhfg85r6t`
    repeats all five at 22:07:04, and an hour later it is gone, while the first one ended at
    22:34:39.
    """
    before = claude_list(corpus, "claude-incidents-20260816T221400Z.json", "2026-08-16T22:14:00")
    after = claude_list(corpus, "claude-incidents-20260816T231347Z.json", "2026-08-16T23:13:47")
    known = {
        ("claude.ai", MAJOR, "08-16 21:58:57"),
        ("Code", MAJOR, "08-16 21:58:57"),
        ("Cowork", MAJOR, "08-16 21:58:57"),
        ("console", MAJOR, "08-16 22:02:03"),
        ("API", PARTIAL, "08-16 22:02:03"),
    }

    assert shown(before.impacts, CLAUDE, "qt14v73myyy5") == {(*each, "") for each in known}
    assert shown(before.impacts, CLAUDE, "qzfvhfg85r6t") == {
        (*each[:2], "08-16 22:07:04", "") for each in known
    }
    assert shown(after.impacts, CLAUDE, "qt14v73myyy5") == {
        (*each, "08-16 22:34:39") for each in known
    }
    assert shown(after.impacts, CLAUDE, "qzfvhfg85r6t") == set()


def test_the_double_is_withdrawn_and_not_resolved(corpus: Path) -> None:
    """No summary of that hour was captured: one of July stands for it, and brings its own incident,
    which the list of 08-16 has resolved.
    """
    page = context(
        "2026-08-16T23:13:47", open_incidents=frozenset({"qzfvhfg85r6t", "qt14v73myyy5"})
    )
    bodies = {
        SUMMARY: body_of(corpus, "claude-summary-20260729-major.json"),
        INCIDENTS: body_of(corpus, "claude-incidents-20260816T231347Z.json"),
    }
    pieces = drive(statuspage.poll(page), page, serving(bodies))

    assert [piece.withdrawn for piece in pieces if piece.withdrawn] == [("qzfvhfg85r6t",)]
    assert {each.id: each.phase for piece in pieces for each in piece.incidents}[
        "qt14v73myyy5"
    ] is Phase.CLOSED


def test_the_end_of_the_major_outage_of_07_29(corpus: Path) -> None:
    """Major at 19:49:45, partial at 21:38:34, well at 22:20:16, resolved at 22:36:20 and
    unlinked."""
    listed = claude_list(corpus, "claude-incidents-20260820T182942Z.json", "2026-08-20T18:29:42")

    assert shown(listed.impacts, CLAUDE, "q2kg8n613kr3") == {
        (name, *span)
        for name in ("claude.ai", "API", "Code", "Cowork")
        for span in (
            (MAJOR, "07-29 19:49:45", "07-29 21:38:34"),
            (PARTIAL, "07-29 21:38:34", "07-29 22:20:16"),
        )
    }


def github(corpus: Path, *, wanted: Iterable[str] = ()) -> list[Evidence]:
    """Poll GitHub with the summary of 07-30 and the list of 08-18, which its source cut to five;
    `wanted` are known as open and answer with their own captures.
    """
    page = context("2026-08-18T12:10", open_incidents=frozenset(wanted))
    bodies = {
        f"/api/v2/incidents/{code}.json": body_of(corpus, f"github-incident-{code}-unknown.json")
        for code in wanted
    }
    bodies[SUMMARY] = body_of(corpus, "github-summary-20260730.json")
    bodies[INCIDENTS] = body_of(corpus, "github-incidents-20260818-first5.json")
    return drive(statuspage.poll(page), page, serving(bodies))


def test_github_s_five_incidents_of_august(corpus: Path) -> None:
    """Three name nothing. `24t8gsgqx2qb` degrades one component; `zkxwbgr0cnmx`, in 36 updates,
    eight, one of which, the API, is down for another 13 minutes after everything had come back at
    16:59:38; Copilot stays down to the end.
    """
    (_, listed) = github(corpus)

    assert phases(listed.incidents) == {Phase.CLOSED: 5}
    assert {i.id for i in listed.incidents if not i.component_ids} == {
        "bmpybhnrky3x",
        "gx7js8bd0jpz",
        "pf25whpq58hh",
    }
    assert shown(listed.impacts, GITHUB, "24t8gsgqx2qb") == {
        ("Copilot AI Model Providers", DEGRADED, "08-13 14:43:25", "08-13 15:47:22")
    }
    assert shown(listed.impacts, GITHUB, "zkxwbgr0cnmx") == {
        ("API Requests", DEGRADED, "08-17 13:41:47", "08-17 15:01:40"),
        ("API Requests", MAJOR, "08-17 15:01:40", "08-17 16:59:38"),
        ("API Requests", MAJOR, "08-17 18:48:19", "08-17 19:01:45"),
        ("Actions", DEGRADED, "08-17 13:42:42", "08-17 14:58:09"),
        ("Actions", MAJOR, "08-17 14:58:09", "08-17 16:59:38"),
        ("Webhooks", DEGRADED, "08-17 13:44:02", "08-17 14:58:17"),
        ("Webhooks", PARTIAL, "08-17 14:58:17", "08-17 15:40:44"),
        ("Webhooks", DEGRADED, "08-17 15:40:44", "08-17 16:59:38"),
        ("Issues", DEGRADED, "08-17 13:46:37", "08-17 14:49:24"),
        ("Issues", MAJOR, "08-17 14:49:24", "08-17 16:59:38"),
        ("Issues", DEGRADED, "08-17 17:36:29", "08-17 20:22:28"),
        ("Pull Requests", DEGRADED, "08-17 13:58:14", "08-17 14:45:53"),
        ("Pull Requests", PARTIAL, "08-17 14:45:53", "08-17 14:54:14"),
        ("Pull Requests", MAJOR, "08-17 14:54:14", "08-17 16:59:38"),
        ("Copilot", MAJOR, "08-17 14:31:25", "08-17 21:15:46"),
        ("Pages", DEGRADED, "08-17 15:10:00", "08-17 16:59:38"),
        ("Git Operations", DEGRADED, "08-17 15:21:36", "08-17 16:59:38"),
        ("Git Operations", DEGRADED, "08-17 17:30:49", "08-17 18:23:47"),
    }


SINGLE: dict[str, set[tuple[str, str, str, str]]] = {
    "28bmd8r1vy40": set(),
    "b40k7ckrs7sp": set(),
    "nk9gdvl03ztg": set(),
    "rgy28jwprr1c": {
        ("Notifications", MAJOR, "09-23 16:12:01", "09-23 16:22:14"),
        ("Notifications", DEGRADED, "09-23 16:22:14", "09-23 16:37:46"),
    },
    "t2xwk9mz56f4": {
        ("Pull Requests", PARTIAL, "02-18 03:47:44", "02-18 04:44:27"),
        ("Packages", PARTIAL, "02-18 03:48:07", "02-18 04:44:27"),
        ("Codespaces", PARTIAL, "02-18 03:48:27", "02-18 04:44:27"),
        ("Actions", PARTIAL, "02-18 03:50:51", "02-18 04:44:27"),
        ("Webhooks", PARTIAL, "02-18 03:52:12", "02-18 04:44:27"),
        ("API Requests", PARTIAL, "02-18 03:55:23", "02-18 04:44:27"),
        ("Issues", PARTIAL, "02-18 03:55:59", "02-18 04:44:27"),
        ("Pages", PARTIAL, "02-18 04:04:46", "02-18 04:44:27"),
        ("Webhooks", MAJOR, "02-18 04:44:27", "02-18 04:44:47"),
        ("API Requests", MAJOR, "02-18 04:44:27", "02-18 04:45:15"),
        ("Codespaces", MAJOR, "02-18 04:44:27", "02-18 04:46:11"),
        ("Pages", MAJOR, "02-18 04:44:27", "02-18 04:46:13"),
        ("Issues", MAJOR, "02-18 04:44:27", "02-18 04:46:58"),
        ("Packages", MAJOR, "02-18 04:44:27", "02-18 04:46:58"),
        ("Pull Requests", MAJOR, "02-18 04:44:27", "02-18 05:00:03"),
        ("Actions", MAJOR, "02-18 04:44:27", "02-18 05:02:16"),
    },
    "zbr492f1vzcy": {("Actions", MAJOR, "11-03 16:11:29", "11-03 16:38:38")},
}


@pytest.mark.parametrize("code", SINGLE)
def test_one_incident_of_github(corpus: Path, code: str) -> None:
    """Those of 2017 and 2020 were entered afterwards and name nothing, and that of April 2022 has
    impact "none" and only operational components. That of 2019 has lost its links, and its updates
    still name one component. Two end without posting a state, and so do the components that were
    down until then: Actions in both.
    """
    *_, found = github(corpus, wanted=[code])

    assert (found.source, [(i.id, i.phase) for i in found.incidents]) == (
        "statuspage.incident",
        [(code, Phase.CLOSED)],
    )
    assert shown(found.impacts, GITHUB) == SINGLE[code]
    assert found.withdrawn == ()


def test_an_incident_typed_in_six_days_later_is_of_the_day_it_was_dated_back_to(
    corpus: Path,
) -> None:
    """Created and resolved on 2020-11-10 at 20:00, and "started" on 11-16, when it was typed in.
    Its title says 11-02."""
    *_, found = github(corpus, wanted=["nk9gdvl03ztg"])

    assert [(i.started_at, i.resolved_at) for i in found.incidents] == [
        (at("2020-11-10T20:00"), at("2020-11-10T20:00"))
    ]


def test_github_s_feed_is_25_ended_incidents_and_says_nothing_of_components(corpus: Path) -> None:
    """The newest began on 08-20 at 14:43 and ended at 00:37:20 the next day; the oldest, of 07-25,
    at 08:59 and 09:25:30. The one published on 08-07 at 02:04:44 began at 15:22 of the day before.
    """
    bodies = {
        SUMMARY: body_of(corpus, "github-summary-20260730.json"),
        "/history.atom": body_of(corpus, "github-history-20260822.atom"),
    }
    pieces = backfilled(bodies, context("2026-08-22T03:44"))
    (feed,) = (piece for piece in pieces if piece.source == "statuspage.feed")
    times = {each.id: (each.started_at, each.resolved_at) for each in feed.incidents}

    assert phases(feed.incidents) == {Phase.CLOSED: 25}
    assert times["bhbcjn4n3jzp"] == (at("2026-08-20T14:43"), at("2026-08-21T00:37:20"))
    assert times["qcvjkzcs7j74"] == (at("2026-08-06T15:22"), at("2026-08-07T02:04:44"))
    assert times["s65j9gslmfm8"] == (at("2026-07-25T08:59"), at("2026-07-25T09:25:30"))
    assert [
        cover for piece in pieces for cover in piece.coverage if cover.aspect is Aspect.IMPACTS
    ] == []
    assert [impact for piece in pieces for impact in piece.impacts] == []


# -------------------------------------------------------------------------------------------------
# the uptime record


def record(pieces: Iterable[Evidence]) -> Evidence:
    (found,) = (
        piece
        for piece in pieces
        if piece.source == "statuspage.uptime" and piece.reported + piece.coverage
    )
    return found


def bars_of(piece: Evidence, code: str) -> dict[str, tuple[int, int]]:
    """Return a component's days with their seconds of partial and of major outage."""
    return {
        f"{bar.day:%Y-%m-%d}": (bar.partial_seconds, bar.major_seconds)
        for bar in piece.bars
        if bar.component_id == code
    }


def totals(piece: Evidence) -> dict[str, tuple[int, int, int]]:
    """Return days with a bar and the seconds of partial and of major outage, by component with
    any."""
    found = {bar.component_id: bars_of(piece, bar.component_id).values() for bar in piece.bars}
    return {
        code: (len(days), sum(p for p, _ in days), sum(m for _, m in days))
        for code, days in found.items()
    }


def root_with(body: bytes) -> bytes:
    """Return a root page with the record in it as those of mid-2026 had it; the record was captured
    alone."""
    return (
        b"<html><body class='status index'><script>window.uptimeData = "
        + body
        + b";</script></body></html>"
    )


CLAUDE_TOTALS = {
    "claude-uptimedata-20260526.json": {
        "claude.ai": (59, 253_669, 26_752),
        "console": (47, 211_122, 7_218),
        "API": (53, 239_318, 8_172),
        "Code": (56, 188_756, 12_018),
        "Cowork": (30, 58_174, 8_832),
        "Government": (17, 7_558, 4_160),
    },
    "claude-uptimedata-20260822.json": {
        "claude.ai": (71, 122_412, 11_598),
        "console": (32, 26_425, 2_237),
        "API": (66, 107_900, 7_824),
        "Code": (68, 116_340, 11_367),
        "Cowork": (64, 94_180, 11_367),
        "Government": (1, 0, 0),
    },
}


@pytest.mark.parametrize(
    ("capture", "now", "first"),
    [
        ("claude-uptimedata-20260526.json", "2026-05-26T12:00", "2026-02-26"),
        ("claude-uptimedata-20260822.json", "2026-08-22T04:00", "2026-05-25"),
    ],
)
def test_claude_s_record_of_ninety_days(corpus: Path, capture: str, now: str, first: str) -> None:
    """Days that have seconds or a linked incident. Cowork counts from 2026-04-01 on, which lies
    within the first record."""
    told = record(backfilled({"/": root_with(body_of(corpus, capture))}, context(now), at(first)))
    starts = {
        CLAUDE[str(cover.component_id)]: f"{cover.span.start:%Y-%m-%d}" for cover in told.coverage
    }

    assert {CLAUDE[code]: sums for code, sums in totals(told).items()} == CLAUDE_TOTALS[capture]
    assert starts == dict.fromkeys(CLAUDE.values(), first) | {"Cowork": max(first, "2026-04-01")}
    assert {cover.span.end for cover in told.coverage} == {at(now)}
    assert told.unknown_words == ()


def test_days_of_claude_ai_read_by_eye(corpus: Path) -> None:
    """2026-07-29 has seconds and links no incident, whose links had been taken away; 06-30 is the
    reverse."""
    bodies = {"/": root_with(body_of(corpus, "claude-uptimedata-20260822.json"))}
    told = record(backfilled(bodies, context("2026-08-22T04:00"), at("2026-05-25")))
    days = bars_of(told, "rwppv331jlwc")
    links = {
        f"{bar.day}": bar.incident_ids for bar in told.bars if bar.component_id == "rwppv331jlwc"
    }

    assert (days["2026-07-29"], links["2026-07-29"]) == ((2502, 6529), ())
    assert (days["2026-08-14"], links["2026-08-14"]) == ((164, 0), ("hdynq1pc0fn8",))
    assert (days["2026-08-16"], links["2026-08-16"]) == ((0, 2141), ("qt14v73myyy5",))
    assert bars_of(told, "0scnb50nvy53") == {"2026-06-30": (0, 0)}


ROOTS = [
    (
        "avocode-root-20210127.html",
        4,
        {},
        {"c2fwll8161f2": (1.0, 1.0, 1.0), "r6lky0zjqlfw": (1.0, 1.0, 1.0)},
    ),
    (
        "circleci-root-20210122.html",
        8,
        {
            "x1v3t5qrnlhk": (4, 1603, 9039),
            "0l5xn1l7qs8f": (7, 1603, 9917),
            "bpfmy8wy8wq2": (6, 2551, 9244),
            "svt88btymymk": (4, 1604, 9039),
            "zxxnbynf4dkm": (8, 5878, 8625),
            "sw1j7xsbdlk4": (8, 31_724, 9409),
            "g157tj6jrzwy": (2, 580, 17_880),
        },
        {"x1v3t5qrnlhk": (1.0, 0.9982, 0.9987), "g157tj6jrzwy": (1.0, 0.9965, 0.9968)},
    ),
    (
        "trello-root-20211018.html",
        5,
        {"hsr3nvlz0k2l": (11, 40_399, 16_078), "y1nllgnkxn9d": (7, 21_533, 16_078)},
        {"hsr3nvlz0k2l": (0.9924, 0.9953, 0.9963), "y1nllgnkxn9d": (0.9929, 0.9964, 0.9971)},
    ),
    (
        "ulobby-root-20210122.html",
        15,
        {
            "0xw0c6h5g029": (9, 0, 10_893),
            "0fcyjg58sl5d": (9, 0, 11_578),
            "8d7w571g4gvl": (4, 0, 5046),
            "v2f22q0jknjd": (1, 10_038, 0),
            "86949r6gw6gz": (1, 7945, 0),
            "blblxq5vmg07": (5, 0, 7896),
        },
        {"0xw0c6h5g029": (0.9969, 0.9984, 0.9985), "v2f22q0jknjd": (1.0, 1.0, 0.9996)},
    ),
]


def noon_of(capture: str) -> str:
    """Return noon of the day in a capture's name."""
    return f"{datetime.strptime(Path(capture).stem[-8:], '%Y%m%d'):%Y-%m-%d}T12:00"


@pytest.mark.parametrize(
    ("capture", "components", "sums", "printed"), ROOTS, ids=[each[0] for each in ROOTS]
)
def test_the_record_in_an_archived_root_page(
    corpus: Path,
    capture: str,
    components: int,
    sums: dict[str, tuple[int, int, int]],
    printed: dict[str, tuple[float, float, float]],
) -> None:
    """Every component of the record, without its groups (two of Avocode's six lines, six of
    Ulobby's 21); those not in `sums` have no day with anything. `printed` are percentages of 30, 60
    and 90 days, as the page shows them.
    """
    pieces = backfilled({"/": body_of(corpus, capture)}, context(noon_of(capture)))
    told = record(pieces)
    ratios = {(each.component_id, each.window_days): each.ratio for each in told.reported}

    assert len(told.components or ()) == len(told.coverage) == components
    assert totals(told) == sums
    assert len(ratios) == 3 * components
    assert {code: tuple(ratios[code, days] for days in (30, 60, 90)) for code in printed} == printed
    assert [piece.observed for piece in pieces if piece.observed is not None] == []


def names_of(components: Iterable[Component] | None) -> dict[str | None, set[str]]:
    found: dict[str | None, set[str]] = {}
    for each in components or ():
        found.setdefault(each.group, set()).add(each.name)
    return found


def test_ulobby_s_groups(corpus: Path) -> None:
    """The page's lists name more children than have a record; Support has one, "Websites
    (marketing)"."""
    told = record(
        backfilled({"/": body_of(corpus, "ulobby-root-20210122.html")}, context("2021-01-22T12:00"))
    )
    groups = names_of(told.components)

    assert {group: len(names) for group, names in groups.items()} == {
        "Core services": 5,
        "Servers and infrastructure": 5,
        "Notifications": 2,
        "Network": 1,
        "Support": 1,
        "Intake / data integrations": 1,
    }
    assert groups["Support"] == {"Websites (marketing)"}


def test_days_before_a_component_counted_are_not_covered(corpus: Path) -> None:
    """CircleCI's Runner counts from 2020-11-17 on, three of Avocode's parts from 12-10; their
    ninety bars begin before."""
    circleci = record(
        backfilled(
            {"/": body_of(corpus, "circleci-root-20210122.html")}, context("2021-01-22T12:00")
        )
    )
    avocode = record(
        backfilled(
            {"/": body_of(corpus, "avocode-root-20210127.html")}, context("2021-01-27T12:00")
        )
    )

    assert {cover.component_id: cover.span.start for cover in circleci.coverage} == {
        each.id: at("2020-11-17") if each.name == "Runner" else at("2020-10-25")
        for each in circleci.components or ()
    }
    assert Counter(cover.span.start for cover in avocode.coverage) == {
        at("2020-12-10"): 3,
        at("2020-10-30"): 1,
    }


def test_trello_s_days_are_new_york_s_when_that_is_configured(corpus: Path) -> None:
    """The page writes EDT, four hours behind UTC, and an archived page has no other word on its
    zone."""
    page = context("2021-10-18T18:00", zone="America/New_York")
    told = record(backfilled({"/": body_of(corpus, "trello-root-20211018.html")}, page))

    assert {cover.span.start for cover in told.coverage} == {at("2021-07-21T04:00")}
    assert bars_of(told, "hsr3nvlz0k2l") == {
        "2021-07-21": (0, 0),
        "2021-07-28": (11_024, 0),
        "2021-08-04": (967, 0),
        "2021-08-30": (0, 0),
        "2021-08-31": (14_828, 0),
        "2021-09-20": (0, 9000),
        "2021-09-21": (0, 6600),
        "2021-09-22": (4038, 0),
        "2021-09-27": (1180, 0),
        "2021-09-28": (0, 0),
        "2021-10-18": (8362, 478),
    }


@pytest.mark.parametrize(
    "capture",
    [
        "avocode-root-20210127.html",
        "circleci-root-20210122.html",
        "trello-root-20211018.html",
        "ulobby-root-20210122.html",
        "zoom-root-20220823.html",
    ],
)
def test_a_root_page_alone_gives_no_present_state(corpus: Path, capture: str) -> None:
    """All of them colour every component green. We read a state from the JSON or not at all: the
    poll fails."""
    page = context("2022-08-23T12:00")
    with pytest.raises(BadStatus, match="404"):
        drive(statuspage.poll(page), page, serving({"/": body_of(corpus, capture)}))


def test_zoom_s_root_page_has_no_record_either(corpus: Path) -> None:
    """127 components and not one bar: with neither a structure nor bars there is nothing to
    read."""
    with pytest.raises(BadStatus, match="404"):
        backfilled({"/": body_of(corpus, "zoom-root-20220823.html")}, context("2022-08-23T12:00"))


@pytest.mark.parametrize(
    ("capture", "why"),
    [("birdeye-root-20210211.html", "inactive"), ("nonexistent-root-20210122.html", "deleted")],
)
def test_a_page_that_is_closed_says_so(corpus: Path, capture: str, why: str) -> None:
    """Birdeye's title is "Page Inactive". The address of no page shows Atlassian's own site."""
    page, answer = context("2021-02-11T12:00"), serving({"/": body_of(corpus, capture)})

    for steps in (statuspage.poll(page), statuspage.backfill(page, page.now - timedelta(days=90))):
        with pytest.raises(PageUnavailable, match=why):
            drive(steps, page, answer)


def test_staffbase_s_forty_answers_are_of_a_group_and_tell_no_seconds(corpus: Path) -> None:
    """120 months of one group. Its days count children with an outage, 25 times partial and 70
    times major: whoever took these for seconds would see 57 days with an outage of a second or two.
    Each answer is served as the newest one, of a page that takes the group for a component.
    """
    answers = json.loads(body_of(corpus, "staffbase-uptimepages-20260402.json"))
    row = answers[0]["component"]
    summary = {
        "page": {"id": row["page_id"], "name": "Staffbase", "time_zone": "Europe/Berlin"},
        "components": [row | {"showcase": True}],
        "status": {"indicator": "none"},
    }
    counts = [day for answer in answers for month in answer["months"] for day in month["days"]]

    assert len(answers) == 40
    assert (sum(day.get("pc", 0) for day in counts), sum(day.get("mc", 0) for day in counts)) == (
        25,
        70,
    )
    for answer in answers:
        bodies = {
            SUMMARY: json.dumps(summary).encode(),
            f"/uptime/{row['id']}.json?page=1": json.dumps(answer).encode(),
        }
        pieces = backfilled(bodies, context("2026-04-02T12:00"))
        (read,) = (piece for piece in pieces if piece.chunk == f"uptime:{row['id']}:2026-04")
        assert (read.bars, read.coverage, read.gaps) == ((), (), ())


# -------------------------------------------------------------------------------------------------------
# recognising


def test_it_claims_its_own_captures_alone(corpus: Path) -> None:
    """All but five of its captures: a feed, records without their page and Atlassian's own site are
    no proof."""
    recordings = {
        "circleci-2021-01-22",
        "claude-2026-05-31",
        "claude-2026-07-29-major",
        "cloudflare-2026-07-30",
        "digitalocean-2026-08-19",
        "github-2026-07-30",
        "trello-2021-10-18",
        "twilio-2026-08-12",
    }
    silent = {
        "claude-uptimedata-20260526.json",
        "claude-uptimedata-20260822.json",
        "github-history-20260822.atom",
        "nonexistent-root-20210122.html",
        "staffbase-uptimepages-20260402.json",
    }
    own = {path.name for path in (corpus / "captures/statuspage").iterdir()}

    assert silent < own
    assert claimed(corpus, statuspage) == recordings | {
        f"statuspage/{name}" for name in own - silent
    }


def test_every_capture_is_read_by_a_test_here(corpus: Path) -> None:
    text = Path(__file__).read_text()
    lists = {f"claude-incidents-{stamp}.json" for stamp, *_ in LISTS}
    single = {f"github-incident-{code}-unknown.json" for code in SINGLE}

    assert {
        path.name
        for path in (corpus / "captures/statuspage").iterdir()
        if path.stem not in text and path.name not in lists | single
    } == set()
