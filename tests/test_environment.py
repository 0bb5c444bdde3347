"""The command in environments that nobody made for it: another locale, no home, folders that cannot
be written."""

import os
import subprocess
import sys

import pytest

from monitor.store import Store

pytestmark = pytest.mark.integration

ODD = {
    "no locale": {"LC_ALL": "C", "LANG": "C", "PYTHONIOENCODING": "ascii"},
    "a locale that is not there": {"LC_ALL": "xx_YY.nope"},
    "no zone of this world": {"TZ": "Mars/Olympus"},
    "no home": {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""},
    "no terminal": {"TERM": ""},
    "a terminal of no width": {"TERM": "dumb", "COLUMNS": "many"},
}


def run(folder, command="report", **environment):
    """Run a command in a folder, without the settings that the user of this machine may have, and
    return its exit code and what it said, undecoded."""
    given = {
        "MONITOR_DATABASE_URL": f"sqlite:///{folder / 'monitor.db'}",
        "XDG_CONFIG_HOME": str(folder),
        **environment,
    }
    words = [sys.executable, "-m", "monitor", command, "openai"]
    done = subprocess.run(
        words, cwd=folder, env=os.environ | given, capture_output=True, check=False, timeout=120
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("environment", ODD.values(), ids=ODD)
def test_no_environment_ends_a_command(tmp_path, environment):
    Store.open(f"sqlite:///{tmp_path / 'monitor.db'}").close()
    code, out, err = run(tmp_path, **environment)

    assert (code, err) == (0, b"")
    assert b"OpenAI: no data for any of the 90 days" in out


def test_a_database_in_a_folder_that_cannot_be_made_is_told_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("no folder")

    url = f"sqlite:///{tmp_path}/file/monitor.db"
    code, _, err = run(tmp_path, "poll", MONITOR_DATABASE_URL=url)

    assert code == 2
    assert b"name another place" in err
    assert b"Traceback" not in err
