"""Feeds and calendars as files: of all vendors, of each and of each stack."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from exporters.feeds.calendar import ics
from exporters.feeds.chronicles import Chronicles
from exporters.feeds.desk import Desk, Place
from exporters.feeds.routes import FORMS
from exporters.publication.items import Item
from exporters.publication.scope import Scope

Path = Mapping[str, str]


def feed_items(scope: Scope) -> Iterator[Item]:
    """Yield every feed in every form, and the calendars."""
    feeds = _Feeds(scope, Desk(scope.watched, Chronicles(scope.watched), scope.has_texts))
    for name, path in _subjects(scope):
        for form in FORMS:
            file = f"feeds/{name}.{form}"
            yield Item(file, partial(feeds.feed, file, form, path))
        yield Item(f"calendar/{name}.ics", partial(feeds.calendar, path))


def _subjects(scope: Scope) -> Iterator[tuple[str, Path]]:
    """Yield what there are feeds and calendars of, by the names of their files."""
    yield "all", {}
    for slug in scope.vendors:
        yield f"vendor/{slug}", {"vendor": slug}
    for name in scope.watched.stacks():
        yield f"stack/{name}", {"stack": name}


@dataclass(frozen=True, slots=True)
class _Feeds:
    """Makes the files."""

    scope: Scope
    desk: Desk

    def feed(self, file: str, form: str, path: Path) -> bytes:
        """Return a feed in a form. Its own address is relative where no base is known."""
        _, write = FORMS[form]
        return write(self.desk.feed(self._place(file), path, self.desk.vendors(path)))

    def calendar(self, path: Path) -> bytes:
        """Return a calendar."""
        return ics(self.desk.calendar(path, self.desk.vendors(path)))

    def _place(self, file: str) -> Place:
        base = self.scope.base_url
        if base is None:
            return Place(PurePosixPath(file).name, "")
        return Place(f"{base}{file}", urlsplit(base).netloc)
