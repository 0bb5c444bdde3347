"""By which key a page is asked, and what is raised when none leads anywhere."""

import re

import pytest

from monitor.errors import BadStatus, UnexpectedShape
from monitor.kit.page_keys import ask_by_key
from monitor.kit.protocol import Get, Response, StepsTo, get
from monitor.kit.responses import require_ok


def ask(key: str) -> StepsTo[str]:
    response = yield from get(f"/api/{key}")
    return require_ok(response).text


def key_in(response: Response) -> str:
    match = re.search(r"key=(\w+)", require_ok(response).text)
    if match is None:
        raise UnexpectedShape("the page holds no key", url=response.url)
    return match[1]


def read(key: str | None, pages: dict[str, str], *, may_move: bool = True) -> tuple[str, list[str]]:
    """Return what was read of a vendor's pages by their paths, and which paths were asked."""
    steps = ask_by_key(key, ask, key_in, may_move=may_move)
    paths: list[str] = []
    try:
        step = next(steps)
        while True:
            assert isinstance(step, Get)
            paths.append(step.path)
            body = pages.get(step.path)
            status = 404 if body is None else 200
            answer = Response(url=step.path, status=status, body=(body or "gone").encode())
            step = steps.send(answer)
    except StopIteration as end:
        return end.value, paths


def test_a_known_key_spares_the_pages_html() -> None:
    assert read("a", {"/api/a": "state", "": "key=b"}) == ("state", ["/api/a"])


@pytest.mark.parametrize(
    ("key", "paths"), [(None, ["", "/api/b"]), ("a", ["/api/a", "", "/api/b"])]
)
def test_a_key_that_is_not_known_or_leads_nowhere_is_looked_for_in_the_html(
    key: str | None, paths: list[str]
) -> None:
    assert read(key, {"": "key=b", "/api/b": "state"}) == ("state", paths)


@pytest.mark.parametrize("html", ["key=a", "no such thing"])
def test_of_a_page_that_names_no_other_key_the_known_ones_failure_counts(html: str) -> None:
    with pytest.raises(BadStatus):
        read("a", {"": html})


def test_a_key_that_cannot_move_is_not_looked_for() -> None:
    with pytest.raises(BadStatus):
        read("a", {"": "key=b", "/api/b": "state"}, may_move=False)


def test_without_any_key_the_page_has_another_shape() -> None:
    with pytest.raises(UnexpectedShape):
        read(None, {"": "no such thing"})
