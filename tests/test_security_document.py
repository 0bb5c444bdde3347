"""docs/security.md names every address that `monitor serve` answers, and what is kept of settings."""

import re
from datetime import UTC, datetime
from typing import Any

from document_blocks import ROOT

from exporters.agents.endpoint import PATH
from exporters.api import api_routes
from exporters.badge_routes import badge_routes
from exporters.feeds import feed_routes
from exporters.pages import Site, page_routes
from exporters.prometheus import PollMetrics, StateMetrics
from exporters.web import application
from monitor.fetch import user_agent
from monitor.kept_settings import NOT_KEPT
from monitor.store import Store

EXPOSED = (ROOT / "docs" / "security.md").read_text().partition("## What it exposes")[2]
NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
NOBODY: Any = None
"""Whoever answers: the addresses alone are asked for."""


def addresses() -> list[str]:
    """Return the first part of each address that is answered."""
    with Store.open("sqlite://") as store:
        app = application(
            StateMetrics(store), PollMetrics("0"), readiness=list, clock=lambda: NOW,
            routes=[
                *page_routes(Site(watched=NOBODY)),
                *badge_routes(NOBODY),
                *feed_routes(NOBODY),
                *api_routes(NOBODY, version="0", origins=()),
            ],
        )  # fmt: skip
    paths = [getattr(route, "path", "/api/v1") for route in app.routes]
    return sorted({"/" + path.split("/")[1] for path in paths})


def test_every_address_that_is_answered_is_named() -> None:
    unnamed = [address for address in [*addresses(), PATH] if f"`{address}`" not in EXPOSED]

    assert unnamed == [], "say in docs/security.md what these expose"


def test_tokens_of_pages_are_not_kept() -> None:
    assert "not in the database" in EXPOSED
    assert "headers" in NOT_KEPT


def test_what_is_sent_to_a_page_says_who_asks_and_no_more() -> None:
    assert re.fullmatch(r"vendorstatus/[\d.]+", user_agent(None))
    assert re.fullmatch(r"vendorstatus/[\d.]+ \(ops@example\.com\)", user_agent("ops@example.com"))
