"""Answers that a client may keep for a while, and ask about again without getting them twice.

Source: https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
"""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from exporters.negotiation import wants_gzip

OK = 200
_GZIP_LEVEL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is answered. It may be kept for `max_age_seconds`; `headers` are those of its own. Only
    with the status 200 can a client have it already.
    """

    body: bytes
    media_type: str
    max_age_seconds: int
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = OK

    @property
    def etag(self) -> str:
        """What it is told by: weak, since it is the same however it is compressed."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:32]}"'


async def revalidated(request: Request, make: Callable[[], Content]) -> Response:
    """Make the content in a thread and answer it; 304 when the client says that it has it."""
    content = await run_in_threadpool(make)
    etag = content.etag
    headers = {
        "etag": etag,
        "cache-control": f"max-age={content.max_age_seconds}",
        "vary": "Accept-Encoding",
        **content.headers,
    }
    tags = request.headers.get("if-none-match", "")
    if content.status == OK and is_known(etag, tags):
        return Response(status_code=304, headers=headers)
    body = content.body
    if wants_gzip(request.headers.get("accept-encoding", "")):
        body = await run_in_threadpool(gzip.compress, body, _GZIP_LEVEL, mtime=0)
        headers["content-encoding"] = "gzip"
    headers["content-type"] = content.media_type
    return Response(body, status_code=content.status, headers=headers)


def is_known(etag: str, if_none_match: str) -> bool:
    """Whether an If-None-Match header names it; strong and weak ones are alike."""
    names = {name.strip().removeprefix("W/") for name in if_none_match.split(",")}
    return "*" in names or etag.removeprefix("W/") in names
