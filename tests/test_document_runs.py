"""What documents tell people to type is typed, in order, where simulated vendors are watched.

A block that cannot be run here says so in a comment before it (`document_blocks.py`).
"""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import httpx
import pytest
from document_blocks import (
    SHELL,
    Block,
    blocks_of,
    called,
    of_language,
    shell_blocks,
    typed_lines,
    words_of,
)
from document_world import DATABASE, World, copied, read, served_world, shown_and_said

from tests.integration.servers import free_port
from tests.pages_at_hand import Command
from tests.processes import command

pytestmark = pytest.mark.hours

LASTING = ("serve", "demo")
RUN_ELSEWHERE = {
    "amtool": "tests/integration/test_alerts_promtool.py",
    "docs/api.md": "tests/test_api_document.py",
    "CONTRIBUTING.md": "tests/test_guide.py",
}
"""Programs and documents that other tests run."""


def given_to_monitor(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Yield each line of a block and what `monitor` is given by it, where that is run."""
    for line in typed_lines(block):
        for words in words_of(line):
            given = called(words, "monitor")
            if given is not None and block.is_run(words):
                yield line, given


TYPED = [(block, given) for block in shell_blocks() for _, given in given_to_monitor(block)]
DOCUMENTS = list(dict.fromkeys(block.document for block, _ in TYPED))
LASTING_COMMANDS = [(block, given) for block, given in TYPED if given[0] in LASTING]


@pytest.fixture(scope="module")
def first_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world, which the first test that needs it reads."""
    with served_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def world(
    first_world: World, monitor: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> World:
    """A copy of it in the working directory, where settings say which database it is."""
    monkeypatch.delenv("MONITOR_DATABASE_URL")
    if first_world.bad_day is None:
        monkeypatch.chdir(first_world.folder)
        read(first_world, monitor)
    monkeypatch.chdir(tmp_path)
    return copied(first_world, tmp_path)


@pytest.mark.parametrize("block", shell_blocks(), ids=lambda block: block.place)
def test_a_block_is_run_or_says_why_not(block: Block) -> None:
    for line in typed_lines(block):
        for words in words_of(line):
            if words[0] in RUN_ELSEWHERE or called(words, "monitor") is not None:
                continue
            assert not block.is_run(words), (
                f"{block.place}: nothing runs `{line.strip()}`; put <!-- not run: REASON --> before"
                " the block"
            )


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_says_to_type_works_in_its_order(
    document: str, monitor: Command, world: World
) -> None:
    for block in blocks_of(document):
        if (block.language, block.reason) == ("python", None) and document not in RUN_ELSEWHERE:
            exec(compile(block.text, block.place, "exec"), {})
        for line, given in given_to_monitor(block) if block.language in SHELL else ():
            if given[0] in LASTING:
                continue
            code, out, err = monitor(*world.words(given, line))
            assert code == 0, f"{block.place}: {line}\n{out}{err}"
            shown, said = shown_and_said(block, line, out + err)
            assert shown == said, f"{block.place}: {line} says otherwise"


@pytest.mark.integration
@pytest.mark.parametrize(
    ("block", "given"), LASTING_COMMANDS, ids=lambda each: str(getattr(each, "place", each))
)
def test_what_goes_on_serves_until_it_is_ended(
    block: Block, given: list[str], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("MONITOR_LISTEN", f"127.0.0.1:{port}")
    where = ["--port", str(port)] if given[0] == "demo" else []
    process = command(
        *world.words(given, block.place), *where, folder=world.folder, database=DATABASE
    )
    try:
        assert answers(port), f"{block.place}: it does not answer"
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 0, f"{block.place}: {out}{err}"


def answers(port: int) -> bool:
    """Whether the monitor at a port answers within three minutes."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        except httpx.HTTPError:
            Event().wait(0.2)  # `sleep` fails under a simulated clock
    return False


def test_every_python_block_is_run_by_a_test_or_says_why_not() -> None:
    documented = {block.document for block in of_language("python") if block.reason is None}

    assert documented <= {*DOCUMENTS, *RUN_ELSEWHERE}


def test_what_a_console_block_shows_is_compared_but_for_its_figures() -> None:
    text = "$ monitor db path\nClaude: 46 of 90 days (51.1 %)\n...\nend\n$ monitor poll\nmore"
    block = Block("x.md", 1, "console", text)
    said = "Claude: 3 of 7 days (100 %)\nbetween\nend\n"

    shown, same = shown_and_said(block, "monitor db path", said)
    assert shown == same == ["Claude: 0 of 0 days (0 %)", "end"]
    shown, other = shown_and_said(block, "monitor db path", said.replace("end", "END"))
    assert shown != other
