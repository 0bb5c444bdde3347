"""evidence is pinned."""

import sqlalchemy as sa
from alembic import op

from monitor.store.tables import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "evidence_body",
        sa.Column("id", ID, nullable=False),
        sa.Column("page_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("read_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page.id"], name=op.f("fk_evidence_body_page_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_body")),
        sa.UniqueConstraint(
            "page_id", "day", "sha256", "why", name=op.f("uq_evidence_body_page_id_day_sha256_why")
        ),
    )
    with op.batch_alter_table("evidence_body", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_body_sha256"), ["sha256"], unique=False)


def downgrade() -> None:
    op.drop_table("evidence_body")
