"""Write recording folders: a page's answers as files, to run again without a network.

A folder has `recording.json` with `page`, `recorded_at`, `since` (how far back its history was
asked for; 90 days before `recorded_at` where it is not said), `note` and `responses`: each `url`,
`status`, `headers`, `body` (the path of a file in the folder, decompressed) and, after redirects,
`final_url` and `redirects` (the addresses that redirected, in order). URLs are compared after
percent-decoding. Requests that got no answer are not in it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from monitor.errors import ConfigError
from monitor.fetch.base import Fetches, FetchResult, Limits, Validators, settle
from monitor.fetch.folder import replace_file
from monitor.kit.protocol import Response
from monitor.plain import json_text

INDEX = "recording.json"
NAME_LENGTH = 80
HISTORY = timedelta(days=90)
"""How far back a page's history is asked for, from the moment of the recording."""

RECORDED_HEADERS = frozenset(
    {
        "cf-mitigated",
        "content-language",
        "content-type",
        "etag",
        "last-modified",
        "link",
        "retry-after",
        "server",
        "via",
        "x-cache",
        "x-powered-by",
    }
)
RECORDED_PREFIXES = ("x-statuspage-", "x-pollinator-")
"""What a platform may be recognised by. Everything else stays out: cookies, tokens and request ids
are nobody's."""

EXTENSIONS = {
    "json": ".json",
    "html": ".html",
    "atom": ".xml",
    "rss": ".xml",
    "xml": ".xml",
    "text": ".txt",
}


class Recorder:
    """Asks another fetcher and keeps every answer in a folder, which is complete after each `get`.

    The folder is created; a URL asked twice keeps its last answer. Validators are not sent, so that
    every body is there, but the answer is "unchanged" all the same. `since` is how far back history
    is to be asked for: what asks a replay for as much asks the same addresses. Raises ConfigError
    when the folder already has a recording or cannot be written.
    """

    def __init__(
        self,
        fetcher: Fetches,
        folder: Path,
        page: str,
        clock: Callable[[], datetime],
        *,
        history: timedelta = HISTORY,
        note: str = "",
    ) -> None:
        self._fetcher = fetcher
        self._folder = folder
        self._page = page
        self._recorded_at = clock()
        self.since = self._recorded_at - history
        self._note = note
        self._entries: dict[str, dict[str, Any]] = {}
        self._names = {INDEX}
        if (folder / INDEX).exists():
            raise ConfigError(f"{folder} already has a recording; name an empty or a new folder")

    async def get(
        self,
        url: str,
        *,
        accept: str,
        limits: Limits,
        validators: Validators | None = None,
        provider: str | None = None,
    ) -> FetchResult:
        """Return the other fetcher's answer and keep it; see `Fetches.get`."""
        result = await self._fetcher.get(url, accept=accept, limits=limits, provider=provider)
        self._write(result.response)
        response, validators = settle(result.response, validators)
        return replace(result, response=response, validators=validators)

    def _write(self, response: Response) -> None:
        key = unquote(response.url)
        previous = self._entries.get(key)
        name = previous["body"] if previous else self._name(response)
        entry: dict[str, Any] = {"url": response.url, "status": response.status}
        if response.final_url not in ("", response.url):
            entry["final_url"] = response.final_url
        if response.redirects:
            entry["redirects"] = list(response.redirects)
        self._entries[key] = {**entry, "headers": recorded_headers(response.headers), "body": name}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            replace_file(self._folder / name, response.body)
            self._write_index()
        except OSError as error:
            raise ConfigError(
                f"cannot write the recording: {error}; name a folder you may write to"
            ) from error

    def _write_index(self) -> None:
        recording = {
            "page": self._page,
            "recorded_at": _iso(self._recorded_at),
            "since": _iso(self.since),
            "note": self._note,
            "responses": list(self._entries.values()),
        }
        draft = self._folder / f".{INDEX}"
        replace_file(draft, f"{json_text(recording, indent=1)}\n".encode())
        draft.replace(self._folder / INDEX)

    def _name(self, response: Response) -> str:
        """Return a file name that can be read, is new in the folder and cannot lead out of it."""
        stem, extension = _readable_name(response, urlsplit(self._page).netloc)
        name, number = f"{stem}{extension}", 1
        while name.lower() in self._names:
            number += 1
            name = f"{stem}-{number}{extension}"
        self._names.add(name.lower())
        return name


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def recorded_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that are recorded: those that tell the content or the platform, none that
    tell a secret.
    """
    return {
        name: value
        for name, value in headers.items()
        if name in RECORDED_HEADERS or name.startswith(RECORDED_PREFIXES)
    }


def _readable_name(response: Response, home: str) -> tuple[str, str]:
    """Return the stem and the extension of a file name that says what was asked."""
    parts = urlsplit(response.url)
    path = unquote(parts.path).strip("/") or "index"
    prefix = "" if parts.netloc == home else f"{parts.netloc}-"
    query = f"-{unquote(parts.query)}" if parts.query else ""
    stem, dot, extension = path.rpartition(".")
    if dot and re.fullmatch(r"[A-Za-z0-9]{1,5}", extension):
        extension = f".{extension.lower()}"
    else:
        stem, extension = path, _extension(response.headers.get("content-type", ""))
    stem = re.sub(r"[^A-Za-z0-9_.]+", "-", f"{prefix}{stem}{query}").strip("-.") or "index"
    if len(stem) > NAME_LENGTH:
        stem = f"{stem[: NAME_LENGTH - 9]}-{sha256(response.url.encode()).hexdigest()[:8]}"
    return stem, extension


def _extension(content_type: str) -> str:
    matches = (ending for word, ending in EXTENSIONS.items() if word in content_type.lower())
    return next(matches, ".bin")
