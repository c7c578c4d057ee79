"""A file is kept once, belongs to the post that first shows it, and goes when nobody wants it."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domains.accounts.actions.anonymising import anonymise
from app.domains.accounts.actor import GUEST
from app.domains.attachments.actions import attach, forget, prepare
from app.domains.attachments.models import Attachment, Holder
from app.domains.attachments.naming import clean_file_name, named_in
from app.domains.attachments.queries import bytes_since
from app.domains.attachments.schedule import remove_strays
from app.domains.questions.actions.answering import edit_answer
from app.domains.questions.actions.drafting import save_draft
from app.domains.questions.models import Answer
from app.extensions import db
from app.kernel import uploads
from app.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, TooSoon
from app.kernel.transaction import transaction
from tests.factories import a_question, an_answer
from tests.kernel.test_images import a_picture


def a_log(owner, words="the router said no"):
    file = prepare(owner, words.encode(), "router.log")
    with transaction():
        return attach(owner, file)


def is_there(name):
    return (uploads.folder() / name).exists()


def left():
    db.session.rollback()
    return set(db.session.scalars(select(Attachment.name)))


def test_a_picture_is_kept_with_its_size_in_its_name(ann):
    file = prepare(ann, a_picture(60, 40), "screen.png")
    with transaction():
        kept = attach(ann, file)
    assert kept.name.endswith("-60x40.webp")
    assert (kept.width, kept.height, kept.original_name) == (60, 40, "screen.png")
    assert kept.bytes == (uploads.folder() / kept.name).stat().st_size
    assert (uploads.folder() / kept.name).stat().st_mode & 0o777 == 0o600


def test_the_same_file_sent_twice_is_kept_once(ann, eve):
    first, again, another = a_log(ann), a_log(ann), a_log(eve)
    assert first.id == again.id != another.id


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ("错误：超时".encode("gb18030"), "错误：超时"),
        ("错误：超时".encode(), "错误：超时"),
        ("\ufeff错误".encode(), "错误"),
        ("错误".encode("utf-16"), "错误"),
    ],
)
def test_a_text_is_kept_in_utf_8_whatever_it_came_in(ann, data, kept):
    assert prepare(ann, data, "a.log").data.decode() == kept


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"\x00\x01\x02", "a.log", "no text"),
        (b"", "a.txt", "no text"),
        (bytes(1024 * 1024 + 1), "a.txt", "more than 1 MB"),
        (b"MZ program", "a.exe", "no picture"),
        (b"<svg/>", "a.svg", "no picture"),
    ],
)
def test_what_is_neither_picture_nor_text_is_refused_with_a_sentence(ann, data, name, sentence):
    with pytest.raises(Invalid, match=sentence):
        prepare(ann, data, name)


def test_visitors_send_no_files(app):
    with pytest.raises(NotAllowed):
        prepare(GUEST, b"words", "a.log")


@pytest.mark.settings(limits="on")
def test_the_ninth_file_within_a_minute_is_too_much(ann):
    for number in range(8):
        prepare(ann, f"log {number}".encode(), "a.log")
    with pytest.raises(TooSoon, match="too often"):
        prepare(ann, b"log 9", "a.log")


def test_a_day_has_room_for_so_many_megabytes(ann):
    log = a_log(ann)
    with transaction():
        db.session.get_one(Attachment, log.id).bytes = 50 * 1024**2
    with pytest.raises(TooSoon, match="50 MB"):
        prepare(ann, b"words", "a.log")


def test_what_a_person_has_sent_within_a_day_is_counted(ann, clock):
    a_log(ann, "x" * 1000)
    clock.advance(hours=23)
    a_log(ann, "y" * 500)
    assert bytes_since(ann.id, timedelta(days=1)) == 1500
    clock.advance(hours=2)
    assert bytes_since(ann.id, timedelta(days=1)) == 500


def test_a_file_belongs_to_the_first_post_in_which_its_owner_names_it(ann, eve):
    log = a_log(ann)
    question = a_question(by=ann, body=f"It says no to everything that I try.\n\n[router.log]({log.address})")
    an_answer(to=question, by=ann, body=f"Once more the same log: {log.address}")
    db.session.refresh(log)
    assert (log.post_kind, log.post_id) == (Holder.QUESTION, question.id)


def test_nobody_takes_over_a_file_by_writing_its_address(ann, eve):
    log = a_log(ann)
    a_question(by=eve, body=f"I wonder what may be in the file at {log.address} today.")
    db.session.refresh(log)
    assert log.post_id is None


def test_a_text_is_folded_out_in_its_owners_post_and_in_nobody_elses(ann, eve):
    log = a_log(ann, "first\nsecond")
    body = f"It says no to everything that I try.\n\n[router.log]({log.address})"
    assert "<pre tabindex=\"0\"><code>first\nsecond" in a_question(by=ann, body=body).body_html
    assert "second" not in a_question(by=eve, body=body, title="What is in this file of somebody else?").body_html


def test_only_the_beginning_of_a_long_text_stands_in_the_post(ann):
    log = a_log(ann, "\n".join(f"line {number}" for number in range(1, 400)))
    html = a_question(by=ann, body=f"It says no to everything that I try.\n\n[router.log]({log.address})").body_html
    assert "line 200\n…" in html
    assert "line 201" not in html


def test_a_trusted_editor_keeps_what_was_folded(ann, eve):
    log = a_log(ann, "first\nsecond")
    answer = an_answer(to=a_question(by=eve), by=ann, body=f"Look at this log, please.\n\n[router.log]({log.address})")
    with transaction():
        row = db.session.get_one(Answer, answer.id)
        edit_answer(eve, row, f"Look at this log, it says it.\n\n[router.log]({log.address})")
    assert "second" in db.session.get_one(Answer, answer.id).body_html


def test_its_owner_takes_a_file_back(ann, worker):
    log = a_log(ann)
    with transaction():
        forget(ann, log.name)
    worker.tick()
    assert left() == set()
    assert not is_there(log.name)


def test_nobody_else_takes_it_back_and_nobody_takes_it_out_of_a_post(ann, eve):
    log = a_log(ann)
    with pytest.raises(NotFound), transaction():
        forget(eve, log.name)
    a_question(by=ann, body=f"It says no to everything that I try.\n\n[router.log]({log.address})")
    with pytest.raises(Conflict), transaction():
        forget(ann, log.name)


def test_a_day_later_only_what_a_post_or_a_draft_names_is_there(ann, worker, clock):
    posted, drafted, dropped = a_log(ann, "one"), a_log(ann, "two"), a_log(ann, "three")
    names = {posted.name, drafted.name, dropped.name}
    a_question(by=ann, body=f"It says no to everything that I try.\n\n[router.log]({posted.address})")
    with transaction():
        save_draft(ann, "ask", {"body": f"Half a question [log]({drafted.address})"}, version=0, writer="w")
    clock.advance(hours=23)
    worker.tick()
    assert left() == names
    clock.advance(hours=2)
    worker.tick()
    assert left() == {posted.name, drafted.name}
    assert [is_there(name) for name in (posted.name, drafted.name, dropped.name)] == [True, True, False]


def test_what_only_the_history_of_a_post_names_is_kept(ann, worker, clock):
    log = a_log(ann)
    answer = an_answer(to=a_question(), by=ann, body=f"Look at this log, please.\n\n[router.log]({log.address})")
    with transaction():
        edit_answer(ann, db.session.get_one(Answer, answer.id), "Never mind the log, just restart it.")
    clock.advance(hours=25)
    worker.tick()
    assert left() == {log.name}


def test_who_leaves_leaves_no_file_that_was_never_posted(ann, worker):
    posted, unposted = a_log(ann, "one"), a_log(ann, "two")
    kept, gone = posted.name, unposted.name
    a_question(by=ann, body=f"It says no to everything that I try.\n\n[router.log]({posted.address})")
    with transaction():
        anonymise(ann, ann.id)
    worker.tick()
    assert left() == {kept}
    assert not is_there(gone)


def test_a_file_without_a_row_is_removed_a_day_later(ann):
    log = a_log(ann)
    uploads.write("0" * 36 + ".log", b"its transaction never ended")
    remove_strays()
    assert is_there("0" * 36 + ".log")
    for file in uploads.folder().iterdir():
        os.utime(file, times=(0, 0))
    remove_strays()
    assert not is_there("0" * 36 + ".log")
    assert is_there(log.name)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\Users\\ann\\日志 1.log", "日志 1.log"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.log", "aSet-Cookie_ x.log"),
        ("](javascript:1).png", "_(javascript_1).png"),
        ("", "file"),
        ("x" * 300 + ".log", "x" * 116 + ".log"),
    ],
)
def test_a_file_keeps_of_its_name_what_stumbles_over_nothing(sent, kept):
    assert clean_file_name(sent) == kept


def test_only_names_that_we_give_are_found_in_a_text():
    name = "0f" * 18
    assert named_in(f"![a](/uploads/{name}-12x9.webp) /uploads/{name}.log /uploads/../x /uploads/a.log") == [
        f"{name}-12x9.webp",
        f"{name}.log",
    ]
