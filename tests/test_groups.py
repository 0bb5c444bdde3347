"""One process has what shares something that takes long to make, and nobody waits for the longest."""

import os

import pytest

from tests.groups import LONGEST, group_of, turn

HERE = "tests/integration/test_dashboards_"


@pytest.mark.parametrize(
    ("name", "group"),
    [
        (f"{HERE}grafana.py::test_a[/usr/bin]", "dashboards /usr/bin"),
        (f"{HERE}queries.py::test_b[/usr/bin-vendorstatus-vendor]", "dashboards /usr/bin"),
        (f"{HERE}pictures.py::test_b[vendorstatus-vendor-/usr/bin]", "dashboards /usr/bin"),
        (f"{HERE}queries.py::test_c[vendorstatus-vendor]", "test_dashboards_queries.py"),
        (f"{HERE}queries.py::test_d", "test_dashboards_queries.py"),
        (f"{HERE}display.py::test_e[newest]", "test_dashboards_display.py"),
        ("tests/integration/test_page_days.py::test_f[/usr/bin-x]", "test_page_days.py"),
        ("tests/integration/test_alerts_promtool.py::test_g[other1-burn]", "promtool other1"),
        ("tests/test_interrupts.py::test_h[words0]", "test_h[words0]"),
        ("tests/test_store.py::test_i[postgresql]", "test_store.py"),
    ],
)
def test_a_group_is_a_file_a_prometheus_or_a_test_that_takes_minutes(name, group) -> None:
    assert group_of(name) == group


def test_what_takes_longest_begins_first() -> None:
    names = ["tests/test_store.py::test_a", f"{HERE}grafana.py::test_b[/usr/bin]"]

    assert sorted(names, key=turn) == names[::-1]
    assert turn(names[0]) == len(LONGEST)


@pytest.mark.integration
@pytest.mark.parametrize("number", range(8))
def test_one_process_has_all_tests_of_this_file(number, tmp_path_factory, request) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        return
    everyone = tmp_path_factory.getbasetemp().parent / "who-has-this-file"
    with everyone.open("a") as written:
        written.write(f"{os.environ['PYTEST_XDIST_WORKER']}\n")

    assert len(set(everyone.read_text().split())) == 1
