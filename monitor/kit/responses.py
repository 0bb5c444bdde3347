"""What an answer is worth: whether it carries anything, and its JSON. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import urlsplit

from monitor.errors import (
    BadStatus,
    BotChallenge,
    EmptyBody,
    FetchError,
    Moved,
    NotJson,
    PageError,
    Truncated,
    UnexpectedShape,
)
from monitor.kit.protocol import Response, StepsTo, get_all

CHALLENGE_MARKS = (
    b"cf-chl-",
    b"challenge-platform",
    b"Just a moment...",
    b"Attention Required! | Cloudflare",
    b"awsWafCookieDomainList",
    b"/_Incapsula_Resource",
    b"px-captcha",
    b"Request unsuccessful. Incapsula",
)


def require_ok(response: Response) -> Response:
    """Return the response when it carries an answer. Raises BotChallenge, BadStatus or EmptyBody
    otherwise.
    """
    if is_challenge(response):
        raise BotChallenge(
            f"a bot challenge came instead of the page (status {response.status})", url=response.url
        )
    if response.status != 200:  # noqa: PLR2004
        raise BadStatus(f"status {response.status}", status=response.status, url=response.url)
    if not response.body.strip():
        raise EmptyBody("an empty body came with status 200", url=response.url)
    return response


def is_challenge(response: Response) -> bool:
    """Whether the body is a known bot challenge. The marks are only looked for in HTML, near its
    beginning.
    """
    if response.headers.get("cf-mitigated") == "challenge":
        return True
    head = response.body[:4096]
    return head.lstrip()[:1] == b"<" and bool(marks_in(head, CHALLENGE_MARKS))


def marks_in(body: bytes, marks: Iterable[bytes]) -> list[str]:
    """Return as text which of these marks stand in a body, in their order."""
    return [mark.decode() for mark in marks if mark in body]


def read_json(response: Response) -> Any:  # noqa: ANN401
    """Return the decoded JSON body. Half characters and NUL, which no database takes, are "?" in
    its texts.

    Raises what `require_ok` raises; Moved when HTML came after a redirect to another host or path
    (an old host whose redirect dropped the path); NotJson when something else than JSON came;
    Truncated when JSON breaks off.
    """
    require_ok(response)
    text = response.text.lstrip()
    if text[:1] not in ("{", "["):
        if response.final_url and _path(response.final_url) != _path(response.url):
            raise Moved(f"redirected to {response.final_url}, which is not JSON", url=response.url)
        raise NotJson(
            f"expected JSON, got {response.headers.get('content-type', 'no content type')}",
            url=response.url,
        )
    try:
        value = json.loads(text)
        return sanitize(value) if UNSTORABLE.search(text) else value
    except RecursionError as error:
        raise NotJson("the JSON is nested too deeply to be an answer", url=response.url) from error
    except json.JSONDecodeError as error:
        if _breaks_off(error):
            raise Truncated(
                f"the JSON breaks off at character {error.pos}", url=response.url
            ) from error
        raise NotJson(
            f"not JSON at character {error.pos}: {error.msg}", url=response.url
        ) from error
    except ValueError as error:  # Python refuses to read numbers of thousands of digits
        raise NotJson(f"not JSON we can read: {error}", url=response.url) from error


def _breaks_off(error: json.JSONDecodeError) -> bool:
    """Whether the text ends where the decoder stopped: in a string, an escape or a literal too."""
    rest = error.doc[error.pos :].rstrip()
    return (
        len(rest) <= 1
        or "Unterminated" in error.msg
        or ("escape" in error.msg and len(rest) < LONGEST_ESCAPE)
        or any(word.startswith(rest) for word in ("true", "false", "null", "-Infinity"))
    )


LONGEST_ESCAPE = len("\\uD83D\\uDE00")


@contextmanager
def locate_errors(url: str) -> Iterator[None]:
    """Give the shape errors raised inside the URL they are about; a date off the calendar is one of
    them.
    """
    try:
        yield
    except PageError as error:
        error.url = error.url or url
        raise
    except OverflowError as error:  # a date at the edge of the calendar, moved into another zone
        raise UnexpectedShape(f"a date out of range: {error}", url=url) from error


def shape_error(where: str, due: str, value: object) -> NoReturn:
    """Raise UnexpectedShape: what was due at a place in an answer, and what is there."""
    what = "nothing" if value is None else f"{type(value).__name__} {str(value)[:40]!r}"
    raise UnexpectedShape(f"{where}: expected {due}, found {what}")


UNSTORABLE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
"""How JSON spells half a character, and NUL; whole pairs too, which are then left as they are."""


def sanitize(value: Any) -> Any:  # noqa: ANN401
    """Return decoded JSON with "?" for half characters and NUL in its texts and keys."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode().replace("\x00", "?")
    if isinstance(value, list):
        return [sanitize(item) for item in value]
    if isinstance(value, dict):
        return {sanitize(key): sanitize(item) for key, item in value.items()}
    return value


def _path(url: str) -> str:
    return urlsplit(url).path.rstrip("/")


def try_json(response: Response) -> Any:  # noqa: ANN401
    """Return the decoded JSON of an answer for a detector to look at; None when it is none. Never
    raises.

    Every platform looks at the same answer, which is decoded once. What is returned must not be
    changed.
    """
    return _decoded(response.body) if response.status == 200 else None  # noqa: PLR2004


def try_row(response: Response) -> dict[str, Any]:
    """Return the object in an answer for a detector to look at, as `try_json` does; an empty one
    for anything else.
    """
    answer = try_json(response)
    return answer if isinstance(answer, dict) else {}


@lru_cache(maxsize=2)
def _decoded(body: bytes) -> Any:  # noqa: ANN401
    if body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return None


def unwrap(answer: Response | FetchError) -> Response:
    """Return one of the answers that were fetched together. Raises what kept it from coming."""
    if isinstance(answer, FetchError):
        raise answer
    return answer


def get_responses(paths: Sequence[str]) -> StepsTo[list[Response]]:
    """Ask for several JSON paths together and return their answers in order.

    Raises the FetchError of the first that did not come: all of them are needed.
    """
    answers = yield from get_all(paths)
    return [unwrap(answer) for answer in answers]
