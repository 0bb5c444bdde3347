"""What a StatusCast page is recognised by. Pure."""

import re
from collections.abc import Iterator

from monitor.kit.protocol import Response, Signal
from monitor.kit.responses import marks_in

TITLES = (b"powered by StatusCast", b"provided by StatusCast")
MARKUP = (b'class="row incident-body incident-type-', b'class="historygrid"')
ASSET = re.compile(
    rb"//statuscast\w{0,30}\.blob\.core\.windows\.net/|//[a-z0-9.-]{0,60}statuscast\.com/"
)


def detect(response: Response) -> list[Signal]:
    """Return the signs of a StatusCast page, which are in its HTML; the host counts only beside
    another sign.
    """
    return list(_signals(response.body)) if b"statuscast" in response.body.lower() else []


def _signals(body: bytes) -> Iterator[Signal]:
    if marks_in(body, TITLES):
        yield Signal("title", "the page calls itself powered by StatusCast")
    if ASSET.search(body):
        yield Signal("assets", "the page refers to StatusCast")
    if marks_in(body, MARKUP):
        yield Signal("markup", "the page has StatusCast's incidents or its history grid")
