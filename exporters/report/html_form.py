"""Records as one page of HTML, for a screen and for A4 paper: no script, nothing from elsewhere.

Whatever a vendor wrote is escaped, and shown as `monitor.plain.visible` shows it. A link is one
only where a person may follow it.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from exporters.cells import KEYS, REVISED_KEY, cells_style
from exporters.report.html_view import vendor_view
from exporters.report.spans import span_definitions, target_text
from monitor.answers import Record, ReportQuery
from monitor.plain import visible


def html_lines(records: Iterable[Record], query: ReportQuery) -> Iterator[str]:
    """Yield the lines of the page, one record after another; `query` is what was asked of all."""
    template, css = _template()
    page = template.generate(
        title=_title(query),
        css=Markup(css),  # noqa: S704 - our own file
        vendors=map(vendor_view, records),
        keys=[key for key in KEYS if key != REVISED_KEY],
        target=None if query.target is None else target_text(query.target),
        definitions=list(span_definitions(query)),
        made_at=f"{query.now:%Y-%m-%d %H:%M} UTC",
    )
    rest = ""
    for chunk in page:
        # Not added: a chunk may be Markup, which would escape what is added to it once more.
        *lines, rest = f"{rest}{chunk}".split("\n")
        yield from lines
    yield rest


def _title(query: ReportQuery) -> str:
    return f"Reliability of vendors, {query.now:%Y-%m-%d}"


@cache
def _template() -> tuple[Any, str]:
    """Return the page to fill in, and its style."""
    files = resources.files("exporters.report")
    environment = Environment(autoescape=True, finalize=_show, trim_blocks=True)
    page = environment.from_string(files.joinpath("page.html").read_text("utf-8"))
    return page, cells_style() + files.joinpath("page.css").read_text("utf-8")


def _show(value: object) -> object:
    """Return a text with what is hidden in it shown; what we made ourselves stays as it is."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
