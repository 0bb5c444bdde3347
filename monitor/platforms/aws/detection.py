"""What AWS's dashboard is recognised by. Pure."""

import re
from collections.abc import Iterator

from monitor.kit.hosts import host_of
from monitor.kit.protocol import Response, Signal

HOSTS = ("health.aws.amazon.com", "status.aws.amazon.com")
HISTORY_HOST = re.compile(r"history-events-[a-z0-9-]+-prod\.s3\.amazonaws\.com")
IDS = "arn:aws:health:"
ENCODINGS = ("ascii", "utf-16-be", "utf-16-le")


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of AWS's dashboard: its host, the ids of its events, its unusual encoding,
    its feeds.
    """
    host = host_of(response.final_url or response.url)
    if host in HOSTS or HISTORY_HOST.fullmatch(host):
        yield Signal("host", f"the host is {host}")
    if response.status == 200:  # noqa: PLR2004
        yield from _body_signals(response)


def _body_signals(response: Response) -> Iterator[Signal]:
    if any(IDS.encode(encoding) in response.body for encoding in ENCODINGS):
        yield Signal("ids", f"events have ids that begin with {IDS}")
    content_type = response.headers.get("content-type", "")
    if "charset=utf-16" in content_type and "json" in content_type:
        yield Signal("header", "the content type is JSON in UTF-16")
    is_feed = b"AWS Service Health Dashboard RSS" in response.body[:1024]
    if is_feed or b"<generator>AWS RSS Generator" in response.body:
        yield Signal("feed", "the feed's generator is the AWS Service Health Dashboard")
