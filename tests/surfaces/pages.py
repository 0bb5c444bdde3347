"""What the pages for people, and the API, say of a vendor now and of a stack that depends on it."""

import re

from surfaces.world import STACK, UNKNOWN, VENDOR, World, word_of

_NOW = re.compile(r'<div class="box[^"]*"><p>(.*?) <b>now</b>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def api_status(world: World):
    (found,) = world.get(f"/status?target={world.slug}")
    (target,) = found["targets"]
    assert found["status"] == target["status"]
    return {VENDOR: target["level"]}


def api_stack(world: World):
    found, every = world.get(f"/stacks/{STACK}", "/stacks")
    (listed,) = every["stacks"]
    assert listed["level"] == found["level"] == found["targets"][0]["level"]
    return {VENDOR: found["level"]}


def vendor_page(world: World):
    """Return the level in the box at the top; a page that was never read has none."""
    (answer,) = world.fetch(f"/v/{world.slug}")
    box = _NOW.search(answer.text)
    return {VENDOR: UNKNOWN if box is None else word_of(plain(box[1]))}


def stack_page(world: World):
    """Return the second cell of the stack's row in the list, and of its target's on its page."""
    every, own = world.fetch("/stacks", f"/stacks/{STACK}")
    levels = [_second_cell(answer.text) for answer in (every, own)]
    assert levels[0] == levels[1]
    return {VENDOR: levels[0]}


def _second_cell(html: str):
    row = re.search(r"<tbody>\s*<tr>(.*?)</tr>", html, re.DOTALL)[1]
    return word_of(plain(re.search(r"<td>(.*?)</td>", row, re.DOTALL)[1]))


def plain(html: str) -> str:
    return " ".join(_TAG.sub("", html).split())
