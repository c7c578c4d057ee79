"""Tell each of a question's tags when the question was last active, so that a tag's list is read in order.

Revision: 20261122_tag_activity, after 20261122_without_limit
"""

import sqlalchemy as sa
from alembic import op

import app.kernel.columns

revision = '20261122_tag_activity'
down_revision = '20261122_without_limit'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('question_tag', schema=None) as batch_op:
        batch_op.add_column(sa.Column('active_at', app.kernel.columns.UtcTime(timezone=True), nullable=True))
    op.execute(
        'UPDATE question_tag SET active_at = (SELECT active_at FROM question WHERE question.id = question_tag.question_id)'
    )
    with op.batch_alter_table('question_tag', schema=None) as batch_op:
        batch_op.alter_column('active_at', existing_type=app.kernel.columns.UtcTime(timezone=True), nullable=False)
        batch_op.create_index('ix_question_tag_active', ['tag_id', 'active_at', 'question_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('question_tag', schema=None) as batch_op:
        batch_op.drop_index('ix_question_tag_active')
        batch_op.drop_column('active_at')
