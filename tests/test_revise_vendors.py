"""Taking a vendor out of a settings file, and giving it another slug: the rest stays byte for
byte."""

from pathlib import Path

import pytest

from monitor.config import load, plan_removal, plan_renaming
from monitor.errors import ConfigError

pytestmark = pytest.mark.usefixtures("home")

BEFORE = """\
# ours
contact: ops@example.com   # the team
vendors:
  # AI
  - anthropic   # first
  - slug: openai
    interval: 10m   # calm
    exclude:
      - Labs

  # --- others
  - https://status.acme.example
  - {url: https://status.globex.example, name: Globex}
policy: any
"""


@pytest.fixture
def path() -> Path:
    file = Path("monitor.yaml")
    file.write_text(BEFORE)
    return file


def slugs(path: Path) -> list[str]:
    return [vendor.slug for vendor in load(path, {}).vendors]


@pytest.mark.parametrize(
    ("slug", "gone"),
    [
        ("anthropic", "  - anthropic   # first\n"),
        ("openai", "  - slug: openai\n    interval: 10m   # calm\n    exclude:\n      - Labs\n"),
        ("acme", "  - https://status.acme.example\n"),
        ("globex", "  - {url: https://status.globex.example, name: Globex}\n"),
    ],
)
def test_only_the_lines_of_a_removed_vendor_go(path, slug, gone):
    plan_removal(path, slug).write()

    assert path.read_text() == BEFORE.replace(gone, "")


@pytest.mark.parametrize(
    ("before", "slug", "after"),
    [
        ("vendors: [anthropic, openai, github]\n", "anthropic", "vendors: [openai, github]\n"),
        ("vendors: [anthropic, openai, github]\n", "openai", "vendors: [anthropic, github]\n"),
        ("vendors: [anthropic, openai]  # x\n", "openai", "vendors: [anthropic]  # x\n"),
        ("vendors: [\n  anthropic,\n  openai,\n]\n", "openai", "vendors: [\n  anthropic,\n]\n"),
        ("vendors:\n- anthropic\n-   slug: openai\n", "openai", "vendors:\n- anthropic\n"),
        ("vendors:\r\n- anthropic\r\n- openai\r\n", "anthropic", "vendors:\r\n- openai\r\n"),
        ("vendors:\n- anthropic\n- openai", "openai", "vendors:\n- anthropic\n"),
    ],
)
def test_removing_follows_the_layout_of_the_list(path, before, slug, after):
    path.write_bytes(before.encode())
    plan_removal(path, slug).write()

    assert path.read_bytes().decode() == after


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        (
            "anthropic",
            "claude",
            "- anthropic   #",
            '- {slug: claude, url: "https://status.claude.com/", name: "Anthropic (Claude)"}   #',
        ),
        (
            "openai",
            "gpt",
            "- slug: openai\n",
            '- url: "https://status.openai.com/"\n    name: "OpenAI"\n    slug: gpt\n',
        ),
        (
            "acme",
            "acme-inc",
            "- https://status.acme.example\n",
            '- {slug: acme-inc, url: "https://status.acme.example/"}\n',
        ),
        ("globex", "g", "- {url:", "- {slug: g, url:"),
    ],
)
def test_a_renamed_vendor_keeps_its_page_and_its_settings(path, old, new, before, after):
    revision = plan_renaming(path, old, new)
    revision.write()

    assert path.read_text() == BEFORE.replace(before, after, 1)
    assert revision.vendor in load(path, {}).vendors


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "vendors:\n  - url: https://a.example\n    slug: a # x\n    name: A\n",
            "vendors:\n  - url: https://a.example\n    slug: b # x\n    name: A\n",
        ),
        (
            "vendors:\n- url: https://a.example\n  tier: low\n",
            "vendors:\n- slug: b\n  url: https://a.example\n  tier: low\n",
        ),
        ("vendors: [{slug: a, url: 'https://a.example'}]\n", "vendors: [{slug: b, url: 'https://a.example'}]\n"),
        ("vendors: [a.example]\n", 'vendors: [{slug: b, url: "https://a.example/"}]\n'),
    ],
)  # fmt: skip
def test_renaming_follows_the_layout_of_the_list(path, before, after):
    path.write_text(before)
    plan_renaming(path, "a", "b").write()

    assert path.read_text() == after


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (lambda path: plan_removal(path, "nobody"), "does not list 'nobody'"),
        (lambda path: plan_renaming(path, "nobody", "x"), "does not list 'nobody'"),
        (lambda path: plan_renaming(path, "acme", "globex"), "has a vendor globex already"),
        (lambda path: plan_renaming(path, "acme", "Not A Slug"), "not a slug"),
        (lambda path: plan_removal(Path("missing.yaml"), "acme"), "there is no such file"),
    ],
)
def test_what_cannot_be_revised_is_told_and_nothing_is_written(path, plan, message):
    with pytest.raises(ConfigError, match=message):
        plan(path)

    assert path.read_text() == BEFORE


def test_the_last_vendor_stays(path):
    path.write_text("vendors: [acme.example]\n")

    with pytest.raises(ConfigError, match="watches only acme, and has to name a vendor"):
        plan_removal(path, "acme")


def test_a_vendor_that_others_are_written_after_is_not_taken_out(path):
    path.write_text("vendors:\n- &x {url: https://a.example}\n- https://b.example\n")
    plan_removal(path, "a").write()
    assert slugs(path) == ["b"]

    path.write_text("defaults: &d {tier: low}\nvendors:\n- a.example\n- b.example\n")
    plan_removal(path, "b").write()
    assert slugs(path) == ["a"]
