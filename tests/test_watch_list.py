"""Who may serve a database: another server with other settings may not, and a dead one is not
waited for for long."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import config as configuration
from monitor.config import Settings, VendorConfig
from monitor.errors import ConfigError
from monitor.kept_settings import digest
from monitor.settings_changes import RESTART, restart_hashes
from monitor.store import ServerRecord
from monitor.watch_beginning import begin, begin_to_serve
from monitor.watch_list import WatchList, difference_note
from monitor.watching import BEAT, LEASE, Command
from tests.store_support import NOW, poll, save
from tests.store_support import evidence as evidence_of

SECOND = timedelta(seconds=1)


def vendor(slug: str, **more) -> VendorConfig:
    return VendorConfig(slug=slug, name=slug.title(), url=f"https://{slug}.example/", **more)


def settings(*vendors: VendorConfig, **more) -> Settings:
    return Settings(
        **{"vendors": vendors, "database_url": "sqlite://", "source": "monitor.yaml"} | more
    )


def server(name: str = "host, process 2") -> ServerRecord:
    return ServerRecord(name, name, digest="", keys={}, started_at=NOW, seen_at=NOW)


class World:
    """A store, a clock that goes on while somebody sleeps, and what then happens in it."""

    def __init__(self, store) -> None:
        self.store = store
        self.now = NOW
        self.notes: list[str] = []
        self.each_second = lambda: None

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.each_second()

    def serve(self, wanted: Settings, name: str = "host, process 2") -> WatchList:
        return begin_to_serve(
            self.store,
            wanted,
            server(name),
            clock=lambda: self.now,
            on_wait=self.notes.append,
            sleep=self.sleep,
        )

    def beat(self, wanted: Settings, name: str = "host, process 1") -> None:
        seen = server(name)._replace(digest=digest(wanted), seen_at=self.now)
        self.store.enroll(seen)

    def watched(self) -> list[str]:
        return [page.slug for page in self.store.pages()]


@pytest.fixture
def watched(store) -> World:
    return World(store)


ACME, GLOBEX = vendor("acme"), vendor("globex")
BOTH = settings(ACME, GLOBEX)
OTHERS = {
    "other vendors": settings(vendor("other")),
    "a subset": settings(ACME),
    "more": settings(ACME, GLOBEX, vendor("other")),
    "include": settings(replace(ACME, include=("API",)), GLOBEX),
    "exclude": settings(replace(ACME, exclude=("API",)), GLOBEX),
    "min_outage": settings(replace(ACME, min_outage_seconds=60), GLOBEX),
    "interval": settings(replace(ACME, interval_seconds=60), GLOBEX),
    "policy": settings(ACME, GLOBEX, policy="strict"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_a_second_server_with_other_settings_is_refused_as_soon_as_the_first_gives_a_sign(
    watched, other
):
    watched.serve(BOTH, "host, process 1")
    watched.each_second = lambda: (watched.now - NOW) % BEAT == timedelta() and watched.beat(BOTH)

    with pytest.raises(ConfigError, match="is served by host, process 1 with other settings"):
        watched.serve(other)

    assert watched.watched() == ["acme", "globex"]
    assert watched.now - NOW <= BEAT + SECOND
    assert len(watched.notes) == 1


def test_what_differs_is_named(watched):
    watched.serve(BOTH, "host, process 1")
    watched.each_second = lambda: watched.beat(BOTH)

    with pytest.raises(ConfigError) as told:
        watched.serve(settings(replace(ACME, exclude=("API",)), vendor("other")))

    assert (
        "than monitor.yaml (not watched: other; watched, but not in the settings: globex; watched"
        " with other settings: acme (exclude)); give both the same settings" in str(told.value)
    )


def test_a_replica_with_the_same_settings_is_let_in_at_once(watched):
    watched.serve(BOTH, "host, process 1")
    watched.serve(replace(BOTH, port=1, contact="me@acme.example", source="elsewhere.yaml"))

    assert [each.name for each in watched.store.servers()] == ["host, process 1", "host, process 2"]
    assert watched.now == NOW


def test_the_same_server_starts_again_with_edited_settings_once_it_has_ended(watched):
    watched.serve(BOTH, "host, process 1")
    watched.store.dismiss("host, process 1")
    watched.serve(settings(vendor("other")))

    assert watched.watched() == ["other"]
    assert watched.now == NOW


def test_a_server_that_was_killed_locks_nobody_out_for_longer_than_its_lease(watched):
    watched.serve(BOTH, "host, process 1")
    watched.now += timedelta(seconds=10)
    watched.serve(settings(ACME))

    assert watched.watched() == ["acme"]
    assert watched.now - NOW <= LEASE + SECOND
    assert "waiting up to 30 s for a sign" in watched.notes[0]


def test_a_sign_of_life_of_a_clock_ahead_ends_too(watched):
    watched.now += timedelta(days=1)
    watched.beat(BOTH)
    watched.now -= timedelta(days=1)
    watched.serve(settings(ACME))

    assert watched.now - NOW <= LEASE + SECOND


def test_settings_that_were_applied_are_let_in_beside_a_server_that_has_not_followed_yet(watched):
    watched.serve(BOTH, "host, process 1")
    begin(watched.store, settings(ACME), Command.APPLY, watched.now)
    watched.serve(settings(ACME))

    assert watched.watched() == ["acme"]
    assert watched.now == NOW


def test_two_that_start_at_once_are_not_both_let_in(watched):
    """Each decides and enrolls in one transaction: who comes second finds the first."""
    watched.serve(settings(ACME), "host, process 1")
    (first,) = watched.store.servers()

    assert (first.digest, first.seen_at) == (digest(settings(ACME)), NOW)
    assert WatchList.read(watched.store, NOW).others(BOTH) == (first,)


def test_the_built_in_list_may_follow_itself_and_no_settings_that_somebody_chose(watched):
    entries = [vendor(slug) for slug in configuration.default_slugs()]
    built_in = settings(*entries, source=configuration.BUILT_IN)
    watched.serve(built_in, "host, process 1")
    watched.store.dismiss("host, process 1")
    watched.serve(settings(*entries[:2], source=configuration.BUILT_IN))  # of MONITOR_VENDORS
    watched.store.dismiss("host, process 2")
    begin(watched.store, settings(ACME), Command.APPLY, NOW)

    with pytest.raises(ConfigError, match="watches acme, and nobody chose to end that"):
        watched.serve(built_in)


def test_servers_without_a_sign_for_a_day_are_forgotten(watched):
    watched.beat(BOTH, "old")
    watched.now += timedelta(days=2)
    watched.beat(BOTH, "new")

    assert [each.name for each in watched.store.servers()] == ["new"]


def test_a_page_of_before_settings_were_kept_differs_only_in_what_is_known_of_it(store):
    from monitor.applied_settings import spec

    store.sync_pages([replace(spec(ACME), settings=None)], now=NOW)
    watched = WatchList.read(store, NOW)
    changed = replace(ACME, exclude=("API",), interval_seconds=60)

    assert difference_note("x.db", watched, settings(replace(ACME, exclude=("API",)))) is None
    assert watched.changes(settings(changed)).differences == (
        "watched with other settings: acme (interval)"
    )


def test_nothing_is_said_of_an_empty_database_and_one_sentence_of_another(store):
    assert difference_note("x.db", WatchList.read(store, NOW), BOTH) is None

    begin(store, BOTH, Command.APPLY, NOW)
    watched = WatchList.read(store, NOW)

    assert difference_note("x.db", watched, BOTH) is None
    assert difference_note("x.db", watched, settings(ACME)) == (
        "monitor.yaml differs from what x.db watches (watched, but not in the settings: globex);"
        " `monitor apply` puts it in force, --config names other settings"
    )


def test_a_page_that_is_read_once_more_is_not_watched_again(store):
    begin(store, BOTH, Command.APPLY, NOW)
    begin(store, settings(ACME), Command.APPLY, NOW)
    begun = begin(store, BOTH, Command.READ, NOW)
    (_, globex) = store.pages(removed=True)
    save(store, globex, evidence_of(NOW))
    store.record_polls([poll(globex, NOW, "ok")])

    assert begun.written.added == frozenset()
    assert [page.slug for page in store.pages()] == ["acme"]


def test_each_setting_that_needs_a_restart_has_a_hash_that_tells_no_secret():
    changed = {"port": 1, "concurrency": 3, "contact": "me@acme.example", "evidence": "all"}
    before = restart_hashes(BOTH)
    secret = replace(BOTH, network=replace(BOTH.network, proxy="http://me:secret@proxy"))

    assert before.keys() == set(RESTART.values())
    assert max(map(len, before.values())) <= 4
    assert restart_hashes(secret)["network"] != before["network"]
    for name, value in changed.items():
        after = restart_hashes(replace(BOTH, **{name: value}))
        assert {key for key in before if after[key] != before[key]} == {RESTART[name]}


def test_what_a_running_server_takes_only_at_a_restart_is_named(store):
    seen = server("host, process 1")._replace(keys=restart_hashes(BOTH), digest=digest(BOTH))
    store.enroll(seen)
    found = WatchList.read(store, NOW)

    assert found.restarts(replace(BOTH, policy="strict", database_url="sqlite:///x.db")) == {}
    assert found.restarts(replace(BOTH, port=1, concurrency=3)) == {
        "host, process 1": ("server", "concurrency")
    }
    assert WatchList.read(store, NOW + LEASE).restarts(replace(BOTH, port=1)) == {}
