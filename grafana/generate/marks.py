"""What is marked on the line charts of one vendor or several: levels and incidents. Pure."""

from grafana_foundation_sdk.builders import dashboard as builders

from grafana.generate import queries
from grafana.generate.board import span_marks, start_marks


def level_marks(*matchers: str) -> builders.AnnotationQuery:
    """Mark how long vendors were at which bad level, as their pages were read."""
    expression = queries.with_name(queries.bad_levels(*matchers), *matchers)
    text = "The worst level of the components that count, as the page said."
    return span_marks("Level changes", expression, "{{name}}: {{level}}", text)


def incident_marks(*matchers: str) -> builders.AnnotationQuery:
    """Mark when the incidents and maintenances began that were seen open."""
    expression = queries.with_name(queries.incident_starts(*matchers), *matchers)
    text = "Began, by the vendor's page; impact {{impact}}."
    return start_marks("Incidents", expression, "{{name}}: {{title}}", text)
