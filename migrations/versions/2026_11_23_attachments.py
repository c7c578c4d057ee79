"""Keep the pictures and texts that people send along with a post.

Revision: 20261123_attachments, after 20261123_product_guide
"""

import sqlalchemy as sa
from alembic import op

import app.kernel.columns

revision = '20261123_attachments'
down_revision = '20261123_product_guide'
branch_labels = None
depends_on = None


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    kinds = sa.Enum('image', 'text', name='attachmentkind', native_enum=False, create_constraint=True, length=32)
    holders = sa.Enum('question', 'answer', 'comment', name='holder', native_enum=False, create_constraint=True, length=32)
    op.create_table('attachment',
        sa.Column('id', big_id, nullable=False),
        sa.Column('owner_id', big_id, nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('kind', kinds, nullable=False),
        sa.Column('bytes', sa.Integer(), nullable=False),
        sa.Column('width', sa.Integer(), nullable=True),
        sa.Column('height', sa.Integer(), nullable=True),
        sa.Column('original_name', sa.String(length=120), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('post_kind', holders, nullable=True),
        sa.Column('post_id', big_id, nullable=True),
        sa.Column('created_at', app.kernel.columns.UtcTime(timezone=True), nullable=False),
        sa.CheckConstraint('(post_kind IS NULL) = (post_id IS NULL)', name=op.f('ck_attachment_post_whole')),
        sa.ForeignKeyConstraint(['owner_id'], ['user.id'], name=op.f('fk_attachment_owner_id_user')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
        sa.UniqueConstraint('name', name=op.f('uq_attachment_name')),
    )
    unlinked = sa.text('post_id IS NULL')
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index('ix_attachment_owner', ['owner_id', 'created_at'], unique=False)
        batch_op.create_index('ix_attachment_unlinked', ['created_at'], unique=False, sqlite_where=unlinked, postgresql_where=unlinked)


def downgrade() -> None:
    op.drop_table('attachment')
