"""The store's statements as SQLite takes them.

Written by ``python -m monitor.store.statements``: change them there.
"""

from monitor.glance.statement import Statement

REVISION = "0011"
"""The schema that they are for."""

WATCHED_PAGES = Statement(
    text="""
    SELECT page.slug, page.name, page.url, page.configured_zone, page.interval_seconds,
    page.removed_at, watched_settings.settings FROM page LEFT OUTER JOIN watched_settings ON
    watched_settings.page_id = page.id ORDER BY page.slug
    """,
    columns="""
    slug name url configured_zone interval_seconds removed_at:instant settings:json
    """,
)

APPLIED = Statement(
    text="""
    SELECT applied.digest, applied.source, applied.applied_at FROM applied
    """,
    columns="""
    digest source applied_at:instant
    """,
)

SERVERS = Statement(
    text="""
    SELECT server.id, server.name, server.digest, server.keys, server.started_at, server.seen_at
    FROM server ORDER BY server.started_at, server.id
    """,
    columns="""
    id name digest keys:json started_at:instant seen_at:instant
    """,
)

PAGES = Statement(
    text="""
    SELECT page.id, page.slug, page.name, page.url, page.platform, page.platform_evidence,
    page.configured_zone, page.page_zone, page.external_id, page.page_name, page.remark,
    page.mark, page.interval_seconds, page.due_at, page.lease_until, page.failures,
    page.parse_failures, page.last_poll_at, page.last_success_at, page.last_ok,
    page.last_error_reason, page.last_error_message, page.observed_until, page.reread_day,
    page.derived_day, page.derived_at, page.dirty_since, page.version, page.added_at,
    page.removed_at, page.id_platform, page.hosts, page.refused FROM page ORDER BY page.slug
    """,
    columns="""
    id slug name url platform platform_evidence:json configured_zone page_zone external_id
    page_name remark mark interval_seconds due_at:instant lease_until:instant failures
    parse_failures last_poll_at:instant last_success_at:instant last_ok:truth last_error_reason
    last_error_message observed_until:instant reread_day:day derived_day:day derived_at:instant
    dirty_since:day version added_at:instant removed_at:instant id_platform hosts:json
    refused:json
    """,
)

COMPONENTS = Statement(
    text="""
    SELECT component.external_id, component.name, component.group_name, component.region,
    component.position, component.start_date, component.has_bars, component.slug,
    component.first_seen_at, component.removed_at, component.excluded FROM component WHERE
    component.page_id = :page AND component.removed_at IS NULL ORDER BY component.position,
    component.id
    """,
    columns="""
    external_id name group_name region position start_date:day has_bars:truth slug
    first_seen_at:instant removed_at:instant excluded:truth
    """,
)

LEVELS = Statement(
    text="""
    SELECT observed_run.component_id, observed_run.level FROM observed_run WHERE
    observed_run.page_id = :page AND observed_run.ended_at IS NULL
    """,
    columns="""
    component_id level
    """,
)

OPEN_INCIDENTS = Statement(
    text="""
    SELECT incident.external_id, incident.title, incident.phase, incident.status,
    incident.impact, incident.url, incident.maintenance, incident.started_at,
    incident.resolved_at, incident.component_ids, incident.unlisted_at FROM incident WHERE
    incident.page_id = :page AND incident.superseded_at IS NULL AND incident.phase IN
    (:phase_1_1, :phase_1_2) ORDER BY incident.started_at, incident.external_id
    """,
    columns="""
    external_id title phase status impact url maintenance:truth started_at:instant
    resolved_at:instant component_ids:json unlisted_at:instant
    """,
    constants={"phase_1_1": "open", "phase_1_2": "scheduled"},
)
