"""The contributors' guide: its example platform, added as a stranger would add it, with a file and
a folder, is found, read, damaged and broken like any other."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import config, platforms
from monitor.cli.platform_text import platform_rows
from monitor.model import Level
from tests import cases, test_broken_answers, test_hard_input, vocabulary
from tests.drive import answers_from, drive, known_page

ROOT = Path(__file__).parents[1]
NAME = "examplestatus"
STATE = {
    "components": [
        {"id": "api", "name": "API", "state": "down"},
        {"id": "web", "name": "Web", "state": "odd"},
    ],
    "incidents": [
        {
            "id": key,
            "title": "Requests fail",
            "component": "api",
            "state": "down",
            "from": begun,
            "to": over,
        }
        for key, begun, over in (
            ("2", "2026-05-20T09:00:00Z", None),
            ("1", "2026-04-10T10:00:00Z", "2026-04-10T11:00:00Z"),
        )
    ],
}
QUIET = {"components": [{"id": "api", "name": "API", "state": "up"}], "incidents": []}


def write_case(folder: Path, state: object, expected: dict[str, object]) -> None:
    folder.mkdir(parents=True)
    (folder / "state.json").write_text(json.dumps(state))
    response = {
        "url": "https://status.acme.example/state.json",
        "status": 200,
        "headers": {"content-type": "application/json", "x-powered-by": NAME},
        "body": "state.json",
    }
    recording = {
        "page": "https://status.acme.example/",
        "recorded_at": "2026-05-20T12:00:00Z",
        "responses": [response],
    }
    (folder / "recording.json").write_text(json.dumps(recording))
    (folder / "expected.json").write_text(json.dumps(expected))


def example() -> str:
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    return code


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Add the guide's example to the platforms, and two cases to the fixtures."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / f"{NAME}.py").write_text(example())
    monkeypatch.setattr(platforms, "__path__", [*platforms.__path__, str(tmp_path / "modules")])
    for module in (cases, test_broken_answers):
        monkeypatch.setattr(module, "FIXTURES", tmp_path / "fixtures")
    levels = {"api": "major_outage", "web": None}
    write_case(tmp_path / "fixtures" / NAME / "ongoing", STATE, {"poll": {"levels": levels}})
    write_case(
        tmp_path / "fixtures" / NAME / "quiet", QUIET, {"poll": {"levels": {"api": "operational"}}}
    )
    forget()
    yield tmp_path / "fixtures" / NAME
    monkeypatch.undo()
    sys.modules.pop(f"{platforms.__name__}.{NAME}", None)
    forget()


def forget() -> None:
    """Forget what was found of platforms and cases before."""
    for found in (
        platforms.names,
        platforms.named,
        cases.recording_of,
        vocabulary.tables_of,
        test_hard_input.whole_cases,
        test_hard_input.bodies_of,
    ):
        found.cache_clear()


def test_no_list_is_edited_to_add_a_platform(added: Path) -> None:
    settings = config.parse(
        "vendors: [{name: Acme, url: 'https://status.acme.example/', platform: examplestatus}]",
        "monitor.yaml",
    )

    assert NAME in platforms.names()
    assert [vendor.platform for vendor in settings.vendors] == [NAME]
    assert "Examplestatus" in str(platform_rows())


@pytest.mark.parametrize("words", [["check"], ["format", "--check"]], ids=["lint", "format"])
def test_the_example_passes_the_linter(words: list[str]) -> None:
    name = f"monitor/platforms/{NAME}.py"
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", *words, "--no-cache", "--stdin-filename", name, "-"],
        input=example(), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_example_reads_states_and_incidents(added: Path) -> None:
    page = known_page(added / "ongoing")
    module, answer = platforms.named(NAME), answers_from(added / "ongoing")
    (polled,) = drive(module.poll(page), page, answer)
    filled, gap = drive(module.backfill(page, page.now - timedelta(days=120)), page, answer)

    assert [one.level for one in polled.observed or ()] == [Level.MAJOR_OUTAGE, None]
    assert polled.unknown_words == ("odd",)
    assert [incident.id for incident in polled.incidents] == ["2"]
    assert [incident.id for incident in filled.incidents] == ["2", "1"]
    assert [cover.span.start for cover in filled.coverage] == [page.now - timedelta(days=90)]
    assert [each.what for each in gap.gaps] == ["impacts 2026-01-20..2026-02-18"]


def test_the_example_takes_two_signs_to_be_recognised(added: Path) -> None:
    response = answers_from(added / "quiet")("https://status.acme.example/state.json")
    body = b'<script src="//cdn.examplestatus.example/1.js"></script>'

    assert [signal.kind for signal in platforms.named(NAME).detect(response)] == ["header"]
    both = replace(response, body=body)
    assert {signal.kind for signal in platforms.named(NAME).detect(both)} == {"header", "assets"}


def test_the_example_stands_every_damage(added: Path) -> None:
    test_hard_input.test_no_place_of_an_answer_is_trusted_to_hold_what_is_due_there(NAME)
    test_hard_input.test_a_list_that_says_everything_twice_is_sound(NAME)


@pytest.mark.parametrize("how", cases.BROKEN)
def test_the_example_fails_by_a_broken_page(added: Path, how: str) -> None:
    test_broken_answers.test_a_page_whose_every_answer_is_broken_is_a_failed_page(NAME, how)


@pytest.mark.parametrize("name", ["test_platforms.py", "test_broken_answers.py"])
def test_step_four_of_the_guide_names_what_checks_a_platform(name: str) -> None:
    steps = (ROOT / "CONTRIBUTING.md").read_text().partition("**4. Check.**")[2].partition("##")[0]

    assert name in steps
    assert "make platforms" in steps
