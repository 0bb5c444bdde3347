"""The folder that is published into: what is written, what is removed, and what is never touched."""

import pytest

from exporters.publication.dead_links import target, without_dead_links
from exporters.publication.folder import NEW, Folder
from exporters.publication.manifest import NAME, Entry, Manifest, read_manifest
from exporters.publication.months import Month, months_until
from monitor.errors import ConfigError

ABOUT = {"as_of": "2026-05-22T12:00:00+00:00"}


def publish(root, **files):
    """Publish files by their names, of which `__` is a slash, and return the folder."""
    folder = Folder.open(root)
    for name, content in files.items():
        folder.put(name.replace("__", "/"), content.encode())
    folder.finish(ABOUT)
    return folder


def names(root):
    return sorted(str(each.relative_to(root)) for each in root.rglob("*") if each.is_file())


def test_only_what_changed_is_written_and_what_we_wrote_before_is_removed(tmp_path):
    publish(tmp_path, index="1", v__acme="2", v__old__deep="3")
    before = (tmp_path / "index").stat().st_mtime_ns
    folder = publish(tmp_path, index="1", v__acme="4")

    assert (folder.written, folder.removed) == (1, 1)
    assert (tmp_path / "index").stat().st_mtime_ns == before
    assert names(tmp_path) == ["index", NAME, "v/acme"]
    assert not (tmp_path / "v" / "old").exists()


def test_the_manifest_has_every_file_and_is_the_same_in_any_order(tmp_path):
    folder = publish(tmp_path, b="1", a="2")
    manifest = read_manifest((tmp_path / NAME).read_bytes())

    assert manifest.files == {"a": Entry.of(b"2"), "b": Entry.of(b"1")}
    assert list(manifest.files) == ["a", "b"]
    assert manifest.about == ABOUT
    assert Manifest(ABOUT, dict(reversed(folder.files.items()))).content == (
        (tmp_path / NAME).read_bytes()
    )


def test_a_folder_with_other_files_is_refused_and_a_checkout_of_git_is_not(tmp_path):
    (tmp_path / ".git").mkdir()
    Folder.open(tmp_path)
    (tmp_path / "letter.txt").write_text("dear")

    with pytest.raises(ConfigError, match=r"holds other files \(letter.txt\)"):
        Folder.open(tmp_path)


def test_foreign_files_stay_and_none_is_overwritten(tmp_path):
    publish(tmp_path, index="1", v__acme="2")
    (tmp_path / "v" / "notes").write_text("mine")
    (tmp_path / "taken").write_text("mine")
    publish(tmp_path, index="1")

    assert names(tmp_path) == ["index", NAME, "taken", "v/notes"]
    with pytest.raises(ConfigError, match=r"taken is in the way, and not ours"):
        publish(tmp_path, taken="ours")
    assert (tmp_path / "taken").read_text() == "mine"


def test_what_a_run_wrote_that_broke_off_is_ours(tmp_path):
    broken = Folder.open(tmp_path)
    broken.put("half", b"1")
    assert (tmp_path / NEW).read_text() == "half\n"
    folder = publish(tmp_path, whole="2")

    assert folder.removed == 1
    assert names(tmp_path) == [NAME, "whole"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    site, outside = tmp_path / "site", tmp_path / "outside"
    outside.mkdir()
    publish(site, index="1")
    (site / "v").symlink_to(outside)

    with pytest.raises(ConfigError, match="leads out of"):
        publish(site, v__acme="2")
    assert not names(outside)


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "a//b", "a\\b"])
def test_a_manifest_that_names_files_elsewhere_is_refused(tmp_path, path):
    (tmp_path / NAME).write_bytes(Manifest({}, {path: Entry.of(b"")}).content)

    with pytest.raises(ConfigError, match="is no path in the folder"):
        Folder.open(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "x", "files": {}}'])
def test_a_manifest_of_another_program_is_refused(tmp_path, content):
    (tmp_path / NAME).write_text(content)

    with pytest.raises(ConfigError, match="name an empty folder"):
        Folder.open(tmp_path)


def test_a_kept_file_has_to_be_there_as_it_was(tmp_path):
    publish(tmp_path, a="1", b="2")
    (tmp_path / "b").write_text("longer")
    folder = Folder.open(tmp_path)

    assert [folder.keep(name) for name in ("a", "b", "c")] == [True, False, False]
    assert set(folder.files) == {"a"}


@pytest.mark.parametrize(
    ("address", "place", "file"),
    [
        ("../../", "v/acme", "index.html"),
        ("../day/2026-05-22/#x", "v/acme", "v/day/2026-05-22/index.html"),
        ("../../feeds/all.atom", "v/acme", "feeds/all.atom"),
        ("./", "", "index.html"),
        ("..", "v", "index.html"),
        ("a%20b/", "", "a b/index.html"),
        ("#days", "v/acme", None),
        ("https://acme.example/", "", None),
        ("//acme.example/", "", None),
        ("data:,", "", None),
    ],
)
def test_a_link_leads_to_a_file(address, place, file):
    assert target(address, place) == file


def test_a_link_to_what_is_not_published_is_text():
    html = (
        '<a class="strip" href="../b/#days" aria-label="90 days">x</a><a href="../b/">b</a>'
        '<a href="../c/">c</a><a href="https://b.example/?x=1&amp;y" rel="nofollow">d</a>'
    )

    assert without_dead_links(html, "v/a", {"v/c/index.html"}) == (
        '<a class="strip" aria-label="90 days" role="img">x</a><a>b</a>'
        '<a href="../c/">c</a><a href="https://b.example/?x=1&amp;y" rel="nofollow">d</a>'
    )


def test_months_and_when_they_are_closed():
    december = Month(2026, 12)

    assert [str(each) for each in months_until(december.last, 3)] == [
        "2026-10", "2026-11", "2026-12",
    ]  # fmt: skip
    assert str(december.after()) == "2027-01"
    assert not december.is_closed(Month(2027, 1).first.replace(day=3))
    assert december.is_closed(Month(2027, 1).first.replace(day=4))
