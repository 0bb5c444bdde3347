"""docs/publish.md: its workflow is YAML, in an order that works, and its commands are ours."""

import re
import shlex

import yaml
from document_blocks import ROOT, blocks_of
from test_document_commands import parse

from exporters.publication.data_files import TABLES
from exporters.publication.months import SETTLING

(WORKFLOW,) = [
    yaml.safe_load(block.text) for block in blocks_of("docs/publish.md") if block.language == "yaml"
]
STEPS = WORKFLOW["jobs"]["publish"]["steps"]
RUNS = "\n".join(step["run"] for step in STEPS if "run" in step)
COMMANDS = re.findall(r"^monitor ([^|\n]+)", RUNS, re.MULTILINE)


def test_every_command_of_the_workflow_is_one_we_have():
    assert [line.split()[0] for line in COMMANDS] == ["backfill", "poll", "publish", "db"]
    for line in COMMANDS:
        parse(shlex.split(re.sub(r"\$\{\{.*?\}\}", "https://example.com/", line)))


def test_the_workflow_runs_hourly_alone_and_keeps_database_and_site():
    # YAML takes the key `on` for a truth.
    (schedule,) = WORKFLOW[True]["schedule"]
    checkouts = [step for step in STEPS if step.get("uses") == "actions/checkout@v4"]

    assert re.fullmatch(r"\d+ \* \* \* \*", schedule["cron"])
    assert WORKFLOW["permissions"] == {"contents": "write"}
    assert WORKFLOW["concurrency"]
    assert [each.get("with", {}).get("ref") for each in checkouts] == [None, "database", "gh-pages"]
    kept = [step["working-directory"] for step in STEPS if "git push" in step.get("run", "")]
    assert kept == ["site", "database"]


def test_the_document_names_the_tables_and_when_a_month_is_closed():
    text = " ".join((ROOT / "docs" / "publish.md").read_text().split())

    assert all(f"`{name}`" in text for name in TABLES)
    assert SETTLING.days == 3
    assert "**closed** three days after its end" in text
