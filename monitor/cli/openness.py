"""Who may ask the web server: what options say of it, and whether it is decided at all."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from monitor.config import Settings

WebConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--web.config.file",
        metavar="FILE",
        help="TLS and users, as Prometheus' exporters have them; overrides the settings.",
    ),
]
OpenOption = Annotated[
    bool, typer.Option("--open", help="Let everybody ask who reaches the web server.")
]


def let_in(settings: Settings, web_config: Path | None, *, is_open: bool) -> Settings:
    """Return the settings with what options add: None and False = as they are."""
    return replace(
        settings,
        web_config=web_config or settings.web_config,
        is_open=is_open or settings.is_open,
    )


def warnings_of_rules(settings: Settings) -> list[str]:
    """Return what `monitor serve` would warn of or refuse. Raises ConfigError for a web
    configuration file that cannot be used.
    """
    from exporters.access.rules import OpenToAll, read_rules

    try:
        rules, _ = read_rules(settings)
    except OpenToAll as error:
        return [f"`monitor serve` will not start: {error}"]
    return [] if rules.warning is None else [rules.warning]


def require_rules(settings: Settings) -> None:
    """Raise ConfigError for a web configuration file that cannot be used, and where everybody
    beyond this machine could ask unsaid.
    """
    from exporters.access.rules import read_rules

    read_rules(settings)
