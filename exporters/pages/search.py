"""`/search?q=`: where a word occurs."""

from exporters.pages import search_view
from exporters.pages.visits import Page, PageKind, Visit
from monitor import answers

DAYS = 90
MOST = 20
LONGEST = 100
"""So many characters of a question are looked for."""


def search_page(visit: Visit) -> Page:
    """Return the page: at most `MOST` of each kind, and incidents of the last `DAYS` days."""
    text = visit.question.get("q", "").strip()[:LONGEST]
    groups = []
    if text:
        query = answers.SearchQuery(text=text, now=visit.now, days=DAYS, most=MOST)
        findings = answers.search(visit.store, visit.watched.vendors(), query)
        groups = search_view.groups(findings, MOST, visit.links, visit.now)
    return Page(
        template="search.html",
        title="Search",
        values={"text": text, "groups": groups, "days": DAYS, "most": MOST, "longest": LONGEST},
    )


SEARCH = PageKind("/search", search_page)
