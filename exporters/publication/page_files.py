"""Pages as files, made by what makes them when they are served."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from starlette.datastructures import QueryParams

from exporters.pages.links import Links
from exporters.pages.pictures import vendor_picture
from exporters.pages.rendering import stylesheet
from exporters.pages.routes import frame
from exporters.pages.visits import Visit
from exporters.publication.dead_links import without_dead_links
from exporters.publication.items import Item
from exporters.publication.page_list import PUBLISHED, Address, Published
from exporters.publication.scope import Scope

_PART = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(frozen=True, slots=True)
class PageFile:
    """One page: its kind and its address."""

    published: Published
    address: Address

    @property
    def place(self) -> str:
        """The page's folder, below the one that is published."""
        path = self.published.kind.path
        return _PART.sub(lambda match: self.address.parts[match[1]], path).strip("/")

    @property
    def path(self) -> str:
        """The file."""
        return f"{self.place}/index.html".lstrip("/")

    def content(self, scope: Scope, paths: Collection[str]) -> bytes:
        """Return the page, which links to nothing but these files and what is elsewhere."""
        question = QueryParams([*self.published.question(scope)])
        visit = Visit(
            site=scope.site,
            now=scope.present(self.address.parts.get("vendor")),
            told_at=self._told_at(scope),
            path=self.address.parts,
            question=question,
            links=Links(self.place, published=True),
        )
        html = frame(visit, self.published.kind.make(visit)).decode()
        return without_dead_links(html, self.place, paths).encode()

    def _told_at(self, scope: Scope) -> datetime | None:
        """Return the moment of a page about days that are over; None = it is that of the visit."""
        last, moments = self.address.days_until, scope.moments(self.address.parts.get("vendor", ""))
        return None if last is None or moments is None else moments.of_days(last)


def page_files(scope: Scope) -> list[PageFile]:
    """Return every page that is published."""
    files = []
    for published in PUBLISHED:
        files += [PageFile(published, each) for each in published.addresses(scope)]
    return files


def page_items(scope: Scope, files: Iterable[PageFile], paths: Collection[str]) -> Iterator[Item]:
    """Yield the pages, which may link to these paths, with their stylesheet and pictures."""
    yield Item("style.css", stylesheet)
    for slug in scope.vendors:
        yield Item(f"v/{slug}/bars.png", partial(vendor_picture, scope.site, slug))
    for file in files:
        yield Item(file.path, partial(file.content, scope, paths))
