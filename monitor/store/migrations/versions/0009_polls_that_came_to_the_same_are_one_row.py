"""polls that came to the same are one row."""

import sqlalchemy as sa
from alembic import op

from monitor.store.poll_log import instants
from monitor.store.tables import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDED = ("last_at", "polls", "later")


def upgrade() -> None:
    # What was written before stays as it is: a row without them is a single poll.
    op.add_column("poll", sa.Column("last_at", Instant(), nullable=True))
    op.add_column("poll", sa.Column("polls", sa.Integer(), nullable=True))
    op.add_column("poll", sa.Column("later", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    _apart()
    with op.batch_alter_table("poll", schema=None) as batch_op:
        for name in ADDED:
            batch_op.drop_column(name)


def _apart() -> None:
    """Make a row of each poll again; what only sums are known of is shared out."""
    connection = op.get_bind()
    poll = sa.Table(
        "poll",
        sa.MetaData(),
        sa.Column("id", ID, primary_key=True),
        sa.Column("page_id", ID),
        sa.Column("started_at", Instant()),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("outcome", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("http_status", sa.Integer()),
        sa.Column("requests", sa.Integer()),
        sa.Column("wire_bytes", sa.BigInteger()),
        sa.Column("sha256", sa.String()),
        sa.Column("last_at", Instant()),
        sa.Column("polls", sa.Integer()),
        sa.Column("later", sa.LargeBinary()),
    )
    ids = connection.execute(sa.select(poll.c.id).where(poll.c.later.is_not(None))).scalars().all()
    for row_id in ids:
        row = dict(connection.execute(sa.select(poll).where(poll.c.id == row_id)).mappings().one())
        each = {
            name: row[name] // row["polls"] for name in ("duration_ms", "requests", "wire_bytes")
        }
        first, *later = instants(row["started_at"], row["later"])
        kept = {
            name: value for name, value in row.items() if name not in ("id", "started_at", *ADDED)
        }
        connection.execute(
            sa.update(poll).where(poll.c.id == row_id).values(each | {"started_at": first})
        )
        connection.execute(sa.insert(poll), [kept | each | {"started_at": at} for at in later])
