"""`monitor assets`: the alert rules, dashboards and runbooks that a wheel carries, written out."""

from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import ConfigError
from monitor.fetch import replace_file
from monitor.plain import count_of, join_names
from monitor.terminal import say

commands = typer.Typer()

_KINDS = {
    "grafana/alerts/vendorstatus.rules.yaml": "alert and recording rules for Prometheus",
    "grafana/alerts/vendorstatus.grafana.yaml": "the same rules, managed by Grafana",
    "grafana/alerts/vendorstatus.grafana-policies.yaml": "Grafana's notification policies",
    "grafana/alerts/alertmanager.yml": "an Alertmanager configuration to begin with",
    "grafana/dashboards/": "a dashboard for Grafana",
    "grafana/provisioning/": "what provisions a Grafana with all of it",
    "grafana/prometheus.yml": "a Prometheus that scrapes the monitor and loads the rules",
    "docs/man/": "the manual page, for man -l",
    "docs/runbooks/": "what to do about an alert",
    "docs/": "documentation",
}
"""What the files are, by the beginning of their path: the first that fits."""


@commands.command(short_help="Write out alert rules, dashboards and runbooks.")
def assets(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Folder to write; made when missing.")
    ] = None,
    only_list: Annotated[
        bool, typer.Option("--list", help="Say which files there are, and write nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files that differ from ours.")
    ] = False,
) -> None:
    """Write alert rules, dashboards, an Alertmanager configuration and runbooks into a folder.

    They are those of this version, at the paths they have in the repository. What is there already
    and the same is left alone; where a file differs, nothing is written without --force.
    """
    files = dict(sorted(shipped_files()))
    if only_list:
        for path in files:
            say(f"{path}  {_kind(path)}")
        return
    if folder is None:
        raise ConfigError("name the folder to write, or --list: monitor assets DIR")
    try:
        paths = write(files, folder, force=force)
    except OSError as error:
        place = error.filename or folder
        why = error.strerror or error
        raise ConfigError(f"cannot write {place}: {why}; choose another folder") from error
    say(*[f"wrote {folder / path}" for path in paths])
    others = len(files) - len(paths)
    were = "was" if others == 1 else "were"
    say(f"{count_of(len(paths), 'file')} written, {others} {were} there already")
    say(f"next: {folder / 'docs' / 'alerts.md'} says how to load the rules")


def shipped_files() -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each file. Raises ConfigError where this installation has none."""
    root = resources.files("monitor").joinpath("assets")
    files = list(_below(root, "")) if root.is_dir() else []
    if not files:
        raise ConfigError(
            "this installation carries no alert rules and dashboards; install vendorstatus again,"
            " from a whole checkout or a wheel"
        )
    yield from files


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for child in folder.iterdir():
        if child.is_dir():
            yield from _below(child, f"{path}{child.name}/")
        elif child.is_file() and not child.name.startswith("."):
            yield f"{path}{child.name}", child.read_bytes()


def write(files: Mapping[str, bytes], folder: Path, *, force: bool) -> list[str]:
    """Write the files that are missing in a folder or, with `force`, other there; return their
    paths.

    Raises ConfigError, and writes nothing, for files that are other there without `force`, and
    OSError from the disk.
    """
    differing = [path for path, content in files.items() if _is_other(folder / path, content)]
    if differing and not force:
        raise ConfigError(
            f"{join_names(differing)} differ{'s' if len(differing) == 1 else ''} in {folder}, and"
            " nothing was written; choose another folder, or --force to overwrite"
        )
    paths = []
    for path, content in files.items():
        target = folder / path
        if path in differing or not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, content)
            paths.append(path)
    return paths


def _is_other(file: Path, content: bytes) -> bool:
    return file.exists() and (not file.is_file() or file.read_bytes() != content)


def _kind(path: str) -> str:
    return next(kind for start, kind in _KINDS.items() if path.startswith(start))
