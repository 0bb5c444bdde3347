"""docs/troubleshooting.md has every kind of error that a user can meet, and quotes no message that
is none of ours."""

import ast
import re
from collections.abc import Iterator

import pytest
from document_blocks import ROOT

from monitor import errors
from monitor.errors import STORE_CAUSES, MonitorError, PageError

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text()


def kinds(base: type[MonitorError]) -> Iterator[type[MonitorError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


KINDS = sorted(
    {kind for kind in kinds(MonitorError) if kind.__module__ == errors.__name__},
    key=lambda kind: kind.__name__,
)


def first_cells(text: str) -> list[str]:
    """Return the first cell of each row of a page's tables."""
    return re.findall(r"^\| (.*?) \| ", text, re.MULTILINE)


def quoted(text: str) -> list[str]:
    """Return the pieces of messages that the tables quote, between what stands for names."""
    cells = [cell for cell in first_cells(text) if "`" in cell]
    quotes = [quote for cell in cells for quote in re.findall(r"`([^`]+)`", cell)]
    pieces = [piece.strip() for quote in quotes for piece in quote.split("...")]
    return [piece for piece in pieces if piece.count(" ") > 1]


def our_texts() -> str:
    """Return every text in our sources, one a line; what is filled in is left out."""
    files = [*ROOT.glob("monitor/**/*.py"), *ROOT.glob("exporters/**/*.py")]
    texts = [(ROOT / ".ci" / "venv.sh").read_text()]
    for file in files:
        constants = (
            n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Constant)
        )
        texts += [constant.value for constant in constants if isinstance(constant.value, str)]
    return "\n".join(texts)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_error_has_an_entry(kind: type[MonitorError]) -> None:
    if issubclass(kind, PageError) and kind is not PageError:
        assert f"`{kind.reason}`" in first_cells(PAGE), f"give {kind.reason} a row"
    else:
        assert f"(`{kind.__name__}`)" in PAGE, f"give {kind.__name__} a section"


@pytest.mark.parametrize("cause", STORE_CAUSES)
def test_every_cause_of_a_databases_trouble_has_an_entry(cause: str) -> None:
    assert f"`{cause}`" in first_cells(PAGE)


def test_every_message_that_is_quoted_is_one_of_ours() -> None:
    texts, pieces = our_texts(), quoted(PAGE)

    assert len(pieces) > 15
    assert [piece for piece in pieces if piece not in texts] == []


def test_a_message_that_is_none_of_ours_is_noticed() -> None:
    (piece,) = quoted("| `this was never said ...` | why | what |\n")

    assert piece not in our_texts()
