"""What a document tells people to type exists: commands, options, arguments, make's targets.

`test_document_runs.py` runs those that can be run.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from document_blocks import (
    LANGUAGES,
    ROOT,
    Block,
    blocks_in,
    blocks_of,
    commands_of,
    documents,
    of_language,
    shell_blocks,
    words_of,
)

from monitor.cli import app
from monitor.config import parse as parse_settings

UsageError: Any = typer.BadParameter.__base__  # Typer has a click of its own and names it nowhere
ROOT_COMMAND: Any = typer.main.get_command(app)
TARGETS = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
MONITOR_BLOCKS = [block for block in shell_blocks() if commands_of(block, "monitor")]
MAKE_BLOCKS = [block for block in shell_blocks() if commands_of(block, "make")]


def parse(words: list[str]) -> None:
    """Read a command line as `monitor` would, and run nothing.

    Raises: UsageError, which says what is wrong with it.
    """
    command, rest = ROOT_COMMAND, words
    context = command.make_context("monitor", list(rest))
    while hasattr(command, "commands"):
        name, command, rest = command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        context = command.make_context(name, list(rest), parent=context)


def wrong_words(text: str) -> list[str]:
    """Return the inline commands of a text that name a command or an option that does not exist."""
    prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return [line for line in re.findall(r"`monitor( [^`]+)`", prose) if not _exists(line.split())]


def _exists(words: list[str]) -> bool:
    """Whether there are the command and the options; values and arguments may stand for others."""
    command, options = ROOT_COMMAND, _options(ROOT_COMMAND)
    is_value = False
    for word in words:
        if is_value:
            is_value = False
        elif word.startswith("-"):
            name, equals, _ = word.partition("=")
            if name not in {*options, "--help"}:
                return False
            is_value = not equals and not options.get(name, True)
        elif hasattr(command, "commands") and word != "COMMAND":
            if word not in command.commands:
                return False
            command = command.commands[word]
            options |= _options(command)
    return True


def _options(command: Any) -> dict[str, bool]:
    """Return the options of a command that people should learn, and whether each is a flag."""
    return {
        option: getattr(parameter, "is_flag", False)
        for parameter in command.params
        if not getattr(parameter, "hidden", False)
        for option in [*parameter.opts, *parameter.secondary_opts]
    }


@pytest.mark.parametrize("block", MONITOR_BLOCKS, ids=lambda block: block.place)
def test_every_command_that_is_shown_can_be_typed(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in commands_of(block, "monitor"):
        try:
            parse(words)
        except UsageError as error:
            pytest.fail(f"{block.place}: monitor {' '.join(words)}: {error.format_message()}")


@pytest.mark.parametrize("block", MAKE_BLOCKS, ids=lambda block: block.place)
def test_every_target_that_is_shown_is_one_of_the_makefile(block: Block) -> None:
    for words in commands_of(block, "make"):
        targets = [word for word in words if "=" not in word and not word.startswith("-")]
        assert set(targets) <= TARGETS, f"{block.place}: make {' '.join(words)}"


@pytest.mark.parametrize("document", documents())
def test_commands_and_options_named_in_a_sentence_exist(document: str) -> None:
    assert wrong_words((ROOT / document).read_text()) == []


@pytest.mark.parametrize("document", documents())
def test_every_block_says_its_language(document: str) -> None:
    strange = [each.place for each in blocks_of(document) if each.language not in LANGUAGES]

    assert strange == [], f"one of {', '.join(LANGUAGES)}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["reprot"], "No such command 'reprot'"),
        (["report", "acme", "--bogus"], "No such option: --bogus"),
        (["report", "--days", "many"], "valid integer"),
        (["explain"], "Missing parameter: vendor"),
    ],
)
def test_a_stale_command_is_noticed(words: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse(words)


@pytest.mark.parametrize(
    "stale", ["`monitor reprot`", "`monitor db chek`", "`monitor poll --fast`"]
)
def test_a_stale_word_in_a_sentence_is_noticed(stale: str) -> None:
    right = "Run `monitor db copy --to URL`, then `monitor explain VENDOR [DAY] -f json`."

    assert wrong_words(right) == []
    assert len(wrong_words(f"{right} And {stale}.")) == 1


def test_blocks_and_their_commands_are_found_wherever_they_stand() -> None:
    text = """
1. In a list:

   ```sh
   sudo X=1 /opt/v/bin/monitor report a \\
       --days 3 > out   # a comment; monitor poll
   ```

<!-- not run: asks pages: `monitor add` -->

```console
$ monitor add x && monitor db path | cat
monitor is printed, not typed
```
"""
    first, second = blocks_in("x.md", text)

    assert (first.place, first.reason) == ("x.md:4", None)
    assert commands_of(first, "monitor") == [["report", "a", "--days", "3"]]
    assert commands_of(second, "monitor") == [["add", "x"], ["db", "path"]]
    assert second.left_out == ("monitor add",)
    assert [second.is_run(words) for words in words_of("monitor add x; monitor db path")] == [
        False,
        True,
    ]


@pytest.mark.parametrize("block", of_language("yaml"), ids=lambda block: block.place)
def test_yaml_that_is_shown_is_yaml_and_settings_are_settings(block: Block) -> None:
    (first, *_) = yaml.safe_load_all(block.text)

    if isinstance(first, dict) and "vendors" in first:
        assert parse_settings(block.text, block.place).vendors


@pytest.mark.parametrize("block", of_language("python"), ids=lambda block: block.place)
def test_python_that_is_shown_is_python(block: Block) -> None:
    compile(block.text, block.place, "exec")
