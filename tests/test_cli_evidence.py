"""`monitor evidence` as a user meets it: files, the index, refusals, exit codes."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from monitor.cli.evidence import file_name
from monitor.store import Body, BodyRef, PinnedBody, Store
from tests.processes import typed

pytestmark = pytest.mark.hours

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
DAY = date(2026, 5, 20)
SUMMARY = "https://status.acme.example/api/v2/summary.json"


@pytest.fixture
def monitor(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'monitor.db'}")
    monkeypatch.setenv("MONITOR_VENDORS", "")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "monitor.yaml").write_text(
        "vendors:\n  - {slug: acme, url: 'https://status.acme.example/', zone: UTC}\n"
    )

    return typed(monkeypatch, capsys)


@pytest.fixture
def kept(monitor, tmp_path, empty_database):
    """A database with two bodies kept of a day."""
    monitor("apply")
    with Store.open(f"sqlite:///{tmp_path / 'monitor.db'}") as store:
        page = store.pages()[0]
        bodies = [
            Body(b'{"down": true}', "application/json", SUMMARY),
            Body(b"<p>", "text/html; charset=x", SUMMARY, 403),
        ]
        for why, body in zip(("bad", "bot_challenge"), bodies, strict=True):
            store.pin_first(page.id, DAY, why, bodies=[body], now=NOW)
        yield store


def test_the_command_writes_the_answers_of_a_day_with_an_index(monitor, kept, tmp_path):
    code, out, _ = monitor("evidence", "acme", str(DAY), "-o", "kept/deep")

    folder = tmp_path / "kept" / "deep"
    index = json.loads((folder / "index.json").read_text())
    assert (code, "2 answers of acme on 2026-05-20" in out) == (0, True)
    assert (index["vendor"], index["day"], index["zone"]) == ("acme", "2026-05-20", "UTC")
    told = {each["status"]: each for each in index["files"]}
    assert told[200]["why"] == ["bad"]
    assert told[403]["media_type"] == "text/html; charset=x"
    assert told[200]["url"] == SUMMARY
    assert datetime.fromisoformat(told[200]["read_at"]) == NOW
    for each in index["files"]:
        assert sha256((folder / each["file"]).read_bytes()).hexdigest() == each["sha256"]
    assert {each.name for each in folder.iterdir()} == {
        "index.json",
        *(each["file"] for each in index["files"]),
    }


def test_a_folder_in_use_is_refused_unless_forced_and_no_link_in_it_is_followed(
    monitor, kept, tmp_path
):
    folder, outside = tmp_path / "kept", tmp_path / "outside.json"
    folder.mkdir()
    outside.write_text("mine")
    (folder / "index.json").symlink_to(outside)

    code, _, told = monitor("evidence", "acme", str(DAY), "-o", "kept")
    assert (code, "is not empty; choose another folder, or --force" in told) == (2, True)
    assert monitor("evidence", "acme", str(DAY), "-o", "kept", "--force")[0] == 0
    assert outside.read_text() == "mine"
    assert json.loads((folder / "index.json").read_text())["vendor"] == "acme"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (
            ("acme", "2026-05-19", "-o", "x"),
            1,
            "no answer of acme is kept of 2026-05-19; `storage: evidence` is bad_days",
        ),
        (("nobody", "2026-05-20", "-o", "x"), 2, "no vendor 'nobody'"),
        (("acme", "last week", "-o", "x"), 2, "'last week' is not a day"),
        (("acme", "2026-05-20"), 2, "--output"),
        (("acme", "2026-05-20", "-o", "monitor.yaml"), 2, "cannot write monitor.yaml"),
    ],
)
def test_what_cannot_be_written_says_why(monitor, kept, words, code, told):
    found, _, message = monitor("evidence", *words)
    assert (found, told in message) == (code, True)


@pytest.mark.parametrize(
    ("url", "media_type", "name"),
    [
        (
            "https://a.example/api/v2/summary.json?page=2",
            "application/json; charset=utf-8",
            "007-summary-abcdefabcdef.json",
        ),
        ("https://a.example/", "text/html", "007-page-abcdefabcdef.html"),
        ("https://a.example/../..", "", "007-page-abcdefabcdef.bin"),
        (
            "https://a.example/%2e%2e%2fetc%2fpasswd",
            "text/plain",
            "007-2e-2e-2fetc-2fpasswd-abcdefabcdef.txt",
        ),
        ("https://a.example/a\\..\\b\0c", "application/rss+xml", None),
        ("https://a.example/" + "x" * 999, "../../x", "007-" + "x" * 60 + "-abcdefabcdef.bin"),
    ],
)
def test_a_file_is_named_safely_whatever_its_url_and_type(url, media_type, name):
    ref = BodyRef(url, 200, "abcdef" * 10 + "0000", NOW)
    found = file_name(
        7, PinnedBody(ref=ref, why=("bad",), media_type=media_type, size_bytes=0, body=b"")
    )
    assert name in {found, None}
    assert not set(found) & set("/\\\0:")
    assert found.startswith("007-")
