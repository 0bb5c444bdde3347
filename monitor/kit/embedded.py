"""Data inside an HTML page: Next.js data, `window.x = ...`, `var x = ...`. Pure."""

import json
import re
from typing import Any

from monitor.errors import UnexpectedShape
from monitor.kit.protocol import Response
from monitor.kit.responses import require_ok, sanitize


def json_after(response: Response, prefix: re.Pattern[str]) -> Any:  # noqa: ANN401
    """Return the JSON value that begins where `prefix` ends in an HTML page.

    Raises what `require_ok` raises; UnexpectedShape when the page has no such prefix, or no whole
    JSON value after it.
    """
    text = require_ok(response).text
    match = prefix.search(text)
    if match is None:
        raise UnexpectedShape(f"the page holds no {prefix.pattern!r}", url=response.url)
    try:
        return sanitize(json.JSONDecoder().raw_decode(text, match.end())[0])
    except (ValueError, RecursionError) as error:
        raise UnexpectedShape(
            f"what follows {prefix.pattern!r} is not whole JSON: {error}", url=response.url
        ) from error
