"""The open incidents of a page as samples."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from exporters.samples import Sample
from exporters.text_format import Labels
from monitor.impacts import DEFAULT_IMPACT_MAPPING
from monitor.model import Incident
from monitor.plain import visible

IMPACTS = (*DEFAULT_IMPACT_MAPPING, "other")
"""The closed set of the `impact` label. `maintenance` is any maintenance under way, `other` a word
of another set."""

MOST_INCIDENTS = 5
"""How many open incidents of a vendor have a series, the worst; a series ends with its incident,
or its title."""

_FROM_WORST = ("critical", "major", "other", "minor", "maintenance", "none")
"""How bad vendors' own words are; one of another set may be any."""

LONGEST_TITLE = 120
"""How many characters of an incident's title are told."""


def open_incident_samples(incidents: Sequence[Incident], page_url: str) -> Iterator[Sample]:
    """Yield how many incidents are open by impact, and when the worst began; what is scheduled has
    not.
    """
    open_incidents = [incident for incident in incidents if incident.is_open]
    counts = Counter(map(_impact, open_incidents))
    for impact in IMPACTS:
        yield "vendor_open_incidents", counts[impact], (("impact", impact),)
    yield from islice(_beginnings(open_incidents, page_url), MOST_INCIDENTS)


def _beginnings(open_incidents: Sequence[Incident], page_url: str) -> Iterator[Sample]:
    """Yield when each began, the worst first by its impact, and of equals the newest.

    Of several with the same labels the newest has the series: two samples of one series make a
    scrape unreadable.
    """
    previous: set[Labels] = set()
    for incident in sorted(open_incidents, key=_place):
        labels = (
            ("impact", _impact(incident)),
            ("title", _short_title(incident)),
            ("url", incident.url or page_url),
        )
        if labels not in previous:
            previous.add(labels)
            began = incident.started_at.timestamp()
            yield "vendor_open_incident_start_timestamp_seconds", began, labels


def _place(incident: Incident) -> tuple[int, float]:
    return _FROM_WORST.index(_impact(incident)), -incident.started_at.timestamp()


def _impact(incident: Incident) -> str:
    word = "maintenance" if incident.maintenance else incident.impact.lower()
    return word if word in IMPACTS else "other"


def _short_title(incident: Incident) -> str:
    text = visible(" ".join(incident.title.split()))
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"
