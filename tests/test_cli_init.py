"""`monitor init`: a first settings file, of what is named or asked for."""

import sys
from pathlib import Path

import pytest
import yaml
from pages_at_hand import Command

from monitor.config import load
from tests import processes

pytestmark = [pytest.mark.hours, pytest.mark.usefixtures("home")]


@pytest.fixture
def init(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    monkeypatch.setenv("COLUMNS", "200")
    run = processes.typed(monkeypatch, capsys)
    return lambda *words: run("init", *words)


@pytest.fixture
def settings_file(home: Path) -> Path:
    return home / "config" / "vendorstatus" / "monitor.yaml"


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Have a person at a terminal answer so; return what is asked."""
    asked: list[str] = []
    left = list(answers)

    def answer(question: str) -> str:
        asked.append(question)
        return left.pop(0)

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("monitor.cli.beginning.ask", answer)
    return asked


def test_it_writes_what_is_named_once_and_says_where_before(
    init: Command, settings_file: Path
) -> None:
    code, out, err = init("Google Cloud", "github", "https://status.example.com", "gcp")

    assert code == 0
    assert out.startswith(f"{settings_file}, a new file, gets:\n")
    assert out.index("  - github") < out.index(f"wrote {settings_file}: 3 vendors")
    assert "until now the built-in list of" in err
    assert yaml.safe_load(settings_file.read_text())["vendors"] == [
        "google-cloud",
        "github",
        {"slug": "example", "url": "https://status.example.com/"},
    ]
    assert [vendor.slug for vendor in load(settings_file, {}).vendors][1:] == ["github", "example"]


def test_it_replaces_no_file_unless_it_is_told_to(init: Command, tmp_path: Path) -> None:
    here = Path("monitor.yaml")
    here.write_text("vendors: [openai]\n")

    code, _, err = init("github")
    assert (code, here.read_text()) == (2, "vendors: [openai]\n")
    assert (
        "monitor.yaml is there already, and nothing was written; add to it with monitor add" in err
    )

    code, out, err = init("github", "--force")
    assert (code, err) == (0, "")
    assert "monitor.yaml, which is replaced, gets:" in out
    assert yaml.safe_load(here.read_text())["vendors"] == ["github"]


def test_the_file_that_is_named_is_the_one_that_is_written_and_told(init: Command) -> None:
    code, out, _ = init("github", "--config", "new/mine.yaml")

    assert code == 0
    assert Path("new/mine.yaml").exists()
    assert "next: monitor backfill --config new/mine.yaml" in out


def test_a_word_that_is_no_vendor_writes_nothing(init: Command, settings_file: Path) -> None:
    code, _, err = init("github", "antropic")

    assert (code, settings_file.exists()) == (2, False)
    assert "'antropic' is not in the catalogue; did you mean 'anthropic'?" in err


def test_where_nobody_can_be_asked_it_says_what_to_type(
    init: Command, settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)

    code, _, err = init()

    assert (code, settings_file.exists()) == (2, False)
    assert "name the vendors that you depend on, like monitor init anthropic github" in err


def test_at_a_terminal_it_asks_and_offers_what_the_catalogue_has(
    init: Command, settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, "github, google", "99", "google cloud", "qqqq", "")

    code, out, err = init()

    assert code == 0, err
    assert "github: https://www.githubstatus.com/\n" in out
    assert "  Google Workspace\n" in out
    assert "google: https://status.cloud.google.com/\n" in out
    assert "Which of these is google?" in asked[1]
    assert "'99' is in the list neither as a number nor as a name" in err
    assert "'qqqq' is not in the catalogue" in err
    assert yaml.safe_load(settings_file.read_text())["vendors"] == ["github", "google-cloud"]


def test_who_names_nothing_gets_no_file(
    init: Command, settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "")

    code, _, err = init()

    assert (code, settings_file.exists()) == (2, False)
    assert "no vendor was named, and nothing was written" in err


def test_a_variable_that_decides_instead_is_named(
    init: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_VENDORS", "openai")

    assert "MONITOR_VENDORS says which vendors are watched" in init("github")[2]
