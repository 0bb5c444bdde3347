"""The rows of `/`: which are shown, in which order and groups. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from exporters.boards import Entry
from exporters.pages.figures import Figures
from exporters.pages.home_question import ANY, Question
from exporters.pages.now_view import badness, is_trouble

NO_CATEGORY = "not in the catalogue"
HeadOf = Callable[[Entry], Markup]
FiguresOf = Callable[[Entry], Figures | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A vendor's row: its `head` cell, and the others. `figures` None = nothing of it is in the
    database yet; `heading` stands above the first row of a group, "" = none.
    """

    head: Markup
    figures: Figures | None
    heading: str


def matching(
    entries: Iterable[Entry], question: Question, stack: Collection[str]
) -> Iterator[Entry]:
    """Yield the vendors that are asked for; `stack` are the slugs of the stack's."""
    text = question.text.casefold()
    for entry in entries:
        vendor = entry.vendor
        is_asked = (
            (not text or _is_named(entry, text))
            and question.tier in (ANY, vendor.tier)
            and question.category in (ANY, entry.category or NO_CATEGORY)
            and (question.stack == ANY or vendor.slug in stack)
        )
        if is_asked and (is_trouble(entry) or not question.only_trouble):
            yield entry


def _is_named(entry: Entry, text: str) -> bool:
    names = (entry.name.casefold(), entry.vendor.name.casefold(), entry.vendor.slug)
    return any(text in name for name in names)


def in_order(entries: Iterable[Entry], question: Question, figures_of: FiguresOf) -> list[Entry]:
    """Return vendors in the order that is asked for, those of a group together; what is not known
    comes last, and of equals the first by name.
    """
    by_name = sorted(entries, key=lambda entry: (entry.name.casefold(), entry.vendor.slug))
    by_figure = sorted(by_name, key=_sort_key(question.sort, figures_of))
    return sorted(by_figure, key=lambda entry: _group_key(entry, question.group))


def _sort_key(sort: str, figures_of: FiguresOf) -> Callable[[Entry], float]:
    def share(entry: Entry) -> float:
        figures = figures_of(entry)
        known = None if figures is None else figures.outage_share
        return 1 if known is None else -known

    def coverage(entry: Entry) -> float:
        figures = figures_of(entry)
        return -1 if figures is None or figures.coverage is None else figures.coverage

    keys: dict[str, Callable[[Entry], float]] = {
        "name": lambda _: 0,
        "now": badness,
        "share": share,
        "coverage": coverage,
    }
    return keys[sort]


def _group_key(entry: Entry, group: str) -> tuple[int, str]:
    if group == "tier":
        return entry.tier_rank, ""
    if group == "category":
        return int(entry.category is None), entry.category or ""
    return 0, ""


def rows_of(
    entries: Iterable[Entry],
    question: Question,
    head_of: HeadOf,
    figures_of: FiguresOf,
) -> Iterator[Row]:
    """Yield the rows of vendors, with a heading where a group begins."""
    last = ""
    for entry in entries:
        heading = _heading(entry, question.group)
        yield Row(
            head=head_of(entry),
            figures=figures_of(entry),
            heading=heading if heading != last else "",
        )
        last = heading


def _heading(entry: Entry, group: str) -> str:
    if group == "tier":
        return f"Tier: {entry.vendor.tier}"
    if group == "category":
        return f"Category: {entry.category or NO_CATEGORY}"
    return ""
