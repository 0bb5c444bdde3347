"""The fenced blocks of our documents, and the commands in them.

A block is run by a test unless a comment before it says why not:

    <!-- not run: needs Docker -->
    <!-- not run: asks real pages: `monitor detect`, `monitor add` -->

The second leaves out only the lines that begin with one of the commands between backticks.
"""

import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHELL = ("sh", "console")
LANGUAGES = (*SHELL, "json", "promql", "python", "sql", "text", "yaml")
PARTED = {";", "&&", "||", "|", "&"}

_FENCE = re.compile(
    r"(?:^(?P<indent> *)<!-- not run: (?P<reason>[^\n]+?) -->\n+)?"
    r"^(?P<margin> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=margin)```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `reason` says why it is not run, None = it is."""

    document: str
    line: int
    language: str
    text: str
    reason: str | None = None

    @property
    def place(self) -> str:
        """Where it begins, as an editor takes it."""
        return f"{self.document}:{self.line}"

    @property
    def left_out(self) -> tuple[str, ...]:
        """The beginnings of the lines that are not run; none = the reason is of all of them."""
        return tuple(re.findall(r"`([^`]+)`", self.reason or ""))

    def is_run(self, words: list[str]) -> bool:
        """Whether a test runs this command of it."""
        if self.reason is None:
            return True
        line = shlex.join(words)
        return bool(self.left_out) and not line.startswith(self.left_out)


def documents() -> list[str]:
    """Return our documents for readers, relative to the root."""
    found = [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/runbooks/*.md")]
    return ["README.md", "CONTRIBUTING.md", *sorted(str(each.relative_to(ROOT)) for each in found)]


@cache
def blocks_of(document: str) -> tuple[Block, ...]:
    """Return the fenced blocks of a document, in order."""
    return blocks_in(document, (ROOT / document).read_text())


def blocks_in(document: str, text: str) -> tuple[Block, ...]:
    """Return the fenced blocks of a text, without the margin that a list gives them."""
    found = []
    for match in _FENCE.finditer(text):
        margin = len(match["margin"])
        lines = [line[margin:] for line in match["text"].splitlines()]
        start = text.count("\n", 0, match.start("language")) + 1
        block = Block(document, start, match["language"], "\n".join(lines), match["reason"])
        found.append(block)
    return tuple(found)


def of_language(*languages: str) -> list[Block]:
    """Return the blocks of all documents in one of these languages."""
    every = [block for document in documents() for block in blocks_of(document)]
    return [block for block in every if block.language in languages]


def shell_blocks() -> list[Block]:
    """Return the blocks of all documents that are typed into a shell."""
    return of_language(*SHELL)


def typed_lines(block: Block) -> list[str]:
    """Return what is typed, continued lines joined: of `console` what stands behind `$`."""
    joined = block.text.replace("\\\n", " ").splitlines()
    if block.language == "console":
        return [line.removeprefix("$ ") for line in joined if line.startswith("$ ")]
    return [line for line in joined if line.strip()]


def words_of(line: str) -> list[list[str]]:
    """Return the words of each command of a line, without comments and redirections."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    commands: list[list[str]] = [[]]
    skip = False
    for word in reader:
        if skip:
            skip = False
        elif word in PARTED:
            commands.append([])
        elif word in {">", ">>", "<"}:
            skip = True
        else:
            commands[-1].append(word)
    return [words for words in commands if words]


def called(words: list[str], name: str) -> list[str] | None:
    """Return what a program of this name is given, whoever starts it (`sudo`, `docker compose
    exec`); None where none is."""
    for index, word in enumerate(words):
        if word == name or word.endswith(f"/bin/{name}"):
            return words[index + 1 :]
    return None


def commands_of(block: Block, name: str) -> list[list[str]]:
    """Return what each command of this name in a block is given, in order."""
    found = []
    for line in typed_lines(block):
        for words in words_of(line):
            given = called(words, name)
            if given is not None:
                found.append(given)
    return found
