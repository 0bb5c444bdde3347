"""Reading a settings file from the disk, and the settings in force."""

from collections.abc import Mapping
from pathlib import Path

from monitor.config.catalog import default_slugs
from monitor.config.mistakes import invalid
from monitor.config.parsing import parse
from monitor.config.paths import locate
from monitor.config.settings import Settings

BUILT_IN = "built-in defaults"
MOST_FILE_BYTES = 64 << 20
"""Of a settings file; one of 100,000 vendors with several keys each has some 20 MB."""


def load(path: Path | None, env: Mapping[str, str]) -> Settings:
    """Return the settings in force.

    Raises ConfigError, whose text lists every mistake with its line and remedy.
    """
    file = locate(path, env)
    if file is None:
        return parse(f"vendors: [{', '.join(default_slugs())}]", BUILT_IN, env)
    asked_by = "--config" if path is not None else "MONITOR_CONFIG"
    return parse(read_text(file, asked_by), str(file), env)


def read_text(file: Path, asked_by: str, remedy: str = "") -> str:
    """Return a file's text. Raises ConfigError that says how to get a readable one: by this
    `remedy` where there is none.
    """
    usual = f"make one with `monitor add URL`, or leave out {asked_by} for the default vendors"
    data = _read_bytes(file, remedy or usual)
    if len(data) > MOST_FILE_BYTES:
        problem = f"is larger than {MOST_FILE_BYTES >> 20} MiB"
        raise invalid(str(file), f"{problem}; is it a settings file?")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x}; save the file as UTF-8"
        raise invalid(str(file), message, line) from error


def _read_bytes(file: Path, remedy: str) -> bytes:
    """Return a file's bytes, one more than may be at most."""
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise invalid(str(file), f"there is no such file; {remedy}") from error
    except IsADirectoryError as error:
        problem = "is a folder (a container makes one when it mounts a file that is missing)"
        raise invalid(str(file), f"{problem}; put the file there") from error
    except OSError as error:
        message = f"cannot be read: {error.strerror}; make it readable for this user"
        raise invalid(str(file), message) from error
