"""What a Rootly page's status is recognised by. Pure."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from monitor.kit.fields import Row, maybe_text
from monitor.kit.protocol import Response, Signal
from monitor.kit.responses import try_json
from monitor.platforms.rootly.incidents import VOCABULARY

STATUS = "/api/v1/status.json"
COMMON_PATHS = (STATUS,)

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of a Rootly page's status: its shape, the address it names, and its ids."""
    if b'"indicator"' not in response.body or b'"time_zone"' not in response.body:
        return
    answer = try_json(response)
    if not _is_status(answer):
        return
    if maybe_text(answer["status"].get("indicator")) in VOCABULARY:
        yield Signal(
            "shape", "an indicator and incidents beside a page with a time zone, and no components"
        )
    if _names_own_host(answer["page"], response):
        yield Signal("address", f"{STATUS} names its own address")
    if UUID.fullmatch(str(answer["page"].get("id"))):
        yield Signal("ids", "the page's id is a UUID")


def _is_status(answer: Any) -> bool:  # noqa: ANN401
    """Whether it has the parts of a page's status, and no components."""
    if not isinstance(answer, dict) or "components" in answer:
        return False
    page, status = answer.get("page"), answer.get("status")
    if not isinstance(page, dict) or not isinstance(status, dict):
        return False
    return isinstance(answer.get("incidents"), list) and "time_zone" in page


def _names_own_host(page: Row, response: Response) -> bool:
    address = urlsplit(response.final_url or response.url)
    host = urlsplit(maybe_text(page.get("url")) or "").hostname
    return address.path == STATUS and host is not None and address.hostname == host
