"""`monitor token`: a token by which a program may ask the web server."""

import json
import secrets
from hashlib import sha256
from typing import Annotated

import typer

from monitor.cli.rows import Plain, PlainOption
from monitor.terminal import say, say_json

commands = typer.Typer()

PREFIX = "vendorstatus_"
"""By it a token that got into a repository or a log is recognised."""

BYTES = 32


@commands.command(short_help="Make a token for a program that asks the web server.")
def token(
    name: Annotated[str, typer.Argument(help="Who will use it, e.g. grafana.")],
    form: PlainOption = Plain.TABLE,
) -> None:
    """Make a token by which a program may ask the web server, and print it: it is kept nowhere.

    The settings get its SHA-256, by which it is known again and from which nobody gets it
    back. To withdraw it, remove its line.
    """
    secret = PREFIX + secrets.token_urlsafe(BYTES)
    digest = sha256(secret.encode()).hexdigest()
    if form is Plain.JSON:
        say_json({"name": name, "token": secret, "sha256": digest, "scopes": ["read"]})
        return
    say(
        f"token: {secret}",
        "It is shown only now. Programs send it as `Authorization: Bearer TOKEN`.",
        "Into the settings, under `server:`",
        "  tokens:",
        f"    - {{name: {json.dumps(name)}, sha256: {digest}}}",
    )
