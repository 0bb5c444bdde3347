"""Recording folders: written by a recorder, answered from by a replay."""

import asyncio
import json
import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import normal_url
from monitor.errors import ConfigError, ConnectFailed
from monitor.fetch import (
    HISTORY,
    Fetcher,
    Fetches,
    FetchResult,
    Limits,
    Recorder,
    Replay,
    Validators,
)
from monitor.fetch.folder import MOST_BODY_BYTES
from monitor.fetch.replay import MOST_INDEX_BYTES

NOW = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
PAGE = "https://status.example.com/"
LIMITS = Limits()


def clock() -> datetime:
    return NOW


def network(**answers: httpx.Response) -> Fetcher:
    """A fetcher whose hosts answer by path; every path not named refuses the connection."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().strip("/") or "root"
        if path not in answers:
            raise httpx.ConnectError("refused")
        return answers[path]

    async def sleep(seconds: float) -> None:
        pass

    transport = httpx.MockTransport(answer)
    return Fetcher(
        user_agent="t",
        spacing_seconds=0,
        transport_factory=lambda *, reach, proxy: transport,
        sleep=sleep,
    )


def json_answer(text: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(
        200, content=text.encode(), headers={"content-type": "application/json", **named}
    )


async def ask(fetches: Fetches, url: str, validators: Validators | None = None) -> FetchResult:
    return await fetches.get(url, accept="*/*", limits=LIMITS, validators=validators)


async def record(folder: Path, *urls: str, **answers: httpx.Response) -> dict:
    async with network(**answers) as fetcher:
        recorder = Recorder(fetcher, folder, PAGE, clock)
        for url in urls:
            await ask(recorder, url)
    return json.loads((folder / "recording.json").read_text(encoding="utf-8"))


def write(folder: Path, **changes: object) -> Path:
    recording = {
        "page": PAGE,
        "recorded_at": "2026-05-06T12:00:00Z",
        "note": "",
        "responses": [
            {
                "url": PAGE,
                "status": 200,
                "headers": {"Content-Type": "text/html"},
                "body": "root.html",
            }
        ],
    } | changes
    folder.mkdir(exist_ok=True)
    (folder / "root.html").write_bytes(b"<html>")
    (folder / "recording.json").write_text(
        json.dumps({k: v for k, v in recording.items() if v is not None})
    )
    return folder


# -----------------------------------------------------------------------------------------------------
# recording


async def test_what_was_recorded_is_answered_again(tmp_path):
    url = f"{PAGE}api/v2/summary.json"
    async with network(**{"api/v2/summary.json": json_answer('{"é": 1}', etag='"7"')}) as fetcher:
        live = await ask(Recorder(fetcher, tmp_path, PAGE, clock), url)
    replay = Replay(tmp_path)
    again = await ask(replay, url)

    assert replay.page == PAGE
    assert replay.recorded_at == NOW
    assert again.response.text == live.response.text == '{"é": 1}'
    assert again.response.url == again.response.final_url == url
    assert again.validators == live.validators
    assert again.validators.etag == '"7"'


async def test_files_get_names_that_can_be_read(tmp_path):
    recording = await record(
        tmp_path,
        PAGE,
        f"{PAGE}api/v2/summary.json",
        f"{PAGE}uptime?components=a,b",
        "https://api.example.net/v1/history",
        root=httpx.Response(200, html="<p>"),
        **{
            "api/v2/summary.json": json_answer("{}"),
            "uptime?components=a,b": json_answer("{}"),
            "v1/history": httpx.Response(404, text="no"),
        },
    )

    assert [entry["body"] for entry in recording["responses"]] == [
        "index.html",
        "api-v2-summary.json",
        "uptime-components-a-b.json",
        "api.example.net-v1-history.txt",
    ]
    assert all((tmp_path / entry["body"]).is_file() for entry in recording["responses"])
    assert recording["recorded_at"] == "2026-05-06T12:00:00Z"


async def test_no_two_answers_share_a_file_and_none_overwrites_the_index(tmp_path):
    paths = [
        "recording.json",
        "a/b.json",
        "a-b.json",
        "A-B.json",
        "q?x=1",
        "q?x:1",
        "x" * 200,
        "x" * 201,
    ]
    recording = await record(
        tmp_path, *(PAGE + path for path in paths), **{path: json_answer("{}") for path in paths}
    )
    names = [entry["body"].lower() for entry in recording["responses"]]

    assert len(set(names)) == len(paths)
    assert "recording.json" not in names
    assert max(map(len, names)) < 100


@pytest.mark.parametrize(
    "path",
    [
        "%2e%2e/%2e%2e/etc/passwd",
        "..%2f..%2fx",
        ".hidden",
        "a%00b",
        "con:aux",
        "%5c..%5cx",
        "a/..%2f",
    ],
)
async def test_no_url_leads_a_file_out_of_the_folder(tmp_path, path):
    folder = tmp_path / "inner" / "recording"
    recording = await record(folder, PAGE + path, **{path.strip("/"): json_answer("{}")})
    [name] = [entry["body"] for entry in recording["responses"]]

    assert "/" not in name
    assert "\\" not in name
    assert not name.startswith(".")
    assert {file.name for file in folder.iterdir()} == {name, "recording.json"}
    assert (await ask(Replay(folder), PAGE + path)).response.status == 200


async def test_only_headers_that_tell_content_or_platform_are_kept(tmp_path):
    answer = json_answer(
        "{}",
        server="AtlassianEdge",
        x_statuspage_version="1",
        set_cookie="secret=1",
        x_request_id="9",
        authorization="x",
    )
    recording = await record(tmp_path, PAGE, root=answer)

    assert recording["responses"][0]["headers"] == {
        "content-type": "application/json",
        "server": "AtlassianEdge",
        "x-statuspage-version": "1",
    }
    assert "secret" not in (tmp_path / "recording.json").read_text()


async def test_a_redirect_is_recorded_with_where_it_led(tmp_path):
    moved = httpx.Response(301, headers={"location": "/new"})
    await record(tmp_path, f"{PAGE}old", old=moved, new=json_answer("{}"))

    assert (await ask(Replay(tmp_path), f"{PAGE}old")).response.final_url == f"{PAGE}new"


async def test_a_url_asked_twice_keeps_its_last_answer(tmp_path):
    answers = {"root": json_answer("1")}
    async with network(**answers) as fetcher:
        recorder = Recorder(fetcher, tmp_path, PAGE, clock)
        await ask(recorder, PAGE)
    answers["root"] = json_answer("2")
    async with network(**answers) as fetcher:
        recorder._fetcher = fetcher
        await ask(recorder, PAGE)

    assert (await ask(Replay(tmp_path), PAGE)).response.body == b"2"
    assert len(list(tmp_path.iterdir())) == 2


async def test_a_recorder_keeps_the_body_though_the_caller_is_told_it_is_unchanged(tmp_path):
    async with network(root=json_answer("{}")) as fetcher:
        known = (await ask(fetcher, PAGE)).validators
        fetched = await ask(Recorder(fetcher, tmp_path, PAGE, clock), PAGE, known)

    assert fetched.response.unchanged
    assert (await ask(Replay(tmp_path), PAGE)).response.body == b"{}"


async def test_a_failure_passes_through_a_recorder_and_leaves_what_is_there(tmp_path):
    async with network(root=json_answer("{}")) as fetcher:
        recorder = Recorder(fetcher, tmp_path, PAGE, clock)
        await ask(recorder, PAGE)
        with pytest.raises(ConnectFailed):
            await ask(recorder, f"{PAGE}gone")

    assert (await ask(Replay(tmp_path), PAGE)).response.status == 200
    assert (await ask(Replay(tmp_path), f"{PAGE}gone")).response.status == 404


async def test_a_folder_with_a_recording_is_not_recorded_over(tmp_path):
    write(tmp_path)
    async with network() as fetcher:
        with pytest.raises(ConfigError, match="empty or a new folder"):
            Recorder(fetcher, tmp_path, PAGE, clock)


async def test_a_folder_that_cannot_be_written_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    async with network(root=json_answer("{}")) as fetcher:
        with pytest.raises(ConfigError, match="may write"):
            await ask(Recorder(fetcher, tmp_path / "file" / "folder", PAGE, clock), PAGE)


# ------------------------------------------------------------------------------------------------------
# replaying


async def test_a_url_that_is_not_in_the_recording_answers_404(tmp_path):
    fetched = await ask(Replay(write(tmp_path)), f"{PAGE}other")

    assert fetched.response.status == 404
    assert fetched.response.final_url == f"{PAGE}other"


async def test_urls_are_compared_after_percent_decoding(tmp_path):
    entry = {"url": f"{PAGE}u?c=a%2Cb", "status": 200, "headers": {}, "body": "root.html"}
    replay = Replay(write(tmp_path, responses=[entry]))

    assert (await ask(replay, f"{PAGE}u?c=a,b")).response.status == 200
    assert (await ask(replay, f"{PAGE}u?c=a%2cb")).response.url == f"{PAGE}u?c=a%2cb"


async def test_a_replay_goes_back_as_far_as_was_recorded_and_else_as_the_platforms_cases(tmp_path):
    async with network(page=json_answer("{}")) as fetcher:
        recorder = Recorder(fetcher, tmp_path / "new", PAGE, clock, history=timedelta(days=30))
        await ask(recorder, f"{PAGE}page")

    assert Replay(tmp_path / "new").since == recorder.since == NOW - timedelta(days=30)
    assert Replay(write(tmp_path / "by hand")).since == NOW - HISTORY


async def test_a_replay_answers_unchanged_to_the_body_it_gave_before(tmp_path):
    replay = Replay(write(tmp_path))
    first = await ask(replay, PAGE)
    second = await ask(replay, PAGE, first.validators)

    assert first.response.body == b"<html>"
    assert second.response.unchanged
    assert second.response.body == b""


@pytest.mark.parametrize(
    ("folder", "body"),
    [("recording", "bodies/a.json"), ("recordings/one", "../../recording/bodies/a.json")],
)
async def test_a_body_may_lie_deeper_or_in_the_collection_and_may_be_missing(
    tmp_path, folder, body
):
    (tmp_path / "recording" / "bodies").mkdir(parents=True)
    (tmp_path / "recording" / "bodies" / "a.json").write_bytes(b"\xef\xbb\xbf{}")
    entries = [
        {"url": f"{PAGE}a", "status": 200, "headers": {"X-Y": "1"}, "body": body},
        {"url": f"{PAGE}b", "status": 204},
    ]
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    replay = Replay(write(tmp_path / folder, responses=entries))
    response = (await ask(replay, f"{PAGE}a")).response

    assert response.text == "{}"
    assert response.headers == {"x-y": "1"}
    assert (await ask(replay, f"{PAGE}b")).response.body == b""


@pytest.mark.parametrize(
    "changes",
    [
        {"page": None},
        {"page": 7},
        {"recorded_at": None},
        {"recorded_at": "yesterday"},
        {"recorded_at": "2026-05-06T12:00:00"},
        {"responses": None},
        {"responses": {}},
        {"responses": ["x"]},
        {"responses": [{"url": PAGE, "headers": {}, "body": "root.html"}]},
        {"responses": [{"url": PAGE, "status": "200", "body": "root.html"}]},
        {"responses": [{"status": 200, "body": "root.html"}]},
        {"responses": [{"url": PAGE, "status": 200, "body": "gone.html"}]},
        {"responses": [{"url": PAGE, "status": 200, "body": "."}]},
        {"responses": [{"url": PAGE, "status": 200, "body": "/etc/hostname"}]},
        {"responses": [{"url": PAGE, "status": 200, "body": {"text": "x"}}]},
        {"responses": [{"url": PAGE, "status": 200, "headers": {"a": 1}, "body": "root.html"}]},
        {"responses": [{"url": PAGE, "status": 200, "final_url": 3, "body": "root.html"}]},
        {"responses": [{"url": PAGE, "status": 200, "redirects": [3], "body": "root.html"}]},
        {"responses": [{"url": PAGE, "status": 200, "redirects": 3, "body": "root.html"}]},
        {"responses": [{"url": PAGE, "status": True, "body": "root.html"}]},
        {"responses": [{"url": PAGE, "status": 10**30, "body": "root.html"}]},
        {"responses": [{"url": PAGE, "status": 200, "body": "../../../../../../etc/hostname"}]},
        {"responses": [{"url": PAGE, "status": 200, "body": "root.html/../../x"}]},
        {"responses": [{"url": PAGE, "status": 200, "body": "root.html\0"}]},
        {"responses": [{"url": PAGE, "status": 200, "body": "root.html/x"}]},
        {"responses": [{"url": PAGE, "status": 200, "body": ".."}]},
        {"recorded_at": "0001-01-01T00:00:00Z"},
        {"recorded_at": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_a_broken_recording_names_the_place_and_the_remedy(tmp_path, changes):
    with pytest.raises(
        ConfigError, match=r"recording\.json: .*; correct it or record the page again"
    ):
        Replay(write(tmp_path, **changes))


@pytest.mark.parametrize("where", ["link.html", "folder/root.html", "../elsewhere.html", "pipe"])
def test_no_link_is_followed_out_of_the_folder_and_nothing_but_a_file_is_read(tmp_path, where):
    secret = tmp_path / "elsewhere.html"
    secret.write_text("secret")
    folder = write(tmp_path / "kept", responses=[{"url": PAGE, "status": 200, "body": where}])
    (folder / "link.html").symlink_to(secret)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "root.html").write_text("secret")
    (folder / "folder").symlink_to(tmp_path / "out")
    os.mkfifo(folder / "pipe")

    with pytest.raises(ConfigError, match="correct it") as caught:
        Replay(folder)
    assert len(str(caught.value).splitlines()) == 1


async def test_a_link_that_is_put_there_later_is_not_followed_either(tmp_path):
    replay = Replay(write(tmp_path / "kept"))
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "kept" / "root.html").unlink()
    (tmp_path / "kept" / "root.html").symlink_to(tmp_path / "secret")

    with pytest.raises(ConfigError, match="is a symbolic link"):
        await ask(replay, PAGE)


def test_an_index_that_is_a_link_is_no_recording(tmp_path):
    write(tmp_path / "kept")
    (tmp_path / "kept" / "recording.json").rename(tmp_path / "index")
    (tmp_path / "kept" / "recording.json").symlink_to(tmp_path / "index")

    with pytest.raises(ConfigError, match=r"is no recording: recording\.json is a symbolic link"):
        Replay(tmp_path / "kept")


@pytest.mark.parametrize(
    ("name", "size"), [("recording.json", MOST_INDEX_BYTES), ("root.html", MOST_BODY_BYTES)]
)
def test_a_file_that_is_too_large_is_not_read(tmp_path, name, size):
    folder = write(tmp_path)
    os.truncate(folder / name, size + 1)  # takes no room on the disk

    with pytest.raises(ConfigError, match=f"is larger than {size >> 20} MiB"):
        Replay(folder)


async def test_recording_into_a_folder_overwrites_nothing_that_a_link_in_it_leads_to(tmp_path):
    folder, other = tmp_path / "kept", tmp_path / "other"
    folder.mkdir()
    other.write_text("mine")
    for name in ("index.json", ".recording.json"):
        (folder / name).symlink_to(other)
    await record(folder, PAGE, root=json_answer("{}"))

    assert other.read_text() == "mine"
    assert (await ask(Replay(folder), PAGE)).response.body == b"{}"


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00", "[" * 100_000])
def test_an_index_that_is_no_json_object_is_broken(tmp_path, text):
    write(tmp_path)
    (tmp_path / "recording.json").write_text(text)
    with pytest.raises(ConfigError, match="correct it"):
        Replay(tmp_path)


def test_a_folder_without_a_recording_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match="monitor record URL DIR"):
        Replay(tmp_path / "nothing")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
ENTRY_KEYS = ("url", "status", "headers", "body", "final_url", "redirects")


@given(
    key=st.sampled_from(["page", "recorded_at", "responses", "note", *ENTRY_KEYS]), value=ANYTHING
)
def test_whatever_a_recording_says_it_is_read_or_refused_and_nothing_else(key, value):
    entry = {"url": PAGE, "status": 200, "headers": {}, "body": "root.html"}
    changes = {"responses": [entry | {key: value}]} if key in ENTRY_KEYS else {key: value}
    with tempfile.TemporaryDirectory() as folder, suppress(ConfigError):
        replay = Replay(write(Path(folder), **changes))
        normal_url(replay.page)
        asyncio.run(ask(replay, value if key == "url" else PAGE))
