"""`monitor add`: a page and what the user depends on, written into the settings."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pages_at_hand import FIXTURES, Command, truth
from simulated import Clock, SimulatedPages, collecting, page_of

from monitor.cli.adding import Choice, _doubt_regions, ask
from monitor.cli.detection import FirstContact, _as_json, _state_lines
from monitor.config import VendorConfig, default_slugs
from monitor.errors import ConfigError
from monitor.picks import select
from tests.drive import answers_from, context_of
from tests.processes import served

pytestmark = pytest.mark.hours


def written(folder: Path) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((folder / "monitor.yaml").read_text())["vendors"][-1]
    return found


def test_add_writes_what_flags_choose(monitor: Command, settings_folder: Path) -> None:
    with served(truth()) as simulator:
        url = simulator.vendors[0].url
        code, out, err = monitor("add", url, "--slug", "acme", "--include", "API", "--include", "dash*", "--exclude", "Login",
            "--allow-private")  # fmt: skip

    assert (code, err.startswith("warning: the address is not encrypted")) == (0, True)
    assert "added acme (statuspage) to" in out
    assert written(settings_folder) == {
        "slug": "acme", "url": url, "include": ["API", "dash*"], "exclude": ["Login"], "allow_private": True,
    }  # fmt: skip


def test_add_says_what_it_writes_where_before_it_does(
    monitor: Command, settings_folder: Path
) -> None:
    with served(truth()) as simulator:
        url = simulator.vendors[0].url
        words = (
            "add",
            url,
            "--slug",
            "acme",
            "--all",
            "--allow-private",
            "--config",
            "monitor.yaml",
        )
        dry_code, dry_out, _ = monitor(*words, "--dry-run")
        before = (settings_folder / "monitor.yaml").read_text()
        code, out, _ = monitor(*words)

    assert (dry_code, code) == (0, 0)
    assert before == "vendors: [openai]\n"
    plan = f"""monitor.yaml gets:
  vendors: [openai, {{slug: acme, allow_private: true, url: "{url}"}}]
"""
    assert dry_out == plan + ("nothing was written; without --dry-run acme (statuspage) is added\n")
    assert out == plan + (
        "added acme (statuspage) to monitor.yaml\n"
        "next: monitor backfill acme --config monitor.yaml\n"
        "then: monitor report acme --config monitor.yaml\n"
    )


@pytest.mark.parametrize("named", [False, True])
def test_a_first_file_watches_what_was_added_and_says_so(
    monitor: Command, home: Path, named: bool
) -> None:
    """Without a file the built-in list is watched; a file of another name does not end that."""
    file = (
        home / "work" / "own.yaml" if named else home / "config" / "vendorstatus" / "monitor.yaml"
    )
    words = ("--config", str(file)) if named else ()
    with served(truth()) as simulator:
        code, out, err = monitor("add", simulator.vendors[0].url, "--slug", "acme", "--all", "--allow-private", *words)  # fmt: skip

    assert code == 0
    assert out.startswith(f"{file}, a new file, gets:\n  # The vendors")
    assert [vendor["slug"] for vendor in yaml.safe_load(file.read_text())["vendors"]] == ["acme"]
    note = f"the built-in list of {len(default_slugs())} vendors was watched; from now on only those in {file}"
    assert (note in err) == (not named)


def test_add_refuses_a_component_the_page_does_not_have_and_writes_nothing(
    monitor: Command, settings_folder: Path
) -> None:
    with served(truth()) as simulator:
        code, _, err = monitor(
            "add", simulator.vendors[0].url, "--include", "Dashbord", "--allow-private"
        )

    assert code == 2
    assert "--include 'Dashbord' names no component" in err
    assert "did you mean 'Dashboard'?" in err
    assert (settings_folder / "monitor.yaml").read_text() == "vendors: [openai]\n"


def at_a_terminal(*words: str, folder: Path, answers: str) -> tuple[int, str]:
    """Run the command with a terminal as its input, and return its exit code and what it
    printed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", *words], cwd=folder, stdin=theirs, text=True,
        env=os.environ | {"COLUMNS": "200"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, answers.encode())
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    return process.returncode, out


