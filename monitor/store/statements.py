"""The SQL of `monitor.glance`: the store's own statements, compiled for SQLite.

``python -m monitor.store.statements`` writes it; a test fails while it is not what they come to.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlmodel import AutoString

from monitor.store import components, facts, pages, runs, schema, servers, watched
from monitor.store.tables.instants import Instant

FILE = Path(__file__).parents[1] / "glance" / "statements.py"
STATEMENTS: Mapping[str, sa.Select[Any]] = {
    "WATCHED_PAGES": watched.WATCHED,
    "APPLIED": watched.APPLICATION,
    "SERVERS": servers.SERVERS,
    "PAGES": pages.ALL,
    "COMPONENTS": components.ON_PAGE,
    "LEVELS": runs.OPEN_LEVELS,
    "OPEN_INCIDENTS": facts.OPEN_INCIDENTS,
}
_KINDS: tuple[tuple[type[Any], str], ...] = (
    (Instant, ":instant"),
    (sa.JSON, ":json"),
    (sa.Boolean, ":truth"),
    (sa.Date, ":day"),
    (sa.Integer, ""),
    (sa.String, ""),
    (AutoString, ""),
)
"""How a column of a type is read, as `Statement.columns` has it."""

_HEAD = '''"""The store's statements as SQLite takes them.

Written by ``python -m monitor.store.statements``: change them there.
"""

from monitor.glance.statement import Statement

REVISION = "{revision}"
"""The schema that they are for."""
'''
_WIDTH = 92
_PAGE = "page"


def module_text() -> str:
    """Return the text of the module. Raises TypeError for a column whose type has no reader."""
    parts = [_HEAD.format(revision=schema.revisions()[-1])]
    parts += (_definition(name, statement) for name, statement in STATEMENTS.items())
    return "\n".join(parts)


def _definition(name: str, statement: sa.Select[Any]) -> str:
    dialect = sqlite.dialect(paramstyle="named")
    # A page's id is given at each look; the values of all other parameters stand in the statement.
    state = statement.compile(dialect=dialect).construct_expanded_state({_PAGE: None})
    constants = {key: value for key, value in state.parameters.items() if key != _PAGE}
    columns = " ".join(map(_column, statement.selected_columns))
    lines = [f"{name} = Statement(", *_text("text", state.statement), *_text("columns", columns)]
    if constants:
        pairs = ", ".join(f'"{key}": "{value}"' for key, value in sorted(constants.items()))
        lines.append(f"    constants={{{pairs}}},")
    return "\n".join([*lines, ")", ""])


def _text(name: str, text: str) -> Iterator[str]:
    yield f'    {name}="""'
    for line in wrap(
        " ".join(text.split()), _WIDTH, break_long_words=False, break_on_hyphens=False
    ):
        yield f"    {line}"
    yield '    """,'


def _column(column: sa.ColumnElement[Any]) -> str:
    for kind, suffix in _KINDS:
        if isinstance(column.type, kind):
            return f"{column.key}{suffix}"
    raise TypeError(f"{column.key} is a {column.type!r}, which a glance cannot read")


def main() -> None:
    """Write the module."""
    FILE.write_text(module_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
