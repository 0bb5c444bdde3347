"""Any web page, read where the user says: CSS selectors for the components, word lists for their
states. Pure.

For pages of no platform that have no feed either. Nothing is guessed: a page that mentions a past
outage holds the word "outage" too, so only what the selectors name is looked at, and a text counts
as one of the words only when it is that word and nothing else (spaces and case aside). A selector
that finds nothing is an error; a text that is in no list is unknown.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from bs4 import BeautifulSoup, Tag

from monitor.errors import UnexpectedShape
from monitor.kit.events import ComponentState
from monitor.kit.evidence import evidence
from monitor.kit.fields import LONGEST_CODE, maybe_text
from monitor.kit.protocol import (
    About,
    HtmlSettings,
    PageContext,
    Response,
    Signal,
    Steps,
    fingerprint,
    get,
)
from monitor.kit.responses import locate_errors, require_ok
from monitor.model import Component, Level, worst_level

ABOUT = About(
    title="Web pages by selectors",
    verified=date(2026, 7, 31),
    live="the page itself, 1 request",
    reach_days=0,
    reach="None before the first poll.",
    granularity="nothing",
    precision="none",
    caveat=(
        "A page that is rebuilt may go on matching and mean something else; look at it when it"
        " moves."
    ),
)

LAST_RESORT = True
MAX_BODY_MIB = 0.5
"""A parser of HTML takes some seconds for 8 MiB. A status page is a fraction of one; the setting
raises the limit."""

SOURCE = "html.page"
REMEDY = "look at the page's source and adjust the selectors under `html:`"


def detect(response: Response) -> list[Signal]:  # noqa: ARG001
    """Return nothing: such a page is read because the user says how."""
    return []


def poll(page: PageContext) -> Steps:
    """Yield the state of every component that the selectors find, in one request."""
    settings = page.html
    if settings is None:
        raise UnexpectedShape(
            "nothing says where the components are", url=page.url, remedy="say it under `html:`"
        )
    cursor = fingerprint(settings)
    response = yield from get("", accept="text/html", conditional=page.cursor == cursor)
    if response.unchanged:
        return
    with locate_errors(response.url):
        body = require_ok(response).text
        soup = BeautifulSoup(body, "html.parser")
        states = list(_component_states(soup, settings))
        yield evidence(SOURCE, page, parts=states, cursor=cursor)


def _component_states(soup: BeautifulSoup, settings: HtmlSettings) -> Iterator[ComponentState]:
    tags = soup.select(settings.component)
    if not tags:
        raise UnexpectedShape(
            f"the selector {settings.component!r} finds nothing on the page", remedy=REMEDY
        )
    words = {_plain(word): level for word, level in settings.words}
    for position, tag in enumerate(tags):
        state = _inside(tag, settings.state)
        is_state_alone = state is tag and settings.name is None and settings.attribute is None
        name = _title(soup, tags) if is_state_alone else _name(tag, state, settings)
        component = Component(id=name, name=name, position=position)
        yield _component_state(component, _value(state, settings), words)


def _component_state(
    component: Component, value: str | list[str], words: Mapping[str, Level]
) -> ComponentState:
    """Return a component with its state; of several words, as `class` has them, the worst that is
    in a list counts.

    A text is never taken apart: "not operational" is not "operational".
    """
    whole = _plain(value if isinstance(value, str) else " ".join(value))
    level = words.get(whole)
    if level is None and not isinstance(value, str):
        level = worst_level(words.get(_plain(word)) for word in value)
    return ComponentState(component=component, level=level, word=whole[:LONGEST_CODE])


def _inside(tag: Tag, selector: str | None) -> Tag:
    """Return what a selector finds inside a component; the component itself without one."""
    if selector is None:
        return tag
    match = tag.select_one(selector)
    if match is None:
        raise UnexpectedShape(
            f"the selector {selector!r} finds nothing in a component", remedy=REMEDY
        )
    return match


def _title(soup: BeautifulSoup, tags: Sequence[Tag]) -> str:
    """Return the page's title as the name of its only component, where all of its text is its
    state.
    """
    if len(tags) > 1:
        raise UnexpectedShape(
            f"{len(tags)} components are their state and nothing else",
            remedy="add `name` or `state`",
        )
    return maybe_text(soup.title.get_text() if soup.title else None) or "page"


def _name(tag: Tag, state: Tag, settings: HtmlSettings) -> str:
    """Return a component's name: as selected, else its text without that of its state."""
    text = _inside(tag, settings.name).get_text(" ")
    if settings.name is None and state is not tag:
        text = text.replace(state.get_text(" "), " ", 1)
    name = maybe_text(" ".join(text.split()))
    if name is None:
        raise UnexpectedShape("a component has no name", remedy=REMEDY)
    return name


def _value(tag: Tag, settings: HtmlSettings) -> str | list[str]:
    """Return the text of a state, or the value of its attribute: a list for one that holds words,
    such as `class`.
    """
    if settings.attribute is None:
        return tag.get_text(" ")
    value = tag.get(settings.attribute)
    if value is None:
        raise UnexpectedShape(f"a component has no attribute {settings.attribute!r}", remedy=REMEDY)
    return value


def _plain(text: str) -> str:
    """Return a text as words are compared: whole, spaces and case aside."""
    clean = re.sub(r"\s+", " ", text).strip().casefold()
    return maybe_text(clean) or "(empty)"


def backfill(page: PageContext, since: datetime) -> Steps:  # noqa: ARG001
    """Yield the present state: a page has no history that could be read."""
    yield from poll(page)
