"""What takes long to make and is only read afterwards: made once, for all processes of a run."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder of this name, which the first process that asks fills with `make`; others
    wait for it meanwhile.

    Where `make` raises, or skips the test, the next that asks begins with another empty folder.
    """
    base = folders.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    link = base / name
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not link.exists():
            folder = folders.mktemp(name)
            make(folder)
            link.symlink_to(folder)
    return link.resolve()
