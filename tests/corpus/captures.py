"""Captured bodies and recordings, as answers of a page."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from monitor import platforms
from monitor.cli import app
from monitor.errors import PageError
from monitor.kit.protocol import PageContext, Response, Signal, Steps
from monitor.platforms import Platform
from tests.drive import Answer, drive, recognised


def replayed(corpus: Path, name: str, *options: str) -> dict[str, Any]:
    """Return the vendor of the report that `monitor replay` prints for a recording."""
    result = CliRunner().invoke(
        app, ["replay", str(corpus / "recordings" / name), "--format", "json", *options]
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    vendor: dict[str, Any] = json.loads(result.stdout)["vendors"][0]
    return vendor


def answer_of(corpus: Path, capture: str) -> Answer:
    """Return a page that answers any address with one captured body."""
    body = (corpus / "captures" / capture).read_bytes()
    return lambda url: Response(url=url, final_url=url, status=200, body=body)


def answers_by_end(corpus: Path, captures: Mapping[str, str]) -> Answer:
    """Return a page that answers addresses that end so with these captures, and others with 404."""

    def answer(url: str) -> Response:
        for end, capture in captures.items():
            if url.endswith(end):
                return answer_of(corpus, capture)(url)
        return Response(url=url, final_url=url, status=404, body=b"not found")

    return answer


def everything(corpus: Path) -> Iterator[tuple[str, list[Response]]]:
    """Yield every recording's answers and every captured body, each with its name."""
    for path in sorted((corpus / "recordings").glob("*/recording.json")):
        entries = json.loads(path.read_text())["responses"]
        yield (
            path.parent.name,
            [
                Response(
                    url=entry["url"],
                    final_url=entry.get("final_url", entry["url"]),
                    status=entry["status"],
                    headers={
                        name.lower(): value for name, value in entry.get("headers", {}).items()
                    },
                    body=(path.parent / entry["body"]).read_bytes() if entry.get("body") else b"",
                )
                for entry in entries
            ],
        )
    for path in sorted((corpus / "captures").glob("*/*")):
        if path.is_file():
            name = str(path.relative_to(corpus / "captures"))
            yield (
                name,
                [
                    Response(
                        url=f"https://status.vendor.example/{path.name}",
                        status=200,
                        body=path.read_bytes(),
                    )
                ],
            )


def claimed(corpus: Path, platform: Platform) -> set[str]:
    """Return the names of all recordings and captures the platform's detector proves to be its
    own."""
    own = platform.__name__.rpartition(".")[2]
    return {name for name, responses in everything(corpus) if own in recognised(responses)}


def signs_elsewhere(corpus: Path, platform: str) -> dict[str, list[Signal]]:
    """Return the signs of a platform on recordings and captures that are not of it, where there are
    any.
    """
    signs: dict[str, list[Signal]] = {}
    for name, responses in everything(corpus):
        if not name.startswith(platform):
            for response in responses:
                signs.setdefault(name, []).extend(platforms.signals(platform, response))
    assert len(signs) > 100
    return {name: own for name, own in signs.items() if own}


def readers(corpus: Path, capture: str) -> set[str]:
    """Return the platforms that make anything of a page that answers every address with this one
    captured body."""
    page = PageContext(
        url="https://status.vendor.example/", now=datetime(2026, 10, 1, tzinfo=UTC), cursor="key"
    )
    since, answer = page.now - timedelta(days=90), answer_of(corpus, capture)
    modules = {name: platforms.named(name) for name in platforms.names()}
    return {
        name
        for name, module in modules.items()
        if any(
            _tells(steps, page, answer)
            for steps in (module.poll(page), module.backfill(page, since))
        )
    }


def _tells(steps: Steps, page: PageContext, answer: Answer) -> bool:
    try:
        return drive(steps, page, answer) != []
    except PageError:
        return False
