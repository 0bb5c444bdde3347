"""Where an Instatus page's present state is asked for: two JSON answers, or else the page itself.
Pure.
"""

from monitor.errors import PageError, UnexpectedShape
from monitor.kit.fallback import FALL_BACK, most_telling
from monitor.kit.fields import Row, optional_rows, optional_verbatim, row, rows, verbatim
from monitor.kit.protocol import PageContext, Response, StepsTo, get
from monitor.kit.responses import locate_errors, read_json
from monitor.platforms.instatus.components import read_components
from monitor.platforms.instatus.html import ACTIVE, read_root
from monitor.platforms.instatus.reading import PageReading

SUMMARY = "/summary.json"
COMPONENTS = ("/v3/components.json", "/v2/components.json", "/components.json")


def ask_state(page: PageContext) -> StepsTo[PageReading | None]:
    """Return the page from its two JSON answers or else from its HTML; None = unchanged.

    When only one of the two has changed the other is read too: an observation without both would
    hide a contradiction, and incidents without an observation would leave the time since the last
    one uncovered. Raises the more telling of the errors when the HTML cannot be read either.
    """
    try:
        summary = yield from get(SUMMARY, conditional=True)
        if not summary.unchanged:
            read_json(summary)  # a page that blocks us is not asked again
        path, components = yield from _ask_components()
        if summary.unchanged and components.unchanged:
            return None
        if summary.unchanged:
            summary = yield from get(SUMMARY)
        if components.unchanged:
            components = yield from get(path)
        return _read_state(summary, components)
    except FALL_BACK as error:
        first = error
    try:
        return (yield from ask_root(page))
    except FALL_BACK as error:
        raise most_telling(first, error) from error


def ask_root(page: PageContext) -> StepsTo[PageReading]:
    """Return what the root page's HTML says. Raises what `read_root` raises."""
    return read_root((yield from get("", accept="text/html")), page)


def _ask_components() -> StepsTo[tuple[str, Response]]:
    """Return the first address that answers and its answer."""
    first: PageError | None = None
    for path in COMPONENTS:
        response = yield from get(path, conditional=True)
        if response.unchanged:
            return path, response
        try:
            read_json(response)
        except FALL_BACK as error:
            first = first or error
            continue
        return path, response
    raise first or UnexpectedShape("no address of the components is known")


def _read_state(summary: Response, components: Response) -> PageReading:
    with locate_errors(summary.url):
        answer = row(read_json(summary), "the answer")
        info = row(answer.get("page"), "page")
        word = verbatim(info.get("status"), "page.status")
        name = optional_verbatim(info.get("name"), "page.name")
        ongoing: list[Row] = []
        for key in ACTIVE:
            ongoing += optional_rows(answer.get(key), f"the answer.{key}")
    with locate_errors(components.url):
        entries = read_json(components)
        if not isinstance(entries, list):  # the oldest address has the bare list
            entries = row(entries, "the answer").get("components")
        listing = read_components(rows(entries, "the answer.components"))
    return PageReading(url=summary.url, name=name, word=word, components=listing, ongoing=ongoing)
