"""What a shell offers at Tab, asked of the shell itself where it is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages_at_hand import Command, truth

from tests.processes import served

pytestmark = [pytest.mark.hours, pytest.mark.slow]
ROOT = Path(__file__).parents[1]


@pytest.fixture
def watched(monitor: Command, tmp_path: Path):
    """A folder whose settings and database know one vendor."""
    with served(truth()) as simulator:
        (tmp_path / "monitor.yaml").write_text(
            "vendors:\n"
            f"  - {{slug: acme, url: '{simulator.vendors[0].url}', allow_private: true}}\n"
            "  - anthropic\n"
        )
        assert monitor("poll", "acme")[0] == 0
    return tmp_path


@pytest.fixture
def offered(monitor: Command, monkeypatch: pytest.MonkeyPatch):
    """Return a function: what is answered to bash for the last of these words, and what is said."""

    def ask(*words: str) -> tuple[list[str], str]:
        with monkeypatch.context() as patch:
            patch.setenv("_MONITOR_COMPLETE", "complete_bash")
            patch.setenv("COMP_WORDS", "\n".join(["monitor", *words]))
            patch.setenv("COMP_CWORD", str(len(words)))
            code, out, err = monitor()
        assert code == 0
        return out.split(), err

    return ask


def test_commands_options_vendors_and_components_are_finished(watched: Path, offered) -> None:
    assert offered("sta") == (["status"], "")
    assert offered("report", "--mon") == (["--month"], "")
    assert offered("report", "a") == (["acme", "anthropic"], "")
    assert offered("add", "google-w") == (["google-workspace"], "")
    components, said = offered("status", "acme/")
    assert "acme/api" in components
    assert said == ""
    assert offered("explain", "acme", "ap") == (["api"], "")
    assert offered("explain", "acme", "late") == (["latest"], "")
    assert offered("completion", "show", "f") == (["fish"], "")


def test_where_something_is_wrong_nothing_is_offered_said_or_made(tmp_path: Path, offered) -> None:
    (tmp_path / "monitor.yaml").write_text("vendors: 5\n")
    assert offered("report", "a") == ([], "")

    (tmp_path / "monitor.yaml").write_text("vendors: [github]\n")
    assert offered("status", "github/") == ([], "")
    assert not (tmp_path / "monitor.db").exists()


ASKED = {
    "bash": """\
source "$1"
COMP_WORDS=(monitor report ant)
COMP_CWORD=2
_monitor_completion monitor
printf '%s\\n' "${COMPREPLY[@]}"
""",
    "fish": "source $argv[2]; complete -C 'monitor report ant'",
}


@pytest.mark.parametrize("shell", ASKED)
def test_a_shell_that_has_read_the_script_finishes_a_vendor(
    shell: str, monitor: Command, tmp_path: Path
) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "monitor.yaml").write_text("vendors: [anthropic, github]\n")
    script, command = tmp_path / "script", tmp_path / "bin" / "monitor"
    script.write_text(monitor("completion", "show", shell)[1])
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m monitor "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}:{os.environ['PATH']}"

    done = subprocess.run(
        [program, "-c", ASKED[shell], shell, str(script)],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (done.stdout.split(), done.stderr) == (["anthropic"], "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_install_writes_where_the_shell_looks_and_once(
    shell: str, monitor: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHELL", f"/bin/{shell}")
    file = {
        "bash": ".bash_completions/monitor.sh",
        "zsh": ".zfunc/_monitor",
        "fish": ".config/fish/completions/monitor.fish",
    }[shell]

    code, out, err = monitor("completion", "install")
    monitor("completion", "install", shell)

    assert (code, err) == (0, "")
    assert f"wrote {tmp_path / file}" in out
    script = (tmp_path / file).read_text().strip()
    assert script == monitor("completion", "show")[1].strip()
    rc = tmp_path / f".{shell}rc"
    if shell == "fish":
        assert not rc.exists()
    else:
        assert f"{rc} reads it" in out
        assert (
            len(
                [
                    line
                    for line in rc.read_text().splitlines()
                    if "source" in line or "fpath" in line
                ]
            )
            == 1
        )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_its_shell_reads(
    shell: str, monitor: Command, tmp_path: Path
) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(monitor("completion", "show", shell)[1])

    done = subprocess.run([program, "-n", str(script)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_shell_that_is_none_is_answered_with_those_that_are(
    monitor: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = monitor("completion", "show", "tcsh")
    assert (code, "name it: monitor completion show bash, or zsh or fish" in err) == (2, True)

    monkeypatch.delenv("SHELL", raising=False)
    assert "your shell is no shell that can be helped" in monitor("completion", "show")[2]
