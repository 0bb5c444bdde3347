"""Answers for assistants, over the Model Context Protocol: what `monitor.answers` says, as tools.

Every answer is made from the store; nothing here writes, or asks a vendor anything. What vendors
wrote stands in fields called `vendor_text`, bounded, and never in a sentence of ours. What is
unknown is the word "unknown" as a level, and null as a number.
"""

from exporters.agents.endpoint import Endpoint
from exporters.agents.library import require_library

__all__ = ("Endpoint", "require_library")
