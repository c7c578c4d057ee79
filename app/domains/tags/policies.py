from app.domains.accounts.actor import Actor
from app.domains.accounts.policies import may_act
from app.domains.accounts.privileges import privileges_of
from app.kernel.i18n import _l
from app.kernel.policy import YES, Verdict, no


def may_create_tags(actor: Actor) -> Verdict:
    """New words for everybody: from level 1 on."""
    verdict = may_act(actor)
    if not verdict:
        return verdict
    if privileges_of(actor).new_tags:
        return YES
    return no(_l("New members use the tags that exist. Choose from the list, or leave it to others to add one."))


def may_describe_tags(actor: Actor) -> Verdict:
    verdict = may_act(actor)
    if verdict and not privileges_of(actor).retags:
        return no(_l("Tags are described by trusted members and staff."))
    return verdict
