"""Which files of tests `make quick` runs: those that touch nothing but rules.

None of them, nor a helper that they import, opens a store, runs a command, serves or asks a page,
or reads the recorded cases of platforms. That is read from their imports, so no list is kept and a
new file is in it by itself. Run as a module, this prints their paths from the checkout's root.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent
ACTING = (
    "cases",
    "httpx",
    "mcp",
    "socket",
    "sqlalchemy",
    "sqlite3",
    "starlette",
    "subprocess",
    "uvicorn",
    "exporters.web",
    "monitor.api",
    "monitor.cli",
    "monitor.collect",
    "monitor.fetch",
    "monitor.glance",
    "monitor.history",
    "monitor.network",
    "monitor.notify",
    "monitor.presence",
    "monitor.reread",
    "monitor.running",
    "monitor.runtime",
    "monitor.schedule",
    "monitor.store",
    "monitor.writer",
)
"""What is no rule, with all below it."""
RULES = ("monitor.store.changes", "monitor.store.day_rows")
"""Rules all the same: what evidence changes is decided without a database."""
FIXTURES = {"corpus", "empty_database", "monitor", "store"}
"""The fixtures of conftest.py that act."""


def unit_files() -> list[Path]:
    """Return the files in order. Those of the folders below have servers, worlds or captures."""
    return [path for path in sorted(TESTS.glob("test_*.py")) if is_unit(path)]


@cache
def is_unit(path: Path) -> bool:
    """Whether a file of tests or helpers, and every helper that it imports, touches rules only."""
    tree = ast.parse(path.read_text())
    if not FIXTURES.isdisjoint(_arguments_of_tests(tree)):
        return False
    return all(_is_rule(name) for name in _imported(tree))


def _is_rule(name: str) -> bool:
    if _is_below(name, RULES):
        return True
    if _is_below(name, ACTING):
        return False
    helper = TESTS / f"{name.replace('.', '/')}.py"
    return not helper.exists() or is_unit(helper)


def _is_below(name: str, modules: tuple[str, ...]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yield what is imported anywhere in a file; `tests.cases` and `cases` are the same helper."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                yield each.name.removeprefix("tests.")
        elif isinstance(node, ast.ImportFrom) and node.module:
            module = node.module.removeprefix("tests.")
            yield module
            for each in node.names:
                yield f"{module}.{each.name}".removeprefix("tests.")


def _arguments_of_tests(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            for argument in node.args.args:
                yield argument.arg


if __name__ == "__main__":
    for path in unit_files():
        sys.stdout.write(f"{path.relative_to(TESTS.parent)}\n")
