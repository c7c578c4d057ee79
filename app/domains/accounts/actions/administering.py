"""Site settings, stuck jobs, the test mail: what an administrator does to the running forum."""

from collections.abc import Mapping

from app.domains.accounts.actor import Actor
from app.domains.accounts.events import JobsRetried, SettingChanged
from app.domains.accounts.policies import may_administer
from app.domains.accounts.queries import user_by_id
from app.domains.accounts.tokens import new_token
from app.kernel import jobs, settings
from app.kernel.errors import Invalid
from app.kernel.events import publish
from app.kernel.mail import Mail
from app.kernel.policy import require
from app.kernel.rendering import mail_from_template

LONGEST_VALUE = 500


def change_settings(actor: Actor, typed: Mapping[str, str]) -> list[str]:
    """Store every setting that differs from what counts now; all complaints at once. Gives the changed names."""
    require(may_administer(actor))
    changed, complaints = [], {}
    for name, text in typed.items():
        setting = settings.Setting.DECLARED[name]
        try:
            value = settings.parse(setting, text[:LONGEST_VALUE])
        except Invalid as error:
            complaints.update(error.fields)
            continue
        if value != setting.value():
            changed.append(name)
    if complaints:
        raise Invalid(fields=complaints)
    for name in changed:
        settings.change(name, typed[name][:LONGEST_VALUE], actor.id)
        publish(SettingChanged(name=name, value=typed[name][:LONGEST_VALUE], actor_id=actor.id))
    return changed


def retry_jobs(actor: Actor, job_ids: list[int] | None = None) -> int:
    """Another life for failed jobs, all of them where no id is given; how many."""
    require(may_administer(actor))
    count = jobs.retry(job_ids)
    if count:
        publish(JobsRetried(count=count, actor_id=actor.id))
    return count


def trial_mail(actor: Actor) -> Mail:
    """The message that shows whether mail is set up, to the administrator's own address."""
    require(may_administer(actor))
    user = user_by_id(actor.id or 0)
    key = f"accounts:test:{new_token()[:16]}"
    return mail_from_template(
        "accounts/test", key=key, recipient=user.email or "", language=user.language, name=user.name
    )
