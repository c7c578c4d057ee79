"""Remember why nobody was asked about a question, so that its page can say so.

Revision: 20261122_why_nobody, after 20261122_first_schema
"""

import sqlalchemy as sa
from alembic import op

import app.kernel.columns

revision = '20261122_why_nobody'
down_revision = '20261122_first_schema'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('nobody_asked',
    sa.Column('question_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('why', sa.Enum('nobody', 'share', 'quiet', 'share_or_quiet', 'unwilling', name='whynobody', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_at', app.kernel.columns.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_nobody_asked_question_id_question')),
    sa.PrimaryKeyConstraint('question_id', name=op.f('pk_nobody_asked'))
    )


def downgrade() -> None:
    op.drop_table('nobody_asked')
