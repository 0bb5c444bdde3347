"""Programs that `.ci/go-programs.sh` builds."""

import os
from pathlib import Path

import pytest


def go_program(name: str) -> str:
    """Return a program that `.ci/go-programs.sh` builds; skip the test without it."""
    folder = os.environ.get("VENDORSTATUS_GO_PROGRAMS")
    if folder is None:
        pytest.skip("VENDORSTATUS_GO_PROGRAMS names no folder that .ci/go-programs.sh has filled")
    return str(Path(folder) / name)
