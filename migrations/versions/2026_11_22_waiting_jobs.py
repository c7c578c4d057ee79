"""Let the index of jobs that have ended begin with when, so that nobody takes it for the one of jobs that wait.

Revision: 20261122_waiting_jobs, after 20261122_tag_activity
"""

from alembic import op

revision = '20261122_waiting_jobs'
down_revision = '20261122_tag_activity'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_finished')
        batch_op.create_index('ix_job_finished', ['finished_at', 'state'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_finished')
        batch_op.create_index('ix_job_finished', ['state', 'finished_at'], unique=False)
