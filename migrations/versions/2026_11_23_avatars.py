"""Let people have a picture of their own.

Revision: 20261123_avatars, after 20261123_attachments
"""

import sqlalchemy as sa
from alembic import op

revision = '20261123_avatars'
down_revision = '20261123_attachments'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.add_column(sa.Column('avatar', sa.String(length=60), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.drop_column('avatar')
