"""How the command was called, so that what people are told to type works where they are."""

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ASKED_BY_SHELL = "_MONITOR_COMPLETE"
"""Variable that is set by a shell that asks for words."""

OVER_THE_FILE = ("MONITOR_DATABASE_URL", "MONITOR_VENDORS")
"""Variables that hold in place of what a settings file says."""


def to_type(*words: str, config: Path | None = None, database: str | None = None) -> str:
    """Return a line that runs this command with other words, with the settings and the database
    that are named.
    """
    line = [*words]
    if config is not None:
        line += ["--config", str(config)]
    if database is not None:
        line += ["--database", database]
    return f"{_own_name(sys.argv[0], sys.executable, shutil.which)} {shlex.join(line)}"


def without_variables(line: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return a line that asks by its settings file alone, whatever variables are set here."""
    variables = [f"-u {name} " for name in OVER_THE_FILE if environment.get(name, "").strip()]
    return f"env {''.join(variables)}{line}" if variables else line


def _own_name(own_path: str, python: str, which: Callable[[str], str | None]) -> str:
    """Return what calls this command again: by its name where the shell finds it by that, else by
    the path it was called by.
    """
    path = Path(own_path)
    if path.name == "__main__.py":
        return f"{shlex.quote(python)} -m monitor"
    if path.name != "monitor" or path == Path("monitor"):
        return "monitor"
    by_name = which("monitor")
    is_found = by_name is not None and path.exists() and Path(by_name).samefile(path)
    return "monitor" if is_found else shlex.quote(own_path)
