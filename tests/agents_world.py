"""The tools over a small store, and the library's own client that asks them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from api_world import NOW, STACKS, VENDORS, small_store
from mcp.client import Client

from exporters.agents.tools import tool_server
from exporters.api import Desk
from monitor.config import VendorConfig
from monitor.stacks import Stacks
from monitor.store import Store


def desk_of(
    store: Store | None = None,
    *,
    vendors: Mapping[str, VendorConfig] = VENDORS,
    clock: Callable[[], datetime] = lambda: NOW,
    stacks: Stacks = STACKS,
) -> Desk:
    store = small_store() if store is None else store
    return Desk(store, vendors=vendors, clock=clock, stacks=stacks)


async def call(desk: Desk, tool: str, **arguments: object):
    """Return what a tool answers, by a client in this process."""
    async with Client(tool_server(desk, version="1.2.3")) as client:
        return await client.call_tool(tool, arguments)


async def answer(desk: Desk, tool: str, **arguments: object) -> dict[str, Any]:
    """Return the document that a tool answers with."""
    result = await call(desk, tool, **arguments)
    assert not result.is_error, result.content
    return result.structured_content


async def refusal(desk: Desk, tool: str, **arguments: object) -> str:
    """Return the message with which a tool refuses."""
    result = await call(desk, tool, **arguments)
    assert result.is_error
    return result.content[0].text
