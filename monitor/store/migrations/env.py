"""Run by Alembic. The connection and its transaction are the store's."""

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString

from monitor.store.tables import Instant


def render_item(kind: str, item: Any, _autogenerate: object) -> str | Literal[False]:
    if kind == "type" and isinstance(item, Instant):
        return "Instant()"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
