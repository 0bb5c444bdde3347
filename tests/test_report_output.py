"""Where a report is written, and in which form: the options, as they are typed."""

import json
from pathlib import Path

import pytest

from monitor.cli.files import whole_file
from monitor.cli.options import ReportForm
from monitor.cli.report_forms import Way
from monitor.errors import ConfigError
from tests.cases import FIXTURES, recording_of, write_recording

pytestmark = pytest.mark.hours

CASE = FIXTURES / "statuspage" / "ongoing"
FAKE = """#!/bin/sh
for word; do case "$word" in --print-to-pdf=*) file="${word#*=}";; file:*) page="${word#file://}";; esac; done
grep -q "<h1>" "$page" && printf '%%PDF-1.4' > "$file"
"""


@pytest.fixture
def replayed(monitor, tmp_path: Path):
    """Run the report of a recording with these options; return exit code, stdout and stderr."""
    folder = str(write_recording(recording_of(CASE), tmp_path / "recording"))
    return lambda *words: monitor("replay", folder, "--days", "7", *words)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("r.html", "<!DOCTYPE html>\n"),
        ("r.csv", "vendor,component,"),
        ("r.json", "{\n"),
        ("r.MD", "## "),
    ],
)
def test_the_name_of_the_file_says_the_form(replayed, tmp_path: Path, name, begins):
    code, out, err = replayed("-o", name)

    assert (code, out) == (0, "")
    assert err.endswith(f"wrote {name}\n")
    assert (tmp_path / name).read_text().startswith(begins)


@pytest.mark.slow
def test_what_is_in_the_file_is_what_would_be_printed(replayed, tmp_path: Path):
    _, printed, _ = replayed("--format", "json")
    _, dashed, _ = replayed("--format", "json", "-o", "-")
    replayed("--format", "json", "-o", "report.data")

    assert (tmp_path / "report.data").read_text() == printed == dashed
    assert json.loads(printed)["window_days"] == 7


@pytest.mark.slow
def test_a_table_in_a_file_has_no_codes_and_no_padding(replayed, tmp_path: Path):
    replayed("-o", "r.txt")
    lines = (tmp_path / "r.txt").read_text().splitlines()

    assert any("known days" in line for line in lines)
    assert not any("\x1b" in line or line != line.rstrip() for line in lines)


def test_a_name_that_says_no_form_is_refused_before_anything_is_read(monitor, tmp_path: Path):
    code, out, err = monitor("report", "-o", "report")

    assert (code, out) == (2, "")
    assert "name it .html, .pdf, .md, .csv, .json or .txt, or give --format" in err
    assert not (tmp_path / "monitor.db").exists()


@pytest.mark.slow
def test_a_file_that_cannot_be_written_is_an_error_with_its_reason(replayed, tmp_path: Path):
    (tmp_path / "file").write_text("")
    code, _, err = replayed("-o", "file/r.csv")

    assert code == 2
    assert "cannot write file/r.csv" in err


def test_a_file_is_whole_or_as_it_was(tmp_path: Path):
    path = tmp_path / "r.csv"
    path.write_text("before")

    def write_half() -> None:
        with whole_file(path) as file:
            file.write(b"half of")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_browser_a_pdf_is_refused_with_what_to_do_instead(monitor, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = monitor("report", "-o", "r.pdf")

    assert code == 2
    assert "none of chromium, chromium-browser, google-chrome is on PATH" in err
    assert "write it with --format html, open that in a browser and print it" in err


def test_a_browser_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("MONITOR_BROWSER", "/nowhere/browser")

    with pytest.raises(ConfigError, match="MONITOR_BROWSER=/nowhere/browser is no program"):
        Way.of(ReportForm.PDF, Path("r.pdf"))


def fake_browser(tmp_path: Path, text: str = FAKE) -> str:
    browser = tmp_path / "browser"
    browser.write_text(text)
    browser.chmod(0o755)
    return str(browser)


@pytest.mark.integration
def test_a_browser_prints_the_page(replayed, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("MONITOR_BROWSER", fake_browser(tmp_path))
    code, _, _ = replayed("-o", "r.pdf")

    assert code == 0
    assert (tmp_path / "r.pdf").read_bytes() == b"%PDF-1.4"


@pytest.mark.integration
def test_a_browser_that_prints_nothing_leaves_no_file_and_says_what_it_complained_of(
    replayed, monkeypatch, tmp_path: Path
):
    monkeypatch.setenv(
        "MONITOR_BROWSER", fake_browser(tmp_path, "#!/bin/sh\necho no display >&2\n")
    )
    code, _, err = replayed("-o", "r.pdf")

    assert code == 2
    assert "made no PDF (no display)" in err
    assert not (tmp_path / "r.pdf").exists()
