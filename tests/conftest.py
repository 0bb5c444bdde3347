"""Shared fixtures."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def corpus() -> Path:
    folder = os.environ.get("VENDORSTATUS_CORPUS")
    if not folder:
        pytest.skip("set VENDORSTATUS_CORPUS to the folder of captured pages")
    return Path(folder)
