"""The commands in the order in which `monitor --help` lists them: what each is for, and in which
module it is, which is imported when the command is called.

Importing them all takes longer than most commands run. `tests/test_command_index.py` holds the
table to what the modules have.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """Where a command is, and its line in the list. `is_shortened`: a text that is too long for the
    line is cut, and not broken.
    """

    module: str
    text: str
    is_shortened: bool = False


COMMANDS: Mapping[str, Entry] = {
    "serve": Entry("serving", "Poll on schedule and serve /metrics and /api."),
    "mcp": Entry("agents", "Answer an assistant's questions (MCP, on stdin and stdout)."),
    "poll": Entry("reading", "Read the current state once."),
    "backfill": Entry("reading", "Rebuild history from vendors' records."),
    "status": Entry("status", "Say whether vendors work now."),
    "report": Entry("reporting", "Say how reliable vendors have been."),
    "explain": Entry("explaining", "Show the evidence behind a day, or which days were not quiet."),
    "why": Entry("explaining", "Show what would make a day another one."),
    "rebuild": Entry("rebuilding", "Compute all days again, offline."),
    "record": Entry("recordings", "Record a page as a folder."),
    "replay": Entry("recordings", "Run everything over a recording."),
    "demo": Entry("simulation", "Watch simulated vendors, offline."),
    "version": Entry("about", "Print the version."),
    "init": Entry("beginning", "Write a first monitor.yaml."),
    "detect": Entry("detection", "Say which platform a page runs on."),
    "add": Entry("adding", "Check a page and configure it."),
    "vendors": Entry("listing", "List configured and catalogued vendors."),
    "remove": Entry("removing", "Take a vendor out of the settings."),
    "rename": Entry("removing", "Give a vendor another slug."),
    "purge": Entry("removing", "Delete a former vendor's history."),
    "accept": Entry("checking", "Accept a vendor's new page."),
    "check": Entry("checking", "Check the settings file."),
    "apply": Entry("applying", "Put the settings in force."),
    "schema": Entry("schema", "Print the JSON Schema of monitor.yaml."),
    "token": Entry("tokens", "Make a token for a program that asks the web server."),
    "export": Entry(
        "exporting",
        "Write what is known for other programs: history for Prometheus, tables for a notebook.",
        is_shortened=True,
    ),
    "publish": Entry("publishing", "Write the pages as a site of files."),
    "evidence": Entry("evidence", "Write out the answers kept for a day."),
    "assets": Entry("assets", "Write out alert rules, dashboards and runbooks."),
    "db": Entry("database", "Look after the database.", is_shortened=True),
    "completion": Entry("completion", "Have your shell finish words at Tab.", is_shortened=True),
}