@pytest.mark.integration
@pytest.mark.parametrize(
    ("answers", "include"),
    [("2, api\n", ["Login", "API"]), ("\n", None), ("Nothing\n1-2\n", ["Dashboard", "Login"])],
)
def test_add_asks_at_a_terminal_which_components_count(
    settings_folder: Path, answers: str, include: list[str] | None
) -> None:
    with served(truth()) as simulator:
        code, out = at_a_terminal(
            "add",
            simulator.vendors[0].url,
            "--slug",
            "acme",
            "--allow-private",
            folder=settings_folder,
            answers=answers,
        )

    assert code == 0, out
    assert "    1  Dashboard" in out
    assert (
        "'Nothing' is in the list neither as a number nor as a name" in out
    ) == answers.startswith("Nothing")
    assert written(settings_folder).get("include") == include


async def contact_with(platform: str, case: str, **settings: Any) -> FirstContact:
    """Return what a first look finds at a page that answers like a fixture."""
    folder = FIXTURES / platform / case
    context = context_of(folder)
    pages = SimulatedPages([], Clock(context.now), answers_from(folder))
    vendor = VendorConfig(slug="acme", name="Acme", url=context.url, platform=platform, **settings)
    async with collecting(pages, {"acme": vendor}) as collector:
        result = await collector.poll(await page_of(collector, "acme"))
        page = await page_of(collector, "acme")
        return FirstContact(
            url=page.url,
            detection=await collector.detect(page.url),
            page=page,
            state=collector.store.current(page.id),
            error=result.error,
        )


def test_what_is_watched_already_is_said_before_the_page_is_asked(
    monitor: Command, tmp_path: Path
) -> None:
    (tmp_path / "monitor.yaml").write_text(
        "vendors: [openai]\nnetwork: {proxy: 'http://127.0.0.1:9'}\n"
    )
    code, _, err = monitor("add", "ChatGPT")

    assert code == 2
    assert "is already monitored as 'openai'; nothing was added" in err


def test_add_warns_where_a_variable_names_the_vendors(
    monitor: Command, settings_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_VENDORS", "openai")
    with served(truth()) as simulator:
        err = monitor("add", simulator.vendors[0].url, "--all", "--allow-private")[2]

    assert "warning: MONITOR_VENDORS says which vendors are watched" in err


async def test_a_state_nobody_knows_is_null_to_programs_and_unknown_to_people() -> None:
    contact = await contact_with("statuspage", "unknown-word")

    assert None in {row["level"] for row in _as_json(contact)["components"]}
    assert any(line.startswith("  1 unknown: ") for line in _state_lines(contact))


async def test_add_asks_for_regions_where_a_page_speaks_of_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What AWS says is rated for nobody; the regions of its events are the list to choose from."""
    contact = await contact_with("aws", "overlapping", regions=("*",))
    listed = sorted(
        {known.component.region for known in contact.state.components if known.component.region}
    )
    monkeypatch.setattr(sys, "stdin", io.StringIO("1\n"))

    assert ask(contact) == Choice(regions=(listed[0],))
    assert f"    1  {listed[0]}" in capsys.readouterr().out


async def test_a_region_that_is_nearly_one_of_the_page_is_doubted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    contact = await contact_with("aws", "overlapping", regions=("*",))
    rows = contact.state.components
    known = sorted({row.component.region for row in rows if row.component.region})
    typo = known[0].replace("-", "", 1)

    _doubt_regions(contact, [known[0], "mars-1", typo])

    err = capsys.readouterr().err
    assert err == f"warning: the page names no region {typo!r} now; did you mean '{known[0]}'?\n"


NAMES = ("Dashboard", "API", "API 2", "Login")


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ("", NAMES),
        ("1", ("Dashboard",)),
        ("2-4", NAMES[1:]),
        ("4, 1", ("Dashboard", "Login")),
        ("api*", ("API", "API 2")),
    ],
)
def test_an_answer_means_numbers_ranges_names_or_patterns(
    answer: str, names: tuple[str, ...]
) -> None:
    assert select(answer, NAMES) == names


@pytest.mark.parametrize(
    "answer", ["0", "5", "3-9", "4-2", "Logn", "99999999999999999999", "1,,nobody"]
)
def test_an_answer_that_means_nothing_is_named(answer: str) -> None:
    with pytest.raises(ConfigError, match="is in the list neither"):
        select(answer, NAMES)


@pytest.mark.slow
@given(
    answer=st.text(alphabet="0123456789-,*aA ", max_size=12),
    names=st.lists(st.text(max_size=4), max_size=5),
)
def test_whatever_is_answered_only_names_of_the_list_are_select(
    answer: str, names: list[str]
) -> None:
    try:
        found = select(answer, names)
    except ConfigError:
        return
    assert [name for name in names if name in found] == [
        name for name in found if name in names
    ] or set(found) <= set(names)
