"""Templates into HTML. Whatever a vendor wrote is escaped, and shown as `monitor.plain.visible`
shows it.
"""

from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from exporters.cells import cells_style
from exporters.text_format import ON_SURROGATES
from monitor.plain import safe_link, visible

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
"""What a page may load: our stylesheet and pictures, no script, nothing from elsewhere."""

LONGEST_TEXT = 200
"""So many characters of a vendor's text are shown; the rest is cut."""


def render(template: str, **values: object) -> bytes:
    """Return a template filled in, in UTF-8. Raises jinja2.UndefinedError for a name that is not
    given.
    """
    return _environment().get_template(template).render(values).encode(errors=ON_SURROGATES)


def macro(template: str, name: str) -> Any:  # noqa: ANN401 - called by its own arguments
    """Return a template's macro, which returns Markup: for a part that is made once and kept."""
    return getattr(_environment().get_template(template).module, name)


@cache
def stylesheet() -> bytes:
    """Return the one stylesheet."""
    own = resources.files("exporters.pages").joinpath("style.css").read_bytes()
    return cells_style().encode() + own


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        finalize=_show,
        loader=PackageLoader("exporters.pages"),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["cut"] = cut
    environment.tests["safe_link"] = lambda url: safe_link(url) is not None
    return environment


def cut(text: str) -> str:
    """Return the beginning of a text that is longer than anybody reads in a list."""
    text = visible(text)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _show(value: object) -> object:
    """Return a text with what is hidden in it shown; what we made ourselves stays as it is."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
