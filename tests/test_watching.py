"""What a database watches is changed by the commands that read pages, and by nobody who only
looks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.chance import random_truth
from monitor.demo.truth import Truth
from monitor.store import Store
from monitor.watching import IN_USE, WatchedVendor, is_somebody_elses, join_names, strangers
from tests.integration.servers import free_port
from tests.processes import now, served, typed

pytestmark = pytest.mark.hours

Command = Callable[..., tuple[int, str, str]]
NOW = now()

slugs = st.frozensets(st.sampled_from("abcdef"))
pages = st.lists(
    st.builds(
        WatchedVendor,
        st.sampled_from("abcdef"),
        st.none() | st.timedeltas(timedelta(0), 2 * IN_USE).map(lambda ago: NOW - ago),
    ),
    unique_by=lambda each: each.slug,
)


@given(pages, slugs, st.booleans())
def test_it_is_somebody_elses_only_when_they_watch_what_the_settings_do_not_name(
    watched, configured, chosen
):
    others = strangers(watched, configured, NOW)
    theirs = is_somebody_elses(watched, configured, NOW, is_chosen=chosen)

    assert set(others).isdisjoint(configured)
    assert not theirs or others
    assert theirs or not (others and not chosen)
    assert not is_somebody_elses(watched, configured, NOW + 2 * IN_USE, is_chosen=chosen)
    assert not is_somebody_elses(watched, configured | set(others), NOW, is_chosen=chosen)


def test_chosen_settings_that_name_some_of_what_is_watched_are_those_that_are_being_changed():
    watched = [WatchedVendor("a", NOW), WatchedVendor("b", NOW)]

    assert not is_somebody_elses(watched, {"a"}, NOW, is_chosen=True)
    assert is_somebody_elses(watched, {"a"}, NOW, is_chosen=False)
    assert is_somebody_elses(watched, {"c"}, NOW, is_chosen=True)


def test_of_many_the_first_are_named():
    assert join_names(["a", "b"]) == "a, b"
    assert join_names(list("abcdefgh")) == "a, b, c, d, e and 3 more"


# --------------------------------------------------------------------------------------------------------
# by commands


@pytest.fixture
def monitor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
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


LOOKING = {
    "report": ("report",),
    "explain": ("explain", "openai", "2026-05-20"),
    "why": ("why", "openai", "2026-05-20"),
    "evidence": ("evidence", "openai", "2026-05-20", "-o", "out"),
    "vendors": ("vendors",),
    "export": ("export", "csv", "-o", "out"),
    "accept": ("accept", "openai"),
}
CHANGING = {
    "poll": ("poll",),
    "backfill": ("backfill",),
    "rebuild": ("rebuild",),
    "serve": ("serve",),
}


@pytest.fixture
def in_use(monitor: Command, tmp_path: Path):
    """A database in which a vendor is watched that the built-in list does not name."""
    with served(replace(a_truth(), slug="acme")) as simulator:
        settings = tmp_path / "acme.yaml"
        settings.write_text(
            f"vendors: [{{slug: acme, url: '{simulator.vendors[0].url}', platform: statuspage, allow_private: true}}]\n"
        )
        assert monitor("poll", "--config", str(settings))[0] == 0
    assert watched(tmp_path) == ["acme"]
    return settings


@pytest.mark.slow
@pytest.mark.parametrize("words", LOOKING.values(), ids=LOOKING)
def test_who_only_looks_with_other_settings_changes_nothing(
    monitor: Command, tmp_path: Path, in_use: Path, words: tuple[str, ...]
) -> None:
    code, out, err = monitor(*words)

    assert watched(tmp_path) == ["acme"]
    if words[0] != "vendors":
        assert code == 2
        assert (
            "It watches acme (not in built-in defaults): name their settings with --config" in err
        )
    assert "Traceback" not in out + err


@pytest.mark.slow
@pytest.mark.parametrize("words", CHANGING.values(), ids=CHANGING)
def test_other_settings_are_refused_where_a_database_is_in_use(
    monitor: Command, tmp_path: Path, in_use: Path, words: tuple[str, ...]
) -> None:
    code, _, err = monitor(*words)

    assert code == 2
    assert "is in use with other settings: it watches acme (not in built-in defaults)" in err
    assert "--config" in err
    assert watched(tmp_path) == ["acme"]


@pytest.mark.slow
def test_a_vendor_that_was_written_into_the_settings_is_read_and_the_others_go_on(
    monitor: Command, tmp_path: Path, in_use: Path
) -> None:
    with served(replace(a_truth(), slug="other")) as simulator:
        vendor = f"{{slug: other, url: '{simulator.vendors[0].url}', platform: statuspage, allow_private: true}}"
        in_use.write_text(in_use.read_text().replace("vendors: [", f"vendors: [{vendor}, "))
        code, _, err = monitor("report", "--config", str(in_use))
        assert (code, watched(tmp_path)) == (0, ["acme"])
        assert "yet: other; read them with `monitor backfill`" in err

        assert monitor("backfill", "other", "--days", "3", "--config", str(in_use))[0] == 0

    assert watched(tmp_path) == ["acme", "other"]
    assert monitor("report", "--config", str(in_use))[2] == ""


@pytest.mark.slow
def test_a_poll_ends_no_watch_over_a_vendor_that_the_settings_name_no_more(
    monitor: Command, tmp_path: Path, in_use: Path
) -> None:
    with served(replace(a_truth(), slug="other")) as simulator:
        vendor = f"{{slug: other, url: '{simulator.vendors[0].url}', platform: statuspage, allow_private: true}}"
        acme = in_use.read_text()
        in_use.write_text(acme.replace("vendors: [", f"vendors: [{vendor}, "))
        assert monitor("poll", "other", "--config", str(in_use))[0] == 0
        in_use.write_text(f"vendors: [{vendor}]\n")
        assert monitor("poll", "other", "--config", str(in_use))[0] == 0

    assert watched(tmp_path) == ["acme", "other"]
