"""Which answers are a cState page's, its index or its issues. Pure."""

from collections.abc import Iterator

from monitor.kit.protocol import Response, Signal

GENERATOR = b'name="generator" content="cState '


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a cState page, its index or its issues. They are looked for in JSON that
    is broken too.
    """
    body = response.body
    if GENERATOR in body:
        yield Signal("generator", "the page says that cState made it")
    if _holds(body, b'class="component" data-status="', b"themeDisruptedColor"):
        yield Signal("markup", "systems' states and the colours of cState's themes")
    if body.lstrip()[:1] == b"{":
        yield from _signals_of_json(body)


def _signals_of_json(body: bytes) -> Iterator[Signal]:
    if b'"cStateVersion"' in body:
        yield Signal("version", "the index tells cState's version")
        if _holds(body, b'"summaryStatus"', b'"systems"'):
            yield Signal("shape", "a summaryStatus over systems")
    if _holds(body, b'"resolvedAt"', b'"informational"', b'"lastMod"'):
        yield Signal("issues", "issues that are resolved or informational")


def _holds(body: bytes, *marks: bytes) -> bool:
    return all(mark in body for mark in marks)
