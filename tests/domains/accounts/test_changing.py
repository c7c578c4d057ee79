from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domains.accounts.actions import profiles, tokens_managing
from app.domains.accounts.actions.anonymising import anonymise, delete_my_account
from app.domains.accounts.actions.passwords_changing import ask_for_address, change_password, confirm_address
from app.domains.accounts.actions.profiles import Profile, choose_preferences, edit_profile
from app.domains.accounts.actions.recovering import ask_for_reset, reset_password
from app.domains.accounts.actions.roles import grant_role
from app.domains.accounts.actions.sessions import Browser, open_session
from app.domains.accounts.actions.sign_in_links import make_sign_in_link, use_sign_in_link
from app.domains.accounts.actions.suspending import lift_suspension, suspend
from app.domains.accounts.actor import GUEST, SYSTEM
from app.domains.accounts.models import ApiToken
from app.domains.accounts.passwords import matches
from app.domains.accounts.policies import may_act
from app.domains.accounts.queries import (
    actor_by_id,
    actor_of_session,
    actor_of_token,
    people_by_id,
    user_by_email,
    user_by_id,
)
from app.extensions import db
from app.kernel.errors import Invalid, NotAllowed, NotFound, TooSoon
from app.kernel.events import EventRow
from app.kernel.mail import kept_mails
from app.kernel.transaction import transaction
from tests.domains.accounts.letters import PASSWORD, known_hash, token_in
from tests.factories import a_person, a_product, a_question


def in_a_browser(actor, password: str | None = PASSWORD):
    with transaction():
        user = user_by_id(actor.id)
        user.password_hash = known_hash() if password else None
        token = open_session(user, Browser(), stays=True)
    return actor_of_session(token)


def events() -> list[str]:
    return list(db.session.scalars(select(EventRow.kind).order_by(EventRow.id)))


# --- password and address ---


def test_a_new_password_renews_this_session_and_ends_the_others(ann):
    elsewhere, here = in_a_browser(ann), in_a_browser(ann)
    with transaction():
        token = change_password(here, PASSWORD, "five quite other new words")
    assert actor_of_session(elsewhere.session_token) is None
    assert actor_of_session(here.session_token) is None, "a copied cookie must die with the old password"
    assert actor_of_session(token).id == ann.id


def test_the_present_password_is_asked_for(ann):
    here = in_a_browser(ann)
    with pytest.raises(Invalid) as refused, transaction():
        change_password(here, "not it", "five quite other new words")
    assert list(refused.value.fields) == ["current"]


def test_whoever_came_by_a_link_chooses_a_first_password(ann):
    here = in_a_browser(ann, password=None)
    with transaction():
        change_password(here, "", "five quite other new words")
    assert matches(user_by_id(ann.id).password_hash, "five quite other new words")


def test_a_new_password_voids_an_open_reset_link(ann, worker):
    with transaction():
        ask_for_reset(GUEST, "ann@example.com", from_address="")
    worker.tick()
    token = token_in(kept_mails()[0], "reset")
    here = in_a_browser(ann)
    with transaction():
        change_password(here, PASSWORD, "five quite other new words")
    with pytest.raises(NotFound), transaction():
        reset_password(token, "somebody else's words")


def test_a_new_address_counts_when_its_link_is_used_and_the_old_one_is_told(ann, worker):
    here = in_a_browser(ann)
    with transaction():
        ask_for_address(here, "ann@new.example.com")
    worker.tick()
    assert user_by_email("ann@new.example.com") is None
    token = token_in(kept_mails(recipient="ann@new.example.com")[0], "change")
    with transaction():
        confirm_address(token)
    worker.tick()
    assert user_by_email("ann@new.example.com").id == ann.id
    assert "address of your account was changed" in kept_mails(recipient="ann@example.com")[0].text
    assert actor_of_session(here.session_token) is None


def test_asking_for_a_taken_address_answers_alike_and_tells_its_owner_only(ann, bob, worker):
    here = in_a_browser(ann)
    with transaction():
        assert ask_for_address(here, "bob@example.com") == "bob@example.com"
    worker.tick()
    assert "already have an account" in kept_mails(recipient="bob@example.com")[0].subject


def test_a_new_address_is_proved_by_its_link_where_the_old_one_never_was(app, worker):
    newcomer = a_person("newcomer", level=0, confirmed=False)
    here = in_a_browser(newcomer)
    with transaction():
        ask_for_address(here, "newer@example.org")
    worker.tick()
    with transaction():
        confirm_address(token_in(kept_mails(recipient="newer@example.org")[0], "change"))
    assert events().count("EmailConfirmed") == 1


