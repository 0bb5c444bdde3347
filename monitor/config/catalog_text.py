"""The text of the catalogue, cut into its entries without reading them.

To read one entry takes a thousandth of what reading all takes, and most commands need one or none.
`tests/test_catalog.py` holds what is cut here to what the whole file says.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).parents[1] / "catalog.yaml"
_ENTRY = re.compile(r"^- slug: (\S+)\n(?:(?!- ).*\n)*", re.MULTILINE)
_PAGE = re.compile(r"^  url: [a-z]+://(\S+)$", re.MULTILINE)
_DEFAULT = "\n  default: true\n"


class _Index(NamedTuple):
    """The texts of the entries by slug and by page; the first of several that share one."""

    by_slug: dict[str, str]
    by_page: dict[str, str]


@cache
def whole_text() -> str:
    """Return the file's text."""
    return _FILE.read_text(encoding="utf-8")


def entry_text(slug: str | None, page: str | None) -> str | None:
    """Return the text of the entry of a slug, or of a page (an address without its scheme) where no
    slug is given; None where there is none.
    """
    index = _index()
    if slug is not None:
        return index.by_slug.get(slug)
    return None if page is None else index.by_page.get(page)


def default_entries() -> Iterator[str]:
    """Yield the slugs of the vendors that are watched where nobody names any, in order."""
    for slug, text in _index().by_slug.items():
        if _DEFAULT in text:
            yield slug


@cache
def _index() -> _Index:
    index = _Index({}, {})
    for match in _ENTRY.finditer(whole_text()):
        text = match[0]
        index.by_slug.setdefault(match[1], text)
        page = _PAGE.search(text)
        if page is not None:
            index.by_page.setdefault(page[1], text)
    return index
