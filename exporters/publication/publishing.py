"""Publishing a site: its pages, feeds, badges and dataset into a folder, step by step."""

from collections.abc import Callable, Iterator
from functools import partial

from exporters.publication.badge_files import badge_items
from exporters.publication.data_files import Dataset, data_months
from exporters.publication.feed_files import feed_items
from exporters.publication.folder import Folder
from exporters.publication.items import Item
from exporters.publication.manifest import NAME
from exporters.publication.page_files import page_files, page_items
from exporters.publication.scope import Scope
from exporters.wording import iso

Step = Callable[[], None]

NO_JEKYLL = Item(".nojekyll", lambda: b"")
"""GitHub Pages would leave files out without it."""


def publish(scope: Scope, folder: Folder) -> Iterator[Step]:
    """Yield the steps that are to be taken, one after the other; the last writes the manifest.

    Raises ConfigError, there and in each step, where the folder cannot be written; StoreError.
    """
    dataset = Dataset(scope, folder)
    for item in _items(scope):
        yield partial(_put, folder, item)
    for month in data_months(scope):
        yield partial(dataset.add, month)
    yield lambda: folder.finish(_about(scope, dataset))


def _items(scope: Scope) -> Iterator[Item]:
    """Yield the files that are made anew each time."""
    others = [NO_JEKYLL, *feed_items(scope), *badge_items(scope)]
    pages = page_files(scope)
    paths = {NAME, *(item.path for item in others), *(page.path for page in pages)}
    yield from others
    yield from page_items(scope, pages, paths)


def _put(folder: Folder, item: Item) -> None:
    folder.put(item.path, item.make())


def _about(scope: Scope, dataset: Dataset) -> dict[str, object]:
    """Return what the manifest says beside the files."""
    return {
        "as_of": iso(scope.now),
        "read_until": iso(scope.read_until()),
        "version": scope.site.version,
        "base_url": scope.base_url,
        "vendors": [*scope.vendors],
        "months": scope.months,
        "texts": scope.has_texts,
        "policy": scope.site.policy(),
        "closed": sorted(dataset.closed),
    }
