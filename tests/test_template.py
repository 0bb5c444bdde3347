"""A store of a test has the schema that the migrations make, though nothing migrated it."""

from threading import Thread

import pytest
import sqlalchemy as sa

from monitor.store import Store, engine, schema
from tests.store_support import DATABASES, database
from tests.template import copied


@pytest.mark.parametrize("kind", DATABASES)
def test_a_copied_schema_is_the_one_of_the_code_at_its_revision(kind, monkeypatch) -> None:
    with database(kind) as url:
        Store.open(url).close()
    monkeypatch.setattr(schema, "upgrade", forbidden)
    with database(kind) as url:
        opened = engine.connect(url)
        copied(opened, migrate=True)

        schema.check(opened)
        with opened.connect() as connection:
            assert schema.revision(connection) == schema.revisions()[-1]
        opened.dispose()


@pytest.mark.integration
def test_stores_opened_together_share_one_schema() -> None:
    with database("postgresql") as url:
        Store.open(url).close()
    failed = []

    def opening(url):
        try:
            Store.open(url).close()
        except sa.exc.SQLAlchemyError as error:
            failed.append(error)

    with database("postgresql") as url:
        threads = [Thread(target=opening, args=(url,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert not failed


def forbidden(*_):
    raise AssertionError("migrated")
