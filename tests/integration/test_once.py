"""What is made once is made by whoever asks first, and again only after a failure."""

import pytest
from once import made_once


def test_it_is_made_once_and_read_by_all(tmp_path_factory) -> None:
    asked = []

    def make(folder):
        asked.append(folder)
        (folder / "made").write_text("yes")

    first, second = (made_once(tmp_path_factory, "made-in-test", make) for _ in range(2))

    assert asked == [first] == [second]
    assert (first / "made").read_text() == "yes"


def test_what_failed_is_begun_again_in_an_empty_folder(tmp_path_factory) -> None:
    def fail(folder):
        (folder / "half").touch()
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        made_once(tmp_path_factory, "failed-in-test", fail)
    made = made_once(tmp_path_factory, "failed-in-test", lambda folder: (folder / "all").touch())

    assert [path.name for path in made.iterdir()] == ["all"]
