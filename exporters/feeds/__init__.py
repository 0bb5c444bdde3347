"""Feeds of incidents, level changes and edited days, as Atom and as JSON Feed; calendars of
maintenances.
"""

from starlette.routing import BaseRoute

from exporters.feeds import calendar_routes, routes
from exporters.feeds.chronicles import Chronicles
from exporters.feeds.desk import Desk
from exporters.watched import Watched

__all__ = ("feed_routes",)


def feed_routes(watched: Watched) -> list[BaseRoute]:
    """Return the routes of feeds and calendars."""
    desk = Desk(watched, Chronicles(watched))
    return [*routes.feed_routes(desk), *calendar_routes.calendar_routes(desk)]
