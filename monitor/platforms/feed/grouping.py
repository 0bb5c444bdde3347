"""Which entries of a feed are about one incident. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from monitor.kit.feeds import Entry
from monitor.platforms.feed.updates import TITLE_BREAK
from monitor.platforms.feed.words import STATES

TOGETHER = timedelta(hours=72)
"""Entries of one title within this time are one incident; and what has no word for its state is
unknown for so long."""


def incidents_of(entries: Iterable[Entry]) -> Mapping[str, list[Entry]]:
    """Return the entries of each incident, newest first, by its id: that of its oldest entry."""
    incidents: dict[str, list[Entry]] = defaultdict(list)
    for group in _groups(list(entries)):
        for run in _close_together(group) if _has_no_id(group[0]) else [_newest_first(group)]:
            incidents[_id(run[-1])].extend(run)
    newest_first = {}
    for key, run in incidents.items():
        newest_first[key] = _newest_first(run)
    return newest_first


def _groups(entries: list[Entry]) -> Iterable[list[Entry]]:
    """Return the entries by their first address that holds one title only, else by their id, else
    by their title.
    """
    titles: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for address in _addresses(entry):
            titles[address].add(_bare_title(entry))
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[_own_address(entry, titles) or _own_key(entry)].append(entry)
    return groups.values()


def _own_address(entry: Entry, titles: Mapping[str, set[str]]) -> str | None:
    """Return the first of an entry's addresses that holds one title only."""
    for address in _addresses(entry):
        if len(titles[address]) == 1:
            return address
    return None


def _own_key(entry: Entry) -> str:
    return _bare_title(entry) if _has_no_id(entry) else entry.id


def _has_no_id(entry: Entry) -> bool:
    return entry.id == entry.title


def _id(oldest: Entry) -> str:
    if _has_no_id(oldest):
        return f"{_bare_title(oldest)} {oldest.published or ''}".strip()
    return oldest.id


def _addresses(entry: Entry) -> Iterator[str]:
    """Yield the addresses an entry has: its link, and its id without what follows "#"; a bare host
    is none.
    """
    page, has_anchor, _ = entry.id.partition("#")
    for address in dict.fromkeys([entry.link or "", page if has_anchor else ""]):
        path = address.partition("://")[2].partition("/")[2]
        if path:
            yield address


def _bare_title(entry: Entry) -> str:
    """Return the title without the words for its state, which change."""
    pieces = re.split(f"({TITLE_BREAK})", entry.title.casefold())
    rest = " ".join(piece for piece in pieces if piece.strip() not in STATES)
    return " ".join(rest.split()).strip("[]():-–—| ")


def _newest_first(entries: Iterable[Entry]) -> list[Entry]:
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(entries, key=lambda entry: entry.published or oldest, reverse=True)


def _close_together(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield runs of entries none of which is later than `TOGETHER` after the one before, newest
    first.
    """
    run: list[Entry] = []
    for entry in _newest_first(entries):
        if run and _is_long_before(entry, run[-1]):
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def _is_long_before(entry: Entry, later: Entry) -> bool:
    if entry.published is None or later.published is None:
        return False
    return later.published - entry.published > TOGETHER
