"""The library that speaks the protocol, which is an extra."""

from importlib.util import find_spec

from monitor.errors import ConfigError
from monitor.extras import install_hint


def require_library() -> None:
    """Raise ConfigError, with the remedy, where the library is not installed."""
    if find_spec("mcp") is None:
        raise ConfigError(f"MCP needs one more library (mcp): {install_hint('mcp')}")
