"""what was edited afterwards is found by when it was."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SUPERSEDED = "superseded_at IS NOT NULL"
INDEXES = (
    ("ix_day_revised_at", "day", ["recorded_at"], "revision > 1"),
    ("ix_day_superseded", "day", ["page_id", "component_id", "day"], SUPERSEDED),
    ("ix_incident_superseded", "incident", ["page_id", "external_id"], SUPERSEDED),
    ("ix_incident_edited_at", "incident", ["superseded_at"], f"phase = 'closed' AND {SUPERSEDED}"),
    ("ix_incident_withdrawn_at", "incident", ["recorded_at"], "phase = 'withdrawn'"),
)


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        condition = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    for name, table, *_ in INDEXES:
        op.drop_index(name, table_name=table)
