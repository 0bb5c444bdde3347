"""Answer from a recording folder; see `monitor.fetch.recorder` for what is in one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from monitor.errors import ConfigError
from monitor.fetch.base import MIB, FetchResult, Limits, Validators, settle
from monitor.fetch.body import sniff_encoding
from monitor.fetch.folder import MOST_BODY_BYTES, NotReadable, read_file
from monitor.fetch.recorder import HISTORY, INDEX
from monitor.kit.protocol import Response

T = TypeVar("T")

MOST_INDEX_BYTES = 16 * MIB
FIRST_STATUS, LAST_STATUS = 100, 599
FIRST_YEAR, LAST_YEAR = 1990, 2200
"""Of `recorded_at`: days are counted on from it in both directions, and a calendar ends
somewhere."""


@dataclass(frozen=True, slots=True)
class _RecordedAnswer:
    """One of the `responses`. `body` is a path in the folder; None = the body is empty."""

    status: int
    headers: Mapping[str, str]
    final_url: str | None
    redirects: tuple[str, ...]
    body: str | None


class Replay:
    """Answers from a recording folder; a URL that is not in it answers 404.

    `page` is the recorded page's URL, `recorded_at` when it was recorded and `since` how far back
    its history was asked for (UTC). The limits of
    requests are not applied: what is in a recording has been read before. Raises ConfigError,
    naming the place, when the folder is not a recording, or a file of it is none, lies elsewhere or
    is too big.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        recording = _index(folder)
        self.page: str = _field(recording, "page", str, folder)
        self.recorded_at = _instant(recording, "recorded_at", folder)
        self.since = self.recorded_at - HISTORY
        if "since" in recording:
            self.since = _instant(recording, "since", folder)
        self._answers: dict[str, _RecordedAnswer] = {}
        for entry in _field(recording, "responses", list, folder):
            if not isinstance(entry, dict):
                raise _broken(folder, "a response is not an object")
            url = _field(entry, "url", str, folder)
            self._answers[unquote(url)] = _recorded_answer(entry, url, folder)

    async def get(
        self,
        url: str,
        *,
        accept: str,  # noqa: ARG002
        limits: Limits,  # noqa: ARG002
        validators: Validators | None = None,
        provider: str | None = None,  # noqa: ARG002
    ) -> FetchResult:
        """Return the recorded answer; see `Fetches.get`."""
        answer = self._answers.get(unquote(url))
        response = _not_in_recording(url) if answer is None else self._response(url, answer)
        response, validators = settle(response, validators)
        return FetchResult(response=response, validators=validators, wire_bytes=len(response.body))

    def _response(self, url: str, answer: _RecordedAnswer) -> Response:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        body = b""
        if answer.body is not None:
            body = _body(self._folder, url, answer.body, MOST_BODY_BYTES)
        return Response(
            url=url,
            final_url=answer.final_url or url,
            redirects=answer.redirects,
            status=answer.status,
            headers=headers,
            body=body,
            text_encoding=sniff_encoding(body, headers.get("content-type", "")),
        )


def _not_in_recording(url: str) -> Response:
    return Response(
        url=url,
        final_url=url,
        status=HTTPStatus.NOT_FOUND,
        headers={"content-type": "text/plain"},
        body=b"Not in the recording",
    )


def _recorded_answer(entry: Mapping[str, Any], url: str, folder: Path) -> _RecordedAnswer:
    """Return an answer of the index. Raises ConfigError for one that is not as it must be."""
    status = _field(entry, "status", int, folder)
    if not FIRST_STATUS <= status <= LAST_STATUS:
        raise _broken(folder, f"the status of {url} is none: {status}")
    headers = entry.get("headers", {})
    if not isinstance(headers, dict) or not _are_texts(list(headers.values())):
        raise _broken(folder, f"the headers of {url} are not texts by name")
    final_url = entry.get("final_url") or None
    if not isinstance(final_url, str | None):
        raise _broken(folder, f"the final_url of {url} is not a text")
    redirects = entry.get("redirects") or []
    if not _are_texts(redirects):
        raise _broken(folder, f"the redirects of {url} are not a list of texts")
    body = entry.get("body") or None
    if body is not None:
        _body(folder, url, body, None)
    return _RecordedAnswer(status, headers, final_url, tuple(redirects), body)


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _body(folder: Path, url: str, path: object, most: int | None) -> bytes:
    """Return a body, as `read_file` does. Raises ConfigError for one that is no file of the
    recording, or too big.
    """
    if not isinstance(path, str):
        raise _broken(folder, f"the body of {url} is not a file given by a relative path: {path!r}")
    try:
        return read_file(folder, path, most)
    except NotReadable as error:
        raise _broken(folder, f"the body of {url} {error}: {path!r}") from error


def _index(folder: Path) -> dict[str, Any]:
    try:
        recording = json.loads(read_file(folder, INDEX, MOST_INDEX_BYTES))
    except NotReadable as error:
        raise ConfigError(
            f"{folder} is no recording: {INDEX} {error}; make one with `monitor record URL DIR`"
        ) from error
    except RecursionError as error:
        raise _broken(folder, "it is nested too deeply") from error
    except ValueError as error:
        raise _broken(folder, f"it is not JSON: {error}") from error
    if not isinstance(recording, dict):
        raise _broken(folder, "it is not an object")
    return recording


def _field(owner: Mapping[str, Any], name: str, kind: type[T], folder: Path) -> T:
    value = owner.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _broken(folder, f"{name!r} is missing or not {kind.__name__}")
    return value


def _instant(recording: Mapping[str, Any], name: str, folder: Path) -> datetime:
    text = _field(recording, name, str, folder)
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise _broken(folder, f"{name!r} is not a time: {text!r}") from error
    if when.tzinfo is None:
        raise _broken(folder, f"{name!r} has no zone: {text!r}")
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise _broken(folder, f"{name!r} is in no year from {FIRST_YEAR} to {LAST_YEAR}: {text!r}")
    return when.astimezone(UTC)


def _broken(folder: Path, what: str) -> ConfigError:
    return ConfigError(f"{folder / INDEX}: {what}; correct it or record the page again")
