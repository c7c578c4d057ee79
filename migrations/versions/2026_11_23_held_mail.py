"""Hold a notice's mail in the notice's own row, until the person may have read it in the forum.

Revision: 20261123_held_mail, after 20261123_avatars
"""

import sqlalchemy as sa
from alembic import op

import app.kernel.columns

revision = '20261123_held_mail'
down_revision = '20261123_avatars'
branch_labels = None
depends_on = None

HELD = sa.text('mail_due_at IS NOT NULL')


def upgrade() -> None:
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mail_due_at', app.kernel.columns.UtcTime(timezone=True), nullable=True))
        batch_op.create_index(
            'ix_notification_held', ['mail_due_at'], unique=False, sqlite_where=HELD, postgresql_where=HELD
        )


def downgrade() -> None:
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_index('ix_notification_held', sqlite_where=HELD, postgresql_where=HELD)
        batch_op.drop_column('mail_due_at')
