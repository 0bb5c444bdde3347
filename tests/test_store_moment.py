"""Reading as of one moment: what is written meanwhile is not seen, and keeps nobody waiting."""

import pytest

from monitor.store import Store
from tests.store_support import DATABASES, add_page, database

pytestmark = pytest.mark.slow


@pytest.fixture(params=DATABASES)
def stores(request, tmp_path):
    """Two openings of one database."""
    with database(request.param) as url:
        shared = f"sqlite:///{tmp_path / 'status.db'}" if url == "sqlite://" else url
        with Store.open(shared) as one, Store.open(shared) as other:
            yield one, other


def names(store):
    return [page.name for page in store.pages()]


def test_what_is_written_meanwhile_is_not_seen(stores):
    reader, writer = stores
    add_page(writer, name="Before")
    with reader.at_one_moment():
        add_page(writer, name="After")
        inside = names(reader), [state.name for state in reader.page_states()]
        assert names(writer) == ["After"]

    assert inside == (["Before"], ["Before"])
    assert names(reader) == ["After"]


def test_nothing_can_be_written_inside_and_everything_after_it(stores):
    reader, _ = stores
    with (
        pytest.raises(RuntimeError, match="nothing is written"),
        reader.at_one_moment(),
    ):
        add_page(reader, "acme")
    add_page(reader, name="After")

    assert names(reader) == ["After"]
