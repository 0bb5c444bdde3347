"""The walks of CONTRIBUTING lead where they say: each place is there, and none is visited twice."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STEP = re.compile(r"^\d\. `(?P<path>[\w/.]+)` `(?P<name>\w+)` ", re.MULTILINE)
MOST_PLACES = 8


def walks() -> list[list[tuple[str, str]]]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    chapter = text.partition("\n## Two walks\n")[2].partition("\n## ")[0]
    return [STEP.findall(part) for part in re.split(r"^\*\*One ", chapter, flags=re.MULTILINE)[1:]]


def test_there_are_two_walks_of_few_places_that_never_go_back() -> None:
    first, second = walks()

    for walk in (first, second):
        assert 5 <= len(walk) <= MOST_PLACES
        assert len({path for path, _ in walk}) == len(walk)


@pytest.mark.parametrize(("path", "name"), sorted({step for walk in walks() for step in walk}))
def test_each_place_is_there(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }

    assert name in functions
