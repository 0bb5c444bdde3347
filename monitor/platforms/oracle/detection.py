"""What Oracle Cloud's page is recognised by. Pure."""

from collections.abc import Iterator

from monitor.kit.fields import Row, is_list_of, maybe_row
from monitor.kit.protocol import Get, Response, Signal
from monitor.kit.responses import try_json

HOSTS = ("ocistatus.oraclecloud.com",)
COMPONENTS = "/api/v2/components_v2.json"
PROBE = Get(path=COMPONENTS)


def detect(response: Response) -> Iterator[Signal]:
    """Yield the signs of Oracle Cloud's page or of its feed."""
    if b"ocid1.oraclecloudincident." in response.body and b"<rss" in response.body[:500]:
        yield Signal("feed", "a feed of incidents with Oracle's identifiers")
    if b'"regionHealthReports"' not in response.body:
        return
    reports = _region_reports(try_json(response))
    if not reports:
        return
    if all(isinstance(report.get("serviceHealthReports"), list) for report in reports):
        yield Signal("shape", "reports of services within reports of regions")
    has_names = is_list_of(reports, {"regionCanonicalName"})
    if has_names and b'"NormalPerformance"' in response.body:
        yield Signal("words", "regions with canonical names, services in normal performance")


def _region_reports(answer: object) -> list[Row]:
    """Return the reports of regions in what may be an answer of Oracle's; none in any other."""
    reports = maybe_row(answer).get("regionHealthReports")
    return reports if is_list_of(reports, frozenset()) else []
