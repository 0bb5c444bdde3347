"""`monitor token`: a token that is known again by what it adds to the settings."""

import json
from hashlib import sha256

import pytest

from monitor.config import Token, parse

pytestmark = pytest.mark.hours


def test_a_token_is_known_by_the_line_that_is_printed_with_it(monitor):
    code, out, err = monitor("token", 'grafana\'s "own": yes')
    first, _, _, *lines = out.splitlines()
    secret = first.removeprefix("token: ")
    text = "\n".join(["vendors: [github]", "server:", *lines, ""])

    assert (code, err) == (0, "")
    assert parse(text, "monitor.yaml").tokens == (
        Token('grafana\'s "own": yes', sha256(secret.encode()).hexdigest()),
    )


def test_each_token_is_another_and_too_long_to_guess(monitor):
    secrets = {json.loads(monitor("token", "a", "--format", "json")[1])["token"] for _ in range(5)}

    assert len(secrets) == 5
    assert all(len(secret) >= len("vendorstatus_") + 43 for secret in secrets)
