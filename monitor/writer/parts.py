"""What writing polls and deriving days work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.config import VendorConfig
from monitor.store import Store
from monitor.writer.page_cache import PageCaches
from monitor.writer.pinning import Pinning


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one writer."""

    store: Store
    vendors: Mapping[str, VendorConfig]
    caches: PageCaches
    pinning: Pinning
    clock: Callable[[], datetime]
