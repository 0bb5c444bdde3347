"""The report as one page: what stands on it, and that nothing a vendor wrote can do anything there."""

import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from exporters.cells import cells_style
from exporters.report.html_form import html_lines
from monitor.answers import Record, record
from monitor.config import VendorConfig
from monitor.spans import SpanChoice
from monitor.store import Store
from tests.report_support import REMARKS, report

HOSTILE = (
    "</style><script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 7*7 }} \u202egnp\x1b[2J"
)


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        if self.tags and self.tags[-1][0] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))

    def attributes(self, name: str) -> list[str]:
        return [found[name] or "" for _, found in self.tags if name in found]


@pytest.fixture(scope="module")
def answer():
    with Store.open("sqlite://") as store:
        yield report(store)


def page_of(*records: Record, **query) -> Page:
    return Page("\n".join(html_lines(records, replace(records[0].query, **query))))


def test_the_page_says_the_figure_with_window_zone_coverage_and_what_to_know_of_it(answer):
    text = page_of(answer).text

    for part in (
        "Partial or major outage on 1 of 3 known days (33.3 %), 1 to 2 of 4.",
        "2026-05-05 to 2026-05-08, days in Asia/Tokyo, any of 2 components (1 excluded)",
        "Coverage 64.5 %.",
        "As of 2026-05-08 21:00 JST, today so far.",
        *REMARKS,
    ):
        assert part in text
    assert "Downtime Weighted seconds as a share of the known time; policy statuspage" in text
    assert "Made by vendorstatus on 2026-05-08 12:00 UTC." in text


def test_each_day_is_a_cell_with_words(answer):
    page = page_of(answer)
    titles = [found["title"] for tag, found in page.tags if tag == "i"]
    kinds = [found["class"] for tag, found in page.tags if tag == "i"]

    assert len(titles) == 4 * 4  # four days of the vendor and of three components
    assert titles[0] == "Tue 5 May 2026: major outage (major outage 1 h 00 min 00 s)"
    assert kinds[0] == "c4"
    assert "Thu 7 May 2026: unknown; 50.0 % of the day is known" in titles
    assert "cu" in kinds
    assert any("x" in kind.split() for kind in kinds)


def test_the_page_explains_every_mark_that_it_has_and_none_that_it_has_not(answer):
    text = page_of(answer).text

    assert "not on the page known in part disputed: sources disagree" in text
    assert "revised" not in text


def test_outage_days_and_disputed_ones_are_listed_with_what_is_behind_them(answer):
    text = page_of(answer).text

    assert "2026-05-05 major outage major outage 1 h 00 min 00 s (Core / API)" in text
    assert "Core / API: major outage API errors" in text
    assert "Disputed days" in text
    assert "2026-05-06 Core / API nothing bad uptime record partial outage 1 h 00 min 00 s" in text


def test_without_an_outage_the_page_says_on_how_many_known_days(answer):
    quiet = replace(answer, days=answer.days[1:2])

    assert "None on the 3 known days." in page_of(quiet).text


def test_days_are_drawn_as_on_the_pages(answer):
    assert cells_style() in "\n".join(html_lines([answer], answer.query))


def test_nothing_on_the_page_runs_or_comes_from_elsewhere(answer):
    page = page_of(answer)

    assert {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object"} == set()
    assert not any(name.startswith("on") or name in {"style", "src"} for _, found in page.tags for name in found)  # fmt: skip
    policy = [found["content"] for tag, found in page.tags if "http-equiv" in found]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert "url(" not in "\n".join(html_lines([answer], answer.query))


def with_hostile_texts(answer: Record) -> Record:
    parts = tuple(
        replace(each, component=replace(each.component, name=HOSTILE, group=HOSTILE))
        for each in answer.components
    )
    told = tuple(
        replace(each, title=HOSTILE, url="javascript:alert(1)") for each in answer.incidents
    )
    row = replace(answer.page, page_name=HOSTILE, url="javascript:alert(1)", remark=HOSTILE)
    return replace(answer, page=row, components=parts, incidents=told, caveat=HOSTILE)


def test_whatever_a_vendor_writes_is_text(answer):
    page, plain = page_of(with_hostile_texts(answer)), page_of(answer)
    tags = {tag for tag, _ in page.tags}

    assert tags <= {tag for tag, _ in plain.tags}
    assert not any(link.startswith("javascript") for link in page.attributes("href"))
    assert "{{ 7*7 }}" in page.text
    assert "<script>alert(1)</script>" in page.text
    assert "\\u202egnp\\x1b[2J" in page.text
    assert not set("\u202e\x1b") & set(page.text)


def test_an_incident_links_to_the_vendors_page(answer):
    told = tuple(
        replace(each, url="https://status.acme.example/incidents/i1?a=1&b=2")
        for each in answer.incidents
    )

    links = page_of(replace(answer, incidents=told)).attributes("href")
    assert "https://status.acme.example/incidents/i1?a=1&b=2" in links


def test_months_and_a_target_have_their_table():
    choice = SpanChoice(calendar={})
    with Store.open("sqlite://") as store:
        answer = report(store)
        window = choice.window(answer.window.last, 4)
        query = replace(
            answer.query,
            target=Fraction(999, 1000),
            spans=(window, *choice.months_of(window)),
        )
        vendor = VendorConfig(slug="acme", name="Acme", url="https://acme.example/")
        text = page_of(record(store, store.pages()[0], vendor, query)).text

    assert "By span Span Outage days Downtime Coverage Uptime Target 99.9 %" in text
    assert "all days 1 of 3" in text
    assert "Target 99.9 %: not kept, uptime" in text
    assert "Exactly the target is kept." in text


def test_a_page_without_vendors_says_so(answer):
    assert "No vendor is watched." in Page("\n".join(html_lines([], answer.query))).text


def test_each_vendor_has_a_section(answer):
    page = page_of(answer, answer)

    assert [tag for tag, _ in page.tags].count("section") == 2
