"""The commands about pages: what one is, adding it with what the user depends on, what we know of
vendors, what moved."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from simulated import Clock, SimulatedPages, collecting, page_of
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor import platforms
from monitor.cli.adding import Choice, ask
from monitor.cli.detection import FirstContact, _as_json, _state_lines
from monitor.config import Header, VendorConfig, catalog
from monitor.demo.chance import random_truth
from monitor.demo.server import Simulator
from monitor.demo.truth import Truth
from monitor.errors import ConfigError
from monitor.picks import select
from monitor.runtime import ad_hoc_vendor, ephemeral
from tests.drive import answers_from, context_of
from tests.processes import now, served, typed

pytestmark = pytest.mark.hours

FIXTURES = Path(__file__).parent / "fixtures"

PARTS = ((None, "Dashboard"), (None, "Login"), ("EU", "API"), ("US", "Search"))


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def monitor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """The command in this process, in a folder of its own, where a terminal is 200 columns wide."""
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path / 'monitor.db'}")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    return typed(monkeypatch, capsys)


def truth(platform: str = "statuspage") -> Truth:
    return random_truth(4, now=now(), platform=platform, parts=PARTS, incidents=3, live=False)


# ----------------------------------------------------------------------------------------------------------
# detecting


@pytest.mark.parametrize("platform", ["statuspage", "incidentio"])
def test_detect_says_what_a_page_is_how_far_back_it_goes_and_what_it_says_now(
    monitor: Command, tmp_path: Path, platform: str
) -> None:
    with served(truth(platform)) as simulator:
        code, out, _ = monitor("detect", simulator.vendors[0].url, "--allow-private")
    first, *_ = lines = out.splitlines()
    about = platforms.named(platform).ABOUT

    assert code == 0
    assert first == f"{about.title} ({platform}), verified on answers of {about.verified}"
    assert f"live: {about.live}" in lines
    assert any(
        line.startswith("history: as far as the page's record goes, per component, in seconds")
        for line in lines
    )
    assert f"note: {about.caveat}" in lines
    assert any(line.startswith("now, 4 components") for line in lines)
    assert "  4 operational" in lines
    assert list(tmp_path.iterdir()) == []


def test_detect_writes_json_for_scripts(monitor: Command) -> None:
    with served(truth()) as simulator:
        code, out, _ = monitor(
            "detect", simulator.vendors[0].url, "--allow-private", "--format", "json"
        )
    told = json.loads(out)

    assert code == 0
    assert (told["platform"], told["error"], told["about"]["title"]) == (
        "statuspage",
        None,
        "Atlassian Statuspage",
    )
    assert len({sign["kind"] for sign in told["evidence"]}) >= 2
    assert {part["name"]: part["level"] for part in told["components"]} == {
        name: "operational" for _, name in PARTS
    }


# ------------------------------------------------------------------------------- the network and
# headers of the settings


class ProxySimulator(Simulator):
    """A page that answers for whatever host it is asked for, as a proxy does."""

    def application(self, truth: Truth) -> ASGIApp:
        page = super().application(truth)

        async def asked(scope: Scope, receive: Receive, send: Send) -> None:
            await page({**scope, "path": urlsplit(scope["path"]).path}, receive, send)

        return asked


LOOKS = {
    "detect": ("detect", "http://status.acme.example/"),
    "record": ("record", "http://status.acme.example/", "folder"),
    "add": ("add", "http://status.acme.example/", "--all"),
    "check": ("check", "--live"),
}


@pytest.mark.slow
@pytest.mark.parametrize("words", LOOKS.values(), ids=LOOKS)
def test_a_page_is_looked_at_by_the_proxy_of_the_settings(
    monitor: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    with served(truth(), kind=ProxySimulator) as simulator:
        proxy = simulator.vendors[0].url.rstrip("/")
        vendor = "{slug: other, url: 'http://status.other.example/', platform: statuspage}"
        (tmp_path / "monitor.yaml").write_text(
            f"network: {{proxy: '{proxy}'}}\nvendors: [{vendor}]\n"
        )
        code, out, err = monitor(*words)

    assert (code, "no connection" in out + err) == (0, False), out + err


@pytest.mark.parametrize("words", LOOKS.values(), ids=LOOKS)
def test_a_certificate_of_the_settings_that_is_not_there_is_told_before_a_page_is_looked_at(
    monitor: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "monitor.yaml").write_text("network: {ca_file: missing.pem}\nvendors: [openai]\n")

    code, _, err = monitor(*words)

    assert code == 2
    assert "missing.pem" in err


def test_a_page_is_looked_at_with_the_headers_and_limits_of_the_vendor_that_has_its_address() -> (
    None
):
    token = Header(name="Authorization", kind="env", value="TOKEN")
    acme = VendorConfig(
        slug="acme", name="Acme", url="https://status.acme.example/", headers=(token,), timeout_seconds=7.0,
        platform="statuspage", include=("API",),
    )  # fmt: skip
    settings = ephemeral(acme)

    known = ad_hoc_vendor(acme.url, like=settings)
    other = ad_hoc_vendor("https://status.other.example/", like=settings)

    assert (known.headers, known.timeout_seconds) == ((token,), 7.0)
    assert (known.platform, known.include) == (None, ())
    assert other.headers == ()


# -------------------------------------------------------------------------------------------------------------
# adding


def written(folder: Path) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((folder / "monitor.yaml").read_text())["vendors"][-1]
    return found


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    (tmp_path / "monitor.yaml").write_text("vendors: [openai]\n")
    return tmp_path


def test_add_writes_what_flags_choose(monitor: Command, settings: Path) -> None:
    with served(truth()) as simulator:
        url = simulator.vendors[0].url
        code, out, err = monitor("add", url, "--slug", "acme", "--include", "API", "--include", "dash*", "--exclude", "Login",
            "--allow-private")  # fmt: skip

    assert (code, err.startswith("warning: the address is not encrypted")) == (0, True)
    assert "added acme (statuspage) to" in out
    assert written(settings) == {
        "slug": "acme", "url": url, "include": ["API", "dash*"], "exclude": ["Login"], "allow_private": True,
    }  # fmt: skip


def test_add_refuses_a_component_the_page_does_not_have_and_writes_nothing(
    monitor: Command, settings: Path
) -> None:
    with served(truth()) as simulator:
        code, _, err = monitor(
            "add", simulator.vendors[0].url, "--include", "Dashbord", "--allow-private"
        )

    assert code == 2
    assert "--include 'Dashbord' names no component" in err
    assert "Dashboard" in err
    assert (settings / "monitor.yaml").read_text() == "vendors: [openai]\n"


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
    settings: Path, answers: str, include: list[str] | None
) -> None:
    with served(truth()) as simulator:
        code, out = at_a_terminal(
            "add",
            simulator.vendors[0].url,
            "--slug",
            "acme",
            "--allow-private",
            folder=settings,
            answers=answers,
        )

    assert code == 0, out
    assert "    1  Dashboard" in out
    assert (
        "'Nothing' is in the list neither as a number nor as a name" in out
    ) == answers.startswith("Nothing")
    assert written(settings).get("include") == include


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


# ------------------------------------------------------------------------------------------------------------
# listing


def test_vendors_are_found_by_a_part_of_their_name_or_address(monitor: Command) -> None:
    code, out, _ = monitor("vendors", "--search", "claude", "--format", "json")

    assert code == 0
    assert [row["vendor"] for row in json.loads(out)] == ["anthropic"]


def test_vendors_of_a_category(monitor: Command) -> None:
    code, out, _ = monitor("vendors", "--category", "ai", "--format", "json")

    assert code == 0
    assert [row["vendor"] for row in json.loads(out)] == [
        entry.slug for entry in catalog() if entry.category == "ai"
    ]


def test_a_category_nobody_knows_names_those_there_are(monitor: Command) -> None:
    code, _, err = monitor("vendors", "--category", "spaceships")

    assert code == 2
    assert "no category is called 'spaceships'; there are: ai, " in err


def test_no_vendor_found_says_what_to_do(monitor: Command) -> None:
    code, out, _ = monitor("vendors", "--search", "zzyzx")

    assert code == 0
    assert "monitor add URL" in out


def test_the_table_of_platforms_has_a_row_for_each_and_says_which_are_unverified(
    monitor: Command,
) -> None:
    code, out, _ = monitor("vendors", "--platforms", "--format", "json")
    rows = {row["platform"]: row for row in json.loads(out)}

    assert code == 0
    assert set(rows) == set(platforms.names())
    assert all(row["live"] and row["reach"] for row in rows.values())
    assert (
        rows["statuspage"]["verified"] == platforms.named("statuspage").ABOUT.verified.isoformat()
    )


def test_what_a_source_under_reports_stands_under_the_vendors_and_in_the_report(
    monitor: Command, tmp_path: Path
) -> None:
    with served(truth("incidentio")) as simulator:
        vendor = {"slug": "acme", "url": simulator.vendors[0].url, "allow_private": True}
        (tmp_path / "monitor.yaml").write_text(json.dumps({"vendors": [vendor]}))
        assert monitor("poll")[0] == 0
    listed, reported = (monitor(command)[1] for command in ("vendors", "report"))
    exact = json.loads(monitor("report", "--format", "json")[1])["vendors"][0]
    trust = platforms.caveat("incidentio")

    assert trust
    assert f"incidentio: {trust}" in " ".join(listed.split())
    assert f"about this source: {trust.rstrip('.')}" in " ".join(reported.split())
    assert exact["trust"] == trust


# -----------------------------------------------------------------------------------------------------------
# checking


def test_check_live_says_what_moved_and_stores_nothing(monitor: Command, tmp_path: Path) -> None:
    steady, moved = truth(), replace(truth("incidentio"), slug="moved")
    with served(steady, moved) as simulator:
        vendors = [
            {
                "slug": "steady",
                "url": simulator.vendors[0].url,
                "platform": "statuspage",
                "allow_private": True,
            },
            {
                "slug": "moved",
                "url": simulator.vendors[1].url,
                "platform": "statuspage",
                "allow_private": True,
            },
            {"slug": "gone", "url": "http://127.0.0.1:9/", "allow_private": True},
        ]
        (tmp_path / "monitor.yaml").write_text(json.dumps({"vendors": vendors}))
        code, out, _ = monitor("check", "--live")

    assert code == 1
    assert "moved: was statuspage, is incidentio (" in out
    assert "gone: not read (connect):" in out
    assert "steady" not in out
    assert out.splitlines()[-1] == "3 pages looked at, 2 not as known"
    assert not (tmp_path / "monitor.db").exists()


@pytest.mark.slow
def test_another_companys_page_is_told_by_poll_backfill_and_check_and_read_once_it_is_accepted(
    monitor: Command, tmp_path: Path
) -> None:
    """Here the settings name another page by mistake; a redirect or a taken name is told the same
    way."""
    acme = replace(truth(), slug="acme", name="Acme")
    globex = random_truth(9, now=now(), slug="globex", name="Globex", incidents=2, live=False)
    with served(acme, globex) as simulator:
        ours, theirs = (vendor.url for vendor in simulator.vendors)

        def configured(url: str) -> None:
            vendor = {"slug": "acme", "url": url, "platform": "statuspage", "allow_private": True}
            (tmp_path / "monitor.yaml").write_text(json.dumps({"vendors": [vendor]}))

        configured(ours)
        assert monitor("poll")[0] == 0
        assert monitor("check", "--live")[0] == 0
        code, _, err = monitor("accept", "acme")
        assert code == 2
        assert err.startswith(
            "monitor: nothing to accept for acme: its last reading was of the page it had before; "
        )
        configured(theirs)
        code, live, _ = monitor("check", "--live")
        assert code == 1
        assert (
            f"acme: identity changed: its id is {globex.page_id} (Globex), before {acme.page_id}"
            in live
        )
        for command in ("poll", "backfill"):
            code, out, err = monitor(command)
            assert code == 1
            assert f"its id is {globex.page_id} (Globex), before {acme.page_id} (Acme)" in " ".join(
                (out + err).split()
            )
            assert "monitor accept acme" in " ".join((out + err).split())
        code, out, _ = monitor("accept", "acme")
        assert code == 0
        assert out.splitlines()[0].startswith(f"acme is now 'Globex' id {globex.page_id}")
        assert monitor("poll")[0] == 0
        assert monitor("check", "--live")[0] == 0
        assert monitor("accept", "nobody")[0] == 2
