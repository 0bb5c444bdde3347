"""A terminal to type the command at: in this process, or a real one with a process of its own."""

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor import cli

ROOT = Path(__file__).parents[1]


class Screen(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def seen(monkeypatch: pytest.MonkeyPatch, *words: str, columns: int = 80, err: bool = False) -> str:
    """Return what a terminal of so many columns shows of the command, run in this process."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "argv", ["monitor", *words])
    out, error = Screen(), Screen()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", error)
        try:
            cli.main()
        except SystemExit as end:
            failed = end.code == 2
        else:
            failed = False
    assert not failed, error.getvalue()
    return (error if err else out).getvalue()


def typed_at_terminal(
    *words: str, folder: Path, columns: int = 80, environment: Mapping[str, str] | None = None
) -> str:
    """Return what a real terminal shows of the command, run as a process of its own."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environ = {
        key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR"}
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", *words],
        cwd=folder,
        env=environ
        | {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
        | {"MONITOR_DATABASE_URL": f"sqlite:///{folder / 'monitor.db'}"}
        | dict(environment or {}),
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    text = b"".join(iter(lambda: _read(leader), b""))
    os.close(leader)
    process.wait(60)
    return text.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody writes any more
        return b""
