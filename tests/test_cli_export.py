"""`monitor export` as a user meets it: files, commands to go on with, a receiver that fails, exit
codes."""

import asyncio
import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from threading import Thread
from urllib.parse import unquote

import pytest
from past import demo_store
from pyarrow import parquet
from test_remote_write import read

from monitor.store import Store
from tests.processes import typed

pytestmark = pytest.mark.hours

NOW = datetime.now(UTC)
YESTERDAY = str(NOW.date() - timedelta(days=1))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Give a folder with a database of the demo's vendors as they are now, and with settings that
    name them."""
    folder = tmp_path_factory.mktemp("demo")

    async def write() -> None:
        async with demo_store(f"sqlite:///{folder / 'demo.db'}", NOW) as (_, vendors):
            lines = [
                f"  - {{slug: {each.slug}, name: {each.name}, url: '{each.url}'}}"
                for each in vendors.values()
            ]
        (folder / "monitor.yaml").write_text("\n".join(["vendors:", *lines, ""]))

    asyncio.run(write())
    return folder


@pytest.fixture
def monitor(monkeypatch, capfd, tmp_path, demo):
    """Run the command line on the demo's database, in a folder of its own."""
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{demo / 'demo.db'}")
    monkeypatch.setenv("MONITOR_CONFIG", str(demo / "monitor.yaml"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    run = typed(monkeypatch, capfd)
    return lambda *words: run("export", *words)


# ------------------------------------------------------------------------------------------------------
# OpenMetrics


@pytest.mark.slow
def test_the_file_is_written_and_the_next_command_can_be_pasted(monitor, tmp_path) -> None:
    code, out, err = monitor("openmetrics", "--days", "3", "-o", "my history.om")
    (command,) = re.findall(r"^  (promtool .*)$", out, re.MULTILINE)
    samples = sum(
        not line.startswith("#") for line in (tmp_path / "my history.om").read_text().splitlines()
    )

    assert code == 0
    assert shlex.split(command) == [
        "promtool", "tsdb", "create-blocks-from", "--max-block-duration=744h", "openmetrics", "my history.om",
        "my history.om.blocks",
    ]  # fmt: skip
    assert f"{samples:,} samples" in out
    assert f"NUM SAMPLES must add up to {int(samples):,}" in out
    assert "--storage.tsdb.retention.time=400d" in out
    assert "6/6" not in err  # a bar is for a terminal


@pytest.mark.slow
def test_labels_are_in_every_series(monitor, tmp_path) -> None:
    _, out, _ = monitor(
        "openmetrics",
        "--days",
        "2",
        "-o",
        "h.om",
        "--label",
        "job=other",
        "--label",
        "instance=m:9184",
    )
    lines = [
        line for line in (tmp_path / "h.om").read_text().splitlines() if not line.startswith("#")
    ]

    assert lines
    assert all(',job="other",instance="m:9184"}' in line for line in lines)
    assert "--label instance" not in out


def test_without_an_instance_the_user_is_told_what_for(monitor) -> None:
    assert "--label instance=HOST:PORT" in monitor("openmetrics", "--days", "2", "-o", "h.om")[1]


def test_only_what_is_asked_for_is_in_the_file(monitor, tmp_path) -> None:
    monitor(
        "openmetrics",
        "quillmail",
        "--components",
        "none",
        "--days",
        "4",
        "--until",
        YESTERDAY,
        "-o",
        "h.om",
    )
    lines = [
        line for line in (tmp_path / "h.om").read_text().splitlines() if not line.startswith("#")
    ]

    assert {re.search('vendor="([^"]*)"', line)[1] for line in lines} == {"quillmail"}
    assert not [line for line in lines if "component=" in line]
    assert len({line.rsplit(" ", 1)[1] for line in lines if "_day_level{" not in line}) == 4
    assert sum("_day_level{" in line and 'dates_ago="0"' in line for line in lines) == 4


def test_no_sample_is_younger_than_three_hours(monitor, tmp_path) -> None:
    """Prometheus drops at its start what it scraped before the end of its newest block."""
    monitor("openmetrics", "--days", "2", "-o", "h.om")
    stamps = [
        int(line.rsplit(" ", 1)[1])
        for line in (tmp_path / "h.om").read_text().splitlines()
        if line[0] != "#"
    ]

    assert max(stamps) <= datetime.now(UTC).timestamp() - 3 * 3600


# -----------------------------------------------------------------------------------------------------
# remote write


class Receiver(ThreadingHTTPServer):
    """Takes remote write; the n-th request gets the n-th of `answers`, 204 after the last."""

    daemon_threads = True

    def __init__(self, *answers: tuple[int, str]):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = list(answers)
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/api/v1/write"

    def taken(self) -> dict[str, int]:
        """Return the number of samples taken, by vendor."""
        found: dict[str, int] = {}
        for body in self.bodies:
            for labels, samples in read(body):
                vendor = dict(labels)["vendor"]
                found[vendor] = found.get(vendor, 0) + len(samples)
        return found


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, text = self.server.answers.pop(0) if self.server.answers else (204, "")
        self.server.headers.append(dict(self.headers.items()))
        if status < 300:
            self.server.bodies.append(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    servers = []

    def start(*answers: tuple[int, str]) -> Receiver:
        server = Receiver(*answers)
        servers.append(server)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


SEND = ("remote-write", "--days", "3", "--until", YESTERDAY, "--url")


def test_all_of_the_history_is_sent_with_the_protocols_headers(monitor, receiver) -> None:
    server = receiver()
    code, out, err = monitor(*SEND, server.url)

    assert code == 0
    assert f"sent {sum(server.taken().values()):,} samples to {server.url}" in out
    assert len(server.taken()) == 6
    assert "6/6" not in err  # a bar is for a terminal
    assert server.headers[0]["Content-Encoding"] == "snappy"
    assert server.headers[0]["X-Prometheus-Remote-Write-Version"] == "0.1.0"
    assert server.headers[0]["User-Agent"].startswith("vendorstatus/")


def test_a_run_that_broke_off_goes_on_where_it_did(monitor, receiver, tmp_path) -> None:
    server = receiver(*[(204, "")] * 3, (400, "no more today"))
    code, _, err = monitor(*SEND, server.url)
    first = server.taken()
    again, out, _ = monitor(*SEND, server.url)

    assert (code, again) == (1, 0)
    assert "no more today" in err
    assert len(first) == 3
    assert len(server.bodies) == 6
    assert all(server.taken()[vendor] == samples for vendor, samples in first.items())
    assert "3 vendors had been sent" in out
    assert not list((tmp_path / "state").rglob("*.json"))


def test_a_run_that_got_through_is_forgotten(monitor, receiver) -> None:
    server = receiver()
    monitor(*SEND, server.url)
    monitor(*SEND, server.url)

    assert len(server.bodies) == 12


def test_what_broke_off_can_be_begun_anew(monitor, receiver) -> None:
    server = receiver((204, ""), (400, "no"))
    monitor(*SEND, server.url)
    monitor(*SEND, server.url, "--again")

    assert len(server.bodies) == 7


@pytest.mark.slow
def test_what_was_sent_elsewhere_or_otherwise_is_sent_all_the_same(monitor, receiver) -> None:
    one, other = receiver((204, ""), (400, "no")), receiver()
    monitor(*SEND, one.url)
    monitor(*SEND, other.url)
    monitor(*SEND, one.url, "--label", "instance=m:9184")

    assert len(other.bodies) == 6
    assert len(one.bodies) == 7


def test_credentials_come_from_the_environment(monitor, receiver, monkeypatch) -> None:
    server = receiver()
    monkeypatch.setenv("TOKEN", "s3cret")
    monitor(
        *SEND,
        server.url,
        "quillmail",
        "--header",
        "Authorization: Bearer ${TOKEN}",
        "--header",
        "X-Scope-OrgID: 7",
    )

    assert server.headers[0]["Authorization"] == "Bearer s3cret"
    assert server.headers[0]["X-Scope-OrgID"] == "7"


KEY = "AbC123-secret-key"


PLACES = [f"?token={KEY}", f"?{KEY}", f"/{KEY}/push", f"#{KEY}", f"?a=b&key={KEY}%2B"]


@pytest.mark.slow
@pytest.mark.parametrize("case", list(product(PLACES, [204, 400, 401, 404, 307])), ids=str)
def test_what_lets_us_in_is_never_shown_whatever_is_answered(
    monitor, receiver, monkeypatch, caplog, case
) -> None:
    (where, answer), headers = case, ("--header", "Authorization: Bearer ${TOKEN}")
    monkeypatch.setenv("TOKEN", "s3cret")
    caplog.set_level("INFO")
    server = receiver((answer, f"no entry for {where}, {unquote(where)} or Bearer s3cret"))
    _, out, err = monitor(*SEND, server.url + where, "quillmail", *headers)

    told = out + err + caplog.text
    assert "127.0.0.1" in told
    assert "***" in told
    assert KEY not in told
    assert "s3cret" not in told


@pytest.mark.parametrize(
    "url",
    [f"htp://me:{KEY}@x/", f"http://[::1/{KEY}", f"http://x/a b?{KEY}", f"http://x:99999/{KEY}"],
)
def test_an_address_that_is_none_is_refused_without_its_secrets(monitor, url) -> None:
    code, out, err = monitor(*SEND, url)

    assert code == 2
    assert "no http or https address" in err
    assert KEY not in out + err


def test_a_smaller_batch_makes_more_requests_of_the_same_samples(monitor, receiver) -> None:
    one, many = receiver(), receiver()
    monitor(*SEND, one.url, "quillmail")
    monitor(*SEND, many.url, "quillmail", "--batch", "50")

    assert len(many.bodies) > len(one.bodies)
    assert many.taken() == one.taken()


def test_a_receiver_without_a_window_for_the_past_is_explained(monitor, receiver) -> None:
    code, _, err = monitor(*SEND, receiver((400, "out of bounds\n")).url)
    since = datetime.now(UTC).date() - NOW.date()  # a day may have ended since the tests began

    assert code == 1
    assert f"out_of_order_time_window: {5 + since.days}d" in err
    assert "Traceback" not in err


def test_nobody_there_is_no_traceback(monitor) -> None:
    code, _, err = monitor(*SEND, "http://127.0.0.1:9/api/v1/write", "--attempts", "1")

    assert code == 1
    assert "no answer" in err
    assert "Traceback" not in err


# -----------------------------------------------------------------------------------------------------------
# tables


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_a_folder_gets_a_file_for_each_table(monitor, tmp_path, form) -> None:
    code, out, _ = monitor(form, "--days", "2", "-o", "tables")
    suffix = {"json": "jsonl"}.get(form, form)

    assert code == 0
    assert sorted(each.name for each in (tmp_path / "tables").iterdir()) == [
        f"{name}.{suffix}"
        for name in (
            "days",
            "incident_updates",
            "incidents",
            "intervals",
            "observations",
            "windows",
        )
    ]
    assert re.search(rf"tables/days.{suffix}: [1-9]\d* rows", out)


def test_one_table_can_go_to_stdout(monitor) -> None:
    code, out, _ = monitor(
        "csv", "quillmail", "--table", "days", "--days", "2", "--until", YESTERDAY
    )
    found = list(csv.DictReader(io.StringIO(out)))

    assert code == 0
    assert {row["vendor"] for row in found} == {"quillmail"}
    assert max(row["day"] for row in found) == YESTERDAY


@pytest.mark.slow
def test_a_reader_that_has_enough_is_no_failure(demo, tmp_path) -> None:
    environment = {
        "MONITOR_DATABASE_URL": f"sqlite:///{demo / 'demo.db'}",
        "MONITOR_CONFIG": str(demo / "monitor.yaml"),
    }
    command = (
        f"{sys.executable} -m monitor export csv --table days | head -n 1; echo ${{PIPESTATUS[0]}}"
    )
    ran = subprocess.run(
        ["bash", "-c", command],
        env=os.environ | environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.splitlines()[0].startswith("vendor,component,")
    assert ran.stdout.splitlines()[1] == "0"
    assert "Traceback" not in ran.stderr
    assert "Error" not in ran.stderr


def test_json_lines_go_to_stdout_too(monitor) -> None:
    found = [json.loads(line) for line in monitor("json", "--table", "incidents")[1].splitlines()]

    assert "quillmail" in {row["vendor"] for row in found}


@pytest.mark.slow
def test_parquet_is_read_back(monitor, tmp_path) -> None:
    monitor("parquet", "--table", "windows", "--days", "1", "--no-components", "-o", "tables")
    table = parquet.read_table(tmp_path / "tables" / "windows.parquet")

    assert table.num_rows == 6 * 3
    assert [each.name for each in (tmp_path / "tables").iterdir()] == ["windows.parquet"]


# ---------------------------------------------------------------------------------------------------------
# mistakes


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("openmetrics", "-o", "h.om", "--until", "2099-01-01"),
            "2099-01-01 is in the future",
        ),
        (("openmetrics", "-o", "h.om", "--until", "2001-01-01"), "run `monitor backfill` first"),
        (("openmetrics", "-o", "nowhere/h.om"), "cannot write nowhere/h.om"),
        (("openmetrics", "-o", "h.om", "--label", "vendor=x"), "take another name"),
        (("openmetrics", "-o", "h.om", "nope"), "no vendor 'nope'"),
        (("csv",), "give -o FOLDER"),
        (("csv", "--until", "2099-01-01", "-o", "x"), "in the future"),
        (("json", "-o", "/dev/null/x"), "cannot write"),
        (("remote-write", "--url", "ftp://x/"), "no http or https address"),
        (("remote-write", "--url", "http://me:secret@x/"), "carries credentials"),
        (
            ("remote-write", "--url", "http://x/", "--header", "Authorization: ${NO_SUCH}"),
            "has no NO_SUCH",
        ),
        (("remote-write", "--url", "http://x/", "--header", "nonsense"), "'NAME: VALUE'"),
        (("remote-write", "--url", "http://x/", "--header", "X: a\nb"), "'NAME: VALUE'"),
        (("remote-write", "--url", "http://x/", "--header", "content-type: x"), "leave it out"),
        (
            ("remote-write", "--url", "http://x/", "--until", "2001-01-01"),
            "run `monitor backfill` first",
        ),
    ],
)
def test_a_mistake_gets_a_clear_message_and_exit_code_2(monitor, tmp_path, words, message) -> None:
    code, _, err = monitor(*words)

    assert code == 2
    assert message in err
    assert "Traceback" not in err
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]


def test_a_message_never_shows_a_credential(monitor, monkeypatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret\n")
    _, _, err = monitor(
        "remote-write", "--url", "http://x/", "--header", "Authorization: Bearer ${TOKEN}"
    )

    assert "s3cret" not in err
    assert "printable" in err


def test_an_empty_database_says_what_to_do(monitor, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    with Store.open(f"sqlite:///{tmp_path / 'new.db'}"):
        code, _, err = monitor("openmetrics", "-o", "h.om", "--until", YESTERDAY)

    assert code == 2
    assert "monitor backfill" in err
