"""The past as Prometheus remote write 1.0 requests, for servers whose disk nobody reaches.

Makes the bodies and understands the refusals; sending is the shell's. A receiver takes samples of
the past only with an out-of-order window as long as the history. Sending the same sample again
changes nothing: the first one stays. The format:
https://prometheus.io/docs/specs/prw/remote_write_spec/
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from exporters.series import Points, Series, refuse_future
from exporters.text_format import ON_SURROGATES, Labels
from monitor.errors import ConfigError, ReceiverError
from monitor.extras import install_hint
from monitor.plain import masked_url

BATCH_SAMPLES = 10_000
HEADERS: Mapping[str, str] = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}


@dataclass(frozen=True, slots=True)
class Batch:
    """One request: a compressed body and how many samples are in it."""

    body: bytes
    samples: int


def batches(
    series: Iterable[Series],
    labels: Mapping[str, str],
    *,
    now: float,
    samples: int = BATCH_SAMPLES,
) -> Iterator[Batch]:
    """Yield requests of at most `samples` samples, series by series, each series' samples by time.

    `labels` are added to every series. Raises ConfigError when the optional libraries are missing,
    and ValueError when a sample lies after `now` (Unix seconds).
    """
    part: list[tuple[Labels, Points]] = []
    size = 0
    for item in series:
        refuse_future(item, now)
        own = sorted({**labels, **dict(item.labels), "__name__": item.name}.items())
        for start in range(0, len(item.points), samples):
            points = item.points[start : start + samples]
            if size + len(points) > samples:
                yield _batch(part, size)
                part, size = [], 0
            part.append((tuple(own), points))
            size += len(points)
    if size:
        yield _batch(part, size)


def _batch(part: Iterable[tuple[Labels, Points]], samples: int) -> Batch:
    new_request, compress = _libraries()
    request = new_request()
    for labels, points in part:
        series = request.timeseries.add()
        for name, text in labels:
            series.labels.add(name=name, value=text.encode(errors=ON_SURROGATES).decode())
        for stamp, value in points:
            series.samples.add(value=value, timestamp=stamp * 1000)
    return Batch(bytes(compress(request.SerializeToString())), samples)


_PROTOCOL = """
name: "remote_write.proto" package: "prometheus" syntax: "proto3"
message_type { name: "Label"
  field { name: "name" number: 1 type: TYPE_STRING }
  field { name: "value" number: 2 type: TYPE_STRING } }
message_type { name: "Sample"
  field { name: "value" number: 1 type: TYPE_DOUBLE }
  field { name: "timestamp" number: 2 type: TYPE_INT64 } }
message_type { name: "TimeSeries"
  field { name: "labels" number: 1 label: LABEL_REPEATED
          type: TYPE_MESSAGE type_name: ".prometheus.Label" }
  field { name: "samples" number: 2 label: LABEL_REPEATED
          type: TYPE_MESSAGE type_name: ".prometheus.Sample" } }
message_type { name: "WriteRequest"
  field { name: "timeseries" number: 1 label: LABEL_REPEATED
          type: TYPE_MESSAGE type_name: ".prometheus.TimeSeries" } }
"""
"""The messages. Source: https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol"""


@cache
def _libraries() -> tuple[Callable[[], Any], Callable[[bytes], Any]]:
    """Return what makes an empty request, and the compression. Raises ConfigError when they are not
    installed.
    """
    try:
        import cramjam
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
    except ImportError as error:
        raise ConfigError(
            f"remote write needs two more libraries: {install_hint('remote-write')}"
        ) from error
    # A pool of its own: another library in the process may know the same names.
    pool = descriptor_pool.DescriptorPool()
    pool.Add(text_format.Parse(_PROTOCOL, descriptor_pb2.FileDescriptorProto()))
    request = message_factory.GetMessageClass(pool.FindMessageTypeByName("prometheus.WriteRequest"))
    return request, cramjam.snappy.compress_raw


# Prometheus', Thanos' and Mimir's words for a sample of the past that they do not take.
_TOO_OLD = ("out of bounds", "too old", "out of order", "too far in the past")


def refusal(
    status: int,
    text: str,
    *,
    url: str,
    days: int,
    location: str | None = None,
) -> ReceiverError | None:
    """Return why the receiver did not take a request, and whose move it is; None when it took it.

    `days` is how far back the samples go.
    """
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    return ReceiverError(
        f"status {status}: {text or 'no reason given'}",
        url=masked_url(url),
        remedy=_remedy(status, text.lower().replace("-", " "), days, location),
    )


def _remedy(status: int, text: str, days: int, location: str | None) -> str:
    if any(word in text for word in _TOO_OLD):
        return (
            f"the receiver takes no samples of the past: give it an out-of-order window of {days}"
            " days or more (Prometheus: `storage: {tsdb: {out_of_order_time_window:"
            f" {days}d}}}}`; Mimir and Grafana Cloud: the tenant's limit"
            " `out_of_order_time_window`), or import blocks with `monitor export openmetrics`"
        )
    if status == HTTPStatus.NOT_FOUND:
        return (
            "no remote write is received there: start Prometheus with"
            " --web.enable-remote-write-receiver, and mind the path (Prometheus, VictoriaMetrics:"
            " /api/v1/write; Mimir: /api/v1/push; Grafana Cloud: /api/prom/push)"
        )
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return (
            "give the receiver's credentials with --header, as in --header 'Authorization: Bearer"
            " ${TOKEN}'"
        )
    if location is not None:
        return (
            f"it is elsewhere: give {location} if you trust it, redirects are not followed with"
            " credentials"
        )
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return "send less at once with --batch"
    return "correct what it says; the same command goes on where it broke off"
