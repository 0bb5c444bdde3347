"""Recording folders: a page's answers as files, to run again without a network.

A folder has `recording.json` with `page`, `recorded_at`, `note` and `responses`: each `url`,
`status`, `headers`, `body` (the path of a file in the folder, decompressed) and, after redirects,
`final_url` and `redirects` (the addresses that redirected, in order). URLs are compared after
percent-decoding. Requests that got no answer are not in it.

A recording comes from anybody, so no path in it leads out of its folder, and no symbolic link is
followed. In a collection, folders beside each other in one that is called `recordings`, bodies may
lie anywhere in the collection.
"""

import errno
import json
import os
import posixpath
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from monitor.errors import ConfigError
from monitor.fetch.base import MIB, Fetches, FetchResult, Limits, Validators, settle
from monitor.fetch.body import sniff_encoding
from monitor.kit.protocol import Response
from monitor.plain import json_text

INDEX = "recording.json"
NAME_LENGTH = 80
COLLECTION = "recordings"
MOST_INDEX_BYTES = 16 * MIB
MOST_BODY_BYTES = 128 * MIB
FIRST_YEAR, LAST_YEAR = 1990, 2200
"""Of `recorded_at`: days are counted on from it in both directions, and a calendar ends
somewhere."""

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
    every body is there, but the answer is "unchanged" all the same. Raises ConfigError when the
    folder already has a recording or cannot be written.
    """

    def __init__(
        self,
        fetcher: Fetches,
        folder: Path,
        page: str,
        clock: Callable[[], datetime],
        *,
        note: str = "",
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
    ) -> FetchResult:
        """Return the other fetcher's answer and keep it; see `Fetches.get`."""
        fetched = await self._fetcher.get(url, accept=accept, limits=limits, provider=provider)
        self._keep(fetched.response)
        response, learned = settle(fetched.response, validators)
        return FetchResult(
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
            _put(self._folder / name, response.body)
            self._write_index()
        except OSError as error:
            raise ConfigError(
                f"cannot write the recording: {error}; name a folder you may write to"
            ) from error

    def _write_index(self) -> None:
        recording = {
            "page": self._page,
            "recorded_at": self._recorded_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "note": self._note,
            "responses": list(self._entries.values()),
        }
        written = self._folder / f".{INDEX}"
        _put(written, f"{json_text(recording, indent=1)}\n".encode())
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


def _put(path: Path, content: bytes) -> None:
    """Write a file of this name in its folder, never through a link that lies there."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers a recording keeps: those that tell the content or the platform, none that
    tell a secret.
    """
    return {
        name: value
        for name, value in headers.items()
        if name in KEPT_HEADERS or name.startswith(KEPT_PREFIXES)
    }


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
    return stem, (
        f".{extension.lower()}"
        if extension
        else _extension(response.headers.get("content-type", ""))
    )


def _extension(content_type: str) -> str:
    return next(
        (ending for word, ending in EXTENSIONS.items() if word in content_type.lower()), ".bin"
    )


class Replay:
    """Answers from a recording folder; a URL that is not in it answers 404.

    `page` is the recorded page's URL, `recorded_at` when it was recorded (UTC). The limits of
    requests are not applied: what is in a recording has been read before. Raises ConfigError,
    naming the place, when the folder is not a recording, or a file of it is none, lies elsewhere or
    is too big.
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
    ) -> FetchResult:
        """Return the recorded answer; see `Fetches.get`."""
        entry = self._entries.get(unquote(url))
        response, learned = settle(
            _absent(url) if entry is None else self._response(url, entry), validators
        )
        return FetchResult(response=response, validators=learned, wire_bytes=len(response.body))

    def _admit(self, entry: object) -> None:
        if not isinstance(entry, dict):
            raise _broken(self._folder, "a response is not an object")
        url = _field(entry, "url", str, self._folder)
        status = _field(entry, "status", int, self._folder)
        if not FIRST_STATUS <= status <= LAST_STATUS:
            raise _broken(self._folder, f"the status of {url} is none: {status}")
        headers = entry.get("headers", {})
        if not isinstance(headers, dict) or not all(
            isinstance(value, str) for value in headers.values()
        ):
            raise _broken(self._folder, f"the headers of {url} are not texts by name")
        if not isinstance(entry.get("final_url") or "", str):
            raise _broken(self._folder, f"the final_url of {url} is not a text")
        redirects = entry.get("redirects") or []
        if not isinstance(redirects, list) or not all(isinstance(each, str) for each in redirects):
            raise _broken(self._folder, f"the redirects of {url} are not a list of texts")
        if entry.get("body"):
            self._body(url, entry["body"], read=False)
        self._entries[unquote(url)] = entry

    def _body(self, url: str, path: object, *, read: bool = True) -> bytes:
        """Return a body. Raises ConfigError for one that is no file of the recording, or too
        big.
        """
        if not isinstance(path, str):
            raise _broken(
                self._folder, f"the body of {url} is not a file given by a relative path: {path!r}"
            )
        try:
            return read_inside(self._folder, path, MOST_BODY_BYTES if read else None)
        except _NotInside as error:
            raise _broken(self._folder, f"the body of {url} {error}: {path!r}") from error

    def _response(self, url: str, entry: Mapping[str, Any]) -> Response:
        headers = {name.lower(): value for name, value in entry.get("headers", {}).items()}
        body = self._body(url, entry["body"]) if entry.get("body") else b""
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


FIRST_STATUS, LAST_STATUS = 100, 599


class _NotInside(Exception):
    """A file that a recording names is not to be read; the text says why, in the middle of a
    sentence.
    """


def read_inside(folder: Path, path: str, most: int | None) -> bytes:
    """Return the bytes of a file in a recording's folder, or its collection's; b"" when `most` is
    None: it is there.

    Nothing on the way may be a symbolic link: each folder is opened from the one before it, so that
    none can be put there meanwhile. Raises _NotInside.
    """
    root = _root(folder)
    inner = posixpath.normpath(folder.absolute().relative_to(root).joinpath(path).as_posix())
    if "\0" in path or PurePosixPath(inner).is_absolute() or inner.startswith(".."):
        raise _NotInside("is not a file given by a relative path in its folder")
    try:
        return _read_from(root, inner.split("/"), most)
    except OSError as error:
        raise _NotInside(
            _WHY.get(error.errno or 0, f"cannot be read ({error.strerror})")
        ) from error


_WHY = {
    errno.ENOENT: "is not there",
    errno.ELOOP: "is a symbolic link",
    errno.ENOTDIR: "is behind a symbolic link, or something else that is no folder",
}


def _root(folder: Path) -> Path:
    """Return what a recording's paths must stay in."""
    own = folder.absolute()
    return own.parents[1] if own.parent.name == COLLECTION else own


def _read_from(root: Path, parts: Sequence[str], most: int | None) -> bytes:
    held = [os.open(root, os.O_RDONLY | os.O_DIRECTORY)]
    try:
        for part in parts[:-1]:
            held.append(
                os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=held[-1])
            )
        # Without waiting: a pipe that nobody writes to would hold us up for ever.
        held.append(
            os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=held[-1])
        )
        found = os.fstat(held[-1])
        if not stat.S_ISREG(found.st_mode):
            raise _NotInside("is no file")
        if found.st_size > (most or MOST_BODY_BYTES):
            raise _NotInside(f"is larger than {(most or MOST_BODY_BYTES) // MIB} MiB")
        with os.fdopen(held.pop(), "rb") as file:
            return file.read(most) if most is not None else b""
    finally:
        for each in held:
            os.close(each)


def _index(folder: Path) -> dict[str, Any]:
    try:
        recording = json.loads(read_inside(folder, INDEX, MOST_INDEX_BYTES))
    except _NotInside as error:
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


def _field(owner: Mapping[str, Any], name: str, kind: type[Any], folder: Path) -> Any:  # noqa: ANN401
    value = owner.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _broken(folder, f"{name!r} is missing or not {kind.__name__}")
    return value


def _instant(text: str, folder: Path) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise _broken(folder, f"'recorded_at' is not a time: {text!r}") from error
    if when.tzinfo is None:
        raise _broken(folder, f"'recorded_at' has no zone: {text!r}")
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise _broken(
            folder, f"'recorded_at' is in no year from {FIRST_YEAR} to {LAST_YEAR}: {text!r}"
        )
    return when.astimezone(UTC)


def _broken(folder: Path, what: str) -> ConfigError:
    return ConfigError(f"{folder / INDEX}: {what}; correct it or record the page again")
