"""A document of a headline, entries and titled sections, as lines of text or of Markdown. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.plain import markdown_link, markdown_text


@dataclass(frozen=True, slots=True)
class Entry:
    """One line, so far below the one it belongs to. `link` is an address that stands alone in
    it.
    """

    text: str
    depth: int = 0
    link: str | None = None

    def below(self, depth: int) -> "Entry":
        """Return the entry so much deeper."""
        return Entry(self.text, self.depth + depth, self.link)


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under a title; one without entries is left out."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What is said of a day or a span. `hint` is what to ask next."""

    headline: str
    entries: tuple[Entry, ...] = ()
    sections: tuple[Section, ...] = ()
    hint: str = ""


def text_lines(document: Document) -> Iterator[str]:
    """Yield the document as lines of text, what belongs together two spaces further in."""
    yield document.headline
    yield from _indent(document.entries)
    for section in document.sections:
        if section.entries:
            yield from ("", f"{section.title}:")
            yield from _indent(section.entries)
    if document.hint:
        yield from ("", document.hint)


def _indent(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        yield f"{'  ' * (entry.depth + 1)}{entry.text}"


def markdown_lines(document: Document) -> Iterator[str]:
    """Yield the document as Markdown: a heading, and lists. Vendors' texts show just what they
    are.
    """
    yield f"## {markdown_text(document.headline)}"
    yield from _bullets(document.entries)
    for section in document.sections:
        if section.entries:
            yield from ("", f"### {markdown_text(section.title)}")
            yield from _bullets(section.entries)


def _bullets(entries: Iterable[Entry]) -> Iterator[str]:
    for number, entry in enumerate(entries):
        if number == 0:
            yield ""
        text = markdown_text(entry.text)
        if entry.link is not None:
            text = markdown_link(entry.text, entry.link)
        yield f"{'  ' * entry.depth}- {text}"
