"""The read-only HTTP API under `/api/v1`: what `monitor.answers` says, as JSON.

Every answer is made from the store at the moment it is asked for; nothing here writes, asks a
vendor anything, or knows more than the commands do. What is unknown is null.
"""

from exporters.api.application import api, api_routes
from exporters.api.desk import Desk

__all__ = ("Desk", "api", "api_routes")
