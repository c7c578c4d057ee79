import pytest

from app.domains.products.actions import set_guide
from app.domains.products.guides import LONGEST_LABEL, MOST_FIELDS, Guided, GuideRow, folded, unanswered
from app.domains.products.queries import guide_of, guide_rows
from app.kernel.errors import Invalid, NotAllowed
from app.kernel.transaction import transaction
from tests.factories import a_person, a_product

VERSION = GuideRow(None, None, {"zh": "版本", "en": "Version"}, {"en": "On the label below"}, required=True)
STEPS = GuideRow(None, "problem", {"en": "What did you try?"})


@pytest.fixture
def mesh(ada):
    product = a_product("mesh")
    with transaction():
        set_guide(ada, product.id, [VERSION, STEPS])
    return product


def test_a_product_asks_in_the_readers_language_and_what_the_kind_needs(mesh):
    assert [(each.label, each.help, each.required) for each in guide_of("mesh", "question", "en")] == [
        ("Version", "On the label below", True)
    ]
    for chinese in ("zh", "zh-Hant"):
        assert [each.label for each in guide_of("mesh", "problem", chinese)] == ["版本", "What did you try?"]
    assert guide_of("another", "problem", "zh") == []


def test_a_changed_field_stays_the_same_field_so_that_drafts_keep_their_answers(ada, mesh):
    first, second = guide_rows(mesh.id)
    with transaction():
        changed = [GuideRow(second.id, None, {"en": "Tried"}), GuideRow(first.id, None, {"en": "Firmware"})]
        set_guide(ada, mesh.id, changed)
    assert [(row.id, row.label["en"]) for row in guide_rows(mesh.id)] == [(second.id, "Tried"), (first.id, "Firmware")]

    with transaction():
        set_guide(ada, mesh.id, [])
    assert guide_rows(mesh.id) == []


def test_the_field_of_another_product_is_not_taken_over(ada, mesh):
    other, theirs = a_product("notes"), guide_rows(mesh.id)[0]
    with transaction():
        set_guide(ada, other.id, [GuideRow(theirs.id, None, {"en": "Mine"})])
    assert [row.label["en"] for row in guide_rows(mesh.id)] == ["Version", "What did you try?"]
    assert guide_rows(other.id)[0].id != theirs.id


WITHOUT_WORDS, TOO_LONG = GuideRow(None, None), GuideRow(None, None, {"en": "x" * (LONGEST_LABEL + 1)})


@pytest.mark.parametrize("rows", [[WITHOUT_WORDS], [TOO_LONG], [STEPS] * (MOST_FIELDS + 1)])
def test_a_guide_without_words_or_beyond_measure_is_refused(ada, rows):
    product = a_product("mesh")
    with pytest.raises(Invalid), transaction():
        set_guide(ada, product.id, rows)


@pytest.mark.parametrize("role", ["member", "agent", "lead", "pm", "moderator"])
def test_only_an_administrator_chooses_what_is_asked(app, role):
    product = a_product("mesh")
    with pytest.raises(NotAllowed), transaction():
        set_guide(a_person(role=role), product.id, [VERSION])


def test_answers_stand_below_the_text_as_a_list_one_line_each():
    guide = [Guided(1, "版本", "", True), Guided(2, "Device", "", False), Guided(3, "Seen", "", False)]
    answers = {"guide-1": " 5.2\n beta ", "guide-2": "  ", "guide-3": "today"}
    assert folded("It stopped.\n", guide, answers) == "It stopped.\n\n- 版本: 5.2 beta\n- Seen: today"
    assert folded("It stopped.", guide, {}) == "It stopped."


def test_what_must_be_filled_in_is_asked_for_by_its_field(app):
    guide = [Guided(1, "Version", "", True), Guided(2, "Device", "", False)]
    with app.test_request_context():
        assert list(unanswered(guide, {"guide-1": "  "})) == ["guide-1"]
        assert list(unanswered(guide, {"guide-1": "5", "guide-2": "x" * 501})) == ["guide-2"]
