"""The cases of the platforms: recorded answers with what is to be read from them.

A case is a folder `fixtures/<platform>/<case>` with `expected.json`, written and reviewed by hand.
Its answers are a recording (`recording.json` and the bodies, as `monitor record` writes them), or
another case's with changes, which `expected.json` names:

    like      the other case of the same platform
    answers   by URL: the file of another body, a whole response as in a recording, or null for an
              address that does not answer
    page, recorded_at   where these are not the other case's

A sequence is a case whose page is read again later: `then` lists the later answers, each as
    minutes   how long after the answers before
    like      the case whose answers these are; without it, those before
    answers   as above
    replace   texts in the answers, and what stands there now
The cases of `BROKEN` have no folder: they are `quiet` with its answers broken.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

FIXTURES = Path(__file__).parent / "fixtures"

Entry = dict[str, Any]
"""A response as a recording has it, with the path of its body, or the bytes of a broken one."""

HTML = {"content-type": "text/html; charset=utf-8"}
CHALLENGE = b"""<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>"""
WAF = b"""<!DOCTYPE html><html><head><title>Human Verification</title>
<script>window.awsWafCookieDomainList = [];</script></head><body></body></html>"""
GREEN = b"""<!DOCTYPE html><html><head><title>Status</title></head><body class="status-none">
<p class="status">All Systems Operational</p><div id="root" class="green operational"></div>
</body></html>"""

GREEN_PAGE: Entry = {"url": "", "status": 200, "headers": HTML, "body": GREEN}


@dataclass(frozen=True, slots=True)
class Recording:
    """What a page answered: its address, the moment (ISO 8601) and the responses."""

    page: str
    recorded_at: str
    responses: tuple[Entry, ...]
    elsewhere: Entry | None = None
    """What any other address answers; None = 404."""


def _as(status: int, body: bytes, **headers: str) -> Callable[[Entry], Entry]:
    answer = {"status": status, "headers": HTML | headers, "body": body}
    return lambda entry: {"url": entry["url"], **answer}


BROKEN: Mapping[str, Callable[[Entry], Entry]] = {
    "bot-challenge": _as(403, CHALLENGE),
    "bot-challenge-by-header": _as(403, b"<html></html>", **{"cf-mitigated": "challenge"}),
    "bot-challenge-status-200": _as(200, CHALLENGE),
    "bot-challenge-status-202": _as(202, WAF),
    "bot-challenge-status-503": _as(503, CHALLENGE),
    "empty-body": lambda entry: entry | {"body": b""},
    "truncated-body": lambda entry: entry | {"body": beginning(body_of(entry))},
    "html-instead-of-json": _as(200, GREEN),
}
"""How each of these cases breaks an answer."""


def case_of(folder: Path) -> str:
    """Return a case's name: platform and case."""
    return f"{folder.parent.name}/{folder.name}"


def all_cases(platform: str = "*") -> list[Path]:
    """Return the folders of the cases, of every platform or one: no sequences, no broken ones."""
    return [folder for folder in _folders(platform) if "then" not in expected_of(folder)]


def sequences(platform: str = "*") -> list[Path]:
    """Return the folders of the sequences, of every platform or one."""
    return [folder for folder in _folders(platform) if "then" in expected_of(folder)]


def _folders(platform: str) -> list[Path]:
    return sorted(path.parent for path in FIXTURES.glob(f"{platform}/*/expected.json"))


def expected_of(folder: Path) -> dict[str, Any]:
    """Return what a case's `expected.json` says."""
    expected: dict[str, Any] = json.loads(_bytes(folder / "expected.json"))
    return expected


@cache
def _bytes(file: Path) -> bytes:
    """Return what a file has, which is read once a process: damage asks for it 500 times."""
    return file.read_bytes()


@cache
def recording_of(folder: Path) -> Recording:
    """Return the answers of a case, or of any folder with a recording."""
    if folder.name in BROKEN and not folder.is_dir():
        return broken(recording_of(folder.with_name("quiet")), folder.name)
    if not (folder / "recording.json").exists():
        expected = expected_of(folder)
        return _changed(folder, recording_of(folder.with_name(expected["like"])), expected)
    recording = json.loads((folder / "recording.json").read_text())
    responses = tuple(_located(folder, entry) for entry in recording["responses"])
    return Recording(recording["page"], recording["recorded_at"], responses)


def broken(recording: Recording, how: str, only: str | None = None) -> Recording:
    """Return a recording with every answer broken, or only that of one address."""
    responses = tuple(
        entry if only not in (None, entry["url"]) else BROKEN[how](entry)
        for entry in recording.responses
    )
    elsewhere = BROKEN[how](GREEN_PAGE) if only is None else None
    return replace(recording, responses=responses, elsewhere=elsewhere)


def later_answers(folder: Path) -> Iterator[tuple[float, Recording]]:
    """Yield what a sequence answers later: minutes after the answers before, and the recording."""
    before = recording_of(folder)
    for step in expected_of(folder)["then"]:
        if "like" in step:
            before = recording_of(folder.with_name(step["like"]))
        before = _replaced(_changed(folder, before, step), step.get("replace", {}))
        yield step["minutes"], before


def _replaced(recording: Recording, texts: Mapping[str, str]) -> Recording:
    """Return the recording with texts replaced. Each is there, or the sequence shows nothing."""
    bodies = [body_of(entry) for entry in recording.responses]
    for old, new in texts.items():
        before = bodies
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            bodies = [body.replace(old.encode(encoding), new.encode(encoding)) for body in bodies]
        assert bodies != before, f"no answer holds {old}"
    entries = zip(recording.responses, bodies, strict=True)
    return replace(recording, responses=tuple(entry | {"body": body} for entry, body in entries))


def _changed(folder: Path, before: Recording, expected: Mapping[str, Any]) -> Recording:
    """Return a recording with the answers that `expected` changes."""
    entries = {unquote(entry["url"]): entry for entry in before.responses}
    for url, change in expected.get("answers", {}).items():
        if change is None:
            del entries[unquote(url)]
        elif isinstance(change, str):
            entries[unquote(url)] = entries[unquote(url)] | {"body": folder / change}
        else:
            entries[unquote(url)] = _located(folder, {"url": url, **change})
    return Recording(
        expected.get("page", before.page),
        expected.get("recorded_at", before.recorded_at),
        tuple(entries.values()),
    )


def _located(folder: Path, entry: Entry) -> Entry:
    return entry | {"body": folder / entry["body"]} if entry.get("body") else entry


def beginning(body: bytes) -> bytes:
    """Return the first quarter, or what there is before the end, in whole characters of UTF-16."""
    return body[: len(body) // 8 * 2 or len(body) - 2 or 1]


def body_of(entry: Entry) -> bytes:
    """Return the bytes of a response."""
    body = entry.get("body") or b""
    return body if isinstance(body, bytes) else _bytes(body)


def write_recording(recording: Recording, folder: Path) -> Path:
    """Write a recording as `monitor replay` reads it, and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for number, entry in enumerate(recording.responses):
        (folder / f"{number}.body").write_bytes(body_of(entry))
        entries.append(entry | {"body": f"{number}.body"})
    index = {"page": recording.page, "recorded_at": recording.recorded_at, "responses": entries}
    (folder / "recording.json").write_text(json.dumps(index))
    return folder
