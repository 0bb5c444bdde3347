"""A page of HTML as PDF, by a browser that is at hand."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from monitor.errors import ConfigError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""Looked for on PATH, in this order; MONITOR_BROWSER names another one."""
_SECONDS = 120
_INSTEAD = "write it with --format html, open that in a browser and print it"


def find_browser() -> str:
    """Return the browser. Raises ConfigError where there is none, with what to do instead."""
    own_choice = os.environ.get("MONITOR_BROWSER")
    for name in (own_choice,) if own_choice else BROWSERS:
        path = shutil.which(name)
        if path is not None:
            return path
    if own_choice:
        raise ConfigError(f"MONITOR_BROWSER={own_choice} is no program; or {_INSTEAD}")
    raise ConfigError(
        f"a PDF takes a browser, and none of {', '.join(BROWSERS[:3])} is on PATH:"
        f" name one in MONITOR_BROWSER, or {_INSTEAD}"
    )


def pdf_of(lines: Iterable[str]) -> bytes:
    """Return the page as a PDF. Raises ConfigError when the browser makes none."""
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="vendorstatus-") as folder:
        page, paper = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_text("\n".join(lines), encoding="utf-8")
        complaint = _print(browser, page, paper)
        if not paper.exists():
            raise ConfigError(f"{browser} made no PDF ({complaint}); {_INSTEAD}")
        return paper.read_bytes()


def _print(browser: str, page: Path, paper: Path) -> str:
    """Have the browser print the page; return what it complained of last."""
    words = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer"]
    words += [f"--user-data-dir={page.parent}", f"--print-to-pdf={paper}", page.as_uri()]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.insert(1, "--no-sandbox")  # it refuses to start as root otherwise
    try:
        ran = subprocess.run(  # noqa: S603
            words, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = ran.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit code {ran.returncode}"
