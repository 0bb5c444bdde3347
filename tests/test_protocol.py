"""What a response is worth before any platform reads it."""

import json

import pytest

from monitor.errors import FetchError, Truncated
from monitor.kit.protocol import Get, Response, get_each
from monitor.kit.responses import read_json

WHOLE = json.dumps({"words": [True, False, None, -1.5e-3, '€ 😀 \n"'], "empty": [{}, []]})


def answer(text: str) -> Response:
    url = "https://status.acme.example/state.json"
    return Response(url=url, final_url=url, status=200, headers={}, body=text.encode())


@pytest.mark.parametrize("end", ["", "\n"])
def test_json_that_breaks_off_anywhere_is_truncated(end: str) -> None:
    assert read_json(answer(WHOLE + end)) == json.loads(WHOLE)

    for length in range(1, len(WHOLE)):
        with pytest.raises(Truncated):
            read_json(answer(WHOLE[:length] + end))


def test_things_that_are_asked_about_together_stand_beside_their_answers() -> None:
    steps = get_each(["a", "b"], "/things/{}".format)
    first, lost = answer("1"), FetchError("no answer")

    assert next(steps) == [Get(path="/things/a"), Get(path="/things/b")]
    with pytest.raises(StopIteration) as end:
        steps.send([first, lost])
    assert end.value.value == [("a", first), ("b", lost)]