def test_an_address_taken_in_the_meantime_is_refused(ann, worker):
    here = in_a_browser(ann)
    with transaction():
        ask_for_address(here, "wanted@example.com")
    worker.tick()
    token = token_in(kept_mails(recipient="wanted@example.com")[0], "change")
    a_person("wanted")
    with pytest.raises(Invalid), transaction():
        confirm_address(token)


# --- profile ---


def test_a_profile_is_rendered_and_cleaned(ann):
    with transaction():
        edit_profile(ann, ann.id, Profile("ann", "**Hello** <script>x</script>"))
    user = user_by_id(ann.id)
    assert "<strong>Hello</strong>" in user.about_html and "<script" not in user.about_html


def test_an_unknown_zone_language_or_theme_changes_nothing(ann):
    with transaction():
        choose_preferences(ann, language="zh", timezone="Asia/Shanghai", theme="dark")
    with transaction():
        choose_preferences(ann, language="xx", timezone="Mars/Olympus", theme="pink")
    user = user_by_id(ann.id)
    assert (user.language, user.timezone, user.theme) == ("zh", "Asia/Shanghai", "dark")


def test_a_name_in_use_is_refused_and_ones_own_may_change_its_case(ann, bob):
    with pytest.raises(Invalid), transaction():
        edit_profile(ann, ann.id, Profile("Bob", ""))
    with transaction():
        edit_profile(ann, ann.id, Profile("Ann", ""))
    assert user_by_id(ann.id).name == "Ann"


@pytest.mark.settings(limits="on")
def test_a_name_changes_twice_a_month(ann):
    for name in ("Anna", "Annie"):
        with transaction():
            edit_profile(ann, ann.id, Profile(name, ""))
    with pytest.raises(TooSoon), transaction():
        edit_profile(ann, ann.id, Profile("Anne", ""))


def test_a_long_profile_is_refused(ann):
    with pytest.raises(Invalid), transaction():
        edit_profile(ann, ann.id, Profile("ann", "x" * (profiles.LONGEST_ABOUT + 1)))


def test_nobody_edits_somebody_elses_profile(ann, bob):
    with pytest.raises(NotAllowed), transaction():
        edit_profile(ann, bob.id, Profile("bob", ""))


# --- roles, suspension ---


@pytest.mark.both_databases
def test_an_administrator_gives_a_role_and_teams(ada, ann):
    here = in_a_browser(ann)
    product = a_product()
    with transaction():
        grant_role(ada, ann.id, "agent", [product.id])
    assert actor_by_id(ann.id).role == "agent" and actor_by_id(ann.id).team == {product.id}
    assert actor_of_session(here.session_token) is None
    assert "RoleGranted" in events()


def test_back_to_member_leaves_no_team_behind(ada, ann):
    product = a_product()
    with transaction():
        grant_role(ada, ann.id, "agent", [product.id])
    with transaction():
        grant_role(ada, ann.id, "member", [product.id])
    assert actor_by_id(ann.id).team == frozenset()


def test_saving_the_same_role_signs_nobody_out(ada, ann):
    here = in_a_browser(ann)
    with transaction():
        grant_role(ada, ann.id, "member")
    assert actor_of_session(here.session_token) is not None


@pytest.mark.parametrize("who", ["ann", "eve", "stan", "lena", "mona", "pat"])
def test_only_administrators_give_roles(request, ann, who):
    with pytest.raises(NotAllowed), transaction():
        grant_role(request.getfixturevalue(who), ann.id, "admin")


def test_the_only_administrator_stays_one(ada):
    with pytest.raises(Invalid), transaction():
        grant_role(ada, ada.id, "member")
    with pytest.raises(Invalid), transaction():
        anonymise(ada, ada.id)


def test_an_unknown_role_is_refused(ada, ann):
    with pytest.raises(Invalid), transaction():
        grant_role(ada, ann.id, "emperor")


def test_a_suspended_member_reads_and_changes_nothing_until_the_day(mona, ann, clock):
    here = in_a_browser(ann)
    until = clock.now() + timedelta(days=3)
    with transaction():
        suspend(mona, ann.id, until=until, reason="Spam in six threads.")
    assert actor_of_session(here.session_token) is None
    assert not may_act(actor_by_id(ann.id))
    clock.advance(days=3, seconds=1)
    assert may_act(actor_by_id(ann.id))


def test_a_suspension_can_be_lifted(mona, ann, clock):
    with transaction():
        suspend(mona, ann.id, until=clock.now() + timedelta(days=3), reason="Spam.")
    with transaction():
        lift_suspension(mona, ann.id)
    assert may_act(actor_by_id(ann.id)) and events()[-1] == "SuspensionLifted"


