"""The programs of the demo, which end with it."""

import os
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

READY_SECONDS = 120.0


class CannotStart(Exception):
    """Something that is needed is not there, or did not start; the message says what to do."""


class Running:
    """The programs that were started, ended with this one in the reverse order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self.programs: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        """Start a program that writes its output into the folder, out of reach of the terminal's
        Ctrl-C.
        """
        log = self._stack.enter_context((self.folder / f"{name}.log").open("wb"))
        self.programs[name] = program = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        self._stack.callback(_end, program)

    def wait_for(self, name: str, url: str) -> None:
        """Wait until a program answers. Raises CannotStart with the end of what it wrote when it
        does not.
        """
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and self.programs[name].poll() is None:
            if _answers(url):
                return
            time.sleep(0.2)
        log = (self.folder / f"{name}.log").read_text(errors="replace").splitlines()
        raise CannotStart("\n".join([f"{name} did not start; it wrote:", *log[-10:]]))


_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks what listens here, whatever proxy the environment names."""


def _answers(url: str) -> bool:
    try:
        with _DIRECT.open(url, timeout=5):
            return True
    except OSError:
        return False


def _end(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    try:
        program.wait(15)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
