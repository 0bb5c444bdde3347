"""What the help of each command ends with: lines to type, and its exit codes.

A table, so that it can be read in one piece; `tests/test_examples.py` names a command that is
missing in it, and an example that the command would not take.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PAGES = "0 fine, 1 a page could not be read, 2 bad usage or settings"
SETTINGS = "0 fine, 2 bad usage or settings"


@dataclass(frozen=True, slots=True)
class Ending:
    """What a command's help ends with."""

    examples: tuple[str, ...]
    codes: str = SETTINGS

    @property
    def text(self) -> str:
        r"""The same for the help, which leaves lines as they are in a paragraph behind ``\b``."""
        lines = "".join(f"  {example}\n" for example in self.examples)
        return f"\b\nExamples:\n{lines}\nExit codes: {self.codes}, 130 interrupted."


ENDINGS: Mapping[str, Ending] = {
    "monitor": Ending(
        ("monitor add github", "monitor backfill", "monitor report"),
        "0 fine, 1 a page or a server failed, 2 bad usage or settings",
    ),
    "monitor serve": Ending(
        ("monitor serve", "monitor --log-format json serve --config /etc/monitor.yaml"),
        "0 stopped by a signal, 2 bad usage or settings, or the port is taken",
    ),
    "monitor mcp": Ending(
        ("monitor mcp", "monitor mcp --config /etc/monitor.yaml"),
        "0 the assistant is gone, 2 bad usage or settings, or the library is missing",
    ),
    "monitor poll": Ending(("monitor poll", "monitor poll github stripe --format json"), PAGES),
    "monitor backfill": Ending(
        (
            "monitor backfill",
            "monitor backfill github --days 365",
            "monitor backfill --month 2026-03",
        ),
        "0 all is read, 1 some of it could not be read, 2 bad usage or settings",
    ),
    "monitor status": Ending(
        (
            "monitor status github anthropic/api --warn degraded",
            "monitor status --now githubstatus.com --wait 10m",
            "monitor status --url http://127.0.0.1:9184 --stack checkout",
        ),
        "0 all is well, 1 maintenance or degraded, 2 an outage, 3 unknown or bad usage",
    ),
    "monitor report": Ending(
        (
            "monitor report github --days 30",
            "monitor report --month 2026-01..2026-06 --target 99.9",
            "monitor report github -o report.html",
        ),
        "0 fine, 1 a page could not be read at its last poll, 2 bad usage or settings",
    ),
    "monitor explain": Ending(
        (
            "monitor explain github latest",
            'monitor explain github "API Requests" 2026-05-22',
            "monitor explain github 2026-05-01..2026-05-22",
        )
    ),
    "monitor why": Ending(
        ("monitor why github 2026-05-22", "monitor why github 2026-05-22 2026-05-23")
    ),
    "monitor rebuild": Ending(("monitor rebuild", "monitor rebuild github")),
    "monitor record": Ending(("monitor record https://status.example.com recording",), PAGES),
    "monitor replay": Ending(
        ("monitor replay recording", "monitor replay recording --format json"), PAGES
    ),
    "monitor demo": Ending(
        ("monitor demo", "monitor demo --port 9200 --dir demo --keep"),
        "0 stopped by a signal, 2 bad usage, or the port is taken",
    ),
    "monitor version": Ending(("monitor version",), "0 always"),
    "monitor assets": Ending(("monitor assets --list", "monitor assets vendorstatus-assets")),
    "monitor detect": Ending(
        (
            "monitor detect https://status.example.com",
            "monitor detect https://status.example.com --format json",
        ),
        PAGES,
    ),
    "monitor init": Ending(
        ("monitor init", "monitor init anthropic github https://status.example.com")
    ),
    "monitor schema": Ending(("monitor schema > monitor.schema.json",), "0 always"),
    "monitor token": Ending(("monitor token grafana", "monitor token grafana --format json")),
    "monitor remove": Ending(("monitor remove github",)),
    "monitor rename": Ending(("monitor rename github github-com",)),
    "monitor purge": Ending(("monitor purge --vendor github --yes",)),
    "monitor apply": Ending(("monitor apply", "monitor apply --config /etc/monitor.yaml")),
    "monitor add": Ending(
        (
            "monitor add github",
            "monitor add https://status.example.com --dry-run",
            'monitor add https://status.example.com --include "API*" --region eu-west-1',
        ),
        PAGES,
    ),
    "monitor vendors": Ending(
        ("monitor vendors", "monitor vendors --search git", "monitor vendors --platforms")
    ),
    "monitor accept": Ending(
        ("monitor accept github",), "0 fine, 2 nothing waits to be accepted, or bad usage"
    ),
    "monitor check": Ending(
        ("monitor check", "monitor check --live", "monitor check --diff"),
        "0 no mistakes, 1 with --live a page has changed or could not be read, 2 mistakes",
    ),
    "monitor export": Ending(
        ("monitor export openmetrics -o history.om", "monitor export csv -o tables"),
        "0 fine, 1 a server did not take it, 2 bad usage or settings",
    ),
    "monitor export openmetrics": Ending(
        (
            "monitor export openmetrics -o history.om",
            "monitor export openmetrics -o history.om --days 365 --label instance=HOST:9184",
        )
    ),
    "monitor export remote-write": Ending(
        (
            "monitor export remote-write --url http://HOST:9090/api/v1/write",
            "monitor export remote-write --url https://HOST/push --header 'X-Scope-OrgID: demo'",
        ),
        "0 fine, 1 the server did not take it (run it again: it goes on), 2 bad usage or settings",
    ),
    "monitor export csv": Ending(
        ("monitor export csv -o tables", "monitor export csv --table days | head")
    ),
    "monitor export json": Ending(
        ("monitor export json -o tables", "monitor export json --table incidents")
    ),
    "monitor export parquet": Ending(("monitor export parquet -o tables",)),
    "monitor publish": Ending(
        (
            "monitor publish site",
            "monitor publish site --vendor github --months 12",
            "monitor publish site --base-url https://example.com/status/",
        )
    ),
    "monitor evidence": Ending(
        ("monitor evidence github 2026-05-22 -o evidence",),
        "0 fine, 1 no answer of that day is kept, 2 bad usage or settings",
    ),
    "monitor completion": Ending(("monitor completion install", "monitor completion show fish")),
    "monitor completion install": Ending(
        ("monitor completion install", "monitor completion install zsh")
    ),
    "monitor completion show": Ending(("monitor completion show bash",)),
    "monitor db": Ending(
        ("monitor db size", "monitor db backup /backups/vendorstatus.db"),
        "0 fine, 1 the database is damaged, 2 bad usage or settings",
    ),
    "monitor db path": Ending(("monitor db path",)),
    "monitor db check": Ending(
        ("monitor db check",), "0 it is whole, 1 it is damaged, 2 it cannot be opened, or bad usage"
    ),
    "monitor db copy": Ending(
        (
            "monitor db copy --to postgresql://USER:PASSWORD@HOST/NAME",
            "monitor db copy --to moved.db --replace",
        ),
        "0 both hold the same, 1 a table differs, 2 bad usage or settings",
    ),
    "monitor db backup": Ending(("monitor db backup /backups/vendorstatus.db",)),
    "monitor db restore": Ending(("monitor db restore /backups/vendorstatus.db",)),
    "monitor db vacuum": Ending(("monitor db vacuum",)),
    "monitor db size": Ending(("monitor db size",)),
}


def add_endings(command: Any, name: str = "monitor") -> None:  # noqa: ANN401
    """Give a command, and all that are in it, the end of its help."""
    if name in ENDINGS and command.epilog is None:
        command.epilog = ENDINGS[name].text
    for each, inner in getattr(command, "commands", {}).items():
        add_endings(inner, f"{name} {each}")
