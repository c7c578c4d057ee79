"""A person's picture is seen at once wherever the person is, and goes with them."""

import io
import os
import re

from app.domains.accounts.actions.anonymising import anonymise
from app.domains.accounts.models import User
from app.domains.accounts.schedule import remove_stray_avatars
from app.extensions import db
from app.kernel import uploads
from app.kernel.transaction import transaction
from tests.conftest import sign_in, statements
from tests.factories import a_question, an_answer
from tests.kernel.test_images import a_picture

ADDRESS = re.compile(r"/uploads/avatars/[0-9a-f]{36}\.webp")


def choose(client, data=None):
    form = {"avatar": (io.BytesIO(a_picture(300, 200) if data is None else data), "me.png")}
    return client.post("/settings/avatar", data=form)


def pictures(client, path):
    return sorted(set(ADDRESS.findall(client.get(path).text)))


def page_of(question):
    return f"/questions/{question.id}/{question.slug}"


def test_a_new_picture_shows_at_once_on_pages_that_are_kept(app, client, ann, eve):
    question = a_question(by=ann)
    an_answer(to=question, by=eve)
    anns = sign_in(app.test_client(), ann)
    assert pictures(client, page_of(question)) == []
    choose(anns)
    first = pictures(client, page_of(question))
    with statements() as asked:
        assert pictures(client, page_of(question)) == first
    assert (len(first), len(asked)) == (1, 1)  # a kept page asks for nothing but its version
    choose(anns)
    assert pictures(client, page_of(question)) not in ([], first)
    anns.post("/settings/avatar/remove")
    assert pictures(client, page_of(question)) == []


def test_the_picture_stands_at_posts_in_the_header_on_the_profile_and_in_the_inbox(app, client, worker, ann, eve):
    question = a_question(by=ann)
    eves, anns = sign_in(app.test_client(), eve), sign_in(client, ann)
    choose(eves)
    an_answer(to=question, by=eve)
    worker.tick()
    (picture,) = pictures(eves, "/tags")  # in the header of every page
    for path in (page_of(question), f"/users/{eve.id}/eve", "/inbox"):
        assert picture in pictures(anns, path), path


def test_it_is_a_square_that_everybody_may_see_and_keep(app, client, ann):
    browser = sign_in(app.test_client(), ann)
    choose(browser)
    (address,) = pictures(browser, "/tags")
    answer = client.get(address)
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/webp", "private, max-age=31536000, immutable")
    assert client.get("/uploads/avatars/../../huzhu.db").status_code == 404
    assert client.get("/uploads/avatars/huzhu.db").status_code == 404


def test_the_file_of_the_picture_before_goes(app, worker, ann):
    browser = sign_in(app.test_client(), ann)
    choose(browser)
    choose(browser)
    worker.tick()
    assert len(list((uploads.folder() / "avatars").iterdir())) == 1


def test_what_is_no_picture_is_refused_beside_the_form(client, sign_in_as, ann):
    sign_in_as(ann)
    answer = choose(client, b"MZ")
    assert answer.status_code == 422
    assert "This is no picture that we can show." in answer.text
    assert client.post("/settings/avatar").status_code == 422


def test_who_leaves_takes_their_picture_along(app, client, worker, ann):
    question = a_question(by=ann)
    choose(sign_in(app.test_client(), ann))
    with transaction():
        anonymise(ann, ann.id)
    worker.tick()
    assert pictures(client, page_of(question)) == []
    assert db.session.get_one(User, ann.id).avatar is None
    assert list((uploads.folder() / "avatars").iterdir()) == []


def test_a_picture_that_is_nobodys_goes_a_day_later_and_no_other(app, ann):
    choose(sign_in(app.test_client(), ann))
    uploads.write("avatars/" + "0" * 36 + ".webp", b"never stored")
    for file in (uploads.folder() / "avatars").iterdir():
        os.utime(file, times=(0, 0))
    remove_stray_avatars()
    assert [file.name for file in (uploads.folder() / "avatars").iterdir()] == [db.session.get_one(User, ann.id).avatar]
