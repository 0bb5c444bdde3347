"""Texts of settings, read."""

import pytest

from monitor.config import (
    InvalidConfig,
    parse,
)


def vendor(line="", *, env=None):
    """Return the one vendor of a file with one more line in its mapping."""
    text = f"vendors:\n  - slug: acme\n    url: https://status.example.com\n    {line}\n"
    (only,) = parse(text, "monitor.yaml", env).vendors
    return only


def settings(text="", env=None):
    return parse(f"vendors: [anthropic]\n{text}\n", "monitor.yaml", env)


def mistakes(text, env=None):
    with pytest.raises(InvalidConfig) as caught:
        parse(text, "monitor.yaml", env)
    return [str(problem) for problem in caught.value.problems]
