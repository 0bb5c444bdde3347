"""Recording folders: a page's answers as files, to run again without a network.

A folder has `recording.json` with `page`, `recorded_at`, `note` and `responses`: each `url`, `status`, `headers`,
`body` (the path of a file beside it, decompressed) and, after redirects, `final_url` and `redirects` (the addresses
that redirected, in order). URLs are compared after percent-decoding. Requests that got no answer are not in it.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from monitor.errors import ConfigError
from monitor.fetch.base import Fetched, Fetches, Limits, Validators, settle
from monitor.fetch.body import sniff_encoding
from monitor.protocol import Response

INDEX = "recording.json"
NAME_LENGTH = 80

KEPT_HEADERS = frozenset(
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
KEPT_PREFIXES = ("x-statuspage-", "x-pollinator-")
"""What a platform may be recognised by. Everything else stays out: cookies, tokens and request ids are nobody's."""

EXTENSIONS = {"json": ".json", "html": ".html", "atom": ".xml", "rss": ".xml", "xml": ".xml", "text": ".txt"}


class Recorder:
    """Asks another fetcher and keeps every answer in a folder, which is complete after each `get`.

    The folder is created; a URL asked twice keeps its last answer. Validators are not sent, so that every body is
    there, but the answer is "unchanged" all the same. Raises ConfigError when the folder already has a recording or
    cannot be written.
    """

    def __init__(
        self, fetcher: Fetches, folder: Path, page: str, clock: Callable[[], datetime], *, note: str = ""
    ) -> None:
        self._fetcher = fetcher
        self._folder = folder
        self._page = page
        self._recorded_at = clock()
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
    ) -> Fetched:
        """Return the other fetcher's answer and keep it; see `Fetches.get`."""
        fetched = await self._fetcher.get(url, accept=accept, limits=limits, provider=provider)
        self._keep(fetched.response)
        response, learned = settle(fetched.response, validators)
        return Fetched(
            response=response,
            validators=learned,
            elapsed_seconds=fetched.elapsed_seconds,
            wire_bytes=fetched.wire_bytes,
        )

    def _keep(self, response: Response) -> None:
        key = unquote(response.url)
        known = self._entries.get(key)
        name = known["body"] if known else self._name(response)
        entry: dict[str, Any] = {"url": response.url, "status": response.status}
        if response.final_url not in ("", response.url):
            entry["final_url"] = response.final_url
        if response.redirects:
            entry["redirects"] = list(response.redirects)
        self._entries[key] = {**entry, "headers": kept_headers(response.headers), "body": name}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / name).write_bytes(response.body)
            self._write_index()
        except OSError as error:
            raise ConfigError(f"cannot write the recording: {error}; name a folder you may write to") from error

    def _write_index(self) -> None:
        recording = {
            "page": self._page,
            "recorded_at": self._recorded_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "note": self._note,
            "responses": list(self._entries.values()),
        }
        written = self._folder / f".{INDEX}"
        written.write_text(json.dumps(recording, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        written.replace(self._folder / INDEX)

    def _name(self, response: Response) -> str:
        """Return a file name that can be read, is new in the folder and cannot lead out of it."""
        stem, extension = _readable(response, urlsplit(self._page).netloc)
        name, number = f"{stem}{extension}", 1
        while name.lower() in self._names:
            number += 1
            name = f"{stem}-{number}{extension}"
        self._names.add(name.lower())
        return name


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers a recording keeps: those that tell the content or the platform, none that tell a secret."""
    return {name: value for name, value in headers.items() if name in KEPT_HEADERS or name.startswith(KEPT_PREFIXES)}


def _readable(response: Response, home: str) -> tuple[str, str]:
    parts = urlsplit(response.url)
    path = unquote(parts.path).strip("/") or "index"
    prefix = "" if parts.netloc == home else f"{parts.netloc}-"
    query = f"-{unquote(parts.query)}" if parts.query else ""
    path, dot, extension = path.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", extension):
        path, extension = f"{path}{dot}{extension}", ""
    stem = re.sub(r"[^A-Za-z0-9_.]+", "-", f"{prefix}{path}{query}").strip("-.") or "index"
    if len(stem) > NAME_LENGTH:
        stem = f"{stem[: NAME_LENGTH - 9]}-{sha256(response.url.encode()).hexdigest()[:8]}"
    return stem, f".{extension.lower()}" if extension else _extension(response.headers.get("content-type", ""))


def _extension(content_type: str) -> str:
    return next((ending for word, ending in EXTENSIONS.items() if word in content_type.lower()), ".bin")


class Replay:
    """Answers from a recording folder; a URL that is not in it answers 404.

    `page` is the recorded page's URL, `recorded_at` when it was recorded (UTC). Limits are not applied: what is in a
    recording has been read before. Raises ConfigError, naming the place, when the folder is not a recording.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        recording = _index(folder)
        self.page: str = _field(recording, "page", str, folder)
        self.recorded_at = _instant(_field(recording, "recorded_at", str, folder), folder)
        self._entries: dict[str, Mapping[str, Any]] = {}
        for entry in _field(recording, "responses", list, folder):
            self._admit(entry)

    async def get(
        self,
        url: str,
        *,
        accept: str,  # noqa: ARG002
        limits: Limits,  # noqa: ARG002
        validators: Validators | None = None,
        provider: str | None = None,  # noqa: ARG002
    ) -> Fetched:
        """Return the recorded answer; see `Fetches.get`."""
        entry = self._entries.get(unquote(url))
        response, learned = settle(_absent(url) if entry is None else self._response(url, entry), validators)
        return Fetched(response=response, validators=learned, wire_bytes=len(response.body))

    def _admit(self, entry: object) -> None:
        if not isinstance(entry, dict):
            raise _broken(self._folder, "a response is not an object")
        url = _field(entry, "url", str, self._folder)
        _field(entry, "status", int, self._folder)
        headers = entry.get("headers", {})
        if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
            raise _broken(self._folder, f"the headers of {url} are not texts by name")
        if not isinstance(entry.get("final_url", ""), str):
            raise _broken(self._folder, f"the final_url of {url} is not a text")
        body = entry.get("body") or None
        if body is not None and not self._is_file(body):
            raise _broken(self._folder, f"the body of {url} is not a file given by a relative path: {body!r}")
        self._entries[unquote(url)] = entry

    def _is_file(self, path: object) -> bool:
        return isinstance(path, str) and not Path(path).is_absolute() and (self._folder / path).is_file()

    def _response(self, url: str, entry: Mapping[str, Any]) -> Response:
        headers = {name.lower(): value for name, value in entry.get("headers", {}).items()}
        body = (self._folder / entry["body"]).read_bytes() if entry.get("body") else b""
        return Response(
            url=url,
            final_url=entry.get("final_url") or url,
            redirects=tuple(entry.get("redirects") or ()),
            status=entry["status"],
            headers=headers,
            body=body,
            text_encoding=sniff_encoding(body, headers.get("content-type", "")),
        )


def _absent(url: str) -> Response:
    return Response(
        url=url,
        final_url=url,
        status=HTTPStatus.NOT_FOUND,
        headers={"content-type": "text/plain"},
        body=b"Not in the recording",
    )


def _index(folder: Path) -> dict[str, Any]:
    try:
        recording = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{folder} is no recording: {error.strerror}: {INDEX}; make one with `monitor record URL DIR`"
        ) from error
    except ValueError as error:
        raise _broken(folder, f"it is not JSON: {error}") from error
    if not isinstance(recording, dict):
        raise _broken(folder, "it is not an object")
    return recording


def _field(owner: Mapping[str, Any], name: str, kind: type[Any], folder: Path) -> Any:  # noqa: ANN401
    value = owner.get(name)
    if not isinstance(value, kind):
        raise _broken(folder, f"{name!r} is missing or not {kind.__name__}")
    return value


def _instant(text: str, folder: Path) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise _broken(folder, f"'recorded_at' is not a time: {text!r}") from error
    if when.tzinfo is None:
        raise _broken(folder, f"'recorded_at' has no zone: {text!r}")
    return when.astimezone(UTC)


def _broken(folder: Path, what: str) -> ConfigError:
    return ConfigError(f"{folder / INDEX}: {what}; correct it or record the page again")
