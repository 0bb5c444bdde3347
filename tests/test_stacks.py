"""Stacks: how the settings write them, and what their vendors may be called."""

from pathlib import Path

import pytest
from settings_texts import mistakes

from monitor.config import parse, plan_removal, plan_renaming
from monitor.errors import ConfigError
from monitor.stacks import Target, vendors_of

pytestmark = pytest.mark.usefixtures("home")
FILE = """\
vendors: [github, anthropic]
stacks:
  checkout: [github/API*, Claude, "https://www.githubstatus.com"]
  site: [anthropic]
"""
OWN = """\
vendors:
  - {slug: acme, name: Acme Cloud, url: "https://status.acme.example"}
stacks: {site: [acme]}
"""


def test_targets_are_those_of_the_command_under_the_slugs_of_their_vendors() -> None:
    stacks = parse(FILE, "monitor.yaml").stacks

    assert stacks == {
        "checkout": (Target("github", "API*"), Target("anthropic"), Target("github")),
        "site": (Target("anthropic"),),
    }
    assert vendors_of(stacks["checkout"]) == {"github", "anthropic"}


def test_a_target_that_is_named_twice_is_one() -> None:
    stacks = parse("vendors: [github]\nstacks: {all: [github, GitHub]}", "monitor.yaml").stacks

    assert stacks == {"all": (Target("github"),)}


def test_where_a_variable_chooses_the_vendors_those_of_the_file_stay_known() -> None:
    settings = parse(FILE, "monitor.yaml", {"MONITOR_VENDORS": "github"})

    assert settings.slugs == {"github"}
    assert settings.stacks["site"] == (Target("anthropic"),)


def test_a_vendor_that_cannot_be_read_is_one_mistake_and_not_two() -> None:
    text = "vendors: [githb]\nstacks: {all: [github, githb]}"

    assert len(mistakes(text)) == 1


def test_a_vendor_of_a_stack_cannot_be_taken_out_or_renamed_unseen(tmp_path: Path) -> None:
    file = tmp_path / "monitor.yaml"
    file.write_text(FILE)

    with pytest.raises(ConfigError, match=r"github was not removed: stacks.checkout.0.: 'github'"):
        plan_removal(file, "github")
    assert file.read_text() == FILE

    file.write_text(OWN)
    with pytest.raises(ConfigError, match=r"acme was not renamed: stacks\.site"):
        plan_renaming(file, "acme", "globex")
    assert file.read_text() == OWN
