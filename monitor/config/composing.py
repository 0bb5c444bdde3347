"""YAML to nodes that know their lines. It is composed, never constructed: no tag is executed."""

import re
from collections.abc import Callable

import yaml

from monitor.config.mistakes import InvalidConfig, invalid

TAG = "tag:yaml.org,2002:"
"""What YAML's own tags begin with."""

DEEPEST = 100
"""Brackets in one another that libyaml is given."""

_READ_APART = re.compile(
    r"[?\t\ufeff\x85\u2028\u2029\\]"
    r"|\r(?!\n)"
    r"|(?:^|[\s\[\]{},:-])[|>!&*%@`]"
    r"|^ {100}"
    r"|(?:- +){20}",
    re.MULTILINE,
)
"""What libyaml and PyYAML were seen to read otherwise, or to place on another line, and what may
nest deeply.
"""
_BRACKETS = re.compile(r"[\[\]{}]")


def read_alike(text: str) -> bool:
    """Whether libyaml, where it reads the text, reads it as PyYAML does, and has stack enough."""
    if _READ_APART.search(text) is not None:
        return False
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            return False
    return True


def compose(text: str) -> yaml.Node | None:
    """Return the root node, read by libyaml where that is known to come to the same.

    It takes a sixth of the time. What it refuses is for PyYAML to refuse, or to read: messages and
    line numbers are PyYAML's.
    """
    quick = getattr(yaml, "CSafeLoader", None)
    if quick is not None and read_alike(text):
        try:
            return yaml.compose(text, Loader=quick)
        except yaml.YAMLError:
            pass
    return compose_exactly(text)


def compose_exactly(text: str) -> yaml.Node | None:
    """Return the root node, read by PyYAML: its marks tell the exact place in the text, too."""
    return yaml.compose(text, Loader=yaml.SafeLoader)


def root_node(
    text: str, source: str, read: Callable[[str], yaml.Node | None] = compose
) -> yaml.Node:
    """Return the root node. Raises InvalidConfig with the line where the text stops being YAML."""
    try:
        node = read(text)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(source, error) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise invalid(source, "not YAML: a control character; remove it", line) from error
    except RecursionError as error:
        message = "not YAML we can read: nested too deeply; flatten it"
        raise invalid(source, message) from error
    return node if node is not None else yaml.MappingNode(f"{TAG}map", [])


def _not_yaml(source: str, error: yaml.MarkedYAMLError) -> InvalidConfig:
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem or error.context)
    if problem.startswith("but"):
        problem = f"{error.context}, {problem}"
    remedy = "check indentation, colons and quotes here and on the line before"
    if "'\\t'" in problem:
        remedy = "indent with spaces"
    message = f"not YAML: {problem}; {remedy}"
    return invalid(source, message, mark.line + 1 if mark else None)
