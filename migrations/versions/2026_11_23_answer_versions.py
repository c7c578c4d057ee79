"""Let an answer say in another language what another answer says.

Revision: 20261123_answer_versions, after 20261123_held_mail
"""

import sqlalchemy as sa
from alembic import op

revision = '20261123_answer_versions'
down_revision = '20261123_held_mail'
branch_labels = None
depends_on = None

OF, ONE_A_LANGUAGE = 'fk_answer_version_of_id_answer', 'uq_answer_version_of_id_language'


def upgrade() -> None:
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('version_of_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(OF, 'answer', ['version_of_id'], ['id'])
        batch_op.create_unique_constraint(ONE_A_LANGUAGE, ['version_of_id', 'language'])


def downgrade() -> None:
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_constraint(ONE_A_LANGUAGE, type_='unique')
        batch_op.drop_constraint(OF, type_='foreignkey')
        batch_op.drop_column('version_of_id')
