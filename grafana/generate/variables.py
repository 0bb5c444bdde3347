"""The choices at the top of the dashboards. Pure."""

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import dashboard as models

from grafana.generate.panels import ROWS
from grafana.generate.queries import ONE_VENDOR, series
from grafana.generate.targets import DATASOURCE

Variable = (
    builders.DatasourceVariable
    | builders.QueryVariable
    | builders.TextBoxVariable
    | builders.CustomVariable
)

WORST = "$worst"
"""How many rows the bars have, as chosen."""

_ROW_COUNTS = (10, ROWS, 100, 1000)
_OF_TIER = 'tier=~"$tier"'
_OF_SEARCH = 'name=~"(?i).*$search.*"'
_OF_LAST_DAY = "max by (vendor, name) (last_over_time({}[1d]))"
# People choose names, queries get slugs: both are cut out of the answer's text.
_NAME_AND_SLUG = '/name="(?<text>[^"]+)|vendor="(?<value>[^"]+)/g'


def datasource_variable() -> builders.DatasourceVariable:
    """Return the choice of the Prometheus everything is read from."""
    variable = builders.DatasourceVariable("datasource").label("Data Source").type("prometheus")
    return variable.multi(False).include_all(False).allow_custom_value(False)


def job_variable() -> builders.QueryVariable:
    """Return the choice of scrape jobs; all of them by default."""
    # Without matchers: the variable `job` cannot depend on itself.
    info = series("vendor_info").partition("{")[0]
    variable = _many(_query_variable("job", "Job", f"label_values({info}, job)")).all_value(".+")
    return variable.description("The scrape jobs that vendorstatus is read through.")


def tier_variable() -> builders.QueryVariable:
    """Return the choice of tiers, as the settings give them."""
    query = f"label_values({series('vendor_info')}, tier)"
    variable = _many(_query_variable("tier", "Tier", query)).all_value(".*")
    return variable.description("The tiers given to vendors in the settings.")


def search_variable() -> builders.TextBoxVariable:
    """Return the search for vendors by a part of their names; empty finds all."""
    words = (
        "A part of the names of the vendors to show, or a regular expression; large and small"
        " letters are alike."
    )
    return builders.TextBoxVariable("search").label("Search").description(words).default_value("")


def worst_variable(what: str) -> builders.CustomVariable:
    """Return how many rows bars have at most: more than a panel can write names beside are a
    smear.
    """
    variable = builders.CustomVariable("worst").label("Worst")
    variable.values(",".join(map(str, _ROW_COUNTS))).multi(False).include_all(False)
    variable.options(list(map(_row_count, _ROW_COUNTS))).current(_row_count(ROWS))
    words = f"How many {what} the bars show, the worst of the last 90 days first to stay."
    return variable.allow_custom_value(True).description(words)


def _row_count(count: int) -> models.VariableOption:
    return models.VariableOption(selected=count == ROWS, text=str(count), value=str(count))


def vendors_variable() -> builders.QueryVariable:
    """Return the choice of several vendors, all by default. Without an "all" value: it must follow
    tier and search.
    """
    variable = _vendor_names("vendor", "Vendor", _OF_TIER, _OF_SEARCH)
    return _many(variable).description("The vendors to show, by name.")


def vendor_variable(
    name: str, label: str, description: str, *matchers: str
) -> builders.QueryVariable:
    """Return the choice of one vendor."""
    variable = _vendor_names(name, label, *matchers)
    return variable.multi(False).include_all(False).description(description)


def _vendor_names(name: str, label: str, *matchers: str) -> builders.QueryVariable:
    vendors = _OF_LAST_DAY.format(series("vendor_info", *matchers))
    return _query_variable(name, label, f"query_result({vendors})").regex(_NAME_AND_SLUG)


def components_variable() -> builders.QueryVariable:
    """Return the choice of the chosen vendor's components, all by default."""
    query = f"label_values({series('component_info', ONE_VENDOR)}, component)"
    variable = _many(_query_variable("component", "Component", query)).all_value(".+")
    return variable.description("The components to show, by the slug that survives renames.")


def target_variable() -> builders.TextBoxVariable:
    """Return the uptime the user wants, in percent."""
    words = "The uptime you want of this vendor, in percent, such as 99.9. Sets the error budget."
    variable = builders.TextBoxVariable("target").label("Uptime target (%)").description(words)
    current = models.VariableOption(selected=True, text="99.9", value="99.9")
    return variable.default_value("99.9").current(current)


def _query_variable(name: str, label: str, query: str) -> builders.QueryVariable:
    variable = builders.QueryVariable(name).label(label).datasource(DATASOURCE)
    variable.query({"query": query, "refId": "StandardVariableQuery"})
    variable.sort(models.VariableSort.ALPHABETICAL_ASC)
    return variable.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED).allow_custom_value(False)


def _many(variable: builders.QueryVariable) -> builders.QueryVariable:
    everything = models.VariableOption(selected=True, text=["All"], value=["$__all"])
    return variable.multi(True).include_all(True).current(everything)
