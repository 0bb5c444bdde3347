"""Pages as files, made by what makes them when they are served."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from starlette.datastructures import QueryParams

from exporters.pages.links import Links
from exporters.pages.pictures import vendor_picture
from exporters.pages.rendering import stylesheet
from exporters.pages.routes import frame
from exporters.pages.visits import Visit
from exporters.publication.dead_links import without_dead_links
from exporters.publication.items import Item
from exporters.publication.page_list import PUBLISHED, Parts, Published
from exporters.publication.scope import Scope

_PART = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(frozen=True, slots=True)
class PageFile:
    """One page: its kind, and the parts of its address."""

    published: Published
    parts: Parts

    @property
    def place(self) -> str:
        """The page's folder, below the one that is published."""
        path = self.published.kind.path
        return _PART.sub(lambda match: self.parts[match[1]], path).strip("/")

    @property
    def path(self) -> str:
        """The file."""
        return f"{self.place}/index.html".lstrip("/")

    def content(self, scope: Scope, paths: Collection[str]) -> bytes:
        """Return the page, which links to nothing but these files and what is elsewhere."""
        question = QueryParams([*self.published.question(scope)])
        visit = Visit(
            site=scope.site,
            now=scope.now,
            path=self.parts,
            question=question,
            links=Links(self.place, published=True),
        )
        html = frame(visit, self.published.kind.make(visit)).decode()
        return without_dead_links(html, self.place, paths).encode()


def page_files(scope: Scope) -> list[PageFile]:
    """Return every page that is published."""
    files = []
    for published in PUBLISHED:
        files += [PageFile(published, parts) for parts in published.addresses(scope)]
    return files


def page_items(scope: Scope, files: Iterable[PageFile], paths: Collection[str]) -> Iterator[Item]:
    """Yield the pages, which may link to these paths, with their stylesheet and pictures."""
    yield Item("style.css", stylesheet)
    for slug in scope.vendors:
        yield Item(f"v/{slug}/bars.png", partial(vendor_picture, scope.site, slug))
    for file in files:
        yield Item(file.path, partial(file.content, scope, paths))
