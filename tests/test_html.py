"""What a page is read as by selectors, beyond the fixtures: new settings count at once."""

from pathlib import Path

from monitor.kit.protocol import Get, HtmlSettings
from monitor.model import Level
from monitor.platforms import html
from tests.drive import answers_from, context_of, drive

QUIET = Path(__file__).parent / "fixtures" / "html" / "quiet"
SETTINGS = HtmlSettings(
    component="li.service",
    name="b",
    state=".state",
    words=(("up", Level.OPERATIONAL), ("running", Level.OPERATIONAL)),
)


def test_the_same_page_is_read_again_when_the_settings_are_others() -> None:
    page = context_of(QUIET, html=SETTINGS)
    (piece,) = drive(html.poll(page), page, answers_from(QUIET))
    again = next(html.poll(context_of(QUIET, html=SETTINGS, cursor=piece.cursor)))
    other = HtmlSettings(
        component="li.service", name="b", state=".state", words=(("up", Level.DEGRADED),)
    )
    anew = next(html.poll(context_of(QUIET, html=other, cursor=piece.cursor)))

    assert isinstance(again, Get)
    assert isinstance(anew, Get)
    assert (again.conditional, anew.conditional) == (True, False)
