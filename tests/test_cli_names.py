"""Vendors as people type them: by slug or name, in any case, and what is said of a word that is
none."""

from pathlib import Path

import pytest
from pages_at_hand import Command, truth

from tests.processes import served

pytestmark = pytest.mark.hours
UNREACHABLE = "network: {proxy: 'http://127.0.0.1:9'}\n"


@pytest.fixture
def watched(monitor: Command, tmp_path: Path):
    """The command, whose settings name a page that has been polled, and one of another vendor."""
    with served(truth()) as simulator:
        (tmp_path / "monitor.yaml").write_text(
            "vendors:\n"
            f"  - {{slug: acme, name: Acme Cloud, url: '{simulator.vendors[0].url}', allow_private: true}}\n"
            "  - anthropic\n"
        )
        assert monitor("poll", "acme")[0] == 0
        yield monitor


@pytest.mark.slow
def test_a_vendor_is_named_in_any_case_by_its_slug_its_name_or_its_pages(watched: Command) -> None:
    for word in ("acme", "ACME", "acme cloud", "AcmeCloud", "vendor 4"):
        code, out, err = watched("report", word, "--format", "csv")

        assert (code, err) == (0, "")
        assert {line.split(",")[0] for line in out.splitlines()[1:]} == {"acme"}


@pytest.mark.slow
def test_every_command_about_a_vendor_takes_its_name(watched: Command) -> None:
    assert watched("explain", "Acme Cloud", "2026-05-22")[0] == 0
    assert watched("why", "Acme Cloud", "2026-05-22")[0] == 0
    assert watched("poll", "Acme Cloud")[1].startswith("acme: ")
    assert watched("rebuild", "Acme Cloud")[0] == 0
    assert (
        "no answer of acme is kept" in watched("evidence", "Acme Cloud", "2020-05-22", "-o", "x")[2]
    )


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        ("acne", "did you mean 'acme'?"),
        ("claud", "did you mean 'anthropic'?"),
        ("gcp", "add it with: monitor add gcp"),
        ("Google Cloud", "add it with: monitor add 'Google Cloud'"),
        ("qqqq", "there are: acme, anthropic"),
    ],
)
def test_a_word_that_is_no_vendor_gets_the_remedy_for_it(
    monitor: Command, tmp_path: Path, empty_database: Path, word: str, remedy: str
) -> None:
    (tmp_path / "monitor.yaml").write_text("vendors: [{slug: acme, url: a.example}, anthropic]\n")
    for command in ("report", "poll", "backfill", "rebuild"):
        code, _, err = monitor(command, word)

        assert code == 2
        assert err == f"monitor: no vendor '{word}' in monitor.yaml; {remedy}\n"


def test_a_vendor_of_the_catalogue_is_not_taken_for_a_typo_of_a_watched_one(
    monitor: Command, tmp_path: Path, empty_database: Path
) -> None:
    (tmp_path / "monitor.yaml").write_text("vendors: [datadog-eu]\n")

    assert monitor("report", "datadog")[2].endswith("; add it with: monitor add datadog\n")
    assert monitor("report", "datadog-e")[2].endswith("; did you mean 'datadog-eu'?\n")


def test_a_name_that_two_vendors_share_is_refused(
    monitor: Command, tmp_path: Path, empty_database: Path
) -> None:
    (tmp_path / "monitor.yaml").write_text(
        "vendors:\n"
        "  - {slug: acme-eu, name: Acme, url: 'https://a.example'}\n"
        "  - {slug: acme-us, name: Acme, url: 'https://b.example'}\n"
    )
    code, _, err = monitor("report", "acme")

    assert code == 2
    assert err == "monitor: 'acme' may be acme-eu or acme-us of monitor.yaml; write one of them\n"


@pytest.mark.parametrize(
    "words", [("add", "GCP"), ("detect", "Google Cloud"), ("record", "gcp", "x")]
)
def test_a_vendor_of_the_catalogue_is_looked_at_by_its_name(
    monitor: Command, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "monitor.yaml").write_text(f"vendors: [openai]\n{UNREACHABLE}")
    code, out, err = monitor(*words)

    assert code == 1
    assert "https://status.cloud.google.com/" in out + err
    assert (tmp_path / "monitor.yaml").read_text() == f"vendors: [openai]\n{UNREACHABLE}"


@pytest.mark.slow
def test_detect_takes_a_configured_vendor(watched: Command) -> None:
    for word in ("Acme", "acme cloud"):
        code, out, _ = watched("detect", word, "--allow-private")

        assert code == 0
        assert out.startswith("Atlassian Statuspage")
    assert watched("detect", "acne")[2] == "monitor: no vendor 'acne'; did you mean 'acme'?\n"


@pytest.mark.parametrize("command", [("add",), ("detect",), ("record",)])
def test_a_word_that_is_no_vendor_of_the_catalogue_gets_a_suggestion(
    monitor: Command, command: tuple[str, ...]
) -> None:
    folder = ("x",) if command == ("record",) else ()
    code, _, err = monitor(*command, "antropic", *folder)

    assert code == 2
    remedy = "did you mean 'anthropic'? If not, give the address of its status page"
    assert err == f"monitor: 'antropic' is not in the catalogue; {remedy}\n"
