"""Where a user's settings, data and state are. Nothing here is made."""

from collections.abc import Mapping
from pathlib import Path

import platformdirs

APP = "vendorstatus"
FILE_NAME = "monitor.yaml"


def default_database_path() -> Path:
    """Return where the SQLite file is when no database is configured. Creates nothing."""
    return platformdirs.user_data_path(APP, appauthor=False) / f"{APP}.db"


def user_config_path() -> Path:
    """Return the user's own `monitor.yaml`, which need not exist."""
    return platformdirs.user_config_path(APP, appauthor=False) / FILE_NAME


def user_state_path() -> Path:
    """Return the folder for what may be lost, which need not exist."""
    return platformdirs.user_state_path(APP, appauthor=False)


def locate(path: Path | None, env: Mapping[str, str]) -> Path | None:
    """Return the file to read.

    That is `path`, else $MONITOR_CONFIG, ./monitor.yaml, the user's file; None = built-in list.
    The first two are returned whether or not they exist: what was asked for is never silently
    replaced.
    """
    variable = env.get("MONITOR_CONFIG", "").strip()
    if path is not None or variable:
        return path or Path(variable).expanduser()
    for candidate in (Path(FILE_NAME), user_config_path()):
        if _is_present(candidate):
            return candidate
    return None


def _is_present(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True  # a folder we may not enter: reading the file then says so
