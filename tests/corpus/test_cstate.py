"""Real cState pages, and what a person reads off them; first four issues in the files they are made
from.

The front matter is what the program writes into `issues/index.json`; the test puts it there as the
program's template does. Two were disruptions: MUM1 on 21 January from 14:10 to 15:00 (compute and
storage), FRA1 from 30 June 19:57 to 1 July 21:58 (compute). Two were notices: a maintenance in FRA1
from 13 to 21 April (compute, storage, network), and PHX1 on 16 July from 18:05 to 18:39 (compute),
which its text calls an outage. All are resolved; times are UTC.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.kit.protocol import PageContext, Response
from monitor.model import Evidence, Level, Phase
from monitor.platforms import cstate
from tests.corpus.captures import claimed, readers
from tests.drive import Answer, drive

pytestmark = pytest.mark.corpus

PAGE = "https://status.civo.com/"
ISSUES = (
    "civo-issue-2026-01-21-mum1-provisioning-issues.md",
    "civo-issue-2026-04-13-planned_maintenance_in_FRA1.md",
    "civo-issue-2026-06-30-FRA1-disruption.md",
    "civo-issue-2026-07-16-phx1-outage.md",
)
ENTRY = """{{"is": "issue",
 "title": "{title}",
 "createdAt": "{date} +0000 UTC",
 "lastMod": "{date} +0000 UTC",
 "permalink": "{link}",
 "severity": "{severity}",
 "resolved": {resolved},
 "informational": false,
 "resolvedAt": "{resolvedWhen}",
 "affected": [{affected}],
 "filename": "{name}"
}}"""


def entry_of(path: Path) -> str:
    """Return a file's entry in the list of issues: what is truthy is true there, as in the file's
    own language."""
    front = path.read_text().split("---")[1]
    told = dict(re.findall(r"^(\w+): (.+)$", front, re.MULTILINE))
    affected = ", ".join(f'"{name}"' for name in re.findall(r"^  - (.+)$", front, re.MULTILINE))
    told["resolved"] = str(told["resolved"] in {"yes", "true"}).lower()
    name = path.name.removeprefix("civo-issue-")
    return ENTRY.format(
        **told,
        affected=affected,
        name=name,
        link=f"{PAGE}issues/{name.lower().removesuffix('.md')}/",
    )


def answers(corpus: Path):
    entries = [entry_of(corpus / "captures" / "cstate" / name) for name in ISSUES]
    systems = sorted({name for entry in entries for name in re.findall(r'"(\w+/\w+)"', entry)})
    listed = ", ".join(
        f'{{"name": "{name}", "status": "ok", "unresolvedIssues": []}}' for name in systems
    )
    index = (
        f'{{"is": "index", "cStateVersion": "5.6.1", "summaryStatus": "ok", "systems": [{listed}]}}'
    )

    def answer(url: str) -> Response:
        body = (
            f'{{"is": "issues", "pages": [{", ".join(entries)}]}}' if "/issues/" in url else index
        )
        return Response(url=url, status=200, body=body.encode())

    return answer


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=UTC)


def test_the_four_issues(corpus: Path) -> None:
    page = PageContext(url=PAGE, now=at(8, 14, 12))
    told, gap = drive(cstate.backfill(page, at(1, 1)), page, answers(corpus))

    assert sorted((i.word, i.component_id, i.start, i.end) for i in told.impacts) == [
        ("maintenance", "Compute/FRA1", at(4, 13, 0, 0, 1), at(4, 21, 21, 30)),
        ("maintenance", "Compute/PHX1", at(7, 16, 18, 5), at(7, 16, 18, 39)),
        ("maintenance", "Network/FRA1", at(4, 13, 0, 0, 1), at(4, 21, 21, 30)),
        ("maintenance", "Storage/FRA1", at(4, 13, 0, 0, 1), at(4, 21, 21, 30)),
        ("major", "Compute/FRA1", at(6, 30, 19, 57), at(7, 1, 21, 58)),
        ("major", "Compute/MUM1", at(1, 21, 14, 10), at(1, 21, 15)),
        ("major", "Storage/MUM1", at(1, 21, 14, 10), at(1, 21, 15)),
    ]
    assert [(cover.span.start, cover.span.end) for cover in told.coverage] == [
        (at(1, 21, 14, 10), page.now)
    ]
    assert [each.what for each in gap.gaps] == ["impacts 2026-01-01..2026-01-20"]
    assert told.unknown_words == ()


def test_all_is_well_after_them(corpus: Path) -> None:
    page = PageContext(url=PAGE, now=at(8, 14, 12))
    (piece,) = drive(cstate.poll(page), page, answers(corpus))

    assert {one.component_id: one.level for one in piece.observed or ()} == dict.fromkeys(
        [
            "Compute/FRA1",
            "Compute/MUM1",
            "Compute/PHX1",
            "Network/FRA1",
            "Storage/FRA1",
            "Storage/MUM1",
        ],
        Level.OPERATIONAL,
    )
    assert piece.incidents == ()


def test_one_of_them_while_it_went_on(corpus: Path) -> None:
    """A day that was not over yet when the page was asked: what ends later is still going on
    then."""
    page = PageContext(url=PAGE, now=at(6, 30, 22))
    (piece,) = drive(cstate.poll(page), page, answers(corpus))

    bad = {
        one.component_id: one.level
        for one in piece.observed or ()
        if one.level is not Level.OPERATIONAL
    }
    assert bad == {"Compute/FRA1": Level.PARTIAL_OUTAGE}


BUILT = {
    "2026-06-30-fra1-disruption": "cstate/civo-issue-2026-06-30-fra1-disruption-built.json",
    "2026-07-16-phx1-outage": "cstate/civo-issue-2026-07-16-phx1-outage-built.json",
}
"""Issues as the page serves each."""

OPEN = "cstate/civo-index-built-20260813-open.json"
QUIET = "cstate/civo-index-built-20260814.json"
SCHULLOGIN = "cstate/schullogin-index-202509-disrupted.json"
EXAMPLE, EXAMPLE_ISSUES = "cstate/example-index-built.json", "cstate/example-issues-built.json"
SYSTEMS = {
    "Civo API", "Civo.com Website", "Load Balancers",
    *(f"{kind}/{place}" for kind in ("Storage", "Compute", "Network") for place in ("NYC1", "LON1", "FRA1", "PHX1", "MUM1")),
}  # fmt: skip


def served(corpus: Path, files: Mapping[str, str], feed: Sequence[str] = ()) -> Answer:
    """Return a page that answers these paths with captured bodies; its feed, which was not
    captured, links issues."""
    items = (f"<item><title>x</title><link>{PAGE}issues/{name}/</link></item>" for name in feed)
    written = f"<rss><channel><title>Civo Ltd</title>{''.join(items)}</channel></rss>"

    def answer(url: str) -> Response:
        path = url.removeprefix(PAGE)
        body = (
            (corpus / "captures" / files[path]).read_bytes() if path in files else written.encode()
        )
        found = path in files or (bool(feed) and path == "index.xml")
        return Response(
            url=url,
            final_url=url,
            status=200 if found else 404,
            body=body if found else b"Not Found",
        )

    return answer


def levels(piece: Evidence) -> dict[str, Level | None]:
    return {seen.component_id: seen.level for seen in piece.observed or ()}


def test_civo_of_13_august_2026_is_disrupted_and_does_not_say_where(corpus: Path) -> None:
    """`summaryStatus` "disrupted"; 18 systems without a state. PHX1 is what it is about, which only
    its issue says."""
    page = PageContext(url=PAGE, now=at(8, 13, 13))
    (piece,) = drive(cstate.poll(page), page, served(corpus, {"index.json": OPEN}))

    assert levels(piece) == dict.fromkeys(SYSTEMS) | {"page": Level.PARTIAL_OUTAGE}
    assert piece.page is not None
    assert (piece.page.name, piece.page.indicator) == ("Civo Ltd", "disrupted")
    assert (
        piece.page.remark
        == "the page as a whole is disrupted, and it is not known which systems are"
    )


def test_civo_a_day_later_is_well(corpus: Path) -> None:
    page = PageContext(url=PAGE, now=at(8, 14, 12))
    (piece,) = drive(cstate.poll(page), page, served(corpus, {"index.json": QUIET}))

    assert levels(piece) == dict.fromkeys({*SYSTEMS, "page"}, Level.OPERATIONAL)
    assert piece.page is not None
    assert (piece.page.indicator, piece.page.remark) == ("ok", None)


def test_civo_s_issues_are_read_one_by_one_where_its_feed_leads(corpus: Path) -> None:
    """FRA1 from 30 June 19:57 to 1 July 21:58, disrupted; PHX1 on 16 July from 18:05 to 18:39, a
    notice. Both are `resolved: "true"`, a text, and `informational` is no value.
    """
    page = PageContext(url=PAGE, now=at(8, 14, 12))
    files = {
        "index.json": QUIET,
        **{f"issues/{name}/index.json": file for name, file in BUILT.items()},
    }
    told, _ = drive(cstate.backfill(page, at(5, 16)), page, served(corpus, files, list(BUILT)))

    assert {(each.id, each.title, each.impact, each.phase) for each in told.incidents} == {
        ("2026-06-30-fra1-disruption", "Service disruption in FRA1", "disrupted", Phase.CLOSED),
        ("2026-07-16-phx1-outage", "Service disruption PHX1", "notice", Phase.CLOSED),
    }
    assert {(i.word, i.component_id, i.start, i.end) for i in told.impacts} == {
        (word, system, *span)
        for word, place, *span in (
            ("major", "Compute/FRA1", at(6, 30, 19, 57), at(7, 1, 21, 58)),
            ("maintenance", "Compute/PHX1", at(7, 16, 18, 5), at(7, 16, 18, 39)),
        )
        for system in (place, "page")
    }


def test_schullogin_has_one_of_six_systems_disrupted_since_two_days(corpus: Path) -> None:
    """Version 5.6.1: "Anmeldung", from 10 September 10:00, last changed on 12 September 17:20 in
    UTC. Six systems: its source cut the rest.
    """
    page = PageContext(
        url="https://status.schullogin.de/", now=datetime(2025, 9, 12, 18, tzinfo=UTC)
    )
    (piece,) = drive(
        cstate.poll(page),
        page,
        lambda url: served(corpus, {"index.json": SCHULLOGIN})(url.replace(page.url, PAGE)),
    )

    well = dict.fromkeys(
        ["Support", "Schnittstellen", "Nachrichten", "Dateiablage", "Videokonferenz"],
        Level.OPERATIONAL,
    )
    assert levels(piece) == {"Anmeldung": Level.PARTIAL_OUTAGE, **well}
    (incident,) = piece.incidents
    assert (incident.title, incident.phase) == (
        "Schullogin: vereinzelte Anmelde-Probleme bei SaxSVS-Accounts", Phase.OPEN,
    )  # fmt: skip
    assert incident.started_at == datetime(2025, 9, 10, 10, tzinfo=UTC)
    assert [(each.component_id, each.word, each.end) for each in piece.impacts] == [
        ("Anmeldung", "major", None)
    ]


def test_the_example_of_version_6_has_four_outages_since_2017_and_is_well(corpus: Path) -> None:
    """Five systems in three categories. Four issues with a severity, two announcements, which name
    nothing."""
    page = PageContext(url=PAGE, now=datetime(2024, 12, 27, tzinfo=UTC))
    answer = served(corpus, {"index.json": EXAMPLE, "issues/index.json": EXAMPLE_ISSUES})
    (now,) = drive(cstate.poll(page), page, answer)
    past, _ = drive(cstate.backfill(page, datetime(2017, 1, 1, tzinfo=UTC)), page, answer)

    assert levels(now) == dict.fromkeys(
        ["Gateway", "Backup Gateway", "Website", "API", "Media Proxy"], Level.OPERATIONAL
    )
    assert sorted(
        (f"{i.start:%Y-%m-%d %H:%M}", f"{i.end:%H:%M:%S}", i.component_id, i.word)
        for i in past.impacts
    ) == [
        ("2017-12-17 16:24", "16:58:00", "API", "major"),
        ("2018-04-13 15:54", "17:30:00", "API", "critical"),
        ("2018-04-13 15:54", "17:30:00", "Media Proxy", "critical"),
        ("2018-04-25 04:13", "04:13:59", "API", "critical"),
        ("2018-04-25 04:13", "04:13:59", "Gateway", "critical"),
        ("2018-04-25 04:13", "04:13:59", "Media Proxy", "critical"),
        ("2019-10-05 16:24", "16:58:00", "API", "major"),
    ]
    assert [each.title for each in past.incidents if not each.component_ids] == [
        "Maintenance Announcement", "Testing New cState Features",
    ]  # fmt: skip


def test_its_answers_are_recognised_and_nobody_elses(corpus: Path) -> None:
    """A list of issues alone has one sign."""
    assert claimed(corpus, cstate) == {OPEN, QUIET, SCHULLOGIN, EXAMPLE}


@pytest.mark.parametrize("name", ISSUES)
def test_an_issue_s_own_file_is_no_answer_of_a_page(corpus: Path, name: str) -> None:
    """It is what the page is made from, as Markdown; no page serves it."""
    assert readers(corpus, f"cstate/{name}") == set()
