"""What SQLAlchemy wrote for one store serves the next, and each kind of database has its own."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from monitor.store import Store
from tests.statements import STATEMENTS, Statements
from tests.store_support import add_page


def compiled(statement, dialect, cache):
    """Return the statement as an engine of the dialect would execute it."""
    return statement._compile_w_cache(dialect, compiled_cache=cache, column_keys=[])[0]


def test_a_second_store_finds_the_statements_of_the_first() -> None:
    before = set()
    for slug in ("acme", "other", "third"):
        with Store.open("sqlite://") as store:
            add_page(store, slug)
        written, before = STATEMENTS.keys() - before, set(STATEMENTS)

    assert before
    assert not written


def test_two_engines_of_one_kind_share_what_is_written_and_two_kinds_do_not() -> None:
    cache, statement = Statements(), sa.select(sa.func.random() == sa.bindparam("x"))

    first = compiled(statement, sqlite.dialect(), cache)
    second = compiled(statement, sqlite.dialect(), cache)
    other = compiled(statement, postgresql.dialect(), cache)

    assert first is second
    assert other is not first
    assert len(cache) == 2


def test_a_value_is_asked_for_and_not_what_the_first_store_asked_for() -> None:
    found = []
    for slug in ("acme", "other"):
        with Store.open("sqlite://") as store:
            add_page(store, slug)
            found.append([page.slug for page in store.pages([slug])])

    assert found == [["acme"], ["other"]]
