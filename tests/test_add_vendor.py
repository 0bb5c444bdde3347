"""Adding a vendor to a settings file."""

import stat
from pathlib import Path

import pytest

from monitor.config import (
    add_vendor,
    load,
    plan_addition,
)
from monitor.errors import ConfigError

pytestmark = pytest.mark.usefixtures("home")


BEFORE = """\
# ours
contact: ops@example.com   # the team
vendors:
  # AI
  - anthropic
  - slug: openai
    interval: 10m   # calm

  # --- end of the list
policy: any
"""


def test_adding_keeps_every_byte_of_the_file():
    path = Path("monitor.yaml")
    path.write_text(BEFORE)

    added = add_vendor(
        path, "https://status.example.com/history", name='Acme: "Cloud"', interval_seconds=900
    )

    assert path.read_text() == BEFORE.replace(
        "# calm\n",
        "# calm\n"
        "  - slug: example\n"
        '    name: "Acme: \\"Cloud\\""\n'
        '    url: "https://status.example.com/"\n'
        "    interval: 15m\n",
    )
    assert load(path, {}).vendors[-1] == added
    assert (added.slug, added.name, added.interval_seconds) == ("example", 'Acme: "Cloud"', 900)
    assert [file.name for file in Path().iterdir()] == ["monitor.yaml"]


@pytest.mark.parametrize("page", ["github", "www.githubstatus.com", "GitHub", "gh", " Git Hub "])
def test_a_catalogue_vendor_is_added_by_its_slug_or_a_name(page):
    path = Path("monitor.yaml")
    path.write_text("vendors:\n- anthropic")

    add_vendor(path, page)

    assert path.read_text() == "vendors:\n- anthropic\n- github\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("vendors: [anthropic, openai]\n", "vendors: [anthropic, openai, github]\n"),
        ("vendors: [\n  anthropic,  # one\n]\n", "vendors: [\n  anthropic, github,  # one\n]\n"),
        ("vendors: []\npolicy: any\n", "vendors: [github]\npolicy: any\n"),
        ("vendors:   # none yet\npolicy: any\n", "vendors:   # none yet\n  - github\npolicy: any\n"),
        ("policy: any", "policy: any\nvendors:\n  - github\n"),
        ("", "vendors:\n  - github\n"),
        ("vendors:\r\n- anthropic\r\npolicy: any\r\n", "vendors:\r\n- anthropic\r\n- github\r\npolicy: any\r\n"),
        ("\ufeffvendors:\n- anthropic\n", "\ufeffvendors:\n- anthropic\n- github\n"),
        ("vendors:\n  - {slug: openai}\n  # last\n", "vendors:\n  - {slug: openai}\n  - github\n  # last\n"),
        ("vendors:\n  - slug: openai\n    exclude:\n    - a\n    - b\nwindow: 7d\n",
         "vendors:\n  - slug: openai\n    exclude:\n    - a\n    - b\n  - github\nwindow: 7d\n"),
    ],
)  # fmt: skip
def test_adding_follows_the_layout_of_the_list(before, after):
    path = Path("monitor.yaml")
    path.write_bytes(before.encode())

    add_vendor(path, "github")

    assert path.read_bytes().decode() == after


def test_a_new_file_watches_the_one_vendor_that_was_added():
    path = Path("new/monitor.yaml")

    add_vendor(path, "status.example.com")

    assert [vendor.slug for vendor in load(path, {}).vendors] == ["example"]
    assert "and no others" in path.read_text()


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        (None, ("# The vendors", "vendors:", "  - github")),
        ("vendors:\n- openai\npolicy: any\n", ("- github",)),
        ("vendors: [openai]\npolicy: any\n", ("vendors: [openai, github]",)),
        ("vendors:\n- openai\n- github-x\n", None),
    ],
)
def test_what_will_be_written_is_known_before_it_is(before, lines):
    path = Path("monitor.yaml")
    if before is not None:
        path.write_text(before)

    if lines is None:
        with pytest.raises(ConfigError):
            plan_addition(path, "github")
        return
    addition = plan_addition(path, "github")

    assert len(addition.lines) == len(lines)
    assert all(line.startswith(start) for line, start in zip(addition.lines, lines, strict=True))
    assert addition.is_new_file == (before is None)
    assert path.exists() == (before is not None)
    assert before is None or path.read_text() == before


def test_an_added_vendor_gets_a_slug_nobody_has():
    path = Path("monitor.yaml")
    path.write_text("vendors: [{slug: example, url: https://x.example.net}]\n")

    slugs = [
        add_vendor(path, page).slug
        for page in ("status.example.com", "github.statuspage.io", "status.example.com/eu")
    ]

    assert slugs == ["status-example-com", "github-statuspage-io", "example-eu"]


@pytest.mark.parametrize(
    ("page", "options", "message"),
    [
        ("https://status.claude.com/", {}, r"already monitored as 'anthropic'; nothing was added"),
        ("gitub", {}, r"'gitub' is not in the catalogue; did you mean 'github'\?"),
        ("Airshp", {}, r"did you mean 'airship'\?"),
        ("weights", {}, r"is not in the catalogue; did you mean 'wandb'\?"),
        ("ftp://status.example.com", {}, r"the scheme 'ftp' cannot be read"),
        (
            "status.example.com",
            {"slug": "openai"},
            r"the slug 'openai' belongs to vendors\[1\] on line 6",
        ),
        ("status.example.com", {"interval_seconds": 30}, r"'30s' is under the floor of 60 s"),
        ("status.example.com", {"platform": "statuspag"}, r"did you mean 'statuspage'\?"),
    ],
)
def test_what_cannot_be_added_leaves_the_file_alone(page, options, message):
    path = Path("monitor.yaml")
    path.write_text(BEFORE)

    with pytest.raises(ConfigError, match=message):
        add_vendor(path, page, **options)

    assert path.read_text() == BEFORE
    assert [file.name for file in Path().iterdir()] == ["monitor.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "x: &v [anthropic]\nvendors: [anthropic]\n",
        "vendors: [antropic]\n",
        "vendors: {a: b}\n",
        "- anthropic\n",
    ],
)
def test_a_file_with_mistakes_is_not_extended(text):
    path = Path("monitor.yaml")
    path.write_text(text)

    with pytest.raises(ConfigError):
        add_vendor(path, "github")

    assert path.read_text() == text


def test_a_layout_that_cannot_be_extended_shows_what_to_write():
    text = "defaults:\n  exclude: &all [a]\nvendors:\n- slug: openai\n  exclude: *all\n"
    path = Path("monitor.yaml")
    path.write_text(text)

    with pytest.raises(ConfigError, match="github"):
        add_vendor(path, "github")

    assert path.read_text() == text


def test_adding_goes_through_a_link_and_keeps_the_mode():
    Path("real").mkdir()
    Path("real/m.yaml").write_text("vendors: [anthropic]\n")
    Path("real/m.yaml").chmod(0o640)
    Path("monitor.yaml").symlink_to("real/m.yaml")

    add_vendor(Path("monitor.yaml"), "github")

    assert Path("monitor.yaml").is_symlink()
    assert Path("real/m.yaml").read_text() == "vendors: [anthropic, github]\n"
    assert stat.S_IMODE(Path("real/m.yaml").stat().st_mode) == 0o640
