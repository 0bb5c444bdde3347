"""A page's whole history in the store: its size, another slug for it, and its end."""

from threading import Thread

from monitor.store import ServerRecord, Store
from monitor.watch_beginning import begin_to_serve
from tests.store_support import HOUR, NOW, add_page, full_evidence, poll, rows, save
from tests.test_watch_list import ACME, GLOBEX, settings


def test_a_page_is_deleted_with_all_that_is_stored_of_it_and_no_other_is(store):
    acme = add_page(store, "acme")
    save(store, acme, full_evidence())
    store.record_polls([poll(acme, NOW, "ok"), poll(acme, NOW + HOUR, "ok")])
    size = store.history_size(acme.id)
    globex = add_page(store, "globex")
    save(store, globex, full_evidence())
    counts = {table: rows(store, table) for table in ("component", "incident", "bar", "coverage")}

    store.delete_page(acme.id)

    assert (size.components, size.incidents, size.polls, size.answers) == (2, 2, 2, 0)
    assert size.first_at is not None
    assert size.first_at < NOW
    assert [page.slug for page in store.pages(removed=True)] == ["globex"]
    assert {table: 2 * rows(store, table) for table in counts} == counts
    assert rows(store, "poll") == 0


def test_a_page_keeps_its_history_under_another_slug(store):
    acme = add_page(store, "acme")
    save(store, acme, full_evidence())

    store.rename_page(acme.id, "acme-inc")

    (renamed,) = store.pages()
    assert (renamed.id, renamed.slug, renamed.version > acme.version) == (acme.id, "acme-inc", True)
    assert len(store.facts(acme.id).components) == 2


def test_of_two_servers_that_start_at_once_with_other_settings_one_is_let_in(tmp_path):
    url = f"sqlite:///{tmp_path / 'monitor.db'}"
    Store.open(url).close()
    let_in: list[str] = []

    def sleep(_seconds: float) -> None:
        raise TimeoutError

    def start(name: str, *vendors) -> None:
        server = ServerRecord(name, name, digest="", keys={}, started_at=NOW, seen_at=NOW)
        with Store.open(url) as store:
            try:
                begin_to_serve(
                    store, settings(*vendors), server, clock=lambda: NOW, on_wait=print, sleep=sleep
                )
            except TimeoutError:
                return
            let_in.append(name)

    threads = [Thread(target=start, args=("a", ACME)), Thread(target=start, args=("b", GLOBEX))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(let_in) == 1
    with Store.open(url) as store:
        assert [server.name for server in store.servers()] == let_in
