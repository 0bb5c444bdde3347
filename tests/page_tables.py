"""The tables of a page as people read them: words in cells, under words of a column."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from html.parser import HTMLParser


@dataclass
class Row:
    """A row: the words of each cell, its small print, and the titles of the days in it."""

    cells: list[str] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    """The cells that have their column's name on them."""
    small: str = ""
    titles: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the words of the first cell without its small print."""
        return self.cells[0].removesuffix(self.small).strip()

    def levels(self) -> Iterator[tuple[date, str]]:
        """Yield each day with the word of its level."""
        for title in self.titles:
            day, _, words = title.partition(": ")
            level = re.match(r"[a-z ]+", words)
            assert level is not None, title
            yield datetime.strptime(day, "%a %d %b %Y").date(), level[0].strip()


class Tables(HTMLParser):
    """The rows of all tables of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.lead = ""
        self._column = ""
        self._within: set[str] = set()
        self.feed(text)
        self.close()
        for row in self.rows:
            row.cells = [_words(cell) for cell in row.cells]
            row.named = {name: _words(text) for name, text in row.named.items()}
            row.small = _words(row.small)

    def __getitem__(self, name: str) -> Row:
        """Return the only row of this name."""
        (row,) = [row for row in self.rows if row.cells and row.name == name]
        return row

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        self._within.add("lead" if own.get("class") == "lead" else tag)
        if tag == "tr":
            self.rows.append(Row())
        elif tag in ("td", "th"):
            self.rows[-1].cells.append("")
            self._column = own.get("data-k", "")
        elif tag == "i" and "tr" in self._within:
            self.rows[-1].titles.append(own["title"])

    def handle_endtag(self, tag):
        self._within.discard(tag)
        if tag == "p":
            self._within.discard("lead")

    def handle_data(self, data):
        if "lead" in self._within:
            self.lead += data
        if not self._within & {"td", "th"}:
            return
        row = self.rows[-1]
        row.cells[-1] += data
        if self._column:
            row.named[self._column] = row.named.get(self._column, "") + data
        if "small" in self._within:
            row.small += data


def _words(text: str) -> str:
    return " ".join(text.split())
