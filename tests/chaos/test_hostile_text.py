"""Vendors' text that tries to get out of its place: whatever the command prints, none of it is
obeyed and all is seen."""

import json
import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from tests.cases import FIXTURES, body_of, recording_of, write_recording
from tests.processes import typed

pytestmark = pytest.mark.hours

# Clears the screen, fills the clipboard, sets the title, the same with one C1 byte, turns text
# around, forges a line.
ATTACK = (
    "\x1b[2J\x1b]52;c;cm0gLXJm\x1b\\\x1b]0;pwn\x07\x9b2J\u202e\u2066\u2028\r\nacme: ok[/a][red]"
)
NAME = f"[beta] API{ATTACK}"
TITLE = f"[/a] trouble{ATTACK}](https://evil.example) <b>x</b>"


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'monitor.db'}")
    monkeypatch.chdir(tmp_path)

    return typed(monkeypatch, capsys)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A Statuspage with an open incident, whose every text is an attack."""
    return attack("statuspage", tmp_path / "recording")


def attack(platform: str, folder: Path) -> Path:
    """Copy a platform's page that has something open, with every text in it an attack."""
    page = recording_of(FIXTURES / platform / "ongoing")
    responses = tuple(
        entry | {"body": json.dumps(attacked(json.loads(body_of(entry)))).encode()}
        for entry in page.responses
    )
    return write_recording(replace(page, responses=responses), folder)


def attacked(told):
    if isinstance(told, list):
        return [attacked(each) for each in told]
    if not isinstance(told, dict):
        return told
    found = {key: attacked(value) for key, value in told.items()}
    found |= dict.fromkeys({"full_url", "url"} & found.keys(), "javascript:alert(1)")
    if "incident_updates" in found:
        return found | {"name": TITLE}
    if {"id", "name", "status"} <= found.keys():
        return found | {"name": NAME}
    return found | {"body": TITLE} if "body" in found else found


def hidden(text: str) -> set[str]:
    """The characters of a text that are obeyed or not seen, but for its line ends."""
    return {
        char
        for char in text
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        and char not in {"\n", "\u200c", "\u200d", "\xad"}
    }


@pytest.mark.slow
@pytest.mark.parametrize("form", ["table", "markdown", "csv", "json"])
def test_no_report_holds_anything_a_terminal_obeys(monitor, recording: Path, form: str) -> None:
    code, out, err = monitor("replay", str(recording), "--format", form)

    assert code == 0, err
    assert hidden(out) == set()
    assert "beta" in out.replace("\\", "")
    assert not [line for line in out.splitlines() if line.strip().startswith("acme: ok")]


def test_the_json_report_still_says_what_the_vendor_wrote(monitor, recording: Path) -> None:
    _, out, _ = monitor("replay", str(recording), "--format", "json")
    (vendor,) = json.loads(out)["vendors"]

    assert NAME.strip() in {component["name"] for component in vendor["components"]}


def test_brackets_in_a_name_are_no_markup(monitor, recording: Path) -> None:
    _, out, _ = monitor("replay", str(recording), "--format", "table")

    told = "".join(out.split())  # however it is broken into lines
    assert "[beta]API" in told
    assert "[/a][red]" in told


@contextmanager
def redirecting(location: str) -> Iterator[str]:
    """Serve redirects to an address on loopback; yield the server's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [("poll",), ("backfill", "--days", "2"), ("record",), ("detect",), ("check", "--live")]
)
def test_a_redirect_that_looks_like_markup_is_told_and_kills_nothing(
    monitor, tmp_path: Path, words
) -> None:
    with redirecting("ftp://elsewhere.example/[/a][red]\x9b2J") as url:
        vendor = {"slug": "acme", "url": url, "allow_private": True}
        (tmp_path / "monitor.yaml").write_text(yaml.safe_dump({"vendors": [vendor]}))
        given = {
            "record": (url, "kept", "--allow-private"),
            "detect": (url, "--allow-private"),
        }.get(words[0], ())
        code, out, err = monitor(*words, *given)

    assert code == 1
    assert "[/a]" in out + err
    assert "Traceback" not in out + err
    assert hidden(out + err) == set()


def test_markdown_of_a_vendor_stays_text(monitor, recording: Path) -> None:
    _, out, _ = monitor("replay", str(recording), "--format", "markdown")
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(out)

    assert "<b>" not in html
    assert not re.search(r'(href|src)="(?!https://(status\.)?acme)', html)
    assert re.findall(r"<h\d>", html) == ["<h2>"]
    assert "[/a] trouble" in html


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["heroku", "sorry"])
@pytest.mark.parametrize("form", ["json", "markdown"])
def test_no_report_links_to_anything_but_the_web(
    monitor, tmp_path: Path, platform: str, form: str
) -> None:
    _, out, err = monitor("replay", str(attack(platform, tmp_path / "recording")), "--format", form)

    assert "incident" in out, err
    assert "javascript:" not in out
