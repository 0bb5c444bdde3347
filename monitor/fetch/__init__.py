"""Fetch pages: politeness, limits, guards, validators, recordings. The only package that imports
httpx and httpcore.

`Fetcher` asks the network, `Recorder` wraps it and writes a recording folder, `Replay` answers from
one; all three have the one method of `Fetches`. Nothing here reads what a body means, retries
later, or knows the store.

    fetcher      one GET with its redirects
    targets      the addresses that are asked, and where redirects may lead
    exchange     one request and its answer
    hosts        each host's queue and connections
    guard        which addresses may be connected to, checked when connecting
    transport    one connection pool per host, and why
    routes       through which proxy, and with which certificates
    politeness   concurrency, spacing, and the waits that hosts asked for
    body         bounded reading and decompression; text encodings
    push         sending to an address the user names, with retries
    recorder     the recording folder, written
    replay       the recording folder, answered from
    folder       its files, of which none leads out of it
    shared       one request for several vendors of the same page
"""

from monitor.fetch.base import (
    Fetches,
    FetchResult,
    Limits,
    Validators,
    parse_retry_after,
    sent_at,
    settle,
    user_agent,
)
from monitor.fetch.body import sniff_encoding
from monitor.fetch.fetcher import Fetcher
from monitor.fetch.folder import replace_file
from monitor.fetch.guard import is_forbidden
from monitor.fetch.lateness import Lateness
from monitor.fetch.politeness import Pace, half
from monitor.fetch.push import ATTEMPTS, Push
from monitor.fetch.recorder import HISTORY, Recorder
from monitor.fetch.replay import Replay
from monitor.fetch.routes import Route, route, trust
from monitor.fetch.shared import SharedFetcher

__all__ = [
    "ATTEMPTS",
    "HISTORY",
    "FetchResult",
    "Fetcher",
    "Fetches",
    "Lateness",
    "Limits",
    "Pace",
    "Push",
    "Recorder",
    "Replay",
    "Route",
    "SharedFetcher",
    "Validators",
    "half",
    "is_forbidden",
    "parse_retry_after",
    "replace_file",
    "route",
    "sent_at",
    "settle",
    "sniff_encoding",
    "trust",
    "user_agent",
]
