"""What IBM Cloud's status page is recognised by. Pure."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from monitor.kit.fields import has_keys, maybe_row
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import try_json

HOST = "cloud.ibm.com"
HOSTS = (HOST,)

STATUS = "/status/getEnhancedStatus"

ANSWER = {"statusItems", "resources", "authStatus"}


def probe(url: str) -> tuple[Get, ...]:
    """Return the list, for the status page on IBM's own host: the page itself is an empty shell."""
    parts = urlsplit(url)
    is_status_page = parts.hostname == HOST and parts.path.startswith("/status")
    return (Get(path=STATUS),) if is_status_page else ()


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of IBM's list: its fields and the resource names of IBM's cloud."""
    answer = try_json(response)
    if not has_keys(answer, ANSWER):
        return
    yield Signal("shape", "items, resources and who is asking")
    entries = answer["statusItems"] if isinstance(answer["statusItems"], list) else []
    if any(_names_resources(entry) for entry in entries[:20]):
        yield Signal("names", "items name resources of IBM's cloud")


def _names_resources(entry: object) -> bool:
    return str(maybe_row(entry).get("crnMasks")).startswith("['crn:v1:bluemix:")
