"""The navigation page leads everywhere, and the glossary has the words that people meet."""

import re
from pathlib import Path

import pytest
from document_blocks import ROOT, documents
from test_document_links import links_of

from monitor.model import Basis, Level
from monitor.ratios import POLICIES

DOCS = ROOT / "docs"
GLOSSARY = (DOCS / "glossary.md").read_text()
OUR_OWN = {"answer", "event", "claim", "chunk", "cursor", "standing"}
"""What CONTRIBUTING names and no output does, by the first word of a row."""


def words_of(text: str) -> list[str]:
    """Return the words that a table of words explains, in order."""
    return re.findall(
        r"^\| ([a-z][\w, -]*?) \| ", text.replace("| word | meaning |", ""), re.MULTILINE
    )


def reached(start: Path) -> set[Path]:
    """Return the documents that links lead to from one, over others too."""
    found, waiting = {start}, [start]
    while waiting:
        document = waiting.pop()
        for link in links_of(document.read_text()):
            target = (document.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_file() and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def test_every_document_is_reached_from_the_page_of_documents() -> None:
    assert {ROOT / name for name in documents()} <= reached(DOCS / "README.md")


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_the_page_of_documents_names_each_page_itself(page: Path) -> None:
    assert page.name == "README.md" or f"]({page.name}" in (DOCS / "README.md").read_text()


@pytest.mark.parametrize(
    "word", words_of((ROOT / "CONTRIBUTING.md").read_text().partition("## Words")[2])
)
def test_a_word_of_ours_that_people_meet_is_in_the_glossary(word: str) -> None:
    assert (word in words_of(GLOSSARY)) is not (word.partition(",")[0] in OUR_OWN)


@pytest.mark.parametrize(
    "word",
    [
        *(level.name.lower() for level in Level if level is not Level.OPERATIONAL),
        *(basis.value for basis in Basis),
        *POLICIES,
    ],
)
def test_a_value_that_outputs_print_is_explained(word: str) -> None:
    assert re.search(rf"\b{word.replace('_', '[_ ]')}\b", GLOSSARY)


def test_the_glossary_is_in_the_order_of_the_alphabet() -> None:
    words = words_of(GLOSSARY)

    assert words == sorted(words)
    assert len(words) > 40


def test_the_changelog_says_nothing_twice_and_all_of_it_under_what_a_user_does() -> None:
    unreleased = (ROOT / "CHANGELOG.md").read_text().partition("\n## [")[2].partition("\n## [")[0]
    lines = re.findall(r"^- (.*)$", unreleased, re.MULTILINE)
    parts = re.split(r"^#### .*$|^### ", unreleased, flags=re.MULTILINE)
    headless = [part for part in parts if re.match(r"(Added|Changed|Fixed)\n+- ", part)]

    assert len(lines) == len({line[:60] for line in lines})
    assert headless == [], "give the line a heading, such as *#### Every command*"
