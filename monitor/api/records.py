"""A report's figures as flat records. Pure."""

from exporters.figures import figure_columns
from exporters.report import sentence
from exporters.wording import level_key
from monitor import answers
from monitor.answers import ComponentRecord, ReportQuery
from monitor.api import rows
from monitor.api.questions import Question


def report_query(query: Question) -> ReportQuery:
    """Return what a report is asked for these days."""
    return ReportQuery(
        now=query.now,
        window_days=query.window.days,
        as_of=query.window.last,
        known_at=query.known_at,
        policy=query.policy,
    )


def vendor_record(report: answers.Record) -> rows.Record:
    """Return the vendor's own figures."""
    return rows.Record(
        vendor=report.page.slug,
        component=None,
        component_id=None,
        component_name=None,
        component_group=None,
        excluded=None,
        zone=report.page.zone_name,
        first=report.window.first,
        last=report.window.last,
        **figure_columns(report.figures, report.query.policy),
        coverage_ratio=report.figures.coverage_ratio,
        current_level=level_key(report.standing.level),
        vendor_reported_uptime=report.reported_uptime,
        vendor_formula_uptime=None,
        sentence=sentence(report),
    )


def component_record(report: answers.Record, own: ComponentRecord) -> rows.Record:
    """Return the figures of one of its components."""
    return rows.Record(
        vendor=report.page.slug,
        component=own.slug,
        component_id=own.component.id,
        component_name=own.component.name,
        component_group=own.component.group,
        excluded=own.is_excluded,
        zone=report.page.zone_name,
        first=report.window.first,
        last=report.window.last,
        **figure_columns(own.figures, report.query.policy),
        coverage_ratio=own.figures.coverage_ratio,
        current_level=level_key(own.level),
        vendor_reported_uptime=own.reported_uptime,
        vendor_formula_uptime=own.formula_uptime,
        sentence=None,
    )
