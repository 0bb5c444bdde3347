"""A simulated vendor with regions, and the command as tests type it."""

from collections.abc import Callable
from pathlib import Path

from monitor.demo.chance import random_truth
from monitor.demo.truth import Truth
from tests.processes import now

FIXTURES = Path(__file__).parent / "fixtures"
PARTS = ((None, "Dashboard"), (None, "Login"), ("EU", "API"), ("US", "Search"))
Command = Callable[..., tuple[int, str, str]]


def truth(platform: str = "statuspage") -> Truth:
    return random_truth(4, now=now(), platform=platform, parts=PARTS, incidents=3, live=False)
