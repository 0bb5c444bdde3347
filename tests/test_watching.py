"""What a database watches is changed by `monitor serve` and `monitor apply`, by nobody who only
looks, and by who reads pages only where nobody serves it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.demo.chance import random_truth
from monitor.demo.truth import Truth
from monitor.plain import join_names
from monitor.store import ServerRecord, Store
from monitor.watching import LEASE, Command, Database, Refusal, Written, is_alive, written_by
from tests.integration.servers import free_port
from tests.processes import now, served, typed

pytestmark = pytest.mark.hours

Typed = Callable[..., tuple[int, str, str]]
NOW = now()

LOOK, READ, APPLY, SERVE = Command
NOTHING = Written()
OTHERWISE, NOT_CHOSEN = Refusal

EMPTY = Database(is_chosen=False)
IDLE = Database(watched=frozenset("ab"), former=frozenset("f"))
SERVED = replace(IDLE, is_served=True)
OTHERS = replace(SERVED, is_served_otherwise=True)
UNCHOSEN = replace(IDLE, is_chosen=False)


def written(added="", removed="", changed="", unread=""):
    return Written(
        added=frozenset(added),
        removed=frozenset(removed),
        changed=frozenset(changed),
        unread=frozenset(unread),
    )


RULE = [
    # who looks writes nothing, whatever is there
    (LOOK, EMPTY, "ab", True, NOTHING),
    (LOOK, IDLE, "c", True, NOTHING),
    (LOOK, OTHERS, "c", False, NOTHING),
    # who reads adds what was never there, where nobody serves
    (READ, EMPTY, "ab", True, written(added="ab")),
    (READ, EMPTY, "ab", False, written(added="ab")),
    (READ, IDLE, "ab", True, NOTHING),
    (READ, IDLE, "abc", True, written(added="c")),
    (READ, IDLE, "c", True, written(added="c")),
    (READ, IDLE, "af", True, NOTHING),
    (READ, SERVED, "abc", True, written(unread="c")),
    (READ, SERVED, "af", True, written(unread="f")),
    (READ, OTHERS, "c", True, written(unread="c")),
    (READ, IDLE, "abc", False, written(added="c")),
    (READ, IDLE, "bc", False, NOT_CHOSEN),
    (READ, UNCHOSEN, "bc", False, written(added="c")),
    # who applies writes everything, and is not asked
    (APPLY, EMPTY, "ab", True, written(added="ab")),
    (APPLY, IDLE, "bcf", True, written(added="cf", removed="a", changed="b")),
    (APPLY, OTHERS, "c", False, written(added="c", removed="ab")),
    # who serves does so where no other server watches otherwise
    (SERVE, EMPTY, "ab", False, written(added="ab")),
    (SERVE, IDLE, "bcf", True, written(added="cf", removed="a", changed="b")),
    (SERVE, SERVED, "ab", True, written(changed="ab")),
    (SERVE, OTHERS, "ab", True, OTHERWISE),
    (SERVE, OTHERS, "a", True, OTHERWISE),
    (SERVE, OTHERS, "c", False, OTHERWISE),
    (SERVE, IDLE, "bc", False, NOT_CHOSEN),
    (SERVE, UNCHOSEN, "bc", False, written(added="c", removed="a", changed="b")),
]


@pytest.mark.parametrize(("command", "database", "slugs", "chosen", "expected"), RULE)
def test_what_a_command_writes_of_what_is_watched(command, database, slugs, chosen, expected):
    assert written_by(command, database, slugs, is_chosen=chosen) == expected


def test_a_server_is_alive_until_its_lease_is_over():
    assert is_alive(NOW, NOW)
    assert is_alive(NOW + timedelta(hours=1), NOW)
    assert is_alive(NOW, NOW + LEASE - timedelta(seconds=1))
    assert not is_alive(NOW, NOW + LEASE)


def test_of_many_the_first_are_named():
    assert join_names(["a", "b"]) == "a, b"
    assert join_names(list("abcdefgh")) == "a, b, c, d, e and 3 more"


# --------------------------------------------------------------------------------------------------------
# by commands


@pytest.fixture
def monitor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Typed:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'monitor.db'}")
    monkeypatch.setenv("MONITOR_LISTEN", f"127.0.0.1:{free_port()}")
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    return typed(monkeypatch, capsys)


def a_truth() -> Truth:
    return random_truth(
        4, now=now(), platform="statuspage", parts=((None, "API"),), incidents=2, live=False
    )


def watched(folder: Path) -> list[str]:
    with Store.open(f"sqlite:///{folder / 'monitor.db'}") as store:
        return [page.slug for page in store.pages()]


def vendor_text(slug: str, url: str, more: str = "") -> str:
    return f"{{slug: {slug}, url: '{url}', platform: statuspage, allow_private: true{more}}}"


@pytest.fixture
def in_use(monitor: Typed, tmp_path: Path):
    """A database in which a vendor is watched that the built-in list does not name."""
    with served(replace(a_truth(), slug="acme")) as simulator:
        settings = tmp_path / "acme.yaml"
        settings.write_text(f"vendors: [{vendor_text('acme', simulator.vendors[0].url)}]\n")
        assert monitor("poll", "--config", str(settings))[0] == 0
    assert watched(tmp_path) == ["acme"]
    return settings


def served_by(folder: Path, name: str = "host, process 1", digest: str = "other") -> None:
    """Enroll a server that gives no further sign of life."""
    with Store.open(f"sqlite:///{folder / 'monitor.db'}") as store:
        store.enroll(
            ServerRecord(name, name, digest=digest, keys={}, started_at=now(), seen_at=now())
        )


@pytest.mark.slow
@pytest.mark.parametrize("words", [("poll",), ("backfill",), ("serve",)])
def test_the_built_in_list_ends_no_watch_that_somebody_chose(
    monitor: Typed, tmp_path: Path, in_use: Path, words: tuple[str, ...]
) -> None:
    code, _, err = monitor(*words)

    assert code == 2
    assert "monitor.db watches acme, and nobody chose to end that" in err
    assert "--config" in err
    assert watched(tmp_path) == ["acme"]


@pytest.mark.slow
def test_a_vendor_that_was_written_into_the_settings_is_told_and_read_and_the_others_go_on(
    monitor: Typed, tmp_path: Path, in_use: Path
) -> None:
    with served(replace(a_truth(), slug="other")) as simulator:
        vendor = vendor_text("other", simulator.vendors[0].url)
        in_use.write_text(in_use.read_text().replace("vendors: [", f"vendors: [{vendor}, "))
        code, _, err = monitor("report", "--config", str(in_use))
        assert (code, watched(tmp_path)) == (0, ["acme"])
        assert err.count("\n") == 1
        assert "monitor.db watches (not watched: other); `monitor apply` puts it in force" in err

        assert monitor("backfill", "other", "--days", "3", "--config", str(in_use))[0] == 0

    assert watched(tmp_path) == ["acme", "other"]
    assert monitor("report", "--config", str(in_use))[2] == ""


@pytest.mark.slow
def test_a_poll_changes_no_settings_of_what_is_watched_and_says_that_they_differ(
    monitor: Typed, tmp_path: Path, in_use: Path
) -> None:
    in_use.write_text(in_use.read_text().replace("true}", "true, interval: 1m, exclude: [API]}"))
    code, _, err = monitor("poll", "--config", str(in_use))

    assert "watched with other settings: acme (exclude, interval)" in err
    assert code == 1  # its page is gone by now
    with Store.open(f"sqlite:///{tmp_path / 'monitor.db'}") as store:
        assert store.pages()[0].interval_seconds == 300


@pytest.mark.slow
def test_a_poll_ends_no_watch_over_a_vendor_that_the_settings_name_no_more(
    monitor: Typed, tmp_path: Path, in_use: Path
) -> None:
    with served(replace(a_truth(), slug="other")) as simulator:
        vendor = vendor_text("other", simulator.vendors[0].url)
        acme = in_use.read_text()
        in_use.write_text(acme.replace("vendors: [", f"vendors: [{vendor}, "))
        assert monitor("poll", "other", "--config", str(in_use))[0] == 0
        in_use.write_text(f"vendors: [{vendor}]\n")
        code, _, err = monitor("poll", "other", "--config", str(in_use))

    assert code == 0
    assert "watched, but not in the settings: acme" in err
    assert watched(tmp_path) == ["acme", "other"]


@pytest.mark.slow
def test_what_a_server_does_not_watch_is_not_read_and_what_it_watches_is(
    monitor: Typed, tmp_path: Path, in_use: Path
) -> None:
    served_by(tmp_path)
    with served(replace(a_truth(), slug="acme"), replace(a_truth(), slug="other")) as simulator:
        texts = [vendor_text(vendor.slug, vendor.url) for vendor in simulator.vendors]
        in_use.write_text(f"vendors: [{', '.join(texts)}]\n")
        for words in (("poll", "other"), ("backfill", "other", "acme")):
            code, _, err = monitor(*words, "--config", str(in_use))
            assert code == 2
            assert "monitor.db: other; it is served by host, process 1, which reads them" in err
        assert monitor("poll", "--config", str(in_use))[1].startswith("acme: ")

    assert watched(tmp_path) == ["acme"]


def test_who_looks_into_an_empty_database_sees_that_nothing_is_known_and_writes_nothing(
    monitor: Typed, tmp_path: Path
) -> None:
    Store.open(f"sqlite:///{tmp_path / 'monitor.db'}").close()
    code, out, err = monitor("report")

    assert (code, err) == (0, "")
    assert "no data for any of the 90 days" in out
    assert watched(tmp_path) == []


# --------------------------------------------------------------------------------------------------------
# applying


def test_applying_says_what_it_changes_and_as_check_does_beforehand(
    monitor: Typed, tmp_path: Path
) -> None:
    settings = tmp_path / "other" / "monitor.yaml"
    settings.write_text("vendors: [https://a.example, https://b.example, https://c.example]\n")
    assert "there is no database yet" in monitor("check", "--diff")[1]
    code, out, err = monitor("apply")
    assert code == 0
    assert err.endswith("monitor.db, a new one is made\n")
    assert out.splitlines() == ["added: a", "added: b", "added: c"]

    settings.write_text(
        "vendors:\n  - https://a.example\n  - {url: https://b.example, interval: 10m}\n"
        "  - {url: https://c.example, slug: sea}\n"
    )
    expected = [
        "added: sea",
        "removed: c; its history is kept",
        "renamed? c and sea have the same page; `monitor rename c sea` would keep the history",
        "changed: b: interval: 5m -> 10m",
    ]
    assert monitor("check", "--diff")[1].splitlines()[1:] == expected
    assert json.loads(monitor("check", "--diff", "--format", "json")[1])["differences"] == {
        "added": ["sea"],
        "watched_again": [],
        "removed": ["c"],
        "maybe_renamed": [{"from": "c", "to": "sea"}],
        "changed": {"b": [{"key": "interval", "before": "5m", "after": "10m"}]},
        "servers": [],
        "needs_restart": {},
    }
    assert watched(tmp_path) == ["a", "b", "c"]
    assert monitor("apply")[1].splitlines() == expected
    assert watched(tmp_path) == ["a", "b", "sea"]
    settings.write_text("vendors: [https://a.example, https://c.example]\n")
    assert monitor("apply")[1].splitlines()[0] == "watched again: c; it has its history"
    assert "monitor.db watches what the settings say" in monitor("apply")[1]


def test_applying_says_who_will_have_to_take_it_over(monitor: Typed, tmp_path: Path) -> None:
    (tmp_path / "other" / "monitor.yaml").write_text("vendors: [https://a.example]\n")
    Store.open(f"sqlite:///{tmp_path / 'monitor.db'}").close()
    served_by(tmp_path)
    assert "served by host, process 1" in monitor("check", "--diff")[1]
    facts = json.loads(monitor("check", "--diff", "--format", "json")[1])
    assert facts["differences"]["servers"] == ["host, process 1"]
    _, _, err = monitor("apply")

    assert err.startswith("host, process 1 will read its settings again within seconds")
    assert "served by" not in monitor("check", "--diff")[1]
