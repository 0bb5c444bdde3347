"""Who may ask a real `monitor serve`, tried with curl, Prometheus, promtool and a browser."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
import yaml
from authorities import Authority, hashed
from servers import free_port, program, prometheus

pytestmark = pytest.mark.integration

ORIGIN = "https://tools.example.com"
TOKEN = "vendorstatus_for-curl"
ITEM = {"name": "curl", "sha256": sha256(TOKEN.encode()).hexdigest()}
BEARER = ("-H", f"Authorization: Bearer {TOKEN}")
VENDOR = {"slug": "acme", "name": "Acme", "url": "http://127.0.0.1:9/", "allow_private": True}
NO_TRUST, NO_CERTIFICATE = 60, {35, 52, 55, 56}
"""curl's exit codes: a certificate is not trusted; the other side ended the connection."""


class Monitor:
    """A real `monitor serve`, whose settings and web configuration can be written anew."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.scheme = "http"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def set(self, **server: object) -> None:
        text = yaml.safe_dump({
            "vendors": [VENDOR],
            "database": "monitor.db",
            "server": {"port": self.port, "cors_origins": [ORIGIN], **server},
        })  # fmt: skip
        (self.folder / "monitor.yaml").write_text(text)
        if self.process is not None:
            self.process.send_signal(signal.SIGHUP)

    def set_web(self, **web: object) -> None:
        (self.folder / "web.yml").write_text(yaml.safe_dump(web))

    @contextmanager
    def serving(self) -> Iterator["Monitor"]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}
        command = [sys.executable, "-m", "monitor", "--log-level", "debug", "serve"]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=log,
                env=environment | {"MONITOR_CONFIG": "monitor.yaml"},
            )  # fmt: skip
        try:
            wait_for(lambda: "watching 1 vendor" in self.log, lambda: self.log, 120)
            yield self
        finally:
            self.process.terminate()
            self.process.wait(20)

    def asked(self, path: str = "/metrics", *words: object) -> tuple[int, int, str]:
        """Return curl's exit code, the status and the body."""
        url = f"{self.scheme}://127.0.0.1:{self.port}{path}"
        done = subprocess.run(
            [program("curl"), "-s", "-w", "\n%{http_code}", *map(str, words), url],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        body, _, status = done.stdout.rpartition("\n")
        return done.returncode, int(status), body

    def status(self, path: str = "/metrics", *words: object) -> int:
        return self.asked(path, *words)[1]


def wait_for(happened, tell, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, tell()
        time.sleep(0.1)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def encrypted_once(authority, tmp_path_factory) -> Iterator[Monitor]:
    monitor = Monitor(tmp_path_factory.mktemp("encrypted"))
    monitor.scheme = "https"
    authority.sign("server", monitor.folder)
    monitor.set(web_config="web.yml", tokens=[ITEM])
    monitor.set_web(**tls(), basic_auth_users={"ann": hashed("right")})
    with monitor.serving():
        yield monitor


@pytest.fixture
def encrypted(encrypted_once, authority) -> Monitor:
    """One that speaks TLS, to whoever has a password or a token."""
    monitor = encrypted_once
    authority.sign("server", monitor.folder)
    monitor.set_web(**tls(), basic_auth_users={"ann": hashed("right")})
    asks = ("--cacert", authority.pem, "-u", "ann:right")
    wait_for(lambda: monitor.status("/metrics", *asks) == 200, lambda: monitor.log)
    return monitor


def tls(**more: object) -> dict[str, object]:
    return {"tls_server_config": {"cert_file": "server.pem", "key_file": "server.key", **more}}


def mutual(authority: Authority) -> dict[str, object]:
    asks = {"client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": str(authority.pem)}
    return tls(**asks)


def wait_until_mutual(monitor: Monitor, authority: Authority) -> None:
    trust = ("--cacert", authority.pem)
    wait_for(lambda: monitor.asked("/healthz", *trust)[0] in NO_CERTIFICATE, lambda: monitor.log)


def test_curl_is_answered_with_what_is_right_and_refused_with_what_is_wrong(encrypted, authority):
    trust = ("--cacert", authority.pem)

    assert encrypted.status("/metrics", *trust, "-u", "ann:right") == 200
    assert encrypted.status("/metrics", *trust, *BEARER) == 200
    assert encrypted.status("/api/v1", *trust, *BEARER) == 200
    assert encrypted.status("/metrics", *trust) == 401
    assert encrypted.status("/metrics", *trust, "-u", "ann:wrong") == 401
    assert encrypted.status("/metrics", *trust, BEARER[0], f"{BEARER[1]}x") == 401
    assert encrypted.asked("/healthz", *trust)[1:] == (200, "ok\n")
    assert json.loads(encrypted.asked("/readyz", *trust)[2])["ready"] is True
    problem = encrypted.asked("/api/v1/vendors", *trust)[2]
    assert json.loads(problem)["status"] == 401
    assert encrypted.asked("/metrics", "-u", "ann:right")[0] == NO_TRUST
    assert encrypted.asked("/metrics", *trust, "--tls-max", "1.1")[0] in NO_CERTIFICATE
    assert encrypted.asked("/healthz", *trust, "--tlsv1.3")[0] == 0


def test_a_new_certificate_is_shown_and_a_bad_file_changes_nothing(encrypted, authority, tmp_path):
    (newer := tmp_path / "newer").mkdir()
    other = Authority(newer)
    other.sign("server", encrypted.folder)
    trust = ("--cacert", other.pem, "-u", "ann:right")
    wait_for(lambda: encrypted.status("/metrics", *trust) == 200, lambda: encrypted.log)

    (encrypted.folder / "web.yml").write_text("basic_auth_users: {ann: right}\n")
    wait_for(lambda: "rules read before stay in force" in encrypted.log, lambda: encrypted.log)
    time.sleep(3)
    assert encrypted.log.count("is not a bcrypt hash") == 1
    assert encrypted.status("/metrics", *trust) == 200

    encrypted.set_web(**tls(), basic_auth_users={"bob": hashed("right")})
    wait_for(lambda: encrypted.status("/metrics", *trust) == 401, lambda: encrypted.log)
    assert encrypted.status("/metrics", "--cacert", other.pem, "-u", "bob:right") == 200


def test_a_client_s_certificate_is_needed_where_that_is_asked(encrypted, authority, tmp_path):
    (elsewhere := tmp_path / "elsewhere").mkdir()
    foreign = Authority(elsewhere).sign("client")
    pem, key = authority.sign("client")
    trust = ("--cacert", authority.pem, *BEARER)
    encrypted.set_web(**mutual(authority))
    wait_until_mutual(encrypted, authority)

    assert encrypted.status("/metrics", *trust, "--cert", pem, "--key", key) == 200
    no_token = ("--cacert", authority.pem, "--cert", pem, "--key", key)
    assert encrypted.status("/metrics", *no_token) == 401
    shown = ("--cert", foreign[0], "--key", foreign[1])
    assert encrypted.asked("/metrics", *trust, *shown)[0] in NO_CERTIFICATE

    named = mutual(authority)["tls_server_config"] | {"client_allowed_sans": ["other.example"]}
    encrypted.set_web(tls_server_config=named)
    wait_for(
        lambda: encrypted.status("/metrics", *trust, *no_token[2:]) == 403, lambda: encrypted.log
    )


async def test_prometheus_scrapes_with_a_certificate_and_a_password(encrypted, authority, tmp_path):
    pem, key = authority.sign("prometheus")
    encrypted.set_web(**mutual(authority), basic_auth_users={"ann": hashed("right")})
    wait_until_mutual(encrypted, authority)
    job = {
        "job_name": "vendorstatus",
        "scheme": "https",
        "scrape_interval": "1s",
        "scrape_timeout": "1s",
        "static_configs": [{"targets": [f"127.0.0.1:{encrypted.port}"]}],
    }
    certified = {"ca_file": str(authority.pem), "cert_file": str(pem), "key_file": str(key)}
    password = {"username": "ann", "password": "right"}
    jobs = [
        {**job, "tls_config": certified, "basic_auth": password},
        {
            **job,
            "job_name": "token",
            "tls_config": certified,
            "authorization": {"credentials": TOKEN},
        },
        {**job, "job_name": "no-certificate", "tls_config": {"ca_file": str(authority.pem)}},
        {**job, "job_name": "no-password", "tls_config": certified},
    ]
    with prometheus(tmp_path, yaml.safe_dump({"scrape_configs": jobs})) as server:
        up = await server.one('up{job="vendorstatus"} == 1')
        by_token = await server.one('up{job="token"} == 1')
        await server.one('vendorstatus_up{job="vendorstatus",vendor="acme"}')
        refused = [
            await server.one(f'up{{job="{name}"}}') for name in ("no-certificate", "no-password")
        ]
        targets = await server.targets()

    assert (up[1], by_token[1]) == (1, 1)
    assert [value for _, value in refused] == [0, 0]
    assert any("401" in target["lastError"] for target in targets)
    assert not all("401" in target["lastError"] for target in targets if target["lastError"])
    assert "PEER_DID_NOT_RETURN_A_CERTIFICATE" in encrypted.log


def test_promtool_accepts_the_file_that_we_read(encrypted, authority):
    encrypted.set_web(
        **mutual(authority),
        basic_auth_users={"ann": hashed("right")},
        http_server_config={"http2": False, "headers": {"X-Frame-Options": "deny"}},
    )
    checked = subprocess.run(
        [program("promtool"), "check", "web-config", encrypted.folder / "web.yml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.returncode == 0, checked.stdout + checked.stderr
    wait_until_mutual(encrypted, authority)


@pytest.fixture(scope="module")
def plain_once(tmp_path_factory) -> Iterator[Monitor]:
    monitor = Monitor(tmp_path_factory.mktemp("plain"))
    monitor.set()
    with monitor.serving():
        yield monitor


@pytest.fixture
def plain(plain_once) -> Monitor:
    """One that everybody on this machine may ask."""
    plain_once.set()
    foreign = ("-H", "Host: rebind.example")
    wait_for(
        lambda: (plain_once.status(), plain_once.status("/", *foreign)) == (200, 421),
        lambda: plain_once.log,
    )
    return plain_once


def test_a_foreign_name_reads_nothing_in_a_browser_and_a_named_one_does(plain):
    foreign = ("-H", f"Host: rebind.example:{plain.port}")
    assert plain.status("/", *foreign) == 421
    assert plain.status("/") == 200
    assert plain.status("/", "-H", f"Host: localhost:{plain.port}") == 200

    mapped = "--host-resolver-rules=MAP rebind.example 127.0.0.1"
    url = f"http://rebind.example:{plain.port}/"
    assert "rebind.example is no name of this server" in shown(plain, url, mapped)

    plain.set(hosts=["rebind.example"])
    wait_for(lambda: plain.status("/", *foreign) == 200, lambda: plain.log)
    assert "Acme" in shown(plain, url, mapped)


def test_a_browser_asks_for_the_password(plain):
    plain.set_web(basic_auth_users={"ann": hashed("right")})
    plain.set(web_config="web.yml")
    wait_for(lambda: plain.status("/") == 401, lambda: plain.log)

    assert "Acme" in shown(plain, f"http://ann:right@127.0.0.1:{plain.port}/")
    assert "Acme" not in shown(plain, f"http://ann:wrong@127.0.0.1:{plain.port}/")


def test_tokens_come_and_go_with_a_hangup(plain):
    plain.set(tokens=[ITEM])
    wait_for(lambda: plain.status() == 401, lambda: plain.log)
    assert plain.status("/metrics", *BEARER) == 200

    plain.set(tokens=[{**ITEM, "sha256": "0" * 64}])
    wait_for(lambda: plain.status("/metrics", *BEARER) == 401, lambda: plain.log)


def test_a_page_of_an_origin_that_is_named_may_send_a_token(plain):
    plain.set(tokens=[ITEM])
    wait_for(lambda: plain.status() == 401, lambda: plain.log)
    origin = ("-H", f"Origin: {ORIGIN}")
    preflight = (
        "-i", "-X", "OPTIONS", *origin, "-H", "Access-Control-Request-Method: GET",
        "-H", "Access-Control-Request-Headers: authorization",
    )  # fmt: skip
    _, status, head = plain.asked("/api/v1", *preflight)
    _, answered, answer = plain.asked("/api/v1", "-i", *origin, *BEARER)

    assert status == 200
    assert "authorization" in head.lower().partition("access-control-allow-headers: ")[2]
    assert answered == 200
    assert f"access-control-allow-origin: {ORIGIN}" in answer


def shown(monitor: Monitor, url: str, *words: str) -> str:
    """Return a page as a browser shows it."""
    done = subprocess.run(
        [
            program("chromium"), "--headless", "--no-sandbox", "--disable-gpu",
            f"--user-data-dir={monitor.folder / 'browser'}", *words, "--dump-dom", url,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout
