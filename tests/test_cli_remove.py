"""`monitor remove`, `rename` and `purge`, as a user meets them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.store import ServerRecord, Store
from tests.pages_at_hand import truth
from tests.processes import now, served, typed

pytestmark = [pytest.mark.hours, pytest.mark.slow]

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def monitor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Typed:
    """The command, in a folder whose database watches two vendors and has read them."""
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'monitor.db'}")
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("MONITOR_CONFIG", "MONITOR_VENDORS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    run = typed(monkeypatch, capsys)
    truths = [replace(truth(), slug=slug, name=slug.title()) for slug in ("acme", "globex")]
    with served(*truths) as simulator:
        items = [
            f"  - slug: {vendor.slug}   # {vendor.slug}\n    url: {vendor.url}\n    allow_private: true\n"
            for vendor in simulator.vendors
        ]
        (tmp_path / "monitor.yaml").write_text("# ours\nvendors:\n" + "".join(items))
        assert run("apply")[0] == 0
        assert run("poll")[0] == 0
    return run


def stored(folder: Path) -> dict[str, bool]:
    """Return the vendors of the database, and whether each is watched."""
    with Store.open(f"sqlite:///{folder / 'monitor.db'}") as store:
        return {page.slug: page.removed_at is None for page in store.pages(removed=True)}


def serve(folder: Path) -> None:
    with Store.open(f"sqlite:///{folder / 'monitor.db'}") as store:
        store.enroll(ServerRecord("x", "host, process 1", "other", {}, now(), now()))


def rows(folder: Path, table: str) -> int:
    from tests.store_support import rows as count

    with Store.open(f"sqlite:///{folder / 'monitor.db'}") as store:
        return count(store, table)


def test_a_removed_vendor_keeps_its_history_until_that_is_deleted(monitor, tmp_path):
    code, out, err = monitor("remove", "Globex")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "removed globex from monitor.yaml; its history is kept",
        "next: monitor apply, or a start of `monitor serve`, ends the watch over it",
        "to delete its history then: monitor purge --vendor globex",
    ]
    text = (tmp_path / "monitor.yaml").read_text()
    assert text.startswith("# ours\nvendors:\n  - slug: acme   # acme\n")
    assert "globex" not in text

    code, _, err = monitor("purge", "--vendor", "globex", "--yes")
    assert (code, stored(tmp_path)) == (2, {"acme": True, "globex": True})
    assert "globex is watched; run `monitor remove globex` and `monitor apply` first" in err

    assert monitor("apply")[1] == "removed: globex; its history is kept\n"
    code, out, err = monitor("purge", "--vendor", "globex")
    assert (code, stored(tmp_path)) == (2, {"acme": True, "globex": False})
    assert "monitor.db: history since" in out
    assert "nothing was deleted; add --yes" in err

    components = rows(tmp_path, "component")
    code, out, _ = monitor("purge", "--vendor", "globex", "--yes")
    assert (code, stored(tmp_path)) == (0, {"acme": True})
    assert out.splitlines()[-1] == "deleted the history of globex"
    assert 0 < rows(tmp_path, "component") < components
    assert monitor("db", "check")[0] == 0
    code, _, err = monitor("purge", "--vendor", "globex", "--yes")
    assert (
        "has no history of 'globex'; of vendors that are not watched any more there are none" in err
    )


def test_what_is_read_just_now_is_not_deleted(monitor, tmp_path):
    assert monitor("remove", "globex")[0] == 0
    with Store.open(f"sqlite:///{tmp_path / 'monitor.db'}") as store:
        store.set_due(store.pages(["globex"])[0].id, now())
        (page,) = store.claim_due(now=now(), limit=1, lease_seconds=60)
    assert page.slug == "globex"
    assert monitor("apply")[0] == 0

    code, _, err = monitor("purge", "--vendor", "globex", "--yes")

    assert (code, stored(tmp_path)) == (2, {"acme": True, "globex": False})
    assert "is being read just now" in err


def test_a_removal_says_who_goes_on_watching(monitor, tmp_path, monkeypatch):
    serve(tmp_path)
    monkeypatch.setenv("MONITOR_VENDORS", "acme,globex")
    code, out, err = monitor("remove", "globex")

    assert code == 0
    assert "next: monitor apply (until then host, process 1 watches it)" in out
    assert "MONITOR_VENDORS is set and says what is watched" in err


def test_a_renamed_vendor_takes_its_history_with_it(monitor, tmp_path):
    code, out, err = monitor("rename", "globex", "globex-inc")
    assert (code, err) == (0, "")
    first, second = out.splitlines()
    assert first == "globex is globex-inc in monitor.yaml from now on; its history goes with it"
    assert second.startswith('its metrics have the label vendor="globex-inc" from now on; ')
    assert stored(tmp_path) == {"acme": True, "globex-inc": True}
    assert "  - slug: globex-inc   # globex\n" in (tmp_path / "monitor.yaml").read_text()

    code, out, err = monitor("report", "globex-inc", "--format", "json")
    assert (code, err) == (0, "")
    assert '"current_level": null' not in out.split('"components"')[0]
    assert "watches what the settings say" in monitor("check", "--diff")[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rename", "globex", "acme"), "has a vendor acme already"),
        (("rename", "nobody", "x"), "no vendor 'nobody'"),
        (("rename", "globex", "Not a slug"), "globex was not renamed: "),
        (("remove", "nobody"), "no vendor 'nobody'"),
        (("purge", "--vendor", "nobody", "--yes"), "has no history of 'nobody'"),
    ],
)
def test_what_is_refused_changes_nothing(monitor, tmp_path, words, message):
    before = (tmp_path / "monitor.yaml").read_text()
    code, _, err = monitor(*words)

    assert code == 2
    assert message in err
    assert (tmp_path / "monitor.yaml").read_text() == before
    assert stored(tmp_path) == {"acme": True, "globex": True}


def test_a_rename_is_refused_while_a_server_runs_and_over_another_history(monitor, tmp_path):
    before = (tmp_path / "monitor.yaml").read_text()
    assert monitor("remove", "globex")[0] == 0
    assert monitor("apply")[0] == 0
    code, _, err = monitor("rename", "acme", "globex")
    assert code == 2
    assert "has a history of globex already" in err
    (tmp_path / "monitor.yaml").write_text(before)
    assert monitor("apply")[0] == 0

    serve(tmp_path)
    code, _, err = monitor("rename", "globex", "globex-inc")

    assert code == 2
    assert "globex cannot be renamed while host, process 1 serves" in err
    assert (tmp_path / "monitor.yaml").read_text() == before
    assert stored(tmp_path) == {"acme": True, "globex": True}


def test_a_file_that_cannot_be_written_leaves_the_database_as_it_was(
    monitor, tmp_path, monkeypatch
):
    from monitor.errors import ConfigError

    def failing(*_):
        raise ConfigError("the disk is full")

    monkeypatch.setattr("monitor.config.revision.replace_text", failing)
    code, _, err = monitor("rename", "globex", "globex-inc")

    assert (code, stored(tmp_path)) == (2, {"acme": True, "globex": True})
    assert "the disk is full" in err


def test_without_a_settings_file_there_is_nothing_to_take_out(monitor, tmp_path, monkeypatch):
    (tmp_path / "monitor.yaml").unlink()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    code, _, err = monitor("remove", "anthropic")

    assert code == 2
    assert "there is no settings file, so the built-in list is watched" in err
