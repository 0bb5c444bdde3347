"""`/`: what is failing now, and every vendor with its last 90 days."""

from collections.abc import Sequence
from datetime import UTC

from markupsafe import Markup

from exporters.boards import Entry
from exporters.cells import KEYS
from exporters.pages.axis import DAYS, axis
from exporters.pages.figures import Figures
from exporters.pages.headline import headline, oldest_reading, silence_words
from exporters.pages.home_question import ANY, GROUPS, SORTS, Question
from exporters.pages.home_view import NO_CATEGORY, in_order, matching, rows_of
from exporters.pages.now_view import ended_lately, troubles, unrated
from exporters.pages.times import window_words
from exporters.pages.visits import Page, PageKind, Visit
from monitor import answers
from monitor.ratios import window_ending

PAGE_ROWS = 200
"""So many vendors stand on one page: a thousand would not fit 150 KB."""

MOST_TROUBLES = 50
"""So many vendors with trouble are listed before the rows; the others are counted."""

MOST_TOLD = 20
"""So many incidents of vendors without trouble are listed."""

LONGEST_SECONDS = 60
"""How long the page may be kept, where no vendor is polled more often."""


def home_page(visit: Visit) -> Page:
    """Return the page. It reads of the store what has changed since it was made last."""
    entries = visit.site.board.entries(visit.now)
    question = Question.of(visit.question)
    bad = list(troubles(entries, visit.links, visit.now))
    ended = ended_lately(entries, visit.links, visit.now)
    open_incidents = list(unrated(entries, visit.links, visit.now))
    statuses = [entry.status for entry in entries]
    sentence = headline(statuses, visit.now, is_published=visit.links.published)
    window = window_ending(visit.now.astimezone(UTC).date(), DAYS)
    intervals = (entry.vendor.interval_seconds for entry in entries)
    return Page(
        template="home.html",
        title=sentence.removesuffix("."),
        navigation="Vendors" if visit.links.published else "Now",
        values={
            "headline": sentence,
            "oldest": oldest_reading(statuses, visit.now) if visit.links.published else None,
            "silence": _silence(entries, visit),
            "troubles": bad[:MOST_TROUBLES],
            "more_troubles": len(bad[MOST_TROUBLES:]),
            "all_troubles": visit.links.home(trouble=1, sort="now"),
            "ended": ended[:MOST_TOLD],
            "more_ended": len(ended[MOST_TOLD:]),
            "unrated": open_incidents[:MOST_TOLD],
            "more_unrated": len(open_incidents[MOST_TOLD:]),
            "count": len(entries),
            "window": window_words(window),
            "axis": axis(window),
            "keys": KEYS,
            "question": question,
            "choices": _choices(entries, visit),
            "answer": _answer(entries, question, visit),
        },
        max_age_seconds=min([LONGEST_SECONDS, *intervals]),
    )


def _silence(entries: Sequence[Entry], visit: Visit) -> str:
    pages = [entry.page for entry in entries if entry.page is not None]
    return silence_words(answers.silence(pages), visit.now)


def _choices(entries: Sequence[Entry], visit: Visit) -> dict[str, object]:
    """Return what can be filtered, sorted and grouped by."""
    ranks = {entry.vendor.tier: entry.tier_rank for entry in entries}
    categories = {entry.category or NO_CATEGORY for entry in entries}
    in_catalogue = sorted(categories - {NO_CATEGORY})
    return {
        "tiers": _or_any(sorted(ranks, key=ranks.__getitem__)),
        "categories": _or_any([*in_catalogue, *(categories & {NO_CATEGORY})]),
        "stacks": _or_any(sorted(visit.watched.stacks())) if visit.watched.stacks() else [],
        "sorts": SORTS.items(),
        "groups": GROUPS.items(),
    }


def _or_any(words: Sequence[str]) -> list[tuple[str, str]]:
    return [(word, word) for word in (ANY, *words)]


def _answer(entries: Sequence[Entry], question: Question, visit: Visit) -> dict[str, object]:
    """Return the rows that are asked for, and how many there are before and after them."""
    board, now, links = visit.site.board, visit.now, visit.links

    def head_of(entry: Entry) -> Markup:
        return visit.site.heads.cell(entry, now)

    def figures_of(entry: Entry) -> Figures | None:
        return board.row(entry, now)

    targets = visit.watched.stacks().get(question.stack, ())
    stack = {target.vendor for target in targets}
    matches = in_order(matching(entries, question, stack), question, figures_of)
    first = (question.page - 1) * PAGE_ROWS if links.takes_questions else 0
    last = first + PAGE_ROWS if links.takes_questions else len(matches)
    return {
        "rows": list(rows_of(matches[first:last], question, head_of, figures_of)),
        "matches": len(matches),
        "first": first + 1,
        "last": min(last, len(matches)),
        "before": links.home(**question.parameters(question.page - 1)) if first else None,
        "after": links.home(**question.parameters(question.page + 1))
        if last < len(matches)
        else None,
    }


HOME = PageKind("/", home_page)
