"""What a product asks of whoever asks about it.

Revision: 20261123_product_guide, after 20261122_waiting_jobs
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = '20261123_product_guide'
down_revision = '20261122_waiting_jobs'
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql')
    op.create_table('product_guide_field',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=True),
    sa.Column('label', words, nullable=False),
    sa.Column('help', words, nullable=False),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_guide_field_product_id_product')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_guide_field'))
    )
    with op.batch_alter_table('product_guide_field', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_product_guide_field_product_id'), ['product_id'], unique=False)


def downgrade() -> None:
    op.drop_table('product_guide_field')
