"""`monitor status --url`: the answer of a monitor elsewhere, and unknown for whatever is none."""

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from api_world import NOW, VENDORS, app_of, ask, small_store
from authorities import Authority

from exporters.status import as_json
from monitor.answers import Target, TargetQuery, Thresholds, target_statuses
from monitor.cli.status_server import ask_monitor
from monitor.errors import ServerError

pytestmark = pytest.mark.hours


class Elsewhere(ThreadingHTTPServer):
    """A server on loopback that answers everything alike."""

    status, body, headers = 200, b"{}", {}
    asked: list[tuple[str, str | None]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Elsewhere)
        server.asked.append((self.path, self.headers.get("authorization")))
        self.send_response(server.status)
        for name, value in {"content-length": str(len(server.body)), **server.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(server.body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Elsewhere]:
    server = Elsewhere(("127.0.0.1", 0), Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with serving() as server:
        yield server


def failure(url: str, *, now=NOW) -> str:
    with pytest.raises(ServerError) as caught:
        ask_monitor(TargetQuery(), url, lambda: now)
    return str(caught.value)


def test_it_prints_what_the_command_prints_there(elsewhere):
    answer = asyncio.run(ask("/api/v1/status", app_of()))
    elsewhere.body = answer.content
    with small_store() as store:
        targets = [Target(slug) for slug in VENDORS]
        here = list(target_statuses(store, VENDORS, targets, NOW))

    there = ask_monitor(TargetQuery(), elsewhere.url, lambda: NOW)

    usual = Thresholds()
    assert as_json(there, usual, NOW) == as_json(here, usual, NOW)
    assert elsewhere.asked == [("/api/v1/status", None)]


def test_the_question_and_the_token_are_sent(elsewhere, monkeypatch):
    monkeypatch.setenv("MONITOR_TOKEN", " secret-of-mine ")
    elsewhere.body = json.dumps({"as_of": NOW.isoformat(), "targets": []}).encode()
    query = TargetQuery(
        targets=(Target("acme", "API*"), Target("globex")),
        stacks=("checkout",),
        tier="critical",
        components="web",
    )

    assert ask_monitor(query, f"{elsewhere.url}/", lambda: NOW) == []
    assert elsewhere.asked == [
        (
            "/api/v1/status?target=acme%2FAPI%2A&target=globex&stack=checkout&tier=critical&component=web",
            "Bearer secret-of-mine",
        )
    ]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b"", "wants to know who asks; set MONITOR_TOKEN"),
        (403, b"{}", "does not let this token ask"),
        (404, b"<html>", "gave no answer of the API (status 404)"),
        (200, b"<html>all is well</html>", "gave no answer of the API (status 200)"),
        (200, b'["ok"]', "gave no answer of the API (status 200)"),
        (200, b"{}", "answers what this version cannot read"),
        (200, b'{"as_of": "yesterday", "targets": []}', "answers what this version cannot read"),
        (200, b'{"as_of": "2026-05-06T12:00:00Z", "targets": [{"level": "fine"}]}', "cannot read"),
        (404, b'{"detail": "no vendor \'x\' is watched"}', "no vendor 'x' is watched"),
        (503, b'{"detail": "the database cannot be read now"}', "the database cannot be read now"),
        (302, b"", "sends us to https://login.example/"),
    ],
)
def test_what_is_no_answer_raises(elsewhere, status, body, said):
    elsewhere.status, elsewhere.body = status, body
    elsewhere.headers = {"location": "https://login.example/"} if status == 302 else {}

    assert said in failure(elsewhere.url)


def test_an_answer_of_another_time_is_none(elsewhere):
    elsewhere.body = json.dumps({"as_of": NOW.isoformat(), "targets": []}).encode()

    assert "let no proxy keep answers" in failure(elsewhere.url, now=NOW + timedelta(minutes=6))
    assert "let no proxy keep answers" in failure(elsewhere.url, now=NOW - timedelta(minutes=6))


def test_a_server_that_is_not_there_or_speaks_no_tls_raises(elsewhere):
    assert "is it served by http://?" in failure(elsewhere.url.replace("http:", "https:"))
    assert "cannot be reached" in failure("http://127.0.0.1:9")
    assert "gave no answer" in failure("no address")


def test_neither_password_nor_token_is_repeated(elsewhere, monkeypatch):
    monkeypatch.setenv("MONITOR_TOKEN", "secret-of-mine")
    elsewhere.status = 500
    said = failure(elsewhere.url.replace("//", "//me:hunter22@"))

    assert "hunter22" not in said
    assert "secret-of-mine" not in said


@pytest.mark.parametrize("form", ["table", "json", "nagios"])
def test_the_command_ends_with_3_and_touches_no_database(monitor, tmp_path, elsewhere, form):
    elsewhere.status = 401
    code, out, err = monitor("status", "--url", elsewhere.url, "-f", form)

    assert (code, err) == (3, "")
    assert "MONITOR_TOKEN" in out
    assert "unknown" in out.lower()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["--url", "http://127.0.0.1:9", "--now"],
        ["--url", "http://127.0.0.1:9", "--database", "status.db"],
        ["--at", "2026-05-06T12:00Z", "--now"],
        ["--at", "2026-05-06T12:00Z", "--wait", "1m"],
        ["--at", "2026-05-06T12:00Z", "--url", "http://127.0.0.1:9"],
    ],
)
def test_two_questions_at_once_are_refused(monitor, words):
    code, out, _ = monitor("status", *words)

    assert code == 3
    assert "leave out --" in out


def test_an_instant_in_the_future_is_refused(monitor, empty_database):
    code, out, _ = monitor("status", "--at", "2999-01-01")

    assert (code, "is in the future" in out) == (3, True)


@pytest.mark.integration
def test_a_certificate_counts_where_ssl_cert_file_has_its_authority(
    elsewhere, tmp_path, monkeypatch
):
    authority = Authority(tmp_path)
    certificate, key = authority.sign("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    elsewhere.socket = context.wrap_socket(elsewhere.socket, server_side=True)
    elsewhere.body = json.dumps({"as_of": NOW.isoformat(), "targets": []}).encode()
    url = elsewhere.url.replace("http:", "https:")

    assert "has no certificate that we trust" in failure(url)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.pem))
    assert ask_monitor(TargetQuery(), url, lambda: NOW) == []
