"""Drive a platform's generator over a recording folder, synchronously and without a network."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from monitor import platforms
from monitor.errors import FetchError
from monitor.kit.protocol import Get, HtmlSettings, PageContext, Response, Steps
from monitor.model import Evidence, Level
from tests.cases import Recording, body_of, expected_of, recording_of

Answer = Callable[[str], Response]


def answers_from(folder: Path) -> Answer:
    """Return a function from absolute URL to the response recorded in a case; see `answering`."""
    return answering(recording_of(folder))


def answering(recording: Recording) -> Answer:
    """Return a function from absolute URL to the recorded response; a URL not in the recording
    answers 404."""
    responses = {unquote(entry["url"]): entry for entry in recording.responses}

    def answer(url: str) -> Response:
        entry = responses.get(unquote(url), recording.elsewhere)
        if entry is None:
            return Response(
                url=url,
                final_url=url,
                status=404,
                headers={"content-type": "text/plain"},
                body=b"Not Found",
            )
        return Response(
            url=url,
            final_url=entry.get("final_url", url),
            status=entry["status"],
            headers={k.lower(): v for k, v in entry.get("headers", {}).items()},
            body=body_of(entry),
        )

    return answer


def responses_of(recording: Recording) -> list[Response]:
    """Return every response of a recording, in its order."""
    answer = answering(recording)
    return [answer(entry["url"]) for entry in recording.responses]


SIGNALS_NEEDED = 2


def recognised(responses: Sequence[Response]) -> list[str]:
    """Return the platforms that these answers prove. One of last resort is none where another shows
    any sign."""
    kinds = {
        name: {
            signal.kind for response in responses for signal in platforms.signals(name, response)
        }
        for name in platforms.names()
    }
    others = any(found for name, found in kinds.items() if not platforms.is_last_resort(name))
    return [
        name
        for name, found in kinds.items()
        if len(found) >= SIGNALS_NEEDED and not (others and platforms.is_last_resort(name))
    ]


def context_of(folder: Path, **changes: object) -> PageContext:
    """Return the page context at the moment of the recording, or at the `now` among the changes."""
    recording = recording_of(folder)
    now = datetime.fromisoformat(recording.recorded_at)
    return PageContext(**({"url": recording.page, "now": now} | changes))


def known_page(case: Path) -> PageContext:
    """Return the page of a case with what is known of it beforehand."""
    return context(case, expected_of(case).get("context", {}))


def context(case: Path, known: dict[str, Any]) -> PageContext:
    """Return the page of a case with these things known of it, as `expected.json` writes them."""
    changes = {key: _context_value(key, value) for key, value in known.items()}
    return context_of(case, **changes)


def _context_value(key: str, value: Any) -> object:
    if key == "regions":
        return tuple(value)  # the user's order is kept
    if key == "html":
        return html_settings(value)
    return frozenset(value) if isinstance(value, list) else value


def html_settings(values: dict[str, Any]) -> HtmlSettings:
    levels = {level.word: level for level in Level}
    words = [(word, levels[level]) for word, level in values["words"].items()]
    return HtmlSettings(**values | {"words": tuple(words)})


def drive(
    steps: Steps,
    page: PageContext,
    answer: Answer,
    *,
    asked: list[str] | None = None,
    told: list[Evidence] | None = None,
) -> list[Evidence]:
    """Run a generator to its end and return its evidence.

    `asked` collects the URLs it asked for, in order, and `told` what it tells, also where it fails
    afterwards.
    """

    def fetch(get: Get) -> Response | FetchError:
        url = page.absolute(get.path)
        if asked is not None:
            asked.append(url)
        try:
            return answer(url)
        except FetchError as error:
            return error

    evidence = [] if told is None else told
    try:
        step = next(steps)
        while True:
            if isinstance(step, Evidence):
                evidence.append(step)
                step = next(steps)
            elif isinstance(step, Get):
                result = fetch(step)
                step = steps.throw(result) if isinstance(result, FetchError) else steps.send(result)
            else:
                step = steps.send([fetch(get) for get in step])
    except StopIteration:
        return evidence
