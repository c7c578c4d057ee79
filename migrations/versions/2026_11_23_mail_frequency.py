"""Let a person choose how often a kind of notice comes by mail, and tell who was away once a week.

Revision: 20261123_mail_frequency, after 20261123_comment_edits
"""

import sqlalchemy as sa
from alembic import op

import app.kernel.columns

revision = '20261123_mail_frequency'
down_revision = '20261123_comment_edits'
branch_labels = None
depends_on = None


def frequencies() -> sa.Enum:
    kinds = ('at_once', 'daily', 'weekly', 'never')
    return sa.Enum(*kinds, name='frequency', native_enum=False, create_constraint=True, length=32)


def waits() -> sa.Enum:
    kinds = ('quiet', 'daily', 'weekly')
    return sa.Enum(*kinds, name='mailwaits', native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table('preference', schema=None) as batch_op:
        batch_op.add_column(sa.Column('frequency', frequencies(), nullable=True))
    op.execute("UPDATE preference SET frequency = CASE WHEN by_mail THEN 'at_once' ELSE 'never' END")
    with op.batch_alter_table('preference', schema=None) as batch_op:
        batch_op.alter_column('frequency', existing_type=frequencies(), nullable=False)
        batch_op.drop_column('by_mail')
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mail_waits', waits(), nullable=True))
    op.create_table(
        'away_mail',
        sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('looked_at', app.kernel.columns.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_away_mail_user_id_user')),
        sa.PrimaryKeyConstraint('user_id', name=op.f('pk_away_mail')),
    )


def downgrade() -> None:
    op.drop_table('away_mail')
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_notification_mailwaits'), type_='check')
        batch_op.drop_column('mail_waits')
    with op.batch_alter_table('preference', schema=None) as batch_op:
        batch_op.add_column(sa.Column('by_mail', sa.Boolean(), nullable=True))
    op.execute("UPDATE preference SET by_mail = (frequency <> 'never')")
    with op.batch_alter_table('preference', schema=None) as batch_op:
        batch_op.alter_column('by_mail', existing_type=sa.Boolean(), nullable=False)
        batch_op.drop_constraint(op.f('ck_preference_frequency'), type_='check')
        batch_op.drop_column('frequency')
