"""What a panel asks Prometheus. Pure."""

from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

DAY = "1d"
DATASOURCE = common.DataSourceRef(type_val="prometheus", uid="${datasource}")


def instant(expression: str, ref: str = "A", legend: str = "{{name}}") -> prometheus.Dataquery:
    """Ask for the end of the shown time; the answer's series are shown as `legend`."""
    return prometheus.Dataquery().expr(expression).ref_id(ref).legend_format(legend).instant()


def rows(expression: str, ref: str) -> prometheus.Dataquery:
    """Ask for the end of the shown time; the answer is a table whose columns are the labels and
    "Value #ref".
    """
    return instant(expression, ref, "__auto").format(PromQueryFormat.TABLE)


def over_time(expression: str, ref: str = "A", legend: str = "{{name}}") -> prometheus.Dataquery:
    """Ask for the whole shown time."""
    return prometheus.Dataquery().expr(expression).ref_id(ref).legend_format(legend).range()