def test_a_moderator_suspends_no_staff_and_nobody_suspends_themselves(mona, stan, ada, clock):
    later = clock.now() + timedelta(days=1)
    with pytest.raises(NotAllowed), transaction():
        suspend(mona, stan.id, until=later, reason="No.")
    with pytest.raises(Invalid), transaction():
        suspend(ada, ada.id, until=later, reason="No.")


def test_a_suspension_needs_a_reason_and_a_day_to_come(mona, ann, clock):
    with pytest.raises(Invalid) as refused, transaction():
        suspend(mona, ann.id, until=clock.now(), reason=" ")
    assert set(refused.value.fields) == {"until", "reason"}


# --- tokens ---


def test_a_token_acts_for_its_owner_until_it_is_revoked(ann):
    with transaction():
        token = tokens_managing.create_token(ann, "backup script", ["read"])
    assert actor_of_token(token).id == ann.id and actor_of_token(token).scopes == {"read"}
    with transaction():
        tokens_managing.revoke_token(ann, db.session.scalar(select(ApiToken.id)))
    assert actor_of_token(token) is None


def test_a_token_is_stored_as_a_hash_and_its_owner_is_told(ann, worker):
    with transaction():
        token = tokens_managing.create_token(ann, "script", ["read"])
    worker.tick()
    assert db.session.scalar(select(ApiToken.token_hash)) not in token
    assert "A new API token was made" in kept_mails(recipient="ann@example.com")[0].text


@pytest.mark.parametrize(
    ("name", "scopes"), [("", ["read"]), ("x" * 81, ["read"]), ("script", []), ("script", ["root"])]
)
def test_a_token_needs_a_name_and_known_scopes(ann, name, scopes):
    with pytest.raises(Invalid), transaction():
        tokens_managing.create_token(ann, name, scopes)


def test_nobody_revokes_somebody_elses_token(ann, bob):
    with transaction():
        tokens_managing.create_token(bob, "script", ["read"])
    with pytest.raises(NotFound), transaction():
        tokens_managing.revoke_token(ann, db.session.scalar(select(ApiToken.id)))


def test_the_command_line_issues_a_token_for_anybody_and_members_do_not(ann, ada):
    with transaction():
        token = tokens_managing.issue_token(SYSTEM, ada.id)
    assert "admin" in actor_of_token(token).scopes
    with pytest.raises(NotAllowed), transaction():
        tokens_managing.issue_token(ann, ada.id)


# --- links, farewell ---


def test_a_sign_in_link_works_once(ada):
    with transaction():
        token = make_sign_in_link(SYSTEM, ada.id)
    with transaction():
        assert use_sign_in_link(token).id == ada.id
    with pytest.raises(NotFound), transaction():
        use_sign_in_link(token)


def test_a_first_sign_in_link_proves_the_address_and_says_so_once(app):
    newcomer = a_person("newcomer", level=0, confirmed=False)
    for _ in range(2):
        with transaction():
            token = make_sign_in_link(SYSTEM, newcomer.id)
        with transaction():
            use_sign_in_link(token)
    assert user_by_id(newcomer.id).email_confirmed_at is not None
    assert events().count("EmailConfirmed") == 1


def test_staff_who_leave_leave_their_role_first(stan):
    with transaction():
        anonymise(stan, stan.id)
    assert events()[-2:] == ["RoleGranted", "UserAnonymised"]


def test_whoever_leaves_leaves_no_trace_but_the_posts(ann, worker):
    here = in_a_browser(ann)
    question = a_question(by=ann)
    with transaction():
        token = tokens_managing.create_token(ann, "script", ["read"])
    with transaction():
        delete_my_account(here, PASSWORD)
    user = user_by_id(ann.id)
    assert (user.email, user.email_key, user.password_hash, user.about) == (None, None, None, "")
    assert "ann" not in people_by_id([ann.id])[ann.id].name
    assert question.asker_id == ann.id
    assert actor_of_session(here.session_token) is None and actor_of_token(token) is None
    worker.tick()
    assert "Your account was deleted" in kept_mails(recipient="ann@example.com")[0].text


def test_the_name_and_address_of_somebody_who_left_are_free_again(ann):
    with transaction():
        anonymise(ann, ann.id)
    from app.domains.accounts.actions.registering import Registration, register

    with transaction():
        assert register(GUEST, Registration("ann", "ann@example.com", PASSWORD), from_address="") is not None


def test_leaving_asks_for_the_password(ann):
    here = in_a_browser(ann)
    with pytest.raises(Invalid), transaction():
        delete_my_account(here, "not it")


def test_nobody_deletes_somebody_else(ann, bob):
    with pytest.raises(NotAllowed), transaction():
        anonymise(ann, bob.id)
