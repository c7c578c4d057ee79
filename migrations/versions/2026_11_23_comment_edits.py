"""Let people change a comment: when it was changed, and the version that a concurrent writer must notice.

Revision: 20261123_comment_edits, after 20261123_answer_versions
"""

import sqlalchemy as sa
from alembic import op

from app.kernel.columns import UtcTime

revision = '20261123_comment_edits'
down_revision = '20261123_answer_versions'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('edited_at', UtcTime(), nullable=True))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.alter_column('version', existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_column('version')
        batch_op.drop_column('edited_at')
