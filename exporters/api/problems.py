"""What goes wrong, as `application/problem+json` (RFC 9457): one form for every error."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.errors import ConfigError, StoreError
from monitor.plain import json_text

MEDIA_TYPE = "application/problem+json"
METHODS = "GET, HEAD"
_RETRY_SECONDS = "5"
_MOST_SHOWN = 200
"""Characters of what was asked for that an answer repeats."""


class NotThere(LookupError):
    """There is no such vendor or component; `suggestions` are what was probably meant."""

    def __init__(self, detail: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.suggestions = tuple(suggestions)


class BadParameter(ValueError):
    """A parameter cannot be answered; the message says which, and what to write instead."""


def problem(
    request: Request,
    status: int,
    title: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    suggestions: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer that says what went wrong. It is of this moment and never kept."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "errors": list(errors),
        "suggestions": list(suggestions),
    }
    content = f"{json_text(document)}\n".encode(errors="replace")
    all_headers = {"cache-control": "no-store", **(headers or {})}
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=all_headers)


async def _not_there(request: Request, error: Exception) -> Response:
    suggestions = error.suggestions if isinstance(error, NotThere) else ()
    return problem(request, 404, "Not found", _short(str(error)), suggestions=suggestions)


async def _bad_parameter(request: Request, error: Exception) -> Response:
    return problem(request, 422, "The question cannot be answered", _short(_in_our_words(error)))


async def _invalid(request: Request, error: Exception) -> Response:
    """Answer what the declared types refuse, each parameter by its name."""
    suggestions = error.errors() if isinstance(error, RequestValidationError) else ()
    errors = [{"parameter": _name(each), "message": _message(each)} for each in suggestions]
    detail = "; ".join(f"{each['parameter']}: {each['message']}" for each in errors)
    return problem(request, 422, "The question cannot be answered", detail, errors=errors)


async def _no_resource(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 405:  # noqa: PLR2004 - the status of a method that is not offered
        detail = f"{request.method} is not answered; the API only reads: {METHODS}"
        return problem(request, 405, "Method not allowed", detail, headers={"allow": METHODS})
    detail = "no such resource; /api/v1 lists those there are"
    return problem(request, status, "Not found", detail)


async def _unreadable(request: Request, _error: Exception) -> Response:
    # What is wrong the store's health has logged, once for all who met it.
    detail = "the database cannot be read now; ask again"
    headers = {"retry-after": _RETRY_SECONDS}
    return problem(request, 503, "Service unavailable", detail, headers=headers)


async def _internal(request: Request, _error: Exception) -> Response:
    detail = "the answer could not be made; the monitor's log says why"
    return problem(request, 500, "Internal error", detail)


def _name(error: Mapping[str, Any]) -> str:
    """Return the parameter that an error is about; of a list, the list."""
    words = [str(each) for each in error["loc"][1:] if isinstance(each, str)]
    return _short(words[0] if words else str(error["loc"][0]))


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "there is no such parameter here; /api/docs lists those there are"
    return _short(str(error["msg"]))


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def _in_our_words(error: Exception) -> str:
    """Return a message about options of the command as one about parameters."""
    return str(error).replace("--as-of", "as_of").replace("--", "")


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    NotThere: _not_there,
    BadParameter: _bad_parameter,
    ConfigError: _bad_parameter,
    RequestValidationError: _invalid,
    HTTPException: _no_resource,
    StoreError: _unreadable,
    Exception: _internal,
}
"""What answers an exception."""
