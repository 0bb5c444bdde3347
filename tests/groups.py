"""Which integration tests and measurements one process has together, and which begin first:
`--dist loadgroup`.

Tests of a file share what takes long to make, tests of dashboards a Prometheus. xdist reads groups
of a marker from names of tests that pytest 9.2 lets nobody change, and then says nothing and groups
none; so they are read from the names as they are.
"""

import re

from xdist.scheduler import LoadScopeScheduling

APART = {"test_interrupts.py", "test_newcomers.py"}
"""The files whose tests take minutes and share nothing."""
DASHBOARDS = re.compile(r"test_dashboards_(grafana|pictures?|queries)\.py::.*?[\[-](/[^]-]*)")
"""A test of dashboards with a Prometheus, and the folder of that."""
PROMTOOL = re.compile(r"test_alerts_promtool\.py::.*\[(\w+)")
LONGEST = (
    # Measurements, of which the first waits more than it computes.
    "test_http_api_speed.py",
    "test_hard_input.py",
    "test_big_input.py",
    "test_whole_path.py",
    "test_start_cost.py",
    # Integration tests.
    "test_the_first_upgrade_and_all_that_changes_meanwhile_lose_nothing",
    "test_the_first_hour_ends_with_an_alert_that_fires",
    "test_ctrl_c_at_any_instant_is_one_line_or_comes_too_late",
    "dashboards ",
    "test_page_days.py",
    "test_pages_browser.py",
    "test_dashboards_queries.py",
    "test_history.py",
    "test_presence.py",
    "test_cli_demo.py",
    "promtool ",
    "test_stack.py",
    "test_the_first_argument_is_won_with_the_same_figures_everywhere",
    "test_terminal.py",
    "test_environment.py",
    "test_store_copies.py",
    "test_evidence.py",
    "test_dashboards_display.py",
    "test_http_api_schema.py",
    "test_agents_http.py",
    "test_document_runs.py",
)
"""How the names of the groups begin that take half a minute or more, the longest first: with
`--no-loadscope-reorder` they begin in this order, so that nobody waits for one of them at the
end."""


class Groups(LoadScopeScheduling):
    """Gives each group to one process."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """Return the name of a test's group, which is its file's where it has no other."""
    path, _, name = nodeid.partition("::")
    file = path.rpartition("/")[2]
    if match := DASHBOARDS.search(nodeid):
        return f"dashboards {match[2]}"
    if match := PROMTOOL.search(nodeid):
        return f"promtool {match[1]}"
    return name if file in APART else file


def turn(nodeid: str) -> int:
    """Return when a test's group begins: the longest at 0, whatever is short last and together."""
    group = group_of(nodeid)
    for place, beginning in enumerate(LONGEST):
        if group.startswith(beginning):
            return place
    return len(LONGEST)
