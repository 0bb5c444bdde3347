"""Feeds of incidents, level changes and edited days, as Atom and as JSON Feed; calendars of
maintenances.
"""

from exporters.feeds.routes import feed_routes

__all__ = ("feed_routes",)
