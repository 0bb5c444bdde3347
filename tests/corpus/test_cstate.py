"""Four issues of a real cState page in the files they are made from, and what a person reads off them.

The front matter is what the program writes into `issues/index.json`; the test puts it there as the program's template
does. Two were disruptions: MUM1 on 21 January from 14:10 to 15:00 (compute and storage), FRA1 from 30 June 19:57 to
1 July 21:58 (compute). Two were notices: a maintenance in FRA1 from 13 to 21 April (compute, storage, network), and PHX1
on 16 July from 18:05 to 18:39 (compute), which its text calls an outage. All are resolved; times are UTC.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model import Level
from monitor.platforms import cstate
from monitor.protocol import PageContext, Response
from tests.corpus.captures import claimed, readers
from tests.drive import drive

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
    """Return a file's entry in the list of issues: what is truthy is true there, as in the file's own language."""
    front = path.read_text().split("---")[1]
    told = dict(re.findall(r"^(\w+): (.+)$", front, re.MULTILINE))
    affected = ", ".join(f'"{name}"' for name in re.findall(r"^  - (.+)$", front, re.MULTILINE))
    told["resolved"] = str(told["resolved"] in {"yes", "true"}).lower()
    name = path.name.removeprefix("civo-issue-")
    return ENTRY.format(**told, affected=affected, name=name, link=f"{PAGE}issues/{name.lower().removesuffix('.md')}/")


def answers(corpus: Path):
    entries = [entry_of(corpus / "captures" / "cstate" / name) for name in ISSUES]
    systems = sorted({name for entry in entries for name in re.findall(r'"(\w+/\w+)"', entry)})
    listed = ", ".join(f'{{"name": "{name}", "status": "ok", "unresolvedIssues": []}}' for name in systems)
    index = f'{{"is": "index", "cStateVersion": "5.6.1", "summaryStatus": "ok", "systems": [{listed}]}}'

    def answer(url: str) -> Response:
        body = f'{{"is": "issues", "pages": [{", ".join(entries)}]}}' if "/issues/" in url else index
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
    assert [(cover.span.start, cover.span.end) for cover in told.coverage] == [(at(1, 21, 14, 10), page.now)]
    assert [each.what for each in gap.gaps] == ["impacts 2026-01-01..2026-01-20"]
    assert told.unknown_words == ()


def test_all_is_well_after_them(corpus: Path) -> None:
    page = PageContext(url=PAGE, now=at(8, 14, 12))
    (piece,) = drive(cstate.poll(page), page, answers(corpus))

    assert {one.component_id: one.level for one in piece.observed or ()} == dict.fromkeys(
        ["Compute/FRA1", "Compute/MUM1", "Compute/PHX1", "Network/FRA1", "Storage/FRA1", "Storage/MUM1"],
        Level.OPERATIONAL,
    )
    assert piece.incidents == ()


def test_one_of_them_while_it_went_on(corpus: Path) -> None:
    """A day that was not over yet when the page was asked: what ends later is still going on then."""
    page = PageContext(url=PAGE, now=at(6, 30, 22))
    (piece,) = drive(cstate.poll(page), page, answers(corpus))

    bad = {one.component_id: one.level for one in piece.observed or () if one.level is not Level.OPERATIONAL}
    assert bad == {"Compute/FRA1": Level.PARTIAL_OUTAGE}


def test_its_signs_are_on_no_other_platform_s_answers(corpus: Path) -> None:
    assert claimed(corpus, cstate) == set()


@pytest.mark.parametrize("name", ISSUES)
def test_an_issue_s_own_file_is_no_answer_of_a_page(corpus: Path, name: str) -> None:
    """It is what the page is made from, as Markdown; no page serves it."""
    assert readers(corpus, f"cstate/{name}") == set()
