"""The workflow of docs/publish.md does what it says: each of its steps is run in order, twice, as an
hourly job does it, against simulated vendors and a repository on this machine.

Only two things stand in: cloning for `actions/checkout`, and a `pip` that installs nothing, as the
command is this checkout's.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from document_blocks import ROOT
from document_world import SETTINGS, served_world
from test_publish_document import STEPS

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("git") is None, reason="there is no git"),
]

VARIABLES = {"WHEEL_URL": "https://example.com/w.whl", "SITE_URL": "https://example.com/status/"}
AUTHOR = {
    f"GIT_{who}_{what}": "test@localhost"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}
SHIMS = {
    "monitor": f'#!/bin/sh\nexec "{sys.executable}" -m monitor "$@"\n',
    "pip": '#!/bin/sh\necho "$@" >> "$PIP_LOG"\n',
}


@dataclass(frozen=True, slots=True)
class Runner:
    """Where jobs run, each in an empty folder, and the repository that they share."""

    root: Path
    environment: dict[str, str]

    @property
    def origin(self) -> Path:
        """The repository."""
        return self.root / "origin.git"

    def bash(self, script: str, folder: Path) -> str:
        """Run a script as GitHub does, and return what it prints."""
        process = subprocess.run(
            ["bash", "-e", "-c", script], cwd=folder, env=self.environment, text=True,
            capture_output=True, timeout=240, check=False,
        )  # fmt: skip
        assert process.returncode == 0, f"{script}\n{process.stdout}{process.stderr}"
        return process.stdout

    def git(self, *words: str) -> str:
        """Ask the repository."""
        return self.bash(f"git -C {self.origin} {' '.join(words)}", self.root).strip()

    def job(self, name: str) -> str:
        """Run every step of the workflow, and return what the steps print."""
        folder = self.root / name
        folder.mkdir()
        return "".join(self._step(step, folder) for step in STEPS)

    def _step(self, step: dict, folder: Path) -> str:
        if step.get("uses", "").startswith("actions/checkout@"):
            options = step.get("with", {})
            branch, path = options.get("ref", "main"), options.get("path", ".")
            return self.bash(
                f"git clone --quiet --depth 1 --branch {branch} file://{self.origin} {path}", folder
            )
        if "run" not in step:
            assert step["uses"].startswith("actions/setup-python@")
            return ""
        script = re.sub(r"\$\{\{ vars\.(\w+) \}\}", lambda name: VARIABLES[name[1]], step["run"])
        assert "${{" not in script
        return self.bash(script, folder / step.get("working-directory", "."))


@pytest.fixture
def runner(tmp_path):
    """A repository whose main branch has the settings, and the empty branches of the document."""
    shims = tmp_path / "bin"
    shims.mkdir()
    for name, script in SHIMS.items():
        (shims / name).write_text(script)
        (shims / name).chmod(0o755)
    environment = os.environ | AUTHOR | {
        "PATH": f"{shims}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PIP_LOG": str(tmp_path / "pip.log"),
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
    }  # fmt: skip
    environment.pop("MONITOR_DATABASE_URL", None)
    runner = Runner(tmp_path, environment)
    first = tmp_path / "first"
    first.mkdir()
    with served_world(first):
        runner.bash(
            "git init --quiet --bare --initial-branch main ../origin.git\n"
            "git init --quiet --initial-branch main\n"
            f"git add {SETTINGS}\n"
            "git commit --quiet --message settings\n"
            "git push --quiet ../origin.git main\n"
            "empty=$(git commit-tree -m empty $(git mktree < /dev/null))\n"
            "git push --quiet ../origin.git $empty:refs/heads/database\n"
            "git push --quiet ../origin.git $empty:refs/heads/gh-pages\n",
            first,
        )
        yield runner


def test_an_hourly_job_keeps_the_site_and_the_database_from_run_to_run(runner):
    # One test of three runs, as each takes a while.
    assert "0 removed" in runner.job("one")
    files = runner.git("ls-tree", "-r", "--name-only", "gh-pages").splitlines()
    assert {"index.html", "manifest.json", "v/acme/index.html", ".nojekyll"} <= set(files)
    assert runner.git("ls-tree", "-r", "--name-only", "database") == "status.db"
    assert (runner.root / "pip.log").read_text().split()[-2:] == [VARIABLES["WHEEL_URL"], "pyarrow"]

    said = runner.job("two")
    written = int(re.search(r"; ([\d,]+) written, 0 removed", said)[1].replace(",", ""))
    assert 0 < written < len(files) / 2
    assert runner.git("rev-list", "--count", "gh-pages") == "3"
    assert runner.git("rev-list", "--count", "database") == "1"
    assert runner.git("ls-tree", "-r", "--name-only", "database") == "status.db"

    close_all_pages(runner)
    assert "files as of" in runner.job("three")


def close_all_pages(runner):
    """Have the settings name addresses at which nobody answers."""
    settings = runner.root / "first" / SETTINGS
    ports = count(1)
    closed = re.sub(r"127\.0\.0\.1:\d+", lambda _: f"127.0.0.1:{next(ports)}", settings.read_text())
    settings.write_text(closed)
    runner.bash(
        f"git commit --quiet --message moved {SETTINGS}\ngit push --quiet ../origin.git main",
        settings.parent,
    )
