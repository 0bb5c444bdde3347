"""The settings file is read by libyaml where that is there: it says, and places, what PyYAML
does."""

import random
from functools import partial
from pathlib import Path

import pytest
import yaml
from pace import seconds

from monitor.config import InvalidConfig, parse
from monitor.config.composing import compose, compose_exactly, read_alike

BAD = sorted((Path(__file__).parent / "bad_config").glob("*.yaml"))
EXAMPLE = Path(__file__).parents[1] / "monitor.example.yaml"
ODD = """\
vendors: [anthropic, {slug: a, url: http://x.example/}]
long: >
  folded
  text
lit: |+
  a

q: 'it''s'
d: "e\\u00e9"
n:
- ~
- # nothing
a: &a [1, 2]
b: *a
"""
PIECES = [
    *" :-[]{},#&*!|>'\"%@`?\n\t\r\x85\u2028\ufeffa1\\",
    "\n  ",
    "\n- ",
    ": ",
    "- ",
    "--- \n",
    "...\n",
    "<<: ",
    "? ",
]

pytestmark = pytest.mark.skipif(
    not hasattr(yaml, "CSafeLoader"), reason="PyYAML was built without libyaml"
)


def told(text: str, monkeypatch: pytest.MonkeyPatch, *, quick: bool) -> object:
    """Return the settings, or every mistake with its line, as one of the two readers has it."""
    with monkeypatch.context() as patch:
        if not quick:
            patch.delattr(yaml, "CSafeLoader")
        try:
            return parse(text, "monitor.yaml")
        except InvalidConfig as error:
            return [str(problem) for problem in error.problems]


@pytest.mark.parametrize("path", [*BAD, EXAMPLE], ids=lambda path: path.stem)
def test_both_readers_tell_the_same_of_a_file(path: Path, monkeypatch) -> None:
    text = path.read_text(encoding="utf-8", errors="ignore")

    assert told(text, monkeypatch, quick=True) == told(text, monkeypatch, quick=False)


def tree(node: yaml.Node | None):
    """Return what is read of a node: its tag, its line and its value."""
    if node is None or isinstance(node, yaml.ScalarNode):
        return node and (node.tag, node.start_mark.line, node.value)
    parts = (
        node.value
        if isinstance(node, yaml.SequenceNode)
        else [each for pair in node.value for each in pair]
    )
    return node.tag, node.start_mark.line, [tree(each) for each in parts]


@pytest.mark.parametrize("seed", range(4))
def test_both_readers_read_a_damaged_file_alike(seed: int) -> None:
    """What libyaml reads and PyYAML refuses, or places otherwise, is not given to it."""
    rng, texts, read = (
        random.Random(seed),
        [*(path.read_text(errors="ignore") for path in BAD), ODD],
        0,
    )
    for _ in range(600):
        text = rng.choice(texts)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(PIECES) + text[at + rng.choice([0, 0, 0, 3]) :]
        if not read_alike(text):
            continue
        try:
            quick = tree(yaml.compose(text, Loader=yaml.CSafeLoader))
        except yaml.YAMLError:
            continue
        read += 1
        assert quick == tree(yaml.compose(text, Loader=yaml.SafeLoader)), text

    assert read > 50


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "vendors: " + "[" * 100_000,
        "- " * 100_000,
        "\n".join(" " * n + "a:" for n in range(3000)),
        "{a: " * 100_000,
    ],
    ids=["lists", "dashes", "mappings", "braces"],
)
def test_what_is_nested_deeply_is_no_end_of_the_process(text: str) -> None:
    with pytest.raises(InvalidConfig, match="nested too deeply"):
        parse(text, "monitor.yaml")


@pytest.mark.slow
def test_a_large_file_is_composed_in_less_than_half_the_time() -> None:
    lines = "".join(
        f"  - slug: v{n}\n    url: https://v{n}.example/\n    interval: 5m\n" for n in range(1500)
    )
    text = f"contact: a@b.example\nvendors:\n{lines}"

    assert tree(compose(text)) == tree(compose_exactly(text))
    quick, exact = (
        min(seconds(partial(compose, text)) for _ in range(3))
        for compose in (compose, compose_exactly)
    )
    assert quick < exact / 2
