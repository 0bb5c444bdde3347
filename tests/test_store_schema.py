"""The database's schema: migrations up and down on both databases, and databases we refuse."""

import sqlite3
from threading import Thread

import pytest
import sqlalchemy as sa

from monitor.errors import StoreError
from monitor.store import Patience, Store, engine, schema, sqlite, statements
from monitor.store.tables import METADATA
from tests.store_support import DATABASES, NOW, add_page, database, evidence, incident, save
from tests.template import migrated


@pytest.fixture(autouse=True)
def _migrating(monkeypatch):
    monkeypatch.setattr(schema, "ensure_schema", migrated)


@pytest.fixture(params=DATABASES)
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/deep/er/status.db"
    else:
        with database("postgresql") as found:
            yield found


@pytest.fixture
def opened(url):
    database_engine = engine.connect(url)
    yield database_engine
    database_engine.dispose()


def table_names(database_engine):
    with database_engine.connect() as connection:
        return set(sa.inspect(connection).get_table_names())


def test_the_migrations_make_the_tables_of_the_code(opened):
    schema.upgrade(opened)

    schema.check(opened)
    assert table_names(opened) == {*METADATA.tables, "alembic_version"}


def test_what_is_read_by_a_glance_is_what_the_statements_of_the_store_come_to():
    assert statements.FILE.read_text() == statements.module_text(), "`make statements` writes it"


def test_a_table_that_differs_from_the_code_is_named(opened):
    schema.upgrade(opened)
    with opened.begin() as connection:
        connection.execute(sa.text("DROP TABLE gap"))

    with pytest.raises(StoreError, match="gap"):
        schema.check(opened)


@pytest.mark.slow
def test_what_was_upgraded_can_be_downgraded_and_upgraded_again(opened):
    schema.upgrade(opened)
    schema.downgrade(opened)
    assert table_names(opened) == {"alembic_version"}

    schema.upgrade(opened)

    schema.check(opened)


def test_a_database_opened_again_keeps_what_it_had(url):
    with Store.open(url) as store:
        save(store, add_page(store), evidence(incidents=(incident(),)))

    with Store.open(url, migrate=False) as store:
        store.check_schema()
        assert store.facts(store.pages()[0].id).incidents == (incident(),)


def test_a_database_newer_than_the_code_is_refused_with_a_remedy(url, opened):
    Store.open(url).close()
    with opened.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match=r"9999, newer than .* upgrade vendorstatus"):
        Store.open(url)


def test_an_empty_database_is_refused_when_it_may_not_be_migrated(url):
    with pytest.raises(StoreError, match="no tables of ours"):
        Store.open(url, migrate=False)


def test_stores_opened_together_migrate_once(url):
    failures = []

    def open_one():
        try:
            Store.open(url).close()
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [Thread(target=open_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with Store.open(url, migrate=False) as store:
        store.check_schema()


def test_migrating_leaves_foreign_keys_enforced():
    database_engine = engine.connect("sqlite://")
    schema.upgrade(database_engine)
    with database_engine.connect() as connection:
        assert connection.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1
    database_engine.dispose()


def test_the_known_revisions_are_those_of_the_migrations():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")

    assert ScriptDirectory.from_config(config).get_heads() == [schema.revisions()[-1]]


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, " * 100)

    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{path}")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="choose a writable place"):
        Store.open(f"sqlite:///{tmp_path}/file/status.db")


def test_a_locked_database_says_so(tmp_path):
    path = tmp_path / "status.db"
    with Store.open(f"sqlite:///{path}", patience=Patience(lock_seconds=0.1)) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            add_page(store)
        assert store.pages() == [], "reading goes on meanwhile"
        other.close()


def test_sqlite_files_use_the_settings_for_one_writer_and_many_readers(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/status.db") as store, store._read() as connection:
        settings = [
            connection.execute(sa.text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert settings == ["wal", 2, 1, sqlite.BUSY_MS]


def test_a_database_in_memory_serves_several_threads():
    with Store.open("sqlite://") as store:
        page = add_page(store)
        failures = []

        def work(number):
            try:
                for _ in range(20):
                    save(store, page, evidence(incidents=(incident(f"i{number}"),)))
                    store.facts(page.id)
            except Exception as error:  # noqa: BLE001
                failures.append(error)

        threads = [Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert failures == []
        assert len(store.facts(page.id, known_at=NOW).incidents) == 4
