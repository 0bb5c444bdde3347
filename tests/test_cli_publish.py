"""`monitor publish` as a user meets it: what it says, and what it refuses."""

import json

import pytest
from publication_world import NOW, contents, read, vendors_of, watch
from store_support import poll

from exporters import publication
from exporters.publication import Folder
from monitor.store import Store
from tests.processes import typed

pytestmark = [pytest.mark.hours, pytest.mark.slow]

AS_OF = f"{NOW:%Y-%m-%dT%H:%MZ}"


@pytest.fixture
def monitor(monkeypatch, capfd, tmp_path):
    """Run the command in a folder with settings and a database of two vendors."""
    vendors = vendors_of("acme", "globex")
    with Store.open(f"sqlite:///{tmp_path / 'status.db'}") as store:
        watch(store, vendors)
        for each in vendors:
            read(store, each)
    lines = [f"  - {{slug: {each.slug}, url: '{each.url}'}}" for each in vendors]
    stacks = ["stacks:", "  both: [acme, globex]", "  one: [acme/api]"]
    text = "\n".join(["database: status.db", "vendors:", *lines, *stacks, ""])
    (tmp_path / "monitor.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    run = typed(monkeypatch, capfd)
    return lambda *words: run("publish", *words)


def test_it_says_what_it_wrote_and_as_of_when(monitor, tmp_path):
    first = monitor("site", "--months", "1", "--as-of", AS_OF)
    again = monitor("site", "--months", "1", "--as-of", AS_OF)
    count = len(contents(tmp_path / "site")) - 1

    line = f"site: {count} files as of 2026-05-04T12:00:00Z; "
    assert first == (0, f"{line}{count} written, 0 removed\n", "")
    assert again == (0, f"{line}0 written, 0 removed\n", "")


def test_vendors_are_chosen_and_stacks_that_need_no_other(monitor, tmp_path):
    code, _, err = monitor("site", "--vendor", "acme", "--months", "1", "--as-of", AS_OF)
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_text())

    assert (code, err) == (0, "")
    assert manifest["vendors"] == ["acme"]
    assert (tmp_path / "site" / "stacks" / "one" / "index.html").is_file()
    assert not (tmp_path / "site" / "stacks" / "both").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--vendor", "nobody"], "no vendor 'nobody'"),
        (["--base-url", "example.com"], "is no address of a site"),
        (["--base-url", "javascript:alert(1)"], "is no address of a site"),
        (["--as-of", "2999-01-01"], "has not come yet"),
        (["--as-of", "yesterday"], "is not an ISO 8601 time"),
        (["--months", "0"], "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(monitor, tmp_path, words, said):
    code, _, err = monitor("site", *words)

    assert code == 2
    assert said in err
    assert not (tmp_path / "site").exists()


def test_what_was_read_after_the_moment_that_is_shown_is_told(monitor, tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'status.db'}") as store:
        for page in store.pages():
            store.record_polls([poll(page, NOW, "ok")])
    _, _, then = monitor("site", "--months", "1", "--as-of", AS_OF)
    _, _, before = monitor("site", "--months", "1", "--as-of", "2026-05-01T00:00Z")
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_text())

    assert then == ""
    assert "vendors were read until 2026-05-04T12:00:00Z, which is later" in before
    assert (manifest["as_of"], manifest["read_until"]) == (
        "2026-05-01T00:00:00+00:00",
        "2026-05-04T12:00:00+00:00",
    )


def test_a_folder_of_others_is_refused(monitor, tmp_path):
    code, _, err = monitor(".", "--months", "1")

    assert code == 2
    assert "was not made by `monitor publish`" in err
    assert not (tmp_path / "index.html").exists()


def test_it_shows_the_database_as_it_was_when_it_began(monitor, monkeypatch, tmp_path):
    monitor("before", "--months", "1", "--as-of", AS_OF)
    with Store.open(f"sqlite:///{tmp_path / 'status.db'}") as writer:

        class BusyFolder(Folder):
            def put(self, path, content):
                if path == "index.html":
                    read(writer, vendors_of("acme")[0], hours=5, title="More errors")
                super().put(path, content)

        monkeypatch.setattr(publication, "Folder", BusyFolder)
        monitor("meanwhile", "--months", "1", "--as-of", AS_OF)
        monitor("after", "--months", "1", "--as-of", AS_OF)

    assert contents(tmp_path / "meanwhile") == contents(tmp_path / "before")
    assert contents(tmp_path / "after") != contents(tmp_path / "before")
