"""The folder of a demo: its database and a settings file that asks it, and how it is cleared."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from monitor.demo.truth import Truth
from monitor.errors import ConfigError

SETTINGS = "monitor.yaml"
DATABASE = "demo.db"
HEAD = "# The vendors that `monitor demo` simulates; their pages answer while it runs.\n"
"""The first line of a demo's settings file, by which its folder is known."""


@contextmanager
def demo_folder(folder: Path | None, *, keep: bool) -> Iterator[Path]:
    """Yield the folder of a demo, empty; at the end it is removed, or what the demo wrote into it,
    unless it is to be kept.

    None = a temporary folder. One that is named may hold an earlier demo, which is removed.
    Raises ConfigError for a folder with anything else in it, and one that cannot be made.
    """
    is_ours = folder is None or not folder.exists()
    try:
        path = _prepare(folder)
    except OSError as error:
        raise ConfigError(
            f"cannot use {folder or tempfile.gettempdir()} for the demo: {error.strerror or error};"
            " name another folder with --dir"
        ) from error
    try:
        yield path
    finally:
        if not keep:
            _clear(path)
            if is_ours:
                shutil.rmtree(path, ignore_errors=True)


def write_settings(folder: Path, vendors: Sequence[Truth], host: str, port: int, days: int) -> Path:
    """Write the settings of the demo's vendors, whose history is this long; return the file."""
    server = f"{{host: {json.dumps(host)}, port: {port}, open: true}}"
    lines = [
        f"database: {DATABASE}",
        f"server: {server}  # simulated, so whoever is let to it may ask",
        f"backfill: {days}d",
        "vendors:",
    ]
    for vendor in vendors:
        lines += [
            f"  - slug: {vendor.slug}",
            f"    name: {json.dumps(vendor.name)}",
            f"    url: {json.dumps(vendor.url)}",
            "    allow_private: true",
            "    interval: 60s",
        ]
    file = folder / SETTINGS
    file.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def _prepare(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="vendorstatus-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        settings = folder / SETTINGS
        if not settings.is_file() or not settings.read_bytes().startswith(HEAD.encode()):
            raise ConfigError(
                f"{folder} is not empty, and what is in it is no demo's; name another folder with"
                " --dir"
            )
        _clear(folder)
    return folder


def _clear(folder: Path) -> None:
    """Remove the files of a demo and no others."""
    for file in [folder / SETTINGS, *folder.glob(f"{DATABASE}*")]:
        file.unlink(missing_ok=True)
