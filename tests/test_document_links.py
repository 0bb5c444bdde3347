"""Every link of our documents leads somewhere: its file exists, and in it the heading."""

import re
from functools import cache
from pathlib import Path

import pytest
from document_blocks import ROOT, documents

_LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")


def links_of(text: str) -> list[str]:
    """Return where the links of a text lead that lead to a file or a heading."""
    prose = re.sub(r"^ *```.*?^ *```$|`[^`\n]+`", "", text, flags=re.MULTILINE | re.DOTALL)
    return [link for link in _LINK.findall(prose) if not re.match(r"[a-z]+:", link)]


def anchor(heading: str) -> str:
    """Return the name that GitHub gives a heading."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


@cache
def anchors_of(path: Path) -> set[str]:
    """Return the names of a document's headings."""
    text = re.sub(r"^ *```.*?^ *```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    return {anchor(each) for each in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def is_good(document: Path, link: str) -> bool:
    """Whether a link of a document leads to a file of the repository, and to a heading of it."""
    name, _, heading = link.partition("#")
    target = (document.parent / name).resolve() if name else document
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not heading or (target.suffix == ".md" and heading in anchors_of(target))


@pytest.mark.parametrize("document", [*documents(), "CHANGELOG.md"])
def test_every_link_leads_to_a_file_and_a_heading_that_exist(document: str) -> None:
    path = ROOT / document

    assert [link for link in links_of(path.read_text()) if not is_good(path, link)] == []


@pytest.mark.parametrize(
    ("link", "is_right"),
    [
        ("docs/history.md", True),
        ("docs/history.md#by-remote-write", True),
        ("docs/how-days-are-made.md#no-such-heading", False),
        ("docs/nowhere.md", False),
        ("../elsewhere.md", False),
        ("#metrics", True),
        ("#nowhere", False),
    ],
)
def test_a_dead_link_is_noticed(link: str, is_right: bool) -> None:
    assert links_of(f"See [this]({link}), not `[that](x.md)` or <https://x.example>.") == [link]
    assert is_good(ROOT / "README.md", link) is is_right


def test_a_heading_is_named_as_github_names_it() -> None:
    assert anchor("As JSON") == "as-json"
    assert anchor("The `log`, [here](x.md): why?") == "the-log-here-why"
