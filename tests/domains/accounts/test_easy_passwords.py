"""What a stranger tries first is refused; what needs a thousand years to guess is not."""

import pytest
from flask_babel import force_locale

from app.domains.accounts.actions.registering import check_password
from app.domains.accounts.easy_passwords import is_easy
from app.kernel.errors import Invalid

NAME, ADDRESS = "Wang Xiaoming", "xiaoming.wang@example.com"


@pytest.mark.parametrize("password", [
    "1234567890", "0123456789", "9876543210", "12345678901234567890", "1111111111", "aaaaaaaaaaaa", "abababababab",
    "123123123123", "abcabcabcabc", "abcdefghij", "qwertyuiop", "poiuytrewq", "qwerty123456", "1q2w1q2w1q2w",
    "asdfghjkl1",
    "password123", "Password2024", "P@ssw0rd123", "iloveyou123", "wangxiaoming", "Wang Xiaoming", "WangXiaoming1",
    "xiaoming2024", "xiaoming123456", "xiaoming.wang@example.com",
])  # fmt: skip
def test_what_is_tried_first_is_refused(app, password):
    assert len(password) >= 10  # its length is not the reason
    with pytest.raises(Invalid) as refused:
        check_password(password, NAME, ADDRESS)
    assert list(refused.value.fields) == ["password"]


@pytest.mark.parametrize("password", [
    "five quite other new words", "correct horse battery", "zwölf Boxkämpfer", "我家的猫在星期天下午睡觉",
    "q7Rk-20pz-Lm", "tr0ub4dor&3x", "xiaoming eats noodles", "0451-3372-9908", "ann was here before",
])  # fmt: skip
def test_what_is_long_and_odd_is_taken(password):
    assert not is_easy(password, NAME, ADDRESS)


def test_a_name_of_two_letters_spoils_no_password():
    assert not is_easy("albatross nebula", "al")


def test_the_refusal_is_a_sentence_in_the_readers_language(app):
    sentences = set()
    for language in ("zh", "en"):
        with force_locale(language), pytest.raises(Invalid) as refused:
            check_password("1234567890")
        sentences.add(str(refused.value.fields["password"][0]))
    assert len(sentences) == 2
