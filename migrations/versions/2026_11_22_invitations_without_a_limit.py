"""Let people choose to be asked as often as something fits; whoever has chosen nothing keeps the limits.

Revision: 20261122_without_limit, after 20261122_why_nobody
"""

import sqlalchemy as sa
from alembic import op

revision = '20261122_without_limit'
down_revision = '20261122_why_nobody'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('invitation_setting', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unlimited', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table('invitation_setting', schema=None) as batch_op:
        batch_op.drop_column('unlimited')
