"""What docs/ci.md shows is what its tools read, and its commands answer as it says."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from document_blocks import ROOT, blocks_of
from pages_at_hand import Command

from monitor.demo import random_truth
from monitor.model import Level
from tests.processes import now, served

pytestmark = pytest.mark.hours
BLOCKS = blocks_of("docs/ci.md")
ACTION = yaml.safe_load((ROOT / "deploy" / "github" / "action.yml").read_text())
TEXT = (ROOT / "docs" / "ci.md").read_text()
LINES = sorted(set(re.findall(r"monitor (status [^\n'`\]#]*)", TEXT)) - {""})
LEVELS = {level.word for level in Level} - {"operational"}


@pytest.fixture
def vendors(tmp_path: Path):
    """Settings that name simulated pages as the document names vendors."""
    parts = {"github": ((None, "Actions"),), "anthropic": ((None, "API"),)}
    truths = [
        random_truth(1, now=now(), days=2, slug=slug, parts=of_it, incidents=0, live=False)
        for slug, of_it in parts.items()
    ]
    with served(*truths) as simulator:
        listed = [
            f"  - {{slug: {slug}, url: '{vendor.url}', allow_private: true}}\n"
            for slug, vendor in zip(parts, simulator.vendors, strict=True)
        ]
        (tmp_path / "monitor.yaml").write_text("vendors:\n" + "".join(listed))
        yield


def test_the_document_has_commands_and_blocks() -> None:
    assert len(LINES) >= 3
    assert {block.language for block in BLOCKS} == {"sh", "yaml", "text"}


@pytest.mark.slow
@pytest.mark.parametrize("line", LINES)
def test_a_command_of_the_document_answers(line: str, monitor: Command, vendors: None) -> None:
    if "--now" not in line:
        assert monitor("poll")[0] == 0

    code, out, err = monitor(*shlex.split(line))

    assert code == 0, out + err


def test_yaml_of_the_document_asks_the_pages_before_what_needs_them() -> None:
    github, gitlab, argo = [yaml.safe_load(b.text) for b in BLOCKS if b.language == "yaml"]

    asked, deployed = github["jobs"]["deploy"]["steps"][1:]
    assert asked["with"].keys() <= ACTION["inputs"].keys()
    assert asked["with"]["fail-on"] in LEVELS
    assert "run" in deployed
    assert any(line.startswith("monitor status --now") for line in gitlab["vendors-work"]["script"])
    templates = {each["name"]: each for each in argo["spec"]["templates"]}
    assert [step[0]["template"] for step in templates["main"]["steps"]] == ["vendors", "deploy"]
    assert templates.keys() == {"main", "vendors", "deploy"}


def test_icingas_command_is_the_one_for_nagios() -> None:
    (block,) = [each for each in BLOCKS if "CheckCommand" in each.text]

    assert re.search(r'command = \[ "\S+/monitor", "status" \]', block.text)
    assert '"--format" = "nagios"' in block.text
    assert block.text.count("{") == block.text.count("}")


def run_action(folder: Path, code: int, **inputs: str) -> tuple[int, str, str]:
    """Run what the action runs, with a `monitor` that ends so; return its exit code, the outcome it
    tells and what `monitor` was given."""
    shell = shutil.which("bash")
    assert shell
    program, outputs = folder / "monitor", folder / "outputs"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*"\nexit {code}\n')
    program.chmod(0o755)
    outputs.write_text("")
    step = ACTION["runs"]["steps"][-1]
    given = {"vendors": "github\nanthropic/api", **inputs}
    values = {name: str(each.get("default", "")) for name, each in ACTION["inputs"].items()} | given
    environment = {
        name: values[re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", text)[1]]
        for name, text in step["env"].items()
    }
    done = subprocess.run(
        [shell, "-e", "-o", "pipefail", "-c", step["run"]],
        env={
            **os.environ,
            **environment,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "GITHUB_OUTPUT": str(outputs),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, outputs.read_text(), done.stdout


@pytest.mark.parametrize(
    ("code", "outcome", "unknown", "failed"),
    [
        (0, "ok", "fail", 0),
        (2, "critical", "pass", 1),
        (3, "unknown", "fail", 1),
        (3, "unknown", "pass", 0),
        (127, "unknown", "fail", 1),
        (127, "unknown", "pass", 1),
    ],
)
def test_the_action_fails_as_its_inputs_say(
    tmp_path: Path, code: int, outcome: str, unknown: str, failed: int
) -> None:
    ended, told, typed = run_action(tmp_path, code, unknown=unknown)

    assert (ended, told) == (failed, f"outcome={outcome}\n")
    assert typed.split()[-3:] == ["--", "github", "anthropic/api"]


@pytest.mark.slow
def test_the_command_takes_what_the_action_gives_it(
    tmp_path: Path, monitor: Command, vendors: None
) -> None:
    _, _, typed = run_action(tmp_path, 0)

    code, out, err = monitor(*shlex.split(typed))

    assert code == 0, out + err


def test_no_input_of_the_action_is_written_into_a_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
